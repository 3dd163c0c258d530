"""What people say of a doctor that is new: "her cardiologist is Dr Patel now"."""

import re

_WHOSE = r"(?:the |her |his |our |my |mum's |mom's |dad's |\w+'?s )?"
_WHO = r"(?:we|she|he|i|mum|mom|dad)(?: have| has|'ve|'s)?"
_SPECIALTY = r"(?P<specialty>[a-z]{2,20})(?: doctor)?"
_NAME = r"(?P<name>(?:dr\.?|doctor|prof\.?|mr\.?|mrs\.?|ms\.?|miss) [a-z .'-]{2,60}?)"
_AT_A_PLACE = r"(?P<name>(?:dr\.?|doctor|prof\.?) [a-z .'-]{2,40}? at [a-z .'-]{3,40}?)"
_PHONE = r"(?P<phone>\+?\d[\d ()-]{5,})"
_ANY_NAME = r"(?P<name>[a-z][a-z .'-]{2,40}?)"
_TWO_WORDS = r"(?P<specialty>(?!number|phone|telephone|mobile|address)[a-z]+(?: [a-z]+)?)"
_CALLED = r"(?:is |she's |he's )?(?:called|named|is)"
_FULL_NAME = r"(?P<name>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)+)"
_NOW = r"(?:it'?s |it is )?(?:now )?"
_KINDS = r"(?P<specialty>gp|doctor|dentist|cardiologist|physio|consultant)s?"
_IF_PHONE = rf"(?:[, ]+{_PHONE})?"
_WAYS = [
    re.compile(rf"(?i)\s*{way}[.!]?\s*")
    for way in (
        # "Her cardiologist is Dr Patel now", "new gp is dr amin 0161 496 0777"
        rf"{_WHOSE}(?:new )?{_SPECIALTY} is(?: now)? {_NAME}(?: now)?{_IF_PHONE}",
        # "Dad's new physio is called Mark Hill 07700 900123"
        rf"{_WHOSE}(?:new )?{_SPECIALTY} is (?:now )?called {_ANY_NAME}[, ]+{_PHONE}",
        # "Add Dr Khan at Park Surgery 0161 496 0999"
        rf"add (?:a )?(?:new )?(?:doctor )?{_AT_A_PLACE}[, ]+{_PHONE}",
        # "Add Dr Wilson, his new dentist, 020 7946 0555"
        rf"add {_NAME}[, ]+(?:as )?{_WHOSE}(?:new )?{_SPECIALTY}[, ]*{_PHONE}?",
        # "We have a new district nurse called Maureen Kelly 07700 900345"
        rf"(?:{_WHO}(?: got)? )?(?:a )?new {_TWO_WORDS}(?:,? {_CALLED})? {_FULL_NAME}[, ]+{_PHONE}",
        # With a colon: "New neurologist: Dr Bianchi, 06 555 1234"
        rf"(?:{_WHOSE}|add )?new {_SPECIALTY}[:,-]+ ?{_NAME}{_IF_PHONE}",
        # "We changed GP, it's now Dr Lowe"
        rf"{_WHO} (?:changed|switched)(?: to)? {_KINDS}[, ]+{_NOW}{_NAME}{_IF_PHONE}",
    )
]
_WHERE = r"(?: at the (?:surgery|practice|clinic)| here)?"
_LINE = re.compile(
    rf"(?i)\s*(?:add |{_WHO}(?: got)? )?(?:a )?new doctor{_WHERE}[,:]? "
    r"(?:is |called |it's )?(?P<line>(?:dr|doctor|prof)\b.+)"
)
_WHO_IS = re.compile(
    r"(?i)(?<=[a-z])(?<! at)(?<! in) (?:the|a|an) (?=[a-z]+ ?[a-z]*(?:,|$))"
)  # "the heart specialist"


_NUMBER_IS = re.compile(r"(?i),? (?:his |her )?(?:phone |telephone )?number(?: is)?:? (?=\+?\d)")


def read_new_doctor(text: str) -> str | None:
    """The line that one would type behind /adddoctor; None for anything else."""
    plain = text.replace("\u2019", "'")
    whole = _LINE.fullmatch(plain)
    if whole is not None:
        return _NUMBER_IS.sub(", ", _WHO_IS.sub(", ", whole["line"], count=1))
    for way in _WAYS:
        match = way.fullmatch(plain)
        if match is not None:
            said = match.groupdict()
            named = (said.get(part) for part in ("name", "specialty", "phone"))
            return ", ".join(filter(None, named))
    return None
