"""Limits the time for parsing or deciding a batch; the rest is left to the next batch."""

import signal
import time
from collections import defaultdict
from types import FrameType, TracebackType

from shared.delivery.records import Record
from shared.delivery.take_in.checkpoints import Partition

BATCH_SECONDS = 0.25
PARTICIPANT_SECONDS = 0.05
"""Most time for one participant's records in a batch: others' may arrive while it runs."""
RECORD_SECONDS = 1.0
_AGAIN_SECONDS = 0.25
_PARTICIPANTS = "cri.in."
_OFF = 0.0


class TooSlow(Exception):
    """After a second of processor time, a batch was still parsing or deciding *record*."""

    def __init__(self, record: Record) -> None:
        super().__init__(record.coordinate)
        self.record = record


class _Interrupted(BaseException):
    """Raised inside slow code, where no ``except Exception`` may swallow it."""


class Budget:
    """
    One pass over the records of a batch: ``with budget:``, then `allows` before each of them.

    It allows a prefix of each partition, and at least one record. All times are processor time:
    a stalled or busy machine makes no record too slow and no batch smaller.
    """

    def __init__(self) -> None:
        self._spent: dict[Partition, float] = defaultdict(float)
        self._total = 0.0
        self._record: Record | None = None
        """The last record that was allowed; it stays after its time was charged."""
        self._is_charged = True
        self._at = 0.0
        self._began = 0.0
        self.cut: dict[Partition, int] = {}
        """By partition, the first offset that does not belong to the batch."""

    def __enter__(self) -> None:
        if signal.getsignal(signal.SIGVTALRM) is not _interrupt:
            signal.signal(signal.SIGVTALRM, _interrupt)
        _armed.append(True)
        # Repeats: Python drops an exception that is raised inside a finalizer.
        signal.setitimer(signal.ITIMER_VIRTUAL, RECORD_SECONDS, _AGAIN_SECONDS)
        self._began = time.thread_time()
        self._at = time.perf_counter()

    def __exit__(
        self, _kind: object, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        _armed.clear()
        signal.setitimer(signal.ITIMER_VIRTUAL, _OFF)
        if isinstance(error, _Interrupted):
            assert self._record is not None
            raise TooSlow(self._record) from None

    def allows(self, record: Record) -> bool:
        """Tell whether *record* still belongs to the batch; cut its partition there if not."""
        self._charge()
        partition = (record.topic, record.partition)
        if partition in self.cut:
            return False
        if self._is_over(partition):
            self._correct()
            if self._is_over(partition):
                self.cut[partition] = record.offset
                return False
        self._record, self._is_charged = record, False
        return True

    def _charge(self) -> None:
        """Charge the last record with its time, by the wall clock, which is cheaper to read."""
        now = time.perf_counter()
        if self._record is not None and not self._is_charged:
            self._spent[self._record.topic, self._record.partition] += now - self._at
            self._total += now - self._at
        self._at, self._is_charged = now, True

    def _correct(self) -> None:
        """Scale the charged times down to processor time, which is never longer."""
        used = time.thread_time() - self._began
        if used < self._total:
            for partition in self._spent:
                self._spent[partition] *= used / self._total
            self._total = used

    def _is_over(self, partition: Partition) -> bool:
        is_participant = partition[0].startswith(_PARTICIPANTS)
        return self._total >= BATCH_SECONDS or (
            is_participant and self._spent[partition] >= PARTICIPANT_SECONDS
        )


_armed: list[bool] = []


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if _armed:  # a signal may still arrive just after the timer was stopped
        raise _Interrupted
