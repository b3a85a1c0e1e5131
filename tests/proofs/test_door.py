"""The examples are played on a Postgres that the command starts for itself."""

import shutil
from pathlib import Path

from tests.proofs.door import play_examples
from tests.proofs.door.examples import EXAMPLES, Examples

NAMES = ["accepted/offer.answer.accept.json", "refused/not_json.json"]


def test_examples_are_played_compared_and_written(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    examples, said = Examples(tmp_path), list[str]()
    file = tmp_path / NAMES[1]
    original = file.read_text()
    file.write_text(original.replace('"not_json"', '"not_xml"'))

    compared = play_examples(examples, NAMES, say=said.append)
    written = play_examples(examples, NAMES, write=True, say=said.append)

    assert compared == written == (2, 1)
    assert said == [
        f'{NAMES[1]}:\n  /0/message/data/reasons/0/code: expected "not_xml", got "not_json"'
    ]
    assert file.read_text() == original
