from functools import cache
from typing import Any

import pytest

from deploy.contract_writer.asyncapi import VIEWS, document
from deploy.contract_writer.checks import check
from deploy.contract_writer.examples import examples
from deploy.contract_writer.message_types import message_types
from tests.proofs.contract.broken_documents import BROKEN, is_noticed


@cache
def of(view: str) -> dict[str, Any]:
    return document(view, message_types(), examples())


@pytest.mark.parametrize("view", VIEWS)
def test_a_document_has_nothing_that_the_checks_notice(view: str) -> None:
    assert check(of(view)) == []


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_document_is_noticed(how: str) -> None:
    assert is_noticed(of("continuum"), how)


@pytest.mark.parametrize("view", VIEWS[1:])
def test_a_participant_sends_what_continuum_receives(view: str) -> None:
    ours, theirs = of("continuum")["operations"], of(view)["operations"]

    assert theirs
    for name, operation in theirs.items():
        assert {operation["action"], ours[name]["action"]} == {"send", "receive"}
        assert (operation["action"] == "send") == (operation["channel"]["$ref"] == "#/channels/in")
