"""What is said of how a medicine is to be taken: the change for review. Nothing here writes."""

import re
from dataclasses import replace

from bot.features.medicines.flows.content import change_medicine
from bot.features.medicines.flows.medicine_choices import list_not_stopped
from bot.features.medicines.flows.screens import medicine_screen
from bot.features.overview.flows.parts_of_day import holds
from bot.features.overview.views import said as views
from bot.grammar.intents.changes import as_change
from bot.grammar.intents.kinds import ChangesTo
from bot.grammar.intents.questions import Part
from bot.grammar.intents.sentences import parts_of
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.length import MAX_SCREENS
from domain.medicines.facts import MedicineLine
from domain.medicines.schedules.clock_times import times_of


async def begin(request: Request, intent: ChangesTo) -> Answer:
    """The change for review; of several medicines, or where it can't be read, their pages."""
    ids, words = intent.medicine_ids, intent.words
    if len(ids) == 1:
        lines = await list_not_stopped(request.scope)
        line = next((each for each in lines if each.id in ids), None)
        if line is not None and intent.amounts:
            words = _of_each_part(request, intent, line)
        elif line is not None:
            words = _only_then(request, words, line)
            words = as_change(words, line.dosage.words.partition(" ")[2])
            words = f"{words}{_in_place_of(request, intent.part, line)}"
        asked = replace(request, text=words)
        shown = await change_medicine.begin_said(asked, ids[0])
        if shown is not None:
            return shown
    pages = [await medicine_screen(request, each) for each in ids[:MAX_SCREENS]]
    is_later = _BEGINS_LATER.search(words)
    if not is_later:
        return views.to_tap(views.change_it(), pages)
    lines = [each for each in await list_not_stopped(request.scope) if each.id in ids]
    then = _FROM_THEN.sub("", words).strip(" ,")
    name = f"{lines[0].name} is now {then}" if len(lines) == 1 else then
    return views.to_tap(views.change_later(name), pages)


def _of_each_part(request: Request, intent: ChangesTo, line: MedicineLine) -> str:
    """ "500 mg at 08:00 and 750 mg at 20:00", at the hours that it has; as it was typed, if it has
    another one, too, or none then.
    """
    times = times_of(line.schedule, zone=line.zone, now=request.scope.clock.now())
    said = {at: amount for amount, part in intent.amounts for at in times if holds(part, at.hour)}
    if len(said) != len(intent.amounts) or len(said) != len(times):
        return intent.words
    return " and ".join(f"{said[at]} at {at:%H:%M}" for at in sorted(said))


def _only_then(request: Request, words: str, line: MedicineLine) -> str:
    """ "Only at night" are those of its hours that are then; without any, as it was typed."""
    only = _ONLY.match(words)
    if only is None:
        return words
    part = next(parts_of(f"at {only['part']}"), None)
    times = times_of(line.schedule, zone=line.zone, now=request.scope.clock.now())
    then = [f"{at:%H:%M}" for at in times if part is not None and holds(part, at.hour)]
    return f"every day at {' and '.join(then)}" if then else words[only.start("when") :]


_ONLY = re.compile(r"(?:only|just) (?P<when>(?:(?:at|in the|with|the|every) )?(?P<part>[a-z]+).*)")


def _in_place_of(request: Request, part: Part | None, line: MedicineLine) -> str:
    """ " instead of 18:00", of the evening dose, if there is one in that *part* of several."""
    times = times_of(line.schedule, zone=line.zone, now=request.scope.clock.now())
    then = [at for at in times if part is not None and holds(part, at.hour)]
    return f" instead of {then[0]:%H:%M}" if len(then) == 1 < len(times) else ""


_FROM_THEN = re.compile(r"(?i),? *\b(?:from|starting)(?: on)? (?:next )?\w+")
_BEGINS_LATER = re.compile(r"\b(?:from|starting) (?!now\b|today\b)\w+")
