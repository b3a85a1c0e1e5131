"""The operator's access to the services' databases."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from shared.contracts.services import DEPLOYABLES, SERVICES


class NotPossible(Exception):
    """A command cannot be carried out; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Access:
    """
    DSNs by service: the ``operator``'s, and the database ``owners``' (for a rebuild).

    The operator's role can read everything but contents, and can insert orders and accesses.
    """

    operator: Mapping[str, str]
    owners: Mapping[str, str]

    @property
    def services(self) -> list[str]:
        """The services of this installation, which may lack either desk."""
        return [each for each in DEPLOYABLES if each in SERVICES or each in self.operator]

    @classmethod
    def read(cls, file: Path) -> "Access":
        """Read the connection file that the embedded stack writes."""
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as error:
            raise NotPossible(
                f"{file} cannot be read ({error.strerror}). Start the stack with `make up`, or"
                " name the file with --connection FILE."
            ) from error
        try:
            content = json.loads(text)
            operator = dict(content["operator"]["dsns"])
            owners = dict(content.get("owners") or {})
        except (ValueError, KeyError, TypeError) as error:
            raise NotPossible(
                f"{file} is not a connection file: it needs operator.dsns."
                " `make up` writes it anew."
            ) from error
        return cls(operator, owners)

    @asynccontextmanager
    async def connect(
        self, service: str, *, write: bool = False
    ) -> "AsyncIterator[asyncpg.Connection[Any]]":
        """Connect to the database of *service*; read-only unless *write*."""
        if service not in self.operator:
            known = ", ".join(self.operator) or "none"
            raise NotPossible(f"the connection file knows no database of {service!r}: {known}.")
        settings = {} if write else {"default_transaction_read_only": "on"}
        try:
            connection = await asyncpg.connect(
                self.operator[service],
                timeout=10,
                command_timeout=30,
                server_settings={**settings, "application_name": "continuum", "timezone": "UTC"},
            )
        except (OSError, asyncpg.PostgresError) as error:
            raise NotPossible(
                f"the database of {service} refuses the connection"
                f" ({type(error).__name__}: {str(error).splitlines()[0]})."
                " Is the stack up? `make status` says so."
            ) from error
        try:
            yield connection
        except asyncio.CancelledError:
            connection.terminate()  # closing would wait for a server that may be frozen
            raise
        except asyncpg.UndefinedTableError as error:
            raise NotPossible(
                f"the database of {service} has another schema than this version of continuum"
                f" ({error}). Run its migrate verb, or use the matching version."
            ) from error
        finally:
            await connection.close()
