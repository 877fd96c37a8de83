"""The results as JUnit XML, which every build server shows."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from evals.records import Record
from evals.results import Results

_NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def junit(results: Results) -> str:
    """One test suite an eval suite, one test case a question; wrong and refused fail, errors are errors."""
    root = ElementTree.Element("testsuites", name=f"evals {results.head.system}")
    for name in results.summary.suites:
        records = [record for record in results.records if record.suite == name]
        counts = {
            "tests": len(records),
            "failures": sum(not record.passed and record.verdict != "error" for record in records),
            "errors": sum(record.verdict == "error" for record in records),
            "time": f"{sum(record.milliseconds for record in records) / 1000:.3f}",
        }
        suite = ElementTree.SubElement(root, "testsuite", {"name": name, "timestamp": results.head.started})
        for key, value in counts.items():
            suite.set(key, str(value))
        for record in records:
            _case(suite, record)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _case(suite: ElementTree.Element, record: Record) -> None:
    name = record.name.partition("/")[2] + (f" (repeat {record.repeat})" if record.repeat else "")
    seconds = f"{record.milliseconds / 1000:.3f}"
    case = ElementTree.SubElement(suite, "testcase", name=name, classname=record.suite, time=seconds)
    if record.passed:
        return
    kind = "error" if record.verdict == "error" else "failure"
    failed = ElementTree.SubElement(case, kind, type=record.verdict, message=_clean(", ".join(record.reasons)))
    failed.text = _clean(
        "\n".join(part for part in (record.question, record.understood, record.text, record.sql) if part)
    )


def _clean(text: str) -> str:
    """The text without signs that XML cannot hold."""
    return _NOT_XML.sub("?", text)
