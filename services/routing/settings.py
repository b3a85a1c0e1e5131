"""Settings of routing in addition to those of every service."""

from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of one routing process."""

    match_requests: Annotated[int, Field(ge=1, le=1000)] = 200
    """So many requests of one lane are matched in one transaction."""
    match_every: Annotated[float, Field(gt=0, le=60)] = 1
    """Seconds between looks at the lanes when nothing wakes the matcher."""
    deadlines_every: Annotated[float, Field(gt=0, le=60)] = 1
    """Seconds between looks for clocks that ran out, unless one is due earlier."""
    record_every: Annotated[float, Field(gt=0, le=3600)] = 60
    """Seconds between looks for requests of which the log does not say the whole state."""
