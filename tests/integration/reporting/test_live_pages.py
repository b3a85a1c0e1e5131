"""The operators' live figures, computed from rows in Postgres: the same in every format."""

import csv
import io
import json
import re
from typing import Any, TypeAlias

import asyncpg
import pytest
from aiokafka.errors import KafkaConnectionError
from starlette.applications import Starlette

from services.reporting import store
from services.reporting.live_pages import UpdateAsOf, routes
from shared.contracts import reference
from tests.examples.streams import EventStream
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.releasing import busy_provider
from tests.integration.reporting.test_handlers import program_defined

Pool: TypeAlias = "asyncpg.Pool[Any]"


async def get(pool: "Pool", path: str) -> tuple[int, str]:
    """Return status and body of *path*, computed anew."""
    status, _, body = await ask(pool, path)
    return status, body


async def at_the_end(pool: "Pool") -> None:
    """Note that all there is has been read, as of now."""
    await store.raise_as_of(pool, await store.read_clock(pool))


async def does_not_answer(pool: "Pool") -> None:
    raise KafkaConnectionError


async def ask(
    pool: "Pool", path: str, update_as_of: UpdateAsOf = at_the_end
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body of *path* as the operators' port answers."""
    app = Starlette(routes=routes(kept_seconds=0, update_as_of=update_as_of))
    app.state.pool = pool
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent).decode()


@pytest.fixture
async def filled(log: Log) -> "Pool":
    """Sixty requests: 25 closed, 20 offered, 15 waiting for Critical Response to open."""
    for number in range(1, 61):
        stream = EventStream(number, state="US-CA" if number % 3 else "US-NE")
        stream.accepted()
        stream.triaged()
        if number <= 15:
            stream.program = "critical-response"
            stream.waitlisted("program_not_open")
        else:
            stream.offered()
        if number > 35:
            stream.engaged()
            stream.progressed("delivered")
            stream.closed()
        await log.take_in(stream.events)
    return log.pool


async def test_the_figures_count_requests_by_state(filled: "Pool") -> None:
    status, body = await get(filled, "/figures.json")

    release = json.loads(body)
    states = {f["group"]: f["value"] for f in release["figures"] if f["breakdown"] == "status"}
    assert status == 200
    assert states == {"closed": 25, "offered": 20, "waiting": 15}
    assert all(f["unit"] for f in release["figures"])


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


async def test_a_providers_load_is_exact_and_has_its_name(log: Log) -> None:
    await busy_provider(log)

    _, body = await get(log.pool, "/figures.json")
    _, page = await get(log.pool, "/figures")

    figures = json.loads(body)["figures"]
    found = {(f["figure"], f["breakdown"], f["group"], f["measure"]): f for f in figures}
    assert found["offers", "open_with", "iacp", "count"]["value"] == 14
    assert found["offers", "provider", "iacp", "per_10_engagements"]["value"] == 22.5
    assert found["offer_to_answer", "provider", "iacp", "p50"]["value"] == 2 * 86_400 + 60
    assert found["offers", "declined_for", "iacp: timing", "count"]["value"] == 2
    assert found["offers", "declined_for", "iacp: timing", "count"]["name"] == "Chiefs: timing"
    row = re.sub(r"\s*<[^>]+>\s*", " ", page[page.index("How providers work") :])
    assert "Chiefs 22.5 2 days 5 days 24 h" in " ".join(row.split())


async def test_csv_holds_what_json_holds(filled: "Pool") -> None:
    _, text = await get(filled, "/figures.csv")
    _, body = await get(filled, "/figures.json")

    lines = list(csv.DictReader(io.StringIO(text)))
    figures = json.loads(body)["figures"]
    assert [(line["figure"], line["group"], line["value"]) for line in lines] == [
        (f["figure"], f["group"], "" if f["value"] is None else str(f["value"])) for f in figures
    ]


async def test_figures_that_nothing_proves_newer_stay_as_of_the_last_proof(
    filled: "Pool",
) -> None:
    await at_the_end(filled)
    before = await filled.fetchval("SELECT as_of FROM read_to")

    first, second = [
        json.loads((await ask(filled, "/figures.json", does_not_answer))[2]) for _ in range(2)
    ]
    await filled.execute("UPDATE read_to SET as_of = as_of - interval '5 minutes'")
    _, _, page = await ask(filled, "/figures", does_not_answer)
    late = json.loads((await ask(filled, "/figures.json", does_not_answer))[2])

    assert first["as_of"] == second["as_of"] == before.isoformat()
    assert (first["stale"], late["stale"]) == (False, True)
    assert "not up to date" in page
    assert "not up to date" not in (await ask(filled, "/figures"))[2]


async def test_without_any_proof_no_figures_are_shown(filled: "Pool") -> None:
    status, _, _ = await ask(filled, "/figures.json", does_not_answer)

    assert status == 503


async def test_programs_have_their_names_and_moments_their_zone(filled: "Pool", log: Log) -> None:
    await log.take_in(
        [
            (reference.TOPIC, program_defined(1, "cri-tac", name="Technical Assistance")),
            (reference.TOPIC, program_defined(2, "critical-response", name="Critical Response")),
        ]
    )

    _, page = await get(filled, "/figures")
    _, text = await get(filled, "/figures.csv")
    _, body = await get(filled, "/figures.json")

    cells = re.findall(r"<(?:td|th|h3)[^>]*>([^<]*)<", page)
    assert not [cell for cell in cells if re.search(r"cri-tac|critical-response", cell)]
    assert "Critical Response, standard" in cells
    assert re.search(r"<time [^>]*>\d{4}-\d\d-\d\d \d\d:\d\d UTC</time>", page)
    named = {(f["breakdown"], f["group"]): f["name"] for f in json.loads(body)["figures"]}
    assert named["program", "critical-response"] == "Critical Response"
    assert named["lane", "critical-response.standard"] == "Critical Response, standard"
    assert named["program and reason", "critical-response: program_not_open"] == (
        "Critical Response: the program is not open yet"
    )
    lines = csv.DictReader(io.StringIO(text))
    assert {(line["breakdown"], line["group"], line["name"]) for line in lines} == {
        (*key, name) for key, name in named.items()
    }


@pytest.mark.parametrize("path", ["/figures", "/figures.json", "/figures.csv"])
async def test_no_page_names_an_agency_or_a_request(filled: "Pool", path: str) -> None:
    status, body = await get(filled, path)

    assert status == 200
    for confidential in ("CRI-2026", "Los Angeles", "CA0194200", "ca-post"):
        assert confidential not in body


@pytest.mark.parametrize("path", ["/figures", "/figures.json", "/figures.csv"])
async def test_every_page_answers_before_anything_has_happened(pool: "Pool", path: str) -> None:
    status, body = await get(pool, path)

    assert status == 200
    assert body


async def test_a_page_that_cannot_be_computed_says_so(pool: "Pool") -> None:
    await pool.close()

    status, body = await get(pool, "/figures")

    assert (status, "try again" in body) == (503, True)


async def test_the_days_before_a_submission_are_those_of_the_agency(log: Log) -> None:
    evening, morning = "2026-03-03T05:00:00Z", "2026-03-02T20:00:00Z"
    cases = {
        "US-CA": ("2026-03-02", evening),  # nine in the evening of the same day
        "US-GU": ("2026-03-03", morning),  # six in the morning of the third
        "US-NY": ("2026-03-02", evening),  # midnight has just begun the third
        "US-ZZ": ("2026-03-05", evening),  # an event of 0.1.0: no state, and a day to come
    }
    for place, (state, (first_contact_on, submitted_at)) in enumerate(cases.items()):
        stream = EventStream(1 + place, state=state)
        stream.accepted(first_contact_on=first_contact_on, submitted_at=submitted_at)
        await log.take_in(stream.events)

    _, body = await get(log.pool, "/figures.json")
    _, page = await get(log.pool, "/figures")

    found = {
        f["group"]: f["value"]
        for f in json.loads(body)["figures"]
        if (f["figure"], f["breakdown"], f["measure"])
        == ("first_contact_to_submission", "us_state", "p50")
    }
    assert found == {
        "US-CA": 0,
        "US-GU": 0,
        "US-NY": 86_400,
        "US-ZZ": 0,
    }
    assert '<td class="number">0 days</td>' in page
    assert '<td class="number">1 day</td>' in page
