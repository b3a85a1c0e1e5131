"""Renders the public page from figures: plain HTML, no script, nothing fetched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from importlib import resources

from services.reporting.figures import NOTES, Figure
from services.reporting.news import ProgramRow, sentence, status_at
from services.reporting.words import BREAKDOWNS, IN_DAYS, STAGES, VOLUMES, days, duration

_CSS = (resources.files("services.reporting") / "page.css").read_text(encoding="utf-8")
_HIDDEN = (
    '<span class="soft" title="from 1 to 10, or hidden to protect such a count">hidden</span>'
)
_STALE = (
    '<p class="stale" role="status">These figures are not up to date: what happened since then'
    " is not all counted yet.</p>"
)


def page(
    figures: Sequence[Figure], programs: Sequence[ProgramRow], *, as_of: datetime, stale: bool
) -> str:
    """Return the public page; if *stale*, it says that newer records are not counted yet."""
    moment = as_of.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    notes = "".join(f"<li>{escape(note)}</li>" for note in NOTES)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Continuum: requests for help and what became of them</title>
<style>{_CSS}</style>
</head>
<body>
<header>
<h1>Requests for help, and what became of them</h1>
<p>Law enforcement agencies ask the Collaborative Reform Initiative for technical assistance.
This page counts what they asked, what was answered and how long it took.
It names no agency and no request.</p>
<p class="soft">As of <time datetime="{as_of.isoformat()}">{moment}</time> ·
the same figures as <a href="/figures.json">JSON</a> and <a href="/figures.csv">CSV</a> ·
<a href="/programs.json">programs as JSON</a></p>
{_STALE if stale else ""}
{_cards(figures)}
</header>
<main>
{_programs(programs, as_of=as_of)}
{_requests(figures)}
{_waiting(figures)}
{_times(figures)}
{_volumes(figures)}
</main>
<footer><h2>How to read this</h2><ul>{notes}</ul></footer>
</body>
</html>
"""


def _cards(figures: Sequence[Figure]) -> str:
    values = {(f.figure, f.breakdown, f.group): f.value for f in figures}
    cards = (
        ("requests", ("requests", "all", "all")),
        ("waiting", ("requests", "status", "waiting")),
        ("closed", ("requests", "status", "closed")),
        ("offers made", ("offers", "all", "made")),
        ("engagements opened", ("engagements", "all", "opened")),
    )
    items = (
        f"<li><strong>{_count(values.get(key, 0))}</strong>{escape(label)}</li>"
        for label, key in cards
    )
    return f'<ul class="cards">{"".join(items)}</ul>'


def _programs(programs: Sequence[ProgramRow], *, as_of: datetime) -> str:
    articles = []
    for row in programs:
        status = status_at(row, at=as_of)
        told = sentence(row.name, status=status, opens_at=row.opens_at)
        badge = f'<span class="badge">{escape(status)}</span>'
        articles.append(
            f"<article><h3>{escape(row.name)} {badge}</h3>"
            f'<p>{escape(row.summary)}</p><p class="soft">{escape(told)}</p></article>'
        )
    body = "".join(articles) or "<p>No program is defined yet.</p>"
    return f'<section><h2>Programs</h2><div class="programs">{body}</div></section>'


def _requests(figures: Sequence[Figure]) -> str:
    tables = []
    for breakdown, label in BREAKDOWNS.items():
        cells = [f for f in figures if f.figure == "requests" and f.breakdown == breakdown]
        if breakdown == "us_state":
            shown = _bars(cells, caption=f"Requests {label}")
            tables.append(f"<details><summary>Requests {label}</summary>{shown}</details>")
        else:
            tables.append(_bars(cells, caption=f"Requests {label}"))
    return f'<section><h2>Requests</h2><div class="pair">{"".join(tables)}</div></section>'


def _bars(cells: Sequence[Figure], *, caption: str) -> str:
    most = max((f.value for f in cells if isinstance(f.value, int)), default=0)
    rows = "".join(
        f'<tr><th scope="row">{escape(f.name)}</th>'
        f'<td class="number">{_count(f.value)}</td><td class="bar">{_bar(f.value, most)}</td></tr>'
        for f in cells
    )
    return f"<div><table><caption>{escape(caption)}</caption><tbody>{rows}</tbody></table></div>"


def _bar(value: int | float | str | None, most: int) -> str:
    if not isinstance(value, int) or not value:
        return ""
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * value / most:.1f}" height="10"/></svg>'
    )


def _waiting(figures: Sequence[Figure]) -> str:
    groups: dict[str, dict[str, int | float | str | None]] = {}
    names = {figure.group: figure.name for figure in figures if figure.figure == "waiting"}
    for figure in figures:
        if figure.figure == "waiting":
            groups.setdefault(figure.group, {})[figure.measure] = figure.value
    rows = []
    for group, cells in groups.items():
        program, _, reason = names[group].rpartition(": ")
        dates = "".join(f"<td>{_date(cells.get(key))}</td>" for key in ("since", "opens_at"))
        rows.append(
            f'<tr><th scope="row">{escape(program)}</th><td>{escape(reason)}</td>'
            f'<td class="number">{_count(cells["count"])}</td>{dates}</tr>'
        )
    table = _table(("program", "why", "requests", "waiting since", "opens"), rows)
    return f"<section><h2>Who waits, and why</h2>{table if rows else _NOBODY}</section>"


_NOBODY = "<p>No request is waiting.</p>"


def _times(figures: Sequence[Figure]) -> str:
    cells = {(f.figure, f.breakdown, f.group, f.measure): f.value for f in figures}
    names = {(f.breakdown, f.group): f.name for f in figures if f.figure in STAGES}
    parts = [_stage_table(cells, "all", "all")]
    for breakdown, label in BREAKDOWNS.items():
        groups = sorted({key[2] for key in cells if key[0] in STAGES and key[1] == breakdown})
        if groups:
            tables = "".join(
                f"<h3>{escape(names[breakdown, group])}</h3>"
                f"{_stage_table(cells, breakdown, group)}"
                for group in groups
            )
            parts.append(f"<details><summary>Times {escape(label)}</summary>{tables}</details>")
    explained = "<p>Half of the requests took the median or less, nine of ten the second.</p>"
    return f"<section><h2>How long it takes</h2>{explained}{''.join(parts)}</section>"


def _volumes(figures: Sequence[Figure]) -> str:
    tables = "".join(
        _bars([f for f in figures if f.figure == unit], caption=label)
        for unit, label in VOLUMES.items()
    )
    return f'<section><h2>Other units</h2><div class="pair">{tables}</div></section>'


def _stage_table(
    cells: Mapping[tuple[str, str, str, str], int | float | str | None],
    breakdown: str,
    name: str,
) -> str:
    rows = []
    for stage, label in STAGES.items():
        times = [(stage, breakdown, name, measure) for measure in ("p50", "p90")]
        if times[0] in cells:
            said = days if stage in IN_DAYS else duration
            numbers = "".join(
                f'<td class="number">{_time(cells[key], said)}</td>' for key in times
            )
            rows.append(f'<tr><th scope="row">{escape(label)}</th>{numbers}</tr>')
    return _table(("stage", "median", "nine of ten"), rows)


def _table(heads: Iterable[str], rows: Iterable[str]) -> str:
    numbers = {"requests", "median", "nine of ten"}
    cells = "".join(
        f'<th scope="col"{" class=number" if head in numbers else ""}>{escape(head)}</th>'
        for head in heads
    )
    body = "".join(rows)
    return (
        f'<div class="scroll"><table><thead><tr>{cells}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _count(value: int | float | str | None) -> str:
    return _HIDDEN if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _time(value: int | float | str | None, said: Callable[[float], str]) -> str:
    return said(value) if isinstance(value, (int, float)) else _HIDDEN


def _date(value: int | float | str | None) -> str:
    if not isinstance(value, str):
        return ""
    moment = datetime.fromisoformat(value).astimezone(UTC)
    return f'<time datetime="{escape(value)}">{moment:%Y-%m-%d %H:%M} UTC</time>'
