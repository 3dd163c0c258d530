"""The questions of `/addmed`, rendered from the draft."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, cancel_button
from bot.features.medicines.flows.content import content_changes as parts
from bot.features.medicines.flows.content import guards
from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.features.medicines.flows.content.new_schedules import CYCLING, VARYING, named_lack
from bot.features.medicines.flows.content.notes import ask_note
from bot.features.medicines.flows.content.unkept import unkept_of
from bot.features.medicines.views.content import medicine_changes, new_medicines
from bot.features.medicines.views.content import persons_day as day_views
from bot.features.medicines.views.content.medicine_notes import Note
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.ui import conversations
from bot.ui.answer import Screen
from bot.ui.misunderstandings import misunderstood
from bot.ui.words.regimens.day_times import times_around
from bot.ui.words.times import show_clock
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedules.kinds import schedule_from_json

# Whatever is missing is asked for, so no sentence has to say that it's missing.
_ASKED_FOR = frozenset(
    {
        Problem.NAME_MISSING,
        Problem.DOSAGE_MISSING,
        Problem.SCHEDULE_MISSING,
        Problem.TIMES_MISSING,
        Problem.WEEKDAYS_MISSING,
        Problem.FIRST_DAY_MISSING,
        Problem.WHICH_PERSON,
    }
)


def sentence_about(problem: Misunderstood | None) -> Screen | None:
    """What to say about a problem before the next question asks for what is missing."""
    if problem is None or problem.problem in _ASKED_FOR:
        return None
    return Screen(misunderstood(problem))


def ask_name(_data: Data, _choice: Choice) -> Screen:
    return new_medicines.ask_medicine_name()


def ask_dosage(data: Data, _choice: Choice) -> Screen:
    return new_medicines.ask_dosage(data["name"])


def ask_schedule(data: Data, choice: Choice) -> Screen:
    name, so_far = data["name"], data["schedule_so_far"]
    if so_far:
        times = enumerate(data.get("times", ()))
        buttons = [choice(words, f"t{number}") for number, words in times]
        lacks = named_lack(data.get("lacks", ""))
        return new_medicines.ask_schedule(name, buttons, so_far=so_far, lacks=lacks)
    if offered := data.get("offered"):
        buttons = [choice(words, f"o{number}") for number, words in enumerate(offered)]
        return new_medicines.ask_what_was_meant(name, buttons)
    if refused := data.get("refused"):
        return new_medicines.ask_in_other_words(name, refused)
    presets = new_medicines.schedule_presets()
    presets.pop("cycle")  # here any cycle can be tapped
    buttons = [choice(label, key) for key, label in presets.items()]
    buttons.append(choice(new_medicines.cycling_label(), CYCLING))
    buttons.append(choice(new_medicines.differing_label(), VARYING))
    return new_medicines.ask_schedule(name, buttons, so_far="")


def of_question(ask: Callable[[Data, Choice], Screen]) -> Callable[[Data, Choice], Screen]:
    def ask_it(data: Data, choice: Choice) -> Screen:
        return ask({"name": data["name"], **data["question"]}, choice)

    return ask_it


def ask_max_per_day(data: Data, choice: Choice) -> Screen:
    content = Content(
        data["name"], Dosage.from_json(data["dosage"]), schedule_from_json(data["schedule"])
    )
    return guards.ask_max_per_day({**data, "most_choices": guards.most_choices(content)}, choice)


def ask_new_dosage(data: Data, _choice: Choice) -> Screen:
    _key, person, zone_key, *_day = data["people"][data["person"]]
    zone = ZoneInfo(zone_key)
    schedule = schedule_from_json(data["schedule"])
    now = medicine_changes.amount_now(Dosage.from_json(data["dosage"]), schedule, zone=zone)
    return medicine_changes.ask_new_dosage(data["name"], now, person=person)


def ask_new_schedule(data: Data, choice: Choice) -> Screen:
    zone = ZoneInfo(data["people"][data["person"]][2])
    schedule = schedule_from_json(data["schedule"])
    return parts.ask_when({"name": data["name"], **parts.data_of_when(schedule, zone)}, choice)


def ask_how(data: Data, choice: Choice) -> Screen:
    return ask_note(Note.HOW, data["name"], data.get("instructions"), choice)


def ask_why(data: Data, choice: Choice) -> Screen:
    return ask_note(Note.WHY, data["name"], data.get("reason"), choice)


def ask_confirm(data: Data, choice: Choice) -> Screen:
    said = Draft.from_data(data)
    question = new_medicines.confirm(
        name=data["name"],
        dosage=Dosage.from_json(data["dosage"]),
        schedule=schedule_from_json(data["schedule"]),
        person=data["people"][data["person"]][1],
        zone=ZoneInfo(data["people"][data["person"]][2]),
        instructions=data.get("instructions"),
        reason=data.get("reason"),
        spelled_out=[(typed, meaning) for typed, meaning in data.get("spelled_out", ())],
        now=datetime.fromisoformat(shown) if (shown := data.get("shown_at")) else None,
        buttons=(
            choice(conversations.save_label(), "save"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
        unkept=unkept_of(said),
        before=said.before,
        keep=choice(new_medicines.keep_label(), "keep"),
    )
    return day_views.with_day(question, said.said_times, said.moves)


async def shown_now(request: Request, data: Data) -> Data:
    """The next dates are reckoned from whenever the question is shown."""
    return {**data, "shown_at": request.scope.clock.now().isoformat()}


def ask_day(data: Data, choice: Choice) -> Screen:
    """Whether the usual times of the day suit, where nobody has said otherwise."""
    draft = Draft.from_data(data)
    return day_views.ask_day(
        draft.people[draft.person or 0].name,
        draft.unknown_parts,
        draft.day_times,
        buttons=(
            choice(day_views.use_these_label(len(draft.unknown_parts)), "use"),
            choice(day_views.other_times_label(len(draft.unknown_parts)), "other"),
        ),
    )


def ask_day_times(data: Data, choice: Choice) -> Screen:
    """When the parts of the day are, the first of them by buttons."""
    draft = Draft.from_data(data)
    offered = times_around(draft.unknown_parts[0])
    return day_views.ask_day_times(
        draft.people[draft.person or 0].name,
        draft.unknown_parts,
        [choice(show_clock(at), f"{at:%H%M}") for at in offered],
    )


def ask_same(data: Data, choice: Choice) -> Screen:
    return new_medicines.ask_same(
        data["same"],
        name=data["name"],
        existing_name=data.get("same_name") or data["name"],
        person=data["people"][data["person"]][1],
        both=choice(new_medicines.both_label(), "both"),
        change=choice(conversations.change_label(), "change"),
        cancel=cancel_button(choice),
    )


def ask_change(data: Data, choice: Choice) -> Screen:
    parts = new_medicines.part_labels()
    if len(data["people"]) == 1:
        parts.pop("person")
    buttons = [choice(label, key) for key, label in parts.items()]
    return new_medicines.ask_what_to_change(data["name"], [*buttons, cancel_button(choice)])
