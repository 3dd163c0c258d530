"""/export: one file with everything that its reader may read, and progress in one message."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from fhir.resources.bundle import Bundle
from icalendar import Calendar

from bot.sandbox import Drop, Message, Person
from tests.town import Household, Town, add_medicine, add_person, ask, join

FILES = {
    "README.txt",
    "appointments.csv",
    "calendar.ics",
    "carecircle.json",
    "contacts.csv",
    "doctors.csv",
    "doses.csv",
    "fhir-r5-bundle.json",
    "medicines.csv",
    "stock.csv",
}


async def export(person: Person) -> tuple[Message, Mapping[str, str]]:
    await person.send("/export")
    message = await person.sees("Everything that you can read")
    return message, unpacked(person.download(message))


def unpacked(content: bytes) -> Mapping[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def resources(files: Mapping[str, str], kind: str) -> Sequence[dict[str, Any]]:
    bundle = json.loads(files["fhir-r5-bundle.json"])
    Bundle.model_validate(bundle)
    return [
        entry["resource"]
        for entry in bundle.get("entry", ())
        if entry["resource"]["resourceType"] == kind
    ]


def table(files: Mapping[str, str], name: str) -> Sequence[dict[str, str]]:
    assert files[f"{name}.csv"].startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(files[f"{name}.csv"].removeprefix("\ufeff"))))


async def test_everything_is_in_it(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await home.ben.press("Taken", message=asked.cards[1])
    await home.ben.sees("recorded by Ben")
    await home.anna.send("/adddoctor Dr Weber, cardiologist, +44 20 7946 0018")
    await home.anna.sees("Saved")
    await home.anna.send("/addcontact Rosa, neighbour, +44 20 7946 0020")
    await home.anna.sees("Rosa, for Mum")
    await home.anna.send("/addappt Checkup every Tuesday 10:00 with Dr Weber")
    await home.anna.sees("Saved")
    await home.anna.send("/refill Aspirin 30")
    await home.anna.sees("Aspirin")
    await town.settled()
    copies = await town.count("calendar_copies")
    message, files = await export(home.ben)
    assert set(files) == FILES
    assert message.attachment["document"]["file_name"] == "carecircle-2026-11-23.zip"
    everything = json.loads(files["carecircle.json"])
    assert (everything["format"], everything["version"]) == ("carecircle-export", 1)
    assert [each["name"] for each in everything["members"]] == ["Anna", "Ben"]
    [dose] = everything["doses"]
    assert (dose["status"], dose["records"][0]["recorded_by"]) == ("taken", "Ben")
    [row] = table(files, "doses")
    assert (row["medicine"], row["due"][11:], row["recorded_by"]) == ("Aspirin", asked.at, "Ben")
    [doctor] = table(files, "doctors")
    assert doctor["phone"] == "'+442079460018"
    [contact] = table(files, "contacts")
    assert (contact["name"], contact["relation"]) == ("Rosa", "neighbour")
    [patient] = resources(files, "Patient")
    assert patient["contact"][0]["telecom"][0]["value"] == "+442079460020"
    [given] = resources(files, "MedicationAdministration")
    assert given["status"] == "completed"
    [request] = resources(files, "MedicationRequest")
    assert request["dosageInstruction"][0]["timing"]["repeat"]["timeOfDay"] == [f"{asked.at}:00"]
    assert len(resources(files, "MedicationStatement")) == len(resources(files, "Patient")) == 1
    assert len(resources(files, "Practitioner")) == 1
    assert {each["status"] for each in resources(files, "Appointment")} == {"booked"}
    calendar = Calendar.from_ical(files["calendar.ics"])
    assert [str(event["summary"]) for event in calendar.walk("VEVENT")] == ["Checkup (Mum)"]
    assert "fhir-r5-bundle.json" in files["README.txt"]
    # Nobody is sent updates of a calendar that they haven't opened.
    assert await town.count("calendar_copies") == copies


async def test_how_far_it_is_is_shown_in_one_message(home: Household, town: Town) -> None:
    before = len(home.anna.messages)
    await export(home.anna)
    await home.anna.sees("Done: your data is in the file below.")
    await town.settled()
    ours = [each for each in home.anna.messages[before:] if each.text.startswith("📦")]
    progress, file = ours
    assert progress.edited
    assert "document" in file.attachment


async def test_a_dose_that_nobody_recorded_is_not_said_not_to_be_given(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    town.jump_by(hours=3)
    await home.anna.sees(f"{asked.at} Aspirin")
    await town.settled()
    _message, files = await export(home.anna)
    [missed] = resources(files, "MedicationAdministration")
    assert missed["status"] == "unknown"
    assert "Nobody recorded" in missed["note"][0]["text"]


async def test_what_people_typed_is_no_formula(home: Household) -> None:
    await add_person(home.anna, "=1+1")
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00 for =1+1")
    _message, files = await export(home.anna)
    for name in ("medicines", "doses", "doctors", "contacts", "appointments", "stock"):
        for row in csv.reader(io.StringIO(files[f"{name}.csv"].removeprefix("\ufeff"))):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


async def test_only_of_the_current_family(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.ben.send("/newfamily Dad's")
    await home.ben.sees("You've created the family")
    _message, files = await export(home.ben)
    assert not any("Aspirin" in content for content in files.values())
    assert json.loads(files["carecircle.json"])["family"]["name"] == "Dad's"
    assert resources(files, "Patient") == []


async def test_a_viewer_may_take_what_they_may_read(home: Household, town: Town) -> None:
    vera = town.person("Vera")
    await join(home.anna, vera, "viewer")
    _message, files = await export(vera)
    assert "Mum" in files["carecircle.json"]


async def test_a_few_times_an_hour(home: Household, town: Town) -> None:
    for _ in range(3):
        await export(home.anna)
        await home.anna.sees("Done")
        await town.settled()
    await home.anna.send("/export")
    await home.anna.sees("Please try again a little later")
    await export(home.ben)
    town.jump_by(hours=1, minutes=1)
    await export(home.anna)


async def test_a_stranger_has_nothing_to_take(town: Town) -> None:
    eve = town.person("Eve")
    await eve.send("/export")
    await eve.sees("Hello Eve")
    assert await town.count("exports") == 0


async def test_what_a_crash_interrupts_comes_later_and_says_so(home: Household, town: Town) -> None:
    town.sandbox.fail_next("sendDocument", drop=Drop.AFTER)
    await home.anna.send("/export")
    message = await home.anna.sees("This may be a repeat", timeout=30)
    assert unpacked(home.anna.download(message))
    await town.until("SELECT bool_and(status = 'sent') FROM exports")


async def test_who_has_left_meanwhile_gets_nothing(home: Household, town: Town) -> None:
    family = await town.value("SELECT family_id FROM care_recipients")
    user = await town.value("SELECT id FROM users WHERE name = 'Ben'")
    await town.change("UPDATE family_members SET left_at = now() WHERE user_id = :id", id=user)
    await town.change(
        "INSERT INTO exports (id, family_id, user_id) VALUES (gen_random_uuid(), :f, :u)",
        f=family,
        u=user,
    )
    await export(home.anna)
    await town.until("SELECT count(*) = 1 FROM exports WHERE status = 'failed'")
    assert "You're not in this family any more" in home.ben.last.text
    assert not any("document" in each.attachment for each in home.ben.messages)
