"""The family's group: binding it, what its cards say once it's over, and what is told of it."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.length import label
from bot.ui.presses.family import (
    BindGroup,
    DeclineGroup,
    GroupUse,
    OfferGroup,
    SetGroupNames,
    SetGroupReceives,
    UnbindGroup,
)
from bot.ui.wording import _, escape
from domain.database.scope import Member
from domain.family.group.notice import GroupNotice
from domain.family.group.reading import Bindable, GroupFacts
from domain.models.groups import Receives, Unbound


def greeting() -> Answer:
    """The bot was added to a group."""
    return say(
        _(
            "👋 I can post a family's reminders in this group. If you're an admin of a family, "
            "type /start here. If nobody does, I'll leave tomorrow."
        )
    )


def goodbye() -> Screen:
    """The bot is about to leave."""
    return Screen(
        _(
            "👋 No family uses this group for reminders, so I'm leaving now. You can add me again "
            "at any time."
        )
    )


def only_admins() -> Answer:
    """Somebody typed /start who is no admin of any family."""
    return say(
        _(
            "Only an admin of a family can use this group for its reminders. Please ask an admin "
            "to type /start here."
        )
    )


def already_here(family: str) -> Answer:
    return say(
        _(
            "I already post the reminders of <b>{family}</b> here. To change that, open /settings "
            "in our private chat."
        ).format(family=escape(family))
    )


def ask_which(families: Sequence[Bindable]) -> Answer:
    rows = [
        (Button(label(each.name), OfferGroup(family_id=each.family_id, hidden=False).encode()),)
        for each in families
    ]
    return say(_("Which family should use this group?"), tuple(rows))


def offer(family: Bindable, *, hidden: bool) -> Screen:
    """The question to an admin, in the group."""
    seen = _(
        "Whenever a medicine is due, I'd post a card here. <b>Everybody in this group</b> would "
        "see who it's for, what is due and when, and who has recorded it, even people who aren't "
        "in the family."
    )
    if hidden:
        seen = _(
            "Whenever a medicine is due, I'd post a card here. <b>Everybody in this group</b> "
            "would see who it's for, when it's due and who has recorded it, even people who "
            "aren't in the family. They wouldn't see which medicine it is."
        )
    lines = [
        _("👪 Use this group for <b>{family}</b>?").format(family=escape(family.name)),
        seen,
        _("Only members of the family can answer. Everything else stays in private."),
    ]
    if family.replaces is not None:
        words = _("It would replace your group “{title}”.")
        lines.append(words.format(title=escape(family.replaces)))
    return Screen("\n\n".join(lines), _offer_buttons(family, hidden=hidden))


def _offer_buttons(family: Bindable, *, hidden: bool) -> Keyboard:
    def bind(words: str, use: GroupUse) -> Button:
        return Button(words, BindGroup(family_id=family.family_id, use=use).encode())

    beside = GroupUse.BESIDE_WITHOUT_NAMES if hidden else GroupUse.BESIDE
    instead = GroupUse.INSTEAD_WITHOUT_NAMES if hidden else GroupUse.INSTEAD
    names = _("💬 With the names of medicines") if hidden else _("🙈 Without names of medicines")
    toggle = OfferGroup(family_id=family.family_id, hidden=not hidden)
    return (
        (bind(_("✅ Yes, here and in private"), beside),),
        (bind(_("✅ Yes, here instead of in private"), instead),),
        (Button(names, toggle.encode()),),
        (Button(_("✖️ Not in this group"), DeclineGroup(family_id=family.family_id).encode()),),
    )


def bound(group: GroupFacts, *, member: Member) -> Answer:
    where = _("✅ I'll post the reminders of <b>{family}</b> here, and in private as before.")
    if group.receives is Receives.INSTEAD:
        where = _(
            "✅ I'll post the reminders of <b>{family}</b> here, and no longer in private. If "
            "nobody answers here, I write to everybody in private."
        )
    names = _("The cards say what is due.")
    if group.hides_names:
        names = _("The cards don't say which medicine it is.")
    change = _("To change that, open /settings in our private chat.")
    text = "\n".join([where, names, change]).format(family=escape(member.family_name))
    return Answer(edit=Screen(text))


def declined() -> Answer:
    return Answer(edit=Screen(_("OK, I won't post anything here.")))


def closed() -> Screen:
    """Replaces the cards in a group that isn't the family's any more."""
    return Screen(_("The family doesn't use this group for its reminders any more."))


def settings_lines(group: GroupFacts | None) -> Sequence[str]:
    """What the family's settings say about its group."""
    if group is None:
        return [
            _("💬 <b>Group</b>: none. To use one, add me to it and type /start there."),
        ]
    title = escape(group.title)
    where = _("💬 <b>Group</b>: reminders go to “{title}”, and to private chats as well.")
    if group.receives is Receives.INSTEAD:
        where = _(
            "💬 <b>Group</b>: reminders go to “{title}” instead of private chats. If nobody "
            "answers there, I write to everybody in private."
        )
    seen = _("Everybody in it sees who is cared for, what is due, and who has recorded it.")
    if group.hides_names:
        seen = _(
            "Everybody in it sees who is cared for, when something is due, and who has recorded "
            "it, but not which medicine it is."
        )
    return [where.format(title=title), seen]


def settings_rows(group: GroupFacts | None, *, member: Member) -> Keyboard:
    """The buttons of an admin."""
    if group is None:
        return ()
    ids = {"family_id": member.family_id, "group_id": group.id}
    other, words = Receives.INSTEAD, _("💬 Only in the group")
    if group.receives is Receives.INSTEAD:
        other, words = Receives.BESIDE, _("💬 In private, too")
    names = _("🙈 No names in the group")
    if group.hides_names:
        names = _("💬 Names in the group")
    return (
        (
            Button(words, SetGroupReceives(**ids, receives=other).encode()),
            Button(names, SetGroupNames(**ids, hidden=not group.hides_names).encode()),
        ),
        (Button(_("🚪 Stop using the group"), UnbindGroup(**ids).encode()),),
    )


def receives_set(screen: Screen, group: GroupFacts) -> Answer:
    words = _("From the next dose on, reminders go to the group and to private chats.")
    if group.receives is Receives.INSTEAD:
        words = _(
            "From the next dose on, reminders go only to the group. I write in private if nobody "
            "answers. Everybody in the group sees them."
        )
    return Answer(toast=words, alert=True, edit=screen)


def names_set(screen: Screen, group: GroupFacts) -> Answer:
    words = _("Everybody in the group sees which medicines are due.")
    if group.hides_names:
        words = _("The group doesn't see which medicines are due any more.")
    return Answer(toast=words, alert=True, edit=screen)


def unbound(screen: Screen) -> Answer:
    words = _("Reminders go only to private chats again. I'll leave the group tomorrow.")
    return Answer(toast=words, alert=True, edit=screen)


def notice(facts: GroupNotice) -> Screen:
    """To members: what becomes of reminders in the group."""
    words = _notice_words(facts)
    return Screen(
        words.format(
            by=escape(facts.by or ""),
            title=escape(facts.title),
            family=escape(facts.family_name),
        )
    )


def _notice_words(facts: GroupNotice) -> str:
    match facts.why:
        case Unbound.ADMIN | Unbound.REPLACED:
            return _(
                "💬 {by} has ended reminders in the group “{title}” (family {family}). They go "
                "only to private chats again."
            )
        case Unbound.NO_RIGHT:
            return _(
                "⚠️ I'm not allowed to write in the group “{title}” any more (family {family}). "
                "Reminders come to your private chats from now on. To use the group again, let me "
                "write there, then type /start in it."
            )
        case Unbound.REMOVED:
            return _(
                "⚠️ I'm no longer in the group “{title}” (family {family}): I was removed, or it "
                "was deleted. Reminders come to your private chats from now on. To use a group "
                "again, add me to it and type /start there."
            )
    if facts.receives is Receives.INSTEAD:
        return _(
            "💬 {by} has set that reminders go to the group “{title}” instead of private chats "
            "(family {family}). If nobody answers there, I write to everybody in private."
        )
    return _(
        "💬 {by} has set that reminders go to the group “{title}”, too (family {family}). "
        "Private chats get them as before."
    )
