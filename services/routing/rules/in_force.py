"""Programs and providers of a catalog, with the rule set that is in force."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from services.routing.rules.facts import Facts, decode_facts, program_facts, provider_facts
from services.routing.rules.rulebook import Panel, compile_rules
from shared.catalog.catalog import Catalog, ruleset_hash
from shared.contracts.reference import Participant, Program, Provider, RuleSet


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
        self._others: dict[str, DecisionBasis] = {}

    @cached_property
    def timing(self) -> RuleSet | None:
        """The rule set in force, with the working days of the calendar that it names."""
        return None if self.ruleset is None else self.catalog.with_calendar(self.ruleset)

    @cached_property
    def programs(self) -> DecisionBasis:
        """The basis for decisions about programs: all of them, sorted by id."""
        programs = self.catalog.programs
        return self._basis([program_facts(programs[name]) for name in sorted(programs)])

    def other_programs(self, program: str) -> DecisionBasis:
        """Return the basis for a proposal in place of *program*: all others, sorted by id."""
        if program not in self._others:
            others = [c for c in self.programs.candidates if c["program.id"] != program]
            self._others[program] = self._basis(others)
        return self._others[program]

    def providers(self, program: str, *, at: datetime) -> DecisionBasis:
        """Return the basis with the providers that serve *program* at *at*, sorted by id."""
        serving = tuple(
            name
            for name, provider in sorted(self.catalog.providers.items())
            if program in provider.programs
            and in_effect(provider, at)
            and absence(self.catalog, name, at=at) is None
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


def in_effect(entry: Provider, at: datetime) -> bool:
    """Tell whether *entry* is in effect at *at*."""
    since, until = entry.effective_from, entry.effective_until
    return (since is None or since <= at) and (until is None or at < until)


def absence(catalog: Catalog, provider: str, *, at: datetime) -> str | None:
    """
    Return why the listed *provider* no longer gets offers at *at*; None if nothing prevents them.

    A listing that has yet to begin is not checked here (see `in_effect`), and a provider need not
    be registered.
    """
    listed, registered = catalog.providers[provider], catalog.participants.get(provider)
    if listed.status == "suspended":
        return "provider_suspended"
    if listed.status == "ended" or _is_over(listed, at):
        return "provider_ended"
    return "provider_not_registered" if registered and _is_over(registered, at) else None


def _is_over(entry: Provider | Participant | Program, at: datetime) -> bool:
    return entry.effective_until is not None and entry.effective_until <= at


def closed(catalog: Catalog, program: str, *, at: datetime) -> str | None:
    """Return why *program* makes no offers at *at*; None if it does."""
    defined = catalog.programs[program]
    if defined.status == "ended" or _is_over(defined, at):
        return "program_ended"
    if defined.status == "suspended":
        return "program_suspended"
    return None if is_open(program_facts(defined), at=at) else "program_not_open"


def opens_at(catalog: Catalog, program: str) -> datetime | None:
    """Return when *program* opens, if it is announced."""
    defined = catalog.programs[program]
    return defined.opens_at if defined.status == "announced" else None


def is_open(candidate: Facts, *, at: datetime) -> bool:
    """Tell whether the program of *candidate* (its facts) takes requests at *at*."""
    if candidate["program.status"] == "open":
        return True
    begins = candidate["program.opens_at"]
    announced = candidate["program.status"] == "announced" and begins is not None
    return announced and datetime.fromisoformat(begins) <= at
