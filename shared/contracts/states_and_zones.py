"""The 57 codes of ISO 3166-2:US, and the time zone in which each counts its days."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

# A state with several zones gets the one in which a new date begins first, even if fewer people
# live there (Tennessee, Oregon, Nevada; Arizona, where the Navajo Nation observes daylight saving
# time). So an agency's today is never in the future; elsewhere in the state, the last hour before
# midnight counts as the next day.
ZONES: Mapping[str, str] = {
    "US-AK": "America/Anchorage",
    "US-AL": "America/Chicago",
    "US-AR": "America/Chicago",
    "US-AS": "Pacific/Pago_Pago",
    "US-AZ": "America/Denver",
    "US-CA": "America/Los_Angeles",
    "US-CO": "America/Denver",
    "US-CT": "America/New_York",
    "US-DC": "America/New_York",
    "US-DE": "America/New_York",
    "US-FL": "America/New_York",
    "US-GA": "America/New_York",
    "US-GU": "Pacific/Guam",
    "US-HI": "Pacific/Honolulu",
    "US-IA": "America/Chicago",
    "US-ID": "America/Boise",
    "US-IL": "America/Chicago",
    "US-IN": "America/New_York",
    "US-KS": "America/Chicago",
    "US-KY": "America/New_York",
    "US-LA": "America/Chicago",
    "US-MA": "America/New_York",
    "US-MD": "America/New_York",
    "US-ME": "America/New_York",
    "US-MI": "America/New_York",
    "US-MN": "America/Chicago",
    "US-MO": "America/Chicago",
    "US-MP": "Pacific/Saipan",
    "US-MS": "America/Chicago",
    "US-MT": "America/Denver",
    "US-NC": "America/New_York",
    "US-ND": "America/Chicago",
    "US-NE": "America/Chicago",
    "US-NH": "America/New_York",
    "US-NJ": "America/New_York",
    "US-NM": "America/Denver",
    "US-NV": "America/Denver",
    "US-NY": "America/New_York",
    "US-OH": "America/New_York",
    "US-OK": "America/Chicago",
    "US-OR": "America/Boise",
    "US-PA": "America/New_York",
    "US-PR": "America/Puerto_Rico",
    "US-RI": "America/New_York",
    "US-SC": "America/New_York",
    "US-SD": "America/Chicago",
    "US-TN": "America/New_York",
    "US-TX": "America/Chicago",
    "US-UM": "Pacific/Wake",
    "US-UT": "America/Denver",
    "US-VA": "America/New_York",
    "US-VI": "America/St_Thomas",
    "US-VT": "America/New_York",
    "US-WA": "America/Los_Angeles",
    "US-WI": "America/Chicago",
    "US-WV": "America/New_York",
    "US-WY": "America/Denver",
}
"""Code of every state, district and territory → its time zone."""

STATES = tuple(ZONES)


def _known(code: str) -> str:
    if code not in ZONES:
        raise PydanticCustomError("unknown_state", "not a code of ISO 3166-2:US")
    return code


State = Annotated[
    str,
    Field(pattern=r"^US-[A-Z]{2}$"),
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "enum": list(STATES)}),
]
"""A known code, as participants write it."""


def day_in(state: str, moment: datetime) -> date:
    """Return the date at *moment* in *state*; an unknown code counts in UTC."""
    zone = ZONES.get(state)  # events of 0.1.0 may hold unknown codes
    return moment.astimezone(UTC if zone is None else ZoneInfo(zone)).date()


def is_zone(name: str) -> bool:
    """Return whether *name* is a time zone of the IANA database."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"Factory", "localtime"})  # these are not zones
