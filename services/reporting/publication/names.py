"""Finds the names of other agencies in texts about one. Pure."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from services.reporting.publication.report import Publication
from services.reporting.sites.texts import Place
from shared.texts.characters import folded_in_case

_ORI_PREFIX = 7


class Names(NamedTuple):
    """What a report may call an agency: its name, aliases such as initials, its ORI."""

    engagement_id: str
    agency: str
    aliases: tuple[str, ...]
    ori: str | None


class Named(NamedTuple):
    """A name of another agency, and where it stands."""

    place: str
    name: str


def names_of(publication: Publication) -> Names:
    """Return the names of a site's agency."""
    site = publication.site
    return Names(site.engagement_id, site.agency, tuple(publication.aliases), publication.ori)


def others_named(texts: Iterable[Place], own: Names, others: Iterable[Names]) -> Iterator[Named]:
    """
    Yield where *texts* hold a name of one of *others*, once for each name.

    A name matches whole words, across lines and with look-alike characters, too, and in any case
    if it has several words. An ORI matches by its first seven characters. Names of the report's
    own agency do not count, even if another agency has them, too.
    """
    ours = {_plain(name).casefold() for name in (own.agency, *own.aliases)}
    names = {name for each in others for name in (each.agency, *each.aliases)}
    looked_for = [
        *((name, True) for name in names if _plain(name).casefold() not in ours),
        *(
            (prefix, False)
            for each in others
            if each.ori is not None
            and not (own.ori or "").startswith(prefix := each.ori[:_ORI_PREFIX])
        ),
    ]
    places = [(place.name, text := _plain(place.text), text.casefold()) for place in texts]
    for name, whole in sorted(set(looked_for)):
        plain = _plain(name)
        in_any_case = " " in plain
        wanted = plain.casefold() if in_any_case else plain
        for place, text, without_case in places:
            if _holds(without_case if in_any_case else text, wanted, whole=whole):
                yield Named(place, name)
                break


def _plain(text: str) -> str:
    """Return *text* on one line, with single spaces, and as if written on a plain keyboard."""
    if not text.isascii():
        composed = unicodedata.normalize("NFKC", text).replace(
            "\N{RIGHT SINGLE QUOTATION MARK}", "'"
        )
        text = folded_in_case(composed)
    return " ".join(text.split())


def _holds(text: str, name: str, *, whole: bool) -> bool:
    """Return whether *name* begins a word of *text*, and ends one if it must be *whole*."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not _is_word(text[at - 1 : at]) and not (whole and _is_word(text[end : end + 1])):
            return True
        at = text.find(name, at + 1)
    return False


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
