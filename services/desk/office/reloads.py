"""Pages that look again by themselves while an answer is awaited, a few times."""

from starlette.responses import Response

from services.desk.office.visits import Visit

RELOADS = 5
SECONDS = 2


def next_reload(visit: Visit) -> int | None:
    """Return the number of the reload that follows; None after the last."""
    seen = visit.request.query_params.get("seen", "0")
    times = int(seen) if seen in map(str, range(RELOADS)) else RELOADS
    return times + 1 if times < RELOADS else None


def reloading(visit: Visit, response: Response, number: int | None) -> Response:
    """Return *response*; the browser looks again in two seconds if *number* is given."""
    if number is not None:
        response.headers["Refresh"] = f"{SECONDS}; url={visit.request.url.path}?seen={number}"
    return response
