"""Breaks the messages to providers about amendments (I9)."""

from tests.proofs.checker.changes import CHANGED, PASSED_ON
from tests.proofs.checker.log import OUT
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.run import Record


def _is_change(record: Record) -> bool:
    return (record.body or {}).get("type") in CHANGED


def _tell_the_old_topics(bench: Bench) -> None:
    message = bench.any_of(OUT, where=_is_change)
    bench.put(edited(message, data={"topics": ["what_it_was"]}), message)


def _name_nothing_that_changed(bench: Bench) -> None:
    message = bench.any_of(OUT, where=_is_change)
    bench.put(edited(message, data={"changed": []}), message)


def _tell_the_requester_nothing(bench: Bench) -> None:
    passed_on = bench.any_of(
        OUT, where=lambda record: (record.body or {}).get("type") == PASSED_ON
    )
    bench.remove(passed_on)


MUTATIONS = (
    Mutation("a provider is told topics that nobody asked for", "I9", _tell_the_old_topics),
    Mutation("a change is told without what changed", "I9", _name_nothing_that_changed),
    Mutation("a requester is not told that it was passed on", "I9", _tell_the_requester_nothing),
)
