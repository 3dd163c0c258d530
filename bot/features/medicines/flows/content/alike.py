"""The question whether a medicine with the same or a similar name is a different one, and its
answer.
"""

from collections.abc import Sequence
from uuid import UUID

from bot.conversation.engine import Choice, Data, cancel_button
from bot.features.medicines.views.content import new_medicines
from bot.ui import conversations
from bot.ui.answer import Screen
from domain.medicines.errors import SameMedicine


def beside(data: Data, name: str, same: SameMedicine) -> Data:
    """Data for the question, including the medicines that a yes confirms to be different."""
    existing = same.existing
    return {
        **data,
        "new_name": name,
        "same": new_medicines.in_short(existing),
        "same_name": existing.name,
        "same_person": existing.person,
        "beside": [*data.get("beside", ()), str(existing.id)],
    }


def known(data: Data) -> Sequence[UUID]:
    """The medicines that the member has seen and says are different."""
    return [UUID(key) for key in data.get("beside", ())]


def ask(data: Data, choice: Choice) -> Screen:
    return new_medicines.ask_same(
        data["same"],
        name=data["new_name"],
        existing_name=data["same_name"],
        person=data["same_person"],
        both=choice(new_medicines.different_label(), "both"),
        change=choice(conversations.change_label(), "change"),
        cancel=cancel_button(choice),
    )
