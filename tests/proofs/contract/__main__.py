"""``python -m tests.proofs.contract`` judges what `make contract` wrote; it prints two lines."""

import sys
from collections.abc import Iterator

from deploy.contract_writer.asyncapi import OURS, VIEWS, document
from deploy.contract_writer.checks import check
from deploy.contract_writer.evolution import broken_promises
from deploy.contract_writer.examples import examples
from deploy.contract_writer.message_types import VERSION, message_types
from tests.proofs.contract.broken_documents import BROKEN, is_noticed
from tests.proofs.contract.schema_changes import CHANGES, is_judged_rightly
from tests.proofs.door import play_examples


def main() -> int:
    """Judge the contract; return 1 if anything is wrong."""
    documents = {view: document(view, message_types(), examples()) for view in VIEWS}
    warnings = [f"{view}: {found}" for view, made in documents.items() for found in check(made)]
    promises = list(broken_promises())
    unnoticed = [how for how in BROKEN if not is_noticed(documents[OURS], how)]
    misjudged = [f"{each.name}: {each.what}" for each in CHANGES if not is_judged_rightly(each)]
    played, differing = play_examples()
    for line in _findings(warnings, promises, unnoticed, misjudged):
        print(line)
    print(
        f"compatibility: {len(CHANGES) - len(misjudged)} of {len(CHANGES)} mutations judged"
        " rightly"
    )
    through = f"{played} examples through the door"
    print(
        f"contract: {VERSION}, {len(message_types())} types,"
        f" {through if not differing else f'{through} ({differing} differ)'},"
        f" {len(warnings)} warnings,"
        f" {len(BROKEN) - len(unnoticed)} of {len(BROKEN)} broken documents noticed"
    )
    return int(bool(warnings or promises or unnoticed or misjudged or differing))


def _findings(
    warnings: list[str], promises: list[str], unnoticed: list[str], misjudged: list[str]
) -> Iterator[str]:
    yield from (f"contract: {each}" for each in warnings)
    yield from (f"contract: breaks {each}" for each in promises)
    yield from (f"contract: not noticed: {each}" for each in unnoticed)
    yield from (f"compatibility: judged wrongly: {each}" for each in misjudged)


if __name__ == "__main__":
    sys.exit(main())
