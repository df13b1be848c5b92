// The medication round: every patient's drugs, from the last round, a list or typed, marked with one key each.
import { _, plural } from "../../texts.js";
import { el } from "../dom.js";
import { byBed, knownPerson, personKey } from "../grid/people.js";
import { kindFor } from "../grid/place.js";
import { personOf } from "../grid/grid.js";
import { isSaved, newRow } from "../grid/rows.js";
import { plain } from "../grid/values.js";
import { showGrid } from "../grid/screen.js";
import { asTyped } from "../written.js";

const KIND = "medication-administration";
const COLUMNS = ["drug", "strength", "dose", "dose_unit", "route"];
// What a patient's next dose has in common with the last, besides the fields that the routine carries on. Not the
// scheduled time: it belonged to that round.
const SAME_AGAIN = ["dose", "order_basis", "order_basis_other", "prescriber", "as_needed"];
const NOT_AGAIN = ["scheduled_time"];
const KEYS = { given: ["G"], partly: ["D", "P"], refused: ["V", "R"], not_given: ["E", "N"] };
const FREE_KEYS = ["1", "2", "3", "4", "5", "6"];

export async function show(main, context) {
  context.title(_("Medication round"));
  const kind = kindFor(main, context, KIND);
  if (!kind) return;
  const outcome = kind.fields.find((field) => field.id === "outcome");
  const planned = (values) => Object.fromEntries(kind.fields
    .filter((field) => (field.carry || SAME_AGAIN.includes(field.id)) && !NOT_AGAIN.includes(field.id) && (values[field.id] ?? "") !== "")
    .map((field) => [field.id, asTyped(field, values[field.id])]));
  const columns = kind.fields.filter((field) => COLUMNS.includes(field.id) || (field.required && !field.shown_when && field.id !== "outcome"));
  await showGrid(main, context, {
    name: "round", kind, grouped: true, doubles: true, columns,
    marked: ["outcome"], asked: kind.fields.filter((field) => field.shown_when?.field === "outcome" && !/informed/.test(field.id)).map((field) => field.id), settled: [],
    marks: outcome.choices.map((choice, number) => ({
      id: choice.id, label: choice.label, planned: choice.id === outcome.default, keys: KEYS[choice.id] ?? [FREE_KEYS[number]],
      set: () => ({ outcome: choice.id }),
    })),
    settledFor: (grid, row) => ({ ...defaultsOf(kind), ...row.before }),
    subject: "drug",
    rowKey: (row) => [personKey(row.person), plain(row.values.drug), plain(row.values.strength).replaceAll(" ", "")].join("|"),
    aside: (row) => row.values.as_needed === "true",
    timeCell: "at", ownTime: true, usesClock: true, head: [],
    caption: _("Medication round"), markLabel: outcome.label, clockLabel: _("Time of the round"),
    allLabel: _("All as planned"), addLabel: _("Add a drug"), removeLabel: _("Take the drug off the round"),
    saveLabel: (count) => plural("Save %(num)s marked", "Save %(num)s marked", count),
    againLabel: _("New round from this one"),
    emptyTitle: _("No drugs yet"),
    emptyText: _("Paste the handout list, import a file, or choose a patient and add what was given. The next round begins with these rows."),
    logged: (bundle) => bundle.handouts,
    firstRows: ({ bundle }) => {
      const known = new Map(bundle.patients.map((patient) => [patient.id, patient]));
      const drugs = bundle.handouts.filter((one) => known.has(one.patient));
      drugs.sort((one, other) => String(one.fields.drug).localeCompare(String(other.fields.drug), "sv"));
      return drugs.map((one) => newRow(knownPerson(known.get(one.patient)), planned(one.fields)));
    },
    sort: (rows) => {
      const order = new Map(rows.map((row, number) => [row, number]));
      const first = new Map();
      for (const row of rows) if (!first.has(personKey(row.person))) first.set(personKey(row.person), order.get(row));
      rows.sort((one, other) => byBed(one.person?.bed, other.person?.bed)
        || first.get(personKey(one.person)) - first.get(personKey(other.person)) || order.get(one) - order.get(other));
    },
    again: (grid) => grid.rows.map((row) => (isSaved(row) ? newRow(row.person, planned(row.values)) : row)),
    adder: (grid, added) => patientAdder(grid, added, _("Add a patient: bed, name or number"), _("Add")),
  });
}

function defaultsOf(kind) {
  return Object.fromEntries(kind.fields.filter((field) => field.default !== null && !field.shown_when).map((field) => [field.id, String(field.default)]));
}

// A new row for whoever is named; if the patient has rows already, the row stands with them.
export function patientAdder(grid, added, label, button) {
  const input = el("input", { class: "form-control", id: "sheet-add", list: "sheet-patients", autocomplete: "off" });
  const fault = el("p", { class: "fault", id: "sheet-add-fault", hidden: true });
  const form = el("form", { class: "sheet-add", onsubmit: (event) => {
    event.preventDefault();
    if (!input.value.trim()) return;
    const found = personOf(grid, input.value);
    fault.hidden = Boolean(found.person);
    fault.textContent = found.fault ?? "";
    input.setAttribute("aria-describedby", "sheet-add-fault");
    if (!found.person) return;
    const row = newRow(found.person);
    input.value = "";
    added(row);
    const place = grid.layout.columns.find((field) => !row.values[field.id]);
    grid.view.focusCell(row, place?.id);
  } }, el("div", { class: "field" }, el("label", { for: "sheet-add" }, label),
    el("div", { class: "sheet-add-line" }, input, el("button", { class: "btn btn-secondary" }, button)), fault));
  return form;
}
