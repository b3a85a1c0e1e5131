"""Breaks the outcomes of injected faults (I18)."""

from collections.abc import Mapping
from dataclasses import replace

from tests.proofs.checker.delivery import READS
from tests.proofs.checker.injected import Injected, Ledger, Swapped, digest
from tests.proofs.checker.log import INTAKE, OUT, ROUTING
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited, subject_of
from tests.proofs.checker.run import Record

_LETTERS = "cri.dlq.routing.v1"
_ELSEWHERE = "00000000-0000-5000-8000-000000000003"
_NEW = "gov.cri.chaos.something_new.v1"


def _readers(bench: Bench) -> list[str]:
    return [each for each in bench.run.tables if INTAKE.startswith(READS.get(each, ()))]


def _note(bench: Bench, record: Record, outcomes: Mapping[str, str], reason: str | None) -> None:
    entry = Injected(
        record.topic,
        record.partition,
        record.offset,
        digest(record.value),
        outcomes,
        reason,
        subject=None if reason else subject_of(record),
        number=0 if reason else 1,
    )
    before = bench.run.ledger or Ledger()
    bench.run.ledger = replace(before, injected=[*before.injected, entry])


def _injected(bench: Bench) -> Record:
    """Return the record that the ledger names last."""
    assert bench.run.ledger is not None
    entry = bench.run.ledger.injected[-1]
    return next(r for r in bench.run.topics[entry.topic] if r.place == entry.place)


def _inject_garbage(bench: Bench) -> None:
    """Append a record cut short, which each reader sets aside as it must."""
    original = bench.any_of(INTAKE)
    record = bench.append(replace(original, value=(original.value or b"")[:-9]))
    _note(bench, record, dict.fromkeys(_readers(bench), "dead"), "malformed")
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    headers = [(f"dlq.{name}", str(value).encode()) for name, value in place.items()]
    headers.append(("dlq.reason", b"malformed"))
    for service in _readers(bench):
        bench.append(
            replace(record, headers=(*record.headers, *headers), partition=0),
            topic=f"cri.dlq.{service}.v1",
        )
        bench.run.tables[service]["dead_letters"].append(dict(place))
        _count(bench, service, record, "dead")


def _inject_unknown_type(bench: Bench) -> None:
    """Append an event of a type that nobody knows, which each reader passes over as it must."""
    original = bench.any_of(INTAKE)
    subject = "chaos-mutation"
    first = f"{1:020d}"
    record = bench.append(
        edited(original, id=_ELSEWHERE, type=_NEW, subject=subject, sequence=first)
    )
    _note(bench, record, dict.fromkeys(_readers(bench), "passed"), None)
    for service in _readers(bench):
        gate = {"topic": INTAKE, "subject": subject, "last": 1}
        bench.run.tables[service]["gates"].append(gate)
        _count(bench, service, record, "ignored")


def _count(bench: Bench, service: str, record: Record, outcome: str) -> None:
    row = bench.any_row(
        service,
        "checkpoints",
        where=lambda row: (row["topic"], row["partition"]) == (record.topic, record.partition),
    )
    row[outcome] += 1
    row["next_offset"] = record.offset + 1


def _apply_garbage(bench: Bench) -> None:
    """Let routing have taken it in: no dead letter of it, and another counter."""
    record = _injected(bench)
    bench.run.topics[_LETTERS] = [
        r for r in bench.run.topics[_LETTERS] if dict(r.headers)["dlq.offset"] != _offset(record)
    ]
    rows = bench.run.tables["routing"]["dead_letters"]
    rows[:] = [row for row in rows if row["offset"] != record.offset]
    _count(bench, "routing", record, "applied")


def _offset(record: Record) -> bytes:
    return str(record.offset).encode()


def _set_aside_unknown(bench: Bench) -> None:
    record = _injected(bench)
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    bench.run.tables["reporting"]["dead_letters"].append(place)


def _leave_gate(bench: Bench) -> None:
    for row in bench.run.rows("notifications", "gates"):
        if row["subject"] == "chaos-mutation":
            row["last"] = 0


def _act_on_unknown(bench: Bench) -> None:
    bench.append(edited(bench.any_of(OUT), id="another", causationid=_ELSEWHERE))


def _alter_injected(bench: Bench) -> None:
    record = _injected(bench)
    bench.put(replace(record, value=b"something else"), record)


def _inject_nothing(bench: Bench) -> None:
    bench.run.ledger = bench.run.ledger or Ledger()


def _set_aside_sound(bench: Bench) -> None:
    record = bench.any_of(ROUTING)
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    bench.run.tables["notifications"]["dead_letters"].append(place)


def _claim_swap(bench: Bench) -> None:
    """Note two events as swapped that came in their order."""
    one = bench.any_of(ROUTING, "request_triaged")
    events = [r for r in bench.run.topics[ROUTING] if subject_of(r) == subject_of(one)]
    ids = [str((r.body or {})["id"]) for r in events[:2]]
    before = bench.run.ledger or Ledger()
    swap = Swapped(ROUTING, subject_of(one), *ids)
    bench.run.ledger = replace(before, swapped=[*before.swapped, swap])


MUTATIONS = (
    Mutation("an injected corrupt record was applied", "I18", _apply_garbage, _inject_garbage),
    Mutation("an injected record is not what was sent", "I18", _alter_injected, _inject_garbage),
    Mutation("an unknown type is set aside", "I18", _set_aside_unknown, _inject_unknown_type),
    Mutation("an unknown type leaves its gate", "I18", _leave_gate, _inject_unknown_type),
    Mutation("an unknown type led to a message", "I18", _act_on_unknown, _inject_unknown_type),
    Mutation("a record that nobody broke is dead", "I18", _set_aside_sound, _inject_nothing),
    Mutation("a swap that did not happen is excepted", "I18", _claim_swap),
)
