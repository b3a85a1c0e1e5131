"""WAL archiving, and a second server recovered from a base backup and the WAL archive."""

import asyncio
import os
import shutil
from pathlib import Path

import asyncpg

from deploy.stack import processes
from deploy.stack.postgres import Postgres, programs, unprivileged_user

_RECOVERY_SECONDS = 300


def keep_archive(postgres: Postgres, folder: Path, *, seconds: int) -> None:
    """Restart *postgres* with its WAL archived into *folder*, at most *seconds* late."""
    unprivileged_user(folder)
    settings = {
        "archive_mode": "on",
        "archive_command": f"test ! -f {folder}/%f && cp %p {folder}/%f.part"
        f" && mv {folder}/%f.part {folder}/%f",
        "archive_timeout": f"{seconds}s",
    }
    asyncio.run(_alter(postgres.dsn(), settings))
    postgres.stop()
    postgres.begin()
    postgres.wait()


def back_up(postgres: Postgres, folder: Path, *, log: Path) -> None:
    """Take a base backup of a running server into *folder*, atomically."""
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    user = unprivileged_user(part)
    copied = processes.start(
        "pg_basebackup",
        [
            programs() / "pg_basebackup",
            *postgres.login,
            f"--pgdata={part}",
            "--checkpoint=fast",
            "--wal-method=none",
            "--no-manifest",
        ],
        log=log,
        environment={"PGPASSWORD": postgres.password},
        user=user,
    )
    processes.finish([copied], within=120)
    part.rename(folder)


def recover(
    backup: Path, archive: Path, *, log: Path, port: int, admin_password: Path
) -> Postgres:
    """Start a server on *backup* and replay *archive* to its end; it archives nothing itself."""
    with (backup / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"archive_mode = off\nrestore_command = 'cp {archive}/%f %p'\n")
    signal = backup / "recovery.signal"
    signal.touch()
    if os.geteuid() == 0:
        shutil.chown(signal, backup.stat().st_uid)
    made = Postgres(backup, log=log, port=port, admin_password=admin_password)
    made.begin()
    made.wait()
    assert made.child is not None
    # postmaster.pid says "ready" while the server still replays the archive.
    processes.wait_until(
        lambda: asyncio.run(_accepts_writes(made.dsn())),
        what="Postgres, replaying the archive",
        children=[made.child],
        within=_RECOVERY_SECONDS,
    )
    return made


async def _accepts_writes(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        return not await connection.fetchval("SELECT pg_is_in_recovery()")
    finally:
        await connection.close()


async def _alter(dsn: str, settings: dict[str, str]) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for name, value in settings.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    finally:
        await connection.close()
