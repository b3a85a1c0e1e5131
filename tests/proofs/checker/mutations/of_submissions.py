"""Breaks the outcomes of submissions (I1 to I3)."""

from tests.proofs.checker.log import (
    ACCEPTED,
    DEAD,
    IN,
    INTAKE,
    OUT,
    REFUSED,
    data_of,
    participant_of,
)
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.run import Record


def _first_acceptance(record: Record) -> bool:
    body = record.body or {}
    return body.get("type") == ACCEPTED and not data_of(body).get("repeat")


def _refusal_by_intake(record: Record) -> bool:
    body = record.body or {}
    return body.get("type") in REFUSED and data_of(body)["refused_by"] == "intake"


def _lose_answer(bench: Bench) -> None:
    bench.remove(bench.any_of(OUT, where=_first_acceptance))


def _lose_announcement(bench: Bench) -> None:
    bench.remove(bench.any_of(INTAKE, "request_accepted"))


def _lose_row(bench: Bench) -> None:
    row = bench.any_row("routing", "requests")
    bench.run.tables["routing"]["requests"].remove(row)


def _alter_what_was_appended(bench: Bench) -> None:
    record = bench.any_of(IN, where=lambda r: participant_of(r.topic) in bench.run.history)
    bench.put(edited(record, time="2000-01-01T00:00:00Z"), record)


def _keep_refused(bench: Bench) -> None:
    refusal = bench.any_of(OUT, where=_refusal_by_intake).body or {}
    bench.any_row("intake", "messages")["first_record"] = refusal["inreplyto"]


def _act_on_refused(bench: Bench) -> None:
    refusal = bench.any_of(OUT, where=_refusal_by_intake).body or {}
    event = bench.any_of(INTAKE)
    bench.put(edited(event, causationid=refusal["inreplyto"]), event)


def _append_unknown_twice(bench: Bench) -> None:
    lines = next(
        lines
        for _, lines in sorted(bench.run.history.items())
        if any(line["did"] == "sent" for line in lines)
    )
    line = next(line for line in lines if line["did"] == "sent")
    topic = line["coordinate"].split("/")[0]
    assert not topic.startswith(DEAD)
    record = next(r for r in bench.run.topics[topic] if r.place == line["coordinate"])
    line |= {"outcome": "unknown", "coordinate": None}
    bench.append(record)


def _use_number_twice(bench: Bench) -> None:
    one = bench.any_of(INTAKE, "request_accepted")
    other = bench.any_of(INTAKE, "request_accepted", where=lambda record: record is not one)
    number = data_of(one.body or {})["tracking_number"]
    bench.put(edited(other, data={"tracking_number": number}), other)


def _number_reference_twice(bench: Bench) -> None:
    row = bench.any_row("intake", "requests")
    added = {**row, "tracking_number": "CRI-2026-999999-0"}
    bench.run.tables["intake"]["requests"].append(added)


MUTATIONS = (
    Mutation("the answer to an accepted submission is lost", "I1", _lose_answer),
    Mutation("an accepted event is deleted from the log", "I1", _lose_announcement),
    Mutation("routing loses a request", "I1", _lose_row),
    Mutation("a record is not what its sender appended", "I1", _alter_what_was_appended),
    Mutation("a refused message is kept as accepted", "I2", _keep_refused),
    Mutation("a refused message leads to an event", "I2", _act_on_refused),
    Mutation("a record of unknown outcome is there twice", "I2", _append_unknown_twice),
    Mutation("a tracking number is used twice", "I3", _use_number_twice),
    Mutation("a reference gets a second tracking number", "I3", _number_reference_twice),
)
