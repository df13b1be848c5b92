// One row of a grid: what it holds, how it is marked, and the entry it becomes. No DOM here.
//
// A row's `id` is the id of its entry for ever: however often it is saved, the server knows it as the same one.
// state: open → saving → waiting (safe on this device) → sent; or refused, which can be mended and saved again.
import { fieldFaults, shownFields } from "../check.js";
import { newEntry, newId } from "../entry.js";
import { isAhead } from "../moment.js";
import { namedPatient, personFault, personKey } from "./people.js";
import { isMoment, momentOf, plain, sentFields } from "./values.js";
import { _ } from "../../texts.js";

const DAY = 86_400_000;

export function newRow(person, values = {}, more = {}) {
  return { id: newId(), person, values, at: "", note: "", unplaced: [], mark: "", state: "open", faults: {}, message: "", entry: null, ...more };
}

export function canEdit(row) {
  return row.state === "open" || row.state === "refused";
}

export function canSave(row) {
  return row.mark !== "" && canEdit(row);
}

export function isSaved(row) {
  return row.state === "waiting" || row.state === "sent";
}

// Marks the row. `answers` are what the mark stands for and what is settled for all rows; what was changed by hand stays,
// and what was there before is kept for undoing.
export function markRow(row, markId, answers, marked) {
  if (!canEdit(row)) return false;
  row.before = row.mark ? row.before : { ...row.values };
  const byHand = (row.changed ?? []).filter((name) => !marked.includes(name)).map((name) => [name, row.values[name]]);
  row.values = { ...row.before, ...answers, ...Object.fromEntries(byHand) };
  row.mark = markId;
  row.faults = {};
  row.message = "";
  return true;
}

export function unmarkRow(row) {
  if (!canEdit(row) || !row.mark) return false;
  const byHand = (row.changed ?? []).map((name) => [name, row.values[name]]);
  row.values = { ...row.before, ...Object.fromEntries(byHand) };
  row.mark = "";
  row.faults = {};
  row.message = "";
  return true;
}

// A cell as it was changed by hand: undoing the mark leaves it.
export function changeValue(row, name, value) {
  row.values[name] = value;
  row.changed = [...new Set([...(row.changed ?? []), name])];
  delete row.faults[name];
}

// The local moment at which the row was done: its own, what the row says (a booked time), or the round's.
export function performedAt(row, layout, head) {
  const told = row.at || layout.timeOf?.(row) || (layout.usesClock ? headMoment(head) : "");
  return isMoment(told) ? told : "";
}

export function headMoment(head) {
  return `${head.day}T${head.clock}`;
}

// A time that was typed into a row, as the day it must mean: with its own day, or nearest to the round.
export function rowMoment(text, layout, head) {
  const moment = momentOf(text);
  if (!moment || /[-/]/.test(text) || !layout.usesClock || !isMoment(headMoment(head))) return moment ?? text.trim();
  const round = Date.parse(headMoment(head));
  const days = [-1, 0, 1].map((by) => `${new Date(Date.parse(`${head.day}T12:00Z`) + by * DAY).toISOString().slice(0, 10)}T${moment.slice(11)}`);
  return days.filter((day) => !isAhead(day)).sort((one, other) => Math.abs(Date.parse(one) - round) - Math.abs(Date.parse(other) - round))[0] ?? moment;
}

// What is wrong with the row: {field id, "patient" or "at": words}.
export function rowFaults(row, layout, head) {
  const faults = fieldFaults(layout.kind, row.values);
  const person = personFault(row.person);
  if (person) faults.patient = person;
  const at = performedAt(row, layout, head);
  if (!at) faults.at = _("Enter a time as HH:MM.");
  else if (isAhead(at)) faults.at = _("The time lies ahead of now. Enter when it was done.");
  return faults;
}

// The entry of the row. Said once and not changed since, it is sent again word for word: the server then knows it as
// the same, also when the answer to the first was lost.
export function entryOf(row, layout, head, bundle) {
  const entry = newEntry({
    bundle, id: row.id, kind: layout.kind.id, patient: namedPatient(row.person), performedAt: performedAt(row, layout, head),
    performedBy: head.performer, role: head.role, sheet: row.sheet, note: row.note, fields: sentFields(layout.kind, row.values),
  });
  const content = (one) => JSON.stringify({ ...one, recorded_at: "" });
  return row.entry && content(row.entry) === content(entry) ? row.entry : entry;
}

// The faults of a refusal at the cells they concern; what has no cell goes to the row's message.
export function placeFaults(row, refusal) {
  const faults = {};
  const others = [];
  for (const [pointer, words] of Object.entries(refusal.faults ?? {})) {
    const [, part, name] = pointer.split("/");
    if (part === "fields" && name) faults[name] = words;
    else if (part === "patient") faults.patient = words;
    else if (part === "performed_at") faults.at = words;
    else others.push(words);
  }
  row.state = "refused";
  row.faults = faults;
  row.message = others.join(" ") || (Object.keys(faults).length ? "" : refusal.message ?? "");
}

// What the routine asks besides the columns, given the mark: shown under the row.
export function askedFields(row, layout) {
  if (!row.mark) return [];
  const shown = shownFields(layout.kind, row.values);
  const inColumn = new Set([...layout.columns.map((field) => field.id), ...layout.marked]);
  const isAsked = (field) => field.id in row.faults || layout.asked.includes(field.id)
    || (field.required && !(layout.settled.includes(field.id) && row.values[field.id]));
  return layout.kind.fields.filter((field) => shown.has(field.id) && !inColumn.has(field.id) && isAsked(field));
}

// What was logged for the same patient close in time: {at} of the latest, or null. The server compares likewise.
export function likelyDouble(row, layout, head, logged, hours) {
  const subject = plain(row.values[layout.kind.subject]);
  const at = Date.parse(performedAt(row, layout, head));
  if (!subject || Number.isNaN(at)) return null;
  const key = personKey(row.person);
  const near = logged.filter((one) => one.id !== row.id && one.key === key && plain(one.subject) === subject
    && Math.abs(Date.parse(one.at) - at) <= hours * 3600000);
  return near.sort((one, other) => Date.parse(other.at) - Date.parse(one.at))[0] ?? null;
}

// Puts the rows of a list among those that are there. What nobody has touched yet and stands in the list as well is one
// row, not two: marked twice it would be two doses.
export function mergeRows(rows, taken, layout) {
  const free = new Map(rows.filter((row) => row.fromList && row.state === "open" && !row.mark).map((row) => [layout.rowKey(row), row]));
  for (const row of taken) {
    const same = row.person && row.values[layout.subject] ? free.get(layout.rowKey(row)) : undefined;
    if (!same) {
      rows.push(row);
      continue;
    }
    free.delete(layout.rowKey(row));
    Object.assign(same, { values: { ...same.values, ...row.values }, at: row.at, note: row.note, unplaced: row.unplaced, fromList: false });
  }
}

// Whether an earlier row of the grid says the same of the same patient.
export function standsTwice(row, rows, layout) {
  if (!row.person || !row.values[layout.subject] || isSaved(row)) return false;
  const key = layout.rowKey(row);
  return rows.slice(0, rows.indexOf(row)).some((other) => layout.rowKey(other) === key && !isSaved(other));
}
