"""Settings of routing in addition to those of every service."""

from typing import Annotated

from pydantic import Field

from shared.process.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of one routing process."""

    match_requests: Annotated[int, Field(ge=1, le=1000)] = 200
    """Maximum number of requests of one lane that are matched in one transaction."""
    match_every: Annotated[float, Field(gt=0, le=60)] = 1
    """Seconds between runs of the matcher when nothing wakes it."""
    deadlines_every: Annotated[float, Field(gt=0, le=60)] = 1
    """Seconds between checks for expired clocks, unless one is due earlier."""
    withdraw_every: Annotated[float, Field(gt=0, le=60)] = 1
    """Seconds between checks for offers of providers and programs that no longer take part."""
    record_every: Annotated[float, Field(gt=0, le=3600)] = 60
    """Seconds between checks for requests whose published events are incomplete."""
