"""One helpful sentence for each thing that a family can't have more of."""

from bot.ui.wording import _
from domain.family.limits import Quota


def full_words(quota: Quota, limit: int) -> str:
    """What a family can't have more of, and what to do about it."""
    match quota:
        case Quota.PERSON:
            sentence = _(
                "This family already looks after {most} people, and I can't add more. Start"
                " another family with /newfamily for the others."
            )
        case Quota.MEDICINE:
            sentence = _(
                "This family already has {most} medicines, stopped ones included, and I can't add"
                " more. If the person took it before, restore it with /meds. Please don't reuse"
                " another entry: its history would be wrong."
            )
        case Quota.DOCTOR:
            sentence = _(
                "This family already has {most} doctors, and I can't keep more. Remove one you no"
                " longer need with /doctors, then try again."
            )
        case Quota.CONTACT:
            sentence = _(
                "This family already has {most} emergency contacts, and I can't keep more. Remove"
                " one you no longer need with /contacts, then try again."
            )
        case Quota.MEMBER:
            sentence = _(
                "This family already has {most} members, and I can't add more. Your invitation"
                " wasn't used up. Please tell whoever sent it."
            )
        case Quota.APPOINTMENT:
            sentence = _(
                "This family already has {most} appointments ahead, and I can't keep more. With"
                " /appts, call off one that won't take place, then try again."
            )
    return sentence.format(most=limit)
