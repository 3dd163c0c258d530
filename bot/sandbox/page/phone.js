// One phone: its chat, what is typed on it, and what is shown over it.

import { drawMessage, openLink } from "./messages.js";
import { act, bot, dayOf, make, paintAvatar, table } from "./tools.js";

export const LANGUAGES = {
  en: "English", ar: "العربية", cs: "Čeština", de: "Deutsch", es: "Español", fa: "فارسی",
  fr: "Français", he: "עברית", hi: "हिन्दी", it: "Italiano", nl: "Nederlands", pl: "Polski",
  "pt-br": "Português (Brasil)", ru: "Русский", tr: "Türkçe", uk: "Українська", zh: "中文",
};
const TOAST_SHOWS = 4000;
const TYPING_SHOWS = 5000;

const peopleBar = document.querySelector(".people");

export class Phone {
  constructor(person) {
    this.element = document.querySelector("#phone").content.cloneNode(true).firstElementChild;
    this.find = (selector) => this.element.querySelector(selector);
    this.log = this.find(".log");
    this.input = this.find("textarea");
    this.messages = new Map();
    // Whether its owner looks at the newest message; then newer ones are followed.
    this.isAtEnd = true;
    this.tab = make("button", { type: "button" }, make("span", { className: "avatar" }), make("span"));
    this.tab.addEventListener("click", () => this.show({ focus: true }));
    this.listen();
    this.update(person);
    for (const message of person.messages ?? []) this.put(message, { quietly: true });
    table.append(this.element);
    peopleBar.append(this.tab);
    this.scrollDown();
  }

  listen() {
    this.find(".composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("input", () => {
      this.fitInput();
      if (this.input.value.startsWith("/") && !/\s/.test(this.input.value)) this.openMenu();
      else this.closePanels();
    });
    this.find(".menu-button").addEventListener("click", () => {
      if (this.find(".menu").hidden) this.openMenu({ all: true });
      else this.closePanels();
    });
    this.find(".attach-button").addEventListener("click", () => {
      const open = this.find(".attach").hidden;
      this.closePanels();
      if (open) {
        this.find(".attach").hidden = false;
        this.find(".attach-button").ariaExpanded = "true";
        this.find(".attach button").focus();
      }
    });
    for (const button of this.element.querySelectorAll("[data-send]")) {
      button.addEventListener("click", () => {
        this.closePanels();
        this.act(button.dataset.send);
        this.input.focus();
      });
    }
    this.find(".start").addEventListener("click", () => this.act("start"));
    this.find(".unblock").addEventListener("click", () => this.act("block", { blocked: false }));
    this.find(".block").addEventListener("change", (event) =>
      this.act("block", { blocked: event.target.checked }));
    this.find(".newest").addEventListener("click", () => this.scrollDown({ smoothly: true }));
    this.log.addEventListener("scroll", () => {
      this.isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
      if (this.isAtEnd) this.seen();
    });
    new ResizeObserver(() => {
      if (this.isAtEnd) this.scrollDown();
    }).observe(this.log);
    this.element.addEventListener("focusin", () => this.seen());
    this.element.addEventListener("pointerdown", (event) => {
      this.seen();
      if (!event.target.closest(".panel, .menu-button, .attach-button, textarea")) this.closePanels();
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (!this.find(".alert").hidden) this.closeAlert();
      else if (this.editing !== undefined) this.endEdit();
      else if (this.replying !== undefined) this.endReply();
      else if (this.panelIsOpen()) {
        this.closePanels();
        this.input.focus();
      }
    });
    this.find(".alert button").addEventListener("click", () => this.closeAlert());
  }

  // What its owner does.

  async act(action, given = {}) {
    try {
      await act(`/${this.person.id}/${action}`, given);
    } catch (error) {
      this.toast(error.message);
      this.update(this.person);
    }
  }

  send() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.fitInput();
    this.closePanels();
    if (this.replying !== undefined) {
      this.act("say", { text, reply_to: this.replying });
      this.endReply();
      return;
    }
    if (this.editing === undefined) {
      this.act("say", { text });
      return;
    }
    this.act("edit", { message_id: this.editing, text });
    this.endEdit();
  }

  beginReply(message) {
    this.endEdit();
    this.replying = message.id;
    this.find(".composer").classList.add("editing");
    this.find(".send").title = "Reply to that message (Escape writes an ordinary one)";
    this.input.placeholder = `Reply to: ${message.text.split("\n", 1)[0].slice(0, 40)}`;
    this.input.focus();
  }

  endReply() {
    this.replying = undefined;
    this.find(".composer").classList.remove("editing");
    this.find(".send").title = "Send";
    this.input.placeholder = "Message";
  }

  beginEdit(message) {
    this.endReply();
    this.editing = message.id;
    this.find(".composer").classList.add("editing");
    this.find(".send").title = "Save the change (Escape keeps the message as it is)";
    this.input.value = message.text;
    this.fitInput();
    this.input.focus();
  }

  endEdit() {
    this.editing = undefined;
    this.find(".composer").classList.remove("editing");
    this.find(".send").title = "Send";
    this.input.value = "";
    this.fitInput();
  }

  onKey(event) {
    const menu = this.find(".menu");
    const entries = [...menu.querySelectorAll("button")];
    if (!menu.hidden && entries.length && ["ArrowUp", "ArrowDown", "Tab"].includes(event.key)) {
      event.preventDefault();
      const chosen = entries.findIndex((entry) => entry.classList.contains("chosen"));
      if (event.key === "Tab") {
        this.complete(entries[Math.max(0, chosen)].dataset.command);
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = (chosen + step + entries.length) % entries.length;
      entries.forEach((entry, i) => entry.classList.toggle("chosen", i === next));
      entries[next].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      const chosen = menu.hidden ? null : menu.querySelector(".chosen");
      if (chosen) chosen.click();
      else this.send();
    }
  }

  complete(command) {
    this.input.value = `/${command} `;
    this.fitInput();
    this.closePanels();
    this.input.focus();
  }

  fitInput() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 2}px`;
  }

  openMenu({ all = false } = {}) {
    const menu = this.find(".menu");
    const typed = all ? "" : this.input.value.slice(1).toLowerCase();
    const offered = this.person.menu.filter((one) => one.command.startsWith(typed));
    this.closePanels();
    if (!offered.length && !all) return;
    menu.replaceChildren(...offered.map((one) => {
      const entry = make("button", { type: "button" },
        make("b", {}, `/${one.command}`), make("small", {}, one.description));
      entry.dataset.command = one.command;
      entry.addEventListener("click", () => {
        this.closePanels();
        this.input.value = "";
        this.fitInput();
        this.act("say", { text: `/${one.command}` });
        this.input.focus();
      });
      return entry;
    }));
    if (!offered.length) menu.append(make("p", {}, "The bot has not set a menu of commands."));
    menu.hidden = false;
    this.find(".menu-button").ariaExpanded = "true";
    if (all) menu.querySelector("button")?.focus();
  }

  panelIsOpen() {
    return [...this.element.querySelectorAll(".panel")].some((panel) => !panel.hidden);
  }

  closePanels() {
    for (const panel of this.element.querySelectorAll(".panel")) panel.hidden = true;
    this.find(".menu-button").ariaExpanded = "false";
    this.find(".attach-button").ariaExpanded = "false";
  }

  // What it shows.

  update(person) {
    this.person = { ...this.person, ...person };
    const { name, language, blocked, started } = this.person;
    this.element.setAttribute("aria-label", `${name}'s phone`);
    this.element.dataset.person = this.person.id;
    this.element.classList.toggle("blocked", blocked);
    paintAvatar(this.find(".owner .avatar"), this.person);
    paintAvatar(this.tab.querySelector(".avatar"), this.person);
    this.tab.lastElementChild.textContent = name;
    this.find(".owner-name").textContent = name;
    this.find(".language").textContent = language;
    this.find(".language").title = LANGUAGES[language] ?? language;
    this.find(".block").checked = blocked;
    this.find(".bot-name").textContent = bot.name;
    this.log.setAttribute("aria-label", `${name}'s chat with ${bot.name}`);
    this.input.setAttribute("aria-label", `Message from ${name}`);
    this.find(".composer").hidden = blocked || !started;
    this.find(".start").hidden = blocked || started;
    this.find(".unblock").hidden = !blocked;
    this.showWhatBotCan();
    this.showQuickReplies();
  }

  showWhatBotCan() {
    this.log.querySelector(".what")?.remove();
    if (this.messages.size) return;
    const words = this.person.description || "Press Start to begin.";
    this.log.append(make("p", { className: "what" }, make("b", {}, "What can this bot do?"), words));
  }

  put(message, { quietly = false } = {}) {
    const known = this.messages.get(message.id);
    const follow = quietly || this.isAtEnd || !message.from_bot;
    const element = drawMessage(message, this);
    this.messages.set(message.id, { ...message, element });
    if (known) {
      const held = known.element.contains(document.activeElement);
      known.element.replaceWith(element);
      if (held) (element.querySelector(".keys button") ?? this.log).focus();
      if (!quietly) element.classList.add("changed");
    } else {
      this.log.querySelector(".what")?.remove();
      const day = dayOf(message.date);
      const days = this.log.querySelectorAll(".day");
      if (days[days.length - 1]?.textContent !== day) {
        this.log.append(make("p", { className: "day" }, day));
      }
      this.log.append(element);
      if (!quietly) element.classList.add("arrived");
    }
    this.showQuickReplies();
    if (quietly) return;
    if (message.from_bot) {
      this.stopTyping();
      this.notice();
    }
    if (follow) this.scrollDown();
    else this.find(".newest").hidden = false;
  }

  showQuickReplies() {
    const quick = this.find(".quick");
    const latest = [...this.messages.values()].filter((message) => message.composer).at(-1);
    const rows = this.person.blocked ? [] : latest?.composer.keyboard ?? [];
    quick.hidden = !rows.length;
    quick.replaceChildren(...rows.map((row) =>
      make("div", { className: "keys-row" }, ...row.map((key) => {
        const text = typeof key === "string" ? key : key.text;
        const button = make("button", { type: "button" }, text);
        const action = key.request_contact ? ["contact"] : ["say", { text }];
        button.addEventListener("click", () => this.act(...action));
        return button;
      }))));
  }

  drop(messageId) {
    this.messages.get(messageId)?.element.remove();
    this.messages.delete(messageId);
  }

  answer({ text, alert, url }) {
    for (const button of this.log.querySelectorAll("[aria-busy=true]")) button.ariaBusy = "false";
    if (text && alert) {
      this.find(".alert p").textContent = text;
      this.find(".alert").hidden = false;
      if (this.element.contains(document.activeElement)) this.find(".alert button").focus();
    } else if (text) {
      this.toast(text);
    }
    if (url) openLink(url, this);
  }

  closeAlert() {
    this.find(".alert").hidden = true;
    this.log.focus();
  }

  toast(text) {
    const toast = this.find(".toast");
    toast.textContent = text;
    toast.classList.add("shown");
    clearTimeout(this.toastEnds);
    this.toastEnds = setTimeout(() => toast.classList.remove("shown"), TOAST_SHOWS);
  }

  type() {
    const status = this.find(".bot-status");
    status.textContent = "typing…";
    status.classList.add("typing");
    clearTimeout(this.typingEnds);
    this.typingEnds = setTimeout(() => this.stopTyping(), TYPING_SHOWS);
  }

  stopTyping() {
    clearTimeout(this.typingEnds);
    this.find(".bot-status").textContent = "bot";
    this.find(".bot-status").classList.remove("typing");
  }

  // Where the eye is.

  scrollDown({ smoothly = false } = {}) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly && !still ? "smooth" : "instant" });
    this.find(".newest").hidden = true;
  }

  isInView() {
    const here = this.element.getBoundingClientRect();
    const middle = (here.left + here.right) / 2;
    return middle > 0 && middle < innerWidth;
  }

  notice() {
    if (!this.isInView()) this.tab.classList.add("unread");
  }

  seen() {
    this.tab.classList.remove("unread");
    if (this.isAtEnd) this.find(".newest").hidden = true;
  }

  show({ focus = false } = {}) {
    this.element.scrollIntoView({ inline: "center", block: "nearest" });
    this.seen();
    if (!focus) return;
    const places = [".start", ".unblock", "textarea"].map(this.find);
    places.find((place) => !place.closest("[hidden]"))?.focus({ preventScroll: true });
  }
}
