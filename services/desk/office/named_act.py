"""The act that an address names: in a case, on an assessment, or on personal records."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from services.desk.office.act_form import About, ActForm
from services.desk.office.act_forms import ACTS, about_of
from services.desk.office.assessment_pages import FORMS, about_assessment, find_assessment
from services.desk.office.case_page import find_case
from services.desk.office.records_forms import RECORDS, as_set
from services.desk.office.visits import Visit
from services.desk.store import CaseFacts
from services.desk.work.assessment import Assessment


@dataclass(frozen=True, slots=True)
class Named:
    """An act, its case and its assessment in public; without a case, it is on personal records."""

    form: ActForm
    facts: CaseFacts | None
    assessment: Assessment | None = None

    @property
    def number(self) -> str | None:
        """The tracking number of its case."""
        return None if self.facts is None else self.facts.case.tracking_number

    @property
    def back(self) -> str:
        """Where its pages lead back to."""
        if self.assessment is not None:
            return f"/assessments/{self.assessment.engagement_id}"
        return "/records" if self.facts is None else f"/cases/{self.number}"

    @property
    def place(self) -> str:
        """The name of the page that it belongs to."""
        if self.facts is None:
            return "Personal records"
        if self.assessment is not None:
            return f"Reports, {self.facts.case.agency or self.number}"
        return f"{self.number}, {self.facts.case.agency or ''}"

    def about(self, visit: Visit, *, item_id: str = "", of: str = "") -> About:
        """Return what it is about, now; *of* names a part of the assessment."""
        zone = visit.office.zone
        if self.assessment is not None:
            return about_assessment(self.assessment, visit.actor, of=of)
        if self.facts is None:
            return About(zone=zone)
        return about_of(self.facts, item_id=item_id, zone=zone)


async def named_act(visit: Visit) -> Named:
    """Return the act of the address, with its case; raise 404 if one of them does not exist."""
    if "engagement" in visit.request.path_params:
        assessment, case = await find_assessment(visit)
        of_report = FORMS.get(visit.request.path_params["act"])
        if of_report is None:
            raise HTTPException(404)
        return Named(of_report, case, assessment)
    is_of_case = "number" in visit.request.path_params
    facts = await find_case(visit) if is_of_case else None
    form = (ACTS if is_of_case else RECORDS).get(visit.request.path_params["act"])
    if form is None:
        raise HTTPException(404)
    return Named(form, facts)


async def as_addressed(visit: Visit, form: ActForm) -> Mapping[str, str]:
    """Return the values of the hold that the address names, or else those in the address."""
    query = visit.request.query_params
    hold = (await visit.names()).catalog.holds.get(query.get("id", ""))
    if hold is not None and form is RECORDS["hold"]:
        return as_set(hold, visit.office.zone)
    return {field.name: query.get(field.name, "") for field in form.fields}
