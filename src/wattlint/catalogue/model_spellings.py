"""The many ways to write one model id, and what only looks like one.

``openai/gpt-4o-2024-08-06``, ``azure/gpt-4o`` and ``ft:gpt-4o:org::abc`` all name ``gpt-4o``. Nothing here knows a
model: ``readings`` yields the forms an id can be read as, the most literal first, and the catalogue takes the
first one it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wattlint.regexes import regex

_ROUTES = regex(
    r"^(?:arn:[^/]+/"  # Bedrock ARN: foundation model, inference profile
    r"|(?:projects/[^/]+/locations/[^/]+/)?(?:publishers/[^/]+/)?(?:tuned)?models/"  # Gemini, Vertex
    r"|accounts/[^/]+/(?:models|deployments)/"  # Fireworks
    r"|(?:eu|us|global|global-standard|us-gov-\w+-\d|[a-z]{2}-[a-z]+-\d|\d+-month-commitment)/"  # litellm: places, terms
    r"|(?:databricks|anthropic|openai)-(?=claude|gpt|gemini|grok|o\d)"
    r"|(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/)"
)
_BEDROCK = regex(
    r"^(?:(?:us|eu|apac|ap|in|jp|au|ca|sa|global|us-gov)\.)?"
    r"(?:ai21|amazon|anthropic|cohere|google|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen"
    r"|writer|xai|zai)\.(?=[a-z])"
)
_REGION = regex(r"^(?:us|eu|apac|ap|in|jp|au|ca|sa|global|us-gov)\.(?=[a-z0-9]+\.)")
_PROFILE = regex(r"(?:^|[/:])(us|eu|apac|ap|in|jp|au|ca|sa|global|us-gov)\.(?=[a-z0-9]+\.)")
_FINE_TUNED = regex(r"^ft:([^:]+)(?::.*)?$|^([a-z0-9.-]+):ft-.*$")
_SUFFIXES = (
    regex(r":\d+(?::\w+)?$"),  # Bedrock: -v1:0, -v2:0:200k
    regex(r":[0-9a-f]{64}$"),  # Replicate: the version
    regex(r":(?:free|nitro|online|thinking|beta|extended|floor|exacto|self-moderated|latest)$"),  # OpenRouter
    regex(r"@[\w.-]+$"),  # Vertex: @20240620, @001
    regex(r"-(?:latest|preview|exp|experimental|beta|stable|completions)$"),
    regex(r"-(?:preview|exp|beta|experimental)-\d\d-(?:\d\d|\d{4})$"),  # Gemini previews
    regex(r"-20\d\d-?[01]\d-?[0-3]\d(?:-v\d+)?$"),  # -2024-08-06, -20240620, -20240620-v1
    regex(r"-(?:[01]\d-20\d\d|2[3-7][01]\d|[01]\d[0-3]\d|00\d)$"),  # -08-2024, -2407, -0613, -001
    regex(
        r"-(?:v\d|32k|128k|8192|32768|versatile|instant)$"
    ),  # Bedrock version; hosts that write the context
)
_PLACEHOLDER = regex(
    r"(?:^|[^a-z0-9])(?:your|you|my|our|placeholder|todo|fixme|xxx+|changeme|example|dummy|fake|path|insert"
    r"|replace|enter|some|any|deployment|engine|undefined|unknown|mock|stub)(?:$|[^a-z0-9])"
)
_EMPTY_WORD = regex(
    r"(?:model|deployment|engine)s?(?:[-_]?(?:name|id))?|name|id|llm|chat|default|none|null|auto|string|str|test|base"
    r"|custom|local|gpt|llama|ai|bot|agent|embeddings?|foo|bar|baz"
)


def key(spelling: str) -> str:
    """Spelling for look-ups: case, dots and underscores make no difference (``claude-3.5`` and ``claude-3-5``)."""
    return spelling.strip().lower().replace(".", "-").replace("_", "-")


def readings(spelling: str, providers: frozenset[str]) -> Iterator[str]:
    """Forms of ``spelling``, most literal first; ``providers``: prefixes before ``/`` or ``:`` that name a route."""
    seen = set()
    for base in _without_routes(spelling.strip().lower(), providers):
        for form in _without_suffixes(base):
            if form and form not in seen:
                seen.add(form)
                yield form


def without_routes(spelling: str, providers: frozenset[str]) -> str:
    """The id without the prefixes that only say which service is asked; case is kept."""
    shortest = list(_without_routes(spelling.strip().lower(), providers))[-1]
    start = spelling.lower().rfind(shortest)
    return spelling[start : start + len(shortest)] if start >= 0 else shortest


def profile_area(spelling: str) -> str | None:
    """``us`` of ``us.anthropic.claude-…``: where a cross-region inference profile of Bedrock lets calls run. The region that
    such a call is sent to only hands it on
    (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html)."""
    found = _PROFILE.search(spelling.strip().lower())
    return found[1] if found else None


def is_placeholder(spelling: str) -> bool:
    """True for what stands in the place of a model: ``<your-model>``, ``path/to/model``, ``TODO``, ``./weights``."""
    text = spelling.strip()
    if not text or len(text) > 200 or _EMPTY_WORD.fullmatch(text.lower()):
        return True
    if re.search(r"[\s<>{}\[\]$%*?!,;'\"\\]|^[.~/]|^[A-Za-z]:[\\/]|\.\.\.", text):
        return True
    return not re.search(r"[A-Za-z]", text) or bool(_PLACEHOLDER.search(text.lower()))


def _without_routes(text: str, providers: frozenset[str]) -> Iterator[str]:
    yield text
    while True:
        shorter = _ROUTES.sub("", text)
        tuned = _FINE_TUNED.match(shorter)
        if tuned:
            shorter = tuned[1] or tuned[2]
        for separator in "/:":
            head, found, tail = shorter.partition(separator)
            if found and tail and head in providers:
                shorter = tail
                break
        if shorter == text:
            region_free = _REGION.sub("", text)
            shorter = region_free if region_free != text else _BEDROCK.sub("", text)
        if shorter == text or not shorter:
            return
        text = shorter
        yield text


def _without_suffixes(text: str) -> Iterator[str]:
    yield text
    changed = True
    while changed:
        changed = False
        for suffix in _SUFFIXES:
            shorter = suffix.sub("", text)
            if shorter != text:
                text, changed = shorter, True
                yield text
                break
    if text.startswith("gpt-35"):  # Azure deployment names cannot contain a dot
        yield text.replace("gpt-35", "gpt-3.5", 1)
