"""The documentation against the program: every command is documented and has help, every command shown exists."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path

import pytest

from orchestration.commands import mapping_reference, source_reference
from orchestration.commands.reference import command_table, page
from orchestration.registry.scaffold import init_workspace
from tests.conftest import takeup

REPOSITORY = Path(__file__).resolve().parent.parent
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
COMMANDS = command_table()


def shown(program: str) -> list[tuple[str, str]]:
    """(file, line) of each command line of `program` in the code of the documentation."""
    found = []
    for path in PAGES:
        code = re.findall(r"^```[^\n]*\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
        lines = [line.strip().removeprefix("$ ") for block in code for line in block.splitlines()]
        lines += re.findall(rf"`({program} [^`\n]+)`", path.read_text())
        found += [(path.name, line) for line in lines if re.match(rf"{program} [a-z]", line)]
    return found


def command_of(line: str) -> str | None:
    """The longest command that `line` begins with."""
    words = shlex.split(line.split("#", maxsplit=1)[0].split("&&", maxsplit=1)[0].split("|", maxsplit=1)[0])
    for length in range(len(words), 1, -1):
        if " ".join(words[:length]) in COMMANDS:
            return " ".join(words[:length])
    return None


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert command.epilog.startswith(f"Example: {name}")
    assert all(parameter.help for parameter in command.params if parameter.name != "help")


def test_the_command_reference_is_that_of_the_commands() -> None:
    assert (REPOSITORY / "docs" / "cli.md").read_text() == page(), "renew it with: make docs"


def test_the_page_of_log_formats_is_that_of_the_formats() -> None:
    assert (REPOSITORY / "docs" / "sources.md").read_text() == source_reference.page(), "renew it with: make docs"


def test_the_page_of_mappings_is_that_of_their_models() -> None:
    assert (REPOSITORY / "docs" / "mappings.md").read_text() == mapping_reference.page(), "renew it with: make docs"


def test_every_takeup_command_shown_exists_with_its_options() -> None:
    assert len(shown("takeup")) > 5
    for file, line in shown("takeup"):
        name = command_of(line)
        assert name is not None, f"{file}: {line}"
        known = {option for parameter in COMMANDS[name].params for option in parameter.opts} | {"--help"}
        options = {word.split("=")[0] for word in shlex.split(line.split("#")[0]) if re.match(r"--?[a-z]", word)}
        assert options <= known, f"{file}: {line}"


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert len(shown("make")) > 1
    for file, line in shown("make"):
        assert line.split()[1] in targets, f"{file}: {line}"


def test_every_file_that_the_documentation_links_to_exists() -> None:
    for path in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_continuous_integration_calls_the_command_of_the_readme() -> None:
    assert "make test" in (REPOSITORY / ".ci" / "run").read_text()
    assert "make test" in (REPOSITORY / "README.md").read_text()


@pytest.mark.slow
def test_the_rule_in_the_readme_stands(tmp_path: Path) -> None:
    """Its examples hold, and no mutant of it survives them."""
    rule = re.search(r"```yaml\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    assert rule is not None
    init_workspace(tmp_path)
    (tmp_path / "config" / "rules" / "triage.yml").write_text(textwrap.dedent(rule[1]))
    (tmp_path / "config" / "tools.yml").write_text(
        "tools:\n- {id: triage, title: Triage, owner: {name: Name Surname, email: name@example.com},"
        " live_from: 2026-01-05, sources: [{format: human-decision}]}\n"
    )
    tried = takeup("rules", "test", "-w", str(tmp_path))
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "1 of 1 rules stand" in tried.stdout
