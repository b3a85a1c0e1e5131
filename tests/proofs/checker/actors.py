"""I25: every act of an office that names its persons has an actor, the one whom it named."""

from collections import defaultdict
from datetime import datetime

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    ANSWERS,
    CONFIDENTIAL,
    DESK_IN,
    DRAFTS,
    IN,
    INTAKE,
    NOTICES,
    REFERENCE,
    REPORTING,
    ROUTING,
    TEXTS,
    data_of,
    firsts,
    moment,
    participant_of,
    short,
)
from tests.proofs.checker.run import Body, Run

_ACTS = (INTAKE, REFERENCE, CONFIDENTIAL, DRAFTS, ROUTING, REPORTING, TEXTS)
_ASKED, _TOLD = "case_file_asked", "case_file_told"


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
    yield from _at_the_desk(run)
    yield from _case_files(run)


def _at_the_desk(run: Run) -> Findings:
    """Compare the actor of each message of the desk with the one whose act it keeps."""
    if "desk" not in run.tables:
        return
    kept = {row["message_id"]: row["actor"] for row in run.rows("desk", "acts")}
    for record, body in firsts(run, DESK_IN):
        actor, own = body.get("actor"), kept.get(body["id"], body.get("actor"))
        wrong = f"{record.place}: {actor} is named, and the desk keeps it as an act of {own}"
        yield None if actor is not None and actor == own else wrong


def _case_files(run: Run) -> Findings:
    """Compare who is said to have been told a case file with who asked for it."""
    asked = {b["id"]: b.get("actor") for _, b in firsts(run, ANSWERS) if short(b) == _ASKED}
    for record, body in firsts(run, NOTICES):
        if short(body) == _TOLD:
            actor, asker = data_of(body)["actor"], asked.get(body["causationid"])
            wrong = f"{record.place}: {actor} was told a case file that {asker} asked for"
            yield None if actor == asker else wrong


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
