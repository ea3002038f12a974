"""What dbt works out anew for every node or result though it comes out the same: worked out once.

Twice per node dbt sorts all 700 macros into namespaces, for each result it builds the types of columns anew, each with
two parsers of dates, and of each name of a column that a test is about it makes a template: a fifth of what a small
build costs. dbt has no switch for it, so three of its functions are stood in for while it runs in this process; that
they still give what dbt gives is tested (tests/orchestration/test_dbt_once.py), so that another dbt cannot pass unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_WORD = re.compile(r"[A-Za-z_][\w -]*")
Macros = Mapping[str, Mapping[str, Any]]
"""dbt's macros by package and name."""


@contextmanager
def worked_out_once() -> Iterator[None]:
    """dbt as it is, with less work."""
    from dbt.clients import jinja
    from dbt.context.macros import MacroNamespaceBuilder
    from dbt_common.clients import agate_helper

    builds, types, renders = MacroNamespaceBuilder.build_namespace, agate_helper.build_type_tester, jinja.get_rendered
    MacroNamespaceBuilder.build_namespace = _namespaces(builds)  # type: ignore[method-assign]
    agate_helper.build_type_tester = _type_testers(types)
    jinja.get_rendered = _rendering(renders)
    try:
        yield
    finally:
        MacroNamespaceBuilder.build_namespace = builds  # type: ignore[method-assign]
        agate_helper.build_type_tester = types
        jinja.get_rendered = renders


def _type_testers(build: Callable[..., Any]) -> Callable[..., Any]:
    """By the columns that are text, and by what is null in them: a tester keeps nothing of what it has tested."""
    known: dict[tuple[frozenset[str], tuple[str, ...]], Any] = {}

    def tester(text_columns: Iterable[str], string_null_values: Iterable[str] | None = ("null", "")) -> Any:
        texts, nulls = tuple(text_columns), tuple(string_null_values or ())
        key = (frozenset(texts), nulls)
        if key not in known:
            known[key] = build(texts, string_null_values=nulls)
        return known[key]

    return tester


def _rendering(render: Callable[..., Any]) -> Callable[..., Any]:
    """A word is itself: dbt makes a template of each name of a column that a test is about."""

    def rendered(string: Any, *args: Any, **options: Any) -> Any:
        is_word = isinstance(string, str) and _WORD.fullmatch(string)
        return string if is_word else render(string, *args, **options)

    return rendered


def _namespaces(build: Callable[..., Any]) -> Callable[..., Any]:
    """dbt sorts the macros once for each package that asks; after that they are bound to the node that asks."""
    sorted_macros: dict[str, tuple[Macros, _Sorted]] = {}

    def namespace(builder: Any, macros_by_package: Macros, ctx: dict[str, Any]) -> _Bound:
        asking = builder.search_package
        if asking not in sorted_macros or sorted_macros[asking][0] is not macros_by_package:
            found = build(builder, macros_by_package, ctx)
            sorted_macros[asking] = macros_by_package, _Sorted(found, dict(found))
        return _Bound(sorted_macros[asking][1], _binding(ctx, builder.node, builder.thread_ctx))

    return namespace


def _binding(ctx: dict[str, Any], node: Any, stack: Any) -> Callable[[Any], Any]:
    """Makes of one node's macro another's: what its constructors do, which call each other a million times in a run."""
    from dbt.clients.jinja import MacroGenerator

    def bind(like: Any) -> Any:
        macro = MacroGenerator.__new__(MacroGenerator)
        macro.macro, macro.context, macro.node, macro.stack = like.macro, ctx, node, stack
        return macro

    return bind


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The macros where dbt found them to belong, bound to whichever node asked first."""

    parts: Any
    """As dbt made it: knows what a package calls by a name."""
    names: Mapping[str, Any]
    """Each name a node can use: a macro, or a package and its macros."""


class _Bound(dict[str, Any]):
    """The same for another node: what dbt calls a MacroNamespace."""

    def __init__(self, like: _Sorted, bind: Callable[[Any], Any]) -> None:
        self._parts, self._bind = like.parts, bind
        for name, one in like.names.items():
            self[name] = _Package(one, bind) if isinstance(one, dict) else bind(one)

    def get_from_package(self, package_name: str | None, name: str) -> Any:
        """As dbt's own; None when the package has no such macro."""
        if package_name is None:
            return self.get(name)
        found = self._parts.get_from_package(package_name, name)
        return None if found is None else self._bind(found)


class _Package(Mapping[str, Any]):
    """The macros of one package, bound when they are called."""

    def __init__(self, macros: Mapping[str, Any], bind: Callable[[Any], Any]) -> None:
        self._macros, self._bind = macros, bind

    def __iter__(self) -> Iterator[str]:
        return iter(self._macros)

    def __len__(self) -> int:
        return len(self._macros)

    def __getitem__(self, name: str) -> Any:
        return self._bind(self._macros[name])
