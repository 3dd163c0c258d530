"""Tells an outside monitor that all is well, so that it can tell when nobody does any more."""

import asyncio
import logging
import ssl

import aiohttp
import certifi

log = logging.getLogger(__name__)

PING_SECONDS = 5.0  # in all; the next one follows with the next audit


class Heartbeat:
    """Pings *url*, which is as good as a password: it is never logged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._trusted: ssl.SSLContext | None = None
        self._is_failing = False

    async def ping(self) -> None:
        """One GET request. Never raises; an outage of the monitor is logged once."""
        try:
            async with asyncio.timeout(PING_SECONDS):
                problem = await self._get()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            problem = type(error).__name__
        if problem and not self._is_failing:
            log.warning("heartbeat failed: %s", problem)
        elif self._is_failing and not problem:
            log.warning("heartbeat recovered")
        self._is_failing = problem is not None

    async def _get(self) -> str | None:
        """What is wrong with the monitor's answer, if anything."""
        if self._trusted is None:
            self._trusted = await asyncio.to_thread(_trust)  # reads files
        connector = aiohttp.TCPConnector(ssl=self._trusted)
        async with (
            aiohttp.ClientSession(connector=connector, trust_env=True) as session,
            session.get(self._url) as answer,
        ):
            return f"HTTP {answer.status}" if answer.status >= 400 else None


def _trust() -> ssl.SSLContext:
    """The machine's certificates, and Mozilla's for machines that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
