"""Makes one mail of those that wait for a contact's digest. Pure."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.notifications.mail import life, timing
from services.notifications.mail.life import Mail, Other
from services.notifications.mail.obligations import PreparedMail
from shared.contracts.event import derived_id
from shared.mail.templates import DIGEST

LINES = 200
"""More lines than these are only counted."""


class Waiting(NamedTuple):
    """A mail that waits for a digest; ``facts`` is what its own template is filled in with."""

    mail: Mail
    fact: str
    about: str
    number: int
    kind: str
    facts: Mapping[str, Any]
    others: Sequence[Other]
    digest_at: datetime


class Digest(NamedTuple):
    """
    The mail to a contact, if there is anything to tell.

    ``told`` are the mails that it stands for, ``not_told`` those that need not be sent, with why.
    """

    mail: PreparedMail | None
    told: Sequence[Mail]
    not_told: Sequence[tuple[Mail, str]]


def digest_of(waiting: Sequence[Waiting]) -> Digest:
    """
    Return the digest of mails *waiting* for one contact, which are in the order of their messages.

    It tells each request's newest status, and the newest of each kind of news about each of its
    reports, clocks and offers. Its id is derived from the contact and the moment at which it is
    due, so that it is made once.
    """
    newest: dict[tuple[Any, ...], Waiting] = {}
    not_told: list[tuple[Mail, str]] = []
    for each in waiting:
        because = life.not_needed(each.kind, each.others)
        if because is not None:
            not_told.append((each.mail, because))
            continue
        which = tuple(each.facts.get("which", ()))
        news = (each.about, each.kind, each.facts.get("about"), which)
        earlier = newest.pop(news, None)
        if earlier is not None:
            not_told.append((earlier.mail, life.OVERTAKEN))
        newest[news] = each
    lines = list(newest.values())
    mail = _mail(lines, max(each.digest_at for each in waiting)) if lines else None
    return Digest(mail, [each.mail for each in lines], not_told)


def _mail(lines: Sequence[Waiting], due: datetime) -> PreparedMail:
    last = lines[-1]
    contact = last.mail.contact
    return PreparedMail(
        mail_id=derived_id(contact, "mail:digest", due.isoformat()),
        fact=last.fact,
        notice=last.mail.notice,
        audience=last.mail.audience,
        contact_id=last.mail.contact_id,
        correlation=last.mail.correlation,
        key=contact.encode(),
        about=f"digest:{due.isoformat()}",
        number=last.number,
        kind=life.DIGEST,
        template=DIGEST.name,
        facts=json.dumps(_facts(lines), ensure_ascii=False),
        matter=timing.STATUS,
        timing=timing.MUST,
    )


def _facts(lines: Sequence[Waiting]) -> dict[str, Any]:
    requests = len({each.about for each in lines})
    return {
        "count": "1 request" if requests == 1 else f"{requests} requests",
        "lines": [
            {
                "tracking_number": each.facts["tracking_number"],
                "what": each.facts.get("status_words") or each.facts["about"],
                "sentence": each.facts["sentence"],
            }
            for each in lines[:LINES]
        ],
        "more": max(len(lines) - LINES, 0),
    }
