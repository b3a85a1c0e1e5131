"""What a contact may choose about its mails, and what is passed on of it."""

from typing import Any

import pytest

from shared.contracts.intake import PreferenceFacts, QuietFacts
from tests.examples.inbound import OBSERVER, OFFICE, PROVIDER
from tests.examples.intake import Intake, codes, events, reasons

KIND = "preference.set"


def passed_on(data: dict[str, Any], *, sender: str | None = None) -> PreferenceFacts:
    decision = Intake().send(KIND, {"contact_id": "desk", **data}, sender=sender)
    (event,) = events(decision)
    assert isinstance(event.data, PreferenceFacts)
    return event.data


def test_what_is_left_out_is_as_if_nothing_had_been_set() -> None:
    facts = passed_on({})

    assert (facts.kinds, facts.zone) == ({}, None)
    assert facts.quiet == QuietFacts(from_="20:00", until="07:00")


def test_no_quiet_hours_are_none() -> None:
    assert passed_on({"quiet": None}).quiet is None


def test_what_is_chosen_is_passed_on() -> None:
    chosen = {"kinds": {"status": "off", "offer": "daily"}, "quiet": {"from": "22:30"}}

    facts = passed_on({**chosen, "zone": "Pacific/Guam"})

    assert facts.kinds == {"status": "off", "offer": "daily"}
    assert facts.quiet == QuietFacts(from_="22:30", until="07:00")
    assert facts.zone == "Pacific/Guam"


@pytest.mark.parametrize("sender", [PROVIDER, OFFICE])
def test_it_is_about_the_senders_own_contact(sender: str) -> None:
    assert passed_on({}, sender=sender).participant == sender


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"kinds": {"status": "weekly"}}, "/data/kinds/status"),
        ({"kinds": {"monthly": "off"}}, "/data/kinds"),
        ({"quiet": {"from": "24:00"}}, "/data/quiet/from"),
        ({"quiet": {"until": "7:00"}}, "/data/quiet/until"),
        ({"quiet": {"until": "07:00:00"}}, "/data/quiet/until"),
        ({"quiet": "never"}, "/data/quiet"),
        ({"zone": "Eastern"}, "/data/zone"),
        ({"contact_id": ""}, "/data/contact_id"),
    ],
)
def test_another_choice_is_refused(wrong: dict[str, Any], path: str) -> None:
    decision = Intake().send(KIND, {"contact_id": "desk", **wrong})

    assert reasons(decision) == [("schema", path)]


def test_an_observer_has_no_contacts() -> None:
    assert codes(Intake().send(KIND, {"contact_id": "desk"}, sender=OBSERVER)) == [
        "role_not_authorized"
    ]


def test_a_contact_and_its_choice_are_in_order() -> None:
    intake = Intake()
    contact = {"contact_id": "desk", "name": "Request desk"}

    sent = [
        intake.send("contact.set", contact),
        intake.send(KIND, {"contact_id": "desk"}),
        intake.send("contact.set", {**contact, "title": "Chief"}),
    ]

    (first,), (second,), (third,) = (events(decision) for decision in sent)
    assert first.subject == second.subject == third.subject
    assert [each.number for each in (first, second, third)] == [1, 2, 3]
