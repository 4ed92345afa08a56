"""Values on their way to a call: names, imports, parameters, classes, containers."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import model

M = "gpt-4o-mini"
USE = 'OpenAI().responses.create(model={}, input="Hi")\n'
IMPORT = "from openai import OpenAI\n"


def use(expression: str, before: str = "") -> str:
    """A program that calls with ``expression`` as its model."""
    lines = [line[12:] if before[:1] == "\n" else line for line in before.strip("\n").splitlines()]
    return IMPORT + "\n".join(lines) + "\n" + USE.format(expression)


IMPORTS: dict[str, dict[str, str]] = {
    "absolute": {"app.py": use("names.BIG", "import names"), "names.py": f"BIG = '{M}'\n"},
    "submodule as": {
        "app.py": use("n.BIG", "import pkg.names as n"),
        "pkg/__init__.py": "",
        "pkg/names.py": f"BIG = '{M}'\n",
    },
    "src layout": {
        "src/app/main.py": use("BIG", "from app.names import BIG"),
        "src/app/__init__.py": "",
        "src/app/names.py": f"BIG = '{M}'\n",
    },
    "namespace package": {
        "app.py": use("BIG", "from space.names import BIG"),
        "space/names.py": f"BIG = '{M}'\n",
    },
    "two levels up": {
        "pkg/a/b/main.py": use("BIG", "from ...names import BIG"),
        "pkg/__init__.py": "",
        "pkg/a/__init__.py": "",
        "pkg/a/b/__init__.py": "",
        "pkg/names.py": f"BIG = '{M}'\n",
    },
    "several roots": {
        "services/chat/main.py": use("BIG", "from settings import BIG"),
        "services/chat/settings.py": f"BIG = '{M}'\n",
        "services/batch/settings.py": "BIG = 'gpt-4-turbo'\n",
    },
    "cyclic": {
        "app.py": use("BIG", "from first import BIG"),
        "first.py": "from second import BIG\nUSED = 1\n",
        "second.py": f"from first import USED\nBIG = '{M}'\n",
    },
    "star of star with __all__": {
        "app.py": use("BIG", "from first import *"),
        "first.py": "from second import *\n",
        "second.py": f"__all__ = ['BIG']\nBIG = '{M}'\n",
    },
    "type checking": {
        "app.py": use(
            "options.name",
            """
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from names import Options
            from names import make
            options: "Options" = make()
            """,
        ),
        "names.py": f"class Options:\n    name = '{M}'\ndef make():\n    return Options()\n",
    },
    "fallback import": {
        "app.py": use(
            "BIG", "try:\n    from fast_names import BIG\nexcept ImportError:\n    from names import BIG"
        ),
        "names.py": f"BIG = '{M}'\n",
    },
    "inside a function": {
        "app.py": use("name()", "def name():\n    from names import BIG\n    return BIG"),
        "names.py": f"BIG = '{M}'\n",
    },
    "importlib": {
        "app.py": use("importlib.import_module('names').BIG", "import importlib"),
        "names.py": f"BIG = '{M}'\n",
    },
}


@pytest.mark.parametrize("name", IMPORTS)
def test_imports(name: str, tmp_path: Path) -> None:
    assert model(tmp_path, IMPORTS[name], next(iter(IMPORTS[name]))) == M


VALUES: dict[str, str] = {
    "walrus": use("name", f"if (name := '{M}') and len(name) > 2:\n    pass"),
    "tuple unpacking": use("name", f"name, limit = '{M}', 100"),
    "unpacking of a returned tuple": use(
        "name", f"def pair():\n    return 'gpt-4-turbo', '{M}'\n_, name = pair()"
    ),
    "starred unpacking": use("name", f"first, *rest, name = ['gpt-4-turbo', 'b', 'c', '{M}']"),
    "nested unpacking": use("name", f"(a, (b, name)) = (1, (2, '{M}'))"),
    "chained assignment": use("name", f"name = other = '{M}'"),
    "augmented text": use("name", "name = 'gpt-4o'\nname += '-mini'"),
    "f-string": use("f'{family}-mini'", "family = 'gpt-4o'"),
    "percent": use("'%s-mini' % family", "family = 'gpt-4o'"),
    "format": use("'{}-{}'.format(family, 'mini')", "family = 'gpt-4o'"),
    "join": use("'-'.join(['gpt', '4o', 'mini'])"),
    "split": use("text.split('/')[1]", f"text = 'openai/{M}'"),
    "removeprefix": use("text.removeprefix('openai/')", f"text = 'openai/{M}'"),
    "get with default": use("config.get('model', 'gpt-4-turbo')", f"config = {{'model': '{M}'}}"),
    "get of a missing key": use(f"config.get('model', '{M}')", "config = {'limit': 3}"),
    "setdefault": use("config['model']", f"config = {{}}\nconfig.setdefault('model', '{M}')"),
    "setdefault result": use(f"config.setdefault('model', '{M}')", "config = {}"),
    "or operator on dicts": use(
        "(A | B)['model']", f"A = {{'model': 'gpt-4-turbo', 'n': 1}}\nB = {{'model': '{M}'}}"
    ),
    "augmented or": use("A['model']", f"A = {{'n': 1}}\nA |= {{'model': '{M}'}}"),
    "spread": use("{**A, **B}['model']", f"A = {{'model': 'gpt-4-turbo'}}\nB = {{'model': '{M}'}}"),
    "spread with later key": use(
        "config['model']", f"A = {{'model': 'gpt-4-turbo'}}\nconfig = {{**A, 'model': '{M}'}}"
    ),
    "dict call": use("config['model']", f"config = dict(A, model='{M}')".replace("A", "{'n': 1}")),
    "dict of pairs": use("config['model']", f"config = dict([('model', '{M}'), ('n', 1)])"),
    "dict from zip": use("config['model']", f"config = dict(zip(['model', 'n'], ['{M}', 1]))"),
    "update by keyword": use("config['model']", f"config = {{}}\nconfig.update(model='{M}')"),
    "dict comprehension": use(
        "config['model']", f"config = {{key: value for key, value in [('model', '{M}')]}}"
    ),
    "copy of a dict": use("config['model']", f"base = {{'model': '{M}'}}\nconfig = base.copy()"),
    "list index": use("NAMES[-1]", f"NAMES = ['gpt-4-turbo', '{M}']"),
    "append": use("names[0]", f"names = []\nnames.append('{M}')"),
    "next of iter": use("next(iter(names))", f"names = ['{M}', 'b']"),
    "first of a comprehension": use("names[0]", f"names = [name for name in ['{M}']]"),
    "match": use(
        "name", f"match 3:\n    case 1 | 2:\n        name = 'gpt-4-turbo'\n    case _:\n        name = '{M}'"
    ),
    "if false": use("name", f"DEBUG = False\nif DEBUG:\n    name = 'x-1'\nelse:\n    name = '{M}'"),
    "try else": use(
        "name", f"try:\n    import foo\nexcept ImportError:\n    name = '{M}'\nelse:\n    name = '{M}'"
    ),
    "lambda": use("pick()", f"pick = lambda: '{M}'"),
    "closure": use(
        "outer()()",
        f"def outer():\n    name = '{M}'\n    def inner():\n        return name\n    return inner",
    ),
    "default of a closure": use("inner()", f"name = '{M}'\ndef inner(name=name):\n    return name"),
    "keyword only parameter": use(
        "pick(name='gpt-4-turbo')", f"def pick(*, name, model='{M}'):\n    return model"
    ),
    "star args": use(
        "pick(*parts)", f"parts = ['gpt-4-turbo', '{M}']\ndef pick(first, second):\n    return second"
    ),
    "star kwargs": use(
        "pick(**parts)", f"parts = {{'second': '{M}'}}\ndef pick(second, **rest):\n    return second"
    ),
    "kwargs get": use(
        "pick(model='gpt-4o-mini')", "def pick(**kwargs):\n    return kwargs.get('model', 'gpt-4-turbo')"
    ),
    "kwargs pop": use("pick()", f"def pick(**kwargs):\n    return kwargs.pop('model', '{M}')"),
    "environment subscript set": use("os.environ['M']", f"import os\nos.environ['M'] = '{M}'"),
    "environment get after setdefault": use(
        "os.getenv('M')", f"import os\nos.environ.setdefault('M', '{M}')"
    ),
    "decorator keeps the signature": use(
        "pick()",
        f"""
            import functools
            def logged(function):
                @functools.wraps(function)
                def inner(*args, **kwargs):
                    return function(*args, **kwargs)
                return inner
            @logged
            def pick():
                return '{M}'
            """,
    ),
    "cached function": use(
        "pick()", f"from functools import lru_cache\n@lru_cache(maxsize=1)\ndef pick():\n    return '{M}'"
    ),
    "generator": use("next(pick())", f"def pick():\n    yield '{M}'"),
    "cast": use("cast(str, name)", f"from typing import cast\nname = '{M}'"),
    "Literal annotation": use("name", f"from typing import Final\nname: Final = '{M}'"),
    "getattr": use("getattr(config, 'model', 'gpt-4-turbo')", f"class config:\n    model = '{M}'"),
    "getattr default": use(f"getattr(config, 'model', '{M}')", "class config:\n    limit = 1"),
    "setattr": use(
        "config.model", f"class Config:\n    pass\nconfig = Config()\nsetattr(config, 'model', '{M}')"
    ),
    "SimpleNamespace": use("n.model", f"from types import SimpleNamespace\nn = SimpleNamespace(model='{M}')"),
    "chained comparison of versions": use("name", f"import sys\nname = '{M}' if sys.version_info else '{M}'"),
    "or chain": use("(None or '' or name)", f"name = '{M}'"),
    "ternary on None": use("name if name is not None else 'gpt-4-turbo'", f"name = '{M}'"),
    "global statement": use("name", f"name = None\ndef setup():\n    global name\n    name = '{M}'\nsetup()"),
    "nonlocal": use(
        "outer()",
        f"def outer():\n    name = None\n    def inner():\n        nonlocal name\n        name = '{M}'\n    inner()\n    return name",
    ),
    "delete": use(
        "config.get('model', 'gpt-4o-mini')", "config = {'model': 'gpt-4-turbo'}\ndel config['model']"
    ),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str, tmp_path: Path) -> None:
    assert model(tmp_path, VALUES[name]) == M


CLASSES: dict[str, str] = {
    "set in a base class's method": use(
        "Child().name",
        f"class Base:\n    def __init__(self):\n        self.name = '{M}'\nclass Child(Base):\n    pass",
    ),
    "overridden in a child": use(
        "Child().name",
        f"class Base:\n    name = 'gpt-4-turbo'\nclass Child(Base):\n    name = '{M}'",
    ),
    "diamond": use(
        "D().name",
        f"class A:\n    name = 'gpt-4-turbo'\nclass B(A):\n    pass\nclass C(A):\n    name = '{M}'\nclass D(B, C):\n    pass",
    ),
    "method override": use(
        "Child().get()",
        f"class Base:\n    def get(self):\n        return self.pick()\n    def pick(self):\n        return 'gpt-4-turbo'\n"
        f"class Child(Base):\n    def pick(self):\n        return '{M}'",
    ),
    "super call": use(
        "Child().name",
        f"class Base:\n    def __init__(self, name='gpt-4-turbo'):\n        self.name = name\n"
        f"class Child(Base):\n    def __init__(self):\n        super().__init__(name='{M}')",
    ),
    "base called by name": use(
        "Child().name",
        f"class Base:\n    def __init__(self, name='gpt-4-turbo'):\n        self.name = name\n"
        f"class Child(Base):\n    def __init__(self):\n        Base.__init__(self, name='{M}')",
    ),
    "property": use("A().name", f"class A:\n    @property\n    def name(self):\n        return '{M}'"),
    "cached property": use(
        "A().name",
        f"from functools import cached_property\nclass A:\n    @cached_property\n    def name(self):\n        return '{M}'",
    ),
    "property with setter": use(
        "a.name",
        f"class A:\n    _name = 'gpt-4-turbo'\n    @property\n    def name(self):\n        return self._name\n    @name.setter\n"
        f"    def name(self, value):\n        self._name = value\na = A()\na.name = '{M}'",
    ),
    "classmethod": use(
        "A.make().name",
        f"class A:\n    def __init__(self, name):\n        self.name = name\n    @classmethod\n    def make(cls):\n        return cls('{M}')",
    ),
    "staticmethod": use("A.pick()", f"class A:\n    @staticmethod\n    def pick():\n        return '{M}'"),
    "dataclass default": use(
        "A().name", f"from dataclasses import dataclass\n@dataclass\nclass A:\n    name: str = '{M}'"
    ),
    "dataclass argument": use(
        "A('gpt-4o-mini').name",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    name: str = 'gpt-4-turbo'",
    ),
    "dataclass factory": use(
        "A().options['m']",
        f"from dataclasses import dataclass, field\n@dataclass\nclass A:\n    options: dict = field(default_factory=lambda: {{'m': '{M}'}})",
    ),
    "dataclass replace": use(
        "b.name",
        f"from dataclasses import dataclass, replace\n@dataclass\nclass A:\n    name: str = 'gpt-4-turbo'\nb = replace(A(), name='{M}')",
    ),
    "post init": use(
        "A().full",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    name: str = 'gpt-4o'\n    def __post_init__(self):\n        self.full = self.name + '-mini'",
    ),
    "attrs": use("A().name", f"import attr\n@attr.s(auto_attribs=True)\nclass A:\n    name: str = '{M}'"),
    "attrs define": use(
        "A().name",
        f"from attrs import define, field\n@define\nclass A:\n    name: str = field(default='{M}')",
    ),
    "pydantic": use(
        "A().name",
        f"from pydantic import BaseModel, Field\nclass A(BaseModel):\n    name: str = Field(default='{M}')",
    ),
    "nested pydantic": use(
        "A().chat.name",
        f"from pydantic import BaseModel\nclass Chat(BaseModel):\n    name: str = '{M}'\nclass A(BaseModel):\n    chat: Chat = Chat()",
    ),
    "pydantic copy": use(
        "b.name",
        f"from pydantic import BaseModel\nclass A(BaseModel):\n    name: str = 'gpt-4-turbo'\nb = A().model_copy(update={{'name': '{M}'}})",
    ),
    "pydantic from mapping": use(
        "A.model_validate({'name': 'gpt-4o-mini'}).name",
        "from pydantic import BaseModel\nclass A(BaseModel):\n    name: str = 'gpt-4-turbo'",
    ),
    "settings": use(
        "settings.chat_model",
        f"from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n"
        f"    model_config = SettingsConfigDict(env_prefix='X_')\n    chat_model: str = '{M}'\nsettings = S()",
    ),
    "settings getter": use(
        "get_settings().chat_model",
        f"from functools import lru_cache\nfrom pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    chat_model: str = '{M}'\n"
        "@lru_cache\ndef get_settings():\n    return S()",
    ),
    "NamedTuple": use(
        "A().name", f"from typing import NamedTuple\nclass A(NamedTuple):\n    name: str = '{M}'"
    ),
    "TypedDict": use(
        "config['name']",
        f"from typing import TypedDict\nclass A(TypedDict):\n    name: str\nconfig: A = A(name='{M}')",
    ),
    "enum value": use(
        "A.BIG.value", f"from enum import Enum\nclass A(Enum):\n    BIG = '{M}'\n    SMALL = 'gpt-4-turbo'"
    ),
    "enum by name": use(
        "A['BIG'].value", f"from enum import Enum\nclass A(Enum):\n    BIG = '{M}'\n    SMALL = 'gpt-4-turbo'"
    ),
    "StrEnum": use("A.BIG", f"from enum import StrEnum\nclass A(StrEnum):\n    BIG = '{M}'"),
    "enum with attributes": use(
        "A.BIG.label",
        f"from enum import Enum\nclass A(Enum):\n    BIG = ('{M}', 3)\n    def __init__(self, label, n):\n        self.label = label",
    ),
    "enum property": use(
        "A.BIG.model",
        f"from enum import Enum\nclass A(Enum):\n    BIG = '{M}'\n    @property\n    def model(self):\n        return self.value",
    ),
    "dict subclass": use(
        "config['name']",
        f"class Config(dict):\n    def __init__(self, path, **defaults):\n        self.path = path\n        super().__init__(**defaults)\n"
        f"config = Config('x', name='{M}')",
    ),
    "dict subclass with its own get": use(
        "config.get('name')",
        f"import os\nDEFAULTS = {{'name': os.getenv('name', '{M}')}}\nclass Config(dict):\n    def __init__(self, **defaults):\n"
        "        if defaults:\n            super().__init__(**defaults)\n    def get(self, key):\n"
        "        value = os.getenv(key) or super().get(key)\n        if not value:\n            raise KeyError(key)\n        return value\n"
        "config = Config(**DEFAULTS)",
    ),
    "plain dict subclass": use("Config(name='gpt-4o-mini').get('name')", "class Config(dict):\n    pass"),
    "attribute from outside": use("a.name", f"class A:\n    name = 'gpt-4-turbo'\na = A()\na.name = '{M}'"),
    "class attribute from outside": use("A().name", f"class A:\n    name = 'gpt-4-turbo'\nA.name = '{M}'"),
    "singleton": use(
        "A.instance().name",
        f"class A:\n    _one = None\n    def __init__(self):\n        self.name = '{M}'\n    @classmethod\n    def instance(cls):\n"
        "        if cls._one is None:\n            cls._one = cls()\n        return cls._one",
    ),
    "context manager class": use(
        "name",
        f"class A:\n    def __enter__(self):\n        return '{M}'\n    def __exit__(self, *args):\n        pass\nwith A() as name:\n    pass",
    ),
    "callable object": use("A()()", f"class A:\n    def __call__(self):\n        return '{M}'"),
    "item of an object": use(
        "A()['gpt-4-turbo']", f"class A:\n    def __getitem__(self, key):\n        return '{M}'"
    ),
    "builder": use(
        "A().with_name('gpt-4o-mini').name",
        "class A:\n    name = 'gpt-4-turbo'\n    def with_name(self, name):\n        self.name = name\n        return self",
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_classes(name: str, tmp_path: Path) -> None:
    assert model(tmp_path, CLASSES[name]) == M


REGISTRIES: dict[str, str] = {
    "classes by name": use(
        "make('big').name",
        f"class Big:\n    name = '{M}'\nclass Small:\n    name = 'gpt-4-turbo'\nALL = {{'big': Big, 'small': Small}}\ndef make(kind):\n    return ALL[kind]()",
    ),
    "functions by name": use("ALL['big']()", f"def big():\n    return '{M}'\nALL = {{'big': big}}"),
    "if chain": use(
        "make('big')",
        f"def make(kind):\n    if kind == 'small':\n        return 'gpt-4-turbo'\n    elif kind == 'big':\n        return '{M}'\n    raise ValueError(kind)",
    ),
    "lookup with next": use(
        "next(one for one in ALL if one['id'] == 'big')['name']",
        f"ALL = [{{'id': 'big', 'name': '{M}'}}]",
    ),
    "factory that stores": use(
        "get('big')",
        f"_cache = {{}}\ndef get(kind):\n    if kind not in _cache:\n        _cache[kind] = '{M}'\n    return _cache[kind]",
    ),
}


@pytest.mark.parametrize("name", REGISTRIES)
def test_registries(name: str, tmp_path: Path) -> None:
    assert model(tmp_path, REGISTRIES[name]) == M
