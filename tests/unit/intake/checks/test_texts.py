"""Every text of a message is checked, in whatever field it is."""

import sys
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.intake.batch_state import FirstRecord
from services.intake.checks.texts import PROSE
from services.intake.findings import MAX_COUNTED, MAX_REASONS
from shared.contracts.inbound import DATA
from shared.texts.characters import INVISIBLE, has_invisible
from tests.examples.inbound import (
    AGENCY,
    AT,
    PROVIDER,
    data_of,
    event,
    record,
    sender_of,
    submission,
)
from tests.examples.intake import Intake, events, read, reasons, types

KINDS = [kind.removeprefix("gov.cri.").removesuffix(".v1") for kind in DATA]
NUMBER = "123-45-6789"
IDENTIFIER = "contains_protected_identifier"
REFERENCE = Path(__file__).parents[4] / "deploy" / "reference"
ATTRIBUTES = {
    "id": NUMBER,
    "actor": f"staff:{NUMBER}",
    "subject": f"about {NUMBER}",
    "dataschema": f"https://schema.example/{NUMBER}",
    "correlationid": NUMBER,
    "causationid": NUMBER,
    "sequence": NUMBER,
    "tracestate": f"vendor={NUMBER}",
}


def places(node: Any, path: str = "/data") -> Iterator[tuple[Any, Any, str]]:
    """Yield (container, key, path) of every text in *node*."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(value, str):
            yield node, key, f"{path}/{key}"
        elif isinstance(value, dict | list):
            yield from places(value, f"{path}/{key}")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_an_identifier_in_an_attribute_is_refused(attribute: str) -> None:
    decision = Intake().send("request.submit", **{attribute: ATTRIBUTES[attribute]})

    assert reasons(decision) == [(IDENTIFIER, f"/{attribute}")]
    assert NUMBER not in str(decision)


@pytest.mark.parametrize("kind", KINDS)
def test_an_identifier_in_any_text_of_any_type_is_refused(intake: Intake, kind: str) -> None:
    """The reason is the identifier itself, or the format of the field."""
    refused = 0
    for place in range(len([*places(data_of(kind, intake.number))])):
        data = data_of(kind, intake.number)
        if kind == "request.submit":
            data["reference"] = "another"
        owner, key, path = [*places(data)][place]
        owner[key] = NUMBER

        decision = intake.send(kind, data)

        assert decision.outcome == "refused", path
        assert any(path.startswith(where) for _, where in reasons(decision) if where)
        assert NUMBER not in str(decision)
        refused += (IDENTIFIER, path) in reasons(decision)

    # The texts of these have forms that exclude an identifier.
    assert refused or kind in (
        "staff.set", "agency.set", "subscription.confirm", "subscription.set", "subscription.end",
    )  # fmt: skip


def test_no_refusal_repeats_a_reference_that_holds_an_identifier() -> None:
    of_form = Intake().send("request.submit", submission(reference=NUMBER, topics=[]))
    of_sender = Intake().send("request.submit", submission(reference=NUMBER), sender="ny-post")
    unread = Intake().send_raw(event("request.submit", {"reference": NUMBER}, source=NUMBER))

    for decision in (of_form, of_sender, unread):
        assert NUMBER not in str(decision)
        assert events(decision)[0].data.reference is None


def test_no_answer_repeats_an_id_that_holds_an_identifier() -> None:
    refused = Intake().send("request.submit", id=NUMBER)
    of_form = Intake().send("request.submit", submission(topics=[]), id=NUMBER)
    kept = Intake()
    odd = event("request.submit", submission(), id=NUMBER)
    content = read(record(odd)).content
    kept.batch.by_id[AGENCY, odd["source"], NUMBER] = FirstRecord(content, "cri.in.ca-post.v1/0/3")
    repeated = kept.send_raw(odd)

    assert types(repeated) == ["answer_repeated"]
    for decision in (refused, of_form, repeated):
        assert NUMBER not in str(decision)
        assert events(decision)[0].inreplytoid is None


def test_a_message_is_not_refused_for_its_own_ids() -> None:
    own = "123e4567-e89b-12d3-a456-426614174000"

    decision = Intake().send(
        "request.submit",
        submission(reference=own),
        id=own,
        subject=own,
        correlationid=own,
        causationid=f"cri.in.{AGENCY}.v1/0/123456789",
        sequence="00000000000123456789",
        traceparent=f"00-{own.replace('-', '')}-b7ad6b7169203331-01",
        tracestate="vendor=123456789,other@x=00f067aa0ba902b7",
    )

    assert types(decision)[0] == "request_accepted"


def test_a_message_accepted_by_an_older_release_gets_its_answer_again() -> None:
    intake = Intake()
    odd = event("request.submit", submission(reference="x "))
    first = "cri.in.ca-post.v1/0/3"
    intake.batch.by_reference[AGENCY, "x "] = FirstRecord(read(record(odd)).content, first)

    decision = intake.send_raw(odd)

    assert types(decision) == ["answer_repeated"]
    assert events(decision)[0].data.of == first


def test_many_faulty_texts_are_counted_and_hide_no_identifier() -> None:
    topics = [{"topics": [NUMBER] * 100, "can_take": 1}] * 19
    declared = {"entries": topics, "valid_until": "2027-01-01T00:00:00Z"}
    document = {"data": declared, **event("capacity.declare", declared, id=NUMBER)}

    decision = Intake().send_raw(document, participant=PROVIDER)

    refusal = events(decision)[0]
    assert {(reason.code, reason.path[:14]) for reason in refusal.data.reasons} == {
        (IDENTIFIER, "/data/entries/")
    }
    assert (len(refusal.data.reasons), refusal.data.more) == (MAX_REASONS, MAX_COUNTED)
    assert refusal.inreplytoid is None
    assert NUMBER not in str(decision)


LINES = {
    "a line end": "a\nb",
    "a bell": "\u0007",
    "an escape": "\x1b[31mred",
    "a delete": "a\x7f",
    "a control of the second kind": "a\x85b",
    "an override of direction": "\u202eabc",
    "an isolate": "abc\u2066",
    "a mark of direction": "abc\u200f",
    "a zero-width space": "a\u200bb",
    "a soft hyphen": "a\u00adb",
    "a line separator": "a\u2028b",
    "a byte order mark": "\ufeffx",
    "a filler": "\u3164",
    "marks alone": "\u0301\u0301",
    "a space": " ",
    "a thin space": "\u2009",
    "a trailing space": "x ",
    "a leading space": "\u00a0x",
    "a leading tab": "\tx",
}
SHOWN = ("Café Niño", "l'Î", "東京", "e\u0301", "№ 7", "😀", "❤\ufe0f", "a  b", "-", "قسم")


@pytest.mark.parametrize("what", LINES)
@pytest.mark.parametrize("attribute", ["id", "subject"])
def test_an_attribute_is_refused_for(attribute: str, what: str) -> None:
    decision = Intake().send("request.submit", **{attribute: LINES[what]})

    assert reasons(decision) == [("not_cloudevents", f"/{attribute}")]


@pytest.mark.parametrize("what", LINES)
def test_a_line_of_the_data_is_refused_for(what: str) -> None:
    line = LINES[what]
    asked = submission(reference=line, agency={**submission()["agency"], "name": line})
    contact = {"contact_id": line, "name": line, "phone": line, "title": line}

    assert reasons(Intake().send("request.submit", asked)) == [
        ("schema", "/data/reference"),
        ("schema", "/data/agency/name"),
    ]
    assert reasons(Intake().send("contact.set", contact)) == [
        ("schema", f"/data/{name}") for name in contact
    ]


@pytest.mark.parametrize("line", SHOWN)
def test_a_line_with_visible_characters_is_accepted(line: str) -> None:
    asked = submission(reference=line, agency={**submission()["agency"], "name": line})

    assert Intake().send("request.submit", asked, id=line, subject=line).outcome == "applied"


def test_a_long_text_may_have_line_breaks() -> None:
    need = dict.fromkeys(("issue", "obstacles"), " One.\r\n\tTwo.\u2028Three.\n")

    decision = Intake().send("request.submit", submission(need=need, other_topic="\nDrones.\n"))

    assert decision.outcome == "applied"
    assert {"issue", "note", "other_topic", "summary", "staff"} <= PROSE
    assert not PROSE & {"name", "reference", "id", "subject", "contact_id", "phone", "sources"}


def test_the_invisible_characters_are_those_of_unicode() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        unseen = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
        listed = character in INVISIBLE
        assert has_invisible(character) == (unseen or listed), hex(code)


@pytest.mark.parametrize("kind", KINDS)
def test_the_texts_of_the_examples_are_valid(kind: str, intake: Intake) -> None:
    data = submission(reference="second") if kind == "request.submit" else None

    decision = intake.send(kind, data, sender=sender_of(kind), at=AT + timedelta(seconds=1))

    assert decision.outcome == "applied"


def test_the_delivered_reference_data_is_valid() -> None:
    intake = Intake()
    kinds = {
        "participants": "participant.register",
        "programs": "program.define",
        "topics": "topic.define",
        "providers": "provider.list",
        "rulesets": "ruleset.approve",
    }
    sent = 0
    for name, kind in kinds.items():
        for entry in yaml.safe_load((REFERENCE / f"{name}.yaml").read_text())[name]:
            decision = intake.send(kind, as_json(entry))
            assert decision.outcome == "applied", reasons(decision)
            sent += 1

    assert sent > len(kinds)


def as_json(entry: Any) -> Any:
    """Return *entry* with dates and times as texts, as JSON has them."""
    if isinstance(entry, dict):
        return {key: as_json(value) for key, value in entry.items()}
    if isinstance(entry, list):
        return [as_json(value) for value in entry]
    return entry.isoformat() if hasattr(entry, "isoformat") else entry
