"""The report in a real browser, opened from disk: nothing is fetched, nothing overflows, two clicks show a failure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evals.reports import html
from tests.test_evals_reports import mixed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]


@pytest.mark.parametrize("width", [1280, 390])
def test_two_clicks_show_what_was_asked_understood_run_and_expected(tmp_path: Path, width: int) -> None:
    from playwright.sync_api import sync_playwright

    page_file = tmp_path / "report.html"
    page_file.write_text(html(mixed()), encoding="utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": width, "height": 900})
        asked: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.goto(page_file.as_uri())
        assert page.inner_text("#shown") == "6 of 6 questions"
        page.click("a[data-show=silently_wrong]")
        assert page.inner_text("#shown") == "2 of 6 questions"
        page.click("details.case:not(.none) > summary")
        shown = page.inner_text("details.case[open]")
        for part in ("<script>alert('x')</script>", "Revenue", "GROUP BY", "SUM(amount)", "DE"):
            assert part in shown
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        browser.close()
    assert asked == [page_file.as_uri()]
    assert faults == []
