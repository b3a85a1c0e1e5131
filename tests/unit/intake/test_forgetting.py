"""A person is forgotten because the office says so, unless a records hold covers the person."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.batch_state import Decision
from shared.contracts.intake import TOPIC
from shared.contracts.services import WEB_DESK
from tests.examples.inbound import AGENCY, AT, OFFICE, STAFF, data_of, submission
from tests.examples.intake import Intake, codes, events, reasons

OTHER = "8d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"
SUBSCRIPTION = "7d0e6c1a-0f5c-5b83-8b7c-2f1d3c9a4e55"


def forget(intake: Intake, **changes: Any) -> Decision:
    return intake.send("person.forget", data_of("person.forget", "") | changes)


def hold(intake: Intake, covered: dict[str, Any], **changes: Any) -> Decision:
    data = {"id": "litigation-7", "reason": "litigation", **covered, **changes}
    return intake.send("hold.set", data)


@pytest.fixture
def intake(intake: Intake) -> Intake:
    intake.send("contact.set")
    return intake


def test_a_contact_is_forgotten_up_to_what_was_said_of_it_last(intake: Intake) -> None:
    decision = forget(intake, never_write_again=True)

    (published,) = decision.published
    (event,) = events(decision)
    assert (published.topic, published.key) == (TOPIC, "contact:ca-post:c-1")
    assert (event.number, event.data.up_to, event.data.never_write_again) == (1, 2, True)
    assert (event.participant, event.dataclassification) == (OFFICE, "internal")
    assert "Pat Doe" not in published.value.decode()


def test_a_contact_that_is_set_again_is_forgotten_again(intake: Intake) -> None:
    forget(intake)
    intake.send("contact.set")

    (event,) = events(forget(intake))

    assert (event.number, event.data.up_to) == (2, 3)


def test_who_was_forgotten_is_forgotten_again_without_complaint(intake: Intake) -> None:
    first, second = forget(intake), forget(intake)

    assert (first.outcome, second.outcome) == ("applied", "applied")


def test_a_subscription_is_forgotten_behind_all_that_the_desk_passed_on(intake: Intake) -> None:
    intake.send("subscription.ask")

    decision = forget(intake, participant=WEB_DESK, contact_id=None, subscription_id=SUBSCRIPTION)

    (event,) = events(decision)
    assert (event.subject, event.data.up_to) == (f"subscription:{SUBSCRIPTION}", 1)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"contact_id": "nobody"}, ("unknown_contact", "/data/contact_id")),
        ({"participant": "ny-post"}, ("unknown_contact", "/data/contact_id")),
        ({"contact_id": None}, ("schema", "/data/contact_id")),
        ({"subscription_id": SUBSCRIPTION}, ("schema", "/data/subscription_id")),
        (
            {"contact_id": None, "subscription_id": SUBSCRIPTION},
            ("schema", "/data/participant"),
        ),
        ({"because": "She asked us to."}, ("schema", "/data/because")),
    ],
)
def test_nobody_is_forgotten_by_mistake(
    changes: dict[str, Any], found: tuple[str, str], intake: Intake
) -> None:
    assert reasons(forget(intake, **changes)) == [found]


@pytest.mark.parametrize("kind", ["person.forget", "hold.set"])
def test_only_an_approver_forgets_and_holds(kind: str, intake: Intake) -> None:
    unnamed = intake.send(kind, actor=None)
    worker = intake.send(kind, actor=STAFF)

    assert codes(unnamed) == ["actor_needed"]
    assert codes(worker) == ["actor_not_authorized"]


@pytest.mark.parametrize(
    ("covered", "is_on_hold"),
    [
        ({}, True),
        ({"participant": AGENCY}, True),
        ({"participant": AGENCY, "contact_id": "c-1"}, True),
        ({"participant": AGENCY, "contact_id": "c-2"}, False),
        ({"participant": "ny-post"}, False),
        ({"participant": "ny-post", "contact_id": "c-1"}, False),
        ({"tracking_number": "first"}, True),
        ({"tracking_number": "second"}, False),
        ({"subscription_id": SUBSCRIPTION}, False),
    ],
)
def test_whom_a_hold_covers_is_not_forgotten(
    covered: dict[str, Any], *, is_on_hold: bool, intake: Intake
) -> None:
    others = submission(reference="second", requested_by={"role": "chief", "contact_id": "c-2"})
    intake.send("request.submit", others)
    numbers = dict(zip(("first", "second"), intake.batch.requests, strict=True))
    if "tracking_number" in covered:
        covered = {"tracking_number": numbers[covered["tracking_number"]]}
    hold(intake, covered)

    decision = forget(intake)

    if is_on_hold:
        assert reasons(decision) == [("on_hold", "")]
        assert "litigation-7" in events(decision)[0].data.reasons[0].message
    else:
        assert decision.outcome == "applied"


@pytest.mark.parametrize("is_on_hold", [True, False])
def test_a_hold_covers_one_subscription(*, is_on_hold: bool, intake: Intake) -> None:
    hold(intake, {"subscription_id": SUBSCRIPTION if is_on_hold else OTHER})

    decision = forget(intake, participant=WEB_DESK, contact_id=None, subscription_id=SUBSCRIPTION)

    assert decision.outcome == ("refused" if is_on_hold else "applied")


def test_a_hold_ends_by_itself_or_is_lifted(intake: Intake) -> None:
    hold(intake, {"participant": AGENCY}, id="a", ends_at="2026-03-02T15:00:01Z")
    hold(intake, {"participant": AGENCY}, id="b")

    both = forget(intake)
    hold(intake, {"participant": AGENCY}, id="b", lifted=True)
    one = forget(intake)
    none = intake.send("person.forget", at=AT + timedelta(seconds=1))

    assert codes(both) == codes(one) == ["on_hold"]
    assert "a, b" in events(both)[0].data.reasons[0].message
    assert "b" not in events(one)[0].data.reasons[0].message.partition(":")[2]
    assert none.outcome == "applied"


@pytest.mark.parametrize(
    ("covered", "found"),
    [
        ({"tracking_number": "CRI-2026-000999-X"}, ("unknown_request", "/data/tracking_number")),
        ({"participant": "ny-pots"}, ("schema", "/data/participant")),
        ({"contact_id": "c-1"}, ("schema", "/data/contact_id")),
        (
            {"participant": AGENCY, "subscription_id": SUBSCRIPTION},
            ("schema", "/data/subscription_id"),
        ),
        ({"ends_at": "2999-01-01T00:00:00Z"}, ("value_out_of_range", "/data/ends_at")),
    ],
)
def test_a_hold_that_would_cover_nothing_is_refused(
    covered: dict[str, Any], found: tuple[str, str], intake: Intake
) -> None:
    assert reasons(hold(intake, covered)) == [found]
