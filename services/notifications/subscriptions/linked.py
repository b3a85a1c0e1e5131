"""The links of a mail to a subscriber; they are made when it is sent, and kept nowhere. Pure."""

from collections.abc import Mapping
from typing import Any

from services.notifications.mail.compose import MailingList
from services.notifications.subscriptions.subscriber import (
    MONTHLY_UPDATE,
    REPORTS,
    SOLICITATIONS,
    audience_of,
)
from shared.contracts.links import Gets, Links

_WISHED = {
    MONTHLY_UPDATE: "A monthly update on what is new in the programs",
    SOLICITATIONS: "New solicitations and changes to them",
    REPORTS: "Reports about agencies, and corrections of published figures",
}


def facts_of(
    links: Links, audience: str, matter: str, facts: Mapping[str, Any], gets: Gets
) -> dict[str, Any]:
    """
    Return *facts* with the links that a template may show, for a mail about *matter*.

    *gets* is what the subscription gets now.
    """
    identity = audience.removeprefix(audience_of(""))
    kinds = facts.get("kinds", ())
    return {
        **facts,
        "wished": [_WISHED.get(kind, kind) for kind in kinds],
        "confirm_url": links.confirm(identity, kinds),
        "preferences_url": links.preferences(identity, gets),
        "end_url": links.end(identity, matter),
    }


def list_of(links: Links, audience: str, matter: str) -> MailingList | None:
    """Return the list of a mail about *matter*; None if that is the subscription itself."""
    if matter not in _WISHED:
        return None
    return MailingList(matter, links.end(audience.removeprefix(audience_of("")), matter))
