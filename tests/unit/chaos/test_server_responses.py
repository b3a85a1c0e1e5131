from itertools import chain

import pytest

from tests.proofs.chaos.server_responses import ServerResponses


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (4 + len(body)).to_bytes(4) + body


def done(tag: bytes) -> bytes:
    return message(b"C", tag + b"\0")


OPEN, IDLE, FAILED = (message(b"Z", state) for state in (b"T", b"I", b"E"))
ROW = message(b"D", b"a row")


def forwarded(data: bytes, at_once: int) -> list[tuple[bytes, bool]]:
    answers = ServerResponses()
    pieces = [data[place : place + at_once] for place in range(0, len(data), at_once)]
    return list(chain.from_iterable(answers.take(piece) for piece in pieces))


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_all_messages_are_forwarded_in_order(at_once: int) -> None:
    response = (
        message(b"R", bytes(4)) + IDLE + done(b"BEGIN") + OPEN + ROW + done(b"SELECT 1") + OPEN
    )

    assert b"".join(part for part, _ in forwarded(response, at_once)) == response


@pytest.mark.parametrize("at_once", [1, 3, 1000])
@pytest.mark.parametrize(
    ("response", "commits"),
    [
        (done(b"BEGIN") + OPEN + done(b"INSERT 0 1") + OPEN + done(b"COMMIT") + IDLE, 1),
        (done(b"BEGIN") + OPEN + message(b"E", b"no") + FAILED + done(b"ROLLBACK") + IDLE, 0),
        (done(b"BEGIN") + OPEN + done(b"ROLLBACK") + IDLE, 0),
        (done(b"DELETE 7") + IDLE + ROW + done(b"SELECT 1") + IDLE, 1),
        (message(b"E", b"no") + IDLE, 0),
        (message(b"1") + message(b"t", bytes(6)) + message(b"n"), 0),
    ],
)
def test_commits_are_recognized_by_the_response_of_the_server(
    response: bytes, commits: int, at_once: int
) -> None:
    found = [part for part, has_committed in forwarded(response, at_once) if has_committed]

    assert len(found) == commits
    assert all(part.endswith(IDLE) for part in found)


def test_a_commit_is_forwarded_only_as_a_whole() -> None:
    answers = ServerResponses()
    list(answers.take(done(b"BEGIN") + OPEN))

    before = list(answers.take(done(b"COMMIT")))
    after = list(answers.take(IDLE))

    assert b"".join(part for part, _ in before) == b""
    assert after[-1] == (done(b"COMMIT") + IDLE, True)


def test_a_response_that_awaits_the_client_is_forwarded_at_once() -> None:
    prepared = message(b"1") + message(b"T", b"columns")

    assert b"".join(part for part, _ in forwarded(prepared, 1000)) == prepared


def test_the_response_to_an_ssl_request_is_one_byte() -> None:
    answers = ServerResponses()

    assert list(answers.take(b"N")) == [(b"N", False)]
    assert b"".join(p for p, _ in answers.take(message(b"R", bytes(4)))) == message(b"R", bytes(4))
