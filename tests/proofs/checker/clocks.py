"""I22: what happened to each clock adds up, from its start to its end."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.proofs.checker.findings import Findings
from tests.proofs.checker.log import (
    REFERENCE,
    ROUTING,
    data_of,
    firsts,
    is_tracking_number,
    moment,
    short,
)
from tests.proofs.checker.run import Body, Run

_DEFAULTS = {
    "triage.standard": (2, "working_days"),
    "triage.urgent": (4, "hours"),
    "offer_answer.standard": (5, "working_days"),
    "offer_answer.urgent": (8, "hours"),
    "engagement_silence": (30, "days"),
    "rehome": (5, "working_days"),
}
_SECONDS = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
_SAME = timedelta(seconds=1)
_DAY = timedelta(days=1)
# These neither start nor stop a clock.
_BESIDE = frozenset({"facts_changed", "request_recorded"})
_OF_A_CLOCK = frozenset({"clock_missed", "clock_reminded", "clock_settled", "clock_still_missed"})
_LEAVES = frozenset({"engagement_closed", "engagement_ended", "request_withdrawn"})
_REHOME = "rehome"
_LEFT = frozenset({"provider_ended", "provider_not_registered"})


@dataclass(slots=True)
class _Clock:
    """
    A clock that runs until ``due``, or that was announced as late ``times`` times since.

    ``is_settled``: the program office has settled it for good. ``is_reminded``: the one who
    must act was reminded. While it stands still, it has ``left`` to run.
    """

    name: str
    due: datetime
    times: int = 0
    next_at: datetime | None = None
    is_settled: bool = False
    is_reminded: bool = False
    left: timedelta | None = None


@dataclass(slots=True)
class _Rules:
    """All rule sets and calendars that ever were: which of them was in force is not judged."""

    rulesets: list[Body] = field(default_factory=list)
    calendars: dict[str, list[Body]] = field(default_factory=lambda: defaultdict(list))

    def dues(self, name: str, start: datetime) -> Iterator[datetime]:
        """Yield the ends that the clock *name*, started then, may have."""
        for ruleset in self.rulesets:
            clock = ruleset.get("clocks", {}).get(name)
            amount, unit = (clock["amount"], clock["unit"]) if clock else _DEFAULTS[name]
            own = ruleset.get("calendar", {})
            for named in self.calendars.get(ruleset.get("calendar_id") or "", [{}]):
                yield _due(start, amount, unit, {**own, **named})

    def counts_working_time(self, name: str) -> bool:
        """Tell whether any rule set gives the length of the clock *name* in working days."""
        lengths = [each.get("clocks", {}).get(name) for each in self.rulesets]
        units = [each["unit"] if each else _DEFAULTS[name][1] for each in lengths]
        return "working_days" in units


def i22_clocks_add_up(run: Run) -> Findings:
    """
    Each clock ends by a rule set's length, from its start; each announcement is of that end.

    One reminder may come before. Misses are counted without gaps, not before their time, and none
    follows a settlement for good; a move names the end it replaces. A clock that stood still runs
    for the time that it had left.
    """
    rules = _Rules()
    for _, body in firsts(run, REFERENCE):
        if short(body) == "ruleset_approved":
            rules.rulesets.append(data_of(body))
        elif short(body) == "calendar_defined":
            rules.calendars[data_of(body)["id"]].append(data_of(body))
    clocks: dict[tuple[str, bool], _Clock | None] = {}
    for _, body in firsts(run, ROUTING):
        number, facts = body.get("subject"), data_of(body)
        if not is_tracking_number(number) or "status" not in facts or "decided" not in facts:
            continue
        if short(body) in _BESIDE:
            continue
        is_beside = short(body) == "engagement_affected" or facts.get("clock") == _REHOME
        clock = clocks.get((str(number), is_beside))
        for wrong in _wrong(clock, body, rules):
            yield wrong and f"{number}: {short(body)} {wrong}"
        clocks[str(number), is_beside] = _after(clock, body)
        if short(body) in _LEAVES:
            clocks.pop((str(number), True), None)


def _wrong(clock: _Clock | None, body: Body, rules: _Rules) -> Iterator[str | None]:
    """Yield what is wrong with an event about *clock*; None for what is right."""
    kind, facts = short(body), data_of(body)
    at = _moment(body["time"])
    if kind in _OF_A_CLOCK and clock is None and facts["clock"] == _REHOME:
        yield "is of a clock that does not run"
    elif kind in _OF_A_CLOCK and clock is not None and clock.left is not None:
        yield "is of a clock that stands still"
    elif kind == "clock_paused" and clock is not None and clock.left is None:
        left = timedelta(seconds=facts["left"])
        yield _unequal(left, clock.due - at, at_most=rules.counts_working_time(clock.name))
    elif kind == "clock_resumed" and clock is not None and clock.left is not None:
        runs = _moment(facts["due_at"]) - at
        yield _unequal(clock.left, runs, at_most=rules.counts_working_time(clock.name))
    elif kind == "clock_missed":
        right = clock is None or (facts["clock"], _moment(facts["due_at"])) == (
            clock.name,
            clock.due,
        )
        yield None if right else "is of another clock than the one that ran"
        yield None if at >= _moment(facts["due_at"]) else "comes before its time"
    elif kind == "clock_still_missed":
        right = clock is not None and facts["n"] == clock.times + 1
        yield None if right else f"is not the next after {clock and clock.times}"
        in_time = clock is None or clock.next_at is None or at >= clock.next_at
        yield None if in_time else "comes before its time"
        yield "was settled" if clock is not None and clock.is_settled else None
    elif kind == "clock_reminded":
        right = clock is None or (clock.times, clock.name, clock.due) == (
            0,
            facts["clock"],
            _moment(facts["due_at"]),
        )
        yield None if right else "is of another clock than the one that runs"
        yield "comes twice" if clock is not None and clock.is_reminded else None
    elif kind == "clock_settled":
        right = clock is not None and (facts["clock"], _moment(facts["due_at"]), facts["n"]) == (
            clock.name,
            clock.due,
            clock.times,
        )
        yield None if right else "is of another clock than the one that is late"
    elif kind == "clock_moved":
        right = clock is None or _moment(facts["before"]) == clock.due
        yield None if right else "moves another end"
    elif kind == "offer_lapsed":
        yield None if clock is None or at >= clock.due else "comes before its time"
    elif (started := _started(body)) is not None:
        dues = rules.dues(started.name, at)
        right = any(abs(due - started.due) < _SAME for due in dues)
        yield None if right else f"ends {started.name} at {started.due}, by no rule set"


def _unequal(left: timedelta, runs: timedelta, *, at_most: bool) -> str | None:
    """Return what is wrong unless *left* is the time *runs*; working time is at most that."""
    right = left - runs < _SAME if at_most else abs(left - runs) < _SAME
    return None if right else f"has {left} left, and runs for {runs}"


def _after(clock: _Clock | None, body: Body) -> _Clock | None:
    kind, facts = short(body), data_of(body)
    if kind == "clock_paused":
        due = _moment(body["time"]) if clock is None else clock.due
        return _Clock(facts["clock"], due, left=timedelta(seconds=facts["left"]))
    if kind == "clock_reminded":
        return _Clock(facts["clock"], _moment(facts["due_at"]), is_reminded=True)
    if kind == "clock_settled":
        due, n = _moment(facts["due_at"]), facts["n"]
        again = _moment(facts["next_at"]) if "next_at" in facts else None
        return _Clock(facts["clock"], due, n, again, is_settled=again is None)
    if kind in ("clock_missed", "clock_still_missed"):
        if "next_at" not in facts:
            return None
        due, again = _moment(facts["due_at"]), _moment(facts["next_at"])
        return _Clock(facts["clock"], due, facts.get("n", 1), again)
    if kind in ("clock_moved", "clock_resumed"):
        return _Clock(facts["clock"], _moment(facts["due_at"]))
    if kind == "engagement_progressed" and "due_at" not in facts:
        return clock
    if kind == "engagement_affected" and "rehome_by" not in facts:
        return clock if facts["cause"] in _LEFT or facts.get("rehome") else None
    return _started(body)


def _started(body: Body) -> _Clock | None:
    """Return the clock that an event starts, if it does."""
    kind, facts = short(body), data_of(body)
    pace = "standard" if facts.get("lane") is None else facts["lane"].rsplit(".", 1)[1]
    names = {
        "offer_made": f"offer_answer.{pace}",
        "request_referred": f"triage.{pace}",
        "engagement_opened": "engagement_silence",
        "engagement_progressed": "engagement_silence",
        "engagement_affected": _REHOME,
    }
    ends = {"offer_made": "expires_at", "engagement_affected": "rehome_by"}
    due = facts.get(ends.get(kind, "due_at"))
    return None if kind not in names or due is None else _Clock(names[kind], _moment(due))


def _due(start: datetime, amount: int, unit: str, calendar: Mapping[str, Any]) -> datetime:
    short_day = calendar.get("seconds_per_day")
    if short_day is not None:
        if unit == "seconds":
            return start + timedelta(seconds=amount)
        seconds = amount * _SECONDS.get(unit, 86_400)
        return start + timedelta(seconds=seconds * short_day / 86_400)
    zone = ZoneInfo(calendar.get("zone", "America/New_York"))
    if unit == "days":
        return (start.astimezone(zone) + amount * _DAY).astimezone(UTC)
    if unit != "working_days":
        return start + timedelta(seconds=amount * _SECONDS[unit])
    local = start.astimezone(zone).replace(tzinfo=None)
    if _is_off(local.date(), calendar):
        local = local.replace(hour=0, minute=0, second=0, microsecond=0)
        while _is_off(local.date(), calendar):
            local += _DAY
    for _ in range(amount):
        local += _DAY
        while _is_off(local.date(), calendar):
            local += _DAY
    return local.replace(tzinfo=zone).astimezone(UTC)


def _is_off(day: date, calendar: Mapping[str, Any]) -> bool:
    return (
        day.weekday() >= 5
        or day.isoformat() in calendar.get("holidays", ())
        or any(
            each["from"] <= day.isoformat() <= each["until"]
            for each in calendar.get("closures") or ()
        )
    )


def _moment(text: Any) -> datetime:
    found = moment(text)
    assert isinstance(found, datetime)
    return found
