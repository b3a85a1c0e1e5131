"""What the office has to do by the log: which events open an item, and which end it. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deploy.demo.office.open_reports import OpenReports
from deploy.demo.office.opened import Opened

Event = Mapping[str, Any]
_MONTH = timedelta(days=30)
WORKING = frozenset({"assigned", "planned", "in_delivery", "delivered"})
_STAYS = {
    "referred": frozenset({"referred"}),
    "counter": frozenset({"referred"}),
    "waits_long": frozenset({"waiting"}),
    "rehome": WORKING,
    "suspended_work": WORKING,
}
"""Kind → the statuses in which it waits for the office."""
_OFFICES_OWN = ("triage.", "rehome")
"""Clocks of work that waits for the office already."""
_OF_CLOCKS = frozenset({"clock_settled", "clock_moved", "clock_paused", "clock_resumed"})
_MISSED = frozenset({"clock_missed", "clock_still_missed"})
_LEFT = frozenset({"provider_ended", "provider_not_registered"})


@dataclass(slots=True)
class OpenWork:
    """
    The items that the log has opened so far.

    An item may begin later: a waiting request becomes work after it has waited for a month.
    """

    opened: list[Opened] = field(default_factory=list)
    reports: OpenReports = field(default_factory=OpenReports)
    _open: dict[str, Opened] = field(default_factory=dict)
    _over: dict[str, datetime] = field(default_factory=dict)
    """Items that were settled before the event that opens them was read, with the time."""
    _statuses: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)
    """The tracking number of each request's id."""

    def take(self, event: Event) -> None:
        """Take in an event of any service, with notifications' events about notices and mails."""
        kind, data = event["type"].split(".")[3], event["data"]
        if event["type"].startswith(("gov.cri.intake.", "gov.cri.reporting.")):
            self.reports.take(event)
        elif event["type"].startswith("gov.cri.routing."):
            if "status" in data:
                self._take_routed(event, kind, data)
        elif kind == "notice_decided":
            for notice in data["notices"]:
                if notice.get("call"):
                    about = f"call:{event['id']}:{notice['audience']}"
                    self._begin(about, "call", event["subject"], _time(event))
        elif kind.startswith("participant_"):
            self._take_reach(event, kind, data)
        elif kind == "notice_undelivered":
            about = f"unreachable:{data['notice']}:{data['audience']}"
            self._begin(about, "unreachable", event["subject"], _time(event))
        elif kind.startswith("notice_"):
            self._take_mailed(event, kind, data)

    def there(self, at: datetime) -> list[Opened]:
        """Return the items that were on the list by *at*, whether they are still open or not."""
        for each in self.opened:
            each.about = self._numbers.get(each.about, each.about)
        there = [*self.opened, *self.reports.opened()]
        return [each for each in there if each.was_there(at)]

    def open_now(self, at: datetime) -> list[Opened]:
        """Return the items that are on the list *at* a time."""
        return [each for each in self.there(at) if each.until is None]

    def by_kind(self, at: datetime) -> "Counter[str]":
        """Return how many items of each kind were on the list by *at*."""
        return Counter(each.kind for each in self.there(at))

    def _take_routed(self, event: Event, kind: str, data: Event) -> None:
        number, status, at = data["tracking_number"], data["status"], _time(event)
        self._numbers[data["request_id"]] = number
        over = {name for name, statuses in _STAYS.items() if status not in statuses}
        if status != self._statuses.get(number) or kind == "engagement_progressed":
            over.add("late")
        if kind in _OF_CLOCKS:
            is_own = data["clock"].startswith(_OFFICES_OWN)
            over |= set() if is_own and kind in ("clock_settled", "clock_moved") else {"late"}
        if kind == "request_referred":
            over |= {"referred", "counter"}
        affected = _affected(data) if kind == "engagement_affected" else None
        if kind == "engagement_affected":
            over |= {"rehome", "suspended_work"} - {affected}
        self._end_all(number, over, at)
        began_to_wait = kind == "request_waitlisted" and self._statuses.get(number) != "waiting"
        self._statuses[number] = status
        if kind == "request_referred":
            name = "counter" if data["reason"] == "countered" else "referred"
            self._begin(f"{name}:{number}:{event['id']}", name, number, at)
        elif began_to_wait:
            self._begin(f"waits_long:{number}:{event['id']}", "waits_long", number, at + _MONTH)
        elif affected is not None:
            self._begin(f"{affected}:{data['engagement_id']}", affected, number, at)
        elif kind in _MISSED and not data["clock"].startswith(_OFFICES_OWN):
            self._begin(f"late:{number}:{data['clock']}:{data['due_at']}", "late", number, at)

    def _take_mailed(self, event: Event, kind: str, data: Event) -> None:
        """Take in what became of a mail, or that somebody was called instead."""
        at, mail = _time(event), data.get("mail")
        whom = data.get("audience") or data["contact"].split(":")[1]
        of_notice = f"{data['notice']}:{whom}"
        if kind == "notice_settled":
            self._end(f"call:{of_notice}", at, is_first=True)
        if kind == "notice_outcome_unknown":
            request = event["correlationid"]
            self._begin(f"unknown_outcome:{mail}", "unknown_outcome", request, at)
            return
        self._end(f"unknown_outcome:{mail}", at)
        if kind != "notice_failed" and data.get("because") != "no_address":
            self._end(f"unreachable:{of_notice}", at)

    def _take_reach(self, event: Event, kind: str, data: Event) -> None:
        about = f"no_living_contact:{data['participant']}"
        if kind == "participant_unreachable":
            self._begin(about, "no_living_contact", "", _time(event))
        else:
            self._end(about, _time(event))

    def _begin(self, item: str, kind: str, about: str, at: datetime) -> None:
        if item in self._open:
            return
        found = Opened(kind, about, at, self._over.pop(item, None))
        self.opened.append(found)
        if found.until is None:
            self._open[item] = found

    def _end(self, item: str, at: datetime, *, is_first: bool = False) -> None:
        found = self._open.pop(item, None)
        if found is not None:
            found.until = at
        elif is_first:
            self._over[item] = at

    def _end_all(self, number: str, kinds: Collection[str], at: datetime) -> None:
        for item, found in list(self._open.items()):
            if found.about == number and found.kind in kinds:
                self._end(item, at)


def _affected(data: Event) -> str | None:
    """Return what the office must do about an affected engagement; None: nothing any more."""
    if data["cause"] == "takes_part_again":
        return None
    return "rehome" if data.get("rehome") or data["cause"] in _LEFT else "suspended_work"


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])
