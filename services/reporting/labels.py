"""Labels of codes, and formats of durations, for people who read the pages."""

from collections.abc import Mapping

from shared.catalog.catalog import Catalog
from shared.contracts.codes import STATES

STAGES = {
    "first_contact_to_submission": "First contact → request",
    "submission_to_acknowledgement": "Request → receipt confirmed",
    "acknowledgement_to_triage": "Receipt confirmed → program chosen",
    "triage_to_offer": "Program chosen → first provider asked",
    "offer_to_acceptance": "First provider asked → one accepts",
    "acceptance_to_delivery": "A provider accepts → help delivered",
    "delivery_to_close": "Help delivered → closed",
    "submission_to_acceptance": "In all: request → a provider accepts",
    "submission_to_close": "In all: request → closed",
    "first_contact_to_acceptance": "In all: first contact → a provider accepts",
    "first_contact_to_close": "In all: first contact → closed",
    "offer_to_answer": "A provider is asked → it answers",
}
"""Every stage, in the order a request passes through them."""

PROVIDER_STAGES = ("offer_to_answer", "acceptance_to_delivery", "delivery_to_close")
"""The stages of a provider's own work. The first one is no stage of a request."""

DAY_STAGES = frozenset(
    {
        "first_contact_to_submission",
        "first_contact_to_acceptance",
        "first_contact_to_close",
    }
)
"""The stages that begin with a date, not a time: they are shown in days."""

BREAKDOWNS = {
    "status": "by state of the request",
    "reached": "by the state that they reached",
    "program": "by program",
    "lane": "by program and urgency",
    "goal": "by goal",
    "family": "by family of topics",
    "topic": "by topic",
    "service_form": "by form of help",
    "cri_type": "by type of agency",
    "agency_class": "by who runs the agency",
    "sworn_band": "by number of sworn officers",
    "size": "by size",
    "us_state": "by U.S. state or territory",
    "event": "by what happened",
    "decline_reason": "declined, by reason",
    "made_to": "made, by provider",
    "accepted_by": "accepted, by provider",
    "declined_by": "declined, by provider",
    "lapsed_by": "lapsed, by provider",
    "declined_for": "declined, by provider and reason",
    "open_with": "open at the end, by provider",
    "area_goal": "by goal of their focus area",
    "close_reason": "closed or ended, by reason",
    "completed_by_goal": "completed, by goal of the request",
}
"""Every breakdown of counts."""

UNITS = {
    "requests": "Requests",
    "offers": "Offers to providers",
    "engagements": "Engagements",
    "clocks": "Time limits",
    "agencies": "Agencies",
    "recommendations": "Recommendations",
}
"""Every unit, in the order of the pages."""

GOALS = {
    "trust": "trust between agency and community",
    "operations": "how the agency works",
    "wellness": "health and safety of its people",
    "learning": "training and learning",
    "promising_practices": "promising practices",
}

_DECLINED = {"no_capacity": "no capacity"}
"""Reasons of a decline that mean something else where requests wait."""
_GROUP_LABELS = {
    "accepted": "accepted, being sorted",
    "triaged": "sorted, looking for a provider",
    "waiting": "waiting",
    "offered": "offered to a provider",
    "assigned": "taken on by a provider",
    "in_delivery": "help is being given",
    "delivered": "delivered, not yet closed",
    "closed": "closed",
    "ineligible": "not eligible",
    "referred": "with the program office",
    "withdrawn": "withdrawn by the agency",
    "not_decided": "not decided yet",
    "under_50": "under 50 sworn officers",
    "50_and_more": "50 sworn officers or more",
    "not_stated": "not stated",
    "program_not_open": "the program is not open yet",
    "no_capacity": "no provider has capacity",
}


def names_by_breakdown(catalog: Catalog) -> Mapping[str, Mapping[str, str]]:
    """Return the names that stand in place of ids, for the breakdowns whose groups have them."""
    programs = {id_: program.name for id_, program in catalog.programs.items()}
    providers = {id_: provider.name for id_, provider in catalog.providers.items()}
    return {
        "made_to": providers,
        "accepted_by": providers,
        "declined_by": providers,
        "lapsed_by": providers,
        "declined_for": {**providers, **_DECLINED},
        "open_with": providers,
        "provider": providers,
        "program": programs,
        "lane": programs,
        "program and reason": programs,
        "topic": {id_: topic.name for id_, topic in catalog.topics.items()},
        "us_state": STATES,
        "goal": GOALS,
        "completed_by_goal": GOALS,
        "area_goal": GOALS,
        "decline_reason": _DECLINED,
    }


def group_label(code: str, names: Mapping[str, str]) -> str:
    """
    Return the label of *code*; a U.S. state or an unknown code stays almost unchanged.

    *names* holds the programs' names by id.
    """
    program, dot, urgency = code.partition(".")
    if dot:
        return f"{group_label(program, names)}, {urgency}"
    head, colon, rest = code.partition(": ")
    if colon:
        return f"{group_label(head, names)}: {group_label(rest, names)}"
    return names.get(code) or _GROUP_LABELS.get(code) or code.removeprefix("US-").replace("_", " ")


def format_days(seconds: float) -> str:
    """Return *seconds* as days, with one decimal if a median lies between two whole days."""
    number = f"{seconds / 86_400:.1f}".removesuffix(".0")
    return f"{number} day" if number == "1" else f"{number} days"


def format_duration(seconds: float) -> str:
    """Return *seconds* in the unit that reads best, such as ``12 min``."""
    if seconds < 0:
        return f"-{format_duration(-seconds)}"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86_400:.0f} days"
