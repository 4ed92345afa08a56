"""Which rules apply: ``select``, ``extend-select``, ``ignore``, ``per-file-ignores``, ``preview``."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping

from wattlint.catalogue.errors import nearest
from wattlint.catalogue.user_folder import part
from wattlint.lint.rules import Rule, load_rules
from wattlint.settings import Settings

ALL = "ALL"
DIGITS = str.maketrans("OIL", "011")
"""Letters that are taken for digits."""


class UnknownCode(ValueError):
    """A code in ``select`` or ``ignore`` that names no rule."""

    def __init__(self, message: str, code: str) -> None:
        self.code = code
        super().__init__(message)


def code_problem(code: str, known: Collection[str]) -> str | None:
    """Why ``code`` (a whole code, a prefix such as ``LLM2``, or ``ALL``) selects nothing; None when it does."""
    if code == ALL or (code and any(rule.startswith(code) for rule in known)):
        return None
    meant = code.upper()
    meant = meant[:3] + meant[3:].translate(DIGITS)
    if code and any(rule.startswith(meant) for rule in known):
        return f'unknown rule code "{code}" (did you mean "{meant}"?)'
    # Every rule is near to a short prefix such as LLM9: there the list helps more.
    alike = [rule for rule in known if len(code) > 5 or abs(len(rule) - len(code)) < 2]
    return f'unknown rule code "{code}"' + (nearest(code, alike) or f" (known: {', '.join(sorted(known))})")


def whole_code(code: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule that ``code``, in any case, or its name says; raises UnknownCode."""
    by_name = {rule.name: rule for rule in rules.values()}
    found = rules.get(code.upper()) or by_name.get(code.lower())
    if found is None:
        begun = [name for name in rules if name.startswith(code.upper())]
        several = f'"{code}" is the beginning of {", ".join(begun)}: give one of them'
        raise UnknownCode(
            several if begun else code_problem(code, [*rules, *by_name]) or f'no rule "{code}"', code
        )
    return found


def check_codes(settings: Settings) -> None:
    """Raise UnknownCode for the first code of ``settings`` that names no rule."""
    known = load_rules(part(settings.rules_dir, "checks"))
    places: dict[str, Iterable[str]] = {
        "select": settings.select,
        "extend-select": settings.extend_select,
        "ignore": settings.ignore,
        **{f'per-file-ignores of "{pattern}"': codes for pattern, codes in settings.per_file_ignores.items()},
    }
    for key, codes in places.items():
        for code in codes:
            if problem := code_problem(code, known):
                raise UnknownCode(f"{key}: {problem}", code)


def selected_rules(settings: Settings) -> list[Rule]:
    """The rules that apply, before per-file ignores; raises UnknownCode."""
    check_codes(settings)
    rules = load_rules(part(settings.rules_dir, "checks"))
    return [rule for rule in rules.values() if _selected(rule, settings)]


def _selected(rule: Rule, settings: Settings) -> bool:
    """The longest matching prefix decides between selecting and ignoring; ignoring wins a tie."""
    if (
        rule.default == "preview"
        and not settings.preview
        and rule.code not in settings.select + settings.extend_select
    ):
        return False
    chosen = max(_match(rule.code, settings.select), _match(rule.code, settings.extend_select))
    if not settings.select and rule.default != "off":
        chosen = max(chosen, 0)
    return chosen > _match(rule.code, settings.ignore)


def _match(code: str, prefixes: Iterable[str]) -> int:
    """Length of the longest of ``prefixes`` that fits ``code``; 0 for ``ALL``, -1 when none fits."""
    return max(
        (
            0 if prefix == ALL else len(prefix)
            for prefix in prefixes
            if prefix == ALL or code.startswith(prefix)
        ),
        default=-1,
    )


def ignored_in_file(code: str, path: str, settings: Settings) -> bool:
    """Whether ``per-file-ignores`` names ``code`` for ``path``. Patterns are gitignore's, relative to the configuration."""
    if not settings.per_file_ignores:
        return False
    from wattlint.sources.ignore import fits

    return any(
        _match(code, codes) >= 0 and fits(pattern, _relative(path, settings.config_path))
        for pattern, codes in settings.per_file_ignores.items()
    )


def _relative(path: str, config_path: str | None) -> str:
    folder = os.path.dirname(os.path.abspath(config_path)) if config_path else os.getcwd()
    relative = os.path.relpath(os.path.abspath(path), folder)
    return relative.replace(os.sep, "/")
