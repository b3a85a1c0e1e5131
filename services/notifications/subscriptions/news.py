"""What mails tell of solicitations and programs, in plain sentences. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.notifications.subscriptions.subscriber import MONTHLY_UPDATE, REPORTS, SOLICITATIONS
from shared.catalog.catalog import Catalog
from shared.catalog.solicitations import is_open, sentence
from shared.clocks.written import day_in_words, moment_in_words
from shared.contracts.reference import Program, Solicitation

_STATUSES = {
    "announced": "The program is announced. It takes requests, which wait until it opens.",
    "open": "The program is open. It takes requests and offers them to its providers.",
    "suspended": "The program is suspended. It takes requests, but they wait.",
    "ended": "The program has ended. It takes no new requests.",
}
CANCELED = "canceled"


class Line(NamedTuple):
    """What an update tells of a program, one of its solicitations, or a month's figures."""

    program: str
    name: str
    sentence: str
    url: str = ""
    is_new: bool = True

    @property
    def facts(self) -> Mapping[str, str]:
        """What the template shows."""
        return {"name": self.name, "sentence": self.sentence, "url": self.url}


class Update(NamedTuple):
    """What is told for a month."""

    programs: Sequence[Line]
    solicitations: Sequence[Line]
    releases: Sequence[Line] = ()
    reports: Sequence[Line] = ()

    def lines(self, kinds: Collection[str], program: str | None) -> list[Line]:
        """
        Return the lines for a subscriber of *kinds*; none if nothing is new for it.

        Without the monthly update, it gets only what it subscribed to: reports, solicitations or
        both, the latter only of *program* if it names one.
        """
        if MONTHLY_UPDATE in kinds:
            found = [*self.programs, *self.solicitations, *self.releases, *self.reports]
        else:
            found = list(self.reports) if REPORTS in kinds else []
            if SOLICITATIONS in kinds:
                found += [line for line in self.solicitations if program in (None, line.program)]
        return found if any(line.is_new for line in found) else []


def solicitation_facts(before: Catalog, after: Catalog, solicitation: str) -> dict[str, Any]:
    """Return what a mail tells of a *solicitation* that changed between two catalogs."""
    entry, earlier = after.solicitations[solicitation], before.solicitations.get(solicitation)
    what = "new solicitation" if earlier is None else "changed"
    return {
        "what": CANCELED if entry.status == CANCELED else what,
        "title": entry.title,
        "program": after.programs[entry.program].name,
        "for_whom": entry.for_,
        "sentence": sentence(entry),
        "changes": [] if earlier is None else changes(earlier, entry),
        "summary": entry.summary,
        "url": entry.url,
    }


def changes(earlier: Solicitation, entry: Solicitation) -> list[str]:
    """Return what is different in *entry*, one sentence for each change."""
    found = []
    if earlier.closes_at != entry.closes_at:
        was, now = moment_in_words(earlier.closes_at), moment_in_words(entry.closes_at)
        found.append(f"Closing: was {was}, now {now}.")
    if earlier.opens_on != entry.opens_on:
        was, now = day_in_words(earlier.opens_on), day_in_words(entry.opens_on)
        found.append(f"Opening: was {was}, now {now}.")
    if earlier.status != entry.status:
        found.append(f"Status: was {earlier.status}, now {entry.status}.")
    if earlier.title != entry.title:
        found.append(f"Title: was {earlier.title}.")
    if earlier.for_ != entry.for_:
        found.append(f"Who may apply: was {earlier.for_}, now {entry.for_}.")
    if earlier.program != entry.program:
        found.append("It now belongs to another program.")
    if earlier.url != entry.url:
        found.append("There is a new page to apply on.")
    if earlier.summary != entry.summary:
        found.append("There is a new description.")
    return found


def update(before: Catalog, after: Catalog, *, since: datetime | None, until: datetime) -> Update:
    """
    Return the news *since* the last update, when the catalog was *before*.

    It lists the programs whose status has changed, the solicitations that have changed, and those
    that are open. Without an earlier update everything is new.
    """
    programs = [
        Line(program.id, program.name, _STATUSES.get(status, f"The program is {status}."))
        for program in after.programs.values()
        if (status := _status(program, until)) != _earlier_status(before, program.id, since)
    ]
    solicitations = [
        Line(entry.program, entry.title, sentence(entry), entry.url, has_changed)
        for entry in sorted(after.solicitations.values(), key=lambda one: (one.closes_at, one.id))
        if (has_changed := before.solicitations.get(entry.id) != entry) or is_open(entry, until)
    ]
    return Update(programs, solicitations)


def releases(months: Sequence[str], *, public_url: str) -> list[Line]:
    """Return a line for each published month of *months*, with its page."""
    return [
        Line(
            "",
            f"Program figures: {month_in_words(month)}",
            "The figures for this month are published.",
            f"{public_url.rstrip('/')}/releases/{month}",
        )
        for month in months
    ]


def month_in_words(month: str) -> str:
    """Return a month such as ``2026-04`` in words."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _earlier_status(before: Catalog, program: str, since: datetime | None) -> str | None:
    known = before.programs.get(program)
    return None if known is None or since is None else _status(known, since)


def _status(program: Program, at: datetime) -> str:
    """Return the status of *program* at *at*: an announced program opens on its date."""
    if program.status == "announced" and program.opens_at is not None and program.opens_at <= at:
        return "open"
    return program.status
