"""Many files at once: whatever the number of processes or the order of paths, the answer is the same."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from wattlint import batch, sifting, workers
from wattlint.config import Configuration
from wattlint.reports.json_data import check_json
from wattlint.run import analyse
from wattlint.semantics.scopes import Scope
from wattlint.settings import Settings
from wattlint.sources.project import project_root
from wattlint.sources.reach import Reach
from wattlint.sources.sieve import Sieve, load_sieve
from wattlint.workspace import Workspace

CALL = "from openai import OpenAI\nclient = OpenAI()\n"
FILES = {
    "shop/pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/shop/__init__.py": "",
    "shop/shop/settings.py": "MODEL = 'gpt-4o'\n",
    "shop/shop/llm.py": CALL
    + "from shop.settings import MODEL\n"
    + "def ask(text):\n    return client.chat.completions.create(model=MODEL, messages=[{'role': 'user', 'content': text}])\n",
    "shop/shop/use.py": "from shop.llm import ask\nfor word in ['a', 'b']:\n    ask('Is ' + word + ' a verb? yes or no')\n",
    "shop/shop/handed.py": "def run(llm):\n    return llm.chat.completions.create(model='gpt-4', messages=[])\n",
    "shop/shop/through.py": "from . import llm\nprint(llm.client.responses.create(model='gpt-4.1', input='x'))\n",
    "shop/shop/broken.py": "def :\n",
    "shop/shop/plain.py": "import os\nprint(os.name)\n",
    "tool/setup.py": "",
    "tool/tool.py": "import requests\nrequests.post('https://api.openai.com/v1/chat/completions', json={'model': 'gpt-4', 'messages': []})\n",
    "tool/fetch.py": "def send(client, url):\n    return client.post(url, json={'messages': []})\n",
    "plain/setup.py": "",
    "plain/a.py": "from .b import run\nrun('x')\n",
    "plain/b.py": "def run(text):\n    return text.create(text)\n",
    "latin.py": "name = 'caf\xe9'\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("latin-1"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(*paths: str, jobs: int | None = None) -> str:
    return check_json(analyse(paths, Configuration(), jobs=jobs))


@pytest.fixture
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")
    monkeypatch.setattr(workers, "BLOCK", 2)
    monkeypatch.setattr(batch, "FEW_PASSING", 0)


@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("jobs", [2, 3, 40])
def test_any_number_of_processes(tree: Path, jobs: int) -> None:
    assert report(".", jobs=jobs) == report(".", jobs=1)


@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("jobs", [2, 3, 40])
@pytest.mark.parametrize("largest", ["shop", "tool"])
@pytest.mark.parametrize(("cost", "turns"), [(0, [True, False, True]), (99, [True, False, True, False])])
def test_a_large_project_is_analysed_while_the_others_are_sifted_unless_it_takes_long(
    tree: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, largest: str, cost: int, turns: list[bool]
) -> None:
    for number in range(12):
        (tree / largest / f"more_{number}.py").write_text("from shop.llm import ask\nask('x')\n")
    alone = report(".", jobs=1)
    for module in (sifting, batch):
        monkeypatch.setattr(module, "LARGE_PROJECT", 12)
    monkeypatch.setattr(sifting, "FILES_PER_ANALYSIS", cost)
    known, later = [], []
    know, take = Workspace.know_words, sifting.Sifter.take
    monkeypatch.setattr(
        Workspace, "know_words", lambda self, root, words: (known.append(root), know(self, root, words))
    )
    monkeypatch.setattr(
        sifting.Sifter, "take", lambda self, numbers: (later.append(len(numbers)), take(self, numbers))
    )
    assert report(".", jobs=jobs) == alone
    assert known == [str(tree / largest)]
    assert [taken > 0 for taken in later] == turns and later[0] >= 12


@pytest.mark.usefixtures("forking")
def test_any_order_of_paths(tree: Path) -> None:
    assert report("tool", "shop", "plain", "latin.py", jobs=2) == report("latin.py", "plain", "shop", "tool")


@pytest.mark.usefixtures("forking")
def test_a_process_that_dies_is_replaced(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, parent = report(".", jobs=1), os.getpid()
    project = batch._project
    monkeypatch.setattr(
        batch, "_project", lambda *given: project(*given) if os.getpid() == parent else os._exit(9)
    )
    assert report(".", jobs=3) == expected


@pytest.mark.usefixtures("forking")
def test_an_error_in_another_process_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    forked, fork = [], os.fork
    monkeypatch.setattr(os, "fork", lambda: forked.append(fork()) or forked[-1])

    def work(drawn: Iterator[int]) -> list[int]:
        found = []
        for number in drawn:
            if number == 7:
                raise ValueError("from a share")
            found.append(number)
        return found

    with pytest.raises(ValueError, match="from a share"):
        workers.deal(work, 50, 3)
    assert forked
    for child in forked:
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)  # nobody is left behind


def test_results_come_back_where_files_cannot_be_held_in_memory(
    forking: None, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = report(".", jobs=1)
    monkeypatch.delattr(os, "memfd_create")
    assert report(".", jobs=3) == alone


def test_without_more_processes_this_one_does_it_all(
    forking: None, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = report(".", jobs=1)

    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)
    assert report(".", jobs=3) == alone
    monkeypatch.delattr(os, "fork")  # Windows
    assert report(".", jobs=3) == alone


def sites(*paths: str) -> list[tuple[str, int, str | None]]:
    return [(site.path, site.line, site.model.id) for site in analyse(paths, Configuration()).sites]


def test_the_sieve_loses_no_site(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sifted = sites(".")
    monkeypatch.setattr(Sieve, "passes", lambda *given: True)
    monkeypatch.setattr(Reach, "project_imports_sdk", lambda *given: True)
    monkeypatch.setattr(Reach, "project_words", lambda *given: None)
    assert sifted == sites(".") and len(sifted) == 4


def test_a_module_that_is_left_out_still_leads_to_an_sdk(tree: Path) -> None:
    (tree / "plain" / "build").mkdir()
    (tree / "plain" / "build" / "clients.py").write_text(CALL)
    (tree / "plain" / "c.py").write_text(
        "from build.clients import client\nclient.responses.create(model='gpt-4o', input='x')\n"
    )
    assert ("plain/c.py", 2, "gpt-4o") in sites(".")


def test_an_import_from_above_the_project_leads_to_an_sdk(tree: Path) -> None:
    folder = tree / "shop" / "shop" / "service"
    folder.mkdir()
    (folder / "requirements.txt").write_text("openai\n")
    (folder / "__init__.py").write_text("")
    (folder / "app.py").write_text(
        "from ..llm import client\nclient.responses.create(model='o3', input='x')\n"
    )
    assert project_root(folder) == folder
    alone = {line for path, line, _ in sites("shop/shop/service/app.py")}
    assert {line for path, line, _ in sites(".") if path.endswith("app.py")} == alone


def test_settings_of_each_folder_hold(tree: Path) -> None:
    (tree / "tool" / "wattlint.toml").write_text("nonsense = 1\n")
    analysis = analyse(["."], Configuration(), jobs=2)
    assert any("nonsense" in problem.message for problem in analysis.problems)
    assert {site.path.split("/")[0] for site in analysis.sites} == {"shop"}
    assert analyse(["."], Configuration.fixed(Settings())).coverage.files_with_sites == 4


def test_an_address_may_stand_in_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    request = "import json, requests\nfrom .places import URL\nrequests.post(URL, json={'model': 'llama3', 'messages': []})\n"
    for name, places in (
        ("none", {"places.py": "URL = 'https://example.org/v2'\n"}),
        ("module", {"places.py": "URL = 'http://localhost:11434/api/chat'\n"}),
        ("data", {
            "places.py": "import json\nURL = json.load(open('places.json'))['url']\n",
            "places.json": '{"url": "http:\\/\\/localhost:11434\\/api\\/chat"}',
        }),
        ("translated", {
            "places.py": "from .locale.hosts import URL\n",
            "locale/__init__.py": "",
            "locale/hosts.py": "URL = 'http://localhost:11434/api/chat'\n",
        }),
        ("texts", {
            "places.py": "URL = 'https://example.org/v2'\n",
            "translations/de.json": '{"help": "Zum Beispiel http://localhost:11434/api/chat"}',
        }),
    ):  # fmt: skip
        folder = tmp_path / name / "app"
        folder.mkdir(parents=True)
        (tmp_path / name / "setup.py").touch()
        for file, text in {"__init__.py": "", "ask.py": request, **places}.items():
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert sites(".") == [(f"{name}/app/ask.py", 3, "llama3") for name in ("data", "module", "translated")]
    assert sites("none/app/ask.py") == []  # named: parsed, and nothing found


def test_an_address_that_is_edited_in_counts(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    ask, places = tmp_path / "ask.py", tmp_path / "places.py"
    code = b"import requests\nfrom places import URL\nrequests.post(URL, json={'messages': []})\n"
    reach = Reach(tmp_path, load_sieve())
    places.write_text("URL = 'https://example.org'\n")
    assert not reach.passes(ask, code)
    places.write_text("URL = 'http://localhost:11434/api/chat'\n")
    reach.forget(str(places))
    assert reach.passes(ask, code)


def test_objects_of_an_sdk_that_another_file_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which names can be methods of an SDK depends on what the whole project imports."""
    (tmp_path / "setup.py").touch()
    (tmp_path / "talk.py").write_text(
        "import openai\nfrom parts import client\n\nlines = []\nlines.append('x')\n"
        "client.beta.conversations.append(conversation_id='1', inputs='x')\n"
    )
    (tmp_path / "parts.py").write_text("from mistralai import Mistral\n\nclient = Mistral(api_key='k')\n")
    monkeypatch.chdir(tmp_path)
    assert [site[:2] for site in sites("talk.py")] == [("talk.py", 6)] == [site[:2] for site in sites(".")]


def test_the_sieve_loses_no_site_of_the_rules_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "setup.py").touch()
    pages = sorted((Path(__file__).parents[1] / "rules" / "checks").glob("*.md"))
    blocks = [
        block
        for page in pages
        for block in re.findall(r"^```python[^\n]*\n(.*?)^```", page.read_text(), re.M | re.S)
    ]
    assert len(blocks) > 100
    for number, block in enumerate(blocks[::3]):
        (tmp_path / f"block_{number}.py").write_text(block)
    monkeypatch.chdir(tmp_path)
    sifted = report(".", jobs=1)
    assert sifted.count('"code"') > 20
    monkeypatch.setattr(Sieve, "passes", lambda *given: True)
    monkeypatch.setattr(Sieve, "sends_request", lambda *given: True)
    monkeypatch.setattr(Reach, "project_imports_sdk", lambda *given: True)
    monkeypatch.setattr(Reach, "project_words", lambda *given: None)
    assert report(".", jobs=1) == sifted


def test_a_finished_project_is_gone_without_the_collector(tmp_path: Path) -> None:
    """Collecting what a project leaves behind took a fifth of a large run: nothing may lead back to itself."""
    for name in ("one", "two"):
        package = tmp_path / name / "package"
        package.mkdir(parents=True)
        (tmp_path / name / "pyproject.toml").write_text("[project]\nname = 'p'\n")
        (package / "__init__.py").write_text("")
        (package / "client.py").write_text(
            "from openai import OpenAI\n"
            "class Client:\n"
            "    def __init__(self, model='gpt-4o'):\n"
            "        self.client, self.model = OpenAI(), model\n"
            "    def ask(self, text):\n"
            "        return self.client.chat.completions.create(model=self.model, messages=[text])\n"
        )
        (package / "use.py").write_text(
            "from package.client import Client\ndef main():\n    return [Client().ask(t) for t in open('f')]\n"
        )
    gc.collect()
    gc.disable()
    try:
        before = {id(one) for one in gc.get_objects() if isinstance(one, Scope)}
        analysis = analyse([str(tmp_path)], Configuration(), jobs=1)
        left = {
            Path(one.module.file).parts[-3]
            for one in gc.get_objects()
            if isinstance(one, Scope) and id(one) not in before
        }
    finally:
        gc.enable()
    assert len(analysis.sites) == 2
    assert left == {"two"}, "the last one goes with the process, or with the collector"
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Scope) and id(one) not in before]
