"""Every policy refuses the mistake that it is there for; needs the tools of manifests-check."""

from copy import deepcopy
from typing import Any

import pytest

from deploy.kubernetes import generate
from deploy.tools import catalog
from tests.proofs.manifests import agreement
from tests.proofs.manifests.__main__ import POLICIES, schemas
from tests.proofs.manifests.breaking import Break, of
from tests.proofs.manifests.placeholders import filled_in, placeholders
from tests.proofs.manifests.platform_mistakes import PLATFORM_MISTAKES, topics, users
from tests.proofs.manifests.rendered import Object, Objects, of_kind, render
from tests.proofs.manifests.workload_mistakes import WORKLOAD_MISTAKES

LACKING = [tool.name for tool in catalog.needed("manifests-check") if not tool.is_there]
pytestmark = pytest.mark.skipif(
    bool(LACKING),
    reason=f"`make tools FOR=manifests-check` brings what is missing: {', '.join(LACKING)}",
)
MISTAKES = [*WORKLOAD_MISTAKES, *PLATFORM_MISTAKES]


@pytest.fixture(scope="module")
def everything() -> Objects:
    return filled_in(render("production", "keda", "mail", "traces", "client-secret"))


@pytest.fixture
def objects(everything: Objects) -> list[Object]:
    return deepcopy(list(everything))


@pytest.mark.parametrize(
    ("policy", "broken", "words"), MISTAKES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_policy_reports_its_mistake(
    objects: list[Object], policy: Any, broken: Break, words: str
) -> None:
    assert list(policy(objects)) == []

    broken(objects)

    assert [finding for finding in policy(objects) if words in finding], list(policy(objects))


def test_every_policy_has_a_mistake_that_it_reports() -> None:
    assert {policy for policy, _, _ in MISTAKES} == {*POLICIES, topics, users}


def test_every_placeholder_of_an_overlay_is_named() -> None:
    as_it_is = render("production", "mail")

    found = "\n".join(placeholders(as_it_is))
    refused = "\n".join(agreement.settings(as_it_is))

    names = ("PUBLIC_URL", "ISSUER", "OFFICE_TELEPHONE", "OMB_NUMBER", "MAIL_FROM", "DESK_URL")
    for name in names:
        assert f"data/CONTINUUM_{name} is still a placeholder" in found
    assert "NetworkPolicy/issuer: spec/egress/0/to/0/ipBlock/cidr is still a placeholder" in found
    assert "/image is still a placeholder: registry.example/continuum@sha256:0000" in found
    assert "placeholders: public_url, office_telephone, omb_number, issuer" in refused
    assert "placeholders: mail_from, mail_reply_to, public_url, desk_url" in refused
    assert [line for line in refused.splitlines() if line.endswith("holders: office_telephone")]


def test_nothing_else_is_a_placeholder(everything: Objects) -> None:
    kinds = {finding.partition("/")[0] for finding in placeholders(everything)}

    assert kinds == {"Deployment", "Job", "NetworkPolicy", "PrometheusRule"}


def test_an_unknown_field_is_reported(objects: list[Object]) -> None:
    wrong = {"Deployment": "replica", "Kafka": "kafkas", "Cluster": "instance", "PodMonitor": "x"}
    for kind, field in wrong.items():
        of_kind(objects, kind)[0]["spec"][field] = 1

    found = schemas({"broken": objects})

    assert len(found) == len(wrong)
    for kind, field in wrong.items():
        assert [each for each in found if f"{kind}/" in each and field in each]


def test_a_kind_without_a_schema_is_reported() -> None:
    (found,) = schemas({"broken": [of("Nothing")]})

    assert "find schema for kind Nothing" in found


def test_a_changed_generated_file_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = generate.files()
    changed = next(iter(made))

    monkeypatch.setattr(generate, "files", lambda: {**made, changed: "another"})

    (found,) = agreement.generated()
    assert "out of date" in found
