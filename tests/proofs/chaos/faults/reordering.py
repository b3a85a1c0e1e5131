"""Events whose first occurrences come in the wrong order, which no relay of ours ever does."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.proofs.chaos.faults.fault import Fault
from tests.proofs.chaos.faults.leaders import RELAY_LOCK, connect
from tests.proofs.chaos.rig import Rig

_PATIENCE = 10.0
_END_LEADER = """
SELECT pg_terminate_backend(pid)
  FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = $1
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
_STANDS_IN_LINE = """
SELECT EXISTS (
    SELECT FROM pg_locks
     WHERE locktype = 'advisory' AND NOT granted AND pid = $1)
"""
_WAITING = """
SELECT id, event_id, topic, key, value, headers, appended_at, type, subject, correlation, cause,
       inreplyto
  FROM outbox
 WHERE id > $1 AND topic LIKE 'cri.int.%'
 ORDER BY id
"""
_INSERT = """
INSERT INTO outbox (
    id, event_id, topic, key, value, headers, appended_at, type, subject, correlation, cause,
    inreplyto)
OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


@dataclass(slots=True, kw_only=True)
class Reordered(Fault):
    """
    Two neighboring events of a subject change places in the outbox before anybody has sent them.

    The relay's lead is taken away meanwhile, so that events gather; only rows that were appended
    since then are swapped: no relay has seen them.
    """

    service: str
    most: int

    def begin(self, rig: Rig) -> None:
        self.has_hit = False
        try:
            count = asyncio.run(self._swap(rig))
            self.has_hit = count > 0
            rig.say(f"{count} pairs of events of {self.service} change places")
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            rig.say(f"nothing reordered: {error!r}")  # another fault has Postgres down

    async def _swap(self, rig: Rig) -> int:
        connection = await connect(rig.stack, self.service)
        other = await connect(rig.stack, self.service)
        try:
            wanted = "SELECT pg_advisory_lock($1)"
            lead = asyncio.create_task(connection.execute(wanted, RELAY_LOCK))
            mine = connection.get_server_pid()
            while not lead.done() and not await other.fetchval(_STANDS_IN_LINE, mine):
                await asyncio.sleep(0.02)  # whoever leads is to be followed by this session
            if not lead.done():
                await other.execute(_END_LEADER, RELAY_LOCK)
            await asyncio.wait_for(lead, _PATIENCE)
            last = await connection.fetchval("SELECT coalesce(max(id), 0) FROM outbox")
            for _ in range(int(self.seconds * 10)):
                rig.watch()
                await asyncio.sleep(0.1)
            async with connection.transaction():
                pairs = _pairs(await connection.fetch(_WAITING, last))[: self.most]
                for earlier, later in pairs:
                    ids = [earlier["id"], later["id"]]
                    await connection.execute("DELETE FROM outbox WHERE id = ANY ($1)", ids)
                    for number, row in zip(ids, (later, earlier), strict=True):
                        await connection.execute(_INSERT, number, *list(row.values())[1:])
            for earlier, later in pairs:
                rig.fault_ledger.swapped(
                    topic=earlier["topic"],
                    subject=_body(earlier)["subject"],
                    ids=(str(earlier["event_id"]), str(later["event_id"])),
                )
            return len(pairs)
        finally:
            await other.close(timeout=5)
            await connection.close(timeout=5)


def _pairs(rows: list[Any]) -> list[tuple[Any, Any]]:
    """Return neighboring events of one subject, at most one pair of each."""
    before: dict[tuple[str, str], Any] = {}
    found: dict[tuple[str, str], tuple[Any, Any]] = {}
    for row in rows:
        subject = row["topic"], _body(row)["subject"]
        if subject in before:
            found.setdefault(subject, (before[subject], row))
        before[subject] = row
    return list(found.values())


def _body(row: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(row["value"])
    return body
