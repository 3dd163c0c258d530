"""The questions of `/give`: rendering and refreshing them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.conversation.engine import Choice, Data, cancel_button
from bot.features.medicines.flows.giving.clock_doubts import (
    is_clock_in_doubt,
    other_clock_button,
    times_to_tap,
)
from bot.features.medicines.flows.giving.intake_draft import Draft
from bot.features.medicines.flows.giving.two_clocks import reader_of
from bot.features.medicines.flows.medicine_choices import choice_buttons
from bot.features.medicines.views.giving import confirmations, intake_questions, readers
from bot.grammar.commands.intakes import TypedAmount, read_intake
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.ui.answer import Screen
from bot.ui.buttons import in_rows
from bot.ui.words.amounts import to_dosage
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineLine
from domain.medicines.records.intakes import (
    Confirm,
    ConfirmSlip,
    HowManyDoses,
    HowMuch,
    Question,
    WhichOne,
    review,
)


def given_line_of(request: Request, rest: str, lines: Sequence[MedicineLine]) -> str:
    """When *rest* says it was given, if that is the same for all *lines*."""
    one, reader = lines[0], reader_of(request)
    if any((line.person_id, line.zone) != (one.person_id, one.zone) for line in lines):
        return ""
    typed = read_intake(tokenize(rest), zone=one.zone, now=reader.now)
    at = typed.moment.at if typed.moment else None
    return readers.given_line(at, person=one.person, zone=one.zone, reader=reader)


def show(request: Request, draft: Draft, question: Question) -> Draft:
    """With the question as the database has it now, and what it shows."""
    outlook, reader = question.outlook, reader_of(request)
    is_changed = draft.seen is not None and draft.seen != outlook.seen
    buttons: list[tuple[str, str]] = []
    match question:
        case WhichOne():
            text = intake_questions.which_one(outlook, reader=reader).text
            buttons = [
                (str(dose.id), intake_questions.dose_label(dose, now=reader.now))
                for dose in outlook.candidates
            ]
        case HowManyDoses():
            text = intake_questions.ask_count(outlook).text
        case HowMuch(of=of):
            draft = replace(draft, usual=of.to_json()).with_amount(TypedAmount())
            text = readers.given_line(
                datetime.fromisoformat(draft.at) if draft.at else None,
                person=draft.person,
                zone=outlook.medicine.zone,
                reader=reader,
            )
        case ConfirmSlip():
            text = intake_questions.ask_slip(outlook).text
        case Confirm():
            changes = (
                confirmations.changed_since(outlook, reader=reader, known=draft.known)
                if is_changed
                else ()
            )
            text = confirmations.confirm(
                outlook,
                reader=reader,
                changes=changes,
                note=draft.note,
                then=draft.then,
                corrects=False,
            ).text
            if is_clock_in_doubt(request, draft):
                buttons = [other_clock_button(request, draft)]
    return replace(
        draft,
        at=outlook.at.isoformat(),
        zone=outlook.medicine.zone.key,
        seen=outlook.seen if isinstance(question, Confirm) else None,
        known=tuple(str(intake.id) for intake in outlook.intakes),
        text=text,
        buttons=tuple(buttons),
    )


def refresh_for(kind: type[Question]) -> Callable[[Request, Data], Awaitable[Data]]:
    async def refresh(request: Request, data: Data) -> Data:
        """The question as the database has it now, even if nothing is in doubt any more. If another
        one is due by now, the answer leads to it.
        """
        draft = Draft.read(data)
        question = await review(request.scope, UUID(draft.id), draft.to_giving())
        return show(request, draft, question).write() if isinstance(question, kind) else data

    return refresh


def ask_which(data: Data, choice: Choice) -> Screen:
    return intake_questions.ask_which(
        choice_buttons(data, choice),
        typed=data.get("rest", ""),
        given=data.get("given", ""),
    )


def ask_time(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    if draft.lacks_time:
        screen = intake_questions.ask_when(
            draft.name, person=draft.person, lacks_time=draft.lacks_time
        )
        return Screen(screen.text, in_rows([cancel_button(choice)]))
    if not draft.buttons:
        screen = intake_questions.ask_another_time(draft.name, person=draft.person)
    else:
        screen = intake_questions.ask_when(draft.name, person=draft.person, lacks_time="")
    buttons = [choice(words, key) for key, words in draft.buttons]
    return Screen(screen.text, in_rows([*buttons, cancel_button(choice)]))


async def refresh_time(request: Request, data: Data) -> Data:
    """Update the labels, which are relative to now."""
    draft = Draft.read(data)
    return replace(draft, buttons=times_to_tap(request, draft)).write()


def ask_amount(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    usual = Dosage.from_json(draft.usual)
    screen = intake_questions.ask_amount(draft.name, usual, person=draft.person, given=draft.text)
    labels = intake_questions.amount_labels(usual)
    buttons = [choice(words, key) for key, words in labels.items()]
    return Screen(screen.text, in_rows([*buttons, cancel_button(choice)]))


def take_amount(usual: Dosage, key: str) -> TypedAmount:
    """What a button of :func:`intake_questions.amount_labels` says of a range."""
    if usual.unit is None:
        return TypedAmount()
    return TypedAmount(to_dosage(usual.choices[int(key[1:])], usual.unit))


def ask_count(data: Data, choice: Choice) -> Screen:
    """Corrections use it, too."""
    numbers = [choice(words, key) for key, words in intake_questions.count_labels().items()]
    return Screen(data["text"], (tuple(numbers), (cancel_button(choice),)))


def ask_slip(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    labels = intake_questions.slip_labels(draft.given.words if draft.given else "")
    buttons = [choice(words, key) for key, words in labels.items()]
    return Screen(draft.text, in_rows([*buttons, cancel_button(choice)]))


def ask_dose(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    buttons = [choice(words, str(n)) for n, (_id, words) in enumerate(draft.buttons)]
    buttons.append(choice(intake_questions.extra_label(), "extra"))
    buttons.append(cancel_button(choice))
    return Screen(draft.text, in_rows(buttons))


def ask_confirm(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    changes = [choice(words, key) for key, words in intake_questions.change_labels().items()]
    rows = [(choice(confirmations.record_label(), "yes"),), tuple(changes)]
    rows += [(choice(words, key),) for key, words in draft.buttons]
    rows.append((cancel_button(choice),))
    return Screen(draft.text, tuple(rows))
