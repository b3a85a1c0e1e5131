"""Wires the public desk together."""

import asyncio
from functools import partial

from services.webdesk import gauges, lists, projection, store
from services.webdesk.acts import TOPICS
from services.webdesk.handlers import WebDeskReader
from services.webdesk.restore import OWN, Restore
from services.webdesk.retention import sweeper
from services.webdesk.settings import Settings
from services.webdesk.site import web
from services.webdesk.site.case_visits import keep_page
from services.webdesk.site.visits import Site
from shared.process.tasks import Task
from shared.service import Service

_SWEEP_SECONDS = 300.0


def build(settings: Settings) -> Service:
    """Return the service that `shared.command.main` runs."""
    relay_wake = asyncio.Event()
    found = lists.load(
        agencies=settings.agency_list,
        topics=settings.topics_of_help,
        programs=settings.programs,
        providers=settings.providers,
    )
    site = Site(settings, found, relay_wake=relay_wake)
    return Service(
        name="webdesk",
        topics=TOPICS,
        reader=WebDeskReader(drafts_kept=settings.drafts_kept),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        restore=Restore(partial(keep_page, site), drafts_kept=settings.drafts_kept),
        tasks=[
            sweeper(settings).task,
            Task("sessions", store.sweep_sessions, every=_SWEEP_SECONDS),
            Task("work", projection.sweep_work, every=_SWEEP_SECONDS),
        ],
        gauges=gauges.show,
        public=web.pages(site),
    )
