"""
Breaks what follows the end of an engagement (I6, I9).

Not every recorded run has a stop and a rehoming, so these are tried on a small run of their own.
"""

from collections.abc import Callable

from tests.proofs.checker.ends import AFFECTED, ENDED, STATUS
from tests.proofs.checker.log import OUT, ROUTING, data_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.run import Record


def _message(bench: Bench, kind: str) -> Record:
    return bench.any_of(OUT, where=lambda record: (record.body or {}).get("type") == kind)


def _untell(kind: str) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        bench.remove(_message(bench, kind))

    return change


def _tell_twice(kind: str) -> Callable[[Bench], None]:
    def change(bench: Bench) -> None:
        message = _message(bench, kind)
        bench.run.topics[message.topic].append(edited(message, id="once-more"))

    return change


def _name_another_engagement(bench: Bench) -> None:
    offer = bench.any_of(ROUTING, "offer_made", where=_continues)
    bench.put(edited(offer, data={"continues": "CRI-2026-000001-Z-E7"}), offer)


def _ask_another_than_named(bench: Bench) -> None:
    offer = bench.any_of(ROUTING, "offer_made", where=_continues)
    bench.put(edited(offer, data={"provider": "another"}), offer)


def _ask_nobody(bench: Bench) -> None:
    bench.remove(bench.any_of(ROUTING, "offer_made", where=_continues))


def _ask_the_same_again(bench: Bench) -> None:
    ended = bench.any_of(ROUTING, "engagement_ended")
    offer = bench.any_of(ROUTING, "offer_made", where=_continues)
    lost = data_of(ended.body or {})["provider"]
    bench.put(edited(ended, data={"next_provider": lost}), ended)
    bench.put(edited(offer, data={"provider": lost}), offer)


def _go_on_after_the_end(bench: Bench) -> None:
    ended = bench.any_of(ROUTING, "engagement_ended")
    kind = "gov.cri.routing.engagement_progressed.v1"
    records = bench.run.topics[ended.topic]
    more = edited(ended, id="after-the-end", type=kind)
    records.insert(records.index(ended) + 1, more)


def _continues(record: Record) -> bool:
    return "continues" in data_of(record.body or {})


MUTATIONS = (
    Mutation("a provider is not told that its engagement ended", "I9", _untell(ENDED)),
    Mutation("a provider is told twice that its engagement ended", "I9", _tell_twice(ENDED)),
    Mutation("a requester is not told who goes on", "I9", _untell(STATUS)),
    Mutation("a requester is told twice who goes on", "I9", _tell_twice(STATUS)),
    Mutation("nobody is told that work stops", "I9", _untell(AFFECTED)),
    Mutation("a stop is told twice", "I9", _tell_twice(AFFECTED)),
    Mutation("an offer continues another engagement", "I6", _name_another_engagement),
    Mutation("another provider is asked than was named", "I6", _ask_another_than_named),
    Mutation("nobody is asked to go on", "I6", _ask_nobody),
    Mutation("the provider that was lost is asked to go on", "I6", _ask_the_same_again),
    Mutation("work goes on after its end", "I6", _go_on_after_the_end),
)
