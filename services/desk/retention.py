"""What the desk keeps of what people write, and how long."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncpg.pool import PoolConnectionProxy

from services.desk.office.sessions import LONGEST, SIGN_IN_LASTS
from services.desk.settings import Settings
from shared.business_clock import REAL_TIME, BusinessClock
from shared.postgres.statements import load_statements
from shared.retention.sweeper import Kept, Sweeper
from shared.retention.windows import Window

_SQL = load_statements(__package__)
_SWEPT_EVERY = timedelta(seconds=30)
_BROWSERS = (
    Window("sessions", None, LONGEST, has_ends=True, is_copy=True),
    Window("sign_ins", None, SIGN_IN_LASTS, is_copy=True),
)
"""`sweep_sessions` erases these."""


def sweeper(settings: Settings) -> Sweeper:
    """Return the sweeper that erases case files when their time is over."""
    return sweeping(
        case_files=timedelta(minutes=settings.case_files_kept_minutes), clock=settings.clock
    )


def sweeping(*, case_files: timedelta, clock: BusinessClock = REAL_TIME) -> Sweeper:
    """Return the sweeper of case files; each row holds the time until which it is kept."""
    window = Window(
        "case_files",
        "case_files_kept_minutes",
        case_files,
        has_ends=True,
        is_copy=True,
        every=_SWEPT_EVERY,
    )
    return Sweeper([Kept(window, erase_case_files)], clock=clock, others=_BROWSERS)


async def erase_case_files(
    connection: "PoolConnectionProxy[Any]", message_ids: Sequence[str]
) -> None:
    """Erase the case files that these messages asked for."""
    await connection.execute(_SQL["erase_case_files"], message_ids)
