"""
Finds doubts: whether the executive wants the request, and whether the agency is the listed one.

Requests in doubt are referred to the program office.
"""

from services.routing.rules.facts import Facts, is_only_claimed
from services.routing.rules.names import resembles
from shared.contracts.routing import Sentences

_OFFICE = "the program office will look at the request."


def doubt(facts: Facts) -> tuple[str, Sentences] | None:
    """Return the reason to refer a request with *facts* because of its agency, if there is one."""
    is_claimed = is_only_claimed(facts)
    if is_claimed and facts["agency.ori_stated"]:
        return "authority_not_confirmed", Sentences(
            staff="Only the caller says that the executive wants this. A person makes sure.",
            requester="The program office makes sure that your agency's executive wants this.",
        )
    if not facts["agency.listed"]:
        return _not_listed(facts, is_claimed=is_claimed)
    names = facts.get("agency.listed_names")
    if not names:  # facts of 0.1.0 say only whether the agency is listed
        return None
    stated, listed = facts["agency.name"], names[0]
    if len(names) > 1:
        oris = facts["agency.listed_oris"]
        several = ", ".join(f"{name} ({ori})" for name, ori in zip(names, oris, strict=True))
        return "ori_ambiguous", Sentences(
            staff="Several agencies share these seven characters of their ORIs in the list:"
            f" {several}. The request names {stated}. A person decides.",
            requester="Several agencies of the list share the seven characters of your ORI; "
            + _OFFICE,
        )
    where, states = facts["agency.state"], facts["agency.listed_states"]
    if states[0] not in ("", where):
        return "state_not_as_listed", Sentences(
            staff=f"The request names {stated} in {where}; the list has {listed} in {states[0]}"
            " under this ORI. A person decides.",
            requester=f"The agency list has your ORI in another state, {states[0]}; {_OFFICE}",
        )
    if not resembles(stated, listed, rule=facts["agency.name_rule"]):
        return "name_not_as_listed", Sentences(
            staff=f"The request names {stated}; the list has {listed} under this ORI."
            " A person decides.",
            requester=f"The agency list has another name under your ORI, {listed}; {_OFFICE}",
        )
    return None


def _not_listed(facts: Facts, *, is_claimed: bool) -> tuple[str, Sentences]:
    if facts["agency.ori_stated"]:
        reason, staff = "ori_not_listed", "The ORI is in no agency list."
    else:
        reason, staff = "no_ori", "The agency has no ORI."
    if is_claimed:
        staff += " Only the caller says that the executive wants this."
    requester = f"Your agency is not in the agency list; {_OFFICE}"
    return reason, Sentences(staff=f"{staff} A person decides.", requester=requester)
