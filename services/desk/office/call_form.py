"""The form that staff fill in for an agency that calls, and the messages it makes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ValidationError

from shared.catalog.catalog import Catalog
from shared.contracts.codes import CODES, STATES
from shared.contracts.inbound import Contact, Submission
from shared.web.forms import Form, identifiers_in, unseen_in

OTHER = "other"
"""The topic of help that is described in words."""
Options = Mapping[str, str] | Literal["programs", "topics"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form, and the path of its value in the submission or the contact."""

    name: str
    label: str
    path: tuple[str, ...]
    kind: Literal["line", "words", "choice", "checks", "date", "check"] = "line"
    options: Options | None = None
    help: str = ""
    needed: bool = False
    most: int = 200
    wrong: str = ""


class Section(NamedTuple):
    """A part of the form."""

    title: str
    fields: Sequence[Field]


class Entered(NamedTuple):
    """The result of reading a form: both messages, or what is wrong with it, by field."""

    submission: Submission | None
    contact: Contact | None
    errors: Mapping[str, str]


def _meanings(codes: str) -> dict[str, str]:
    return {code: meaning.rstrip(".") for code, meaning in CODES[codes].items()}


_ROLES = {
    "chief": "Chief of police",
    "sheriff": "Sheriff",
    "director": "Director or colonel",
    "public_safety_director": "Director of public safety",
    "other_executive": "Another executive",
}
_CHANNELS = {
    "phone": "By telephone",
    "email": "By email",
    "letter": "By letter",
    "event": "At an event",
}
_BASES = {
    "letter_seen": "We have seen a letter from the executive",
    "call_back": "We called the executive back",
    "claimed": "The caller says so",
}
_LONG = 8000
_NOTE = 2000
_DATE = "Give a date, such as 2026-03-31."
SECTIONS: Sequence[Section] = (
    Section(
        "The call",
        (
            Field("channel", "How did it reach us?", ("received_by", "channel"), "choice",
                  _CHANNELS, needed=True),
            Field("received_on", "When?", ("received_by", "on"), "date", needed=True, wrong=_DATE),
            Field("first_contact_on", "When did the agency first contact us?",
                  ("first_contact_on",), "date", needed=True, wrong=_DATE,
                  help="Times are measured from this day."),
            Field("basis", "How do we know that the executive wants it?",
                  ("authority", "basis"), "choice", _BASES, needed=True,
                  help="If the caller only says so, the request comes back to us to confirm."),
            Field("authority_on", "When did we learn this?", ("authority", "on"), "date",
                  needed=True, wrong=_DATE),
        ),
    ),
    Section(
        "The agency",
        (
            Field("agency", "Name", ("agency", "name"), needed=True),
            Field("state", "State or territory", ("agency", "state"), "choice", STATES,
                  needed=True),
            Field("cri_type", "Kind of agency", ("agency", "cri_type"), "choice",
                  _meanings("agency_types"), needed=True),
            Field("agency_class", "Who runs it?", ("agency", "agency_class"), "choice",
                  _meanings("agency_classes"), needed=True),
            Field("ori", "ORI", ("agency", "ori"), most=9, help="Leave it empty if unknown.",
                  wrong="An ORI has 7 or 9 capital letters and digits, such as CA0194200."),
            Field("sworn_band", "Sworn officers", ("agency", "sworn_band"), "choice",
                  _meanings("sworn_bands")),
        ),
    ),
    Section(
        "The help",
        (
            Field("topics", "Topics", ("topics",), "checks", "topics",
                  help="Choose at least one, or describe the help.",
                  wrong="Choose at least one topic, or describe the help."),
            Field("other_topic", "If no topic fits, describe the help", ("other_topic",), "words",
                  most=_NOTE),
            Field("program", "Program", ("program",), "choice", "programs",
                  help="Leave it empty if the caller does not know."),
            Field("service_forms", "Forms of help", ("service_forms",), "checks",
                  _meanings("service_forms")),
            Field("goals", "Goals", ("goals",), "checks", _meanings("goals")),
        ),
    ),
    Section(
        "The need",
        (
            Field("issue", "What is the problem?", ("need", "issue"), "words", most=_LONG),
            Field("how_noticed", "How did the agency notice it?", ("need", "how_noticed"), "words",
                  most=_LONG),
            Field("if_nothing_is_done", "What happens if nothing is done?",
                  ("need", "if_nothing_is_done"), "words", most=_LONG),
            Field("supporting_data", "Figures or findings", ("need", "supporting_data"), "words",
                  most=_LONG),
            Field("obstacles", "What has kept the agency from solving it?", ("need", "obstacles"),
                  "words", most=_LONG),
            Field("current_policy", "What does the policy say now?", ("need", "current_policy"),
                  "words", most=_LONG),
        ),
    ),
    Section(
        "When",
        (
            Field("level", "How urgent is it?", ("urgency", "level"), "choice",
                  {"standard": "Standard", "urgent": "Urgent"}),
            Field("urgent_because", "Why is it urgent?", ("urgency", "reason"), "words",
                  most=_NOTE),
            Field("incident_on", "Date of the incident", ("urgency", "incident_on"), "date",
                  wrong=_DATE),
            Field("from", "Help wanted from", ("wished", "from"), "date", wrong=_DATE),
            Field("until", "Help wanted until", ("wished", "until"), "date", wrong=_DATE),
            Field("may_be_named", "The agency may be named in public", ("may_be_named",),
                  "check"),
        ),
    ),
    Section(
        "Contact person",
        (
            Field("role", "Who is asking?", ("requested_by", "role"), "choice", _ROLES,
                  needed=True),
            Field("name", "Name of the contact person", ("contact", "name"), needed=True),
            Field("title", "Title", ("contact", "title")),
            Field("phone", "Telephone", ("contact", "phone"),
                  help="A telephone number or an email address is enough."),
            Field("email", "Email address", ("contact", "email"),
                  help="Without one, we call with all news."),
        ),
    ),
)  # fmt: skip
FIELDS: Mapping[str, Field] = {field.name: field for part in SECTIONS for field in part.fields}
_BY_PATH = {field.path: field for field in FIELDS.values()}
NO_WAY = "Give a telephone number or an email address."
"""The error if a form has neither a telephone number nor an email address."""


def read(form: Form, *, reference: str) -> Entered:
    """Return the messages that *form* makes, or everything that is wrong with it."""
    data: dict[str, Any] = {}
    errors = {}
    for field in FIELDS.values():
        value = _value(field, form)
        if value:
            _put(data, field.path, value)
        elif field.needed:
            errors[field.name] = _missing(field)
    contact_data = {**data.pop("contact", {}), "contact_id": reference, "of_caller": True}
    if not {"phone", "email"} & contact_data.keys():
        errors["phone"] = NO_WAY
    if "other_topic" in data and OTHER not in data.get("topics", ()):
        data["topics"] = [*data.get("topics", ()), OTHER]
    data["reference"] = reference
    data.setdefault("requested_by", {})["contact_id"] = reference
    submission = _judged(Submission, data, (), errors)
    contact = _judged(Contact, contact_data, ("contact",), errors)
    texts = {name: form.text(name) for name in FIELDS}
    errors |= unseen_in({name: texts[name] for name in FIELDS if FIELDS[name].kind == "line"})
    errors |= identifiers_in(texts)
    if errors:
        order = list(FIELDS)
        return Entered(None, None, dict(sorted(errors.items(), key=lambda e: order.index(e[0]))))
    assert isinstance(submission, Submission)
    assert isinstance(contact, Contact)
    return Entered(submission, contact, {})


def options_of(field: Field, catalog: Catalog) -> Mapping[str, str]:
    """Return the values of *field*, each with the text to show."""
    if field.options == "programs":
        return {id_: program.name for id_, program in catalog.programs.items()}
    if field.options == "topics":
        topics = sorted(catalog.topics.items(), key=lambda item: item[1].name)
        return {id_: topic.name for id_, topic in topics if id_ != OTHER}
    return field.options or {}


def field_at(path: str) -> str | None:
    """Return the field of a refusal's path, such as ``/data/agency/ori``."""
    parts = tuple(path.removeprefix("/data/").split("/"))
    found = _field_of(parts)
    return None if found is None else found.name


def _judged(
    model: type[BaseModel], data: dict[str, Any], above: tuple[str, ...], errors: dict[str, str]
) -> BaseModel | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_context=True):
            field = _field_of((*above, *map(str, problem["loc"])))
            if field is not None:
                errors.setdefault(field.name, _words(field, problem))
        if not errors:
            raise
        return None


def _field_of(path: tuple[str, ...]) -> Field | None:
    """Return the field at *path*, or the one that it is in."""
    for length in range(len(path), 0, -1):
        if (field := _BY_PATH.get(path[:length])) is not None:
            return field
    return _BY_PATH.get((*path, "issue"))


def _words(field: Field, problem: Any) -> str:
    if problem["type"] == "string_too_long":
        most = problem.get("ctx", {}).get("max_length", field.most)
        ends = "" if field.label.endswith("?") else ":"
        return f"{field.label}{ends} Shorten this to at most {most:,} characters."
    return field.wrong or _missing(field)


def _missing(field: Field) -> str:
    if field.wrong:
        return field.wrong
    is_question = field.label.endswith("?")
    if field.kind in ("choice", "checks"):
        return f"{field.label}{' Choose' if is_question else ': choose'} one from the list."
    return f"{field.label}{' Fill' if is_question else ': fill'} this in."


def _value(field: Field, form: Form) -> Any:
    if field.kind == "checks":
        return form.all(field.name)
    text = form.text(field.name)
    return bool(text) if field.kind == "check" else text


def _put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for name in path[:-1]:
        data = data.setdefault(name, {})
    data[path[-1]] = value
