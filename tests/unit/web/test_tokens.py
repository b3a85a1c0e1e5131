"""A form's token proves whose it is, and when it was shown."""

from shared.web.tokens import new_secret, shown_at, stamp


def test_a_token_is_known_to_the_browser_that_was_shown_the_form() -> None:
    secret = new_secret()

    assert shown_at(secret, stamp(secret, 1772481840)) == 1772481840


def test_no_other_token_is() -> None:
    secret = new_secret()
    token = stamp(secret, 1772481840)

    assert shown_at(new_secret(), token) is None
    assert shown_at("", stamp("", 1772481840)) is None
    assert shown_at(secret, token.replace("1772481840", "1772481839")) is None
    assert shown_at(secret, f"{token} ") is None
    assert shown_at(secret, "") is None
