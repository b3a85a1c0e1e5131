"""What is wrong with a rule set although each of its fields has its form."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import get_args

from services.intake.fields import UNKNOWN_STATE, schema, zone_reasons
from services.intake.findings import Finding
from shared.contracts.inbound import AGENCY_CLASSES, GOALS, SERVICE_FORMS, SWORN_BANDS
from shared.contracts.places import STATES
from shared.contracts.reference import (
    CLOCKS,
    FACTS,
    TIE_BREAKS,
    Because,
    Calendar,
    Condition,
    CriType,
    RuleSet,
)

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
"""The facts that have no values but these."""
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAMED = {"agency.name", *FACTS}
_FACTS = f"One of {', '.join(sorted(FACTS))}."
_NAMES = f"One of {', '.join(sorted(_NAMED))}."


def ruleset_reasons(ruleset: RuleSet, *, at: datetime) -> Iterator[Finding]:
    """Yield all that would keep routing from using *ruleset*."""
    ids = Counter(rule.id for rule in ruleset.rules)
    for place, rule in enumerate(ruleset.rules):
        path = f"/data/rules/{place}"
        if ids[rule.id] > 1:
            yield schema(f"{path}/id", "Another rule has this id.", "Give each rule its own.")
        for number, condition in enumerate(rule.when):
            yield from _condition(condition, f"{path}/when/{number}")
        yield from _because(rule.because, f"{path}/because")
    yield from _registered(ruleset.tie_break, TIE_BREAKS, "/data/tie_break")
    if ruleset.lanes is not None and len(set(ruleset.lanes)) < len(ruleset.lanes):
        yield schema("/data/lanes", "A lane stands here twice.", "Name each pace once.")
    if not CLOCKS.issuperset(ruleset.clocks):
        known = ", ".join(sorted(CLOCKS))
        yield schema("/data/clocks", "A clock here is not registered.", f"One of {known}.")
    yield from _calendar(ruleset.calendar, at)


def _condition(condition: Condition, path: str) -> Iterator[Finding]:
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
        yield schema(path, "A condition has exactly one test.", "Split it, or add the test.")
    for name in ("fact", "overlaps", "within", "fits"):
        fact = getattr(condition, name)
        if fact is not None and fact not in FACTS:
            yield schema(f"{path}/{name}", "There is no such fact.", _FACTS)
    yield from _values(condition, path)


def _values(condition: Condition, path: str) -> Iterator[Finding]:
    """Yield a reason for each value that the fact of *condition* never has."""
    codes = _CODES.get(condition.fact)
    if codes is None:
        return
    stated = [(f"in/{place}", value) for place, value in enumerate(condition.in_ or ())]
    stated += [("has", condition.has)] if condition.has is not None else []
    stated += [("is", condition.is_)] if isinstance(condition.is_, str) else []
    for at, value in stated:
        if value not in codes:
            yield schema(f"{path}/{at}", "The fact never has this value.", _fix(codes))


def _fix(codes: Sequence[str]) -> str:
    return UNKNOWN_STATE[1] if codes is STATES else f"One of {', '.join(codes)}."


def _because(because: Because, path: str) -> Iterator[Finding]:
    for audience, sentence in because:
        if sentence is None:
            continue
        left = _BRACES.sub("", sentence)
        if "{" in left or "}" in left or not _NAMED.issuperset(_BRACES.findall(sentence)):
            yield schema(
                f"{path}/{audience}",
                "A name in braces is not that of a fact.",
                _NAMES,
            )


def _registered(values: Sequence[str], known: frozenset[str], path: str) -> Iterator[Finding]:
    for place, value in enumerate(values):
        if value not in known:
            fix = f"One of {', '.join(sorted(known))}."
            yield schema(f"{path}/{place}", "This is not a registered value.", fix)


def _calendar(calendar: Calendar, at: datetime) -> Iterator[Finding]:
    path = "/data/calendar"
    wrong = False
    for place, holiday in enumerate(calendar.holidays):
        try:
            date.fromisoformat(holiday)
        except ValueError:
            wrong = True
            where = f"{path}/holidays/{place}"
            yield schema(where, "This is not a date.", "Write it as in 2026-07-03.")
    last = None if wrong else calendar.last_day
    if last is not None and last < at.date():
        yield schema(
            f"{path}/holidays",
            "This calendar has ended: it lasts until the end of the year of its last holiday.",
            "Add the holidays of this year and of those to come.",
        )
    yield from zone_reasons(calendar.zone, path=f"{path}/zone")
