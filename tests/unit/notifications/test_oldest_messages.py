"""The number of the oldest message of a topic is read again until it is known."""

from aiokafka import TopicPartition

from services.notifications.oldest_messages import OldestMessages

TOPIC = "cri.out.noble.v1"
PARTITION = TopicPartition(TOPIC, 0)


def test_a_beginning_whose_number_was_read_is_not_read_again() -> None:
    oldest = OldestMessages()
    assert oldest.moved({PARTITION: 7}) == {PARTITION: 7}

    oldest.note({PARTITION: 7}, {PARTITION: 5})

    assert oldest.numbers == {TOPIC: 5}
    assert oldest.moved({PARTITION: 7}) == {}
    assert oldest.moved({PARTITION: 9}) == {PARTITION: 9}


def test_a_beginning_without_a_number_is_read_again_at_the_next_look() -> None:
    oldest = OldestMessages()
    oldest.note({PARTITION: 7}, {PARTITION: 5})

    oldest.note({PARTITION: 9}, {PARTITION: None})

    assert oldest.numbers == {}
    assert oldest.moved({PARTITION: 9}) == {PARTITION: 9}
    oldest.note({PARTITION: 9}, {PARTITION: 6})
    assert oldest.numbers == {TOPIC: 6}


def test_what_did_not_move_is_kept_and_what_is_gone_is_forgotten() -> None:
    other = TopicPartition("cri.out.iacp.v1", 0)
    oldest = OldestMessages()
    oldest.note({PARTITION: 7, other: 0}, {PARTITION: 5, other: 1})

    oldest.note({PARTITION: 7}, {})

    assert oldest.numbers[TOPIC] == 5
    assert oldest.moved({PARTITION: 7, other: 0}) == {other: 0}
