"""What people say has happened, or is to be: shown as understood by the flow of the command that
does it, and saved after a yes. Nothing here writes anything.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from bot.features.contacts.flows import add_doctor, change_doctor
from bot.features.medicines.flows.giving import give, skip_said, take_late
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.screens import entry_screen, medicine_screen
from bot.features.medicines.flows.stock import refill
from bot.features.overview.flows import (
    corrections,
    left_out,
    said_changes,
    said_of_visits,
    said_pauses,
)
from bot.features.overview.flows.open_doses import (
    SOON,
    doses_today,
    of_one_slot,
    of_this_day,
)
from bot.features.overview.flows.own_person import own_person
from bot.features.overview.flows.parts_of_day import holds
from bot.features.overview.flows.when_given import long_due, said_at
from bot.features.overview.views import said as views
from bot.features.overview.views.own_words import no_record
from bot.grammar.intents.kinds import (
    AsksToDrive,
    CalledOff,
    ChangesTo,
    Corrects,
    Drives,
    Gave,
    GaveDue,
    HasDoctor,
    HasNumber,
    Intent,
    Moved,
    Pauses,
    Refilled,
    Resumes,
    SaysAppointment,
    SaysDirection,
    Skipped,
    Stops,
    Unsaid,
    WentTo,
)
from bot.grammar.intents.replies import Said, Short
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer
from bot.ui.length import MAX_SCREENS
from domain.access import Action
from domain.family.families import get_overview
from domain.family.people import list_people
from domain.medicines.doses.facts import OPEN, RESOLVED, DoseFacts
from domain.medicines.facts import MedicineLine
from domain.models.medicines import DoseStatus


async def answer_said(
    request: Request, intent: Intent, commands: Mapping[str, Handler]
) -> Answer | None:
    """The question that shows what was understood; None if there is nothing that it can be."""
    request = replace(request, is_said=True)
    match intent:
        case Gave():
            return await _gave(request, intent)
        case GaveDue():
            return await _gave_due(request, intent, commands)
        case Skipped():
            return await _skipped(request, intent, commands)
        case Refilled(medicine_ids=ids, amount=amount):
            lines = [line for line in await list_not_stopped(request.scope) if line.id in ids]
            return await refill.begin_said(request, lines, amount) if lines else None
        case Moved(appointment_ids=ids, when=when):
            return await said_of_visits.move(request, ids, when)
        case CalledOff():
            return await said_of_visits.call_off(request, intent)
        case Drives():
            return await said_of_visits.drive(request, intent)
        case AsksToDrive():
            return await said_of_visits.ask_to_drive(request, intent)
        case ChangesTo():
            return await said_changes.begin(request, intent)
        case Corrects(medicine_ids=ids):
            return await corrections.begin(request, ids, commands)
        case WentTo(words=words):
            return await said_of_visits.note_outcome(request, words)
        case Stops(medicine_ids=ids, is_later=is_later):
            pages = [await medicine_screen(request, each) for each in ids[:MAX_SCREENS]]
            return views.to_tap(views.stop_later() if is_later else views.stop_it(), pages)
        case Pauses():
            return await said_pauses.begin(request, intent)
        case Resumes():
            return await said_pauses.resume(request, intent) or views.nothing_paused()
        case HasDoctor():
            return await add_doctor.begin(
                replace(request, text=await _with_person(request, intent))
            )
        case HasNumber(doctor_ids=ids, phone=phone):
            return await change_doctor.begin_said(request, ids[0], phone)
        case SaysDirection(line=line):
            return await commands["addmed"](replace(request, text=line))
        case SaysAppointment(line=line):
            return await commands["addappt"](replace(request, text=line))
        case _:
            return None


async def _with_person(request: Request, intent: HasDoctor) -> str:
    """The line of a doctor, with whose it is, of several people."""
    people = await list_people(request.scope)
    whose = next((each.name for each in people if each.id == intent.person_id), "")
    is_said = not whose or len(people) == 1 or whose in intent.line
    return intent.line if is_said else f"{intent.line} for {whose}"


async def _whose(request: Request, note: str, commands: Mapping[str, Handler]) -> Answer:
    """It could be for several people: the doses of today follow, each with its button."""
    answer = views.whose(note)
    if "today" not in commands:
        return answer
    today = await commands["today"](replace(request, text=""))
    return replace(today, send=(*answer.send, *today.send))


async def answer_bare(request: Request, short: Short) -> Answer | None:
    """What a word that names nothing could be about: the doses that are due, by their names. None
    if nothing is that somebody could be on.
    """
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    if short.said is Said.NOT_DONE:
        return no_record(Unsaid.NEGATED, None, member=member, now=now)

    def is_meant(dose: DoseFacts, now: datetime) -> bool:
        return dose.due_at <= now + SOON

    doses = await doses_today(request, is_meant)
    if short.said is Said.ON_IT:
        return views.on_it(of_one_slot(doses, now), member=member) if doses else None
    if not doses:
        return await _recorded(request, is_meant)
    if short.said is Said.SEEN:
        return no_record(Unsaid.QUOTED, None, member=member, now=now)  # it may mean "I will"
    return await _of_one_person(
        of_one_slot(doses, now),
        lambda theirs: answer_short(request, short, theirs),
        whose=lambda: _whose(request, "", {}),
    )


async def answer_short(request: Request, short: Short, doses: Sequence[DoseFacts]) -> Answer:
    """What a short word says about these doses of one person. Where all are answered for: what is
    recorded.
    """
    still_open = [dose for dose in doses if dose.status in OPEN]
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    if short.said is Said.WHO or (doses and not still_open):
        screens = [await entry_screen(request, dose.id) for dose in doses[:MAX_SCREENS]]
        return Answer(send=tuple(screens))
    if short.said is Said.NOT_DONE:
        return no_record(Unsaid.NEGATED, None, member=member, now=now)
    if short.said is Said.ON_IT:
        return views.on_it(still_open, member=member)
    if short.said is Said.SKIPPED:
        return await skip_said.begin(request, still_open, short.rest)
    if short.said is Said.LATER:
        waiting = [dose for dose in still_open if dose.status is DoseStatus.PENDING]
        return views.ask_later(waiting, short.minutes, member=member)
    return await take_late.begin_said(request, still_open, short.rest)


async def _gave(request: Request, intent: Gave) -> Answer | None:
    person_id = await own_person(request) if intent.is_own else intent.person_id
    if intent.is_own and person_id is None:
        return None
    lines = await list_not_stopped(request.scope)
    items: list[tuple[Sequence[MedicineLine], str]] = []
    each = intent.each or (intent.when,) * len(intent.mentions)
    for mention, typed in zip(intent.mentions, each, strict=True):
        named = [line for line in lines if line.id in mention]
        when = _without_strength(typed, named)
        theirs = [line for line in named if person_id in {None, line.person_id}]
        if not theirs:
            others = [(line.name, line.person) for line in named]
            return views.of_somebody_else(others) if named else None
        if len(intent.mentions) == 1 and _OF_EACH.search(request.text or ""):
            items += [([line], when) for line in theirs]  # "both had their amlodipine"
        else:
            items.append((theirs, await _reckoned(request, intent, mention, when)))
    note = await _with_giver(request, intent)
    if unanswered := await long_due(request, items):
        return await take_late.begin_said(request, unanswered, "", note)
    return await give.begin_named(request, items, note=note)


async def _with_giver(request: Request, intent: Gave | GaveDue) -> str:
    """The note, with who gave it, if that is somebody else than who says so."""
    if intent.by in {None, request.scope.user_id}:
        return intent.note
    overview = await get_overview(request.scope)
    names = [each.name for each in overview.members if each.user_id == intent.by]
    return "; ".join(filter(None, [*map(views.given_by, names), intent.note]))


def _without_strength(when: str, lines: Sequence[MedicineLine]) -> str:
    """ "1 500mg" of what comes in 500 mg is one of it; another strength is asked about."""
    said = _COUNTED.match(when)
    strength = "" if said is None else said["strength"].replace(" ", "").casefold()
    is_set = all(line.dosage.words.replace(" ", "").casefold() == strength for line in lines)
    return f"{said['count']}{when[said.end() :]}" if said and is_set else when


_COUNTED = re.compile(
    r"(?i)(?P<count>\d+|one|two|three|half) (?P<strength>\d[\d.,]* ?(?:mg|mcg|g|ml))\b"
)


async def _reckoned(request: Request, intent: Gave, ids: Collection[UUID], when: str) -> str:
    """The words *when*, with the hour that "20 minutes late" comes to."""
    if intent.late is None:
        return when
    doses = await doses_today(request, lambda dose, now: dose.due_at <= now)
    return f"{when} {_late_by(intent.late, [dose for dose in doses if dose.medication_id in ids])}"


def _late_by(minutes: int, doses: Sequence[DoseFacts]) -> str:
    """So many *minutes* after the last of *doses* was due, as one types it; "" of none."""
    last = max((dose.local for dose in doses), default=None)
    return "" if last is None else f"at {last + timedelta(minutes=minutes):%H:%M}"


_OF_EACH = re.compile(r"(?i)\b(?:both|each)\b")


async def _gave_due(
    request: Request, intent: GaveDue, commands: Mapping[str, Handler]
) -> Answer | None:
    person_id = await own_person(request) if intent.is_own else intent.person_id
    if intent.is_own and person_id is None:
        return None
    is_meant = _meant_by(intent, person_id)
    doses = await doses_today(request, is_meant)
    now = request.scope.clock.now()
    at = said_at(intent.when, doses, now)
    if at is not None:
        doses = [dose for dose in doses if dose.due_at <= at + SOON] or doses
    if not _OF_BEFORE.search(intent.when):
        # "All given" is of today, where anything of today is open.
        today = [dose for dose in doses if dose.local.date() == now.astimezone(dose.zone).date()]
        doses = today or doses
    later: Sequence[DoseFacts] = ()
    if intent.part is not None:
        due = [dose for dose in doses if dose.due_at <= now]
        later = [dose for dose in doses if dose.due_at > now] if due else ()
        doses = due or doses
    elif not intent.is_all:
        doses = of_one_slot(doses, now if at is None else at + SOON)
    if not doses:
        return await _recorded(request, is_meant)
    if intent.is_it and (which := await _which_it_is(request, intent, is_meant)):
        return which
    when = intent.when if intent.late is None else _late_by(intent.late, doses)
    note = await _with_giver(request, intent)
    return await _of_one_person(
        doses,
        lambda theirs: _take_without(request, theirs, later, when=when, note=note),
        whose=lambda: _whose(request, note, commands),
    )


async def _take_without(
    request: Request,
    doses: Sequence[DoseFacts],
    later: Sequence[DoseFacts],
    *,
    when: str,
    note: str,
) -> Answer:
    """Ask about *doses*, and name those that are due *later* in the same part of the day."""
    asked = await take_late.begin_said(request, doses, when, note)
    people = {dose.care_recipient_id for dose in doses}
    others = [dose for dose in later if dose.care_recipient_id in people]
    return views.not_due_yet(others, asked) if others else asked


async def _which_it_is(
    request: Request, intent: GaveDue, is_meant: Callable[[DoseFacts, datetime], bool]
) -> Answer | None:
    """Which of several "it" is, asked of those that are open or were skipped today; None if only
    one can be meant.
    """
    may_be = await doses_today(request, is_meant, among={*OPEN, DoseStatus.SKIPPED})
    ids = {dose.medication_id for dose in may_be}
    if len(ids) == 1 or _IN_PLURAL.search(request.text or ""):
        return None
    lines = [line for line in await list_not_stopped(request.scope) if line.id in ids]
    note = await _with_giver(request, intent)
    return await give.begin_named(request, [(lines, intent.when)], note=note)


_IN_PLURAL = re.compile(r"(?i)\b(?:them|those|both|(?<!after )all)\b")
_OF_BEFORE = re.compile(r"(?i)\b(?:yesterday|last)\b")


def _meant_by(intent: GaveDue, person_id: UUID | None) -> Callable[[DoseFacts, datetime], bool]:
    def is_meant(dose: DoseFacts, now: datetime) -> bool:
        if person_id not in {None, dose.care_recipient_id} or dose.medication_id in intent.but_not:
            return False
        if intent.due_hours:
            return dose.local.hour in intent.due_hours
        if intent.before is not None and dose.local.hour >= intent.before:
            return False
        if intent.is_all and dose.due_at > now:
            return False
        if intent.part is not None:
            return holds(intent.part, dose.local.hour)
        return dose.due_at <= now + SOON

    return is_meant


async def _recorded(request: Request, is_meant: Callable[[DoseFacts, datetime], bool]) -> Answer:
    """Of what was meant nothing is open: what is recorded of it, by whom, with Correct and Undo."""
    doses = await doses_today(request, is_meant, among=RESOLVED)
    found = of_one_slot(doses, request.scope.clock.now())
    if not found:
        return views.nothing_open()
    screens = [await entry_screen(request, dose.id) for dose in found[:MAX_SCREENS]]
    return views.to_tap(views.recorded_already(), screens)


async def _of_one_person(
    doses: Sequence[DoseFacts],
    ask: Callable[[Sequence[DoseFacts]], Awaitable[Answer]],
    *,
    whose: Callable[[], Awaitable[Answer]],
) -> Answer:
    """Ask about the doses of one person; of several people, *whose* they are."""
    people = {dose.care_recipient_id for dose in doses}
    if len(people) == 1:
        return await ask(doses)
    return views.nothing_open() if not doses else await whose()


async def _skipped(
    request: Request, intent: Skipped, commands: Mapping[str, Handler]
) -> Answer | None:
    def is_meant(dose: DoseFacts, now: datetime) -> bool:
        if intent.person_id not in {None, dose.care_recipient_id}:
            return False
        if intent.medicine_ids and dose.medication_id not in intent.medicine_ids:
            return False
        if intent.due_hours:
            return dose.local.hour in intent.due_hours
        if intent.part is not None:
            return holds(intent.part, dose.local.hour)
        return intent.is_ahead or dose.due_at <= now + SOON

    now = request.scope.clock.now()
    if intent.is_before:
        return await left_out.of_yesterday(request, intent, is_meant)
    open_doses = await doses_today(request, is_meant)
    doses = of_this_day(open_doses, request.text or "", now, is_ahead=intent.is_ahead)
    doses = left_out.next_ahead(doses, now) if intent.is_ahead else of_one_slot(doses, now)
    if not doses:
        return await _recorded(request, is_meant)
    return await _of_one_person(
        doses,
        lambda theirs: skip_said.begin(request, theirs, intent.reason),
        whose=lambda: _whose(request, "", commands),
    )
