"""A participant's client finds its answers and notices a gap."""

from deploy.participants.client import Access, Client, Message, Sent


def client() -> Client:
    connection = {
        "bootstrap_servers": ["127.0.0.1:1"],
        "security": {"protocol": "SASL_PLAINTEXT", "mechanism": "SCRAM-SHA-512"},
        "participants": {
            "iacp": {
                "username": "iacp",
                "password": "secret",
                "in": "cri.in.iacp.v1",
                "out": "cri.out.iacp.v1",
                "group_prefix": "iacp.",
            }
        },
    }
    return Client(Access.of(connection, "iacp"))


def message(number: int, **more: str) -> Message:
    return {"type": "gov.cri.message.applied.v1", "participantsequence": f"{number:020d}",
            "data": {}, **more}  # fmt: skip


async def test_an_answer_is_found_by_the_place_of_its_record() -> None:
    one = client()
    sent = one.sent["cri.in.iacp.v1/0/7"] = Sent("cri.in.iacp.v1/0/7", "capacity.declare", 0.0)

    await one.take_in(message(1, inreplyto="cri.in.iacp.v1/0/7"))

    assert sent.answer is not None
    assert one.unanswered() == []


async def test_a_message_that_comes_twice_is_taken_in_once() -> None:
    received: list[Message] = []
    one = client()

    async def receive(message: Message) -> None:
        received.append(message)

    one.on_message = receive
    await one.take_in(message(1))
    await one.take_in(message(1))

    assert len(received) == 1
    assert one.problems == []


async def test_a_gap_in_the_sequence_is_a_problem() -> None:
    one = client()

    await one.take_in(message(1))
    await one.take_in(message(3))

    assert one.problems == ["participantsequence 1 is followed by 3"]


async def test_a_second_answer_to_one_record_is_a_problem() -> None:
    one = client()
    place = "cri.in.iacp.v1/0/7"
    one.sent[place] = Sent(place, "capacity.declare", 0.0)

    await one.take_in(message(1, inreplyto=place))
    await one.take_in(message(2, inreplyto=place))

    assert one.problems == [f"{place} has two answers"]


async def test_a_heartbeat_takes_no_number() -> None:
    one = client()

    await one.take_in({"type": "gov.cri.heartbeat.v1", "data": {"head": 0}})

    assert one.sequence == 0
