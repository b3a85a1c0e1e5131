"""The canary repeats one submission and counts the answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from continuum.access import NotPossible
from continuum.canary import SERVICE, Canary, _judge, is_new
from shared.contracts.inbound import Submission
from shared.process import metrics

SUBMISSION = Path(__file__).parents[3] / "deploy" / "monitoring" / "canary.json"
ANSWERS = Path(__file__).parents[2] / "contracts/samples/outbound"
OWN = {"username": "a", "password": "b", "in": "cri.in.a.v1", "out": "cri.out.a.v1"}
KNOWN = {
    "bootstrap_servers": ["localhost:1"],
    "security": {"protocol": "SASL_PLAINTEXT", "mechanism": "SCRAM-SHA-512"},
    "participants": {"a": OWN},
}


@pytest.fixture
def connection(tmp_path: Path) -> Path:
    file = tmp_path / "connection.json"
    file.write_text(json.dumps(KNOWN))
    return file


def counted(outcome: str) -> float:
    labels = {"service": SERVICE, "outcome": outcome}
    return metrics.REGISTRY.get_sample_value("cri_canary_submissions_total", labels) or 0


def test_its_request_is_valid_and_always_the_same(connection: Path) -> None:
    first, again = (Canary.read(connection, "a", SUBMISSION) for _ in range(2))

    assert first == again
    message = json.loads(first.message("request.submit", first.data["reference"], first.data))
    assert Submission.model_validate(message["data"]).reference == message["id"]
    assert message["source"] == "urn:cri:a:canary"


def test_other_contents_are_another_request(connection: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text(json.dumps({**json.loads(SUBMISSION.read_text()), "topics": ["other"]}))

    references = {
        Canary.read(connection, "a", file).data["reference"] for file in (SUBMISSION, other)
    }
    assert len(references) == 2


def test_a_participant_missing_from_the_file_is_reported(connection: Path) -> None:
    with pytest.raises(NotPossible, match="knows b"):
        Canary.read(connection, "b", SUBMISSION)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"type": "gov.cri.submission.accepted.v1", "data": {"repeat": True}}, "accepted"),
        ({"type": "gov.cri.submission.refused.v1", "data": {"reasons": []}}, "refused"),
        (None, "unanswered"),
    ],
)
def test_answers_are_counted_by_outcome(answer: dict[str, Any] | None, outcome: str) -> None:
    before = counted(outcome)

    _judge(answer)

    assert counted(outcome) == before + 1


@pytest.mark.parametrize(
    ("sample", "repeat", "new"),
    [
        ("submission.accepted.v1", False, True),
        ("submission.accepted.v1", True, False),
        ("submission.refused.v1", False, False),
    ],
)
def test_only_a_request_that_was_just_made_is_withdrawn(
    sample: str, repeat: bool, new: bool
) -> None:
    answer = json.loads((ANSWERS / f"{sample}.json").read_text())
    answer["data"]["repeat"] = repeat

    assert is_new(answer) is new
