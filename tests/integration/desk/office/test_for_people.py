"""Every page, for its readers: how it begins and ends, what is labeled, and when things are."""

import json
import re
import uuid
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.routing import Route

from services.desk.office import web
from services.desk.office.visits import Office
from shared.web.views import STYLE_PATH
from tests.examples.assessed import assessed
from tests.examples.assessments import ENGAGEMENT
from tests.examples.decided import Decisions
from tests.examples.publications import DRAFTER, REPORT
from tests.examples.streams import START, EventStream
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff
from tests.integration.desk.office.test_reports import SAMPLE

Pool = asyncpg.Pool
ACT = "cannot-help"
MESSAGE, READING = str(uuid.UUID(int=7)), str(uuid.UUID(int=8))
FORGET = {
    "participant": "iacp",
    "contact_id": "c-1",
    "because": "asked_by_person",
    "never_write_again": "never",
}
NO_PAGES = {STYLE_PATH, "/work.csv", "/sign-in/start", "/sign-in/callback", "/emails/{template}"}
"""What is no page of the office: a style, a table, redirects, and emails."""
TIME = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}, \d{1,2}:\d\d [ap]\.m\. E[SD]T")


ASSESSMENT = f"/assessments/{ENGAGEMENT}"
OF_REPORTS = {
    "plan": "",
    "move": "progress:2027-11-30",
    "return": f"{REPORT}:2",
    "correct": f"{REPORT}:2",
    "approve-correction": f"{REPORT}:correction:1",
    "withdraw": f"{REPORT}:2",
    "verify": "2.1.2",
    "back": "2.1.1",
}
"""The acts on an assessment, with what each is about."""


class Read(HTMLParser):
    """The elements of a page; ``labeled`` are the ids that a label is for."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.labeled: set[str | None] = set()
        self.controls: list[dict[str, str | None]] = []
        self._in_label = False
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        if tag == "label":
            self._in_label = True
            self.labeled.add(found.get("for"))
        elif tag in ("input", "select", "textarea") and found.get("type") != "hidden":
            self.controls.append({**found, "in_label": "yes" if self._in_label else None})

    def handle_endtag(self, tag: str) -> None:
        self._in_label = self._in_label and tag != "label"

    @property
    def ids(self) -> list[str | None]:
        return [found["id"] for _, found in self.elements if "id" in found]


@pytest.fixture
async def everybody(staff: Staff, browser: Browser) -> Browser:
    """A browser of a person with every role."""
    await staff.enter(
        "stand-in-worker", "staff:k7f2", "reader", "worker", "approver", "administrator"
    )
    await browser.sign_in("stand-in-worker", "/people")
    return browser


@pytest.fixture
async def pages(everybody: Browser, log: Log, office: Office) -> dict[str, httpx.Response]:
    """Every page, by the path of its route, and pages with errors."""
    stream = EventStream(2)
    stream.accepted()
    stream.referred("no_ori")
    await log.take_in([*stream.events, *assessed().events, *_about_reports()])
    number = stream.tracking_number
    await _act_and_file(log.pool, number)
    addresses = {
        "/cases/{number}": f"/cases/{number}",
        "/cases/{number}/act/{act}": f"/cases/{number}/act/{ACT}",
        "/assessments/{engagement}": ASSESSMENT,
        "/assessments/{engagement}/{act}": f"{ASSESSMENT}/approve?of={REPORT}:2",
        "/records/{act}": "/records/forget",
        "/acts/{message}": f"/acts/{MESSAGE}",
        "/files/{message}": f"/files/{MESSAGE}",
        "/reports/{message}": f"/reports/{READING}",
    }
    routes = [route for route in web.routes(office) if isinstance(route, Route)]
    paths = {route.path for route in routes if "GET" in (route.methods or ())} - NO_PAGES
    found = {path: await everybody.get(addresses.get(path, path)) for path in sorted(paths)}
    assert {path: page.status_code for path, page in found.items() if page.status_code != 200} == {
        "/sign-in/failed": 403
    }
    await everybody.get("/people")
    return {
        **found,
        "act with errors": await everybody.post(addresses["/cases/{number}/act/{act}"]),
        "act to confirm": await everybody.post(
            addresses["/cases/{number}/act/{act}"], {"reason": "agency_called"}
        ),
        **{
            f"/assessments/{{engagement}}/{act}": await everybody.get(
                f"{ASSESSMENT}/{act}?of={of}"
            )
            for act, of in OF_REPORTS.items()
        },
        "records with errors": await everybody.post("/records/hold"),
        "records to confirm": await everybody.post("/records/forget", FORGET),
        "call with errors": await everybody.post("/call", {"name": "A. Chief"}),
        "no such page": await everybody.get("/no-such-page"),
        "no such method": await everybody.get("/items/take"),
        "from elsewhere": await everybody.http.post("/people", headers={"origin": "null"}),
        "without a token": await everybody.post("/people", {"csrf": ""}),
    }


def _about_reports() -> list[tuple[str, Any]]:
    """Return what is said about an assessment in which each act is possible."""
    decisions = Decisions(START)
    decisions.say("proposed", status="complete", on="2026-12-01")
    decisions.say("verified", status="complete", on="2026-12-01", actor="staff:v1")
    decisions.say("proposed", recommendation="2.1.2")
    decisions.published()
    decisions.say("correct", actor="staff:c3")
    decisions.say("draft", version=2, actor=DRAFTER)
    decisions.say("reschedule", due_on="2027-10-30", new_due_on="2027-11-30")
    return decisions.events


async def _act_and_file(pool: "Pool[Any]", number: str) -> None:
    contact = {"contact_id": "c-1", "name": "A. Chief", "phone": "308-555-0100"}
    note = {"at": "2026-03-02T15:00:00Z", "participant": "iacp", "note": "After the audit."}
    told = {"purpose": "call", "need": {"issue": "x"}, "contacts": [contact], "notes": [note]}
    report = json.loads(SAMPLE.read_text())["data"] | {"stage": "published", "corrections": [
        {"correction": 1, "item": "title", "before": "Old.", "after": "New.", "why": "Typo."},
    ]}  # fmt: skip
    for message, kind, purpose, data in (
        (MESSAGE, "case.ask", "call", told),
        (READING, "report.read", "report", report),
    ):
        await pool.execute(
            "INSERT INTO acts (message_id, actor, kind, tracking_number, answer, answered_at)"
            " VALUES ($1, 'staff:k7f2', $2, $3, 'applied', now())",
            message, kind, number,
        )  # fmt: skip
        await pool.execute(
            "INSERT INTO case_files (message_id, tracking_number, actor, purpose, told, until)"
            " VALUES ($1, $2, 'staff:k7f2', $3, $4, now() + interval '15 minutes')",
            message, number, purpose, json.dumps(data),
        )  # fmt: skip


async def test_every_page_says_where_help_is_and_that_it_is_not_for_emergencies(
    pages: dict[str, httpx.Response],
) -> None:
    for name, page in pages.items():
        for words in (
            "not for emergencies",
            "call 911",
            "202-555-0100",
            "In other languages: 202-555-0101",
        ):
            assert words in page.text, name


async def test_every_page_has_a_language_a_skip_link_a_title_and_headings_in_order(
    pages: dict[str, httpx.Response],
) -> None:
    for name, page in pages.items():
        assert '<html lang="en">' in page.text, name
        assert re.search(r"<title>[^<]+ - Program office</title>", page.text), name
        read = Read(page)
        assert ("a", {"class": "skip", "href": "#content"}) in read.elements, name
        assert ("main", {"id": "content", "tabindex": "-1"}) in read.elements, name
        headings = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
        assert headings.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(headings)), name


async def test_every_field_has_a_label_and_its_help_and_error_beside_it(
    pages: dict[str, httpx.Response],
) -> None:
    for name, page in pages.items():
        read = Read(page)
        without = [
            field
            for field in read.controls
            if field["in_label"] is None and field.get("id") not in read.labeled
        ]
        assert without == [], name
        assert len(read.ids) == len(set(read.ids)), name
        described = [found["aria-describedby"] for _, found in read.elements
                     if "aria-describedby" in found]  # fmt: skip
        named = {each for ids in described for each in (ids or "").split()}
        beside = [found.get("id") for _, found in read.elements
                  if found.get("class") in ("help", "error")]  # fmt: skip
        assert named <= set(read.ids), name
        assert {each for each in beside if each} == named, name


async def test_the_tab_key_follows_the_page_and_nothing_runs(
    pages: dict[str, httpx.Response],
) -> None:
    for name, page in pages.items():
        read = Read(page)
        assert {found.get("tabindex") for _, found in read.elements} <= {None, "-1"}, name
        assert not re.search(r"<(script|style|img|iframe)|\son\w+=|\sstyle=", page.text), name


async def test_every_time_has_its_zone(pages: dict[str, httpx.Response]) -> None:
    found = {name: re.findall(r"<time [^>]*>([^<]*)</time>", pages[name].text) for name in pages}

    assert sum(map(len, found.values())) > 8
    for name, times in found.items():
        assert [each for each in times if not TIME.fullmatch(each)] == [], name
        assert not re.search(r">[^<]*\d\dT\d\d:\d\d", pages[name].text), name


async def test_every_form_that_changes_something_has_the_token(
    pages: dict[str, httpx.Response],
) -> None:
    for name, page in pages.items():
        for form in re.findall(r'<form method="post".*?</form>', page.text, re.DOTALL):
            assert 'name="csrf"' in form, name


async def test_errors_are_in_the_title_and_have_the_focus(
    pages: dict[str, httpx.Response],
) -> None:
    for name in ("act with errors", "call with errors"):
        page = pages[name]
        assert page.status_code == 422
        assert "<title>Please correct: " in page.text
        (summary,) = [each for _, each in Read(page).elements if each.get("class") == "errors"]
        assert summary == {
            "class": "errors", "role": "alert", "tabindex": "-1", "autofocus": None,
        }  # fmt: skip
        links = re.findall(r'<li><a href="#([^"]+)"', page.text)
        assert links
        assert set(links) <= set(Read(page).ids), name


async def test_every_form_of_several_parts_says_how_far_one_is(
    pages: dict[str, httpx.Response],
) -> None:
    assert "Step 1 of 2" in pages["/cases/{number}/act/{act}"].text
    assert "Step 2 of 2" in pages["act to confirm"].text
    parts = re.findall(r">(\d of 6)<", pages["/call"].text)
    assert parts == [f"{number} of 6" for number in range(1, 7)]
