"""What an observer's system does: it reads the news about the programs that is open to all."""

import json
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.participants.client import Access

NEWS = "cri.pub.programs.v1"


async def read_news(access: Access) -> Sequence[str]:
    """Return the sentence of every piece of news so far, oldest first."""
    consumer = AIOKafkaConsumer(**access.login(), enable_auto_commit=False)
    await consumer.start()
    try:
        partition = TopicPartition(NEWS, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        news: list[str] = []
        while await consumer.position(partition) < end:
            batches = await consumer.getmany(timeout_ms=1000)
            for record in batches.get(partition, []):
                news.append(json.loads(record.value)["data"]["sentence"])
        return news
    finally:
        await consumer.stop()
