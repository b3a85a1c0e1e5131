"""``continuum provision``: needs the repository, because the image has no `deploy/`."""

from importlib import import_module
from pathlib import Path

from continuum.access import NotPossible


def run(
    connection: Path, *, apply: bool, prune: bool, rotate: str | None
) -> tuple[list[str], int]:
    """Provision Kafka from the registry; return what to print, and the exit status."""
    try:
        # By name: the command line does not depend on how Continuum is deployed.
        command = import_module("deploy.provision.command")
        failure = import_module("deploy.stack.failure").StackFailed
    except ModuleNotFoundError as error:
        raise NotPossible(
            f"provision needs the repository and its environment, and {error.name} is missing:"
            " run it from a clone, after `make setup`."
        ) from error
    try:
        lines, status = command.run(connection, apply=apply, prune=prune, rotate=rotate)
    except failure as reason:
        raise NotPossible(str(reason)) from reason
    return list(lines), int(status)
