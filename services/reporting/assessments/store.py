"""The tables of assessments; each function is named like its statement in reporting's ``sql``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.reporting.assessments.site import Person, Proposal, Recommendation, Site, Verified
from shared.delivery.take_in.reader import Connection
from shared.postgres.statements import load_statements

_SQL = load_statements("services.reporting")
Numbered = tuple[str, str]
"""An engagement, and the number of a finding or a recommendation in it."""


class DraftRow(NamedTuple):
    """
    A text of a message, by the coordinate of its record, or whether the message was applied.

    Either may come first. The text of a refused message is not kept.
    """

    cause: str
    engagement_id: str
    stated_at: datetime
    applied: bool | None = None
    what: str | None = None
    item: str | None = None
    version: int | None = None
    text: str | None = None

    def completed(self, other: "DraftRow") -> "DraftRow":
        """Return this row with what *other*, of the same record, states, as the table does."""
        stated = {name: value for name, value in other._asdict().items() if value is not None}
        found = self._replace(**stated)
        return found._replace(text=None) if found.applied is False else found


async def read_sites(connection: Any, engagements: Collection[str]) -> dict[str, Site]:
    """Return the sites among *engagements*, with all that is recorded of them."""
    wanted = list(engagements)
    rows = await connection.fetch(_SQL["read_sites"], wanted)
    recommendations: dict[str, dict[str, Recommendation]] = {row[0]: {} for row in rows}
    for row in await connection.fetch(_SQL["read_recommendations"], wanted) if rows else ():
        recommendations[row["engagement_id"]][row["recommendation"]] = _recommendation(row)
    return {
        row["engagement_id"]: Site(
            engagement_id=row["engagement_id"],
            tracking_number=row["tracking_number"],
            provider=row["provider"],
            requester=row["requester"],
            opened_at=row["opened_at"],
            ended_at=row["ended_at"],
            focus_areas=dict(row["focus_areas"]),
            findings=dict(row["findings"]),
            recommendations=recommendations[row["engagement_id"]],
        )
        for row in rows
    }


def _recommendation(row: Any) -> Recommendation:
    proposal = None
    if row["proposed_status"] is not None:
        by = Person(row["proposed_for"], row["proposed_by"])
        proposal = Proposal(row["proposed_status"], row["proposed_reason"], by)
    return Recommendation(
        version=row["version"],
        recorded_on=row["recorded_on"],
        due_on=row["due_on"],
        statuses=tuple(_verified(*verified) for verified in row["statuses"]),
        proposal=proposal,
        claimed_on=row["claimed_on"],
    )


def _verified(
    status: str, reason: str | None, on: date, of: str | None, by: str | None
) -> Verified:
    return Verified(status, reason, on, None if of is None else Person(of, by))


async def list_sites(connection: Any) -> list[str]:
    """Return the engagements of all sites."""
    return [row["engagement_id"] for row in await connection.fetch(_SQL["list_sites"])]


async def open_sites(connection: "Connection[Any]", sites: Collection[Site]) -> None:
    """Insert *sites*; a stored site stays as it is."""
    await _write(
        connection,
        _SQL["open_sites"],
        [
            (
                each.engagement_id,
                each.tracking_number,
                each.provider,
                each.requester,
                each.opened_at,
            )
            for each in sites
        ],
    )


async def end_sites(connection: "Connection[Any]", ended: Mapping[str, datetime]) -> None:
    """Record when each engagement in *ended* ended; one that is no site is ignored."""
    await _write(connection, _SQL["end_sites"], list(ended.items()))


async def save_focus_areas(
    connection: "Connection[Any]", goals: Mapping[tuple[str, int], str | None]
) -> None:
    """Insert or replace focus areas by the *goals* that they serve: (engagement, number)."""
    rows = [(*number, goals[number]) for number in sorted(goals)]
    await _write(connection, _SQL["save_focus_areas"], rows)


async def save_findings(connection: "Connection[Any]", versions: Mapping[Numbered, int]) -> None:
    """Insert or replace findings by their *versions*."""
    rows = [(*number, version) for number, version in sorted(versions.items())]
    await _write(connection, _SQL["save_findings"], rows)


async def save_recommendations(
    connection: "Connection[Any]", changed: Mapping[Numbered, Recommendation]
) -> None:
    """Insert or replace *changed*, and append the statuses that were verified."""
    rows, statuses = [], []
    for number, each in sorted(changed.items()):
        status, reason, (participant, actor) = each.proposal or (None, None, (None, None))
        proposed = (status, reason, participant, actor)
        dates = (each.recorded_on, each.due_on, each.claimed_on)
        rows.append((*number, each.version, *dates, *proposed))
        statuses += [
            (*number, place, *one[:3], *(one.by or (None, None)))
            for place, one in enumerate(each.statuses)
        ]
    await _write(connection, _SQL["save_recommendations"], rows)
    await _write(connection, _SQL["save_verified_statuses"], statuses)


async def read_drafts(connection: Any, engagements: Collection[str]) -> dict[str, DraftRow]:
    """Return the texts about *engagements*, by the coordinates of their records."""
    rows = await connection.fetch(_SQL["read_drafts"], list(engagements))
    return {row["cause"]: DraftRow(*row) for row in rows}


async def save_drafts(connection: "Connection[Any]", drafts: Sequence[DraftRow]) -> None:
    """Insert *drafts*, or complete the rows that are there."""
    await _write(connection, _SQL["save_drafts"], drafts)


async def _write(
    connection: "Connection[Any]", statement: str, rows: Sequence[Sequence[Any]]
) -> None:
    """Execute *statement* with one array for each column of *rows*, if there are any."""
    if rows:
        await connection.execute(statement, *map(list, zip(*rows, strict=True)))
