"""Breaks releases and corrections (I24), after adding sound ones to the run."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.proofs.checker.corrections import AS_RELEASED, hash_of
from tests.proofs.checker.count_month import (
    OVERLAPPING,
    TABLES,
    UNTOTALED,
    Place,
    count_month,
    expected,
)
from tests.proofs.checker.log import INTAKE, REFERENCE, RELEASES, ROUTING, data_of, short
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.run import Record

_ALWAYS = {"begins_at": "2000-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}
_NEVER = {"begins_at": "2100-01-01T00:00:00Z", "ends_at": "2100-02-01T00:00:00Z"}
_MONTH, _NEXT = "2099-12", "2100-01"


def _publish(bench: Bench) -> None:
    """Publish the whole run as one month, in place of the releases that it may have."""
    bench.run.topics[RELEASES] = []  # with its reports
    _put(bench, [_release(bench, _MONTH, _ALWAYS)], [])


def _publish_corrected(bench: Bench) -> None:
    """Publish half of the run as a month, and correct it with the next one, which has nothing."""
    bench.run.topics[RELEASES] = []  # with its reports
    first = _release(bench, _MONTH, _ALWAYS, share=2)
    next_ = _release(bench, _NEXT, _NEVER)
    whole = {**first, "positions": next_["positions"], "as_of": next_["as_of"]}
    values = dict(expected(first["figures"], count_month(bench.run, whole)))
    figures = [
        {**each, "value": each["value"] if each["breakdown"] in AS_RELEASED else values[place]}
        for each in first["figures"]
        for place in [_place(each)]
    ]
    sha256 = hash_of({**whole, "figures": figures})
    corrections = [
        {
            **dict(zip(("figure", "breakdown", "group", "measure"), _place(before), strict=True)),
            "release": _MONTH,
            "before": before["value"],
            "after": after["value"],
            "because": "late",
            "corrected_with": _NEXT,
            "sha256": sha256,
        }
        for before, after in zip(first["figures"], figures, strict=True)
        if before["value"] != after["value"]
    ]
    _put(bench, [first, next_], corrections)


def _release(
    bench: Bench, month: str, period: Mapping[str, str], *, share: int = 1
) -> dict[str, Any]:
    """Return the release of *month*, from the first part of the log: all, or one of *share*."""
    release: dict[str, Any] = {
        **period,
        "month": month,
        "zone": "America/New_York",
        "as_of": f"{month}-28T00:00:00Z",
        "definitions": {"figures": 5, "gate": 1},
        "left_out": [],
        "positions": [
            {"topic": topic, "partition": int(partition), "next_offset": end // share}
            for topic in (INTAKE, ROUTING, REFERENCE)
            for partition, (_, end) in bench.run.ends[topic].items()
        ],
    }
    found = count_month(bench.run, release)
    figures = [
        _figure(figure, breakdown, group)
        for figure, breakdown in TABLES
        for group in _groups(breakdown, sorted(found.counts[figure, breakdown]))
    ]
    values = dict(expected(figures, found))
    for each in figures:
        each["value"] = values[_place(each)]
    release["figures"] = figures
    return release


def _put(
    bench: Bench, releases: Sequence[dict[str, Any]], corrections: Sequence[dict[str, Any]]
) -> None:
    """Put these in place of what the run published and holds."""
    published = [
        ("release_published", each["month"], {"sha256": hash_of(each), "release": each})
        for each in releases
    ]
    published += [("figure_corrected", each["release"], each) for each in corrections]
    bench.run.topics[RELEASES] = [
        Record(RELEASES, 0, offset, None, _event(offset, *event))
        for offset, event in enumerate(published)
    ]
    bench.run.ends[RELEASES] = {"0": [0, len(published)]}
    held = bench.run.tables["reporting"]
    held["releases"] = [
        {"month": each["month"], "sha256": hash_of(each), "body": each} for each in releases
    ]
    held["corrections"] = [{"month": each["release"], "body": each} for each in corrections]


def _event(offset: int, kind: str, subject: str, data: dict[str, Any]) -> bytes:
    body = {
        "id": f"00000000-0000-5000-8000-{offset:012d}",
        "type": f"gov.cri.reporting.{kind}.v1",
        "subject": subject,
        "sequence": f"{offset:020d}",
        "data": data,
    }
    return json.dumps(body).encode()


def _place(each: Mapping[str, Any]) -> Place:
    return each["figure"], each["breakdown"], each["group"], each["measure"]


def _groups(breakdown: str, groups: list[str]) -> list[str]:
    groups = groups or ["not_stated"]
    return groups if breakdown in UNTOTALED else [*groups, "all"]


def _figure(figure: str, breakdown: str, group: str) -> dict[str, Any]:
    return {
        "figure": figure,
        "breakdown": breakdown,
        "group": group,
        "measure": "count",
        "overlaps": breakdown in OVERLAPPING,
    }


def _release_with(bench: Bench, **changes: Any) -> None:
    """Publish the release with *changes* to some count, under a hash and a row that agree."""
    record = bench.any_of(RELEASES)
    release = json.loads(json.dumps(data_of(record.body or {})["release"]))
    counts = [each for each in release["figures"] if each["group"] != "all"]
    bench.random.choice(counts).update(changes)
    sha256 = hash_of(release)
    bench.put(edited(record, data={"sha256": sha256, "release": release}), record)
    row = bench.any_row("reporting", "releases")
    row |= {"sha256": sha256, "body": release}


def _show_another_count(bench: Bench) -> None:
    _release_with(bench, value=123_450)


def _show_a_small_count(bench: Bench) -> None:
    _release_with(bench, value=7)


def _add_up_silently(bench: Bench) -> None:
    record = bench.any_of(RELEASES)
    release = json.loads(json.dumps(data_of(record.body or {})["release"]))
    for each in release["figures"]:
        each["overlaps"] = False
    data = {"sha256": hash_of(release), "release": release}
    bench.put(edited(record, data=data), record)


def _falsify_hash(bench: Bench) -> None:
    record = bench.any_of(RELEASES)
    bench.put(edited(record, data={"sha256": "0" * 64}), record)
    bench.any_row("reporting", "releases")["sha256"] = "0" * 64


def _release_twice(bench: Bench) -> None:
    bench.append(edited(bench.any_of(RELEASES), id="00000000-0000-5000-8000-000000000025"))


def _hold_another(bench: Bench) -> None:
    row = bench.any_row("reporting", "releases")
    row["body"] = {**row["body"], "as_of": "2099-12-30T00:00:00Z"}


def _lose_a_record(bench: Bench) -> None:
    """Remove requests of the log, as if a release had been computed from others."""
    bench.run.topics[INTAKE] = [
        record
        for record in bench.run.topics[INTAKE]
        if "request_accepted" not in str((record.body or {}).get("type"))
    ]


def _correct_what_was_right(bench: Bench) -> None:
    correction = bench.any_of(RELEASES, "figure_corrected")
    bench.put(edited(correction, data={"after": 98_760}), correction)
    _hold_what_is_published(bench)


def _correct_from_another_value(bench: Bench) -> None:
    correction = bench.any_of(RELEASES, "figure_corrected")
    bench.put(edited(correction, data={"before": 98_760}), correction)
    _hold_what_is_published(bench)


def _correct_silently(bench: Bench) -> None:
    for record in list(bench.run.topics[RELEASES]):
        if short(record.body or {}) == "figure_corrected":
            bench.remove(record)
    _hold_what_is_published(bench)


def _correct_with_another_hash(bench: Bench) -> None:
    correction = bench.any_of(RELEASES, "figure_corrected")
    bench.put(edited(correction, data={"sha256": "0" * 64}), correction)
    _hold_what_is_published(bench)


def _hold_no_correction(bench: Bench) -> None:
    bench.run.tables["reporting"]["corrections"].pop()


def _hold_what_is_published(bench: Bench) -> None:
    published = [data_of(record.body or {}) for record in bench.run.topics[RELEASES]]
    bench.run.tables["reporting"]["corrections"] = [
        {"month": each["release"], "body": each} for each in published if "before" in each
    ]


MUTATIONS = (
    Mutation("a release shows another count", "I24", _show_another_count, _publish),
    Mutation("a release shows a small count", "I24", _show_a_small_count, _publish),
    Mutation("goals do not say that they overlap", "I24", _add_up_silently, _publish),
    Mutation("a release has another hash", "I24", _falsify_hash, _publish),
    Mutation("a month is released twice", "I24", _release_twice, _publish),
    Mutation("reporting holds another release than it published", "I24", _hold_another, _publish),
    Mutation("a release counts what is not on the log", "I24", _lose_a_record, _publish),
    Mutation(
        "a figure is corrected to what the log does not say",
        "I24",
        _correct_what_was_right,
        _publish_corrected,
    ),
    Mutation(
        "a correction names another value than was shown",
        "I24",
        _correct_from_another_value,
        _publish_corrected,
    ),
    Mutation("figures are wrong and not corrected", "I24", _correct_silently, _publish_corrected),
    Mutation(
        "a corrected release has another hash",
        "I24",
        _correct_with_another_hash,
        _publish_corrected,
    ),
    Mutation(
        "reporting holds fewer corrections than it published",
        "I24",
        _hold_no_correction,
        _publish_corrected,
    ),
)
