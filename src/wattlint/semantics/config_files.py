"""Values from YAML, TOML, JSON and INI files that the project ships and reads by a path that can be resolved."""

from __future__ import annotations

import ast
import os
import re
from typing import TYPE_CHECKING, Any

from wattlint.regexes import regex
from wattlint.semantics import paths
from wattlint.semantics.scopes import END, Spot
from wattlint.semantics.values import (
    Const,
    Hop,
    Mapping,
    Member,
    Result,
    Sequence,
    Thunk,
    Unknown,
    Value,
    alternatives,
)
from wattlint.sources import disk, touched
from wattlint.sources.buffers import read_bytes
from wattlint.sources.secrets import holds_secret, is_secret_name

if TYPE_CHECKING:
    from wattlint.semantics.arguments import Arguments
    from wattlint.semantics.evaluator import Evaluator
    from wattlint.semantics.frames import Frame

MAX_BYTES = 1_000_000
MAX_NODES = 5_000
INI = (".ini", ".cfg", ".conf")
INTERPOLATION = regex(r"\$\{([\w.]+)\}|\$\{oc\.env:\w+(?:,\s*([^}]*))?\}")
OPENERS = ("builtins.open", "io.open", "codecs.open", "aiofiles.open")


def _load(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value | None:
    """``yaml.safe_load(file)`` and its relatives."""
    if not given.positional:
        return None
    file = _file_of(ev, alternatives(ev.force(given.positional[0]))[0], frame)
    return read(file, ev.project.display(file)) if file is not None else None


def _load_path(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value | None:
    """``OmegaConf.load(path)``: keys are attributes too."""
    if not given.positional:
        return None
    file = _existing(ev, alternatives(ev.force(given.positional[0]))[0], frame)
    return read(file, ev.project.display(file), by_attribute=True) if file is not None else None


def _ini(ev: Evaluator, given: Arguments, node: ast.Call, frame: Frame, spot: Spot) -> Value:
    """``ConfigParser()``: the sections of the files that the module's ``parser.read(path)`` calls name."""
    entries: dict[object, Thunk] = {}
    for record in frame.module.calls_named("read"):
        if record.node.args:
            value = alternatives(ev.value(record.node.args[0], ev.frame_of(record.scope), record.spot))[0]
            for one in value.items if isinstance(value, Sequence) else (value,):
                file = _existing(ev, alternatives(ev.force(one))[0], frame)
                data = (
                    read(file, ev.project.display(file)) if file is not None and file.endswith(INI) else None
                )
                entries.update(data.entries if isinstance(data, Mapping) else {})
    return Mapping(entries, open=True, how="ini")


def ini_option(ev: Evaluator, parser: Mapping, given: Arguments) -> Value:
    """``parser.get(section, option, fallback=...)``."""
    section, option = (alternatives(ev.force(one))[0] for one in given.positional[:2])
    name = option.value.lower() if isinstance(option, Const) and isinstance(option.value, str) else None
    inside = parser.entries.get(section.value) if isinstance(section, Const) else None
    options = alternatives(ev.force(inside))[0] if inside is not None else None
    if isinstance(options, Mapping) and name in options.entries:
        return ev.force(options.entries[name])
    if "fallback" in given.keywords:
        return ev.force(given.keywords["fallback"])
    return Unknown("key given at run time")


def of_hydra(ev: Evaluator, decorator: ast.expr, frame: Frame) -> Value | None:
    """What ``@hydra.main(config_path=..., config_name=...)`` hands to its function."""
    if not isinstance(decorator, ast.Call):
        return None
    path = getattr(ev.value(decorator.func, frame, END), "path", "")
    if path not in ("hydra.main", "hydra.main.main"):
        return None
    given = {
        keyword.arg: keyword.value.value
        for keyword in decorator.keywords
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }
    folder = os.path.join(os.path.dirname(frame.module.file), given.get("config_path", "."))
    return _composed(ev, folder, given.get("config_name", "config"))


def _composed(ev: Evaluator, folder: str, name: str) -> Value | None:
    """One of hydra's files with the members of its groups (``defaults: [{llm: openai}]``)."""
    root = ev.project.root
    file = disk.real_path(os.path.join(folder, name if name.endswith(".yaml") else f"{name}.yaml"))
    if not file.startswith(disk.real_path(root) + os.sep):
        return None
    found = read(file, ev.project.display(file), by_attribute=True)
    if not isinstance(found, Mapping):
        return found
    groups = found.entries.get("defaults")
    entries = dict(found.entries)
    for item in groups.items[:20] if isinstance(groups, Sequence) else ():
        for group, choice in item.entries.items() if isinstance(item, Mapping) else ():
            if isinstance(choice, Const) and isinstance(choice.value, str) and group not in entries:
                member = _composed(ev, os.path.join(folder, str(group)), choice.value)
                if member is not None:
                    entries[group] = member
    return Mapping(entries, True, True, found.how)


LOADERS = {
    "configparser.ConfigParser": _ini,
    "configparser.RawConfigParser": _ini,
    "configparser.SafeConfigParser": _ini,
    "yaml.safe_load": _load,
    "yaml.load": _load,
    "yaml.full_load": _load,
    "json.load": _load,
    "json.loads": _load,
    "tomllib.load": _load,
    "tomllib.loads": _load,
    "tomli.load": _load,
    "tomli.loads": _load,
    "toml.load": _load,
    "toml.loads": _load,
    "omegaconf.OmegaConf.load": _load_path,
}


def _file_of(ev: Evaluator, value: Value, frame: Frame) -> str | None:
    """The file behind an open handle, a path or the text read from it."""
    for _ in range(4):
        if (
            isinstance(value, Result)
            and value.call is not None
            and value.frame is not None
            and value.spot is not None
        ):
            callee = value.callee
            opener = getattr(callee, "path", None)
            if opener in OPENERS and value.call.args:
                value = alternatives(ev.value(value.call.args[0], value.frame, value.spot))[0]
                return _existing(ev, value, frame)
            if isinstance(callee, Member) and callee.name in paths.READERS | {"read"}:
                value = alternatives(callee.owner)[0]
                continue
        if isinstance(value, Member) and value.name in paths.READERS:
            value = value.owner
            continue
        break
    return _existing(ev, value, frame)


def _existing(ev: Evaluator, value: Value, frame: Frame) -> str | None:
    """A file inside the project, from a literal path relative to the module's folder or the project root."""
    if not (isinstance(value, Const) and isinstance(value.value, str)) or len(value.value) > 1_000:
        return None
    name = value.value
    if "\n" in name or "\0" in name or not name.endswith((".yaml", ".yml", ".json", ".toml", *INI)):
        return None
    root = disk.real_path(ev.project.root)
    for folder in (os.path.dirname(frame.module.file), ev.project.root, os.getcwd()):
        file = disk.real_path(os.path.join(folder, name))
        touched.file(file)
        if file.startswith(root + os.sep) and disk.is_file(file):
            return file
    return None


def read(file: str, display: str, by_attribute: bool = False) -> Value | None:
    """The data of a file as values whose origin is ``display`` and the line of the key; None when unreadable."""
    touched.file(file)
    try:
        raw = read_bytes(file, MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            return None
        text = raw.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
        data = _parse(file, text)
    except (OSError, ValueError, RecursionError):
        return None
    return _Convert(display, text, by_attribute, data).value(data, 0)


def _parse(file: str, text: str) -> Any:
    if file.endswith(".json"):
        import json

        return json.loads(text)
    if file.endswith(".toml"):
        from wattlint.sources.toml import loads

        return loads(text)
    if file.endswith((".yaml", ".yml")):
        from wattlint.sources.yaml_text import loads as loads_yaml

        return loads_yaml(text)
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from None
    return {section: dict(parser[section]) for section in parser.sections()}


class _Convert:
    def __init__(self, display: str, text: str, by_attribute: bool, root: Any) -> None:
        self.display, self.by_attribute, self.root = display, by_attribute, root
        self.lines = text.splitlines()
        self.nodes = 0

    def value(self, data: Any, line: int, key: str = "") -> Value:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            return Unknown("budget")
        if isinstance(data, dict):
            entries: dict[object, Thunk] = {}
            at = line
            for name, inner in data.items():
                at = self._line_of(str(name), at)
                entries[name] = self.value(inner, at, str(name))
            return Mapping(entries, by_attribute=self.by_attribute, how="config_file")
        if isinstance(data, list):
            return Sequence(tuple(self.value(inner, line) for inner in data[:500]))
        reference = INTERPOLATION.fullmatch(data) if self.by_attribute and isinstance(data, str) else None
        if reference is not None:
            data = self._referred(reference)
            if data is None or (isinstance(data, str) and "${" in data):
                return Unknown("interpolation")
        if isinstance(data, str) and (is_secret_name(key) or holds_secret(data)):
            return Unknown("secret")
        if isinstance(data, (str, int, float, bool)) or data is None:
            return Const(data, (Hop("config_file", self.display, line or 1, key),))
        return Unknown("value of the file")

    def _referred(self, reference: re.Match[str]) -> Any:
        """What OmegaConf's ``${path.to.key}`` or the default of ``${oc.env:NAME,default}`` stands for."""
        if reference[1] is None:
            return reference[2]
        found = self.root
        for key in reference[1].split("."):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def _line_of(self, key: str, start: int) -> int:
        """The first line from ``start`` on that names the key (files keep their keys in order)."""
        for number in range(max(start, 1), len(self.lines) + 1):
            if key in self.lines[number - 1]:
                return number
        return start
