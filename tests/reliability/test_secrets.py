"""What has the form of a key is hidden wherever it shows, also behind what a report's escapes leave in front of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wattlint.lsp.diagnostics import diagnostics
from wattlint.lsp.hints import hover
from wattlint.lsp.session import Session
from wattlint.reports.markdown import code, text
from wattlint.sources.secrets import hide, may_hold_secret

KEY = "sk-proj-Zq8Lw3Xv6Tn1Rb5Yc9Kd2Mf7"


@pytest.mark.parametrize("before", ["\n", "\\n", "\\t", "%0A", "%20", "\\x1b", "\\u00e9", "'", "=", "é"])
def test_behind_an_escape(before: str) -> None:
    assert KEY not in hide(f"x{before}{KEY}")
    assert "hunter2x" not in hide(f"x{before}api_key='hunter2x'")


@pytest.mark.parametrize(
    "name", ["api_key", "API_KEY", "OPENAI_API_KEY", "db_password", "access_token", "Secret"]
)
@pytest.mark.parametrize("sign", ["=", ": ", ": str = "])
def test_by_name(name: str, sign: str) -> None:
    line = f'{name}{sign}"correct-horse"'
    for shown in (
        line,
        json.dumps(line),
        line.replace('"', "&quot;"),
        line.replace('"', "&#34;").replace("&#34;", "'"),
    ):
        assert "correct-horse" not in hide(shown), shown


def test_markdown_escapes_come_after() -> None:
    assert "Zq8Lw3" not in text(f"model {KEY}") + code(f"x = '{KEY}'")


@pytest.mark.parametrize(
    "prompt",
    [
        "The password is hunter2.",
        "password: hunter2",
        "My passphrase = tree",
        "token: abc123",
        "the API key is 12",
        "Client(api_key=os.getenv('KEY', 'summer2024'))",
        "Client(api_key=os.environ['KEY'] or 'summer2024')",
        "Client(api_key=summer.of.2024)",
        "Client(api_key=my.api_key-2024)",
        "the password is my.password2024",
    ],
)
def test_a_plain_password_keeps_a_result_out_of_the_cache(prompt: str) -> None:
    assert may_hold_secret(prompt) and may_hold_secret(json.dumps(prompt))


@pytest.mark.parametrize(
    "prompt",
    [
        "Count the tokens.",
        "Is this spam?",
        "the key idea is good",
        "max_tokens=40",
        "A language token is required.",
        "Next token: the",
        "Say that the password is missing.",
        "The API key is not stored.",
        "OpenAI(api_key=os.getenv('OPENAI_API_KEY')).embeddings.create",
        "Client(api_key=os.environ['OPENAI_API_KEY'])",
        "OpenAI(api_key=config.llm.api_key).embeddings.create",
        "Client(password=self.user.db_password, model='m')",
    ],
)
def test_other_prompts_do_not(prompt: str) -> None:
    assert not may_hold_secret(prompt)


def test_an_editor_is_sent_no_key(tmp_path: Path) -> None:
    from pygls.workspace import TextDocument

    file = tmp_path / "app.py"
    source = f"from openai import OpenAI\nOpenAI().responses.create(model='{KEY}', input='x')\nOpenAI().responses.create(model='gpt-4-turbo', input='{KEY}')\n"
    session = Session()
    session.put(file, source)
    document = TextDocument(file.as_uri(), source)
    known = session.known(file)
    shown = [diagnostics(known.analysis, document), [hover(known, document, line, 3) for line in (2, 3)]]
    assert all(shown) and "gpt-4-turbo" in str(shown)
    assert KEY not in str(shown)
