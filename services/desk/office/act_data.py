"""When each act is possible in a case, and the data of its message. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from services.desk.office.act_form import About
from services.desk.office.call_form import NO_WAY
from shared.web.last_days import end_of

_UNDER_WAY = frozenset({"assigned", "planned", "in_delivery", "delivered"})


def is_referred(about: About) -> bool:
    return about.status == "referred"


def is_claimed(about: About) -> bool:
    """Tell whether it was only claimed that the agency's executive wants the request."""
    return is_referred(about) and about.is_claimed


def is_decided_here(about: About) -> bool:
    return is_referred(about) and not is_claimed(about)


def is_under_way(about: About) -> bool:
    return about.status in _UNDER_WAY and about.engagement_id is not None


def is_ours(about: About) -> bool:
    """Tell whether the contact is one that this office keeps, not the agency's own system."""
    return about.contact_id is not None


def is_about(*kinds: str) -> Callable[[About], bool]:
    """Return whether an act is about an item of one of *kinds*."""
    return lambda about: about.item is not None and about.item.kind in kinds


def direct(action: str) -> Callable[[About, Mapping[str, str]], Mapping[str, Any]]:
    def data(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
        return {"tracking_number": about.tracking_number, "action": action, **values}

    return data


def end(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {"engagement_id": about.engagement_id, **values}


def rehome(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {"engagement_id": about.engagement_id, "to": "provider", **values}


def contact(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    return {"contact_id": about.contact_id, "of_caller": True, **values}


def no_way(values: Mapping[str, str]) -> dict[str, str]:
    return {} if {"phone", "email"} & values.keys() else {"phone": NO_WAY}


def settle(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    assert about.item is not None
    found: dict[str, Any] = {
        "tracking_number": about.tracking_number,
        "clock": about.item.about,
        "reason": values.get("reason"),
    }
    if (until := values.get("valid_until")) is not None:
        found["valid_until"] = end_of(until, about.zone)
    return found


def mail_settled(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    assert about.item is not None
    return {"mail": about.item.about, **values}


def told_otherwise(about: About, values: Mapping[str, str]) -> Mapping[str, Any]:
    assert about.item is not None
    whom = {"notice": about.item.about, "audience": about.item.participant}
    return {**whom, "how": "told_otherwise", **values}
