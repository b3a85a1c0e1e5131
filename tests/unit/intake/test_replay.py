from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.tracking import tracking_number
from tests.examples.door import Door, types
from tests.examples.inbound import data_of, submission

ANSWERS = {"submission_refused", "answer_repeated"}
NUMBERS = [tracking_number(2026, counter) for counter in (1, 2)]


def saying(kind: str, data: Any) -> st.SearchStrategy[tuple[str, Any, str]]:
    """Messages of *kind* under one of few ids, so that some repeat others."""
    return st.tuples(st.just(kind), data, st.sampled_from("abcd"))


MESSAGES = st.one_of(
    saying(
        "request.submit",
        st.builds(
            submission,
            reference=st.sampled_from(["one", "two"]),
            may_be_named=st.booleans(),
            need=st.none() | st.just({"issue": "Words."}),
        ),
    ),
    saying(
        "request.amend",
        st.sampled_from([{"tracking_number": n, "may_be_named": True} for n in NUMBERS]),
    ),
    saying("request.withdraw", st.sampled_from([{"tracking_number": n} for n in NUMBERS])),
    saying("contact.set", st.just(data_of("contact.set", ""))),
    saying("capacity.declare", st.just(data_of("capacity.declare", ""))),
    saying("topic.define", st.just(data_of("topic.define", ""))),
    saying("status.ask", st.sampled_from([{"about": "all"}, {"about": "nothing"}])),
    st.tuples(st.just(""), st.binary(max_size=20), st.just("")),
)


def say(door: Door, message: tuple[str, Any, str]) -> list[str]:
    kind, data, identity = message
    if not kind:
        return types(door.send(data))
    return types(door.say(kind, data, id=identity))


@given(st.lists(MESSAGES, max_size=12))
def test_every_message_leads_to_exactly_one_answer(messages: list[tuple[str, Any, str]]) -> None:
    door = Door()

    for message in messages:
        said = say(door, message)

        assert len([name for name in said if name not in ("need_stated", "note_stated")]) == 1


@given(st.lists(MESSAGES, max_size=12), st.data())
def test_replaying_any_prefix_changes_no_request_and_repeats_what_was_accepted(
    messages: list[tuple[str, Any, str]], data: st.DataObject
) -> None:
    door = Door()
    accepted = [not ANSWERS.issuperset(say(door, message)) for message in messages]
    before = (dict(door.batch.requests), list(door.batch.new_ids))
    cut = data.draw(st.integers(0, len(messages)))

    for message, was_accepted in zip(messages[:cut], accepted, strict=False):
        if was_accepted:
            assert say(door, message) == ["answer_repeated"]

    assert (dict(door.batch.requests), list(door.batch.new_ids)) == before


@given(st.lists(MESSAGES, max_size=20))
def test_the_numbers_of_every_subject_have_no_gap(messages: list[tuple[str, Any, str]]) -> None:
    door, seen = Door(), dict[tuple[str, str], int]()

    for kind, data, identity in messages:
        decision = door.say(kind, data, id=identity) if kind else door.send(data)
        for published in decision.published:
            subject = (published.topic, published.event.subject)
            seen[subject] = seen.get(subject, 0) + 1

            assert published.event.number == seen[subject]
