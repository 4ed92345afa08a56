"""Schemas of tools and answers: what is read of them, and what they add to the input."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.project import sites
from wattlint.callsites.facts import CallSite
from wattlint.catalogue.models import load_models
from wattlint.impact.estimate import estimate
from wattlint.impact.explain import explain
from wattlint.impact.quantities import Impact
from wattlint.lint.subject import Subject
from wattlint.settings import Settings

OPENAI = """
    from openai import OpenAI
    client = OpenAI()
    {above}
    def ask(question{parameters}):
        return client.chat.completions.create(
            model="gpt-4o", messages=[{{"role": "user", "content": "Hello"}}], {tools}
        )
"""
WEATHER = (
    '{"type": "function", "function": {"name": "weather", "description": "Current weather of a city", '
    '"parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}'
)


def call(folder: Path, text: str) -> CallSite:
    return [site for site in sites(folder, text) if site.kind == "call"][-1]


def openai(folder: Path, tools: str, above: str = "", parameters: str = "") -> CallSite:
    return call(folder, OPENAI.format(tools=tools, above=above, parameters=parameters))


def impact(site: CallSite) -> Impact:
    found = estimate(site, load_models().lookup(site.model.id or ""), Settings().impact)
    assert found is not None
    return found


def test_literal_schemas_count_as_they_stand(tmp_path: Path) -> None:
    bare = openai(tmp_path, "temperature=0")
    site = openai(tmp_path, f"tools=[{WEATHER}]")
    assert bare.schemas is None
    assert site.schemas is not None and site.schemas.unread == 0 and not site.schemas.open
    assert '"description":"Current weather of a city"' in site.schemas.texts[0]
    added = impact(site).tokens_in.p50 - impact(bare).tokens_in.p50
    assert 25 <= added <= 60
    assert Subject(site, Settings()).tool_tokens == added and Subject(bare, Settings()).tool_tokens == 0


@pytest.mark.parametrize(
    ("tools", "above"),
    [
        ("tools=TOOLS", f"TOOLS = [{WEATHER}]"),
        ("functions=[SCHEMA]", f"SCHEMA = {WEATHER}"),
        ("**extra", f'extra = {{"tools": [{WEATHER}]}}'),
        ("tools=[*BASE, *[]]", f"BASE = [{WEATHER}]"),
    ],
)
def test_schemas_from_elsewhere(tmp_path: Path, tools: str, above: str) -> None:
    site = openai(tmp_path, tools, above)
    assert site.schemas is not None and "Current weather" in site.schemas.texts[0]


FUNCTION = '''
    from {module} import {maker}
    {head}
    {decorator}
    def weather(city: str, days: int = 1) -> str:
        """Current weather of a city, for a number of days."""
        return lookup(city, days)
    {tail}
'''


@pytest.mark.parametrize(
    ("module", "maker", "head", "decorator", "tail"),
    [
        (
            "langchain_openai",
            "ChatOpenAI",
            "from langchain_core.tools import tool",
            "@tool",
            'def ask(q): return ChatOpenAI(model="gpt-4o-mini").bind_tools([weather]).invoke(q)',
        ),
        (
            "google",
            "genai",
            "from google.genai import types",
            "",
            'def ask(q): return genai.Client().models.generate_content(model="gemini-2.5-flash", contents=q, '
            "config=types.GenerateContentConfig(tools=[weather]))",
        ),
    ],
)
def test_functions_are_written_down_as_sdks_do(
    tmp_path: Path, module: str, maker: str, head: str, decorator: str, tail: str
) -> None:
    text = FUNCTION.format(module=module, maker=maker, head=head, decorator=decorator, tail=tail)
    site = call(tmp_path, text)
    assert site.schemas is not None and len(site.schemas.texts) == 1
    for part in ('"name":"weather"', "for a number of days", '"days"', '"type":"int"'):
        assert part in site.schemas.texts[0]


def test_classes_bring_their_fields_descriptions_and_nested_ones(tmp_path: Path) -> None:
    above = '''
    from pydantic import BaseModel, Field
    class Street(BaseModel):
        name: str
    class Address(BaseModel):
        """Where somebody lives."""
        city: str = Field(..., description="name of the city")
        street: Street | None = None
    '''.strip()
    site = openai(tmp_path, "response_format=Address", above)
    assert site.schemas is not None
    for part in ("Where somebody lives.", "name of the city", '"$defs":{"Street"', '"title":"name"'):
        assert part in site.schemas.texts[0]


def test_a_class_that_holds_itself_ends(tmp_path: Path) -> None:
    above = """
    from pydantic import BaseModel
    class Node(BaseModel):
        children: list["Node"]
        parent: Node
    """.strip()
    site = openai(tmp_path, "response_format=Node", above)
    assert site.schemas is not None and site.schemas.texts[0].count("children") == 2


def test_tools_made_elsewhere_are_counted(tmp_path: Path) -> None:
    site = call(
        tmp_path,
        """
        from langchain_openai import ChatOpenAI
        from langchain_tavily import TavilySearch
        llm = ChatOpenAI(model="gpt-4o-mini").bind_tools([TavilySearch(), TavilySearch()])
        def ask(q):
            return llm.invoke(q)
        """,
    )
    assert site.schemas is not None and site.schemas.unread == 2
    assert Subject(site, Settings()).tool_tokens is None
    text = explain(site, impact(site))
    assert "x 2 tools unread" in " ".join(text.split())


def test_tool_objects_of_the_project(tmp_path: Path) -> None:
    above = '''
    class Tool:
        description = "Current weather of a city"
        def run(self, city: str) -> str:
            """Look it up."""
    class Other(Tool):
        name = "other"
    '''.strip()
    site = openai(tmp_path, "tools=[Tool(), Other()]", above)
    assert site.schemas is not None and len(site.schemas.texts) == 2
    assert "Current weather" in site.schemas.texts[0] and '"city"' in site.schemas.texts[0]


@pytest.mark.parametrize(
    ("tool", "read"),
    [
        ('{"type": "web_search"}', 1),
        ('{"type": "function", "function": load(1)}', 0),
        ('{"type": "function", "function": {"parameters": load(1)}}', 0),
        ("load(1)", 0),
        ('"search"', 0),
    ],
)
def test_a_schema_counts_as_read_where_it_says_something(tmp_path: Path, tool: str, read: int) -> None:
    site = openai(tmp_path, f"tools=[{tool}]")
    assert site.schemas is not None and (len(site.schemas.texts), site.schemas.unread) == (read, 1 - read)


@pytest.mark.parametrize(
    ("parameters", "open_"), [(", tools", True), (", tools=None", False), (", tools=[]", False)]
)
def test_tools_that_callers_hand_over(tmp_path: Path, parameters: str, open_: bool) -> None:
    site = openai(tmp_path, "tools=tools", parameters=parameters)
    assert (site.schemas is not None and site.schemas.open) is open_


def test_explain_shows_the_tokens_of_schemas_and_what_is_assumed(tmp_path: Path) -> None:
    text = " ".join(explain(s := openai(tmp_path, f"tools=[{WEATHER}]"), impact(s)).split())
    assert "of 1 schema =" in text and "schemas count as JSON text" in text
    assert "% batch (assumed)" in text and "% model size" in text and "% model size (assumed)" not in text
    assert "rests on assumptions" in text
