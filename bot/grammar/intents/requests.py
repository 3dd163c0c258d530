"""Several requests in one message: where one ends and the next begins."""

import re
from collections.abc import Iterator, Sequence

from bot.grammar.words.loading import load_words

MOST_REQUESTS = 5
_LONGEST = 400  # letters
_MOST_JOINTS = 4
_SENTENCES = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=\?)")
_JOINT = re.compile(
    r"(?i),? (?:and(?: also)?|also|then|plus)[,:]? "
    r"|,? but (?=(?:(?:i|we|she|he) )?(?:held|withheld|refused|skipped|left out|declined)\b)"
    r"|, (?=(?:i|we|he|she|they|dr|doctor|the doctor|gp|who|what|when|how|did|is)\b)"
)


def ways_to_split(text: str) -> Iterator[Sequence[str]]:
    """The ways in which *text* may be several requests: by its sentences, or at one of the words
    that may join two.
    """
    if len(text) > _LONGEST:
        return
    sentences = [part.strip(" .;") for part in _SENTENCES.split(text) if part.strip(" .;!?")]
    if 1 < len(sentences) <= MOST_REQUESTS:
        yield sentences
    joints = list(_JOINT.finditer(text))[:_MOST_JOINTS]
    for joint in joints:
        yield [text[: joint.start()].strip(), text[joint.end() :].strip()]
    if 1 < len(joints) < MOST_REQUESTS:
        yield [part.strip() for part in _JOINT.split(text)]
    listed = [part.strip() for part in _COMMA.split(text) if part.strip()]
    if 1 < len(listed) <= MOST_REQUESTS and all(map(_says_by_itself, listed)):
        yield listed


def _says_by_itself(part: str) -> bool:
    """ "Metformin given 08:05", of a list of what was done."""
    return bool(load_words("says by itself") & {*part.casefold().split()})


_COMMA = re.compile(r"\s*[,;]\s+|\s+[/|]\s+")


def each_counted(text: str) -> Sequence[str]:
    """ "Picked up 56 metformin and 28 amlodipine" as two, each with the verb; none if it isn't."""
    counted = _COUNTED.fullmatch(text[:_LONGEST])
    if counted is None:
        return ()
    verb, first, second = counted.group("verb", "first", "second")
    return [f"{verb} {first}", f"{verb} {second}"]


_COUNTED = re.compile(
    r"(?P<verb>\D{3,40}?)[ ,:]+(?P<first>\d+ .+?)(?:,? and |, )(?P<second>\d+ [a-z].+)",
    re.IGNORECASE,
)
