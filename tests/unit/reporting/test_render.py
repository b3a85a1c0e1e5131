"""The pages: text of senders is escaped, and what the public sees names its unit."""

from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

from services.reporting.corrections.shown import Correction, Published
from services.reporting.figures import Count, Durations, Figure, Volumes, Wait, live_figures
from services.reporting.programs import ProgramRow
from services.reporting.render import live_page, release_page
from shared.contracts.reporting import ReleaseFacts
from tests.unit.reporting.test_corrections import correct
from tests.unit.reporting.test_release import counted, release

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOSTILE = """<script>alert("1")</script>' onload='x & "y"""


class Page(HTMLParser):
    """The elements of a page with their attributes, its texts, and all of it without escapes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.raw = unescape(html)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.lasttag != "style":
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


def figures(group: str) -> list[Figure]:
    """Figures of every kind whose groups are all called *group*."""
    found = live_figures(
        counts=[
            Count("all", "all", 3),
            Count("program", group, 3),
            Count("us_state", group, 3),
            Count("topic", group, 3),
        ],
        statuses={"waiting": 3},
        waits=[Wait(group, "no_capacity", 3, NOW, NOW)],
        durations=[
            Durations("submission_to_close", breakdown, group, 3, 60, 86_400 * 3)
            for breakdown in ("all", "program")
        ],
        volumes=[Volumes("offers", "event", group, 3)],
    )
    return [replace(figure, name=figure.group) for figure in found]


def live(group: str = "cri-tac", *, stale: bool = False) -> Page:
    return Page(live_page(figures(group), as_of=NOW, stale=stale))


def public(count: int = 57, *programs: ProgramRow, name: str | None = None) -> Page:
    month = release(counted(("program", "cri-tac", count), ("goal", "trust", count)))
    if name is not None:
        renamed = [figure.model_copy(update={"name": name}) for figure in month.figures]
        month = month.model_copy(update={"figures": renamed})
    published = Published(ReleaseFacts(sha256="ab" * 32, release=month), NOW)
    months = ["2026-06", "2026-05"]
    return Page(release_page(published, months=months, programs=programs, at=NOW))


def test_names_that_others_wrote_stay_text_on_the_operators_page() -> None:
    hostile = live(HOSTILE)

    assert hostile.elements == live().elements
    assert hostile.texts.count(HOSTILE) == 6


def test_names_that_others_wrote_stay_text_on_the_public_page() -> None:
    plain = public(57, program("x", summary="x", status="x"), name="x")

    hostile = public(57, program(HOSTILE, summary=HOSTILE, status=HOSTILE), name=HOSTILE)

    assert hostile.elements == plain.elements
    assert "script" not in [name for name, _ in hostile.elements]
    assert f"{HOSTILE} is {HOSTILE}." in hostile.texts


def test_a_release_shows_rounded_counts_and_says_when_there_are_few() -> None:
    found = public()

    assert "60" in found.texts
    assert "10 or fewer" in found.texts
    assert "57" not in found.texts


def test_e86_the_table_of_goals_says_that_it_adds_up_to_more() -> None:
    text = " ".join(public().texts)

    assert "they add up to more than all requests" in text


def test_e87_agencies_say_both_numbers_and_the_year_of_the_list() -> None:
    text = " ".join(public().texts)

    assert "under 50 sworn officers 10 or fewer of 14,494" in text
    assert "The agency list is that of 2025." in text


def test_every_table_of_the_release_names_its_unit() -> None:
    found = public()

    captions = [text for text in found.texts if " by " in text and len(text) < 60]
    units = ("Requests", "Offers", "Engagements", "Time limits", "Agencies", "Recommendations")
    assert [name for name, _ in found.elements].count("caption") == 28
    assert len([text for text in captions if text.startswith(units)]) >= 13


def test_a_release_has_its_files_its_hash_and_the_other_months() -> None:
    found = public()

    links = [attributes.get("href") for name, attributes in found.elements if name == "a"]
    assert {"/releases/2026-06.json", "/releases/2026-06.csv", "/releases/2026-05"} <= {*links}
    assert "ab" * 32 in found.texts
    assert links[0] == "#content"
    assert ("main", {"id": "content"}) in found.elements


def test_e82_a_corrected_figure_shows_both_values_with_date_and_reason() -> None:
    first = release(counted(("us_state", "US-CA", 64)))
    found = [
        Correction(number, NOW, facts)
        for number, facts in enumerate(correct(first, counted(("us_state", "US-CA", 66))), start=2)
    ]
    facts = ReleaseFacts(sha256="ab" * 32, release=first)

    page = Page(release_page(Published(facts, NOW, found), at=NOW))
    before = Page(release_page(Published(facts, NOW), at=NOW))

    text = " ".join(" ".join(page.texts).split())
    assert "California 70 (first published: 60)" in text
    assert "Requests by U.S. state or territory, California: from 60 to 70. Corrected on" in text
    assert "with the figures of July 2026: events of the month came late." in text
    assert "Corrections, June 2026" not in " ".join(before.texts)


def test_without_a_release_the_page_says_when_there_will_be_one() -> None:
    found = Page(release_page(None, at=NOW))

    text = " ".join(found.texts)
    assert "No month is published yet." in text
    assert "third working day" in text
    assert "No program is defined yet." in text
    assert "table" not in [name for name, _ in found.elements]


def test_only_a_stale_page_says_so() -> None:
    assert ("p", {"class": "stale", "role": "status"}) in live(stale=True).elements
    assert ("p", {"class": "stale", "role": "status"}) not in live().elements


def test_the_pages_fetch_and_run_nothing() -> None:
    for found in (live(), public(57, program("CRI-TAC"))):
        assert not {name for name, _ in found.elements} & {"script", "link", "img", "iframe"}
        assert not [a for _, a in found.elements if "src" in a or "style" in a or "onload" in a]
