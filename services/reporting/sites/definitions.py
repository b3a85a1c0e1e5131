"""What the public numbers mean, with the version of each definition."""

from typing import NamedTuple

from services.reporting.notes import NOTES
from services.reporting.release import DEFINITIONS

SITE_DEFINITION = 1
"""Version of how recommendations, shares and due dates of sites are counted."""
VERSIONS = {"sites": SITE_DEFINITION}


class Definition(NamedTuple):
    """``id`` is the anchor of its part of the page."""

    id: str
    title: str
    version: int
    notes: tuple[str, ...]


_STATUSES = (
    "Complete: the recommendation is carried out.",
    "Partially complete, and not going on: more is needed, and the agency will not go on. This is"
    " an end, not half of the way.",
    "In progress: the agency has begun to carry out the recommendation.",
    "Not started: the agency has not begun.",
    "Status not known: nobody has verified a status.",
)
_SITES = (
    "A site is an agency that is assessed in public. A focus area is a part of the assessment, a"
    " finding is what was found, a recommendation is what the agency is asked to do.",
    "The provider of the assessment decides the status of a recommendation, and the program office"
    " verifies it. Only verified statuses are counted.",
    "What an agency reports as done is shown beside the verified status. It changes no status and"
    " is in no share.",
    "Every share names its part, its whole and its day. It is computed, with one decimal, and ties"
    " round up. Without recommendations there is no share.",
    "If the status of any recommendation is not known, the page gives counts and no shares.",
    "A recommendation that was withdrawn from the report counts in no share.",
    "Recommendations by goal are those of each site's last report, by the goal of the program that"
    " the provider has named for their focus area.",
    "Two reports about different days may have different numbers of recommendations, so this site"
    " draws no line between them.",
    "A report is late when its due date has passed and nothing is published. A date that was moved"
    " stays shown, with the reason.",
    "Before a report is published, the agency may check its facts. What it disputes, and what it"
    " replies, stands beside the text, unchanged.",
    "A correction shows what was wrong, what is right, and why. A report that was withdrawn keeps"
    " its page, which says why; its text is shown no more.",
)


def all_definitions() -> list[Definition]:
    """Return the definitions, in the order of the page."""
    return [
        Definition("sites", "Sites, reports and recommendations", SITE_DEFINITION, _SITES),
        Definition("statuses", "Status of a recommendation", SITE_DEFINITION, _STATUSES),
        Definition("figures", "Monthly figures", DEFINITIONS["figures"], NOTES[:2] + NOTES[4:]),
        Definition("rounding", "Rounding of monthly figures", DEFINITIONS["gate"], NOTES[2:4]),
    ]
