"""One run: rounds of faults under load, with measured recovery and a final wait."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

import asyncpg
from confluent_kafka import KafkaException

from shared.contracts.notifications import MAIL_TOPIC
from shared.process.crash_points import read_report
from tests.proofs.chaos.coverage import short
from tests.proofs.chaos.load import Progress
from tests.proofs.chaos.profiles import Profile
from tests.proofs.chaos.quiet import mails_due, unrest
from tests.proofs.chaos.rig import Rig
from tests.proofs.chaos.schedule import Round, Schedule

_END_SECONDS, _END_DAYS = 100, 20
"""How long work may take to end after the load: seconds, and working days on top."""
_KAFKA_SECONDS = 120
"""How long enough brokers may take to listen again after the last fault."""
_AIMS = 3
"""How often, at most, the run retries faults that never took effect."""
_AWAY = (OSError, TimeoutError, KafkaException, asyncpg.PostgresError)


@dataclass(slots=True)
class Outcome:
    """The result of a run, before the checker judges it."""

    faults: int = 0
    slowest: float = 0
    wrong: list[str] = field(default_factory=list)
    progress: Progress | None = None
    missed: list[str] = field(default_factory=list)
    """The kinds of fault that never took effect."""


class Run:
    """Drives the faults; the load is in a process of its own, behind ``pipe``."""

    def __init__(self, rig: Rig, pipe: "Connection", profile: Profile) -> None:
        self._rig = rig
        self._pipe = pipe
        self._profile = profile
        self._hit: set[str] = set()
        self.outcome = Outcome()

    def go(self, schedule: Schedule) -> Outcome:
        """Run rounds until the time is over; then heal and wait for the end."""
        end = time.monotonic() + self._profile.minutes * 60
        bound, since = 30.0, time.monotonic()
        for each in self._rounds(schedule, until=end):
            if each.faults:
                self._inject(each)
                self._wait_for_kafka()
                bound = max(bound, *(fault.bound for fault in each.faults))
                since = time.monotonic()
            else:
                self._recover(since, bound)
                bound = 30.0
        self._rig.heal()
        self._finish(since, bound)
        self.outcome.missed = self._missed()
        return self.outcome

    def _missed(self) -> list[str]:
        return [kind for kind in self._profile.kinds if kind not in self._hit]

    def _rounds(self, schedule: Schedule, *, until: float) -> Iterator[Round]:
        """Yield what is drawn until the time is over, then what is aimed at what was missed."""
        for each in schedule.rounds():
            if time.monotonic() > until and not each.is_due:
                break
            yield each
        for _ in range(_AIMS if self._profile.is_whole else 0):
            yield from self._aimed(schedule)

    def _aimed(self, schedule: Schedule) -> Iterator[Round]:
        """Yield a round for each kind that has missed, and one for crash points, in peace."""
        for kind in self._missed():
            self._rig.say(f"not shown yet: {kind}")
            yield Round(())
            yield schedule.aimed(kind)
        report = read_report(self._rig.report)
        if points := short(report, self._profile.crashes, least=self._profile.least_crashes):
            self._rig.say(f"not killed yet: {', '.join(points)}")
            yield Round(())
            yield schedule.aimed_at(points)

    def _inject(self, each: Round) -> None:
        self._rig.say("; ".join(map(str, each.faults)))
        self.outcome.faults += len(each.faults)
        for fault in each.faults:
            fault.begin(self._rig)
        begun = time.monotonic()
        left = sorted(each.faults, key=lambda fault: (fault.waits, fault.seconds))
        while left:
            now = time.monotonic() - begun
            while left and now >= left[0].seconds:
                ending = left.pop(0)
                ending.end(self._rig)
                if ending.has_hit:
                    self._hit.add(ending.kind)
            self._rig.hold(0.1)
            for fault in left:
                fault.during(self._rig)

    def _wait_for_kafka(self) -> None:
        """Wait until Kafka listens: how long it takes to start is no recovery of the services."""
        begun = time.monotonic()
        while not self._rig.kafka_listens():
            if time.monotonic() > begun + _KAFKA_SECONDS:
                self.outcome.wrong.append(f"Kafka does not listen after {_KAFKA_SECONDS} s")
                return
            self._rig.hold(0.1)
        if (seconds := time.monotonic() - begun) > 1:
            self._rig.say(f"Kafka listens again after {seconds:.1f} s")

    def _recover(self, since: float, bound: float) -> None:
        """Wait until all that was sent before the last fault ended is answered and heard of."""
        while (opened := self._ask("how").oldest_open) is not None and opened < since:
            if time.monotonic() > since + bound:
                late = f"not recovered {bound:.0f} s after the last fault"
                self.outcome.wrong.append(late)
                self._rig.say(late)
                return
            self._rig.hold(0.2)
        self._note_recovery(time.monotonic() - since)

    def _finish(self, since: float, bound: float) -> None:
        """
        Stop submitting; everything must be answered and read within the bound, then end.

        Mails may still queue for their server: events about them come as they go out.
        """
        if self._rig.staff is not None:
            self._rig.staff.stop()
        self._ask("stop")
        left = ["something unanswered"]
        while left and time.monotonic() < since + bound:
            self._rig.hold(0.5)
            is_open = self._ask("how").oldest_open
            left = ["something unanswered"] if is_open else self._unrest(but=MAIL_TOPIC)
        if left:
            self.outcome.wrong.append(f"not at rest {bound:.0f} s after the last fault: {left}")
        else:
            self._note_recovery(time.monotonic() - since)
        self._wait_for_the_end()

    def _wait_for_the_end(self) -> None:
        """
        Let offers lapse that nobody answers, all work come to its end, and mails go out.

        The time for it begins anew whenever fewer mails are due than ever since the load ended.
        """
        within = _END_SECONDS + _END_DAYS * self._profile.day_seconds
        until, fewest = time.monotonic() + within, None
        while (progress := self._ask("how")).unfinished or progress.oldest_open or self._left():
            mails = self._mails_due()
            if mails is not None and (fewest is None or mails < fewest):
                until, fewest = time.monotonic() + within, mails
            if time.monotonic() > until:
                left = f"{progress.unfinished} requests not at their end; {self._left()}"
                self.outcome.wrong.append(f"no end after {within} s: {left}")
                break
            self._rig.hold(0.5)
        self.outcome.progress = self._ask("end")
        self.outcome.wrong += self.outcome.progress.problems
        self.outcome.wrong += [*self._rig.ended, *self._rig.wrong]
        if self._rig.staff is not None:
            self.outcome.wrong += self._rig.staff.wrong()

    def _note_recovery(self, seconds: float) -> None:
        self._rig.say(f"recovered after {seconds:.1f} s")
        self.outcome.slowest = max(self.outcome.slowest, seconds)

    def _unrest(self, *, but: str = "") -> list[str]:
        try:
            return asyncio.run(unrest(self._rig.stack, but=but))
        except _AWAY as error:  # still on its way back
            return [repr(error)]

    def _mails_due(self) -> int | None:
        """Return how many mails are due; None if the run has no mail, or nobody can be asked."""
        if self._rig.mail is None:
            return None
        try:
            return asyncio.run(mails_due(self._rig.stack))
        except _AWAY:
            return None

    def _left(self) -> list[str]:
        """Return what is not idle, and mails that are due or whose process is not known dead."""
        left = self._unrest()
        mails = self._mails_due()
        return [*left, f"{mails} mails due"] if mails else left

    def _ask(self, word: str) -> Progress:
        self._pipe.send(word)
        while not self._pipe.poll(0.1):
            self._rig.watch()
        progress = self._pipe.recv()
        assert isinstance(progress, Progress)
        return progress
