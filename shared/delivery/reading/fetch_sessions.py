"""
Incremental fetch sessions (KIP-227): a fetch names only what has changed since the one before.

The broker keeps the partitions of a session with their offsets, and answers only for those that
have something new. A silent partition is watched by every fetch, and neither side writes or reads
a byte for it. aiokafka 0.14.0 can encode sessions but always asks for none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import errors as kafka_errors
from aiokafka.protocol.fetch import FetchRequest

Place = tuple[str, int]
"""A topic and the number of a partition; equal to a `TopicPartition` of both."""
Wanted = Mapping[Place, tuple[int, int]]
"""What to fetch: by partition, the offset and the most bytes."""

_NO_SESSION = 0
_FIRST_EPOCH = 0
"""A request of this epoch names every partition and asks for a new session."""
_LAST_EPOCH = 2**31 - 1
_FIRST_VERSION = 7
"""Brokers older than this version of fetches (Kafka 1.1) have no sessions."""


class FetchSession:
    """
    The session with one broker, which gets one request at a time.

    After anything unexpected the next request names every partition again, so no more than one
    answer is lost.
    """

    def __init__(self) -> None:
        self._id = _NO_SESSION
        self._epoch = _FIRST_EPOCH
        self._known: Wanted | None = None
        """What the broker fetches; None if that is not certain."""

    def request(self, whole: FetchRequest) -> "SessionRequest":
        """Return the request to send instead of *whole*, which names every partition."""
        wanted = {
            (topic, number): (offset, size)
            for topic, partitions in whole.topics
            for number, offset, size in partitions
        }
        known = self._known or {}
        changed = [place for place, what in wanted.items() if known.get(place) != what]
        forgotten = [place for place in known if place not in wanted]
        self._known = wanted
        return SessionRequest(
            whole,
            wanted,
            session=(self._id, self._epoch),
            topics=_by_topic(
                (topic, (number, *wanted[topic, number])) for topic, number in changed
            ),
            forgotten=_by_topic(forgotten),
        )

    def reset(self) -> None:
        """Name everything in the next request: the last one may or may not have arrived."""
        self._epoch = _FIRST_EPOCH
        self._known = None

    def accept(self, response: Any) -> bool:
        """Take note of the answer to the last request; False if it must not be used."""
        if self._known is None:  # reset meanwhile
            return False
        code = getattr(response, "error_code", 0)
        answered = {(topic, answer[0]) for topic, answers in response.topics for answer in answers}
        if code != 0 or not answered <= self._known.keys():
            if code == kafka_errors.FetchSessionIdNotFound.errno:
                self._id = _NO_SESSION
            self.reset()
            return False
        self._id = getattr(response, "session_id", _NO_SESSION)
        if self._id == _NO_SESSION:  # the broker has no room for another session
            self.reset()
        else:
            self._epoch = self._epoch + 1 if self._epoch < _LAST_EPOCH else _FIRST_EPOCH + 1
        return True


class SessionRequest(FetchRequest):
    """A fetch that names some *topics* of a *session* and drops *forgotten* ones from it."""

    def __init__(
        self,
        whole: FetchRequest,
        wanted: Wanted,
        *,
        session: tuple[int, int],
        topics: Mapping[str, list[Any]],
        forgotten: Mapping[str, list[Any]],
    ) -> None:
        super().__init__(
            whole._max_wait_ms,
            whole._min_bytes,
            whole._max_bytes,
            whole._isolation_level,
            list(topics.items()),
            whole._rack_id,
        )
        self.wanted = wanted
        self.session = session
        self.forgotten = list(forgotten.items())

    def build(self, request_struct_class: type[Any]) -> Any:
        """Return the request as it is encoded in the version that the broker speaks."""
        struct = super().build(request_struct_class)
        if struct.API_VERSION >= _FIRST_VERSION:
            struct.session_id, struct.session_epoch = self.session
            struct.forgotten_topics_data = self.forgotten
        return struct


def _by_topic(places: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for topic, what in places:
        found[topic].append(what)
    return found
