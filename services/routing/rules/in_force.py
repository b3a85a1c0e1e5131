"""Programs and providers of a catalog, with the rule set that is in force."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from services.routing.rules.facts import Facts, decode_facts, program_facts, provider_facts
from services.routing.rules.rulebook import Panel, compile_rules
from shared.catalog.catalog import Catalog, ruleset_hash
from shared.contracts.reference import Program, Provider, RuleSet


class DecisionBasis:
    """
    What a decision is based on: a rule set, and the facts of the candidates.

    ``body`` is the JSON of the candidates' facts. It is stored under its hash, ``panel_hash``,
    which decision records name, so that a decision can be re-run after a candidate has changed.
    """

    def __init__(self, ruleset: RuleSet, digest: str, candidates: Sequence[Facts]) -> None:
        self.ruleset = ruleset
        self.ruleset_hash = digest
        self.candidates = tuple(candidates)
        self.tie_break = tuple(ruleset.tie_break)
        self.names = [candidate.get("provider.id", "") for candidate in self.candidates]
        self.body = json.dumps(self.candidates, separators=(",", ":"), ensure_ascii=False)
        self.panel_hash = sha256(self.body.encode()).hexdigest()

    @cached_property
    def providers(self) -> Panel:
        """The rules about providers, for candidates that are providers of one program."""
        return Panel(compile_rules(self.ruleset.rules, "provider"), self.candidates)

    @cached_property
    def eligibility(self) -> Panel:
        """The rules that say whether a program serves an agency; the candidates are programs."""
        return Panel(compile_rules(self.ruleset.rules, "eligibility"), self.candidates)

    @cached_property
    def lanes(self) -> Panel:
        """The rules that choose the lane; the candidates are programs."""
        return Panel(compile_rules(self.ruleset.rules, "lane"), self.candidates)

    @cached_property
    def proposals(self) -> Panel:
        """The rules that propose a program; they read no facts of candidates."""
        return Panel(compile_rules(self.ruleset.rules, "program"), ({},))


def basis_of(ruleset: RuleSet, digest: str, body: str) -> DecisionBasis:
    """Return the basis with the candidates in *body*, which is a `DecisionBasis.body`."""
    return DecisionBasis(
        ruleset, digest, [decode_facts(candidate) for candidate in json.loads(body)]
    )


class Rules:
    """A catalog and the rule set in force; each decision basis is built when first used."""

    def __init__(self, catalog: Catalog, ruleset: RuleSet | None) -> None:
        self.catalog = catalog
        self.ruleset = ruleset
        self.ruleset_hash = "" if ruleset is None else ruleset_hash(ruleset)
        self._providers: dict[tuple[str, ...], DecisionBasis] = {}

    @cached_property
    def timing(self) -> RuleSet | None:
        """The rule set in force, with the working days of the calendar that it names."""
        return None if self.ruleset is None else self.catalog.with_calendar(self.ruleset)

    @cached_property
    def programs(self) -> DecisionBasis:
        """The basis for decisions about programs: all of them, sorted by id."""
        programs = self.catalog.programs
        return self._basis([program_facts(programs[name]) for name in sorted(programs)])

    def providers(self, program: str, *, at: datetime) -> DecisionBasis:
        """Return the basis with the providers that serve *program* at *at*, sorted by id."""
        serving = tuple(
            name
            for name, provider in sorted(self.catalog.providers.items())
            if program in provider.programs and in_effect(provider, at)
        )
        key = (program, *serving)
        if key not in self._providers:
            defined = self.catalog.programs[program]
            known = self.catalog.providers
            self._providers[key] = self._basis(
                [provider_facts(known[name], defined) for name in serving]
            )
        return self._providers[key]

    def _basis(self, candidates: Sequence[Facts]) -> DecisionBasis:
        assert self.ruleset is not None
        return DecisionBasis(self.ruleset, self.ruleset_hash, candidates)


class RulesCache:
    """Keeps the rules of the last catalog and rule set."""

    def __init__(self) -> None:
        self._rules = Rules(Catalog(), None)

    def in_force(self, catalog: Catalog, *, at: datetime) -> Rules:
        """Return *catalog* with its rule set in force at *at*."""
        ruleset = catalog.ruleset_at(at)
        if self._rules.catalog is not catalog or self._rules.ruleset is not ruleset:
            self._rules = Rules(catalog, ruleset)
        return self._rules


def in_effect(entry: Provider | Program, at: datetime) -> bool:
    """Tell whether *entry* is in effect at *at*."""
    since, until = entry.effective_from, entry.effective_until
    return (since is None or since <= at) and (until is None or at < until)


def is_open(candidate: Facts, *, at: datetime) -> bool:
    """Tell whether the program of *candidate* (its facts) takes requests at *at*."""
    if candidate["program.status"] == "open":
        return True
    opens_at = candidate["program.opens_at"]
    announced = candidate["program.status"] == "announced" and opens_at is not None
    return announced and datetime.fromisoformat(opens_at) <= at
