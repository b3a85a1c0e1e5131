"""The work list and the page of a case, from events to words."""

import csv
import io
import re
from typing import Any

import asyncpg
import pytest

from tests.examples.streams import EventStream
from tests.integration.desk.conftest import Log
from tests.integration.desk.office.conftest import Browser, Staff

Pool = asyncpg.Pool


@pytest.fixture
async def worker(staff: Staff, browser: Browser) -> Browser:
    await staff.enter("stand-in-worker", "staff:k7f2", "worker", name="W. Orker")
    await staff.enter("stand-in-reader", "staff:r1", "reader", name="R. Eader")
    await browser.sign_in("stand-in-worker")
    return browser


async def referred(log: Log, number: int, **agency: Any) -> EventStream:
    stream = EventStream(number, **agency)
    stream.accepted()
    stream.referred("no_ori")
    await log.take_in(stream.events)
    return stream


async def test_an_empty_list_says_so(worker: Browser) -> None:
    page = await worker.get("/")

    assert page.status_code == 200
    assert "Nothing waits for us." in worker.text
    assert "Nothing on the list fits this." in (await worker.get("/?kind=late")).text


async def test_an_item_says_why_it_is_here_and_what_happens_if_nobody_acts(
    worker: Browser, log: Log
) -> None:
    stream = await referred(log, 1)

    page = await worker.get("/")

    assert f'href="/cases/{stream.tracking_number}"' in page.text
    for words in (
        "1 Decide on a request",
        "The agency named no ORI",
        "If nobody acts:",
        "Los Angeles Police Department, California",
        "nobody",
    ):
        assert words in worker.text
    assert "no_ori" not in page.text


async def test_the_list_is_found_by_number_and_agency_and_narrowed_by_kind(
    worker: Browser, log: Log
) -> None:
    first = await referred(log, 1, name="Alturas Police Department")
    second = await referred(log, 2, name="Bayard Police Department")

    for query, found in (
        (f"text={first.tracking_number[:15]}", {first}),
        ("text=bayard", {second}),
        ("kind=referred", {first, second}),
        ("kind=late", set()),
        ("program=cri-tac&lane=cri-tac.standard", {first, second}),
        ("lane=cri-tac.urgent", set()),
        ("mine=yes", set()),
        ("lane=%25", set()),
    ):
        page = (await worker.get(f"/?{query}")).text
        shown = {each for each in (first, second) if f"/cases/{each.tracking_number}" in page}
        assert shown == found, query


async def test_no_page_has_more_than_fifty_rows(worker: Browser, log: Log) -> None:
    for number in range(1, 53):
        await referred(log, number)

    first = (await worker.get("/")).text
    second = (await worker.get("/?page=2")).text
    table = (await worker.get("/work.csv")).text

    assert [page.count('<th scope="row">') for page in (first, second)] == [50, 2]
    assert "page 1 of 2" in first
    assert len(list(csv.reader(io.StringIO(table)))) == 53
    for page_number in ("3", "0", "x", "-1", "٣", "9" * 30, "9" * 5_000):
        assert (await worker.get(f"/?page={page_number}")).status_code == 404


async def test_the_table_has_every_item_that_the_list_counts(
    worker: Browser, pool: "Pool[Any]"
) -> None:
    await pool.execute(
        "INSERT INTO work_items (item_id, kind, why, otherwise, number, opened_at, due_at)"
        " SELECT 'late:' || n, CASE n WHEN 7 THEN 'referred' ELSE 'late' END, 'why', 'otherwise',"
        " 1, now(), '2026-03-02'::timestamptz + n * interval '1 minute'"
        " FROM generate_series(1, 1101) AS n"
    )

    page = (await worker.get("/")).text
    table = list(csv.DictReader(io.StringIO((await worker.get("/work.csv")).text)))
    late = list(csv.DictReader(io.StringIO((await worker.get("/work.csv?kind=late")).text)))

    assert "1101 items" in page
    assert [len(rows) for rows in (table, late)] == [1101, 1100]
    assert [row["due"] for row in table] == sorted({row["due"] for row in table})


async def test_a_cell_that_a_spreadsheet_would_run_is_text(worker: Browser, log: Log) -> None:
    await referred(log, 1, name='=HYPERLINK("x")')

    rows = list(csv.DictReader(io.StringIO((await worker.get("/work.csv")).text)))

    assert rows[0]["agency"] == '\'=HYPERLINK("x")'


async def test_an_item_is_taken_by_one_person(
    worker: Browser, log: Log, staff: Staff, new_browser: Any
) -> None:
    stream = await referred(log, 1)
    await staff.enter("stand-in-approver", "staff:a1", "approver", name="A. Pprover")
    page = await worker.get("/")
    item = re.findall(r'name="item" value="([^"]+)"', page.text)[0]

    page = await worker.post(
        "/items/take", {"item": item, "next": f"/cases/{stream.tracking_number}"}
    )
    other = new_browser()
    await other.sign_in("stand-in-approver")
    refused = await other.post("/items/take", {"item": item})

    assert str(page.url).endswith(f"/cases/{stream.tracking_number}")
    assert "W. Orker has it." in worker.text
    assert refused.status_code == 409
    assert "Another person has it, or it is already closed." in other.text
    await worker.post("/items/give-back", {"item": item})
    assert "nobody" in (await worker.get("/")).text


async def test_readers_see_and_take_nothing(worker: Browser, log: Log, new_browser: Any) -> None:
    await referred(log, 1)
    reader = new_browser()

    page = await reader.sign_in("stand-in-reader")

    assert "Decide on a request" in reader.text
    assert "/items/take" not in page.text
    assert (await reader.post("/items/take", {"item": "x"})).status_code == 403


async def test_the_page_of_a_case_says_where_it_stands_and_what_happened(
    worker: Browser, log: Log
) -> None:
    stream = EventStream(1)
    stream.accepted()
    stream.offered("iacp")
    stream.declined("timing")
    stream.referred("no_candidate")
    await log.take_in(stream.events)

    page = await worker.get(f"/cases/{stream.tracking_number}")

    for words in (
        "with this office",
        "No provider fits this request by rule.",
        "The provider declined",
        "The dates do not suit the provider.",
        "First contact February 20, 2026",
        "March 2, 2026, 10:0",
        "a.m. EST",
        "Nobody was told anything yet.",
    ):
        assert words in worker.text
    for code in ("no_candidate", "offer_declined", "US-CA"):
        assert code not in page.text


@pytest.mark.parametrize("number", ["CRI-2026-000042-X", "x", "%00", "CRI-2026-000999-A" * 9])
async def test_an_unknown_number_has_no_page(worker: Browser, number: str) -> None:
    assert (await worker.get(f"/cases/{number}")).status_code == 404


async def test_figures_are_tables_with_bars(worker: Browser, log: Log) -> None:
    assert "No request waits." in (await worker.get("/figures")).text
    await referred(log, 1)
    stream = EventStream(2)
    stream.accepted()
    stream.waitlisted()
    await log.take_in(stream.events)

    page = (await worker.get("/figures")).text

    assert '<th scope="row">Decide on a request</th><td class="number">1</td>' in page
    assert page.count("Open work by kind") == 1
    assert '<svg viewBox="0 0 100 10"' in page
    assert 'role="img" aria-label="Decide on a request: 1"' in page
    assert "cri-tac, standard" in page
