from shared.delivery.take_in.checkpoints import FailureWindow


def window(outcomes: str) -> FailureWindow:
    """Return the window after these decisions: a dot is a success, a letter a failed key."""
    window = FailureWindow()
    for outcome in outcomes:
        window.count(key=outcome, failed=outcome != ".")
    return window


def test_five_failures_in_a_row_over_three_keys_trip_it() -> None:
    assert window("....abcab").tripped
    assert not window("....abca.b").tripped


def test_one_bad_key_never_trips_it() -> None:
    assert not window("aaaaaaaaaa" * 10).tripped


def test_a_fifth_of_the_last_hundred_over_three_keys_trips_it() -> None:
    assert window("a...b...c...d..." * 5 + ".").tripped
    assert not window("a....b....c....d...." * 3).tripped


def test_old_failures_are_forgotten() -> None:
    trouble = window("a...b...c...d..." * 4 + "." * 100)

    assert not trouble.tripped
    assert trouble.encode() is None


def test_a_window_survives_storing_and_loading() -> None:
    before = window("a...b")

    after = FailureWindow.decode(before.encode())

    assert (after.seen, after.failed) == (5, [(1, "a"), (5, "b")])
