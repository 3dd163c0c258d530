// What every part of the page uses: elements, calls to the server, times and sizes in words; and who
// is on the table.

export const table = document.querySelector(".table");
export const phones = new Map();
export const bot = { name: "", username: "" };

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export const act = (path, given = {}) => post(`people${path}`, given);

export const addGroup = (name, topics) => post("groups", { name, topics });

async function post(path, given) {
  let response;
  try {
    response = await fetch(`/page/${path}`, {
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

export function paintAvatar(element, person) {
  element.textContent = [...person.name][0].toUpperCase();
  // Neighbouring ids get colours far from each other (the golden angle).
  element.style.setProperty("--hue", String((person.id * 137.508) % 360));
}

export const timeOf = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

export function dayOf(seconds) {
  const date = new Date(seconds * 1000);
  const midnight = (when) => new Date(when.getFullYear(), when.getMonth(), when.getDate());
  const daysAgo = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  if (daysAgo === 0) return "Today";
  if (daysAgo === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
