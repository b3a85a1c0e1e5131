"""Leaves confidential text out of messages to the public desk: its pages ask for it. Pure."""

from shared.contracts.event import Facts
from shared.contracts.outbound import (
    ContactCard,
    ContactChanged,
    EngagementChanged,
    EngagementMessage,
    Note,
)


def without_words(data: Facts) -> Facts:
    """Return *data* of a restricted message without needs, notes, names and addresses."""
    match data:
        case EngagementMessage():
            return data.model_copy(update={"need": None, "contacts": []})
        case EngagementChanged():
            return data.model_copy(update={"need": None})
        case ContactChanged(contact=contact):
            return data.model_copy(update={"contact": ContactCard(contact_id=contact.contact_id)})
        case Note():
            return data.model_copy(update={"note": ""})
        case _:
            return data
