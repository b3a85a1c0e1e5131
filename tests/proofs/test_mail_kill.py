"""Notifications killed at each place of a mail's way: one copy at most, and nobody guesses."""

import asyncio
import json
import signal
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.mail.kept import list_kept, read_kept
from deploy.local.stack import Stack
from shared.mail.templates import STATUS
from tests.proofs.temporary import temporary_stack

NOTIFICATIONS = ("notifications", 0)


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack of its own, because the log outlives a database that is made for one test."""
    with temporary_stack(mail=True) as started:
        started.start()
        started.provision()
        started.migrate()
        yield started


async def prepare(stack: Stack) -> str:
    """Store a contact and a mail to it that is due; return the mail's id."""
    mail_id = str(uuid4())
    connection = await asyncpg.connect(stack.dsn("notifications"))
    try:
        await connection.execute(
            "INSERT INTO contacts (participant, contact_id, name, email)"
            " VALUES ('ohio-dps', 'c-1', 'Chief', 'chief@agency.example') ON CONFLICT DO NOTHING"
        )
        await connection.execute(
            """
            INSERT INTO mails (mail_id, fact, notice, audience, contact_id, correlation, key,
                               about, number, kind, template, facts)
            VALUES ($1::uuid, gen_random_uuid(), gen_random_uuid(), 'ohio-dps', 'c-1', 'c', 'key',
                    $2, 1, 'status', $3, $4)
            """,
            mail_id,
            mail_id,
            STATUS.name,
            json.dumps(STATUS.sample),
        )
    finally:
        await connection.close()
    return mail_id


async def until_in(state: str, stack: Stack, mail_id: str) -> None:
    """Wait until the mail is in *state*."""
    connection = await asyncpg.connect(stack.dsn("notifications"))
    asked = "SELECT state FROM mails WHERE mail_id = $1"
    try:
        async with asyncio.timeout(90):
            while await connection.fetchval(asked, mail_id) != state:
                await asyncio.sleep(0.1)  # another process writes: nothing tells us when
    finally:
        await connection.close()


async def test_e15_a_killed_process_leaves_one_copy_at_most(own_stack: Stack) -> None:
    stack = own_stack
    assert stack.mail is not None
    for point, copies, ends in (
        ("mail.after_claim", 0, "outcome_unknown"),
        ("mail.after_data_before_record", 1, "outcome_unknown"),
        ("mail.after_record", 1, "accepted"),
    ):
        mail_id = await prepare(stack)
        crash = {"CONTINUUM_TEST_MODE": "1", "CRASH_AT": f"{point}:1"}
        killed = stack.start_service("notifications", environment=crash, wait=False)
        status = await asyncio.to_thread(killed.child.process.wait, 90)
        assert status == -signal.SIGKILL, point
        del stack.replicas[NOTIFICATIONS]

        stack.start_service("notifications", wait=False)
        await until_in(ends, stack, mail_id)
        stack.stop_service("notifications")

        names = list_kept(stack.mail.folder)
        kept = [read_kept(stack.mail.folder, name).mail_id for name in names]
        assert kept.count(mail_id) == copies, point
