"""What the public desk has said, and the codes that its messages ask for."""

from typing import Any

import asyncpg

from services.webdesk.acts import IN_TOPIC
from shared.contracts.inbound import Inbound
from shared.contracts.services import WEB_DESK
from shared.one_time_codes import code_of
from tests.integration.webdesk.conftest import CODE_KEY

_KEY = CODE_KEY.encode()


async def sent(pool: "asyncpg.Pool[Any]") -> list[Inbound]:
    """Return what the desk says, in its order."""
    rows = await pool.fetch("SELECT topic, value FROM outbox ORDER BY id")
    assert {row["topic"] for row in rows} <= {IN_TOPIC}
    return [Inbound.model_validate_json(row["value"]) for row in rows]


async def mailed(pool: "asyncpg.Pool[Any]") -> str:
    """Return the code that notifications mails for the last message that asks for one."""
    last = [each for each in await sent(pool) if each.type == "gov.cri.code.send.v1"][-1]
    contact = f"contact:{last.onbehalfof or WEB_DESK}:{last.data['contact_id']}"
    about, counter = last.data["about"], last.data["counter"]
    return code_of(_KEY, contact=contact, about=about, counter=counter)
