"""Counts the office's work from outside: the log, the list that people see, and their acts."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.demo.browsing.browser import Browser
from deploy.demo.business_days import BusinessDays
from deploy.demo.office.open_work import OpenWork
from deploy.demo.office.staff import READER, Staff
from deploy.demo.office.work_table import Line
from deploy.demo.topic_reader import reading
from services.desk.acts import IN_TOPIC, OUT_TOPIC
from services.desk.office.labels import KINDS
from shared.contracts import intake, notifications, reporting, routing

_TOPICS = (
    intake.TOPIC,
    routing.TOPIC,
    reporting.TOPIC,
    notifications.TOPIC,
    notifications.MAIL_TOPIC,
    IN_TOPIC,
    OUT_TOPIC,
)
_DIRECT, _REFUSED = "gov.cri.request.direct.v1", "gov.cri.message.refused.v1"
_FILE_TOLD = "gov.cri.notifications.case_file_told.v1"
_NOT_REFERRED = "not_referred"
_SECONDS = 30.0
"""For the list to show what the log tells, and for the last answers."""


@dataclass(slots=True)
class Counted:
    """What the log tells of the office's work, beside what its people saw and did."""

    staff: Staff
    work: OpenWork = field(default_factory=OpenWork)
    sent: "Counter[str]" = field(default_factory=Counter)
    """The ids of the messages that the desk sent, at least once each."""
    answered: "Counter[str]" = field(default_factory=Counter)
    """The ids of the messages that were answered, each as often as it was answered."""
    refused: dict[str, list[str]] = field(default_factory=dict)
    """The codes of the reasons for which a message was refused."""
    directed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The ids of the decisions about each request, in order."""
    told: "Counter[tuple[str, str, str]]" = field(default_factory=Counter)
    """The case files that were sent: (number, person, purpose)."""
    _known: set[str] = field(default_factory=set)

    def take(self, topic: str, message: Any) -> None:
        """Take in a record; the same event may come more than once."""
        if topic == IN_TOPIC:
            self.sent[message["id"]] += 1
            if message.get("type") == _DIRECT and message["id"] not in self._known:
                self.directed[message["data"]["tracking_number"]].append(message["id"])
        elif message["id"] in self._known:
            return
        elif topic == OUT_TOPIC:
            if (answered := message.get("inreplytoid")) is not None:
                self.answered[answered] += 1
                if message.get("type") == _REFUSED:
                    reasons = message["data"]["reasons"]
                    self.refused[answered] = [each["code"] for each in reasons]
        elif message["type"] == _FILE_TOLD:
            data = message["data"]
            self.told[data["tracking_number"], data["actor"], data["purpose"]] += 1
        else:
            self.work.take(message)
        self._known.add(message["id"])

    def faults(self, at: datetime) -> list[str]:
        """Return the differences between the list *at* a time, the log, and what people did."""
        return list(self._faults(at))

    def _faults(self, at: datetime) -> Iterator[str]:
        listed, expected = self.staff.table.now, self._expected(at)
        for number, what in (listed - expected).elements():
            yield f"the work list shows {number}: {what}, which the log does not tell"
        for number, what in (expected - listed).elements():
            yield f"the work list does not show {number}: {what}"
        for number, what in sorted(self.staff.table.unexplained):
            yield f"the work list does not say why {number} is there: {what}"
        for act in self.staff.clicked:
            if not act.is_answered:
                yield f"the page of {act.person}'s act {act.message_id} shows no answer"
        files = {file.message_id for file in self.staff.files}
        clicked = Counter({act.message_id for act in self.staff.clicked} | files)
        for message in clicked - self.sent:
            yield f"the message {message} was clicked and not sent"
        for message in self.sent - self.answered:
            yield f"the message {message} was not answered"
        for message in self.answered - self.sent:
            yield f"the message {message} was answered too often"
        contacts = len(self.sent) - len(clicked) - self.staff.refused
        callers = len(self.staff.callers)
        if contacts != callers:
            yield f"{contacts} messages were not clicked, beside the contacts of {callers} callers"
        yield from self._faults_of_files()
        yield from self._faults_at_once()

    def _faults_of_files(self) -> Iterator[str]:
        """Each file that was opened was told once, to this person, for this purpose."""
        files = self.staff.files
        opened = Counter((each.number, each.actor, each.purpose) for each in files)
        if not files:
            yield "nobody opened a case file"
        for each in (opened - self.told).elements():
            yield f"nobody was told that a case file was opened: {' '.join(each)}"
        for each in (self.told - opened).elements():
            yield f"nobody opened the case file that was told: {' '.join(each)}"
        for file in files:
            if not file.is_shown:
                yield f"the case file {file.number} does not show what the agency wrote"

    def _faults_at_once(self) -> Iterator[str]:
        """If two people decided on a request at once, one succeeded, and the other was refused."""
        number, expected = self.staff.at_once, [[], [_NOT_REFERRED]]
        if self.staff.was_too_late:
            expected = [[]]
        first = self.directed[number or ""][: len(expected)]
        found = sorted(self.refused.get(each, []) for each in first)
        if found != expected:
            yield f"two people decided about {number} at once, and were answered {found}"

    def _expected(self, at: datetime) -> "Counter[Line]":
        return Counter((each.about, KINDS[each.kind]) for each in self.work.open_now(at))

    def summary(self, at: datetime, *, days: BusinessDays) -> str:
        """Return the counts in words."""
        staff, there, left = self.staff, self.work.there(at), self.work.open_now(at)
        oldest = max((days.between(each.since, at) for each in left), default=0)
        refused = staff.refused + sum(act.is_refused for act in staff.clicked)
        files = "1 case file" if self.told.total() == 1 else f"{self.told.total()} case files"
        return (
            f"{len(there)} items opened, {len(there) - len(left)} settled ({staff.taken} by people"
            f" at the desk), {len(left)} open, oldest {oldest} working days; each of the"
            f" {len(staff.table.seen)} seen on the list said why; {len(self.sent)} acts sent,"
            f" {len(self.answered)} answered, {refused} refused; of two people who decided on one"
            f" request at once, one was told that it is decided; {files}"
            f" opened, with who opened each and what for{_away(staff)}"
        )


def _away(staff: Staff) -> str:
    times = staff.tried_again
    return f"; the pages did not answer {times} times" if times else ""


async def count(
    staff: Staff, days: BusinessDays, servers: Sequence[str], *, user: str, password: str
) -> tuple[str, list[str]]:
    """Count until the list shows what the log tells; return the counts and the faults."""
    found, browser = Counted(staff), Browser(staff.address)
    deadline = time.monotonic() + _SECONDS
    try:
        await browser.sign_in(READER)
        async with reading(_TOPICS, servers, user=user, password=password) as log:
            standing: dict[str, None] | None = None
            while True:
                await staff.look_again(browser)
                await staff.table.read(browser.read)
                for topic, message in await log.read_on():
                    found.take(topic, message)
                at = days.now()
                wrong = dict.fromkeys(found.faults(at))
                # Work goes on, so the list may show what is on the log one reading later.
                standing = {each: None for each in standing or wrong if each in wrong}
                if not standing or time.monotonic() > deadline:
                    return found.summary(at, days=days), list(standing)
    finally:
        await browser.close()
