"""Findings that stand at a caller of the project's own wrapper."""

from __future__ import annotations

from pathlib import Path

from wattlint.run import check_paths
from wattlint.settings import Settings


def test_findings_at_a_caller_underline_its_call(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from openai import OpenAI\n\nclient = OpenAI()\n\n\n"
        'def embed(text, model="text-embedding-3-small"):\n'
        "    return client.embeddings.create(model=model, input=text)\n\n\n"
        "def embed_all(texts):\n"
        '    label = "ü"; return [embed(\n'
        "        text\n"
        "    ) for text in texts]\n",
        encoding="utf-8",
    )
    [finding] = check_paths([str(tmp_path)]).findings
    assert finding.code == "LLM310"
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (11, 25, 13, 5)


def test_no_model_is_blamed_where_the_user_chooses_the_class(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from abc import ABC, abstractmethod\nfrom anthropic import Anthropic\nfrom openai import OpenAI\n\n\n"
        "class Service(ABC):\n    @abstractmethod\n    def send(self, prompt): ...\n\n\n"
        "class Large(Service):\n    def __init__(self):\n        self.client = OpenAI()\n\n"
        "    def send(self, prompt):\n        return self.client.responses.create(\n"
        '            model="gpt-5.6-sol", input=prompt).output_text\n\n\n'
        "class Small(Service):\n    def __init__(self):\n        self.client = Anthropic()\n\n"
        "    def send(self, prompt):\n        return self.client.messages.create(\n"
        '            model="claude-haiku-4-5", max_tokens=99, messages=[{"role": "user", "content": prompt}])\n\n\n'
        "class Triage:\n    def __init__(self, service: Service):\n        self.service = service\n\n"
        "    def english(self, ticket):\n"
        '        prompt = f"Translate this message to English:\\n\\n{ticket}"\n'
        "        return self.service.send(prompt)\n\n"
        "    def poem(self, topic):\n"
        '        return self.service.send(f"Write a poem about {topic}")\n',
        encoding="utf-8",
    )
    found = [one.code for one in check_paths([str(tmp_path)], Settings(select=("LLM101",))).findings]
    assert found == []


def test_a_caller_in_the_other_branch_of_the_same_switch(tmp_path: Path) -> None:
    """One by one for the library that takes no list."""
    (tmp_path / "app.py").write_text(
        "from google import genai\n\n\nclass Embedder:\n"
        "    def __init__(self, new, old):\n        self.new, self.old = new, old\n"
        "        self.client = genai.Client()\n\n"
        "    def embed(self, text):\n        if self.new:\n"
        '            return self.client.models.embed_content(model="gemini-embedding-001", contents=text)\n'
        "        return self.old(text)\n\n"
        "    def embed_all(self, texts):\n        if self.new:\n            return self.embed(texts)\n"
        "        else:\n            return [self.embed(text) for text in texts]\n",
        encoding="utf-8",
    )
    assert check_paths([str(tmp_path)]).findings == []
