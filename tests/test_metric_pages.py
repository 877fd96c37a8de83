"""docs/metrics.md says what the definitions say, and no metric is missing."""

from __future__ import annotations

from pathlib import Path

from semantic_layer import load, shipped_definitions
from semantic_layer.metric_pages import metrics_page, write_page

PAGE = Path(__file__).parent.parent / "docs" / "metrics.md"


def test_the_page_is_fresh(tmp_path: Path) -> None:
    write_page(tmp_path / "metrics.md")
    fresh = (tmp_path / "metrics.md").read_text(encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == fresh, "run `make metric-pages`"


def test_every_metric_and_segment_is_on_it_once() -> None:
    files = shipped_definitions()
    layer = load(files)
    page = metrics_page(layer, files)
    shown = [*layer.metrics.values(), *layer.segments.values()]
    for one in (one for one in shown if not one.hidden):
        assert page.count(f"| name | `{one.name}`") == 1
        assert one.description in page
    told = "`subscribers_lost` = `number of rows of subscription_month, where is_complete AND is_customer_lost`"
    assert told in page  # a hidden part is told where it is used
