"""`/export`: how far it is, the file's caption, and what is in it."""

from datetime import datetime

from bot.ui.answer import Screen
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dates import full_date
from domain.overview.export.facts import Reader

FILE_MEGABYTES = 49  # Telegram takes 50 from a bot


def gathering(doses: int = 0) -> Screen:
    if not doses:
        return Screen(_("📦 Gathering what you can read …"))
    words = ngettext(
        "📦 Gathering what you can read … {count} dose so far",
        "📦 Gathering what you can read … {count} doses so far",
        doses,
    )
    return Screen(words.format(count=doses))


def packing() -> Screen:
    return Screen(_("📦 Packing it into one file …"))


def sending() -> Screen:
    return Screen(_("📦 Sending it …"))


def sent() -> Screen:
    return Screen(_("📦 Done: your data is in the file below."))


def failed() -> Screen:
    return Screen(_("⚠️ I couldn't send you the file. Please type /export to try again."))


def too_large() -> Screen:
    words = _(
        "⚠️ Your family has more than I can send in one file ({megabytes} MB). Please ask whoever "
        "runs this bot for it."
    )
    return Screen(words.format(megabytes=FILE_MEGABYTES))


def not_there_any_more() -> Screen:
    return Screen(_("You're not in this family any more."))


def caption(reader: Reader, *, is_cut_to: int | None, may_repeat: bool) -> str:
    lines = [
        _("📦 Everything that you can read of the family <b>{family}</b>.").format(
            family=escape(reader.family_name)
        ),
        _("Open README.txt first. The file isn't locked, so keep it where only you can see it."),
    ]
    if is_cut_to is not None:
        words = _("It has the latest {count} doses: older ones didn't fit.")
        lines.append(words.format(count=is_cut_to))
    if may_repeat:
        lines.insert(0, _("🔁 This may be a repeat."))
    return "\n".join(lines)


def file_name(now: datetime) -> str:
    return f"carecircle-{now:%Y-%m-%d}.zip"


def readme(reader: Reader, *, now: datetime, is_cut_to: int | None) -> str:
    day = full_date(now.date())
    paragraphs = [
        _("CareCircle: everything that {name} can read of the family {family}, {day}.").format(
            name=reader.name, family=reader.family_name, day=day
        ),
        _(
            "carecircle.json: all of it, for programs. “version” is the version of its shape and "
            "rises when that changes. Times are in UTC, with the time zone beside them."
        ),
        _(
            "medicines.csv, doses.csv, appointments.csv, stock.csv, doctors.csv, contacts.csv: "
            "tables for a spreadsheet. Times are as the clock showed them in the time zone beside "
            "them. A cell that could be taken for a formula begins with an apostrophe."
        ),
        _(
            "fhir-r5-bundle.json: medicines, doses, appointments, doctors and emergency contacts "
            "as HL7 FHIR R5, for health software. A dose that nobody recorded has the status "
            "“unknown”: that doesn't mean that it wasn't given. Nobody has checked any of this as "
            "a prescription."
        ),
        _("calendar.ics: the appointments, for a calendar. Later changes aren't sent."),
        _(
            "doses: status is taken, skipped, missed (nobody recorded it while I asked), not_asked "
            "(I couldn't ask anybody), or pending (still open). “former member” is somebody who "
            "has deleted their account."
        ),
    ]
    if is_cut_to is not None:
        words = _("Only the latest {count} doses are in it.")
        paragraphs.append(words.format(count=is_cut_to))
    paragraphs.append(_("These files aren't encrypted. Keep them where only you can see them."))
    return "\n\n".join(paragraphs) + "\n"
