// The page of phones. The server tells everything by one stream of events (see routes.py):
// a picture of the whole table first, then each change. Words are only ever set as text, never as
// HTML, so nothing that a person or the bot writes can become part of the page.

import { GroupPhone } from "./group.js";
import { LANGUAGES, Phone } from "./phone.js";
import { act, addGroup, bot, make, phones, table } from "./tools.js";

// Questions of the page itself.

const personDialog = document.querySelector("#person-dialog");
const groupDialog = document.querySelector("#group-dialog");
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

groupDialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const given = new FormData(event.target);
  try {
    const { id } = await addGroup(given.get("name"), given.has("topics"));
    groupDialog.close();
    phones.get(id)?.show({ focus: true });
  } catch (error) {
    groupDialog.querySelector(".refusal").textContent = error.message;
  }
});

document.querySelector("#add-group").addEventListener("click", () => {
  groupDialog.querySelector("form").reset();
  groupDialog.querySelector(".refusal").textContent = "";
  groupDialog.showModal();
});

function askWhoOpens(url, clickedOn) {
  const others = [...phones.values()].filter((phone) => phone !== clickedOn && !phone.person.members);
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
  choices.push(someoneNew, ...clickedOn.person.members ? [] : [choice(clickedOn.person.id, clickedOn.person.name, "this phone")]);
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

document.addEventListener("botlink", ({ detail }) => askWhoOpens(detail.link, detail.phone));
document.querySelector("#add-person").addEventListener("click", askForPerson);
document.querySelector("#add-first-person").addEventListener("click", askForPerson);

// The stream.

function paintTable(picture) {
  Object.assign(bot, picture.bot);
  for (const phone of phones.values()) {
    phone.element.remove();
    phone.tab.remove();
  }
  phones.clear();
  for (const person of picture.people) phones.set(person.id, new Phone(person));
  for (const group of picture.groups) phones.set(group.id, new GroupPhone(group));
  document.querySelector(".empty").hidden = phones.size > 0;
}

function onAccount(person) {
  const known = phones.get(person.id);
  if (known) known.update(person);
  else phones.set(person.id, new Phone(person));
  document.querySelector(".empty").hidden = true;
}

function onGroup(group) {
  const known = phones.get(group.id);
  if (known) known.update(group);
  else phones.set(group.id, new GroupPhone(group));
}

const stream = new EventSource("/page/stream");
const hear = (kind, listener) =>
  stream.addEventListener(kind, (event) => listener(JSON.parse(event.data)));

hear("picture", paintTable);
hear("bot", (news) => {
  Object.assign(bot, news.bot);
  for (const person of news.people) phones.get(person.id)?.update(person);
});
hear("account", onAccount);
hear("group", onGroup);
hear("message", ({ person, message }) => phones.get(person)?.put(message));
hear("deleted", ({ person, message_id: id }) => phones.get(person)?.drop(id));
hear("toast", ({ person, ...answer }) => phones.get(person)?.answer(answer));
hear("typing", ({ person }) => phones.get(person)?.type());
stream.addEventListener("open", () => { document.querySelector(".offline").hidden = true; });
stream.addEventListener("error", () => { document.querySelector(".offline").hidden = false; });
table.addEventListener("scrollend", () => {
  for (const phone of phones.values()) if (phone.isInView()) phone.seen();
});
