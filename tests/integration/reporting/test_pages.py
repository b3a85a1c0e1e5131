"""The public pages, computed from rows in Postgres: the same figures in every format."""

import csv
import io
import json
from typing import Any, TypeAlias

import asyncpg
import pytest
from starlette.applications import Starlette

from services.reporting.pages import routes
from shared.runtime.http import public_headers
from tests.examples.stories import Story
from tests.integration.reporting.conftest import Log

Pool: TypeAlias = "asyncpg.Pool[Any]"


async def get(pool: "Pool", path: str) -> tuple[int, str]:
    """Return status and body of *path*, computed anew."""
    status, _, body = await ask(pool, path)
    return status, body


async def ask(pool: "Pool", path: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body of *path* as the public port answers."""
    app = Starlette(routes=routes(kept_seconds=0))
    app.state.pool = pool
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await public_headers(app, max_age=5)(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent).decode()


@pytest.fixture
async def filled(log: Log) -> "Pool":
    """Sixty requests: 25 closed, 20 offered, 15 waiting for Critical Response to open."""
    for number in range(1, 61):
        story = Story(number, state="US-CA" if number % 3 else "US-NB")
        story.accepted()
        story.triaged()
        if number <= 15:
            story.program = "critical-response"
            story.waitlisted("program_not_open")
        else:
            story.offered()
        if number > 35:
            story.engaged()
            story.progressed("delivered")
            story.closed()
        await log.take_in(story.events)
    return log.pool


async def test_the_figures_count_requests_by_state(filled: "Pool") -> None:
    status, body = await get(filled, "/figures.json")

    release = json.loads(body)
    states = {f["group"]: f["value"] for f in release["figures"] if f["breakdown"] == "status"}
    assert status == 200
    assert {state: count for state, count in states.items() if count} == {
        "closed": 25,
        "offered": 20,
        "waiting": 15,
    }
    assert {(f["unit"] != "", f["as_of"]) for f in release["figures"]} == {
        (True, release["as_of"])
    }


async def test_times_are_percentiles_of_what_happened(filled: "Pool") -> None:
    _, body = await get(filled, "/figures.json")

    found = {
        (f["figure"], f["measure"]): f["value"]
        for f in json.loads(body)["figures"]
        if f["breakdown"] == "all" and f["unit"] == "seconds"
    }
    assert found["triage_to_offer", "p50"] == 60
    assert found["submission_to_acknowledgement", "p90"] == 61
    assert found["first_contact_to_submission", "p50"] == 10 * 86_400


async def test_csv_holds_what_json_holds(filled: "Pool") -> None:
    _, text = await get(filled, "/figures.csv")
    _, body = await get(filled, "/figures.json")

    lines = list(csv.DictReader(io.StringIO(text)))
    figures = json.loads(body)["figures"]
    assert [(line["figure"], line["group"], line["value"]) for line in lines] == [
        (f["figure"], f["group"], "" if f["hidden"] else str(f["value"])) for f in figures
    ]


@pytest.mark.parametrize("path", ["/", "/figures.json", "/figures.csv", "/programs.json"])
async def test_no_page_names_an_agency_or_a_request(filled: "Pool", path: str) -> None:
    status, body = await get(filled, path)

    assert status == 200
    for confidential in ("CRI-2026", "Los Angeles", "CA0194200", "ca-post", "iacp"):
        assert confidential not in body


@pytest.mark.parametrize("path", ["/", "/figures.json", "/figures.csv", "/programs.json"])
async def test_every_page_answers_before_anything_has_happened(pool: "Pool", path: str) -> None:
    status, body = await get(pool, path)

    assert status == 200
    assert body


async def test_a_page_that_cannot_be_computed_says_so(pool: "Pool") -> None:
    await pool.close()

    status, body = await get(pool, "/")

    assert (status, "try again" in body) == (503, True)


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [
        ("/", 200, "public, max-age=5"),
        ("/figures.json", 200, "public, max-age=5"),
        ("/figures.csv", 200, "public, max-age=5"),
        ("/programs.json", 200, "public, max-age=5"),
        ("/metrics", 404, "no-store"),
        ("/ready", 404, "no-store"),
    ],
)
async def test_every_answer_forbids_sniffing_framing_and_scripts(
    pool: "Pool", path: str, status: int, kept: str
) -> None:
    found, headers, _ = await ask(pool, path)

    assert found == status
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not [each for each in policy if each.startswith("script-src")]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == kept
