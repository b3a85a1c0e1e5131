"""The contract's examples are complete: every type, every refusal, and each in its folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from services.intake.agency_list import load_agency_list
from shared.contracts import inbound, outbound
from shared.contracts.reporting import ProgramsEvent
from shared.contracts.services import DESKS
from tests.examples.refusals import CATALOG
from tests.proofs.door.examples import STORIES, Examples
from tests.proofs.door.writing import formatted

EXAMPLES = Examples()
NAMES = EXAMPLES.names()
FILES = sorted(file.relative_to(EXAMPLES.folder) for file in EXAMPLES.folder.glob("*/*.json"))
REFERENCE = Path(__file__).parents[2] / "deploy" / "reference"
REFUSED = {outbound.TYPES["refused"], outbound.TYPES["message_refused"]}
NO_RECORD_LEADS_TO = {
    ("not_processable", "intake"): "no value does: only a batch of records that cannot be"
    " unpacked, or a failure of our own",
    ("deleted_unread", "intake"): "the topic deletes a record before intake reads it",
    ("not_processable", "reporting"): "a text is lost only by a failure of our own",
    ("too_long", "reporting"): "only a report of more than a megabyte is",
    ("unknown_provider", "routing"): "intake refuses a provider that is not listed, and one that"
    " is listed stays so",
}
"""The refusals (code and service) that no record can show, and why."""


def messages(part: Any) -> Iterator[dict[str, Any]]:
    """Yield each message in a part of an example."""
    if isinstance(part, list):
        for each in part:
            yield from messages(each)
    elif isinstance(part, dict):
        if isinstance(part.get("message"), dict):
            yield part["message"]
        for each in ("given", "send", "expect"):
            yield from messages(part.get(each))


def answer(name: str) -> dict[str, Any]:
    """Return the answer to the last record of the example *name*."""
    raw = EXAMPLES.raw(name)
    topic = raw["send"]["topic"]
    found = [
        (int(m["inreplyto"].rpartition("/")[2]), m)
        for m in messages(raw["expect"])
        if m.get("inreplyto", "").startswith(f"{topic}/")
    ]
    return max(found, key=lambda each: each[0])[1]


def of_folder(folder: str) -> list[str]:
    return [name for name in NAMES if name.startswith(f"{folder}/")]


def first_word(name: str) -> str:
    return name.partition("/")[2].partition(".")[0]


@pytest.mark.parametrize("name", of_folder("accepted"))
def test_an_accepted_message_is_not_refused_and_has_the_type_in_the_name(name: str) -> None:
    sent = EXAMPLES.raw(name)["send"]["message"]["type"].removeprefix("gov.cri.")

    assert name.removeprefix("accepted/").startswith(sent.removesuffix("v1"))
    assert answer(name)["type"] not in REFUSED


@pytest.mark.parametrize("name", of_folder("refused"))
def test_a_refused_message_is_refused_under_the_code_in_the_name(name: str) -> None:
    refused = answer(name)

    assert refused["type"] in REFUSED
    assert {reason["code"] for reason in refused["data"]["reasons"]} == {first_word(name)}
    if ".by_" in name:
        assert refused["data"]["refused_by"] == name.partition(".by_")[2].removesuffix(".json")


@pytest.mark.parametrize("name", of_folder("received"))
def test_a_received_message_has_the_type_in_the_name(name: str) -> None:
    received = {message["type"] for message in messages(EXAMPLES.raw(name)["expect"])}

    kind = name.removeprefix("received/").removesuffix(".json")
    assert {f"gov.cri.{kind}.v1", f"gov.cri.reporting.{kind}.v1"} & received


def test_every_type_that_may_be_sent_has_an_accepted_example() -> None:
    sent = {EXAMPLES.raw(name)["send"]["message"]["type"] for name in of_folder("accepted")}

    assert sent == inbound.DATA.keys()


def test_every_type_that_is_received_is_in_an_example() -> None:
    received = {m["type"] for name in NAMES for m in messages(EXAMPLES.raw(name)["expect"])}

    models = get_args(ProgramsEvent)
    announced = {get_args(model.model_fields["type"].annotation)[0] for model in models}
    assert received == {*outbound.TYPES.values(), *announced}


def test_every_refusal_that_a_record_can_lead_to_has_an_example() -> None:
    shown = set()
    for name in NAMES:
        for message in messages(EXAMPLES.raw(name)["expect"]):
            # A change of status has reasons if routing finds that no program serves the agency.
            by = message["data"].get("refused_by", "routing")
            shown |= {(reason["code"], by) for reason in message["data"].get("reasons", ())}

    known = {(one.code, service) for one in CATALOG.values() for service in one.services}
    assert shown == known - NO_RECORD_LEADS_TO.keys()
    assert NO_RECORD_LEADS_TO.keys() <= known


@pytest.mark.parametrize("file", FILES, ids=str)
def test_an_example_is_laid_out_for_people(file: Path) -> None:
    name = file.as_posix()

    assert (EXAMPLES.folder / name).read_text() == formatted(EXAMPLES.raw(name))


def test_every_story_is_the_beginning_of_an_example() -> None:
    used = {file for name in NAMES for file in EXAMPLES.sources(name)}

    assert {file.as_posix() for file in FILES if file.parts[0] == STORIES} <= used
    assert used == {file.as_posix() for file in FILES}


def test_agencies_and_participants_are_those_of_the_reference_data() -> None:
    listed = yaml.safe_load((REFERENCE / "participants.yaml").read_text())["participants"]
    kinds = {each["id"]: (each["kind"], each["name"]) for each in listed}
    agencies = load_agency_list(REFERENCE / "agencies.csv.gz")
    sent = [m for file in FILES for m in messages(EXAMPLES.raw(file.as_posix()))]

    registered = [m["data"] for m in sent if m.get("type") == "gov.cri.participant.register.v1"]
    # One is refused; the others are registered only to show what they may send.
    registered = [each for each in registered if each["id"] not in ("operator", *DESKS)]
    named = [m["data"]["agency"] for m in sent if m.get("type") == "gov.cri.request.submit.v1"]
    named = [each for each in named if "ori" in each]
    assert registered
    assert named
    assert [each for each in registered if (each["kind"], each["name"]) != kinds[each["id"]]] == []
    assert [
        each
        for each in named
        if [one.name for one in agencies.matching(each["ori"])] != [each["name"]]
    ] == []
