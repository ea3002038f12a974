"""dbt's templates are compiled once per project, and are what dbt itself compiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration import dbt_templates
from orchestration.dbt_templates import compiled_once

pytestmark = pytest.mark.slow
SOURCE = "{% set twice = number * 2 %}{{ twice }}"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of which dbt has made Python."""
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    sources: list[str] = []
    compiles = MacroFuzzEnvironment.compile

    def counting(environment: Any, source: Any, *args: Any, **options: Any) -> Any:
        sources.append(source)
        return compiles(environment, source, *args, **options)

    monkeypatch.setattr(MacroFuzzEnvironment, "compile", counting)
    return sources


def rendered(source: str, *, native: bool = False, **context: object) -> object:
    from dbt_common.clients.jinja import get_template

    return get_template(source, dict(context), native=native).render(dict(context))


def forget() -> None:
    """As another process begins."""
    dbt_templates._known.clear()


def test_another_process_compiles_nothing_again(tmp_path: Path, compiled: list[str]) -> None:
    found = []
    for number in (2, 3):
        forget()
        with compiled_once(tmp_path):
            found.append(rendered(SOURCE, number=number))
    assert found == ["4", "6"]
    assert compiled == [SOURCE]


def test_what_is_rendered_to_a_value_is_not_taken_for_what_is_rendered_to_text(tmp_path: Path) -> None:
    source = "{{ numbers }}"
    theirs = [rendered(source, native=native, numbers=[1, 2]) for native in (False, True)]
    assert theirs == ["[1, 2]", [1, 2]]
    with compiled_once(tmp_path):
        for _ in range(2):
            assert [rendered(source, native=native, numbers=[1, 2]) for native in (False, True)] == theirs


def test_another_text_is_another_template(tmp_path: Path, compiled: list[str]) -> None:
    for source in ("a {{ number }}", "b {{ number }}"):
        with compiled_once(tmp_path):
            assert rendered(source, number=1) == source.replace("{{ number }}", "1")
    assert len(compiled) == 2


def test_a_file_that_was_cut_off_is_made_anew(tmp_path: Path, compiled: list[str]) -> None:
    with compiled_once(tmp_path):
        rendered(SOURCE, number=1)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 1):
        kept.write_bytes(whole[:size])
        forget()
        with compiled_once(tmp_path):
            assert rendered(SOURCE, number=1) == "2"
        assert kept.read_bytes() == whole
    assert len(compiled) == 5


def test_nothing_is_written_while_nothing_is_new(tmp_path: Path) -> None:
    for _ in range(2):
        with compiled_once(tmp_path):
            rendered(SOURCE, number=1)
        (kept,) = tmp_path.iterdir()
        kept.touch()
        before = kept.stat()
    assert kept.stat() == before


def test_a_template_that_does_not_compile_is_refused_and_not_kept(tmp_path: Path) -> None:
    from dbt_common.exceptions import CompilationError

    with compiled_once(tmp_path), pytest.raises(CompilationError):
        rendered("{% if %}")
    assert list(tmp_path.iterdir()) == []


def test_afterwards_dbt_compiles_as_it_did(tmp_path: Path) -> None:
    from dbt_common.clients.jinja import MacroFuzzEnvironment

    before = MacroFuzzEnvironment.compile
    with pytest.raises(RuntimeError), compiled_once(tmp_path):
        raise RuntimeError
    assert MacroFuzzEnvironment.compile is before
