"""What looks like a key or password: never kept, never shown.

By its own form (the prefixes that providers give their keys so that scanners find them), or by the name it is
assigned to.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"

_FORMS = (
    r"sk-(?:ant-|or-|proj-|svcacct-|admin-|lf-)?[A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse
    r"(?:hf|gsk|xai|r8|nvapi|pplx|fw|tgp|csk|jina|pa|ghp|gho|ghs|glpat|npm|pypi|lsv2)[_-][A-Za-z0-9_-]{20,}",
    r"github_pat_[A-Za-z0-9_]{20,}",
    r"AIza[A-Za-z0-9_-]{30,}",  # Google
    r"(?:AKIA|ASIA)[A-Z0-9]{16}",  # AWS
    r"xox[abprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+",  # a signed token
)
_KEY = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_FORMS)})")
_NAMES = r"(?:api_?key|secret|passw(?:or)?d|(?:auth|access|bearer|refresh|hf|api|session)_?token|credentials?|private_?key|access_?key)"
_QUOTE = r"\\*(?:\"|'|&quot;|&\#39;|&\#x27;)"
_ASSIGNED = re.compile(
    rf"((?<![A-Za-z])(?:[A-Za-z0-9_]{{0,40}}_)?{_NAMES}(?:_?id)?(?:{_QUOTE})?[ \t]{{0,8}}(?::[ \t]{{0,8}}[A-Za-z]{{1,20}}[ \t]{{0,8}})?[=:]"
    rf"[ \t]{{0,8}}[rbuRBU]?)({_QUOTE})(?!(?:unused|none|null|empty|dummy|not)\b)([^\"'\\\s&]{{4,400}})(?={_QUOTE})",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?<![A-Za-z])(Bearer |Basic )([A-Za-z0-9._~+/=-]{8,400})(?=[\\\"'&\s])")
_IN_URL = re.compile(r"(://[^/\s:@\"'\\]{0,100}:)([^/\s@\"'\\]{1,200})(?=@)")
_SECRET_NAME = re.compile(
    r"api_?key|secret|passw|passphrase|credential|private|_key$|^key$|(?:^|_)(?:pw|pwd|pat|auth|bearer|dsn)(?:$|_)"
    r"|(?<!max_)(?<!_n)token$|access_?key|cookie|webhook|signature",
    re.IGNORECASE,
)
_SETTING_NAME = re.compile(
    r"model|llm|engine|deployment|provider|region|location|zone|temperature|tokens|top_[pk]|effort|batch|device|dtype"
    r"|precision|quant|backend|embed|chat|(?:^|_)base_?url|endpoint|host|api_?(?:base|type|version)",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Whether what is called ``name`` is a secret."""
    return _SECRET_NAME.search(name) is not None


def is_setting_name(name: str) -> bool:
    """Whether ``name`` is one of those that say which model is called, where and how: no other variable is read."""
    return _SETTING_NAME.search(name) is not None and not is_secret_name(name)


def holds_secret(text: str) -> bool:
    """Whether ``text`` holds anything that has the form of a key."""
    return _KEY.search(text) is not None or _IN_URL.search(text) is not None


def hide(text: str) -> str:
    """``text``, code or a report of any format, with every secret in it replaced."""
    text = _KEY.sub(HIDDEN, text)
    text = _ASSIGNED.sub(rf"\g<1>\g<2>{HIDDEN}", text)
    text = _BEARER.sub(rf"\g<1>{HIDDEN}", text)
    return _IN_URL.sub(rf"\g<1>{HIDDEN}", text)
