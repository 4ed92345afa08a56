"""Call sites of notebooks: cells in order, places by cell and line."""

from __future__ import annotations

import json
from pathlib import Path

from project import sites_of

from wattlint.callsites.facts import CallSite
from wattlint.callsites.finder import Finder
from wattlint.settings import Settings


def notebook_sites(folder: Path, cells: list[str]) -> list[CallSite]:
    data = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4, "metadata": {}}
    file = folder / "work.ipynb"
    file.write_text(json.dumps(data))
    return [site for site in sites_of(Finder(folder, Settings()), file) if site.kind == "call"]


def test_last_assignment_before_the_call_in_cell_order(tmp_path: Path) -> None:
    cells = [
        "!pip install openai\n%load_ext x\nfrom openai import OpenAI\nclient = OpenAI()",
        "model_id = 'gpt-4-turbo'",
        "client.responses.create(model=model_id, input='a')",
        "model_id = 'gpt-4o-mini'",
        "client.responses.create(model=model_id, input='b')",
    ]
    found = notebook_sites(tmp_path, cells)
    assert [(site.cell, site.line, site.model.id) for site in found] == [
        (2, 1, "gpt-4-turbo"),
        (4, 1, "gpt-4o-mini"),
    ]


def test_places_are_cells_and_their_lines(tmp_path: Path) -> None:
    cells = [
        "from openai import OpenAI\nclient = OpenAI()\n\nNAME = 'gpt-4o-mini'",
        "rows = load()\nfor row in rows:\n    r = client.responses.create(model=NAME, input=row)\n"
        "    if r.output_text == 'yes':\n        print(1)",
    ]
    (site,) = notebook_sites(tmp_path, cells)
    assert (site.cell, site.line, site.loop.line) == (1, 3, 2)
    assert (site.model.origin[-1].line, site.model.origin[-1].note) == (4, "literal, cell 1")
    assert site.contract.evidence[0].endswith("(line 4)")


def test_callers_in_another_cell(tmp_path: Path) -> None:
    cells = [
        "from openai import OpenAI\ndef ask(prompt, model):\n    return OpenAI().responses.create(model=model, input=prompt)",
        "print(1)\nask('Write a poem', 'gpt-4o-mini')\nask('Write a song', 'gpt-4-turbo')",
    ]
    (site,) = notebook_sites(tmp_path, cells)
    callers = [(one.caller.line, one.caller.note, one.model.id) for one in site.contexts]
    assert callers == [(2, "call of ask, cell 2", "gpt-4o-mini"), (3, "call of ask, cell 2", "gpt-4-turbo")]
