"""What a case file holds is in no log."""

from pathlib import Path

from deploy.demo.office.case_files import leaked

WORDS = "Three of nine officers asked to be let go."


def test_words_of_a_case_file_are_found_in_a_log(tmp_path: Path) -> None:
    (tmp_path / "desk.jsonl").write_text(f'{{"event": "x", "issue": "{WORDS}"}}')
    (tmp_path / "intake.jsonl").write_text('{"event": "x"}')

    assert leaked([WORDS, ""], tmp_path) == [f"desk.jsonl has what a case file holds: {WORDS}"]
    assert leaked(["Other words."], tmp_path) == []
