"""Breaks releases (I24), after adding a sound one to the run."""

import json
from typing import Any

from tests.proofs.checker.count_month import OVERLAPPING, TABLES, UNTOTALED, count_month, expected
from tests.proofs.checker.log import INTAKE, REFERENCE, RELEASES, ROUTING, data_of
from tests.proofs.checker.mutations.bench import Bench, Mutation, edited
from tests.proofs.checker.releases import hash_of
from tests.proofs.checker.run import Record

_ALWAYS = {"begins_at": "2000-01-01T00:00:00Z", "ends_at": "2100-01-01T00:00:00Z"}
_MONTH = "2099-12"


def _publish(bench: Bench) -> None:
    """Publish the whole run as one month, in place of the releases that it may have."""
    release: dict[str, Any] = {
        **_ALWAYS,
        "month": _MONTH,
        "zone": "America/New_York",
        "as_of": "2099-12-31T00:00:00Z",
        "definitions": {"figures": 3, "gate": 1},
        "positions": [
            {"topic": topic, "partition": int(partition), "next_offset": end}
            for topic in (INTAKE, ROUTING, REFERENCE)
            for partition, (_, end) in bench.run.ends[topic].items()
        ],
    }
    month = count_month(bench.run, release)
    figures = [
        _figure(figure, breakdown, group)
        for figure, breakdown in TABLES
        for group in _groups(breakdown, sorted(month.counts[figure, breakdown]))
    ]
    values = dict(expected(figures, month))
    for each in figures:
        each["value"] = values[each["figure"], each["breakdown"], each["group"], "count"]
    release["figures"] = figures
    body = {
        "id": "00000000-0000-5000-8000-000000000024",
        "type": "gov.cri.reporting.release_published.v1",
        "subject": _MONTH,
        "sequence": f"{1:020d}",
        "data": {"sha256": hash_of(release), "release": release},
    }
    bench.run.topics[RELEASES] = [Record(RELEASES, 0, 0, None, json.dumps(body).encode())]
    bench.run.ends[RELEASES] = {"0": [0, 1]}
    row = {"month": _MONTH, "sha256": hash_of(release), "body": release}
    bench.run.tables["reporting"]["releases"] = [row]


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


MUTATIONS = (
    Mutation("a release shows another count", "I24", _show_another_count, _publish),
    Mutation("a release shows a small count", "I24", _show_a_small_count, _publish),
    Mutation("goals do not say that they overlap", "I24", _add_up_silently, _publish),
    Mutation("a release has another hash", "I24", _falsify_hash, _publish),
    Mutation("a month is released twice", "I24", _release_twice, _publish),
    Mutation("reporting holds another release than it published", "I24", _hold_another, _publish),
    Mutation("a release counts what is not on the log", "I24", _lose_a_record, _publish),
)
