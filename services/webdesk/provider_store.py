"""What the pages of providers read and write, one function per statement."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.webdesk.projection import SESSION_LASTS, engagement_in, offer_in
from services.webdesk.provider_acts import MadeAct, Person
from services.webdesk.work.engagements import Engagement
from services.webdesk.work.offers import Offer
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
IDLE = timedelta(minutes=30)
"""How long a session lasts without use."""
MOST_ACTS = 20
"""How many acts a page lists."""
MOST_ENDED = 50
"""How many offers and engagements that have ended are listed."""


class Session(NamedTuple):
    """
    Whom a browser acts for.

    Until ``is_confirmed`` it only shows the offer whose link was opened, if one was.
    """

    provider: str
    contact_id: str
    offer_id: str | None
    is_confirmed: bool

    @property
    def person(self) -> Person:
        """The contact that the link or the code went to."""
        return Person(self.provider, self.contact_id)


class Act(NamedTuple):
    """What somebody at the provider did; ``state`` is ``sent``, ``applied`` or ``refused``."""

    message_id: str
    kind: str
    about: str
    said: Mapping[str, Any]
    sent_at: datetime
    state: str
    reasons: Sequence[Mapping[str, Any]]


async def begin_session(
    connection: Any, session: bytes, person: Person, *, offer_id: str | None
) -> None:
    """Begin a session of *person*, who has not entered a code yet."""
    row = (session, person.provider, person.contact_id, offer_id)
    await connection.execute(_SQL["begin_provider_session"], *row)


async def touch_session(connection: Any, session: bytes) -> Session | None:
    """Return *session* and note its use; None if it has ended."""
    row = await connection.fetchrow(_SQL["touch_provider_session"], session, IDLE, SESSION_LASTS)
    return None if row is None else Session(*row)


async def confirm_session(connection: Any, session: bytes, *, to: bytes) -> None:
    """Begin a session under another id for the person of *session*, who entered a code."""
    await connection.execute(_SQL["confirm_provider_session"], session, to)


async def end_session(connection: Any, session: bytes) -> None:
    """End *session*, if it has not ended."""
    await connection.execute(_SQL["end_provider_session"], session)


async def begin_act(connection: Any, act: MadeAct) -> bool:
    """Store *act*; return False if this form was sent before."""
    row = (*act[:5], json.dumps(act.said), act.sent_at)
    return await connection.fetchval(_SQL["begin_act"], *row) is not None


async def read_act(connection: Any, message_id: str, *, provider: str) -> Act | None:
    """Return an act of *provider*; None if there is none."""
    row = await connection.fetchrow(_SQL["read_act"], message_id, provider)
    return None if row is None else _act(row)


async def read_acts_about(connection: Any, about: str, *, provider: str) -> list[Act]:
    """Return the last `MOST_ACTS` acts of *provider* about something, the latest first."""
    rows = await connection.fetch(_SQL["read_acts_about"], provider, about, MOST_ACTS)
    return [_act(row) for row in rows]


async def read_last_applied(connection: Any, kind: str, *, provider: str) -> Act | None:
    """Return the last act of this *kind* of *provider* that was applied; None if none was."""
    row = await connection.fetchrow(_SQL["read_last_applied"], provider, kind)
    return None if row is None else _act(row)


async def read_offer(connection: Any, offer_id: str, *, provider: str) -> Offer | None:
    """Return an offer to *provider*; None if there is none."""
    row = await connection.fetchrow(_SQL["read_offer"], offer_id, provider)
    return None if row is None else offer_in(row)


async def read_engagement(
    connection: Any, engagement_id: str, *, provider: str
) -> Engagement | None:
    """Return an engagement of *provider*; None if there is none."""
    row = await connection.fetchrow(_SQL["read_engagement"], engagement_id, provider)
    return None if row is None else engagement_in(row)


async def read_offers(connection: Any, provider: str) -> list[Offer]:
    """Return the open offers to *provider* by their end, then the `MOST_ENDED` that ended last."""
    rows = await connection.fetch(_SQL["read_offers"], provider, MOST_ENDED)
    return [offer_in(row) for row in rows]


async def read_engagements(connection: Any, provider: str) -> list[Engagement]:
    """Return the open engagements of *provider*, then the `MOST_ENDED` that ended last."""
    rows = await connection.fetch(_SQL["read_engagements"], provider, MOST_ENDED)
    return [engagement_in(row) for row in rows]


def _act(row: Any) -> Act:
    parsed = {name: json.loads(row[name]) for name in ("said", "reasons")}
    return Act(**{**row, **parsed})
