"""What people at the desk do is on the office's pages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs

import httpx
import pytest

from deploy.demo.browsing.browser import Browser
from deploy.demo.business_days import START
from deploy.demo.office import staff
from deploy.demo.office.callers import Caller, callers
from deploy.demo.office.clicked import Clicked
from deploy.demo.office.person import Person
from deploy.demo.office.staff import Staff
from services.desk.office.act_forms import ACTS, REASONS

NUMBER = "CRI-2027-000001-A"
DECISIONS: list[dict[str, str]] = [
    {"action": "route", "reason": "agency_called"},
    {"action": "assign", "provider": "noble", "reason": "terms_agreed"},
    {"action": "ineligible", "reason": "nobody_else"},
]


def people(decision: Mapping[str, str] | None) -> Staff:
    return Staff("http://127.0.0.1:1", decide=lambda _: decision)


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
SURE = f"""<h1>Confirm</h1><form method="post">{CSRF}
<select name="basis"><option value="call_back"></select>
<select name="reason"><option value="agency_called"></select><button>Go on</button></form>"""
FILE = f"""<form method="post" action="/cases/{NUMBER}/file">{CSRF}
<select name="purpose"><option value="triage"></select></form>"""
CASE = f'<h1>{NUMBER}</h1><a href="{ACT}">Ask one provider</a>{BACK}{FILE}'
WORDS = "Three of nine officers asked to be let go."
FORM = f"""<h1>Ask one provider</h1><form method="post">{CSRF}
<select name="provider"><option value="noble"></select>
<select name="reason"><option value="agreed_by_telephone"></select><button>Go on</button></form>"""
STEP = '<button name="step" value="send">Ask</button></form>'
CONFIRM = f'<h1>Ask one provider?</h1><form method="post">{CSRF}{STEP}'
WAITING = f'<h1>Sent, waiting for the answer</h1><form method="post">{CSRF}{STEP}'
DONE = httpx.Response(303, headers={"location": "/acts/m-1"})


class Pages:
    """The office's pages as far as an act needs them: *ends* follow when it is sent."""

    def __init__(self, *ends: httpx.Response, case: str = CASE, form: str = FORM) -> None:
        self._ends, self._case, self._form = list(ends), case, form
        self.sent: list[dict[str, list[str]]] = []
        self.form_sent: dict[str, list[str]] = {}
        self.given_back = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            shown = {
                "/": LIST,
                f"/cases/{NUMBER}": self._case,
                "/acts/m-1": "<h1>Done</h1>",
                "/files/f-1": f"<h1>Case file</h1><p>{WORDS}</p>",
            }
            return httpx.Response(200, html=shown.get(request.url.path, self._form))
        if request.url.path == "/items/take":
            return httpx.Response(303, headers={"location": f"/cases/{NUMBER}"})
        if request.url.path == f"/cases/{NUMBER}/file":
            return httpx.Response(303, headers={"location": "/files/f-1"})
        if request.url.path == "/items/give-back":
            self.given_back += 1
            return httpx.Response(303, headers={"location": "/"})
        form = parse_qs(request.content.decode())
        if "step" not in form:
            self.form_sent = form
            return httpx.Response(200, html=CONFIRM)
        self.sent.append(form)
        return self._ends.pop(0)


async def handled(pages: Pages, *, called: Sequence[Caller] = ()) -> Staff:
    """Return a person who has handled what is on the list."""
    found = people(DECISIONS[1])
    found.callers = list(called)
    await handle(found, "counter", {staff.APPROVER: pages})
    return found


async def handle(people: Staff, kind: str, pages: Mapping[str, Pages]) -> None:
    """Have the approver handle what is on the list, beside others who see these pages."""
    for name, each in pages.items():
        transport = httpx.MockTransport(each)
        browser = Browser(people.address, transport=transport)
        people._people[name] = Person(name, name.lower(), browser)
    await people._handle(staff.APPROVER, [kind])
    for person in people._people.values():
        await person.browser.close()


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


async def test_nobody_tries_again_what_was_refused() -> None:
    pages = Pages(httpx.Response(422, html=FORM))

    found = await handled(pages)
    await handle(found, "counter", {staff.APPROVER: pages})

    assert (found.refused, len(pages.sent)) == (1, 1)


async def test_who_goes_home_finishes_what_is_begun_and_begins_nothing() -> None:
    pages = Pages()
    found = people(DECISIONS[1])

    await found.go_home()
    await handle(found, "counter", {staff.APPROVER: pages})

    assert (found.taken, pages.sent) == (0, [])


async def test_of_two_people_who_decide_at_once_one_is_refused_in_its_place() -> None:
    refused = httpx.Response(422, html=FORM)
    of_case = CASE.replace("?item=counter%3A1", "")
    first, second = Pages(DONE, DONE), Pages(refused, case=of_case)
    found = people(DECISIONS[1])

    for _ in range(2):  # only the first time
        await handle(found, "referred", {staff.APPROVER: first, staff.WORKER: second})

    assert found.at_once == NUMBER
    assert [act.person for act in found.clicked] == [staff.APPROVER, staff.APPROVER]
    assert (len(first.sent), len(second.sent), found.refused) == (2, 1, 1)


async def test_of_two_people_one_may_be_told_that_it_is_decided_already() -> None:
    of_case = CASE.replace("?item=counter%3A1", "")
    first, second = Pages(DONE), Pages(httpx.Response(409, html=FORM), case=of_case)
    found = people(DECISIONS[1])

    await handle(found, "referred", {staff.APPROVER: first, staff.WORKER: second})

    assert (found.was_too_late, len(found.clicked), found.refused) == (True, 1, 0)


async def test_the_other_decides_nothing_where_nothing_is_left_to_decide() -> None:
    first, second = Pages(DONE), Pages(case=f"<h1>{NUMBER}</h1>")
    found = people(DECISIONS[1])

    await handle(found, "referred", {staff.APPROVER: first, staff.WORKER: second})

    assert (len(first.sent), len(found.clicked), found.refused) == (1, 1, 0)


@pytest.mark.parametrize(("words", "is_shown"), [(WORDS, True), ("Other words.", False)])
async def test_what_a_caller_wrote_is_read_in_the_case_file(words: str, is_shown: bool) -> None:
    act = Clicked("m-0", staff.WORKER, "request", f"The number is {NUMBER}")
    caller = callers()[0]
    called = replace(caller, asks={**caller.asks, "issue": words}, act=act)

    found = await handled(Pages(DONE), called=[called])

    (file,) = found.files
    assert (file.message_id, file.number, file.is_shown) == ("f-1", NUMBER, is_shown)
    assert (file.actor, file.purpose) == ("staff:approver", "triage")
    assert len(found.clicked) == 1


async def test_where_the_page_asks_to_make_sure_first_that_is_done() -> None:
    sure = ACT.replace("/act/ask", "/act/confirm")
    case = f'{CASE}<a href="{sure}">The executive wants it</a>'
    pages = Pages(DONE, case=case, form=SURE)

    found = await handled(pages)

    assert [act.message_id for act in found.clicked] == ["m-1"]
    assert pages.form_sent == {"csrf": ["c"], "basis": ["call_back"], "reason": ["agency_called"]}
