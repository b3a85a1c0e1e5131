"""Compiled rules: the verdict of each rule on each candidate, and its sentences filled in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from services.routing.rules.conditions import compile_all, names_read
from services.routing.rules.facts import Facts
from shared.contracts.reference import Rule

MATCHED, NOT_MATCHED, NOT_ABOUT = "m", "-", "."
_FIELD = re.compile(r"\{([a-z_.]+)\}")
_CACHE_SIZE = 2048


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to evaluate; ``reads`` names the request's facts that its conditions read."""

    rule: Rule
    reads: tuple[str, ...]

    def is_about(self, candidate: Facts) -> bool:
        """Tell whether the rule applies to the candidate's program."""
        return not self.rule.programs or candidate.get("program.id") in self.rule.programs


@dataclass(frozen=True, slots=True)
class Evaluation:
    """
    The result of all rules for each candidate, in the panel's order.

    ``verdicts`` has one character for each rule: `MATCHED`, `NOT_MATCHED` or `NOT_ABOUT`.
    ``passing`` has the indexes of candidates that pass every require and exclude rule, ``matched``
    the rules that matched for each candidate.
    """

    verdicts: tuple[str, ...]
    scores: tuple[int, ...]
    passing: tuple[int, ...]
    matched: tuple[tuple[Rule, ...], ...]


class Panel:
    """
    Candidates and the rules about them.

    Verdicts of a rule are cached by the values of the facts that it reads, evaluations by the
    verdicts of all rules: most requests need only a few look-ups. Both caches are bounded.
    """

    def __init__(self, rules: Sequence[CompiledRule], candidates: Sequence[Facts]) -> None:
        self.rules = tuple(rules)
        self.candidates = tuple(candidates)
        self._columns = [_verdicts_of(rule, self.candidates) for rule in self.rules]
        self._evaluate = lru_cache(_CACHE_SIZE)(self._evaluate_columns)

    def evaluate(self, facts: Facts) -> Evaluation:
        """Return the evaluation of all candidates for a request with *facts*."""
        return self._evaluate(tuple([column(facts) for column in self._columns]))

    def failed(self, evaluation: Evaluation, index: int) -> list[Rule]:
        """Return the rules that rule out the candidate at *index*."""
        verdicts = evaluation.verdicts[index]
        return [
            compiled.rule
            for compiled, verdict in zip(self.rules, verdicts, strict=True)
            if _rules_out(compiled.rule, verdict)
        ]

    def _evaluate_columns(self, columns: tuple[str, ...]) -> Evaluation:
        indexes = range(len(self.candidates))
        verdicts = tuple("".join(column[index] for column in columns) for index in indexes)
        rules = [compiled.rule for compiled in self.rules]
        matched = tuple(
            tuple(r for r, v in zip(rules, verdict, strict=True) if v == MATCHED)
            for verdict in verdicts
        )
        scores = tuple(sum(rule.weight for rule in found) for found in matched)
        passing = tuple(
            index
            for index, verdict in enumerate(verdicts)
            if not any(_rules_out(r, v) for r, v in zip(rules, verdict, strict=True))
        )
        return Evaluation(verdicts, scores, passing, matched)


def compile_rules(rules: Sequence[Rule], about: str) -> list[CompiledRule]:
    """Return the rules about *about*, compiled, in their order."""
    return [CompiledRule(rule, names_read(rule.when)) for rule in rules if rule.about == about]


def fill(template: str, *facts: Facts) -> str:
    """Return *template* with each ``{fact.name}`` replaced; missing facts read "unknown"."""
    if "{" not in template:
        return template
    return _FIELD.sub(lambda field: _words(field[1], facts), template)


def _words(name: str, facts: Sequence[Mapping[str, Any]]) -> str:
    for known in facts:
        value = known.get(name)
        if value is not None:
            return ", ".join(value) if isinstance(value, tuple) else str(value)
    return "unknown"


def _rules_out(rule: Rule, verdict: str) -> bool:
    failing = {"require": NOT_MATCHED, "exclude": MATCHED}.get(rule.effect)
    return verdict == failing


def _verdicts_of(compiled: CompiledRule, candidates: Sequence[Facts]) -> Callable[[Facts], str]:
    """Return a function from a request's facts to the rule's verdicts on all candidates."""
    tests = [
        compile_all(compiled.rule.when, candidate) if compiled.is_about(candidate) else None
        for candidate in candidates
    ]
    names = compiled.reads

    @lru_cache(_CACHE_SIZE)
    def verdicts(*values: Any) -> str:
        request = dict(zip(names, values, strict=True))
        return "".join(
            [
                NOT_ABOUT if test is None else MATCHED if test(request) else NOT_MATCHED
                for test in tests
            ]
        )

    if len(names) == 1:
        only = names[0]
        return lambda facts: verdicts(facts[only])
    return lambda facts: verdicts(*[facts[name] for name in names])
