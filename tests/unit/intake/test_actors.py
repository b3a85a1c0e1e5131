"""A program office whose registration says so names the person who acts, and roles decide."""

from typing import Any

import pytest

from services.intake.batch_state import Decision
from shared.contracts.inbound import OFFICE as OFFICE_KIND
from shared.contracts.inbound import SENDERS, STAFF_ROLES
from tests.examples.inbound import AGENCY, OFFICE, data_of
from tests.examples.intake import Intake, events, reasons

DESK = "office-desk"
WORKER, APPROVER, ADMINISTRATOR = "staff:w1", "staff:a1", "staff:d1"
ROLES = {WORKER: "worker", APPROVER: "approver", ADMINISTRATOR: "administrator"}


def office() -> Intake:
    """Return an intake at which a desk that names actors is registered, with three persons."""
    intake = Intake()
    intake.send(
        "participant.register",
        {"id": DESK, "kind": "program_office", "name": "Desk", "names_actors": True},
    )
    for person, role in ROLES.items():
        staff(intake, person, [role])
    intake.send("request.submit", sender=AGENCY)
    return intake


def staff(intake: Intake, person: str, roles: list[str], **changes: Any) -> Decision:
    return intake.send(
        "staff.set", {"id": person, "participant": DESK, "roles": roles}, sender=OFFICE, **changes
    )


def direct(intake: Intake, **changes: Any) -> Decision:
    return intake.send("request.direct", sender=DESK, **changes)


def test_e39_no_actor() -> None:
    intake = office()

    decision = direct(intake)

    assert reasons(decision) == [("actor_needed", "/actor")]


def test_the_actor_is_on_every_event_that_the_message_leads_to() -> None:
    intake = office()

    decision = direct(intake, actor=WORKER)

    assert [event.actor for event in events(decision)] == [WORKER]


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        ("request.direct", {WORKER}),
        ("engagement.end", {WORKER}),
        ("calendar.define", {APPROVER}),
        ("program.define", {APPROVER}),
        ("solicitation.announce", {APPROVER}),
        ("staff.set", {ADMINISTRATOR}),
        ("participant.register", {ADMINISTRATOR}),
        ("status.ask", {WORKER, APPROVER}),
    ],
)
def test_roles_decide_which_types_a_person_may_send(kind: str, allowed: set[str]) -> None:
    for person in ROLES:
        intake = office()
        data = data_of(kind, intake.number)
        decision = intake.send(kind, data, sender=DESK, actor=person)

        if person in allowed:
            assert decision.outcome == "applied", person
        else:
            assert reasons(decision) == [("actor_not_authorized", "/actor")], person


@pytest.mark.parametrize("kind", ["engagement.end", "engagement.rehome"])
def test_only_an_approver_ends_work_as_superseded(kind: str) -> None:
    intake = office()
    data = data_of(kind, intake.number) | {"reason": "superseded"}

    by_worker = intake.send(kind, data, sender=DESK, actor=WORKER)
    by_approver = intake.send(kind, data, sender=DESK, actor=APPROVER)

    assert reasons(by_worker) == [("actor_not_authorized", "/actor")]
    assert by_approver.outcome == "applied"


def test_every_type_that_an_office_sends_has_a_role() -> None:
    assert [kind for kind, roles in STAFF_ROLES.items() if not roles] == []
    assert STAFF_ROLES.keys() == {kind for kind, kinds in SENDERS.items() if OFFICE_KIND in kinds}


def test_a_person_of_another_office_or_without_roles_may_do_nothing() -> None:
    intake = office()
    staff(intake, WORKER, [])

    without = direct(intake, actor=WORKER)
    unknown = direct(intake, actor="staff:nobody")

    assert reasons(without) == reasons(unknown) == [("actor_not_authorized", "/actor")]


def test_an_office_with_a_system_of_its_own_need_not_name_anybody() -> None:
    intake = office()

    silent = intake.send("request.direct", sender=OFFICE)
    named = intake.send("request.direct", sender=OFFICE, actor="staff:somebody", id="named")

    assert silent.outcome == named.outcome == "applied"


@pytest.mark.parametrize("actor", ["Pat Doe", "staff:", "staff:" + "x" * 65, "staff:ü", 7])
def test_an_actor_is_a_pseudonym(actor: Any) -> None:
    decision = direct(office(), actor=actor)

    assert [path for _, path in reasons(decision)] == ["/actor"]


def test_staff_belong_to_a_program_office() -> None:
    intake = office()

    decision = intake.send(
        "staff.set", {"id": "staff:x1", "participant": AGENCY, "roles": []}, sender=OFFICE
    )

    assert reasons(decision) == [("schema", "/data/participant")]


def test_roles_set_in_a_batch_hold_for_the_messages_behind() -> None:
    intake = office()

    before = direct(intake, actor="staff:n1")
    staff(intake, "staff:n1", ["worker"], id="set-n1")
    after = direct(intake, actor="staff:n1", id="again")

    assert reasons(before) == [("actor_not_authorized", "/actor")]
    assert after.outcome == "applied"
