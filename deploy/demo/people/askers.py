"""Real agencies without a system that ask on the public pages, and what their people write."""

import csv
import gzip
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from deploy.participants.agencies import REFERENCE, asking_agencies, reference

Values = Mapping[str, str | Sequence[str]]
MOST = 18
"""How many ask: at most 20 requests a day may begin from one client address."""
_SMALL = range(5, 50)
_AHEAD, _LONG = timedelta(days=30), timedelta(days=180)
_ISSUES = (
    "Two officers answer all calls at night, and none of us was trained for a crisis.",
    "Our policy is older than the department's youngest officer.",
    "People do not know how to complain, and tell us so at every meeting.",
)
_IDENTIFIER = "It began with a man whose number is 123-45-6789."


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is written first on a page, and the fields that the page must ask to correct."""

    written: Values
    wrong: Collection[str]


@dataclass(frozen=True, slots=True)
class Asker:
    """
    An agency that asks; the person who writes for it is fictitious.

    ``ori`` is None if it is in no list. ``pages`` is what is finally written, page by page.
    """

    name: str
    state: str
    ori: str | None
    email: str
    pages: Mapping[str, Values]
    mistakes: Mapping[str, Mistake] = field(default_factory=dict)
    hurry: Collection[str] = ()
    """The fields that the last page must ask for, if the person first sends it incomplete."""


def askers(*, today: date) -> list[Asker]:
    """Return who asks, in the order in which they come."""
    begin = today + _AHEAD
    wished = {"from": begin.isoformat(), "until": (begin + _LONG).isoformat()}
    topics = [each["id"] for each in reference("topics") if "general" in each["families"]]
    mistakes = _mistakes(wished)
    found = []
    for place, (ori, name, state) in enumerate([*_small_agencies()][: MOST - 1]):
        email = f"chief@{ori.lower()}.example"
        pages = _pages(name, email, topic=topics[place], issue=_ISSUES[place % 3], wished=wished)
        mistaken = mistakes.get(place, {})
        hurry = ("topics", "issue", "level", "role", "name", "email") if place == 2 else ()
        found.append(Asker(name, f"US-{state}", ori, email, pages, mistaken, hurry))
    name, email = "Pine Hollow Police Department", "chief@pine-hollow.example"
    pages = _pages(name, email, topic=topics[0], issue=_ISSUES[0], wished=wished)
    return [*found, Asker(name, "US-VT", None, email, pages)]


def _pages(
    name: str, email: str, *, topic: str, issue: str, wished: Mapping[str, str]
) -> Mapping[str, Values]:
    return {
        "help": {"topics": [topic], "goals": ["trust"]},
        "need": {"issue": issue, "how_noticed": ""},
        "when": {"level": "standard", **wished},
        "people": {"role": "chief", "name": f"Front office of {name}", "email": email},
    }


def _mistakes(wished: Mapping[str, str]) -> Mapping[int, Mapping[str, Mistake]]:
    """Return what goes wrong at first, by the place of the one who asks."""
    backward = {"from": wished["until"], "until": wished["from"]}
    return {
        5: {"need": Mistake({"how_noticed": _IDENTIFIER}, {"issue", "how_noticed"})},
        8: {"when": Mistake({"level": "urgent", **backward}, {"urgent_because", "until"})},
        11: {"people": Mistake({"email": "ask the front office"}, {"role", "name", "email"})},
    }


def _small_agencies() -> Iterator[tuple[str, str, str]]:
    """Yield ORI, name and state of a small city's agency in each state without a system."""
    taken = {each.state for each in asking_agencies()}
    with gzip.open(REFERENCE / "agencies.csv.gz", "rt", encoding="ascii") as file:
        for row in csv.DictReader(file):
            is_small = row["sworn"] and int(row["sworn"]) in _SMALL
            if row["agency_class"] == "city" and is_small and row["state"] not in taken:
                taken.add(row["state"])
                yield row["ori"], row["name"], row["state"]
