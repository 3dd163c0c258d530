"""The walk: a family that presses and types what is usual, by a seed, and lets time pass."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.sandbox import Person
from bot.ui.presses.appointments import (
    CallOff,
    ChangeAppointment,
    Drive,
    MoveAppointment,
    RestoreAppointment,
    ShowAppointment,
    ShowCalendar,
    ShowSeries,
    StopDriving,
)
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import (
    CloseMenu,
    Correct,
    OpenMenu,
    ShowRecord,
    Skip,
    Snooze,
    Take,
    TakeAll,
    TakeAllInSummary,
    TakeExactly,
    TakeNamedDoses,
    UndoOnCard,
    UndoRecord,
)
from bot.ui.presses.family import (
    AskFirst,
    FamilySettings,
    HideNames,
    Invite,
    MovePerson,
    OwnClock,
    SendTest,
    SetDayTimes,
    SetFamilyLadder,
    SetHearing,
    SetHourCycle,
    SetHours,
    SetWindow,
    ShowHearing,
    SwitchFamily,
)
from bot.ui.presses.history import ShowEntry
from bot.ui.presses.medicines import (
    ChangeMedicine,
    PauseMedicine,
    RestoreMedicine,
    StopMedicine,
)
from bot.ui.presses.overview import ConfirmErasure, Dissolve, Keep, TakeToday, UndoNamed
from bot.ui.presses.subjects import OfMember
from tests.walk.changing_family import ChangingFamily
from tests.walk.ground import ZONES
from tests.walk.reading import is_misunderstood
from tests.walk.sayings import (
    MINUTE,
    REMEDIES,
    Remedy,
    clock_time,
    some_change,
    some_time,
)
from tests.walk.snapshot import Row, take_snapshot
from tests.walk.steps import FREE, Intent, Outcome, Step

MOST_MEDICINES = 6


class Walk(ChangingFamily):
    """What people want, in scenes of several steps, and whatever comes between."""

    # Going.

    async def go(self, steps: int) -> None:
        """Raises Found at the first fault, unless it is to go on."""
        while len(self.steps) < steps:
            await self._next()

    async def _next(self) -> None:
        chance = self.rng.random()
        if chance < 0.13:
            await self.let_time_pass()
        elif chance < 0.145:
            self._note("the bot restarts")
            await self.stage.town.restart_bot()
            await self.stage.catch_up()
            await self._look(None)
        else:
            person = self.rng.choice(self.people)
            scene = self.scenes.get(person.id)
            if scene is None or self.rng.random() < 0.04:
                self.left_open[person.id] = await self._running_flow(person)
                scene = self.scenes[person.id] = self._begin(person)
            try:
                await anext(scene)
            except StopAsyncIteration:
                del self.scenes[person.id]

    async def let_time_pass(self) -> None:
        now = self.stage.now
        here = now.astimezone(ZoneInfo(self.rng.choice(ZONES[:2])))
        match self.rng.randrange(6):
            case 0:
                instant = now + self.rng.randrange(1, 15) * MINUTE
            case 1 | 2:
                [row] = await self.stage.rows(
                    "SELECT min(next_action_at) FROM doses WHERE next_action_at > $1", now
                )
                instant = row[0] or now + timedelta(hours=1)
                instant += self.rng.choice((0, 0, 1, 7, 40)) * MINUTE
            case 3:
                instant = now + self.rng.randrange(20, 400) * MINUTE
            case 4:
                clock = self.rng.choice((7, 8, 9, 13, 18, 20, 22, 23))
                day = here.date() + timedelta(days=here.hour >= clock)
                instant = datetime(day.year, day.month, day.day, clock, tzinfo=here.tzinfo)
                instant += self.rng.randrange(-20, 21) * MINUTE
            case _:
                instant = now + timedelta(hours=self.rng.randrange(10, 40))
        if instant - now > timedelta(days=3):
            instant = now + timedelta(days=2)
        if instant <= now:
            instant = now + MINUTE
        self._note(f"it gets {instant.astimezone(ZoneInfo(ZONES[0])):%a %d %b %H:%M}")
        before = self.tables
        async for _moment in self.stage.move_to(instant):
            earlier, self.tables = self.tables, await take_snapshot(self.stage)
            self._see_what_is_new(earlier)
        if len(before.logs) != len(self.tables.logs):
            self._fault("clock", "something was recorded while time passed")
        for key, medicine in self.tables.medicines.items():
            if key in before.medicines and (
                before.medicines[key]["schedule"] != medicine["schedule"]
            ):
                self._fault("clock", f"{medicine['name']} has changed while time passed")
        await self._check_everything()

    # Scenes: each is what somebody wants, over several steps, and may be left before its end.

    def _begin(self, person: Person) -> AsyncIterator[None]:
        scenes: Sequence[tuple[Callable[[Person], AsyncIterator[None]], int]] = (
            (self._add, 8),
            (self._give, 22),
            (self._answer_card, 18),
            (self._correct, 9),
            (self._change, 11),
            (self._pause_or_stop, 8),
            (self._pause_person, 3),
            (self._refill, 7),
            (self._undo, 6),
            (self._move, 2),
            (self._set_day, 3),
            (self._press_anything, 14),
            (self._ask, 3),
            (self._appointment, 7),
            (self._switch, 3),
            (self._settings, 3),
            (self._members, 8),
            (self._leave, 3),
            (self._remove, 5),
            (self._in_group, 6),
        )
        left = self._families_left(person)
        if left and (self.family_of(person) is None or self.rng.random() < 0.4):
            return self._come_back(person, left[0])
        if self.role_of(person) not in ("admin", "caregiver"):
            reads = (self._ask, self._switch, self._press_anything, self._settings, self._in_group)
            return self.rng.choice((*reads, self._give, self._undo, self._leave))(person)
        choices, weights = zip(*scenes, strict=True)
        if len(self._medicines(person)) < 2:
            return self._add(person)
        [scene] = self.rng.choices(choices, weights)
        made: AsyncIterator[None] = scene(person)
        return made

    async def _add(self, person: Person) -> AsyncIterator[None]:
        mine = self._medicines(person)
        names = {row["name"] for row in self.tables.medicines.values()}
        fresh = [remedy for remedy in REMEDIES if remedy.name not in names]
        if len(mine) >= MOST_MEDICINES or not fresh:
            return
        remedy = self.rng.choice(fresh)
        intent = Intent(f"add {remedy.name}", names=None)
        outcome = await self.speak(person, "addmed", remedy.line, intent, own=remedy.line)
        wanted = ("Save", "don't know", "No limit", "Skip", "Use th")
        async for each in self._until_done(person, outcome, intent, wanted, typed="08:00", most=6):
            self._check_added(remedy, each)
            yield

    def _check_added(self, remedy: Remedy, outcome: Outcome) -> None:
        fresh = outcome.after.medicines.keys() - outcome.before.medicines.keys()
        for row in (outcome.after.medicines[key] for key in fresh):
            self._check_is_as_typed(remedy, row)

    def _check_is_as_typed(self, remedy: Remedy, row: Row) -> None:
        schedule = row["schedule"]
        has_own_day = bool(self.tables.people[row["care_recipient_id"]]["day_times"])
        for part, meant in remedy.rhythm.items():
            if part == "times" and "moments" in schedule and has_own_day:
                continue  # those of the person's day, which the invariants hold it against
            if schedule.get(part) != meant:
                self._fault("added", f"{remedy.line}: {part} is {schedule.get(part)}")
        if (row["dosage_amount"], row["dosage_unit"]) != (remedy.amount, remedy.unit):
            self._fault("added", f"{remedy.line}: {row['dosage_amount']} {row['dosage_unit']}")

    async def _give(self, person: Person) -> AsyncIterator[None]:
        medicine = self._some_medicine(person, stopped=False)
        if medicine is None:
            return
        now = self.stage.now
        when = some_time(
            self.rng, now, ZoneInfo(self.tables.zone_of(medicine["care_recipient_id"]))
        )
        amount, count = self._some_amount(medicine)
        words = f"{medicine['name']} {amount} {when.words}"
        if count == 2 and self.rng.random() < 0.5:
            words = self.rng.choice((f"2 {medicine['name']}", f"{medicine['name']} x2"))
            words += f" {when.words}"
        intent = Intent(
            f"give {words}",
            medicine_id=medicine["id"],
            when=when,
            count=count,
            must_ask=when.must_ask or count != 1,
            records=True,
        )
        words = " ".join(words.split())
        own = None if " x2" in words else f"gave {self._whom(medicine)}{words}"
        outcome = await self.speak(person, "give", words, intent, own=own)
        if not outcome.new_logs:
            answers = [m for m in outcome.said if m.from_bot]
            text = "\n".join(m.text for m in answers)
            if is_misunderstood(text):
                self._fault("not understood", f"“{words}”:\n{text}")
        async for _ in self._until_done(person, outcome, intent, typed="07:30", most=4):
            yield

    def _some_amount(self, medicine: Row) -> tuple[str, Decimal | None]:
        if self.rng.random() < 0.7:
            return "", Decimal(1)
        remedy = next((r for r in REMEDIES if r.name == medicine["name"]), None)
        is_as_added = remedy is not None and (
            medicine["dosage_amount"],
            medicine["dosage_unit"],
        ) == (remedy.amount, remedy.unit)
        if remedy is None or not is_as_added or not remedy.others:
            return "", Decimal(1)
        return self.rng.choice(remedy.others)

    async def _answer_card(self, person: Person) -> AsyncIterator[None]:
        """On a card that stands in the chat."""
        kinds = {
            *(
                Take,
                TakeAll,
                Skip,
                Snooze,
                OpenMenu,
                UndoOnCard,
                UndoRecord,
                ShowRecord,
            ),
            *(CloseMenu, TakeToday, TakeExactly, TakeNamedDoses, TakeAllInSummary),
        }
        for _ in range(self.rng.randrange(1, 4)):
            found = [
                (message, button)
                for message, button in self._buttons(person)
                if (press := Step(person, message=message, button=button).press)
                and type(press) in kinds
            ]
            if not found:
                return
            message, button = self.rng.choice(found)
            outcome = await self.tap(person, message, button, FREE)
            if outcome.new_logs and button.text.startswith(("✅", "⏭")):
                await self._maybe_undo(person, outcome)
            yield

    async def _correct(self, person: Person) -> AsyncIterator[None]:
        await self.speak(person, "history", "", Intent("look"), own="show me the history")
        yield
        found = self._of_kind(person, ShowEntry)
        if not found:
            return
        await self.tap(person, *self.rng.choice(found), Intent("look"))
        yield
        found = self._of_kind(person, Correct)
        if not found:
            return
        message, button = found[0]
        press = Step(person, message=message, button=button).press
        dose = self.tables.doses.get(press.dose_id) if isinstance(press, Correct) else None
        await self.tap(person, message, button, Intent("look"))
        yield
        if dose is None:
            return
        zone = ZoneInfo(self.tables.zone_of(dose["care_recipient_id"]))
        part = self.rng.choice(("another time", "Another amount", "not taken", "note"))
        at = (
            self.stage.now.astimezone(zone) + self.rng.choice((-300, -90, -20, 3, 40, 200)) * MINUTE
        )
        when = clock_time(f"{at:%H:%M}", now=self.stage.now, zone=zone)
        intent = Intent(
            f"correct {dose['medication_name']}: {part} {when.words}",
            medicine_id=dose["medication_id"],
            when=when if part == "another time" else None,
            must_ask=part == "another time" and when.must_ask,
            count=None,
            records=True,
        )
        chosen = self._button(person, part)
        if chosen is None:
            return
        await self.tap(person, *chosen, intent)
        typed = {
            "another time": when.words.removeprefix("at "),
            "Another amount": f"2 {dose['unit'] or 'tablet'}",
            "not taken": "she was asleep",
            "note": "with food",
        }[part]
        yield
        if not await self._is_asked(person):
            return
        if part == "another time":
            # What an hour means is reckoned from when it's said: the clock may have moved since.
            said = clock_time(f"{at:%H:%M}", now=self.stage.now, zone=zone)
            intent.when, intent.must_ask = said, said.must_ask
        outcome = await self.say(person, typed, intent)
        async for _ in self._until_done(person, outcome, intent, typed="07:30", most=3):
            yield

    async def _change(self, person: Person) -> AsyncIterator[None]:
        """A part of a medicine."""
        medicine = await self._open_page(person)
        yield
        found = self._of_kind(person, ChangeMedicine)
        if medicine is None or not found:
            return
        zone = ZoneInfo(self.tables.zone_of(medicine["care_recipient_id"]))
        retyping = some_change(self.rng, self.stage.now, zone)
        intent = Intent(
            f"change {medicine['name']}: {retyping.words}",
            medicine_id=medicine["id"],
            names=retyping.names,
        )
        await self.tap(person, *found[0], intent)
        yield
        button = self._button(person, retyping.part)
        if button is None:
            return
        await self.tap(person, *button, intent)
        yield
        if not await self._is_asked(person):
            return
        preset = self._button(person, "Mornings: 08:00")
        if retyping.names == {"times"} and preset and self.rng.random() < 0.3:
            outcome = await self.tap(person, *preset, intent)
        else:
            outcome = await self.say(person, retyping.words, intent)
        wanted = ("Save",)
        async for _ in self._until_done(person, outcome, intent, wanted, typed="09:00", most=4):
            yield

    async def _pause_or_stop(self, person: Person) -> AsyncIterator[None]:
        medicine = await self._open_page(person)
        yield
        kinds = [PauseMedicine, StopMedicine, RestoreMedicine]
        found = [each for kind in kinds for each in self._of_kind(person, kind)]
        if medicine is None or not found:
            return
        # What was added to a course for a pause may be taken back, where that is asked and wanted.
        what = f"pause, stop or restore {medicine['name']}"
        intent = Intent(what, medicine["id"], names=frozenset({"ends"}))
        outcome = await self.tap(person, *self.rng.choice(found[-2:]), intent)
        async for _ in self._until_done(person, outcome, intent, typed="tomorrow", most=2):
            yield

    async def _pause_person(self, person: Person) -> AsyncIterator[None]:
        """Everything that somebody takes, or one medicine by its name."""
        theirs = [
            row["name"]
            for row in self.tables.people.values()
            if row["family_id"] == self.family_of(person)
        ]
        medicine = self._some_medicine(person, stopped=False)
        if medicine is not None and self.rng.random() < 0.4:
            theirs = [medicine["name"]]
        day = self.stage.now.astimezone(ZoneInfo(ZONES[0])) + timedelta(self.rng.randrange(1, 6))
        words = self.rng.choice(("", f" until {day.day} {day:%B}", " for 3 days", " until monday"))
        # What is paused may be given longer, where that is asked and wanted.
        intent = Intent(f"pause {theirs[0]}{words}", names=frozenset({"ends"}))
        line = f"{theirs[0]}{words}"
        outcome = await self.speak(person, "pause", line, intent, own=f"pause {line}")
        async for _ in self._until_done(person, outcome, intent, typed="tomorrow", most=4):
            yield

    async def _refill(self, person: Person) -> AsyncIterator[None]:
        medicine = self._some_medicine(person, stopped=True)
        if medicine is None:
            return
        amount = self.rng.choice(("30", "= 12", "7", "= 3", "28 tablets", "= 0", "2 boxes of 28"))
        intent = Intent(f"refill {medicine['name']} {amount}", medicine["id"])
        line = f"{medicine['name']} {amount}"
        own = f"picked up {amount} {medicine['name']}" if amount.isdecimal() else None
        outcome = await self.speak(person, "refill", line, intent, own=own)
        async for _ in self._until_done(person, outcome, intent, typed="1", most=2):
            yield

    async def _undo(self, person: Person) -> AsyncIterator[None]:
        await self.speak(person, "undo", "", Intent("look"), own="undo that")
        yield
        found = self._of_kind(person, UndoNamed, Keep)
        if found and found[0][0].id == person.messages[-1].id:
            await self.tap(person, *self.rng.choice(found[:2]), FREE)
            yield

    async def _move(self, person: Person) -> AsyncIterator[None]:
        await self.say(person, "/people", Intent("look"))
        yield
        found = self._of_kind(person, MovePerson)
        if not found:
            return
        await self.tap(person, *found[0], Intent("move"))
        yield
        if not await self._is_asked(person):
            return
        outcome = await self.say(person, self.rng.choice(ZONES), Intent("move"))
        async for _ in self._until_done(person, outcome, Intent("move"), typed="yes", most=3):
            yield

    async def _set_day(self, person: Person) -> AsyncIterator[None]:
        """Somebody has breakfast at another time, or goes to bed."""
        await self.say(person, "/people", Intent("look"))
        yield
        found = self._of_kind(person, SetDayTimes)
        if not found:
            return
        await self.tap(person, *found[0], Intent("set a day"))
        yield
        if not await self._is_asked(person):
            return
        words = self.rng.choice(("breakfast 7:15", "breakfast 9:00", "bedtime 22:30", "dinner 19"))
        outcome = await self.say(person, words, Intent("set a day"))
        wanted = ("Save",)
        async for _ in self._until_done(
            person, outcome, Intent("set a day"), wanted, typed="yes", most=2
        ):
            yield

    async def _settings(self, person: Person) -> AsyncIterator[None]:
        """What one hears and when, who is asked first, how soon others are, and a test."""
        await self.say(person, "/settings", Intent("look"))
        yield
        intent = Intent("settings")
        ahead = (FamilySettings, ShowHearing)  # they lead to more
        kinds = (SetHours, SetHourCycle, HideNames, SendTest, *ahead)
        for kinds_there in (kinds, (AskFirst, SetFamilyLadder, SetWindow, SetHearing)):
            found = self._of_kind(person, *kinds_there)
            if not found:
                return
            message, button = self.rng.choice(found)
            step = Step(person, message=message, button=button)
            outcome = await self.tap(person, message, button, intent)
            yield
            if not isinstance(step.press, ahead):
                break
        typed = self.rng.choice(("hm", "22:00 to 7:00", "8", "off"))
        async for _ in self._until_done(person, outcome, intent, typed=typed, most=4):
            yield

    async def _press_anything(self, person: Person) -> AsyncIterator[None]:
        for _ in range(self.rng.randrange(1, 4)):
            found = self._buttons(person)
            if not found:
                return
            message, button = self.rng.choice(found)
            step = Step(person, message=message, button=button)
            press = step.press
            if press is None or isinstance(press, OwnClock | Invite | Dissolve | ConfirmErasure):
                continue
            if isinstance(press, OfMember) and button.text.split(",")[0] not in self._walkers():
                continue  # those who only watch stay
            intent = self._intent_of(press)
            if isinstance(press, Choose) and intent is None:
                intent = FREE
            await self._keep_off_the_minute()
            if (message, button) not in self._buttons(person):
                return  # it was edited just now
            await self.tap(person, message, button, intent or FREE)
            yield

    async def _ask(self, person: Person) -> AsyncIterator[None]:
        words = self.rng.choice(
            (
                *("/today", "/meds", "/history", "/appts", "/cancel", "/help", "hm"),
                *("what's due tonight?", "is she up to date?", "when is the next appointment?"),
                *("who drives on friday?", "what does she take?", "thanks", "not yet", "👍"),
                *("didn't give it", "will give it later", "can't remember if I gave it"),
            )
        )
        outcome = await self.say(person, words, Intent("look") if words == "/cancel" else FREE)
        if outcome.new_logs:
            self._fault("said", f"“{words}” has recorded something")
        yield

    async def _switch(self, person: Person) -> AsyncIterator[None]:
        await self.say(person, "/family", Intent("look"))
        yield
        found = self._of_kind(person, SwitchFamily)
        if found:
            await self.tap(person, *found[0], Intent("look"))
            yield

    async def _appointment(self, person: Person) -> AsyncIterator[None]:
        planned = [
            row
            for row in self.tables.appointments.values()
            if row["deleted_at"] is None and row["family_id"] == self.family_of(person)
        ]
        if len(planned) < 2 or self.rng.random() < 0.25:
            title = self.rng.choice(("Dentist", "Physio", "Eye clinic", "Lab"))
            words = self.rng.choice(
                (
                    *("tomorrow 10:30", "friday 15:00", "in 3 days at 09:15"),
                    *("every tuesday 11:00", "every day 17:30", "every 2 weeks on friday 08:00"),
                )
            )
            intent = Intent("appointment")
            line = f"{title} {words}"
            outcome = await self.speak(person, "addappt", line, intent, own=line)
            async for _ in self._until_done(
                person, outcome, intent, ("Save",), typed="1 hour", most=3
            ):
                yield
            return
        await self.say(person, "/appts", Intent("look"))
        yield
        found = self._of_kind(person, ShowAppointment, ShowSeries)
        if not found:
            return
        message, button = self.rng.choice(found)
        await self.tap(person, message, button, Intent("look"))
        yield
        if isinstance(Step(person, message=message, button=button).press, ShowSeries):
            dates = self._of_kind(person, ShowAppointment)
            if not dates:
                return
            await self.tap(person, *self.rng.choice(dates), Intent("look"))
            yield
        kinds = (
            *(Drive, StopDriving, MoveAppointment, CallOff),
            *(RestoreAppointment, ChangeAppointment, ShowCalendar),
        )
        found = self._of_kind(person, *kinds)
        if not found:
            return
        intent = Intent("appointment")
        message, button = self.rng.choice(found)
        outcome = await self.tap(person, message, button, intent)
        press = Step(person, message=message, button=button).press
        if isinstance(press, ChangeAppointment):
            yield
            async for _ in self._change_appointment(person, intent):
                yield
            return
        reach = self._of_kind(person, CallOff)
        if not outcome.is_changed and len(reach) > 1:
            yield
            outcome = await self.tap(person, *self.rng.choice(reach[:3]), intent)
        async for _ in self._until_done(person, outcome, intent, typed="tomorrow 16:00", most=3):
            yield

    async def _change_appointment(self, person: Person, intent: Intent) -> AsyncIterator[None]:
        """A part of it: of one only, of it and those that follow, or of the whole series."""
        part, typed = self.rng.choice(
            (
                ("Place", f"Room {self.rng.randrange(1, 9)}"),
                ("How long", self.rng.choice(("45 min", "2 hours"))),
                ("Reminders", self.rng.choice(("1 hour", "2 hours and 30 minutes"))),
                ("Note", "bring the card"),
                ("Repetition", self.rng.choice(("every 2 weeks on friday", "every day"))),
            )
        )
        chosen = self._button(person, part)
        if chosen is None:
            return
        await self.tap(person, *chosen, intent)
        yield
        reaches = ("Only this one", "This and all that follow", "The whole series")
        found = [each for label in reaches if (each := self._button(person, label))]
        if found:
            await self.tap(person, *self.rng.choice(found), intent)
            yield
        if not await self._is_asked(person):
            return
        outcome = await self.say(person, typed, intent)
        async for _ in self._until_done(person, outcome, intent, ("Save",), typed="yes", most=2):
            yield
