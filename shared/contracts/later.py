"""Events about requests whose type a later release added, as far as this build can use them."""

from shared.contracts.event import Event, Facts


class LaterFacts(Facts):
    """The fields that are read from an event of an unknown type."""

    status: str | None = None
    program: str | None = None
    lane: str | None = None
    provider: str | None = None
    reason: str | None = None


class LaterEvent(Event):
    """
    An event about a request, of a type that this build does not know.

    It gets an entry in the timeline; the status that it names becomes the request's status.
    """

    data: LaterFacts
