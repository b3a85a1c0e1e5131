"""Why routing refuses what a participant says, in plain words and with what to do instead."""

from shared.contracts.intake import Reason

_REASONS: dict[str, tuple[str, str, str]] = {
    "not_yours": (
        "/",
        "This is not yours to answer or to change.",
        "Name one of your own offers, engagements or requests; status.ask lists them.",
    ),
    "unknown_offer": (
        "/offer_id",
        "There is no such offer.",
        "Use the offer_id of the offer.made message.",
    ),
    "unknown_engagement": (
        "/engagement_id",
        "There is no such engagement.",
        "Use the engagement_id of the engagement.opened message.",
    ),
    "offer_not_open": (
        "/offer_id",
        "This offer is no longer open: it was answered, withdrawn, or has gone to another.",
        "Nothing is to be done; status.ask with about open_offers lists what is open.",
    ),
    "offer_expired": (
        "/offer_id",
        "The answer arrived after the offer had expired.",
        "Answer before expires_at; declare capacity to be asked again.",
    ),
    "already_withdrawn": (
        "/tracking_number",
        "This request was withdrawn before.",
        "Nothing is to be done.",
    ),
    "terminal": (
        "/",
        "This request has ended; nothing about it changes any more.",
        "Submit a new request if help is wanted again.",
    ),
    "not_referred": (
        "/tracking_number",
        "This request is not referred to the program office.",
        "Direct a request only while its status is referred.",
    ),
    "agency_not_eligible": (
        "/agency",
        "The program does not serve this agency.",
        "See which program serves it; there is nothing to correct in the request.",
    ),
    "no_ruleset": (
        "/action",
        "No rule set is in force.",
        "Approve a rule set that is effective now, then direct the request again.",
    ),
    "calendar_ended": (
        "/action",
        "No offer can be made: the calendar of the rule set in force ends before it would expire.",
        "Approve a rule set with the holidays of later years, then direct the request again.",
    ),
    "unknown_program": (
        "/program",
        "There is no such program, or it has ended.",
        "Name a program that is open or announced.",
    ),
    "unknown_provider": (
        "/provider",
        "There is no such provider.",
        "Name a provider that was listed by provider.list.",
    ),
}


def reason_of(code: str) -> Reason:
    """Return the reason that *code* names."""
    path, message, fix = _REASONS[code]
    return Reason(code=code, path=path, message=message, fix=fix)
