"""Settings and answers of the public desk, as tests use them."""

from pathlib import Path
from typing import Any

from services.webdesk.draft.pages import Answers
from tests.examples.office import PRODUCTION as REAL
from tests.examples.office import SETTINGS as OFFICE

URL = "https://help.example"
LINK_KEY = bytes(range(32)).hex()
REFERENCE_DATA = Path(__file__).parents[2] / "deploy" / "reference"
SETTINGS: dict[str, Any] = {
    **{name: value for name, value in OFFICE.items() if name not in ("issuer", "client_id")},
    "kafka_user": "svc-webdesk",
    "postgres_database": "continuum_webdesk",
    "postgres_user": "webdesk",
    "public_url": URL,
    "agency_list": REFERENCE_DATA / "agencies.csv.gz",
    "topics_of_help": REFERENCE_DATA / "topics.yaml",
    "programs": REFERENCE_DATA / "programs.yaml",
    "link_key": LINK_KEY,
}
PRODUCTION: dict[str, Any] = {
    **SETTINGS,
    **{name: REAL[name] for name in ("kafka_servers", "postgres_host", "office_telephone")},
    "public_url": "https://help.program.internal",
}
ALTURAS = "CA0250100"
NEED = "Calls of people in crisis end in arrests."
ANSWERS: Answers = {
    "agency": {"ori": [ALTURAS]},
    "help": {"topics": ["use_of_force"], "service_forms": ["consultation"], "goals": ["trust"]},
    "need": {"issue": [NEED]},
    "when": {"level": ["standard"], "from": ["2026-04-01"], "until": ["2026-09-30"]},
    "people": {
        "role": ["chief"],
        "name": ["A. Chief"],
        "email": ["chief@alturas.example"],
        "phone": ["+1 202 555 0100, ext. 12"],
    },
}
"""Everything that a request needs."""


def answers(page: str, **changed: str | list[str]) -> Answers:
    """Return `ANSWERS` with other values on *page*; an empty one is left out."""
    values = {
        name: value if isinstance(value, list) else [value] for name, value in changed.items()
    }
    merged = {**ANSWERS[page], **values}
    return {**ANSWERS, page: {name: each for name, each in merged.items() if any(each)}}
