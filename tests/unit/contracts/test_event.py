from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.event import coordinate, derived_id, participant_of, request_id

AT = datetime(2026, 3, 2, 23, 4, 5, tzinfo=UTC)
CAUSE = coordinate("cri.in.ca-post.v1", 0, 4711)


def test_the_same_record_gives_the_same_request_id_and_another_record_another() -> None:
    first = request_id(CAUSE, AT)

    assert first == request_id(CAUSE, AT)
    assert first != request_id(coordinate("cri.in.ca-post.v1", 0, 4712), AT)
    assert UUID(first).version == 7
    assert UUID(first).int >> 80 == int(AT.timestamp() * 1000)


def test_several_events_of_one_cause_have_ids_of_their_own() -> None:
    ids = {derived_id(CAUSE, "offer", subject, n) for subject in ("a", "b") for n in range(3)}

    assert len(ids) == 6


def test_the_participant_is_taken_from_the_topic() -> None:
    assert participant_of(CAUSE) == "ca-post"


@given(st.text(), st.integers(0, 99))
def test_a_derived_id_is_a_uuid_of_version_5(cause: str, ordinal: int) -> None:
    identity = UUID(derived_id(cause, "offer", "CRI-2026-000001-0", ordinal))

    assert (identity.version, identity.variant) == (5, RFC_4122)
    assert str(identity) == derived_id(cause, "offer", "CRI-2026-000001-0", ordinal)
