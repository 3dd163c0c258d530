"""What is said in groups of whatever belongs into a private chat."""

from bot.ui.answer import Answer, say
from bot.ui.wording import _


def in_private(bot_username: str) -> Answer:
    return say(
        _("Please ask me that in our private chat: https://t.me/{username}").format(
            username=bot_username
        )
    )


def answer_by_button(bot_username: str) -> Answer:
    """Somebody has replied to a card in words."""
    return say(
        _(
            "I haven't recorded anything. In this group, please tap a button on the card; "
            "anything else you can tell me in our private chat: https://t.me/{username}"
        ).format(username=bot_username)
    )


def press_in_private(bot_username: str) -> Answer:
    """A button that shows what a group shouldn't see."""
    words = _("Please do that in our private chat: https://t.me/{username}")
    return Answer(toast=words.format(username=bot_username), alert=True)


def anonymous() -> Answer:
    """Somebody writes as the group itself, or as a channel."""
    return say(
        _(
            "I can't see who you are while you write anonymously. To use this group for a family, "
            "turn that off in the group's settings for admins, then type /start again. Everything "
            "else you can ask me in our private chat."
        )
    )


def see_private_chat() -> str:
    """The toast of a press in a group that leads to more than a toast."""
    return _("I've sent you the rest in our private chat.")


def cannot_ask_in_private(bot_username: str) -> str:
    words = _(
        "I have to ask you something about this, but you've blocked me. Open "
        "https://t.me/{username}, tap Start, then try again."
    )
    return words.format(username=bot_username)


def not_yours_or_gone() -> str:
    """The toast of a press on what the presser doesn't see, though others in the group do."""
    return _("You can't answer this one: it's about somebody you don't look after, or it's over.")
