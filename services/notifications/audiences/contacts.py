"""Messages about a contact that changes while providers work with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.notifications.audiences.audience import View
from shared.contracts.intake import ContactSet
from shared.contracts.outbound import ContactCard, ContactChanged

_SENTENCE = "A contact of your work has changed. Please use what it says now."


def working(_: Any, view: View) -> Sequence[str]:
    """Return the providers that work on a request with this contact."""
    return sorted({each.provider for each in view.working})


def changed(event: ContactSet, view: View) -> Mapping[str, ContactChanged] | str:
    """Return, for each provider, the contact as it is now and the engagements that name it."""
    now = card_of(event)
    if now == view.card:
        return "the contact is as it was"
    return {
        provider: ContactChanged(
            contact=now,
            engagements=sorted(e.engagement_id for e in view.working if e.provider == provider),
            sentence=_SENTENCE,
        )
        for provider in working(event, view)
    }


def card_of(event: ContactSet) -> ContactCard:
    """Return the contact as *event* sets it."""
    return ContactCard(**event.data.model_dump(exclude={"participant"}))
