"""Folds the desk's tables from the log, with the desk's own code."""

from datetime import UTC, datetime
from typing import Any

from continuum.rebuild.tables import Tables
from services.desk.handlers import DeskReader
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.delivery.records import Item
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_READER = DeskReader()
_NO_TIME = datetime.min.replace(tzinfo=UTC)
"""The time of new events, of which a rebuild publishes none."""


async def _save(connection: Any, items: list[Item]) -> None:
    """Decide *items* and store their effects: what an event changes depends on stored rows."""
    state = await _READER.load(connection, items, at=_NO_TIME)
    for item in items:
        _READER.decide(state, item)
    state.forgotten.clear()  # it concerns case files alone, which are not rebuilt
    await _READER.save(connection, state)


DESK = Tables(
    names=(
        "cases",
        "happenings",
        "notices",
        "work_items",
        "said",
        "report_states",
        "catalog",
        "gates",
    ),
    kept={
        ("acts",): "are what people did, and the answers (who has taken an item stays, too)",
        ("case_files",): "are kept for minutes",
        ("people", "sessions", "sign_ins"): "are who may sign in, and who has",
    },
    topics=frozenset(
        {
            intake.TOPIC,
            routing.TOPIC,
            notifications.TOPIC,
            notifications.MAIL_TOPIC,
            reporting.TOPIC,
            reference.TOPIC,
        }
    ),
    make=_SQL["make_desk"] + _SQL["make_catalog"],
    see=_SQL["see_desk"],
    repair=_SQL["repair_desk"] + _SQL["repair_catalog"] + _SQL["repair_gates"],
    parse=_READER.parse,
    begin=list,
    decide=list.append,
    save=_save,
)
