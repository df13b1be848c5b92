// What the server would refuse, told before it is saved, in the same words (services/entry.py, services/patient.py).
import { readCode } from "../scan/code.js";
import { _ } from "../texts.js";

const MAX_TEXT = 200;
const MAX_LONG_TEXT = 4000;
const FAX = /^\+?[0-9][0-9 ()/-]{3,24}$/;

// The typed value of an answer that decides what else is asked: a choice's id, true or false.
function answer(spec, given) {
  if (spec.type !== "yes_no") return given;
  return given === true || given === "true" ? true : given === false || given === "false" ? false : undefined;
}

// The ids of the fields that are asked for, given what is answered: {field id: text}.
export function shownFields(kind, values) {
  const byId = Object.fromEntries(kind.fields.map((spec) => [spec.id, spec]));
  const isShown = (spec) => !spec.shown_when
    || (holds(spec.shown_when, byId, values) && isShown(byId[spec.shown_when.field]));
  return new Set(kind.fields.filter(isShown).map((spec) => spec.id));
}

export function holds(condition, byId, values) {
  return condition.equals.includes(answer(byId[condition.field], values[condition.field]));
}

// The follow-ups that an action with these values leaves behind.
export function itemsFor(kind, values) {
  const byId = Object.fromEntries(kind.fields.map((spec) => [spec.id, spec]));
  return kind.items.filter((item) => !item.when || holds(item.when, byId, values));
}

// What is wrong with one field's text, or "".
export function faultOf(spec, given) {
  const text = typeof given === "string" ? given.trim() : given ?? "";
  if (text === "") return spec.required ? _("This must be filled in.") : "";
  switch (spec.type) {
    case "choice": return spec.choices.some((choice) => choice.id === text) ? "" : _("Choose one of the answers.");
    case "yes_no": return answer(spec, text) === undefined ? _("Choose yes or no.") : "";
    case "number": return numberFault(spec, text);
    case "datetime": return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) ? "" : _("Enter a date and a time, such as 2026-11-23 14:05.");
    case "date": return isDay(text) ? "" : _("Enter a date as YYYY-MM-DD.");
    case "time": return isTime(text) ? "" : _("Enter a time as HH:MM.");
    case "fax": return FAX.test(text) ? "" : _("Enter a fax number with digits, such as 026-15 40 00.");
    case "long_text": return text.length > MAX_LONG_TEXT ? _("The text is too long. Shorten it.") : "";
    default: return text.length > MAX_TEXT ? _("The text is too long. Shorten it.") : "";
  }
}

// Every fault of the fields that are asked for: {field id: words}.
export function fieldFaults(kind, values) {
  const shown = shownFields(kind, values);
  const faults = kind.fields.filter((spec) => shown.has(spec.id)).map((spec) => [spec.id, faultOf(spec, values[spec.id])]);
  return Object.fromEntries(faults.filter(([, fault]) => fault));
}

function numberFault(spec, given) {
  const text = String(given).replace(/[\s\u00a0]/g, "").replace(",", ".");
  if (!/^-?[0-9]{1,9}(\.[0-9]{1,6})?$/.test(text)) return _("Enter a number, such as 2 or 2.5.");
  if (spec.minimum !== null && Number(text) < spec.minimum) return _("The number is too small.");
  if (spec.maximum !== null && Number(text) > spec.maximum) return _("The number is too large.");
  return "";
}

function isDay(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function isTime(text) {
  const match = /^(\d{1,2})[:.]?(\d{2})$/.exec(text);
  return Boolean(match) && (match[0].length > 3 || /[:.]/.test(text)) && Number(match[1]) < 24 && Number(match[2]) < 60;
}

// What looks wrong with an identity number, or "". Only a warning: the regions' reserve numbers are known to the server.
export function identityDoubt(text) {
  const match = /^(?:18|19|20)?(\d{6})[-+–]?(\d{4})$/.exec(text.replace(/\s/g, ""));
  if (!match) return "";
  const digits = match[1] + match[2];
  const sum = [...digits].reduce((total, digit, place) => {
    const product = Number(digit) * (place % 2 ? 1 : 2);
    return total + (product > 9 ? product - 9 : product);
  }, 0);
  return sum % 10 ? _("The last digit does not fit the number. Check every digit.") : "";
}

// The same number however it is written: without hyphens and blanks, with the century, because somebody born in 1912
// and somebody born in 2012 can have the same last ten digits.
export function bareIdentity(text) {
  return (readCode(text).patient ?? text).replace(/[\s–+-]/g, "").toUpperCase();
}
