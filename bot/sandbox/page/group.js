// A group: one screen that all its members share, and who of them writes or taps on it.

import { Phone } from "./phone.js";
import { make } from "./tools.js";

export class GroupPhone extends Phone {
  get who() { return this.find(".who"); }

  get topic() { return this.find(".topic"); }

  async act(action, given = {}) {
    const [as, anonymous] = this.who.value.split(":");
    const topic = Number(this.topic.value) || undefined;
    await super.act(action, { ...given, as: Number(as), anonymous: Boolean(anonymous), topic });
    for (const button of this.log.querySelectorAll("[aria-busy=true]")) button.ariaBusy = "false";
  }

  update(group) {
    super.update(group);
    const { name, members, topics } = this.person;
    this.element.setAttribute("aria-label", `The group ${name}`);
    this.element.classList.add("group");
    this.find(".language").title = "What everybody in the group sees";
    this.find(".switch span").textContent = "the bot was removed";
    this.find(".unblock").textContent = "Add the bot again";
    this.find(".attach-button").hidden = true;
    this.find(".speaker").hidden = false;
    const chosen = this.who.value;
    this.who.replaceChildren(
      ...members.map((member) => make("option", { value: member.id }, member.name)),
      ...members.slice(0, 1).map((member) =>
        make("option", { value: `${member.id}:anonymous` }, `${member.name}, anonymously`)),
    );
    if (chosen) this.who.value = chosen;
    const topic = this.topic.value;
    this.topic.hidden = !topics.length;
    this.topic.replaceChildren(
      make("option", { value: "" }, "General"),
      ...topics.map((one) => make("option", { value: one.id }, one.name)),
    );
    if (topic) this.topic.value = topic;
  }
}
