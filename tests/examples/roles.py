"""Addresses of a test's database for its roles."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from continuum.access import Access
from deploy.local.stack import Stack
from deploy.provision.databases import owner_of, with_database
from shared.postgres.rights import OPERATOR


def as_owner(stack: Stack, dsn: str, service: str) -> str:
    """Return the address of a service's database for the role that owns it."""
    return _for(stack, dsn, service, owner_of(service))


def as_service(stack: Stack, dsn: str, service: str) -> str:
    """Return the address of a service's database for the service itself."""
    return _for(stack, dsn, service, service)


def as_operator(stack: Stack, dsn: str, service: str) -> str:
    """Return the address of a service's database for the operator."""
    return _for(stack, dsn, service, OPERATOR)


def access_to(stack: Stack, dsns: Mapping[str, str]) -> Access:
    """Return the access of the command line to the databases of these services."""
    return Access(
        operator={service: as_operator(stack, dsn, service) for service, dsn in dsns.items()},
        owners={service: as_owner(stack, dsn, service) for service, dsn in dsns.items()},
    )


def _for(stack: Stack, dsn: str, service: str, role: str) -> str:
    return with_database(stack.dsn(service, role=role), urlsplit(dsn).path.lstrip("/"))
