"""Read one YAML file so that every later complaint can point at the line and column it is about.

YAML 1.2 core values only: `on` and `NO` stay text, dates stay ISO text, keys are text as written. Anchors, aliases and
custom tags are refused, so that a small file cannot grow into a big one and no value can become an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.main import YAML
from ruamel.yaml.reader import ReaderError

from orchestration.errors import ConfigError, Problem
from orchestration.registry.explain import explain
from orchestration.registry.yaml_tree import BadYaml, Spot, Tree, build

MAX_BYTES = 5_000_000
MAX_DEPTH = 50

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A YAML file as plain Python values, with the place of each. `data` is None for an empty file."""

    path: Path
    data: Any
    text: str
    spots: dict[Loc, Spot]

    @classmethod
    def read(cls, path: Path) -> YamlFile:
        """Read and parse `path`; raises ConfigError (with position) for anything that is not plain YAML 1.2."""
        return cls.parse(path, _text(path))

    @classmethod
    def parse(cls, path: Path, text: str) -> YamlFile:
        """Parse `text` as the content of `path`."""
        if len(text) > MAX_BYTES:
            raise _refused(path, 1, 1, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "split it")
        tree = _tree(path, text)
        return cls(path, tree.data, text, tree.spots)

    def keeping(self, key: str, indexes: Sequence[int]) -> YamlFile:
        """The same file with only those items of its list at `key`, each still at its place in the text."""
        moved = {old: new for new, old in enumerate(indexes)}
        spots = {loc: spot for loc, spot in self.spots.items() if len(loc) < 2 or loc[0] != key}
        for loc, spot in self.spots.items():
            if len(loc) > 1 and loc[0] == key and loc[1] in moved:
                spots[(key, moved[int(loc[1])], *loc[2:])] = spot
        items = [self.data[key][index] for index in indexes]
        return YamlFile(self.path, {**self.data, key: items}, self.text, spots)

    def position(self, loc: Loc) -> tuple[int, int]:
        """Line and column (from 1) of the value at `loc`; of its nearest existing parent when there is none."""
        spot = self._spot(loc)
        return spot.line, spot.column

    def key_position(self, loc: Loc) -> tuple[int, int]:
        """Line and column of the key that names `loc`; of the value where `loc` is a list item."""
        spot = self._spot(loc)
        return spot.key or (spot.line, spot.column)

    def position_in(self, loc: Loc, offset: int) -> tuple[int, int]:
        """Line and column of the character at `offset` within the text value at `loc`."""
        spot = self._spot(loc)
        value = self._at(loc)
        if not isinstance(value, str) or spot.end <= spot.start:
            return spot.line, spot.column
        index = spot.find(self.text, value, offset)
        line = self.text.count("\n", 0, index) + 1
        return line, index - self.text.rfind("\n", 0, index)

    def problem(
        self, loc: Loc, what: str, mend: str, is_warning: bool = False, *, offset: int | None = None
    ) -> Problem:
        """A finding at the value of `loc`, or at the character `offset` within that text."""
        line, column = self.position(loc) if offset is None else self.position_in(loc, offset)
        return Problem(self.path, line, column, what, mend, is_warning)

    def key_problem(self, loc: Loc, what: str, mend: str, is_warning: bool = False) -> Problem:
        """A finding at the key of `loc`."""
        return Problem(self.path, *self.key_position(loc), what, mend, is_warning)

    def _known(self, loc: Loc) -> Loc:
        """`loc` without the parts that do not exist in the file (a missing key, the name of a union member)."""
        known: Loc = ()
        for part in loc:
            if (*known, part) in self.spots:
                known = (*known, part)
        return known

    def _spot(self, loc: Loc) -> Spot:
        return self.spots[self._known(loc)]

    def _at(self, loc: Loc) -> Any:
        value = self.data
        for part in self._known(loc):
            value = value[part]
        return value


def validate(file: YamlFile, model: type[M]) -> M:
    """`file.data` as `model` (an empty file counts as `{}`); raises ConfigError with every error and its position."""
    data = {} if file.data is None else file.data
    if not isinstance(data, dict):
        mend = f"begin with a key such as `{next(iter(model.model_fields))}:`"
        raise ConfigError([file.problem((), "the file is not a mapping of keys to values", mend)])
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(list(_problems(file, model, error))) from None


def _problems(file: YamlFile, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for found in explain(model, error):
        if found.is_key:
            yield file.key_problem(found.loc, found.what, found.mend)
        else:
            yield file.problem(found.loc, found.what, found.mend, offset=found.offset)


def _text(path: Path) -> str:
    raw = _bytes(path)
    try:
        # Editors on Windows end lines with CRLF; offsets are counted in characters, so they must agree with the lines.
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        what = f"the byte 0x{raw[error.start]:02x} is not UTF-8 text"
        raise _refused(path, line, column, what, "save the file as UTF-8") from None


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _refused(path, 1, 1, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "split it")
        return path.read_bytes()
    except FileNotFoundError:
        raise _refused(path, 0, 0, "the file does not exist", "create it, or correct its name") from None
    except OSError as error:
        what = f"the file cannot be read ({error.strerror})"
        raise _refused(path, 0, 0, what, "check that it is a file and that you may read it") from None


@lru_cache(maxsize=256)
def _tree(path: Path, text: str) -> Tree:
    """A run reads its configuration three times, and YAML is slow to parse. Nobody changes what stands in a tree."""
    yaml = YAML(typ="safe", pure=True)
    try:
        return build(yaml.parse(text), MAX_DEPTH)
    except BadYaml as error:
        raise _refused(path, error.line, error.column, error.what, error.mend) from None
    except MarkedYAMLError as error:
        raise _marked(path, text, error) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        what = f"the character U+{ord(text[error.position]):04X} is not permitted in YAML"
        raise _refused(path, line, column, what, "delete it; it is invisible in most editors") from None
    except (YAMLError, ValueError) as error:
        raise _refused(path, 1, 1, f"this is not YAML ({error})", "check the file's syntax") from None


def _marked(path: Path, text: str, error: MarkedYAMLError) -> ConfigError:
    is_open = "flow" in str(error.context) or "end of stream" in str(error.problem)
    # What was never closed is noticed further down; the place to mend is where it was opened.
    marks = (error.context_mark, error.problem_mark) if is_open else (error.problem_mark, error.context_mark)
    mark = marks[0] or marks[1]
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    here = lines[line - 1] if line <= len(lines) else ""
    mend = next((mend for applies, mend in _YAML_MENDS if applies(here, error)), _CHECK_HERE)
    return _refused(path, line, column, f"this is not YAML: {error.problem or error.context}", mend)


_CHECK_HERE = "check the indentation, the colons and the quotes here and in the line above"
_YAML_MENDS: tuple[tuple[Callable[[str, MarkedYAMLError], bool], str], ...] = (
    (lambda here, _: "\t" in here[: len(here) - len(here.lstrip())], "indent with spaces, not with tabs"),
    (lambda _, error: "flow node" in str(error.context), "close the bracket that is still open, or add the value"),
    (lambda _, error: "flow" in str(error.context), "close the bracket that is opened here"),
    (lambda _, error: "end of stream" in str(error.problem), "close the quote that is opened here"),
    (
        lambda _, error: "mapping values are not allowed" in str(error.problem),
        "put quotes around a text that contains `: `, or correct the indentation",
    ),
    (
        lambda here, _: here.lstrip().partition(": ")[2][:1] in {"*", "&", "%", "@", "`", "!"},
        "put quotes around a value that begins with a special character",
    ),
    (
        lambda _, error: "expected <block end>" in str(error.problem),
        "indent this line like its neighbours",
    ),
)


def _refused(path: Path, line: int, column: int, what: str, mend: str) -> ConfigError:
    return ConfigError([Problem(path, line, column, what, mend)])
