"""A released version never changes, and today's schemas keep its promises."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.contract_writer.evolution import broken_promises
from deploy.contract_writer.message_types import message_types
from deploy.contract_writer.schemas import schema_of
from deploy.contract_writer.write import RELEASED, sums

DIGESTS = {"0.9": "48b38a4480b3e2b755b2ac0f728d5c54922b9db033dd85fcec42b2afd064805e"}
"""Version → SHA-256 of its SHA256SUMS. A released version gets its line once."""


def test_every_released_version_is_listed() -> None:
    assert {folder.name for folder in RELEASED.iterdir()} == set(DIGESTS)


@pytest.mark.parametrize("version", DIGESTS)
def test_a_released_version_never_changes(version: str) -> None:
    listed = (RELEASED / version / "SHA256SUMS").read_text()

    assert listed.splitlines(keepends=True) == [*sums(RELEASED / version)]
    assert sha256(listed.encode()).hexdigest() == DIGESTS[version]


def test_todays_schemas_keep_the_promises_of_every_released_version() -> None:
    assert list(broken_promises()) == []


def written(folder: Path) -> Path:
    """Write today's schemas to a released version in *folder*; return that version."""
    version = folder / "1.0"
    for kind in message_types():
        file = version / kind.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(schema_of(kind)))
    return version


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    version = written(tmp_path)
    before = [*sums(version)]
    file = version / "schemas" / "reader" / "heartbeat.v1.json"

    file.write_text(file.read_text() + " ")

    assert [*sums(version)] != before


def test_a_broken_promise_names_version_file_and_place(tmp_path: Path) -> None:
    version = written(tmp_path)
    assert list(broken_promises(tmp_path)) == []
    file = version / "schemas" / "producer" / "contact.set.v1.json"
    before = json.loads(file.read_text())
    before["$defs"]["Contact"]["properties"]["contact_id"]["maxLength"] = 150
    file.write_text(json.dumps(before))

    (found,) = broken_promises(tmp_path)

    where = "1.0, schemas/producer/contact.set.v1.json: /data/contact_id"
    assert found == f"{where}: maxLength above 100"


def test_a_stable_type_that_is_gone_is_noticed_and_a_preview_is_not(tmp_path: Path) -> None:
    version = written(tmp_path)
    schema = json.loads((version / "schemas" / "reader" / "heartbeat.v1.json").read_text())
    gone = version / "schemas" / "reader" / "gone.v1.json"

    gone.write_text(json.dumps(schema))
    assert list(broken_promises(tmp_path)) == [
        "1.0, schemas/reader/gone.v1.json: the type is gone"
    ]

    gone.write_text(json.dumps({**schema, "x-stability": "preview"}))
    assert list(broken_promises(tmp_path)) == []
