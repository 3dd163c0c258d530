"""What is said without a command: read, and answered by the screens that commands have.

Nothing here writes anything: what is said to have happened, or is to be, is shown by the flow that
does it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot.features.medicines.flows.content import change_medicine
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.overview.flows import said_of_visits
from bot.features.overview.flows.asked import answer_asked
from bot.features.overview.flows.family_reader import FamilyReader, load_reader, read_short_word
from bot.features.overview.flows.nicknames import Nicknames
from bot.features.overview.flows.said import answer_bare, answer_said
from bot.features.overview.views import danger as danger_views
from bot.features.overview.views import own_words as views
from bot.features.overview.views import said as said_views
from bot.grammar.intents.kinds import (
    AsksAdvice,
    Danger,
    Drives,
    Gave,
    GaveDue,
    Intent,
    NoRecord,
    OffTopic,
    Pauses,
    Refilled,
    RunsCommand,
    SaysDanger,
    Skipped,
    SmallTalk,
    Talk,
    Unsaid,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.nearest import Likely, Nearest, list_nearest
from bot.grammar.intents.questions import AboutMedicine, Topic, WhatRunsOut
from bot.grammar.intents.reading import (
    asks_to_fetch,
    is_asked,
    read_intents,
    says_away,
    without_reasons,
)
from bot.grammar.intents.replies import Said
from bot.grammar.phones import country_of
from bot.intake.request import Handler, Request
from bot.redis.spoken import PROMISED
from bot.ui.answer import Answer, Screen
from domain.access import Action, Role, may
from domain.errors import NothingToUndo
from domain.family import alarms
from domain.family.people import list_people
from domain.overview.last_actions import find_last_action
from domain.overview.own_actions import ActionSuperseded

_ALWAYS_COMMANDS = [(RunsCommand(command),) for command in ("cancel", "help", "undo")]


class OwnWords:
    """Answers sentences by the handlers of *commands*; *may_run* says which role may run which."""

    def __init__(
        self, commands: Mapping[str, Handler], *, may_run: Callable[[str, Role], bool]
    ) -> None:
        self._commands = commands
        self._may_run = may_run
        self.nicknames = Nicknames(self._read_again)

    async def on_message(self, request: Request, *, with_talk: bool = True) -> Answer | None:
        """The answer to a sentence; None if it can't be read."""
        text = request.text or ""
        is_member = request.scope.member is not None
        short = await read_short_word(request) if is_member and with_talk else None
        if short is not None and short.is_time:
            short = None  # it says when, but not what
        if short is not None and short.said is Said.WHO:
            if "medicine_id" not in request.spoken:
                return await self._run(request, "history")
            short = None  # "who gave it?": what was spoken of
        if short is not None and (bare := await answer_bare(request, short)):
            return bare
        reader = await load_reader(request)
        if looks := await self._unknown_looks(request, reader):
            return looks
        message = reader.read_message(text)
        if not message.said:
            medicine_id = reader.known.spoken.medicine_id
            if not with_talk or not is_member or medicine_id is None or request.draft is not None:
                return None  # it may answer the question that was left
            return await change_medicine.begin_said(request, medicine_id)
        answers = [views.left_out(message.left)] if message.left else []
        if message.unplaced:
            is_why = all(_has_reason(intent) for _words, intent in message.said)
            answers.append((views.no_reason if is_why else views.not_understood)(message.unplaced))
        if any(_is_of_stock(intent) and asks_to_fetch(words) for words, intent in message.said):
            answers.append(views.told_nobody())
            if any(isinstance(intent, Refilled) for _words, intent in message.said):
                kept = [each for each in message.said if not _is_of_stock(each[1])]
                message = replace(message, said=kept)
        before = len(answers)
        for at, (words, intent) in enumerate(message.said):
            asked = replace(request, text=words)
            answer = await self._answer_one(asked, intent, reader.known, with_talk=with_talk)
            if answer is None:
                continue
            answers.append(answer)
            if "continue" in (answer.conversation or {}):
                return _joined(answers, reader.speaks_of(text), after=message.said[at + 1 :])
        is_answered = len(answers) > before
        return _joined(answers, reader.speaks_of(text)) if is_answered else None

    async def _unknown_looks(self, request: Request, reader: FamilyReader) -> Answer | None:
        """The question which medicine is called by its looks, to whoever may say so."""
        member, looks = request.scope.member, reader.unknown_looks(request.text or "")
        if not looks or member is None or not may(member.role, Action.CHANGE_MEDICINES):
            return None
        lines, whose = await list_not_stopped(request.scope), reader.person_in(request.text or "")
        theirs = [line for line in lines if line.person_id == whose] or lines
        return self.nicknames.begin(request, looks, theirs)

    async def _read_again(self, request: Request) -> Answer:
        return await self.on_message(request) or Answer()

    async def go_on(self, request: Request, flow_id: UUID) -> Answer | None:
        """The answer to what was said beside what the question *flow_id* was about, which is over
        now; None if there was nothing.
        """
        words = request.spoken.get(f"{PROMISED}{flow_id}")
        if words is None:
            return None
        asked = replace(request, text=words, press=None, message=None, conversation=None)
        return await self.on_message(replace(asked, replied=None), with_talk=False)

    async def _answer_one(
        self, request: Request, intent: Intent, known: Known, *, with_talk: bool
    ) -> Answer | None:
        if request.is_forwarded and isinstance(intent, Gave | GaveDue | Skipped):
            intent = NoRecord(Unsaid.QUOTED)
        if not with_talk and isinstance(intent, SmallTalk | OffTopic):
            return None
        is_for_all = isinstance(intent, SaysDanger | SmallTalk | OffTopic | AsksAdvice)
        if request.scope.member is None and not is_for_all:
            return await self._run(request, "help") if intent == RunsCommand("help") else None
        return await self._answer(request, intent, known)

    async def list_nearest(self, request: Request) -> Sequence[Nearest]:
        """The nearest things that a member may have meant, and may do."""
        member, reader = request.scope.require(Action.READ), await load_reader(request)
        nearest = list_nearest(request.text or "", reader.known, reader.read)
        allowed = [each for each in nearest if self._may_run(each.command, member.role)]
        return [each for one in allowed for each in await self._named(request, one)]

    async def _named(self, request: Request, nearest: Nearest) -> Sequence[Nearest]:
        """Undo with what it undoes; none where there's nothing. An appointment isn't moved to the
        day on which it is, and nobody stops driving who doesn't.
        """
        if nearest.kind in {Likely.MOVE, Likely.NO_DRIVE}:
            is_needless = await said_of_visits.is_so_already(request, nearest)
            return [] if is_needless else [nearest]
        if nearest.kind != Likely.UNDO:
            return [nearest]
        try:
            last = await find_last_action(request.scope)
        except (NothingToUndo, ActionSuperseded):
            return []
        return [replace(nearest, about=last.name)]

    async def take_over(self, request: Request, left: str) -> Answer:
        """What the sentence of a button says, and what is *left* of the words that it is for."""
        answer = await self.on_message(request, with_talk=False) or Answer()
        beside = views.not_understood(left).send if left else ()
        return replace(answer, send=(*beside, *answer.send))

    async def aside(self, request: Request) -> Answer | None:
        """The answer to what is a question by its form, while another question is open, and to the
        words of a command that nothing is called.
        """
        text = request.text or ""
        intents = read_intents(text, Known()).intents
        is_thanks = intents in [(SmallTalk(talk),) for talk in (Talk.THANKS, Talk.GOOD_NIGHT)]
        if not (is_asked(text) or is_thanks or intents in _ALWAYS_COMMANDS):
            return None
        return await self.on_message(request)

    async def instead(self, request: Request) -> Answer | None:
        """The answer to what says something by itself, while the question that is over waits to be
        continued.
        """
        return await self.on_message(request, with_talk=False)

    async def otherwise(self, request: Request) -> Answer | None:
        """The answer to what was no answer to the open question; small talk is none, either. "Skip
        the noon dose" is not of whatever else is due.
        """
        intents = read_intents(request.text or "", Known()).intents
        if intents and isinstance(intents[0], GaveDue | Skipped):
            return None
        return await self.on_message(request, with_talk=False)

    async def warning(self, request: Request) -> Screen | None:
        """Whom to call, where an answer to an open question has words of danger, which are no note:
        "as needed for chest pain". None otherwise.
        """
        intents = read_intents(without_reasons(request.text or ""), Known()).intents
        if not intents or not isinstance(intents[0], SaysDanger):
            return None
        return (await _danger(request, intents[0].danger)).send[0]

    async def beside_danger(self, request: Request) -> Answer | None:
        """The answer to words of danger with which something is said to be done, too; None to
        others.
        """
        if request.scope.member is None:
            return None
        reader = await load_reader(request)
        said = reader.read_message(request.text or "").said
        return await self.on_message(request, with_talk=False) if len(said) > 1 else None

    async def _answer(self, request: Request, intent: Intent, known: Known) -> Answer | None:
        match intent:
            case RunsCommand(command):
                shown = await self._run(request, command)
                if shown is not None and command == "settings" and says_away(request.text or ""):
                    return said_views.to_tap(views.cannot_leave_out(), shown.send)
                return shown
            case SaysDanger(danger=danger):
                return await _danger(request, danger)
            case SmallTalk(talk=talk):
                return small_talk(talk, request)
            case OffTopic(is_of_reminders=True):
                return views.no_own_reminders()
            case OffTopic(is_of_rota=True):
                return views.no_rota()
            case OffTopic(is_of_health=False):
                return views.off_topic()
            case _:
                asked = await answer_asked(request, intent, known, self._commands)
                return asked or await answer_said(request, intent, self._commands)

    async def _run(self, request: Request, command: str) -> Answer | None:
        handler = self._commands.get(command)
        return None if handler is None else await handler(replace(request, text=""))


def _is_of_stock(intent: Intent) -> bool:
    is_of_one = isinstance(intent, AboutMedicine) and intent.topic is Topic.LEFT
    return is_of_one or isinstance(intent, WhatRunsOut)


def _has_reason(intent: Intent) -> bool:
    """Whether people say why, of which nothing is kept: "I can't drive, the car is in the shop"."""
    return isinstance(intent, Pauses) or (isinstance(intent, Drives) and intent.gives_up)


def _joined(
    answers: Sequence[Answer],
    spoken: Mapping[str, str],
    *,
    after: Sequence[tuple[str, Intent]] = (),
) -> Answer:
    """All of them as one; the last may ask a question, and the rest comes *after* that."""
    *before, last = answers
    send = tuple(screen for answer in before for screen in answer.send)
    if after:
        flow_id = (last.conversation or {})["continue"]["flow_id"]
        then = ". ".join(words for words, _intent in after)
        spoken = {**spoken, f"{PROMISED}{flow_id}": then}
        send = (*send, *views.comes_after(then).send)
    return replace(last, send=(*send, *last.send), spoken=spoken)


def small_talk(talk: Talk, request: Request) -> Answer:
    """One short line with the home buttons, at most once an hour."""
    answer = {
        Talk.HELLO: views.hello(request.name),
        Talk.THANKS: views.welcome(),
        Talk.GOOD_NIGHT: views.good_night(),
    }[talk]
    return replace(answer, is_small_talk=True)


async def _danger(request: Request, danger: Danger) -> Answer:
    member = request.scope.member
    return danger_views.danger(
        danger,
        countries=await _countries(request),
        family_id=member.family_id if member is not None else None,
    )


async def tell_family(request: Request) -> Answer:
    """The button below words of danger."""
    return replace(danger_views.told(await alarms.tell_family(request.scope)), closes=True)


async def _countries(request: Request) -> Sequence[str]:
    """Where the people live who are cared for."""
    if request.scope.member is None:
        return ()
    found = [country_of(person.zone) for person in await list_people(request.scope)]
    return list(dict.fromkeys(country for country in found if country))
