"""Subscriptions as counted from outside, and what must be the same."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.browsing.browser import Browser
from deploy.demo.people.mailbox import Mailboxes
from deploy.demo.people.subscribers import Subscriber
from deploy.demo.people.subscriptions import Subscriptions


def told(what: str, subscription: str, **more: str) -> dict[str, Any]:
    data = {"subscription_id": subscription, **more}
    kind = f"gov.cri.notifications.subscription_{what}.v1"
    return {"id": f"{what} {subscription}", "type": kind, "data": data}


@pytest.fixture
def counted(tmp_path: Path) -> Subscriptions:
    """Three people asked, two confirmed, one of them ended it by one click."""
    people = []
    for name, confirmed, ended in (("a", False, False), ("b", True, False), ("c", True, True)):
        browser, mails = Browser("http://127.0.0.1:1"), Mailboxes(tmp_path)
        person = Subscriber(f"{name}@x.example", confirmed, not ended, browser, mails, name)
        person.has_confirmed, person.has_ended, person.scanned = confirmed, ended, 3
        people.append(person)
    found = Subscriptions(people)
    for event in (
        *(told("asked", each) for each in "abc"),
        *(told("confirmed", each) for each in "bc"),
        told("ended", "c", by="one_click"),
        {"id": "n", "type": "gov.cri.notifications.notice_decided.v1", "data": {}},
    ):
        found.take(event)
        found.take(event)
    return found


def test_all_is_well(counted: Subscriptions) -> None:
    assert counted.faults() == []
    assert counted.summary() == (
        "3 asked, 2 confirmed, 0 changed by opening a link (9 times, by mail programs), 1 ended by"
        " one click"
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda counted: counted.take(told("confirmed", "a")), "nobody clicked"),
        (lambda counted: counted.take(told("ended", "b", by="link")), "nobody clicked"),
        (lambda counted: counted.told.pop(("b", "confirmed")), "does not tell"),
        (lambda counted: counted.told.update([("c", "ended by one_click")]), "nobody clicked"),
    ],
)
def test_everything_else_is_a_fault(
    counted: Subscriptions, change: Callable[[Subscriptions], None], fault: str
) -> None:
    change(counted)

    (said,) = counted.faults()
    assert fault in said
