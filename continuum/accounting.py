"""Compares the effects that each fact must have with those observed; names the missing ones."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC
from typing import Any
from uuid import UUID

from continuum import accounting_report
from continuum.access import Access
from continuum.accounting_effects import (
    READERS,
    Account,
    Line,
    Missing,
    Observed,
    Subject,
    account_of,
    subjects_of,
)
from services.desk.acts import IN_TOPIC
from shared.contracts import intake, notifications, reference, reporting, routing
from shared.contracts.assessments import DRAFTS_TOPIC
from shared.postgres.statements import load_statements

_SQL = load_statements(__package__)
AT_ONCE = 2000
_OWNED = {
    "intake": [
        intake.TOPIC,
        intake.ANSWERS_TOPIC,
        intake.CONFIDENTIAL_TOPIC,
        DRAFTS_TOPIC,
        reference.TOPIC,
    ],
    "routing": [routing.TOPIC],
    "notifications": [notifications.TOPIC, notifications.MAIL_TOPIC],
    "reporting": [reporting.TOPIC],
}
_FIRST = UUID(int=0)
Connections = Mapping[str, Any]
Page = tuple[Sequence[Subject], Mapping[str, str]]
"""Subjects of facts, and the requester of each request among them."""


async def compare(access: Access, *, grace: float) -> tuple[list[str], bool]:
    """
    Return the report on all facts, and whether no effect is missing.

    Reads facts first, then effects. Checks missing effects again until *grace* seconds have
    passed, so that it reports only effects that are missing for longer than that.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with AsyncExitStack() as stack:
        services = {
            name: await stack.enter_async_context(access.connect(name)) for name in access.services
        }
        account = Account()
        pages: list[Page] = []
        async for subjects, requesters in _facts(services):
            found = account_of(subjects, await _observe(services, subjects, requesters))
            if found.missing:
                pages.append((subjects_of(found.missing, subjects), requesters))
            account.add(found)
        while account.missing and loop.time() - began < grace:
            await asyncio.sleep(0.5)
            account.missing = await _missing(services, pages)
        account.add(await _acts(services, grace))
        account.missing += await _unsent(services, grace)
        why = await _why(services, account.missing)
    return accounting_report.render(account, why), not account.missing


async def _facts(services: Connections) -> AsyncIterator[Page]:
    for service, topics in _OWNED.items():
        rows = await services[service].fetch(_SQL["accounting_sequences"], topics)
        yield [Subject(*row) for row in rows], {}
    behind = ""
    while rows := await services["intake"].fetch(_SQL["accounting_requests"], behind, AT_ONCE):
        behind = rows[-1]["tracking_number"]
        requesters = {row["tracking_number"]: row["participant"] for row in rows}
        routed = await services["routing"].fetch(_SQL["accounting_routed"], list(requesters))
        decided = await services["notifications"].fetch(
            _SQL["accounting_decided"], list(requesters)
        )
        subjects = [
            *(Subject(intake.TOPIC, row["tracking_number"], row["published"]) for row in rows),
            *(
                Subject(intake.CONFIDENTIAL_TOPIC, row["tracking_number"], row["confided"])
                for row in rows
            ),
            *(Subject(routing.TOPIC, row["tracking_number"], row["published"]) for row in routed),
            *(Subject(notifications.TOPIC, *row) for row in decided),
        ]
        yield [subject for subject in subjects if subject.published], requesters
    mail_id = _FIRST
    while rows := await services["notifications"].fetch(
        _SQL["accounting_mails"], mail_id, AT_ONCE
    ):
        mail_id = rows[-1]["mail_id"]
        yield (
            [
                Subject(notifications.MAIL_TOPIC, row["subject"], row["published"])
                for row in rows
                if row["published"]
            ],
            {},
        )


async def _observe(
    services: Connections, subjects: Sequence[Subject], requesters: Mapping[str, str]
) -> Observed:
    names, topics = sorted({each.name for each in subjects}), list(READERS)
    gates = {}
    for service, connection in services.items():
        for row in await connection.fetch(_SQL["accounting_gates"], topics, names):
            gates[service, row["topic"], row["subject"]] = row["last"]
    routed = await services["routing"].fetch(_SQL["accounting_routed"], names)
    ended = await services["intake"].fetch(_SQL["accounting_ended"], names)
    counted = await services["reporting"].fetch(_SQL["accounting_counted"], names)
    timeline = await services["reporting"].fetch(_SQL["accounting_timeline"], names)
    notified: dict[UUID, set[str]] = defaultdict(set)
    for row in await services["notifications"].fetch(_SQL["accounting_notices"], names):
        notified[row["fact"]].add(row["audience"])
    return Observed(
        services=services.keys(),
        gates=gates,
        requesters=requesters,
        routed={row["tracking_number"] for row in routed},
        ended={row["tracking_number"] for row in routed if row["status"] in routing.TERMINAL},
        ended_at_intake={row["tracking_number"] for row in ended},
        counted={row["tracking_number"] for row in counted},
        timeline={
            (row["topic"], row["tracking_number"], row["sequence"]): Line(
                row["type"], row["event_id"], row["provider"]
            )
            for row in timeline
        },
        notified=notified,
    )


async def _missing(services: Connections, pages: list[Page]) -> list[Missing]:
    """Check again the effects that were missing; leave in *pages* those that still are."""
    missing: list[Missing] = []
    for place, (subjects, requesters) in enumerate(pages):
        found = account_of(subjects, await _observe(services, subjects, requesters)).missing
        pages[place] = (subjects_of(found, subjects), requesters)
        missing += found
    return missing


async def _acts(services: Connections, grace: float) -> Account:
    """
    Return the acts of the office's people, and those not answered within *grace* seconds.

    An act that is too old to be answered is lost, not missing: nothing would ever settle it, and
    while its answer could come, it was missing.
    """
    account = Account()
    if "desk" not in services:
        return account
    account.facts = await services["desk"].fetchval(_SQL["accounting_acts"])
    account.expected["answered"] = account.facts
    for row in await services["desk"].fetch(_SQL["accounting_unanswered"], grace):
        whom = f"{row['kind']} by {row['actor']}"
        if row["lost"]:
            whom += f", sent {row['sent_at'].astimezone(UTC):%Y-%m-%d %H:%M}"
        about = Missing("answered", IN_TOPIC, row["subject"], 0, 0, whom)
        (account.lost if row["lost"] else account.missing).append(about)
    return account


async def _unsent(services: Connections, grace: float) -> list[Missing]:
    """Return the messages that have not reached their topic within *grace* seconds."""
    missing = []
    for connection in services.values():
        for row in await connection.fetch(_SQL["accounting_unsent"], grace):
            envelope = json.loads(row["envelope"])
            number = int(envelope.get("sequence") or envelope.get("participantsequence") or 0)
            about = Missing(
                "announced", row["topic"], str(envelope.get("subject")), number, number
            )
            missing.append(about._replace(whom=row["why"]))
    return missing


async def _why(services: Connections, missing: Sequence[Missing]) -> Mapping[str, str]:
    """Return subject → why its records were not taken in, where a service knows."""
    names = sorted({each.subject for each in missing})
    if not names:
        return {}
    return {
        row["subject"]: f"{service}: {row['why']}"
        for service, connection in services.items()
        for row in await connection.fetch(_SQL["accounting_waiting"], names)
    }
