"""The parts of an act's form, and how its message is read from what was filled in. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from services.desk.store import ItemRow
from services.desk.work.assessment import Assessment, Person
from shared.web.forms import identifiers_in, unseen_in

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: ``wrong`` says what to do if the value is missing or not accepted."""

    name: str
    label: str
    wrong: str
    kind: Literal["choice", "line", "words", "date"] = "choice"
    options: Mapping[str, str] | Literal["participants", "programs", "providers"] | None = None
    help: str = ""
    needed: bool = True
    most: int = 2000
    """The most characters that a text may have."""


@dataclass(frozen=True, slots=True)
class About:
    """
    What an act is about: its case, the work under way, and an item; all empty if it has no case.

    ``is_claimed``: only the caller says that the executive wants it. ``contact_id`` is the
    caller's contact, if this office keeps it.
    """

    tracking_number: str = ""
    status: str = ""
    engagement_id: str | None = None
    is_claimed: bool = False
    contact_id: str | None = None
    item: ItemRow | None = None
    zone: ZoneInfo = UTC
    assessment: Assessment | None = None
    """The assessment in public, if it is about one."""
    of: str = ""
    """The part of the assessment: a version of a report, a due date, or a recommendation."""
    person: Person | None = None
    """The person who is about to do it."""


class End(NamedTuple):
    """Something that an act erases, and when: in words, or the last day that it may be there."""

    what: str
    when: str | date


def _nothing_more(_: Mapping[str, str]) -> dict[str, str]:
    return {}


def _empty(_: About) -> Mapping[str, str]:
    return {}


def _anybody(_: About) -> None:
    """Bar nobody."""


def _nothing_ends(_: datetime) -> Sequence[End]:
    return ()


@dataclass(frozen=True, slots=True)
class ActForm:
    """One act: ``data`` returns the data of its message, from the values that are filled in."""

    name: str
    title: str
    does: str
    told: Sequence[str]
    fields: Sequence[Field]
    model: type[BaseModel]
    data: Callable[[About, Mapping[str, str]], Mapping[str, Any]]
    fits: Callable[[About], bool]
    """Tells whether the act is possible now."""
    also_wrong: Callable[[Mapping[str, str]], dict[str, str]] = _nothing_more
    """Returns what is wrong with the values together, by field."""
    ends: Callable[[datetime], Sequence[End]] = _nothing_ends
    """Returns what the act erases if it is done at a real time."""
    barred: Callable[[About], str | None] = _anybody
    """Returns why another person must do it; None if this person may."""
    begins_as: Callable[[About], Mapping[str, str]] = _empty
    """Returns the values with which the form of an act on an assessment is first shown."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Names in the paths of refusals that are not fields → the field at which they are shown."""

    def read(
        self, about: About, values: Mapping[str, str]
    ) -> tuple[BaseModel | None, Mapping[str, str]]:
        """Return the message of *values*, or what is wrong, by field."""
        by_name = {field.name: field for field in self.fields}
        errors = {
            name: field.wrong
            for name, field in by_name.items()
            if field.needed and not values.get(name)
        }
        filled = {name: values[name] for name in by_name if values.get(name)}
        lines = {name: text for name, text in filled.items() if by_name[name].kind == "line"}
        errors |= unseen_in(lines) | identifiers_in(filled) | self.also_wrong(filled)
        try:
            message = self.model.model_validate(self.data(about, filled))
        except ValidationError as error:
            for problem in error.errors(include_input=False, include_context=False):
                name = str(problem["loc"][0]) if problem["loc"] else ""
                if name in by_name:
                    errors.setdefault(name, by_name[name].wrong)
            if not errors:
                raise
            return None, _in_order(by_name, errors)
        except ValueError:  # a date that does not parse
            return None, _in_order(by_name, {**errors, **_wrong_dates(by_name, filled)})
        return (None, _in_order(by_name, errors)) if errors else (message, {})

    def field_at(self, path: str) -> str | None:
        """Return the field of a refusal's path, such as ``/data/provider`` or ``/hash``."""
        stated = path.removeprefix("/data").removeprefix("/").partition("/")[0]
        name = self.places.get(stated, stated)
        return name if any(field.name == name for field in self.fields) else None


def _in_order(fields: Mapping[str, Field], errors: Mapping[str, str]) -> dict[str, str]:
    """Return *errors* in the order of the form's fields."""
    return {name: errors[name] for name in fields if name in errors}


def _wrong_dates(fields: Mapping[str, Field], filled: Mapping[str, str]) -> dict[str, str]:
    return {name: fields[name].wrong for name in filled if fields[name].kind == "date"}
