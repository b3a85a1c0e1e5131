"""A page of the office as a browser shows it, and what can be filled in there."""

import pytest

from deploy.demo.browsing.shown_page import NotOffered, Page, read_page

URL = "http://127.0.0.1:1/cases/CRI-2027-000001-A/act/ask?item=counter:1"
HTML = """
<h1>Ask one <span>provider</span></h1>
<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="c"></form>
<form method="post"><input type="hidden" name="csrf" value="c">
<select name="provider"><option value="">Choose</option><option value="iacp" selected>IACP</option>
<option value="fop">FOP</option></select>
<label><input type="checkbox" name="goals" value="trust" checked> trust</label>
<label><input type="checkbox" name="goals" value="wellness"> wellness</label>
<textarea name="why">
They said
so.</textarea>
<button name="step" value="send">Ask</button></form>
<a href="/cases/CRI-2027-000001-A?item=a%3Ab">Leave
everything</a>
"""


@pytest.fixture
def page() -> Page:
    return read_page(HTML, address=URL)


def test_it_has_a_heading_and_links(page: Page) -> None:
    link = page.link("Leave everything")

    assert page.heading == "Ask one provider"
    assert (link.path, link.names("item")) == ("/cases/CRI-2027-000001-A", "a:b")


def test_a_form_sends_what_it_holds_and_what_is_filled_in(page: Page) -> None:
    form = page.form("/cases/CRI-2027-000001-A/act/ask")

    sent = form.filled({"provider": "fop", "goals": ["wellness"]}, button=("step", "send"))

    assert form.action == URL
    assert sent == [
        ("csrf", "c"),
        ("provider", "fop"),
        ("goals", "wellness"),
        ("why", "They said\nso."),
        ("step", "send"),
    ]


@pytest.mark.parametrize(
    "values", [{"provider": "noble"}, {"goals": ["trust", "speed"]}, {"reason": "x"}]
)
def test_nobody_fills_in_what_is_not_offered(page: Page, values: dict[str, str]) -> None:
    with pytest.raises(NotOffered):
        page.form("/cases/CRI-2027-000001-A/act/ask").filled(values)


def test_what_is_not_on_the_page_is_named(page: Page) -> None:
    with pytest.raises(NotOffered, match="no link Sign in"):
        page.link("Sign in")
    with pytest.raises(NotOffered, match="no form for /call"):
        page.form("/call")
    with pytest.raises(NotOffered, match="no form for /sign-out"):
        page.form("/sign-out", csrf="another")
    with pytest.raises(NotOffered, match="no button change"):
        page.form("/sign-out").filled({}, button=("step", "change"))


def test_it_names_the_fields_that_are_to_be_corrected() -> None:
    skip, wrong = (
        '<a href="#content">Skip</a>',
        '<a href="/request/page/people#email">Give one</a>',
    )
    page = read_page(f"{skip}\n<h1>People</h1>\n<ul><li>{wrong}</li></ul>", address=URL)

    assert page.wrong == {"email"}
    assert page.text == "Skip People Give one"


def test_a_search_leads_to_an_address() -> None:
    page = read_page('<form action="/find"></form><form method="post"></form>', address=URL)

    assert [form.is_search for form in page.forms] == [True, False]
