"""Every generated file of the contract, and the released versions, which never change."""

import json
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from deploy.contract_writer.asyncapi import VIEWS, document
from deploy.contract_writer.examples import CONTRACT, examples
from deploy.contract_writer.lists import check_character_rule, code_lists, refusal_catalog
from deploy.contract_writer.message_types import VERSION, message_types
from deploy.contract_writer.page import page
from deploy.contract_writer.schemas import schema_of

RELEASED = CONTRACT / "released"
_GENERATED = ("schemas/producer", "schemas/reader", "asyncapi")
_SUMS = "SHA256SUMS"


def files() -> dict[Path, str]:
    """Return every generated file with what it must hold."""
    types, shown = message_types(), examples()
    made: dict[str, Any] = {each.file: schema_of(each) for each in types}
    made |= {f"asyncapi/{view}.json": document(view, types, shown) for view in VIEWS}
    made["codes.json"] = code_lists(types)
    made["refusals.json"] = refusal_catalog()
    made["check-character.json"] = check_character_rule()
    texts = {name: json.dumps(content, indent=2) + "\n" for name, content in made.items()}
    texts["index.html"] = page(types, shown)
    return {CONTRACT / name: text for name, text in texts.items()}


def leftover(wanted: dict[Path, str]) -> list[Path]:
    """Return the generated files that no type needs any more."""
    found = [file for folder in _GENERATED for file in (CONTRACT / folder).glob("*")]
    return sorted(file for file in found if file not in wanted)


def write() -> None:
    """Write every generated file; remove what is no longer needed."""
    wanted = files()
    for file, text in wanted.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
    for file in leftover(wanted):
        file.unlink()


def release() -> Path:
    """Copy schemas and examples to the folder of this version, which never changes again."""
    folder = RELEASED / VERSION
    if folder.exists():
        raise FileExistsError(f"{VERSION} is released: raise VERSION, and begin a new heading")
    for name in ("schemas", "examples"):
        shutil.copytree(CONTRACT / name, folder / name)
    (folder / _SUMS).write_text("".join(sums(folder)))
    return folder


def sums(folder: Path) -> Iterator[str]:
    """Yield a line for each file of a released version: its SHA-256 and its name."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != _SUMS:
            digest = sha256(file.read_bytes()).hexdigest()
            yield f"{digest}  {file.relative_to(folder).as_posix()}\n"
