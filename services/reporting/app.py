"""Wires reporting together."""

import asyncio
from functools import partial

from services.reporting import gauges, live_assessments, live_pages, pages
from services.reporting.as_of import AsOf
from services.reporting.early import EarlyMessages
from services.reporting.handlers import ReportingReader
from services.reporting.program_openings import announce_openings
from services.reporting.publication.late import Lateness
from services.reporting.releases import Releases
from services.reporting.restore import OWN, Restore
from services.reporting.retention import sweeper
from services.reporting.settings import Settings
from shared.contracts import intake, reference, routing
from shared.process.http import PublicPages
from shared.process.tasks import Task
from shared.service import Service

EARLY_SECONDS = 1.0
RELEASES_SECONDS = 5.0
LATE_SECONDS = 60.0
TOPICS = r"^cri\.int\.(intake|routing|reference|drafts)\.v1$"


def build(settings: Settings) -> Service:
    """Return the service that `shared.command.main` runs."""
    relay_wake = asyncio.Event()
    clock = settings.clock
    update_as_of = AsOf(settings, topics=TOPICS).update
    releases = Releases(update_as_of=update_as_of, relay_wake=relay_wake, clock=clock)
    early = EarlyMessages(update_as_of=update_as_of, relay_wake=relay_wake, clock=clock)
    lateness = Lateness(relay_wake=relay_wake, clock=clock)
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
            ),
            Task("early messages", early.decide, every=EARLY_SECONDS),
            Task("releases", releases.publish_due, every=RELEASES_SECONDS),
            Task("late reports", lateness.tell, every=LATE_SECONDS),
            sweeper(settings).task,
        ],
        operator_routes=[
            *live_pages.routes(
                kept_seconds=settings.figures_kept_seconds, update_as_of=update_as_of, clock=clock
            ),
            *live_assessments.routes(clock=clock),
        ],
        public=PublicPages(
            routes=pages.routes(
                kept_seconds=settings.figures_kept_seconds, clock=clock, **settings.contact
            ),
            exception_handlers=pages.exception_handlers(**settings.contact),
            host=settings.public_host,
            port=settings.public_port,
            max_age=int(settings.figures_kept_seconds),
        ),
    )
