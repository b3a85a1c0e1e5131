"""Checks of single fields that several types of messages have: codes, dates, addresses."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from services.intake.findings import Finding
from services.intake.registry import Registry
from shared.contracts import refusals
from shared.contracts.inbound import SERVICE_FORMS, Counter, Wished
from shared.contracts.states_and_zones import ZONES, is_zone
from shared.contracts.years import YEARS
from shared.texts.email_addresses import is_email

_FORMS = {"forms": SERVICE_FORMS}
FIRST_AND_LAST = {"first": YEARS.start, "last": YEARS.stop - 1}
_EASTERNMOST_OFFSET = timedelta(hours=14)


def check_program(program: str | None, registry: Registry) -> Iterator[Finding]:
    """Yield a finding if *program* is stated and not defined."""
    if program is not None and program not in registry.programs:
        known = sorted(registry.programs) or "none yet"
        yield Finding(refusals.UNKNOWN_PROGRAM, "/data/program", {"programs": known})


def check_topics(
    topics: Sequence[str], registry: Registry, *, path: str, other: str | None
) -> Iterator[Finding]:
    """Yield a finding for each topic not in the catalog; ``other`` needs the text *other*."""
    for index, code in enumerate(topics):
        if code == "other" and not other:
            yield Finding(refusals.OTHER_NOT_SAID, f"{path}/{index}")
        elif code != "other" and code not in registry.topics:
            yield Finding(refusals.UNKNOWN_TOPIC, f"{path}/{index}")


def check_service_forms(forms: Sequence[str], *, path: str) -> Iterator[Finding]:
    """Yield a finding for each service form that is not registered."""
    for index, form in enumerate(forms):
        if form not in SERVICE_FORMS:
            yield Finding(refusals.UNKNOWN_SERVICE_FORM, f"{path}/{index}", _FORMS)


def check_states(states: Sequence[str], *, path: str) -> Iterator[Finding]:
    """Yield a finding for each of *states* that is not one of the 57 codes."""
    for index, state in enumerate(states):
        if state not in ZONES:
            yield Finding(refusals.UNKNOWN_STATE, f"{path}/{index}")


def check_window(window: Wished | Counter, *, path: str = "/data/wished") -> Iterator[Finding]:
    """Yield the findings about a window of dates: its years, and an end before its beginning."""
    yield from check_years({f"{path}/from": window.from_, f"{path}/until": window.until})
    if window.from_ is not None and window.until is not None and window.until < window.from_:
        yield Finding(refusals.END_BEFORE_BEGINNING, f"{path}/until")


def check_past_dates(dates: Mapping[str, date | None], *, today: date) -> Iterator[Finding]:
    """Yield a finding for each of *dates* (by path) that is later than *today*."""
    yield from check_years(dates)
    for path, value in dates.items():
        if value is not None and value > today:
            yield Finding(refusals.DATE_IN_FUTURE, path)


def latest_date(at: datetime) -> date:
    """Return the latest date anywhere on Earth at *at*."""
    return (at + _EASTERNMOST_OFFSET).date()


def check_years(moments: Mapping[str, date | datetime | None]) -> Iterator[Finding]:
    """Yield a finding for each of *moments* (by path) whose year is not in `YEARS`."""
    for path, value in moments.items():
        if value is not None and value.year not in YEARS:
            yield Finding(refusals.YEAR_OUT_OF_RANGE, path, FIRST_AND_LAST)


def check_email(address: str | None, *, path: str) -> Iterator[Finding]:
    """Yield a finding if *address* is stated and does not have the form of an email address."""
    if address is not None and not is_email(address):
        yield Finding(refusals.NOT_AN_EMAIL, path)


def check_zone(zone: str | None, *, path: str) -> Iterator[Finding]:
    """Yield a finding if *zone* is stated and is not a time zone of the IANA database."""
    if zone is not None and not is_zone(zone):
        yield Finding(refusals.UNKNOWN_ZONE, path)
