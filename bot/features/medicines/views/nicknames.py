"""What a medicine is called by its looks: the question, what was learnt, and on its page."""

from collections.abc import Sequence
from zlib import crc32

from bot.grammar.intents.described import is_kind
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import label
from bot.ui.presses.medicines import ForgetNickname
from bot.ui.wording import _, escape, listed
from domain.database.scope import Member
from domain.medicines.facts import MedicineFacts


def _the_one(looks: str) -> str:
    """ "The white one", "the statin"."""
    return (
        _("the {kind}").format(kind=looks)
        if is_kind(looks)
        else _("the {looks} one").format(looks=looks)
    )


def ask_which(looks: str, *, buttons: Sequence[Button]) -> Screen:
    """Each of the *buttons* is a medicine; the last one cancels."""
    words = _("Which medicine is “{the_one}”? I'll remember it for your family.")
    return Screen(words.format(the_one=escape(_the_one(looks))), in_rows(buttons))


def learnt(looks: str, medicine: str) -> Screen:
    words = _("From now on, “{the_one}” is {medicine}. It's on its page, below /meds.")
    return Screen(words.format(the_one=escape(_the_one(looks)), medicine=escape(medicine)))


def also_called(facts: MedicineFacts) -> Sequence[str]:
    names = [_the_one(each) for each in facts.nicknames]
    return [_("Also called: {names}").format(names=escape(listed(names)))] if names else []


def forget_buttons(facts: MedicineFacts, *, member: Member) -> Keyboard:
    """One for each name, to take it back."""

    def forget(nickname: str) -> Button:
        words = _("✂️ Not “{the_one}”").format(the_one=_the_one(nickname))
        press = ForgetNickname(
            family_id=member.family_id,
            medication_id=facts.id,
            checksum=crc32(nickname.encode()),
        )
        return Button(label(words), press.encode())

    return tuple((forget(each),) for each in facts.nicknames)


def forgotten(screen: Screen, nickname: str | None) -> Answer:
    if nickname is None:
        return Answer(toast=_("That was forgotten already."), edit=screen)
    return Answer(
        toast=_("Forgotten: “{the_one}”.").format(the_one=_the_one(nickname)), edit=screen
    )
