"""A topic deleted and made anew: its readers refuse within seconds, everybody else goes on."""

from tests.system.scenarios.scene import Scene


def play(scene: Scene) -> list[str]:
    """Return what was not as it must be."""
    scene.ask("end")
    return ["not played yet"]
