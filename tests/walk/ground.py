"""The ground of a walk: a family on a stage, one thing done at a time, and all checks after it.

After each step every screen is compared with the rows (:mod:`tests.walk.screens`), the rows with
what was meant (here), and the invariants must hold.
"""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.sandbox import Button, GroupRoom, Message, Person
from bot.sandbox.world.changes import Change
from bot.ui.presses.appointments import (
    Drive,
    RestoreAppointment,
    ShowAppointment,
    ShowSeries,
    StopDriving,
)
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import CorrectToMyClock, UndoOnCard, UndoRecord
from bot.ui.presses.medicines import ShowMedicine
from bot.ui.presses.overview import UndoNamed
from bot.ui.presses.press import Press
from bot.ui.presses.subjects import OfOccurrence
from tests import invariants
from tests import town as towns
from tests.phone_calendar import PhoneCalendar
from tests.talk.phones import in_words
from tests.talk.stage import Stage
from tests.walk import screens
from tests.walk.reading import by_24_hours, names
from tests.walk.reckoning import falls, out_of_tune
from tests.walk.rights import check_admins, check_rights, hidden_names
from tests.walk.sayings import (
    MINUTE,
    parts_of,
)
from tests.walk.snapshot import Row, Snapshot, normal, take_snapshot
from tests.walk.steps import FREE, HARMLESS, RECORDING, Fault, Found, Intent, Outcome, Step

A_WEEK = timedelta(days=7)
MOST_PAGES = 4  # of appointments, each time
KEPT_MESSAGES = 40  # on each phone: who scrolls further back
ZONES = ("Europe/London", "America/New_York", "Asia/Tokyo", "Europe/Paris")

# What shows the page of an appointment, in the place of the message that it stands on.
PAGES = (ShowAppointment, Drive, StopDriving, RestoreAppointment)

# Buttons that say when it was.
CHOOSES_TIME = re.compile(r"[Nn]ow|today|yesterday|\d\d:\d\d|clock")

# What the buttons change that offer a rhythm.
PRESETS = {
    "Mornings|Evenings|Twice|Three times": {"times"},
    "On weekdays|Every second day": {"days", "starts"},
}


@dataclass(frozen=True)
class IntakeChange:
    """An intake recorded, corrected or taken back: when it was, and how much, before and after."""

    step: int
    medication_id: UUID
    dose_id: UUID
    was: tuple[datetime | None, Any]
    is_now: tuple[datetime | None, Any]


@dataclass
class Ground:
    """A walk on *stage*. *go_on*: collect faults instead of stopping at the first. Rows are
    compared after each step, screens after each *looks*th.
    """

    stage: Stage
    seed: int
    go_on: bool = False
    looks: int = 1
    steps: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 -- the same walk for the same seed
        self.people: list[Person] = []
        self.watchers: dict[UUID, Person] = {}
        self.scenes: dict[int, AsyncIterator[None]] = {}
        self.intents: dict[UUID, Intent] = {}
        self.left_open: dict[int, UUID | None] = {}
        self.spoken = 0
        self.unread: list[str] = []
        self.tables: Snapshot
        self.shown_at: dict[tuple[int, int], tuple[int, int]] = {}
        self.intake_changes: list[IntakeChange] = []
        self.checked: Any = None
        self.looked_at: dict[UUID, Any] = {}
        self.calendars: dict[int, PhoneCalendar] = {}
        self.opened: dict[int, int] = {}
        self.homes: dict[int, set[UUID]] = {}
        self.room: GroupRoom | None = None

    # The family.

    async def settle_in(self) -> None:
        """Anna and Ben look after Mum in London, Ben from New York; he has a father, too, beside
        whom Gran lives. Half of the time Anna's family has a group, in which there's a stranger.
        """
        town = self.stage.town
        anna, ben, cleo = (town.person(name) for name in ("Anna", "Ben", "Cleo"))
        watcher, other = town.person("Olga"), town.person("Otto")
        await towns.found_family(cleo, "Hill House")
        await towns.join(cleo, other, "viewer")
        await towns.join(cleo, ben)
        await towns.add_person(cleo, "Dad", "America/New_York")
        await towns.add_person(cleo, "Gran", "America/New_York")
        await towns.found_family(anna, "Sea View")
        await towns.join(anna, watcher, "viewer")
        await towns.join(anna, ben)
        await towns.add_person(anna)
        await ben.send("/people")
        await ben.sees("Mum")
        await ben.press("My time zone")
        await ben.send("New York")
        await ben.sees("your time zone")
        await self.stage.settled()
        if self.rng.random() < 0.5:
            await self._bind_group(town.group("Sea View", anna, ben, town.person("Sid")), anna)
        self.people = [anna, ben, cleo]
        self.tables = await take_snapshot(self.stage)
        by_name = {row["name"]: row["id"] for row in self.tables.families.values()}
        self.watchers = {by_name["Sea View"]: watcher, by_name["Hill House"]: other}
        self.homes = {
            anna.id: {by_name["Sea View"]},
            ben.id: set(by_name.values()),
            cleo.id: {by_name["Hill House"]},
        }

    async def _bind_group(self, room: GroupRoom, admin: Person) -> None:
        await room.sees("type /start here")
        await room.send(admin, "/start")
        await room.sees("Use this group for")
        await room.press(admin, "here and in private")
        await room.sees("I'll post the reminders")
        await self.stage.settled()
        self.room = room

    def user_of(self, person: Person) -> UUID | None:
        """None for somebody who has never written to the bot."""
        users = self.tables.users.values()
        return next((row["id"] for row in users if row["telegram_id"] == person.id), None)

    def family_of(self, person: Person) -> UUID | None:
        """Their current one, if they are in any."""
        user_id = self.user_of(person)
        family: UUID | None = self.tables.users[user_id]["current_family_id"] if user_id else None
        return family

    def role_of(self, person: Person) -> str:
        """In their current family; empty if they are in none."""
        family_id = self.family_of(person)
        member = self.tables.member(self.user_of(person), family_id) if family_id else None
        return member["role"] if member else ""

    # Doing one thing.

    async def say(self, person: Person, text: str, intent: Intent) -> Outcome:
        return await self._do(Step(person, text=text), intent)

    async def tap(
        self, person: Person, message: Message, button: Button, intent: Intent
    ) -> Outcome:
        if intent is not FREE and CHOOSES_TIME.search(button.text):
            # From here on what counts is what the next question shows.
            intent.when, intent.must_ask = None, False
        if intent is not FREE and "What was given?" in message.text:
            intent.medicine_id = None
        return await self._do(Step(person, message=message, button=button), intent)

    async def _do(self, step: Step, intent: Intent) -> Outcome:
        await self._keep_off_the_minute()
        before = self.tables = await take_snapshot(self.stage)
        revision = self.stage.town.sandbox._world.revision
        asked_at = None
        if step.message is not None:
            chat_id = step.room.id if step.room else step.who.id
            asked_at = self.shown_at.get((chat_id, step.message.id), (0, 0))[1]
        self._note(str(step))
        await self.stage.forget_rates()
        if step.button is None:
            await step.who.send(step.text)
        else:
            assert step.message is not None
            # What was edited in this very moment cannot be pressed any more.
            with suppress(ValueError):
                bubbles = step.who._world.chats[step.room.id if step.room else step.who.id]
                step.who._world.presses(
                    step.who._account, bubbles[step.message.id], step.button.data or ""
                )
        await self.stage.settled()
        self.tables = await take_snapshot(self.stage)
        await self._remember_intent(step.who, intent)
        phone = step.room or step.who
        said = [m for m in phone.messages if m.from_bot and m.revision > revision]
        new_logs = [row for key, row in self.tables.logs.items() if key not in before.logs]
        outcome = Outcome(before, self.tables, said, new_logs)
        self._remember_intakes(outcome)
        for words in check_rights(outcome, self.user_of(step.who)):
            self._fault("rights", words)
        self._check_logs(step, intent, outcome, asked_at)
        self._check_medicines(step, intent, outcome)
        self._check_appointment(step, outcome)
        await self._look(outcome)
        return outcome

    async def _remember_intent(self, person: Person, intent: Intent) -> None:
        if (flow_id := await self._running_flow(person)) is not None:
            self.intents.setdefault(flow_id, intent)

    async def _running_flow(self, person: Person) -> UUID | None:
        stored = await self.stage.redis.get(f"conversation:{person.id}:{person.id}")
        found = re.search(r'"flow_id": "([^"]+)"', as_text(stored)) if stored else None
        return UUID(found[1]) if found else None

    async def _keep_off_the_minute(self) -> None:
        """Nothing becomes due between the rows and the screens that are compared with them."""
        if self.stage.now.second >= 50:
            whole = self.stage.now.replace(second=0, microsecond=0) + MINUTE
            async for _moment in self.stage.move_to(whole):
                pass

    def _note(self, words: str) -> None:
        here = self.stage.now.astimezone(ZoneInfo(ZONES[0]))
        self.steps.append(f"{len(self.steps) + 1:4} {here:%a %d %b %H:%M:%S}  {words}")
        self.stage.errors.lines.clear()

    def _remember_intakes(self, outcome: Outcome) -> None:
        """What this step changes of what was taken: a note or a skip changes nothing of it."""

        def intake(tables: Snapshot, dose_id: UUID) -> tuple[datetime | None, Any]:
            dose = tables.doses.get(dose_id, {})
            return (dose.get("taken_at"), dose.get("given"))

        for dose_id, medication_id in {
            (log["dose_id"], log["medication_id"]) for log in outcome.new_logs
        }:
            was, is_now = intake(outcome.before, dose_id), intake(outcome.after, dose_id)
            if was != is_now:
                self.intake_changes.append(
                    IntakeChange(len(self.steps), medication_id, dose_id, was, is_now)
                )

    # What was meant.

    def _check_logs(
        self, step: Step, intent: Intent, outcome: Outcome, asked_at: int | None
    ) -> None:
        before, press = outcome.before, step.press
        for key, row in before.logs.items():
            if self.tables.logs.get(key) != row:
                self._fault("log", "a row of the log has changed or gone")
        for log in outcome.new_logs:
            medicine = self.tables.medicines[log["medication_id"]]
            words = f"{medicine['name']} {log['status']} {log['timestamp']:%d %b %H:%M} UTC"
            if log["status"] == "undone":
                continue
            if not intent.records:
                self._fault("recorded", f"{words}, by “{intent.what}”")
                continue
            if press is not None and type(press) in HARMLESS:
                self._fault("recorded", f"{words}, by a button {type(press).__name__}")
            if step.message is not None and press is not None and type(press) in RECORDING:
                self._check_was_shown(step, press, log, medicine)
            if intent is not FREE:
                self._check_was_meant(step, intent, log, medicine, words)
            if isinstance(press, Choose) and asked_at is not None:
                self._check_is_not_stale(log, asked_at, words)

    def _check_was_shown(self, step: Step, press: Press, log: Row, medicine: Row) -> None:
        """A button writes nothing that its message does not show."""
        assert step.message is not None
        assert step.button is not None
        text = by_24_hours(step.message.text + "\n" + step.button.text)
        dose = self.tables.doses.get(log["dose_id"])
        called = {medicine["name"], dose["medication_name"] if dose else medicine["name"]}
        if not any(names(text, name) for name in called):
            self._fault("shown", f"“{step.button.text}” recorded {called}, not on:\n{text}")
        if log["status"] != "taken" or not isinstance(press, Choose | CorrectToMyClock):
            return
        local = screens.local(log["timestamp"], log["timezone"])
        if f"{local:%H:%M}" not in text and not self._is_now(log):
            self._fault("shown", f"the question does not show {local:%H:%M}:\n{text}")
        if log["given"] and log["given"] not in text:
            self._fault("shown", f"the question does not show {log['given']}:\n{text}")

    def _check_was_meant(
        self, step: Step, intent: Intent, log: Row, medicine: Row, words: str
    ) -> None:
        if intent.medicine_id not in (None, log["medication_id"]):
            self._fault("meant", f"“{intent.what}” recorded {medicine['name']}")
        is_typed = step.button is None
        if is_typed and intent.must_ask:
            self._fault("meant", f"“{intent.what}” was recorded unasked: {words} {log['given']}")
        elif (
            log["status"] == "taken"
            and intent.when is not None
            and not intent.when.must_ask
            and not intent.when.means(log["timestamp"])
            # "Now" is when they tap the question that says which time that is.
            and not (step.button and intent.when.is_now and self._is_now(log))
        ):
            self._fault("meant", f"“{intent.what}” was recorded as {words}")
        is_unusual = intent.count not in (None, 1)
        if log["status"] == "taken" and is_unusual and log["dose_count"] != intent.count:
            self._fault("counted", f"“{intent.what}” counts as {log['dose_count']} doses")

    def _is_now(self, log: Row) -> bool:
        return bool(abs(log["timestamp"] - self.tables.at) <= 3 * MINUTE)

    def _check_is_not_stale(self, log: Row, asked_at: int, words: str) -> None:
        """What somebody recorded after a question was shown, and did not take back before it was
        answered, makes it another question.
        """
        others: dict[UUID, list[IntakeChange]] = {}
        for other in self.intake_changes:
            if (
                asked_at < other.step < len(self.steps)
                and other.medication_id == log["medication_id"]
                and other.dose_id != log["dose_id"]
            ):
                others.setdefault(other.dose_id, []).append(other)
        for changes in others.values():
            was, is_now = changes[0].was, changes[-1].is_now
            moments = [at for at in (was[0], is_now[0]) if at is not None]
            if was != is_now and any(
                abs(at - log["timestamp"]) < timedelta(hours=24) for at in moments
            ):
                self._fault("stale", f"{words}, by a question that was older than another's record")

    def _check_medicines(self, step: Step, intent: Intent, outcome: Outcome) -> None:
        press = step.press
        for key, was in outcome.before.medicines.items():
            now = self.tables.medicines[key]
            old, new = parts_of(was), parts_of(now)
            changed = {part for part in old if old[part] != new[part]}
            if not changed or now["deleted_at"] is not None:
                continue
            is_undo = isinstance(press, UndoOnCard | UndoRecord | UndoNamed | Choose)
            if intent.names is None and is_undo:
                continue
            allowed = set(intent.names or ())
            if "days" in allowed:
                allowed.add("starts")
            if self._follows_new_day(was, outcome):
                allowed.add("times")  # and whether these are the day's is looked at for all
            asked = bool(step.button and re.search("Save|Change|Yes|✅", step.button.text))
            question = by_24_hours(step.message.text) if step.message else ""
            # What it has asked about was said, too; and what a button of its own says.
            for pattern, named in PRESETS.items():
                if step.button and re.match(pattern, step.button.text):
                    allowed |= named
            if "each time from now on?" in question:
                allowed.add("dosage")
                asked = True
            if "allowed in 24 hours?" in question or "shortest time between" in question:
                allowed.add("limits")
            words = f"{was['name']}, “{intent.what}”"
            beside = sorted(changed - allowed)
            if "ends" in set(beside) and asked and "kind" in changed:
                shown = by_24_hours(step.message.text) if step.message else ""
                if any(end != (None, None) for end in old["ends"]) and "last day" not in shown:
                    self._fault("changed", f"{words}: its end is gone, and was not shown:\n{shown}")
            elif beside and not (asked and ("kind" in changed or self._is_review(step, now))):
                parts = "; ".join(f"{part} was {old[part]}, is {new[part]}" for part in beside)
                self._fault("changed", f"{words}: {parts}")
            if not asked:
                for more in self._more(was, now):
                    self._fault("more", f"{words}, unasked: {more}")

    def _follows_new_day(self, medicine: Row, outcome: Outcome) -> bool:
        """Whether it hangs on a day whose times were changed just now."""
        person_id = medicine["care_recipient_id"]
        day = outcome.before.people[person_id]["day_times"]
        new_day = self.tables.people[person_id]["day_times"]
        return day != new_day and bool(out_of_tune(medicine["schedule"], new_day))

    def _is_review(self, step: Step, now: Row) -> bool:
        """Whether the question showed old beside new, with the amount that stands now."""
        text = by_24_hours(step.message.text) if step.message else ""
        return "After the change" in text and now["dosage"] in text

    def _more(self, was: Row, now: Row) -> Iterator[str]:
        """In what a change has somebody take more."""
        zone = ZoneInfo(self.tables.zone_of(now["care_recipient_id"]))
        # Whole days: what nobody gave this morning and is due tonight now is not one more.
        midnight = datetime.combine(self.tables.at.astimezone(zone).date(), time.min, zone)
        after, until = midnight - timedelta(minutes=1), midnight + timedelta(days=56)

        def amounts(row: Row) -> list[Decimal]:
            found = []
            for fall in falls(row["schedule"], zone, after=after, last_taken=None):
                if fall.at > until:
                    break
                own = fall.dosage and fall.dosage.get("amount")
                found.append(Decimal(own) if own else row["dosage_amount"] or Decimal(1))
            return found

        old, new = amounts(was), amounts(now)
        if len(new) > len(old):
            yield f"{len(new)} doses in eight weeks instead of {len(old)}"
        elif was["dosage_unit"] == now["dosage_unit"] and sum(new) > sum(old):
            yield f"{sum(new)} {now['dosage_unit']} in eight weeks instead of {sum(old)}"
        if was["schedule"]["kind"] == "as_needed" != now["schedule"]["kind"]:
            yield "it is taken by the clock now"

    # What screens say.

    def _check_appointment(self, step: Step, outcome: Outcome) -> None:
        """The page that was opened, or pressed on, as far as it is still a page."""
        press, said = step.press, outcome.said
        if not isinstance(press, PAGES) or step.message is None:
            return
        for message in said:
            if message.id == step.message.id and "🕑" in message.text:
                about = screens.check_appointment(
                    self.tables, press.occurrence_id, by_24_hours(message.text)
                )
                for words in about:
                    self._fault("appointment", words)

    async def _look(self, outcome: Outcome | None) -> None:
        self._see_what_is_new(outcome.before if outcome else self.tables)
        if outcome is not None and not outcome.is_changed and self.checked == self._state():
            return
        self.tables = await take_snapshot(self.stage)
        await self._check_everything()

    def _see_what_is_new(self, before: Snapshot) -> None:
        """Remember since when phones show what they do, and check what came by itself: it is right
        by the rows of now or, if they have changed since it left, by those *before*.
        """
        phones: list[Person | GroupRoom] = [*self.people, *([self.room] if self.room else [])]
        for phone in phones:
            for message in phone.messages:
                known = self.shown_at.get((phone.id, message.id))
                if known is None or known[0] != message.revision:
                    self.shown_at[phone.id, message.id] = (message.revision, len(self.steps))
                    if isinstance(phone, Person) and known is None and message.from_bot:
                        self._check_is_theirs(phone, message, before)
                    if known is None and message.from_bot and "running low" in message.text:
                        then = set(screens.check_refill_notice(before, by_24_hours(message.text)))
                        for words in screens.check_refill_notice(
                            self.tables, by_24_hours(message.text)
                        ):
                            if then:
                                self._fault("notice", words)

    def _check_is_theirs(self, person: Person, message: Message, before: Snapshot) -> None:
        """A new message names nobody whom its reader may not see, except in what they said, and
        who only reads gets no button that records.
        """
        user_id = self.user_of(person)
        typed = "".join(m.text for m in person.messages[-6:] if not m.from_bot)
        told = message.text.replace("for example Mum", "")
        for name in hidden_names(before, user_id) & hidden_names(self.tables, user_id):
            if re.search(rf"\b{name}\b", told) and name not in typed:
                self._fault("wall", f"{person.name} is told of {name}:\n{message.text}")
        presses = [
            press
            for row in message.buttons
            for button in row
            if (press := Step(person, message=message, button=button).press)
            and type(press) in RECORDING - {Choose}
        ]
        for press in presses:
            members = (tables.member(user_id, press.family_id) for tables in (before, self.tables))
            if all(member and member["role"] == "viewer" for member in members):
                self._fault("rights", f"{person.name} only reads, and gets {press}")

    def _state(self) -> Any:
        """What screens depend on: if it is the same, they were looked at."""
        minute = self.tables.at.replace(second=0, microsecond=0)
        return (minute, normal(self.tables, until=self.tables.at + timedelta(days=30)))

    async def _check_everything(self) -> None:
        if self.stage.errors.lines:
            self._fault("error", "; ".join(self.stage.errors.lines))
            self.stage.errors.lines.clear()
        for broken in await self._broken_invariants():
            self._fault(f"invariant {broken.invariant}", f"{broken.rule}: {broken.row}")
        if len(self.steps) % self.looks == 0:
            for family_id, watcher in self.watchers.items():
                await self._check_screens(family_id, watcher)
        for row in self.tables.medicines.values():
            day = self.tables.people[row["care_recipient_id"]]["day_times"]
            if row["status"] != "stopped" and (wrong := out_of_tune(row["schedule"], day)):
                self._fault("day", f"{row['name']}: {'; '.join(wrong)}")
        for words in check_admins(self.tables):
            self._fault("admins", words)
        self._check_cards()
        self._check_notices()
        self._check_calendars()
        self.checked = self._state()
        self._forget_old_messages()

    async def _broken_invariants(self) -> Sequence[invariants.Violation]:
        async with self.stage.town.tables.connect() as connection:
            await connection.exec_driver_sql(
                "SELECT set_config('app.clock_offset', "
                f"'{self.stage.town.clock.offset.total_seconds()} seconds', true)"
            )
            # Those of whom is told (2) forgive nothing of a bot that was away, which walks do not
            # make up for; they have tests of their own.
            return await invariants.find_violations_of(connection, {1, 2, 5, 6, 7, 8})

    async def _check_screens(self, family_id: UUID, watcher: Person) -> None:
        if self._is_as_looked_at(family_id, self._rows_of(family_id)):
            return
        await self.stage.forget_rates()
        revision = self.stage.town.sandbox._world.revision
        for command in ("/today", "/history", "/appts", "/meds"):
            await watcher.send(command)
        await self.stage.settled()
        shown = {}
        for message in watcher.messages:
            if message.from_bot and message.revision > revision:
                for title in ("Today", "History", "Appointments", "Medicines"):
                    if title in message.text.split("\n", maxsplit=1)[0]:
                        shown[title] = message
        checks = {
            "Today": screens.check_today,
            "History": screens.check_history,
            "Appointments": screens.check_appts,
            "Medicines": screens.check_meds,
        }
        for title, check in checks.items():
            if title in shown:
                for words in check(self.tables, family_id, by_24_hours(shown[title].text)):
                    self._fault(title, words)
        if "Medicines" in shown:
            await self._check_pages(watcher, shown["Medicines"])
        if "Appointments" in shown:
            await self._check_appointments(watcher, shown["Appointments"])

    async def _check_appointments(self, watcher: Person, listed: Message) -> None:
        """The pages of what comes next, each in the place of the list."""
        bubble = watcher._bubble(listed)
        planned = {row["id"]: row for row in self.tables.planned(until=self.tables.at + A_WEEK)}
        for button in [button for row in listed.buttons for button in row][:MOST_PAGES]:
            press = Step(watcher, message=listed, button=button).press
            if isinstance(press, ShowSeries):  # its first date
                dates = [
                    row for row in planned.values() if row["appointment_id"] == press.appointment_id
                ]
                if not dates:
                    continue
                press = ShowAppointment(family_id=press.family_id, occurrence_id=dates[0]["id"])
            about = planned.get(press.occurrence_id) if isinstance(press, OfOccurrence) else None
            if not isinstance(press, OfOccurrence) or about is None:
                continue
            if self._is_as_looked_at(press.occurrence_id, about):
                continue
            watcher._world.asks(watcher._account, bubble, press.encode())
            await self.stage.settled()
            for words in screens.check_appointment(
                self.tables, press.occurrence_id, by_24_hours(bubble.text)
            ):
                self._fault("appointment", words)

    async def _check_pages(self, watcher: Person, listed: Message) -> None:
        """Each page comes in the place of the list, and of the page before."""
        bubble, world = watcher._bubble(listed), watcher._world
        shown: list[str] = []

        def look(change: Change) -> None:
            if change.kind == "message" and change.message is bubble:
                shown.append(by_24_hours(bubble.text))

        wanted = []
        world.listen(look)
        for button in (button for row in listed.buttons for button in row):
            press = Step(watcher, message=listed, button=button).press
            if not isinstance(press, ShowMedicine):
                continue
            medicine = self.tables.medicines[press.medication_id]
            if not self._is_as_looked_at(medicine["id"], self._rows_about(medicine)):
                wanted.append(medicine)
                world.asks(watcher._account, bubble, button.data or "")
                await self.stage.settled()  # who taps faster than that may be waved aside
        world.ignore(look)
        alike = Counter(medicine["name"] for medicine in wanted)
        for medicine in wanted:
            if alike[medicine["name"]] > 1:
                continue  # a page does not say which of them it is of
            pages = [text for text in shown if text.lstrip("💊 ").startswith(medicine["name"])]
            if not pages:
                self._fault("page", f"{medicine['name']} has no page: {shown}")
            for words in screens.check_page(self.tables, medicine, pages[-1] if pages else ""):
                self._fault("page", f"{words}\n{pages[-1] if pages else ''}")

    def _is_as_looked_at(self, subject: UUID, rows: Any) -> bool:
        """Whether its screen was looked at in these minutes, with the same rows."""
        state = (int(self.tables.at.timestamp()) // 600, repr(rows))
        is_known = self.looked_at.get(subject) == state
        self.looked_at[subject] = state
        return is_known

    def _rows_of(self, family_id: UUID) -> Any:
        tables = self.tables
        return [
            [row for row in rows.values() if row["family_id"] == family_id]
            for rows in (tables.people, tables.medicines, tables.doses, tables.occurrences)
        ] + [[row["title"] for row in tables.appointments.values()]]

    def _rows_about(self, medicine: Row) -> Any:
        tables = self.tables
        return (medicine, tables.doses_of(medicine["id"]), tables.people)

    def _check_cards(self) -> None:
        by_slot: dict[Any, list[Row]] = {}
        for card in self.tables.cards.values():
            receiver = card["user_id"] or card["group_id"]
            slot = (receiver, card["care_recipient_id"], card["slot_at"])
            by_slot.setdefault(slot, []).append(card)
        for cards in by_slot.values():
            newest = max(card["ask_no"] for card in cards)
            mine = [card for card in cards if card["ask_no"] == newest]
            phone = self._phone(mine[0])
            there = {message.id: message for message in phone.messages}
            messages = [there[c["message_id"]] for c in mine if c["message_id"] in there]
            if not self._is_theirs(mine[0]):
                is_recent = self.tables.at - mine[0]["slot_at"] < timedelta(hours=40)
                if is_recent and any(message.buttons for message in messages):
                    self._fault("card", f"{phone.name} has a card of others: {messages}")
            elif len(messages) == len(mine):
                for words in screens.check_card(self.tables, mine[0], messages):
                    self._fault("card", f"{phone.name}: {words}")

    def _phone(self, card: Row) -> Person | GroupRoom:
        if self.room is not None and card["chat_id"] == self.room.id:
            return self.room
        return self.stage.town.sandbox.person(card["chat_id"])

    def _is_theirs(self, message: Row) -> bool:
        """Whether its reader is still somebody who may see it."""
        user_id, person_id = message["user_id"], message["care_recipient_id"]
        if user_id is None:
            return True  # the group's
        if person_id is None:
            return self.tables.member(user_id, message["family_id"]) is not None
        return self.tables.sees(user_id, person_id)

    def _check_notices(self) -> None:
        for notice in filter(self._is_theirs, self.tables.notices.values()):
            phone = self.stage.town.sandbox.person(notice["chat_id"])
            for message in phone.messages:
                if message.id == notice["message_id"]:
                    for words in screens.check_notice(self.tables, notice, message.text):
                        self._fault("notice", f"{phone.name}: {words}")

    def _check_calendars(self) -> None:
        """Everybody opens every file."""
        users = {row["telegram_id"]: row["id"] for row in self.tables.users.values()}
        for person in self.people:
            phone = self.calendars.setdefault(person.id, PhoneCalendar(ZoneInfo(ZONES[0])))
            opened = self.opened.get(person.id, 0)
            for message in person.messages:
                if message.id > opened and "document" in message.attachment:
                    phone.open(person.download(message).decode())
                    self.opened[person.id] = message.id
            user_id = users[person.id]
            planned = self.tables.planned(until=self.tables.at + timedelta(days=28))
            state = (self.opened.get(person.id), len(self.tables.copies), planned)
            if not self._is_as_looked_at(user_id, state):
                for words in screens.check_calendar(self.tables, user_id, phone):
                    self._fault("calendar", f"{person.name}: {words}")

    def _forget_old_messages(self) -> None:
        chats = self.stage.town.sandbox._world.chats
        for watcher in self.watchers.values():
            chats[watcher.id].clear()
        for person in self.people:
            bubbles = chats[person.id]
            for message_id in list(bubbles)[:-KEPT_MESSAGES]:
                del bubbles[message_id]

    # Telling.

    def _fault(self, kind: str, words: str) -> None:
        fault = Fault(kind, words)
        if not self.go_on:
            raise Found([fault])
        if not any(known.kind == kind and known.words == words for known in self.faults):
            self.faults.append(fault)

    def report(self, *, steps: int = 40) -> str:
        """The seed, the last steps, and what phones show."""
        lines = [f"seed {self.seed}", *self.steps[-steps:], ""]
        for person in self.people:
            lines.append(f"— {person.name}'s phone")
            for message in person.messages[-5:]:
                sender = "bot" if message.from_bot else person.name
                lines.append(f"  {sender}: " + in_words(message).replace("\n", "\n      "))
        return "\n".join(lines)


def as_text(stored: bytes | str) -> str:
    return stored.decode() if isinstance(stored, bytes) else stored
