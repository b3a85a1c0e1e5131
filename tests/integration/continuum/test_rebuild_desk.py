"""The desk's tables, computed again from a real log beside the live ones."""

from collections.abc import AsyncIterator

import pytest

from continuum.rebuild import desk as folding
from continuum.rebuild import work
from continuum.rebuild.fold import Fold
from continuum.rebuild.shadow import Shadow, connect
from deploy.local.stack import Stack
from services.desk import store
from services.desk.handlers import Batch, DeskReader
from shared.contracts import routing
from shared.delivery.records import Item, Record, Taken
from tests.conftest import Database
from tests.examples.roles import as_owner
from tests.examples.streams import START
from tests.integration.continuum.conftest import Rebuilt, rebuilt
from tests.integration.desk.test_handlers import LATE, assessed, everything, full_stream


class OlderReader(DeskReader):
    """A reader that cannot fold the events with one number, and finds out late."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def decide(self, state: Batch, item: Item) -> Taken:
        taken = super().decide(state, item)
        if item.message.number == self._number and item.message.subject == BROKEN:
            raise KeyError("unheard of")
        return taken


BROKEN, WHOLE = (full_stream(number).tracking_number for number in (1, 2))


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


@pytest.mark.parametrize("number", [1, 3])
async def test_a_record_that_cannot_be_folded_is_named_and_all_others_are_folded(
    stack: Stack, database: Database, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(folding, "_READER", OlderReader(number))
    aside = await connect(as_owner(stack, await database("desk"), "desk"), shadow=True)
    await Shadow(aside, folding.DESK).open(afresh=False)
    events = [
        event
        for each in zip(full_stream(1).events, full_stream(2).events, strict=True)
        for topic, event in each
        if topic == routing.TOPIC
    ]
    records = [
        Record(routing.TOPIC, 0, offset, b"key", event.encode(), (), START)
        for offset, event in enumerate(events)
    ]
    fold = Fold(folding.DESK, {})
    for part in (records[:12], records[12:]):
        for record in part:
            fold.take(record)
        await work.save(aside, (routing.TOPIC, 0), fold, part[-1].offset + 1)
        fold = fold.renewed()

    failed = await aside.fetch('SELECT "offset", subject, error FROM rebuild.failed')
    gates = await aside.fetch("SELECT subject, last FROM gates")
    happened = await aside.fetch(
        "SELECT tracking_number, count(*) FROM cases JOIN happenings USING (request_id) GROUP BY 1"
    )
    await aside.close()

    left = {BROKEN: number - 1} if number > 1 else {}
    assert [tuple(row) for row in failed] == [(2 * (number - 1), BROKEN, "KeyError")]
    assert dict(map(tuple, gates)) == {**left, WHOLE: len(records) // 2}
    assert dict(map(tuple, happened)) == {**left, WHOLE: len(records) // 2}
