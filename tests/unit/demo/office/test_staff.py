"""What people at the desk do is on the office's pages."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import httpx
import pytest

from deploy.demo.business_days import START
from deploy.demo.office import staff
from deploy.demo.office.browser import Browser
from deploy.demo.office.callers import callers
from deploy.demo.office.staff import Staff
from services.desk.office.act_forms import ACTS, REASONS

NUMBER = "CRI-2027-000001-A"
DECISIONS: list[dict[str, str]] = [
    {"action": "route", "reason": "agency_called"},
    {"action": "assign", "provider": "noble", "reason": "terms_agreed"},
    {"action": "ineligible", "reason": "nobody_else"},
    {"action": "confirm_authority", "basis": "call_back", "reason": "agency_called"},
]


def people(decision: Mapping[str, str] | None) -> Staff:
    return Staff("http://127.0.0.1:1", decide=lambda *_: decision)


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_is_an_act_with_a_reason_that_the_page_offers(
    decision: Mapping[str, str],
) -> None:
    found = people(decision)._act("referred", NUMBER)

    assert found is not None
    act, values = found
    assert set(values) <= {field.name for field in ACTS[act].fields}
    assert values["reason"] in REASONS


@pytest.mark.parametrize("kind", staff._SETTLED)
def test_what_is_settled_after_a_call_is_on_a_page(kind: str) -> None:
    found = people(None)._act(kind, NUMBER)

    assert found is not None
    act, values = found
    fields = {field.name: field for field in ACTS[act].fields}
    for name, value in values.items():
        options = fields[name].options
        assert options is None or value in options
    assert {name for name, field in fields.items() if field.needed} == set(values)


def test_what_is_not_decided_yet_is_left_on_the_list() -> None:
    assert people(None)._act("referred", NUMBER) is None


def test_a_caller_is_asked_for_what_the_form_misses() -> None:
    forgetful = [each for each in callers() if each.forgets]

    assert forgetful
    for each in forgetful:
        first = each.first(today=START.date())
        whole = each.corrected(today=START.date())
        assert set(whole) - set(first) == set(each.forgets)
        assert not {"phone", "email"} & set(first)


ACT = f"/cases/{NUMBER}/act/ask?item=counter%3A1"
CSRF = '<input type="hidden" name="csrf" value="c">'
LIST = f"""<h1>What waits for us</h1><form method="post" action="/items/take">{CSRF}
<input type="hidden" name="item" value="counter:1">
<input type="hidden" name="next" value="/cases/{NUMBER}"></form>"""
BACK = f"""<form method="post" action="/items/give-back">{CSRF}
<input type="hidden" name="item" value="counter:1"></form>"""
CASE = f'<h1>{NUMBER}</h1><a href="{ACT}">Ask one provider</a>{BACK}'
FORM = f"""<h1>Ask one provider</h1><form method="post">{CSRF}
<select name="provider"><option value="noble"></select>
<select name="reason"><option value="agreed_by_telephone"></select><button>Go on</button></form>"""
STEP = '<button name="step" value="send">Ask</button></form>'
CONFIRM = f'<h1>Ask one provider?</h1><form method="post">{CSRF}{STEP}'
WAITING = f'<h1>Sent, waiting for the answer</h1><form method="post">{CSRF}{STEP}'
DONE = httpx.Response(303, headers={"location": "/acts/m-1"})


class Pages:
    """The office's pages as far as an act needs them: *ends* follow when it is sent."""

    def __init__(self, *ends: httpx.Response) -> None:
        self._ends = list(ends)
        self.sent: list[dict[str, list[str]]] = []
        self.given_back = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            shown = {"/": LIST, f"/cases/{NUMBER}": CASE, "/acts/m-1": "<h1>Done</h1>"}
            return httpx.Response(200, html=shown.get(request.url.path, FORM))
        if request.url.path == "/items/take":
            return httpx.Response(303, headers={"location": f"/cases/{NUMBER}"})
        if request.url.path == "/items/give-back":
            self.given_back += 1
            return httpx.Response(303, headers={"location": "/"})
        form = parse_qs(request.content.decode())
        if "step" not in form:
            return httpx.Response(200, html=CONFIRM)
        self.sent.append(form)
        return self._ends.pop(0)


async def handled(pages: Pages) -> Staff:
    """Return a person who has handled what is on the list."""
    found = people(DECISIONS[1])
    browser = Browser(found.address, transport=httpx.MockTransport(pages))
    found._browsers[staff.APPROVER] = browser
    await found._handle(staff.APPROVER, ["counter"])
    await browser.close()
    return found


async def test_an_item_is_taken_decided_and_confirmed() -> None:
    pages = Pages(DONE)

    found = await handled(pages)

    (act,) = found.clicked
    assert (act.message_id, act.kind, act.is_answered) == ("m-1", "counter", True)
    assert (found.taken, found.decided, found.refused) == (1, 1, 0)


async def test_an_answer_that_is_not_known_yet_is_looked_for_by_the_same_form() -> None:
    pages = Pages(httpx.Response(200, html=WAITING), DONE)

    found = await handled(pages)

    assert [act.message_id for act in found.clicked] == ["m-1"]
    assert len(pages.sent) == 2


@pytest.mark.parametrize(("status", "refused"), [(422, 1), (409, 0)])
async def test_what_was_not_accepted_is_shown_in_its_form(status: int, refused: int) -> None:
    pages = Pages(httpx.Response(status, html=FORM))

    found = await handled(pages)

    assert (found.clicked, found.refused, pages.given_back) == ([], refused, refused)
