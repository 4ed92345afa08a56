"""Environment variables: what the code itself sets, and the ``.env`` file that it loads."""

from __future__ import annotations

import ast
import os
from typing import TYPE_CHECKING

from wattlint.semantics.scopes import Mutation
from wattlint.semantics.values import Const, Hop, Mapping, Thunk, Unknown, Value, alternatives, join, through
from wattlint.sources import disk, touched
from wattlint.sources.buffers import read_bytes
from wattlint.sources.secrets import holds_secret, is_setting_name

if TYPE_CHECKING:
    from wattlint.semantics.arguments import Arguments
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame
    from wattlint.semantics.module_index import ModuleIndex
    from wattlint.semantics.scopes import ClassInfo, Spot

MAX_BYTES = 100_000


def get(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``os.getenv(name, default)``."""
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else None
    name = str(first.value) if isinstance(first, Const) else ""
    found = variable(ev, name, frame, spot)
    default = given.positional[1] if len(given.positional) > 1 else given.keywords.get("default")
    if default is None:
        return found or unset(name, optional=True)
    fallback = through(ev.force(default), Hop("env_default", frame.module.path, node.lineno, name))
    return fallback if found is None else join([found, fallback])


def unset(name: str, optional: bool = False) -> Unknown:
    """What a variable is that only whoever runs the code sets."""
    return Unknown(f"environment variable {name}".strip(), optional)


def variable(ev: Evaluator, name: str, frame: Frame, spot: Spot) -> Value | None:
    """What ``name`` is set to by this module or the ``.env`` file; None when nobody sets it."""
    if not name:
        return None
    return _set_by(ev, name, frame, spot) or _from_file(ev, name, frame.module)


def _set_by(ev: Evaluator, name: str, frame: Frame, spot: Spot) -> Value | None:
    """``os.environ["NAME"] = value``, on the level of the module or before the use in the same function."""
    found: Value | None = None
    for scope in {id(one): one for one in (frame.module.scope, frame.scope)}.values():
        for mutation in scope.mutations.get("os.environ", ()):
            if scope is frame.scope and mutation.spot.order > spot.order:
                continue
            if (
                mutation.kind in ("item", "setdefault")
                and _key(mutation) == name
                and mutation.value is not None
            ):
                value = ev.value(mutation.value, ev.frame_of(scope), mutation.spot)
                line = getattr(mutation.node, "lineno", 0)
                found = through(value, Hop("env_default", frame.module.path, line, name))
    return found


def _key(mutation: Mutation) -> object:
    return mutation.key.value if isinstance(mutation.key, ast.Constant) else None


def _from_file(ev: Evaluator, name: str, module: ModuleIndex) -> Value | None:
    if not ev.project.mentions("load_dotenv", module):
        return None
    values = file_values(ev, os.path.dirname(module.file))
    return values.get(name) if values is not None else None


def file_values(ev: Evaluator, folder: str, name: str = ".env") -> dict[str, Value] | None:
    """The variables of the nearest file ``name`` in ``folder`` or above it, within the project."""
    root = ev.project.root
    while folder.startswith(root):
        file = os.path.join(folder, name)
        touched.file(file)
        if disk.is_file(file):
            return _remembered(ev, file)
        if folder == root:
            break
        folder = os.path.dirname(folder)
    return None


def setting(ev: Evaluator, cls: ClassInfo, name: str) -> Value | None:
    """What the ``env_file`` of a pydantic settings class gives to a field."""
    options = _settings_options(cls)
    if "env_file" not in options:
        return None
    values = file_values(ev, os.path.dirname(cls.module.file), os.path.basename(options["env_file"]))
    wanted = (options.get("env_prefix", "") + name).upper()
    return next((value for key, value in (values or {}).items() if key.upper() == wanted), None)


def _settings_options(cls: ClassInfo) -> dict[str, str]:
    """Of ``model_config = SettingsConfigDict(...)``, ``model_config = {...}`` or an inner ``class Config``."""
    pairs: list[tuple[object, ast.expr]] = []
    for node in cls.node.body:
        if isinstance(node, ast.ClassDef) and node.name == "Config":
            for one in node.body:
                if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                    pairs.append((one.targets[0].id, one.value))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "model_config":
            if isinstance(node.value, ast.Call):
                pairs += [(keyword.arg, keyword.value) for keyword in node.value.keywords]
            elif isinstance(node.value, ast.Dict):
                keys = (getattr(key, "value", None) for key in node.value.keys)
                pairs += zip(keys, node.value.values)
    return {
        name: value.value
        for name, value in pairs
        if isinstance(name, str) and isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def _remembered(ev: Evaluator, file: str) -> dict[str, Value]:
    nothing: dict[str, Value] = {}
    return ev.once(("environment file", file), lambda: _read(file, ev.project.display(file)), nothing)


def _read(file: str, display: str) -> dict[str, Value]:
    try:
        raw = read_bytes(file, MAX_BYTES + 1)
        lines = raw.decode("utf-8").split("\n") if len(raw) <= MAX_BYTES else []
    except (OSError, ValueError):
        return {}
    found: dict[str, Value] = {}
    for number, line in enumerate(lines, 1):
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not is_setting_name(name):
            continue  # a comment, or nobody's business: what is not read cannot be shown
        if value[:1] in ("'", '"') and value.find(value[0], 1) > 0:
            value = value[1 : value.find(value[0], 1)]
        else:
            value = value.partition(" #")[0].strip()
        if holds_secret(value):
            continue
        found[name] = Const(value, (Hop("config_file", display, number, name),))
    return found


def as_mapping(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``dotenv_values(".env")``."""
    first = alternatives(ev.force(given.positional[0]))[0] if given.positional else Const(".env")
    name = str(first.value) if isinstance(first, Const) else ".env"
    values = file_values(ev, os.path.dirname(frame.module.file), os.path.basename(name))
    entries: dict[object, Thunk] = dict((values or {}).items())
    return Mapping(entries, open=True, how="config_file")
