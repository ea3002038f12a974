"""Mapping files: found, read, checked, and made into formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from orchestration.errors import ConfigError, Problem
from orchestration.registry.mapping_models import MappingFile
from orchestration.registry.mapping_plan import mistakes, plan_of, warnings
from orchestration.registry.pull_models import MAPPING
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.sources.formats import SourceFormat
from orchestration.sources.mapping import source_format
from orchestration.workspace import Workspace

FOLDER = "mappings"
_ENDINGS = (".yml", ".yaml")


def is_mapping(name: str) -> bool:
    """Whether a source's format is a mapping rather than one of takeup's own."""
    return name.startswith(MAPPING)


def mapping_fault(config: Path, name: str) -> tuple[str, str] | None:
    """What is wrong with `mapping:NAME` as the name of a file in config/mappings, and how to mend it; or None."""
    told = name.removeprefix(MAPPING).strip()
    relative = PurePosixPath(told)
    if not told or relative.is_absolute() or ".." in relative.parts or relative.suffix not in _ENDINGS:
        return f"{told!r} is not the name of a mapping file", f"write it like mapping:crm.yml, in config/{FOLDER}/"
    place = mapping_path(config, name)
    shown = place.relative_to(config)
    if not place.is_file():
        return (
            f"the mapping file config/{shown} does not exist",
            "create it (takeup mapping draft), or correct its name",
        )
    if not place.resolve().is_relative_to(config.resolve()):
        return f"config/{shown} is a link that leads out of config/", "put the file itself there"
    return None


def mapping_path(config: Path, name: str) -> Path:
    """Where `mapping:crm.yml` (or mapping:mappings/crm.yml) lies."""
    relative = PurePosixPath(name.removeprefix(MAPPING).strip())
    parts = relative.parts[1:] if relative.parts[:1] == (FOLDER,) else relative.parts
    return config.joinpath(FOLDER, *parts)


def read_mapping(path: Path, name: str = "") -> SourceFormat:
    """The mapping file at `path` as a format called `name`; raises ConfigError with everything that is wrong in it."""
    return _compiled(YamlFile.read(path), name or f"{MAPPING}{path.name}")


def format_of_text(text: str) -> SourceFormat:
    """The format that a mapping file of this text would be; raises ConfigError."""
    return _compiled(YamlFile.parse(Path("draft.yml"), text), f"{MAPPING}draft.yml")


def _compiled(file: YamlFile, name: str) -> SourceFormat:
    mapping = validate(file, MappingFile)
    found = list(mistakes(file, mapping))
    if found:
        raise ConfigError(found)
    return source_format(plan_of(name, mapping))


def format_of_meaning(meaning: str) -> SourceFormat:
    """The format of a mapping that once was, from what SourceFormat.meaning kept of it."""
    return source_format(plan_of(MAPPING, MappingFile.model_validate_json(meaning)))


def mapping_format(workspace: Workspace, name: str) -> SourceFormat:
    """The format that tools.yml names as `mapping:FILE.yml`; raises ConfigError when the file is not to be used."""
    fault = mapping_fault(workspace.config, name)
    if fault is not None:
        raise ConfigError([Problem(workspace.tools_file, 0, 0, *fault)])
    return read_mapping(mapping_path(workspace.config, name), name)


def formats_of(workspace: Workspace, names: Iterable[str]) -> tuple[Mapping[str, SourceFormat], list[Problem]]:
    """Those of the mappings called `names` that can be used, by name, and what is wrong with the others.

    Names that are no files are left to whoever knows where they were written.
    """
    found: dict[str, SourceFormat] = {}
    problems: list[Problem] = []
    for name in sorted(set(names)):
        if mapping_fault(workspace.config, name) is None:
            try:
                found[name] = read_mapping(mapping_path(workspace.config, name), name)
            except ConfigError as error:
                problems += error.problems
    return found, problems


def unused_problems(workspace: Workspace, used: set[str]) -> Iterator[Problem]:
    """What is wrong with mapping files that no source names, and that none does."""
    named = {mapping_path(workspace.config, name) for name in used}
    for path in mapping_files(workspace):
        if path in named:
            continue
        try:
            read_mapping(path)
        except ConfigError as error:
            yield from error.problems
        else:
            mend = f"name it in tools.yml as `format: {MAPPING}{path.name}`, or delete it"
            yield Problem(path, 1, 1, f"no source reads by {path.name}", mend, is_warning=True)


def all_warnings(workspace: Workspace) -> Iterator[Problem]:
    """What may well be meant otherwise, in every mapping file that can be read."""
    for path in mapping_files(workspace):
        try:
            file = YamlFile.read(path)
            yield from warnings(file, validate(file, MappingFile))
        except ConfigError:
            continue  # what is wrong with it is told as an error
    folder = workspace.config / FOLDER
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix not in (*_ENDINGS, ".md") and not path.name.startswith("."):
            yield Problem(path, 1, 1, f"{path.name} is not read", "end its name in .yml", is_warning=True)


def mapping_files(workspace: Workspace) -> list[Path]:
    """The mapping files, by name."""
    folder = workspace.config / FOLDER
    if not folder.is_dir():
        return []
    inside = workspace.config.resolve()
    found = (path for path in folder.rglob("*") if path.suffix in _ENDINGS and path.is_file())
    return sorted(path for path in found if path.resolve().is_relative_to(inside))
