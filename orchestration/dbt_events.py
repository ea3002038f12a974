"""dbt's events, made only when somebody listens.

dbt builds protobuf messages for each of the thirty events of a model, whoever listens: a seventh of what a small build
costs. takeup shows nothing of dbt's log and listens for the start of models alone. dbt has no switch for it, so two
of its methods are stood in for while it runs in this process; what they look like is tested
(tests/orchestration/test_dbt_events.py), so that another dbt cannot pass unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

_UNMADE = "_unmade"


@contextmanager
def only(heard: frozenset[str]) -> Iterator[None]:
    """Events of other names are not written or handed on; what they say is made when somebody reads it after all.

    An event that dbt may turn into an error is handed on whatever its name.
    """
    from dbt_common.events.base_types import BaseEvent
    from dbt_common.events.event_manager import EventManager

    makes, hands_on = BaseEvent.__init__, EventManager.fire_event

    def keep(event: Any, *args: Any, **said: Any) -> None:
        if type(event).__name__ in heard:
            makes(event, *args, **said)
        else:
            event.__dict__[_UNMADE] = (args, said)

    def hand_on(manager: Any, e: Any, *args: Any, **options: Any) -> None:
        if type(e).__name__ in heard or options.get("force_warn_or_error_handling"):
            hands_on(manager, e, *args, **options)

    BaseEvent.__init__ = keep  # type: ignore[method-assign, assignment]
    BaseEvent.pb_msg = _MadeWhenRead(makes)
    EventManager.fire_event = hand_on  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        BaseEvent.__init__ = makes  # type: ignore[method-assign]
        del BaseEvent.pb_msg
        EventManager.fire_event = hands_on  # type: ignore[method-assign]


@dataclass(frozen=True, slots=True)
class _MadeWhenRead:
    """Stands where an event keeps its message until that is made; once it is, Python finds it in the event itself."""

    makes: Callable[..., None]

    def __get__(self, event: Any, owner: type) -> Any:
        args, said = event.__dict__.pop(_UNMADE)
        self.makes(event, *args, **said)
        return event.__dict__["pb_msg"]
