// Writes recurrences.txt: random rules, and how ical.js (2.2) expands them. Run with node where
// ical.js is installed:   node recurrences.mjs > recurrences.txt
// A line is RULE|first start|following starts, all local. Ten starts, or fewer where the rule ends.
import ICAL from "ical.js";

let seed = 20261124;
const random = (below) => {
  // mulberry32: the same rules each time
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % below;
};
const pick = (list) => list[random(list.length)];
const some = (list, most) => {
  const rest = [...list], taken = [];
  for (let n = 1 + random(most); n > 0; n--) taken.push(...rest.splice(random(rest.length), 1));
  return taken;
};
const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const pad = (n) => String(n).padStart(2, "0");

function rule() {
  const freq = pick(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "YEARLY"]);
  const parts = [`FREQ=${freq}`];
  if (random(2)) parts.push(`INTERVAL=${pick([2, 2, 3, 4, 6, 10])}`);
  const nth = () => some(DAYS, 2).map((day) => pick([1, 2, 3, 4, -1, -2]) + day).sort();
  const inOrder = (list) => [...list].sort((a, b) => DAYS.indexOf(a) - DAYS.indexOf(b));
  if (freq === "DAILY" && !random(3)) parts.push(`BYMONTH=${some(range(1, 12), 4).sort((a, b) => a - b)}`);
  if (freq === "DAILY" && !random(3)) parts.push(`BYDAY=${inOrder(some(DAYS, 4))}`);
  if (freq === "WEEKLY" && random(4)) parts.push(`BYDAY=${inOrder(some(DAYS, 4))}`);
  if (freq === "WEEKLY" && !random(4)) parts.push("WKST=SU");
  if (freq === "MONTHLY") {
    const kind = random(4);
    if (kind === 0) parts.push(`BYMONTHDAY=${some(range(1, 31), 3).sort((a, b) => a - b)}`);
    if (kind === 1) parts.push(`BYDAY=${nth()}`);
    if (kind === 2) parts.push(`BYDAY=${inOrder(some(DAYS, 5))}`, `BYSETPOS=${pick([1, 2, -1])}`);
    if (kind === 3) parts.push("BYMONTHDAY=-1");
  }
  if (freq === "YEARLY" && random(2)) {
    parts.push(`BYMONTH=${some(range(1, 12), 3).sort((a, b) => a - b)}`);
    parts.push(random(2) ? `BYMONTHDAY=${1 + random(28)}` : `BYDAY=${nth()}`);
  }
  return parts;
}

function expand(text, start, most) {
  const found = [];
  const rule = ICAL.Recur.fromString(text), iterator = rule.iterator(start);
  for (let next; found.length < most && (next = iterator.next()); ) found.push(next.toString());
  return found;
}

const FARTHEST = 3700 * 86400e3;
for (let lines = 0; lines < 2000; ) {
  const parts = rule();
  const day = `${2024 + random(6)}-${pad(1 + random(12))}-${pad(1 + random(28))}`;
  const anywhere = ICAL.Time.fromDateTimeString(`${day}T${pad(random(24))}:${pad(5 * random(12))}:00`);
  // ical.js gives also a first day that the rule does not: begin at the one after it.
  const [, first] = expand(parts.join(";"), anywhere, 2);
  if (!first) continue;
  const start = ICAL.Time.fromDateTimeString(first);
  if (random(3) === 0) parts.push(`COUNT=${1 + random(12)}`);
  else if (random(2)) {
    const until = new Date(new Date(`${first}Z`).getTime() + (1 + random(500)) * 86400e3);
    parts.push(`UNTIL=${until.toISOString().slice(0, 19).replace(/[-:]/g, "")}`);
  }
  const starts = expand(parts.join(";"), start, 10);
  const end = new Date(`${first}Z`).getTime() + FARTHEST;
  const near = starts.filter((each) => new Date(`${each}Z`).getTime() <= end);
  console.log(`${parts.join(";")}|${near[0].slice(0, 16)}|${near.slice(1).map((each) => each.slice(0, 10)).join(",")}`);
  lines++;
}
