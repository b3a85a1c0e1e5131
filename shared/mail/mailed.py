"""Which messages to participants are mailed to people, too; answers to systems are not."""

from shared.contracts.outbound import TYPES

MAILED = frozenset(
    TYPES[name]
    for name in (
        "status_changed",
        "offer_made",
        "offer_changed",
        "offer_withdrawn",
        "offer_lapsed",
        "engagement_opened",
        "engagement_changed",
        "engagement_ended",
        "engagement_affected",
        "referral_made",
        "came_too_late",
        "clock_late",
        "clock_moved",
        "clock_reminder",
        "clock_settled",
        "delivery_failed",
        "fact_check_asked",
        "reply_asked",
        "publication_late",
        "report_status",
        "recommendation_changed",
    )
)
"""The types of these messages."""


def is_mailed(message_type: str | None) -> bool:
    """Return whether messages of this type are mailed to people, too."""
    return message_type in MAILED
