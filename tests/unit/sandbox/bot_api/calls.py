"""Calls by hand, and what comes of them."""

from typing import Any

import aiohttp
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update

from bot.sandbox import Sandbox


async def ask(sandbox: Sandbox, method: str, **options: Any) -> tuple[int, dict[str, Any]]:
    """One call by hand: status and body."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.api_url}/bot{sandbox.token}/{method}", **options) as response,
    ):
        return response.status, await response.json()


async def updates(bot: Bot) -> list[Update]:
    """What waits, confirmed at once."""
    waiting = list(await bot.get_updates())
    if waiting:
        await bot.get_updates(offset=waiting[-1].update_id + 1, timeout=0)
    return waiting


def keys(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(one, callback_data=one)] for one in labels])
