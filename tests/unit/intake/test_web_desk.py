"""The public desk acts for agencies and providers that have no system."""

from typing import Any

import pytest

from services.intake.batch_state import Decision
from shared.contracts.services import WEB_DESK
from tests.examples.inbound import AGENCY, OFFICE, ORI, PROVIDER, agency, submission
from tests.examples.intake import Intake, events, reasons, types

NOBLE = "noble"
CODE = {"basis": "code_to_address", "on": "2026-03-02", "address": "Chief@LAPD.example"}
CLAIMED = {"basis": "claimed", "on": "2026-03-02"}


def asked(**changes: Any) -> dict[str, Any]:
    """Return the data of a request that is made on a page."""
    of_person = {"role": "chief", "contact_id": "web-1"}
    return submission(**{"authority": CODE, "requested_by": of_person, **changes})


def send(intake: Intake, data: dict[str, Any] | None = None, **changes: Any) -> Decision:
    return intake.send("request.submit", data or asked(), sender=WEB_DESK, **changes)


def basis(intake: Intake, **changes: Any) -> str:
    accepted, *_ = events(send(intake, asked(**changes)))
    found: str = accepted.data.authority.basis
    return found


def test_e1_a_confirmed_address_of_the_agency_speaks_for_it() -> None:
    intake = Intake()
    intake.send("agency.set", {"id": ORI, "known_domains": ["lapd.example"]})

    accepted, *_ = events(send(intake))

    assert (accepted.data.participant, accepted.participant) == (WEB_DESK, WEB_DESK)
    assert accepted.data.authority.basis == "code_to_known_address"
    assert "lapd.example" not in accepted.encode().decode().lower()


def test_e5_an_address_that_nobody_knows_only_claims_to_speak_for_it() -> None:
    intake = Intake()
    intake.send("agency.set", {"id": ORI, "known_domains": ["lapd.example"]})

    assert basis(intake, authority={**CODE, "address": "chief@freemail.example"}) == "claimed"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "claimed"),
        ({"authority": CLAIMED}, "claimed"),
        ({"authority": {**CODE, "address": "chief@x.lapd.example"}}, "claimed"),
        ({"authority": {**CODE, "address": "chief@lapd.example.evil.example"}}, "claimed"),
        ({"agency": agency(ori=ORI[:7])}, "claimed"),
        ({"agency": agency(ori="AL02001", state="US-AL")}, "claimed"),
        ({"agency": agency(ori=None)}, "claimed"),
    ],
)
def test_authority_is_claimed_unless_the_domain_is_that_of_just_this_agency(
    changes: dict[str, Any], expected: str
) -> None:
    intake = Intake()
    intake.send("agency.set", {"id": "AL0200100", "known_domains": ["lapd.example"]})

    assert basis(intake, **changes) == expected


def test_a_later_entry_of_an_agency_replaces_the_earlier_one() -> None:
    intake = Intake()
    for domains in (["lapd.example"], ["other.example"]):
        intake.send("agency.set", {"id": ORI, "known_domains": domains})

    assert basis(intake) == "claimed"


def test_e6_an_agency_without_an_ori_may_ask() -> None:
    decision = send(Intake(), asked(agency=agency(ori=None, state="US-AS"), authority=CLAIMED))

    assert types(decision)[0] == "request_accepted"


def test_any_ori_may_be_named_but_no_federal_agency() -> None:
    listed_nowhere = send(Intake(), asked(agency=agency(ori="NB0620100", state="US-NE")))
    federal = send(Intake(), asked(agency=agency(ori="DCFBI0000", name="FBI")))

    assert types(listed_nowhere)[0] == "request_accepted"
    assert reasons(federal) == [("agency_not_eligible", "/data/agency/agency_class")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"authority": None}, ("schema", "/data/authority")),
        ({"requested_by": {"role": "chief"}}, ("schema", "/data/requested_by/contact_id")),
        (
            {"received_by": {"channel": "phone", "on": "2026-03-01"}},
            ("role_not_authorized", "/data/received_by"),
        ),
        (
            {"authority": {"basis": "call_back", "on": "2026-03-02"}},
            ("role_not_authorized", "/data/authority/basis"),
        ),
        ({"authority": {**CODE, "address": None}}, ("schema", "/data/authority/address")),
        ({"authority": {**CLAIMED, "address": "a@b.co"}}, ("schema", "/data/authority/address")),
        ({"authority": {**CODE, "address": "a"}}, ("schema", "/data/authority/address")),
    ],
)  # fmt: skip
def test_a_request_from_a_page_says_who_wants_it_and_who_can_be_reached(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert reasons(send(Intake(), asked(**changes))) == [expected]


def test_an_office_relies_on_no_code() -> None:
    received = {"channel": "phone", "on": "2026-03-02"}

    decision = Intake().send("request.submit", asked(received_by=received), sender=OFFICE)

    assert reasons(decision) == [("role_not_authorized", "/data/authority/basis")]


def test_e38_the_public_desk_directs_nothing() -> None:
    decision = Intake().send("request.direct", sender=WEB_DESK)

    assert reasons(decision) == [("role_not_authorized", "/type")]


def on_behalf(intake: Intake, kind: str, whom: str = NOBLE, **changes: Any) -> Decision:
    return intake.send(kind, sender=WEB_DESK, onbehalfof=whom, **changes)


def test_e35_an_answer_through_the_desk_is_that_of_the_provider() -> None:
    intake = Intake()
    intake.send("request.submit")

    answered, *_ = events(on_behalf(intake, "offer.answer", actor="contact:n1"))

    assert answered.type == "gov.cri.intake.offer_answered.v1"
    assert (answered.data.provider, answered.participant) == (NOBLE, NOBLE)
    assert answered.inreplyto == "cri.in.web-desk.v1/0/2"
    assert answered.actor == "contact:n1"


def test_a_capacity_and_a_contact_through_the_desk_are_the_providers() -> None:
    intake = Intake()

    (declared,) = events(on_behalf(intake, "capacity.declare"))
    (contact,) = events(on_behalf(intake, "contact.set"))

    assert (declared.subject, declared.data.provider) == (NOBLE, NOBLE)
    assert (contact.data.participant, contact.data.of_caller) == (NOBLE, False)


@pytest.mark.parametrize("whom", [NOBLE, None])
def test_the_desk_asks_for_codes_to_its_contacts_and_to_those_of_others(whom: str | None) -> None:
    (asked,) = events(Intake().send("code.send", onbehalfof=whom))

    assert asked.subject == f"contact:{whom or WEB_DESK}:c-1"
    assert asked.data.participant == asked.participant == (whom or WEB_DESK)
    assert (asked.data.counter, asked.dataclassification) == (1, "restricted")


@pytest.mark.parametrize("sender", [AGENCY, PROVIDER, OFFICE])
def test_nobody_else_asks_for_codes(sender: str) -> None:
    decision = Intake().send("code.send", sender=sender)

    assert reasons(decision) == [("role_not_authorized", "/type")]


def test_somebody_who_asks_on_a_page_gets_no_mail_of_others_who_do() -> None:
    (contact,) = events(Intake().send("contact.set", sender=WEB_DESK))

    assert (contact.data.participant, contact.data.of_caller) == (WEB_DESK, True)


@pytest.mark.parametrize("whom", [PROVIDER, OFFICE, AGENCY, WEB_DESK, "nobody"])
def test_the_desk_acts_for_nobody_who_has_a_system(whom: str) -> None:
    decision = on_behalf(Intake(), "status.ask", whom)

    (refused,) = events(decision)
    assert reasons(decision) == [("role_not_authorized", "/onbehalfof")]
    assert (refused.participant, refused.subject) == (WEB_DESK, WEB_DESK)
    assert refused.data.participant == WEB_DESK


def test_nobody_else_acts_for_another() -> None:
    for sender in (AGENCY, OFFICE, PROVIDER):
        decision = Intake().send("status.ask", sender=sender, onbehalfof=NOBLE)
        assert reasons(decision) == [("role_not_authorized", "/onbehalfof")]


def test_the_desk_does_for_a_provider_only_what_a_provider_may() -> None:
    decision = on_behalf(Intake(), "request.withdraw")

    assert reasons(decision) == [("role_not_authorized", "/type")]


def test_who_is_reached_by_the_desk_sends_nothing_by_itself() -> None:
    assert reasons(Intake().send("status.ask", sender=NOBLE)) == [("role_not_authorized", "")]


def test_the_desk_owns_the_ids_of_its_messages_whomever_it_acts_for() -> None:
    intake = Intake()
    on_behalf(intake, "contact.set", id="same")

    again = on_behalf(intake, "contact.set", id="same")
    for_itself = intake.send("contact.set", sender=WEB_DESK, id="same")

    assert types(again) == ["answer_repeated"]
    assert reasons(for_itself) == [("id_reused_with_other_content", "/id")]


def test_an_answer_is_numbered_by_its_sender_and_goes_to_the_one_acted_for() -> None:
    intake = Intake()

    (asked_for,) = events(on_behalf(intake, "status.ask"))
    (asked_itself,) = events(intake.send("status.ask", sender=WEB_DESK))

    assert (asked_for.subject, asked_for.number) == (WEB_DESK, 1)
    assert (asked_itself.subject, asked_itself.number) == (WEB_DESK, 2)
    assert (asked_for.participant, asked_for.data.participant) == (NOBLE, NOBLE)


def test_a_malformed_message_is_answered_to_the_desk() -> None:
    decision = on_behalf(Intake(), "status.ask", id="")

    (refused,) = events(decision)
    assert refused.participant == WEB_DESK


def test_the_web_desk_must_name_the_person_who_acts() -> None:
    intake = Intake()
    entry = {"id": WEB_DESK, "kind": "agency_desk", "name": "Desk", "names_actors": True}
    assert types(intake.send("participant.register", entry)) == ["participant_registered"]

    assert reasons(on_behalf(intake, "status.ask")) == [("actor_needed", "/actor")]
    named = on_behalf(intake, "status.ask", actor="contact:n1")
    assert types(named) == ["status_asked"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "agency_desk"}, ("reserved", "/data/kind")),
        ({"id": WEB_DESK}, ("reserved", "/data/id")),
        ({"id": "web-desk-2"}, ("reserved", "/data/id")),
        ({"kind": "program_office", "reached_by": "desk"}, ("schema", "/data/reached_by")),
        ({"kind": "observer", "reached_by": "desk"}, ("schema", "/data/reached_by")),
        ({"reached_by": "fax"}, ("schema", "/data/reached_by")),
    ],
)
def test_there_is_one_public_desk_and_it_reaches_no_office(
    changes: dict[str, str], expected: tuple[str, str]
) -> None:
    entry = {"id": "ny-chiefs", "kind": "provider", "name": "Chiefs", "sources": [], **changes}

    decision = Intake().send("participant.register", entry)

    assert reasons(decision) == [expected]
