"""Breaks the effects of applied messages (I20, I15)."""

from typing import Any

from tests.proofs.checker.log import INTAKE, OUT, ROUTING, data_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited, subject_of
from tests.proofs.checker.privacy import NOTE
from tests.proofs.checker.run import Record

_TOO_LATE = "amendment_came_too_late"
_AMENDMENT = "00000000-0000-5000-8000-000000000020"
_TAKEN_BACK = "00000000-0000-5000-8000-000000000021"


def _amend_too_late(bench: Bench) -> None:
    """Let an amendment be answered behind the end of its request, and be taken back."""
    bench.run.ledger = None
    ended = bench.any_of(ROUTING, where=_is_end)
    number = subject_of(ended)
    accepted = bench.any_of(
        INTAKE, "request_accepted", where=lambda record: subject_of(record) == number
    )
    body: Any = accepted.body
    kind = "gov.cri.intake.request_amended.v1"
    amendment = edited(accepted, id=_AMENDMENT, type=kind, sequence=f"{999:020d}")
    bench.append(amendment)
    facts = {"participant": body["data"]["participant"], "status": None, "ended": "withdrawn"}
    kind = f"gov.cri.routing.{_TOO_LATE}.v1"
    taken_back = edited(ended, data=facts, id=_TAKEN_BACK, type=kind, causationid=_AMENDMENT)
    bench.append(taken_back)
    topic = f"{OUT}{body['data']['participant']}.v1"
    notice = bench.any_of(topic)
    kind = "gov.cri.amendment.came_too_late.v1"
    bench.append(edited(notice, id="too-late", type=kind, causationid=_TAKEN_BACK))


def _is_end(record: Record) -> bool:
    return data_of(record.body or {}).get("status") in ("withdrawn", "closed") and (
        record.body or {}
    ).get("type") in (
        "gov.cri.routing.request_withdrawn.v1",
        "gov.cri.routing.engagement_closed.v1",
    )


def _say_nothing(bench: Bench) -> None:
    bench.remove(bench.any_of(ROUTING, _TOO_LATE))
    bench.remove(bench.any_of(OUT, "came_too_late"))


def _tell_nobody(bench: Bench) -> None:
    bench.remove(bench.any_of(OUT, "came_too_late"))


def _take_back_twice(bench: Bench) -> None:
    record = bench.any_of(ROUTING, _TOO_LATE)
    bench.append(edited(record, id="once-more"))


def _take_back_what_had_an_effect(bench: Bench) -> None:
    amendment = bench.any_of(INTAKE, "request_amended", where=_has_an_effect)
    record = bench.any_of(ROUTING, _TOO_LATE)
    bench.put(edited(record, causationid=(amendment.body or {})["id"]), record)


def _has_an_effect(record: Record) -> bool:
    return (record.body or {}).get("id") != _AMENDMENT


def _hand_no_note_on(bench: Bench) -> None:
    for each in bench.run.topics.values():
        each[:] = [r for r in each if (r.body or {}).get("type") != NOTE]


def _show_a_note_to_a_provider(bench: Bench) -> None:
    note = bench.any_of(OUT, where=lambda record: (record.body or {}).get("type") == NOTE)
    provider = data_of(note.body or {})["provider"]
    bench.append(edited(note, id="not-for-you"), topic=f"{OUT}{provider}.v1")


MUTATIONS = (
    Mutation("a provider's notes reach nobody", "I20", _hand_no_note_on),
    Mutation("a note reaches another than it is for", "I15", _show_a_note_to_a_provider),
    Mutation("an amendment without effect stays applied", "I20", _say_nothing, _amend_too_late),
    Mutation("nobody is notice that it came too late", "I20", _tell_nobody, _amend_too_late),
    Mutation("an amendment is taken back twice", "I20", _take_back_twice, _amend_too_late),
    Mutation(
        "an amendment with an effect is taken back",
        "I20",
        _take_back_what_had_an_effect,
        _amend_too_late,
    ),
)
