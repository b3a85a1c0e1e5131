"""Wires the desk together."""

import asyncio
from datetime import timedelta
from functools import partial

from services.desk import gauges
from services.desk.handlers import DeskReader
from services.desk.office import web
from services.desk.office.sessions import sweep_sessions
from services.desk.office.visits import Office
from services.desk.parse import TOPICS
from services.desk.restore import OWN, Restore
from services.desk.retention import sweeper
from services.desk.settings import Settings
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.process.tasks import Task
from shared.service import Service

_SWEEP_SECONDS = 30.0


def build(settings: Settings) -> Service:
    """Return the service that `shared.command.main` runs."""
    relay_wake = asyncio.Event()
    files_kept = timedelta(minutes=settings.case_files_kept_minutes)
    return Service(
        name="desk",
        topics=TOPICS,
        reader=DeskReader(files_kept=files_kept),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        batched_topics=[
            intake.TOPIC,
            routing.TOPIC,
            notifications.TOPIC,
            notifications.MAIL_TOPIC,
            reporting.TOPIC,
            reference.TOPIC,
        ],
        restore=Restore(files_kept=files_kept),
        tasks=[
            sweeper(settings).task,
            Task("sessions", sweep_sessions, every=_SWEEP_SECONDS),
        ],
        gauges=partial(gauges.show, clock=settings.clock),
        public=web.pages(Office(settings, relay_wake=relay_wake)),
    )
