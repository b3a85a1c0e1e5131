"""What the roles of a database may do in it, as its owner gives it after each migration."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

OPERATOR = "operator"


def script(packages: Sequence[str], *, service: str) -> str:
    """Return the statements that give the *service*'s role and the operator their rights."""
    files = [resources.files(package) / "rights.sql" for package in (__package__, *packages)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
    return text.replace("{service}", service).replace("{operator}", OPERATOR)


async def give(connection: Any, packages: Sequence[str], *, service: str) -> None:
    """
    Take all rights from the service's role and the operator, and give those of today.

    At once: no session sees anything between. A role that is missing yet is an error.
    """
    async with connection.transaction():
        await connection.execute(
            "SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'"
        )
        await connection.execute(script(packages, service=service))
