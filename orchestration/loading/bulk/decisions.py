"""Lines of `human-decision` in SQL: what orchestration/sources/human_decision.py makes of a line that is proven."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

import orjson
import pyarrow as pa

from orchestration.loading.bulk import values
from orchestration.loading.bulk.form import Form, Place, learn
from orchestration.loading.bulk.values import Value, conjunction
from orchestration.sources.fields import FieldError
from orchestration.sources.human_decision import DECISIONS, FIELDS, name_of

_HOLDER = "data"
_NEEDED = ("id", "source", "type", "time")
_KINDS: Mapping[str, tuple[str, Callable[[Place], Value]]] = {
    "actor_type": ("varchar", partial(values.word, known=("human", "service"), other="unknown")),
    "user_initiated": ("boolean", values.flag),
    "decision": ("varchar", partial(values.word, known=DECISIONS, other=None)),
    "decision_source": ("varchar", partial(values.word, known=("human", "auto", "unknown"), other=None)),
    "confidence": ("double", values.number),
    "predicted_value": ("varchar", values.any_text),
    "final_value": ("varchar", values.any_text),
    "dwell_ms": ("double", values.number),
    "input_tokens": ("bigint", values.count),
    "output_tokens": ("bigint", values.count),
    "cost": ("double", values.number),
}
_MOST_NAMES = 1_000
_MOST_SEEN = 4_000
_RECOGNISED = 5  # an identifier that is shorter is not looked for in texts: orchestration/identity.py


class Decisions:
    """The statement that reads lines of one form, with the event types and sources that it knows."""

    def __init__(self, form: Form, latest: datetime, seen: Sequence[bytes]) -> None:
        self._form = form
        self._latest = latest
        self._seen = seen
        self._types: dict[str, tuple[str, str | None, bool]] = {}
        self._sources: dict[str, None] = {}

    @classmethod
    def of(cls, lines: Sequence[bytes], latest: datetime) -> Decisions | None:
        """A reader of such lines; None when they have no form in common or lack what every event needs."""
        form = learn(lines, _HOLDER)
        if form is None or any(name not in form.fields for name in (*_NEEDED, _HOLDER)):
            return None
        reader = cls(form, latest, lines)
        reader._meet()
        return reader

    def or_better(self, lines: Sequence[bytes]) -> Decisions:
        """A reader that knows some further lines as well; this one when it knew all there is to know of them."""
        other = self.of([*self._seen[-_MOST_SEEN:], *lines], self._latest)
        if other is None or (other._form, other._types, other._sources) == (self._form, self._types, self._sources):
            return self
        return other

    def _meet(self) -> None:
        """Remember the event types and sources of the lines: of others a line cannot be proven."""
        for line in self._seen:
            with suppress(orjson.JSONDecodeError, FieldError, AttributeError):
                event = orjson.loads(line)
                kind, source = event.get("type"), event.get("source")
                if isinstance(kind, str) and isinstance(source, str) and len(self._types) < _MOST_NAMES:
                    self._types[kind] = name_of(kind)
                    self._sources[source] = None

    def names(self, salt_of: Callable[[tuple[str, ...]], bytes]) -> dict[str, pa.Table]:
        """The tables beside the lines that the statement joins."""
        types = [(kind, *found) for kind, found in self._types.items()]
        salts = [(source, salt_of((source,)).decode()) for source in self._sources if source]
        return {
            "types": _table(types, type=pa.string(), event_name=pa.string(), implied=pa.string(), is_own=pa.bool_()),
            "salts": _table(salts, source=pa.string(), salt=pa.string()),
        }

    def statement(self, path: str, lines: str) -> str:
        """Everything that is certain of the proven lines at `path`, beside the tables `lines`, `types` and `salts`."""
        columns = self._columns()
        fields = self._form.fields
        others = (place.is_sound for name, place in fields.items() if name not in (*_NEEDED, "subject", _HOLDER))
        conditions = [
            "piece.is_plain",
            f"piece.line = {self._form.text}",
            *self._is_told(),
            *others,
            *(value.is_certain for value in columns.values()),
        ]
        return f"""
            select {", ".join(f"{value.sql} as {name}" for name, value in columns.items() if not value.is_nothing)},
                piece.place
            from read_json('{path}', format = 'newline_delimited', records = 'true', ignore_errors = true,
                columns = {self._form.columns}) as told
            positional join {lines} as piece
            join types on types.type = told."type"
            join salts on salts.source = told."source"
            where {conjunction(conditions)}
        """

    def _is_told(self) -> Iterable[str]:
        """Conditions of what stands in no column: nobody but the user is named anywhere."""
        user = self._form.inner.get("user")
        if user is None:
            return ["piece.ats = 0"]
        is_elsewhere = f"strlen(replace(piece.line, {user.column}, '')) <> strlen(piece.line) - strlen({user.column})"
        return [
            f"case when contains({user.column}, '@') then piece.ats = 1 else piece.ats = 0 end",
            f"not coalesce(case when not contains({user.column}, '@') and length({user.column}) >= {_RECOGNISED} "
            f"then {is_elsewhere} end, false)",
        ]

    def _columns(self) -> dict[str, Value]:
        fields, inner = self._form.fields, self._form.inner
        number = f"md5_number(salts.salt || {fields['id'].column})"
        event_id = values.text(fields["id"])
        row = {name: self._field(name) for name in FIELDS}
        who = values.text(inner["user"]) if "user" in inner else values.nothing()
        others = [place for name, place in inner.items() if name not in FIELDS and name not in ("user", "seq")]
        actor = row.pop("actor_type")
        initiated = row.pop("user_initiated")
        default = f"case when {who.sql} is null then 'unknown' else 'human' end"
        return {
            "event_no": Value(f"({number} >> 65)::bigint"),
            "key_rest": Value(f"({number} & 18446744073709551615::uhugeint)::ubigint"),
            "event_id": Value(event_id.sql, conjunction([f"{event_id.sql} is not null", event_id.is_certain])),
            "event_name": Value("types.event_name"),
            "occurred_at": values.moment(fields["time"], self._latest),
            "seq": values.whole(inner["seq"]) if "seq" in inner else values.nothing("bigint"),
            "who": who,
            "actor_type": Value(f"coalesce({actor.sql}, {default})", actor.is_certain),
            "is_user_initiated": Value(f"coalesce({initiated.sql}, types.is_own)", initiated.is_certain),
            **row,
            "item_id": self._item(row["item_id"]),
            "decision": Value(f"coalesce({row['decision'].sql}, types.implied)", row["decision"].is_certain),
            "attributes": values.attributes(others),
        }

    def _field(self, name: str) -> Value:
        kind, reading = _KINDS.get(name, ("varchar", values.text))
        place = self._form.inner.get(name)
        return reading(place) if place else values.nothing(kind)

    def _item(self, told: Value) -> Value:
        """The subject wins, even an empty one."""
        subject = self._form.fields.get("subject")
        if subject is None:
            return told
        found = values.text(subject)
        both = conjunction([found.is_certain, told.is_certain])
        return Value(f"case when {subject.column} is null then {told.sql} else {found.sql} end", both)


def _table(rows: list[tuple[Any, ...]], **kinds: pa.DataType) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in kinds)
    return pa.table({name: pa.array(found, kind) for (name, kind), found in zip(kinds.items(), columns, strict=True)})
