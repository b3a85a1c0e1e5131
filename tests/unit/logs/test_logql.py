"""The supported part of LogQL behaves as Loki's documentation says."""

import json

import pytest

from continuum.logs import QUESTIONS
from tests.proofs.logs.logql import Query, Tree, Unsupported
from tests.proofs.logs.questions import Question, questions

LINE = json.dumps({"event_name": "messages.sent", "service.version": "0.2.0"})
INTAKE = {"job": "intake"}


def leaf(name: str, text: str) -> Tree:
    return Tree(name, text, ())


def query(matcher: tuple[str, str], *stages: Tree) -> Query:
    operator, wanted = matcher
    three = [leaf("Identifier", "job"), leaf("Op", operator), leaf("String", json.dumps(wanted))]
    selector = Tree("Selector", "", [Tree("Matchers", "", [Tree("Matcher", "", three)])])
    return Query(Tree("LogQL", "", [selector, *stages]))


def line_filter(operator: str, text: str) -> Tree:
    return Tree("LineFilter", "", [leaf("Filter", operator), leaf("String", text)])


@pytest.mark.parametrize(
    ("matcher", "found"),
    [
        (("=", "intake"), True),
        (("=~", "intake|routing"), True),
        (("=~", "int"), False),
        (("!=", "intake"), False),
        (("!~", "routing"), True),
    ],
)
def test_a_stream_selector_matches_the_whole_label(matcher: tuple[str, str], found: bool) -> None:
    assert (query(matcher).answer(INTAKE, LINE) is not None) is found


@pytest.mark.parametrize(
    ("operator", "text", "found"),
    [
        ("|=", '"messages.sent"', True),
        ("|=", '"messages.lost"', False),
        ("!=", '"messages.sent"', False),
        ("|~", '"sent\\\\b[^,]*,"', True),
        ("|~", "`m.ss`", True),
        ("!~", "`m.ss`", False),
    ],
)
def test_a_line_filter_matches_any_part_of_the_line(operator: str, text: str, found: bool) -> None:
    asked = query(("=", "intake"), line_filter(operator, text))

    assert (asked.answer(INTAKE, LINE) is not None) is found


def test_a_line_is_reformatted_from_labels_and_fields() -> None:
    taken = [leaf("Identifier", "v"), leaf("Eq", "="), leaf("String", r'"[\"service.version\"]"')]
    extracted = Tree("LabelExtractionExpression", "", taken)
    as_json = Tree("JsonExpressionParser", "", [leaf("Json", "json"), extracted])
    template = leaf("String", '"{{.job}} {{.v}}"')
    anew = Tree("LineFormatExpr", "", [leaf("LineFormat", "line_format"), template])

    assert query(("=", "intake"), as_json, anew).answer(INTAKE, LINE) == "intake 0.2.0"


def test_unsupported_syntax_is_never_ignored() -> None:
    for stage in (leaf("⚠", "jso"), leaf("Logfmt", "logfmt"), Tree("LineFilter", "", ())):
        with pytest.raises(Unsupported):
            query(("=", "intake"), stage)


def test_the_table_has_a_query_for_every_command() -> None:
    folded = "problems"  # answered by many lines as one: no query of Loki's gives that

    assert [question.name for question in questions()] == [q for q in QUESTIONS if q != folded]


def test_a_name_replaces_the_letter_in_the_query() -> None:
    question = Question("sent", '|= "for cri.in.P.v1/" |= "EXP"', within_an_hour=True)

    assert question.about("ca-post") == '|= "for cri.in.ca-post.v1/" |= "EXP"'
