"""What a sentence that no rule fits is most likely about. What it asks is answered by what there
is; of what it says, nothing is offered that only a rule should read.
"""

from bot.grammar.intents.kinds import AsksAdvice, Drives, Intent, Moved, NoRecord, Unsaid
from bot.grammar.intents.questions import (
    AboutAppointment,
    AboutMedicine,
    Asked,
    MayBeGiven,
    Question,
    Span,
    Topic,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
    WhoIs,
)
from bot.grammar.intents.sentences import Sentence
from bot.grammar.words.loading import load_patterns, load_words

_BROADLY = "broadly"


def read_broadly(sentence: Sentence) -> Intent | None:
    """None where it names nothing that the family has, and asks nothing."""
    words = sentence.text.split()
    if not words:
        return None
    asks = load_words("asks what")
    is_asked = sentence.is_question or words[0] in load_words("starts") or bool({*words[:2]} & asks)
    return _asked(sentence) if is_asked else _said(sentence)


def _asked(sentence: Sentence) -> Question | None:
    def says(section: str) -> bool:
        return sentence.says(_BROADLY, section)

    ids, person = sentence.medicine_ids, sentence.person_id
    visits = sentence.visit_ids or sentence.visits_of_doctors
    is_yesterday = 1 if says("yesterday") else 0
    if ids:
        if says("order"):
            return AboutMedicine(ids, Topic.LEFT)
        if says("may"):
            return MayBeGiven(ids)
        if says("left"):
            return AboutMedicine(ids, Topic.LEFT)
        if says("given"):
            asked = Asked.WHO if says("who") else Asked.WHEN if says("when") else Asked.WHETHER
            return WasItGiven(ids, asked, person, sentence.part, is_yesterday, sentence.weekday)
        return AboutMedicine(ids, Topic.HOW)
    if visits or says("appointment"):
        about = AboutAppointment.DRIVING if says("drives") else AboutAppointment.PAGE
        span = Span.NEXT if visits else Span.COMING
        return WhatIsPlanned(span, visits, about, person, sentence.weekday)
    if says("doctor"):
        return WhoIs(sentence.doctor_ids, person)
    if says("supply"):
        return WhatRunsOut(person)
    if says("pills"):
        if says("given"):
            return WasItGiven(
                (), Asked.WHETHER, person, sentence.part, is_yesterday, sentence.weekday
            )
        return WhatRunsOut(person) if says("left") else WhatIsDue(Span.TODAY, person)
    if says("planned"):
        span = Span.TOMORROW if says("tomorrow") else Span.COMING
        span = Span.WEEK if says("this week") else span
        span = Span.WEEKEND if says("weekend") else span
        span = Span.NEXT_WEEK if says("next week") else Span.TODAY if says("today") else span
        return WhatIsPlanned(span, (), AboutAppointment.PAGE, person, sentence.weekday)
    return None


def _said(sentence: Sentence) -> Intent | None:
    ids = sentence.medicine_ids
    visits = sentence.visit_ids or sentence.visits_of_doctors
    if ids and sentence.says(_BROADLY, "unwell"):
        return AsksAdvice()
    is_of_stock = sentence.says(_BROADLY, "lost") or sentence.says(_BROADLY, "few left")
    if ids and is_of_stock:
        return AboutMedicine(ids, Topic.LEFT)
    is_of_pills = bool(ids) or sentence.says(_BROADLY, "pills")
    if is_of_pills and sentence.says(_BROADLY, "forgot"):
        return NoRecord(Unsaid.NEGATED, ids, sentence.person_id)
    if sentence.says("talk", "unable"):
        return NoRecord(Unsaid.UNABLE, ids, sentence.person_id)
    if sentence.says(_BROADLY, "unsure"):
        return None
    if ids and sentence.says(_BROADLY, "later"):
        return NoRecord(Unsaid.PLANNED, ids, sentence.person_id)
    if len(visits) == 1 and not ids and not sentence.says(_BROADLY, "of a number"):
        for pattern in load_patterns(_BROADLY)["moved"]:
            match = pattern.search(sentence.text)
            if match is not None:
                first = sentence.text[: match.start("when")].count(" ")
                count = match["when"].count(" ") + 1
                typed = filter(None, sentence.origins[first : first + count])
                return Moved(visits, " ".join(typed))
        if sentence.says(_BROADLY, "i drive"):
            return Drives(visits, sentence.weekday)
        says_when = sentence.weekday is not None or any(map(str.isdecimal, sentence.text))
        if sentence.visit_ids and not says_when:
            return WhatIsPlanned(Span.NEXT, visits)  # its page has what can be done with it
    return None
