"""A local Telegram: the Bot API over HTTP, a page with phones, and people that tests control.

    async with Sandbox() as sandbox:
        anna = sandbox.add_person("Anna")
        await anna.send("/start")
        await anna.sees("Welcome")
        toast = await anna.press("Taken")

The bot under test is given ``sandbox.token`` and ``sandbox.api_url``, nothing else.
"""

from bot.sandbox.bot_api.faults import Drop
from bot.sandbox.bot_api.limits import Limits
from bot.sandbox.bot_api.server import Call
from bot.sandbox.group import GroupRoom
from bot.sandbox.person import Button, Message, Person
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.world.changes import Toast

__all__ = ["Button", "Call", "Drop", "GroupRoom", "Limits", "Message", "Person", "Sandbox", "Toast"]
