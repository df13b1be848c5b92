// Values as people read and type them.
import { _, language } from "../texts.js";
import { dayAndClock } from "./moment.js";

export function isSwedish() {
  return (typeof language === "function" ? language() : language) !== "en";
}

// A kept value as a form shows it: decimals with a comma in Swedish, a UTC time as local time.
export function asTyped(spec, value) {
  if (value === undefined || value === null) return "";
  if (spec.type === "number") return isSwedish() ? String(value).replace(".", ",") : String(value).replace(",", ".");
  if (spec.type === "datetime" && /(Z|[+-]\d\d:?\d\d)$/.test(value)) return dayAndClock(new Date(value)).join("T");
  return String(value);
}

// A value as it is told: the choice's words, a number with its unit.
export function written(spec, value) {
  if (value === undefined || value === null || value === "") return "";
  if (spec.type === "choice") return spec.choices.find((choice) => choice.id === value)?.label ?? String(value);
  if (spec.type === "yes_no") return String(value) === "true" ? _("yes") : _("no");
  const text = asTyped(spec, value);
  if (spec.type === "datetime") return text.replace("T", " ");
  return spec.unit && spec.type === "number" ? `${text} ${spec.unit}` : text;
}

// [subject, the rest] of what an action is about, without what is the usual answer: ["Alvedon 500 mg", "1 g, peroralt"].
export function brief(kind, values) {
  const parts = [];
  kind.fields.forEach((spec, number) => {
    const text = written(spec, values[spec.id]);
    const isUsual = spec.default !== null && String(values[spec.id]) === String(spec.default);
    if (!text || isUsual || spec.type === "long_text") return;
    const before = kind.fields[number - 1];
    const belongs = before && values[before.id] !== undefined && parts.length
      && ((before.type === "number" && spec.type === "choice") || (before.id === kind.subject && spec.type === "text"));
    if (belongs) parts[parts.length - 1].text += ` ${text}`;
    else parts.push({ text, isSubject: spec.id === kind.subject });
  });
  const subject = parts.find((part) => part.isSubject)?.text ?? "";
  return [subject, parts.filter((part) => !part.isSubject).map((part) => part.text).join(", ")];
}

export function patientName(patient) {
  if (patient.name) return patient.name;
  return patient.unknown || patient.identity_kind === "unknown" ? _("Unknown") : _("Name not given");
}
