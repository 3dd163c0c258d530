"""Every screen against the reckoning: what is wrong on it, in words."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.sandbox import Message
from bot.ui.presses.doses import Take
from bot.ui.presses.registry import decode
from tests.phone_calendar import Entry, PhoneCalendar
from tests.walk.reading import (
    Listed,
    Said,
    by_24_hours,
    date_in,
    doses_in,
    entries_in,
    line_with,
    moment_in,
    names,
    number_in,
    parts_of_card,
)
from tests.walk.reckoning import Reckoned, how_long, is_given, reckon
from tests.walk.snapshot import Row, Snapshot

UNANSWERED = ("missed", "not_asked")
_SHOWN_IN_HISTORY = ("taken", "skipped", "missed", "not_asked")


def local(at: datetime, zone: str | ZoneInfo) -> datetime:
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def happened(dose: Row) -> datetime:
    """When a dose was given, or was due, by the clock of then."""
    if dose["taken_at"]:
        return local(dose["taken_at"], dose["taken_timezone"])
    return local(dose["due_at"], dose["timezone"])


# The page of a medicine.


def check_page(tables: Snapshot, medicine: Row, text: str) -> Iterator[str]:
    about = reckon(tables, medicine)
    today = local(tables.at, about.zone).date()
    if not text.lstrip("💊 ").startswith(medicine["name"]):
        yield f"the page of {medicine['name']} begins with “{text.splitlines()[0]}”"
    yield from _check_last(tables, about, text, today)
    if not about.is_as_needed:
        yield from _check_to_come(about, text, today)
    yield from _check_limit(about, text)
    yield from _check_stock(tables, about, text, today)
    for word, status in (("paused", "paused"), ("Stopped", "stopped")):
        shown = bool(re.search(rf"(?im)^[⏸⏹]\ufe0f? .*{word}", text))
        is_over = medicine["resumes_at"] is not None and medicine["resumes_at"] <= tables.at
        if shown != (medicine["status"] == status) and not is_over:
            yield f"{medicine['name']} is {medicine['status']}, and its page says otherwise"


def _check_last(tables: Snapshot, about: Reckoned, text: str, today: date) -> Iterator[str]:
    line = line_with(text, "Last given", "Last:")
    if line is None:
        yield "the page does not say when it was last given"
    elif about.last is None:
        if moment_in(line, today=today):
            yield f"nothing is recorded, and the page says “{line}”"
    else:
        at, who = happened(about.last), tables.name_of(about.last["resolved_by_id"])
        if not _says(line, at, today):
            yield f"last given {at:%d %b %H:%M}, and the page says “{line}”"
        if who not in line:
            yield f"last given by {who}, and the page says “{line}”"
        what = about.last["given"] or about.last["dosage"]
        if what not in line:
            yield f"last given was {what}, and the page says “{line}”"


def _check_to_come(about: Reckoned, text: str, today: date) -> Iterator[str]:
    name = about.medicine["name"]
    shown_next, shown_open = line_with(text, "Next:"), line_with(text, "Not recorded yet")
    if about.opened:
        due = local(about.opened[0]["due_at"], about.opened[0]["timezone"])
        then = local(about.tables_at, about.opened[0]["timezone"]).date()
        if shown_open is None or not any(_says(shown_open, due, day) for day in (today, then)):
            yield f"the dose of {name} of {due:%d %b %H:%M} is open, and the page says {shown_open}"
    elif shown_open is not None:
        yield f"no dose of {name} is open, and the page says “{shown_open}”"
    if about.next_at is None:
        if shown_next is not None:
            yield f"nothing of {name} is to come, and the page says “{shown_next}”"
        return
    at = local(about.next_at, about.zone)
    if shown_next is None:
        if not about.opened:
            yield f"next of {name} is {at:%d %b %H:%M}, and the page does not say it"
    elif shown_open is not None and _after_colon(shown_next).startswith(_after_colon(shown_open)):
        yield f"two moments are said alike: “{shown_open}”, “{shown_next}”"
    elif not _says(shown_next, at, today):
        yield f"next of {name} is {at:%d %b %H:%M}, and the page says “{shown_next}”"


def _after_colon(line: str) -> str:
    return line.partition(":")[2].strip()


def _check_limit(about: Reckoned, text: str) -> Iterator[str]:
    most = about.medicine["schedule"].get("max_per_day")
    if most is None:
        return
    found = re.search(r"([\d½¼¾.]+) of at most ([\d½]+) doses? given in 24 hours", text)
    if found is None:
        yield f"at most {most} in 24 hours, and the page does not say how many were given"
    elif number_in(found[1]) not in about.in_a_day or number_in(found[2]) != most:
        given = about.in_a_day[0]
        yield f"{given} of {most} were given in 24 hours, and the page says “{found[0]}”"


def _check_stock(tables: Snapshot, about: Reckoned, text: str, today: date) -> Iterator[str]:
    medicine = about.medicine
    line = next((line for line in text.split("\n") if "📦" in line), None)
    if line is None:
        yield "the page says nothing about the stock"
        return
    stock = medicine["stock"]
    if stock is None:
        if "not counted" not in line:
            yield f"nobody has counted, and the page says “{line}”"
        return
    total = tables.movements.get(medicine["id"], {}).get("total", 0)
    if total != stock:
        yield f"the ledger says {total}, the stock {stock}"
    if stock <= 0:
        if "left" in line and not re.search(r"[Nn]one left|more .* than", line):
            yield f"nothing is left ({stock}), and the page says “{line}”"
        return
    shown = number_in(line)
    if shown != stock:
        yield f"{stock.normalize():f} are left, and the page says “{line}”"
    yield from _check_how_long(tables, medicine, line, today)


def _check_how_long(tables: Snapshot, medicine: Row, line: str, today: date) -> Iterator[str]:
    lasts = how_long(tables, medicine)
    found = re.search(r"(\d+) day", line)
    shown_date = date_in(line, today=today)
    if lasts is None:
        if medicine["schedule"]["kind"] != "as_needed" and found and is_given(medicine):
            yield f"{medicine['name']} lasts to its end, and the page says “{line}”"
        return
    if shown_date is not None and lasts.last_day not in (None, shown_date):
        yield (
            f"the last dose of {medicine['name']} that is covered is of {lasts.last_day}, and the"
            f" page says “{line}”"
        )
    # With several doses a day, a day that is covered in part may count or not.
    is_daily = medicine["schedule"].get("days", {}) == {"pattern": "daily", "every": 1}
    is_daily = is_daily and len(medicine["schedule"]["times"]) == 1
    if found and is_daily and lasts.days is not None and int(found[1]) != lasts.days:
        yield f"{medicine['name']} lasts {lasts.days} days, and the page says “{line}”"


def _says(words: str, at: datetime, today: date) -> bool:
    """Whether *words* name that moment; without a day it is today's."""
    said = moment_in(words, today=today)
    return said is not None and _is(said, at, today)


def _is(said: Said, at: datetime, today: date) -> bool:
    return said.clock == f"{at:%H:%M}" and (said.day or today) == at.date()


# Lists.


def check_today(tables: Snapshot, family_id: UUID, text: str) -> Iterator[str]:
    by_person = _sections(tables, family_id, text)
    for person, section in by_person:
        today = local(tables.at, person["timezone"]).date()
        lines = list(doses_in(section, today=today))
        doses = [
            dose
            for dose in tables.doses.values()
            if dose["care_recipient_id"] == person["id"] and dose["status"] != "cancelled"
        ]
        left = list(lines)
        for dose in doses:
            due = local(dose["due_at"], dose["timezone"])
            mine = [listed for listed in left if _is_line_of(tables, listed, dose, due, today)]
            if mine:
                left.remove(mine[0])
            elif _must_be_shown(tables, dose, due, today):
                yield f"/today does not show {_in_words(tables, dose)}:\n{section}"
        yield from (f"/today shows what is not so: {listed.rest} {listed.said}" for listed in left)


def _sections(tables: Snapshot, family_id: UUID, text: str) -> Sequence[tuple[Row, str]]:
    people = [p for p in tables.people.values() if p["family_id"] == family_id]
    found = []
    for person in people:
        below = re.split(rf"^{re.escape(person['name'])}\b[^\n]*$", text, flags=re.MULTILINE)
        if len(below) > 1:
            others = "|".join(re.escape(other["name"]) for other in people)
            found.append((person, re.split(rf"\n\n(?:{others})\b", below[1])[0]))
    return found


def _must_be_shown(tables: Snapshot, dose: Row, due: datetime, today: date) -> bool:
    if dose["status"] == "pending" and dose["due_at"] <= tables.at:
        return True
    return due.date() == today == local(dose["due_at"], _zone_now(tables, dose)).date()


def _zone_now(tables: Snapshot, dose: Row) -> str:
    return tables.zone_of(dose["care_recipient_id"])


def _is_line_of(tables: Snapshot, listed: Listed, dose: Row, due: datetime, today: date) -> bool:
    if listed.status != dose["status"] or not _is(listed.said, due, today):
        return False
    what = dose["given"] or dose["dosage"]
    if dose["medication_name"] not in listed.rest or what not in listed.rest:
        return False
    if dose["status"] == "taken":
        at, who = happened(dose), tables.name_of(dose["resolved_by_id"])
        return who in listed.rest and f"{at:%H:%M}" in listed.rest
    if dose["status"] == "skipped":
        return tables.name_of(dose["resolved_by_id"]) in listed.rest
    return True


def check_history(tables: Snapshot, family_id: UUID, text: str) -> Iterator[str]:
    """The first page: the newest ten, and nothing else."""
    zones = [p["timezone"] for p in tables.people.values() if p["family_id"] == family_id]
    doses = [
        dose
        for dose in tables.doses.values()
        if dose["family_id"] == family_id
        and dose["status"] in _SHOWN_IN_HISTORY
        and (dose["taken_at"] or dose["due_at"]) > tables.at - timedelta(days=3, hours=20)
    ]
    doses.sort(key=lambda d: d["taken_at"] or d["due_at"], reverse=True)
    todays = {local(tables.at, zone).date() for zone in zones}
    shown = [each for today in todays for each in entries_in(text, today=today)]
    # Of those at one and the same moment, the page may end with any.
    cut = (doses[9]["taken_at"] or doses[9]["due_at"]) if len(doses) > 10 else None
    for dose in doses[:10]:
        at = happened(dose)
        if at == cut:
            continue
        who = tables.name_of(dose["resolved_by_id"])
        if not any(
            listed.status == dose["status"]
            and listed.said.clock == f"{at:%H:%M}"
            and listed.said.day == at.date()
            and dose["medication_name"] in listed.rest
            and who in listed.rest
            and (dose["status"] != "taken" or (dose["given"] or dose["dosage"]) in listed.rest)
            for listed in shown
        ):
            yield f"/history does not show {_in_words(tables, dose)}:\n{text}"


def check_meds(tables: Snapshot, family_id: UUID, text: str) -> Iterator[str]:
    for medicine in tables.medicines_of(family_id):
        lines = [
            line
            for line in text.split("\n")
            if line.lstrip("•⏸⏹\ufe0f ").startswith(medicine["name"])
        ]
        sign = {"active": "•", "paused": "⏸", "stopped": "⏹"}[medicine["status"]]
        is_over = medicine["resumes_at"] is not None and medicine["resumes_at"] <= tables.at
        if not any(line.startswith(sign) for line in lines) and not is_over:
            yield f"/meds does not show {medicine['name']} as {medicine['status']}: {lines}"


def check_appts(tables: Snapshot, family_id: UUID, text: str) -> Iterator[str]:
    """What is planned next stands on the first page, with its time and who drives: of a series, its
    next time.
    """
    planned = tables.planned(until=tables.at + timedelta(days=28))
    theirs = [row for row in planned if row["family_id"] == family_id]
    next_of_each = {row["appointment_id"]: row for row in reversed(theirs)}
    under_way = {
        row["appointment_id"]
        for row in tables.occurrences.values()
        if row["starts_at"] <= tables.at < row["ends_at"]
    }
    shown = [row for row in theirs if next_of_each[row["appointment_id"]] is row]
    for row in [row for row in shown if row["appointment_id"] not in under_way][:3]:
        at = local(row["starts_at"], tables.appointments[row["appointment_id"]]["timezone"])
        driver = f"🚗 {tables.name_of(row['driver_id'])}" if row["driver_id"] else ""
        if not any(
            f"{at:%H:%M}" in line and row["title"] in line and driver in line
            for line in text.split("\n")
        ):
            yield f"/appts does not show {row['title']} {at:%d %b %H:%M} {driver}:\n{text}"


def check_appointment(tables: Snapshot, occurrence_id: UUID, text: str) -> Iterator[str]:
    """The page of one that is planned: when, how long, where, and who drives."""
    planned = tables.planned(until=tables.at + timedelta(days=28))
    for row in [row for row in planned if row["id"] == occurrence_id]:
        at = local(row["starts_at"], tables.appointments[row["appointment_id"]]["timezone"])
        name = tables.name_of(row["driver_id"])
        says = [row["title"], f"{at:%H:%M}", f"{name} is driving" if name else "No driver yet"]
        if row["place"]:
            says.append(f"📍 {row['place']}")
        for words in says:
            if words not in text:
                yield f"the page of {row['title']} {at:%d %b %H:%M} does not say {words}:\n{text}"


def check_calendar(tables: Snapshot, user_id: UUID, phone: PhoneCalendar) -> Iterator[str]:
    """The calendar of a phone shows all that is planned of what was put into it, and no more."""
    until = tables.at + timedelta(days=28)
    held = {row["appointment_id"] for row in tables.copies.values() if row["user_id"] == user_id}
    planned = [
        Entry(
            row["starts_at"],
            row["ends_at"],
            f"{row['title']} ({tables.people[row['care_recipient_id']]['name']})",
            row["place"] or "",
        )
        for row in tables.planned(until=until)
        if row["origin_id"] in held
    ]
    shown = [entry for entry in phone.shown(tables.at, until) if entry.starts_at > tables.at]
    for entry in sorted({*planned} ^ {*shown}):
        yield f"{'is not in' if entry in planned else 'is still in'} the calendar: {entry}"


# Notices.


def check_refill_notice(tables: Snapshot, text: str) -> Iterator[str]:
    """A reminder that something runs out, at the moment at which it comes."""
    medicines = [m for m in tables.medicines.values() if m["deleted_at"] is None]
    for line in text.split("\n"):
        mine = [m for m in medicines if line.lstrip("• ").startswith(f"{m['name']}:")]
        if len(mine) != 1 or not line.startswith("•") or mine[0]["stock"] is None:
            continue
        [medicine] = mine
        about = line.split(":", maxsplit=1)[1]
        if "none left" not in about.lower() and number_in(about) != medicine["stock"]:
            yield f"{medicine['stock'].normalize():f} are left, and a notice says “{line}”"
        today = local(tables.at, tables.zone_of(medicine["care_recipient_id"])).date()
        yield from _check_how_long(tables, medicine, line, today)


# Cards.


_SIGNS = {"taken": "✅", "skipped": "⏭"}


def check_notice(tables: Snapshot, notice: Row, text: str) -> Iterator[str]:
    """What was missed, or not asked about, shows what has become of each dose."""
    for dose_id in json.loads(notice["facts"])["dose_ids"]:
        dose = tables.doses.get(UUID(dose_id))
        if dose is None or dose["status"] == "cancelled":
            continue
        sign, due = _SIGNS.get(dose["status"], "•"), local(dose["due_at"], dose["timezone"])
        who = tables.name_of(dose["resolved_by_id"]) if dose["status"] in _SIGNS else ""
        lines = by_24_hours(text).split("\n")
        if not any(
            line.startswith(sign)
            and f"{due:%H:%M}" in line
            and names(line, dose["medication_name"])
            and who in "".join(lines[number : number + 2])
            for number, line in enumerate(lines)
        ):
            about = f"{dose['medication_name']} {due:%d %b %H:%M} is {dose['status']} {who}"
            yield f"{about}, and the notice says:\n{text}"


def check_card(tables: Snapshot, card: Row, messages: Sequence[Message]) -> Iterator[str]:
    """The newest card of a slot, in all its parts, on one phone."""
    doses = [
        dose
        for dose in tables.doses.values()
        if dose["care_recipient_id"] == card["care_recipient_id"]
        and dose["due_at"] == card["slot_at"]
        and dose["is_scheduled"]
        and dose["status"] != "cancelled"
    ]
    text = by_24_hours("\n".join(message.text for message in messages))
    parts = [part for message in messages for part in parts_of_card(by_24_hours(message.text))]
    for dose in doses:
        name = dose["medication_name"]
        mine = [part for part in parts if names(part[1], name)]
        if not any(_is_part_of(tables, part, dose) for part in mine):
            yield f"a card does not show {_in_words(tables, dose)}:\n{text}"
    open_names = {dose["medication_name"] for dose in doses if dose["status"] == "pending"}
    for status, line, _below in parts:
        if status == "pending" and not any(names(line, name) for name in open_names):
            yield f"a card asks for what is not open: “{line}”\n{text}"
    open_ids = {dose["id"] for dose in doses if dose["status"] not in ("taken", "skipped")}
    for message in messages:
        for row in message.buttons:
            for button in row:
                press = decode(button.data) if button.data else None
                if isinstance(press, Take) and press.dose_id not in open_ids:
                    yield f"a card has a button “{button.text}” for what is answered:\n{text}"


def _is_part_of(tables: Snapshot, part: tuple[str, str, str], dose: Row) -> bool:
    status, line, below = part
    if status != dose["status"]:
        return False
    if dose["status"] in ("taken", "skipped"):
        who = tables.name_of(dose["resolved_by_id"])
        words = f"{line} {below}"
        what = dose["given"] or dose["dosage"]
        is_when = dose["status"] != "taken" or f"{happened(dose):%H:%M}" in words
        return who in words and is_when and what in words
    return dose["dosage"] in line


def _in_words(tables: Snapshot, dose: Row) -> str:
    due = local(dose["due_at"], dose["timezone"])
    words = f"{dose['medication_name']} {dose['given'] or dose['dosage']}, due {due:%d %b %H:%M}"
    words += f", {dose['status']}"
    if dose["taken_at"]:
        words += f" {happened(dose):%d %b %H:%M}"
    if dose["resolved_by_id"]:
        words += f" by {tables.name_of(dose['resolved_by_id'])}"
    return words
