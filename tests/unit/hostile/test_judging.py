from dataclasses import replace

import pytest

from tests.proofs.hostile.judging import (
    Question,
    Result,
    Tally,
    Watched,
    allowed,
    closing_line,
    failures,
    percentile,
    table,
    watched,
)

GOOD = Result(
    name="an attack",
    tally=Tally(sent=10, taken=10, answered=10),
    watched=Watched(waits=(0.05,) * 100, longest_gap=0.3),
)


def test_a_percentile_is_the_wait_that_that_share_does_not_exceed() -> None:
    waits = [n / 100 for n in range(100, 0, -1)]

    assert percentile(waits, 0.99) == 0.99
    assert percentile(waits, 0.5) == 0.5
    assert percentile([0.2], 0.99) == 0.2
    assert percentile([], 0.99) == 0


def test_only_questions_sent_in_the_time_count_and_each_with_its_wait() -> None:
    asked = [Question(0.9, 1.0), Question(1.0, 1.1), Question(1.5, 1.9), Question(2.0, 2.1)]

    seen = watched(asked, begin=1.0, end=2.0)

    assert seen.waits == pytest.approx((0.1, 0.4))
    assert seen.longest_gap == pytest.approx(0.8)


def test_a_question_without_an_answer_has_waited_until_the_end() -> None:
    asked = [Question(1.0, 1.1), Question(1.2)]

    seen = watched(asked, begin=1.0, end=9.0)

    assert seen.waits == pytest.approx((0.1, 7.8))
    assert seen.longest_gap == pytest.approx(7.9)


def test_a_time_without_any_answer_is_one_gap() -> None:
    assert watched([], begin=1.0, end=4.0).longest_gap == 3.0
    assert watched([Question(1.0)], begin=1.0, end=4.0).longest_gap == 3.0


def test_an_answer_after_the_end_ends_a_gap_that_began_before() -> None:
    seen = watched([Question(1.0, 1.1), Question(1.5, 4.5)], begin=1.0, end=2.0)

    assert seen.longest_gap == pytest.approx(3.4)


def test_an_attack_without_harm_has_no_failure() -> None:
    assert failures([GOOD], alone=0.05) == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (replace(GOOD, tally=replace(GOOD.tally, answered=9)), "1 without exactly one answer"),
        (replace(GOOD, tally=replace(GOOD.tally, twice=2)), "2 without exactly one answer"),
        (replace(GOOD, stops=("intake ended with status 1",)), "intake ended with status 1"),
        (replace(GOOD, tally=replace(GOOD.tally, wrong=("x, 1 times",))), "answered with x"),
        (replace(GOOD, missed=("the broker took it",)), "the broker took it"),
        (replace(GOOD, watched=replace(GOOD.watched, longest_gap=2.1)), "no answer for 2.1 s"),
    ],
)
def test_each_harm_is_a_failure_that_names_its_attack(bad: Result, words: str) -> None:
    [found] = failures([GOOD, replace(bad, name="the bad one")], alone=0.05)

    assert found.startswith("the bad one: ")
    assert words in found


def test_waits_beyond_what_is_allowed_are_blamed_on_the_worst_attack() -> None:
    at_the_limit = (allowed(0.05),) * 100
    slow = replace(GOOD, name="slow", watched=Watched(at_the_limit, 0.3))
    slower = replace(slow, name="slower", watched=Watched((0.301,) * 100, 0.3))

    assert failures([GOOD, slow], alone=0.05) == []
    [found] = failures([GOOD, slow, slower], alone=0.05)
    assert found.startswith("slower: the bystander's p99 is 301 ms under attack, at most 300 ms")


def test_the_closing_line_adds_everything_up() -> None:
    bad = replace(
        GOOD,
        tally=replace(GOOD.tally, answered=7, twice=1),
        stops=("a", "b"),
        watched=Watched((0.4,) * 100, 1.24),
    )

    assert closing_line([GOOD, bad], alone=0.0514) == (
        "hostile: 2 attacks, 4 unanswered, 2 stops, bystander p99 51 ms alone,"
        " 400 ms under attack, longest gap 1.2 s"
    )


def test_the_table_has_a_line_for_each_attack() -> None:
    head, *lines = table([GOOD, replace(GOOD, name="another")])

    assert head.startswith("attack")
    assert [line.split("  ")[0] for line in lines] == ["an attack", "another"]
