"""Checks the monthly releases from outside: the public page, and the log."""

import asyncio
import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from urllib.request import urlopen

from deploy.demo.progress import Stuck
from deploy.demo.public_page import Row, rows_of
from services.reporting.months import Month

Place: TypeAlias = tuple[str, str, str, str]
_OF_PROVIDERS = ("offers", "offer_to_answer", "acceptance_to_delivery", "delivery_to_close")
"""The figures by provider, in the order of their table."""
_MONTH = re.compile(r'href="/releases/(\d{4}-\d\d)"')


async def wait_for_release(public: str, month: str, *, within: float = 60) -> None:
    """Wait until the figures of *month* are published, which must be due."""
    deadline = time.monotonic() + within
    while month not in await asyncio.to_thread(_published, public):
        if time.monotonic() > deadline:
            raise Stuck(f"the figures of {month}: after {within:.0f} s they are not published")
        await asyncio.sleep(0.3)


def check_releases(
    public: str, connection: Path, *, months: range, corrected: Month | None = None
) -> list[str]:
    """
    Check the releases, *months* of them; print what was found, and return what is wrong.

    A rerun of each must give the same hash, and its page, JSON and CSV must show the same numbers,
    with the corrections that came since. The month *corrected* must have some.
    """
    found = _published(public)
    wrong, numbers, corrections = [], 0, Counter[str]()
    for month in found:
        published = json.loads(_get(public, f"/releases/{month}.json"))
        wrong += _wrong_hash(month, published, connection)
        wrong += wrong_views(public, month, published)
        numbers += len(published["release"]["figures"])
        for each in published["corrections"]:
            corrections[f"{month} with {each['corrected_with']}"] += 1
    must_be = None if corrected is None else str(corrected)
    wrong += wrong_corrections(public, corrections, must_be)
    if len(found) not in months:
        wrong.append(f"{len(found)} months are published, not {months.start}")
    outcome = (
        "there is a fault"
        if wrong
        else (f"each rerun to the same hash; page, JSON and CSV show the same {numbers} numbers")
    )
    print(
        f"releases: {', '.join(found) or 'no month'} published,"
        f" {corrections.total()} figures corrected{_in_brackets(corrections)}; {outcome}"
    )
    return wrong


def wrong_corrections(
    public: str, corrections: Mapping[str, int], corrected: str | None
) -> list[str]:
    """Return how the list of corrections differs from those of the months, and what it lacks."""
    counts: Counter[str] = Counter()
    for name, count in corrections.items():
        counts[name.partition(" ")[0]] += count
    listed = json.loads(_get(public, "/corrections.json"))["months"]
    shown = {each["month"]: each["figures_corrected"] for each in listed}
    page = _get(public, "/corrections")
    wrong = [
        f"/corrections says {shown.get(month, 0)} of {month}, its page has {counts[month]}"
        for month in sorted(shown.keys() | counts.keys())
        if shown.get(month, 0) != counts[month] or f"/releases/{month}" not in page
    ]
    if corrected is not None and not counts[corrected]:
        wrong.append(f"no figure of {corrected} was corrected")
    return wrong


def _published(public: str) -> list[str]:
    """Return the months that are published, the first one first."""
    return sorted(set(_MONTH.findall(_get(public, "/releases"))))


def _in_brackets(corrections: Mapping[str, int]) -> str:
    return f" ({', '.join(sorted(corrections))})" if corrections else ""


def wrong_views(public: str, month: str, published: dict[str, Any]) -> list[str]:
    """Return how the page and the CSV differ from the JSON."""
    figures, wrong = published["release"]["figures"], []
    corrections = {_place(each): each for each in published["corrections"]}
    columns = ("figure", "breakdown", "group", "name", "measure", "value")
    table = csv.DictReader(io.StringIO(_get(public, f"/releases/{month}.csv")))
    in_csv = [
        (row["release_sha256"], row["corrected"], *(row[each] for each in columns))
        for row in table
    ]
    in_json = [
        (
            published["sha256"],
            str(corrections[_place(each)]["after"]) if _place(each) in corrections else "",
            *(str(each[name]) for name in columns),
        )
        for each in figures
    ]
    if in_csv != in_json:
        wrong.append(f"release {month}: the CSV has other figures than the JSON")
    on_page, expected = _on_page(_get(public, f"/releases/{month}")), _rows(figures, corrections)
    for row in (on_page - expected) + (expected - on_page):
        wrong.append(
            f"release {month}: {row} is {on_page[row]} times on the page,"
            f" {expected[row]} times in the JSON"
        )
    return wrong


def _on_page(html: str) -> "Counter[Row]":
    """Return the rows of a page; those of times without their first cell, a stage or provider."""
    found: Counter[Row] = Counter()
    for row, times in rows_of(html).items():
        found[row[1:] if len(row) > 2 else row] += times
    return found


def _place(each: Mapping[str, Any]) -> Place:
    return each["figure"], each["breakdown"], each["group"], each["measure"]


def _rows(
    figures: Sequence[Mapping[str, Any]], corrections: Mapping[Place, Mapping[str, Any]]
) -> "Counter[Row]":
    """
    Return the rows of the tables in which a page shows *figures*: counts, and times.

    A figure that was corrected shows its last value, and the one that was published first.
    """
    found: Counter[Row] = Counter()
    times: dict[tuple[str, str, str], dict[str, str]] = {}
    providers: dict[str, dict[str, str]] = {}
    for each in figures:
        shown = _days if each["measure"] in ("p50", "p90") else _number
        text = shown(each["value"])
        if _place(each) in corrections:
            after = shown(corrections[_place(each)]["after"])
            text = f"{after} (first published: {text})"
        if each.get("listed") is not None:
            text = f"{text} of {each['listed']:,}"
        if each["breakdown"] == "provider":
            providers.setdefault(each["group"], {})[each["figure"]] = text
        elif each["measure"] != "count":
            stage = (each["figure"], each["breakdown"], each["group"])
            times.setdefault(stage, {})[each["measure"]] = text
        elif each["breakdown"] != "all":
            found[each["name"], text] += 1
    for measures in times.values():
        found[measures["p50"], measures["p90"]] += 1
    for cells in providers.values():
        found[tuple(cells[figure] for figure in _OF_PROVIDERS)] += 1
    return found


def _number(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _days(hours: int | str) -> str:
    if isinstance(hours, str):
        return hours
    days = f"{hours / 24:.1f}".removesuffix(".0")
    return f"{days} day" if days == "1" else f"{days} days"


def _wrong_hash(month: str, published: dict[str, Any], connection: Path) -> list[str]:
    """Return what is wrong with a release's hash, as published and computed again."""
    text = json.dumps(
        published["release"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    wrong = []
    if hashlib.sha256(text.encode()).hexdigest() != published["sha256"]:
        wrong.append(f"release {month}: the hash is not that of the JSON")
    command = [sys.executable, "-m", "continuum", "figures", "rerun", month]
    done = subprocess.run(
        [*command, "--connection", str(connection)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0 or published["sha256"] not in done.stdout:
        lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        wrong += [f"release {month}: {line}" for line in lines if line]
    return wrong


def _get(public: str, path: str) -> str:
    with urlopen(public + path, timeout=10) as answer:
        text: str = answer.read().decode()
    return text
