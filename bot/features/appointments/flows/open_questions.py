"""The questions about an appointment that isn't saved yet, one for each step."""

from collections.abc import Callable, Mapping
from datetime import date

from bot.conversation.engine import Choice, Data
from bot.conversation.people import ask_person
from bot.features.appointments.flows import when_questions as questions
from bot.features.appointments.flows.appointment_draft import read_days, read_times
from bot.features.appointments.views import draft_questions, time_labels
from bot.ui.answer import Screen

ALL_DAY_CHOICE = "all"


def _ask_person(data: Data, choice: Choice) -> Screen:
    asked = ask_person(data, choice)
    return draft_questions.with_title(asked, data["title"]) if data.get("title") else asked


def _ask_title(_data: Data, _choice: Choice) -> Screen:
    return draft_questions.ask_title()


def _ask_day(data: Data, choice: Choice) -> Screen:
    today = date.fromisoformat(data["today"])
    month = date.fromisoformat(data["month"]) if data["month"] else questions.first_of_month(today)
    candidates = read_days(data["days"])
    buttons = questions.day_buttons(
        choice,
        today=today,
        month=month,
        candidates=candidates,
        are_nights=bool(data.get("is_midnight")) and questions.are_nights(candidates),
    )
    return draft_questions.ask_day(data["title"], buttons)


def _ask_time(data: Data, choice: Choice) -> Screen:
    candidates, offered = read_times(data["times"]), read_times(data.get("offered", ()))
    return draft_questions.ask_time(
        data["title"],
        date.fromisoformat(data["days"][0]) if data["days"] else None,
        today=date.fromisoformat(data["today"]),
        buttons=(
            *questions.time_buttons(choice, candidates, offered=offered),
            (choice(time_labels.all_day_label(), ALL_DAY_CHOICE),),
        ),
    )


def _ask_meant(data: Data, choice: Choice) -> Screen:
    labels = draft_questions.meant_labels(data["meant"], kind=data["meant_kind"])
    return draft_questions.ask_meant(
        data["title"],
        data["meant_words"],
        [choice(words, str(number)) for number, words in enumerate(labels)],
    )


def _ask_repeat(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key) for key, words in draft_questions.repeat_labels().items()]
    return draft_questions.ask_repeat(data["title"], (tuple(buttons[:2]), tuple(buttons[2:])))


def _ask_doctor(data: Data, choice: Choice) -> Screen:
    buttons = [choice(doctor[-1], str(n)) for n, doctor in enumerate(data["doctors"])]
    buttons.append(choice(draft_questions.just_the_name_label(), "name"))
    return draft_questions.ask_which_doctor(data["doctor"] or "", buttons)


ASK: Mapping[str, Callable[[Data, Choice], Screen]] = {
    "person": _ask_person,
    "title": _ask_title,
    "meant": _ask_meant,
    "day": _ask_day,
    "time": _ask_time,
    "repeat": _ask_repeat,
    "doctor": _ask_doctor,
}
"""By the name of the step: the question, from the data of a draft."""
