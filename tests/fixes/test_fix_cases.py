"""What each fix makes of code as people write it, and where it leaves the code alone."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest
from fix_rules import fixed, write

Case = tuple[str, str, str | None]
"""(fix, before, after); None where it must stay as it is."""

LOADER = "from transformers import AutoModelForCausalLM\n"
CASES: dict[str, Case] = {
    # dtype
    "a keyword in front of **": (
        "load-checkpoint-dtype",
        """
        import torch
        from transformers import AutoModelForCausalLM

        OPTIONS = {"device_map": "auto"}
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", **OPTIONS)
        """,
        """
        import torch
        from transformers import AutoModelForCausalLM

        OPTIONS = {"device_map": "auto"}
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", torch_dtype="auto", **OPTIONS)
        """,
    ),
    "one argument a line, with comments": (
        "load-checkpoint-dtype",
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained(
            'Qwen/Qwen2.5-7B',  # the base
            device_map='auto'  # all of them
            # nothing else
        ).eval()
        """,
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained(
            'Qwen/Qwen2.5-7B',  # the base
            device_map='auto',  # all of them
            torch_dtype='auto'
            # nothing else
        ).eval()
        """,
    ),
    "one argument a line, comma and comment at the end": (
        "load-checkpoint-dtype",
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained(
            "Qwen/Qwen2.5-7B",
            device_map = "auto",  # all of them
        )
        """,
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained(
            "Qwen/Qwen2.5-7B",
            device_map = "auto",  # all of them
            torch_dtype = "auto",
        )
        """,
    ),
    "float32 asked for": (
        "load-checkpoint-dtype",
        """
        import torch
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", dtype=torch.float32, device_map="auto")
        """,
        """
        import torch
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", dtype="auto", device_map="auto")
        """,
    ),
    "a chain broken over lines": (
        "load-checkpoint-dtype",
        """
        from transformers import AutoModelForCausalLM
        model = (
            AutoModelForCausalLM
            .from_pretrained("Qwen/Qwen2.5-7B", device_map="auto")
            .eval()
        )
        """,
        """
        from transformers import AutoModelForCausalLM
        model = (
            AutoModelForCausalLM
            .from_pretrained("Qwen/Qwen2.5-7B", device_map="auto", torch_dtype="auto")
            .eval()
        )
        """,
    ),
    "a load in the head of a statement": (
        "load-checkpoint-dtype",
        """
        from transformers import AutoModelForCausalLM
        if (model := AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B")) is not None: model.eval()
        """,
        """
        from transformers import AutoModelForCausalLM
        if (model := AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", torch_dtype="auto")) is not None: model.eval()
        """,
    ),
    # quantization
    "quantize, with its import in order": (
        "quantize-4bit",
        """
        from __future__ import annotations

        import torch as th
        from transformers import AutoModelForCausalLM, PreTrainedModel

        def load(name: str = "meta-llama/Llama-3.3-70B-Instruct") -> PreTrainedModel:
            return AutoModelForCausalLM.from_pretrained(name, device_map="auto")
        """,
        """
        from __future__ import annotations

        import torch as th
        from transformers import AutoModelForCausalLM, BitsAndBytesConfig, PreTrainedModel

        def load(name: str = "meta-llama/Llama-3.3-70B-Instruct") -> PreTrainedModel:
            return AutoModelForCausalLM.from_pretrained(name, device_map="auto", quantization_config=BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=th.bfloat16,
            ))
        """,
    ),
    "quantize, with transformers imported whole": (
        "quantize-4bit",
        """
        import transformers as tf
        model = tf.AutoModelForCausalLM.from_pretrained(
            "meta-llama/Llama-3.3-70B-Instruct",
            device_map="auto",
        )
        """,
        """
        import transformers as tf
        model = tf.AutoModelForCausalLM.from_pretrained(
            "meta-llama/Llama-3.3-70B-Instruct",
            device_map="auto",
            quantization_config=tf.BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype="bfloat16",
            ),
        )
        """,
    ),
    "quantize, imported in the function": (
        "quantize-4bit",
        """
        def load():
            import torch
            from transformers import (
                AutoModelForCausalLM,
            )
            return AutoModelForCausalLM.from_pretrained(
                "meta-llama/Llama-3.3-70B-Instruct"
            )
        """,
        """
        def load():
            import torch
            from transformers import (
                AutoModelForCausalLM,
                BitsAndBytesConfig,
            )
            return AutoModelForCausalLM.from_pretrained(
                "meta-llama/Llama-3.3-70B-Instruct",
                quantization_config=BitsAndBytesConfig(
                    load_in_4bit=True,
                    bnb_4bit_quant_type="nf4",
                    bnb_4bit_use_double_quant=True,
                    bnb_4bit_compute_dtype=torch.bfloat16,
                )
            )
        """,
    ),
    "no quantization where the model is moved later": (
        "quantize-4bit",
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.3-70B-Instruct")
        model.to("cuda")
        """,
        None,
    ),
    "load_in_4bit becomes a config": (
        "repair-quantization",
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", load_in_4bit=True, device_map="auto")
        """,
        """
        from transformers import AutoModelForCausalLM, BitsAndBytesConfig
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", device_map="auto", quantization_config=BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_compute_dtype="bfloat16",
        ))
        """,
    ),
    "compute dtype of a config in another place": (
        "repair-quantization",
        """
        import torch
        from transformers import AutoModelForCausalLM, BitsAndBytesConfig

        config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.float32)
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", quantization_config=config)
        """,
        """
        import torch
        from transformers import AutoModelForCausalLM, BitsAndBytesConfig

        config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16)
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B", quantization_config=config)
        """,
    ),
    # placement
    "a load out of a handler": (
        "load-once",
        '''
        """Service."""

        from transformers import AutoModelForCausalLM

        NAME = "Qwen/Qwen2.5-7B"


        # answers one request
        def answer(prompt):
            model = AutoModelForCausalLM.from_pretrained(NAME, device_map="auto").eval()
            return model.generate(prompt)
        ''',
        '''
        """Service."""

        import functools

        from transformers import AutoModelForCausalLM

        NAME = "Qwen/Qwen2.5-7B"


        @functools.cache
        def _load_model():
            return AutoModelForCausalLM.from_pretrained(NAME, device_map="auto")


        # answers one request
        def answer(prompt):
            model = _load_model().eval()
            return model.generate(prompt)
        ''',
    ),
    "a load in a method, imported there, with the name as parameter": (
        "load-once",
        """
        import logging
        import os


        class Service:
            def answer(self, prompt, name="Qwen/Qwen2.5-7B"):
                from transformers import AutoModelForCausalLM
                model = AutoModelForCausalLM.from_pretrained(
                    name,
                    device_map="auto",
                )
                return model.generate(prompt)
        """,
        """
        import functools
        import logging
        import os


        @functools.cache
        def _load_model(name):
            from transformers import AutoModelForCausalLM
            return AutoModelForCausalLM.from_pretrained(
                name,
                device_map="auto",
            )


        class Service:
            def answer(self, prompt, name="Qwen/Qwen2.5-7B"):
                from transformers import AutoModelForCausalLM
                model = _load_model(name)
                return model.generate(prompt)
        """,
    ),
    "a load that depends on the object stays": (
        "load-once",
        """
        from transformers import AutoModelForCausalLM

        class Service:
            name = "Qwen/Qwen2.5-7B"

            def answer(self):
                return AutoModelForCausalLM.from_pretrained(self.name)
        """,
        None,
    ),
    # options of calls
    "use_cache=False goes": (
        "drop-slow-setting",
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B")
        out = model.generate(
            inputs,
            max_new_tokens=20,  # short
            use_cache=False,
        )
        """,
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B")
        out = model.generate(
            inputs,
            max_new_tokens=20,  # short
        )
        """,
    ),
    "use_cache=False with a reason stays": (
        "drop-slow-setting",
        """
        from transformers import AutoModelForCausalLM
        model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-7B")
        out = model.generate(
            inputs,
            use_cache=False,  # a bug in 4.40
        )
        """,
        None,
    ),
    "lower effort, in a dictionary": (
        "lower-effort",
        """
        from openai import OpenAI
        answer = OpenAI().responses.create(model="gpt-5", input="Hi", reasoning={'effort': 'high'})
        """,
        """
        from openai import OpenAI
        answer = OpenAI().responses.create(model="gpt-5", input="Hi", reasoning={'effort': 'low'})
        """,
    ),
    "limit from the labels": (
        "limit-output",
        """
        from openai import OpenAI
        client = OpenAI()

        def is_spam(text):
            answer = client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": f"Is this spam? Answer yes or no. {text}"}]
            )
            return answer.choices[0].message.content == "yes"
        """,
        """
        from openai import OpenAI
        client = OpenAI()

        def is_spam(text):
            answer = client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": f"Is this spam? Answer yes or no. {text}"}], max_tokens=16
            )
            return answer.choices[0].message.content == "yes"
        """,
    ),
    "no limit where no answer is expected": (
        "limit-output",
        """
        from openai import OpenAI
        answer = OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Write a poem."}])
        print(answer)
        """,
        None,
    ),
    # draft models
    "a draft beside its target": (
        "add-draft-model",
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer

        name = "meta-llama/Llama-3.3-70B-Instruct"
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForCausalLM.from_pretrained(name, device_map="auto").eval()  # two GPUs

        def answer(question):
            return model.generate(**tokenizer(question, return_tensors="pt"), max_new_tokens=200)
        """,
        """
        from transformers import AutoModelForCausalLM, AutoTokenizer

        name = "meta-llama/Llama-3.3-70B-Instruct"
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForCausalLM.from_pretrained(name, device_map="auto").eval()
        assistant_model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B-Instruct", device_map="auto").eval()  # two GPUs

        def answer(question):
            return model.generate(**tokenizer(question, return_tensors="pt"), max_new_tokens=200, assistant_model=assistant_model)
        """,
    ),
    "a draft for an attribute": (
        "add-draft-model",
        """
        from transformers import AutoModelForCausalLM

        class Service:
            def __init__(self):
                self.model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.3-70B-Instruct")

            def answer(self, tokens):
                return self.model.generate(tokens, max_new_tokens=200)
        """,
        """
        from transformers import AutoModelForCausalLM

        class Service:
            def __init__(self):
                self.model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.3-70B-Instruct")
                self.assistant_model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B-Instruct")

            def answer(self, tokens):
                return self.model.generate(tokens, max_new_tokens=200, assistant_model=self.assistant_model)
        """,
    ),
    # embeddings
    "embeddings in a comprehension": (
        "embed-together",
        """
        from sentence_transformers import SentenceTransformer
        encoder = SentenceTransformer("all-MiniLM-L6-v2")

        def index(chunks):
            return [encoder.encode(chunk, normalize_embeddings=True) for chunk in chunks]
        """,
        """
        from sentence_transformers import SentenceTransformer
        encoder = SentenceTransformer("all-MiniLM-L6-v2")

        def index(chunks):
            return list(encoder.encode(list(chunks), normalize_embeddings=True))
        """,
    ),
    "embeddings appended one by one": (
        "embed-together",
        """
        from openai import OpenAI
        client = OpenAI()

        def index(texts):
            vectors = []
            for text in texts:
                vectors.append(client.embeddings.create(model="text-embedding-3-small", input=text).data[0].embedding)
            return vectors
        """,
        """
        from openai import OpenAI
        client = OpenAI()

        def index(texts):
            vectors = []
            vectors.extend(item.embedding for item in client.embeddings.create(model="text-embedding-3-small", input=list(texts)).data)
            return vectors
        """,
    ),
    "embeddings with a name between": (
        "embed-together",
        """
        from openai import OpenAI
        client = OpenAI()

        def index(texts):
            vectors = []
            for text in texts:
                answer = client.embeddings.create(model="text-embedding-3-small", input=text)
                vectors.append(answer.data[0].embedding)
            return vectors
        """,
        """
        from openai import OpenAI
        client = OpenAI()

        def index(texts):
            vectors = []
            vectors.extend(item.embedding for item in client.embeddings.create(model="text-embedding-3-small", input=list(texts)).data)
            return vectors
        """,
    ),
    "embeddings whose name is used after the loop stay": (
        "embed-together",
        """
        from sentence_transformers import SentenceTransformer
        encoder = SentenceTransformer("all-MiniLM-L6-v2")

        def index(texts):
            vectors = []
            for text in texts:
                vector = encoder.encode(text)
                vectors.append(vector)
            return vectors, len(vector)
        """,
        None,
    ),
    "embeddings with more work in the loop stay": (
        "embed-together",
        """
        from sentence_transformers import SentenceTransformer
        encoder = SentenceTransformer("all-MiniLM-L6-v2")
        vectors = []
        for text in open("texts.txt"):
            vectors.append(encoder.encode(text))
            print(text)
        """,
        None,
    ),
    # models
    "a retired model in the call": (
        "replace-model",
        """
        from anthropic import Anthropic
        answer = Anthropic().messages.create(model='claude-2.1', max_tokens=10, messages=[])
        """,
        """
        from anthropic import Anthropic
        answer = Anthropic().messages.create(model='claude-sonnet-4-6', max_tokens=10, messages=[])
        """,
    ),
    "a constant that is named after its model stays": (
        "replace-model",
        """
        from enum import Enum
        from anthropic import Anthropic
        class Model(str, Enum):
            CLAUDE_2_1 = "claude-2.1"
        answer = Anthropic().messages.create(model=Model.CLAUDE_2_1.value, max_tokens=10, messages=[])
        """,
        None,
    ),
    "a constant that two calls share, once": (
        "replace-model",
        """
        import os
        from anthropic import Anthropic
        MODEL = os.getenv("MODEL", "claude-2.1")
        client = Anthropic()
        def a(): return client.messages.create(model=MODEL, max_tokens=10, messages=[])
        def b(): return client.messages.create(model=MODEL, max_tokens=20, messages=[])
        """,
        """
        import os
        from anthropic import Anthropic
        MODEL = os.getenv("MODEL", "claude-sonnet-4-6")
        client = Anthropic()
        def a(): return client.messages.create(model=MODEL, max_tokens=10, messages=[])
        def b(): return client.messages.create(model=MODEL, max_tokens=20, messages=[])
        """,
    ),
    "a name that is also looked up stays": (
        "replace-model",
        """
        from anthropic import Anthropic
        PRICES = {"claude-2.1": 8}
        answer = Anthropic().messages.create(model="claude-2.1", max_tokens=10, messages=[])
        """,
        None,
    ),
}
ROUNDS = {"a constant that two calls share, once": 2}


@pytest.mark.parametrize("name", CASES)
def test_a_fix_makes_of_it(name: str, rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fix, before, after = CASES[name]
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"app.py": before, "requirements.txt": "transformers<5\n"})
    outcome = fixed(["app.py"], rules, fix)
    if after is None:
        assert outcome.changed == [] and outcome.fixed == []
        assert outcome.analysis.findings and all(reason for _, reason in outcome.left())
        return
    [changed] = outcome.changed
    text = changed.after.decode()
    assert text == textwrap.dedent(after).lstrip("\n")
    ast.parse(text)
    assert outcome.analysis.findings == []
    assert len(outcome.fixed) == ROUNDS.get(name, 1)
    assert outcome.rounds == 1
