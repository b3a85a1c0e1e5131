"""
Proves by a mailed code that an address belongs to somebody, or who acts.

Notifications mails the code, derived from the same key: here are only its counter and how often it
was tried. No answer tells anything about an address: whether it is known, whether mail
reaches it, or whether it has had its codes for this hour.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest, digest
from typing import Any, NamedTuple
from uuid import uuid4

from services.webdesk.acts import WEB_DESK
from services.webdesk.saying import say
from shared.business_clock import BusinessClock
from shared.contracts.inbound import CodePurpose, CodeToSend, Contact
from shared.one_time_codes import code_of
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
VALID_FOR = timedelta(minutes=15)
MOST_TRIES = 5
OF_ADDRESS, OF_CONTACT, OF_NETWORK, OF_ALL = 3, 6, 30, 1000
"""How many codes are mailed an hour: to one address, to one contact, for one network, in all."""
FIRST, OF_ALL_FIRST = 3, 10_000
"""
Above `OF_ALL`, networks that have asked for fewer may still ask, and so may people who have opened
a mailed link, up to this number in all: a few networks cannot use up what all share.
"""
_BY_LINK = " by link"
"""What sets the codes asked for by a mailed link apart: they have limits of their own."""
WITH_LINK = "with the link"
"""Instead of a browser: any that has opened the link which is in the code's mail, too."""
_COUNTERS = 1_000_000
_SPACES = str.maketrans("", "", " -\u00a0\t\n")


class Matter(NamedTuple):
    """
    What a code is for: a contact of *participant* gets it, and it is valid for *about* alone.

    *actor* is who acts, as a pseudonym, if it is not the contact's id. *browsers* are set where
    others may ask for a code, or try it: it is then good in these alone, each has its own tries,
    and those elsewhere do not count. *from_link*: a link mailed to the contact was opened.
    """

    contact_id: str
    about: str
    purpose: CodePurpose
    participant: str = WEB_DESK
    actor: str | None = None
    browsers: tuple[str, ...] = ()
    from_link: bool = False

    @property
    def kept_about(self) -> Sequence[str]:
        """What the code is kept under, beside its contact, in the order in which it is tried."""
        return [f"{self.about}\n{each}" for each in self.browsers] or [self.about]

    @property
    def contact(self) -> str:
        """The contact's key."""
        return f"contact:{self.participant}:{self.contact_id}"


@dataclass(frozen=True, slots=True)
class Codes:
    """Asks for codes and checks them, with the ``key`` that notifications has, too."""

    key: bytes = field(repr=False)
    clock: BusinessClock

    def hash_of(self, address: str) -> bytes:
        """Return what is stored of *address*: the same in any notation, no use without the key."""
        return digest(self.key, f"address\n{address.lower()}".encode(), "sha256")

    async def ask(
        self,
        connection: Any,
        matter: Matter | None,
        *,
        network: bytes,
        contact: Contact | None = None,
    ) -> bool:
        """
        Have a code mailed, in the caller's transaction; the caller wakes the relay after it.

        *contact* is set before, with the address that is to be proved; without one, the code goes
        to the address on file. Without a *matter*, as for an address that is not on file, nothing
        is sent, and that is all. *network* is the hash of where the browser is. Return False above
        the limits of its network and of all, whatever the address; above those of the address
        nothing is sent, and nothing tells.
        """
        given = None if contact is None else contact.email
        key = str(uuid4()) if matter is None else matter.contact
        address = counted = self.hash_of(given or key)
        from_link = matter is not None and matter.from_link
        if from_link:
            key, counted = key + _BY_LINK, self.hash_of(key + _BY_LINK)
        await connection.execute(_SQL["lock_codes"])
        found = await connection.fetchrow(_SQL["count_codes"], key, counted, network)
        is_first = from_link or found["of_network"] < FIRST
        if found["of_network"] >= OF_NETWORK:
            return False
        if found["of_all"] >= (OF_ALL_FIRST if is_first else OF_ALL):
            return False
        if found["of_address"] >= OF_ADDRESS or found["of_contact"] >= OF_CONTACT:
            # It counts for its network like one for an address that is not on file; or asking
            # again and again would tell them apart. For the address it does not count.
            matter, key = None, str(uuid4())
            counted = self.hash_of(key)
        await connection.execute(_SQL["note_asked"], key, counted, network)
        if matter is None:
            return True
        if contact is not None:
            await end_codes(connection, matter)
        # At random, so that none repeats after the row is gone or the database is restored.
        counter = secrets.randbelow(_COUNTERS) + 1
        for kept in matter.kept_about:
            asked_at = await connection.fetchval(
                _SQL["begin_code"], matter.contact, kept, address, counter, VALID_FOR
            )
        code = CodeToSend(
            contact_id=matter.contact_id,
            purpose=matter.purpose,
            about=matter.about,
            counter=counter,
            from_link=matter.from_link,
        )
        messages = (code,) if contact is None else (contact, code)
        await say(
            connection,
            messages,
            subject=matter.contact_id,
            at=self.clock.at(asked_at),
            actor=matter.actor,
            on_behalf_of=None if matter.participant == WEB_DESK else matter.participant,
        )
        return True

    async def prove(self, connection: Any, matter: Matter, given: str) -> bytes | None:
        """
        Return the hash of the address whose reader entered the code; None if it is wrong.

        A code works once. The caller must commit, so that a failed try is counted.
        """
        for kept in matter.kept_about:
            row = await connection.fetchrow(_SQL["try_code"], matter.contact, kept, MOST_TRIES)
            if row is None:
                continue
            expected = code_of(
                self.key, contact=matter.contact, about=matter.about, counter=row["counter"]
            )
            if compare_digest(given.translate(_SPACES).encode(), expected.encode()):
                await end_codes(connection, matter)
                found: bytes = row["address_hash"]
                return found
        return None


def of_draft(reference: str) -> Matter:
    """Return the matter of a draft's address: its contact has the draft's reference as id."""
    return Matter(reference, reference, "confirm_address")


async def end_codes(connection: Any, matter: Matter) -> None:
    """
    Invalidate every code that was asked for the contact of *matter*.

    Do this whenever the contact is set: a code that is still to be mailed goes to the
    address that the contact has by then.
    """
    await connection.execute(_SQL["end_codes"], matter.contact)
