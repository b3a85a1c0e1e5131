"""An office that entered a request for a caller is told once, in place of the agency."""

from typing import Any

import pytest

from services.notifications.audiences.audience import NO_OFFICE, NotNeeded, Send, View
from services.notifications.audiences.evolve import evolve
from services.notifications.audiences.request import Directory
from services.notifications.decide import AS_REQUESTER, decide
from services.notifications.mail.obligations import choose_another
from shared.contracts.outbound import TYPES
from tests.examples.facts import (
    AGENCY,
    AT,
    DECISION,
    OFFICE,
    PROVIDER,
    Log,
    engagement,
    made,
    state,
)

DESK = "office-desk"
OFFICES = Directory({}, {}, (DESK, OFFICE))


def view(after: str, data: dict[str, Any], *, must_call: bool) -> tuple[Any, View]:
    log = Log()
    before = evolve(None, log.accepted(participant=DESK), OFFICES)
    event = log.routed(after, {**data, "participant": DESK})
    request = evolve(before, event, OFFICES)
    return event, View(AT, OFFICES, before, request, must_call=must_call)


REFERRED = state("referred", reason="no_ori", decision=DECISION)
MISSED = state("referred", clock="triage.standard", due_at=AT, next_at=AT)
REMINDED = state("referred", clock="triage.standard", due_at=AT)
AFFECTED = engagement(
    "assigned", cause="program_suspended", stopped=True, stop_changed=True
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("request_referred", REFERRED, "status_changed"),
        ("clock_missed", MISSED, "clock_late"),
        ("engagement_affected", AFFECTED, "status_changed"),
    ],
)
def test_an_office_is_told_once_and_what_the_agency_would_be_told(
    name: str, data: dict[str, Any], kind: str
) -> None:
    event, seen = view(name, data, must_call=True)

    notices = decide(event, seen)

    audiences = [each.audience for each in notices]
    assert sorted(audiences) == sorted(set(audiences))
    (desk,) = [each for each in notices if each.audience == DESK]
    (other,) = [each for each in notices if each.audience == OFFICE]
    assert isinstance(desk, Send)
    assert (desk.type, desk.call) == (TYPES[kind], True)
    assert isinstance(other, Send)
    assert other.call is False
    assert NotNeeded(NO_OFFICE, AS_REQUESTER) in notices


def test_what_only_an_office_is_told_reaches_it_too_and_needs_no_call() -> None:
    event, seen = view("clock_reminded", REMINDED, must_call=True)

    told = {each.audience: each for each in decide(event, seen)}

    assert told.keys() == {DESK, OFFICE}
    assert all(isinstance(each, Send) and not each.call for each in told.values())


def test_who_has_mail_needs_no_call() -> None:
    event, seen = view("request_referred", REFERRED, must_call=False)

    assert not any(isinstance(each, Send) and each.call for each in decide(event, seen))


def test_a_provider_is_never_called_for_the_office() -> None:
    event, seen = view("offer_made", made(), must_call=True)

    told = {each.audience: each for each in decide(event, seen) if isinstance(each, Send)}

    assert (told[PROVIDER].call, told[DESK].call) == (False, True)


def test_an_agencys_system_is_told_as_before() -> None:
    log = Log()
    before = evolve(None, log.accepted(), OFFICES)
    event = log.routed("request_referred", REFERRED)

    notices = decide(event, View(AT, OFFICES, before, evolve(before, event, OFFICES)))

    assert [each.audience for each in notices] == [AGENCY, DESK, OFFICE]


@pytest.mark.parametrize(
    ("dead", "reached", "other"),
    [
        ("chief", {"captain", "office"}, "captain"),
        ("chief", {"office"}, "office"),
        ("staff", {"chief", "captain", "office"}, "office"),
        ("staff", {"chief", "captain"}, None),
    ],
)
def test_no_caller_is_written_to_in_place_of_the_office(
    dead: str, reached: set[str], other: str | None
) -> None:
    assert choose_another(dead, ["chief", "captain"], reached) == other
