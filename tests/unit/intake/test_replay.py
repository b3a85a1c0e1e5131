from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.tracking import tracking_number
from tests.examples.inbound import data_of, submission
from tests.examples.intake import Intake, types

ANSWER_EVENTS = {"submission_refused", "answer_repeated"}
NUMBERS = [tracking_number(2026, counter) for counter in (1, 2)]


def messages_of(kind: str, data: Any) -> st.SearchStrategy[tuple[str, Any, str]]:
    """Return messages of *kind* under few ids, so that some repeat others."""
    return st.tuples(st.just(kind), data, st.sampled_from("abcd"))


MESSAGES = st.one_of(
    messages_of(
        "request.submit",
        st.builds(
            submission,
            reference=st.sampled_from(["one", "two"]),
            may_be_named=st.booleans(),
            need=st.none() | st.just({"issue": "Words."}),
        ),
    ),
    messages_of(
        "request.amend",
        st.sampled_from([{"tracking_number": n, "may_be_named": True} for n in NUMBERS]),
    ),
    messages_of("request.withdraw", st.sampled_from([{"tracking_number": n} for n in NUMBERS])),
    messages_of("contact.set", st.just(data_of("contact.set", ""))),
    messages_of("capacity.declare", st.just(data_of("capacity.declare", ""))),
    messages_of("topic.define", st.just(data_of("topic.define", ""))),
    messages_of("status.ask", st.sampled_from([{"about": "all"}, {"about": "nothing"}])),
    st.tuples(st.just(""), st.binary(max_size=20), st.just("")),
)


def sent(intake: Intake, message: tuple[str, Any, str]) -> list[str]:
    kind, data, identity = message
    if not kind:
        return types(intake.send_raw(data))
    return types(intake.send(kind, data, id=identity))


@given(st.lists(MESSAGES, max_size=12))
def test_every_message_gets_exactly_one_answer(messages: list[tuple[str, Any, str]]) -> None:
    intake = Intake()

    for message in messages:
        names = sent(intake, message)

        assert len([name for name in names if name not in ("need_stated", "note_stated")]) == 1


@given(st.lists(MESSAGES, max_size=12), st.data())
def test_replaying_any_prefix_changes_no_request_and_repeats_what_was_accepted(
    messages: list[tuple[str, Any, str]], data: st.DataObject
) -> None:
    intake = Intake()
    accepted = [not ANSWER_EVENTS.issuperset(sent(intake, message)) for message in messages]
    before = (dict(intake.batch.requests), list(intake.batch.new_ids))
    cut = data.draw(st.integers(0, len(messages)))

    for message, was_accepted in zip(messages[:cut], accepted, strict=False):
        if was_accepted:
            assert sent(intake, message) == ["answer_repeated"]

    assert (dict(intake.batch.requests), list(intake.batch.new_ids)) == before


@given(st.lists(MESSAGES, max_size=20))
def test_the_numbers_of_every_subject_have_no_gap(messages: list[tuple[str, Any, str]]) -> None:
    intake, seen = Intake(), dict[tuple[str, str], int]()

    for kind, data, identity in messages:
        decision = intake.send(kind, data, id=identity) if kind else intake.send_raw(data)
        for published in decision.published:
            subject = (published.topic, published.event.subject)
            seen[subject] = seen.get(subject, 0) + 1

            assert published.event.number == seen[subject]
