"""A request whose work is assessed in public, for the office's desk."""

from tests.examples.assessments import ENGAGEMENT, NUMBER, PROVIDER, REQUEST
from tests.examples.streams import EventStream


def assessed() -> EventStream:
    """Return the request of the assessment that the other examples are about."""
    stream = EventStream(1, name="North Miami Police Department", state="US-FL")
    stream.tracking_number, stream.request_id = NUMBER, REQUEST
    stream.program = "organizational-assessment"
    stream.accepted()
    stream.engaged(provider=PROVIDER, engagement_id=ENGAGEMENT)
    return stream
