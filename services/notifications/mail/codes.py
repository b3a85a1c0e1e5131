"""Decides whether a code is mailed, and what the mail is filled in with. Pure."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.notifications.mail import life
from services.notifications.mail.obligations import ContactKey, PreparedMail
from services.notifications.mail.timing import STATUS, URGENT
from shared.contracts import refusals
from shared.contracts.event import derived_id
from shared.contracts.intake import CodeAsked
from shared.contracts.refusals import Refusal
from shared.mail.templates import CODE

MOST_CODES = 3
"""The most codes to one address within an hour of real time."""
VALID_FOR = timedelta(minutes=15)
"""How long a code counts after it was asked for, by real time."""


@dataclass(slots=True)
class Codes:
    """
    What the codes of a batch depend on, and those to be mailed.

    ``addresses`` are the working addresses of the batch's contacts, ``sent`` counts the codes to
    each within the last hour (see `counted_as`). ``announced`` maps requests for codes that were
    answered before the database was restored to whether they were refused: those answers stand.
    """

    addresses: dict[ContactKey, str] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    announced: Mapping[str, bool] = field(default_factory=dict)
    asked: list[CodeAsked] = field(default_factory=list)

    def refusal(self, event: CodeAsked) -> Refusal | None:
        """Return why no code is mailed; None if one is."""
        was_refused = self.announced.get(event.id)
        if was_refused is not None:
            return refusals.NO_ADDRESS if was_refused else None
        address = self.addresses.get(key_of(event))
        if address is None:
            return refusals.NO_ADDRESS
        counted = counted_as(address, from_link=event.data.from_link)
        return refusals.TOO_MANY_CODES if self.sent[counted] >= MOST_CODES else None

    def take(self, event: CodeAsked) -> None:
        """Note a code that is to be mailed, or that was mailed before a restore."""
        if self.refusal(event) is None:
            self.asked.append(event)
            self.sent[self.counted(event)] += 1

    def counted(self, event: CodeAsked) -> str:
        """Return the key under which the code is counted."""
        address = self.addresses.get(key_of(event), "")
        return counted_as(address, from_link=event.data.from_link)


def key_of(event: CodeAsked) -> ContactKey:
    """Return the contact that the code goes to."""
    return event.data.participant, event.data.contact_id


def same_address(address: str) -> str:
    """Return *address* as it is counted: upper and lower case make no difference."""
    return address.lower()


def counted_as(address: str, *, from_link: bool) -> str:
    """
    Return the key under which a code to *address* is counted.

    Codes asked for without the link from a mail do not use up those asked for with it.
    """
    return f"{address} by link" if from_link else address


def prepared(event: CodeAsked, notice: str) -> PreparedMail:
    """Return the mail for a code, which is added on sending; *notice* is its notice's id."""
    asked = event.data
    facts = {"about": asked.about, "counter": asked.counter, "purpose": asked.purpose}
    return PreparedMail(
        derived_id(event.id, f"mail:{CODE.id}", asked.participant),
        event.id,
        notice,
        asked.participant,
        asked.contact_id,
        event.correlationid,
        event.subject.encode(),
        event.subject,
        event.number,
        life.CODE,
        CODE.name,
        json.dumps(facts, ensure_ascii=False),
        STATUS,
        URGENT,
    )


def is_too_late(prepared_at: datetime, now: datetime) -> bool:
    """Return whether a code has expired."""
    return now >= prepared_at + VALID_FOR


def of_batch(
    asked: Collection[ContactKey],
    known: Mapping[ContactKey, str],
    set_now: Mapping[ContactKey, str | None],
) -> dict[ContactKey, str]:
    """Return the addresses of the *asked* contacts, as *known* and as the batch sets them."""
    addresses = {key: set_now.get(key, known.get(key)) for key in asked}
    return {key: same_address(each) for key, each in addresses.items() if each is not None}
