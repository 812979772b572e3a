"""A check as JUnit XML, one case a budget."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bottlecalc.budgets.verdict import Report, Verdict
from bottlecalc.render.sentences import breach, remark, sentences
from bottlecalc.render.words import line

FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (section 2.2)."""


def document(report: Report) -> str:
    """The XML text.

    Source: the schema of Jenkins' xUnit plugin, junit-10.xsd.
    """
    statuses = [verdict.status for verdict in report.verdicts]
    statuses += ["error"] * report.is_unheld
    totals = {
        "name": "bottlecalc",
        "tests": str(len(statuses)),
        "failures": str(statuses.count("breach")),
        "errors": str(statuses.count("error")),
    }
    suites = Element("testsuites", totals)
    suite = SubElement(suites, "testsuite", totals)
    for verdict in report.verdicts:
        _case(suite, verdict)
    if report.against and report.is_unheld:
        names = {"name": _legal(f"held against {line(report.against.ref)}")}
        case = SubElement(suite, "testcase", {**names, "classname": "bottlecalc.against"})
        message = _legal(line(report.against.problem))
        SubElement(case, "error", {"type": "error", "message": message}).text = message
    if report.notes:
        SubElement(suite, "system-out").text = _legal("\n".join(map(line, report.notes)))
    indent(suites)
    ascii_only = tostring(suites, encoding="us-ascii").decode()  # the same in every encoding
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ascii_only}\n'


def _case(suite: Element, verdict: Verdict) -> None:
    case = SubElement(
        suite,
        "testcase",
        {"name": _legal(line(verdict.budget.name)), "classname": "bottlecalc.budget"},
    )
    text = _legal(remark(verdict) if verdict.status == "pass" else breach(verdict))
    if verdict.status in ("pass", "warning"):
        if not text:
            return
        SubElement(case, "system-out").text = text
        return
    message = _legal(line("; ".join(sentences(verdict))))
    if verdict.skipped:
        SubElement(case, "skipped", {"message": message})
        return
    kind = "failure" if verdict.status == "breach" else "error"
    SubElement(case, kind, {"type": verdict.status, "message": message}).text = text


def _legal(text: str) -> str:
    """The text with what XML cannot hold spelled out, as Python would."""
    return FORBIDDEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
