"""What a released example means: codes, paths and messages, but not texts."""

import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from tests.proofs.door.examples import EXAMPLES, Examples
from tests.proofs.door.meaning import announced, changed_meanings, differing, released

TODAY = Examples()
REFUSED = "refused/unknown_topic.json"
EXPECTED: list[Any] = TODAY.raw(REFUSED)["expect"]
ANSWER = "cri.out.california-agencies.v1: gov.cri.submission.refused.v1, refused_by intake"


def released_copy(folder: Path) -> Examples:
    """Release today's examples as version 0.1 in *folder*."""
    shutil.copytree(EXAMPLES, folder / "released" / "0.1" / "examples")
    return released(folder)["0.1"]


def rewrite(examples: Examples, name: str, old: str, new: str) -> None:
    file = examples.folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_other_texts_and_further_fields_and_messages_mean_the_same() -> None:
    now = deepcopy(EXPECTED)
    now[0]["message"]["data"]["reasons"][0]["message"] = "Another text."
    now[0]["message"]["data"]["new"] = True

    assert changed_meanings(EXPECTED, [*now, *now]) == []


def test_another_code_is_another_meaning() -> None:
    now = deepcopy(EXPECTED)
    now[0]["message"]["data"]["reasons"][0]["code"] = "schema"

    (line,) = changed_meanings(EXPECTED, now)

    both = "repeat False, more 0"
    old = "unknown_topic at /data/topics/0, unknown_topic at /data/topics/1"
    new = "schema at /data/topics/0, unknown_topic at /data/topics/1"
    assert line == f"{ANSWER}, {both}, {old}; now {ANSWER}, {both}, {new}"


def test_another_path_is_another_meaning() -> None:
    now = deepcopy(EXPECTED)
    now[0]["message"]["data"]["reasons"][1]["path"] = "/data/topics"

    assert len(changed_meanings(EXPECTED, now)) == 1


def test_another_topic_type_or_status_is_another_meaning() -> None:
    offered = TODAY.raw("accepted/request.submit.json")["expect"]
    topic, kind, status = deepcopy(offered), deepcopy(offered), deepcopy(offered)
    topic[1]["topic"] = "cri.out.iacp.v1"
    kind[1]["message"]["type"] = "gov.cri.offer.withdrawn.v1"
    status[2]["message"]["data"]["status"] = "waiting"

    for now in (topic, kind, status):
        assert len(changed_meanings(offered, now)) == 1


def test_a_message_that_is_no_longer_sent_is_another_meaning() -> None:
    (line,) = changed_meanings(EXPECTED, [])

    assert line.startswith(ANSWER)
    assert line.endswith("; now nothing")


def test_only_examples_that_changed_since_the_release_are_played_again(tmp_path: Path) -> None:
    then = released_copy(tmp_path)
    before = differing(then, TODAY)

    rewrite(then, "stories/offered.json", "SFPD-2026-0117", "SFPD-2026-0118")
    rewrite(then, "refused/schema.json", '"schema"', '"form"')

    assert before == []
    assert "refused/schema.json" in (found := differing(then, TODAY))
    assert "accepted/offer.answer.accept.json" in found
    assert "received/engagement.ended.json" in found  # its story goes on from that of the offer
    assert REFUSED not in found


def test_the_changelog_excuses_a_change_that_is_later_than_the_release() -> None:
    changelog = (
        "# Changes\n\n## 0.10 — not released yet\n\n- `refused/schema.json`: why\n\n"
        "## 0.9 — 2026-11-29\n\n- the first, with `refused/not_json.json`\n"
    )

    assert announced(changelog, after="0.8") == {"refused/schema.json", "refused/not_json.json"}
    assert announced(changelog, after="0.9") == {"refused/schema.json"}
    assert announced(changelog, after="0.10") == set()
