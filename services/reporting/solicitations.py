"""Public announcements about solicitations, and which of them the page lists. Pure."""

from collections.abc import Iterable
from datetime import datetime

from services.reporting.programs import SOURCE
from shared.catalog.solicitations import is_open, sentence
from shared.contracts import envelope
from shared.contracts.reference import Solicitation, SolicitationAnnounced
from shared.contracts.reporting import SolicitationFacts, SolicitationPublished

TYPE = "gov.cri.reporting.solicitation_published.v1"


def subject_of(solicitation: str) -> str:
    """Return the subject of announcements about a solicitation; no program has the same."""
    return f"solicitation:{solicitation}"


def solicitation_published(
    event: SolicitationAnnounced, *, at: datetime, number: int
) -> SolicitationPublished:
    """
    Return the public announcement of the solicitation in *event*.

    It is public, so it does not refer to the inbound record that caused it.
    """
    entry = event.data
    about = envelope.attributes(
        kind=TYPE,
        source=SOURCE,
        subject=subject_of(entry.id),
        at=at,
        cause=event.id,
        correlation=event.correlationid,
        number=number,
        classification="public",
    )
    stated = entry.model_dump(exclude={"id"})
    facts = SolicitationFacts(solicitation=entry.id, sentence=sentence(entry), **stated)
    return SolicitationPublished(**about, data=facts)


def open_at(solicitations: Iterable[Solicitation], at: datetime) -> list[Solicitation]:
    """Return those that are open or still to open *at* that moment, the first to close first."""
    found = [one for one in solicitations if is_open(one, at)]
    return sorted(found, key=lambda one: (one.closes_at, one.id))
