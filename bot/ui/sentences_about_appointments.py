"""Sentences about appointments, doctors and places that weren't understood."""

from collections.abc import Mapping

from bot.grammar.problems import Problem
from bot.ui.wording import _


def of_appointments_and_places() -> Mapping[Problem, str]:
    """By problem (Telegram HTML), with a place for the words concerned."""
    return {
        Problem.TITLE_MISSING: _(
            "What is it? Type the title first, for example <i>Cardiologist tomorrow 14:30</i>."
        ),
        Problem.APPOINTMENT_WORDS: _(
            "I didn't understand “{words}”. A time looks like <code>3 December 14:30</code> or "
            "<code>every Tuesday 10:00 until 1 March</code>. If the title contains a date, put "
            "the title in quotes."
        ),
        Problem.WHEN_UNREADABLE: _(
            "I can't read a time in “{words}”. Type it like <code>3 December 14:30</code>, "
            "<code>tomorrow 10:00</code> or <code>every Tuesday 10:00</code>."
        ),
        Problem.WHEN_TWICE: _(
            "“{words}” says twice when it is. Type the time once. If the title contains a date, "
            "put the title in quotes."
        ),
        Problem.DAY_VAGUE: _(
            "“{words}”: on which day? Type it like <code>3 December</code> or <code>Friday</code>."
        ),
        Problem.DAY_IS_OVER: _(
            "{words} has already passed. Type a later day, like <code>tomorrow</code>."
        ),
        Problem.HOUR_IS_OVER: _(
            "{words} has already passed. Type a later time, like <code>tomorrow 10:00</code>."
        ),
        Problem.WHICH_NIGHT: _(
            "Midnight is between two days. Type the day that begins then, like"
            " <code>3 December 00:00</code>."
        ),
        Problem.HOUR_SKIPPED: _(
            "There's no {words} on that day: the clocks go forward. Type another time."
        ),
        Problem.NO_OCCURRENCE: _(
            "“{words}” ends before it first happens. Type a later end, or leave it out."
        ),
        Problem.WEEKDAY_DIFFERS: _(
            "“{words}”: that date is a different weekday. Type only the date, like <code>3 "
            "December</code>."
        ),
        Problem.EVERY_WEEK: _(
            "“{words}”: does it come every week? Then put <code>every</code> before the days."
        ),
        Problem.REPEATS_TOO_OFTEN: _(
            "“{words}” is too often for appointments. The most often I can use is <code>every "
            "day at 10:00</code>."
        ),
        Problem.REPEATS_TOO_RARELY: _(
            "“{words}” isn't a repetition I can use. Type one from every day to every 100 "
            "years, like <code>every 2 weeks</code>."
        ),
        Problem.COUNT_IMPOSSIBLE: _(
            "“{words}” isn't possible. Type 1 to 1000 times, or <code>until 1 March</code>."
        ),
        Problem.END_OF_ONE: _(
            "“{words}”: does it come again until then? Type it like <code>every Tuesday 10:00 until"
            " 1 March</code>. If it goes on until then, type when it ends, too: <code>1 March 10:00"
            " to 3 March 12:00</code>."
        ),
        Problem.DURATION_IMPOSSIBLE: _(
            "“{words}” isn't a length I can use for an appointment. Type one from 1 minute to "
            "24 hours, like <code>for 45 minutes</code>, or up to 60 days, like <code>1 March "
            "to 14 March</code>."
        ),
        Problem.TIME_IN_TITLE: _(
            "“{words}” would stay in the title. If it belongs there, put the title in quotes. "
            "Otherwise, type it again with one appointment on each line."
        ),
        Problem.HOURS_OR_DATE: _(
            "“{words}” can be hours or a date. Type hours like <code>09:00-15:00</code>."
        ),
        Problem.STAYS_ALL_DAY: _(
            "“{words}” is a time of day, and this lasts all day. Type only a day. To give it "
            "hours, add it as a new appointment and call this one off."
        ),
        Problem.ALL_DAY_AT_A_TIME: _(
            "“{words}”: does it last all day, or only some hours? Type only a day, or hours "
            "like <code>10:00-12:00</code>."
        ),
        Problem.LENGTH_IN_A_MOVE: _(
            "Moving it changes when it starts, not how long it takes. Type only the new day and "
            "time. To change how long it takes, tap Change."
        ),
        Problem.TOO_MANY_ENTRIES: _(
            "That's {words} at once. I can take 20 at a time: please send me the first 20, then "
            "the others. I haven't saved anything yet."
        ),
        Problem.BEGINS_OTHERWISE: _(
            "It doesn't start at {words}. Type how long it takes, like <code>8 hours</code>. To "
            "change when it starts, tap Move."
        ),
        Problem.REMINDER_IMPOSSIBLE: _(
            "“{words}”: I can't remind you then. Type up to six times from 1 minute to 4 weeks "
            "before, like <code>1 day and 2 hours</code>, or <code>none</code>."
        ),
        Problem.WHICH_DOCTOR: _("Which doctor is “{words}”? Type the whole name."),
        Problem.PHONE_UNREADABLE: _(
            "“{words}” isn't a phone number. Type digits with the country code, like <code>+351 "
            "213 425 678</code>."
        ),
        Problem.PHONE_IMPOSSIBLE: _(
            "“{words}” isn't a phone number in any country I know. Type it with the country code,"
            " like <code>+351 213 425 678</code>."
        ),
        Problem.WORDS_TOO_LONG: _("“{words}” is too long. Please make it shorter."),
        Problem.PLACE_MISSING: _("Where? Type a city, like <code>London, United Kingdom</code>."),
        Problem.WHICH_PLACE: _("There's more than one “{words}”. Please add the country."),
        Problem.UNKNOWN_PLACE: _(
            "I don't know the place “{words}”. Type the nearest big city, like "
            "<code>Lisbon</code>, or a zone like <code>Europe/Lisbon</code>."
        ),
        Problem.NO_CITY_IN_ZONE: _(
            "“{words}” doesn't say when the clocks change. Type the nearest big city, like "
            "<code>Lisbon</code>."
        ),
    }
