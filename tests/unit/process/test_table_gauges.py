import asyncio

import pytest

from shared.process.table_gauges import TableGauges, rest


@pytest.mark.parametrize(
    ("took", "pause"),
    [(0.001, 2.0), (0.1, 5.0), (7.0, 15.0)],
    ids=["a small table", "a large one", "a network that was cut for seconds"],
)
def test_slow_counts_run_less_often_but_never_minutes_apart(took: float, pause: float) -> None:
    assert rest(took) == pause


async def test_tables_are_counted_once_per_scrape() -> None:
    counted = 0

    async def count() -> None:
        nonlocal counted
        counted += 1

    gauges = TableGauges()
    await gauges.refresh()  # before there is a pool
    gauges.begin(count)
    await asyncio.sleep(0)  # had it begun to count by itself, it would by now
    assert counted == 0

    await asyncio.gather(gauges.refresh(), gauges.refresh())
    await gauges.refresh()

    assert counted == 1


async def test_an_outage_leaves_gauges_unchanged_and_a_bug_is_raised() -> None:
    async def away() -> None:
        raise ConnectionRefusedError

    async def broken() -> None:
        raise AssertionError

    gauges = TableGauges()
    gauges.begin(away)
    await gauges.refresh()
    gauges = TableGauges()
    gauges.begin(broken)
    with pytest.raises(AssertionError):
        await gauges.refresh()


async def test_metrics_do_not_wait_for_a_slow_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.process.table_gauges._WAIT_SECONDS", 0.01)
    go, counted = asyncio.Event(), 0

    async def count() -> None:
        nonlocal counted
        await go.wait()
        counted += 1

    gauges = TableGauges()
    gauges.begin(count)
    await gauges.refresh()
    await gauges.refresh()
    assert counted == 0

    go.set()
    await gauges.refresh()
    assert counted == 1
    await gauges.stop()
