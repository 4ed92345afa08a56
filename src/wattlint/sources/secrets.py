"""What looks like a key or password: never kept, never shown.

By its own form (the prefixes that providers give their keys so that scanners find them), or by the name it is
assigned to.
"""

from __future__ import annotations

import re

from wattlint.regexes import regex

HIDDEN = "[hidden]"


_FORMS = (
    r"sk-(?:ant-|or-|proj-|svcacct-|admin-|lf-)?[A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse
    r"(?:hf|gsk|xai|r8|nvapi|pplx|fw|tgp|csk|jina|pa|ghp|gho|ghs|glpat|npm|pypi|lsv2)[_-][A-Za-z0-9_-]{20,}",
    r"github_pat_[A-Za-z0-9_]{20,}",
    r"AIza[A-Za-z0-9_-]{30,}",  # Google
    r"(?:AKIA|ASIA)[A-Z0-9]{16}",  # AWS
    r"xox[abprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"eyJ[A-Za-z0-9_-]{10,300}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+",  # a signed token
)
_ESCAPES = r"(?<=\\[nrtbfv])|(?<=\\x[0-9a-f]{2})|(?<=\\u[0-9a-f]{4})|(?<=%[0-9A-F]{2})"
"""What reports make of white space and the like: its last letter is none of the word behind it."""
_KEY = regex(rf"(?:(?<![A-Za-z0-9])|{_ESCAPES})(?:{'|'.join(_FORMS)})")
_NAMES = r"(?:api_?key|secret|passw(?:or)?d|(?:auth|access|bearer|refresh|hf|api|session)_?token|credentials?|private_?key|access_?key)"
_QUOTE = r"\\*(?:\"|'|&quot;|&\#39;|&\#x27;)"
_ASSIGNED = regex(
    rf"((?:(?<![A-Za-z])|{_ESCAPES}){_NAMES}(?:_?id)?(?:{_QUOTE})?[ \t]{{0,8}}(?::[ \t]{{0,8}}[A-Za-z]{{1,20}}[ \t]{{0,8}})?[=:]"
    rf"[ \t]{{0,8}}[rbuRBU]?)({_QUOTE})(?!(?:unused|none|null|empty|dummy|not)\b)([^\"'\\\s&]{{4,400}})(?={_QUOTE})",
    re.IGNORECASE,
)
_PLAIN_WORDS = (
    r"(?:a|an|the|this|that|to|of|in|on|not|no|only|also|always|never|then|your|required|needed|missing|invalid|valid|set|used"
    r"|stored|sent|given|provided|expired|wrong|correct|incorrect|empty|optional|known|unknown|shared|kept|read|hidden"
    r"|configured|available|supported|allowed|str|string|none|null)\b"
)
"""What follows "the password is" where none is told."""
_FROM_ENVIRONMENT = r"os\.(?:getenv|environ(?:\.get)?)[(\[]\W{0,3}\w{1,80}\W{0,3}[)\]](?!\s*or\b)"
"""Code that reads a variable, and gives no other value where there is none."""
_FROM_ATTRIBUTE = rf"(?:[A-Za-z_]\w{{0,40}}\.){{1,6}}(?:\w{{0,40}}_)?{_NAMES}(?![\w.-])"
"""Code that takes it from an object: ``config.llm.api_key``."""
_IN_PROSE = regex(
    r"(?:passw(?:or)?d|passphrase|secret|credentials?|(?:api|access|private)[ _-]?key)\b[^\w\s]{0,3}\s{0,3}(?:is|are|was|=|:)\W{0,4}"
    rf"(?!{_PLAIN_WORDS}|{_FROM_ENVIRONMENT}|{_FROM_ATTRIBUTE})\w"
    r"|token\b[^\w\s]{0,3}\s{0,3}(?:is|was|=|:)\W{0,4}(?=[\w.-]{0,40}\d)(?=[\w.-]{0,40}[A-Za-z])[\w.-]{6}",
    re.IGNORECASE,
)
_BEARER = regex(r"(?<![A-Za-z])(Bearer |Basic )([A-Za-z0-9._~+/=-]{8,400})(?=[\\\"'&\s])")
_IN_URL = regex(r"(://[^/\s:@\"'\\]{0,100}:)([^/\s@\"'\\]{1,200})(?=@)")
_SIGNS = regex(
    # What begins with plain letters is found many times as fast as the forms above, and most lines hold none of it.
    r"sk-|hf[_-]|gsk[_-]|xai[_-]|r8[_-]|nvapi[_-]|pplx[_-]|fw[_-]|tgp[_-]|csk[_-]|jina[_-]|pa[_-]|gh[pos][_-]|glpat[_-]|npm[_-]"
    r"|pypi[_-]|lsv2[_-]|github_pat_|aiza|akia|asia|xox|eyj|bearer |basic |://[^/\s:@\"'\\]{0,100}:|api_?key|secret|passw"
    r"|auth_?token|access_?token|bearer_?token|refresh_?token|api_?token|session_?token|credential|private_?key|access_?key"
)
"""In lower case."""
_SECRET_NAME = regex(
    r"api_?key|secret|passw|passphrase|credential|private|_key$|^key$|(?:^|_)(?:pw|pwd|pat|auth|bearer|dsn)(?:$|_)"
    r"|(?<!max_)(?<!_n)token$|access_?key|cookie|webhook|signature",
    re.IGNORECASE,
)
_SETTING_NAME = regex(
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


def may_hold_secret(text: str) -> bool:
    """Whether ``text``, as it is or as JSON, may hold a secret, however plain."""
    low = text.lower()
    if _SIGNS.search(low) is None and "token" not in low and "passphrase" not in low and "key" not in low:
        return False
    return any(form.search(text) for form in (_KEY, _ASSIGNED, _BEARER, _IN_URL, _IN_PROSE))


def hide(text: str) -> str:
    """``text``, code or a report of any format, with every secret in it replaced."""
    if not text or _SIGNS.search(text.lower()) is None:
        return text
    return "".join(
        _hide(line) if _SIGNS.search(line.lower()) else line for line in text.splitlines(keepends=True)
    )


def _hide(line: str) -> str:
    line = _KEY.sub(HIDDEN, line)
    line = _ASSIGNED.sub(rf"\g<1>\g<2>{HIDDEN}", line)
    line = _BEARER.sub(rf"\g<1>{HIDDEN}", line)
    return _IN_URL.sub(rf"\g<1>{HIDDEN}", line)
