// Messages as a phone shows them: text with entities, attachments, buttons.

import { bot, make, sizeOf, timeOf } from "./tools.js";

const BUSY_SHOWS = 15000;

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

export function openLink(url, phone) {
  const link = botLink(url);
  if (link) document.dispatchEvent(new CustomEvent("botlink", { detail: { link, phone } }));
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

function attachmentOf(message) {
  const [kind, what] = Object.entries(message.attachment)[0];
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
    case "photo": {
      if (!message.from_bot) return card("🖼️", THINGS.photo, "without a picture");
      return make("img", { className: "photo", alt: THINGS.photo,
        src: `/page/pictures/${encodeURIComponent(what.at(-1).file_id)}` });
    }
    case "sticker":
      return card(what.emoji ?? "🙂", THINGS.sticker, "");
    default:
      return card("📎", kind, "");
  }
}

// The message itself.

export function drawMessage(message, phone) {
  const words = make("div", { className: "words", dir: "auto" },
    ...wordsOf(message.text, message.entities, phone));
  const foot = make("div", { className: "foot" });
  if (message.silent) foot.append(make("span", { title: "Sent without a sound" }, "🔕"));
  if (message.edited) foot.append(make("span", {}, "edited"));
  if (!message.from_bot && message.text && !phone.person.members) {
    const edit = make("button", { type: "button", className: "edit", ariaLabel: "Edit", title: "Edit" }, "✎");
    edit.addEventListener("click", () => phone.beginEdit(message));
    foot.append(edit);
  }
  if (message.from_bot && message.text) {
    const reply = make("button", { type: "button", className: "edit", ariaLabel: "Reply", title: "Reply" }, "↩");
    reply.addEventListener("click", () => phone.beginReply(message));
    foot.append(reply);
  }
  foot.append(make("time", { dateTime: new Date(message.date * 1000).toISOString() }, timeOf(message.date)));
  const bubble = make("div", { className: "bubble" });
  if (message.sender) bubble.append(make("div", { className: "sender" }, message.sender));
  const answered = phone.messages.get(message.reply_to);
  if (answered) bubble.append(make("div", { className: "answered" }, nameOf(answered)));
  if (Object.keys(message.attachment).length) bubble.append(attachmentOf(message));
  if (message.text) bubble.append(words);
  bubble.append(foot);
  const element = make("div", { className: "message" }, bubble);
  element.dataset.message = message.id;
  element.classList.toggle("mine", !message.from_bot);
  if (message.keyboard.length) {
    element.classList.add("with-keys");
    element.append(make("div", { className: "keys" }, ...message.keyboard.map((row) =>
      make("div", { className: "keys-row" }, ...row.map((key) => drawKey(message, key, phone))))));
  }
  return element;
}

function drawKey(message, key, phone) {
  const button = make("button", { type: "button", dir: "auto" }, key.text);
  if (key.style) button.dataset.style = key.style;
  if (key.url) {
    button.classList.add("leads-away");
    button.title = key.url;
    button.addEventListener("click", () => openLink(key.url, phone));
  } else if (key.copy_text) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(key.copy_text.text);
      phone.toast("Copied.");
    });
  } else if (key.callback_data) {
    button.addEventListener("click", () => {
      button.ariaBusy = "true";
      setTimeout(() => { button.ariaBusy = "false"; }, BUSY_SHOWS);
      phone.act("press", { message_id: message.id, data: key.callback_data });
    });
  } else {
    button.disabled = true;
    button.title = "The sandbox has nothing behind this kind of button.";
  }
  return button;
}
