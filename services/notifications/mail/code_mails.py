"""The codes of a batch: reads what they depend on, and stores their mails."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail import mails
from services.notifications.mail.codes import Codes, counted_as, key_of, of_batch, prepared
from services.notifications.mail.obligations import ContactKey
from shared.contracts.intake import CodeAsked, ContactSet
from shared.delivery.records import Item
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")


async def read_codes(connection: "Connection[Any]", items: Sequence[Item]) -> Codes:
    """Lock the addresses to which *items* ask for codes; return how many codes each was sent."""
    asked = {key_of(item.message) for item in items if type(item.message) is CodeAsked}
    if not asked:
        return Codes()
    set_now: dict[ContactKey, str | None] = {
        (item.message.data.participant, item.message.data.contact_id): item.message.data.email
        for item in items
        if type(item.message) is ContactSet
    }
    rows = await connection.fetch(_SQL["read_addresses"], *zip(*sorted(asked), strict=True))
    known = {(participant, contact_id): email for participant, contact_id, email in rows}
    addresses = of_batch(asked, known, set_now)
    await connection.fetch(_SQL["lock_code_addresses"], sorted(set(addresses.values())))
    counted_names = {
        counted_as(each, from_link=from_link)
        for each in addresses.values()
        for from_link in (False, True)
    }
    hashes = {_hash(each): each for each in counted_names}
    counted = await connection.fetch(_SQL["count_codes"], list(hashes))
    return Codes(addresses, Counter({hashes[found]: codes for found, codes in counted}))


async def prepare_codes(
    connection: "Connection[Any]", codes: Codes, notices: Sequence[str]
) -> None:
    """Store the mails of *codes*, each with the id of its notice, and count them."""
    made = [prepared(event, notice) for event, notice in zip(codes.asked, notices, strict=True)]
    await mails.prepare_mails(connection, made)
    ids = [mail.mail_id for mail in made]
    hashes = [_hash(codes.counted(event)) for event in codes.asked]
    await connection.execute(_SQL["note_codes"], ids, hashes)


def _hash(address: str) -> bytes:
    return sha256(address.encode()).digest()
