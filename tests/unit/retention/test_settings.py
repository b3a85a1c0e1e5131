"""Each window lasts as long as its setting says, and the operators' guide names it."""

import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest

from shared.retention.sweeper import Sweeper

GUIDE = Path(__file__).parents[3] / "docs" / "operate.md"
SETTINGS = {
    "intake": {"words_kept_days"},
    "notifications": {
        "contacts_kept_days",
        "callers_kept_days",
        "needs_kept_days",
        "unconfirmed_kept_days",
    },
    "reporting": {"texts_kept_days"},
    "desk": {"case_files_kept_minutes"},
    "webdesk": {"drafts_kept_days"},
}


def sweeper_of(service: str, **kept: int) -> Sweeper:
    """Return the sweeper of *service*, as these settings say and the others by default."""
    settings = import_module(f"services.{service}.settings").Settings
    made: Sweeper = import_module(f"services.{service}.retention").sweeper(
        settings.model_construct(**kept)
    )
    return made


def by_setting(sweeper: Sweeper) -> dict[str, timedelta]:
    return {each.setting: each.kept for each in sweeper.windows if each.setting is not None}


def duration(setting: str, count: int) -> timedelta:
    return timedelta(**{setting.rsplit("_", 1)[1]: count})


@pytest.mark.parametrize("service", SETTINGS)
def test_given_a_setting_when_swept_then_rows_are_kept_for_that_time(service: str) -> None:
    kept = {name: number for number, name in enumerate(sorted(SETTINGS[service]), start=41)}

    found = by_setting(sweeper_of(service, **kept))

    assert found == {name: duration(name, count) for name, count in kept.items()}


@pytest.mark.parametrize("service", SETTINGS)
def test_given_a_window_when_an_operator_reads_the_guide_then_its_default_is_there(
    service: str,
) -> None:
    rows = re.findall(r"^\| .* \| `CONTINUUM_(\w+)` \| ([\d,]+) (\w+)", GUIDE.read_text(), re.M)
    told = {
        (name.lower(), duration(f"_{unit}", int(n.replace(",", "")))) for name, n, unit in rows
    }

    assert set(by_setting(sweeper_of(service)).items()) <= told


def test_given_fixed_times_when_noted_then_they_have_no_setting() -> None:
    fixed = {
        service: {each.what for each in sweeper_of(service).windows if each.setting is None}
        for service in SETTINGS
    }

    assert fixed == {
        "intake": set(),
        "notifications": {"codes_sent"},
        "reporting": set(),
        "desk": {"sessions", "sign_ins"},
        "webdesk": {
            "sessions",
            "provider_sessions",
            "readings",
            "starts",
            "asks",
            "link_uses",
            "codes",
            "codes_asked",
            "pages",
            "work",
        },
    }
