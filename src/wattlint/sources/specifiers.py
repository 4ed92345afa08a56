"""Version constraints in the dialects of pip, Poetry, Pipenv and conda, as bounds."""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wattlint.regexes import regex

_POETRY = regex(r"(?P<operator>\^|~(?!=))\s*v?(?P<release>\d+(?:\.\d+)*)[^\s,]*")
_BARE = regex(r"v?\d+(?:\.\d+)*(?:\.\*)?[\w.+-]*")
_CONDA_FUZZY = regex(r"(?<![=<>!~])=\s*(\d+(?:\.\d+)*)(?:\.?\*)?(?![\w.])")


class Bounds(NamedTuple):
    lowest: str | None
    highest: str | None
    highest_included: bool
    exact: str | None


def bounds(specifier: str) -> Bounds:
    """The range that a normalised specifier allows; exclusions (``!=``) do not narrow it."""
    lowest: Version | None = None
    highest: Version | None = None
    included, exact = False, None
    for clause in _parse(specifier) or ():
        operator, text = clause.operator, clause.version
        low: Version | None = None
        high: Version | None = None
        high_included = False
        try:
            if operator in ("==", "~=") and (text.endswith(".*") or operator == "~="):
                low = Version(text.removesuffix(".*"))
                kept = low.release[: -1 if operator == "~=" else None]
                high = Version(".".join(map(str, (*kept[:-1], kept[-1] + 1))))
            elif operator in ("==", "==="):
                low = high = Version(text)
                high_included, exact = True, text
            elif operator in (">=", ">"):
                low = Version(text)
            elif operator in ("<=", "<"):
                high, high_included = Version(text), operator == "<="
        except (InvalidVersion, IndexError):
            continue
        if low is not None and (lowest is None or low > lowest):
            lowest = low
        if high is not None and (highest is None or high < highest):
            highest, included = high, high_included
    return Bounds(_text(lowest), _text(highest), included, exact)


def pip_specifier(text: str) -> str | None:
    """``text`` normalised when it is a pip version specifier; None when it is not."""
    parsed = _parse(text)
    return None if parsed is None else str(parsed)


def poetry_specifier(text: str) -> str:
    """Poetry's and Pipenv's dialect (``^4.40``, ``~4.40``, ``4.40.*``, ``*``, ``4.40``) as pip's; empty when open or
    not understood."""
    if "||" in text or "|" in text:
        return ""  # a union: not a range we can narrow
    text = _POETRY.sub(_caret_or_tilde, text).strip()
    parts = ["" if part.strip() in ("*", "") else part.strip() for part in text.split(",")]
    parts = [f"=={part.removeprefix('v')}" if _BARE.fullmatch(part) else part for part in parts if part]
    return pip_specifier(",".join(parts)) or ""


def conda_specifier(text: str) -> str:
    """conda's dialect (``=4.40`` means 4.40.*) as pip's."""
    text = _CONDA_FUZZY.sub(r"==\1.*", text.split("|")[0].strip().replace(" ", ""))
    return poetry_specifier(text)


def _caret_or_tilde(match: re.Match[str]) -> str:
    release = [int(part) for part in match["release"].split(".")]
    if match["operator"] == "~":
        kept = release[:2]
    else:
        leading = next((at for at, part in enumerate(release) if part), len(release) - 1)
        kept = release[: leading + 1]
    upper = ".".join(map(str, (*kept[:-1], kept[-1] + 1)))
    return f">={match['release']},<{upper}"


def _parse(text: str) -> SpecifierSet | None:
    try:
        return SpecifierSet(text)
    except (InvalidSpecifier, ValueError):
        return None


def _text(version: Version | None) -> str | None:
    return None if version is None else str(version)
