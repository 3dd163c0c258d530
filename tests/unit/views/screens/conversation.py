"""Screens of guided conversations."""

from collections.abc import Mapping
from functools import partial

from bot.features.medicines.views.content import new_medicines
from bot.features.overview.views import edited, guesses
from bot.grammar.intents.nearest import Likely
from bot.ui import conversations
from bot.ui.answer import Button, Screen
from bot.ui.presses.arguments import Pick
from bot.ui.presses.conversation import Choose, Continue, Discard
from bot.ui.wording import escape
from tests.unit.views.screens.home import FAMILY_ID, MEDICINE_IDS, PERSON_ID, View, Words

_NEAREST = ("addmed", "addappt", "give", "history", "refill", "today", "appts", "doctors", "meds")


def conversation_screens(words: Words) -> Mapping[str, View]:
    to_go_on = Continue(family_id=FAMILY_ID, flow_id=MEDICINE_IDS[0], flow="addmed").encode()
    to_forget = Discard(family_id=FAMILY_ID, flow_id=MEDICINE_IDS[0], flow="addmed").encode()
    continue_button = Button(conversations.continue_label(), to_go_on)
    discard_button = Button(conversations.discard_label(), to_forget)
    stop = Button(conversations.discard_label(), to_forget)
    question = new_medicines.ask_dosage(words.medicine)
    return {
        "conversation_left_as_it_is": partial(
            conversations.left_as_it_is, Screen(escape(words.medicine)), conversation={}
        ),
        "guess_ask": partial(
            guesses.ask,
            "addmed",
            typed=f"addmed {words.medicine}",
            buttons=[choice(guesses.yes_label("addmed"))],
        ),
        "guess_nearest": partial(
            guesses.ask_nearest,
            words.medicine,
            buttons=[
                *(choice(guesses.nearest_label(each, words.medicine)) for each in _NEAREST),
                *(choice(guesses.nearest_label(each, "")) for each in ("give", "history")),
            ],
        ),
        "guess_likely": partial(
            guesses.ask_nearest,
            words.medicine,
            buttons=[choice(guesses.likely_label(each, words.medicine, "56")) for each in Likely],
        ),
        "guess_only_named": partial(guesses.suggest, "today", ""),
        "guess_only_named_again": partial(
            guesses.suggest, "give", words.medicine, has_button=False
        ),
        "edited_ask": partial(
            edited.ask,
            f"you added: 💊 {escape(words.medicine)}",
            typed=f"/addmed {words.medicine} {words.dosage} at 22:00",
            buttons=[
                choice(label)
                for label in (
                    edited.redo_label(),
                    edited.undo_label(),
                    edited.change_label(),
                    edited.leave_label(),
                )
            ],
        ),
        "edited_left": partial(edited.nothing_changed),
        "edited_needs_questions": partial(edited.needs_questions),
        "edited_cannot_undo": partial(edited.cannot_undo, f"/addperson {words.person}"),
        "edited_changed_since": partial(
            edited.changed_since,
            escape(f"{words.ben} has stopped {words.medicine} since."),
            typed=f"/addmed {words.medicine}",
        ),
        "edited_was_answer": partial(edited.was_answer, words.dosage),
        "edited_unknown": partial(edited.unknown),
        "conversation_please_type": partial(conversations.please_type),
        "conversation_expired": partial(conversations.expired),
        "conversation_expired_screen": partial(conversations.expired_screen),
        "conversation_expired_button": partial(conversations.expired_button),
        "conversation_expired_button_can_continue": partial(
            conversations.expired_button,
            instead=Screen("…", ((continue_button,),)),
        ),
        "conversation_expired_can_continue": partial(
            conversations.expired, continue_button=continue_button
        ),
        "conversation_left_not_saved": partial(
            conversations.abandoned, question, conversations.Unfinished.NOT_SAVED, continue_button
        ),
        "conversation_left_not_recorded": partial(
            conversations.abandoned,
            question,
            conversations.Unfinished.NOT_RECORDED,
            continue_button,
        ),
        "conversation_left_not_changed": partial(
            conversations.abandoned, question, conversations.Unfinished.NOT_CHANGED, continue_button
        ),
        "conversation_left_notice": partial(
            conversations.abandoned_notice,
            f"{words.medicine} {words.dosage}",
            continue_button=continue_button,
            discard_button=discard_button,
        ),
        "conversation_still_open": partial(
            conversations.still_open,
            question,
            None,
            continue_button=continue_button,
            stop_button=stop,
        ),
        "conversation_draft_still_open": partial(
            conversations.still_open,
            question,
            f"{words.medicine} {words.dosage}",
            continue_button=continue_button,
            stop_button=stop,
        ),
        "conversation_continued": partial(conversations.continued),
        "conversation_forgotten": partial(
            conversations.discarded, conversations.Unfinished.NOT_SAVED
        ),
        "conversation_too_old": partial(conversations.too_old, "addmed"),
        "conversation_cannot_continue": partial(conversations.cannot_continue),
        "conversation_answered_before": partial(conversations.already_answered),
        "conversation_nothing_to_cancel": partial(conversations.nothing_to_cancel),
        "conversation_cancelled": partial(conversations.cancelled),
    }


def choice(label: str) -> Button:
    """A button as flows make them."""
    return Button(label, Choose(family_id=FAMILY_ID, flow_id=PERSON_ID, pick=Pick(1, "0")).encode())
