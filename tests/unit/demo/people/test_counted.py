"""What people asked for as counted from outside, and what must be the same."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from deploy.demo.browsing.browser import Browser
from deploy.demo.office.staff import Staff
from deploy.demo.people.askers import askers
from deploy.demo.people.counted import Counted
from deploy.demo.people.visitor import Visitor
from services.webdesk.acts import IN_TOPIC, OUT_TOPIC

NUMBER, REFERENCE = "CRI-2027-000001-A", "WEB-0123456789"
(ASKER, *_) = askers(today=date(2027, 3, 15))


def submitted(reference: str = REFERENCE, *, message: str = "m-1") -> dict[str, Any]:
    data = {"reference": reference}
    return {"id": message, "type": "gov.cri.request.submit.v1", "data": data}


def accepted(number: str = NUMBER, *, message: str = "m-2") -> dict[str, Any]:
    data = {"reference": REFERENCE, "tracking_number": number}
    return {"id": message, "type": "gov.cri.submission.accepted.v1", "data": data}


@pytest.fixture
def counted() -> Counted:
    """A person who corrected one page, sent the request, and was told its number twice."""
    browser = Browser("http://127.0.0.1:1")
    found = Counted([Visitor(ASKER, browser, REFERENCE, NUMBER, corrected=1)])
    found.take(IN_TOPIC, {"id": "m-0", "type": "gov.cri.contact.set.v1", "data": {}})
    found.take(IN_TOPIC, submitted())
    found.take(OUT_TOPIC, accepted())
    found.mailed = {(ASKER.email, NUMBER)}
    return found


def test_all_is_well(counted: Counted) -> None:
    counted.take(IN_TOPIC, submitted())  # a relay may send a message again

    assert counted.faults() == []
    staff = Staff("http://127.0.0.1:1", decide=lambda _: None, callers=[])
    assert counted.summary(staff) == (
        "1 requests by web form, 0 entered for callers, 1 refused with all reasons on the page"
        " and corrected, 0 lost between page and answer; 1 people were mailed their number"
    )


def sees(number: str | None) -> Callable[[Counted], None]:
    def change(counted: Counted) -> None:
        counted.visitors[0].number = number

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (sees(None), "sees None"),
        (sees("CRI-2027-000002-B"), "sees CRI-2027-000002-B"),
        (lambda counted: counted.numbers.clear(), "was answered nothing"),
        (lambda counted: counted.take(OUT_TOPIC, accepted(message="m-3")), "A, CRI"),
        (lambda counted: counted.sent.clear(), "sent 0 requests"),
        (lambda counted: counted.take(IN_TOPIC, submitted(message="m-3")), "sent 2 requests"),
        (lambda counted: counted.take(IN_TOPIC, submitted("WEB-X", message="m-3")), "nobody sent"),
        (lambda counted: counted.mailed.clear(), "was not mailed"),
        (lambda counted: counted.visitors[0].unsaid.append("/x asks for y"), "/x asks for y"),
    ],
)
def test_everything_else_is_a_fault(
    counted: Counted, change: Callable[[Counted], None], fault: str
) -> None:
    change(counted)

    (said,) = counted.faults()
    assert fault in said
