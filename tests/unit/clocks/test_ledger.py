"""The ledger of clocks: a fold of a request's events."""

from datetime import UTC, datetime, timedelta

from shared.clocks.ledger import Happened, ledger

START = datetime(2026, 3, 2, 14, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def happened(number: int, kind: str, clock: str | None = None, due: int | None = None) -> Happened:
    return Happened(day(number), kind, f"event-{number}", clock, None if due is None else day(due))


LIFE = [
    happened(0, "request_triaged"),
    happened(1, "offer_made", "offer_answer.standard", 8),
    happened(2, "clock_moved", "offer_answer.standard", 9),
    happened(3, "clock_reminded", "offer_answer.standard", 9),
    happened(4, "engagement_opened", "engagement_silence", 34),
    happened(5, "engagement_progressed", "engagement_silence", 35),
    happened(6, "engagement_affected", "rehome", 13),
    happened(7, "facts_changed"),
    happened(13, "clock_missed", "rehome", 13),
    happened(35, "clock_missed", "engagement_silence", 35),
    happened(37, "clock_still_missed", "engagement_silence", 35),
    happened(38, "clock_settled", "engagement_silence", 35),
    happened(40, "engagement_ended"),
    happened(41, "offer_made", "offer_answer.standard", 48),
    happened(48, "offer_lapsed"),
]


def test_e52_each_clock_has_its_lines_in_order_with_their_events() -> None:
    lines = [(entry.clock, entry.what, entry.event.event_id) for entry in ledger(LIFE)]

    assert lines == [
        ("offer_answer.standard", "started", "event-1"),
        ("offer_answer.standard", "moved", "event-2"),
        ("offer_answer.standard", "reminded", "event-3"),
        ("offer_answer.standard", "stopped", "event-4"),
        ("engagement_silence", "started", "event-4"),
        ("engagement_silence", "started again", "event-5"),
        ("rehome", "started", "event-6"),
        ("rehome", "missed", "event-13"),
        ("engagement_silence", "missed", "event-35"),
        ("engagement_silence", "still missed", "event-37"),
        ("engagement_silence", "settled", "event-38"),
        ("engagement_silence", "stopped", "event-40"),
        ("rehome", "stopped", "event-40"),
        ("offer_answer.standard", "started", "event-41"),
        ("offer_answer.standard", "stopped", "event-48"),
    ]


def test_the_end_is_told_where_the_clock_begins_or_moves() -> None:
    ends = {entry.event.event_id: entry.due_at for entry in ledger(LIFE[:4])}

    assert ends == {"event-1": day(8), "event-2": day(9), "event-3": None}


def test_a_provider_that_takes_part_again_stops_the_rehoming() -> None:
    again = happened(8, "engagement_affected")

    assert [entry.what for entry in ledger([LIFE[6], again])] == ["started", "stopped"]


def test_a_further_cause_does_not_start_the_rehoming_again() -> None:
    further = happened(8, "engagement_affected", "rehome")

    assert [entry.what for entry in ledger([LIFE[6], further])] == ["started"]


def test_a_replay_gives_the_same_ledger() -> None:
    assert ledger(LIFE) == ledger(LIFE)
