"""Gathers what the four services know about a request, and renders its history."""

from collections.abc import Mapping
from typing import Any

from continuum.access import Access, NotPossible
from continuum.decision import Decision, decision_of
from continuum.history import Facts, Line, Notice, RoutingState, render
from shared.catalog.catalog import ruleset_hash
from shared.contracts.intake import RequestFacts
from shared.contracts.reference import Rule, RuleSet
from shared.contracts.tracking import is_tracking_number
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def explain(access: Access, tracking_number: str) -> list[str]:
    """Return the history of a request, as lines."""
    number = tracking_number.strip().upper()
    if not is_tracking_number(number):
        raise NotPossible(
            f"{tracking_number!r} is no tracking number: they look like CRI-2026-000042-K, and the"
            " last character must fit the digits. One of them was misread; ask again."
        )
    facts = await _facts(access, number)
    state, decisions = await _routing(access, number)
    async with access.connect("reporting") as connection:
        rows = await connection.fetch(_SQL["read_timeline"], number)
    lines = [Line(**{**row, "event_id": str(row["event_id"])}) for row in rows]
    notices = await notices_about(access, number)
    return render(facts, state, lines=lines, decisions=decisions, notices=notices)


async def notices_about(access: Access, number: str) -> list[Notice]:
    """Return the decisions on whom to notify about a request, in order."""
    async with access.connect("notifications") as connection:
        rows = await connection.fetch(_SQL["read_notices"], number)
    return [Notice(**{**row, "fact": str(row["fact"])}) for row in rows]


async def _facts(access: Access, number: str) -> Facts:
    async with access.connect("intake") as connection:
        row = await connection.fetchrow(_SQL["read_request"], number)
    if row is None:
        raise NotPossible(
            f"there is no request {number}. Its check character fits, so it was read correctly:"
            " it may be of another system, or of a database that was reset."
        )
    return Facts(
        tracking_number=number,
        participant=row["participant"],
        reference=row["reference"],
        request=RequestFacts.model_validate_json(row["facts"]),
        published=row["published"],
    )


async def _routing(access: Access, number: str) -> tuple[RoutingState | None, list[Decision]]:
    async with access.connect("routing") as connection:
        row = await connection.fetchrow(_SQL["read_routing_state"], number)
        records = await connection.fetch(_SQL["read_decisions"], number)
        rulesets = await connection.fetch(_SQL["read_rulesets"])
    rules = _rules_by_hash(rulesets)
    state = RoutingState(**row) if row is not None else None
    return state, [decision_of(r["record"], at=r["at"], rules=rules) for r in records]


def _rules_by_hash(rows: list[Any]) -> Mapping[str, list[Rule]]:
    rulesets = [RuleSet.model_validate_json(row["body"]) for row in rows]
    return {ruleset_hash(ruleset): list(ruleset.rules) for ruleset in rulesets}
