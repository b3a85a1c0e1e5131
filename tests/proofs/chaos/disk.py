"""A small disk for Postgres: a tmpfs whose size follows its contents when it shall be full."""

import ctypes
import os
import subprocess
from contextlib import suppress
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_MIB = 2**20
_ROOM_MIB = 8192
_LEFT_MIB = 1


class Disk:
    """
    A tmpfs at ``folder``, seen by this thread and its children alone: it goes with them.

    A full one needs no ballast in memory: it is made as small as what is on it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        self.is_full = False
        folder.mkdir(mode=0o755)
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "a mount namespace of our own")
        _mount("--make-rprivate", "/")
        _mount("-t", "tmpfs", "-o", f"size={_ROOM_MIB}m", "tmpfs", folder)

    def fill(self, *, to_the_brim: bool = False) -> None:
        """Leave no more than a mebibyte free, or nothing at all."""
        disk = os.statvfs(self.folder)
        used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
        self._resize(used // _MIB + 1 + _LEFT_MIB)
        self.is_full = True
        if to_the_brim:
            with suppress(OSError), self._ballast.open("wb", buffering=0) as ballast:
                while True:
                    ballast.write(bytes(4096))

    def free(self) -> None:
        """Give it its room back."""
        self._ballast.unlink(missing_ok=True)
        self._resize(_ROOM_MIB)
        self.is_full = False

    def _resize(self, mebibytes: int) -> None:
        _mount("-o", f"remount,size={mebibytes}m", self.folder)


def can_mount() -> bool:
    """Say whether this process may have a disk of its own."""
    return os.geteuid() == 0 and os.uname().sysname == "Linux"


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)
