"""I25: every act of an office that names its persons has an actor, the one whom it named."""

from collections import defaultdict
from datetime import datetime

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    CONFIDENTIAL,
    IN,
    INTAKE,
    REFERENCE,
    ROUTING,
    data_of,
    firsts,
    moment,
    participant_of,
    short,
)
from tests.proofs.checker.run import Body, Run

_ACTS = (INTAKE, REFERENCE, CONFIDENTIAL, ROUTING)


def i25_acts_have_actors(run: Run) -> Findings:
    """
    Compare the actor of each event that a participant's record led to with that of the record.

    There is one, if the participant is a program office that is registered to name actors.
    """
    named = {record.place: (record.body or {}).get("actor") for record in run.records(IN)}
    registrations = _registrations(run)
    for record, body in firsts(run, *_ACTS):
        place = body.get("inreplyto")
        if place is None or "refused" in short(body):
            continue
        actor, participant = body.get("actor"), participant_of(place)
        if place in named and actor != named[place]:
            yield f"{record.place}: {participant} named the actor {named[place]}, not {actor}"
        elif actor is None and _must_name(body, registrations[participant], participant):
            yield f"{record.place}: nobody at {participant} has done it"
        else:
            yield None


def _registrations(run: Run) -> dict[str, list[tuple[datetime, bool]]]:
    """Return for each participant when it was registered, and whether its acts need an actor."""
    found: dict[str, list[tuple[datetime, bool]]] = defaultdict(list)
    for _, body in firsts(run, REFERENCE):
        if short(body) == "participant_registered":
            data, at = data_of(body), moment(body["time"])
            assert at is not None
            needs = data["kind"] == "program_office" and bool(data.get("names_actors"))
            found[data["id"]].append((at, needs))
    return found


def _must_name(body: Body, registrations: list[tuple[datetime, bool]], participant: str) -> bool:
    """
    Tell whether an actor is needed by the last registration before the event.

    An office may always register itself without one.
    """
    if short(body) == "participant_registered" and data_of(body)["id"] == participant:
        return False
    at = moment(body["time"])
    assert at is not None
    needs = [need for since, need in registrations if since < at]
    return bool(needs) and needs[-1]
