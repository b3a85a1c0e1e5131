"""A page as a browser shows it: its words, its links, and its forms with what they offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

Fields = list[tuple[str, str]]
_OFFERING = ("checkbox", "radio")
_CONTENT = "content"
"""The fragment of the link that skips to the content."""


class NotOffered(Exception):
    """A field or a choice that the form on the page does not have. The message names it."""


@dataclass(slots=True)
class Form:
    """
    A form: ``values`` is what it holds, ``options`` what its choices offer.

    A form that ``is_search`` only leads to an address, and changes nothing.
    """

    action: str
    is_search: bool = False
    values: dict[str, list[str]] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str:
        """Return what a field holds; empty if it is not there."""
        return next(iter(self.values.get(name, ())), "")

    def filled(
        self, values: Mapping[str, str | Sequence[str]], *, button: tuple[str, str] | None = None
    ) -> Fields:
        """Return what the browser sends; raise `NotOffered` for values that the form rules out."""
        sent = {name: list(held) for name, held in self.values.items()}
        for name, value in values.items():
            chosen = [value] if isinstance(value, str) else list(value)
            if name not in self.values and name not in self.options:
                raise NotOffered(f"{self.action}: there is no field {name}")
            if name in self.options and (wrong := set(chosen) - set(self.options[name])):
                raise NotOffered(f"{self.action}: {name} does not offer {', '.join(wrong)}")
            sent[name] = chosen
        if button is not None and button not in self.buttons:
            raise NotOffered(f"{self.action}: there is no button {button[1]}")
        fields = [(name, each) for name, chosen in sent.items() for each in chosen]
        return fields if button is None else [*fields, button]


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its address, and the words that it shows."""

    address: str
    words: str

    @property
    def path(self) -> str:
        """Its address without host and query."""
        return urlsplit(self.address).path

    def names(self, name: str) -> str:
        """Return the value of *name* in the query; empty if it is not there."""
        return next(iter(parse_qs(urlsplit(self.address).query).get(name, ())), "")


@dataclass(frozen=True, slots=True)
class Page:
    """A page at *address*; ``text`` is all that it says."""

    address: str
    status: int
    heading: str
    text: str
    links: Sequence[Link]
    forms: Sequence[Form]

    @property
    def path(self) -> str:
        """Its address without host and query."""
        return urlsplit(self.address).path

    @property
    def wrong(self) -> set[str]:
        """The fields that it asks to correct, according to its links to them."""
        return {urlsplit(each.address).fragment for each in self.links} - {"", _CONTENT}

    def link(self, words: str) -> Link:
        """Return the link that shows *words*; raise `NotOffered` if there is none."""
        for each in self.links:
            if each.words == words:
                return each
        raise NotOffered(f"{self.path}, {self.heading}: there is no link {words}")

    def form(self, action: str, **holding: str) -> Form:
        """Return the form that is sent to the path *action*, and holds these values."""
        for each in self.forms:
            held = all(each.value(name) == value for name, value in holding.items())
            if urlsplit(each.action).path == action and held:
                return each
        raise NotOffered(f"{self.path}, {self.heading}: there is no form for {action}")


def read_page(html: str, *, address: str, status: int = 200) -> Page:
    """Return the page that *html* shows."""
    reader = _Reader(address)
    reader.feed(html)
    heading, text = (" ".join("".join(each).split()) for each in (reader.heading, reader.shown))
    return Page(address, status, heading, text, reader.links, reader.forms)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.heading: list[str] = []
        self.shown: list[str] = []
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self._address = address
        self._form: Form | None = None
        self._select = ""
        self._text: list[str] | None = None
        self._about = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self._text, self._about = [], urljoin(self._address, given["href"])
        elif tag == "h1" and not self.heading:
            self._text = self.heading
        elif tag == "form":
            action = urljoin(self._address, given.get("action", ""))
            self._form = Form(action, is_search=given.get("method", "get").lower() == "get")
            self.forms.append(self._form)
        elif self._form is not None:
            self._field(self._form, tag, given)

    def _field(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button" and name:
            form.buttons.append((name, value))
        elif tag == "input" and given.get("type") in _OFFERING:
            form.options.setdefault(name, []).append(value)
            if "checked" in given:
                form.values.setdefault(name, []).append(value)
        elif tag == "input":
            form.values.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
            form.options[name] = []
        elif tag == "option":
            form.options[self._select].append(value)
            if "selected" in given:
                form.values.setdefault(self._select, []).append(value)
        elif tag == "textarea":
            self._text, self._about = [], name

    def handle_data(self, data: str) -> None:
        self.shown.append(data)
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self._text or ())
        if tag == "a" and self._text is not None:
            self.links.append(Link(self._about, " ".join(text.split())))
        elif tag == "textarea" and self._form is not None:
            self._form.values[self._about] = [text.removeprefix("\n")]
        elif tag == "form":
            self._form = None
        if tag in ("a", "h1", "textarea"):
            self._text = None
