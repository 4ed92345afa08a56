"""From bytes on disk to text whose lines are numbered as Python numbers them."""

from __future__ import annotations

import io
import re

from wattlint.sources import touched
from wattlint.sources.buffers import read_bytes
from wattlint.sources.files import FileRef, Problem, SourceFile

MAX_BYTES = 64 * 1024 * 1024
"""Larger files are data, whatever their name says."""

UNREAD = "cannot be read"
"""Begins the message about a file whose bytes could not be had."""
NOTEBOOK = ".ipynb"
_BOM = b"\xef\xbb\xbf"
_QUADRATIC = frozenset({"punycode", "idna"})


def read(ref: FileRef) -> SourceFile | Problem:
    """The file's text, or why there is none. Never raises."""
    raw = read_raw(ref)
    return raw if isinstance(raw, Problem) else source_from_bytes(ref, raw)


def read_raw(ref: FileRef) -> bytes | Problem:
    """The file as it is on disk, or why it cannot be read. Never raises."""
    try:
        raw = read_bytes(ref.file, MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        touched.file(ref.file)
        return Problem(ref.display, None, f"{UNREAD}: {getattr(error, 'strerror', None) or error}")
    touched.file(ref.file, raw)
    if len(raw) > MAX_BYTES:
        return Problem(ref.display, None, f"larger than {MAX_BYTES // 2**20} MB, not read")
    return raw


def is_plain(ref: FileRef, raw: bytes) -> bool:
    """Whether ``raw`` is the text of a module as it stands: ``SourceFile.code`` would be the same bytes."""
    if b"\r" in raw or b"\0" in raw or ref.file.endswith(NOTEBOOK):
        return False
    if raw.startswith(_BOM) or _may_have_cookie(raw):
        return False
    if raw.isascii():
        return True
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def source_from_bytes(ref: FileRef, raw: bytes) -> SourceFile | Problem:
    """Like ``read`` for bytes that are at hand (an editor's buffer, standard input, a git blob)."""
    if ref.file.endswith(NOTEBOOK):
        from wattlint.sources.notebooks import read_notebook

        return read_notebook(ref, raw)
    text = decode(raw, ref.display)
    if isinstance(text, Problem):
        return text
    return SourceFile(ref.path, ref.display, raw, text, None)


def decode(raw: bytes, display: str) -> str | Problem:
    """Python source as text (PEP 263), line ends normalised to ``\\n``."""
    encoding = "utf-8"
    if raw.startswith(_BOM) or _may_have_cookie(raw):
        from tokenize import detect_encoding

        try:
            encoding = detect_encoding(io.BytesIO(_newlines(raw)).readline)[0]
        except (SyntaxError, ValueError, LookupError) as error:  # unknown, none for text, or against the mark
            return Problem(display, 1, f"cannot be decoded: {error}")
    if encoding in _QUADRATIC:
        return Problem(display, 1, f"cannot be decoded: {encoding} is no encoding for source code")
    if b"\0" in raw:
        return Problem(
            display, _line_at(raw, raw.index(b"\0")), "contains null bytes, so it is no Python source"
        )
    try:
        text = raw.decode(encoding)
        if encoding not in ("utf-8", "utf-8-sig"):
            text.encode()  # exotic codecs yield lone surrogates and null characters, which ast refuses
            if "\0" in text:
                return Problem(display, 1, f"decodes to null characters as {encoding}")
    except UnicodeDecodeError as error:
        line = _line_at(raw, error.start)
        return Problem(display, line, f"not valid {encoding}: byte 0x{raw[error.start]:02x} ({error.reason})")
    except (LookupError, ValueError) as error:
        return Problem(display, 1, f"cannot be decoded as {encoding}: {error}")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def characters(line: str, octets: int) -> int:
    """How many characters of ``line`` its first UTF-8 ``octets`` are."""
    return len(line.encode("utf-8", "surrogatepass")[:octets].decode("utf-8", "ignore"))


def _may_have_cookie(raw: bytes) -> bool:
    """PEP 263: in the first two lines. In two steps, for one pattern would backtrack over a long line."""
    end = raw.find(b"\n", raw.find(b"\n") + 1)
    if raw.find(b"coding", 0, end if end >= 0 else len(raw)) < 0:
        return False
    two = re.match(rb"[^\r\n]*(?:\r\n?|\n)?[^\r\n]*", raw)
    return two is not None and re.search(rb"coding[:=]", two[0]) is not None


def _newlines(raw: bytes) -> bytes:
    """Enough of ``raw`` for the two lines of a coding cookie, with line ends that ``readline`` knows."""
    return raw[:10_000].replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _line_at(raw: bytes, offset: int) -> int:
    before = raw[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1
