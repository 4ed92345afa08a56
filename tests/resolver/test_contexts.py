"""A project's own wrapper: one site, one context per caller."""

from __future__ import annotations

from pathlib import Path

from project import call, sites_of, write

from wattlint.callsites.finder import Finder
from wattlint.settings import Settings

WRAPPER = """
    from openai import OpenAI
    client = OpenAI()
    def ask(prompt, model="gpt-4o-mini", limit=None):
        return client.chat.completions.create(
            model=model, max_tokens=limit, messages=[{"role": "user", "content": prompt}])
"""


def test_each_caller_has_its_own_model_prompt_limit_and_loop(tmp_path: Path) -> None:
    files = {
        "llm.py": WRAPPER,
        "jobs.py": """
            from llm import ask
            def title(text):
                return ask("Give a title for: " + text, limit=20)
            def translate(rows):
                for row in rows:
                    ask(f"Translate: {row}", model="gpt-4-turbo")
        """,
    }
    found = call(tmp_path, files, "llm.py")
    assert [(Path(one.caller.path).name, one.caller.line) for one in found.contexts] == [
        ("jobs.py", 3),
        ("jobs.py", 6),
    ]
    title, translate = found.contexts
    assert (title.model.id, title.output_limit, title.loop.kind) == ("gpt-4o-mini", 20, "none")
    assert (translate.model.id, translate.loop.kind) == ("gpt-4-turbo", "data")
    assert title.prompt is not None and title.prompt.static_text == "Give a title for: "
    assert translate.prompt is not None and translate.prompt.with_holes() == "Translate: {row}"


def test_the_site_itself_keeps_the_parameter_as_a_hole(tmp_path: Path) -> None:
    """The prompt of one caller is not the prompt of the wrapper."""
    files = {
        "llm.py": WRAPPER,
        "jobs.py": 'from llm import ask\nask("Is this spam? yes or no")\nask("Write a poem")\n',
    }
    found = call(tmp_path, files, "llm.py")
    assert found.prompt is not None
    assert [(hole.name, hole.kind) for hole in found.prompt.holes] == [("prompt", "parameter")]
    assert found.prompt.static_text == ""
    texts = [one.prompt.static_text for one in found.contexts if one.prompt]
    assert texts == ["Is this spam? yes or no", "Write a poem"]


def test_a_part_of_the_text_that_all_callers_share_stays(tmp_path: Path) -> None:
    found = call(
        tmp_path,
        """
        from openai import OpenAI
        def ask(question, style):
            text = "Answer in the style of " + style + ": " + question
            return OpenAI().responses.create(model="gpt-4o-mini", input=text)
        ask("Why?", "Kant")
        ask("When?", "Hume")
        """,
    )
    assert found.prompt is not None
    assert found.prompt.with_holes() == "Answer in the style of {style}: {question}"
    assert {hole.kind for hole in found.prompt.holes} == {"parameter"}


def test_a_single_caller_says_all(tmp_path: Path) -> None:
    found = call(
        tmp_path, {"llm.py": WRAPPER, "job.py": 'from llm import ask\nask("Write a poem")\n'}, "llm.py"
    )
    assert found.prompt is not None and found.prompt.static_text == "Write a poem"


def test_several_levels(tmp_path: Path) -> None:
    files = {
        "llm.py": WRAPPER,
        "middle.py": """
            from llm import ask
            class Service:
                def __init__(self, model):
                    self.model = model
                def run(self, text):
                    return self._send("Summarise: " + text)
                def _send(self, prompt):
                    return ask(prompt, model=self.model)
        """,
        "top.py": 'from middle import Service\nService("gpt-4-turbo").run("a")\n',
    }
    found = call(tmp_path, files, "llm.py")
    assert [one.model.id for one in found.contexts] == ["gpt-4-turbo"]


def test_method_of_a_client_class(tmp_path: Path) -> None:
    files = {
        "llm.py": """
            from openai import OpenAI
            class Client:
                def __init__(self, model="gpt-4o-mini"):
                    self.model = model
                    self.client = OpenAI()
                def complete(self, system, text):
                    return self.client.chat.completions.create(model=self.model, messages=[
                        {"role": "system", "content": system}, {"role": "user", "content": text}])
        """,
        "a.py": 'from llm import Client\nbig = Client("gpt-4-turbo")\nbig.complete("You are a poet.", "Hi")\n',
        "b.py": 'from llm import Client\nClient().complete("You are a judge.", "Hi")\n',
    }
    found = call(tmp_path, files, "llm.py")
    assert [one.model.id for one in found.contexts] == ["gpt-4-turbo", "gpt-4o-mini"]
    assert found.contexts[1].prompt is not None
    assert found.contexts[1].prompt.parts[0].static_text == "You are a judge."


def test_handed_on_to_threads_and_tasks(tmp_path: Path) -> None:
    files = {
        "llm.py": WRAPPER,
        "a.py": """
            import asyncio
            from concurrent.futures import ThreadPoolExecutor
            from llm import ask
            async def one():
                return await asyncio.to_thread(ask, "First", model="gpt-4-turbo")
            def two(rows):
                with ThreadPoolExecutor() as pool:
                    return [pool.submit(ask, "Second: " + row) for row in rows]
        """,
    }
    found = call(tmp_path, files, "llm.py")
    assert [(one.model.id, one.prompt and one.prompt.static_text) for one in found.contexts] == [
        ("gpt-4-turbo", "First"),
        ("gpt-4o-mini", "Second: "),
    ]


def test_recursion_and_fan_in_are_bounded(tmp_path: Path) -> None:
    many = "".join(f'ask("Question {number}")\n' for number in range(300))
    files = {
        "llm.py": """
            from openai import OpenAI
            def ask(prompt, depth=0):
                if depth < 3:
                    return ask("Think again: " + prompt, depth + 1)
                return OpenAI().responses.create(model="gpt-4o-mini", input=prompt)
        """,
        "many.py": "from llm import ask\n" + many,
    }
    found = call(tmp_path, files, "llm.py")
    assert found.model.id == "gpt-4o-mini"
    assert 0 < len(found.contexts) <= 12


def test_callers_in_tests_do_not_count(tmp_path: Path) -> None:
    files = {"llm.py": WRAPPER, "tests/test_llm.py": 'from llm import ask\nask("x", model="gpt-4-turbo")\n'}
    write(tmp_path, files)
    (found,) = [
        one for one in sites_of(Finder(tmp_path, Settings()), tmp_path / "llm.py") if one.kind == "call"
    ]
    assert found.contexts == ()
