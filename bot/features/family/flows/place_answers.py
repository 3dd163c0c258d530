"""Where somebody lives, as the answer to a question: typed, or one of the nearest places tapped."""

from collections.abc import Sequence

from bot.conversation.engine import Choice, Data, Reply
from bot.grammar.people import parse_place
from bot.grammar.places import Place
from bot.grammar.problems import Misunderstood
from bot.ui.answer import Button


def take_place(data: Data, reply: Reply, *, takes_largest: bool = False) -> Place:
    """Raises Misunderstood; see :func:`bot.grammar.people.parse_place`."""
    where = reply.text if reply.choice is None else data["nearest"][int(reply.choice)]
    return parse_place(where or "", takes_largest=takes_largest)


def offering_nearest(data: Data, problem: Misunderstood) -> Data:
    """The *data* of the same question with the nearest places as its buttons."""
    return {**data, "nearest": list(problem.suggestions)}


def nearest_buttons(data: Data, choice: Choice) -> Sequence[Button]:
    return [choice(label, str(number)) for number, label in enumerate(data.get("nearest", ()))]
