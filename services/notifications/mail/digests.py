"""Makes the digests that are due, each in the transaction that ends the mails it replaces."""

from datetime import datetime
from typing import Any

from asyncpg import Pool

from services.notifications.mail import life, mails
from services.notifications.mail.digest import digest_of
from services.notifications.mail.events import announce
from services.notifications.mail.mails import HeldMail
from services.notifications.mail.quiet import Hold
from shared.business_clock import BusinessClock
from shared.mail.templates import TEMPLATES


async def make_digest(pool: "Pool[Any]", clock: BusinessClock) -> bool:
    """
    Make a digest that is due, of everything that waits for it; return False if there is none.

    It is a mail like others, sent by the next steps. If the digest of that moment exists already,
    the mails that came too late for it are put back and wait for the next one.
    """
    async with pool.acquire() as connection, connection.transaction():
        await mails.lock_digests(connection)
        waiting = await mails.read_waiting(connection, templates=TEMPLATES)
        if not waiting:
            return False
        now: datetime = await mails.read_now(connection)
        made = digest_of(waiting)
        if made.mail is not None and not await mails.prepare_mails(connection, [made.mail]):
            held = [HeldMail(each.mail.mail_id, now, Hold(now)) for each in waiting]
            await mails.hold_mails(connection, held)
            return True
        at = clock.at(now)
        steps = [(each, life.cancelled(each, why, at=at)) for each, why in made.not_told]
        told_in: dict[str, str | None] = {each.mail_id: None for each, _ in made.not_told}
        if made.mail is not None:
            digest = made.mail.mail_id
            steps += [(each, life.told_together(each, digest, at=at)) for each in made.told]
            told_in |= {each.mail_id: digest for each in made.told}
        await mails.cancel_mails(connection, told_in)
        await announce(connection, steps)
    return True
