"""Breaks the outcomes of participants' dead-lettered records (I19)."""

import json
from dataclasses import replace

from tests.proofs.checker.injected import Ledger
from tests.proofs.checker.log import IN, INTAKE, OUT, participant_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.run import Record, Row
from tests.proofs.checker.set_aside import CODE

_REFUSED = "gov.cri.message.refused.v1"


def _set_aside(bench: Bench) -> None:
    """Let a participant's record be set aside and answered, as it must be."""
    bench.run.ledger = None  # in a run that breaks things around the records none is to blame
    record = next(iter(bench.run.records(IN)))
    row = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    _rows(bench).append({**row, "answered": True})
    _answer(bench, record, CODE)


def _find_unreadable(bench: Bench) -> None:
    """Let a participant's record be in a batch that cannot be unpacked, and answered."""
    bench.run.ledger = None
    record = next(iter(bench.run.records(IN)))
    place = {"topic": record.topic, "partition": record.partition}
    span = {"from_offset": record.offset, "until_offset": record.offset + 1}
    bench.run.tables["intake"].setdefault("unreadable_ranges", []).append({**place, **span})
    _answer(bench, record, CODE)


def _answer(bench: Bench, record: Record, code: str, *, id: str = "set-aside") -> None:  # noqa: A002
    who = participant_of(record.topic)
    message = next(r for r in bench.run.records(f"{OUT}{who}.v1") if r.body is not None)
    body = {
        **(message.body or {}),
        "id": id,
        "type": _REFUSED,
        "inreplyto": record.place,
        "data": {"refused_by": "intake", "reasons": [{"code": code, "path": ""}]},
    }
    others = bench.run.topics[message.topic]
    others[:] = [r for r in others if (r.body or {}).get("inreplyto") != record.place]
    bench.append(replace(message, value=json.dumps(body).encode()))


def _rows(bench: Bench) -> list[Row]:
    return bench.run.tables["intake"].setdefault("dead_letters", [])


def _message(bench: Bench) -> Record:
    return bench.any_of(OUT, where=lambda r: (r.body or {}).get("id") == "set-aside")


def _answer_twice(bench: Bench) -> None:
    bench.append(edited(_message(bench), id="once-more"))


def _answer_otherwise(bench: Bench) -> None:
    message = _message(bench)
    bench.put(edited(message, data={"reasons": [{"code": "schema"}]}), message)


def _never_answer(bench: Bench) -> None:
    bench.remove(_message(bench))


def _forget(bench: Bench) -> None:
    _rows(bench).pop()


def _do_not_tell(bench: Bench) -> None:
    _rows(bench)[-1]["answered"] = False


def _blame_the_innocent(bench: Bench) -> None:
    bench.run.ledger = Ledger()


def _stand_still(bench: Bench) -> None:
    row = bench.any_row("routing", "checkpoints")
    place = {"topic": row["topic"], "partition": row["partition"], "offset": row["next_offset"]}
    blocked = bench.run.tables["routing"].setdefault("blocked_partitions", [])
    blocked.append({**place, "reason": "codec"})


def _lose_a_range(bench: Bench) -> None:
    bench.run.ledger = Ledger()
    bench.run.tables["routing"].setdefault("lost_ranges", []).append(
        {"topic": INTAKE, "partition": 0, "from_offset": 1, "until_offset": 2}
    )


MUTATIONS = (
    Mutation("a record set aside has two answers", "I19", _answer_twice, _set_aside),
    Mutation("a record set aside was refused for another reason", "I19", _answer_otherwise,
             _set_aside),
    Mutation("a record set aside has no answer", "I19", _never_answer, _set_aside),
    Mutation("an unreadable record has no answer", "I19", _never_answer, _find_unreadable),
    Mutation("an innocent batch was unreadable", "I19", _blame_the_innocent, _find_unreadable),
    Mutation("a record that was set aside is kept nowhere", "I19", _forget, _set_aside),
    Mutation("a record is dead at the door in silence", "I19", _do_not_tell, _set_aside),
    Mutation("an innocent record was set aside", "I19", _blame_the_innocent, _set_aside),
    Mutation("a partition stands still at the end", "I19", _stand_still),
    Mutation("a range was given up in an outage", "I19", _lose_a_range),
)  # fmt: skip
