"""Renders figures as CSV, one row per figure."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from services.reporting.figures import DEFINITION, Figure

HEAD = (
    "figure", "definition", "unit", "as_of", "breakdown", "group", "measure", "value", "hidden",
    "name",
)  # fmt: skip


def csv_table(figures: Sequence[Figure], *, as_of: datetime) -> str:
    """Return *figures* as CSV; a hidden value is empty and has ``hidden`` set to ``yes``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    moment = as_of.isoformat()
    for f in figures:
        value, hidden = ("", "yes") if f.value is None else (f.value, "no")
        place = (f.figure, DEFINITION, f.unit, moment, f.breakdown, f.group, f.measure)
        writer.writerow((*place, value, hidden, f.name))
    return text.getvalue()
