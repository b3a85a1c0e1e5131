"""Logs one JSON line per event to standard output, with OpenTelemetry's field names."""

import logging
import sys
import time
from importlib.metadata import version
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_NUMBERS = {"debug": 5, "info": 9, "warning": 13, "error": 17, "critical": 21}
_REPEATS_SECONDS = 10.0


def _names(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
    level = {"warn": "warning", "exception": "error"}.get(method, method)
    return {
        "timestamp": event.pop("timestamp"),
        "severity_text": level.upper(),
        "severity_number": _NUMBERS.get(level, 9),
        "event_name": event.pop("event"),
        **event,
    }


def configure(*, service: str, instance: str | None, level: str) -> None:
    """Send structlog to standard output as JSON, and libraries' logs from level WARNING up."""
    names = {"service.name": service, "service.version": version("continuum")}
    if instance:
        names["service.instance.id"] = instance
    structlog.configure(
        processors=[
            # Not from the context: finalizers and libraries' threads log outside of it.
            lambda _, __, event: {**names, **event},
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _names,
            structlog.processors.JSONRenderer(),  # ASCII: no log text can control a terminal
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, handlers=[_Bridge()],
        force=True,
    )  # fmt: skip


class _Bridge(logging.Handler):
    """
    Passes libraries' log records to structlog; their text may name hosts, never payloads.

    A client that cannot reach its server logs hundreds of lines a second. So each source line is
    logged once in ten seconds, with the number of lines left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._logged: dict[tuple[str, int], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        now, line = time.monotonic(), (record.pathname, record.lineno)
        since, left_out = self._logged.get(line, (-_REPEATS_SECONDS, 0))
        if now - since < _REPEATS_SECONDS:
            self._logged[line] = (since, left_out + 1)
            return
        self._logged[line] = (now, 0)
        extra: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[0] is not None:
            extra["error.type"] = record.exc_info[0].__name__
        if left_out:
            extra["left_out"] = left_out
        structlog.get_logger().warning("library.logged", body=record.getMessage()[:300], **extra)
