"""What stands in for parts of dbt gives what dbt gives - so that another dbt cannot pass unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.dbt_once import worked_out_once
from orchestration.transform import manifest_in, manifest_path
from orchestration.workspace import Workspace

pytestmark = pytest.mark.slow
PACKAGES = ("takeup", "dbt", "dbt_duckdb")


@pytest.fixture(scope="module")
def macros(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """dbt's macros of this project, by package and name."""
    folder = manifest_path(Workspace(tmp_path_factory.mktemp("project"))).parent
    return manifest_in(folder).get_macros_by_package()


def builder(package: str, node: object = None, stack: object = None) -> Any:
    from dbt.context.macros import MacroNamespaceBuilder

    return MacroNamespaceBuilder("takeup", package, stack, ["dbt_duckdb", "dbt"], node)  # type: ignore[arg-type]


def shown(names: Mapping[str, Any]) -> dict[str, Any]:
    """Each name, and which macro it is, in packages too."""
    return {name: shown(one) if isinstance(one, Mapping) else one.macro.unique_id for name, one in names.items()}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_means_the_macro_that_dbt_takes_for_it(macros: Any, package: str) -> None:
    theirs = builder(package).build_namespace(macros, {})
    with worked_out_once():
        first, second = (builder(package).build_namespace(macros, {}) for _ in range(2))
    assert shown(first) == shown(second) == shown(dict(theirs))
    assert len(first) > 500
    for place in (*PACKAGES[:2], None):
        for name in ("local_date", "create_schema", "duckdb__create_schema", "no_such_macro"):
            found, expected = second.get_from_package(place, name), theirs.get_from_package(place, name)
            assert getattr(found, "macro", None) is getattr(expected, "macro", None)


def test_a_package_that_is_not_there_is_refused_as_by_dbt(macros: Any) -> None:
    from dbt.exceptions import PackageNotFoundForMacroError

    with worked_out_once():
        found = builder("takeup").build_namespace(macros, {})
        with pytest.raises(PackageNotFoundForMacroError):
            found.get_from_package("no_such_package", "local_date")


def test_a_macro_is_bound_to_the_node_that_asks(macros: Any) -> None:
    from dbt.clients.jinja import MacroGenerator

    with worked_out_once():
        for node, ctx, stack in (("a", {"node": 1}, object()), ("b", {"node": 2}, object())):
            found = builder("takeup", node, stack).build_namespace(macros, ctx)
            for one in (found["local_date"], found["dbt"]["create_schema"], found.get_from_package("dbt", "statement")):
                made_by_dbt = MacroGenerator(one.macro, ctx, node, stack)  # type: ignore[arg-type]
                assert type(one) is MacroGenerator
                assert vars(one) == vars(made_by_dbt)
                assert one.context is ctx


def test_other_macros_are_sorted_anew(macros: Any) -> None:
    fewer = {"takeup": dict(macros["takeup"])}
    del fewer["takeup"]["local_date"]
    with worked_out_once():
        assert "local_date" in builder("takeup").build_namespace(macros, {})
        assert "local_date" not in builder("takeup").build_namespace(fewer, {})


@pytest.mark.parametrize("texts", [(), ("a",), ("a", "b")])
def test_columns_of_results_have_the_types_that_dbt_gives_them(texts: tuple[str, ...]) -> None:
    from dbt_common.clients import agate_helper

    rows = [
        [("x", "2026-01-02", None, 1, Decimal("1.5"), date(2026, 1, 2), datetime(2026, 1, 2, 3), True)],
        [("", "null", None, None, 2.5, None, None, False)],
        [],
    ]
    names = list("abcdefgh")
    theirs = [agate_helper.table_from_rows(found, names, texts) for found in rows]
    with worked_out_once():
        for _ in range(2):
            for expected, found in zip(theirs, rows, strict=True):
                table = agate_helper.table_from_rows(found, names, texts)
                assert [type(one) for one in table.column_types] == [type(one) for one in expected.column_types]
                assert [tuple(row) for row in table.rows] == [tuple(row) for row in expected.rows]


def test_the_parsers_of_dates_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import parsedatetime
    from dbt_common.clients import agate_helper

    made: list[object] = []
    makes = parsedatetime.Calendar.__init__
    monkeypatch.setattr(parsedatetime.Calendar, "__init__", lambda *a, **k: (made.append(a), makes(*a, **k))[1])
    with worked_out_once():
        for _ in range(20):
            agate_helper.table_from_rows([(1,)], ["failures"], ())
    assert 0 < len(made) < 5


def test_what_tests_are_about_is_what_dbt_makes_of_it(tmp_path: Path) -> None:
    """Of every generic test of the project, and of words that dbt might take for something else."""
    from dbt.clients import jinja

    tests = manifest_in(manifest_path(Workspace(tmp_path)).parent).nodes.values()
    named = [node.test_metadata.kwargs for node in tests if getattr(node, "test_metadata", None)]
    words = {word for kwargs in named for word in words_in(kwargs)}
    assert len(words) > 200
    for word in [*words, "True", "None", "null", "a b", "a-b", "two\nlines", "1", "'quoted'", "{{ 1 + 1 }}", "[1]"]:
        theirs = jinja.get_rendered(word, {"model": "m", "get_where_subquery": str, "ref": str}, native=True)
        with worked_out_once():
            ours = jinja.get_rendered(word, {"model": "m", "get_where_subquery": str, "ref": str}, native=True)
        assert (type(ours), ours) == (type(theirs), theirs)


def words_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from words_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_in(one)


def test_afterwards_dbt_is_as_it_was(macros: Any) -> None:
    from dbt.context.macros import MacroNamespace, MacroNamespaceBuilder
    from dbt_common.clients import agate_helper

    before = MacroNamespaceBuilder.build_namespace, agate_helper.build_type_tester
    with pytest.raises(RuntimeError), worked_out_once():
        raise RuntimeError
    assert (MacroNamespaceBuilder.build_namespace, agate_helper.build_type_tester) == before
    assert isinstance(builder("takeup").build_namespace(macros, {}), MacroNamespace)
