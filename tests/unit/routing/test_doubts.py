"""Doubts whether the requesting agency is the listed one are referred."""

from typing import Any

import pytest

from services.routing.life.rerun import rerun
from services.routing.rules.decisions import decode, encode
from services.routing.rules.facts import request_facts
from services.routing.rules.triage import triage
from tests.examples.routing import AT, catalog, facts, rules_with

LA = {"ori": "CA0194200", "name": "Los Angeles Police Department", "state": "US-CA"}
SHEFFIELD = {"ori": "AL0200100", "name": "Sheffield Police Department", "state": "US-AL"}
ATTORNEY = {"ori": "AL020015A", "name": "District Attorney", "state": "US-AL"}
FEDERAL = {"ori": "DCFBI0000", "name": "Los Angeles Police Department"}


@pytest.mark.parametrize(
    ("agency", "reason", "named"),
    [
        ({"listed_as": [LA]}, None, []),
        ({"listed_as": [LA], "name": "City of Los Angeles PD"}, None, []),
        ({"listed_as": [LA], "state": "US-NY"}, "state_not_as_listed", ["US-NY", "US-CA"]),
        ({"listed_as": [FEDERAL]}, None, []),
        (
            {"listed_as": [SHEFFIELD], "state": "US-AL", "name": "District Attorney"},
            "name_not_as_listed",
            ["District Attorney", "Sheffield Police Department"],
        ),
        (
            {"listed_as": [SHEFFIELD, ATTORNEY], "state": "US-AL", "name": "Sheffield PD"},
            "ori_ambiguous",
            ["Sheffield PD", "Sheffield Police Department (AL0200100)", "District Attorney (AL0"],
        ),
        ({"listed_as": [], "name": "Anybody"}, None, []),
    ],
    ids=["same", "other spelling", "other state", "federal", "other name", "several", "of 0.1.0"],
)
def test_an_agency_that_may_be_another_is_referred_with_both_names(
    agency: dict[str, Any], reason: str | None, named: list[str]
) -> None:
    found = triage(request_facts(facts(agency=agency), catalog()), rules_with().programs, at=AT)

    assert found.reason == reason
    assert (found.outcome == "referred") is (reason is not None)
    assert all(name in found.because.staff for name in named)


@pytest.mark.parametrize("without", [[], ["name", "listed_oris", "listed_names", "name_rule"]])
def test_a_rerun_of_a_decision_gives_the_same_result(without: list[str]) -> None:
    asked = dict(request_facts(facts(agency={"listed_as": [SHEFFIELD]}), catalog()))
    for name in without:  # as 0.1.0 recorded it
        del asked[f"agency.{name}"]
    rules = rules_with()
    record = {
        "kind": "triage",
        "at": AT.isoformat(),
        "facts": asked,
        **triage(asked, rules.programs, at=AT).decided,
    }

    again = rerun(decode(encode(record)), rules.programs)

    assert encode(again) == encode(record)
