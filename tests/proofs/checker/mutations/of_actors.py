"""Breaks who acted for an office (I25), after having it name the person of each act."""

from tests.proofs.checker.log import DESK, IN, REFERENCE, data_of, participant_of, short
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.run import Record

_ACTOR, _ANOTHER = "staff:k7f2", "staff:m3q9"


def _name_actors(bench: Bench) -> None:
    """Register the office as one that names actors, and name one in all that it did."""
    registered = bench.any_of(REFERENCE, "participant_registered", where=_is_office)
    office = data_of(registered.body or {})["id"]
    bench.put(edited(registered, data={"names_actors": True}), registered)
    topics = bench.run.topics
    for topic in [each for each in topics if each.startswith(("cri.int.", f"{IN}{office}."))]:
        topics[topic] = [
            edited(record, actor=_ACTOR) if _is_by(record, office) else record
            for record in topics[topic]
        ]


def _is_office(record: Record) -> bool:
    data = data_of(record.body or {})
    return data.get("kind") == "program_office" and data["id"] != DESK


def _is_by(record: Record, office: str) -> bool:
    place = record.place if record.topic.startswith(IN) else (record.body or {}).get("inreplyto")
    return record.body is not None and place is not None and participant_of(place) == office


def _an_act(bench: Bench) -> Record:
    """Return an event of intake or of the reference data that the office led to."""
    return bench.any_of(
        REFERENCE,
        where=lambda record: (
            (record.body or {}).get("actor") == _ACTOR
            and short(record.body or {}) != "participant_registered"
        ),
    )


def _name_nobody(bench: Bench) -> None:
    """Take the actor out of an act and of the record that led to it."""
    act = _an_act(bench)
    place = (act.body or {})["inreplyto"]
    bench.put(edited(act, actor=None), act)
    record = bench.any_of(IN, where=lambda record: record.place == place)
    bench.put(edited(record, actor=None), record)


def _name_another(bench: Bench) -> None:
    act = _an_act(bench)
    bench.put(edited(act, actor=_ANOTHER), act)


def _lose_the_actor(bench: Bench) -> None:
    act = _an_act(bench)
    bench.put(edited(act, actor=None), act)


MUTATIONS = (
    Mutation("nobody is named who acts for the office", "I25", _name_nobody, _name_actors),
    Mutation("another is named than who acted", "I25", _name_another, _name_actors),
    Mutation("an act has lost its actor", "I25", _lose_the_actor, _name_actors),
)
