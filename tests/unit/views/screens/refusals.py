"""How the errors of the domain are worded."""

from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from functools import partial

from bot.grammar.problems import Misunderstood, Problem
from bot.ui import in_groups, refusals, turned_away
from bot.ui.answer import say
from domain.access import Action, Role
from domain.appointments.errors import (
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    DriverAlreadySet,
    TimeDoesNotExist,
)
from domain.contacts.errors import OrderChanged, SimilarContact, SimilarDoctor
from domain.errors import (
    AlreadyApplied,
    AlreadyExists,
    CareCircleError,
    NoFamily,
    NotAllowed,
    NotFound,
    NothingToUndo,
    NotInFamily,
    SimilarName,
    TooLateToUndo,
)
from domain.family.errors import (
    AlreadyMember,
    FamilyFull,
    GroupTaken,
    HoursClash,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    LastToBeAsked,
    NobodyCaredFor,
)
from domain.family.limits import QUOTA_LIMITS, Quota
from domain.medicines.errors import (
    DayTimesChanged,
    MedicineChanged,
    MedicineStopped,
    NotEnoughStock,
    NothingRecorded,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    PerDoseUnknown,
    SameMedicine,
    SimilarMedicine,
    StockUnitDiffers,
    TimeNotPossible,
    TimesOfDayClash,
    UnseenPause,
)
from domain.medicines.schedules.problems import ScheduleProblem
from domain.models.medicines import DoseStatus
from domain.overview.own_actions import UNDONE, ActionSuperseded
from tests.unit.views.screens.home import BEN_ID, LONDON, NOW, Home, View


def _superseded(home: Home) -> Mapping[str, CareCircleError]:
    ben, name = home.words.ben, home.words.medicine
    actions = [
        *("medication.edited", "medication.paused", "medication.stopped", "medication.restored"),
        *("stock.refilled", "stock.counted", "appointment.moved", "appointment.cancelled"),
        *("appointment.restored", "appointment.driver_found", "appointment.driver_lost"),
        *("person.paused", "person.resumed", "person.day_times_set"),
    ]
    skipped = home.dose(DoseStatus.SKIPPED)
    states = [skipped, home.dose(), home.dose(DoseStatus.CANCELLED)]
    by_ben = {
        f"superseded_{action}".replace(".", "_"): ActionSuperseded(action, name, ben)
        for action in actions
    }
    undone = {
        f"undone_by_another_{dose.status}": ActionSuperseded(UNDONE, name, ben, dose)
        for dose in states
    }
    return {
        **by_ben,
        **undone,
        "superseded_correction": ActionSuperseded("corrected", name, ben, skipped),
        "superseded_record": ActionSuperseded("recorded", name, ben, skipped),
        "superseded_record_by_oneself": ActionSuperseded("corrected", name, None, skipped),
        "undone_by_oneself": ActionSuperseded(UNDONE, name, None),
        "superseded_by_oneself": ActionSuperseded("medication.edited", name, None),
    }


def refusal_screens(home: Home) -> Mapping[str, View]:
    errors = {
        "no_family": NoFamily(),
        "nobody_cared_for": NobodyCaredFor(),
        "not_found": NotFound(),
        "not_in_family": NotInFamily(),
        "group_taken": GroupTaken(),
        "appointment_in_past": AppointmentInPast(NOW, LONDON),
        "appointment_over": AppointmentOver(),
        "appointment_cancelled": AppointmentCancelled(),
        "appointment_changed": AppointmentChanged(),
        "time_does_not_exist": TimeDoesNotExist(
            datetime(2027, 3, 28, 1, 30), datetime(2027, 3, 28, 2, 30)
        ),
        "taken_by_another": DriverAlreadySet(home.words.ben),
        "viewer_records": NotAllowed(Action.RECORD_DOSE, Role.VIEWER),
        "recipient_records_of_others": NotAllowed(Action.RECORD_DOSE, Role.RECIPIENT),
        "viewer_adds_medicine": NotAllowed(Action.CHANGE_MEDICINES, Role.VIEWER),
        "caregiver_invites": NotAllowed(Action.INVITE, Role.CAREGIVER),
        "caregiver_manages_members": NotAllowed(Action.MANAGE_MEMBERS, Role.CAREGIVER),
        "invitation_unknown": InvitationUnknown(),
        "invitation_used": InvitationUsed(),
        "invitation_revoked": InvitationRevoked(),
        "invitation_expired": InvitationExpired(NOW),
        "already_member": AlreadyMember(home.words.family),
        "already_exists": AlreadyExists(home.words.person),
        "hours_clash": HoursClash(time(9)),
        "last_to_be_asked": LastToBeAsked(home.words.person),
        **{f"family_full_of_{held}": FamilyFull(held, QUOTA_LIMITS[held]) for held in Quota},
        "nothing_to_undo": NothingToUndo(),
        "nothing_recorded": NothingRecorded(),
        "too_late_to_undo": TooLateToUndo(),
        **_superseded(home),
        "same_medicine": SameMedicine(home.saved),
        "alike_medicine": SimilarMedicine(home.saved),
        "alike_name": SimilarName(home.words.person),
        "alike_doctor": SimilarDoctor(BEN_ID),
        "alike_contact": SimilarContact(BEN_ID),
        "order_changed": OrderChanged(),
        "changed_meanwhile": MedicineChanged(home.saved),
        "time_not_possible": TimeNotPossible(),
        "stock_unit_differs": StockUnitDiffers("tablet"),
        "stock_unit_is_pieces": StockUnitDiffers("piece"),
        "per_dose_unknown": PerDoseUnknown(home.saved.dosage, "tablet"),
        "less_left": NotEnoughStock(Decimal(3), "tablet"),
        "less_left_of_none": NotEnoughStock(Decimal(-3), "tablet"),
        "less_left_of_what_nobody_counted": NotEnoughStock(None, "tablet"),
        "nothing_to_pause": NothingToPause(home.words.person),
        "pause_runs": UnseenPause(home.words.person),
        "not_paused": NotPaused(home.words.person),
        "day_changed_meanwhile": DayTimesChanged(home.person),
        "times_of_day_meet": TimesOfDayClash(home.words.medicine, ScheduleProblem.MOMENTS_MEET),
        "time_of_day_on_another_day": TimesOfDayClash(
            home.words.medicine, ScheduleProblem.MOMENT_ON_ANOTHER_DAY
        ),
        "pause_end_impossible": PauseEndImpossible(is_too_far=False),
        "pause_end_too_far": PauseEndImpossible(is_too_far=True),
        "stopped_meanwhile": MedicineStopped(home.words.medicine),
        "not_possible": AlreadyApplied(),
    }
    unclear = Misunderstood(Problem.UNKNOWN_WORDS, home.words.medicine)
    return {
        **{
            f"refused_{name}": partial(refusals.refuse, error, is_press=False)
            for name, error in errors.items()
        },
        **{
            f"refused_press_{name}": partial(refusals.refuse, error, is_press=True)
            for name, error in errors.items()
        },
        "refused_rest_of_list": partial(
            refusals.family_full, FamilyFull(Quota.MEDICINE, QUOTA_LIMITS[Quota.MEDICINE])
        ),
        "refused_unclear": partial(refusals.refuse, unclear, is_press=False),
        "refused_slow_down": partial(turned_away.slow_down),
        "refused_family_slow_down": partial(turned_away.family_slow_down),
        "refused_last_wrong_invitation": partial(turned_away.last_wrong_invitation),
        "refused_in_private": partial(in_groups.in_private, "carecircle_bot"),
        "refused_in_words": partial(in_groups.answer_by_button, "carecircle_bot"),
        "refused_forgetful": partial(refusals.conversations_unavailable),
        "refused_words_left_out": partial(
            turned_away.words_left_out, say("…"), home.words.person, command="removed"
        ),
        "refused_old_button": partial(turned_away.old_button),
        "refused_after_leaving": partial(turned_away.left_family),
        "refused_out_of_sight": partial(turned_away.out_of_sight),
        "refused_apology": partial(refusals.apology, "4711"),
    }
