"""Wires reporting together."""

import asyncio
from functools import partial

from services.reporting import gauges
from services.reporting.as_of import AsOf
from services.reporting.handlers import ReportingReader
from services.reporting.pages import routes
from services.reporting.program_openings import announce_openings
from services.reporting.restore import OWN, Restore
from services.reporting.settings import Settings
from shared.contracts import intake, reference, routing
from shared.process.http import PublicPages
from shared.process.tasks import Task
from shared.service import Service

TOPICS = r"^cri\.int\.(intake|routing|reference)\.v1$"


def build(settings: Settings) -> Service:
    """Return the service that `shared.command.main` runs."""
    relay_wake = asyncio.Event()
    clock = settings.clock
    return Service(
        name="reporting",
        topics=TOPICS,
        reader=ReportingReader(clock),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        batched_topics=[intake.TOPIC, routing.TOPIC, reference.TOPIC],
        restore=Restore(clock),
        gauges=gauges.show,
        tasks=[
            Task(
                "openings",
                partial(announce_openings, relay_wake=relay_wake, clock=clock),
                every=1.0,
            )
        ],
        public=PublicPages(
            routes=routes(
                kept_seconds=settings.figures_kept_seconds,
                update_as_of=AsOf(settings, topics=TOPICS).update,
                clock=clock,
            ),
            host=settings.public_host,
            port=settings.public_port,
            max_age=int(settings.figures_kept_seconds),
        ),
    )
