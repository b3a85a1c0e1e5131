"""Reasons of routing's refusals, with the path of the refused field."""

from collections.abc import Mapping

from shared.contracts import refusals
from shared.contracts.intake import Reason
from shared.contracts.refusals import Refusal

_PATHS: Mapping[Refusal, str] = {
    refusals.NOT_YOURS: "/",
    refusals.UNKNOWN_OFFER: "/offer_id",
    refusals.UNKNOWN_ENGAGEMENT: "/engagement_id",
    refusals.ENGAGEMENT_NOT_OPEN: "/engagement_id",
    refusals.NOT_DELIVERED: "/reason",
    refusals.OFFER_NOT_OPEN: "/offer_id",
    refusals.OFFER_EXPIRED: "/offer_id",
    refusals.ALREADY_WITHDRAWN: "/tracking_number",
    refusals.REQUEST_ENDED: "/",
    refusals.NOT_REFERRED: "/tracking_number",
    refusals.AUTHORITY_NEEDED: "/action",
    refusals.AUTHORITY_NOT_OPEN: "/action",
    refusals.CLOCK_NOT_LATE: "/clock",
    refusals.AGENCY_NOT_SERVED: "/agency",
    refusals.EXCLUDED_BY_RULE: "/agency",
    refusals.NO_RULESET: "/action",
    refusals.CALENDAR_ENDED: "/action",
    refusals.PROGRAM_UNKNOWN_OR_ENDED: "/program",
    refusals.UNKNOWN_PROVIDER: "/provider",
    refusals.PROVIDER_NOT_ACTIVE: "/provider",
    refusals.SAME_PROVIDER: "/provider",
}


def reason_of(refusal: Refusal, *, path: str | None = None, **fields: str) -> Reason:
    """Return the reason for *refusal* at *path*, or its usual one, with *fields* in its text."""
    return refusal.reason(path or _PATHS[refusal], fields)
