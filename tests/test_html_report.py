"""The HTML report in a real browser: figures, sort, filter, click, dark mode, and no request that leaves the file."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import chromium
from wattlint.cli import main
from wattlint.config import Configuration
from wattlint.grading import grade
from wattlint.reports.html_report.data import report_data
from wattlint.reports.html_report.page import page as page_of
from wattlint.run import analyse, estimates

HOSTILE = '</script><img src=x onerror="document.title=1"> <!-- ::error:: ‮ {{data}}'
MODELS = ("gpt-4o", "gpt-4o-mini", "claude-3-5-haiku-latest")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    for name, size in (("orders", 3), ("mail", 2)):
        (folder / name).mkdir()
        lines = ["from openai import OpenAI", "client = OpenAI()"]
        for index in range(size):
            lines += [
                f"def {name}_{index}(text):",
                f"    return client.chat.completions.create(model={MODELS[index % 2]!r}, "
                f"messages=[{{'role': 'user', 'content': 'Is this email spam? Answer yes or no. ' + text}}])",
            ]
        lines += [
            "def odd(text):",
            f"    return client.chat.completions.create(model='gpt-4o', messages=[{{'role': 'user', 'content': {HOSTILE!r} + text}}])",
        ]
        (folder / name / "calls.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def report(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "report.html"
    assert main(["estimate", str(project), "--format", "html", "-o", str(file), "-q"]) == 0
    return file


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: Any, report: Path) -> Any:
    browser.get(report.as_uri())
    return browser


def places(page: Any) -> list[str]:
    return [cell.text for cell in page.find_elements("css selector", "#rows td.place button")]


def requests(page: Any) -> list[str]:
    """Addresses that the page asked for since the log was read last, data and the file itself apart."""
    messages = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    urls = [it["params"]["request"]["url"] for it in messages if it["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith(("file:", "data:", "chrome:"))]


def test_the_report_shows_the_figures_of_the_json_report(
    page: Any, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["estimate", str(project), "--format", "json", "-q"])
    sums = json.loads(capsys.readouterr().out)["totals"]
    shown = page.find_element("id", "totals").text
    watthours = sums["energy_wh"]["p50"]
    assert f"{watthours:.2g} Wh" in shown or f"{watthours * 1000:.2g} mWh" in shown
    assert len(places(page)) == 7
    assert page.title.startswith("wattlint: ")


def test_no_console_error_and_no_request_leaves_the_file(page: Any) -> None:
    time.sleep(0.3)
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert requests(page) == []
    assert page.execute_script("return document.images.length") == 0


def test_text_from_the_code_stays_text(page: Any, report: Path) -> None:
    assert "</script><img" not in report.read_text(encoding="utf-8")
    page.find_element("id", "filter").send_keys("odd")
    page.find_elements("css selector", "#rows td.place button")[0].click()
    detail = page.find_element("css selector", "tr.detail").text
    assert "onerror" in detail and "{{data}}" in detail and "‮" not in detail


def test_sorting_by_click_and_by_keyboard(page: Any) -> None:
    heads = page.find_elements("css selector", "#head button")
    heads[0].click()
    ascending = places(page)
    assert ascending == sorted(ascending, key=lambda place: (place.split(":")[0], int(place.split(":")[1])))
    page.switch_to.active_element.send_keys("\ue007")  # Enter, on the head that kept the focus
    assert places(page) == ascending[::-1]
    assert page.find_element("css selector", "#head th").get_attribute("aria-sort") == "descending"


def test_the_most_energy_comes_first(page: Any, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["estimate", str(project), "--format", "json", "-q"])
    sites = json.loads(capsys.readouterr().out)["sites"]
    most = max(sites, key=lambda site: site["impact"]["energy_wh"]["p50"])
    energies = [row.text for row in page.find_elements("css selector", "#rows tr td:nth-child(6)")]
    assert page.find_element("css selector", "#rows tr td:nth-child(2)").text == most["model"]["id"]
    assert len(energies) == 7


def test_filters_narrow_the_table_and_say_so(page: Any) -> None:
    page.find_element("id", "filter").send_keys("mail gpt-4o-mini")
    assert len(places(page)) == 1
    assert page.find_element("id", "shown").text == "1 of 7 call sites"
    page.find_element("id", "filter").clear()
    page.find_element("id", "filter").send_keys("nothing has this name")
    assert places(page) == [] and page.find_element("id", "shown").text == "0 of 7 call sites"


def test_a_click_shows_the_derivation(page: Any) -> None:
    button = page.find_elements("css selector", "#rows td.place button")[0]
    button.click()
    detail = page.find_element("css selector", "tr.detail").text
    assert "input tokens" in detail and "What the interval of the energy comes from" in detail
    assert page.switch_to.active_element.get_attribute("aria-expanded") == "true"


def test_folders_open_down_to_a_call(page: Any) -> None:
    names = [item.text for item in page.find_elements("css selector", "#children button")]
    assert sorted(names) == ["mail", "orders"]
    page.find_elements("css selector", "#children button")[0].click()
    inside = [item.text for item in page.find_elements("css selector", "#children button")]
    assert all(re.match(r"line \d+, (mail|orders)_\d|line \d+, odd", name) for name in inside)
    page.find_elements("css selector", "#children button")[0].click()
    assert len(places(page)) == 1 and page.find_elements("css selector", "tr.detail")
    page.find_elements("css selector", "#crumbs button")[0].click()
    assert len(page.find_elements("css selector", "#children button")) == 2


def test_every_control_has_a_name_and_colours_follow_the_system(page: Any) -> None:
    nameless = page.execute_script(
        "return [...document.querySelectorAll('button,input,select,canvas')].filter(e => !e.hidden && "
        "!(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))).length"
    )
    assert nameless == 0
    colour = "return getComputedStyle(document.body).backgroundColor"
    light = page.execute_script(colour)
    media = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    assert page.execute_script(colour) != light
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_the_layout_fits_a_telephone(page: Any) -> None:
    page.set_window_size(500, 900)
    time.sleep(0.3)  # the chart follows a change of size a moment later
    wide, shown = page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    page.set_window_size(1200, 1000)
    assert wide <= shown


def test_five_thousand_sites_do_not_freeze(browser: Any, project: Path, tmp_path: Path) -> None:
    analysis = analyse([str(project)], Configuration(), lint=False)
    items = estimates(analysis)
    data = report_data(analysis, items, grade(analysis, items), "large")
    data["sites"] = [{**site, "line": number} for number in range(715) for site in data["sites"]][:5000]
    file = tmp_path / "report.html"
    file.write_text(page_of(data), encoding="utf-8")
    browser.get(file.as_uri())
    assert browser.find_element("id", "shown").text == "5000 of 5000 call sites"
    took = browser.execute_script(
        "const field = document.getElementById('filter'); const start = performance.now();"
        "field.value = 'mail_1'; field.dispatchEvent(new Event('input'));"
        "document.querySelector('#head button').click();"
        "document.body.offsetHeight; return performance.now() - start"
    )
    assert 700 < int(browser.find_element("id", "shown").text.split()[0]) < 730
    assert took < 5000  # an order of magnitude above what it takes on two busy cores


def test_a_project_without_calls_gives_a_report(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    file = tmp_path / "report.html"
    assert main(["estimate", str(tmp_path), "--format", "html", "-o", str(file), "-q"]) == 0
    browser.get(file.as_uri())
    assert "No call has an estimate" in browser.find_element("id", "left-out").text
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_comparison_shows_both_sides(browser: Any, project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(project, folder)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(folder)]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "start"]):
        subprocess.run([*git, *arguments], check=True)
    calls = folder / "mail" / "calls.py"
    calls.write_text(calls.read_text(encoding="utf-8").replace("'gpt-4o'", "'gpt-4.1'", 1), encoding="utf-8")
    (folder / "mail" / "more.py").write_text(
        (folder / "orders" / "calls.py").read_text(encoding="utf-8").split("def orders_1")[0],
        encoding="utf-8",
    )
    file = tmp_path / "diff.html"
    here = os.getcwd()
    os.chdir(folder)
    try:
        assert main(["diff", "HEAD", "--format", "html", "-o", str(file), "-q"]) == 0
    finally:
        os.chdir(here)
    browser.get(file.as_uri())
    rows = [row.text for row in browser.find_elements("css selector", "#changes tbody tr")]
    assert sorted(row.split()[0] for row in rows) == ["added", "changed"]
    changed = next(row for row in rows if row.startswith("changed"))
    assert "gpt-4o → gpt-4.1" in changed and "mail/calls.py" in changed
    assert "→" in browser.find_element("css selector", "#changes caption").text
    assert not browser.find_element("id", "grade").is_displayed()
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
