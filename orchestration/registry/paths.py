"""Where a tool's logs may lie: inside the workspace, and not among the workspace's own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

RESERVED = ("config", "published", "reports", "vault", ".takeup", "warehouse.duckdb", "warehouse.duckdb.wal")
_MAX_MATCHES = 100_000
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
    escape = next(_escapes(root, relative), None)
    if escape is None:
        return None
    return f"{escape.relative_to(root)} is a link that leads out of the workspace", "put the files themselves there"


def source_files(root: Path, path: str) -> list[Path]:
    """The files that `path` (file, folder or pattern) stands for, sorted; none that a link leads out of `root`."""
    relative = _relative(root, path)
    if relative is None or path_fault(root, path) is not None:
        return []
    real_root = root.resolve()
    files = {file for match in _matches(root, relative) for file in _files(match)}
    return sorted(file for file in files if file.resolve().is_relative_to(real_root))


def exists(root: Path, path: str) -> bool:
    """Whether anything is there: the file, the folder, or the folder that the pattern begins with."""
    relative = _relative(root, path)
    return relative is not None and (root / _fixed(relative)).exists()


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
    return islice(root.glob(str(relative)), _MAX_MATCHES)


def _files(match: Path) -> Iterator[Path]:
    if match.is_file():
        yield match
    elif match.is_dir():
        yield from (file for file in islice(match.rglob("*"), _MAX_MATCHES) if file.is_file())


def _escapes(root: Path, relative: Path) -> Iterator[Path]:
    """Links on the way to, among or directly below the matches that lead out of the workspace."""
    real_root = root.resolve()
    fixed = _fixed(relative)
    on_the_way = [root.joinpath(*fixed.parts[: depth + 1]) for depth in range(len(fixed.parts))]
    for place in on_the_way:
        if not place.resolve().is_relative_to(real_root):
            yield place
            return
    for match in _matches(root, relative):
        inside = islice(match.rglob("*"), _MAX_MATCHES) if match.is_dir() else iter(())
        for place in (match, *inside):
            if place.is_symlink() and not place.resolve().is_relative_to(real_root):
                yield place
