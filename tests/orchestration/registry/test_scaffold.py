"""A new workspace explains itself, and what it shows works."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest
from workspaces import tool

from orchestration.errors import UsageError
from orchestration.registry import load_registry
from orchestration.registry.check import check
from orchestration.registry.models import Calendar, PeopleConfig, TargetsFile, ToolsFile
from orchestration.registry.privacy import Privacy
from orchestration.registry.scaffold import CONFIG_FILES, TEMPLATES, init_workspace
from orchestration.registry.schema import MODELS, schemas, write_schemas
from orchestration.registry.yaml_file import YamlFile, validate
from orchestration.workspace import Workspace

FIXTURES = Path(__file__).parents[2] / "fixtures" / "config"


def uncommented(text: str) -> str:
    """The example of a template, as somebody gets it who takes one `#` off every line below the introduction."""
    _, _, body = text.partition("\n\n")
    lines = [re.sub(r"^# ?", "", line) for line in body.splitlines()]
    return "\n".join(lines).replace("tools: []", "tools:").replace("targets: []", "targets:")


def template(made: Workspace, stem: str) -> YamlFile:
    path = made.config / f"{stem}.yml"
    return YamlFile.parse(path, uncommented(path.read_text()))


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    return init_workspace(tmp_path / "new" / "ws").workspace


def test_a_new_workspace_has_every_folder_and_file(made: Workspace) -> None:
    assert Workspace.at(made.root) == made
    for folder in ("people", "absences", "outages", "training", "work_items", "eligible"):
        assert (made.inbox / folder).is_dir()
    for folder in (made.rules, made.landing, made.published, made.reports):
        assert folder.is_dir()
    assert {path.name for path in made.config.glob("*.yml")} == set(CONFIG_FILES)


def test_only_the_owner_may_enter_the_vault(made: Workspace) -> None:
    assert made.vault.stat().st_mode & 0o777 == 0o700


def test_a_new_workspace_has_no_errors(made: Workspace) -> None:
    assert [str(problem) for problem in check(made) if not problem.is_warning] == []
    registry = load_registry(made)
    assert (registry.tools, registry.calendar, registry.privacy) == ((), Calendar(), Privacy())


def test_the_examples_in_the_comments_are_valid(made: Workspace) -> None:
    (entry,) = validate(template(made, "tools"), ToolsFile).tools
    assert entry.id == "doc-extract"
    (target,) = validate(template(made, "targets"), TargetsFile).targets
    assert target.tool == entry.id
    assert validate(template(made, "calendar"), Calendar).holidays.country == "DE"


def test_the_defaults_in_the_comments_are_the_defaults(made: Workspace) -> None:
    assert validate(template(made, "people"), PeopleConfig) == PeopleConfig()
    assert validate(template(made, "privacy"), Privacy) == Privacy()
    calendar = validate(template(made, "calendar"), Calendar)
    assert (calendar.timezone, calendar.working_days) == (Calendar().timezone, Calendar().working_days)
    (entry,) = validate(template(made, "tools"), ToolsFile).tools
    for name in ("window_weeks", "min_uses", "min_available_days", "grace_days"):
        assert getattr(calendar, name) == type(entry).model_fields[name].default == getattr(entry, name)


def test_a_newcomer_who_follows_the_comments_gets_no_error(made: Workspace) -> None:
    for stem in ("tools", "targets"):
        path = made.config / f"{stem}.yml"
        path.write_text(uncommented(path.read_text()))
    readme = (made.rules / "README.md").read_text()
    (made.rules / "doc-extract.yml").write_text(readme.split("```yaml\n")[1].split("```")[0])
    assert [str(problem) for problem in check(made) if not problem.is_warning] == []
    assert load_registry(made).rule_files[0].rules[0].train == "DX-101 Reading the confidence"


def test_existing_files_are_never_changed(made: Workspace) -> None:
    made.tools_file.write_text(f"tools:\n{tool()}")
    (made.config / "schemas" / "tools.schema.json").write_text("{}")
    (made.config / "calendar.yml").unlink()
    again = init_workspace(made.root)
    assert again.created == (made.config / "calendar.yml",)
    assert len(again.kept) == len(TEMPLATES) - 1
    assert [one.id for one in load_registry(made).tools] == ["doc-extract"]
    assert (made.config / "schemas" / "tools.schema.json").read_text() == "{}"


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="choose a folder"):
        init_workspace(tmp_path / "file" / "ws")


def test_every_file_tells_editors_its_schema(made: Workspace) -> None:
    for path in made.config.glob("*.yml"):
        first = path.read_text().splitlines()[0]
        assert first == f"# yaml-language-server: $schema=schemas/{path.stem}.schema.json"
        assert (path.parent / first.partition("=")[2]).is_file()


def test_schemas_are_schemas(tmp_path: Path) -> None:
    assert [path.name for path in write_schemas(tmp_path)] == [f"{stem}.schema.json" for stem in MODELS]
    for schema in schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "path", sorted((FIXTURES / "valid").glob("*/*.yml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_schemas_accept_what_the_models_accept(path: Path) -> None:
    data = YamlFile.read(path).data
    if path.parent.name in schemas() and data is not None:
        jsonschema.validate(data, schemas()[path.parent.name])


@pytest.mark.parametrize("name", ["no_owner", "owner_is_a_text", "owner_without_email", "many_mistakes", "options"])
def test_schemas_refuse_in_the_editor_what_the_models_refuse(name: str) -> None:
    data = YamlFile.read(FIXTURES / "invalid" / "tools" / f"{name}.yml").data
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schemas()["tools"])


def test_schemas_explain_keys_and_show_values_not_texts() -> None:
    owner = schemas()["tools"]["$defs"]["Tool"]["properties"]["owner"]
    assert owner["examples"] == [{"name": "Name Surname", "email": "name.surname@example.com"}]
    assert "title" in schemas()["tools"]["$defs"]["Tool"]["properties"]
