"""Offers what another family of the reader knows."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.wording import _, escape, listed, ngettext

_MAX_NAMES = 4


def medicine_there(medicine: str, *, people: Sequence[str], family: str) -> str:
    """ "In the family Miller, Dad takes Amlodipine." (HTML)."""
    words = ngettext(
        "In the family <b>{family}</b>, {people} takes <b>{medicine}</b>.",
        "In the family <b>{family}</b>, {people} take <b>{medicine}</b>.",
        len(people),
    )
    return words.format(medicine=escape(medicine), people=_names(people), family=escape(family))


def person_there(person: str, *, family: str) -> str:
    """ "Dad is in the family Miller." (HTML)."""
    return _("<b>{person}</b> is in the family <b>{family}</b>.").format(
        person=escape(person), family=escape(family)
    )


def read_only_there(sentence: str) -> str:
    return _("{sentence} You can only read there.").format(sentence=sentence)


def offer(sentences: Sequence[str], *, typed: str, buttons: Sequence[Button]) -> Screen:
    """Where what was *typed* is known, and the buttons to go there."""
    lines = [*sentences, _("You typed: <code>{typed}</code>").format(typed=escape(typed))]
    return Screen("\n".join(lines), in_rows(buttons))


def not_allowed_there(sentence: str, there: Sequence[str]) -> Answer:
    """The name is unknown here, and in the family that knows it the reader lacks the permission."""
    return Answer(send=(Screen("\n".join([sentence, *there])),))


def there_label(command: str, *, family: str | None) -> str:
    """*family* is given if several are offered."""
    if family is None:
        return {
            "give": _("Record it there"),
            "refill": _("Refill it there"),
            "history": _("Show it there"),
            "pause": _("Pause it there"),
        }.get(command, _("Add it there"))
    words = {
        "give": _("Record it in {family}"),
        "refill": _("Refill it in {family}"),
        "history": _("Show it in {family}"),
        "pause": _("Pause it in {family}"),
    }.get(command, _("Add it in {family}"))
    return words.format(family=family)


def here_label(command: str) -> str:
    """Runs the command in the current family after all."""
    return {
        "give": _("Record it here"),
        "refill": _("Refill it here"),
        "history": _("Show it here"),
        "pause": _("Pause it here"),
    }.get(command, _("Add it here"))


def from_there(screen: Screen, *, is_done: bool, family: str, here: str) -> Screen:
    """*screen* reports what was done in another family, or else shows or asks something about it;
    commands still go to the family *here*.
    """
    words = _("👪 This is in the family <b>{family}</b>. Your current family is still {here}.")
    if is_done:
        words = _("👪 That was in the family <b>{family}</b>. Your current family is still {here}.")
    where = words.format(family=escape(family), here=escape(here))
    return Screen(f"{where}\n{screen.text}", screen.keyboard, screen.document)


def has_left(family: str) -> Answer:
    return Answer(
        send=(
            Screen(
                _("You're not in the family {family} any more, so I haven't done anything.").format(
                    family=escape(family)
                )
            ),
        )
    )


def _names(people: Sequence[str]) -> str:
    return listed([escape(name) for name in people[:_MAX_NAMES]])
