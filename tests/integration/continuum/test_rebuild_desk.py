"""The desk's tables, computed again from a real log beside the live ones."""

from collections.abc import AsyncIterator

import pytest

from deploy.local.stack import Stack
from services.desk import store
from services.desk.handlers import DeskReader
from tests.conftest import Database
from tests.integration.continuum.conftest import Rebuilt, rebuilt
from tests.integration.desk.test_handlers import LATE, assessed, everything


@pytest.fixture
async def desk(stack: Stack, database: Database) -> AsyncIterator[Rebuilt]:
    async with rebuilt(stack, await database("desk"), "desk", DeskReader()) as made:
        yield made


async def test_what_is_computed_again_equals_the_live_tables(desk: Rebuilt) -> None:
    await desk.take_in([*everything(1), *everything(2), *assessed()])

    lines, good = await desk.rebuild()

    assert good, lines
    assert " rows in 8 tables, 0 differing" in lines[-1]


async def test_a_repair_leaves_an_item_with_the_person_who_has_it(desk: Rebuilt) -> None:
    await desk.take_in(everything(1))
    (item,) = (await store.read_items(desk.pool, at=LATE)).items
    await store.take_item(desk.pool, item.item_id, "staff:a")
    await desk.alter("UPDATE work_items SET why = 'Lost.'")
    await desk.alter("UPDATE cases SET status = 'lost'")
    await desk.alter("INSERT INTO work_items (item_id, kind) VALUES ('invented', 'late')")

    _, good = await desk.rebuild()
    assert not good

    lines, good = await desk.rebuild(yes=True)
    assert good, lines
    (again,) = (await store.read_items(desk.pool, at=LATE)).items
    assert again == item._replace(taken_by="staff:a")
