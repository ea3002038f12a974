"""Whose rows are the reader's own: the vault knows, and `takeup people key` asks it in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

MOST_SECONDS = 60
WHY = "the dashboard: own usage"


@lru_cache(maxsize=4096)
def own_key(workspace: Path, login: str) -> str | None:
    """The key of whoever has this address on a roster; None when nobody has. The vault logs the question."""
    takeup = [sys.executable, "-m", "orchestration.cli"]
    command = [*takeup, "people", "key", "--json", "--why", WHY, "-w", str(workspace), "--", login]
    done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)
    try:
        found = json.loads(done.stdout).get(login)
    except ValueError:
        return None
    return str(found) if found else None
