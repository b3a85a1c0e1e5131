"""Lists, creates and removes Kafka's users, and changes their passwords."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

_MECHANISM = ScramMechanism.SCRAM_SHA_512
_ITERATIONS = 4096


def list_users(admin: AdminClient) -> frozenset[str]:
    """Return all users that have a password."""
    listing = admin.describe_user_scram_credentials()
    assert isinstance(listing, Future)
    return frozenset(listing.result())


def add_users(admin: AdminClient, users: Mapping[str, str]) -> int:
    """Make the users that are missing, with their passwords; return how many."""
    known = list_users(admin)
    missing = {user: password for user, password in users.items() if user not in known}
    _alter(admin, [_upsertion(*each) for each in missing.items()])
    return len(missing)


def set_password(admin: AdminClient, user: str, password: str) -> None:
    """Give a user another password: from then on, only that one logs in."""
    _alter(admin, [_upsertion(user, password)])


def remove_users(admin: AdminClient, users: Iterable[str]) -> None:
    """Remove users: their next connection is refused."""
    _alter(admin, [UserScramCredentialDeletion(user, _MECHANISM) for user in users])


def _upsertion(user: str, password: str) -> UserScramCredentialAlteration:
    mechanism = ScramCredentialInfo(_MECHANISM, _ITERATIONS)
    return UserScramCredentialUpsertion(user, mechanism, password.encode())


def _alter(admin: AdminClient, alterations: list[UserScramCredentialAlteration]) -> None:
    if alterations:
        for future in admin.alter_user_scram_credentials(alterations).values():
            future.result()
