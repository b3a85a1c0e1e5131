"""A database restored from an older dump, behind what its service has published."""

from shared.contracts.services import SERVICES
from tests.proofs.scenarios.falling_back import dump, fall_back
from tests.proofs.scenarios.scenario import ScenarioContext

_LOAD_SECONDS = 8.0


def run(context: ScenarioContext) -> list[str]:
    """
    Let each database in turn, then all at once, fall back behind its published log.

    Return what was decided twice, or otherwise not as it must be.
    """
    slowest = 0.0
    for services in (*((service,) for service in SERVICES), SERVICES):
        context.rig.hold(_LOAD_SECONDS)
        dump(context, services)
        context.rig.hold(_LOAD_SECONDS)
        slowest = max(slowest, fall_back(context, services))
    wrong = context.rest()
    wrong += context.ask("end").problems
    wrong += context.rig.ended
    wrong += context.violations()
    print(f"drill: restored, caught up in {slowest:.1f} s, {len(wrong)} violations", flush=True)
    return wrong
