"""Discovery, decoding, the sieve, project roots and declared versions, through the functions others call."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wattlint.semantics.words import FEW_QUESTIONS, Words, block_of
from wattlint.settings import Settings
from wattlint.sources.declared_version import declared_version
from wattlint.sources.discovery import Discovery, discover
from wattlint.sources.files import FileRef, Problem, SourceFile
from wattlint.sources.project import project_root
from wattlint.sources.reach import Reach
from wattlint.sources.reading import decode, read
from wattlint.sources.sieve import Scan, Sieve, load_sieve


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def found(*paths: str, **options: object) -> list[str]:
    result = discover(paths or ["."], Settings(**options))  # type: ignore[arg-type]
    assert result.problems == []
    return [ref.display for ref in result.files]


PATTERNS = r"""*.py !*.py /a a/ !a/ * !*/ a/* !a/b.py **/a a/** a/**/c.py #x a*b*.py *a*b* *a/*b* [abc].py [!b].py ?.py \[x].py \!x b.py/ /
a//b.py"""


class TestDiscovery:
    def test_takes_python_and_notebooks_in_order(self, tree: Path) -> None:
        write(tree, "b.py", "a/z.py", "a/b/c.pyw", "n.ipynb", "stub.pyi", "README.md", "a-b/x.py")
        assert found() == ["a/b/c.pyw", "a/z.py", "a-b/x.py", "b.py", "n.ipynb"]

    def test_order_of_arguments_and_overlaps_do_not_matter(self, tree: Path) -> None:
        write(tree, "a/x.py", "b.py")
        assert found("b.py", "a", ".") == found(".", "a/x.py", "b.py") == ["a/x.py", "b.py"]

    def test_passes_over_the_usual_folders(self, tree: Path) -> None:
        write(
            tree,
            "x.py",
            ".venv/x.py",
            "node_modules/x.py",
            "build/x.py",
            "p/__pycache__/x.py",
            ".git/hooks/x.py",
        )
        write(tree, "env/pyvenv.cfg", "env/lib/x.py")
        assert found() == ["x.py"]

    def test_an_excluded_folder_named_explicitly_is_walked(self, tree: Path) -> None:
        write(tree, "build/x.py", ".git/HEAD")
        write(tree, ".gitignore", text="build/\n")
        assert found("build") == ["build/x.py"]
        assert found("build/x.py") == ["build/x.py"]

    def test_force_exclude_also_holds_for_explicit_paths(self, tree: Path) -> None:
        write(tree, "build/x.py", "gen/y.py", "z.py")
        assert found("build/x.py", "gen/y.py", "z.py", extend_exclude=("gen",), force_exclude=True) == [
            "z.py"
        ]

    def test_exclude_replaces_and_extend_exclude_adds(self, tree: Path) -> None:
        write(tree, "build/x.py", "gen/y.py", "src/gen/y.py", "a_pb2.py", "keep.py")
        assert found(extend_exclude=("/gen", "*_pb2.py")) == ["keep.py", "src/gen/y.py"]
        assert found(exclude=("gen",)) == ["a_pb2.py", "build/x.py", "keep.py"]

    def test_a_bad_exclude_pattern_is_a_problem(self, tree: Path) -> None:
        write(tree, "x.py")
        result = discover(["."], Settings(exclude=("a/***/[", "!")))
        assert [ref.display for ref in result.files] == ["x.py"]
        assert any('"!" is no valid pattern' in problem.message for problem in result.problems)

    def test_nested_gitignore_and_negation(self, tree: Path) -> None:
        write(
            tree,
            ".git/HEAD",
            "a.py",
            "b_gen.py",
            "sub/b_gen.py",
            "sub/keep_gen.py",
            "sub/other.py",
            "sub/d/x.py",
        )
        write(tree, ".gitignore", text="*_gen.py\n")
        write(tree, "sub/.gitignore", text="!keep_gen.py\nother.py\n/d\n")
        assert found() == ["a.py", "sub/keep_gen.py"]
        assert found("sub") == ["sub/keep_gen.py"]
        assert "b_gen.py" in found(respect_gitignore=False)

    def test_git_info_exclude(self, tree: Path) -> None:
        write(tree, "a.py", "local/b.py")
        write(tree, ".git/info/exclude", text="local/\n")
        assert found() == ["a.py"]

    def test_a_gitignore_above_the_repository_does_not_count(self, tree: Path) -> None:
        write(tree, ".gitignore", text="*.py\n")
        write(tree, "repo/.git/HEAD", "repo/a.py")
        assert found("repo") == ["repo/a.py"]

    def test_links_and_special_files(self, tree: Path) -> None:
        write(tree, "pkg/a.py", "real.txt")
        (tree / "pkg" / "loop").symlink_to(tree / "pkg", target_is_directory=True)
        (tree / "pkg" / "link.py").symlink_to(tree / "real.txt")
        (tree / "pkg" / ".#lock.py").symlink_to("user@host")
        (tree / "folder.py").mkdir()
        os.mkfifo(tree / "pipe.py")
        assert found() == ["pkg/a.py", "pkg/link.py"]
        assert discover(["pipe.py"], Settings()).problems == [
            Problem("pipe.py", None, "neither a file nor a folder")
        ]

    def test_a_link_that_leads_nowhere_is_reported(self, tree: Path) -> None:
        (tree / "gone.py").symlink_to("nowhere")
        (tree / "self.py").symlink_to("self.py")
        problems = discover(["."], Settings()).problems
        assert [problem.path for problem in problems] == ["gone.py", "self.py"]

    def test_missing_paths_name_the_nearest_choice(self, tree: Path) -> None:
        write(tree, "src/app.py")
        result = discover(["src/ap.py", "scr", "", "bad\0name", "src/app.py/x"], Settings())
        assert result.files == []
        messages = {problem.path: problem.message for problem in result.problems}
        assert messages["src/ap.py"] == 'no such file or directory (did you mean "app.py"?)'
        assert messages["scr"] == 'no such file or directory (did you mean "src"?)'
        assert messages['""'].startswith("no such file or directory")
        assert len(messages) == 5

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_an_unreadable_folder_is_reported(self, tree: Path) -> None:
        (tree / "locked").mkdir(mode=0)
        assert discover(["."], Settings()).problems == [Problem("locked", None, "permission denied")]

    def test_paths_outside_the_working_directory_are_shown_in_full(
        self, tree: Path, tmp_path_factory
    ) -> None:  # type: ignore[no-untyped-def]
        other = tmp_path_factory.mktemp("other")
        write(other, "x.py")
        assert found(str(other)) == [(other / "x.py").as_posix()]

    def test_a_hostile_ignore_pattern_takes_no_time(self, tree: Path) -> None:
        write(tree, "a" * 200 + ".py")
        write(tree, ".gitignore", text="*a" * 40 + "*b\n" + "**/a/" * 40 + "b\n")
        assert len(found()) == 1

    NAMES = st.sampled_from(["a", "b.py", "c.py", "d e.py", "[x].py", "aa.py", "abab.py"])
    LINES = st.lists(
        st.one_of(
            st.sampled_from(["", "d e.py ", "d\\ e.py", *PATTERNS.split()]),
            st.text(alphabet="ab*/!.py?[]\\ #", max_size=6),
        ),
        max_size=5,
    )

    @settings(max_examples=40, deadline=None)
    @given(
        top=LINES,
        nested=LINES,
        paths=st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), max_size=8),
    )
    def test_ignores_what_git_ignores(
        self,
        tmp_path_factory,
        top: list[str],
        nested: list[str],
        paths: set[str],  # type: ignore[no-untyped-def]
    ) -> None:
        folder: Path = tmp_path_factory.mktemp("git")
        subprocess.run(["git", "init", "-q", folder], check=True)
        write(folder, ".gitignore", text="\n".join(top) + "\n")
        write(folder, "a/.gitignore", text="\n".join(nested) + "\n")
        for path in sorted(paths):
            if path.endswith(".py"):
                try:
                    write(folder, path)
                except (NotADirectoryError, FileExistsError, IsADirectoryError):
                    continue
        listing = ["git", "-C", folder, "ls-files", "-z", "--others", "--exclude-standard", "--", "*.py"]
        expected = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
        shown = [ref.path.relative_to(folder).as_posix() for ref in discover([str(folder)], Settings()).files]
        assert sorted(shown) == sorted(filter(None, expected))


def read_bytes(folder: Path, raw: bytes, name: str = "x.py") -> SourceFile | Problem:
    path = folder / name
    path.write_bytes(raw)
    return read(FileRef(str(path), name, True))


class TestReading:
    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
            (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n"),
            (b"# coding: latin-1\ns = '\xe9'\n", "# coding: latin-1\ns = 'é'\n"),
            (b"#!/usr/bin/python\r# -*- coding: cp1252 -*-\rs = '\x80'\r", "#!/usr/bin/python\n# -*- coding: cp1252 -*-\ns = '€'\n"),
            (b"a = 1\r\nb = 2\rc = 3\n", "a = 1\nb = 2\nc = 3\n"),
            (b"a = 1\x0c\nb = '\xe2\x80\xa8'\n", "a = 1\x0c\nb = '\u2028'\n"),
            (b"", ""),
        ],
    )  # fmt: skip
    def test_text(self, tmp_path: Path, raw: bytes, text: str) -> None:
        source = read_bytes(tmp_path, raw)
        assert isinstance(source, SourceFile)
        assert (source.text, source.raw) == (text, raw)

    @pytest.mark.parametrize(
        ("raw", "line", "message"),
        [
            (b"a = 1\nb = '\xe9'\n", 2, "not valid utf-8: byte 0xe9"),
            (b"a = 1\rb = 2\r\nc = '\xff'", 3, "not valid utf-8: byte 0xff"),
            (b"a = 1\nb = '\0'\n", 2, "null bytes"),
            ("a = 1\n".encode("utf-16"), 1, "null bytes"),
            (b"# coding: nonsense\n", 1, "unknown encoding"),
            (b"\xef\xbb\xbf# coding: latin-1\n", 1, "cannot be decoded"),
            (b"# coding: hex\n", 1, "cannot be decoded"),
            (b"# coding: punycode\n", 1, "cannot be decoded"),
            (b"# coding: unicode_escape\nx = '\\ud800'\n", 1, "cannot be decoded"),
            (b"# coding: unicode_escape\nx = '\\x00'\n", 1, "null characters"),
        ],
    )
    def test_problems_name_the_line(self, tmp_path: Path, raw: bytes, line: int, message: str) -> None:
        problem = read_bytes(tmp_path, raw)
        assert isinstance(problem, Problem)
        assert problem.line == line
        assert message in problem.message

    def test_a_file_that_went_away(self, tmp_path: Path) -> None:
        problem = read(FileRef(str(tmp_path / "gone.py"), "gone.py", True))
        assert problem == Problem("gone.py", None, "cannot be read: No such file or directory")

    @pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
    @example("ϰ".encode())  # Python reads it as κ
    @given(
        st.binary(max_size=60)
        | st.text(alphabet="ab'\"\n\r\x0c\x0b\u2028#=1 \\", max_size=40).map(str.encode)
    )
    def test_lines_are_numbered_as_ast_does(self, raw: bytes) -> None:
        text = decode(raw, "x.py")
        if isinstance(text, Problem):
            return
        try:
            tree = ast.parse(raw)
        except (SyntaxError, ValueError):
            return
        lines = text.split("\n")
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                line = lines[node.lineno - 1].encode()
                written = line[node.col_offset : node.end_col_offset].decode()
                assert unicodedata.normalize("NFKC", written) == node.id


SIEVE = Sieve(
    imports=["openai", "google.genai", "langchain_*", "llama_index"],
    hosts=["api.openai.com"],
    chains=[
        (("chat", "completions", "create"), (), False),
        (("generate_content",), (), False),
        (("encode",), ("batch_size",), True),
    ],
    http_callees=["requests.post", "httpx.Client().post", "urllib.request.urlopen"],
    payload_keys=["messages", "prompt"],
)


class TestSieve:
    @pytest.mark.parametrize(
        "code",
        [
            "import openai",
            "import os, openai",
            "import os; import openai as o",
            "try: import openai\nexcept ImportError: pass",
            "if x:\n\timport openai.types",
            "from openai import OpenAI",
            "from \\\n  openai import OpenAI",
            "import os, \\\n  openai",
            "def f():\n    from openai.types import x",
            "m = importlib.import_module('openai')",
            "from google import genai",
            "from google import (\n    genai,\n)",
            "import google.genai as g",
            "from google.genai.types import X",
            "from langchain_openai import ChatOpenAI",
            "def f(client): return client.chat.completions.create(model='m')",
            "def f(client):\n    return (client.chat\n      .completions\n      .create(model='m'))",
            "def f(m): return m.encode(texts, batch_size=8)",
            "def f(m, **options): return m.encode(texts, **options)",
            "await to_thread(self.m.generate_content, x)",
            "import requests\nrequests.post(url, json={'messages': []})",
            "import requests\nbody = dict(prompt = x)\nrequests.post(url, json=body)",
            "def f(session): session.post('https://api.openai.com/v1/chat/completions')",
        ],
    )
    def test_lets_through(self, code: str) -> None:
        assert SIEVE.passes(Scan(code.encode())) is not False

    @pytest.mark.parametrize(
        "code",
        [
            "",
            "import os\nprint('no model here')",
            "import openair",
            "from texts import openai",
            "# import what belongs to openai",
            "def f(s): return s.encode('utf-8')",
            "from google import auth",
            "from google.cloud import storage",
            "def f(s): s.post('https://example.org')",
            "import requests\nrequests.get(url, params={'prompt': 1})",
            "import requests\nrequests.post(url, json={'name': 1})",
            "import urllib.request\nx.post({'prompt': 1})",
            "from .models import llm\nllm.invoke('x')",
        ],
    )
    def test_stops(self, code: str) -> None:
        assert not SIEVE.passes(Scan(code.encode()))

    @given(st.binary(max_size=200))
    def test_takes_any_bytes(self, raw: bytes) -> None:
        SIEVE.passes(Scan(raw))


PROJECT_FILES = (
    "pyproject.toml requirements.txt setup.cfg setup.py Pipfile Pipfile.lock uv.lock environment.yml PKG-INFO"
)


class TestReach:
    """Objects that other modules of the project hand over."""

    @pytest.fixture
    def reach(self, tmp_path: Path) -> Reach:
        write(tmp_path, "shop/__init__.py", "shop/plain.py", "shop/ui/__init__.py", "shop/ui/page.py")
        write(tmp_path, "shop/llm.py", text="import openai\nclient = openai.OpenAI()\n")
        write(tmp_path, "shop/base.py", text="from shop import (\n    llm,  # the client\n    plain,\n)\n")
        write(tmp_path, "shop/kit/__init__.py", text="from .. import llm\n")
        write(tmp_path, "shop/kit/plain.py")
        write(tmp_path, "shop/modèle.py", text="import openai\n")
        write(tmp_path, "shop/a.py", text="from . import b\n")
        write(tmp_path, "shop/b.py", text="from . import a\n")
        return Reach(tmp_path, SIEVE)

    @pytest.mark.parametrize(
        ("imports", "passes"),
        [
            ("from ..llm import client", True),
            ("from shop.llm import client", True),
            ("import shop.llm as x", True),
            ("from .. import llm", True),
            ("from .. import (\n    plain,\n    base\n)", True),
            ("from ..base import llm", True),
            ("from shop import plain, \\\n    base", True),
            ("from .. import(\n    plain,\n    base\n)", True),
            ("from .. import (  # noqa: F401 (sorted)\n    plain,  # as in plain()\n    base,\n)", True),
            ("# from old import (gone\nfrom ..base import llm", True),
            ("'''from old import (gone'''\nfrom ..base import llm", True),
            ("import os\n\x0cimport shop.llm", True),
            ("import shop.modèle as x", True),
            ("import shop.kit.plain", True),
            ("from ..kit import plain", True),
            ("from shop.kit.gone import x", True),
            ("from shop.kit.plain import x", False),
            ("from ..kit.plain import x", False),
            ("from ..plain import x", False),
            ("from ..a import x", False),
            ("from . import gone", False),
            ("import numpy, os", False),
        ],
    )
    def test_follows_imports(self, reach: Reach, tmp_path: Path, imports: str, passes: bool) -> None:
        code = f"{imports}\nclient.invoke('x')\n".encode()
        assert reach.passes(tmp_path / "shop/ui/page.py", code) is passes

    IMPORTS = (
        "import openai", "from . import llm", "from .llm import client", "from shop.ui import page", "import shop.ui.page",
        "from .. import base", "from ..ui import page", "from . import (\n    page,\n    a,\n)", "from .a import *", "import os",
    )  # fmt: skip

    @given(st.lists(st.sampled_from(IMPORTS), min_size=12, max_size=12))
    def test_importers_are_found_from_either_end(self, tmp_path_factory, lines) -> None:  # type: ignore[no-untyped-def]
        root = tmp_path_factory.mktemp("shop")
        names = (
            "__init__",
            "llm",
            "base",
            "a",
            "b",
            "ui/__init__",
            "ui/page",
            "ui/a",
            "ui/x",
            "ui/in/__init__",
            "ui/in/y",
            "z",
        )
        for name, line in zip(names, lines):
            write(root, f"shop/{name}.py", text=f"{line}\n")
        reach, other = Reach(root, SIEVE), Reach(root, SIEVE)
        files = [str(root / f"shop/{name}.py") for name in names]
        for one in (reach, other):
            for file, line in zip(files, lines):
                one.know(file, one.look(file, f"{line}\n".encode()))
        assert reach.leading(files, True) == other.leading(files, False)

    def test_own_evidence_is_enough(self, reach: Reach, tmp_path: Path) -> None:
        assert reach.passes(tmp_path / "new.py", b"import openai\n")

    def test_a_chain_of_a_thousand_imports(self, tmp_path: Path) -> None:
        for number in range(1000):
            write(tmp_path, f"m{number}.py", text=f"import m{number + 1}\n")
        write(tmp_path, "m1000.py", text="import openai\n")
        assert Reach(tmp_path, SIEVE).passes(tmp_path / "x.py", b"import m0\nm0.x.invoke()")

    @given(st.text(alphabet="from import.()\\,\n #ab", max_size=60))
    def test_takes_any_text(self, tmp_path_factory, text: str) -> None:  # type: ignore[no-untyped-def]
        root = tmp_path_factory.getbasetemp()
        Reach(root, SIEVE).passes(root / "x.py", f"{text}\nx.invoke()".encode())


def test_the_catalogue_gives_a_sieve() -> None:
    sieve = load_sieve()
    assert sieve.passes(Scan(b"from openai import OpenAI\n"))
    assert sieve.passes(Scan(b"def f(c): return c.chat.completions.create(model='m', messages=[])"))
    assert not sieve.passes(Scan(b"import os\nprint('x'.encode())\n"))


def test_the_path_of_a_module_is_no_method() -> None:
    sieve = load_sieve()
    assert not sieve.passes(Scan(b"from sklearn.feature_extraction.text import X\nmodel = X()"))
    assert not sieve.passes(Scan(b"from .feature_extraction import X\nmodel = X()"))
    assert sieve.passes(Scan(b"from a.feature_extraction import c\nc. feature_extraction (t, model='m')"))
    assert sieve.passes(Scan(b"def f(c):\n return partial(c.feature_extraction, model='m')"))


@pytest.mark.parametrize(
    ("code", "passes"),
    [
        ("from phi.agent import Agent\nagent = Agent()", True),
        ("def f():\n    '''An import of \"phi.bar\" finds \"phi\".'''", False),
        ("from chromadb.utils import embedding_functions as ef\nf = ef.OpenAIEmbeddingFunction()", True),
        ("import chromadb\nstore = chromadb.PersistentClient('here')", False),
        ("from pymilvus import model\nf = model.DefaultEmbeddingFunction()", True),
        ("from pymilvus import MilvusClient", False),
        ("from qdrant_client import QdrantClient", False),
    ],
)
def test_an_import_can_need_more_beside_it(code: str, passes: bool) -> None:
    """prefect was analysed whole for a name in a docstring."""
    assert bool(load_sieve().passes(Scan(code.encode()))) is passes


class TestProject:
    def test_nearest_project_file_wins(self, tmp_path: Path) -> None:
        write(tmp_path, "pyproject.toml", "a/b/x.py", "c/setup.py", "c/pkg/__init__.py", "c/pkg/m.py")
        assert project_root(tmp_path / "a/b/x.py") == tmp_path
        assert project_root(tmp_path / "c/pkg/m.py") == tmp_path / "c"

    def test_requirements_mark_a_service_but_not_an_examples_folder(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            ".git/HEAD",
            "svc/requirements.txt",
            "svc/app/x.py",
            "docs/requirements.txt",
            "docs/conf.py",
        )
        assert project_root(tmp_path / "svc/app/x.py") == tmp_path / "svc"
        assert project_root(tmp_path / "docs/conf.py") == tmp_path

    def test_without_any_project_file_the_folder_above_the_package(self, tmp_path: Path) -> None:
        write(tmp_path, "lib/pkg/__init__.py", "lib/pkg/sub/__init__.py", "lib/pkg/sub/m.py", "lone/x.py")
        assert project_root(tmp_path / "lib/pkg/sub/m.py") == tmp_path / "lib"
        assert project_root(tmp_path / "lone/x.py") == tmp_path / "lone"

    @pytest.mark.parametrize(
        ("file", "text", "place"),
        [
            (
                "pyproject.toml",
                '[project]\nname = "x"\ndependencies = [\n  "Transformers >=4.40, <5",\n]\n',
                4,
            ),
            ("pyproject.toml", '[project.optional-dependencies]\nml = ["transformers[torch]>=4.40,<5"]\n', 2),
            (
                "pyproject.toml",
                '[dependency-groups]\nml = [{include-group = "a"}, "transformers>=4.40,<5"]\n',
                2,
            ),
            ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.10"\ntransformers = "^4.40"\n', 3),
            (
                "pyproject.toml",
                '[tool.poetry.group.ml.dependencies]\ntransformers = {version = "^4.40"}\n',
                2,
            ),
            ("requirements.txt", "torch\n# old\ntransformers>=4.40,<5  # pinned\n", 3),
            ("requirements-dev.txt", "transformers>=4.40,<5 ; python_version > '3.8'\n", 1),
            ("requirements/base.txt", "--index-url x\ntransformers>=4.40,<5 --hash=sha256:00\n", 2),
            ("setup.cfg", "[options]\ninstall_requires =\n  torch\n  transformers>=4.40,<5\n", 4),
            ("setup.py", "R = ['torch',\n 'transformers>=4.40,<5']\nsetup(install_requires=R)\n", 2),
            ("Pipfile", '[packages]\ntransformers = ">=4.40,<5"\n', 2),
            ("environment.yml", "dependencies:\n  - python=3.11\n  - pip:\n    - transformers>=4.40,<5\n", 4),
            ("x-1.dist-info/METADATA", "Name: x\nRequires-Dist: transformers (<5,>=4.40)\n\ntext", 2),
            (
                "PKG-INFO",
                "Name: x\nLicense: a\n        \n        b\nRequires-Dist: transformers<5,>=4.40\n",
                5,
            ),
        ],
    )
    def test_declared(self, tmp_path: Path, file: str, text: str, place: int) -> None:
        write(tmp_path, file, text=text)
        version = declared_version(tmp_path, "Transformers")
        assert version is not None
        assert (version.specifier, version.lowest, version.highest) == ("<5,>=4.40", "4.40", "5")
        assert version.place == f"{file}:{place}"
        assert version.why == f"transformers<5,>=4.40 in {file}:{place}"
        assert version.allows_below("5.0") and not version.allows_from("5.0")

    @pytest.mark.parametrize(
        ("file", "text", "place"),
        [
            ("uv.lock", '[[package]]\nname = "torch"\nversion = "2.4"\n\n[[package]]\nname = "transformers"\nversion = "4.46.1"\n', 7),
            ("poetry.lock", '[[package]]\nname = "transformers"\nversion = "4.46.1"\ndescription = ""\n', 3),
            ("Pipfile.lock", '{"default": {\n "transformers": {\n  "hashes": ["a"],\n  "version": "==4.46.1"\n }}}', 4),
        ],
    )  # fmt: skip
    def test_locked(self, tmp_path: Path, file: str, text: str, place: int) -> None:
        write(tmp_path, file, text=text)
        write(tmp_path, "requirements.txt", text="transformers\n")
        version = declared_version(tmp_path, "transformers")
        assert version is not None
        assert (version.locked, version.place) == ("4.46.1", f"{file}:{place}")
        assert version.allows_below("5.0") and not version.allows_from("5.0")

    @pytest.mark.parametrize(
        ("line", "below", "from_"),
        [
            ("transformers", True, True),
            ("transformers>=5", False, True),
            ("transformers==4.40.*", True, False),
            ("transformers==5.1", False, True),
            ("transformers~=4.40", True, False),
            ("transformers<=5.0", True, True),
            ("transformers<5.0", True, False),
            ("transformers>4,!=5.1", True, True),
        ],
    )
    def test_which_side_of_a_version(self, tmp_path: Path, line: str, below: bool, from_: bool) -> None:
        write(tmp_path, "requirements.txt", text=line + "\n")
        version = declared_version(tmp_path, "transformers")
        assert version is not None
        assert (version.allows_below("5.0"), version.allows_from("5.0")) == (below, from_)

    def test_a_bound_counts_more_than_a_bare_name(self, tmp_path: Path) -> None:
        write(tmp_path, "pyproject.toml", text='[project]\ndependencies = ["transformers"]\n')
        write(tmp_path, "requirements.txt", text="-r more.txt\n-r requirements.txt\n")
        write(tmp_path, "more.txt", text="transformers==4.40.0\n")
        version = declared_version(tmp_path, "transformers")
        assert version is not None
        assert (version.locked, version.place) == ("4.40.0", "more.txt:1")

    def test_not_mentioned(self, tmp_path: Path) -> None:
        assert declared_version(tmp_path, "transformers") is None

    @settings(max_examples=60, deadline=None)
    @given(
        name=st.sampled_from(PROJECT_FILES.split()),
        text=st.text(alphabet='[]{}="\n-transformers<>4.,5^~*!|install_requires():', max_size=80),
    )
    def test_broken_project_files_do_no_harm(self, tmp_path_factory, name: str, text: str) -> None:  # type: ignore[no-untyped-def]
        folder = tmp_path_factory.mktemp("broken")
        write(folder, name, text=text)
        declared_version(folder, "transformers")


def test_discovery_is_a_value() -> None:
    assert discover([], Settings()) == Discovery([], [])


WORDS = st.text(alphabet="abAB_1 .(é", max_size=30)


@given(
    st.lists(WORDS, max_size=8),
    st.sampled_from(("ab", "Ab_1", "a", "B_", "bé")),
    st.integers(0, 2),
    st.lists(st.integers(0, 8), max_size=6),
)
def test_a_name_is_found_in_the_files_that_hold_it(
    texts: list[str], name: str, few: int, before: list[int]
) -> None:
    files = [str(number) for number in range(len(texts))]
    text_of = dict(zip(files, map(str.encode, texts)))
    # some were read before, in another order, beside one of another project
    known = [file for file in map(str, dict.fromkeys(before)) if file in text_of]
    blocks = [block_of((file, text_of.get(file, b"ab Ab_1 B_")) for file in [*known, "other"])]
    words = Words([*files], lambda file: text_of[file] if file not in known else b"", blocks)
    for other in range(few * FEW_QUESTIONS):  # from so many on, a table is made
        words.files_with(f"other_{other}")
    holding = [file for file, text in zip(files, texts) if re.search(rf"\b{name}\b", text)]
    assert words.files_with(name) == (holding if len(name) > 1 else [])
