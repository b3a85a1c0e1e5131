"""An observer's system: it reads the public announcements about programs."""

import json
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.participants.client import Access

ANNOUNCEMENTS = "cri.pub.programs.v1"


async def read_announcements(access: Access) -> Sequence[str]:
    """Return the sentence of every announcement so far, oldest first."""
    consumer = AIOKafkaConsumer(**access.login(), enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(ANNOUNCEMENTS, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        announcements: list[str] = []
        while await consumer.position(partition) < end:
            batches = await consumer.getmany(timeout_ms=1000)
            for record in batches.get(partition, []):
                announcements.append(json.loads(record.value)["data"]["sentence"])
        return announcements
    finally:
        await consumer.stop()
