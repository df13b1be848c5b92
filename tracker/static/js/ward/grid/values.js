// Texts as people write them, turned into what the routine's fields take. No DOM here. What cannot be understood stays
// as it was written, and is told as a fault at its cell (check.js).
import { shownFields } from "../check.js";
import { dayAndClock, isAhead, parseClock, today } from "../moment.js";

// Short ways to write a unit that are no beginning of its name.
const SHORT = { "µg": "microgram", "μg": "microgram", ug: "microgram", mcg: "microgram", st: "", iu: "iu" };

export function plain(text) {
  return String(text ?? "").toLowerCase().normalize("NFC").replace(/[.:()?*,]/g, " ").replace(/\s+/g, " ").trim();
}

// The value that a text stands for: choices by their label in either language, or by id. `mayLieAhead`: a time alone is
// one of today, also when it has not come yet (a booked visit).
export function understand(field, text, mayLieAhead = false) {
  const given = String(text ?? "").trim();
  if (!given) return "";
  if (field.type === "choice") return choiceOf(field, given)?.id ?? given;
  if (field.type === "yes_no") return yesNo(given) ?? given;
  if (field.type === "number") return withoutUnit(field, given);
  if (field.type === "time") return parseClock(given) ?? given;
  if (field.type === "datetime") return momentOf(given, mayLieAhead ? today() : "") ?? given;
  return given;
}

export function choiceOf(field, text) {
  const sought = plain(text);
  const names = (choice) => [choice.id, choice.label, ...Object.values(choice.labels ?? {})].map(plain);
  const short = SHORT[String(text).trim().toLowerCase()];
  const begins = sought.length < 3 ? []
    : field.choices.filter((choice) => names(choice).some((name) => name.startsWith(sought)));
  return field.choices.find((choice) => names(choice).includes(sought) || choice.id === short)
    ?? (begins.length === 1 ? begins[0] : undefined);
}

// "14:05" for a moment of today, "22/11 14:05" else; what is no moment stays.
export function shortMoment(value) {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}:[0-9]{2})$/.exec(value);
  if (!match) return value;
  const [, year, month, day, clock] = match;
  if (value.startsWith(today())) return clock;
  return year === today().slice(0, 4) ? `${Number(day)}/${Number(month)} ${clock}` : `${year}-${month}-${day} ${clock}`;
}

// "YYYY-MM-DDTHH:MM" from a time, or a day and a time; null if it is none. A time alone lies in the last 24 hours:
// at half past midnight a night shift writes what was done at 23:50.
export function momentOf(text, day = "") {
  const match = /^(?:([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\/[0-9]{1,2})[T ]+)?([0-9:. ]+)$/.exec(String(text).trim());
  const clock = match && parseClock(match[2].replace(/^([0-9]{1,2}:[0-9]{2}):[0-9]{2}$/, "$1"));
  if (!clock) return null;
  if (match[1] || day) return `${match[1] ? dayOf(match[1]) : day}T${clock}`;
  const moment = `${today()}T${clock}`;
  return isAhead(moment) ? `${dayAndClock(new Date(Date.now() - 86400000))[0]}T${clock}` : moment;
}

function dayOf(text) {
  if (!text.includes("/")) return text;
  const [day, month] = text.split("/").map((part) => part.padStart(2, "0"));
  return `${today().slice(0, 4)}-${month}-${day}`;
}

// Only what is asked for: the answer to a question that is hidden again would be refused.
export function sentFields(kind, values) {
  const shown = shownFields(kind, values);
  const sent = {};
  for (const field of kind.fields) {
    const text = String(values[field.id] ?? "").trim();
    if (!text || !shown.has(field.id)) continue;
    sent[field.id] = field.type === "yes_no" && ["true", "false"].includes(text) ? text === "true" : text;
  }
  return sent;
}

// A dose such as "1 g" or "500mg" in one cell: [number, unit], or null.
export function splitDose(text) {
  const match = /^([0-9]+(?:[.,][0-9]+)?)\s*([^\d\s,.].*)$/.exec(text.trim());
  return match && [match[1], match[2].trim()];
}

// A drug with its strength in one cell, "Alvedon 500 mg": [drug, strength], or null.
export function splitStrength(text) {
  const match = /^(.*\D)\s+([0-9]+(?:[.,][0-9]+)?\s?(?:mikrog(?:ram)?|µg|mg|g|ml|mmol|E|IE|%)(?:\/(?:[0-9]+\s?)?(?:ml|dos|timme|h))?)$/i.exec(text.trim());
  return match && [match[1].trim(), match[2].trim()];
}

function yesNo(text) {
  if (["ja", "j", "yes", "y", "true", "x", "1"].includes(text.toLowerCase())) return "true";
  return ["nej", "n", "no", "false", "0"].includes(text.toLowerCase()) ? "false" : null;
}

function withoutUnit(field, text) {
  const unit = field.unit ? new RegExp(`\\s*${field.unit.replace(/[^\p{L}]/gu, "")}\\.?$`, "iu") : null;
  return (unit ? text.replace(unit, "") : text).trim();
}

export function isMoment(text) {
  return /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$/.test(text);
}
