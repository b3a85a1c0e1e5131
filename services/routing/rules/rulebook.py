"""A rule set, compiled: what each rule says of each candidate, and why in plain sentences."""

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
_MEMORY = 2048


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be asked; ``reads`` names the request's facts that its conditions read."""

    rule: Rule
    reads: tuple[str, ...]

    def is_about(self, candidate: Facts) -> bool:
        """Tell whether the rule concerns the candidate's program."""
        return not self.rule.programs or candidate.get("program.id") in self.rule.programs


@dataclass(frozen=True, slots=True)
class Evaluation:
    """
    How the candidates stand under all rules, in the panel's order.

    ``verdicts`` has a character for each rule: matched, not matched, not about this candidate.
    ``passing`` are the indexes of those that pass every require and exclude rule; ``matched`` the
    rules that matched for each.
    """

    verdicts: tuple[str, ...]
    scores: tuple[int, ...]
    passing: tuple[int, ...]
    matched: tuple[tuple[Rule, ...], ...]


class Panel:
    """
    Candidates and the rules about them.

    What a rule says is remembered by the values of the facts that it reads, and how all stand
    by what the rules say: most requests are a few look-ups. Both memories are bounded.
    """

    def __init__(self, rules: Sequence[CompiledRule], candidates: Sequence[Facts]) -> None:
        self.rules = tuple(rules)
        self.candidates = tuple(candidates)
        self._asked = [_asked(rule, self.candidates) for rule in self.rules]
        self._evaluate = lru_cache(_MEMORY)(self._evaluate_columns)

    def evaluate(self, facts: Facts) -> Evaluation:
        """Return how the candidates stand for a request with *facts*."""
        return self._evaluate(tuple([ask(facts) for ask in self._asked]))

    def failed(self, evaluation: Evaluation, index: int) -> list[Rule]:
        """Return the rules that keep the candidate at *index* away."""
        verdicts = evaluation.verdicts[index]
        return [
            compiled.rule
            for compiled, verdict in zip(self.rules, verdicts, strict=True)
            if _keeps_away(compiled.rule, verdict)
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
            if not any(_keeps_away(r, v) for r, v in zip(rules, verdict, strict=True))
        )
        return Evaluation(verdicts, scores, passing, matched)


def compile_rules(rules: Sequence[Rule], about: str) -> list[CompiledRule]:
    """Return the rules about *about*, compiled, in their order."""
    return [CompiledRule(rule, names_read(rule.when)) for rule in rules if rule.about == about]


def fill(template: str, *facts: Facts) -> str:
    """Return *template* with ``{fact.name}`` filled in; what is not stated reads "unknown"."""
    if "{" not in template:
        return template
    return _FIELD.sub(lambda field: _words(field[1], facts), template)


def _words(name: str, facts: Sequence[Mapping[str, Any]]) -> str:
    for known in facts:
        value = known.get(name)
        if value is not None:
            return ", ".join(value) if isinstance(value, tuple) else str(value)
    return "unknown"


def _keeps_away(rule: Rule, verdict: str) -> bool:
    unwanted = {"require": NOT_MATCHED, "exclude": MATCHED}.get(rule.effect)
    return verdict == unwanted


def _asked(compiled: CompiledRule, candidates: Sequence[Facts]) -> Callable[[Facts], str]:
    """Return a function from a request's facts to the rule's verdict on every candidate."""
    tests = [
        compile_all(compiled.rule.when, candidate) if compiled.is_about(candidate) else None
        for candidate in candidates
    ]
    names = compiled.reads

    @lru_cache(_MEMORY)
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
