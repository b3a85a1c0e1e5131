"""``python -m services.routing verify`` re-runs every recorded decision, reports differences."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from services.routing import store
from services.routing.life.rerun import rerun
from services.routing.rules.decisions import decode, encode
from services.routing.rules.in_force import DecisionBasis, basis_of
from services.routing.settings import Settings
from shared.catalog.catalog import Catalog, CatalogCache
from shared.postgres import pool

_LIMIT = 1000


async def verify(settings: Settings, arguments: Sequence[str]) -> int:
    """Print how many decisions were re-run and which differ; return 1 if any does."""
    connection = await pool.connect(settings, name="routing verify")
    try:
        checked, differing = await verify_decisions(connection)
    finally:
        await connection.close()
    for name in differing:
        print(f"verify: {name} differs")
    print(f"verify: {checked} decisions re-run, {len(differing)} differences")
    return 1 if differing else 0


async def verify_decisions(connection: Any) -> tuple[int, list[str]]:
    """Return how many decisions were re-run, and the names of those that differ."""
    catalog = await CatalogCache().current(connection)
    bases: dict[tuple[str, str], DecisionBasis | None] = {}
    checked, differing = 0, []
    behind = ("", 0)
    while rows := await store.read_decisions(connection, behind=behind, limit=_LIMIT):
        for tracking_number, number, digest, text in rows:
            decided = decode(text)
            key = (decided["ruleset"], decided["panel"])
            if key not in bases:
                bases[key] = await _basis(connection, catalog, *key)
            checked += 1
            same = sha256(text.encode()).hexdigest() == digest
            if not same or encode(rerun(decided, bases[key])) != text:
                differing.append(f"{tracking_number} decision {number}")
            behind = (tracking_number, number)
    return checked, differing


async def _basis(
    connection: Any, catalog: Catalog, ruleset: str, panel: str
) -> DecisionBasis | None:
    """Return the basis of a decision; None if it was made without rules or candidates."""
    if not ruleset or not panel:
        return None
    rules = catalog.ruleset_by_hash(ruleset)
    body = await store.read_panel(connection, panel)
    if rules is None or body is None:
        raise LookupError(f"the rule set {ruleset} or the candidates {panel} are gone")
    return basis_of(rules, ruleset, body)
