"""Callers of a function are looked for only where imports can lead to it: none that imports do lead to is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from wattlint.config import Configuration
from wattlint.run import analyse
from wattlint.semantics.neighbours import Neighbours
from wattlint.semantics.project import Project
from wattlint.sources.reach import Reach

CLIENT = """
from openai import OpenAI

class Client:
    def ask(self, prompt, model):
        return OpenAI().responses.create(model=model, input=prompt)
"""
CALLERS = {
    "near/one.py": "from lib.llm import Client\nClient().ask('x', 'gpt-4o')\n",
    "run.py": "from lib.llm import Client\nClient().ask('x', 'gpt-4.1')\n",
    "up/one.py": "from ..lib.llm import Client\nClient().ask('x', 'gpt-4.1-mini')\n",
    "src/pack/one.py": "from lib.llm import Client\nClient().ask('x', 'gpt-4.1-nano')\n",
    "named/one.py": "from importlib import import_module\nimport_module('lib.llm').Client().ask('x', 'o1')\n",
    "joined/one.py": (
        "from importlib import import_module\nLIB = 'lib'\nimport_module(LIB + '.llm').Client().ask('x', 'o3')\n"
    ),
    "made/one.py": "import importlib\nN = 'llm'\nimportlib.import_module(f'lib.{N}').Client().ask('x', 'o4-mini')\n",
    # neither imports the other, a third hands over the object
    "other/work.py": "def go(client):\n    return client.ask('x', 'gpt-4')\n",
    "glue/one.py": "from lib.llm import Client\nfrom other.work import go\ngo(Client())\n",
    # what the project itself passes to a module that it imports
    "src/loop/runner.py": "def each(client):\n    return client.ask('x', 'gpt-5')\n",
    "lib/uses.py": "from loop.runner import each\nfrom .llm import Client\neach(Client())\n",
    # through a module that has it from there
    "via/__init__.py": "from near.again import Client\n",
    "near/again.py": "from lib.llm import Client\n",
    "far/one.py": "from via import Client\nClient().ask('x', 'gpt-5-mini')\n",
}
STRANGERS = {
    "alone/one.py": "class Client:\n    def ask(self, a, b): ...\nClient().ask('x', 'y')\n",
    "words/one.py": "'lib, and near'\nlib = 1\ndef f(x): return x.ask(lib, 'z')\n",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    for file, text in {"lib/llm.py": CLIENT, **CALLERS, **STRANGERS}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def callers() -> list[tuple[str, str | None]]:
    (site,) = [site for site in analyse(["."], Configuration()).sites if site.path == "lib/llm.py"]
    return [(one.caller.path, one.model.id) for one in site.contexts]


def test_every_caller_that_imports_lead_to_is_found(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = callers()
    monkeypatch.setattr(Neighbours, "near", lambda self, files, file: files)
    assert found == callers()
    assert {path for path, _ in found} == {file for file, text in CALLERS.items() if ".ask(" in text}


def test_folders_that_no_import_connects_are_not_looked_into(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: set[str] = set()
    module = Project.module

    def look(self: Project, file: str) -> object:
        looked.add(str(Path(file).relative_to(tree)))
        return module(self, file)

    monkeypatch.setattr(Project, "module", look)
    callers()
    assert looked.isdisjoint(STRANGERS)
    assert looked.issuperset({"near/one.py", "far/one.py", "other/work.py"})


def test_a_telling_name_is_looked_for_everywhere(tree: Path) -> None:
    """Where nothing is known of an object, the only method of such a name is meant, imports or not."""
    (tree / "lib" / "llm.py").write_text(CLIENT.replace("ask", "ask_model"))
    (tree / "alone" / "two.py").write_text("def f(client): return client.ask_model('x', 'gpt-4o')\n")
    assert callers() == [("alone/two.py", "gpt-4o")]


BASE = """
from openai import OpenAI

class Asker:
    def ask(self, prompt):
        return OpenAI().responses.create(model=self.model(), input=prompt)
    def model(self):
        raise NotImplementedError
"""
SUBCLASSES = {
    "lib/near.py": "from .asking import Asker\nclass A(Asker):\n    def model(self): return 'gpt-4.1'\n",
    "app/one.py": "import lib.asking as asking\nclass B(asking.Asker):\n    def model(self): return 'o1'\n",
    "app/again.py": "from lib.asking import Asker\n",
    "far/one.py": "from app.again import Asker\nclass C(Asker):\n    def model(self): return 'o3'\n",
    "stars/one.py": "from lib.asking import *\n",
    "far/two.py": "import stars.one\nclass D(stars.one.Asker):\n    def model(self): return 'o4-mini'\n",
    "named/one.py": (
        "from importlib import import_module\nAsker = import_module('lib.asking').Asker\n"
        "class E(Asker):\n    def model(self): return 'gpt-5'\n"
    ),
    "made/work.py": "def make(Asker):\n    class F(Asker):\n        def model(self): return 'gpt-5-mini'\n    return F\n",
    "glue/work.py": "from lib.asking import Asker\nfrom made.work import make\nmake(Asker)\n",
    "listed/one.py": (
        "from lib import(  # noqa: F401 (sorted)\n    near,  # see near(1)\n    asking,\n)\n"
        "class I(asking.Asker):\n    def model(self): return 'gpt-4'\n"
    ),
    "spelled/one.py": "import lib\nclass J(lib.asking.Asker):\n    def model(self): return 'gpt-4-turbo'\n",
    "other/café.py": "from lib.asking import Asker\n",
    "spelled/two.py": (
        "# from old import (gone\nfrom other.café import Asker\nclass K(Asker):\n    def model(self): return 'o1-mini'\n"
    ),
    "named/two.py": (
        "from app.names import PLACE\nimport lazy_loader\nAsker = lazy_loader.load(PLACE).Asker\n"
        "class L(Asker):\n    def model(self): return 'o1-pro'\n"
    ),
    "close/helper.py": "from app.again import Asker\n",
    "close/named.py": "import importlib\nAsker = importlib.import_module('helper').Asker\n",
    "app/two.py": "from close.named import Asker\nclass M(Asker):\n    def model(self): return 'o3-pro'\n",
    "app/names.py": "PLACE = 'lib.asking'\n",
    # excluded from linting, and of the project all the same
    "left/one.py": "from lib.asking import Asker\nclass G(Asker):\n    def model(self): return 'gpt-5-nano'\n",
}
NO_SUBCLASSES = {
    f"other/part_{number}.py": "from base import Asker\nclass H(Asker):\n    def model(self): return 'gpt-3.5-turbo'\n"
    for number in range(9)
}


def test_subclasses_are_looked_for_only_where_imports_lead_to_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wattlint.toml").write_text('extend-exclude = ["left"]\n')
    for file, text in {"lib/asking.py": BASE, **SUBCLASSES, **NO_SUBCLASSES}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    monkeypatch.chdir(tmp_path)

    looked: set[str] = set()
    module = Project.module

    def look(self: Project, file: str) -> object:
        looked.add(Path(file).relative_to(tmp_path).as_posix())
        return module(self, file)

    def models() -> object:
        (site,) = analyse(["."], Configuration()).sites
        return site.model

    before = models()
    monkeypatch.setattr(Project, "module", look)
    found = models()
    assert looked.isdisjoint(NO_SUBCLASSES)
    assert looked >= {file for file, text in SUBCLASSES.items() if "class " in text}
    monkeypatch.setattr(Reach, "is_stranger", lambda self, file, module: False)
    assert before == found == models()
