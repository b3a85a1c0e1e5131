"""What the public reads of assessments is held against what was played."""

from types import SimpleNamespace
from typing import Any

import pytest

from deploy.demo.assessments.counted import Published, faults
from deploy.demo.assessments.play import CORRECTED, DISPUTE, REPLY, SUMMARY
from deploy.demo.assessments.site import STATUSES, AssessedSite

NAMES = ["CRI-2027-000001-A-E1", "CRI-2027-000002-B-E1", "CRI-2027-000003-C-E1"]
REPLY_ON_PAGE = REPLY.replace("<", "&lt;").replace(">", "&gt;")


def played() -> Any:
    nobody: Any = None
    sites = [AssessedSite(name, nobody, nobody, f"draft of {name}") for name in NAMES]
    return SimpleNamespace(sites=sites, published=sites[:2], late=sites[2])


def site(number: int) -> dict[str, Any]:
    return {"site": {"address": f"/sites/{number}"}, "due": [{"late": False}], "reports": []}


def report(number: int, *, outcome: str, **more: Any) -> dict[str, Any]:
    shares = {"complete": (2, 28.6), "partially_complete": (1, 14.3), "in_progress": (3, 42.9),
              "not_started": (1, 14.3)}  # fmt: skip
    return {
        "address": f"/sites/{number}/initial-report",
        "recommendations": len(STATUSES),
        "statuses": [
            {"status": status, "count": count, "percent": percent}
            for status, (count, percent) in shares.items()
        ],
        "fact_check": outcome,
        "corrections": [],
        "replies": [],
        **more,
    }


def published() -> Published:
    """What the public reads if all went well."""
    replied = report(1, outcome="checked", replies=[{}])
    corrected = report(2, outcome="disputed", corrections=[{}])
    sites = {
        NAMES[0]: {**site(1), "reports": [replied]},
        NAMES[1]: {**site(2), "reports": [corrected]},
        NAMES[2]: {**site(3), "due": [{"late": True}]},
    }
    pages = {
        "/sites": "",
        "/sites/1/initial-report": f"{SUMMARY} {REPLY_ON_PAGE}",
        "/sites/2/initial-report": f"{SUMMARY} {CORRECTED} {DISPUTE}",
        "/sites/3": "due March 1, 2027, late",
    }
    return Published(sites, pages)


def test_all_is_well() -> None:
    assert faults(published(), played()) == []
    assert published().summary() == (
        "3 sites, 14 recommendations, 2 reports published, 1 late, 1 corrected, 1 reply;"
        " 0 percent of nothing"
    )


def change(found: Published, what: str) -> None:
    sites: Any = found.sites
    pages: Any = found.pages
    first = sites[NAMES[0]]["reports"][0]
    match what:
        case "on no page":
            del sites[NAMES[1]]
        case "has 0 reports":
            sites[NAMES[0]]["reports"] = []
        case "is not (2, 28.6)":
            first["statuses"][0]["percent"] = 28.5
        case "/sites/1/initial-report does not say":
            pages["/sites/1/initial-report"] = f"{SUMMARY} {REPLY}"
        case "was checked, not disputed":
            sites[NAMES[1]]["reports"][0]["fact_check"] = "checked"
        case "is not said to be late":
            sites[NAMES[2]]["due"][0]["late"] = False
        case "the page of CRI-2027-000003-C-E1 does not say that it is late":
            pages["/sites/3"] = "due March 1, 2027"
        case "has a report that nobody approved":
            sites[NAMES[2]]["reports"] = [report(3, outcome="checked")]
        case "shows a draft":
            pages["/sites"] = f"draft of {NAMES[2]}"
        case "/sites/1/initial-report":
            first |= {"recommendations": 0}
        case _:
            raise AssertionError(what)


@pytest.mark.parametrize(
    "wrong",
    [
        "on no page",
        "has 0 reports",
        "is not (2, 28.6)",
        "/sites/1/initial-report does not say",
        "was checked, not disputed",
        "is not said to be late",
        "the page of CRI-2027-000003-C-E1 does not say that it is late",
        "has a report that nobody approved",
        "shows a draft",
        "/sites/1/initial-report",
    ],
)
def test_a_difference_is_a_fault(wrong: str) -> None:
    found = published()
    change(found, wrong)

    assert any(wrong in fault for fault in faults(found, played()))
