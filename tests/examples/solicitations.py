"""Versions of a solicitation, as intake announces them."""

from typing import Any

from shared.contracts import reference
from shared.contracts.event import derived_id, padded
from tests.examples.inbound import solicitation
from tests.examples.streams import START

SOLICITATION = "cri-tac-2026"
URL = "https://grants.example/cri-tac-2026"


def entry(**changes: Any) -> reference.Solicitation:
    """Return the first version of a solicitation."""
    return reference.Solicitation.model_validate(solicitation(**changes))


def announced(number: int, **changes: Any) -> reference.SolicitationAnnounced:
    """Return the reference event *number*, which announces a version of a solicitation."""
    identity = derived_id("test", "solicitation", str(number))
    return reference.SolicitationAnnounced(
        id=identity,
        source="urn:cri:continuum:intake",
        type="gov.cri.intake.solicitation_announced.v1",
        subject=reference.SUBJECT,
        time=changes.pop("time", START),
        correlationid=identity,
        causationid=f"cri.in.program-office.v1/0/{number}",
        sequence=padded(number),
        inreplyto=f"cri.in.program-office.v1/0/{number}",
        data=entry(**changes),
    )
