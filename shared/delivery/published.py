"""An event on the topic of the service that published it."""

from datetime import datetime
from typing import NamedTuple


class PublishedEvent(NamedTuple):
    """The *number*-th event of *subject* on a topic of the service, and its place on the topic."""

    topic: str
    partition: int
    offset: int
    id: str
    type: str
    subject: str
    number: int
    cause: str
    at: datetime
    value: bytes
