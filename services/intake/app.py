"""Wires intake together."""

import asyncio

from services.intake import gauges
from services.intake.agency_list import load_agency_list
from services.intake.handlers import IntakeReader
from services.intake.restore import OWN, Restore
from services.intake.retention import sweeper
from services.intake.settings import Settings
from shared.contracts import routing
from shared.service import Service

TOPICS = r"^cri\.(in\.[a-z][a-z0-9-]{1,40}|int\.routing)\.v1$"


def build(settings: Settings) -> Service:
    """Return intake, with its list of agencies loaded."""
    reader = IntakeReader(
        agencies=load_agency_list(settings.agency_list),
        office=settings.program_office,
        clock=settings.clock,
    )
    return Service(
        name="intake",
        topics=TOPICS,
        reader=reader,
        settings=settings,
        relay_wake=asyncio.Event(),
        own=OWN,
        batched_topics=[routing.TOPIC],
        restore=Restore(reader, office=settings.program_office),
        gauges=gauges.show,
        tasks=[sweeper(settings).task],
    )
