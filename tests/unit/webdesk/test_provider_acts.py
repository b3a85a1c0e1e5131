"""What people of providers do is an inbound message on behalf of the provider."""

from datetime import date

import pytest

from services.webdesk.acts import IN_TOPIC
from services.webdesk.provider_acts import ActData, Person, made, made_in, message_of
from shared.contracts.inbound import Capacity, Close, Inbound, Milestone, OfferAnswer
from tests.examples.provider import AT, CONTACT, ENGAGEMENT, LATER, NOBLE, OFFER

PERSON = Person(NOBLE, CONTACT)
ACTS: list[tuple[ActData, str, str]] = [
    (OfferAnswer(offer_id=OFFER, answer="accept", note="canary"), "offer.answer", OFFER),
    (
        Milestone(engagement_id=ENGAGEMENT, milestone="draft", on=date(2026, 5, 1)),
        "milestone.report",
        ENGAGEMENT,
    ),
    (
        Close(engagement_id=ENGAGEMENT, reason="cannot_go_on", note="canary"),
        "engagement.close",
        ENGAGEMENT,
    ),
    (
        Capacity.model_validate({"valid_until": LATER, "entries": [{"can_take": 2}]}),
        "capacity.declare",
        NOBLE,
    ),
]


@pytest.mark.parametrize(("data", "kind", "about"), ACTS)
def test_an_act_is_a_message_of_the_desk_for_the_provider_and_names_the_person(
    data: ActData, kind: str, about: str
) -> None:
    act = made(data, PERSON, token="form", at=AT)
    message = message_of(act, data, number=3)

    read = Inbound.model_validate_json(message.value or b"")
    assert message.topic == IN_TOPIC
    assert (read.type, read.subject) == (f"gov.cri.{kind}.v1", about)
    assert (read.source, read.onbehalfof, read.actor) == (
        "urn:cri:web-desk", NOBLE, f"contact:{CONTACT}",
    )  # fmt: skip
    assert type(data).model_validate(read.data) == data


@pytest.mark.parametrize(("data", "kind", "about"), ACTS)
def test_the_desk_keeps_what_was_done_without_the_words(
    data: ActData, kind: str, about: str
) -> None:
    act = made(data, PERSON, token="form", at=AT)

    assert (act.kind, act.about) == (kind, about)
    assert "canary" not in str(act)


@pytest.mark.parametrize(("data", "kind", "about"), ACTS)
def test_an_act_is_known_from_the_own_topic(data: ActData, kind: str, about: str) -> None:
    act = made(data, PERSON, token="form", at=AT)

    assert made_in(message_of(act, data, number=1).value or b"") == act


def test_the_same_form_is_one_act_and_another_form_another() -> None:
    data = ACTS[0][0]

    ids = [made(data, PERSON, token=token, at=AT).message_id for token in ("a", "a", "b")]

    assert ids[0] == ids[1] != ids[2]


def test_what_the_desk_sends_for_nobody_is_no_act_of_a_provider() -> None:
    act = made(ACTS[0][0], PERSON, token="form", at=AT)
    value = message_of(act, ACTS[0][0], number=1).value or b""

    assert made_in(value.replace(b'"onbehalfof":"noble",', b"")) is None
    assert made_in(b"{}") is None


def test_a_contact_whose_id_is_no_pseudonym_has_one_all_the_same() -> None:
    actor = Person(NOBLE, "ann@noble.example").actor

    assert "ann" not in actor
    assert len(actor) == len("contact:") + 32
