"""The pages of sites over HTTP, from rows in Postgres: a page, JSON and CSV of each."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import asyncpg
import pytest

from services.reporting.sites.store import take_in
from tests.examples.published_sites import REPORT, SLUG, Publishing, real_sites
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.test_pages import Site

Pool = asyncpg.Pool
OF_SITE, OF_REPORT = f"/sites/{SLUG}", f"/sites/{SLUG}/{REPORT}"
EVERY = [
    *("/sites", "/sites.json", "/sites.csv", OF_SITE, f"{OF_SITE}.json", f"{OF_SITE}.csv"),
    *(OF_REPORT, f"{OF_REPORT}.json", f"{OF_REPORT}.csv", f"{OF_REPORT}/versions/1"),
    *("/corrections", "/corrections.json", "/corrections.csv"),
    *("/how-we-count", "/how-we-count.json", "/feed.atom"),
]
REPLY = "It is “late”.\r\n\t<b>Why?</b>  &amp; '=1+1'".ljust(1800, "ä")


async def keep(pool: "Pool[Any]", *published: Publishing) -> None:
    async with pool.acquire() as connection, connection.transaction():
        for each in published:
            await take_in(connection, each.events)


def published() -> Publishing:
    statuses = ["in_progress"] * 10 + ["not_started"] * 4
    return Publishing().report(statuses).reply(REPLY, "1.1")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("path", EVERY)
async def test_every_page_is_there_and_says_what_it_is(log: Log, path: str) -> None:
    await keep(log.pool, published())

    status, headers, body = await Site(log.pool).ask(path)

    kinds = {"json": "application/json", "csv": "text/csv; charset=utf-8",
             "atom": "application/atom+xml"}  # fmt: skip
    expected = kinds.get(path.rpartition(".")[2], "text/html; charset=utf-8")
    assert (status, headers["content-type"]) == (200, expected)
    assert headers["cache-control"] == "public, max-age=5"
    assert (await Site(log.pool).ask(path, held=headers["etag"]))[0] == 304
    assert body


async def test_page_json_and_csv_show_the_same_numbers(log: Log) -> None:
    await keep(log.pool, published())
    site = Site(log.pool)

    page = await site.body(OF_SITE)
    found = json.loads(await site.body(f"{OF_SITE}.json"))["site"]
    rows = [row for row in rows_of(await site.body("/sites.csv")) if row["slug"] == SLUG]

    shares = [(each["status"], each["count"], each["percent"]) for each in found["statuses"]]
    assert shares == [
        ("complete", 0, 0.0),
        ("partially_complete", 0, 0.0),
        ("in_progress", 10, 71.4),
        ("not_started", 4, 28.6),
    ]
    assert [(r["status"], int(r["count"]), float(r["percent"])) for r in rows] == shares
    assert "10 of 14 (71.4%)" in page
    assert "4 of 14 (28.6%)" in page
    assert len(rows_of(await site.body(f"{OF_SITE}.csv"))) == 14


async def test_e79_a_reply_is_the_same_byte_for_byte_wherever_it_stands(log: Log) -> None:
    await keep(log.pool, published())
    site = Site(log.pool)

    found = json.loads(await site.body(f"{OF_REPORT}.json"))
    feed = ElementTree.fromstring(await site.body("/feed.atom"))

    assert found["report"]["replies"][0]["text"] == REPLY
    assert REPLY in [each.text for each in feed.iter("{http://www.w3.org/2005/Atom}content")]


async def test_what_is_published_later_is_shown_at_once(log: Log) -> None:
    events = published()
    await keep(log.pool, events)
    site = Site(log.pool)
    before = await site.body("/sites")

    await keep(log.pool, events.report(["complete"], report_id="final", as_of="2025-06-30"))

    assert "1 (100.0%) complete" not in before
    assert "1 (100.0%) complete" in await site.body("/sites")


async def test_the_nine_real_sites_are_listed(log: Log) -> None:
    await keep(log.pool, *real_sites())

    found = json.loads(await Site(log.pool).body("/sites.json"))["sites"]

    assert sorted(each["recommendations"] for each in found) == [
        13, 14, 36, 71, 76, 91, 109, 110, 272,
    ]  # fmt: skip
    known = [each["agency"] for each in found if each["statuses"][0]["percent"] is not None]
    assert known == ["North Miami Police Department"]


async def test_an_event_of_a_later_release_is_passed_over(log: Log) -> None:
    events = published().events
    await keep(log.pool, Publishing())
    later = events[1].encode().decode().replace("report_published", "of_a_later_release")
    await log.pool.execute("INSERT INTO site_events VALUES ($1, 2, $2::text::jsonb)", SLUG, later)
    await log.pool.execute(
        "INSERT INTO site_events VALUES ($1, 4, $2::text::jsonb)",
        SLUG,
        Publishing().state(status="ended").events[-1].encode().decode(),
    )

    found = json.loads(await Site(log.pool).body(f"{OF_SITE}.json"))

    assert (found["site"]["status"], found["reports"]) == ("ended", [])


@pytest.mark.parametrize(
    "path",
    [
        *("/sites/nowhere", "/sites/nowhere.json", f"{OF_SITE}/nothing", f"{OF_SITE}/nothing.csv"),
        *(f"{OF_REPORT}/versions/2", f"{OF_REPORT}/versions/x", f"/sites/{'x' * 5000}"),
        *("/sites/..", "/sites/", "/sites/\0", f"{OF_SITE}/"),
    ],
)
async def test_what_is_not_published_is_not_found(log: Log, path: str) -> None:
    await keep(log.pool, published())

    status, headers, page = await Site(log.pool).ask(path)

    assert (status, headers["cache-control"]) == (404, "no-store")
    assert "There is no such page" in page


@pytest.mark.parametrize("path", ["/sites", "/corrections", "/feed.atom", "/sites.csv"])
async def test_before_the_first_site_every_page_is_there(log: Log, path: str) -> None:
    assert (await Site(log.pool).ask(path))[0] == 200
