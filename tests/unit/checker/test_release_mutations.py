"""Every way in which a release can be wrong is noticed."""

from random import Random

import pytest

from tests.examples.streams import EventStream
from tests.proofs.checker.mutations.bench import Bench, Mutation
from tests.proofs.checker.mutations.catching import catch
from tests.proofs.checker.mutations.of_releases import MUTATIONS
from tests.proofs.checker.run import Record, Run


def recorded() -> Run:
    """Return a run of thirty requests, twenty of them completed."""
    topics: dict[str, list[Record]] = {
        f"cri.int.{name}.v1": [] for name in ("intake", "routing", "reference")
    }
    for number in range(1, 31):
        stream = EventStream(number)
        stream.accepted(goals=["trust", "wellness"], topics=["jails"])
        stream.triaged()
        stream.offered()
        if number <= 20:
            stream.engaged()
            stream.progressed("delivered")
            stream.closed()
        for topic, event in stream.events:
            found = topics[topic]
            found.append(Record(topic, 0, len(found), b"key", event.encode()))
    ends = {topic: {"0": [0, len(records)]} for topic, records in topics.items()}
    return Run(topics=topics, ends=ends, tables={"reporting": {}})


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: str(mutation.says))
def test_i24_notices_a_wrong_release(mutation: Mutation) -> None:
    caught = catch(mutation, Bench(recorded(), Random(1)))

    assert not caught.unsound
    assert caught.violations
