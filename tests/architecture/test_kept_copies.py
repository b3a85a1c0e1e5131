"""How long copies are kept is said in one place for people, in another for Kafka: they agree."""

from pathlib import Path

import yaml

from shared.contracts.kept_copies import COPIES, KEPT_DAYS

TOPICS = Path(__file__).parents[2] / "deploy" / "topics.yaml"


def test_what_is_said_of_copies_is_what_the_topics_keep() -> None:
    topics = yaml.safe_load(TOPICS.read_text())["topics"]
    kept = {topic["name"]: topic["kept"] for topic in topics}
    messages = [
        kept["cri.in.<participant>.v1"],
        kept["cri.out.<participant>.v1"],
        kept["cri.int.confidential.v1"],
    ]

    assert {
        "messages": max(messages),
        "dead_letters": kept["cri.dlq.<service>.restricted.v1"],
    } == KEPT_DAYS
    assert KEPT_DAYS.keys() < COPIES.keys()
