"""The forms for personal records name everything that is kept, in their own order."""

from datetime import UTC, datetime

from services.desk.office.act_form import About
from services.desk.office.records_forms import RECORDS
from shared.contracts.kept_copies import COPIES

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_every_kind_of_copy_says_when_it_ends() -> None:
    ends = RECORDS["forget"].ends(AT)

    assert len(ends) == 4 + len(COPIES)
    assert all(end.what and end.when for end in ends)
    assert [str(end.when) for end in ends].count("2026-12-14") == 2


def test_what_is_wrong_is_listed_in_the_order_of_the_form() -> None:
    for form in RECORDS.values():
        message, errors = form.read(About(), {})

        assert message is None
        assert list(errors) == [field.name for field in form.fields if field.name in errors]
