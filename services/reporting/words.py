"""The words of the public page for the codes of the figures."""

from collections.abc import Mapping

STAGES = {
    "first_contact_to_submission": "First contact → submission",
    "submission_to_acknowledgement": "Submission → acknowledgement",
    "acknowledgement_to_triage": "Acknowledgement → triage",
    "triage_to_offer": "Triage → first offer",
    "offer_to_acceptance": "First offer → acceptance",
    "acceptance_to_delivery": "Acceptance → delivery",
    "delivery_to_close": "Delivery → close",
    "submission_to_acceptance": "Submission → acceptance, in all",
    "submission_to_close": "Submission → close, in all",
}
"""Every stage, in the order of a request's life."""

IN_DAYS = frozenset({"first_contact_to_submission"})
"""The stages that begin with a date: they are counted in days."""

BREAKDOWNS = {
    "status": "by state of the request",
    "program": "by program",
    "lane": "by lane",
    "cri_type": "by agency type",
    "agency_class": "by class in the agency list",
    "sworn_band": "by sworn officers",
    "us_state": "by U.S. state or territory",
}
"""Every breakdown, in the order it is shown."""

OF_PROGRAMS = frozenset({"program", "lane", "program and reason"})
"""The breakdowns whose groups begin with the id of a program."""

VOLUMES = {
    "offers": "Offers to providers, to the nearest ten",
    "engagements": "Engagements, to the nearest ten",
    "clocks": "Clocks, to the nearest ten",
}
"""The units that are not requests, in the order they are shown."""

_GROUPS = {
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
    "not_stated": "not stated",
    "program_not_open": "the program is not open yet",
    "no_capacity": "no provider has capacity",
}


def group(code: str, names: Mapping[str, str]) -> str:
    """
    Return *code* in words; states and unknown codes nearly as they are.

    *names* are those of the programs, by id.
    """
    program, dot, urgency = code.partition(".")
    if dot:
        return f"{group(program, names)}, {urgency}"
    head, colon, rest = code.partition(": ")
    if colon:
        return f"{group(head, names)}: {group(rest, names)}"
    return names.get(code) or _GROUPS.get(code) or code.removeprefix("US-").replace("_", " ")


def days(seconds: float) -> str:
    """Return a length of whole days as a person says it; a median may lie between two of them."""
    number = f"{seconds / 86_400:.1f}".removesuffix(".0")
    return f"{number} day" if number == "1" else f"{number} days"


def duration(seconds: float) -> str:
    """Return a length of time as a person says it, to two places at most."""
    if seconds < 0:
        return f"-{duration(-seconds)}"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86_400:.0f} days"
