"""The peer's messages: a submission of 1 KiB, and those of the later stages."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class Contact(BaseModel):
    name: str
    title: str
    email: str
    phone: str


class Agency(BaseModel):
    ori: str
    name: str
    kind: str
    state: str
    sworn: int


class Submit(BaseModel):
    request_id: UUID
    partner_reference: str
    submitted_at: datetime
    agency: Agency
    contact: Contact
    topics: list[str]
    services: list[str]
    goals: list[str]
    narrative: str


class Accepted(BaseModel):
    request_id: UUID
    tracking: str
    accepted_at: datetime
    agency: Agency
    topics: list[str]
    services: list[str]


class Routed(BaseModel):
    request_id: UUID
    program: str
    provider: str
    routed_at: datetime


def sample(number: int, request_id: UUID, now: datetime) -> Submit:
    """Return one submission."""
    return Submit(
        request_id=request_id,
        partner_reference=f"REF-{number}",
        submitted_at=now,
        agency=Agency(
            ori=f"CA{number % 18000:05d}00",
            name=f"City Police {number % 18000}",
            kind="local",
            state="CA",
            sworn=120,
        ),
        contact=Contact(
            name="A Chief", title="Chief", email="chief@example.gov", phone="+15550100"
        ),
        topics=["use-of-force", "crisis-intervention"],
        services=["training-virtual"],
        goals=["trust"],
        narrative="x" * 600,
    )
