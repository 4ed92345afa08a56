"""The model catalogue at run time: any spelling of a model id to its record.

A look-up never guesses silently. It tries, in this order: the id and its other spellings; the prefix of a known
family of hosted models (``provenance`` "family"); what an open model's name says about itself ("disclosed" for the
maker's own repositories, whose counts the table of families has, else "parsed-from-name"); then it gives up.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from wattlint.catalogue import model_names, store
from wattlint.catalogue.model_names import Families, Family, ParsedName
from wattlint.catalogue.model_spellings import is_placeholder, key, readings, without_routes
from wattlint.catalogue.records import ModelRecord, Provenance, Range
from wattlint.regexes import regex

# Digits in names are rounded, mostly down. Of 792 dense Hugging Face models whose count is known (llmfit's list, MIT),
# this is the middle 80 % of true count / digits, with the median.
_ROUNDED = Range(0.94, 1.02, 1.24)

_OLLAMA = regex(r"ollama(?:_chat)?[/:](?!.*/)(.+)", re.IGNORECASE)


class Resolution(NamedTuple):
    """A record and, for people, how the id led to it."""

    record: ModelRecord
    how: str


class Superseded(NamedTuple):
    """What a maker's own figures show to be at least as good."""

    by: str
    reason: str
    source: str


class ModelCatalogue:
    """``data`` is the compiled section (``catalogue/schema/models.py``)."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._rows: list[tuple[Any, ...]] = data["records"]
        self._index: dict[str, int] = data["index"]
        self._prefixes: list[tuple[str, int, str]] = data["prefixes"]
        self._makers: list[tuple[str, str]] = data["makers"]
        self._organisations: dict[str, str] = data["organisations"]
        self._providers = frozenset(data["providers"])
        self._routes = self._providers | frozenset(self._organisations)
        self._families = Families(
            [Family(*row) for row in data["families"]], data["family_index"], data["endings"]
        )
        self._library: dict[str, str] = data["library"]
        self._superseded: dict[str, tuple[str, str, str]] = data["superseded"]
        self._tokenizers: dict[str, str] = data["tokenizers"]
        self._drafts: dict[str, str] = data["drafts"]
        self._resolved: dict[str, Resolution | None] = {}
        self._by_spelling = lru_cache(maxsize=1024)(self._read)
        self.superseded = lru_cache(maxsize=1024)(self._find_superseding)
        """The smaller model that replaces an id by its maker's own figures."""
        self.own_names: tuple[str, ...] = tuple(data.get("own_names", ()))
        """What the user's own folder names, where there is one."""

    def lookup(self, id: str) -> ModelRecord | None:
        """The record for any spelling of ``id``; None when nothing is known about it."""
        resolution = self.resolve(id)
        return resolution.record if resolution else None

    def resolve(self, id: str) -> Resolution | None:
        """Like ``lookup``, with the way the id was resolved."""
        if id not in self._resolved:
            self._resolved[id] = self._resolve(id)
        return self._resolved[id]

    def _resolve(self, id: str) -> Resolution | None:
        library = _OLLAMA.match(id)
        if library:  # there, deepseek-r1 is a distilled model of 8 billion parameters
            found = self._by_name(self._tagged(library[1]))
            if found:
                return found
        found = self._by_spelling(id)
        if found or is_placeholder(id):
            return found
        return self._by_prefix(id) or self._by_name(id) or self._by_name(self._tagged(id))

    def _tagged(self, name: str) -> str:
        """A name of Ollama's library with the tag it stands for."""
        name = name.removesuffix(":latest")
        tag = self._library.get(name.lower())
        return f"{name}:{tag}" if tag else name

    def maker_of(self, id: str) -> str | None:
        """The maker, also of versions that the catalogue does not have (``claude-99`` -> ``anthropic``)."""
        record = self.lookup(id)
        if record:
            return record.maker
        organisation = self._organisation(id)
        if organisation in self._organisations:
            return self._organisations[organisation]
        bare = without_routes(id, self._routes).lower()
        return next((maker for prefix, maker in self._makers if bare.startswith(prefix)), None)

    def normalise(self, id: str) -> str:
        """The id of the record that ``id`` spells, or ``id`` without the prefixes of services and gateways."""
        found = self._by_spelling(id)
        return found.record.id if found else without_routes(id.strip(), self._providers)

    def looks_like_model(self, id: str) -> bool:
        """False for placeholders, local paths and plain words; True for what could be a model's id."""
        if self._by_spelling(id):
            return True
        if is_placeholder(id):
            return False
        bare = without_routes(id.strip(), self._providers)
        named = re.search(r"[a-zA-Z]", bare) and re.search(r"\d", bare) and re.search(r"[-.:_/]", bare)
        return bool(named or re.fullmatch(r"[\w.-]+/[\w.-]+", bare) or self.resolve(id) or self.maker_of(id))

    def nearest(self, id: str) -> list[str]:
        """Up to five ids of the catalogue that are spelled alike, the closest first."""
        import difflib  # only for messages

        wanted = key(without_routes(id, self._routes))
        close = difflib.get_close_matches(wanted, self._index, n=12, cutoff=0.6)
        return list(dict.fromkeys(self._rows[self._index[spelling]][0] for spelling in close))[:5]

    def records(self) -> list[ModelRecord]:
        """Every listed model, in the order of the files."""
        return [_record(row) for row in self._rows]

    def _find_superseding(self, id: str) -> Superseded | None:
        for form in readings(id, self._providers):
            if key(form) in self._superseded:
                return Superseded(*self._superseded[key(form)])
        return None

    def tokenizer(self, record: ModelRecord) -> str | None:
        """The group of families with the same tokens; None where it is not known for certain."""
        return self._tokenizers.get(record.family) if record.provenance == "disclosed" else None

    def draft(self, record: ModelRecord) -> str | None:
        """A small model with the same tokens, for speculative decoding."""
        return self._drafts.get(record.family) if record.provenance == "disclosed" else None

    def _read(self, id: str) -> Resolution | None:
        """The listed model that some reading of ``id`` names."""
        for form in readings(id, self._routes):
            row = self._index.get(key(form))
            if row is not None:
                record = _record(self._rows[row])
                if record.open_weights and self._organisation(id) in self._organisations:
                    # A repository: the maker's service may end, weights that anyone can run do not.
                    record = record._replace(deprecated=None, retired=None, retirement_source=None)
                return Resolution(
                    record, "listed" if form == record.id.lower() else f'spelling of "{record.id}"'
                )
        return None

    def _by_prefix(self, id: str) -> Resolution | None:
        bare = without_routes(id.strip(), self._routes)
        if "/" in bare:
            return None
        spelling = key(bare)
        for prefix, row, source in self._prefixes:
            if spelling.startswith(prefix) and not self._says_its_size(id):
                like = _record(self._rows[row])
                record = like._replace(
                    id=bare,
                    provenance="family" if like.total_b else None,
                    source=source,
                    input_usd_per_mtok=None,
                    output_usd_per_mtok=None,
                    price_date=None,
                    price_source=None,
                    released=None,
                    release_source=None,
                    deprecated=None,
                    retired=None,
                    retirement_source=None,
                )
                return Resolution(
                    record, f'not listed; taken to be like "{like.id}", by its prefix "{prefix}"'
                )
        return None

    def _says_its_size(self, id: str) -> bool:
        parsed = model_names.parse(id, self._families)
        return bool(parsed and parsed.total_b)

    def _by_name(self, id: str) -> Resolution | None:
        bare = without_routes(id.strip(), self._providers)
        parsed = model_names.parse(bare, self._families)
        if parsed is None or (parsed.total_b is None and "/" not in bare):
            return None
        organisation = self._organisation(bare)
        owner = self._organisations.get(organisation or "")
        # Ollama's library and the hosts' own ids carry the makers' weights, and write no organisation.
        own = parsed.leading if organisation is None else bool(parsed.family and parsed.family.maker == owner)
        provenance: Provenance = "disclosed" if parsed.checked and own else "parsed-from-name"
        maker = owner or (parsed.family.maker if parsed.family else organisation)
        family = f'family "{parsed.family.name}"' if parsed.family else "no known family"
        counted = (
            "its table"
            if parsed.exact
            else "the digits in the name"
            if parsed.total_b
            else "no size readable"
        )
        how = f"read from the name: {family}, {counted}"
        return Resolution(_open_record(bare, maker or "unknown", parsed, provenance), how)

    def _organisation(self, id: str) -> str | None:
        head, slash, _ = without_routes(id.strip(), self._providers).lower().partition("/")
        return head if slash else None


@cache
def load_models(user_folder: Path | None = None) -> ModelCatalogue:
    """The catalogue of ``rules/models``, and on top of it the files of ``user_folder``, whose ids win. Raises
    CatalogueError when one of them is wrong."""
    data = store.section("models")
    if user_folder is None:
        return ModelCatalogue(data)
    from wattlint.catalogue.schema.user_models import add_user_folder

    return ModelCatalogue(add_user_folder(user_folder, data))


def _record(row: tuple[Any, ...]) -> ModelRecord:
    record = ModelRecord(*row)
    return record._replace(
        total_b=Range(*record.total_b) if record.total_b else None,
        active_b=Range(*record.active_b) if record.active_b else None,
    )


def _open_record(id: str, maker: str, parsed: ParsedName, provenance: Provenance) -> ModelRecord:
    family = parsed.family
    active = parsed.active_b if parsed.active_b is not None else parsed.total_b
    sized = parsed.total_b is not None
    return ModelRecord(
        id=id,
        maker=maker,
        family=family.name if family else id.rsplit("/", 1)[-1],
        kind=parsed.kind,
        total_b=_range(parsed.total_b, parsed),
        active_b=_range(active, parsed),
        provenance=provenance if sized else None,
        source=_source(id, parsed),
        architecture="unknown" if not sized else "moe" if parsed.active_b is not None else "dense",
        native_precision=parsed.precision,
        quantized=parsed.quantized,
        open_weights=True,
        reasoning=bool(family and family.reasoning),
        context_tokens=family.context_tokens if family else None,
        input_usd_per_mtok=None,
        output_usd_per_mtok=None,
        price_date=None,
        price_source=None,
        typical_output_tokens=family.typical_output_tokens if family else None,
        released=family.released if family else None,
        release_source=f"creation of {family.source.split()[0]}" if family and family.released else None,
        deprecated=None,
        retired=None,
        retirement_source=None,
        successor=None,
        smaller=None,
        dated=family.dated if family else "",
    )


def _source(id: str, parsed: ParsedName) -> str:
    if parsed.family is None:
        return f"the name {id}"
    page = parsed.family.source
    return page if parsed.checked or not parsed.exact else page.replace("parameters of", "not compared with")


def _range(count_b: float | None, parsed: ParsedName) -> Range | None:
    if count_b is None:
        return None
    factors = Range(1, 1, 1) if parsed.exact else _ROUNDED
    return Range(*(float(f"{count_b * factor:.4g}") for factor in factors))
