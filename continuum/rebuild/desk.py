"""Folds the desk's tables from the log, with the desk's own code."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from continuum.rebuild.tables import Tables, Unfolded
from services.desk.handlers import Batch, DeskReader
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.delivery.records import Item
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
_READER = DeskReader()
_NO_TIME = datetime.min.replace(tzinfo=UTC)
"""The time of new events, of which a rebuild publishes none."""


async def _save(connection: Any, items: list[Item]) -> list[Unfolded]:
    """
    Decide *items* and store their effects: what an event changes depends on stored rows.

    Decides them anew without those that cannot be folded, as these may have changed the state.
    """
    failed: list[Unfolded] = []
    while True:
        state = await _READER.load(connection, items, at=_NO_TIME)
        items, unfolded = _decide(state, items)
        if not unfolded:
            break
        failed += unfolded
    state.forgotten.clear()  # it concerns case files alone, which are not rebuilt
    await _READER.save(connection, state)
    return failed


def _decide(state: Batch, items: Sequence[Item]) -> tuple[list[Item], list[Unfolded]]:
    """Decide *items*; return the folded, and the first of each subject that cannot be."""
    folded: list[Item] = []
    failed: dict[str, Unfolded] = {}
    for item in items:
        subject = item.record.coordinate if item.gate is None else item.gate.subject
        if subject in failed:
            continue
        try:
            _READER.decide(state, item)
        except Exception as error:  # pure: a retry would fail again
            failed[subject] = item, type(error).__name__
        else:
            folded.append(item)
    return folded, list(failed.values())


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
