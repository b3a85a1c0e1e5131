"""Corrections of released figures: each says what the log says, and none is missing (I24)."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.proofs.checker.count_month import Place, count_month, expected
from tests.proofs.checker.run import Run

AS_RELEASED = frozenset({"program", "lane", "family", "open_with"})
CAUSES = frozenset({"late", "amended", "rebuilt", "several"})


def wrong_corrections(
    run: Run, released: Mapping[str, Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> Iterator[str | None]:
    """
    Follow each month of *released* through all later releases, with the corrections *found*.

    With each, its figures must be what the log says up to there, but those that stay as released.
    """
    for each in found:
        known = each["release"] in released and each["corrected_with"] in released
        later = each["corrected_with"] > each["release"]
        sound = known and later and each["because"] in CAUSES and each["before"] != each["after"]
        yield None if sound else f"a correction of {each['release']} is none: {_place(each)}"
    for month, release in sorted(released.items()):
        shown: dict[Place, Any] = {_place(each): each["value"] for each in release["figures"]}
        for other in sorted(name for name in released if name > month):
            mine = [
                each
                for each in found
                if (each["release"], each["corrected_with"]) == (month, other)
            ]
            yield from _with(run, release, released[other], mine, shown)


def hash_of(release: Any) -> str:
    """Return the SHA-256 of the canonical JSON of *release*, whose keys are ASCII."""
    text = json.dumps(release, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _with(
    run: Run,
    release: Mapping[str, Any],
    other: Mapping[str, Any],
    mine: Sequence[Mapping[str, Any]],
    shown: dict[Place, Any],
) -> Iterator[str | None]:
    """Judge the corrections of *release* that came with *other*, and note them in *shown*."""
    month, with_ = release["month"], other["month"]
    for each in mine:
        place = _place(each)
        same = shown.get(place) == each["before"]
        yield None if same else f"{month}: {place} was not {each['before']} before {with_}"
        shown[place] = each["after"]
    read = {"positions": other["positions"], "left_out": other.get("left_out", [])}
    now = {**release, **read}
    for place, value in expected(release["figures"], count_month(run, now)):
        if place[1] not in AS_RELEASED:
            found = shown[place]
            wrong = f"{month}: {place} shows {found} since {with_}, the log says {value}"
            yield None if found == value else wrong
    if mine:
        figures = [{**each, "value": shown[_place(each)]} for each in release["figures"]]
        whole = {**now, "as_of": other["as_of"], "figures": figures}
        same = {each["sha256"] for each in mine} == {hash_of(whole)}
        yield None if same else f"the hash of {month}, corrected with {with_}, is another one"


def _place(each: Mapping[str, Any]) -> Place:
    return each["figure"], each["breakdown"], each["group"], each["measure"]
