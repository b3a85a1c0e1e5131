"""Renders a decision record of routing: its outcome, and the rules' verdict on each candidate."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.contracts.reference import Rule

Rules = Mapping[str, Sequence[Rule]]
"""Rule set hash → its rules, in order."""

_KINDS = {
    "triage": "which program, which lane",
    "match": "which provider",
    "direction": "the program office decides",
    "rehoming": "another provider is to continue the work",
    "counter": "the provider made a counteroffer",
    "closed": "the program is not open",
    "ended": "the engagement ended",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision record as text: a heading and the lines below it."""

    at: datetime
    heading: str
    lines: tuple[str, ...]


def decision_of(record: str, *, at: datetime, rules: Rules) -> Decision:
    """Return the decision in *record* (JSON)."""
    decided = json.loads(record)
    kind = decided["kind"]
    heading = f"decision {decided['number']}, {_KINDS.get(kind, kind)}: {_outcome(decided)}"
    return Decision(at, heading, tuple(_lines(decided, rules.get(decided["ruleset"], ()))))


def _outcome(decided: Mapping[str, Any]) -> str:
    to = decided.get("provider") or decided.get("lane") or decided.get("program")
    outcome = str(decided["outcome"]).replace("_", " ")
    reason = f" ({decided['reason']})" if decided.get("reason") else ""
    return f"{outcome}{reason}, {to}" if to else f"{outcome}{reason}"


def _lines(decided: Mapping[str, Any], rules: Sequence[Rule]) -> Iterator[str]:
    yield decided["because"]["staff"]
    if decided.get("actor"):
        yield f"decided by {decided['actor']}"
    if decided.get("elsewhere"):
        yield f"another program would serve it: {decided['elsewhere']}"
    about = "eligibility" if decided["kind"] == "triage" else "provider"
    asked = [rule for rule in rules if rule.about == about]
    for name, verdict in (decided.get("verdicts") or {}).items():
        yield f"{name}: {_verdict(verdict, asked)}"
    order = decided.get("order", [])
    candidates = decided.get("candidates", [])
    for candidate in sorted(candidates, key=lambda c: _place(c[0], order)):
        yield _candidate(candidate, asked, order, not_again=decided["not_again"])


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def _candidate(
    candidate: Sequence[Any], rules: Sequence[Rule], order: Sequence[str], *, not_again: list[str]
) -> str:
    name, verdict, _, free, load, _ = candidate
    if name in order:
        place = order.index(name) + 1
        score = sum(rule.weight for rule, mark in zip(rules, verdict, strict=False) if mark == "m")
        room = f"score {score}, room for {free}, {load} under way"
        return f"{place}. {name}: {room}; {_verdict(verdict, rules)}"
    if name in not_again:
        return f"-  {name}: was asked before"
    if _keeping_away(verdict, rules):
        return f"-  {name}: {_verdict(verdict, rules)}"
    return f"-  {name}: has no room for it; {_verdict(verdict, rules)}"


def _verdict(verdict: str, rules: Sequence[Rule]) -> str:
    """Return the rules that exclude a candidate or, if none does, those that favor it."""
    if not rules:
        return f"verdicts {verdict} under a rule set that is not here"
    away = _keeping_away(verdict, rules)
    if away:
        return "excluded by " + ", ".join(away)
    spoke = [
        f"{rule.id} +{rule.weight}" if rule.weight else rule.id
        for rule, mark in zip(rules, verdict, strict=False)
        if mark == "m"
    ]
    return "passes" + (": " + ", ".join(spoke) if spoke else "")


def _keeping_away(verdict: str, rules: Sequence[Rule]) -> list[str]:
    wrong = {"require": "-", "exclude": "m"}
    return [
        f"{rule.id} ({'required' if rule.effect == 'require' else 'excluded'})"
        for rule, mark in zip(rules, verdict, strict=False)
        if mark == wrong.get(rule.effect)
    ]
