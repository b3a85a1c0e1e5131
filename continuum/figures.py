"""``continuum figures rerun``: computes a published release again from the log."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from continuum.access import Access, NotPossible
from continuum.rebuild.log import Log, Partition
from continuum.rebuild.reporting import REPORTING
from continuum.rebuild.shadow import Position, Shadow, connect, read_position
from continuum.rebuild.work import Range, fold
from services.reporting import store
from services.reporting.corrections.decide import versions
from services.reporting.corrections.store import read_corrections
from services.reporting.release import DEFINITIONS, digest, is_known
from services.reporting.releases import compute_again
from shared.contracts.reporting import Release, ReleasedFigure

_SHOWN = 20


async def rerun(
    access: Access, log: Log, month: str, *, say: Callable[[str], None]
) -> tuple[list[str], bool]:
    """
    Fold the log up to the positions of the release of *month*, beside the live tables.

    If figures of it were corrected, fold it as well up to the positions of each release that the
    corrections came with. Return a report, and whether all hashes are the published ones.
    """
    dsn = access.owners.get("reporting")
    if dsn is None:
        raise NotPossible(
            "this makes tables, which only the owner of reporting's database may: the connection"
            " file must name it, as owners."
        )
    live = await connect(dsn, shadow=False)
    try:
        aside = await connect(dsn, shadow=True)
        try:
            return await _rerun(live, aside, dsn, log, month, say)
        finally:
            with suppress(OSError):
                await aside.close(timeout=5)
    finally:
        with suppress(OSError):
            await live.close(timeout=5)


async def _rerun(
    live: Any, aside: Any, dsn: str, log: Log, month: str, say: Callable[[str], None]
) -> tuple[list[str], bool]:
    row = await store.read_release(live, month=month)
    if row is None:
        raise NotPossible(f"{month} is not published.")
    published = Release.model_validate_json(row.body)
    if not is_known(published.definitions):
        raise NotPossible(
            f"{month} was computed by the definitions {published.definitions}, this version has"
            f" {DEFINITIONS}: run the version that published it."
        )
    known = [each.facts for each in await read_corrections(live, month=month)]
    with_ = {each.corrected_with: await _release(live, each.corrected_with) for each in known}
    lines, equal = [], True
    for sha256, release in versions(published, row.sha256, known, with_=with_):
        again, records, failed = await _fold(
            live, aside, dsn, log, release, say, is_corrected=release is not published
        )
        found, same = report(sha256, release, again, records=records, failed=failed)
        lines += found
        equal = equal and same
    return lines, equal


async def _release(live: Any, month: str) -> Release:
    row = await store.read_release(live, month=month)
    if row is None:
        raise NotPossible(f"{month} is not published, and another month was corrected with it.")
    return Release.model_validate_json(row.body)


async def _fold(
    live: Any,
    aside: Any,
    dsn: str,
    log: Log,
    release: Release,
    say: Callable[[str], None],
    *,
    is_corrected: bool,
) -> tuple[Release, int, Sequence[str]]:
    """Return *release* counted from the log, from how many records, and what cannot be folded."""
    shadow = Shadow(aside, REPORTING)
    await shadow.open(afresh=True)
    async with live.transaction(isolation="repeatable_read", readonly=True):
        position = await read_position(live, REPORTING)
    spans = ranges(release, position)
    records = sum(span.end - span.start for span in spans)
    say(f"folding {records:,} records")
    await fold(dsn, log, "reporting", spans)
    failed = await shadow.failed()
    async with aside.transaction(isolation="repeatable_read"):
        again = await compute_again(aside, release, is_corrected=is_corrected)
    await shadow.drop()
    return again, records, failed


def ranges(published: Release, position: Position) -> list[Range]:
    """Return the records that *published* was made from, by partition."""
    left_out: dict[Partition, set[int]] = {}
    for place in published.left_out:
        topic, number, offset = place.split("/")
        left_out.setdefault((topic, int(number)), set()).add(int(offset))
    found = []
    for each in published.positions:
        partition = (each.topic, each.partition)
        first = position.spans[partition][0] if partition in position.spans else 0
        skipped = frozenset(left_out.get(partition, ()))
        discarded = position.offsets(partition, discarded=True) - skipped
        found.append(Range(partition, first, each.next_offset, skipped, discarded))
    return found


def report(
    sha256: str, published: Release, again: Release, *, records: int, failed: Sequence[str] = ()
) -> tuple[list[str], bool]:
    """Return the report on *again*, which was computed again from *records* records."""
    found = digest(again)
    equal = found == sha256 and not failed
    lines = [
        f"figures of {published.month}, as of {published.as_of:%Y-%m-%d %H:%M:%S} UTC",
        f"  published: sha256 {sha256}",
        f"  rerun:     sha256 {found}, from {records:,} records",
    ]
    lines += [f"  cannot be folded: {each}" for each in failed]
    differing = list(differences(published.figures, again.figures))
    lines += [f"  {each}" for each in differing[:_SHOWN]]
    if len(differing) > _SHOWN:
        lines.append(f"  and {len(differing) - _SHOWN} more")
    lines.append("equal" if equal else "DIFFERENT: see Monthly figures in docs/operate.md")
    return lines, equal


def differences(
    published: Sequence[ReleasedFigure], again: Sequence[ReleasedFigure]
) -> Iterator[str]:
    """Yield a line for each figure that differs."""
    before, after = _by_place(published), _by_place(again)
    for place in sorted(before.keys() | after.keys()):
        if before.get(place) != after.get(place):
            values = [
                "nothing" if each is None else f"{each.value} ({each.name})"
                for each in (before.get(place), after.get(place))
            ]
            yield f"{', '.join(place)}: {values[0]} → {values[1]}"


def _by_place(
    figures: Sequence[ReleasedFigure],
) -> dict[tuple[str, str, str, str], ReleasedFigure]:
    return {(f.figure, f.breakdown, f.group, f.measure): f for f in figures}
