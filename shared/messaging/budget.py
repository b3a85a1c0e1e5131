"""How much processor time parsing or deciding a batch may take; the rest is cut off."""

import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from shared.messaging.checkpoints import Partition
from shared.messaging.records import Record

BATCH_SECONDS = 0.25
PARTICIPANT_SECONDS = 0.05
"""What the records of one participant may take of a batch: others may come while it runs."""
RECORD_SECONDS = 1.0
_AGAIN_SECONDS = 0.25
_PARTICIPANTS = "cri.in."


class TooSlow(Exception):
    """Parsing or deciding *record* took more than a second of processor time."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.coordinate)
        self.record = record


class _Interrupted(BaseException):
    """Raised inside slow code, where no ``except Exception`` may swallow it."""


class Budget:
    """
    What one pass over a batch has spent, and which of its records that leaves in the batch.

    They are always a prefix of each partition, and never none: the rest belongs to the next
    batch. It counts processor time, not the clock: a machine that stalls condemns no record.
    """

    def __init__(self) -> None:
        self._left = BATCH_SECONDS
        self._spent: dict[Partition, float] = defaultdict(float)
        self._now: Record | None = None
        self.cut: dict[Partition, int] = {}
        """By partition, the first offset that does not belong to the batch."""

    def allows(self, record: Record) -> bool:
        """Tell whether *record* still belongs to the batch; cut its partition there if not."""
        partition = (record.topic, record.partition)
        if partition in self.cut:
            return record.offset < self.cut[partition]
        is_over = (
            record.topic.startswith(_PARTICIPANTS)
            and self._spent[partition] >= PARTICIPANT_SECONDS
        )
        if self._left > 0 and not is_over:
            return True
        self.cut[partition] = record.offset
        return False

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Raise `TooSlow` when a record charged inside takes more than a second."""
        before = signal.signal(signal.SIGVTALRM, _interrupt)
        try:
            yield
        except _Interrupted:
            assert self._now is not None
            raise TooSlow(self._now) from None
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)

    @contextmanager
    def charged(self, record: Record) -> Iterator[None]:
        """Charge what happens inside to *record*."""
        self._now = record
        # Again and again: Python drops an exception that is raised inside a finalizer.
        signal.setitimer(signal.ITIMER_VIRTUAL, RECORD_SECONDS, _AGAIN_SECONDS)
        began = time.thread_time()
        try:
            yield
        finally:
            spent = time.thread_time() - began
            self._left -= spent
            self._spent[record.topic, record.partition] += spent


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise _Interrupted
