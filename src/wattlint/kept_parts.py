"""Named parts in one file, each with its checksum: who reads the file pays for the parts that it needs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from wattlint.sources.touched import digest


class Parts:
    """What ``packed`` made. A part that is damaged or missing raises ValueError or KeyError when it is asked for."""

    def __init__(self, raw: bytes) -> None:
        """Raises ValueError where ``raw`` is nothing that ``packed`` made."""
        self._raw = raw
        self._places: dict[str, tuple[int, int, str]] = {}
        begin = raw.index(b"\n") + 1
        for row in raw[: begin - 1].decode().split(" "):
            name, length, checksum = row.split(":")
            self._places[name] = begin, begin + int(length), checksum
            begin += int(length)

    def __getitem__(self, name: str) -> bytes:
        begin, end, checksum = self._places[name]
        part = self._raw[begin:end]
        if _checksum(name, part) != checksum:
            raise ValueError(f"{name} is damaged")
        return part

    def whole(self) -> dict[str, bytes]:
        """Those that are not damaged."""
        found = {}
        for name in self._places:
            with contextlib.suppress(ValueError):
                found[name] = self[name]
        return found


def packed(parts: Mapping[str, bytes]) -> bytes:
    head = " ".join(f"{name}:{len(part)}:{_checksum(name, part)}" for name, part in parts.items())
    return b"\n".join((head.encode(), b"".join(parts.values())))


def _checksum(name: str, part: bytes) -> str:
    return digest(name.encode() + part)
