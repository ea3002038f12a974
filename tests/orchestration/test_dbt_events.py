"""dbt's events are made only when somebody listens - and what takeup stands in for in dbt is still what it was."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from orchestration import dbt_events

pytestmark = pytest.mark.slow
HEARD = frozenset({"NodeStart"})


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def manager(told: list[str]) -> Any:
    from dbt_common.events.event_manager import EventManager

    manager = EventManager()
    manager.add_callback(lambda message: told.append(message.info.name))
    return manager


def debug_event() -> Any:
    from dbt.adapters.events.types import SQLQuery

    return SQLQuery(conn_name="model.takeup.a", sql="select 1", node_info={})


def test_only_what_is_heard_is_handed_on(manager: Any, told: list[str]) -> None:
    from dbt.events.types import NodeStart

    with dbt_events.only(HEARD):
        manager.fire_event(debug_event())
        manager.fire_event(NodeStart(node_info={"node_name": "a"}))
    assert told == ["NodeStart"]


def test_an_event_that_nobody_hears_is_not_made_until_somebody_reads_it() -> None:
    with dbt_events.only(HEARD):
        event = debug_event()
        assert "pb_msg" not in event.__dict__
        assert event.sql == "select 1"
        assert "select 1" in event.message()


def test_what_dbt_may_turn_into_an_error_is_always_handed_on(manager: Any, told: list[str]) -> None:
    with dbt_events.only(HEARD):
        manager.fire_event(debug_event(), force_warn_or_error_handling=True)
    assert told == ["SQLQuery"]


def test_afterwards_everything_is_as_it_was(manager: Any, told: list[str]) -> None:
    with pytest.raises(RuntimeError), dbt_events.only(HEARD):
        raise RuntimeError
    manager.fire_event(debug_event())
    assert told == ["SQLQuery"]
    assert "pb_msg" in debug_event().__dict__


def test_dbt_still_makes_and_hands_on_events_in_the_methods_that_are_stood_in_for() -> None:
    from dbt_common.events.base_types import BaseEvent
    from dbt_common.events.event_manager import EventManager

    made = inspect.getsource(BaseEvent.__init__)
    assert made.count("self.pb_msg = ") == 2, "an event is its message and nothing else"
    assert not hasattr(BaseEvent, "pb_msg")
    assert list(inspect.signature(EventManager.fire_event).parameters) == [
        "self",
        "e",
        "level",
        "node",
        "force_warn_or_error_handling",
    ]
