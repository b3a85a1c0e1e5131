"""Decides why a request counts as the wish of the agency's executive. Pure."""

from collections.abc import Mapping

from services.intake.agency_list import AgencyList
from shared.contracts.inbound import Agency, Authority

KNOWN_ADDRESS = "code_to_known_address"


def basis_of(
    authority: Authority,
    agency: Agency,
    *,
    agencies: AgencyList,
    known_domains: Mapping[str, frozenset[str]],
) -> str:
    """
    Return the basis of a request's authority.

    A person who repeats a code speaks for the agency only if the code went to a domain that the
    program office knows as the agency's. Otherwise, or if the ORI fits several agencies, the
    authority is only claimed.
    """
    if authority.basis != "code_to_address":
        return authority.basis
    matches = () if agency.ori is None else agencies.matching(agency.ori)
    domains = known_domains.get(matches[0].ori, ()) if len(matches) == 1 else ()
    domain = (authority.address or "").rpartition("@")[2].lower()
    return KNOWN_ADDRESS if domain in domains else "claimed"
