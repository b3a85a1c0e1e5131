"""Lists the warnings and errors in the log files, each once with a count. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from continuum.access import NotPossible
from shared.contracts.services import DEPLOYABLES

_SEVERITIES = ("WARNING", "ERROR", "CRITICAL")
_ABOUT = ("topic", "partition", "offset", "until", "error.type", "where", "tracking_number",
          "reason", "outcome", "logger", "body")  # fmt: skip


def problems(
    lines: Iterable[Mapping[str, Any]], service: str | None, *, since: datetime
) -> list[str]:
    """Return the problems after *since*, of *service* or of all, the latest last, as lines."""
    if service is not None and service not in (*DEPLOYABLES, "canary"):
        raise NotPossible(
            f"there is no service {service!r}: it is one of {', '.join(DEPLOYABLES)}."
        )
    counts: dict[tuple[str, ...], tuple[datetime, int]] = {}
    for line in lines:
        at = datetime.fromisoformat(line["timestamp"])
        is_of_it = service is None or line["service.name"] == service
        if line["severity_text"] in _SEVERITIES and at >= since and is_of_it:
            about = [f"{name.rpartition('.')[2]} {line[name]}" for name in _ABOUT if name in line]
            what = (line["service.name"], line["event_name"], *about)
            _, times = counts.pop(what, (at, 0))
            counts[what] = (at, times + 1)
    return [_line(what, at, times) for what, (at, times) in counts.items()]


def _line(what: tuple[str, ...], at: datetime, times: int) -> str:
    service, event, *about = what
    moment = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    often = f"  ({times} times, the last then)" if times > 1 else ""
    return f"{moment}  {service:13}  {event}  {', '.join(about)}{often}"
