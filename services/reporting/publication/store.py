"""The tables of publication; each function is named like its statement in reporting's ``sql``."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from services.reporting.publication.report import End, Late, Publication, Report
from shared.contracts.published_reports import SiteFacts
from shared.contracts.reporting import PublicationLateFacts
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements("services.reporting")


async def lock_announcing(connection: "Connection[Any]") -> None:
    """Lock the announcing and the ending of sites until the transaction ends."""
    await connection.execute(_SQL["lock_announcing"])


async def lock_publications(
    connection: "Connection[Any]", engagements: Collection[str]
) -> dict[str, Publication]:
    """Lock and return the announced sites among *engagements*, with their reports."""
    wanted = sorted(engagements)
    found = _parsed(await connection.fetch(_SQL["lock_publications"], wanted))
    reports: dict[str, dict[str, Report]] = {name: {} for name in found}
    for row in await connection.fetch(_SQL["read_drafted_reports"], wanted) if found else ():
        report = Report.model_validate_json(row["content"])
        reports[row["engagement_id"]][row["report_id"]] = report
    return {
        name: each.model_copy(update={"reports": reports[name]}) for name, each in found.items()
    }


async def list_publications(connection: "Connection[Any]") -> dict[str, Publication]:
    """Return all announced sites, without their reports."""
    return _parsed(await connection.fetch(_SQL["list_publications"]))


async def save_publications(
    connection: "Connection[Any]", changed: Collection[Publication]
) -> None:
    """Insert or replace announced sites; their reports are saved by themselves."""
    rows = [
        (
            each.site.engagement_id,
            each.site.slug,
            each.model_dump_json(exclude={"reports"}, exclude_none=True),
        )
        for each in changed
    ]
    await _write(connection, _SQL["save_publications"], rows)


async def save_drafted_reports(
    connection: "Connection[Any]", changed: Iterable[tuple[str, Report]]
) -> None:
    """Insert or replace reports by their engagements."""
    rows = [(name, each.report_id, each.encode().decode()) for name, each in changed]
    await _write(connection, _SQL["save_drafted_reports"], rows)


async def lock_drafted_reports(connection: "Connection[Any]", keys: Sequence[str]) -> None:
    """Lock the sites of the reports with these *keys* (engagement/report)."""
    await connection.execute(_SQL["lock_publications"], sorted({_of_key(key)[0] for key in keys}))


async def erase_drafted_reports(connection: "Connection[Any]", keys: Sequence[str]) -> None:
    """Erase what was not published of the reports with these *keys*, whose sites are locked."""
    known = await lock_publications(connection, {_of_key(key)[0] for key in keys})
    found = [(name, known[name].reports[report]) for name, report in map(_of_key, keys)]
    await save_drafted_reports(connection, [(name, r.without_drafts()) for name, r in found])


def _of_key(key: str) -> tuple[str, str]:
    engagement, _, report = key.partition("/")
    return engagement, report


async def read_ended_sites(connection: Any) -> tuple[list[str], list[End]]:
    """
    Return the ends of sites whose publications do not say that they have ended.

    First the events (JSON) of those that were published, then those that were not.
    """
    rows = await connection.fetch(_SQL["read_ended_sites"])
    told = [row["told"] for row in rows if row["told"] is not None]
    ends = [
        End(row["engagement_id"], row["at"], str(row["event_id"]), row["correlation"])
        for row in rows
        if row["told"] is None
    ]
    return told, ends


async def restore_sites(connection: "Connection[Any]", sites: Collection[SiteFacts]) -> None:
    """Set the announced sites among *sites* to these states."""
    wanted = {each.slug: each for each in sites}
    found = _parsed(await connection.fetch(_SQL["lock_sites_by_slug"], sorted(wanted)))
    changed = [each.model_copy(update={"site": wanted[each.site.slug]}) for each in found.values()]
    await save_publications(connection, changed)


async def restore_lateness(
    connection: "Connection[Any]", told: Collection[PublicationLateFacts]
) -> None:
    """Note that these reports were announced as late."""
    known = await lock_publications(connection, {each.engagement_id for each in told})
    for each in told:
        if (found := known.get(each.engagement_id)) is not None:
            late = Late(kind=each.kind, due_on=each.due_on)
            if late not in found.late:
                changed = found.model_copy(update={"late": [*found.late, late]})
                known[each.engagement_id] = changed
    await save_publications(connection, list(known.values()))


def _parsed(rows: Iterable[Any]) -> dict[str, Publication]:
    return {row["engagement_id"]: Publication.model_validate_json(row["content"]) for row in rows}


async def _write(
    connection: "Connection[Any]", statement: str, rows: list[tuple[Any, ...]]
) -> None:
    if rows:
        await connection.execute(statement, *map(list, zip(*rows, strict=True)))
