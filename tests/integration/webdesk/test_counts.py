"""What metrics say of the public pages: requests by page, never by the draft or link in a path."""

from shared.process import metrics
from tests.integration.webdesk.conftest import Browser


def requests(page: str, status: str) -> float:
    labels = {"service": "webdesk", "face": "public", "page": page, "status": status}
    found = metrics.REGISTRY.get_sample_value("cri_desk_requests_total", labels)
    assert found is not None, "not shown from the start"
    return found


async def test_a_request_is_counted_by_its_page(browser: Browser) -> None:
    await browser.get("/")  # the app is made with its first request
    before = requests("/continue/{token}", "4xx"), requests("/start", "4xx")

    await browser.http.get(f"/continue/{'x' * 43}")
    await browser.http.post("/start", headers={"origin": "https://evil.example"})

    assert (requests("/continue/{token}", "4xx"), requests("/start", "4xx")) == (
        before[0] + 1,
        before[1] + 1,
    )
