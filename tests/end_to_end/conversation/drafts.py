"""A draft of a medicine, left to itself."""

from bot.sandbox import Message, Person
from tests.town import Town
from tests.waiting import until

LINE = "Amlodipine 5 mg"
NOTICE = "“Amlodipine 5 mg” wasn't saved."
OFFER = ("Continue",)


async def begin(phone: Person, line: str = LINE) -> Message:
    """`/addmed`, guided as far as "Save?"."""
    await phone.send(f"/addmed {line}")
    await phone.sees("due?")
    await phone.press("Mornings: 08:00")
    # An earlier draft, which is edited now, says so of another medicine.
    return await phone.sees(f"I understood:\n💊 {line.split(maxsplit=1)[0]}")


async def leave(town: Town, phone: Person, question: Message) -> Message:
    """Nobody answers; returns the message that asked, as it is then."""
    await town.settled()
    town.jump_by(minutes=15, seconds=1)
    await until(lambda: "wasn't saved" in phone.last.text)
    return shown(phone, question)


def shown(phone: Person, message: Message) -> Message:
    return next(m for m in phone.messages if m.id == message.id)


def notices(phone: Person) -> list[Message]:
    return [m for m in phone.messages if "wasn't saved" in m.text]
