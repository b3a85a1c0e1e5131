"""A disk that is full takes no more, and takes it again when it has room; nobody else sees it."""

import errno
from pathlib import Path
from threading import Thread

import pytest

from tests.proofs.chaos.disk import Disk, can_mount

BLOCK = bytes(2**20)


@pytest.mark.skipif(not can_mount(), reason="only root may mount")
def test_a_full_disk_takes_no_more_until_it_has_room_again(tmp_path: Path) -> None:
    found: dict[str, object] = {}

    def use() -> None:  # in a thread, whose mounts are its own
        disk = Disk(tmp_path / "disk")
        (disk.folder / "before").write_bytes(BLOCK)
        disk.fill()
        try:
            (disk.folder / "while full").write_bytes(BLOCK * 3)
        except OSError as error:
            found["while full"] = error.errno
        found["kept"] = (disk.folder / "before").read_bytes() == BLOCK
        disk.free()
        disk.fill(to_the_brim=True)
        try:
            (disk.folder / "one byte").write_bytes(b"1")
        except OSError as error:
            found["to the brim"] = error.errno
        (disk.folder / "one byte").unlink()
        disk.free()
        found["after"] = (disk.folder / "after").write_bytes(BLOCK * 3)

    thread = Thread(target=use)
    thread.start()
    thread.join()

    assert found == {
        "while full": errno.ENOSPC,
        "kept": True,
        "to the brim": errno.ENOSPC,
        "after": len(BLOCK) * 3,
    }
    assert list((tmp_path / "disk").iterdir()) == []
