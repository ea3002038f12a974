"""dbt's templates, compiled once per project.

Of every model, macro and test dbt makes Python by way of Jinja, in every process anew: a twelfth of what a small build
costs, and always with the same result. It is kept beside what was parsed (orchestration/parsed_project.py), as Python
keeps its own compiled files, and goes with it when the project or the packages that read it are others.
"""

from __future__ import annotations

import marshal
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Any

_FILE = "templates.marshal"
_known: dict[Path, dict[str, CodeType]] = {}


@contextmanager
def compiled_once(folder: Path) -> Iterator[None]:
    """Templates of strings are taken from `folder`, and what had to be compiled is kept there."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    known = _known.setdefault(folder, {})
    if not known:
        known.update(_read(folder))
    before, compiles = len(known), MacroFuzzEnvironment.compile

    def compile_once(environment: Any, source: Any, name: Any = None, *args: Any, **options: Any) -> Any:
        if name is not None or args or options or not isinstance(source, str):
            return compiles(environment, source, name, *args, **options)
        key = sha256(f"{type(environment).__qualname__}\0{source}".encode()).hexdigest()
        if key not in known:
            known[key] = compiles(environment, source)
        return known[key]

    MacroFuzzEnvironment.compile = compile_once  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        MacroFuzzEnvironment.compile = compiles  # type: ignore[method-assign]
        if len(known) > before:
            _write(folder, known)


def _read(folder: Path) -> dict[str, CodeType]:
    """Nothing when there is nothing, or what is there was cut off."""
    try:
        found: dict[str, CodeType] = marshal.loads((folder / _FILE).read_bytes())  # noqa: S302 - as Python's own files
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return found


def _write(folder: Path, known: dict[str, CodeType]) -> None:
    """Aside and renamed: another process sees all of it or nothing. A folder that is not ours to write to stays."""
    if not os.access(folder, os.W_OK):
        return
    handle, aside = tempfile.mkstemp(prefix=".templates-", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(marshal.dumps(known))
    Path(aside).replace(folder / _FILE)
