"""I24: every release is what the log up to its positions says, and each month has one."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.proofs.checker.corrections import hash_of, wrong_corrections
from tests.proofs.checker.count_month import OVERLAPPING, SINCE, TABLES, count_month, expected
from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import RELEASES, data_of, firsts, short
from tests.proofs.checker.rows import json_of
from tests.proofs.checker.run import Run


def i24_releases_are_reruns(run: Run) -> Findings:
    """
    Each release has the figures and the hash that the log gives; months have no gap.

    What a later release knows of a month is corrected with it.
    """
    published: dict[str, Mapping[str, Any]] = {}
    corrections: list[Mapping[str, Any]] = []
    for _, body in firsts(run, RELEASES):
        if short(body) == "figure_corrected":
            corrections.append(data_of(body))
        if short(body) != "release_published":
            continue
        month, data = str(body.get("subject")), data_of(body)
        yield f"{month} is released twice" if month in published else None
        published[month] = data
        yield from _wrong_in(month, data, run)
    months = sorted(published)
    for before, after in pairwise(months):
        wrong = f"a month between {before} and {after} is not released"
        yield None if _next(before) == after else wrong
    released = {month: data["release"] for month, data in published.items()}
    yield from wrong_corrections(run, released, corrections)
    yield from _held_corrections(run, corrections)
    rows = {row["month"]: row for row in run.rows("reporting", "releases")}
    for month in sorted(published.keys() | rows.keys()):
        data, row = published.get(month, {}), rows.get(month, {})
        same = (data.get("sha256"), data.get("release")) == (
            row.get("sha256"),
            json_of(row.get("body")),
        )
        yield None if same else f"reporting holds another release of {month} than it published"


def _held_corrections(run: Run, published: Sequence[Mapping[str, Any]]) -> Iterator[str | None]:
    held = [json_of(row["body"]) for row in run.rows("reporting", "corrections")]
    same = sorted(map(hash_of, held)) == sorted(map(hash_of, published))
    yield None if same else "reporting holds other corrections than it published"


def _wrong_in(month: str, data: Mapping[str, Any], run: Run) -> Iterator[str | None]:
    release = data["release"]
    same = data["sha256"] == hash_of(release)
    yield None if same else f"the hash of {month} is not that of its release"
    tables = {(each["figure"], each["breakdown"]) for each in release["figures"]}
    version = release["definitions"]["figures"]
    for table in (each for each in TABLES if SINCE.get(each, 0) <= version):
        yield None if table in tables else f"{month} lacks the table {' '.join(table)}"
    found = {}
    for each in release["figures"]:
        place = (each["figure"], each["breakdown"], each["group"], each["measure"])
        yield f"{month} has {place} twice" if place in found else None
        found[place] = each["value"]
        says = each.get("overlaps", False) == (each["breakdown"] in OVERLAPPING)
        yield None if says else f"{month}: {place} does not say whether its groups overlap"
        step = {"count": 10, "per_10_engagements": 1}.get(each["measure"], 12)
        unseen = not isinstance(each["value"], int) or each["value"] % step == 0
        yield None if unseen else f"{month}: {place} is not rounded"
    for place, value in expected(release["figures"], count_month(run, release)):
        yield (
            None
            if found[place] == value
            else f"{month}: {place} is {found[place]}, the log says {value}"
        )


def _next(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"
