"""What the public desk keeps of what people write, and how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.webdesk.projection import KEPT as WORK_KEPT
from services.webdesk.projection import SESSION_LASTS
from services.webdesk.proving import VALID_FOR
from services.webdesk.settings import Settings
from services.webdesk.store import LONGEST, READING_LASTS, SHOWN
from shared.business_clock import REAL_TIME
from shared.postgres.statements import load_statements
from shared.retention.sweeper import Kept, Sweeper
from shared.retention.windows import Window

Connection = PoolConnectionProxy
_SQL = load_statements(__package__)
_SWEPT_EVERY = timedelta(minutes=5)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_OTHERS = (
    Window("sessions", None, LONGEST, is_copy=True),
    Window("provider_sessions", None, SESSION_LASTS, is_copy=True),
    Window("readings", None, READING_LASTS, is_copy=True),
    Window("starts", None, _DAY, is_copy=True),
    Window("asks", None, _DAY, is_copy=True),
    Window("link_uses", None, _HOUR, is_copy=True),
    Window("codes", None, VALID_FOR, has_ends=True, is_copy=True),
    Window("codes_asked", None, _HOUR, is_copy=True),
    Window("pages", None, SHOWN, is_copy=True),
    Window("work", None, WORK_KEPT, is_copy=True),
)
"""`sweep_sessions` and `sweep_work` erase these."""


def sweeper(settings: Settings) -> Sweeper:
    """Return the sweeper that erases drafts when their time is over."""
    return sweeping(drafts=settings.drafts_kept)


def sweeping(*, drafts: timedelta) -> Sweeper:
    """Return the sweeper of drafts; each row holds the time until which it is kept."""
    window = Window(
        "drafts", "drafts_kept_days", drafts, has_ends=True, is_copy=True, every=_SWEPT_EVERY
    )
    kept = Kept(window, erase_drafts, lock_drafts)
    return Sweeper([kept], clock=REAL_TIME, others=_OTHERS)


async def lock_drafts(connection: "Connection[Any]", draft_ids: Sequence[str]) -> None:
    """Lock drafts against answers, which extend how long they are kept."""
    await connection.execute(_SQL["lock_drafts"], draft_ids)


async def erase_drafts(connection: "Connection[Any]", draft_ids: Sequence[str]) -> None:
    """Erase drafts, with the sessions of the browsers that hold them."""
    await connection.execute(_SQL["erase_drafts"], draft_ids)
