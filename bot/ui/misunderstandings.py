"""Answers to text the bot didn't understand: one sentence, with an example of what to type."""

from collections.abc import Mapping, Sequence

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import fold_spaces
from bot.ui.sentences_about_appointments import of_appointments_and_places
from bot.ui.wording import _, escape, listed

# Enough to recognise one's own words; people do paste 5,000 characters.
_LONGEST_QUOTATION = 60


def misunderstood(problem: Misunderstood) -> str:
    """The sentence (Telegram HTML) about what wasn't understood."""
    sentence = _with_choices() if problem.suggestions else _without_choices()
    return sentence[problem.problem].format(
        words=quoted(problem.words), choices=_choices(problem.suggestions)
    )


def quoted(words: str) -> str:
    """What somebody typed (Telegram HTML), on one line, just long enough to recognise."""
    words = fold_spaces(words)
    if len(words) > _LONGEST_QUOTATION:
        words = words[: _LONGEST_QUOTATION - 1].rstrip() + "…"
    return escape(words)


def _choices(suggestions: Sequence[str]) -> str:
    # A tap on code makes Telegram copy it.
    codes = [f"<code>{quoted(suggestion)}</code>" for suggestion in suggestions]
    return listed(codes, joined_by="or")


def _with_choices() -> Mapping[Problem, str]:
    return {
        **_without_choices(),
        Problem.DOSAGE_NEEDS_UNIT: _(
            "“{words}” of what? Add the unit, or put the words in quotes: {choices}."
        ),
        Problem.AMOUNT_AMBIGUOUS: _("“{words}” can be read in two ways. Do you mean {choices}?"),
        Problem.AM_OR_PM: _("“{words}”: in the morning or in the afternoon? Type {choices}."),
        Problem.NUMBER_OR_HOUR: _(
            "“{words}”: is that how many, how often, or the hour? Type it like {choices}."
        ),
        Problem.NO_SUCH_TIME: _("“{words}”: do you mean {choices}?"),
        Problem.CONTRADICTION: _("“{words}” contradicts itself. Type the time as {choices}."),
        Problem.DATE_AMBIGUOUS: _("“{words}” can be more than one day. Do you mean {choices}?"),
        Problem.REPEAT_AMBIGUOUS: _("“{words}” can mean two things. Do you mean {choices}?"),
        Problem.LIMIT_IN_AMOUNTS: _("“{words}” of what? Do you mean {choices}?"),
        Problem.HOURS_RANGE: _(
            "“{words}” leaves the time to whoever gives it. Shall it be {choices}?"
        ),
        Problem.COURSE_OR_CYCLE: _(
            "Does “{words}” start again each time? Type it as {choices}, or the end after"
            " <code>until</code>."
        ),
        Problem.BARE_DATE: _("Does it begin on “{words}”, or is it for one day? Type {choices}."),
        Problem.WHICH_PERSON: _("Who is it for: {choices}? Add “for” and the name."),
        Problem.UNKNOWN_PERSON: _(
            "I don't know anyone called “{words}” in this family. Do you mean {choices}?"
        ),
        Problem.TWO_PEOPLE: _("One person at a time, please: {choices}?"),
        Problem.UNKNOWN_MEDICINE: _(
            "I don't know a medicine called “{words}” in this family. Do you mean {choices}?"
        ),
        Problem.NOTHING_OF_THAT_NAME: _(
            "I don't know a person or a medicine called “{words}” in this family. Do you mean "
            "{choices}?"
        ),
        Problem.WHICH_PLACE: _("There's more than one “{words}”. Do you mean {choices}?"),
        Problem.EVERY_WEEK: _("“{words}”: does it come every week? Then type {choices}."),
        Problem.HOURS_OR_DATE: _("“{words}” can be hours or a date. Do you mean {choices}?"),
        Problem.HOURS_OR_WINDOW: _(
            "“{words}”: does it take that long, or does it begin at some time in between? Type"
            " {choices}."
        ),
        Problem.EXCEPTION_UNREADABLE: _("“{words}”: which day should I leave out? Type {choices}."),
        Problem.HOUR_IS_OVER: _("{words} has already passed. Do you mean {choices}?"),
        Problem.WHICH_NIGHT: _("Midnight is between two days. Do you mean {choices}?"),
        Problem.HOUR_SKIPPED: _(
            "There's no {words} on that day: the clocks go forward. Do you mean {choices}?"
        ),
        Problem.BEGINS_OTHERWISE: _(
            "It starts at {choices}, not at {words}. Type how long it takes, like <code>8 "
            "hours</code>, or when it ends, like <code>until 06:00</code>. To change when it "
            "starts, tap Move."
        ),
        Problem.WHICH_DOCTOR: _("Which doctor is “{words}”: {choices}?"),
        Problem.UNKNOWN_PLACE: _("I don't know the place “{words}”. Do you mean {choices}?"),
    }


def _without_choices() -> Mapping[Problem, str]:
    return {
        Problem.TOO_LONG: _("That's longer than I can read. Please type one thing at a time."),
        Problem.UNKNOWN_WORDS: _(
            "I didn't understand “{words}”. A schedule looks like <code>at 08:00 and "
            "20:00</code> or <code>mon, wed, fri at 9am for 10 days</code>."
        ),
        Problem.ONE_RHYTHM: _(
            "“{words}” is more than one schedule. Please add the medicine once for each of "
            "them, like <code>mondays at 09:00</code>."
        ),
        Problem.NAME_MISSING: _("The name is missing. Type it first, for example <i>Aspirin</i>."),
        Problem.NAME_TOO_LONG: _(
            "“{words}” is too long for a name. Please use at most 80 characters."
        ),
        Problem.NAME_IS_COMMAND: _(
            "“{words}” looks like a command. Type the name without the slash."
        ),
        Problem.DOSAGE_MISSING: _(
            "How much each time? Type an amount with its unit, like <code>100 mg</code> or"
            " <code>2 tablets</code>."
        ),
        Problem.DOSAGE_NEEDS_UNIT: _("“{words}” of what? Add the unit, like <code>100 mg</code>."),
        Problem.DOSAGE_TOO_LONG: _(
            "That's too long for a dosage. Please use at most 80 characters."
        ),
        Problem.AMOUNT_NOT_POSITIVE: _(
            "“{words}” isn't an amount that can be given. Type one above zero, like <code>1 "
            "tablet</code>."
        ),
        Problem.AMOUNT_AMBIGUOUS: _(
            "“{words}” can be read in two ways. Type it without a thousands separator, like"
            " <code>1000 mg</code>."
        ),
        Problem.AMOUNT_RANGE: _(
            "“{words}” doesn't say how much exactly. Type one amount, like <code>1 tablet</code>."
        ),
        Problem.AMOUNT_TOO_SMALL: _(
            "“{words}” looks too small. Please check the number and the unit."
        ),
        Problem.AMOUNT_TOO_LARGE: _("“{words}” looks too large. Please check the number."),
        Problem.TWO_STRENGTHS: _(
            "“{words}” is two strengths. Please add one medicine for each of them."
        ),
        Problem.SCHEDULE_MISSING: _(
            "When is it due? Type times of day, like <code>at 08:00 and 20:00</code>."
        ),
        Problem.TIMES_MISSING: _(
            "At what time of day? Type it by the clock, like <code>08:00</code> or"
            " <code>8am and 8pm</code>."
        ),
        Problem.AM_OR_PM: _(
            "“{words}”: in the morning or in the afternoon? Type it like <code>03:00</code> or"
            " <code>15:00</code>."
        ),
        Problem.NO_SUCH_TIME: _(
            "“{words}” isn't a time of day. Type it like <code>08:00</code> or <code>8pm</code>."
        ),
        Problem.DUPLICATE_TIME: _("You typed “{words}” twice. Type each time once."),
        Problem.TOO_MANY_TIMES: _(
            "“{words}”: I can remind you 1 to 24 times a day. Type fewer times, like "
            "<code>08:00, 14:00 and 20:00</code>."
        ),
        Problem.COUNT_MISMATCH: _(
            "In “{words}”, the number and the times or days don't match. Type only the times, "
            "like <code>08:00 and 20:00</code>."
        ),
        Problem.INTERVAL_IMPOSSIBLE: _(
            "“{words}” isn't an interval I can use. Type one from an hour to a year, like "
            "<code>every 8 hours from 06:00</code> or <code>every 2 days at 09:00</code>."
        ),
        Problem.AS_NEEDED_AT_TIMES: _(
            "“{words}”: a medicine given as needed has no times. Type <code>as needed, 6 hours "
            "apart, max 4 a day</code>, or only the times."
        ),
        Problem.STEP_WITHOUT_END: _(
            "In “{words}”, a step doesn't say how long it lasts. Type it like <code>20 mg for 5 "
            "days, then 10 mg for 5 days</code>."
        ),
        Problem.WEEKDAYS_MISSING: _(
            "“{words}”: on which day? Type it like <code>mondays at 09:00</code> or"
            " <code>on the 1st at 09:00</code>."
        ),
        Problem.FIRST_DAY_MISSING: _(
            "“{words}”: from which day on? Add the first day, like <code>from 3 December</code>."
        ),
        Problem.HOURS_RANGE: _(
            "“{words}” leaves the time to whoever gives it. Type <code>as needed, 4 hours"
            " apart</code>, or one number of hours, like <code>every 6 hours from 08:00</code>."
        ),
        Problem.SAY_ALL_OF_IT: _(
            "Not all of “{words}” is in that answer. Please type all of it again: the days, the"
            " times and how long, like <code>every friday at 20:00</code>."
        ),
        Problem.NUMBER_OR_HOUR: _("“{words}”: is that how many, how often, or the hour?"),
        Problem.FIRST_DAY_OR_WEEKLY: _("“{words}”: is that the first day, or every week?"),
        Problem.WHICH_STEPS: _("“{words}”: in every step, or only in one of them?"),
        Problem.AS_WELL_OR_INSTEAD: _(
            "How does “{words}” go with what you typed before? Tap what you mean, or type all of"
            " it again: days, times and how long."
        ),
        Problem.ONE_OF_THE_TIMES: _(
            "“{words}”: in place of which? Type <code>9pm instead of 8pm</code>, or all times."
        ),
        Problem.STEP_OR_INSTEAD: _(
            "“{words}”: does it come after what you typed first, or instead?"
        ),
        Problem.SLIDING_SCALE: _(
            "“{words}”: I can't work out amounts that depend on a measurement. I can remind you to"
            " measure and keep the text as a note."
        ),
        Problem.WHICH_AMOUNT: _(
            "“{words}” has more than one amount, and I can't tell which is given when. Type one"
            " medicine a line, with one amount, or a time for each, like <code>1 tablet at 08:00"
            " and 2 at 20:00</code>."
        ),
        Problem.STRENGTH_OR_AMOUNT: _(
            "“{words}”: the strength, or how much is given? Type <code>50 mg tablets</code> or"
            " <code>125 mg/5 ml</code>; or <code>2 tablets</code> or <code>7.5 ml</code>."
        ),
        Problem.PART_OF_THE_DAY: _(
            "“{words}”: and at the other times? Type all of it, like <code>1 tablet at 08:00 and"
            " ½ at 20:00</code>."
        ),
        Problem.UNTIL_THEN: _(
            "“{words}”: and until then? Type both, like <code>5 mg until 14 June, then 10 mg at"
            " 08:00</code>."
        ),
        Problem.WHICH_STEP: _(
            "“{words}”: which step is that? Type it with the amount of that step, like <code>20 mg"
            " for 5 days</code>, or type all steps again."
        ),
        Problem.PART_OF_THE_WEEK: _(
            "“{words}”: and on the other days? Type all of it, like <code>08:00 mon-fri and 10:00"
            " sat, sun</code>, or one thing at a time, like <code>at 10:00</code>."
        ),
        Problem.NOTES_CONTRADICT: _(
            "“{words}” can't both be meant of every dose. Keep one of them, or add one medicine for"
            " each."
        ),
        Problem.CONTRADICTION: _(
            "“{words}” contradicts itself. Type times and days once, like"
            " <code>mon, wed at 09:00 for 10 days</code>."
        ),
        Problem.TIMES_OF_STEPS: _(
            "“{words}”: in which step? Type the times of each step, like <code>08:00 and 20:00,"
            " then 08:00</code>."
        ),
        Problem.FIRST_AMOUNT_MISSING: _(
            "“{words}” comes later. How much before that? Please type the amount of each step, like"
            " <code>5 mg for 4 weeks, then 10 mg at 08:00</code>."
        ),
        Problem.STEPS_BY_RULE: _(
            "“{words}”: I don't work out doses. Please type each step, like <code>20 mg for 3 days,"
            " then 15 mg for 3 days, then 10 mg at 08:00</code>."
        ),
        Problem.INTAKE_UNREADABLE: _(
            "“{words}” isn't an amount or a time that I know. Type it like <code>2 "
            "tablets</code>, <code>at 07:45</code> or <code>half an hour ago</code>."
        ),
        Problem.CHANGE_UNREADABLE: _(
            "I can't read a change in “{words}”. Type what should be different, like"
            " <code>at 19:00</code>, <code>2 tablets</code> or <code>until 3 December</code>."
        ),
        Problem.LIMITS_OF_WHAT_IS_DUE: _(
            "“{words}”: limits are only for medicines given as needed. Type <code>as needed, 6 "
            "hours apart, max 4 a day</code>, or times of day."
        ),
        Problem.INTERVAL_UNREADABLE: _(
            "I can't read a length of time in “{words}”. Type it like <code>6 hours</code>."
        ),
        Problem.LIMIT_UNREADABLE: _(
            "“{words}” isn't a number of times I can use. Type one from 1 to 24, like "
            "<code>4</code>."
        ),
        Problem.DATE_UNREADABLE: _(
            "I can't read a date in “{words}”. Type it like <code>3 December</code> or "
            "<code>2026-12-03</code>."
        ),
        Problem.DATE_AMBIGUOUS: _(
            "“{words}” can be more than one day. Type it like <code>3 December 2026</code>."
        ),
        Problem.DATE_TOO_FAR: _(
            "“{words}” is too far away. Type a date within the next ten years, or leave it out."
        ),
        Problem.NO_SUCH_DATE: _(
            "There's no “{words}” in the calendar. Type a date like <code>3 December</code>."
        ),
        Problem.PART_OF_A_DAY: _(
            "“{words}”: the first dose can only be the next of those times, or the first one of"
            " another day, and the last day is a whole one. Please type the day alone, like"
            " <code>from today</code> or <code>until thursday</code>."
        ),
        Problem.BARE_DATE: _(
            "Does it begin on “{words}”, or is it for one day? Put <code>from</code> or"
            " <code>until</code> before a date."
        ),
        Problem.REPEAT_AMBIGUOUS: _(
            "“{words}” can mean two things. Type it like <code>every 2 weeks on tuesday</code> or"
            " <code>second tuesday of every month</code>."
        ),
        Problem.EXCEPTION_UNREADABLE: _(
            "“{words}”: which days should I leave out? Type their dates, like <code>every Tuesday"
            " except 22 and 29 December</code>."
        ),
        Problem.EXCEPTION_MISSES: _(
            "“{words}”: nothing would take place then anyway, so I can't leave that out. Please"
            " check the days, and type them like <code>except 29 December</code>."
        ),
        Problem.EXCEPTION_OF_ONE: _(
            "“{words}” can only be left out of something that repeats. Type how often, too, like"
            " <code>every Tuesday except 29 December</code>."
        ),
        Problem.HOURS_OR_WINDOW: _(
            "“{words}”: does it take that long, or does it begin at some time in between? Type it"
            " like <code>15:00 to 16:00</code> or <code>at 15:00</code>."
        ),
        Problem.COURSE_OR_CYCLE: _(
            "In “{words}”, I can't tell how long it goes on. Type a cycle like <code>5 days on 23"
            " days off</code>, or the end after <code>until</code>."
        ),
        Problem.LIMIT_IN_AMOUNTS: _(
            "“{words}” isn't a whole number of doses. Type how many times a day at most, like"
            " <code>max 4 a day</code>."
        ),
        Problem.DURATION_UNCLEAR: _(
            "“{words}” isn't a length I can use. Type it in days, like <code>for 10 days</code>."
        ),
        Problem.END_BEFORE_START: _(
            "In “{words}”, the end comes before the start. Type the earlier date after "
            "<code>from</code>."
        ),
        Problem.END_IN_PAST: _(
            "{words} has already passed. Type an end in the future, or leave it out."
        ),
        Problem.NOTHING_LEFT: _(
            "With “{words}”, there are no doses left to give. Type a later end, or leave it out."
        ),
        Problem.NEVER_FALLS_DUE: _(
            "“{words}”: none of these days comes before the end. Type a later end or other days."
        ),
        Problem.DAY_TIMES_UNREADABLE: _(
            "I can't read times of the day in “{words}”. Type them like <code>breakfast 7:30, "
            "bedtime 23:00</code>."
        ),
        Problem.DAY_TIME_UNUSUAL: _(
            "“{words}” can't be right. Please check the time. If it is, give the medicine a clock "
            "time, like <code>at 09:00</code>."
        ),
        Problem.DAY_TIME_AFTER_MIDNIGHT: _(
            "“{words}” is after midnight, so it would be on the next day. Type a time up to 23:59."
            " If it is later, give the medicine a clock time, like <code>at 00:30</code>."
        ),
        Problem.TIMES_OF_DAY_MEET: _(
            "With “{words}”, two doses would be due at the same minute, or one on another day. "
            "Type other times, like <code>breakfast 7:30, bedtime 23:00</code>."
        ),
        Problem.NOBODY_CARED_FOR: _(
            "You haven't added anyone to care for yet. Start with <code>/addperson Mum in "
            "Lisbon</code>."
        ),
        Problem.WHICH_PERSON: _("Who is it for? Add “for” and the name."),
        Problem.UNKNOWN_PERSON: _(
            "I don't know anyone called “{words}” in this family. Add them with /addperson."
        ),
        Problem.TWO_PEOPLE: _("One person at a time, please."),
        Problem.UNKNOWN_MEDICINE: _(
            "I don't know a medicine called “{words}” in this family. /meds shows those I know."
        ),
        Problem.NOTHING_OF_THAT_NAME: _(
            "I don't know a person or a medicine called “{words}” in this family. /people and "
            "/meds show those I know."
        ),
        Problem.PAUSE_STARTS_NOW: _(
            "“{words}”: a pause starts right away. Type when it ends, like <code>until "
            "friday</code> or <code>for 3 days</code>."
        ),
        Problem.TIME_TO_COME: _(
            "“{words}” is in the future. Type when it was given, like <code>at 07:45</code> or "
            "<code>yesterday 23:50</code>."
        ),
        Problem.TOO_LONG_AGO: _(
            "“{words}” is more than 48 hours ago. I can only record what was given within the "
            "last 48 hours."
        ),
        Problem.REMARK_MISSING: _("Please type the note in words."),
        Problem.REMARK_TOO_LONG: _(
            "That's longer than I can keep. Please use at most 500 characters."
        ),
        Problem.STOCK_AMOUNT_MISSING: _(
            "How much? Type a number, like <code>30</code> or <code>200 ml</code>."
        ),
        Problem.NO_STOCK_AMOUNT: _(
            "“{words}” isn't an amount that I can count. Type what was added, like <code>30</code>"
            " or <code>2 x 28</code>, what is left in all, like <code>= 12</code>, or what was"
            " lost, like <code>-2</code>."
        ),
        Problem.NO_PER_DOSE: _(
            "“{words}” doesn't tell me how many make one dose. Type a number, like <code>1</code>"
            " or <code>½</code>."
        ),
        Problem.STOCK_BOX_SIZE: _(
            "“{words}”: how much is in each? Type it like <code>2 boxes of 28</code>."
        ),
        **of_appointments_and_places(),
    }
