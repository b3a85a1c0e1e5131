"""Counts released months again, with the next release, after late events or amendments."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from services.reporting import store
from services.reporting.corrections import store as corrections
from services.reporting.corrections.decide import (
    MOST,
    cause_of,
    corrected,
    counted_again,
    figures_corrected,
)
from services.reporting.months import Month
from services.reporting.release import Counted
from shared.catalog.catalog import Catalog
from shared.contracts.reporting import RELEASES_TOPIC, FigureCorrected, Release
from shared.delivery.sequences import Numbers

_ALWAYS = datetime(1, 1, 2, tzinfo=UTC)


async def read_touched(
    connection: Any, release: Release
) -> tuple[dict[Month, set[str]], datetime]:
    """
    Return the months to count again with *release*, with the kinds of causes, and since when.

    If there are too many, the latest ones; the others wait for the next release.
    """
    touched: dict[Month, set[str]] = {}
    for at, because in await corrections.read_late_times(connection, before=release.begins_at):
        touched.setdefault(Month.of(at, zone=release.zone), set()).add(because)
    latest = sorted(touched)[-MOST:]
    since = latest[0].begins_at(release.zone) if len(latest) < len(touched) else _ALWAYS
    return {month: touched[month] for month in latest}, since


async def correct(
    connection: Any,
    touched: dict[Month, set[str]],
    *,
    with_: Release,
    since: datetime,
    catalog: Catalog,
    at: datetime,
    numbers: Numbers,
) -> list[FigureCorrected]:
    """
    Count the *touched* months again and store what is corrected, in the transaction of *with_*.

    What was noted of the months from *since* to the end of *with_* is removed.
    """
    found: list[FigureCorrected] = []
    for month in sorted(touched):
        shown = await read_shown(connection, str(month))
        if shown is None:  # before the first release
            continue
        again = counted_again(shown, await _count(connection, shown), catalog, like=with_)
        found += figures_corrected(
            shown,
            again,
            because=cause_of(touched[month]),
            with_=with_.month,
            at=at,
            next_number=partial(numbers.next, RELEASES_TOPIC, shown.month),
        )
    await corrections.remove_late_times(connection, since=since, before=with_.ends_at)
    if found:
        await corrections.save_corrections(connection, found)
    return found


async def read_shown(connection: Any, month: str) -> Release | None:
    """Return the release of *month* with the values that it shows now."""
    row = await store.read_release(connection, month=month)
    if row is None:
        return None
    known = await corrections.read_corrections(connection, month=month)
    return corrected(Release.model_validate_json(row.body), [each.facts for each in known])


async def _count(connection: Any, release: Release) -> Counted:
    return await store.count_month(
        connection, begins_at=release.begins_at, ends_at=release.ends_at
    )
