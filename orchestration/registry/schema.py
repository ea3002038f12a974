"""JSON Schemas of the configuration files, made from the models, for completion and checking in editors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel

from orchestration.registry.alert_models import Alerts
from orchestration.registry.mapping_models import MappingFile
from orchestration.registry.models import Calendar, PeopleConfig, TargetsFile, ToolsFile
from orchestration.registry.privacy import Privacy
from orchestration.registry.rule_models import RuleFile
from orchestration.registry.yaml_file import YamlFile

MODELS: dict[str, type[BaseModel]] = {
    "tools": ToolsFile,
    "rules": RuleFile,
    "targets": TargetsFile,
    "people": PeopleConfig,
    "calendar": Calendar,
    "privacy": Privacy,
    "alerts": Alerts,
    "mapping": MappingFile,
}


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of each configuration file, by the stem of its name."""
    return {stem: _schema(stem, model) for stem, model in MODELS.items()}


def write_schemas(folder: Path, *, keep: bool = False) -> list[Path]:
    """Write `<stem>.schema.json` into `folder` and return the paths written; `keep` leaves existing files alone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for stem, schema in schemas().items():
        path = folder / f"{stem}.schema.json"
        if keep and path.exists():
            continue
        path.write_bytes(orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        written.append(path)
    return written


def _schema(stem: str, model: type[BaseModel]) -> dict[str, Any]:
    made = model.model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"takeup {stem}"}
    readable: dict[str, Any] = _readable(made)
    return {**readable, **head}


def _readable(node: Any) -> Any:
    """Examples as values instead of YAML texts, and without the titles that only repeat the key."""
    if isinstance(node, list):
        return [_readable(one) for one in node]
    if not isinstance(node, dict):
        return node
    result = {key: _readable(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    if isinstance(node.get("examples"), list):
        result["examples"] = [_value(one) for one in node["examples"]]
    return result


def _value(example: Any) -> Any:
    return YamlFile.parse(Path("example"), example).data if isinstance(example, str) else example
