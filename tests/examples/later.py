"""Events of types that only a later release knows."""

import json
from collections.abc import Mapping
from typing import Any

from shared.contracts import intake, reference, reporting, routing
from shared.contracts.event import derived_id, padded
from shared.contracts.notifications import MAIL_TOPIC

ABOUT_REQUESTS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    routing.TOPIC: {
        "engagement_merged": {"status": "waiting", "reason": "provider_lost", "provider": "iacp"},
        "offer_extended": {"status": "offered", "offer_id": "O1", "provider": "iacp"},
        "request_paused": {"status": "triaged", "state": {"offered": [["iacp", 1]]}},
    },
    intake.TOPIC: {"engagement_end_requested": {"reason": "provider_lost", "provider": "iacp"}},
    intake.CONFIDENTIAL_TOPIC: {"reason_stated": {"words": "They have moved away."}},
}
ABOUT_OTHERS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    routing.TOPIC: ("capacity_recorded", "iacp", {"free": [1, 2], "provider": "iacp"}),
    intake.TOPIC: ("capacity_corrected", "iacp", {"provider": "iacp"}),
    intake.ANSWERS_TOPIC: ("page_told", "ca-post", {"participant": "ca-post"}),
    intake.CONFIDENTIAL_TOPIC: ("contact_removed", "contact:ca-post:c-1", {"contact_id": "c-1"}),
    MAIL_TOPIC: ("mail_read", "mail:7", {"mail": "7"}),
    reference.TOPIC: ("calendar_set", reference.SUBJECT, {"id": "federal", "holidays": []}),
    reporting.TOPIC: ("site_named", "CRI-2026-000001-Z-E1", {"slug": "alturas-california"}),
    reporting.RELEASES_TOPIC: ("release_withdrawn", "2026-03", {"month": "2026-03"}),
    reporting.TEXTS_TOPIC: ("annex_told", "ca-post", {"participant": "ca-post"}),
}
_PRODUCERS = {
    routing.TOPIC: "routing",
    MAIL_TOPIC: "notifications",
    reporting.TOPIC: "reporting",
    reporting.RELEASES_TOPIC: "reporting",
    reporting.TEXTS_TOPIC: "reporting",
}


def later(
    topic: str,
    name: str,
    subject: str,
    number: int,
    data: Mapping[str, Any],
    *,
    cause: str = "cri.in.ca-post.v1/0/1",
    **envelope: Any,
) -> bytes:
    """Return the *number*-th event of *subject*, of an unknown type."""
    producer = _PRODUCERS.get(topic, "intake")
    event = {
        "specversion": "1.0",
        "id": derived_id(cause, name, subject, number),
        "source": f"urn:cri:continuum:{producer}",
        "type": f"gov.cri.{producer}.{name}.v1",
        "subject": subject,
        "time": "2026-03-02T18:00:00Z",
        "correlationid": derived_id("later", "", subject),
        "causationid": cause,
        "sequence": padded(number),
        "brought": "by a later release",
        "data": {**data, "more": {"than": ["this", "build", "reads"]}},
        **envelope,
    }
    return json.dumps(event).encode()
