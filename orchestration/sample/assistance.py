"""Usage of the general assistant and of note drafting as CloudEvents, and the visits that notes are written about."""

from __future__ import annotations

from orchestration.sample.decisions import Case, WeekLog
from orchestration.sample.plans import Plan
from orchestration.sample.tools import OVERRIDE, SHARED, STAKE, TRAINEE

# Controls of the general assistant, by place.
RESTRICTED, SOURCE, WARNING, REROLL, DISCLOSED, CHAT_TRAINED = range(6)
# Controls of note drafting.
ATTESTED, READ, COSIGNED, COPIED, COVERED, NOTES_TRAINED = range(6)
VISITS_WITHOUT_NOTES = 2  # a week, of those who do not use the tool
COSIGNED_AFTER = 10_800


def conversation(case: Case) -> None:
    """One question: asked, perhaps asked again, warned of, checked against a source, passed on."""
    case.about = f',"conversation_id":"{case.item}"'
    _ask(case)
    is_warned, is_passed_on = case.plan.turn(SHARED), case.plan.turn(OVERRIDE)
    if is_warned:
        case.emit(60, "privacy_warning", case.about)
    if case.breaks(WARNING) if is_warned else is_passed_on:
        _send_outside(case)
    elif case.draw() < 0.25:
        case.emit(500, "answer_shared", f'{case.about},"audience":"internal","is_disclosed":true')


def _ask(case: Case) -> None:
    if case.plan.turn(STAKE):
        data_class = "restricted" if case.breaks(RESTRICTED) else "confidential"
    else:
        data_class = "internal" if case.draw() < 0.6 else "public"
        case.keep(RESTRICTED)
    case.attend(CHAT_TRAINED)
    case.emit(0, "prompt", f'{case.about},"data_class":"{data_class}"')
    case.plan.use(case.log.is_window)
    attempts = 4 + int(2 * case.draw()) if case.breaks(REROLL) else int(1.3 * case.draw())
    for number in range(attempts):
        case.emit(15 + 10 * number, "regenerate", case.about)


def _send_outside(case: Case) -> None:
    if not case.breaks(SOURCE):
        case.emit(200, "source_opened", case.about)
    is_disclosed = "false" if case.breaks(DISCLOSED) else "true"
    case.emit(500, "answer_shared", f'{case.about},"audience":"external","is_disclosed":{is_disclosed}')


def visit(case: Case) -> None:
    """One visit: a note drafted, attested, signed, countersigned if a trainee's; the visit closed.

    A trainee signs nothing on a day when nobody is there to countersign: the visit then stays out of the log.
    """
    colleague = case.colleague() if is_trainee(case.plan) else None
    if is_trainee(case.plan) and colleague is None:
        return
    _attest(case)
    _sign(case)
    if colleague is not None:
        _countersign(case, colleague)
    closed = -600 if case.breaks(COVERED) else 1_800
    case.log.work.append((case.item, case.plan.person.person_id, "visit", case.at - 2_400, case.at + closed))


def is_trainee(plan: Plan) -> bool:
    """Whether the person is a trainee while the tool is meant for them: who moves on takes another role."""
    person = plan.person
    unit = (person.department, person.team, person.role)
    return (person.role if plan.tool.is_for(unit) else person.unit_before[2]) == TRAINEE


def _attest(case: Case) -> None:
    """The careless sign first, or have the draft made anew after they attested it."""
    case.emit(-300, "draft_shown", ',"model":"scribe-3"')
    if not case.breaks(ATTESTED):
        case.emit(-30, "note_attested")
    elif case.draw() < 0.5:
        case.emit(-120, "note_attested")
        case.emit(-60, "draft_shown", ',"model":"scribe-3"')
    else:
        case.emit(120, "note_attested")


def _sign(case: Case) -> None:
    words = 80 + int(220 * case.draw())
    copied = 0.55 + 0.4 * case.draw() if case.breaks(COPIED) else 0.05 + 0.4 * case.draw()
    case.attend(NOTES_TRAINED)
    dwell = case.reading(words, is_blind=case.breaks(READ))
    case.emit(0, "note_signed", f',"words":{words},"dwell_ms":{dwell},"copied_share":{copied:.2f}')
    case.plan.use(case.log.is_window)


def _countersign(case: Case, colleague: str) -> None:
    if not case.breaks(COSIGNED):
        case.log.emit(case.at + COSIGNED_AFTER, "note_cosigned", case.item, colleague)
    elif case.draw() < 0.5:
        case.emit(600, "note_cosigned")


def visit_without_note(log: WeekLog, plan: Plan, day: int) -> None:
    """A visit of somebody who writes notes by hand."""
    case = Case(log, plan, day, "VIS")
    log.work.append((case.item, plan.person.person_id, "visit", case.at - 2_400, case.at + 1_800))
