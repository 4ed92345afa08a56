"""Regexes that are compiled at their first use do what others do."""

from __future__ import annotations

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from wattlint.regexes import regex

SOURCE = r"(?P<first>a+)b?|c"
TEXTS = st.text("abcAB \n", max_size=30)


@given(TEXTS, st.sampled_from([0, re.IGNORECASE]))
def test_every_method_is_that_of_the_compiled_one(text: str, flags: int) -> None:
    late, compiled = regex(SOURCE, flags), re.compile(SOURCE, flags)
    for _ in range(2):
        assert late.findall(text) == compiled.findall(text)
        assert late.sub(r"<\g<first>>", text) == compiled.sub(r"<\g<first>>", text)
        assert [match.span("first") for match in late.finditer(text)] == [
            match.span("first") for match in compiled.finditer(text)
        ]
        assert (late.match(text) is None) == (compiled.match(text) is None)
    assert (late.pattern, late.flags, late.groups) == (compiled.pattern, compiled.flags, compiled.groups)


def test_to_load_the_analysis_compiles_none() -> None:
    code = (
        "import re\n"
        "import ast, dataclasses, json, pathlib, string, urllib.parse\n"
        "made = []\n"
        "compile = re.compile\n"
        "re.compile = lambda *given: made.append(given) or compile(*given)\n"
        "import wattlint.callsites.finder, wattlint.lint.engine, wattlint.lint.suppressions, wattlint.run\n"
        "print(*made, sep='\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
