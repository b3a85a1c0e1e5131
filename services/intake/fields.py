"""What is wrong with single fields, whichever message holds them: codes, dates, years."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from services.intake.findings import Finding
from services.intake.registry import Registry
from shared.contracts.inbound import SERVICE_FORMS, Counter, Wished
from shared.contracts.places import ZONES, is_zone

_FORMS = f"One of {', '.join(SERVICE_FORMS)}."
UNKNOWN_STATE = (
    "This is none of the 57 codes of states.",
    "A code of ISO 3166-2:US, such as US-CA, US-DC or US-PR.",
)
YEARS = range(1900, 2200)
YEARS_ALLOWED = f"Between {YEARS.start} and {YEARS.stop - 1}."
# As mail systems take them, without quoted names; only a mail shows whether an address is right.
_LOCAL = r"[^\s@\".,:;<>()\[\]\\]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL}){{0,20}}@{_LABEL}(?:\.{_LABEL}){{1,10}}")
_FARTHEST_EAST = timedelta(hours=14)


def program_reasons(program: str | None, registry: Registry) -> Iterator[Finding]:
    """Yield a reason unless *program* is defined, or not named."""
    if program is not None and program not in registry.programs:
        known = ", ".join(sorted(registry.programs)) or "none yet"
        yield Finding(
            code="unknown_program",
            path="/data/program",
            message="There is no such program.",
            fix=f"Defined are: {known}.",
        )


def topic_reasons(
    topics: Sequence[str], registry: Registry, *, path: str, other: str | None
) -> Iterator[Finding]:
    """Yield a reason for each topic not in the catalog; ``other`` needs its words."""
    for place, code in enumerate(topics):
        if code == "other" and not other:
            yield Finding(
                code="unknown_topic",
                path=f"{path}/{place}",
                message="The topic 'other' is not said in words.",
                fix="Say it in other_topic.",
            )
        elif code != "other" and code not in registry.topics:
            yield Finding(
                code="unknown_topic",
                path=f"{path}/{place}",
                message="This topic is not in the catalog.",
                fix="Use a topic of the catalog, or 'other' with other_topic.",
            )


def form_reasons(forms: Sequence[str], *, path: str) -> Iterator[Finding]:
    """Yield a reason for each service form that is not registered."""
    for place, form in enumerate(forms):
        if form not in SERVICE_FORMS:
            yield Finding(
                code="unknown_service_form",
                path=f"{path}/{place}",
                message="This service form is not registered.",
                fix=_FORMS,
            )


def state_reasons(states: Sequence[str], *, path: str) -> Iterator[Finding]:
    """Yield a reason for each of *states* that is not one of the 57 codes."""
    for place, state in enumerate(states):
        if state not in ZONES:
            yield schema(f"{path}/{place}", *UNKNOWN_STATE)


def wished_reasons(wished: Wished | Counter, *, path: str = "/data/wished") -> Iterator[Finding]:
    """Yield what contradicts itself in a window of dates."""
    yield from year_reasons({f"{path}/from": wished.from_, f"{path}/until": wished.until})
    if wished.from_ is not None and wished.until is not None and wished.until < wished.from_:
        yield contradiction(
            f"{path}/until", "The end is before the beginning.", "Exchange or correct the dates."
        )


def past_reasons(dates: Mapping[str, date | None], *, today: date) -> Iterator[Finding]:
    """Yield a reason for each of *dates* (by path) that is later than *today*."""
    yield from year_reasons(dates)
    for path, value in dates.items():
        if value is not None and value > today:
            yield contradiction(
                path, "This date was in the future when the message came in.", "Correct the date."
            )


def latest_date(at: datetime) -> date:
    """Return the date that the farthest east of the Earth has at *at*: none is later."""
    return (at + _FARTHEST_EAST).date()


def year_reasons(moments: Mapping[str, date | datetime | None]) -> Iterator[Finding]:
    """Yield a reason for each of *moments* (by path) that no calendar of ours reaches."""
    for path, value in moments.items():
        if value is not None and value.year not in YEARS:
            yield Finding(
                code="value_out_of_range",
                path=path,
                message="This year is out of range.",
                fix=YEARS_ALLOWED,
            )


def email_reasons(address: str | None, *, path: str) -> Iterator[Finding]:
    """Yield a reason if *address* is stated and has not the form of one."""
    if address is not None and not _EMAIL.fullmatch(address):
        yield schema(path, "This is no e-mail address.", "Write it as in desk@agency.example.")


def zone_reasons(zone: str | None, *, path: str) -> Iterator[Finding]:
    """Yield a reason unless *zone* is a time zone of the IANA database, or not named."""
    if zone is not None and not is_zone(zone):
        yield schema(path, "There is no such time zone.", "As in America/New_York.")


def contradiction(path: str, message: str, fix: str) -> Finding:
    """Return a reason: dates that cannot be so."""
    return Finding(code="dates_contradict", path=path, message=message, fix=fix)


def schema(path: str, message: str, fix: str) -> Finding:
    """Return a reason: the contents do not have the form of their type."""
    return Finding(code="schema", path=path, message=message, fix=fix)
