"""What the public desk says of subscriptions is passed on, and addresses are restricted."""

from typing import Any

import pytest

from shared.contracts.intake import CONFIDENTIAL_TOPIC
from tests.examples.inbound import AGENCY, data_of
from tests.examples.intake import Intake, codes, events, reasons

ADDRESS = "pat@example.org"
TYPES = tuple(f"subscription.{what}" for what in ("ask", "confirm", "set", "end"))


@pytest.mark.parametrize("kind", TYPES)
def test_it_is_passed_on_as_restricted_under_one_subject(kind: str) -> None:
    decision = Intake().send(kind)

    (published,) = decision.published
    (event,) = events(decision)
    assert published.topic == CONFIDENTIAL_TOPIC
    assert published.key == event.subject == "subscriptions:web-desk"
    assert event.dataclassification == "restricted"


def test_what_is_said_of_subscriptions_keeps_its_order() -> None:
    intake = Intake()

    found = [events(intake.send(kind, id=kind))[0] for kind in TYPES]

    assert [event.number for event in found] == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", TYPES)
def test_only_the_public_desk_speaks_for_the_public(kind: str) -> None:
    decision = Intake().send(kind, sender=AGENCY)

    assert codes(decision) == ["role_not_authorized"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"address": "nobody"}, ("schema", "/data/address")),
        ({"address": "a@b.example" * 30}, ("schema", "/data/address")),
        ({"address": "a@b.example, c@d.example"}, ("schema", "/data/address")),
        ({"kinds": []}, ("schema", "/data/kinds")),
        ({"kinds": ["gossip"]}, ("schema", "/data/kinds/0")),
        ({"cadence": "daily"}, ("schema", "/data/cadence")),
        ({"program": "cri-moon"}, ("unknown_program", "/data/program")),
        ({"zone": "Mars/Olympus"}, ("schema", "/data/zone")),
    ],
)
def test_an_ask_that_no_mail_could_follow_is_refused(
    changes: dict[str, Any], found: tuple[str, str]
) -> None:
    decision = Intake().send("subscription.ask", data_of("subscription.ask", "") | changes)

    assert reasons(decision) == [found]
    assert ADDRESS not in str(decision.published)
