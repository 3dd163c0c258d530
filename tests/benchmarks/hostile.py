"""What somebody might type who wants a bot to think for long: texts of 4,096 characters, and
directions as long as are read.
"""

from collections.abc import Iterator, Mapping, Sequence

LONGEST_MESSAGE = 4096  # characters, says Telegram

# Each is repeated until the message is full.
_REPEATED: Mapping[str, str] = {
    "for": "for ",
    "with": "with ",
    "and": " and ",
    "at": " at ",
    "in": " in ",
    "until": " until ",
    "every": "every ",
    "then": "then ",
    "remind": "remind ",
    "before": "remind me 1 day ",
    "commas": ",",
    "spaced commas": ", ",
    "newlines": "\n",
    "short lines": "a\n",
    "quotes": '"',
    "open quotes": "“a ",
    "spaces": " ",
    "no-break spaces": "\u00a0",
    "digits": "7",
    "spaced digits": "1 ",
    "digits and commas": "1,",
    "digits and dots": "1.",
    "digits and slashes": "1/2/3/",
    "digits and dashes": "1-",
    "digits and colons": "08:",
    "halves": "½",
    "mixed": "1 ½ ",
    "parentheses": "(",
    "pairs of parentheses": "()",
    "a long word": "a",
    "letters": "a ",
    "words": "lorem ",
    "accents": "é",
    "combining marks": "e\u0301\u0323",
    "only marks": "\u0301\u0323",
    "emoji": "👩‍👧",
    "ligature that unfolds": "\ufdfa",
    "Arabic digits": "٣ ",
    "direction marks": "\u200e\u202e",
    "dashes": "- ",
    "pluses": "+ ",
    "times": "08:00 ",
    "times in lists": "08:00, ",
    "amounts": "1 mg ",
    "amounts in lists": "1 mg, ",
    "amounts at times": "1 tablet at 08:00 and ",
    "boxes": "2 boxes of 28 + ",
    "products": "2x",
    "weekdays": "mon ",
    "weekdays in lists": "mon, ",
    "dates": "3 december ",
    "days": "tomorrow ",
    "counted days": "in 3 days ",
    "lengths": "for 3 days ",
    "ago": "1 h ago ",
    "half": "half a ",
    "places": "at home, ",
    "bring": "bring ",
    "notes": "note: ",
    "yes": "yes ",
    "phones": "+44 20 ",
    "slashes": "/",
    "commands": "/addmed ",
    "markup": "<b>&",
    "lines with dashes": "- a 1 mg at 08:00\n",
    "lines of numbers": "1. \n",
    "lines of appointments": "Dentist tomorrow 10:00\n",
    "lines that go on": "Dentist\nwith Dr Weber\n",
    "lines of for": "for for for for for for for\n",
}

# What stands on labels; a line of it has an amount in front, and as many words as are read at all.
_ON_LABELS: Sequence[str] = (
    "1-2 tablets or ",
    "not more than 3 ",
    "q8h x7d ",
    "take one tds prn pain with food ",
    "before breakfast and ",
    "alternating 5 mg ",
    "1-0-1 ",
    "days 1-14 of 21 ",
    "first monday of the month ",
    "except 3 dec ",
    "reduce to 5 mg for 3 days ",
    "1 tablet mon then ",
)
_WORDS_READ = 145


def hostile_texts(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What each is called, and the text. *names* are what the family calls its own."""
    for called, piece in _REPEATED.items():
        yield called, _full(piece)
    for joint in (" ", ", ", " and ", " for ", " with ", "\n"):
        yield f"names joined by {joint!r}", _full(joint.join(names) + joint)
    for piece in _ON_LABELS:
        yield f"labels with {piece!r}", _full(f"A 5 mg {piece}", piece)
        words = _full(f"A 5 mg {piece}", piece).split(" ")
        yield f"a label with {piece!r}", " ".join(words[:_WORDS_READ])
    for front in names[:3]:
        yield "a name in front", _full(f"{front} ", "for and with at 1 ")
        yield "for a name", _full("for " + front + " ")


def hostile_lists(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The same as lists: as many short lines as a list may have, and few long ones."""
    for called, text in hostile_texts(names):
        line = " ".join(text.split())
        for count in (80, 20, 5):
            length = LONGEST_MESSAGE // count - 1
            yield f"{count} lines of {called}", "\n".join([line[:length]] * count)
            yield (
                f"{count} lines of {called}, all different",
                "\n".join(f"{number} {line}"[:length] for number in range(count)),
            )


def _full(piece: str, then: str | None = None) -> str:
    if then is None:
        return (piece * (LONGEST_MESSAGE // len(piece) + 1))[:LONGEST_MESSAGE]
    return (piece + then * LONGEST_MESSAGE)[:LONGEST_MESSAGE]
