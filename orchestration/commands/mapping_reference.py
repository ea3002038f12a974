"""The page of mapping files, written from the models that read them: `make docs` renews it, a test compares."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from orchestration.registry.mapping_models import (
    MappingFile,
    MappingFilter,
    MappingGrain,
    MappingIdentity,
    MappingMatch,
    MappingRead,
    MappingTime,
    MappingUnpivot,
    MappingValue,
    MappingVariant,
    Section,
)
from orchestration.registry.mapping_values import LONGEST_PATTERN, MOST_REPEATS
from orchestration.sources.mapping.values import AGGREGATE_COLUMNS, EVENT_COLUMNS

HEADING = """\
# Mappings

<!-- Written by `make docs` from the code itself; changes here are lost. -->

A log that none of the [log formats](sources.md) knows is described once, in a YAML file in the workspace's
`config/mappings/`. A source in `config/tools.yml` then names it: `format: mapping:crm.yml`. From there on it is like
any other log: booked line by line, quarantined, replayed.

```
takeup inspect export.csv                                            # no known format?
takeup mapping draft export.csv --tool crm > acme/config/mappings/crm.yml
takeup mapping test acme/config/mappings/crm.yml export.csv          # counts, rejects, first records; nothing is loaded
takeup check -w acme                                                 # mistakes at file:line:column
takeup run -w acme
```

A draft guesses by the names of fields and by what they hold, and says beside each line whether it must be checked. Both
commands show no identifier and no text that people wrote.

[Keys](#keys) · [Places in a record](#places-in-a-record) · [Columns](#columns-of-ours) ·
[What becomes of a line](#what-becomes-of-a-line) · [When a mapping changes](#when-a-mapping-changes) ·
[Limits](#limits) · [Examples](#examples)
"""
_PLACES = """
## Places in a record

| written | means |
|---|---|
| `User Email` | a column or field; of CSV in any case, with spaces, hyphens or underscores |
| `jsonPayload.User.Email` | nested fields |
| `attributes["user.email"]`, `attributes.user.email` | a name with dots in it |
| `messages[0].id` | an element of a list |
| `parameters[name=app].value` | the element of a list of objects that has this field |
| `$.report_day` | from the top of the document, beside the list of records |
| `$.results[*].items[*]` | in `records` and `explode` alone: each element |

Cells of `json_columns` are read as JSON, so that paths go on inside them: `AuditData.UserId`.

Conditions (`where`, `drop_if`) are those of [the rule language](rules.md#selectors-and-conditions), over fields of the
record, nested ones with dots: `client.kind = 'bot' or headless = true`. What a field is compared with says how it is
read. A field that is not there makes a comparison unknown, and what is unknown drops nothing.
"""
_LINES = """
## What becomes of a line

- A line that cannot be read costs only itself: it stands in the quarantine with its reason, and is replayed once the
  mapping is mended. A CSV without a column that is needed is refused once, as a whole.
- Several records of one line (an exploded list, a page of NDJSON) are loaded together or not at all.
- What a filter drops is counted as blank; `takeup mapping test` shows it by reason.
- Fields that the mapping does not mention become attributes under their own name if they are plain values; nested ones
  and lists do not. List in `drop` what people wrote, such as prompts and comments: it is needed for no figure.
- Empty is unknown, never zero. Counts are never turned into events, nor a month into days.
- Parts of an `unpivot` are rows of their own, which add up. Where `fields` names their total as well, they stand beside
  it as `messages_<part>` instead, for they would be counted twice.
- A record is known by `dedup`, an event without it by its id, else by all that is in it; of counts, person, period and
  part. The same record said again is a duplicate, another content under the same key a restatement.

## When a mapping changes

Comments and titles change nothing. When it means something else, the next run takes out what it had made of the files
that still lie in the inbox, and reads them anew: the tables are what they would be had it always been so. Records of
files that have gone, or were overwritten, stay as they were read. What two sources both say of an account is asked anew
of the changed one alone; after a change of `identity`, `takeup run --full` asks all.
"""
_LIMITS = f"""
## Limits

- A mapping is data. Names of tables and columns are compared with those of the file and never become SQL; conditions
  are checked trees; nothing in it is run. A database is opened as an immutable file: drop a finished copy into the
  inbox, not the file that a program writes to. A mapping opens no file but the one it is given.
- Patterns have at most {LONGEST_PATTERN} characters and {MOST_REPEATS} open repeats, no repeat within a repeat, no back
  references and no look-around, and are tried on names of at most 200 characters.
- Files may be gzipped, but for SQLite and Parquet. UTF-16 is not read.
"""
_MODELS: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("match", "What tells such files or records. Everything that is given must hold.", MappingMatch),
    ("read", "How records are got out of a file.", MappingRead),
    ("grain", "What one record is.", MappingGrain),
    ("identity", "How records name a person; one or a list.", MappingIdentity),
    ("time, as_of", "The short form is the field alone: `time: created_at`.", MappingTime),
    (
        "fields",
        "Where each column comes from. The short form is the field alone: `prompts: Total Asked`.",
        MappingValue,
    ),
    ("unpivot", "Columns that each hold a part, told by their names.", MappingUnpivot),
    ("filters", "Records that are left out.", MappingFilter),
)
_EXAMPLES = ("mapping-slack-ai.yml", "mapping-glean.yml", "mapping-in-house.yml", "mapping-dify.yml")


def page() -> str:
    """The whole page in Markdown."""
    parts = (f"\n### {name}\n\n{words}\n\n{_table(model, model.model_fields)}" for name, words, model in _MODELS)
    return "".join([HEADING, _keys(), *parts, _PLACES, _columns(), _LINES, _LIMITS, _examples()])


def _keys() -> str:
    own = [name for name in MappingFile.model_fields if name not in Section.model_fields]
    variant = f"`{'`, `'.join(name for name in MappingVariant.model_fields if name != 'name')}`"
    words = f"A variant has a `name`, and for itself any of {variant}; what it does not say holds from the file."
    return f"\n## Keys\n\n{_table(MappingFile, [*own, *Section.model_fields])}\n{words}\n"


def _columns() -> str:
    events, counts = (", ".join(f"`{name}`" for name in names) for names in (EVENT_COLUMNS, AGGREGATE_COLUMNS))
    return (
        f"\n## Columns of ours\n\nOf events: {events}.\n\nOf counts: {counts}.\n\n"
        "Any other name in `fields` or `constants` becomes an attribute, which rules may name. `decision` is usually"
        " one of accepted, edited, rejected, overridden, ignored; `actor_type` human or service; `cost` is in units of"
        " `currency`, `dwell_ms` in milliseconds, `confidence` a fraction of 1.\n\n"
        "Where `is_active` is not named, counts of what people do say it: any of them makes a use; none of them makes\n"
        "idleness where all members or licence holders are listed, and is unknown elsewhere. What is only billed or\n"
        "offered (`cost`, `offered`, `lines_suggested`) is no use: of such reports, name `is_active`.\n"
    )


def _table(model: type[BaseModel], names: Iterable[str]) -> str:
    hints = get_type_hints(model)
    rows = [_row(model.model_fields[name], name, hints[name]) for name in names]
    return "\n".join(["| key | meaning | default | example |", "|---|---|---|---|", *rows, ""])


def _row(field: FieldInfo, name: str, hint: Any) -> str:
    words = " ".join(f"`{word}`" for word in _words(hint))
    meaning = ": ".join(part for part in (words, field.description or "") if part).replace("|", "\\|")
    example = f"`{field.examples[0]}`".replace("|", "\\|") if field.examples else ""
    return f"| `{field.alias or name}` | {meaning} | {_default(field)} | {example} |"


def _words(hint: Any) -> tuple[Any, ...]:
    """The words that a key may have; none when any text, number or mapping may stand there."""
    if get_origin(hint) is Literal:
        return get_args(hint)
    if get_origin(hint) in (Union, UnionType, Annotated):
        return next((words for one in get_args(hint) if (words := _words(one))), ())
    return ()


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ((), {}):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _examples() -> str:
    folder = resources.files("orchestration.registry") / "templates"
    texts = ((folder / name).read_text(encoding="utf-8") for name in _EXAMPLES)
    blocks = (f"\n```yaml\n{text.partition(chr(10))[2]}```\n" for text in texts)
    return "\n## Examples\n\nEach is tested on a file of its kind.\n" + "".join(blocks)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())
