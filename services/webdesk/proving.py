"""
Proves by a mailed code that a person reads mail to an address.

Notifications derives the code from a shared key and mails it; this database holds only the code's
counter and the number of tries. No answer reveals anything about an address: whether it is known,
whether mail reaches it, or whether it has had its codes for this hour.
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
"""The most codes in an hour: to one address, to one contact, for one network, in all."""
FIRST, OF_ALL_FIRST = 3, 10_000
"""
Above `OF_ALL`, only networks that have asked for fewer than `FIRST`, and people who have opened a
mailed link, may ask, up to `OF_ALL_FIRST` in all. So a few networks cannot use up what all share.
"""
_BY_LINK = " by link"
"""Marks codes asked for with a mailed link when they are counted: they have their own limits."""
WITH_LINK = "with the link"
"""Stands for any browser that has opened the link in the mail with the code."""
_COUNTERS = 1_000_000
_SPACES = str.maketrans("", "", " -\u00a0\t\n")


class Matter(NamedTuple):
    """
    What a code is for: a contact of *participant* gets it, and it is valid for *about* alone.

    *actor* is the pseudonym of the person who acts, if it is not the contact's id. *browsers* are
    set where strangers may ask for a code or try one: the code then works only in these browsers,
    and each has its own number of tries. *from_link*: a link mailed to the contact was opened.
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
        """The keys of the code, beside its contact, in the order in which they are tried."""
        return [f"{self.about}\n{each}" for each in self.browsers] or [self.about]

    @property
    def contact(self) -> str:
        """The contact's key."""
        return f"contact:{self.participant}:{self.contact_id}"


@dataclass(frozen=True, slots=True)
class Codes:
    """Asks for codes and checks them, with the ``key`` shared with notifications."""

    key: bytes = field(repr=False)
    clock: BusinessClock

    def hash_of(self, address: str) -> bytes:
        """Return what is stored of *address*: case does not matter; useless without the key."""
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

        A *contact* is set first, with the address to be proved; without one, the code goes to the
        address on file. Without a *matter*, as for an address that is not on file, the request is
        only counted. *network* is the hash of the browser's network. Return False above the limit
        of the network or of all, whatever the address. Above the limits of the address or the
        contact, return True and send nothing: the caller cannot tell.
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
            # Count it for the network, as if the address were not on file: otherwise, asking
            # again and again would tell the two apart. It does not count for the address.
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

    Do this whenever the contact is set: a code that is not mailed yet would go to the new address.
    """
    await connection.execute(_SQL["end_codes"], matter.contact)


async def begin_anew(connection: Any, matter: Matter) -> None:
    """
    Let the person who has just become the contact of *matter* have codes of their own.

    The codes that the person before asked for by the link no longer count for the contact, or the
    mail with the new link might not be sent. They still count for their network and among all.
    """
    await connection.execute(_SQL["begin_anew"], matter.contact + _BY_LINK)
