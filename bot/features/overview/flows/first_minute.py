"""The first minute of somebody who is in no family: whom for, and in which city. What they typed
first is kept, and done as soon as that is possible.
"""

from collections.abc import Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.conversation.engine import AbandonPolicy, Choice, Data, Flow, Reply, Step, finished
from bot.features.family.flows.place_answers import nearest_buttons, offering_nearest, take_place
from bot.features.family.views import families as family_views
from bot.features.family.views import people as people_views
from bot.features.overview.flows.as_typed import in_place_of_question, run_as_typed
from bot.features.overview.views import first_minute as views
from bot.grammar.first_words import (
    Whom,
    find_invitation,
    read_for_later,
    read_whom,
    speaks_of_invitation,
)
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood
from bot.intake.request import Handler, Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from domain.family import families
from domain.family.people import add_person

_SOMEBODY = Person("Somebody", ZoneInfo("UTC"))  # for whom a first line is read
_KEPT = 1_000  # letters of what is kept


class FirstMinute:
    """Leads a stranger to their first medicine. *commands* and *otherwise* do what was kept."""

    def __init__(self, commands: Mapping[str, Handler], otherwise: Handler) -> None:
        self._commands = commands
        self._otherwise = otherwise
        self.flow = Flow(
            "welcome",
            {
                "whom": Step(_ask_whom, self._take_whom),
                "city": Step(_ask_city, self._take_city),
            },
            abandon_policy=AbandonPolicy(
                "start",
                Unfinished.NOT_SAVED,
                describe_draft=lambda data: data["text"] or None,
                is_moot=lambda request: request.scope.family_id is not None,
            ),
        )

    def for_members(self, command: str, handler: Handler) -> Handler:
        """*handler* of a command, which strangers are led to."""

        async def handle(request: Request) -> Answer:
            if request.scope.member is not None:
                return await handler(request)
            return await self.begin(request, command)

        return handle

    def on_start(self, handler: Handler) -> Handler:
        """`/start`, which *handler* answers for members, and for whoever has an invitation."""

        async def handle(request: Request) -> Answer:
            if request.scope.member is not None or request.text:
                return await handler(request)
            return await self.begin(request, "start")

        return handle

    async def on_message(self, request: Request) -> Answer:
        """A message of somebody who is in no family: a pasted invitation, or anything."""
        if token := find_invitation(request.text or ""):
            return family_views.joined(await families.redeem_invitation(request.scope, token))
        return await self.begin(request, "")

    async def begin(self, request: Request, command: str) -> Answer:
        """Ask for whom that is, or in which city they live, if the words say for whom."""
        text, running = (request.text or "").strip()[:_KEPT], request.conversation
        if isinstance(running, Conversation) and running.flow == self.flow.name:
            again = {**running.data, "is_again": True, **_kept(request, command, text)}
            return self.flow.advance(request, running, running.step, again)
        data = {"name": request.name, "command": "", "text": "", "whom": "", "nearest": []}
        whom = read_whom(text, is_asked=command == "addperson") if text else None
        if whom is not None and command in {"", "addperson"}:
            return await self._ask_city(request, None, data, whom)
        return self.flow.begin(request, "whom", {**data, **_kept(request, command, text)})

    async def _take_whom(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        data, text = running.data, (reply.text or "").strip()
        if reply.choice is not None:
            is_self = reply.choice == "me"
            whom = Whom("" if is_self else views.whom_labels()[reply.choice], is_self=is_self)
        elif token := find_invitation(text):
            joined = await families.redeem_invitation(request.scope, token)
            return await self._lead_on(request, running, data, family_views.joined(joined))
        elif speaks_of_invitation(text):
            asked, again = Screen(views.ask_for_link()), {**data, "is_again": True}
            return self.flow.advance(request, running, "whom", again, first=asked)
        else:
            found = read_whom(text, is_asked=True)
            if found is None:
                return self._ask_again(request, running, text)
            whom = found
        return await self._ask_city(request, running, data, whom)

    def _ask_again(self, request: Request, running: Conversation, text: str) -> Answer:
        """What came instead of a name is kept, too, if it is a medicine or an appointment."""
        data: Data = {**running.data, "is_again": True}
        more, first = _kept(request, "", text), None
        if more.get("command") and data["command"] in {"", more["command"]}:
            lines = filter(None, [data["text"] if data["command"] else "", more["text"]])
            data = {**data, **more, "text": "\n".join(lines)}
        elif more:
            first = Screen(views.one_thing_first(text))
        return self.flow.advance(request, running, "whom", data, first=first)

    async def _ask_city(
        self, request: Request, running: Conversation | None, data: Data, whom: Whom
    ) -> Answer:
        """*whom* may say it: "my mum in Lisbon"."""
        data = {**data, "whom": whom.name or request.name}
        if whom.place is not None:
            return await self._take_place(request, running, data, Reply(text=whom.place))
        return self._asking_city(request, running, data)

    def _asking_city(
        self,
        request: Request,
        running: Conversation | None,
        data: Data,
        first: Screen | None = None,
    ) -> Answer:
        if running is None:
            return self.flow.begin(request, "city", data, first=first)
        return self.flow.advance(request, running, "city", data, first=first)

    async def _take_city(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        return await self._take_place(request, running, running.data, reply)

    async def _take_place(
        self, request: Request, running: Conversation | None, data: Data, reply: Reply
    ) -> Answer:
        """Create the family and the person, and do what was kept."""
        try:
            place = take_place(data, reply, takes_largest=True)
        except Misunderstood as problem:
            again, first = offering_nearest(data, problem), Screen(misunderstood(problem))
            return self._asking_city(request, running, again, first)
        whom, scope = str(data["whom"]), request.scope
        flow_id = running.flow_id if running is not None else None
        founded = await families.found_family(scope, views.family_of(whom), flow_id=flow_id)
        await scope.enter_family(founded.id)
        added = await add_person(scope, whom, zone=place.zone, flow_id=flow_id)
        shown = views.ready(founded, added.person, place.label, asks_medicine=not data["text"])
        return await self._lead_on(request, running, data, Answer(send=(shown,)))

    async def _lead_on(
        self, request: Request, running: Conversation | None, data: Data, answer: Answer
    ) -> Answer:
        """*answer*, and what becomes of the words that were kept."""
        command, text = str(data["command"]), str(data["text"])
        if not text:
            return finished(running, answer)
        handler = self._commands.get(command, self._otherwise)
        done = await run_as_typed(request, handler, text, is_said=True)
        return in_place_of_question(running, replace(done, send=(*answer.send, *done.send)))


def _kept(request: Request, command: str, text: str) -> dict[str, str]:
    """What is to be done with *text* once there is a family; nothing of what is only said."""
    if command == "addperson" or not text:
        return {}
    if command:
        return {"command": command, "text": text}
    later = read_for_later(text, someone=_SOMEBODY, now=request.scope.clock.now())
    return {"command": later.command, "text": later.text} if later is not None else {}


def _ask_whom(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key) for key, words in views.whom_labels().items()]
    return views.ask_whom(
        str(data["name"]),
        kept=str(data["text"]),
        is_again=bool(data.get("is_again")),
        buttons=buttons,
    )


def _ask_city(data: Data, choice: Choice) -> Screen:
    return people_views.ask_place(str(data["whom"]), nearest_buttons(data, choice))
