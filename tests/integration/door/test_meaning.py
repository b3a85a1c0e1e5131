"""A released example still means what it meant, or the contract's changelog names it."""

import pytest

from shared.contracts.inbound import SERVICE_FORMS
from tests.integration.door.conftest import OpenStage
from tests.proofs.door.examples import Examples
from tests.proofs.door.meaning import CONTRACT, announced, changes, differing, released

TODAY = Examples()
REFUSED = "refused/unknown_service_form.json"


async def test_every_released_example_means_what_it_meant(open_stage: OpenStage) -> None:
    for version, then in released().items():
        # `test_examples.py` plays those that are still among today's.
        if names := differing(then, TODAY):
            changed = await changes(await open_stage(then), then, names)

            excused = announced((CONTRACT / "CHANGELOG.md").read_text(), after=version)
            assert {n: lines for n, lines in changed.items() if n not in excused} == {}, version


async def test_a_message_that_is_now_accepted_has_changed_its_meaning(
    open_stage: OpenStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = await open_stage(TODAY)
    before = await changes(stage, TODAY, [REFUSED])
    more = (*SERVICE_FORMS, "equipment")
    monkeypatch.setattr("services.intake.checks.fields.SERVICE_FORMS", more)

    changed = await changes(stage, TODAY, [REFUSED])

    assert before == {}
    assert changed.keys() == {REFUSED}
    (line,) = changed[REFUSED]
    assert "unknown_service_form at /data/service_forms/1; now" in line
    assert "gov.cri.submission.accepted.v1" in line
