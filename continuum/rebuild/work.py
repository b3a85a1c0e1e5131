"""Folds partitions in child processes; each batch of records is one transaction."""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from typing import Any

import uvloop

from continuum.access import NotPossible
from continuum.rebuild.fold import Fold
from continuum.rebuild.log import Log, Partition
from continuum.rebuild.services import FOLDED
from continuum.rebuild.shadow import connect
from shared.delivery.records import from_kafka
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
AT_ONCE = 40_000
_PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Range:
    """A partition's records to fold, and the offsets among them to skip or only count."""

    partition: Partition
    start: int
    end: int
    left_out: frozenset[int]
    discarded: frozenset[int]


async def fold(dsn: str, log: Log, service: str, ranges: Sequence[Range]) -> None:
    """Fold *ranges*, in up to four child processes if there is much to fold."""
    few = sum(span.end - span.start for span in ranges) < AT_ONCE
    if few:
        for span in ranges:
            await _fold(dsn, log, service, span)
        return
    longest_first = sorted(ranges, key=lambda each: each.start - each.end)
    with _processes(min(_PROCESSES, os.cpu_count() or 1, len(ranges))) as processes:
        loop = asyncio.get_running_loop()
        work = [
            loop.run_in_executor(processes, _work, dsn, log, service, each)
            for each in longest_first
        ]
        try:
            await asyncio.gather(*work)
        except BrokenProcessPool as error:
            raise NotPossible(
                "a child process was killed. Run it again: it resumes where it stopped."
            ) from error


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    processes = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield processes
    finally:
        processes.shutdown(wait=False, cancel_futures=True)


def _begin() -> None:
    """Make this child process end quietly on Ctrl-C, and whenever its parent ends."""
    gc.disable()  # there are no reference cycles, and collecting took a fifth of the time
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)


def _work(dsn: str, log: Log, service: str, span: Range) -> None:
    uvloop.run(_fold(dsn, log, service, span))


async def _fold(dsn: str, log: Log, service: str, span: Range) -> None:
    connection = await connect(dsn, shadow=True)
    try:
        topic, number = span.partition
        gates = await connection.fetch(_SQL["read_gates"], topic, number)
        failed = await connection.fetch(_SQL["read_failed"])
        fold = Fold(
            FOLDED[service],
            {row["subject"]: row["last"] for row in gates},
            span.left_out,
            span.discarded,
            {row["subject"] for row in failed if row["topic"] == topic and row["subject"]},
        )
        taken = 0
        async for records in log.records(span.partition, start=span.start, end=span.end):
            for record in records:
                fold.take(from_kafka(record))
            taken += len(records)
            place = records[-1].offset + 1
            # Early records are in memory only: the saved position must not pass them.
            if place == span.end or (taken >= AT_ONCE and not fold.early):
                await save(connection, span.partition, fold, place)
                fold, taken = fold.renewed(), 0
    finally:
        with suppress(OSError):
            await connection.close(timeout=5)


async def save(connection_: Any, partition: Partition, fold: Fold, place: int) -> None:
    """Store what *fold* changes, and that its partition is folded up to *place*."""
    async with connection_.transaction():
        for item, error in await fold.tables.save(connection_, fold.changes) or ():
            fold.fail(item, error)
        subjects, numbers = list(fold.moved), list(fold.moved.values())
        await connection_.execute(_SQL["save_gates"], *partition, subjects, numbers)
        if fold.failed:
            columns = zip(*((f.offset, f.subject, f.error) for f in fold.failed), strict=True)
            await connection_.execute(_SQL["save_failed"], *partition, *columns)
        await connection_.execute(_SQL["move"], *partition, place)
