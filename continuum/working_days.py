"""``continuum calendar``: the holidays of a year, for a person to put into ``calendar.define``."""

import json
from collections.abc import Mapping
from datetime import date
from importlib import import_module

from continuum.access import NotPossible


def describe(year: int) -> tuple[list[str], list[str]]:
    """
    Return the holidays of *year* as lines of JSON, and as lines with their names.

    They are those of the federal government, as the package ``holidays`` computes them. Closures,
    by executive order or for a storm, are not in it.
    """
    found = _holidays(year)
    named = [f"{day} {day:%A}  {name}" for day, name in found.items()]
    return json.dumps([day.isoformat() for day in found], indent=2).splitlines(), named


def _holidays(year: int) -> Mapping[date, str]:
    try:
        # By name: the image does not have the package.
        package = import_module("holidays")
    except ModuleNotFoundError as error:
        raise NotPossible(
            "calendar needs the package `holidays`, which is only in the environment of a clone:"
            " run it there, after `make setup`."
        ) from error
    # A holiday of the next year may be observed on the last day of this one.
    days = package.US(years=(year - 1, year, year + 1), categories="government")
    return {day: days[day] for day in sorted(days) if day.year == year}
