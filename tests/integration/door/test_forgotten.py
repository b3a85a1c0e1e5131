"""Of a person who is forgotten, no service's database holds a trace."""

from tests.examples.databases import texts_in
from tests.integration.door.conftest import OpenStage
from tests.proofs.door.examples import Examples

EXAMPLES = Examples()
TRACES = ("desk@california-agencies.example", "Request desk", "555 0100", "begin in February")


async def test_e37_no_database_holds_a_trace_and_the_request_is_still_counted(
    open_stage: OpenStage,
) -> None:
    stage = await open_stage(EXAMPLES)
    example = EXAMPLES.example("accepted/person.forget.json")
    story = await stage.play(EXAMPLES.example("accepted/case.ask.json"))
    assert any(trace in str(story) for trace in TRACES)

    await stage.play(example)

    texts = {service: await texts_in(pool) for service, pool in stage.pools.items()}
    found = [
        (service, table, trace)
        for service, tables in texts.items()
        for table, text in tables.items()
        for trace in TRACES
        if trace in text
    ]
    assert found == []
    for service in ("intake", "routing", "notifications"):
        assert await stage.pools[service].fetchval("SELECT count(*) FROM requests") == 1
