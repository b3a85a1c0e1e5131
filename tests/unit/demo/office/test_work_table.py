"""What people see when they download the work list."""

import asyncio

from deploy.demo.office.work_table import WorkTable

HEAD = "due,number,agency,state,what,why,otherwise,program,taken by\n"
LINE = "2027-03-17,CRI-1,Bayard,Nebraska,Decide,{why},It stays.,CRI-TAC,\n"
EXPLAINED = LINE.format(why="No rule may place it.")


def test_it_knows_what_is_there_now_and_what_was_there() -> None:
    table = WorkTable()

    table.take(HEAD + EXPLAINED + EXPLAINED.replace("CRI-1", "CRI-2"))
    table.take(HEAD + EXPLAINED)

    assert table.now == {("CRI-1", "Decide"): 1}
    assert {number for number, *_ in table.seen} == {"CRI-1", "CRI-2"}
    assert not table.unexplained


def test_a_line_that_says_no_why_is_noted() -> None:
    table = WorkTable()

    table.take(HEAD + LINE.format(why=""))
    table.take(HEAD + EXPLAINED)

    assert table.unexplained == {("CRI-1", "Decide")}


def test_it_is_read_at_its_address() -> None:
    asked = []

    async def read(address: str) -> str:
        asked.append(address)
        return HEAD + EXPLAINED

    table = WorkTable()
    asyncio.run(table.read(read))

    assert (asked, table.now.total()) == (["/work.csv"], 1)
