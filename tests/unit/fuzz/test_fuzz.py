import json
import time
from random import Random
from typing import Any

import pytest

from services.intake import decide as deciding
from services.intake.batch_state import Decision
from shared.contracts.inbound import DATA
from tests.examples.inbound import AGENCY, event, submission
from tests.proofs.fuzz import checks
from tests.proofs.fuzz.__main__ import LIMIT, closing_line, in_process
from tests.proofs.fuzz.checks import Checker, Results
from tests.proofs.fuzz.generator import CANARY, KINDS, Generated, make
from tests.proofs.fuzz.values import text_like, value


def planted(
    monkeypatch: pytest.MonkeyPatch, change: Any, generated: bytes | None = None
) -> dict[str, list[Any]]:
    """Return the failures of one record if *change* replaces the decision."""
    results = Results()
    checker = Checker(results, limit=LIMIT)
    monkeypatch.setattr(checks, "decide", lambda message, known: change(message, known))

    checker.take(1, Generated(generated or record_of(), AGENCY, "planted"))

    return {kind: found for kind, found in results.failures.items() if found}


def record_of() -> bytes:
    return json.dumps(event("request.submit", submission(reference="planted"), id="m-x")).encode()


def test_the_records_of_a_seed_are_answered_without_a_crash_or_a_leak() -> None:
    results = Results()

    in_process(results, seed=7, records=1_500)

    assert results.records == 1_500
    assert not any(results.failures.values()), results.failures
    assert closing_line(results).startswith(
        "fuzz: 1500 records, 0 unanswered, 0 crashes, 0 leaks, slowest "
    )


def test_a_record_depends_only_on_the_seed_and_its_number() -> None:
    drawn = [make(3, number, tracking_number="x") for number in range(200, 260)]

    assert drawn == [make(3, number, tracking_number="x") for number in range(200, 260)]
    assert drawn != [make(4, number, tracking_number="x") for number in range(200, 260)]


def test_every_kind_is_generated_and_sometimes_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: dict[str, set[str]] = {}

    def noted(message: Any, known: Any) -> Decision:
        decision = deciding.decide(message, known)
        outcomes.setdefault(message.kind, set()).add(decision.outcome)
        return decision

    monkeypatch.setattr(checks, "decide", noted)
    in_process(Results(), seed=7, records=2_500)

    assert set(DATA) <= outcomes.keys()
    assert {kind for kind in DATA if "applied" in outcomes[kind]} == set(DATA)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_schema_allows_is_mostly_valid(kind: str) -> None:
    model = DATA[f"gov.cri.{kind}.v1"]
    schema, random = model.model_json_schema(), Random(1)

    drawn = [value(random, schema, schema) for _ in range(20)]

    for data in drawn:
        model.model_validate(data)


def test_a_decision_that_raises_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(message: Any, known: Any) -> Decision:
        raise KeyError("planted")

    assert [*planted(monkeypatch, fails)] == ["crash"]


def test_a_decision_that_takes_long_each_time_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(message: Any, known: Any) -> Decision:
        end = time.thread_time() + LIMIT + 0.01
        while time.thread_time() < end:
            pass
        return deciding.decide(message, known)

    assert [*planted(monkeypatch, slow)] == ["slow"]


def test_a_decision_without_an_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [*planted(monkeypatch, lambda *_: Decision("refused", ()))] == ["unanswered"]


def test_free_text_on_an_open_topic_and_unreadable_events_are_leaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def leaking(message: Any, known: Any) -> Decision:
        decision = deciding.decide(message, known)
        accepted, *others = decision.published
        value = accepted.value.replace(b"planted", CANARY.encode())
        return Decision("applied", (accepted._replace(value=value), *others))

    def unreadable(message: Any, known: Any) -> Decision:
        decision = deciding.decide(message, known)
        accepted, *others = decision.published
        value = accepted.value.replace(b'"version":1', b'"version":"?"')
        return Decision("applied", (accepted._replace(value=value), *others))

    assert [*planted(monkeypatch, leaking)] == ["leak"]
    assert [*planted(monkeypatch, unreadable)] == ["leak"]


def test_a_pattern_without_a_bound_is_refused_at_once() -> None:
    with pytest.raises(NotImplementedError, match="repetition of more than"):
        text_like(Random(1), "^x*$")
