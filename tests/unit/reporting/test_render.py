"""The public page: text of senders is escaped, and each figure is shown once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

from services.reporting.figures import Count, Durations, Figure, Volumes, Wait, public_figures
from services.reporting.programs import ProgramRow
from services.reporting.render import page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOSTILE = """<script>alert("1")</script>' onload='x & "y"""


class Page(HTMLParser):
    """The elements of a page with their attributes, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def program(name: str, *, summary: str = "", status: str = "open") -> ProgramRow:
    return ProgramRow(
        program="cri-tac",
        name=name,
        status=status,
        opens_at=None,
        summary=summary,
        defined_by="e-1",
        correlation_id="c-1",
        changed_at=NOW,
        opening_told=False,
    )


def figures(*, group: str = "cri-tac", count: int = 1234) -> list[Figure]:
    """Figures of every kind whose groups are all called *group*."""
    found = public_figures(
        counts=[
            Count("all", "all", count),
            Count("program", group, count),
            Count("us_state", group, count),
            Count("status", "waiting", count),
        ],
        waits=[Wait(group, "no_capacity", count, NOW, NOW)],
        durations=[
            Durations("submission_to_close", breakdown, group, count, 60, 86_400 * 3)
            for breakdown in ("all", "program")
        ],
        volumes=[Volumes("offers", group, count)],
    )
    return [replace(figure, name=figure.group) for figure in found]


def shown(found: Sequence[Figure], *programs: ProgramRow, stale: bool = False) -> Page:
    return Page(page(found, programs, as_of=NOW, stale=stale))


def test_names_that_others_wrote_stay_text() -> None:
    plain = shown(figures(), program("x", summary="x", status="x"))

    hostile = shown(figures(group=HOSTILE), program(HOSTILE, summary=HOSTILE, status=HOSTILE))

    assert hostile.elements == plain.elements
    assert "script" not in [name for name, _ in hostile.elements]
    assert hostile.texts.count(HOSTILE) == 8  # name, status, summary; five tables
    assert f"{HOSTILE} is {HOSTILE}." in hostile.texts


def test_a_hidden_figure_says_so_and_has_no_bar() -> None:
    small = shown(figures(count=3))

    large = shown(figures(count=300))

    assert small.texts.count("hidden") > large.texts.count("hidden") == 0
    assert [name for name, _ in small.elements].count("rect") == 0
    assert [name for name, _ in large.elements].count("rect") == 4
    assert "300" in large.texts


def test_a_page_without_figures_says_that_there_is_nothing() -> None:
    nothing = public_figures(counts=[], waits=[], durations=[], volumes=[])

    found = shown(nothing)

    assert "No program is defined yet." in found.texts
    assert "No request is waiting." in found.texts


def test_only_a_stale_page_says_so() -> None:
    assert ("p", {"class": "stale", "role": "status"}) in shown(figures(), stale=True).elements
    assert ("p", {"class": "stale", "role": "status"}) not in shown(figures()).elements


def test_the_page_fetches_and_runs_nothing() -> None:
    found = shown(figures(), program("CRI-TAC"))

    assert not {name for name, _ in found.elements} & {"script", "link", "img", "iframe"}
    assert not [a for _, a in found.elements if "src" in a or "style" in a or "onload" in a]
