"""What the file of a request tells, and what it says of that which is not held."""

import json

import pytest

from services.notifications.audiences.audience import Send, View
from services.notifications.audiences.case_file import LONGEST, File
from services.notifications.audiences.repeats import Answer, as_kept, repeated
from services.notifications.audiences.request import Directory
from services.notifications.decide import decide
from shared.contracts.outbound import TYPES, CaseFile, CaseNote, CaseNotice, ContactCard
from tests.examples.facts import AT, NUMBER, OFFER, OFFICE, PROVIDER, Log

NEED = json.dumps({"issue": "Too few crisis teams.", "urgency_reason": "A death."})
CHIEF = ContactCard(contact_id="c-1", name="A. Chief", phone="+1 505 555 0100")
NOTE = CaseNote(at=AT, participant=PROVIDER, about=OFFER, answer="counter", note="In June.")
NOTICE = CaseNotice(at=AT, audience=PROVIDER, outcome="not_needed", because="its own act")


def told(file: File, *, need_stated: bool = True) -> CaseFile:
    event = Log().case_asked(need_stated=need_stated)
    (answer,) = decide(event, View(AT, Directory({}, {}, (OFFICE,)), file=file))
    assert isinstance(answer, Send)
    assert (answer.audience, answer.answer, answer.classification) == (OFFICE, True, "restricted")
    assert isinstance(answer.data, CaseFile)
    return answer.data


def test_the_office_that_asked_alone_is_told_all_that_is_held() -> None:
    file = told(File([NOTE], 1, 0, [NOTICE], 1, NEED, [CHIEF]))

    assert (file.tracking_number, file.purpose, file.as_of) == (NUMBER, "call", AT)
    assert file.need == json.loads(NEED)
    assert (file.contacts, file.notes, file.notices) == ([CHIEF], [NOTE], [NOTICE])
    assert (file.more_notes, file.more_notices, file.not_held) == (0, 0, [])


@pytest.mark.parametrize(
    ("file", "not_held"),
    [
        (File(), ["need"]),
        (File(need=NEED, contacts=[CHIEF, ContactCard(contact_id="c-2")]), ["contacts"]),
        (File(need=NEED, lost_notes=1), ["notes"]),
    ],
)
def test_what_was_stated_and_is_not_held_is_named(file: File, not_held: list[str]) -> None:
    assert told(file).not_held == not_held


def test_what_was_never_stated_is_not_missed() -> None:
    assert told(File(), need_stated=False).not_held == []


def test_a_long_file_holds_the_newest_and_counts_the_rest() -> None:
    notes, notices = [NOTE] * (LONGEST["notes"] + 1), [NOTICE] * (LONGEST["notices"] + 2)

    file = told(File(notes, 70, 0, notices, 500, NEED))

    assert (len(file.notes), file.more_notes) == (50, 20)
    assert (len(file.notices), file.more_notices) == (100, 400)


def test_the_longest_file_fits_into_a_message() -> None:
    long = NOTE.model_copy(update={"note": "𝄞" * 2000})
    need = json.dumps({f"text{n}": "𝄞" * 8000 for n in range(6)}, ensure_ascii=False)

    file = told(File([long] * 50, 50, 0, [NOTICE] * 100, 100, need, [CHIEF]))

    assert len(file.encode()) < 1_000_000


def test_an_answer_is_kept_without_the_file() -> None:
    data = told(File([NOTE], 1, 0, [NOTICE], 1, NEED, [CHIEF])).encode()

    kept = as_kept(Answer("cri.in.o.v1/0/1", TYPES["case_told"], OFFICE, data, "id"))

    again = CaseFile.model_validate_json(repeated(kept.data))
    assert (again.tracking_number, again.purpose, again.repeat) == (NUMBER, "call", True)
    assert (again.need, again.contacts, again.notes, again.notices) == (None, [], [], [])
