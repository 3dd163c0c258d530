"""Groups on the page: what is shown of them, and what their members do there."""

from bot.sandbox.errors import Json
from bot.sandbox.formatting import typed_text
from bot.sandbox.world.records import Account, Bubble, Group
from bot.sandbox.world.world import World


def shown_group(world: World, group: Group) -> Json:
    """A group, in the form of a phone that all its members share."""
    return {
        "id": group.id,
        "name": group.title,
        "language": "group",
        "started": True,
        "blocked": group.bot_status not in ("member", "restricted"),
        "menu": [],
        "description": "Everybody in the group sees this.",
        "members": [
            {"id": account_id, "name": world.accounts[account_id].first_name}
            for account_id in group.members
        ],
        "topics": [{"id": int(id_), "name": name} for id_, name in group.topics.items()],
    }


def sender_of(world: World, bubble: Bubble) -> str:
    """Who wrote it, and in which topic; empty in a private chat."""
    group = world.groups.get(bubble.chat_id)
    if group is None:
        return ""
    if bubble.sender_id is None:
        sender = ""
    elif bubble.is_anonymous:
        sender = f"{group.title} (anonymous admin)"
    else:
        sender = world.accounts[bubble.sender_id].first_name
    topic = group.topics.get(str(bubble.thread_id), "")
    return " · ".join(filter(None, (sender, topic and f"#{topic}")))


def create(world: World, title: str, *, has_topics: bool) -> Group:
    """A group of everybody there is; the first of them adds the bot. Raises ValueError."""
    members = list(world.accounts.values())
    if not members:
        raise ValueError("Add a person first.")
    return world.create_group(title, members, topics=("Chatter", "Medicines") if has_topics else ())


def carry_out(world: World, action: str, group: Group, given: Json) -> bool:
    """What a member does in the group; False for an action that isn't one. Raises ValueError."""
    member = _member(world, group, given)
    match action:
        case "say":
            text = str(given.get("text", "")).strip()
            if not text:
                raise ValueError("There is no text.")
            topic = given.get("topic")
            reply_to = given.get("reply_to")
            world.says_in_group(
                group,
                member,
                typed_text(text),
                thread_id=int(topic) if topic else None,
                reply_to=int(reply_to) if reply_to is not None else None,
                is_anonymous=bool(given.get("anonymous")),
            )
        case "press":
            bubble = world.find_bubble(group.id, int(given["message_id"]))
            if bubble is None:
                raise ValueError("That message is gone.")
            world.presses(member, bubble, str(given["data"]))
        case "block" if given["blocked"]:
            world.removes_bot(group, member)
        case "block":
            world.adds_bot(group, member)
        case _:
            return False
    return True


def _member(world: World, group: Group, given: Json) -> Account:
    account = world.accounts.get(int(given.get("as", 0)))
    if account is None or account.id not in group.members:
        raise ValueError("Choose who that is.")
    return account
