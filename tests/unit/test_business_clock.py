from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from shared.business_clock import REAL_TIME, BusinessClock
from shared.process.settings import ServiceSettings

SINCE = datetime(2026, 11, 29, 22, 0, tzinfo=UTC)
START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
FIVE_SECONDS_A_DAY = BusinessClock(SINCE, START, 17_280)
LOCAL = {
    "kafka_servers": "127.0.0.1:9092",
    "kafka_security": "SASL_PLAINTEXT",
    "kafka_user": "routing",
    "kafka_password": "secret",
    "postgres_host": "127.0.0.1",
    "postgres_database": "routing",
    "postgres_user": "routing",
    "postgres_password": "secret",
    "http_host": "127.0.0.1",
    "http_port": 0,
}
OWN = {"business_start": START, "business_since": SINCE, "business_rate": 17_280}


def settings(**more: object) -> ServiceSettings:
    return ServiceSettings(**{**LOCAL, **more})  # type: ignore[arg-type]  # as the environment gives them


def test_business_time_is_real_time_by_default() -> None:
    assert settings().clock == REAL_TIME
    assert REAL_TIME.at(SINCE) == SINCE
    assert REAL_TIME.lasts(timedelta(hours=3)) == timedelta(hours=3)
    assert REAL_TIME.pause(timedelta(hours=3)) == timedelta(hours=3)


def test_a_day_lasts_five_seconds() -> None:
    clock = FIVE_SECONDS_A_DAY

    assert clock.at(SINCE) == START
    assert clock.at(SINCE + timedelta(seconds=5)) == START + timedelta(days=1)
    assert clock.at(SINCE - timedelta(seconds=5)) == START - timedelta(days=1)
    assert clock.lasts(timedelta(seconds=10)) == timedelta(days=2)
    assert clock.pause(timedelta(days=2)) == timedelta(seconds=10)


def test_a_moment_has_come_after_the_pause_until_then() -> None:
    clock = BusinessClock(SINCE, START, 7)
    due = START + timedelta(microseconds=1)

    pause = clock.pause(due - clock.at(SINCE))

    assert clock.at(SINCE + pause) >= due
    assert clock.real(due) == SINCE + pause


def test_the_settings_give_the_local_stack_its_clock() -> None:
    assert settings(**OWN).clock == FIVE_SECONDS_A_DAY


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"postgres_host": "postgres.cri.svc"},
        {"kafka_servers": "127.0.0.1:9092,kafka.cri.svc:9093"},
    ],
)
def test_no_other_stack_may_have_a_clock_of_its_own(elsewhere: dict[str, str]) -> None:
    assert settings(**elsewhere).clock == REAL_TIME

    with pytest.raises(ValidationError, match="only the local stack"):
        settings(**OWN, **elsewhere)


@pytest.mark.parametrize("missing", ["business_start", "business_since"])
def test_half_a_clock_is_refused(missing: str) -> None:
    with pytest.raises(ValidationError, match="needs business_start and business_since"):
        settings(**{**OWN, missing: None})
