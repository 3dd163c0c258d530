"""Phrases of labels that say how something is taken, as data."""

import re
from collections.abc import Mapping, Sequence

# "(a|b)" is one of several words or phrases, "[…]" may be left out. Longer phrases come first.
_HOW = """
    by mouth
    (orally|po|p.o|per os)
    (under|below) [the] tongue
    (sublingually|sublingual|sl)
    (inside|between|in) the cheek
    (in|into|to) [the] [left|right|each|both|affected|other] (eye|eyes|ear|ears|nose)
    (in|into) [the] [left|right|each|both] (nostril|nostrils)
    (each|both|left|right|affected) (eye|eyes|ear|ears|nostril|nostrils)
    (to|on|onto|over) [the|all] (affected|sore|itchy|dry) [area|areas|skin|part|parts|joint|joints]
    (to|on|onto|into) [the] (skin|scalp|face|back|wound|arm|arms|leg|legs|chest|belly|stomach)
    (to|on|onto) [the] (left|right|each|both) (arm|arms|leg|legs|hand|hands|foot|feet)
    (to|on|onto) [the] (left|right|each|both) (knee|knees|elbow|elbows|hip|hips|side|shoulder)
    (to|on|onto|over) [the|both] (elbows|elbow|knees|hands|feet|legs|arms|heels|nails|hips|ankles)
    (to|on|onto|into) the (tummy|thigh|knee|knees|foot|feet|hand|hands|lips|gums|abdomen)
    (to|on|onto) (knee|knees|elbow|elbows|hip|hips|shoulder|shoulders|neck|ankle|ankles|hands|feet)
    under [the|your] skin
    (into|in) the (muscle|vein|thigh|stomach|belly|abdomen)
    (rectal|pr|pv|regularly|regular|ongoing|long-term)
    not (prn|as needed)
    (with|in) half a (glass|cup) of (water|milk|juice)
    (dissolved|dissolve|mixed|mix|stirred) (in|into|with) half a (glass|cup) of (water|milk|juice)
    (dissolved|dissolve|mixed|mix|stirred) (in|into|with) (50|100|125|150|200|250) ml [of] [water]
    (dissolved|dissolve|mixed|mix) (in|into|with) (50ml|100ml|125ml|150ml|200ml|250ml) [of] [water]
    (rectally|vaginally|nasally|topically|subcutaneously|intramuscularly|intravenously)
    (subcut|s.c|sq|subq|i.m|i.v|p.r|p.v)
    deep (sc|s/c|im|i/m|subcutaneous|intramuscular)
    (neb|nebs)
    (sc|s/c|im|i/m|iv|i/v|ou|os|buccal|buccally|nebulised|transdermally|dispersible|soluble)
    (into|in) (thigh|stomach|belly|abdomen|arm|buttock|muscle)
    between meals
    (hold|keep|swish) [it] in [the|your] mouth [and|then] [swallow|spit] [out]
    until [all] (finished|gone|completed|healed|better|clear)
    not (daily|every day)
    [at] [the] same time (each|every|of) [day|the] [day]
    long term
    (sit|stay) up [for] [at least] [30|60|an|half] [an] [min|mins|minutes|hour]
    (1|one|an|1hr|1h) [hour|hr] before [food|eating] or (2|two|1|2hrs|2h) [hours|hrs] after food
    (each|both|either) (side|sides)
    (off|remove) at night
    (swish|swirl|gargle|rinse) [it] [around|in] [the|your] [mouth] (and|then|&) (swallow|spit) [out]
    (on|onto) [the|your] tongue
    (to|on|onto) [the] (lower|upper|inner|outer) (back|arm|arms|leg|legs|thigh|chest|lip)
    (to|on|onto|over) [the] (rash|sores|sore|spots|wounds|blisters|ulcer|ulcers|burn|burns)
    (8|10|12|14|16) (hours|hrs|h) on [,|and|then] (8|10|12|14|16) (hours|hrs|h) off
    every (2|3|4|6) (hours|hrs|h) (while|when) awake
    (while|when) awake
    in (4|6|8) (oz|ounces) [of] (water|juice|liquid|fluid)
    (to|on) [a] (different|new) (spot|place|site|area) [each|every] [time|day]
    [to] take [the] old [one|patch] off [first]
    [to] remove [the] old [one|patch] [first]
    (complete|finish|take) [the|all] [whole|full|of] [the] (course|meds|med|medication|supply)
    (inhale|inhaling|by) [inhaling] [the] (contents|content) of
    (post|after) (op|operation|surgery)
    [use|with] [a|the] spacer
    [warning|may|can] (may|can|cause|causes) [cause] (drowsiness|sleepiness|dizziness)
    (may|can) make [you|her|him] (sleepy|drowsy|dizzy)
    (no|not) [with] (calcium|iron|dairy|milk) (for|within) (1|2|4) (hours|hrs|hour|h)
    (behind|below) [the|your|left|right|one] ear
    (with|before|after) or (just|straight) (after|before) (food|meals|eating)
    (not|don't|dont|avoid) (lie|lying) down [for] [at] [least] [30|60|half] [an] [mins|minutes|hour]
    (ec|gr|mr|sr|xl|la|er|dr|xr) [tablet|tablets|capsule|capsules]
    on the same day [each|every|of] [the] [week]
    (an|1|one|2|two) (hour|hours|hr|hrs) (before|after) (food|eating)
    (1hr|1h|2hrs|2h|30min|30mins) (before|after) (food|eating)
    (within|at least) (30|15|20|60|1|an) [min|mins|minutes|hour] (before|after|of) (food|eating)
    (30|15|20|half) [an|min|mins|minutes|hour] [hour] (before|after) (food|eating)
    (r|l|rt|lt) eye
    [drink] [with] plenty of (water|fluids)
    (change|rotate|alternate) (daily|sites|arms|legs)
    via [a|the] (peg|tube|spacer|inhaler|nebuliser|nebulizer|mask|feeding) [tube]
    (with|using|through) [a|the] (spacer|inhaler|nebuliser|nebulizer|mask|oral) [syringe]
    (with|after|before|without) [or] [after|without] [a|some|any|your] (food|foods|eating|snack)
    (with|after|before) [a|some|each] (little|light|full|main|big) (food|snack|meal)
    with or without food
    (with|in) [a|some|plenty] [of] [full|large|big|small|half] [glass|cup] [of] (water|milk|juice)
    with [a|some] (sip|sips) of water
    (with|in) [a|some|plenty] [of] (yoghurt|yogurt|jam|liquid|fluids)
    not with (milk|grapefruit|alcohol|antacids|iron|tea|coffee) [juice]
    (no|avoid|without) (alcohol|grapefruit|milk|sunlight|sun) [juice]
    (with|in) (orange|apple|fruit) juice
    [on|with] [an] empty stomach
    not on an empty stomach
    after (each|every) loose (stool|stools|motion|motions|bowel movement)
    not (after|later than|before) (noon|midday|2pm|3pm|4pm|5pm|6pm|7pm|8pm|9pm|10pm)
    not (after|later than|before) (14:00|15:00|16:00|17:00|18:00|19:00|20:00|21:00|22:00)
    not on [the] (methotrexate|mtx) (day|days)
    not on the (same|same day) day as [the] methotrexate
    (as|exactly as) (directed|prescribed|instructed|told|advised|before|discussed)
    (as|exactly as) (directed|prescribed|instructed|told|advised) by [the|your] (doctor|gp|nurse)
    (do not|don't|dont|never) (crush|chew|split|break|cut|swallow|open|freeze) [it|them]
    (do not|don't|dont|never) (crush|chew|split|break) or (chew|crush|break|split) [it|them]
    (swallow|swallowed|taken|take) whole
    (chew|suck|dissolve|crush|crushed|chewed|dissolved) [it|them] [well] [first]
    (chew|suck) [it|them] [well] before swallowing
    (dissolved|dissolve|mixed|mix|stirred|crushed) (in|into|with) [a|some] [glass] [of] (water|milk)
    (dissolved|dissolve|mixed|mix|stirred|crushed) (in|into|with) (juice|yoghurt|food|jam)
    (mixed|mix|stirred|crushed) (in|into|with) apple sauce
    (keep|store) [it] [refrigerated|in] [the|a] [fridge|refrigerator]
    (refrigerate|refrigerated)
    (discard|throw away) (7|14|28|30|90) days after opening
    (not|no) more than (1|2|3|4|5|6) [times|doses|nights|days|tablets] (a|per) week
    (max|maximum) (1|2|3|4|5|6) [times|doses|nights|days|tablets] (a|per) week
    shake [well] [before] [use|using]
    (rinse|wash) [the|your] (mouth|hands) [after|afterwards|before] [use|using]
    (sit|stay|remain|keep|stand) upright [for] [at least] [half] [an|1|30] [hour|minutes|mins|min]
    (while|when) (sitting|standing|lying) [up|down]
    [apply] [it] (thinly|sparingly|generously|slowly|liberally)
    [as|with|in] [a] thin layer
    (left|right) (arm|leg|thigh|side|hip|knee|foot|hand)
    (rotate|change) [the] [injection] (sites|site)
"""

#: Words of doing: beside an amount they say nothing more.
_DOING = """
    change take takes taken give gives given inject injects apply applies administer administered
    use uses used instil instill insert inhale swallow put spread rub please sig
"""
DOING = frozenset(_DOING.split())
_WAYS = "change inject inhale insert instil instill apply dissolve chew spray"
#: Those that say in which way, and are kept.
WAYS = frozenset(_WAYS.split())

#: The forms in which a medicine comes, between its strength and the amount to give.
_FORMS = """
    tablet tablets tabs tab capsule capsules caps inhaler nebuliser nebulizer nebules oral
    solution suspension susp syrup liquid elixir mixture drops eye ear nasal spray cream ointment
    gel lotion patch patches transdermal injection injections pen prefilled pre-filled cartridge
    vial vials ampoules sachet sachets powder granules supp supps suppository suppositories
    pessaries lozenges dispersible soluble effervescent chewable orodispersible coated enteric
    gastro-resistant modified slow prolonged release mr sr xr xl la cr er ec film-coated strength
    accuhaler turbohaler evohaler respimat flexpen solostar kwikpen penfill
    dr delayed vaginal insert implant inj depot foam wipes shampoo
"""
FORMS = frozenset(_FORMS.split())

#: What something is taken for, after "for": "for pain", "for high blood pressure".
_REASONS = """
    breakthrough chest severe wheezy wheezing dizzy breathless constipated agitated anxious itchy
    sick nauseous restless distressed feverish wheeze spasms pain pains ache aches headache
    headaches migraine migraines fever temperature sleep sleeping insomnia nausea sickness
    vomiting anxiety panic agitation depression mood stress nerves pressure bp cholesterol allergy
    allergies hayfever cough coughs cold colds flu hypertension heart angina rhythm palpitations
    diabetes sugar reflux heartburn indigestion stomach constipation diarrhoea diarrhea bowels
    wind bloating itching itch rash eczema psoriasis skin infection infections uti thrush
    inflammation swelling oedema edema water epilepsy seizures fits asthma copd breathing
    breathlessness thyroid gout arthritis joints joint knee knees back hip hips neck shoulder legs
    cramps spasm dizziness vertigo eyes eye ears glaucoma memory dementia parkinson's parkinsons
    tremor bones osteoporosis iron anaemia anemia deficiency blood clots clotting thinning stroke
    circulation nerve neuropathy bladder prostate kidney kidneys liver menopause contraception
    cancer energy appetite weight immunity prevention teeth toothache throat mouth dryness ulcers
    wound wounds burns haemorrhoids piles withdrawal restlessness tiredness fatigue secretions
"""
REASONS = frozenset(_REASONS.split())

#: What is to be done "if she is dizzy", instead of giving it as usual.
OF_CONDITIONS = frozenset(
    ["hold", "withhold", "skip", "omit", "double", "halve", "stop", "continue", "avoid", "pause"]
)
_REASON_ENDS = """
    relief control prevention protection problems symptoms attacks attack levels level
"""
REASON_ENDS = frozenset(_REASON_ENDS.split())


def _part(pattern: str) -> tuple[Sequence[str], bool, str]:
    """The first part of a pattern: its words, whether it may be left out; and what follows it."""
    closing = {"(": ")", "[": "]"}.get(pattern[0])
    if closing is None:
        first, _space, rest = pattern.partition(" ")
        return [first], False, rest.strip()
    end = pattern.index(closing)
    return pattern[1:end].split("|"), closing == "]", pattern[end + 1 :].strip()


def _compiled(pattern: str) -> tuple[frozenset[str], re.Pattern[str]]:
    """The words that a pattern can begin with, and an expression for words, each with a space."""
    firsts: set[str] = set()
    expression, is_beginning = "", True
    while pattern:
        ways, is_optional, pattern = _part(pattern)
        if is_beginning:
            firsts |= {way.split()[0] for way in ways}
            is_beginning = is_optional
        either = "|".join(map(re.escape, ways))
        expression += f"(?:(?:{either}) )" + ("?" if is_optional else "")
    return frozenset(firsts), re.compile(expression)


def _by_first_word() -> Mapping[str, Sequence[re.Pattern[str]]]:
    found: dict[str, list[re.Pattern[str]]] = {}
    for line in _HOW.strip().splitlines():
        firsts, expression = _compiled(line.strip())
        for first in firsts:
            found.setdefault(first, []).append(expression)
    return found


#: Expressions for how something is taken, by the first word. They match words that are each
#: followed by a space.
HOW = _by_first_word()
LONGEST = 12  # words of a phrase
