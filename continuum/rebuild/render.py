"""Renders a rebuild's report: topics read, the comparison, figures that would change. Pure."""

from collections.abc import Mapping, Sequence

from continuum.rebuild.compare import Comparison
from continuum.rebuild.shadow import Position
from continuum.rebuild.tables import Tables
from shared.contracts.tracking import is_tracking_number

DELIVERY = "checkpoints, outbox and the like: its position in the log, and unsent messages"
_SHOWN = 20


def render(
    service: str,
    folded: Tables,
    wanted: Position,
    compared: Comparison,
    moved: Mapping[str, tuple[int, int]],
    failed: Sequence[str],
) -> list[str]:
    """Return the report as lines."""
    return [
        f"{service}, rebuilt silently: nobody is messaged, no participant sees a repeat",
        *(f"  reads {topic}: {count:,} records" for topic, count in sorted(wanted.topics.items())),
        *_left_out(wanted),
        f"  computes again: {', '.join(folded.names)}",
        *(f"  keeps {', '.join(names)}: they {why}" for names, why in folded.kept.items()),
        f"  keeps {DELIVERY}",
        "",
        *tables(compared),
        *_states(compared),
        *_failed(failed),
        *_differences(compared, moved),
    ]


def tables(compared: Comparison) -> list[str]:
    """Return a table with the rows and checksums of both sides."""
    lines = [f"  {'table':10}{'live rows':>12}{'rebuilt':>12}  checksum"]
    for table, live in compared.live.items():
        rebuilt = compared.rebuilt[table]
        same = "equal" if live == rebuilt else f"live {live.checksum}: DIFFERS"
        lines.append(f"  {table:10}{live.rows:12,}{rebuilt.rows:12,}  {rebuilt.checksum} {same}")
    return lines


def repaired(service: str, compared: Comparison, again: Comparison) -> list[str]:
    """Return the comparison after a repair, *again*, and what the operator must still do."""
    lines = ["Repaired. Compared again:", *tables(again)]
    if any(each.table == "catalog" for each in compared.differences):
        lines.append(
            f"Restart {service} now: a process reads its copy of the reference data once, and then"
            " only what is new."
        )
    return lines


def closing(wanted: Position, compared: Comparison, seconds: float) -> str:
    """Return the summary line."""
    tables = len(compared.live) + len(compared.states)
    differing = len(compared.differences) + len(compared.differing_states)
    return (
        f"rebuild: {wanted.records} records, {compared.rows} rows in {tables} tables,"
        f" {differing} differing, {seconds:.1f} s"
    )


def _left_out(wanted: Position) -> list[str]:
    discarded = sum(place[3] for place in wanted.left_out)
    waiting = len(wanted.left_out) - discarded
    lines = []
    if waiting:
        lines.append(f"  leaves out {waiting} dead, parked or held records, as the service does")
    if discarded:
        lines.append(f"  leaves out {discarded} records that operators discarded")
    return lines


def _states(compared: Comparison) -> list[str]:
    lines = []
    for each in compared.states:
        left = f"; {each.not_recorded:,} not recorded yet" if each.not_recorded else ""
        lines.append(
            f"  {each.table:10}{each.compared:12,} rows beside what was published,"
            f" {len(each.differences):,} differ{left}"
        )
    if compared.differing_states:
        keys = [f"{each.table} {each.key} {each.what}" for each in compared.differing_states]
        lines += [
            "",
            "At risk: promise 5: these rows do not equal what was published of them (a repair"
            " leaves them as they are):",
            *_some(keys),
        ]
    return lines


def _failed(failed: Sequence[str]) -> list[str]:
    if not failed:
        return []
    return [
        "",
        "This version cannot fold records that the service took in; nothing is repaired with it:",
        *_some(failed),
    ]


def _differences(compared: Comparison, moved: Mapping[str, tuple[int, int]]) -> list[str]:
    if not compared.differences:
        return []
    keys = [f"{each.table} {each.key} {each.what}" for each in compared.differences]
    figures = [f"{name}: {before:,} → {after:,}" for name, (before, after) in moved.items()]
    return [
        "",
        "At risk: promise 5: these rows do not equal the fold of the log:",
        *_some(keys),
        "A repair touches",
        f"  requests: {_requests(compared)}",
        "  people who would be messaged: nobody",
        "  participants who would see repeats: nobody",
        f"  figures: {'none' if not figures else f'{len(figures)} would move'}",
        *_some(figures),
    ]


def _requests(compared: Comparison) -> str:
    named = {each.key for each in compared.differences if is_tracking_number(each.key)}
    return f"{len(named):,}" if named else "none"


def _some(lines: Sequence[str]) -> list[str]:
    more = [f"  … and {len(lines) - _SHOWN:,} more"] if len(lines) > _SHOWN else []
    return [*(f"  {line}" for line in lines[:_SHOWN]), *more]
