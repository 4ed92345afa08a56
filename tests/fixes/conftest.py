from __future__ import annotations

from pathlib import Path

import pytest
from fix_rules import write_rules


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a rule for every fix."""
    folder = tmp_path_factory.mktemp("fix-rules")
    write_rules(folder)
    return folder
