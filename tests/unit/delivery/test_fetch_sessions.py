"""What a fetch names; after any loss, the broker fetches the wanted partitions again."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from aiokafka import errors as kafka_errors
from aiokafka.protocol.fetch import FetchRequest, FetchRequest_v4, FetchRequest_v11
from hypothesis import given
from hypothesis import strategies as st

from shared.delivery.reading.fetch_sessions import FetchSession, Place, SessionRequest

Offsets = Mapping[Place, int]
BUSY, SILENT, OTHER = ("cri.in.busy.v1", 0), ("cri.in.silent.v1", 0), ("cri.int.intake.v1", 3)
SIZE = 1_048_576


def whole(offsets: Offsets) -> FetchRequest:
    """Return the request of a client that has no sessions."""
    topics = [(topic, [(number, offset, SIZE)]) for (topic, number), offset in offsets.items()]
    return FetchRequest(200, 1, 4_194_304, 0, topics)


def as_sent(request: SessionRequest) -> Any:
    """Return the request as the broker decodes it."""
    return FetchRequest_v11.decode(request.build(FetchRequest_v11).encode())


def named(sent: Any) -> dict[Place, int]:
    return {
        (topic, number): offset
        for topic, partitions in sent.topics
        for number, _, offset, *_ in partitions
    }


def forgotten(sent: Any) -> set[Place]:
    return {(topic, number) for topic, numbers in sent.forgotten_topics_data for number in numbers}


def answer(session_id: int = 7, *, code: int = 0, places: tuple[Place, ...] = ()) -> Any:
    topics: list[Any] = [(topic, [(number, 0, 5, 5, 0, [], -1, b"")]) for topic, number in places]
    return SimpleNamespace(error_code=code, session_id=session_id, topics=topics)


@pytest.fixture
def session() -> FetchSession:
    """Return a session that the broker has granted for all three partitions."""
    session = FetchSession()
    first = as_sent(session.request(whole({BUSY: 5, SILENT: 2, OTHER: 9})))
    assert (first.session_id, first.session_epoch) == (0, 0)
    assert named(first) == {BUSY: 5, SILENT: 2, OTHER: 9}
    assert session.accept(answer(places=(BUSY, SILENT, OTHER)))
    return session


def test_given_a_session_a_fetch_names_only_partitions_whose_offset_moved(
    session: FetchSession,
) -> None:
    sent = as_sent(session.request(whole({BUSY: 6, SILENT: 2, OTHER: 9})))

    assert (sent.session_id, sent.session_epoch) == (7, 1)
    assert (named(sent), forgotten(sent)) == ({BUSY: 6}, set())
    assert session.accept(answer(places=(BUSY,)))

    sent = as_sent(session.request(whole({BUSY: 6, SILENT: 2, OTHER: 9})))

    assert (sent.session_epoch, sent.topics, sent.forgotten_topics_data) == (2, [], [])


def test_given_a_session_a_partition_that_is_not_wanted_is_forgotten_until_it_is_again(
    session: FetchSession,
) -> None:
    sent = as_sent(session.request(whole({BUSY: 5, OTHER: 9})))
    assert (named(sent), forgotten(sent)) == ({}, {SILENT})
    session.accept(answer())

    sent = as_sent(session.request(whole({BUSY: 5, SILENT: 2, OTHER: 9})))
    assert (named(sent), forgotten(sent)) == ({SILENT: 2}, set())


def test_given_a_lost_answer_the_next_fetch_names_everything_in_a_new_session(
    session: FetchSession,
) -> None:
    session.request(whole({BUSY: 6, OTHER: 9}))
    session.reset()

    sent = as_sent(session.request(whole({BUSY: 6, OTHER: 9})))

    # The id says which session the broker may close.
    assert (sent.session_id, sent.session_epoch) == (7, 0)
    assert (named(sent), forgotten(sent)) == ({BUSY: 6, OTHER: 9}, set())


def test_given_a_reset_while_a_fetch_runs_its_answer_is_refused(session: FetchSession) -> None:
    """An answer without news must not revive a session of partitions that are gone."""
    session.request(whole({BUSY: 5, SILENT: 2, OTHER: 9}))
    session.reset()

    assert not session.accept(answer())

    sent = as_sent(session.request(whole({BUSY: 5})))
    assert (sent.session_id, sent.session_epoch) == (7, 0)
    assert (named(sent), forgotten(sent)) == ({BUSY: 5}, set())


@pytest.mark.parametrize(
    ("error", "session_id"),
    [(kafka_errors.FetchSessionIdNotFound, 0), (kafka_errors.InvalidFetchSessionEpoch, 7)],
)
def test_given_a_session_that_the_broker_has_lost_the_next_fetch_names_everything(
    session: FetchSession, error: Any, session_id: int
) -> None:
    session.request(whole({BUSY: 6, SILENT: 2}))

    assert not session.accept(answer(0, code=error.errno))

    sent = as_sent(session.request(whole({BUSY: 6, SILENT: 2})))
    assert (sent.session_id, sent.session_epoch) == (session_id, 0)
    assert named(sent) == {BUSY: 6, SILENT: 2}


def test_given_a_broker_without_room_for_a_session_every_fetch_names_everything() -> None:
    session = FetchSession()
    for _ in range(3):
        sent = as_sent(session.request(whole({BUSY: 5, SILENT: 2})))
        assert (sent.session_id, sent.session_epoch) == (0, 0)
        assert named(sent) == {BUSY: 5, SILENT: 2}
        assert session.accept(answer(0, places=(BUSY, SILENT)))


def test_given_an_answer_for_a_partition_that_is_not_wanted_it_is_refused(
    session: FetchSession,
) -> None:
    session.request(whole({BUSY: 5, OTHER: 9}))

    assert not session.accept(answer(places=(BUSY, SILENT)))

    assert named(as_sent(session.request(whole({BUSY: 5})))) == {BUSY: 5}


def test_given_the_last_epoch_the_session_goes_on_with_the_first_behind_the_start(
    session: FetchSession,
) -> None:
    session._epoch = 2**31 - 1

    assert as_sent(session.request(whole({BUSY: 5}))).session_epoch == 2**31 - 1
    session.accept(answer())

    assert as_sent(session.request(whole({BUSY: 5}))).session_epoch == 1


def test_given_a_version_without_sessions_the_request_is_the_one_of_aiokafka() -> None:
    request = whole({BUSY: 5, SILENT: 2})

    ours = FetchSession().request(request).build(FetchRequest_v4)

    assert ours.encode() == request.build(FetchRequest_v4).encode()


class Broker:
    """The rules of KIP-227 for one client."""

    def __init__(self) -> None:
        self.fetched: dict[Place, int] = {}
        """What the last request that was understood fetches."""
        self._sessions: dict[int, dict[Place, int]] = {}
        self._epochs: dict[int, int] = {}
        self._made = 0

    def fetch(self, sent: Any, *, has_room: bool) -> Any:
        if sent.session_epoch == 0:
            self.evict(sent.session_id)
            self.fetched = named(sent)
            if not has_room:
                return answer(0, places=tuple(self.fetched))
            self._made += 1
            self._sessions[self._made] = self.fetched
            self._epochs[self._made] = 1
            return answer(self._made, places=tuple(self.fetched))
        if sent.session_id not in self._sessions:
            return answer(0, code=kafka_errors.FetchSessionIdNotFound.errno)
        if sent.session_epoch != self._epochs[sent.session_id]:
            return answer(0, code=kafka_errors.InvalidFetchSessionEpoch.errno)
        self._epochs[sent.session_id] += 1
        watched = self._sessions[sent.session_id]
        watched.update(named(sent))
        for place in forgotten(sent):
            del watched[place]
        self.fetched = watched
        return answer(sent.session_id, places=tuple(watched)[:1])

    def evict(self, session_id: int) -> None:
        self._sessions.pop(session_id, None)


Happening = Literal["answered", "not sent", "answer lost", "reset in flight", "evicted", "no room"]
WANTED = st.dictionaries(st.sampled_from([BUSY, SILENT, OTHER]), st.integers(0, 2))
HAPPENING: st.SearchStrategy[Happening] = st.sampled_from(
    ["answered", "answered", "not sent", "answer lost", "reset in flight", "evicted", "no room"]
)


@given(st.lists(st.tuples(WANTED, HAPPENING), max_size=30))
def test_after_any_loss_the_broker_fetches_the_wanted_partitions_or_the_next_request_corrects_it(
    steps: list[tuple[dict[Place, int], Happening]],
) -> None:
    session, broker = FetchSession(), Broker()
    refusals = 0
    for wanted, happening in steps:
        sent = as_sent(session.request(whole(wanted)))
        if happening == "evicted":
            broker.evict(sent.session_id)
        if happening == "not sent":
            session.reset()
            continue
        response = broker.fetch(sent, has_room=happening != "no room")
        if happening in ("answer lost", "reset in flight"):
            session.reset()
        if happening == "answer lost":
            continue
        if session.accept(response):
            assert broker.fetched == wanted
            refusals = 0
        elif happening == "answered":
            refusals += 1
            assert refusals == 1  # the next request names everything
