"""Only what a run broke on purpose is excepted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.proofs.chaos.fault_ledger import CONTRACTS, types_of
from tests.proofs.checker.broken import i18_broken_on_purpose
from tests.proofs.checker.injected import digest, ledger_of
from tests.proofs.checker.notices import i09_one_notice
from tests.proofs.checker.order import i05_first_occurrences_in_order
from tests.proofs.checker.owners import i08_topics_agree_with_owners
from tests.proofs.checker.run import Record, Run
from tests.unit.checker.test_invariants import NUMBER, ROUTING, event, run, wrong

TABLES: dict[str, dict[str, list[Any]]] = {"reporting": {}}


def injected(record: Record, outcome: str, *, known: bool = True) -> dict[str, Any]:
    return {
        "did": "injected",
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset if known else None,
        "sha256": digest(record.value),
        "outcomes": {"reporting": outcome},
        "reason": "malformed" if outcome == "dead" else None,
        "subject": None,
        "number": 0,
    }


def judged(*records: Record, lines: list[dict[str, Any]], **tables: list[Any]) -> Run:
    found = run(*records, tables={"reporting": tables})
    found.ledger = ledger_of(lines, found.topics)
    return found


def test_a_swap_that_the_ledger_names_is_excepted_and_another_is_not() -> None:
    early, late = replace(event(2), offset=0), replace(event(1), offset=1)
    ids = [(each.body or {})["id"] for each in (late, early)]
    swap = {"did": "swapped", "topic": ROUTING, "subject": NUMBER, "ids": ids}

    excepted, not_named = judged(early, late, lines=[swap]), judged(early, late, lines=[])

    assert wrong(i05_first_occurrences_in_order(excepted)) == []
    assert wrong(i18_broken_on_purpose(excepted)) == []
    assert wrong(i05_first_occurrences_in_order(not_named))


def test_a_swap_that_did_not_happen_is_noticed() -> None:
    records = [event(1), event(2)]
    ids = [(each.body or {})["id"] for each in records]
    swap = {"did": "swapped", "topic": ROUTING, "subject": NUMBER, "ids": ids}

    assert len(wrong(i18_broken_on_purpose(judged(*records, lines=[swap])))) == 1


def test_an_injected_record_without_its_dead_letter_was_taken_in() -> None:
    garbage = replace(event(2), value=b"{")

    found = wrong(
        i18_broken_on_purpose(judged(event(1), garbage, lines=[injected(garbage, "dead")]))
    )

    assert any("is in no table" in each for each in found)
    assert any("has dead letters on []" in each for each in found)


def test_a_dead_letter_that_nobody_injected_is_noticed() -> None:
    place = {"topic": ROUTING, "partition": 0, "offset": 0}

    found = wrong(i18_broken_on_purpose(judged(event(1), lines=[], dead_letters=[place])))

    assert found == [f"reporting has 1 in dead_letters that nobody injected: ['{ROUTING}/0/0']"]


def test_a_record_sent_without_acknowledgment_is_found_once_or_not_at_all() -> None:
    garbage = replace(event(2), value=b"{")
    line = injected(garbage, "dead", known=False)

    there, twice, nowhere = (
        judged(*records, lines=[line]).ledger
        for records in ([garbage], [garbage, replace(garbage, offset=2)], [event(1)])
    )

    assert [each and [e.offset for e in each.injected] for each in (there, twice, nowhere)] == [
        [1], [1], [],
    ]  # fmt: skip


@pytest.mark.parametrize(("counted", "is_right"), [(0, True), (1, True), (2, False)])
def test_an_owner_may_mistake_an_injected_event_for_its_own(counted: int, is_right: bool) -> None:
    alien = event(1)
    row = {"topic": ROUTING, "subject": NUMBER, "last": counted}
    found = judged(alien, lines=[injected(alien, "passed")], sequences=[row])

    assert (wrong(i08_topics_agree_with_owners(found)) == []) is is_right


@pytest.mark.parametrize(
    ("kind", "until", "excepted"),
    [
        ("clock_reminded", "2026-11-24T00:00:01+00:00", True),
        ("clock_reminded", "2026-11-23T23:59:59+00:00", False),
        ("offer_made", "2026-11-24T00:00:01+00:00", False),
    ],
)
def test_an_event_that_an_earlier_release_may_have_taken_in_need_not_be_told(
    kind: str, until: str, excepted: bool
) -> None:
    span = {
        "did": "earlier",
        "release": "0.3.0",
        "unknown": ["gov.cri.routing.clock_reminded.v1"],
        "since": "2026-11-23T23:59:00+00:00",
        "until": until,
    }

    found = wrong(i09_one_notice(judged(event(1, kind), lines=[span])))

    assert (found == []) == excepted


def test_the_ledger_names_the_types_that_the_earlier_release_does_not_know(tmp_path: Path) -> None:
    contracts = tmp_path / "shared" / "contracts"
    contracts.mkdir(parents=True)
    (contracts / "routing.py").write_text('Literal["gov.cri.routing.offer_made.v1"]')

    assert types_of(contracts) == {"gov.cri.routing.offer_made.v1"}
    assert types_of(CONTRACTS) >= {"gov.cri.routing.clock_reminded.v1"}
