"""The operators' page of assessments, its JSON and its CSV, computed from rows in Postgres."""

import csv
import io
import json
from typing import Any

import pytest
from starlette.applications import Starlette

from services.reporting.live_assessments import routes
from shared.contracts import intake
from tests.examples.assessments import ENGAGEMENT, PROVIDER, draft_of, message
from tests.integration.reporting.conftest import Log
from tests.integration.reporting.engagements import opened
from tests.integration.reporting.test_assessments import CANARY

PATHS = ("/assessments", "/assessments.json", "/assessments.csv")


async def look(pool: Any) -> tuple[str, Any, list[dict[str, str]]]:
    """Return the page, the JSON and the rows of the CSV."""
    app = Starlette(routes=routes())
    app.state.pool = pool
    texts = [await get(app, path) for path in PATHS]
    return texts[0], json.loads(texts[1]), list(csv.DictReader(io.StringIO(texts[2])))


async def get(app: Starlette, path: str, *, expected: int = 200) -> str:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(said: Any) -> None:
        sent.append(said)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    await app(scope, receive, send)
    assert sent[0]["status"] == expected
    return b"".join(each.get("body", b"") for each in sent).decode()


def recommended(count: int) -> list[tuple[str, Any]]:
    """Return an assessment with *count* recommendations, of which nothing else is said."""
    said = [message("focus_area_set"), message("finding_recorded")]
    said += [
        message("recorded", recommendation=f"2.1.{place}", time="2020-01-11T16:00:00Z")
        for place in range(1, count + 1)
    ]
    return numbered(said, begin=1)


def numbered(said: list[Any], *, begin: int) -> list[tuple[str, Any]]:
    return [
        (intake.TOPIC, each.model_copy(update={"sequence": f"{number:020d}"}))
        for number, each in enumerate(said, begin)
    ]


def verified(statuses: list[str], *, begin: int) -> list[tuple[str, Any]]:
    """Return the messages by which each recommendation gets one of *statuses*."""
    said = []
    for place, status in enumerate(statuses, 1):
        for name in ("proposed", "verified"):
            number = f"2.1.{place}"
            said.append(message(name, recommendation=number, status=status, on="2020-01-19"))
    return numbered(said, begin=begin)


async def test_e70_four_of_thirteen_is_30_8_percent_on_the_page_in_json_and_csv(
    log: Log,
) -> None:
    await log.take_in([opened(), *recommended(13)])
    await log.take_in(verified(["complete"] * 4 + ["in_progress"] * 9, begin=16))

    page, found, rows = await look(log.pool)

    (site,) = found["sites"]
    assert "30.8% (4 of 13), as of " in page
    assert site["statuses"][0] == {"status": "complete", "count": 4, "percent": 30.8}
    assert [(row["status"], row["count"], row["percent"]) for row in rows] == [
        ("complete", "4", "30.8"),
        ("partially_complete", "0", "0.0"),
        ("in_progress", "9", "69.2"),
        ("not_started", "0", "0.0"),
    ]


async def test_e72_without_recommendations_there_is_no_percentage(log: Log) -> None:
    await log.take_in([opened()])

    page, found, rows = await look(log.pool)

    assert "no recommendations yet" in page
    assert "%" not in page.partition("<main")[2]
    assert {each["percent"] for each in found["sites"][0]["statuses"]} == {None}
    assert {row["percent"] for row in rows} == {""}


async def test_a_status_that_nobody_verified_is_said_to_be_unknown(log: Log) -> None:
    await log.take_in([opened(), *recommended(13)])

    page, found, rows = await look(log.pool)

    assert "status not known for 13 of 13" in page
    assert found["sites"][0]["status_not_known"] == 13
    assert {row["percent"] for row in rows} == {""}


async def test_e73_a_claim_is_told_apart(log: Log) -> None:
    await log.take_in([opened(), *recommended(1), *verified(["in_progress"], begin=4)])
    claim = message("claimed", recommendation="2.1.1", done_on="2020-01-10")
    await log.take_in(numbered([claim], begin=6))

    page, found, _ = await look(log.pool)

    assert "1 reported as done by the agency, but not verified and not in any share." in page
    assert (found["sites"][0]["claimed"], found["sites"][0]["statuses"][0]["count"]) == (1, 0)


async def test_no_text_of_an_assessment_is_shown(log: Log) -> None:
    messages = recommended(1)
    await log.take_in([opened(), *messages])
    finding = messages[1][1]
    await log.take_in([("cri.int.drafts.v1", draft_of(finding, CANARY))])

    page, found, rows = await look(log.pool)

    assert CANARY not in page + json.dumps(found) + str(rows)
    assert found["sites"][0]["engagement_id"] == ENGAGEMENT
    assert found["sites"][0]["provider"] == PROVIDER


async def test_without_any_site_the_page_says_so(log: Log) -> None:
    page, found, rows = await look(log.pool)

    assert "No engagement is assessed in public." in page
    assert (found["sites"], rows) == ([], [])


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_database_it_is_unavailable(path: str) -> None:
    assert "try again" in await get(Starlette(routes=routes()), path, expected=503)
