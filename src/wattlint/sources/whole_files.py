"""Writes a file in one step: whoever looks sees the old content or the new one, also when the process is killed."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile


def write_whole(path: str, content: bytes) -> None:
    """A new file takes the place of the old one, with its permissions and, where possible, its owner. Raises OSError."""
    status = os.stat(path) if os.path.exists(path) else None
    handle, new = tempfile.mkstemp(prefix=".wattlint-", dir=os.path.dirname(path) or os.curdir)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if status is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):
                os.chown(new, status.st_uid, status.st_gid)
        os.chmod(new, stat.S_IMODE(status.st_mode) if status is not None else 0o666 & ~_umask())
        os.replace(new, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
