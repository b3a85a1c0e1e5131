"""The office's work as counted from outside, and what must be the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.demo.business_days import BusinessDays
from deploy.demo.office.callers import callers
from deploy.demo.office.case_files import OpenedFile
from deploy.demo.office.clicked import Clicked
from deploy.demo.office.counted import Counted
from deploy.demo.office.staff import Staff
from services.desk.acts import IN_TOPIC, OUT_TOPIC
from shared.contracts import notifications, routing
from tests.unit.demo.office.test_open_work import LATER, NUMBER, referred, routed
from tests.unit.demo.office.test_work_table import HEAD

FILE = OpenedFile("file", NUMBER, "staff:approver", "triage", True)
FILE_TOLD = {
    "id": "file-told",
    "type": "gov.cri.notifications.case_file_told.v1",
    "data": {"tracking_number": NUMBER, "actor": FILE.actor, "purpose": FILE.purpose},
}
LINE = f"2027-03-17,{NUMBER},A,B,Decide on a request,No rule may place it.,It stays.,C,\n"
DAYS = BusinessDays()


def directed(message: str) -> dict[str, Any]:
    data = {"tracking_number": NUMBER}
    return {"id": message, "type": "gov.cri.request.direct.v1", "data": data}


def answered(message: str, reasons: list[dict[str, str]]) -> dict[str, Any]:
    kind = "gov.cri.message.refused.v1" if reasons else "gov.cri.message.applied.v1"
    given = {"id": f"answer to {message}", "inreplytoid": message, "type": kind}
    return {**given, "data": {"reasons": reasons}}


@pytest.fixture
def counted() -> Counted:
    """An item on the list, two decisions at once, and a caller's request with its contact."""
    staff = Staff("http://127.0.0.1:1", decide=lambda _: None, callers=callers()[:1])
    staff.clicked = [Clicked(each, "Worker", "referred", "Done") for each in ("act", "call")]
    staff.refused, staff.at_once, staff.files = 1, NUMBER, [FILE]
    staff.table.take(HEAD + LINE)
    found = Counted(staff)
    found.take(routing.TOPIC, referred())
    for message in ("contact", "call", "file"):
        found.take(IN_TOPIC, {"id": message})
        found.take(OUT_TOPIC, {"id": f"answer to {message}", "inreplytoid": message})
    for message, reasons in (("act", []), ("late act", [{"code": "not_referred"}])):
        found.take(IN_TOPIC, directed(message))
        found.take(OUT_TOPIC, answered(message, reasons))
    found.take(notifications.TOPIC, FILE_TOLD)
    found.take(OUT_TOPIC, {"id": "heartbeat"})
    return found


def test_all_is_well(counted: Counted) -> None:
    assert counted.faults(LATER) == []


def test_it_is_said_in_words(counted: Counted) -> None:
    counted.take(routing.TOPIC, referred(1))
    counted.staff.taken = 1

    assert counted.summary(datetime(2027, 3, 18, 16, tzinfo=UTC), days=DAYS) == (
        "2 items opened, 1 settled (1 by people at the desk), 1 open, oldest 3 working days;"
        " each of the 1 seen on the list said why; 5 acts sent, 5 answered, 1 refused; of two"
        " people who decided on one request at once, one was told that it is decided; 1 case file"
        " opened, with who opened each and what for"
    )


def test_an_event_that_is_there_twice_counts_once(counted: Counted) -> None:
    event = referred(1)
    counted.take(routing.TOPIC, event)
    counted.take(routing.TOPIC, event)

    assert len(counted.work.there(LATER)) == 2


def test_of_two_at_once_one_may_be_too_late_to_send_anything(counted: Counted) -> None:
    counted.staff.was_too_late, counted.staff.refused = True, 0
    counted.directed[NUMBER] = ["act"]
    del counted.sent["late act"], counted.answered["late act"]

    assert counted.faults(LATER) == []

    counted.refused["act"] = ["not_referred"]

    assert len(counted.faults(LATER)) == 1


def shows(table: str) -> Callable[[Counted], None]:
    return lambda counted: counted.staff.table.take(HEAD + table)


def told(topic: str, message: Any) -> Callable[[Counted], None]:
    return lambda counted: counted.take(topic, message)


def opened(file: OpenedFile) -> Callable[[Counted], None]:
    def change(counted: Counted) -> None:
        counted.staff.files = [file]

    return change


def clicked(message: str, says: str) -> Callable[[Counted], None]:
    return lambda counted: counted.staff.clicked.append(Clicked(message, "W", "late", says))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (shows(""), "does not show"),
        (shows(LINE + LINE), "does not tell"),
        (shows(LINE.replace("No rule may place it.", "")), "does not say why"),
        (told(routing.TOPIC, routed("offer_made", 1, "offered")), "does not tell"),
        (clicked("act", "Sent, waiting for the answer"), "shows no answer"),
        (clicked("lost", "Done"), "clicked and not sent"),
        (told(IN_TOPIC, {"id": "act"}), "was not answered"),
        (told(OUT_TOPIC, {"id": "again", "inreplytoid": "act"}), "too often"),
        (lambda counted: counted.staff.clicked.pop(), "beside the contacts of 1 callers"),
        (lambda counted: counted.refused.clear(), "at once"),
        (lambda counted: counted.directed[NUMBER].pop(), "at once"),
        (lambda counted: counted.told.clear(), "nobody was told"),
        (lambda counted: counted.staff.files.clear(), "nobody opened"),
        (opened(replace(FILE, purpose="audit")), "nobody was told"),
        (opened(replace(FILE, is_shown=False)), "does not show"),
    ],
)
def test_everything_else_is_a_fault(
    counted: Counted, change: Callable[[Counted], None], fault: str
) -> None:
    change(counted)

    assert any(fault in each for each in counted.faults(LATER))
