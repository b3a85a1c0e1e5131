"""Messages about a person who is forgotten: to the office, the participant, and providers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from services.notifications.audiences.audience import View
from services.notifications.audiences.contacts import working
from shared.contracts.event import sender_of
from shared.contracts.intake import PersonForgotten
from shared.contracts.kept_copies import KEPT_DAYS
from shared.contracts.outbound import ContactCard, ContactChanged, Forgotten, KeptCopy

_ERASED = "What was held is erased. Please erase what you hold, too."
_NOTHING_HELD = "Nothing was held any more. Please erase what you hold, too."
_FOR_PROVIDER = "A contact of your work is forgotten. Please erase what you hold of this person."


def owner(event: PersonForgotten, _: View) -> Sequence[str]:
    """Return the participant that set the contact, unless it is the sender, who is answered."""
    data = event.data
    is_told = data.contact_id is None or data.participant == sender_of(event)
    return () if is_told else (data.participant,)


def forgotten(event: PersonForgotten, view: View) -> Forgotten:
    """Return who is forgotten, and which copies end later."""
    data = event.data
    return Forgotten(
        participant=data.participant,
        contact_id=data.contact_id,
        subscription_id=data.subscription_id,
        because=data.because,
        copies=list(view.copies),
        sentence=_ERASED if view.is_held else _NOTHING_HELD,
    )


def erased(event: PersonForgotten, view: View) -> Mapping[str, ContactChanged]:
    """Return, for each provider that works with the contact, the contact without its data."""
    card = ContactCard(contact_id=event.data.contact_id or "")
    return {
        provider: ContactChanged(
            contact=card,
            engagements=sorted(e.engagement_id for e in view.working if e.provider == provider),
            sentence=_FOR_PROVIDER,
        )
        for provider in working(event, view)
    }


def copies(at: datetime, *, backups_days: int) -> list[KeptCopy]:
    """Return the copies that outlast the erasure *at* that real time, and their last days."""
    days = {**KEPT_DAYS, "backups": backups_days}
    last = {what: (at + timedelta(days=kept)).date() for what, kept in days.items()}
    return [
        *(KeptCopy(what=what, until=day) for what, day in last.items()),
        KeptCopy(what="unsettled_dead_letters"),
        KeptCopy(what="unsent_messages"),
    ]
