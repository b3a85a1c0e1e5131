"""What runs at each look and with each batch reads what is due, not all that is stored."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asyncpg import Pool

from deploy.local.stack import Stack
from shared.postgres.statements import load_statements
from tests.conftest import Database
from tests.examples.rows_read import filled, rows_read_by

_SQL = load_statements("services.notifications")
_RETENTION = load_statements("shared.retention")
_REQUESTS = """
INSERT INTO requests (tracking_number, participant, agency_name, cri_type, agency_class, state,
                      topics, service_forms, contact_ids, published, status, since, sentence,
                      provider, engagement_id)
SELECT n, CASE WHEN n % 2 = 0 THEN 'web-desk' ELSE 'agency-' || n END, '', '', '', '', '', '',
       jsonb_build_array(CASE WHEN n % 2 = 0 THEN 'contact-' || n ELSE 'chief' END), 1,
       CASE WHEN n % 20 < 4 THEN 'assigned' ELSE 'closed' END, now() - interval '200 days', '',
       'provider', 'engagement-' || n
  FROM generate_series(1, 4000) AS n"""
_CONTACTS = """
INSERT INTO contacts (participant, contact_id, name, email, set_at)
SELECT participant, contact_ids::jsonb ->> 0, '', 'a@example.gov', now() - interval '100 days'
  FROM requests"""
_MAILS = """
INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key, about, number,
                   kind, template, facts, state, due_at, digest_at)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'agency-' || n, 'chief', '', '',
       '', n, '', 'offer.v1', '{}', CASE WHEN n % 4 = 0 THEN 'prepared' ELSE 'accepted' END,
       CASE WHEN n % 4 = 0 THEN now() + interval '3 days' ELSE now() END,
       CASE WHEN n % 4 = 0 THEN now() END
  FROM generate_series(1, 4000) AS n"""
_UNREACHED = """
WITH dead AS (
    INSERT INTO dead_addresses (participant, contact_id, email)
    SELECT 'agency-' || n, 'chief', 'a@example.gov' FROM generate_series(1, 9, 2) AS n)
INSERT INTO reach (participant, is_reached, since)
SELECT 'agency-' || n, false, now() FROM generate_series(1, 9, 2) AS n"""


_both = pytest.mark.parametrize("analyzed", [False, True], ids=["young", "analyzed"])
_later = pytest.mark.parametrize("analyzed", [True], ids=["analyzed"])
"""Postgres analyzes a table by itself within a minute."""


@pytest.fixture
async def pool(stack: Stack, database: Database, analyzed: bool) -> AsyncIterator["Pool[Any]"]:
    """Half of the requests are the public desk's, many are under way; many mails are held."""
    dsn = await database("notifications")
    rows = (_REQUESTS, _CONTACTS, _MAILS, _UNREACHED)
    async with filled(stack, dsn, "notifications", *rows, analyzed=analyzed) as made:
        yield made


@_both
@pytest.mark.parametrize("contact", [("web-desk", "contact-20"), ("agency-1", "chief")])
async def test_a_contact_that_is_set_reads_the_work_of_its_own_requests(
    pool: "Pool[Any]", contact: tuple[str, str]
) -> None:
    participant, contact_id = ([each] for each in contact)
    arguments = [[], [], [], [], participant, contact_id, [], [], [], participant, contact_id]

    assert await rows_read_by(pool, _SQL["load_batch"], *arguments) < 20


@_both
async def test_contacts_that_are_not_due_are_looked_up_by_their_own_requests(
    pool: "Pool[Any]",
) -> None:
    """A fifth of the requests have not ended."""
    before = datetime.now(UTC) - timedelta(days=30)
    arguments = ["contacts", before, False, [], [], [], [], [], []]

    rows = await rows_read_by(pool, _RETENTION["find_due"], *arguments, 4000)

    assert rows < 15 * 4000


@_both
async def test_what_is_said_of_a_forgotten_contact_is_looked_up_by_its_own_requests(
    pool: "Pool[Any]",
) -> None:
    arguments = [["web-desk"], ["contact-20"], [1], [datetime.now(UTC)]]

    assert await rows_read_by(pool, _SQL["forget_said"], *arguments) < 20


@_later
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("claim_mails", (8, ["offer.v1"])),
        ("read_next_try", (["offer.v1"],)),
        ("lose_mails", (60.0, 100)),
        ("read_waiting", (["offer.v1"],)),
    ],
)
async def test_a_look_at_mails_does_not_read_those_that_are_held(
    pool: "Pool[Any]", name: str, arguments: tuple[Any, ...]
) -> None:
    assert await rows_read_by(pool, _SQL[name], *arguments) < 20


@_both
@pytest.mark.parametrize("name", ["read_unreached", "note_unreached", "note_reached"])
async def test_a_look_at_reach_reads_the_requests_of_those_who_are_unreached(
    pool: "Pool[Any]", name: str
) -> None:
    assert await rows_read_by(pool, _SQL[name]) < 200
