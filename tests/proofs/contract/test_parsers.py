"""ajv (strict) and the AsyncAPI parser find nothing in the contract, and find what is broken."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.contract_writer.asyncapi import VIEWS
from deploy.contract_writer.examples import CONTRACT, examples, message_of
from deploy.contract_writer.message_types import message_types
from deploy.tools.catalog import ToolMissing
from tests.proofs.contract import parsers

TYPES = message_types()


def problems(**asked: Any) -> list[str]:
    try:
        return parsers.problems(**asked)
    except ToolMissing as missing:
        pytest.skip(str(missing))


def published(file: str) -> Any:
    return json.loads((CONTRACT / file).read_text())


def test_ajv_compiles_every_schema_and_finds_every_example_valid() -> None:
    schemas = {each.file: published(each.file) for each in TYPES}
    samples = {each.file: [message_of(each, examples())] for each in TYPES}

    assert problems(schemas=schemas, samples=samples) == []


def test_the_asyncapi_parser_says_nothing_about_any_document() -> None:
    documents = {view: published(f"asyncapi/{view}.json") for view in VIEWS}

    assert problems(documents=documents) == []


def test_ajv_notices_a_keyword_that_does_not_exist_and_an_invalid_message() -> None:
    file = "schemas/producer/request.submit.v1.json"
    schema = published(file)

    (unknown,) = problems(schemas={file: {**schema, "maxLenght": 1}})
    (invalid,) = problems(schemas={file: schema}, samples={file: [{}]})

    assert "maxLenght" in unknown
    assert "specversion" in invalid


@pytest.mark.parametrize(
    "broken",
    [
        lambda d: d.update(asyncapi="3.2.0"),
        lambda d: d["channels"]["in"]["bindings"]["kafka"].update(bindingVersion="0.9.0"),
        lambda d: d["components"]["securitySchemes"]["scram"].update(type="scram"),
        lambda d: d["channels"]["in"].update(servers=[{"$ref": "#/servers/nothing"}]),
    ],
    ids=["version", "binding", "security scheme", "reference"],
)
def test_the_asyncapi_parser_notices_a_broken_document(broken: Callable[[Any], None]) -> None:
    document = published("asyncapi/observer.json")
    broken(document)

    assert problems(documents={"observer": document})
