"""Pages hold text, never markup from elsewhere, and colors that can be read."""

import inspect
import re
from itertools import product
from pathlib import Path

import pytest
from jinja2 import Environment

from services.desk import office
from services.desk.office.settings import OfficeSettings
from services.webdesk import site
from shared import web
from shared.web.views import STYLE, Views
from tests.examples.office import SETTINGS

FOLDERS = [Path(inspect.getfile(package)).parent for package in (office, site, web)]
_LIGHT, _DARK = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block)) for block in re.findall(
    r":root \{([^}]*)\}", STYLE.decode()))  # fmt: skip
PAIRS = [*product(("ink", "soft", "link", "late"), ("ground", "card")), ("on-button", "button")]


def test_no_page_takes_text_for_html() -> None:
    templates = "".join(p.read_text() for each in FOLDERS for p in each.glob("templates/*.j2"))
    code = "".join(p.read_text() for each in FOLDERS for p in each.glob("*.py"))

    assert "csrf_field" in templates
    assert not re.search(r"\|\s*safe\b|\bautoescape\b", templates)
    assert not re.search(r"\bMarkup\b|autoescape=(?!True)", code)
    page = Views(office.__name__, OfficeSettings(**SETTINGS)).render(
        "error", person=None, title="<b>", message="<script>"
    )
    assert "&lt;script&gt;" in page
    assert "<b>" not in page


def test_pages_that_are_made_again_are_not_compiled_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings, compiled = OfficeSettings(**SETTINGS), list[str]()
    Views(office.__name__, settings)
    monkeypatch.setattr(Environment, "compile", lambda *_: compiled.append("again"))

    Views(office.__name__, settings)

    assert compiled == []


@pytest.mark.parametrize("colors", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_color_of_text_can_be_read_on_its_ground(
    colors: dict[str, str], ink: str, ground: str
) -> None:
    one, other = sorted((_luminance(colors[ink]), _luminance(colors[ground])))

    assert (other + 0.05) / (one + 0.05) >= 4.5  # WCAG 2.2 AA


def _luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_what_is_printed_is_what_is_read() -> None:
    printed = STYLE.decode().partition("@media print")[2]

    for hidden in (".skip", "nav", "form", ".button", ".pages"):
        assert hidden in printed.partition("display: none")[0]
