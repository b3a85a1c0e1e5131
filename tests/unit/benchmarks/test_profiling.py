from collections import Counter

import pytest

from benchmarks.profiling import _stages, stage, table
from shared.contracts.services import SERVICES

LOOP = ["run (asyncio/runners.py:190)", "_run_consume_loop (faststream/kafka/usecase.py:348)"]
BATCH = [
    *LOOP,
    "Consumer._receive (shared/delivery/consumer.py:171)",
    "take_in (shared/delivery/take_in/take_in.py:82)",
    "_take_in (shared/delivery/take_in/take_in.py:103)",
]
LOAD = "RoutingReader.load (services/routing/handlers.py:50)"
ADVANCE = "Relay._advance (shared/delivery/relay/relay.py:200)"


@pytest.mark.parametrize(
    ("inner", "is_of"),
    [
        ([*BATCH, "RoutingReader.parse (services/routing/handlers.py:40)"], "decode"),
        (
            [*BATCH, "_decide_one (shared/delivery/take_in/take_in.py:260)", "x (re/a.py:1)"],
            "decide",
        ),
        (
            [
                *BATCH,
                "RoutingReader.load (services/routing/handlers.py:50)",
                "fetch (asyncpg/c.py:1)",
            ],
            "SQL",
        ),
        ([*BATCH, "open_batch (shared/delivery/take_in/opening.py:20)"], "SQL"),
        ([*BATCH, "settle (shared/delivery/take_in/settling.py:30)"], "closing"),
        ([*LOOP, "getmany (aiokafka/consumer/consumer.py:1190)"], "fetch"),
        ([*LOOP, "Buffer.take (shared/delivery/reading/buffer.py:90)"], "fetch"),
        ([LOOP[0], "send (shared/delivery/relay/sending.py:60)", "x (aiokafka/r.py:1)"], "fetch"),
        (
            [LOOP[0], ADVANCE, "f (asyncpg/c.py:1)"],
            "relay",
        ),
        ([LOOP[0], "step (services/routing/lanes/matcher.py:60)"], "SQL"),
        ([*LOOP, "Consumer._report (shared/delivery/consumer.py:150)"], "metrics, log"),
        (LOOP[:1], "event loop, sockets"),
    ],
)
def test_the_innermost_known_frame_says_the_stage(inner: list[str], is_of: str) -> None:
    assert stage(inner) == is_of


def test_a_stack_counts_as_often_as_it_was_seen() -> None:
    lines = [
        ";".join([*BATCH, "RoutingReader.parse (services/routing/handlers.py:40)"]) + " 3",
        "run (a.py:1) 2",
    ]

    assert _stages("\n".join(lines)) == Counter({"decode": 3, "event loop, sockets": 2})


def test_each_service_s_time_is_shared_out_by_its_samples() -> None:
    used = Counter(dict.fromkeys(SERVICES, 100)) + Counter({"postgres (routing)": 40, "kafka": 30})
    samples = {service: Counter({"decode": 1, "decide": 3}) for service in SERVICES}

    lines = table(used, samples)

    count = len(SERVICES)
    sessions = " | ".join("40" if service == "routing" else "0" for service in SERVICES)
    assert f"| decode |{' 25 |' * count} {25 * count} |" in lines
    assert f"| decide |{' 75 |' * count} {75 * count} |" in lines
    assert f"| its Postgres sessions | {sessions} | 40 |" in lines
    assert f"| kafka |{' |' * count} 30 |" in lines
