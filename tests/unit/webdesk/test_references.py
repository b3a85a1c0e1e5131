"""A reference is unique, easy to read out, and is never taken for a protected identifier."""

import re

from services.webdesk.references import new_reference
from shared.texts.identifiers import holds_identifier


def test_a_reference_has_ten_characters_that_are_not_taken_for_others() -> None:
    references = {new_reference() for _ in range(2000)}

    assert len(references) == 2000
    assert all(re.fullmatch(r"WEB-[0-9A-HJKMNP-TV-Z]{10}", each) for each in references)


def test_no_reference_seems_to_hold_a_protected_identifier() -> None:
    assert not any(holds_identifier(f"Your request {new_reference()}") for _ in range(2000))
    assert not holds_identifier("WEB-123456AB7X")
