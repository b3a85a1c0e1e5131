"""The public pages: a page, JSON and CSV of each release, and nothing that is live."""

import asyncio
import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from services.reporting.pages import exception_handlers, routes
from shared.contracts import reference
from shared.process.http import PublicPages, public_headers
from tests.examples.solicitations import URL, announced
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.releasing import DUE, Pool, accepted_in, march, process, stream

FILES = ("/figures.json", "/figures.csv", "/releases/2026-03.json", "/releases/2026-03.csv")


class Site:
    """The public port of one process."""

    def __init__(self, pool: "Pool | None") -> None:
        pages = PublicPages(
            routes(kept_seconds=0), "", 0, max_age=5, exception_handlers=exception_handlers()
        )
        self._app = pages.app()
        if pool is not None:
            self._app.state.pool = pool

    async def ask(self, path: str, *, held: str | None = None) -> tuple[int, dict[str, str], str]:
        """Return status, headers and body of *path*; *held* is the ETag that the reader has."""
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        sends = [] if held is None else [(b"if-none-match", held.encode())]
        scope: dict[str, Any] = {"type": "http", "method": "GET", "path": path}
        scope |= {"headers": sends, "query_string": b""}
        await public_headers(self._app, max_age=5)(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent).decode()

    async def body(self, path: str) -> str:
        status, _, body = await self.ask(path)
        assert status == 200, path
        return body


@pytest.fixture
async def released(log: Log) -> "Pool":
    """March is released; in April something happened that is not."""
    await march(log)
    await process(DUE).publish_due(log.pool)
    return log.pool


async def test_page_json_and_csv_are_views_of_one_release(released: "Pool") -> None:
    site = Site(released)

    page = await site.body("/releases/2026-03")
    published = json.loads(await site.body("/releases/2026-03.json"))
    lines = list(csv.DictReader(io.StringIO(await site.body("/releases/2026-03.csv"))))

    figures = published["release"]["figures"]
    assert [(line["group"], line["measure"], line["value"]) for line in lines] == [
        (f["group"], f["measure"], str(f["value"])) for f in figures
    ]
    assert {line["release_sha256"] for line in lines} == {published["sha256"]}
    assert published["sha256"] in page
    cells = re.findall(r'<th scope="row">([^<]*)</th><td class="number">([^<]*)</td>', page)
    counted = [
        (f["name"], f"{f['value']} of {f['listed']}" if "listed" in f else str(f["value"]))
        for f in figures
        if f["measure"] == "count"
    ]
    assert {*counted} <= {(name, value.replace(",", "")) for name, value in cells}


async def test_the_page_shows_the_last_release_and_lists_the_earlier_ones(
    released: "Pool", log: Log
) -> None:
    site = Site(released)
    first = await site.body("/releases")
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(released)

    last = await site.body("/releases")

    assert "March 2026" in first
    assert "April 2026" in last
    assert 'href="/releases/2026-03"' in last
    assert "March 2026" in await site.body("/releases/2026-03")
    assert json.loads(await site.body("/figures.json"))["release"]["month"] == "2026-04"


async def test_e82_a_corrected_month_shows_both_values_for_ever(
    released: "Pool", log: Log
) -> None:
    site = Site(released)
    first = json.loads(await site.body("/releases/2026-03.json"))
    for number in range(62, 71):
        await log.take_in(stream(number).events)
    await process(datetime(2026, 5, 20, tzinfo=UTC)).publish_due(released)

    page = " ".join((await site.body("/releases/2026-03")).split())
    file = json.loads(await site.body("/releases/2026-03.json"))
    lines = list(csv.DictReader(io.StringIO(await site.body("/releases/2026-03.csv"))))

    assert "70 (first published: 60)" in page
    assert "Requests by U.S. state or territory, California: from 60 to 70." in page
    assert "with the figures of April 2026: events of the month came late." in page
    assert (file["sha256"], file["release"]) == (first["sha256"], first["release"])
    assert first["corrections"] == []
    about = ("requests", "US-CA")
    (state,) = [e for e in file["corrections"] if (e["figure"], e["group"]) == about]
    assert (state["before"], state["after"], state["because"]) == (60, 70, "late")
    (line,) = [line for line in lines if (line["figure"], line["group"]) == about]
    assert (line["value"], line["corrected"], line["corrected_with"]) == ("60", "70", "2026-04")
    assert line["corrected_at"]
    listed = await site.body("/corrections")
    assert 'href="/releases/2026-03">March 2026</a>' in listed
    months = json.loads(await site.body("/corrections.json"))["months"]
    assert [each["month"] for each in months] == ["2026-03"]
    assert months[0]["figures_corrected"] == len(file["corrections"])
    assert {line["corrected"] for line in lines if line["group"] == "US-NE"} == {""}


@pytest.mark.parametrize("path", ["/", "/releases", *FILES])
async def test_nothing_public_is_live(released: "Pool", log: Log, path: str) -> None:
    site = Site(released)
    before = await site.body(path)

    await accepted_in(log, datetime(2026, 4, 3, 6, tzinfo=UTC), first=100, count=30)

    assert await site.body(path) == await Site(released).body(path) == before


async def test_before_the_first_release_the_page_says_so(log: Log) -> None:
    await march(log)
    site = Site(log.pool)

    page = await site.body("/")

    assert "No month is published yet." in page
    assert "Technical Assistance" in page
    assert [(await site.ask(path))[0] for path in FILES] == [404] * len(FILES)


@pytest.mark.parametrize("month", ["2026-04", "2026-3", "..", "x" * 500])
async def test_a_month_that_is_not_released_is_not_found(released: "Pool", month: str) -> None:
    status, headers, _ = await Site(released).ask(f"/releases/{month}")

    assert (status, headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("path", ["/", *FILES, "/programs.json"])
async def test_no_page_names_an_agency_or_a_request(released: "Pool", path: str) -> None:
    body = await Site(released).body(path)

    for confidential in ("CRI-2026", "Los Angeles", "CA0194200", "ca-post", "iacp"):
        assert confidential not in body


async def test_what_was_shown_stays_while_postgres_is_away(released: "Pool") -> None:
    site = Site(released)
    before = await site.body("/")
    await released.close()

    status, _, _ = await Site(None).ask("/")

    assert status == 503
    assert await site.body("/") == before


async def test_one_reader_waits_for_postgres_and_the_others_see_what_was_shown(
    released: "Pool",
) -> None:
    site = Site(released)
    before = await site.body("/")
    held = [await released.acquire() for _ in range(released.get_max_size())]

    waits = asyncio.create_task(site.body("/"))
    await asyncio.sleep(0)  # it has begun
    async with asyncio.timeout(5):
        others = [await site.body("/") for _ in range(3)]

    assert others == [before] * 3
    assert not waits.done()
    for connection in held:
        await released.release(connection)
    assert await waits == before


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/", 200, "public, max-age=5"),
        ("/releases", 200, "public, max-age=5"),
        ("/releases/2026-03.json", 200, "public, max-age=5"),
        ("/releases/2026-03.csv", 200, "public, max-age=5"),
        ("/programs.json", 200, "public, max-age=5"),
        ("/figures", 404, "no-store"),
        ("/metrics", 404, "no-store"),
        ("/ready", 404, "no-store"),
    ],
)
async def test_every_answer_forbids_sniffing_framing_and_scripts(
    released: "Pool", path: str, status: int, kept: str
) -> None:
    found, headers, _ = await Site(released).ask(path)

    assert found == status
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [each for each in policy if each.startswith("script-src")]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == kept


async def test_open_solicitations_are_listed_beside_the_programs(
    released: "Pool", log: Log
) -> None:
    number = await released.fetchval("SELECT max(number) + 1 FROM catalog")
    later = "2150-05-15T23:59:00-04:00"
    await log.take_in([(reference.TOPIC, announced(number, closes_at=later))])
    site = Site(released)

    page, listed = await site.body("/"), json.loads(await site.body("/programs.json"))

    assert f'href="{URL}"' in page
    (one,) = listed["solicitations"]
    assert (one["id"], one["closes_at"], one["for"]) == ("cri-tac-2026", later, "providers")
    assert one["sentence"] == "Applications are taken until May 15, 2150, 23:59 UTC-04:00."


@pytest.mark.parametrize("path", ["/", "/releases/2026-03", *FILES])
async def test_a_cache_is_told_whether_what_it_holds_is_still_right(
    released: "Pool", path: str
) -> None:
    site = Site(released)
    _, headers, body = await site.ask(path)
    tag = headers["etag"]

    same, other = await site.ask(path, held=f'"x", W/{tag}'), await site.ask(path, held='"x"')

    assert (same[0], same[2], same[1]["etag"]) == (304, "", tag)
    assert same[1]["cache-control"] == "public, max-age=5"
    assert (other[0], other[2]) == (200, body)


async def test_the_home_page_leads_to_the_figures_of_the_last_month(released: "Pool") -> None:
    page = await Site(released).body("/")

    assert "March 2026" in page
    assert 'href="/releases/2026-03"' in page
    assert 'href="/releases/2026-03.json"' in page
    assert re.search(r"<strong>60</strong>requests accepted", page)


@pytest.mark.parametrize(
    ("is_up", "path", "status", "said"),
    [(True, "/nowhere", 404, "Check the address."), (False, "/", 503, "try again in a minute")],
)
async def test_in_place_of_a_page_another_one_says_why(
    released: "Pool", is_up: bool, path: str, status: int, said: str
) -> None:
    found, headers, page = await Site(released if is_up else None).ask(path)

    assert (found, headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in page
    assert 'href="/sites"' in page
