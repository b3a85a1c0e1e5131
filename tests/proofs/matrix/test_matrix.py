"""Kafka allows what the table says and nothing else; the comparison notices a difference."""

from collections.abc import Iterator

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from deploy.local.stack import Stack
from deploy.provision.access import Grant, grants
from deploy.provision.broker import admin_client, provision_kafka
from deploy.stack.kafka import ADMIN
from tests.proofs.matrix import trying
from tests.proofs.matrix.judging import cells_of, judged
from tests.proofs.matrix.trying import DONE
from tests.proofs.temporary import temporary_stack


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Kafka without quotas, which would slow down so many questions at once."""
    with temporary_stack(quotas=False) as started:
        started.start()
        started.provision()
        yield started


@pytest.fixture
def admin(stack: Stack) -> AdminClient:
    return admin_client(stack.kafka.servers, user=ADMIN, password=stack.kafka.password)


@pytest.mark.timeout(300)
def test_everybody_may_do_what_the_table_says_and_nothing_else(stack: Stack) -> None:
    count, unexpected = judged(stack)

    assert unexpected == []
    assert count > 5_000


@pytest.mark.timeout(300)
def test_a_right_too_many_and_one_too_few_are_noticed(stack: Stack, admin: AdminClient) -> None:
    first, second = (each.id for each in stack.participants[1:3])
    right = grants(stack.topics, stack.participants)
    lost = Grant(first, "WRITE", "TOPIC", f"cri.in.{first}.v1")
    added = Grant(second, "READ", "TOPIC", f"cri.out.{first}.v1")
    assert lost in right
    provision_kafka(admin, topics=[], users={}, grants=right - {lost} | {added})
    try:
        _, unexpected = judged(stack)
    finally:
        stack.provision()

    about = sorted(line.partition(": expected")[0] for line in unexpected)
    assert about == sorted(
        [
            f"{first}: topic cri.in.{first}.v1",
            f"{first}: write cri.in.{first}.v1",
            f"{second}: read cri.out.{first}.v1",
            f"{second}: topic cri.out.{first}.v1",
        ]
    )


@pytest.mark.timeout(300)
def test_e38_the_public_desk_reaches_two_topics_and_nothing_of_the_office(stack: Stack) -> None:
    cells = cells_of(stack, "webdesk")

    # Written out: what is allowed here must not depend on the table.
    own = {"cri.in.web-desk.v1"}
    set_aside = {"cri.dlq.webdesk.v1", "cri.dlq.webdesk.restricted.v1"}
    did = {(kind, name) for kind, name, _, found in cells if found == DONE}
    assert did == {
        *(("write", topic) for topic in own | set_aside),
        *(("read", topic) for topic in own | {"cri.out.web-desk.v1"}),
        ("use group", "webdesk.matrix"),
    }
    tried = {(kind, name): found for kind, name, _, found in cells}
    for topic in ("cri.in.office-desk.v1", "cri.out.office-desk.v1", "cri.int.confidential.v1"):
        for kind in ("write", "read"):
            assert tried[kind, topic] == "TOPIC_AUTHORIZATION_FAILED", (kind, topic)


def test_a_refusal_that_the_client_raises_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(Producer):
        """A client that knows already that it is refused, which it learns at some moment."""

        def produce(self, *_: object, **__: object) -> None:
            raise KafkaException(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))

    monkeypatch.setattr(trying, "Producer", Refusing)

    assert trying.written({}, ["a", "b"]) == dict.fromkeys("ab", "TOPIC_AUTHORIZATION_FAILED")
