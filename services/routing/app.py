"""Builds the routing service from its parts."""

import asyncio
from functools import partial

from services.routing import gauges
from services.routing.deadlines import Deadlines
from services.routing.handlers import RoutingReader
from services.routing.lanes.matcher import Matcher
from services.routing.recorder import Recorder
from services.routing.restore import OWN, Restore
from services.routing.settings import Settings
from services.routing.withdrawals import Withdrawals
from shared.process.tasks import Task
from shared.service import Service

TOPICS = r"^cri\.int\.(intake|reference|mail)\.v1$"


def build(settings: Settings) -> Service:
    """Return the service: its reader and its background tasks."""
    relay_wake, matcher_wake = asyncio.Event(), asyncio.Event()
    clock = settings.clock
    matcher = Matcher(relay_wake=relay_wake, limit=settings.match_requests, clock=clock)
    deadlines = Deadlines(relay_wake=relay_wake, matcher_wake=matcher_wake, clock=clock)
    recorder = Recorder(relay_wake=relay_wake, clock=clock)
    withdrawals = Withdrawals(relay_wake=relay_wake, matcher_wake=matcher_wake, clock=clock)
    return Service(
        name="routing",
        topics=TOPICS,
        reader=RoutingReader(clock),
        settings=settings,
        relay_wake=relay_wake,
        own=OWN,
        restore=Restore(clock),
        gauges=partial(gauges.show, clock=clock),
        tasks=[
            Task("matcher", matcher.step, settings.match_every, matcher_wake),
            Task("deadlines", deadlines.step, settings.deadlines_every),
            Task("withdrawals", withdrawals.step, settings.withdraw_every),
            Task("recorder", recorder.step, settings.record_every),
        ],
    )
