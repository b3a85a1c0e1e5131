"""The people whom a batch forgets, and what may not be stored of them again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from services.notifications.mail.obligations import ContactKey
from services.notifications.subscriptions.subscriber import Subscriber, audience_of
from shared.contracts.intake import CodeAsked, ContactSet, PersonForgotten, PreferenceSet

AboutContact = ContactSet | PreferenceSet | CodeAsked


class Known(NamedTuple):
    """
    What was stored of a contact before the batch.

    Everything up to the number ``up_to`` is forgotten; ``number`` is the number of the stored
    contact, None if none is stored.
    """

    up_to: int = 0
    never_write_again: bool = False
    number: int | None = None


@dataclass(slots=True)
class Forgetting:
    """
    The contacts and subscriptions that a batch forgets.

    ``known`` has the contacts that the batch sets or forgets. ``unwished`` maps persons who want
    no mail ever again to their addresses: contacts that were forgotten before they were stored,
    and holders of subscriptions. ``wished`` are holders of subscriptions who may get mail again.
    """

    known: Mapping[ContactKey, Known] = field(default_factory=dict)
    contacts: dict[ContactKey, PersonForgotten] = field(default_factory=dict)
    unwished: dict[str, str] = field(default_factory=dict)
    wished: list[str] = field(default_factory=list)

    def forget(self, event: PersonForgotten) -> None:
        """Note that the contact is forgotten, up to the number that *event* names."""
        self.contacts[key_of(event)] = event

    def end(self, event: PersonForgotten, found: Subscriber | None) -> None:
        """Note whether the holder of a subscription, if it was *found*, wishes mail."""
        person = audience_of(event.data.subscription_id or "")
        if not event.data.never_write_again:
            self.wished.append(person)
        elif found is not None:
            self.unwished[person] = found.address

    def covers(self, event: AboutContact) -> bool:
        """Return whether the contact of *event* was forgotten afterwards."""
        return event.number <= self._up_to(_key(event))

    def keep_out(self, event: AboutContact) -> None:
        """Note the address of a contact forgotten after *event* if that person wants no mail."""
        key = _key(event)
        newer, known = self.contacts.get(key), self.known.get(key, Known())
        is_unwished = known.never_write_again if newer is None else newer.data.never_write_again
        if isinstance(event, ContactSet) and is_unwished and event.data.email is not None:
            self.unwished[event.subject] = event.data.email

    def is_stored(self, key: ContactKey) -> bool:
        """Return whether what was stored of the contact before the batch stays."""
        known = self.known.get(key, Known())
        return known.number is not None and known.number > self._up_to(key)

    def _up_to(self, key: ContactKey) -> int:
        now = self.contacts.get(key)
        before = self.known.get(key, Known()).up_to
        return before if now is None else max(before, now.data.up_to)


def key_of(event: PersonForgotten) -> ContactKey:
    """Return the contact that is forgotten."""
    return event.data.participant, event.data.contact_id or ""


def _key(event: AboutContact) -> ContactKey:
    return event.data.participant, event.data.contact_id
