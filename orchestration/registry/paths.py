"""Where a tool's logs may lie: inside the workspace, and not among the workspace's own files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

RESERVED = ("config", "published", "reports", "vault", ".takeup", "warehouse.duckdb", "warehouse.duckdb.wal")
_PATTERN = re.compile(r"[*?\[]")


def path_fault(root: Path, path: str) -> tuple[str, str] | None:
    """What is wrong with `path` of a source and how to mend it, or None. `root` is the workspace's folder."""
    if "\0" in path or "\\" in path:
        return f"the path {path!r} has characters that no path has here", "write it with forward slashes"
    if path.startswith("~") or ".." in PurePosixPath(path).parts:
        return f"the path {path!r} leaves the workspace", "put the files below inbox/ and write that path"
    relative = _relative(root, path)
    if relative is None:
        mend = "put the files below inbox/ (or copy them there on schedule) and write a path relative to the workspace"
        return f"the path {path!r} lies outside the workspace", mend
    return _folder_fault(relative, path) or _link_fault(root, relative)


def _folder_fault(relative: Path, path: str) -> tuple[str, str] | None:
    parts = relative.parts
    if not parts or _PATTERN.search(parts[0]):
        return f"the path {path!r} covers the whole workspace", "begin with a folder such as inbox/"
    if parts[0].casefold() in RESERVED:
        return f"the path {path!r} is takeup's own", "write a folder such as inbox/ or landing/"
    return None


def _link_fault(root: Path, relative: Path) -> tuple[str, str] | None:
    try:
        escape = next(_escapes(root, relative), None)
    except ValueError as error:
        return f"the path {str(relative)!r} is not a pattern ({error})", "write it like inbox/tool/*.jsonl"
    except OSError as error:
        return f"{str(relative)[:80]!r} cannot be looked at ({error.strerror})", "check the name and your permissions"
    if escape is None:
        return None
    return f"{escape.relative_to(root)} is a link that leads out of the workspace", "put the files themselves there"


def exists(root: Path, path: str) -> bool:
    """Whether anything is there: the file, the folder, or the folder that the pattern begins with."""
    relative = _relative(root, path)
    try:
        return relative is not None and (root / _fixed(relative)).exists()
    except OSError:
        return False


def _relative(root: Path, path: str) -> Path | None:
    """`path` relative to the workspace; None when it is an absolute path elsewhere."""
    given = Path(path)
    if not given.is_absolute():
        return given
    for base in (root, root.resolve()):
        if given.is_relative_to(base):
            return given.relative_to(base)
    return None


def _fixed(relative: Path) -> Path:
    """The part of a pattern before its first wildcard."""
    fixed: list[str] = []
    for part in relative.parts:
        if _PATTERN.search(part):
            break
        fixed.append(part)
    return Path(*fixed)


def _matches(root: Path, relative: Path) -> Iterator[Path]:
    if not _PATTERN.search(str(relative)):
        return iter([root / relative] if (root / relative).exists() else [])
    return root.glob(str(relative))


def _escapes(root: Path, relative: Path) -> Iterator[Path]:
    """Links on the way to, among or below the matches that lead out of the workspace."""
    real_root = root.resolve()
    fixed = _fixed(relative)
    on_the_way = [root.joinpath(*fixed.parts[: depth + 1]) for depth in range(len(fixed.parts))]
    for place in on_the_way:
        if not _is_inside(place, real_root):
            yield place
            return
    for match in _matches(root, relative):
        for link in _links(match):
            if not _is_inside(link, real_root):
                yield link


def _is_inside(place: Path, real_root: Path) -> bool:
    try:
        return place.resolve().is_relative_to(real_root)
    except RuntimeError:  # a link to itself leads nowhere, which is not inside
        return False


def _links(match: Path) -> Iterator[Path]:
    """`match` and everything below it that is a link. One system call per folder: an inbox can hold very many files."""
    if match.is_symlink():
        yield match
    folders = [match] if match.is_dir() else []
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield Path(entry.path)
                elif entry.is_dir():
                    folders.append(Path(entry.path))
