"""Every example of the contract gets exactly what it says, from the real services."""

from tests.integration.door.conftest import OpenStage
from tests.proofs.door.comparing import differences
from tests.proofs.door.examples import Examples

EXAMPLES = Examples()


async def test_every_example_gets_exactly_what_it_says(open_stage: OpenStage) -> None:
    stage = await open_stage(EXAMPLES)
    names = EXAMPLES.names()

    found = {}
    for name in names:
        example = EXAMPLES.example(name)
        found[name] = differences(example.expect, await stage.play(example))

    assert found == {name: [] for name in names}
