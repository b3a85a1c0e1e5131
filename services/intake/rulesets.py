"""What is wrong with a rule set although each of its fields has its form."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.intake.fields import schema
from services.intake.findings import Finding
from shared.contracts.reference import CLOCKS, FACTS, TIE_BREAKS, Because, Condition, RuleSet

_BRACES = re.compile(r"\{([^{}]*)\}")
_NAMED = {"agency.name", *FACTS}
_FACTS = f"One of {', '.join(sorted(FACTS))}."
_NAMES = f"One of {', '.join(sorted(_NAMED))}."


def ruleset_reasons(ruleset: RuleSet) -> Iterator[Finding]:
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
    yield from _calendar(ruleset)


def _condition(condition: Condition, path: str) -> Iterator[Finding]:
    tests = (
        condition.in_,
        condition.has,
        condition.overlaps,
        condition.within,
        condition.is_,
        condition.at_most,
        condition.at_least,
    )
    if sum(test is not None for test in tests) != 1:
        yield schema(path, "A condition has exactly one test.", "Split it, or add the test.")
    named = (("fact", condition.fact), ("overlaps", condition.overlaps))
    for name, fact in (*named, ("within", condition.within)):
        if fact is not None and fact not in FACTS:
            yield schema(f"{path}/{name}", "There is no such fact.", _FACTS)


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


def _calendar(ruleset: RuleSet) -> Iterator[Finding]:
    path = "/data/calendar"
    for place, holiday in enumerate(ruleset.calendar.holidays):
        try:
            date.fromisoformat(holiday)
        except ValueError:
            at = f"{path}/holidays/{place}"
            yield schema(at, "This is not a date.", "Write it as in 2026-07-03.")
    try:
        ZoneInfo(ruleset.calendar.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield schema(f"{path}/zone", "There is no such time zone.", "As in America/New_York.")
