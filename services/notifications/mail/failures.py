"""What follows if a mail has failed for good: another contact, or word that nobody was reached."""

from datetime import datetime
from typing import Any

from services.notifications.mail import life, mails
from services.notifications.mail.life import Mail
from services.notifications.mail.mails import ClaimedMail
from services.notifications.mail.obligations import choose_another
from shared.business_clock import BusinessClock
from shared.contracts.notifications import MAIL_TOPIC
from shared.delivery import sequences
from shared.delivery.relay import outbox

FAILED = frozenset({"refused", "gave_up"})
"""The states of a mail that has failed for good."""


async def note_dead_address(
    connection: Any, mail: Mail, address: str, status: str | None, *, at: datetime
) -> None:
    """Note and announce that the contact's address does not exist."""
    if await mails.note_dead_address(connection, mail, address):
        number = await _next_number(connection, mail.contact)
        event = life.address_died(mail, status, number=number, at=at)
        await outbox.append(connection, [outbox.outgoing(MAIL_TOPIC, event, key=mail.contact)])


async def write_to_another(
    connection: Any, each: ClaimedMail, clock: BusinessClock, *, at: datetime
) -> None:
    """Prepare the mail to another contact; if there is none, say that nobody was reached."""
    mail = each.mail
    addressed = await mails.read_addressed(connection, mail)
    named = [(mail.audience, contact_id) for contact_id in addressed.named]
    living = await mails.read_mail_contacts(connection, [mail.audience], named)
    unwritten = {contact for _, contact in living} - set(addressed.written_to)
    other = choose_another(mail.contact_id, addressed.named, unwritten)
    if other is not None:
        await mails.prepare_alternate(connection, mail, life.alternate_id(mail, other), other)
    elif each.must_arrive and addressed.has_failed and addressed.requester is not None:
        event = life.undelivered(
            mail,
            each.about,
            addressed.requester,
            since=clock.at(addressed.since),
            number=await _next_number(connection, each.about),
            at=at,
        )
        outgoing = outbox.outgoing(MAIL_TOPIC, event, key=mail.key.decode())
        await outbox.append(connection, [outgoing])


async def _next_number(connection: Any, subject: str) -> int:
    numbers = await sequences.lock(connection, [(MAIL_TOPIC, subject)])
    number = numbers.next(MAIL_TOPIC, subject)
    await sequences.save(connection, numbers)
    return number
