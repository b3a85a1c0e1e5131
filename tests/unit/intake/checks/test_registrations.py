"""No participant is registered under an id or a source of another one, or of Continuum."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.contracts.reserved import is_reserved
from tests.examples.inbound import AGENCY, OFFICE
from tests.examples.intake import Intake, events, reasons

TOPICS = Path(__file__).parents[4] / "deploy" / "topics.yaml"


def register(intake: Intake, **changes: Any) -> Any:
    entry = {"id": "ny-post", "kind": "agency_system", "name": "New York", **changes}
    return intake.send("participant.register", entry)


@pytest.mark.parametrize(
    "own",
    [
        *("operator", "operator-x", "admin", "administrator", "svc-intake", "intake", "intake-x"),
        *("notificationsx", "continuum", "cri", "cri-tac", "continuum-x"),
    ],
)
def test_an_id_that_means_a_part_of_the_system_is_reserved(own: str) -> None:
    decision = register(Intake(), id=own)

    assert ("reserved", "/data/id") in reasons(decision)


def test_the_ids_of_owners_and_readers_of_our_topics_are_reserved() -> None:
    topics = yaml.safe_load(TOPICS.read_text())["topics"]
    members = {who for topic in topics for who in (topic["owner"], *topic["readers"])}

    assert all(is_reserved(who) for who in members if not who.startswith("<"))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("urn", "schema"),
        (" ", "schema"),
        ("urn:", "schema"),
        ("urn:cri:", "schema"),
        ("urn:ny", "schema"),
        ("new york", "schema"),
        ("https:", "schema"),
        ("https://ny post.example", "schema"),
        ("urn:cri", "schema"),
        ("urn:cri:continuum", "reserved"),
        ("URN:CRI:Continuum:intake", "reserved"),
        (f"urn:cri:{AGENCY}", "reserved"),
        (f"urn:cri:{OFFICE}:system", "reserved"),
        ("urn:cri:ny-postal", "reserved"),
        ("urn:cri:nobody-yet", "reserved"),
    ],
)
def test_an_invalid_or_reserved_source_is_refused(source: str, code: str) -> None:
    decision = register(Intake(), sources=["urn:cri:ny-post", source])

    assert (code, "/data/sources/1") in reasons(decision)


@pytest.mark.parametrize(
    "source", ["urn:fl-dle:cases", "URN:FL-DLE:cases", "urn:fl-dle:cases:tampa", "urn:fl-dle"]
)
def test_a_source_at_or_below_that_of_another_participant_is_refused(
    source: str,
) -> None:
    intake = Intake()
    register(intake, id="fl-dle", sources=["urn:fl-dle:cases"])

    decision = register(intake, sources=[source])

    expected = "schema" if source == "urn:fl-dle" else "source_taken"
    assert reasons(decision) == [(expected, "/data/sources/0")]


def test_a_source_above_that_of_another_participant_is_refused() -> None:
    intake = Intake()
    register(intake, id="fl-dle", sources=["urn:state:fl:cases"])

    assert reasons(register(intake, sources=["urn:state:fl"])) == [
        ("source_taken", "/data/sources/0")
    ]
    assert register(intake, sources=["urn:state:flo", "urn:state:fl:casesofours"]).outcome == (
        "applied"
    )


def test_a_participant_keeps_its_own_sources() -> None:
    intake = Intake()
    own = ["urn:cri:ny-post", "urn:cri:ny-post:records", "urn:ny:cases", "https://ny.example/cri"]

    first = register(intake, sources=own)
    again = register(intake, sources=own[:2])

    assert [first.outcome, again.outcome] == ["applied", "applied"]
    assert events(first)[0].data.sources == own
