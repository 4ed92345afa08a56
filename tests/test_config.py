"""Configuration: where it is found, what it means, and what is said about mistakes in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattlint.config import ConfigError, Configuration, Overrides
from wattlint.settings import ImpactSettings, Settings
from wattlint.toml_place import line_of


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str, name: str = "pyproject.toml") -> list[str]:
    write(folder / name, text)
    with pytest.raises(ConfigError) as caught:
        Configuration().of_folder(folder)
    return [str(problem) for problem in caught.value.problems]


def test_nothing_configured_means_the_defaults(folder):
    write(folder / "pyproject.toml", "[project]\nname = 'x'\n[tool.ruff]\nselect = ['E']\n")
    assert Configuration().of_folder(folder) == Settings()


def test_every_key_reaches_the_settings(folder):
    (folder / "our_rules" / "checks").mkdir(parents=True)
    file = write(
        folder / "pyproject.toml",
        """
        [tool.wattlint]
        select = ["LLM1", "LLM201"]
        extend-select = ["LLM301"]
        ignore = ["LLM102"]
        preview = true
        exclude = ["old"]
        extend-exclude = ["vendored"]
        force-exclude = true
        respect-gitignore = false
        check-tests = true
        rules-dir = "our_rules"
        [tool.wattlint.per-file-ignores]
        "scripts/*" = ["LLM201"]
        [tool.wattlint.impact]
        deployment = "server"
        region = "SWE"
        hardware = "H100"
        gpus = 2
        batch = 16
        precision = "fp8"
        pue = 1.1
        output-tokens = 200
        [tool.wattlint.measured]
        "our-model" = 0.4
        """,
    )
    assert Configuration().of_folder(folder) == Settings(
        select=("LLM1", "LLM201"),
        extend_select=("LLM301",),
        ignore=("LLM102",),
        per_file_ignores={"scripts/*": ("LLM201",)},
        preview=True,
        exclude=("old",),
        extend_exclude=("vendored",),
        force_exclude=True,
        respect_gitignore=False,
        check_tests=True,
        rules_dir=str(folder / "our_rules"),
        impact=ImpactSettings("server", "SWE", "H100", 2, 16, "fp8", 1.1, 200, {"our-model": 0.4}),
        config_path=str(file),
    )


def test_the_nearest_file_counts_and_wattlint_toml_comes_first(folder):
    write(folder / "pyproject.toml", "[tool.wattlint]\npreview = true\n")
    write(folder / "a" / "pyproject.toml", "[project]\nname = 'no table here'\n")
    write(folder / "b" / "pyproject.toml", "[tool.wattlint]\ncheck-tests = true\n")
    write(folder / "b" / "wattlint.toml", "force-exclude = true\n")
    (folder / "a" / "deep" / "er").mkdir(parents=True)
    configuration = Configuration()
    assert configuration.of_folder(folder / "a" / "deep" / "er").preview
    nearest = configuration.of_folder(folder / "b")
    assert (nearest.force_exclude, nearest.check_tests, nearest.preview) == (True, False, False)


def test_one_given_file_counts_everywhere(folder):
    write(folder / "pyproject.toml", "[tool.wattlint]\npreview = true\n")
    base = write(folder / "base.toml", "check-tests = true\n")
    found = Configuration(base).of_folder(folder)
    assert (found.check_tests, found.preview) == (True, False)


def test_a_given_file_may_hold_a_tool_table(folder):
    base = write(folder / "base.toml", "[tool.wattlint]\ncheck-tests = true\n")
    assert Configuration(base).of_folder(folder).check_tests


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("nope.toml", None, "no such configuration file"),
        ("pyproject.toml", "[project]\n", "has no [tool.wattlint] table"),
    ],
)
def test_a_given_file_must_say_something(folder, name, text, message):
    if text is not None:
        write(folder / name, text)
    with pytest.raises(ConfigError, match=rf"^{name}: {message}".replace("[", r"\[")):
        Configuration(Path(name))


def test_overrides_replace_the_selection_and_add_to_the_rest(folder):
    write(folder / "wattlint.toml", 'select = ["LLM1"]\nignore = ["LLM102"]\nextend-exclude = ["a"]\n')
    overrides = Overrides(select=("LLM2",), ignore=("LLM202",), exclude=("b",), preview=True)
    found = Configuration(overrides=overrides).of_folder(folder)
    assert found.select == ("LLM2",)
    assert found.ignore == ("LLM102", "LLM202")
    assert found.extend_exclude == ("a", "b")
    assert found.preview


MISTAKES = {
    "unknown key": (
        "[tool.wattlint]\n\nselct = []",
        'pyproject.toml:3: tool.wattlint.selct: unknown key (did you mean "select"?)',
    ),
    "key in snake case": (
        "[tool.wattlint]\nper_file_ignores = {}",
        'pyproject.toml:2: tool.wattlint.per_file_ignores: unknown key (did you mean "per-file-ignores"?)',
    ),
    "unknown key of a table": (
        '[tool.wattlint.impact]\npue = 1.2\nregoin = "SE"',
        'pyproject.toml:3: tool.wattlint.impact.regoin: unknown key (did you mean "region"?)',
    ),
    "wrong type": (
        '[tool.wattlint]\nselect = "LLM101"',
        "pyproject.toml:2: tool.wattlint.select: must be a list, not 'LLM101'",
    ),
    "no conversion": (
        "[tool.wattlint]\npreview = 1",
        "pyproject.toml:2: tool.wattlint.preview: must be a boolean, not 1",
    ),
    "not a table": ("[tool]\nwattlint = true", "pyproject.toml:2: tool.wattlint: must be a table, not true"),
    "unknown code in a list over several lines": (
        '[tool.wattlint]\nignore = [\n  "LLM201",\n  "LLM10x",\n]',
        'pyproject.toml:4: tool.wattlint.ignore: unknown rule code "LLM10x" (did you mean "LLM',
    ),
    "unknown code for files": (
        '[tool.wattlint.per-file-ignores]\n"a.py" = ["LLM201"]\n"b.py" = ["E501"]',
        'pyproject.toml:3: tool.wattlint.per-file-ignores.b.py: unknown rule code "E501"',
    ),
    "unknown region": (
        '[tool.wattlint.impact]\nregion = "eu-noth-1"',
        'pyproject.toml:2: tool.wattlint.impact.region: unknown region "eu-noth-1" (did you mean "eu-north-1"?)',
    ),
    "unknown hardware": (
        '[tool.wattlint.impact]\nhardware = "H10"',
        'pyproject.toml:2: tool.wattlint.impact.hardware: unknown hardware "H10" (did you mean "H100"?)',
    ),
    "unknown precision": (
        '[tool.wattlint.impact]\nprecision = "bf61"',
        'pyproject.toml:2: tool.wattlint.impact.precision: unknown precision "bf61" (did you mean "bf16"?)',
    ),
    "unknown deployment": (
        '[tool.wattlint.impact]\ndeployment = "cloud"',
        "pyproject.toml:2: tool.wattlint.impact.deployment: must be 'api', 'server' or 'local', not 'cloud'",
    ),
    "impossible number": (
        "[tool.wattlint]\nimpact = { pue = 0.5 }",
        "pyproject.toml:2: tool.wattlint.impact.pue: must be greater than or equal to 1, not 0.5",
    ),
    "infinite number": (
        "[tool.wattlint.measured]\nx = inf",
        "pyproject.toml:2: tool.wattlint.measured.x: must be a finite number, not inf",
    ),
    "missing rules folder": (
        '[tool.wattlint]\nrules-dir = "rulse"',
        "pyproject.toml:2: tool.wattlint.rules-dir: no such folder: rulse",
    ),
    "dotted key": (
        "tool.wattlint.preveiw = true",
        'pyproject.toml:1: tool.wattlint.preveiw: unknown key (did you mean "preview"?)',
    ),
    "no TOML": ("[tool.wattlint]\nselect = [", "pyproject.toml:2: not valid TOML: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_the_nearest_choice(folder, mistake):
    text, expected = MISTAKES[mistake]
    (found,) = problems(folder, text)
    assert found.startswith(expected)


def test_every_mistake_of_a_file_is_named(folder):
    found = problems(folder, "[tool.wattlint]\nselct = []\npreview = 3\n[tool.wattlint.impact]\ngpus = 0\n")
    assert sorted(line.split(": ")[0] for line in found) == [
        "pyproject.toml:2",
        "pyproject.toml:3",
        "pyproject.toml:5",
    ]


def test_a_file_that_is_no_utf_8_is_named(folder):
    (folder / "wattlint.toml").write_bytes(b"preview = true\nignore = ['\xff']\n")
    with pytest.raises(ConfigError, match=r"^wattlint\.toml:2: not valid UTF-8$"):
        Configuration().of_folder(folder)


def test_a_mistake_in_an_unrelated_table_is_not_ours(folder):
    write(folder / "pyproject.toml", "[tool.other\nbroken = ")
    assert Configuration().of_folder(folder) == Settings()


def test_a_broken_users_rule_is_named(folder):
    write(folder / "rules" / "checks" / "ACM001-x.md", "no front matter\n")
    (found,) = problems(folder, 'rules-dir = "rules"\n', "wattlint.toml")
    assert found.startswith("rules/checks/ACM001-x.md:1: a rule page starts with front matter")


@pytest.mark.parametrize(
    ("keys", "value", "line"),
    [
        (("tool", "wattlint", "a"), None, 3),
        (("tool", "wattlint", "b"), "y", 6),
        (("tool", "wattlint", "impact", "c"), None, 9),
        (("tool", "wattlint", "measured", "m.x"), None, 11),
        (("tool", "wattlint", "missing"), None, 2),
        ((), None, 1),
    ],
)
def test_lines_of_keys(keys, value, line):
    text = "\n".join(
        [
            "a = 1",
            "[ tool . 'wattlint' ]",
            "a = 2",
            "b = [",
            "  'x',",
            "  'y',",
            "]",
            "# comment",
            "impact.c = 1",
            "[tool.wattlint.measured]",
            '"m.x" = 1',
        ]
    )
    assert line_of(text, keys, value) == line


def test_no_pydantic_without_a_table(folder):
    write(folder / "pyproject.toml", "[project]\nname = 'x'\n")
    code = (
        "import sys; from pathlib import Path; from wattlint.config import Configuration; "
        "Configuration().of_folder(Path.cwd()); print('pydantic' in sys.modules, 'tomllib' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(), st.floats(), st.text(max_size=8).map(json.dumps), st.just("1979-05-27")
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["select", "per-file-ignores", "impact", "measured", "rules-dir", "impact.pue", "x", "a.b.c", '""']
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.lists(st.tuples(KEYS, VALUES), max_size=4)))
def test_whatever_a_file_holds_it_is_settings_or_a_named_problem(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    if isinstance(content, list):
        content = "\n".join(f"{key} = {str(value).lower()}" for key, value in content).encode(
            "utf-8", "replace"
        )
    (folder / "wattlint.toml").write_bytes(content)
    try:
        found = Configuration().of_folder(folder)
    except ConfigError as error:
        assert all("wattlint.toml" in problem.path and problem.message for problem in error.problems)
    else:
        assert isinstance(found, Settings)
