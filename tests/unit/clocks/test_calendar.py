"""Calendars apart from rule sets."""

from datetime import datetime

from shared.catalog.catalog import Catalog, ruleset_hash, with_entry
from shared.clocks.lengths import due_at
from shared.contracts.reference import Calendar, CalendarDefinition, RuleSet
from tests.examples.inbound import ruleset

OWN = Calendar(zone="Pacific/Guam", holidays=["2026-07-03"], grace_seconds=60)
FEDERAL = {"id": "federal", "version": 1, "holidays": ["2026-12-25", "2027-01-01"]}
CLOSED = {"from": "2026-12-24", "until": "2026-12-24", "reason": "executive order"}
START = datetime.fromisoformat("2026-12-23T09:00:00-05:00")


def rules(**changes: object) -> RuleSet:
    return RuleSet.model_validate(ruleset(calendar=OWN.model_dump(), **changes))


def catalog(*entries: CalendarDefinition | RuleSet) -> Catalog:
    made = Catalog()
    for number, entry in enumerate(entries, start=1):
        made = with_entry(made, number, entry)
    return made


def test_a_rule_set_counts_by_the_calendar_that_it_names_as_now_defined() -> None:
    named = rules(calendar_id="federal")
    before = catalog(CalendarDefinition.model_validate(FEDERAL), named)
    after = with_entry(
        before, 3, CalendarDefinition.model_validate({**FEDERAL, "closures": [CLOSED]})
    )

    for known, day in ((before, "2026-12-31"), (after, "2027-01-04")):
        timing = known.with_calendar(named)
        due = due_at(timing, "offer_answer.standard", start=START)
        assert due == datetime.fromisoformat(f"{day}T09:00:00-05:00")
        assert timing.calendar.grace_seconds == 60


def test_a_rule_set_without_a_calendar_of_that_name_has_its_own() -> None:
    for alone in (rules(), rules(calendar_id="federal")):
        assert catalog(alone).with_calendar(alone).calendar == OWN


def test_the_hash_of_a_rule_set_is_that_of_what_was_sent() -> None:
    sent = rules(calendar_id="federal")

    known = catalog(CalendarDefinition.model_validate(FEDERAL), sent)

    assert known.ruleset_by_hash(ruleset_hash(sent)) == sent
    assert "closures" not in sent.model_dump_json(exclude_none=True)
