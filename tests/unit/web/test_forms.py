"""A form is read within bounds, and nothing in it is guessed."""

import pytest

from shared.web.forms import MOST_FIELDS, parse


def test_a_form_gives_each_field_without_surrounding_space_and_with_plain_line_ends() -> None:
    form = parse(b"need=+one%0D%0Atwo+&topics=a&topics=b&topics=")

    assert form.text("need") == "one\ntwo"
    assert form.all("topics") == ["a", "b"]
    assert form.text("absent") == ""


@pytest.mark.parametrize(
    "body",
    [b"name=%00", b"name=%ff", "name=ä".encode(), b"a=&" * (MOST_FIELDS + 1)],
    ids=["nul", "no UTF-8", "not encoded", "too many fields"],
)
def test_a_form_that_no_browser_sends_is_unreadable(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of the standard library, without a text of ours
        parse(body)
