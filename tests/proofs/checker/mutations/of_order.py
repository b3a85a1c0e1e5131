"""Breaks identity, order, paths, causes and clocks on the log (I4 to I7, I22)."""

from dataclasses import replace
from typing import Any

from tests.proofs.checker.log import (
    INTAKE,
    OUT,
    ROUTING,
    data_of,
    is_tracking_number,
    number_of,
    short,
)
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited, subject_of
from tests.proofs.checker.run import Record

_ELSEWHERE = "00000000-0000-5000-8000-000000000000"
_DUE = "2020-01-01T00:00:00Z"


def _repeat_with_another_byte(bench: Bench) -> None:
    record = bench.any_of("cri.int.")
    value = (record.value or b"").replace(b"Z", b"z", 1)
    bench.append(replace(record, value=value))


def _delete(bench: Bench) -> None:
    bench.remove(bench.any_of(ROUTING, "request_triaged"))


def _drop_attribute(bench: Bench) -> None:
    record = bench.any_of("cri.int.")
    bench.put(edited(record, correlationid=None), record)


def _skip_number(bench: Bench) -> None:
    record = bench.any_of(OUT, where=lambda each: number_of(each.body or {}) is not None)
    last = [r for r in bench.run.topics[record.topic] if number_of(r.body or {}) is not None][-1]
    following = (number_of(last.body or {}) or 0) + 1
    bench.put(edited(last, participantsequence=f"{following:020d}"), last)


def _number_twice(bench: Bench) -> None:
    record = bench.any_of(INTAKE)
    bench.append(edited(record, id=_ELSEWHERE))


def _swap(bench: Bench) -> None:
    one = bench.any_of(ROUTING, "request_triaged")
    events = [r for r in bench.run.topics[ROUTING] if subject_of(r) == subject_of(one)]
    other = events[events.index(one) + 1]
    bench.put(replace(other, offset=one.offset), one)
    bench.put(replace(one, offset=other.offset), other)


def _move_to_another_partition(bench: Bench) -> None:
    offer = bench.any_of(ROUTING, "offer_made")
    bench.remove(offer)
    bench.append(replace(offer, partition=(offer.partition + 1) % 6))


def _follow(bench: Bench, record: Record, kind: str, **facts: Any) -> None:
    """Append another event of the subject of *record*."""
    events = [r for r in bench.run.topics[ROUTING] if subject_of(r) == subject_of(record)]
    number = max(number_of(r.body or {}) or 0 for r in events) + 1
    bench.append(
        edited(
            record,
            id=_ELSEWHERE,
            type=f"gov.cri.routing.{kind}.v1",
            sequence=f"{number:020d}",
            data=facts,
        )
    )


def _end_twice(bench: Bench) -> None:
    closed = bench.any_of(ROUTING, "engagement_closed")
    _follow(bench, closed, "request_withdrawn", status="withdrawn")


def _go_on_after_end(bench: Bench) -> None:
    withdrawn = bench.any_of(ROUTING, "request_withdrawn")
    _follow(bench, withdrawn, "offer_made", status="offered", offer_id="late", provider="iacp")


def _engage_without_offer(bench: Bench) -> None:
    opened = bench.any_of(ROUTING, "engagement_opened")
    bench.put(edited(opened, data={"provider": "nobody"}), opened)


def _name_unknown_cause(bench: Bench) -> None:
    record = bench.any_of("cri.int.")
    bench.put(edited(record, causationid=_ELSEWHERE), record)


def _cause_itself(bench: Bench) -> None:
    record = bench.any_of(ROUTING)
    bench.put(edited(record, causationid=(record.body or {})["id"]), record)


def _change_correlation(bench: Bench) -> None:
    record = bench.any_of(
        ROUTING,
        where=lambda r: is_tracking_number(subject_of(r)) and short(r.body or {}) == "offer_made",
    )
    bench.put(edited(record, correlationid=_ELSEWHERE), record)


def _extend_an_offer(bench: Bench) -> None:
    made = bench.any_of(ROUTING, "offer_made")
    bench.put(edited(made, data={"expires_at": "2099-01-01T00:00:00Z"}), made)


def _lapse_early(bench: Bench) -> None:
    lapsed = bench.any_of(ROUTING, "offer_lapsed")
    bench.put(edited(lapsed, time="2020-01-01T00:00:00Z"), lapsed)


def _settle_what_is_not_late(bench: Bench) -> None:
    made = bench.any_of(ROUTING, "offer_made")
    _follow(bench, made, "clock_settled", clock="triage.standard", due_at=_DUE, n=1)


def _remind_of_no_clock(bench: Bench) -> None:
    made = bench.any_of(ROUTING, "offer_made")
    _follow(bench, made, "clock_reminded", clock="rehome", due_at=_DUE)


def _miss_no_clock(bench: Bench) -> None:
    opened = bench.any_of(ROUTING, "engagement_opened")
    _follow(bench, opened, "clock_missed", clock="rehome", due_at=_DUE)


def _pause_with_more_time_left(bench: Bench) -> None:
    """Pause a clock right after its start: at the end, the work may be over."""
    opened = bench.any_of(
        ROUTING, "engagement_opened", where=lambda each: "due_at" in data_of(each.body or {})
    )
    _follow(bench, opened, "clock_paused", clock="engagement_silence", left=1e9)
    records = bench.run.topics[ROUTING]
    records.insert(records.index(opened) + 1, records.pop())


MUTATIONS = (
    Mutation("a repeated id comes with another byte", "I4", _repeat_with_another_byte),
    Mutation("an event is deleted", "I4", _delete),
    Mutation("an event lacks its correlationid", "I4", _drop_attribute),
    Mutation("a participantsequence has a gap", "I4", _skip_number),
    Mutation("two events of one subject have one number", "I4", _number_twice),
    Mutation("two events of one subject are swapped", "I5", _swap),
    Mutation(
        "an event is in another partition than its subject", "I5", _move_to_another_partition
    ),
    Mutation("a request ends a second time", "I6", _end_twice),
    Mutation("an offer is made after the end", "I6", _go_on_after_end),
    Mutation("a provider is engaged without an offer", "I6", _engage_without_offer),
    Mutation("an event names a cause that never was", "I7", _name_unknown_cause),
    Mutation("an event is its own cause", "I7", _cause_itself),
    Mutation("an offer ends by no rule set", "I22", _extend_an_offer),
    Mutation("an offer lapses before its time", "I22", _lapse_early),
    Mutation("a clock is settled that is not late", "I22", _settle_what_is_not_late),
    Mutation("a clock is reminded of that does not run", "I22", _remind_of_no_clock),
    Mutation("a clock is missed that does not run", "I22", _miss_no_clock),
    Mutation(
        "a clock is paused with more time left than it had", "I22", _pause_with_more_time_left
    ),
    Mutation("an event has another correlation than its subject", "I7", _change_correlation),
)
