"""Programs and providers with the rules about them, as of one catalog and one rule set."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from services.routing.rules.facts import Facts, decode_facts, program_facts, provider_facts
from services.routing.rules.rulebook import Panel, compile_rules
from shared.catalog.catalog import Catalog, ruleset_hash
from shared.contracts.reference import Program, Provider, RuleSet


class Book:
    """
    A rule set and the facts of the candidates that it is asked about.

    ``body`` is both read back by `book_of` and hashed: a decision record names the hash, so
    that it can be decided again after a program or a provider has changed.
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
        """The candidates as providers of one program."""
        return Panel(compile_rules(self.ruleset.rules, "provider"), self.candidates)

    @cached_property
    def eligibility(self) -> Panel:
        """The candidates as programs that an agency may or may not be helped by."""
        return Panel(compile_rules(self.ruleset.rules, "eligibility"), self.candidates)

    @cached_property
    def lanes(self) -> Panel:
        """The candidates as programs, asked for the lane."""
        return Panel(compile_rules(self.ruleset.rules, "lane"), self.candidates)

    @cached_property
    def proposals(self) -> Panel:
        """The rules that propose a program, whatever the candidates."""
        return Panel(compile_rules(self.ruleset.rules, "program"), ({},))


def book_of(ruleset: RuleSet, digest: str, body: str) -> Book:
    """Return the book whose candidates `Book.body` wrote."""
    return Book(ruleset, digest, [decode_facts(candidate) for candidate in json.loads(body)])


class Library:
    """The books of one catalog and one rule set, each made when it is first asked for."""

    def __init__(self, catalog: Catalog, ruleset: RuleSet | None) -> None:
        self.catalog = catalog
        self.ruleset = ruleset
        self.ruleset_hash = "" if ruleset is None else ruleset_hash(ruleset)
        self._providers: dict[tuple[str, ...], Book] = {}

    @cached_property
    def programs(self) -> Book:
        """The book of all programs, sorted by id."""
        programs = self.catalog.programs
        return self._book([program_facts(programs[name]) for name in sorted(programs)])

    def providers(self, program: str, *, at: datetime) -> Book:
        """Return the book of the providers that serve *program* at *at*, sorted by id."""
        serving = tuple(
            name
            for name, provider in sorted(self.catalog.providers.items())
            if program in provider.programs and in_effect(provider, at)
        )
        key = (program, *serving)
        if key not in self._providers:
            defined = self.catalog.programs[program]
            known = self.catalog.providers
            self._providers[key] = self._book(
                [provider_facts(known[name], defined) for name in serving]
            )
        return self._providers[key]

    def _book(self, candidates: Sequence[Facts]) -> Book:
        assert self.ruleset is not None
        return Book(self.ruleset, self.ruleset_hash, candidates)


class Shelf:
    """Keeps the library of the catalog last asked for."""

    def __init__(self) -> None:
        self._library = Library(Catalog(), None)

    def library(self, catalog: Catalog, *, at: datetime) -> Library:
        """Return the library of *catalog* with the rule set in force at *at*."""
        ruleset = catalog.ruleset_at(at)
        if self._library.catalog is not catalog or self._library.ruleset is not ruleset:
            self._library = Library(catalog, ruleset)
        return self._library


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
