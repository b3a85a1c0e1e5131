"""Texts with a protected identifier, and texts with other numbers."""

import sys
import unicodedata
from itertools import product

import pytest

from shared.texts.characters import fold, folded
from shared.texts.identifiers import holds_identifier, texts_with_identifier

GAPS = ("", ".", " ", ". ")
HELD = (
    "123-45-6789",
    "His number is 123-45-6789.",
    "123 45 6789",
    "123.45.6789",
    "123_45_6789",
    "123 - 45 - 6789",
    "123\n45\n6789",
    "123\u00a045\u00a06789",
    "123\u201345\u20136789",
    "123\u201445\u20146789",
    "123\u201145\u20116789",
    "123\u221245\u22126789",
    "123\u00b745\u00b76789",
    "\uff11\uff12\uff13\uff0d\uff14\uff15\uff0d\uff16\uff17\uff18\uff19",
    "\u0660\u0667\u0668-\u0660\u0665-\u0661\u0661\u0662\u0660",
    "\u0967\u0968\u0969-\u096a\u096b-\u096c\u096d\u096e\u096f",
    "1\u200b23-4\u200b5-67\u200b89",
    "1\u00ad23-45-6789",
    "\u202e123-45-6789\u202c",
    "12\u03363-45-6789",
    "the number\u2014123-45-6789\u2014was given",
    "123-45-6789A",
    "SSN 123456789",
    "SSN123456789",
    "SSN-123-45-6789",
    "ssn: 123.45.6789",
    "S.S.N. 123 456789",
    *(f"S{first}S{second}N. 123456789" for first, second in product(GAPS, GAPS)),
    *(f"S{first}S{second}# 123456789" for first, second in product(("", "."), GAPS)),
    "\uff33\uff33\uff2e 123456789",
    "Social Security number of the subject: 123456789",
    "social security no. 1 2 3 4 5 6 7 8 9",
    "UCN 1234567",
    "UCN: 1234567",
    *(f"F{first}B{second}I. No. 1234567" for first, second in product(GAPS, GAPS)),
    "FBI #1234567",
    "FBI number is 123456AB7",
    "FBI no. 123456AB7",
    "fbi\u200b ucn 123\u200b456AB7",
    "see 654321xy9",
)
NOT_HELD = (
    "",
    "000-45-6789",
    "666-45-6789",
    "900-45-6789",
    "987-65-4321",
    "123-00-6789",
    "123-45-0000",
    "SSN 000456789",
    "SSN: 912-34-5678",
    "202-555-0143",
    "(202) 555-0143",
    "+1 202 555 0143",
    "+49 123 45 6789",
    "+44 20 7946 0958",
    "SSN unknown, call 202-555-0143",
    "CR-123-45-6789",
    "2026-123-45-6789",
    "123-45-6789-0",
    "123-45-67890",
    "0123-45-6789",
    "case 123456789",
    "Case No. 26-004512",
    "penal code 123456",
    "CA0194200",
    "ORI NC0260100",
    "12345-6789",
    "Charlotte, NC 28202-1234",
    "2026-03-02",
    "2026-03-02T15:04:05-08:00",
    "03/02/2026 and 555-1234-567",
    "CRI-2026-000123-K",
    "CRI-2026-000123-K-O1",
    "123e4567-e89b-12d3-a456-426614174000",
    "01a20add-d54b-74f9-975a-59cf730c7d88",
    "1Z 999 AA1 01 2345 6784",
    "9400 1000 0000 0000 0000 00",
    "192.168.10.100",
    "123.45.6789.1",
    "Between 123, 45 and 6789 calls",
    "The FBI now lists 12 of 2026's cases",
    "FBI no later than 2026",
    "FBI No. 1 priority in 2026",
    "the assn 123456789",
    "UCN to be assigned in 2026",
    "social media post 123456789",
    "4111 1111 1111 1111",
    "https://agency.example/cases/123456789?page=2",
)


@pytest.mark.parametrize("text", HELD, ids=ascii)
def test_a_protected_identifier_is_found_in_any_notation(text: str) -> None:
    assert holds_identifier(text)


@pytest.mark.parametrize("text", NOT_HELD, ids=ascii)
def test_another_number_is_not_taken_for_a_protected_identifier(text: str) -> None:
    assert not holds_identifier(text)


def test_the_texts_that_hold_identifiers_are_found() -> None:
    assert texts_with_identifier([*NOT_HELD, *HELD, "\u0130", *NOT_HELD], plain=False) == set(
        range(len(NOT_HELD), len(NOT_HELD) + len(HELD))
    )


def test_an_identifier_does_not_span_two_texts() -> None:
    for texts in (
        ["SSN", "123456789"],
        ["123-45", "-6789"],
        ["UCN", "1234567"],
        ["123", "45", "6789"],
    ):
        assert texts_with_identifier(texts, plain=True) == set()
        assert texts_with_identifier(texts, plain=False) == set()


def test_all_dashes_digits_and_invisible_characters_of_unicode_are_folded() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Nd":
            expected = {str(unicodedata.decimal(character))}
        elif category == "Pd":
            expected = {"-", "--"}
        elif category in ("Cf", "Cc", "Mn", "Me", "Zs", "Zl", "Zp"):
            expected = {"", " "}
        else:
            continue
        assert fold(character) in expected, ascii(character)
        assert folded([character]) == [fold(character)], ascii(character)


def test_every_character_is_folded_alike_in_a_text_and_alone() -> None:
    characters = [chr(code) for code in range(0x20000)]

    assert folded(["".join(characters)]) == ["".join(map(fold, characters)).lower()]
