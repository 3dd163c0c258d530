"""Taken, on doses whose window has ended: ask when, because the time of the tap doesn't say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
    finished,
)
from bot.features.medicines.flows.giving.two_clocks import (
    clock_button,
    has_two_clocks,
    parse_time,
    parts_of_time,
    reader_of,
    time_buttons,
)
from bot.features.medicines.views.doses import ask_amount
from bot.features.medicines.views.giving import confirmations, intake_questions
from bot.features.medicines.views.giving import late as views
from bot.grammar.commands.intakes import read_remark
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.buttons import in_rows
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.family.people import get_person
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.late import LateOutlook, record_late, review_late
from domain.medicines.records.recording import Recorded


@dataclass(frozen=True)
class Draft:
    """Which doses are meant and when they were taken; stored in Redis between two questions.

    `at` is the moment; None means each at its own time. `said` are typed words, read in `zone` or,
    with `is_mine`, in the member's own. `seen` is the fingerprint of what the question has shown.
    `given` is what was chosen of the one dose that is to be a range. What `is_said` in own words is
    shown before it is recorded, with the `note` that the rest of the sentence makes.
    """

    ids: tuple[str, ...]
    person: str
    zone: str
    at: str | None = None
    said: str = ""
    is_mine: bool = False
    lacks_time: str = ""
    options: tuple[str, ...] = ()
    seen: int | None = None
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    given: Mapping[str, Any] | None = None
    is_said: bool = False
    note: str = ""

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("ids", "options"):
            data[several] = tuple(data[several])
        data["buttons"] = tuple((key, words) for key, words in data["buttons"])
        return cls(**data)

    def write(self) -> Data:
        return asdict(self)

    @property
    def dose_ids(self) -> Sequence[UUID]:
        return [UUID(dose_id) for dose_id in self.ids]

    @property
    def chosen(self) -> Mapping[UUID, Dosage]:
        """The amounts that differ from what was to be given, by dose."""
        if self.given is None:
            return {}
        return dict.fromkeys(self.dose_ids, Dosage.from_json(self.given))

    @property
    def moment(self) -> datetime | None:
        """None means each at its own time."""
        return datetime.fromisoformat(self.at) if self.at else None


async def begin_said(
    request: Request, doses: Sequence[DoseFacts], said: str, note: str = ""
) -> Answer:
    """Show what "she had her pills at 8" means for these doses of one person, before it is
    recorded. Ask when that was if *said* doesn't tell. The *note* is kept with it.
    """
    draft = replace(await _draft(request, doses), is_said=True, note=read_remark(note))
    try:
        typed = parse_time(request, draft, said) if said else None
    except Misunderstood as unclear:
        first = Screen(misunderstood(unclear))
        return FLOW.begin(request, "when", await _refresh_when(request, draft.write()), first=first)
    if typed is None:
        return FLOW.begin(request, "when", await _refresh_when(request, draft.write()))
    draft = replace(draft, **parts_of_time(typed), at=typed.at.isoformat() if typed.at else None)
    if typed.at is None:
        draft = replace(draft, buttons=time_buttons(request, draft))
        return FLOW.begin(request, "time", draft.write())
    outlook = await _review(request, draft)
    return FLOW.begin(request, "confirm", _show(request, draft, outlook).write())


async def begin(
    request: Request, doses: Sequence[DoseFacts], *, given: Dosage | None = None
) -> Answer:
    """Ask when these doses of one person were taken. *given* is what was chosen of a range, where
    it's one dose.
    """
    draft = replace(await _draft(request, doses), given=given.to_json() if given else None)
    return FLOW.begin(request, "when", await _refresh_when(request, draft.write()))


async def _draft(request: Request, doses: Sequence[DoseFacts]) -> Draft:
    person = await get_person(request.scope, doses[0].care_recipient_id)
    ids = tuple(str(dose.id) for dose in doses)
    return Draft(ids=ids, person=person.name, zone=person.zone.key)


async def _refresh_when(request: Request, data: Data) -> Data:
    draft, reader = Draft.read(data), reader_of(request)
    outlook = await review_late(request.scope, draft.dose_ids, at=None, given=draft.chosen)
    labels = views.when_labels(outlook.open, now=reader.now) if outlook.open else {}
    text = views.ask_when(
        outlook, person=draft.person, reader=reader, given=draft.chosen, note=draft.note
    ).text
    return replace(draft, text=text, buttons=tuple(labels.items())).write()


def _ask_when(data: Data, choice: Choice) -> Screen:
    return _with_buttons(Draft.read(data), choice)


def _with_buttons(draft: Draft, choice: Choice) -> Screen:
    buttons = [choice(words, key) for key, words in draft.buttons]
    buttons.append(cancel_button(choice))
    return Screen(draft.text, in_rows(buttons))


async def _take_when(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "due":
            return await _record(request, running, replace(draft, at=None))
        case "now":
            now = request.scope.clock.now()
            return await _record(request, running, replace(draft, at=now.isoformat()))
        case "other":
            return _ask_another(request, running, draft)
        case _:
            return await _take_typed_time(request, running, draft, reply.text or "")


def _ask_another(request: Request, running: Conversation, draft: Draft) -> Answer:
    draft = replace(draft, options=(), lacks_time="", buttons=(), at=None)
    return FLOW.advance(request, running, "time", draft.write())


def _ask_time(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    text = views.ask_time(lacks_time=draft.lacks_time, has_options=bool(draft.options)).text
    return _with_buttons(replace(draft, text=text), choice)


async def _refresh_time(request: Request, data: Data) -> Data:
    """Update the labels, which are relative to now."""
    draft = Draft.read(data)
    return replace(draft, buttons=time_buttons(request, draft)).write()


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "other":
            return _ask_another(request, running, draft)
        case str() as key:
            at = request.scope.clock.now().isoformat() if key == "now" else draft.options[int(key)]
            return await _record_or_ask(request, running, replace(draft, at=at, seen=None))
        case None:
            return await _take_typed_time(request, running, draft, reply.text or "")


async def _take_typed_time(
    request: Request, running: Conversation, draft: Draft, text: str
) -> Answer:
    """Take a typed time. Raises Misunderstood if it isn't one, or is in the future."""
    typed = parse_time(request, draft, text)
    draft = replace(
        draft,
        **parts_of_time(typed),
        at=typed.at.isoformat() if typed.at else None,
        seen=None,
    )
    if typed.at is None:
        draft = replace(draft, buttons=time_buttons(request, draft))
        return FLOW.advance(request, running, "time", draft.write())
    return await _record_or_ask(request, running, draft)


async def _record_or_ask(request: Request, running: Conversation, draft: Draft) -> Answer:
    """Record it. If it was said in own words, or the typed time is a different moment by the
    member's own clock, show it first.
    """
    if draft.seen is None and (draft.is_said or has_two_clocks(request, draft)):
        outlook = await _review(request, draft)
        if outlook.open:
            shown = _show(request, draft, outlook)
            return FLOW.advance(request, running, "confirm", shown.write())
    return await _record(request, running, draft)


async def _record(request: Request, running: Conversation, draft: Draft) -> Answer:
    outcome = await record_late(
        request.scope,
        draft.dose_ids,
        at=draft.moment,
        zone=ZoneInfo(draft.zone),
        seen=draft.seen,
        given=draft.chosen,
        note=draft.note or None,
    )
    if not isinstance(outcome, Recorded):
        shown = _show(request, draft, outcome)
        return FLOW.advance(request, running, "confirm", shown.write())
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    if outcome.to_choose:
        asked = ask_amount(outcome.to_choose[0], member=member, now=now)
        return finished(running, asked)
    answer = views.recorded(outcome, person=draft.person, member=member, now=now)
    return finished(running, answer)


async def _review(request: Request, draft: Draft) -> LateOutlook:
    return await review_late(
        request.scope,
        draft.dose_ids,
        at=draft.moment,
        zone=ZoneInfo(draft.zone),
        given=draft.chosen,
    )


def _show(request: Request, draft: Draft, outlook: LateOutlook) -> Draft:
    """With the question as the database has it now."""
    reader = reader_of(request)
    if outlook.open:
        draft = replace(draft, zone=outlook.open[0].home.key)
    buttons = []
    if has_two_clocks(request, draft):
        buttons.append(clock_button(request, draft))
    buttons += list(intake_questions.time_labels().items())
    text = views.confirm(
        outlook, person=draft.person, reader=reader, given=draft.chosen, note=draft.note
    ).text
    return replace(draft, seen=outlook.seen, text=text, buttons=tuple(buttons))


async def _refresh_confirm(request: Request, data: Data) -> Data:
    draft = Draft.read(data)
    outlook = await _review(request, draft)
    return _show(request, draft, outlook).write()


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    question = _with_buttons(Draft.read(data), choice)
    yes = (choice(confirmations.record_label(), "yes"),)
    return Screen(question.text, (yes, *question.keyboard))


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "yes":
            return await _record(request, running, draft)
        case "clock":
            draft = replace(draft, is_mine=not draft.is_mine, lacks_time="")
            return await _take_typed_time(request, running, draft, draft.said)
        case "other":
            return _ask_another(request, running, draft)
        case _:
            # Typed text is another time.
            return await _take_typed_time(request, running, draft, reply.text or "")


FLOW = Flow(
    "late",
    {
        "when": Step(_ask_when, _take_when, _refresh_when),
        "time": Step(_ask_time, _take_time, _refresh_time),
        "confirm": Step(_ask_confirm, _take_confirm, _refresh_confirm),
    },
    abandon_policy=AbandonPolicy("today", Unfinished.NOT_RECORDED),
)
