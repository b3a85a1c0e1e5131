from datetime import timedelta

import pytest

from services.intake.batch_state import Decision
from services.intake.list_limits import INTERVAL, MAX_FILES, MAX_PAGES, MAX_REPORTS
from shared.contracts.tracking import tracking_number
from tests.examples.inbound import AT, OFFICE, PROVIDER, STAFF
from tests.examples.intake import Intake, codes, reasons, types

NEXT = "open/CRI-2026-000001-K"
SOON = AT + INTERVAL - timedelta(milliseconds=1)


def ask(intake: Intake, about: str = "all", **attributes: object) -> Decision:
    after = attributes.pop("after", None)
    data = {"about": about} if after is None else {"about": about, "after": after}
    return intake.send("status.ask", data, **attributes)


@pytest.mark.parametrize("about", ["all", "open_offers"])
def test_a_list_is_sent_once_in_ten_seconds(about: str) -> None:
    intake = Intake()

    first, soon, later = (ask(intake, about, at=at) for at in (AT, SOON, AT + INTERVAL))

    assert types(first) == types(later) == ["status_asked"]
    assert codes(soon) == ["too_often"]


def test_another_list_another_participant_and_a_single_request_are_not_limited() -> None:
    intake = Intake()
    ask(intake)

    answers = [ask(intake, "open_offers"), ask(intake, sender=PROVIDER)]
    answers += [ask(intake, tracking_number(2026, 1)) for _ in range(30)]

    assert all(types(answer) == ["status_asked"] for answer in answers)


def test_a_limited_number_of_pages_may_follow_at_once() -> None:
    intake = Intake()
    ask(intake)

    pages = [ask(intake, after=NEXT, at=SOON) for _ in range(MAX_PAGES)]

    assert all(types(page) == ["status_asked"] for page in pages)
    assert codes(ask(intake, after=NEXT, at=SOON)) == ["too_often"]
    assert types(ask(intake, after=NEXT, at=AT + INTERVAL)) == ["status_asked"]


def test_pages_without_a_first_page_count_too() -> None:
    intake = Intake()

    answers = [ask(intake, after=NEXT) for _ in range(MAX_PAGES + 2)]

    assert codes(answers.pop()) == ["too_often"]
    assert all(types(answer) == ["status_asked"] for answer in answers)


def test_an_answer_is_repeated_as_often_as_pages_may_follow() -> None:
    intake = Intake()
    ask(intake, id="once")

    again = [ask(intake, id="once") for _ in range(MAX_PAGES)]

    assert all(types(answer) == ["answer_repeated"] for answer in again)
    assert codes(ask(intake, id="once")) == ["too_often"]


def test_a_question_refused_as_too_often_may_be_sent_again_under_its_id() -> None:
    intake = Intake()
    ask(intake)

    refused, taken = ask(intake, id="again", at=SOON), ask(intake, id="again", at=AT + INTERVAL)

    assert codes(refused) == ["too_often"]
    assert types(taken) == ["status_asked"]


def test_an_office_opens_a_limited_number_of_case_files_in_ten_seconds() -> None:
    intake = Intake()
    intake.send("request.submit")

    opened = [intake.send("case.ask", at=SOON) for _ in range(MAX_FILES)]
    soon = intake.send("case.ask", id="again", at=SOON + INTERVAL - timedelta(milliseconds=1))
    later = intake.send("case.ask", id="again", at=SOON + INTERVAL)

    assert all(types(file) == ["case_file_asked"] for file in opened)
    assert reasons(soon) == [("too_often", "/data/tracking_number")]
    assert types(later) == ["case_file_asked"]


def test_a_repeated_answer_about_a_case_file_counts_too() -> None:
    intake = Intake()
    intake.send("request.submit")

    again = [intake.send("case.ask", id="once") for _ in range(MAX_FILES)]

    assert types(again[-1]) == ["answer_repeated"]
    assert codes(intake.send("case.ask")) == ["too_often"]


def test_a_participant_reads_a_limited_number_of_reports_in_ten_seconds() -> None:
    intake = Intake()
    intake.send("request.submit")

    read = [intake.send("report.read", at=SOON) for _ in range(MAX_REPORTS)]
    soon = intake.send("report.read", id="again", at=SOON + INTERVAL - timedelta(milliseconds=1))
    later = intake.send("report.read", id="again", at=SOON + INTERVAL)

    assert all(types(each) == ["report_asked"] for each in read)
    assert reasons(soon) == [("too_often", "/data/report_id")]
    assert types(later) == ["report_asked"]


def test_case_files_limit_no_list_and_no_other_office() -> None:
    intake = Intake()
    intake.send("request.submit")
    office = {"kind": "program_office", "name": "Other", "sources": ["urn:cri:other-office"]}
    intake.send("participant.register", {"id": "other-office", **office})
    roles = {"id": STAFF, "participant": "other-office", "roles": ["worker"]}
    intake.send("staff.set", roles, sender="other-office")
    for _ in range(MAX_FILES):
        intake.send("case.ask")

    assert types(ask(intake, sender=OFFICE)) == ["status_asked"]
    assert types(intake.send("case.ask", sender="other-office")) == ["case_file_asked"]


def test_setting_the_clock_of_the_broker_back_blocks_no_question() -> None:
    intake = Intake()
    ask(intake, at=AT + timedelta(hours=1))

    assert types(ask(intake, at=AT)) == ["status_asked"]


@pytest.mark.parametrize(
    ("about", "after"),
    [("all", "CRI-2026-000001-K"), ("all", "open/"), (tracking_number(2026, 1), NEXT)],
)
def test_only_a_list_has_pages_and_a_page_needs_a_valid_position(about: str, after: str) -> None:
    assert codes(ask(Intake(), about, after=after)) == ["schema"]
