"""A database restored from an older dump, behind what its service has published."""

from shared.contracts.services import SERVICES
from tests.proofs.scenarios.falling_back import dump, fall_back
from tests.proofs.scenarios.scene import Scene

_LOAD_SECONDS = 8.0


def play(scene: Scene) -> list[str]:
    """
    Let each database in turn, then all at once, fall back behind its published log.

    Return what was decided twice, or otherwise not as it must be.
    """
    slowest = 0.0
    for services in (*((service,) for service in SERVICES), SERVICES):
        scene.ground.hold(_LOAD_SECONDS)
        dump(scene, services)
        scene.ground.hold(_LOAD_SECONDS)
        slowest = max(slowest, fall_back(scene, services))
    wrong = scene.rest()
    wrong += scene.ask("end").problems
    wrong += scene.ground.ended
    wrong += scene.violations()
    print(f"drill: restored, caught up in {slowest:.1f} s, {len(wrong)} violations", flush=True)
    return wrong
