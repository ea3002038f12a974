"""The people of the synthetic company: departments, managers, joiners, movers, leavers, leave and part time."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

from orchestration.sample.span import Span

FULL_TIME = (0, 1, 2, 3, 4)
PART_TIMES: tuple[tuple[float, tuple[int, ...]], ...] = (
    (0.6, (0, 1, 2)),
    (0.6, (1, 2, 3)),
    (0.6, (2, 3, 4)),
    (0.8, (0, 1, 2, 3)),
    (0.8, (0, 1, 3, 4)),
)
FRIDAYS_ONLY = (0.2, (4,))

# department -> (share of the company, teams, roles)
DEPARTMENTS: dict[str, tuple[float, tuple[str, ...], tuple[str, ...]]] = {
    "Engineering": (0.18, ("Platform", "Payments", "Mobile", "Web", "Reliability"), ("Engineer", "Senior engineer")),
    "Data": (0.07, ("Analytics", "Machine learning", "Reporting"), ("Analyst", "Data scientist")),
    "Finance": (0.12, ("Payables", "Receivables", "Treasury", "Controlling"), ("Accountant", "Senior accountant")),
    "Sales": (0.15, ("North", "South", "Key accounts", "Partners"), ("Account executive", "Sales associate")),
    "Claims": (0.15, ("Motor", "Property", "Health", "Liability"), ("Claims handler", "Senior claims handler")),
    "Customer care": (0.12, ("First notice", "Retention", "Service desk"), ("Care agent", "Care specialist")),
    "Operations": (0.09, ("Procurement", "Automation", "Facilities"), ("Operations analyst", "Buyer")),
    "Clinics": (0.07, ("Physiotherapy", "Occupational health", "General practice"), ("Clinician", "Trainee clinician")),
    "People and legal": (0.05, ("People", "Legal", "Compliance"), ("Adviser", "Counsel")),
}
LOCATIONS = ("Dublin", "Dublin", "Dublin", "Cork", "Cork", "Galway", "Kraków", "Lisbon")
FIRST_NAMES = """
    Ada Aiko Alma Amara Anouk Arlo Astrid Bao Bruno Carys Celia Chidi Clara Dario Delia Edda Eilís Elio Emeka Enzo Esme
    Fara Femi Finn Freya Gita Hana Hugo Ida Imani Ines Ivo Jaya Joris Juno Kai Kofi Lena Leif Liv Lucia Maeve Malik Mara
    Mei Milo Nadia Nia Noor Olin Oona Otis Paloma Pia Quinn Rafa Rosa Rune Saoirse Selma Suri Tariq Thea Tomas Uma Veda
    Wren Yara Zara Zoë
"""
LAST_STARTS = """
    Amber Apple Birch Bright Brook Cedar Clover Copper Fair Fern Gold Hazel Heather Honey Lark Linden Maple Meadow Merry
    Moss Oak Pebble Quill River Robin Silver Sky Summer Thistle Willow
"""
LAST_ENDS = """
    bank bell berry brook combe croft dale field ford gate grove hill lea mere ridge stone well wick wood worth
"""
# Identifiers that careless readers turn into missing values.
AWKWARD_IDS = {11: "NA", 12: "null"}

JOINER_SHARE, NEW_SHARE, LEAVER_SHARE, MOVER_SHARE, NEWLY_MOVED_SHARE = 0.07, 0.015, 0.06, 0.02, 0.005
PART_TIME_SHARE, FRIDAYS_SHARE, AWAY_SHARE, WINDOW_HOLIDAY_SHARE = 0.10, 0.005, 0.03, 0.15
SQUAD = 10
DAY = timedelta(days=1)


@dataclass(slots=True, eq=False)
class Person:
    """One employee. Roster numbers count the dated rosters from 0; leaves are (first ordinal, last ordinal, kind)."""

    number: int
    person_id: str
    name: str
    email: str
    login: str
    department: str
    team: str
    role: str
    location: str
    manager_id: str = ""
    fte: float = 1.0
    working_days: tuple[int, ...] = FULL_TIME
    first_roster: int = 0
    last_roster: int = 10_000
    eligible_from: date | None = None
    moved_at: int | None = None  # the roster on which `unit_before` no longer holds
    unit_before: tuple[str, str, str] = ("", "", "")
    is_away: bool = False
    leaves: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def upn(self) -> str:
        """The account name at the identity provider: not the e-mail address."""
        return f"{self.login}@corp.example.com"

    def unit_at(self, roster: int) -> tuple[str, str, str]:
        """Department, team and role as roster number `roster` shows them."""
        if self.moved_at is not None and roster < self.moved_at:
            return self.unit_before
        return self.department, self.team, self.role

    def works_in(self, monday: int, holidays: frozenset[int]) -> list[int]:
        """The ordinals of the days of the week of `monday` on which this person is at work."""
        days = [monday + weekday for weekday in self.working_days if monday + weekday not in holidays]
        for first, last, _ in self.leaves:
            if first <= monday + 6 and last >= monday:
                days = [day for day in days if not first <= day <= last]
        return days


def build_people(count: int, span: Span, rng: random.Random) -> list[Person]:
    """`count` people on the last roster, and beside them the ones who left before."""
    leavers = round(count * LEAVER_SHARE)
    people = [_employ(number, rng) for number in range(count + leavers)]
    _give_managers(people[:count])
    _give_managers(people[count:])
    _let_leave(people[count:], span, rng)
    _let_join(people[:count], span, rng)
    _give_working_time(people, rng)
    _give_leave(people, span, rng)
    return people


def _employ(number: int, rng: random.Random) -> Person:
    department, team, role = _unit(rng)
    first = rng.choice(FIRST_NAMES.split())
    last = rng.choice(LAST_STARTS.split()) + rng.choice(LAST_ENDS.split())
    handle = _ascii(f"{first}.{last}").lower()
    return Person(
        number=number,
        person_id=AWKWARD_IDS.get(number, f"P{number + 1:06d}"),
        name=f"{first} {last}",
        email=f"{handle}.{number + 1}@example.com",
        login=f"{handle.replace('.', '-')}-{number + 1}",
        department=department,
        team=team,
        role=role,
        location=rng.choice(LOCATIONS),
    )


def _unit(rng: random.Random) -> tuple[str, str, str]:
    names = list(DEPARTMENTS)
    department = rng.choices(names, cum_weights=list(accumulate(DEPARTMENTS[name][0] for name in names)))[0]
    _, teams, roles = DEPARTMENTS[department]
    return department, rng.choice(teams), rng.choice(roles)


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _give_managers(people: list[Person]) -> None:
    """The first of every ten of a team leads them; leads report to the team's head, team heads to the department's."""
    heads: dict[str, Person] = {}
    firsts: dict[tuple[str, str], Person] = {}
    leads: dict[tuple[str, str], tuple[int, Person]] = {}
    for person in people:
        key = (person.department, person.team)
        head = heads.setdefault(person.department, person)
        first = firsts.setdefault(key, person)
        size, lead = leads.get(key, (0, person))
        if size % SQUAD == 0:
            lead = person
            person.role = f"Head of {person.department}" if person is head else "Team lead"
        leads[key] = (size + 1, lead)
        boss = lead if person is not lead else first if person is not first else head
        person.manager_id = boss.person_id if boss is not person else ""


def _let_leave(people: list[Person], span: Span, rng: random.Random) -> None:
    for person in people:
        person.last_roster = rng.randrange(0, len(span.rosters) - 1)


def _let_join(people: list[Person], span: Span, rng: random.Random) -> None:
    last = len(span.rosters) - 1
    for person in people:
        draw = rng.random()
        if draw < NEW_SHARE:
            _join(person, span, last, rng.randrange(0, 5))
        elif draw < NEW_SHARE + JOINER_SHARE:
            _join(person, span, rng.randrange(1, last), rng.randrange(0, 19))
        elif draw < NEW_SHARE + JOINER_SHARE + NEWLY_MOVED_SHARE:
            _move(person, last, rng)
        elif draw < NEW_SHARE + JOINER_SHARE + NEWLY_MOVED_SHARE + MOVER_SHARE:
            _move(person, rng.randrange(1, last), rng)


def _join(person: Person, span: Span, roster: int, days_later: int) -> None:
    person.first_roster = roster
    person.eligible_from = span.rosters[roster] + timedelta(days=days_later)


def _move(person: Person, roster: int, rng: random.Random) -> None:
    before = _unit(rng)
    if before[0] != person.department:
        person.unit_before, person.moved_at = before, roster


def _give_working_time(people: list[Person], rng: random.Random) -> None:
    for person in people:
        draw = rng.random()
        if draw < FRIDAYS_SHARE:
            person.fte, person.working_days = FRIDAYS_ONLY
            person.is_away = True  # four Fridays in the window are fewer than the five available days a verdict needs
        elif draw < FRIDAYS_SHARE + PART_TIME_SHARE:
            person.fte, person.working_days = rng.choice(PART_TIMES)


def _give_leave(people: list[Person], span: Span, rng: random.Random) -> None:
    for person in people:
        if rng.random() < AWAY_SHARE:
            _leave_for_long(person, span, rng)
            continue
        _holiday(person, span, rng.randrange(2, span.window - 2), rng.choice((1, 2)))
        is_settled = person.eligible_from is None or person.eligible_from < span.monday(span.window)
        if is_settled and rng.random() < WINDOW_HOLIDAY_SHARE:
            _holiday(person, span, rng.randrange(span.window, span.weeks), 1)


def _leave_for_long(person: Person, span: Span, rng: random.Random) -> None:
    """Away through the window; some are back for its last two days."""
    person.is_away = True
    first = span.monday(span.window) - DAY * rng.randrange(1, 7 * (span.window - 6))
    last = span.until - DAY * 4 if rng.random() < 0.3 else span.until + DAY * rng.randrange(5, 90)
    person.leaves.append((first.toordinal(), last.toordinal(), rng.choice(("parental", "sabbatical", "illness"))))


def _holiday(person: Person, span: Span, week: int, weeks: int) -> None:
    monday = span.monday(week).toordinal()
    person.leaves.append((monday, monday + 7 * weeks - 3, "holiday"))
