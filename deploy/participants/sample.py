"""The planned requests of the demonstration, with the states in which they must end."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.participants.agencies import AskingAgency, reference
from deploy.participants.behavior import LOST_TOPIC, SCARCE_TOPIC, first_answer, outcome

ORDINARY, CRITICAL, ASSESSMENT, INELIGIBLE, SCARCE = 204, 44, 28, 6, 14
SCARCE_PLACES, SCARCE_PLACES_LATER = 6, 3
LEFT_UNTIL_LATE, TIMES_LATE = 4, 3
LOST, LATER = 3, 4
POSTPONED_PROGRAM, ENDED_PROGRAM = "organizational-assessment", "critical-response"
_ROLES = {"county": "sheriff", "state": "colonel", "university": "director", "tribal": "chief"}
_TAC_FORMS = ("training_in_person", "training_virtual", "strategic_planning", "policy_review",
              "consultation", "peer_exchange")  # fmt: skip
_CRITICAL_FORMS = ("bias_audit", "issue_specific_review", "after_action_review")
_ISSUES = (
    "Calls of this kind have doubled in two years and our practice has not kept up.",
    "Our policy dates from before the last change of the law.",
    "Officers tell us that the training they get does not fit what they meet.",
    "Residents at three meetings asked for a clearer account of what we do.",
    "We lose people faster than we can hire and train them.",
)


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """
    A request to submit, its later messages, and the state in which it must end.

    ``left_until_late``: the program office decides it only when it has been told `TIMES_LATE`
    times that it is late. ``later``: submitted while its program is suspended; that then ends.
    """

    participant: str
    reference: str
    agency: AskingAgency
    data: dict[str, Any]
    program: str
    ends: str
    direction: dict[str, str] | None = None
    withdrawn: bool = False
    withdrawn_twice: bool = False
    amended: bool = False
    left_until_late: bool = False
    later: bool = False


def message_id(planned: PlannedRequest) -> str:
    """Return the message id of a planned request."""
    return f"submit-{planned.reference}"


class Sample:
    """Draws the requests; the same seed draws the same."""

    def __init__(self, *, seed: int, today: date, agencies: Sequence[AskingAgency]) -> None:
        self._seed = seed
        self._random = random.Random(seed)
        self._today = today
        self._agencies = [one for one in agencies if one.agency_class != "federal"]
        self._listed = [one for one in self._agencies if one.listed]
        self._numbers: dict[str, int] = {}
        topics = reference("topics")
        self._topics = {
            family: [topic["id"] for topic in topics if family in topic["families"]]
            for family in ("general", "sheriff", "tribal")
        }
        self._topics["tribal"].remove(SCARCE_TOPIC)
        self._topics["general"].remove(LOST_TOPIC)

    def planned_requests(self) -> list[PlannedRequest]:
        """Return all requests in the order in which they are sent."""
        planned_requests = [
            *self._ordinary(),
            *self._program("critical-response", CRITICAL),
            *self._program("organizational-assessment", ASSESSMENT),
            *self._ineligible(),
            *self._scarce(),
            *self._for_a_person(),
            *self._to_the_lost(),
        ]
        self._random.shuffle(planned_requests)
        return [*planned_requests, *self._later()]

    def _ordinary(self) -> list[PlannedRequest]:
        """Draw requests to CRI-TAC: every agency asks at least once."""
        planned_requests = []
        for place in range(ORDINARY):
            agency = self._listed[place % len(self._listed)]
            data = self._data(agency, topics=self._some_topics(agency), forms=_TAC_FORMS)
            if place % 2:
                data["program"] = "cri-tac"
            if place % 40 == 7:
                data["topics"].append("other")
                data["other_topic"] = "Help with a question that no entry of the catalogue names."
            planned_requests.append(
                self._ordinary_request(agency, data, "cri-tac", place, every=18)
            )
        return planned_requests

    def _program(self, program: str, number: int) -> list[PlannedRequest]:
        """Draw requests to a program that is not open yet; a third leaves it to the rules."""
        agencies = [one for one in self._listed if one.cri_type != "campus"]
        planned_requests = []
        for place in range(number):
            agency = self._random.choice(agencies)
            critical = program == "critical-response"
            forms = _CRITICAL_FORMS if critical else ("in_depth_assessment", "ongoing_assistance")
            data = self._data(agency, topics=self._some_topics(agency), forms=forms[:2])
            if place % 3:
                data["program"] = program
            elif critical:
                data["urgency"] = self._incident(urgent=place % 2 == 0)
            else:
                data["service_forms"] = ["in_depth_assessment"]
            planned_requests.append(self._ordinary_request(agency, data, program, place, every=7))
        return planned_requests

    def _ineligible(self) -> list[PlannedRequest]:
        """Draw requests of campus agencies to the program that does not serve them."""
        campus = [one for one in self._listed if one.cri_type == "campus"]
        planned_requests = []
        for agency in self._random.sample(campus, INELIGIBLE):
            data = self._data(agency, topics=self._some_topics(agency), forms=_CRITICAL_FORMS[:1])
            data["program"] = "critical-response"
            planned_requests.append(
                self._made(agency, data, "critical-response", ends="ineligible")
            )
        return planned_requests

    def _scarce(self) -> list[PlannedRequest]:
        """Draw more requests for one topic than the only provider with capacity can take."""
        tribal = [one for one in self._listed if one.cri_type == "tribal"]
        planned_requests = []
        for place in range(SCARCE):
            agency = tribal[place % len(tribal)]
            data = self._data(agency, topics=[SCARCE_TOPIC], forms=_TAC_FORMS)
            planned_requests.append(self._made(agency, data, "cri-tac", ends="closed or waiting"))
        return planned_requests

    def _for_a_person(self) -> list[PlannedRequest]:
        """Draw requests that the program office must direct: an ORI in no list, or none."""
        assign, route = {"action": "assign", "provider": "fbinaa"}, {"action": "route"}
        ineligible = {"action": "ineligible"}
        planned_requests = []
        for agency in (one for one in self._agencies if not one.listed):
            for direction in (assign, route, assign, route, ineligible):
                topics = self._topics_met_with("accept", agency)
                data = self._data(agency, topics=topics, forms=_TAC_FORMS)
                served = direction is not ineligible
                ends = outcome(self._seed, agency.name, topics) if served else "ineligible"
                planned_requests.append(
                    self._made(
                        agency,
                        data,
                        "cri-tac",
                        ends=ends,
                        direction=direction,
                        left_until_late=direction is route,
                    )
                )
        return planned_requests

    def _to_the_lost(self) -> list[PlannedRequest]:
        """Draw requests that go to the provider which leaves."""
        planned_requests = []
        for agency in self._random.sample(self._listed, LOST):
            data = self._data(agency, topics=[LOST_TOPIC], forms=_TAC_FORMS)
            planned_requests.append(self._made(agency, data, "cri-tac", ends="closed"))
        return planned_requests

    def _later(self) -> list[PlannedRequest]:
        """Draw requests to the program that ends; no provider will decline them."""
        planned_requests = []
        agencies = [one for one in self._listed if one.cri_type != "campus"]
        for agency in self._random.sample(agencies, LATER):
            topics = self._topics_met_with("accept", agency)
            data = self._data(agency, topics=topics, forms=_CRITICAL_FORMS[:1])
            data["program"] = ENDED_PROGRAM
            ends = outcome(self._seed, agency.name, topics)
            planned_requests.append(self._made(agency, data, ENDED_PROGRAM, ends=ends, later=True))
        return planned_requests

    def _ordinary_request(
        self, agency: AskingAgency, data: dict[str, Any], program: str, place: int, *, every: int
    ) -> PlannedRequest:
        """Plan an ordinary request; some are withdrawn, some amended."""
        withdrawn = place % every == 3
        ends = "withdrawn" if withdrawn else outcome(self._seed, agency.name, data["topics"])
        return self._made(
            agency,
            data,
            program,
            ends=ends,
            withdrawn=withdrawn,
            withdrawn_twice=place % (2 * every) == 3,
            amended=place % every == 5,
        )

    def _made(
        self, agency: AskingAgency, data: dict[str, Any], program: str, *, ends: str, **more: Any
    ) -> PlannedRequest:
        number = self._numbers[agency.participant] = self._numbers.get(agency.participant, 0) + 1
        key = f"{agency.participant}-{self._today.year}-{number:04d}"
        whole = {"reference": key, **data}
        return PlannedRequest(agency.participant, key, agency, whole, program, ends, **more)

    def _some_topics(self, agency: AskingAgency) -> list[str]:
        """Draw one to three topics: half of those of sheriffs and tribes are their family's."""
        topics = self._random.sample(self._topics["general"], self._random.randint(1, 3))
        family = {"county": "sheriff", "tribal": "tribal"}.get(agency.agency_class)
        if family and self._random.random() < 0.5:
            topics[0] = self._random.choice(self._topics[family])
        return topics

    def _topics_met_with(self, answer: str, agency: AskingAgency) -> list[str]:
        while True:
            topics = self._some_topics(agency)
            if first_answer(self._seed, agency.name, topics) == answer:
                return topics

    def _incident(self, *, urgent: bool) -> dict[str, Any]:
        happened = self._today - timedelta(days=self._random.randint(5, 60))
        urgency: dict[str, Any] = {"level": "standard", "incident_on": happened.isoformat()}
        if urgent:
            urgency |= {"level": "urgent", "reason": "The event is in the public eye."}
        return urgency

    def _data(
        self, agency: AskingAgency, *, topics: Sequence[str], forms: Sequence[str]
    ) -> dict[str, Any]:
        asked = self._today - timedelta(days=self._random.randint(3, 40))
        begin = self._today + timedelta(days=self._random.randint(20, 90))
        stated = agency.as_stated()
        short = agency.ori and agency.ori.endswith("00") and self._random.random() < 0.2
        if agency.ori and short and agency.alone:
            stated["ori"] = agency.ori[:7]
        return {
            "first_contact_on": asked.isoformat(),
            "agency": stated,
            "requested_by": {
                "role": _ROLES.get(agency.agency_class, "chief"),
                "contact_id": "desk",
                "authorized_on": (asked + timedelta(days=1)).isoformat(),
            },
            "topics": list(topics),
            "service_forms": sorted(
                self._random.sample(forms, self._random.randint(1, min(2, len(forms))))
            ),
            "goals": ["trust", self._random.choice(["operations", "wellness", "learning"])],
            "need": {"issue": self._random.choice(_ISSUES)},
            "wished": {
                "from": begin.isoformat(),
                "until": (begin + timedelta(days=120)).isoformat(),
            },
            "may_be_named": self._random.random() < 0.3,
        }
