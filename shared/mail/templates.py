"""
The templates of mails, with their versions.

The text and the HTML of a template are in ``templates/<id>.v<n>.txt`` and ``.html``. A mail is
rendered with the version that it was prepared for, so a released version is never removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

SUBJECT_CHARACTERS = 78
SAMPLE_URL = "https://program.example/"
"""The public page's address in samples."""
ENVIRONMENT = Environment(
    loader=PackageLoader("shared.mail"),
    autoescape=lambda name: name is None or name.endswith(".html"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
for _name in ENVIRONMENT.list_templates():  # compile now: a broken template fails at start
    ENVIRONMENT.get_template(_name)


@dataclass(frozen=True, slots=True)
class Template:
    """One version of a template; ``subject`` names facts in braces, ``sample`` has examples."""

    id: str
    version: int
    subject: str
    sample: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.id}.v{self.version}"


class Rendered(NamedTuple):
    """What a mail says: each of its two forms is complete by itself."""

    subject: str
    text: str
    html: str


TRIAL = Template("trial", 1, "A test of Continuum email", {})
STATUS = Template(
    "status",
    1,
    "{tracking_number}: {status_words}",
    {
        "tracking_number": "CRI-2026-000042-J",
        "status_words": "your request is waiting",
        "sentence": "Your request waits because no provider has room for it now.",
        "next_what": "It moves on, in order, when there is room.",
        "next_by": None,
        "elsewhere": None,
    },
)
OFFER = Template(
    "offer",
    1,
    "{tracking_number}: an offer to you",
    {
        "tracking_number": "CRI-2026-000042-J",
        "sentence": "You help with a topic asked for.",
        "expires_at": "March 9, 2026, 22:00 UTC",
        "has_system": False,
        "page_url": "https://program.example/offer/CRI-2026-000042-J-O1/noble/ZGVzaw==/token",
    },
)
NEWS = Template(
    "news",
    1,
    "{tracking_number}: {about}",
    {
        "tracking_number": "CRI-2026-000042-J",
        "about": "the offer has lapsed",
        "sentence": "The offer has lapsed: no answer came in time. Nothing is owed.",
    },
)
DIGEST = Template(
    "digest",
    1,
    "What is new: {count}",
    {
        "count": "2 requests",
        "lines": [
            {
                "tracking_number": "CRI-2026-000042-J",
                "what": "your request is waiting",
                "sentence": "Your request waits because no provider has room for it now.",
            },
            {
                "tracking_number": "CRI-2026-000043-K",
                "what": "a provider has accepted",
                "sentence": "A provider helps you from now on.",
            },
        ],
        "more": 0,
    },
)
CODE = Template(
    "code",
    1,
    "Your code",
    {"code": "00417263", "about": "WEB-7Q2K9M4T1X", "purpose": "confirm_address", "counter": 1},
)
_LINKS = {
    "confirm_url": "https://program.example/subscriptions/confirm/7d0e6c1a/token",
    "preferences_url": "https://program.example/subscriptions/preferences/7d0e6c1a/token",
    "end_url": "https://program.example/subscriptions/end/7d0e6c1a/solicitations/token",
}
"""Samples of links to the public desk; the real ones are made when a mail is sent."""
CONFIRM = Template(
    "confirm",
    1,
    "Please confirm that you want this email",
    {"wished": ["New solicitations and changes to them"], "gets_news": True, **_LINKS},
)
PREFERENCES = Template("preferences", 1, "Your subscription to our news", _LINKS)
SOLICITATION = Template(
    "solicitation",
    1,
    "{title}: {what}",
    {
        "what": "changed",
        "title": "Partners for technical assistance",
        "program": "Technical Assistance Center",
        "for_whom": "providers",
        "sentence": "Applications are taken until May 22, 2026, 23:59 UTC-04:00.",
        "changes": [
            "Closing: was May 15, 2026, 23:59 UTC-04:00, now May 22, 2026, 23:59 UTC-04:00."
        ],
        "summary": "Organizations that would help agencies.",
        "url": "https://grants.example/cri-tac-2026",
        **_LINKS,
    },
)
UPDATE = Template(
    "update",
    1,
    "Monthly program update: {month}",
    {
        "month": "April 2026",
        "lines": [
            {
                "name": "Critical Response",
                "sentence": "The program is suspended. It takes requests, but they wait.",
                "url": "",
            },
            {
                "name": "Partners for technical assistance",
                "sentence": "Applications are taken until May 22, 2026, 23:59 UTC-04:00.",
                "url": "https://grants.example/cri-tac-2026",
            },
        ],
        **_LINKS,
    },
)
REPORT = Template(
    "report",
    1,
    "{name}",
    {
        "name": "Mount Alder Police Department: First report",
        "sentence": "This report is published.",
        "url": "https://program.example/sites/mount-alder-co/first-report",
        **_LINKS,
    },
)
_TO_SUBSCRIBERS = (CONFIRM, PREFERENCES, SOLICITATION, UPDATE, REPORT)
WITH_LINKS = frozenset(template.name for template in _TO_SUBSCRIBERS)
"""The templates that need links to the public desk."""
WORDS_OF_OTHERS = frozenset({"name", "program", "summary", "title", "url"})
"""Facts that others wrote: a mail shows them unchanged, even if they look like a moment."""
TEMPLATES = {
    template.name: template
    for template in (TRIAL, STATUS, OFFER, NEWS, DIGEST, CODE, *_TO_SUBSCRIBERS)
}


def render(template: Template, facts: Mapping[str, Any], *, public_url: str) -> Rendered:
    """
    Return *template* filled in with *facts*; a fact that is missing is an error.

    In the subject, which is a header, a space stands for each character that is not printable.
    """
    subject = template.subject.format_map(facts)
    subject = "".join(each if each.isprintable() else " " for each in subject)
    if len(subject) > SUBJECT_CHARACTERS:
        subject = f"{subject[: SUBJECT_CHARACTERS - 1]}…"
    about = {**facts, "subject": subject, "public_url": public_url}
    text, html = (
        ENVIRONMENT.get_template(f"{template.name}.{form}").render(about)
        for form in ("txt", "html")
    )
    return Rendered(subject, text, html)
