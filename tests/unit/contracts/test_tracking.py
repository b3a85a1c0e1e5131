from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.tracking import (
    check_character,
    is_tracking_number,
    tracking_number,
    tracking_number_in,
)


def test_the_check_character_is_that_of_the_standards_own_example() -> None:
    assert check_character("A12425GABC1234002") == "M"


@given(st.integers(2020, 2099), st.integers(1, 99_999_999))
def test_a_tracking_number_is_recognized_and_read_back_from_an_offer(
    year: int, counter: int
) -> None:
    tracking = tracking_number(year, counter)

    assert is_tracking_number(tracking)
    assert tracking_number_in(f"{tracking}-O3") == tracking


@given(st.integers(1, 9_999_999), st.data())
def test_one_wrong_digit_is_noticed(counter: int, data: st.DataObject) -> None:
    tracking = tracking_number(2026, counter)
    places = [i for i, character in enumerate(tracking) if character.isdigit() and i > 3]
    place = data.draw(st.sampled_from(places[:-1] if tracking[-1].isdigit() else places))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != tracking[place]]))

    assert not is_tracking_number(tracking[:place] + other + tracking[place + 1 :])


def test_other_text_is_not_recognized_as_a_tracking_number() -> None:
    for text in ("", "CRI-2026-12-K", "CRI-2026-000123", "cri-2026-000123-K", "CRI-²⁰²⁶-000123-K"):
        assert not is_tracking_number(text)
        assert tracking_number_in(text) is None
