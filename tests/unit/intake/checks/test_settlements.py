from typing import Any

import pytest

from tests.examples.inbound import AGENCY, MAIL
from tests.examples.intake import Intake, codes, events, reasons, types

OF_MAIL: dict[str, Any] = {"mail": MAIL, "how": "dropped", "why": "Out of date."}
OF_NOTICE: dict[str, Any] = {
    "notice": MAIL, "audience": AGENCY, "how": "told_otherwise", "why": "By telephone.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        (OF_MAIL, f"mail:{MAIL}"),
        ({**OF_MAIL, "how": "sent_again"}, f"mail:{MAIL}"),
        ({**OF_MAIL, "how": "counted_as_delivered"}, f"mail:{MAIL}"),
        (OF_NOTICE, f"notice:{MAIL}:{AGENCY}"),
    ],
)
def test_a_settlement_is_passed_on_with_its_words_as_restricted(
    intake: Intake, data: dict[str, Any], subject: str
) -> None:
    decision = intake.send("notice.settle", data)

    (event,) = events(decision)
    assert types(decision) == ["notice_settle_directed"]
    assert (event.subject, event.dataclassification) == (subject, "restricted")
    assert decision.published[0].topic == "cri.int.confidential.v1"
    assert event.data.why == data["why"]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({**OF_MAIL, "notice": MAIL}, "/data/mail"),
        ({**OF_MAIL, "audience": AGENCY}, "/data/mail"),
        ({**OF_NOTICE, "mail": MAIL}, "/data/mail"),
        ({**OF_NOTICE, "audience": None}, "/data/mail"),
        ({**OF_NOTICE, "notice": None}, "/data/mail"),
        ({"how": "dropped", "why": "Why."}, "/data/mail"),
        ({**OF_MAIL, "how": "told_otherwise"}, "/data/how"),
        ({**OF_NOTICE, "how": "dropped"}, "/data/how"),
        ({**OF_MAIL, "how": "lost"}, "/data/how"),
        ({**OF_MAIL, "why": ""}, "/data/why"),
        ({**OF_MAIL, "why": "x" * 2001}, "/data/why"),
        ({**OF_MAIL, "mail": MAIL.upper()}, "/data/mail"),
        ({**OF_MAIL, "mail": "7"}, "/data/mail"),
    ],
)
def test_a_settlement_of_two_things_or_none_or_otherwise_is_refused(
    intake: Intake, data: dict[str, Any], path: str
) -> None:
    decision = intake.send("notice.settle", data)

    assert reasons(decision) == [("schema", path)]


def test_words_with_a_protected_identifier_are_refused(intake: Intake) -> None:
    decision = intake.send("notice.settle", {**OF_MAIL, "why": "His number is 123-45-6789."})

    assert codes(decision) == ["contains_protected_identifier"]
