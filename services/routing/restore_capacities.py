"""Computes capacities after a restore, from the declarations and the restored requests."""

from collections import defaultdict
from typing import Any

from services.routing import store
from services.routing.life.capacity import apply, microseconds, remaining
from services.routing.life.older_offers import Declared, OlderOffer, entries_of
from services.routing.life.request import CapacityChange
from services.routing.store import Results
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)


async def compute_capacities(connection: Any) -> None:
    """
    Compute each provider's capacity from its last declaration and the requests' offers.

    Pending capacity changes are deleted: the requests already include them.
    """
    declared: dict[str, list[Declared]] = defaultdict(list)
    for provider, declaration, until, entries, at, _ in await connection.fetch(
        _SQL["list_declarations"]
    ):
        change = CapacityChange(provider, str(declaration), until, entries)
        declared[provider].append((at, change))
    taken: dict[tuple[str | None, int], int] = defaultdict(int)
    for declaration, entry, count in await connection.fetch(_SQL["count_taken"]):
        taken[declaration, entry] = count
    offers = [OlderOffer(*row) for row in await connection.fetch(_SQL["list_older_offers"])]
    columns = list(zip(*entries_of(offers, declared, taken), strict=True)) or [(), (), ()]
    await connection.execute(_SQL["set_offer_entries"], *columns)
    load = dict(await connection.fetch(_SQL["count_load"]))
    asked = dict(await connection.fetch(_SQL["list_asked"]))
    providers = sorted({*declared, *load})
    await store.open_capacities(connection, providers)
    capacities = await store.lock_capacities(connection, providers)
    for provider, now in capacities.items():
        for _, change in declared[provider][-1:]:
            now = remaining(apply(now, change), taken)
        last = max(now.last_offer, microseconds(asked[provider]) if provider in asked else 0)
        capacities[provider] = now._replace(load=load.get(provider, 0), last_offer=last)
    await store.save(connection, Results(capacities=list(capacities.values())))
    await connection.execute(_SQL["forget_changes"])
