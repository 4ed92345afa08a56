"""Models given by files that the project ships, and by the defaults of a command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import call, model

M = "gpt-4o-mini"
OTHER = "gpt-4-turbo"
USE = '\nfrom openai import OpenAI\nOpenAI().responses.create(model={}, input="Hi")\n'

FILES: dict[str, dict[str, str]] = {
    "yaml beside the module": {
        "app.py": "import yaml\nconfig = yaml.safe_load(open('c.yaml'))"
        + USE.format("config['chat']['model']"),
        "c.yaml": f"embed:\n  model: {OTHER}\nchat:\n  model: {M}\n",
    },
    "yaml by __file__": {
        "pkg/app.py": "import yaml\nfrom pathlib import Path\nHERE = Path(__file__).resolve().parent.parent\n"
        "with (HERE / 'config' / 'c.yaml').open() as f:\n    config = yaml.safe_load(f)"
        + USE.format("config['model']"),
        "config/c.yaml": f"model: {M}\n",
    },
    "yaml by os.path": {
        "app.py": "import os, yaml\npath = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'c.yml')\n"
        "with open(path, 'r', encoding='utf-8') as f:\n    config = yaml.load(f, Loader=yaml.FullLoader)"
        + USE.format("config.get('model')"),
        "c.yml": f"model: {M}\n",
    },
    "yaml list": {
        "app.py": "import yaml\nconfig = yaml.safe_load(open('c.yaml').read())"
        + USE.format("config['models'][0]['name']"),
        "c.yaml": f"models:\n  - name: {M}\n  - name: {OTHER}\n",
    },
    "json through a class": {
        "app.py": "import json\nclass Config:\n    def __init__(self, path='c.json'):\n        with open(path) as f:\n"
        "            self.data = json.load(f)\n    def get(self, key):\n        return self.data[key]\n"
        "config = Config()" + USE.format("config.get('model')"),
        "c.json": f'{{"model": "{M}"}}',
    },
    "json into attributes": {
        "app.py": "import json\nclass Config:\n    def __init__(self):\n        for key, value in json.load(open('c.json')).items():\n"
        "            setattr(self, key, value)\n" + USE.format("Config().model"),
        "c.json": f'{{"model": "{M}"}}',
    },
    "toml": {
        "app.py": "import tomllib\nwith open('c.toml', 'rb') as f:\n    config = tomllib.load(f)"
        + USE.format("config['llm']['model']"),
        "c.toml": f'[other]\nmodel = "{OTHER}"\n[llm]\nmodel = "{M}"\n',
    },
    "ini": {
        "app.py": "import configparser\nconfig = configparser.ConfigParser()\nconfig.read('c.ini')"
        + USE.format("config['llm']['model']"),
        "c.ini": f"[other]\nmodel = {OTHER}\n[llm]\nmodel = {M}\n",
    },
    "ini get": {
        "app.py": "import configparser\nconfig = configparser.ConfigParser()\nconfig.read('c.ini')"
        + USE.format("config.get('llm', 'model')"),
        "c.ini": f"[other]\nmodel = {OTHER}\n[llm]\nmodel = {M}\n",
    },
    "ini fallback": {
        "app.py": "import configparser\nconfig = configparser.ConfigParser()\nconfig.read('c.ini')"
        + USE.format(f"config.get('llm', 'model', fallback='{M}')"),
        "c.ini": "[llm]\nlimit = 3\n",
    },
    "ini section": {
        "app.py": "import configparser\nclass C:\n    def __init__(self):\n        self.parser = configparser.ConfigParser()\n"
        "        self.parser.read('c.cfg')\n        self.section = self.parser['llm']\n"
        + USE.format("C().section.get('model', 'x')"),
        "c.cfg": f"[llm]\nmodel = {M}\n",
    },
    "dotenv": {
        "app.py": "import os\nfrom dotenv import load_dotenv\nload_dotenv()"
        + USE.format("os.getenv('MODEL')"),
        ".env": f"# names\nKEY=abc\nexport MODEL='{M}'  # small\n",
    },
    "dotenv above": {
        "pkg/app.py": "import os\nfrom dotenv import load_dotenv\nload_dotenv()"
        + USE.format("os.environ['MODEL']"),
        ".env": f"MODEL={M}\n",
    },
    "dotenv values": {
        "app.py": "from dotenv import dotenv_values\nconfig = dotenv_values('.env')"
        + USE.format("config['MODEL']"),
        ".env": f'MODEL="{M}"\n',
    },
    "settings with an env file": {
        "app.py": "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_file='.env', env_prefix='APP_')\n    chat_model: str\n"
        "settings = S()" + USE.format("settings.chat_model"),
        ".env": f"CHAT_MODEL={OTHER}\nAPP_CHAT_MODEL={M}\n",
    },
    "settings with an inner Config": {
        "app.py": f"from pydantic import BaseSettings\nclass S(BaseSettings):\n    model: str = '{OTHER}'\n    class Config:\n"
        "        env_file = '.env'\nsettings = S()" + USE.format("settings.model"),
        ".env": f"MODEL={M}\n",
    },
    "omegaconf": {
        "app.py": "from omegaconf import OmegaConf\ncfg = OmegaConf.load('c.yaml')"
        + USE.format("cfg.llm.model"),
        "c.yaml": f"embed:\n  model: {OTHER}\nllm:\n  model: {M}\n",
    },
    "omegaconf interpolation": {
        "app.py": "from omegaconf import OmegaConf\ncfg = OmegaConf.load('c.yaml')"
        + USE.format("cfg.llm.model"),
        "c.yaml": f"names:\n  big: {M}\nllm:\n  model: ${{names.big}}\n",
    },
    "hydra": {
        "app.py": "import hydra\n@hydra.main(config_path='conf', config_name='config')\ndef main(cfg):\n"
        "    from openai import OpenAI\n    OpenAI().responses.create(model=cfg.llm.model, input='Hi')\n",
        "conf/config.yaml": f"embed:\n  model: {OTHER}\nllm:\n  model: {M}\n",
    },
    "dictionary into a class": {
        "app.py": "import yaml\nfrom pydantic import BaseModel\nclass C(BaseModel):\n    model: str = 'gpt-4-turbo'\n"
        "config = C(**yaml.safe_load(open('c.yaml')))" + USE.format("config.model"),
        "c.yaml": f"model: {M}\n",
    },
}


@pytest.mark.parametrize("name", FILES)
def test_files(name: str, tmp_path: Path) -> None:
    assert model(tmp_path, FILES[name], next(iter(FILES[name]))) == M


def test_origin_names_the_file_and_line(tmp_path: Path) -> None:
    fact = call(tmp_path, FILES["toml"]).model
    assert fact.via == "config_file"
    assert (Path(fact.origin[-1].path).name, fact.origin[-1].line) == ("c.toml", 4)


COMMAND_LINES: dict[str, str] = {
    "argparse with dest": "import argparse\np = argparse.ArgumentParser()\np.add_argument('-m', '--llm', dest='model', default='{M}')\n"
    "args = p.parse_args()" + USE.format("args.model"),
    "argparse in a function": "import argparse\ndef parse():\n    p = argparse.ArgumentParser()\n    g = p.add_argument_group('x')\n"
    "    g.add_argument('--model-name', type=str, default='{M}')\n    return p.parse_args()\nargs = parse()"
    + USE.format("args.model_name"),
    "argparse known": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--model', default='{M}')\n"
    "args, rest = p.parse_known_args()" + USE.format("args.model"),
    "argparse vars": "import argparse\np = argparse.ArgumentParser()\np.add_argument('--model', default='{M}')\n"
    "args = vars(p.parse_args())" + USE.format("args['model']"),
    "argparse handed to a function": "import argparse\nfrom openai import OpenAI\ndef run(args):\n"
    "    OpenAI().responses.create(model=args.model, input='Hi')\np = argparse.ArgumentParser()\n"
    "p.add_argument('--model', default='{M}')\nrun(p.parse_args())\n",
    "click": "import click\nfrom openai import OpenAI\n@click.command()\n@click.option('--model', '-m', 'name', default='{M}', show_default=True)\n"
    "def main(name):\n    OpenAI().responses.create(model=name, input='Hi')\n",
    "typer annotated": "import typer\nfrom typing import Annotated\nfrom openai import OpenAI\napp = typer.Typer()\n@app.command()\n"
    "def main(model: Annotated[str, typer.Option('--model')] = '{M}'):\n    OpenAI().responses.create(model=model, input='Hi')\n",
    "fire": "import fire\nfrom openai import OpenAI\ndef main(question, model='{M}'):\n"
    "    OpenAI().responses.create(model=model, input=question)\nfire.Fire(main)\n",
    "fire class": "import fire\nfrom openai import OpenAI\nclass Tool:\n    def __init__(self, model='{M}'):\n        self.model = model\n"
    "    def ask(self, question):\n        OpenAI().responses.create(model=self.model, input=question)\nfire.Fire(Tool)\n",
    "dataclass parser": "from dataclasses import dataclass\nfrom transformers import HfArgumentParser\n@dataclass\nclass A:\n    model: str = '{M}'\n"
    "(args,) = HfArgumentParser(A).parse_args_into_dataclasses()" + USE.format("args.model"),
}


@pytest.mark.parametrize("name", COMMAND_LINES)
def test_command_lines(name: str, tmp_path: Path) -> None:
    assert model(tmp_path, COMMAND_LINES[name].replace("{M}", M)) == M


UNKNOWN: dict[str, tuple[str, str]] = {
    "environment": ("import os" + USE.format("os.getenv('MODEL')"), "environment variable MODEL"),
    "environment item": ("import os" + USE.format("os.environ['MODEL']"), "environment variable MODEL"),
    "public parameter": (
        "from openai import OpenAI\ndef ask(q, model):\n    OpenAI().responses.create(model=model, input=q)\n",
        "parameter model",
    ),
    "run time": ("name = input()" + USE.format("name"), "computed at run time"),
    "missing file": (
        "import yaml\nc = yaml.safe_load(open('none.yaml'))" + USE.format("c['model']"),
        "computed at run time",
    ),
    "placeholder": (USE.format("'<your-model>'"), "placeholder '<your-model>'"),
    "placeholder in capitals": (USE.format("'YOUR/MODEL/PATH'"), "placeholder 'YOUR/MODEL/PATH'"),
    "not given": ("from openai import OpenAI\nOpenAI().responses.create(input='Hi')\n", "not given"),
    "keywords": (
        "from openai import OpenAI\ndef ask(**kwargs):\n    OpenAI().responses.create(input='Hi', **kwargs)\n",
        "may come through **kwargs",
    ),
    "recursion": (
        "def pick(n):\n    return pick(n - 1)" + USE.format("pick(3)"),
        "too many steps away to follow",
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_unknown_says_why(name: str, tmp_path: Path) -> None:
    fact = call(tmp_path, UNKNOWN[name][0]).model
    assert (fact.id, fact.unknown_reason) == (None, UNKNOWN[name][1])


def test_whole_key_path(tmp_path: Path) -> None:
    """The model of the embedding section is not that of the chat."""
    files = {
        "app.py": "import yaml\nconfig = yaml.safe_load(open('c.yaml'))"
        + USE.format("config['chat']['model']"),
        "c.yaml": "embedding:\n  model: text-embedding-3-small\nchat:\n  limit: 3\n",
    }
    assert model(tmp_path, files) is None
