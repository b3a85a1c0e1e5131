"""An observer's system: it reads the public announcements about programs."""

from collections.abc import Sequence

from deploy.demo.topic_reader import reading
from deploy.participants.client import Access

ANNOUNCEMENTS = "cri.pub.programs.v1"


async def read_announcements(access: Access) -> Sequence[str]:
    """Return the sentence of every announcement so far, oldest first."""
    own = {"user": access.username, "password": access.password}
    async with reading((ANNOUNCEMENTS,), access.servers, **own) as log:
        return [event["data"]["sentence"] for _, event in await log.read_on()]
