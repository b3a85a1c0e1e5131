"""Checks a rule set: ids, facts, tests, values, sentences, clocks and the calendar."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import get_args

from services.intake.checks.fields import check_years, check_zone
from services.intake.findings import Finding
from shared.contracts import refusals
from shared.contracts.inbound import AGENCY_CLASSES, SERVICE_FORMS, SWORN_BANDS
from shared.contracts.reference import (
    CLOCKS,
    FACTS,
    GOALS,
    TIE_BREAKS,
    Because,
    Calendar,
    CalendarDefinition,
    Closure,
    Condition,
    CriType,
    RuleSet,
)
from shared.contracts.states_and_zones import STATES

_CODES: Mapping[str, Sequence[str]] = {
    "agency.cri_type": get_args(CriType),
    "agency.agency_class": AGENCY_CLASSES,
    "agency.state": STATES,
    "agency.sworn_band": SWORN_BANDS,
    "request.service_forms": SERVICE_FORMS,
    "request.goals": GOALS,
    "urgency.level": ("standard", "urgent"),
    "provider.serves": get_args(CriType),
    "provider.states": STATES,
    "provider.service_forms": SERVICE_FORMS,
}
"""The possible values of each fact that has a fixed list of them."""
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAMED = {"agency.name", *FACTS}
_FACTS = {"facts": sorted(FACTS)}
_NAMES = {"facts": sorted(_NAMED)}


def check_ruleset(
    ruleset: RuleSet, *, at: datetime, calendars: frozenset[str]
) -> Iterator[Finding]:
    """Yield the findings that would keep routing from using *ruleset*."""
    ids = Counter(rule.id for rule in ruleset.rules)
    for place, rule in enumerate(ruleset.rules):
        path = f"/data/rules/{place}"
        if ids[rule.id] > 1:
            yield Finding(refusals.RULE_ID_TWICE, f"{path}/id")
        for number, condition in enumerate(rule.when):
            yield from _check_condition(condition, f"{path}/when/{number}")
        yield from _check_sentences(rule.because, f"{path}/because")
    yield from _check_registered(ruleset.tie_break, TIE_BREAKS, "/data/tie_break")
    if ruleset.lanes is not None and len(set(ruleset.lanes)) < len(ruleset.lanes):
        yield Finding(refusals.LANE_TWICE, "/data/lanes")
    if not CLOCKS.issuperset(ruleset.clocks):
        yield Finding(refusals.UNKNOWN_CLOCK, "/data/clocks", {"clocks": sorted(CLOCKS)})
    if ruleset.calendar_id is not None and ruleset.calendar_id not in calendars:
        fields = {"expected": sorted(calendars)}
        yield Finding(refusals.NOT_REGISTERED_VALUE, "/data/calendar_id", fields)
    yield from _check_calendar(ruleset.calendar, at)


def _check_condition(condition: Condition, path: str) -> Iterator[Finding]:
    tests = (
        condition.in_,
        condition.has,
        condition.overlaps,
        condition.within,
        condition.fits,
        condition.is_,
        condition.at_most,
        condition.at_least,
    )
    if sum(test is not None for test in tests) != 1:
        yield Finding(refusals.NOT_ONE_TEST, path)
    for name in ("fact", "overlaps", "within", "fits"):
        fact = getattr(condition, name)
        if fact is not None and fact not in FACTS:
            yield Finding(refusals.UNKNOWN_FACT, f"{path}/{name}", _FACTS)
    yield from _check_values(condition, path)


def _check_values(condition: Condition, path: str) -> Iterator[Finding]:
    """Yield a finding for each value that the fact of *condition* can never have."""
    codes = _CODES.get(condition.fact)
    if codes is None:
        return
    stated = [(f"in/{place}", value) for place, value in enumerate(condition.in_ or ())]
    stated += [("has", condition.has)] if condition.has is not None else []
    stated += [("is", condition.is_)] if isinstance(condition.is_, str) else []
    refusal = refusals.UNKNOWN_STATE if codes is STATES else refusals.IMPOSSIBLE_VALUE
    for at, value in stated:
        if value not in codes:
            yield Finding(refusal, f"{path}/{at}", {"codes": codes})


def _check_sentences(because: Because, path: str) -> Iterator[Finding]:
    for audience, sentence in because:
        if sentence is None:
            continue
        left = _BRACES.sub("", sentence)
        if "{" in left or "}" in left or not _NAMED.issuperset(_BRACES.findall(sentence)):
            yield Finding(refusals.UNKNOWN_FACT_IN_BRACES, f"{path}/{audience}", _NAMES)


def _check_registered(
    values: Sequence[str], known: frozenset[str], path: str
) -> Iterator[Finding]:
    for place, value in enumerate(values):
        if value not in known:
            fields = {"expected": sorted(known)}
            yield Finding(refusals.NOT_REGISTERED_VALUE, f"{path}/{place}", fields)


def check_calendar_definition(calendar: CalendarDefinition, at: datetime) -> Iterator[Finding]:
    """Yield the findings about *calendar*, which has a message of its own."""
    yield from check_years(
        {f"/data/holidays/{place}": day for place, day in enumerate(calendar.holidays)}
    )
    if calendar.holidays and max(calendar.holidays).year < at.year:
        yield Finding(refusals.CALENDAR_IS_OVER, "/data/holidays")
    yield from _check_closures(calendar.closures, "/data/closures")
    yield from check_zone(calendar.zone, path="/data/zone")


def _check_calendar(calendar: Calendar, at: datetime) -> Iterator[Finding]:
    path = "/data/calendar"
    wrong = False
    for place, holiday in enumerate(calendar.holidays):
        here = f"{path}/holidays/{place}"
        try:
            day = date.fromisoformat(holiday)
        except ValueError:
            day = None
        if day is None or day.isoformat() != holiday:
            wrong = True
            yield Finding(refusals.NOT_A_DATE, here)
        yield from check_years({here: day})
    last = None if wrong else calendar.last_day
    if last is not None and last < at.date():
        yield Finding(refusals.CALENDAR_IS_OVER, f"{path}/holidays")
    yield from _check_closures(calendar.closures or (), f"{path}/closures")
    yield from check_zone(calendar.zone, path=f"{path}/zone")


def _check_closures(closures: Sequence[Closure], path: str) -> Iterator[Finding]:
    for place, closure in enumerate(closures):
        here = f"{path}/{place}"
        yield from check_years({f"{here}/from": closure.from_, f"{here}/until": closure.until})
        if closure.until < closure.from_:
            yield Finding(refusals.END_BEFORE_BEGINNING, f"{here}/until")
