"""The scheduler deletes what has been kept for long enough, while the bot goes on."""

from datetime import timedelta

from domain.memory.retention import Retention
from tests.town import Household, Town, ask


async def test_half_a_year_later_only_the_record_is_left(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.press("Taken", message=asked.cards[0])
    await town.settled()
    logs = await town.count("medication_logs")
    events = await town.count("audit_events")
    assert logs == 1
    assert await town.count("notifications") >= 2
    assert await town.count("invitations") == 1
    assert await town.count("inbound_updates") > 3
    await town.restart_bot(keep=Retention(messages=timedelta(days=100)))
    town.jump_by(days=99)
    await town.settled()
    [app] = [town.app]
    assert app is not None
    assert app.wake_ups is not None
    await app.wake_ups.clean()
    old = "SELECT count(*) FROM notifications WHERE created_at < :then"
    then = town.clock.now() - timedelta(days=90)
    assert await town.value(old, then=then) >= 2
    assert await town.count("invitations") == 0
    town.jump_by(days=2)
    await app.wake_ups.clean()
    assert await town.value(old, then=then) == 0
    week = "SELECT count(*) FROM inbound_updates WHERE received_at < :then"
    assert await town.value(week, then=town.clock.now() - timedelta(days=7)) == 0
    assert await town.count("medication_logs") == logs
    assert await town.count("audit_events") == events
    # The old card is answered politely, and the bot answers.
    await home.anna.send("/today")
    await home.anna.sees("Aspirin")
