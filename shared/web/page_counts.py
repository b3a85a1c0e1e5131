"""Counts browsers' requests by face, page and class of status."""

from collections.abc import Sequence

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.process import metrics

NO_PAGE = "none"
"""The label of requests whose path belongs to no page."""
STATUSES = ("2xx", "3xx", "4xx", "5xx")


class CountedPages:
    """
    Middleware that counts every request; one that fails or is never answered counts as 5xx.

    A page is named by its route, such as ``/cases/{number}``: the path itself could name a
    request. Every page of ``routes`` is shown from the start.
    """

    def __init__(
        self, app: ASGIApp, *, service: str, face: str, routes: Sequence[BaseRoute]
    ) -> None:
        self._app = app
        self._labels = (service, face)
        for page in {NO_PAGE, *map(_page, routes)}:
            for status in STATUSES:
                metrics.DESK_REQUESTS.labels(*self._labels, page, status)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, then count it."""
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            page = _page(scope.get("route"))
            metrics.DESK_REQUESTS.labels(*self._labels, page, f"{status // 100}xx").inc()


def _page(route: BaseRoute | None) -> str:
    return route.path if isinstance(route, Route) else NO_PAGE
