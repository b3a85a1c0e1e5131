"""The lists behind the pages, read from files once: agencies, topics, programs, providers."""

import csv
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from services.webdesk.draft.agencies import Agencies, listed
from shared.contracts.reference import Program, Provider, TopicOfHelp

_FAMILIES = {
    "general": "For every agency",
    "sheriff": "For sheriffs",
    "tribal": "For tribal nations",
}
"""Families of topics, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists behind the pages, with names by id; ``topics`` are grouped by family."""

    agencies: Agencies
    topics: Mapping[str, Mapping[str, str]]
    programs: Mapping[str, str]
    providers: Mapping[str, str] = field(default_factory=dict)


def load(*, agencies: Path, topics: Path, programs: Path, providers: Path | None = None) -> Lists:
    """
    Return the lists in these files, in the form in which the program office keeps them.

    Raises OSError for a file that is missing, ValueError or KeyError for one of another form.
    """
    with gzip.open(agencies, "rt", encoding="utf-8", newline="") as text:
        rows = [agency for row in csv.DictReader(text) if (agency := listed(row)) is not None]
    by_family: dict[str, dict[str, str]] = {words: {} for words in _FAMILIES.values()}
    for topic in sorted(_entries(topics, TopicOfHelp), key=lambda each: each.name):
        family = next(iter(topic.families), "general")
        by_family.setdefault(_FAMILIES.get(family, family), {})[topic.id] = topic.name
    return Lists(
        Agencies(rows),
        {words: found for words, found in by_family.items() if found},
        {each.id: _name(each) for each in _entries(programs, Program)},
        {} if providers is None else {p.id: p.name for p in _entries(providers, Provider)},
    )


def _entries(file: Path, model: Any) -> list[Any]:
    (entries,) = yaml.safe_load(file.read_text(encoding="utf-8")).values()
    return [model.model_validate(each) for each in entries]


def _name(program: Program) -> str:
    return program.name if program.status == "open" else f"{program.name} (not open yet)"
