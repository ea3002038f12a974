"""Read all configuration files of a workspace; one broken file or entry hides no mistake in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from orchestration.errors import ConfigError, Problem
from orchestration.registry.alert_models import Alerts
from orchestration.registry.explain import nearest
from orchestration.registry.models import (
    Calendar,
    PeopleConfig,
    Target,
    TargetsFile,
    Tool,
    ToolsFile,
)
from orchestration.registry.pauses import Pause, pauses_of
from orchestration.registry.privacy import Privacy
from orchestration.registry.pull_models import MAPPING
from orchestration.registry.rule_models import Rule, RuleFile
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.sources import SourceFormat

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]

OPTIONAL = ("targets", "people", "calendar", "privacy", "alerts")


@dataclass(frozen=True, slots=True)
class Registry:
    """The configuration of a workspace. Company-wide defaults and source paths are filled into `tools` already.

    `rule_files` and `rule_yaml` run parallel. `files` holds the other files by stem (`tools`, `targets`, ...), for
    positions; `tool_at` is the index of a tool's entry in tools.yml.
    """

    tools: tuple[Tool, ...]
    rule_files: tuple[RuleFile, ...] = ()
    rule_yaml: tuple[YamlFile, ...] = ()
    targets: tuple[Target, ...] = ()
    people: PeopleConfig = field(default_factory=PeopleConfig)
    calendar: Calendar = field(default_factory=Calendar)
    privacy: Privacy = field(default_factory=Privacy)
    alerts: Alerts = field(default_factory=Alerts)
    files: Mapping[str, YamlFile] = field(default_factory=dict)
    tool_at: Mapping[str, int] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    mappings: Mapping[str, SourceFormat] = field(default_factory=dict)
    """The mapping files that sources name and that can be used, by that name: `mapping:FILE.yml`."""

    @property
    def rule_sources(self) -> tuple[tuple[YamlFile, RuleFile], ...]:
        """Each rule file with the YAML it was read from."""
        return tuple(zip(self.rule_yaml, self.rule_files, strict=True))

    def tool(self, tool_id: str) -> Tool | None:
        """The tool of that id, or None."""
        return next((tool for tool in self.tools if tool.id == tool_id), None)

    def rules_of(self, tool_id: str) -> tuple[RuleFile, ...]:
        """The rule files of that tool, by file name."""
        return tuple(one for one in self.rule_files if one.tool == tool_id)

    def tool_problem(self, tool: Tool, loc: Loc, what: str, mend: str, is_warning: bool = False) -> Problem:
        """A finding at `loc` of the tool's entry in tools.yml."""
        return self.files["tools"].problem(("tools", self.tool_at[tool.id], *loc), what, mend, is_warning)


def load(workspace: Workspace) -> Registry:
    """The whole configuration; raises ConfigError with every error of every file."""
    registry, problems = read(workspace)
    errors = [problem for problem in problems if not problem.is_warning]
    if errors:
        raise ConfigError(errors)
    return registry


def load_alerts(workspace: Workspace) -> Alerts:
    """config/alerts.yml alone; the defaults where there is none. Raises ConfigError."""
    path = workspace.config / "alerts.yml"
    return validate(YamlFile.read(path), Alerts) if path.is_file() else Alerts()


def mentions_pull(workspace: Workspace) -> bool:
    """Whether any source might pull: a look at the text, so that a run without such sources loads nothing for it."""
    try:
        return b"pull" in workspace.tools_file.read_bytes()
    except OSError:
        return False


def read(workspace: Workspace) -> tuple[Registry, list[Problem]]:
    """What can be read of the configuration, and every problem in it. Broken files count as absent."""
    from orchestration.registry.cross_checks import cross_check  # it needs Registry from here

    reader = _Reader(workspace)
    registry = reader.registry()
    registry = replace(registry, pauses=pauses_of(workspace, registry.tools))
    if names := mapping_names(registry.files.get("tools")):
        from orchestration.registry.mappings import formats_of  # it needs the readers, which are many

        mappings, unusable = formats_of(workspace, names)
        registry = replace(registry, mappings=mappings)
        reader.problems += unusable
    found = [*reader.problems, *cross_check(workspace, registry)]
    return registry, sorted(set(found))


class _Reader:
    """Reads file after file and keeps the problems."""

    def __init__(self, workspace: Workspace) -> None:
        self.config = workspace.config
        self.problems: list[Problem] = []
        self.files: dict[str, YamlFile] = {}

    def registry(self) -> Registry:
        calendar = self._model("calendar", Calendar)
        at, tools = self._tools(calendar)
        rules = list(self._rules(workspace_rules(self.config)))
        return Registry(
            tools=tools,
            rule_files=tuple(model for _, model in rules),
            rule_yaml=tuple(file for file, _ in rules),
            targets=self._targets(),
            people=self._model("people", PeopleConfig),
            calendar=calendar,
            privacy=self._model("privacy", Privacy),
            alerts=self._model("alerts", Alerts),
            files=self.files,
            tool_at=at,
        )

    def _file(self, stem: str) -> YamlFile | None:
        path = self.config / f"{stem}.yml"
        if stem in OPTIONAL and not path.exists():
            return None
        try:
            file = YamlFile.read(path)
        except ConfigError as error:
            self.problems += error.problems
            return None
        self.files[stem] = file
        return file

    def _validated(self, file: YamlFile, model: type[M]) -> M | None:
        try:
            return validate(file, model)
        except ConfigError as error:
            self.problems += error.problems
            return None

    def _model(self, stem: str, model: type[M]) -> M:
        file = self._file(stem)
        return (self._validated(file, model) if file else None) or model()

    def _tools(self, calendar: Calendar) -> tuple[dict[str, int], tuple[Tool, ...]]:
        file = self._file("tools")
        if file is None:
            return {}, ()
        self._validated(file, ToolsFile)
        at: dict[str, int] = {}
        tools: list[Tool] = []
        for index, tool in valid_items(file, "tools", Tool):
            if at.setdefault(tool.id, index) == index:
                tools.append(tool.with_defaults(calendar))
        return at, tuple(tools)

    def _targets(self) -> tuple[Target, ...]:
        file = self._file("targets")
        if file is None:
            return ()
        self._validated(file, TargetsFile)
        return tuple(target for _, target in valid_items(file, "targets", Target))

    def _rules(self, paths: Iterable[Path]) -> Iterator[tuple[YamlFile, RuleFile]]:
        for path in paths:
            try:
                file = YamlFile.read(path)
            except ConfigError as error:
                self.problems += error.problems
                continue
            model = self._validated(file, RuleFile)
            found = (file, model) if model is not None else _valid_rules(file)
            if found is not None:
                yield found


def _valid_rules(file: YamlFile) -> tuple[YamlFile, RuleFile] | None:
    """What is left of a rule file without its broken rules, so that they hide no mistake in the others."""
    valid = [index for index, _ in valid_items(file, "rules", Rule)]
    if not valid:
        return None
    left = file.keeping("rules", valid)
    try:
        return left, RuleFile.model_validate(left.data)
    except ValidationError:
        return None


def workspace_rules(config: Path) -> list[Path]:
    """The rule files, by name."""
    folder = config / "rules"
    return sorted(path for path in folder.glob("*") if path.suffix in (".yml", ".yaml")) if folder.is_dir() else []


def valid_items(file: YamlFile, key: str, model: type[M]) -> Iterator[tuple[int, M]]:
    """The entries of a list that are valid by themselves, each with its index."""
    for index, item in enumerate(raw_items(file, key)):
        try:
            yield index, model.model_validate(item)
        except ValidationError:
            continue  # the validation of the whole file has reported it


def raw_items(file: YamlFile | None, key: str) -> list[Any]:
    """The entries of the list at `key` as they were written, or none."""
    data = file.data if file is not None else None
    items = data.get(key) if isinstance(data, dict) else None
    return items if isinstance(items, list) else []


def mapping_names(file: YamlFile | None) -> set[str]:
    """Every `mapping:FILE.yml` that a source of tools.yml gives as its format, in entries valid or not."""
    tools = (item.get("sources") for item in raw_items(file, "tools") if isinstance(item, dict))
    sources = (one for sources in tools if isinstance(sources, list) for one in sources if isinstance(one, dict))
    names = (one.get("format") for one in sources)
    return {name.strip() for name in names if isinstance(name, str) and name.strip().startswith(MAPPING)}


def raw_tool_ids(file: YamlFile | None) -> list[str]:
    """Every text that an entry of tools.yml gives as its id, valid or not."""
    ids = (item.get("id") for item in raw_items(file, "tools") if isinstance(item, dict))
    return [tool_id for tool_id in ids if isinstance(tool_id, str)]


def unknown_tool(tool_id: str, known: list[str]) -> tuple[str, str]:
    """What and mend for a tool id that tools.yml does not have."""
    near = nearest(tool_id, known)
    mend = f"write {near!r}" if near else f"write one of {', '.join(known)}" if known else "add it to config/tools.yml"
    return f"there is no tool {tool_id!r} in config/tools.yml", mend
