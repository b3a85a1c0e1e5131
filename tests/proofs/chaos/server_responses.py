"""The responses of a Postgres server, split where a commit could be cut from its answer."""

from collections.abc import Iterator

_READY, _DONE = b"Z", b"C"
_WRITES = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE", b"COPY")


class ServerResponses:
    """
    Parses the bytes that the server sends on one connection, from their beginning.

    It withholds CommandComplete until ReadyForQuery arrives: by then the commit has happened,
    and the client does not know it yet.
    """

    def __init__(self) -> None:
        self._unread = b""
        self._done = b""
        self._in_transaction = False
        self._is_begun = False

    def take(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """Yield bytes to forward, and whether they are the answer to a commit."""
        if not self._is_begun:
            self._is_begun = True
            if data in (b"N", b"S"):  # the answer to SSLRequest is one byte, not a message
                yield data, False
                self._is_begun = False
                return
        self._unread += data
        passed = b""
        while len(self._unread) >= 5:
            end = 1 + int.from_bytes(self._unread[1:5])
            if len(self._unread) < end:
                break
            message, self._unread = self._unread[:end], self._unread[end:]
            if message[:1] == _READY:
                yield passed, False
                yield self._done + message, self._commits(message)
                passed = self._done = b""
            elif message[:1] == _DONE or self._done:
                self._done += message
            else:
                passed += message
        if passed:
            yield passed, False

    def _commits(self, ready: bytes) -> bool:
        """Return whether the statement that has just ended committed writes."""
        was_in_transaction, self._in_transaction = self._in_transaction, ready[5:6] != b"I"
        if self._in_transaction or self._done[:1] != _DONE:
            return False
        tag = self._done[5:]
        return tag.startswith(b"COMMIT" if was_in_transaction else _WRITES)
