"""What a person is told on the terminal after a load."""

from __future__ import annotations

from datetime import datetime

from assistant.service.load_command import report_text
from warehouse import LoadReport, LoadRequest


def test_the_end_of_the_data_is_proposed_as_today_only_where_no_day_is_known() -> None:
    report = LoadReport("orders", 1, (), (), (), latest=datetime(2020, 5, 31))
    request = LoadRequest("orders", ("o.csv",))
    assert "the data ends on 2020-05-31" in report_text(report, request)
    assert "the data ends" not in report_text(report, request, day_known=True)
