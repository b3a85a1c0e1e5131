"""Agencies without a system of their own that call the office, and what they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from deploy.demo.office.clicked import Clicked
from deploy.local.mail.sink import HANGS_UP

Values = Mapping[str, str | Sequence[str]]


@dataclass(slots=True)
class Caller:
    """
    A real agency that calls; its contact is fictitious. ``asks`` is filled in for it.

    ``forgets`` are fields that are filled in only when the page asks for them.
    """

    agency: str
    state: str
    asks: Values
    days: int
    """How many days ago it first contacted the office."""
    forgets: Sequence[str] = ()
    act: Clicked | None = None
    """What was clicked to send its request."""

    @property
    def tracking_number(self) -> str | None:
        """The number that the person on the line was told, if it is known."""
        return None if self.act is None else self.act.tracking_number

    @property
    def words(self) -> str:
        """The need in the agency's words, which only its case file shows; empty if not stated."""
        return str(self.asks.get("issue", ""))

    @property
    def has_address(self) -> bool:
        """Whether it can be written to."""
        return "email" in self.asks

    def first(self, *, today: date) -> Values:
        """Return what is filled in first."""
        return {
            name: value
            for name, value in self.corrected(today=today).items()
            if name not in self.forgets
        }

    def corrected(self, *, today: date) -> Values:
        """Return everything that is filled in."""
        first_contact = today - timedelta(days=self.days)
        return {
            "channel": "phone",
            "first_contact_on": first_contact.isoformat(),
            "basis": "call_back",
            "agency": self.agency,
            "state": self.state,
            "cri_type": "local",
            "agency_class": "city",
            "role": "chief",
            "name": f"Front office of {self.agency}",
            **self.asks,
        }


def callers() -> list[Caller]:
    """Return the agencies that call, in the order of their calls."""
    return [
        Caller(
            "Bayard Police Department",
            "US-NE",
            {"ori": "NB0620100", "topics": ["crisis_intervention"], "phone": "308-555-0100"},
            days=10,
        ),
        Caller(
            "Nome Police Department",
            "US-AK",
            {
                "ori": "AK0010600",
                "topics": ["employee_wellness", "peer_support_programs"],
                "phone": "907-555-0100",
                "basis": "claimed",
                "issue": "In the dark months, three of our nine officers asked to be let go.",
            },
            days=4,
        ),
        Caller(
            "Gooding Police Department",
            "US-ID",
            {
                "ori": "ID0240100",
                "topics": ["community_policing"],
                "email": "front.office@gooding.example",
            },
            days=3,
            forgets=["email"],
        ),
        Caller(
            "Malvern Police Department",
            "US-PA",
            {
                "ori": "PA0150600",
                "topics": ["use_of_force"],
                "email": f"{HANGS_UP}@malvern.example",
            },
            days=2,
        ),
        Caller(
            "Lakeside Police Department",
            "US-OH",
            {
                "other_topic": "We are new, and write our first rules.",
                "phone": "216-555-0100",
                "email": "front.office@lakeside.example",
            },
            days=1,
        ),
    ]
