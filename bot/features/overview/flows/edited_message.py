"""A message that was edited after it had taken effect.

Its effect is named, and undone, changed or redone only at a tap. An edited message that had no
effect is treated as a new one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.appointments.flows import change_appointment
from bot.features.medicines.flows.content import change_medicine
from bot.features.medicines.flows.giving import correct
from bot.features.medicines.flows.pausing import resuming
from bot.features.overview.views import edited as views
from bot.features.overview.views import undo as undo_views
from bot.grammar.problems import Misunderstood
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.appointments import ChangeAppointment
from bot.ui.presses.doses import Correct
from bot.ui.presses.medicines import ChangeMedicine
from bot.ui.presses.press import Press
from bot.ui.wording import escape
from bot.ui.words import undo
from domain.access import Action
from domain.database.scope import Scope
from domain.delivery.inbox import EditedMessage, record_effect
from domain.errors import NotFound, TooLateToUndo
from domain.overview.last_actions import find_action
from domain.overview.own_actions import (
    STATUS_KINDS,
    UNDONE,
    ActionKind,
    ActionSuperseded,
    LastAction,
    Undone,
)
from domain.overview.undo import undo_action
from domain.savepoints import run_in_savepoint

_CHANGEABLE_KINDS = frozenset(
    {ActionKind.ADDED, ActionKind.EDITED}
)  # the kinds of action that the Change button can change


class _NeedsQuestion(Exception):
    """The new text can't be carried out without asking something."""


@dataclass(frozen=True)
class _Done:
    """What an earlier version did: the actions that still stand, and why one no longer does (None
    if it was undone, or if Undo can't reach it).
    """

    actions: Sequence[LastAction]
    superseded: ActionSuperseded | None
    is_undone: bool


class EditedMessages:
    """Answers an edited message that had an effect. *commands* are those, by name, whose effect can
    be undone and redone.
    """

    def __init__(self, commands: Mapping[str, Handler]) -> None:
        self._commands = commands
        self.flow = Flow(
            "edited",
            {"offer": Step(_ask, self._take, _refresh, has_own_exit=True)},
            abandon_policy=AbandonPolicy("help", Unfinished.NOT_CHANGED),
        )

    async def begin(self, known: EditedMessage, command: str | None, request: Request) -> Answer:
        """Ask what to do about its effect, or say why nothing can be done."""
        text = request.text or ""
        typed = f"/{command} {text}".strip() if command else text
        if not known.acts:
            return views.was_answer(typed)
        if await request.scope.enter_family(known.acted_in) is None:
            return views.cannot_undo(typed)
        try:
            done = await _find_done(request.scope, known.acts)
        except TooLateToUndo:
            return views.unknown()
        if done.superseded is not None:
            why = escape(undo.superseded(done.superseded))
            return views.changed_since(why, typed=typed)
        if not done.actions:
            handler = self._commands.get(command or "") if done.is_undone else None
            if handler is not None:
                return await handler(replace(request, conversation=None))
            return views.was_answer(typed) if done.is_undone else views.cannot_undo(typed)
        data = {
            "message_id": known.message_id,
            "command": command if command in self._commands else None,
            "text": text,
            "typed": typed,
            "actions": [str(action.id) for action in done.actions],
        }
        return self.flow.begin(request, "offer", await _refresh(request, data))

    async def _take(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        data: Data = running.data
        match reply.choice:
            case "undo":
                return await _undo(request, running)
            case "change":
                return await _change(request, data)
            case "redo":
                return await self._redo(request, running)
            case "leave":
                return finished(running, views.nothing_changed())
            case _:
                tap = conversations.tap_a_button(reply.text or "")
                return tap.and_ask(self.flow.question(running))

    async def _redo(self, request: Request, running: Conversation) -> Answer:
        """Undo the old version and carry out the new one: both or neither."""
        data: Data = running.data
        handler = self._commands[data["command"]]

        async def work(scope: Scope) -> Answer:
            undone = await _undo_actions(request, data)
            before = len(scope.acts)
            said = await handler(replace(request, text=data["text"], press=None, conversation=None))
            if said.conversation is not None or len(scope.acts) == before:
                raise _NeedsQuestion
            return replace(undone, send=(*undone.send, *said.send))

        try:
            answer = await run_in_savepoint(request.scope, work)
        except Misunderstood as problem:
            return self._asked_again(request, running, Screen(misunderstood(problem)))
        except _NeedsQuestion:
            return self._asked_again(request, running, views.needs_questions())
        edited = EditedMessage(data["message_id"], is_unchanged=False)
        acts = [act.id for act in request.scope.acts]
        await record_effect(
            request.scope,
            request.update_id,
            acts=acts,
            instead_of=edited,
            text=data["typed"],
        )
        return finished(running, answer)

    def _asked_again(self, request: Request, running: Conversation, first: Screen) -> Answer:
        return self.flow.advance(request, running, "offer", running.data, first=first)


async def _find_done(scope: Scope, acts: Sequence[UUID]) -> _Done:
    """Raises TooLateToUndo."""
    actions: list[LastAction] = []
    superseded, is_undone = None, False
    for act in dict.fromkeys(acts):
        try:
            actions.append(await find_action(scope, act))
        except NotFound:
            continue  # out of Undo's reach
        except ActionSuperseded as error:
            is_undone = is_undone or error.action == UNDONE
            superseded = superseded if error.action == UNDONE else error
    return _Done(actions, superseded, is_undone)


def _ask(data: Data, choice: Choice) -> Screen:
    buttons = [choice(views.undo_label(), "undo")]
    if data["command"]:
        buttons.insert(0, choice(views.redo_label(), "redo"))
    if data["subject"]:
        buttons.append(choice(views.change_label(), "change"))
    buttons.append(choice(views.leave_label(), "leave"))
    return views.ask(data["done"], typed=data["typed"], buttons=buttons)


async def _refresh(request: Request, data: Data) -> Data:
    """Add the effect as it is now. Raises whatever :func:`find_action` does."""
    actions = await _actions(request.scope, data)
    done = views.done_words(actions, now=request.scope.clock.now())
    return {**data, "done": done, "subject": _subject(actions)}


async def _actions(scope: Scope, data: Data) -> Sequence[LastAction]:
    return [await find_action(scope, UUID(action)) for action in data["actions"]]


def _subject(actions: Sequence[LastAction]) -> list[str] | None:
    """The kind and id of the thing that can be changed; None if there are several, or none that can
    be.
    """
    match actions:
        case [LastAction(kind=kind, medicine=medicine)] if (
            medicine is not None and kind in _CHANGEABLE_KINDS
        ):
            return [ChangeMedicine.verb, str(medicine.id)]
        case [LastAction(appointment=appointment)] if appointment is not None:
            return [ChangeAppointment.verb, str(appointment.id)]
        case [LastAction(doses=[dose])]:
            return [Correct.verb, str(dose.id)]
        case _:
            return None


async def _change(request: Request, data: Data) -> Answer:
    verb, subject_id = data["subject"]
    family_id = request.scope.require(Action.READ).family_id
    press, begin = _change_handler(verb, family_id=family_id, subject_id=UUID(subject_id))
    return replace(await begin(replace(request, press=press)), closes=True)


def _change_handler(verb: str, *, family_id: UUID, subject_id: UUID) -> tuple[Press, Handler]:
    """The button that changes what :func:`_subject` found, and its handler."""
    if verb == ChangeMedicine.verb:
        medicine = ChangeMedicine(family_id=family_id, medication_id=subject_id)
        return medicine, change_medicine.begin
    if verb == ChangeAppointment.verb:
        appointment = ChangeAppointment(family_id=family_id, occurrence_id=subject_id)
        return appointment, change_appointment.begin
    return Correct(family_id=family_id, dose_id=subject_id), correct.begin


async def _undo(request: Request, running: Conversation) -> Answer:
    return _finished_unless_asked(running, await _undo_actions(request, running.data))


def _finished_unless_asked(running: Conversation, answer: Answer) -> Answer:
    if answer.conversation is not None:
        return replace(answer, closes=True)
    return finished(running, answer)


async def _undo_actions(request: Request, data: Data) -> Answer:
    """Undo the newest action first. Raises whatever :func:`undo_action` does."""
    scope = request.scope
    undone = [await undo_action(scope, UUID(action)) for action in reversed(data["actions"])]
    said = undo_views.all_undone(undone, member=scope.require(Action.READ), now=scope.clock.now())
    return await _asking_about_courses(request, said, undone)


async def _asking_about_courses(
    request: Request, answer: Answer, undone: Sequence[Undone]
) -> Answer:
    for each in undone:
        if each.action.kind in STATUS_KINDS and answer.conversation is None:
            answer = await resuming.ask_about_added_days(
                request,
                answer,
                medication_id=each.medicine.id if each.medicine else None,
                person_id=each.person.id if each.person else None,
            )
    return answer
