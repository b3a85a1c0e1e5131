"""
Records a run into one folder: topics, tables, metrics, logs and the submitters' own history.

``recorded-at`` says when, ``ends.json`` holds the first and next offset of each partition,
``topics/<topic>.jsonl`` its records, ``tables/<service>/<table>.jsonl`` the rows,
``metrics/<service>.txt`` what the service exposed, ``logs/`` its log files,
``history/<participant>.jsonl`` what each participant's system noted itself:
``{"did": "sent", "kind", "outcome": "ok" or "unknown", "coordinate", "sha256"}``
and ``{"did": "received", "offset", "sha256"}`` (of its ``out`` topic), in order; where there is a
mail server ``mail/<number>.eml``, what it has kept; and where a run breaks things on purpose
``injected.jsonl``, its own ledger of them (see ``injected``).
"""

import asyncio
import json
import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.proofs.checker.record_tables import Standing as OfService
from tests.proofs.checker.record_tables import standing, write_tables
from tests.proofs.checker.record_topics import Ends, Topics
from tests.proofs.checker.run import AT, MAILS
from tests.proofs.checker.surroundings import StackAccess

Standing = tuple[list[OfService], Ends]
_REFRESHED = 2.5
"""Seconds after which every gauge shows what it did not show before."""


def record(state: Path, folder: Path, *, within: float = 60) -> None:
    """
    Record the stack of *state* into *folder*.

    Waits until nothing moves any more, at most *within* seconds; what moves while it is being
    recorded is recorded again. A stack that never rests is recorded as it is: the verdict on
    lag, outboxes and held records says so.
    """
    access = StackAccess.of(state)
    topics = Topics(access.kafka)
    deadline = time.monotonic() + within
    try:
        while True:
            before = _standing(access, topics)
            if _left(before) and time.monotonic() < deadline:
                time.sleep(0.2)
                continue
            rested = time.monotonic()
            _write(access, folder, topics, topics.ends())
            time.sleep(max(0.0, rested + _REFRESHED - time.monotonic()))
            _write_metrics(access, folder / "metrics")
            if _standing(access, topics) == before or time.monotonic() >= deadline:
                return
    finally:
        topics.close()


def _write(access: StackAccess, folder: Path, topics: Topics, ends: Ends) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / AT).write_text(datetime.now(UTC).isoformat())
    (folder / "ends.json").write_text(json.dumps(ends))
    for service, dsn in access.dsns.items():
        asyncio.run(write_tables(folder / "tables" / service, dsn))
    topics.write(folder / "topics", ends)
    shutil.copytree(access.logs, folder / "logs")
    if access.history.exists():
        shutil.copytree(access.history, folder / "history")
    if access.mails.exists():
        shutil.copytree(access.mails, folder / MAILS, ignore=shutil.ignore_patterns("*.part"))
    if access.ledger.exists():
        shutil.copy(access.ledger, folder)


def _write_metrics(access: StackAccess, folder: Path) -> None:
    """Write what each service shows; one that does not answer is missing from the record."""
    folder.mkdir()
    for service, address in access.http.items():
        with suppress(OSError), urlopen(f"{address}/metrics", timeout=10) as answer:
            (folder / f"{service}.txt").write_bytes(answer.read())


def _standing(access: StackAccess, topics: Topics) -> Standing:
    """Return where everything stands; heartbeats move `out` topics alone, and are left out."""
    services = [asyncio.run(standing(*each)) for each in access.dsns.items()]
    ends = {
        topic: partitions
        for topic, partitions in topics.ends().items()
        if not topic.startswith("cri.out.")
    }
    return services, ends


def _left(now: Standing) -> bool:
    """Tell whether a service still has records to read, hold or send."""
    services, ends = now
    for service in services:
        behind = any(
            checkpoint["next_offset"] < _end(ends, checkpoint)
            for checkpoint in service.checkpoints
        )
        if service.outbox or service.held or service.mails_under_way or behind:
            return True
    return False


def _end(ends: Ends, checkpoint: dict[str, Any]) -> int:
    return ends.get(checkpoint["topic"], {}).get(str(checkpoint["partition"]), [0, 0])[1]
