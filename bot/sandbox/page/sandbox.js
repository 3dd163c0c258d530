// The page of phones. The server tells everything by one stream of events (see page_routes.py):
// a picture of the whole table first, then each change. Words are only ever set as text, never as
// HTML, so nothing that a person or the bot writes can become part of the page.

const LANGUAGES = {
  en: "English", ar: "العربية", cs: "Čeština", de: "Deutsch", es: "Español", fa: "فارسی",
  fr: "Français", he: "עברית", hi: "हिन्दी", it: "Italiano", nl: "Nederlands", pl: "Polski",
  "pt-br": "Português (Brasil)", ru: "Русский", tr: "Türkçe", uk: "Українська", zh: "中文",
};
const TOAST_SHOWS = 4000;
const TYPING_SHOWS = 5000;
const BUSY_SHOWS = 15000;

const table = document.querySelector(".table");
const peopleBar = document.querySelector(".people");
const phones = new Map();
let bot = { name: "", username: "" };

// Small tools.

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

async function act(path, given = {}) {
  let response;
  try {
    response = await fetch(`/page/people${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(given),
    });
  } catch {
    throw new Error("The sandbox isn't answering.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? "That did not work.");
  return answer;
}

function paintAvatar(element, person) {
  element.textContent = [...person.name][0].toUpperCase();
  // Neighbouring ids get colours far from each other (the golden angle).
  element.style.setProperty("--hue", String((person.id * 137.508) % 360));
}

const timeOf = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

function dayOf(seconds) {
  const date = new Date(seconds * 1000);
  const midnight = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate());
  const daysAgo = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  if (daysAgo === 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// Links that open the bot.

function botLink(url) {
  let parsed;
  try {
    parsed = new URL(/^[a-z]+:/i.test(url) ? url : `https://${url}`);
  } catch {
    return null;
  }
  if (["t.me", "telegram.me"].includes(parsed.hostname)) {
    if (parsed.pathname === "/share/url") return botLink(parsed.searchParams.get("url") ?? "");
    const username = parsed.pathname.replaceAll("/", "");
    return username.toLowerCase() === bot.username.toLowerCase() ? parsed.href : null;
  }
  const resolves = parsed.protocol === "tg:" && parsed.hostname === "resolve";
  const username = parsed.searchParams.get("domain") ?? "";
  return resolves && username.toLowerCase() === bot.username.toLowerCase() ? url : null;
}

function openLink(url, phone) {
  const link = botLink(url);
  if (link) askWhoOpens(link, phone);
  else window.open(/^[a-z]+:/i.test(url) ? url : `https://${url}`, "_blank", "noopener,noreferrer");
}

// Text with entities. Offsets count UTF-16 units, and so do JavaScript's strings.

const WRAPPED = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

function wordsOf(text, entities, phone) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return weave(text, 0, text.length, sorted, phone);
}

function weave(text, begin, end, entities, phone) {
  const pieces = [];
  let at = begin;
  for (let i = 0; i < entities.length; ) {
    const entity = entities[i];
    const stop = Math.min(entity.offset + entity.length, end);
    let next = i + 1;
    while (next < entities.length && entities[next].offset < stop) next += 1;
    if (entity.offset > at) pieces.push(text.slice(at, entity.offset));
    const inside = weave(text, entity.offset, stop, entities.slice(i + 1, next), phone);
    const dressed = dress(entity, text.slice(entity.offset, stop), inside, phone);
    pieces.push(dressed);
    // A block ends its line by itself; the line break behind it would show as an empty line.
    at = /^(PRE|BLOCKQUOTE)$/.test(dressed.tagName) && text[stop] === "\n" ? stop + 1 : stop;
    i = next;
  }
  if (at < end) pieces.push(text.slice(at, end));
  return pieces;
}

function dress(entity, words, inside, phone) {
  if (entity.type === "url" || entity.type === "text_link") {
    const url = entity.url ?? words;
    const link = make("a", { href: url.includes(":") ? url : `https://${url}` }, ...inside);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      openLink(url, phone);
    });
    return link;
  }
  if (entity.type === "bot_command") {
    const command = make("button", { type: "button", className: "command" }, ...inside);
    command.addEventListener("click", () => phone.act("say", { text: words }));
    return command;
  }
  if (entity.type === "phone_number") {
    return make("a", { href: `tel:${words.replace(/[^+\d]/g, "")}` }, ...inside);
  }
  if (entity.type === "spoiler") {
    return make("span", { className: "spoiler", tabIndex: 0 }, ...inside);
  }
  if (entity.type === "date_time") {
    const at = new Date(entity.unix_time * 1000);
    const local = at.toLocaleString([], { dateStyle: "full", timeStyle: "short" });
    return make("time", { dateTime: at.toISOString(), title: `${local} by this device's clock` },
      ...inside);
  }
  return make(WRAPPED[entity.type] ?? "span", {}, ...inside);
}

const THINGS = { voice: "Voice message", photo: "Photo", sticker: "Sticker", contact: "Contact" };

function nameOf(message) {
  if (message.text) return message.text;
  return message.attachment.document?.file_name ?? THINGS[Object.keys(message.attachment)[0]];
}

function attachmentOf(attachment) {
  const [kind, what] = Object.entries(attachment)[0];
  const card = (icon, title, detail, properties = {}) =>
    make(properties.href ? "a" : "div", { className: "thing", ...properties },
      make("span", { className: "thing-icon", ariaHidden: "true" }, icon),
      make("span", {}, make("b", {}, title), make("small", {}, detail)));
  switch (kind) {
    case "document":
      return card("📄", what.file_name, `${sizeOf(what.file_size)} · download`, {
        href: `/page/files/${encodeURIComponent(what.file_id)}`,
        download: what.file_name,
      });
    case "voice":
      return card("🎤", THINGS.voice, `0:${String(what.duration).padStart(2, "0")}`);
    case "contact":
      return card("👤", what.first_name, what.phone_number);
    case "photo":
      return card("🖼️", THINGS.photo, "without a picture");
    case "sticker":
      return card(what.emoji ?? "🙂", THINGS.sticker, "");
    default:
      return card("📎", kind, "");
  }
}

// One phone.

class Phone {
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
    if (this.editing === undefined) {
      this.act("say", { text });
      return;
    }
    this.act("edit", { message_id: this.editing, text });
    this.endEdit();
  }

  beginEdit(message) {
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
    const element = this.draw(message);
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

  draw(message) {
    const words = make("div", { className: "words", dir: "auto" },
      ...wordsOf(message.text, message.entities, this));
    const foot = make("div", { className: "foot" });
    if (message.silent) foot.append(make("span", { title: "Sent without a sound" }, "🔕"));
    if (message.edited) foot.append(make("span", {}, "edited"));
    if (!message.from_bot && message.text) {
      const edit = make("button", { type: "button", className: "edit", ariaLabel: "Edit", title: "Edit" }, "✎");
      edit.addEventListener("click", () => this.beginEdit(message));
      foot.append(edit);
    }
    foot.append(make("time", { dateTime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)));
    const bubble = make("div", { className: "bubble" });
    const answered = this.messages.get(message.reply_to);
    if (answered) bubble.append(make("div", { className: "answered" }, nameOf(answered)));
    if (Object.keys(message.attachment).length) bubble.append(attachmentOf(message.attachment));
    if (message.text) bubble.append(words);
    bubble.append(foot);
    const element = make("div", { className: "message" }, bubble);
    element.dataset.message = message.id;
    element.classList.toggle("mine", !message.from_bot);
    if (message.keyboard.length) {
      element.classList.add("with-keys");
      element.append(make("div", { className: "keys" }, ...message.keyboard.map((row) =>
        make("div", { className: "keys-row" }, ...row.map((key) => this.drawKey(message, key))))));
    }
    return element;
  }

  drawKey(message, key) {
    const button = make("button", { type: "button", dir: "auto" }, key.text);
    if (key.style) button.dataset.style = key.style;
    if (key.url) {
      button.classList.add("leads-away");
      button.title = key.url;
      button.addEventListener("click", () => openLink(key.url, this));
    } else if (key.copy_text) {
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(key.copy_text.text);
        this.toast("Copied.");
      });
    } else if (key.callback_data) {
      button.addEventListener("click", () => {
        button.ariaBusy = "true";
        setTimeout(() => { button.ariaBusy = "false"; }, BUSY_SHOWS);
        this.act("press", { message_id: message.id, data: key.callback_data });
      });
    } else {
      button.disabled = true;
      button.title = "The sandbox has nothing behind this kind of button.";
    }
    return button;
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

// Questions of the page itself.

const personDialog = document.querySelector("#person-dialog");
const linkDialog = document.querySelector("#link-dialog");

for (const [code, name] of Object.entries(LANGUAGES)) {
  personDialog.querySelector("select").append(new Option(name, code));
}
for (const button of document.querySelectorAll("dialog [value=cancel]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

async function addPerson(name, language) {
  const { id } = await act("", { name, language });
  // The stream brings the new phone, usually before this answer.
  while (!phones.has(id)) await new Promise((resolve) => { setTimeout(resolve, 20); });
  return phones.get(id);
}

function askForPerson() {
  personDialog.querySelector("form").reset();
  personDialog.querySelector(".refusal").textContent = "";
  personDialog.showModal();
  personDialog.querySelector("input").focus();
}

personDialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, language } = Object.fromEntries(new FormData(event.target));
  try {
    const phone = await addPerson(name, language);
    personDialog.close();
    phone.show({ focus: true });
  } catch (error) {
    personDialog.querySelector(".refusal").textContent = error.message;
  }
});

function askWhoOpens(url, clickedOn) {
  const others = [...phones.values()].filter((phone) => phone !== clickedOn);
  // Somebody who has not met the bot is the likeliest guest, then somebody else, then a new person.
  others.sort((a, b) => Number(a.person.started) - Number(b.person.started));
  const choice = (value, label, note = "") => {
    const radio = make("input", { type: "radio", name: "who", value });
    return make("label", {}, radio, make("span", {}, label), make("small", {}, note));
  };
  const choices = others.map((phone) => choice(phone.person.id, phone.person.name));
  const name = make("input", {
    name: "new-name", maxLength: 64, placeholder: "Name", ariaLabel: "Name of the new person",
    autocomplete: "off",
  });
  const someoneNew = choice("new", "A new person");
  someoneNew.append(name);
  name.addEventListener("focus", () => { someoneNew.querySelector("input").checked = true; });
  choices.push(someoneNew, choice(clickedOn.person.id, clickedOn.person.name, "this phone"));
  linkDialog.querySelector(".choices").replaceChildren(...choices);
  linkDialog.querySelector(".link-shown").textContent = url;
  linkDialog.querySelector(".refusal").textContent = "";
  linkDialog.querySelector(".copy").textContent = "Copy the link";
  const first = choices[0].querySelector("input");
  first.checked = true;
  linkDialog.showModal();
  (others.length ? first : name).focus();
}

linkDialog.querySelector(".copy").addEventListener("click", async (event) => {
  const button = event.target;
  await navigator.clipboard.writeText(linkDialog.querySelector(".link-shown").textContent);
  button.textContent = "Copied";
});

linkDialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
  const url = linkDialog.querySelector(".link-shown").textContent;
  try {
    const phone = given.get("who") === "new"
      ? await addPerson(given.get("new-name"), "en")
      : phones.get(Number(given.get("who")));
    await act(`/${phone.person.id}/follow`, { url });
    linkDialog.close();
    phone.show({ focus: true });
  } catch (error) {
    linkDialog.querySelector(".refusal").textContent = error.message;
  }
});

document.querySelector("#add-person").addEventListener("click", askForPerson);
document.querySelector("#add-first-person").addEventListener("click", askForPerson);

// The stream.

function paintTable(picture) {
  bot = picture.bot;
  for (const phone of phones.values()) {
    phone.element.remove();
    phone.tab.remove();
  }
  phones.clear();
  for (const person of picture.people) phones.set(person.id, new Phone(person));
  document.querySelector(".empty").hidden = phones.size > 0;
}

function onAccount(person) {
  const known = phones.get(person.id);
  if (known) known.update(person);
  else phones.set(person.id, new Phone(person));
  document.querySelector(".empty").hidden = true;
}

const stream = new EventSource("/page/stream");
const hear = (kind, listener) =>
  stream.addEventListener(kind, (event) => listener(JSON.parse(event.data)));

hear("picture", paintTable);
hear("bot", (news) => {
  bot = news.bot;
  for (const person of news.people) phones.get(person.id)?.update(person);
});
hear("account", onAccount);
hear("message", ({ person, message }) => phones.get(person)?.put(message));
hear("deleted", ({ person, message_id: id }) => phones.get(person)?.drop(id));
hear("toast", ({ person, ...answer }) => phones.get(person)?.answer(answer));
hear("typing", ({ person }) => phones.get(person)?.type());
stream.addEventListener("open", () => { document.querySelector(".offline").hidden = true; });
stream.addEventListener("error", () => { document.querySelector(".offline").hidden = false; });
table.addEventListener("scrollend", () => {
  for (const phone of phones.values()) if (phone.isInView()) phone.seen();
});
