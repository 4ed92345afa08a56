"""JUnit XML, for services that know nothing more specific: a failed test for each finding, an error for each file that
could not be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from wattlint.reports.places import located
from wattlint.reports.terminal import printable
from wattlint.reports.text import place

if TYPE_CHECKING:
    from wattlint.changes.budget import Gate
    from wattlint.lint.findings import Finding
    from wattlint.sources.files import Problem

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(findings: Sequence[Finding], problems: Sequence[Problem], gates: Sequence[Gate] = ()) -> str:
    cases = [
        *(_problem(one) for one in problems),
        *(_gate(one) for one in gates),
        *(_finding(one) for one in findings),
    ]
    if not cases:
        cases = [ET.Element("testcase", classname="wattlint", name="no findings")]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
    suites = ET.Element("testsuites", counts)
    ET.SubElement(suites, "testsuite", {"name": "wattlint", **counts}).extend(cases)
    ET.indent(suites)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(suites, encoding='unicode')}\n"


def _finding(finding: Finding) -> ET.Element:
    where = place(located(finding.path).path, finding.cell, finding.line, finding.column)
    case = ET.Element("testcase", classname=_text(finding.path), name=_text(f"{finding.code} {where}"))
    case.set("file", _text(located(finding.path).path))
    if finding.cell is None:
        case.set("line", str(finding.line))
    failure = ET.SubElement(case, "failure", type=finding.code, message=_text(finding.message))
    failure.text = _text(f"{where}: {finding.code} {finding.message}") + "\n" + _text(f"help: {finding.help}")
    return case


def _problem(problem: Problem) -> ET.Element:
    case = ET.Element("testcase", classname=_text(problem.path), name="could be analysed")
    ET.SubElement(case, "error", type="skipped", message=_text(str(problem)))
    return case


def _gate(gate: Gate) -> ET.Element:
    case = ET.Element("testcase", classname="wattlint", name=_text(gate.name))
    if gate.verdict == "failed":
        ET.SubElement(case, "failure", type="budget", message=_text(gate.message))
    elif gate.verdict == "unknown":
        ET.SubElement(case, "skipped", message=_text(gate.message))
    return case


def _text(text: str) -> str:
    return NOT_XML.sub("?", printable(text))
