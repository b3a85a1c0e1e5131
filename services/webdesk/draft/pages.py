"""The pages of the form, each with its fields. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.contracts.codes import CODES, STATES
from shared.web.fields import Field, Fields
from shared.web.forms import Form

OTHER = "other"
"""The topic of help that is described in words."""
_LONG, _NOTE = 8000, 2000
_DATE = "Enter a date, such as 2026-03-31."
_WORDS = "At most 8,000 characters."
_ROLES = {
    "chief": "Chief of police",
    "sheriff": "Sheriff",
    "director": "Director or colonel",
    "public_safety_director": "Director of public safety",
    "other_executive": "Another executive",
}


class Page(NamedTuple):
    """A page of the form; ``name`` is the last part of its address."""

    name: str
    title: str
    fields: Sequence[Field]


def _meanings(codes: str) -> Mapping[str, str]:
    return {code: meaning.rstrip(".") for code, meaning in CODES[codes].items()}


def _need(name: str, label: str, *, needed: bool = False) -> Field:
    wrong = f"{label} Describe it in a few words." if needed else ""
    return Field(name, label, ("need", name), "words", needed=needed, most=_LONG, help=_WORDS,
                 wrong=wrong)  # fmt: skip


_CLASSES = {
    code: words for code, words in _meanings("agency_classes").items() if code != "federal"
}
UNLISTED: Sequence[Field] = (
    Field("agency", "Name of the agency", ("agency", "name"), needed=True,
          autocomplete="organization", wrong="Enter the name of your agency."),
    Field("state", "State or territory", ("agency", "state"), "choice", STATES, needed=True,
          wrong="Choose the state or territory."),
    Field("cri_type", "Kind of agency", ("agency", "cri_type"), "choice",
          _meanings("agency_types"), needed=True, wrong="Choose the kind of agency."),
    Field("agency_class", "Who runs it?", ("agency", "agency_class"), "choice",
          _CLASSES,
          needed=True, wrong="Choose who runs the agency."),
)  # fmt: skip
"""What is asked about an agency that is not in the list."""
PAGES: Sequence[Page] = (
    Page(
        "agency",
        "Your agency",
        (
            Field("ori", "Agency", ("agency", "ori"), most=9,
                  wrong="Choose your agency, or say that it is not in the list."),
            *UNLISTED,
        ),
    ),
    Page(
        "help",
        "The help you want",
        (
            Field("program", "Program", ("program",), "choice", "programs",
                  help="If you do not know, leave it open. We will suggest one."),
            Field("topics", "Topics", ("topics",), "checks", "topics",
                  help="Choose at least one, or describe the help in your own words.",
                  wrong="Choose at least one topic, or describe the help in your own words."),
            Field("other_topic", "If no topic fits, describe the help you need", ("other_topic",),
                  "words", most=_NOTE, help="At most 2,000 characters."),
            Field("service_forms", "Forms of help", ("service_forms",), "checks",
                  _meanings("service_forms")),
            Field("goals", "Goals", ("goals",), "checks", _meanings("goals")),
        ),
    ),
    Page(
        "need",
        "Your need",
        (
            _need("issue", "What is the problem?", needed=True),
            _need("how_noticed", "How did you notice it?"),
            _need("if_nothing_is_done", "What happens if nothing is done?"),
            _need("supporting_data", "What figures or findings show it?"),
            _need("obstacles", "What has kept you from solving it?"),
            _need("current_policy", "What does your policy say now?"),
        ),
    ),
    Page(
        "when",
        "When",
        (
            Field("level", "How urgent is it?", ("urgency", "level"), "choice",
                  {"standard": "Standard", "urgent": "Urgent"}, needed=True,
                  wrong="Choose how urgent it is."),
            Field("urgent_because", "Why is it urgent?", ("urgency", "reason"), "words",
                  most=_NOTE, help="Only if it is urgent. At most 2,000 characters.",
                  wrong="Say why it is urgent."),
            Field("incident_on", "Date of the incident", ("urgency", "incident_on"), "date",
                  help="If your request is about one incident.", wrong=_DATE),
            Field("from", "Help wanted from", ("wished", "from"), "date", wrong=_DATE),
            Field("until", "Help wanted until", ("wished", "until"), "date", wrong=_DATE),
            Field("may_be_named", "You may name our agency in public", ("may_be_named",), "check"),
        ),
    ),
    Page(
        "people",
        "Contact person",
        (
            Field("role", "Which executive of your agency is asking?", ("requested_by", "role"),
                  "choice", _ROLES, needed=True, wrong="Choose the executive who is asking.",
                  help="The program office confirms this before it tells anyone else."),
            Field("authorized_on", "When did the executive decide to ask?",
                  ("requested_by", "authorized_on"), "date", wrong=_DATE),
            Field("name", "Name of the contact person", ("contact", "name"), needed=True,
                  autocomplete="name", wrong="Enter the name of the contact person."),
            Field("title", "Title", ("contact", "title"), autocomplete="organization-title"),
            Field("email", "Email address", ("contact", "email"), needed=True,
                  autocomplete="email",
                  wrong="Enter one email address, such as name@agency.example.",
                  help="We send updates to this address."),
            Field("phone", "Telephone", ("contact", "phone"), autocomplete="tel",
                  help="Include the extension, such as +1 202 555 0100, ext. 12."),
        ),
    ),
)  # fmt: skip
BY_NAME: Mapping[str, Page] = {page.name: page for page in PAGES}
FIELDS = Fields(field for page in PAGES for field in page.fields)
PAGE_OF: Mapping[str, Page] = {field.name: page for page in PAGES for field in page.fields}
"""The page of each field."""
REVIEW, STEPS = "review", len(PAGES) + 1
"""The last page, which shows everything before it is sent, and the number of pages."""

Answers = Mapping[str, Mapping[str, Sequence[str]]]
"""What a draft holds: page, field, values."""


def written(page: Page, form: Form) -> dict[str, list[str]]:
    """Return what *form* has in the fields of *page*; for a listed agency, only its ORI."""
    fields = page.fields[:1] if form.text("ori") else page.fields
    found = {field.name: form.all(field.name) for field in fields}
    return {name: values for name, values in found.items() if values}


def form_of(answers: Answers) -> Form:
    """Return *answers* as one form with all fields."""
    return Form({name: values for each in answers.values() for name, values in each.items()})
