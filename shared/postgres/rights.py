"""The rights of the database's roles, granted by its owner after each migration."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

OPERATOR = "operator"


def script(packages: Sequence[str], *, service: str) -> str:
    """Return the statements that grant rights to the *service*'s role and the operator."""
    files = [resources.files(package) / "rights.sql" for package in (__package__, *packages)]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file())
    return text.replace("{service}", service).replace("{operator}", OPERATOR)


async def give(connection: Any, packages: Sequence[str], *, service: str) -> None:
    """
    Revoke all rights of the service's role and the operator, then grant the current ones.

    One transaction, so that no session ever lacks its rights. Fails if a role does not exist.
    """
    async with connection.transaction():
        await connection.execute(
            "SET LOCAL lock_timeout = '4s'; SET LOCAL statement_timeout = '5s'"
        )
        await connection.execute(script(packages, service=service))
