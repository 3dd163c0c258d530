# ruff: noqa: T201 -- it is there to be read
"""Perform a talk and show what every phone shows: ``python -m tests.talk FILE``.

Goes on after what does not hold, and exits with 1 then. ``-`` reads the talk from standard input.
``--picture FILE.png`` keeps what two phones show in the end, as a browser does, and below them the
calendars of those whose calendar the talk has looked into.
"""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import async_playwright

from tests.phone_calendar import Entry
from tests.servers import running_servers
from tests.talk.calendar_pages import month_pages
from tests.talk.performance import BEFOREHAND, Performance, TalkFailed, begins_at
from tests.talk.script import OpensCalendar, UnreadableLine, read_talk
from tests.talk.stage import fresh_stage, template_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


async def perform(text: str, *, picture: Path | None) -> int:
    talk = read_talk(text)
    begins, zone = begins_at(talk)
    failures = 0
    async with (
        running_servers() as servers,
        template_of(servers) as template,
        fresh_stage(servers, template, at=begins - BEFOREHAND) as stage,
    ):
        performance = Performance(stage, zone, print)
        began = time.monotonic()
        for numbered in talk:
            try:
                await performance.perform(numbered)
            except TalkFailed as failure:
                failures += 1
                print(f"  ✗ {failure}")
        seconds = time.monotonic() - began
        if picture:
            looked = dict.fromkeys(
                each.line.who for each in talk if isinstance(each.line, OpensCalendar)
            )
            calendars = {name: performance.calendar_of(name) for name in looked}
            count = len(performance.phones.people)
            await _photograph(stage.town.sandbox.page_url, zone, picture, calendars, phones=count)
    print(f"{len(talk)} lines in {seconds:.1f} s, {failures} that do not hold")
    return 1 if failures else 0


async def _photograph(
    url: str,
    zone: ZoneInfo,
    picture: Path,
    calendars: Mapping[str, Sequence[Entry]],
    *,
    phones: int,
) -> None:
    """The phones side by side, at the clock of the first person cared for; then calendars."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"]
        )
        page = await browser.new_page(
            viewport={"width": max(980, 70 + 380 * phones), "height": 860},
            device_scale_factor=1.25,
            timezone_id=zone.key,
            locale="en-GB",
        )
        await page.goto(url)
        # Who has blocked the bot has no line to type into.
        await page.get_by_placeholder("Message").nth(phones - 1).wait_for(state="attached")
        await page.wait_for_timeout(1000)  # until everything has scrolled to its end
        await page.screenshot(path=picture)
        if calendars:
            beside = await browser.new_page(
                viewport={"width": 900, "height": 400}, device_scale_factor=1.25
            )
            await beside.set_content(month_pages(calendars, zone))
            await beside.screenshot(path=picture.with_stem(f"{picture.stem}-calendar"))
        await browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Perform a talk.")
    parser.add_argument("talk", help="a file, or - for standard input")
    parser.add_argument("--picture", type=Path, help="where to keep the phones as they are then")
    given = parser.parse_args()
    try:
        text = sys.stdin.read() if given.talk == "-" else Path(given.talk).read_text()
        return asyncio.run(perform(text, picture=given.picture))
    except (UnreadableLine, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main())
