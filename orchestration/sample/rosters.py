"""Writes who works where and when: dated rosters, absences, outages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from orchestration.sample.faults import write_csv
from orchestration.sample.people import Person
from orchestration.sample.span import Span
from orchestration.sample.usage import OUTAGES

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROSTER_COLUMNS = ("person_id", "email", "upn", "github_login", "name", "department", "team", "location", "role",
                  "manager_id", "eligible_from", "eligible_to", "fte", "working_days", "cost_center")  # fmt: skip


def write_people(folder: Path, people: Sequence[Person], span: Span) -> int:
    """One roster file per roster day; returns the number of lines written, headers among them."""
    lines = 0
    for number, day in enumerate(span.rosters):
        present = [person for person in people if person.first_roster <= number <= person.last_roster]
        rows = [_row(person, number) for person in present] + _answerable(number == len(span.rosters) - 1)
        write_csv(folder / f"people_{day}.csv", ROSTER_COLUMNS, rows, day)
        lines += len(rows) + 1
    return lines


# Who answers for the tools of config/tools.yml: on every roster, no user of any tool. Whoever stands in GONE has left
# before the last one, so that a tool of the example has lost its owner.
ANSWERABLE = tuple(
    name.strip()
    for name in [
        "\n        Maeve Larkfield",
        " Joris Fernwell",
        " Clara Honeybrook",
        " Rafa Meadowgate",
        " Saoirse Cedarmere",
        " Nadia Thistleford",
        "\n        Imani Quillmere",
        " Otis Brookstone",
        " Emeka Goldcombe",
        " Selma Quillford",
        " Femi Ambercroft",
        " Hugo Robinwell",
        "\n        Leif Willowgate\n    ",
    ]
)
GONE = "Rafa Meadowgate"


def _answerable(is_last: bool) -> list[tuple[object, ...]]:
    """Rows of those who answer for the tools."""
    rows: list[tuple[object, ...]] = []
    for number, name in enumerate(ANSWERABLE, start=1):
        if not (is_last and name == GONE):
            handle = name.lower().replace(" ", ".")
            login = handle.replace(".", "-")
            rows.append(
                (f"X{number:03}", f"{handle}@example.com", f"{login}@corp.example.com", login, name, "Products",
                 "Owners", "Dublin", "Product owner", "", "", "", 1.0, "", "CC-PRO-6")
            )  # fmt: skip
    return rows


def _row(person: Person, roster: int) -> tuple[object, ...]:
    department, team, role = person.unit_at(roster)
    days = ",".join(WEEKDAYS[day] for day in person.working_days) if person.fte < 1 else ""
    return (
        person.person_id, person.email, person.upn, person.login, person.name, department, team, person.location, role,
        person.manager_id, person.eligible_from or "", "", person.fte, days, f"CC-{department[:3].upper()}-{len(team)}",
    )  # fmt: skip


def write_absences(folder: Path, people: Sequence[Person], span: Span) -> None:
    """All leave in one file; both dates are inclusive."""
    rows = [
        (person.person_id, date.fromordinal(first), date.fromordinal(last), kind)
        for person in people
        for first, last, kind in person.leaves
    ]
    write_csv(folder / f"absences_{span.until.year}.csv", ("person_id", "from", "to", "kind"), rows, span.until)


def write_outages(folder: Path, span: Span) -> None:
    """The days on which a tool was down."""
    rows = []
    for tool_id, back, weekday in OUTAGES:
        day = span.monday(span.weeks - back) + timedelta(days=weekday)
        rows.append((tool_id, f"{day}T06:00:00Z", f"{day}T19:00:00Z"))
    write_csv(folder / "outages.csv", ("tool_id", "from", "to"), rows, span.until)
