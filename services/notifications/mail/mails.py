"""The table of mails, one function per statement; each statement is ``sql/<function>.sql``."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, NamedTuple

from asyncpg.pool import PoolConnectionProxy

from services.notifications.mail import life
from services.notifications.mail.digest import Waiting
from services.notifications.mail.life import Mail, Other, Step
from services.notifications.mail.obligations import ContactKey, PreparedMail
from services.notifications.mail.outcome import Outcome, Stage
from services.notifications.mail.quiet import Hold, Preference
from services.notifications.mail.timing import MUST_ARRIVE
from services.notifications.subscriptions.reports import News, as_they_stand
from shared.contracts.intake import PreferenceSet
from shared.postgres.statements import load_statements

Connection = PoolConnectionProxy
_SQL = load_statements("services.notifications")


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail to try now; ``address`` is None if the contact has none any more."""

    mail: Mail
    template: str
    facts: dict[str, Any]
    address: str | None
    kind: str
    others: Sequence[Other]
    """The other mails to the same audience about the same request."""
    matter: str
    timing: str
    at: datetime
    """When it was claimed, in real time."""
    preference: Preference
    about: str
    gets: Sequence[Any]
    """What a subscriber has confirmed: kinds, cadence and program."""
    later: Sequence[News]
    """What was published since its telling was begun, if it may change what it says."""

    @property
    def facts_now(self) -> dict[str, Any] | None:
        """The facts as they stand now; None if nothing is left to tell."""
        return as_they_stand(self.facts, self.later)

    @property
    def must_arrive(self) -> bool:
        """Whether the requester is told if it reaches nobody."""
        return self.timing in MUST_ARRIVE and self.kind != life.DELIVERY_FAILED


class HeldMail(NamedTuple):
    """A mail that waits until ``due_at``, in real time."""

    mail_id: str
    due_at: datetime
    hold: Hold


class Addressed(NamedTuple):
    """
    What became of an obligation so far: to which contacts it was mailed, and since when.

    ``has_failed``: none of these mails is sent any more, and one at least has failed. ``named``
    are the contacts that its request names, if the audience made it; ``requester`` is the
    participant that did.
    """

    written_to: Sequence[str]
    since: datetime
    has_failed: bool
    requester: str | None
    named: Sequence[str]


class MailCount(NamedTuple):
    """How many mails are in a state, by the last try's stage and status."""

    state: str
    stage: Stage | None
    status: str | None
    mails: int

    @property
    def is_refused_by_policy(self) -> bool:
        """Whether the mail server refused the mails themselves, not the addresses."""
        if self.state != "refused" or self.stage is None:
            return False
        return not Outcome("refused", self.stage, self.status).is_address_dead


async def read_mail_contacts(
    connection: "Connection[Any]",
    participants: Collection[str],
    named: Collection[ContactKey] = (),
) -> dict[ContactKey, bool]:
    """
    Return, by participant and contact id, whether a contact with a working address is a caller's.

    These are the *participants*' own contacts, and those that are *named*.
    """
    of, ids = zip(*named, strict=True) if named else ((), ())
    rows = await connection.fetch(_SQL["read_mail_contacts"], list(participants), of, ids)
    return {(participant, contact_id): of_caller for participant, contact_id, of_caller in rows}


async def prepare_mails(connection: "Connection[Any]", mails: Iterable[PreparedMail]) -> int:
    """Store *mails*, due now; return how many are new."""
    return len(await connection.fetch(_SQL["prepare_mails"], *zip(*mails, strict=True)))


async def claim_mails(
    connection: "Connection[Any]", *, limit: int, templates: Iterable[str]
) -> list[ClaimedMail]:
    """Mark at most *limit* due mails of *templates* as being sent, and return them."""
    rows = await connection.fetch(_SQL["claim_mails"], limit, list(templates))
    return [
        ClaimedMail(
            mail_of((*row[:10], row[13], facts.get("offer_id"))),
            row[10],
            facts,
            row[12],
            row[13],
            [Other(*other) for other in row[14]],
            row[15],
            row[16],
            row[17],
            _preference(*row[18:22]),
            row[22],
            json.loads(row[23]),
            [News(*each) for each in row[24]],
        )
        for row, facts in ((tuple(row), json.loads(row["facts"])) for row in rows)
    ]


def _preference(
    kinds: str | None, quiet_from: time | None, quiet_until: time | None, zone: str | None
) -> Preference:
    if kinds is None:
        return Preference(zone=zone)
    quiet = None
    if quiet_from is not None and quiet_until is not None:
        quiet = (quiet_from, quiet_until)
    return Preference(json.loads(kinds), quiet, zone)


async def hold_mails(connection: "Connection[Any]", held: Sequence[HeldMail]) -> None:
    """Put mails back until they are due; a claim before it does not count as a try."""
    if held:
        columns = [
            (each.mail_id, each.due_at, each.hold.until if each.hold.in_digest else None)
            for each in held
        ]
        await connection.execute(_SQL["hold_mails"], *zip(*columns, strict=True))


async def lock_digests(connection: "Connection[Any]") -> None:
    """Wait until no other process makes digests, and keep others from it."""
    await connection.execute(_SQL["lock_digests"])


async def read_waiting(
    connection: "Connection[Any]", *, templates: Iterable[str]
) -> list[Waiting]:
    """Lock and return all mails of one contact that wait for a digest that is due."""
    rows = await connection.fetch(_SQL["read_waiting"], list(templates))
    return [
        Waiting(
            mail_of(row[:10]),
            str(row[10]),
            row[11],
            row[12],
            row[13],
            json.loads(row[14]),
            [Other(*other) for other in row[15]],
            row[16],
        )
        for row in map(tuple, rows)
    ]


async def cancel_mails(connection: "Connection[Any]", told_in: Mapping[str, str | None]) -> None:
    """Mark mails as not sent, each with one more event and the digest that tells it, if any."""
    await connection.execute(_SQL["cancel_mails"], list(told_in), list(told_in.values()))


async def count_digests(connection: "Connection[Any]") -> dict[str, int]:
    """Return how many digests are not tried any more, by state."""
    return dict(await connection.fetch(_SQL["count_digests"]))


async def save_preferences(
    connection: "Connection[Any]", preferences: Iterable[PreferenceSet]
) -> None:
    """Store what contacts have chosen; it replaces what they had chosen."""
    rows = [
        (
            each.participant,
            each.contact_id,
            json.dumps(each.kinds),
            each.quiet and time.fromisoformat(each.quiet.from_),
            each.quiet and time.fromisoformat(each.quiet.until),
            each.zone,
            event.number,
        )
        for event in preferences
        for each in (event.data,)
    ]
    await connection.execute(_SQL["save_preferences"], *zip(*rows, strict=True))


async def keep_claims(connection: "Connection[Any]", mail_ids: Collection[str]) -> None:
    """Renew the claims on mails, which shows that the process that sends them is alive."""
    await connection.execute(_SQL["keep_claims"], list(mail_ids))


async def lose_mails(connection: "Connection[Any]", *, seconds: float, limit: int) -> list[Mail]:
    """Return mails whose process was silent for *seconds*; their outcome is unknown now."""
    rows = await connection.fetch(_SQL["lose_mails"], seconds, limit)
    return [mail_of(tuple(row)) for row in rows]


async def record_mail(
    connection: "Connection[Any]", mail: Mail, step: Step, outcome: Outcome | None
) -> bool:
    """Store what came of a try; return False if the mail was given up for lost in between."""
    published = mail.published + (step.event is not None)
    stage, status = (None, None) if outcome is None else (outcome.stage, outcome.status)
    arguments = (mail.mail_id, mail.tries, step.state, published, step.due_at, stage, status)
    return await connection.fetchval(_SQL["record_mail"], *arguments) is not None


async def note_dead_address(connection: "Connection[Any]", mail: Mail, address: str) -> bool:
    """Note that the mail's address is dead; return False if known, or not the contact's now."""
    arguments = (mail.audience, mail.contact_id, address)
    return await connection.fetchval(_SQL["note_dead_address"], *arguments) is not None


async def read_addressed(connection: "Connection[Any]", mail: Mail) -> Addressed:
    """Return what became of the mail's obligation so far."""
    row = await connection.fetchrow(_SQL["read_addressed"], mail.mail_id)
    assert row is not None
    return Addressed(**{**row, "named": json.loads(row["named"] or "[]")})


async def prepare_alternate(
    connection: "Connection[Any]", mail: Mail, mail_id: str, contact_id: str
) -> None:
    """Store the same mail as *mail_id* to another contact, due now."""
    await connection.execute(_SQL["prepare_alternate"], mail.mail_id, mail_id, contact_id)


async def read_next_try(
    connection: "Connection[Any]", *, templates: Iterable[str]
) -> float | None:
    """Return the seconds until the next mail is due, below 0 if it is; None if none waits."""
    seconds: float | None = await connection.fetchval(_SQL["read_next_try"], list(templates))
    return seconds


async def count_mails(connection: "Connection[Any]") -> list[MailCount]:
    """Return the mails by state, and by the last try's stage and status."""
    return [MailCount(*row) for row in await connection.fetch(_SQL["count_mails"])]


async def read_longest_wait(connection: "Connection[Any]") -> float:
    """Return for how many seconds the mail that was due first has waited; 0 if none is due."""
    seconds: float | None = await connection.fetchval(_SQL["read_longest_wait"])
    return max(seconds or 0, 0)


def mail_of(row: Sequence[Any]) -> Mail:
    mail_id, notice, *others = row
    return Mail(str(mail_id), str(notice), *others)


async def read_now(connection: "Connection[Any]") -> datetime:
    """Return Postgres's time, which all processes share."""
    now: datetime = await connection.fetchval(_SQL["read_now"])
    return now
