import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.process.crash_points import POINTS, read_report

TEST_MODE = {"CONTINUUM_TEST_MODE": "1"}
REACH = """
import asyncio, os
from shared.process import crash_points
crash_points.arm(os.environ)

async def main():
    for _ in range(3):
        crash_points.reach("relay.after_select")
        crash_points.reach_soon("relay.after_send_before_ack")
        print("sent", flush=True)
        for _ in range(20):
            await asyncio.sleep(0)
    print("went on", flush=True)

asyncio.run(main())
"""
REACH_TWICE = REACH.replace(
    "print(", 'crash_points.reach_soon("relay.after_send_before_ack"); print('
)


def run(code: list[str], environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("CRASH", "CONTINUUM"))}
    return subprocess.run(
        [sys.executable, *code], env={**inherited, **environment}, capture_output=True, text=True
    )


def test_without_a_setting_no_crash_point_kills() -> None:
    done = run(["-c", REACH], {})

    assert done.returncode == 0
    assert done.stdout.split("\n") == ["sent", "sent", "sent", "went on", ""]


def test_the_process_kills_itself_at_the_configured_hit(tmp_path: Path) -> None:
    asked = {"CRASH_AT": "relay.after_select:2", "CONTINUUM_CRASH_REPORT": str(tmp_path)}

    done = run(["-c", REACH], {**TEST_MODE, **asked})

    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "sent\n"
    assert read_report(tmp_path)["relay.after_select"] == (2, 1)


def test_a_send_that_was_begun_leaves_before_the_process_ends() -> None:
    done = run(["-c", REACH], {**TEST_MODE, "CRASH_AT": "relay.after_send_before_ack"})

    assert done.returncode == -signal.SIGKILL
    assert done.stdout == "sent\n"


def test_a_point_reached_again_before_the_kill_counts_once(tmp_path: Path) -> None:
    asked = {"CONTINUUM_CRASH_REPORT": str(tmp_path), "CRASH_AT": "relay.after_send_before_ack"}

    done = run(["-c", REACH_TWICE], {**TEST_MODE, **asked})

    assert done.returncode == -signal.SIGKILL
    assert read_report(tmp_path)["relay.after_send_before_ack"] == (2, 1)


def test_in_test_mode_hits_are_counted_over_all_processes(tmp_path: Path) -> None:
    counting = {**TEST_MODE, "CONTINUUM_CRASH_REPORT": str(tmp_path)}

    for _ in range(2):
        run(["-c", REACH], counting)

    report = read_report(tmp_path)
    assert report["relay.after_select"] == (6, 0)
    assert report["routing.after_poll"] == (0, 0)
    assert set(report) == set(POINTS)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CRASH_AT": "relay.after_select"}, "routing: CRASH_AT is for tests"),
        ({**TEST_MODE, "CRASH_AT": "relay.before"}, "is not <point>:<number>"),
        ({**TEST_MODE, "CRASH_AT": "relay.after_select:x"}, "is not <point>:<number>"),
    ],
)
def test_a_service_refuses_to_start_with_an_invalid_crash_point(
    environment: Mapping[str, str], said: str
) -> None:
    done = run(["-m", "services.routing", "run"], environment)

    assert done.returncode == 1
    assert said in done.stderr


def test_every_crash_point_is_reached_somewhere_in_the_code() -> None:
    root = Path(__file__).parents[3]
    files = [f for folder in ("services", "shared") for f in (root / folder).rglob("*.py")]
    code = "\n".join(file.read_text() for file in files)

    for point in POINTS:
        _, _, place = point.partition(".")
        own = f'crash_points.reach(f"{{self._service}}.{place}")'
        given = f'crash_points.reach(f"{{service}}.{place}")'
        named = (f'reach("{point}")', f'reach_soon("{point}")')
        assert own in code or given in code or any(each in code for each in named), point
