// The emergency register: a line for each patient as they arrive, filled in as things happen, saved when it is complete.
import { _, plural } from "../../texts.js";
import { el } from "../dom.js";
import { personOf } from "../grid/grid.js";
import { kindFor } from "../grid/place.js";
import { isSaved, newRow } from "../grid/rows.js";
import { showGrid } from "../grid/screen.js";
import { localMoment } from "../moment.js";

const KIND = "emergency-contact";
const COLUMNS = ["arrived_at", "reason", "triage_level", "arrival_mode", "location"];
const MARKS = ["home", "admitted", "left"];
const KEYS = { home: ["H"], admitted: ["I", "W"], left: ["G", "L"] };
const SETTLED = ["payment"];

export async function show(main, context) {
  context.title(_("Emergency register"));
  const kind = kindFor(main, context, KIND);
  if (!kind) return;
  const outcome = kind.fields.find((field) => field.id === "outcome");
  const marks = [...MARKS.map((id) => outcome.choices.find((choice) => choice.id === id)).filter(Boolean)];
  await showGrid(main, context, {
    name: "register", kind, grouped: false, startsAt: "#sheet-add", doubles: false, labels: true,
    columns: COLUMNS.map((id) => kind.fields.find((field) => field.id === id)).filter(Boolean),
    marked: [], asked: ["outcome", "discharged_to", "left_at"], settled: SETTLED,
    marks: [
      ...marks.map((choice) => ({
        id: choice.id, label: choice.label, keys: KEYS[choice.id], planned: false,
        set: () => ({ outcome: choice.id, left_at: localMoment() }),
      })),
      { id: "other", label: _("Another outcome"), keys: ["O"], planned: false, set: () => ({}) },
    ],
    settledFor: (grid, row) => Object.fromEntries(SETTLED.map((id) => [id, row.values[id] || grid.head.values[id] || ""])),
    aside: () => false,
    subject: kind.subject,
    rowKey: (row) => row.id,
    timeOf: (row) => row.values.arrived_at ?? "",
    timeCell: "arrived_at", ownTime: false, usesClock: false,
    head: [{ id: "payment", field: "payment", start: "undecided" }],
    caption: _("Emergency register"), markLabel: outcome.label,
    allLabel: "", addLabel: _("The same patient again"), removeLabel: _("Take the line away"),
    saveLabel: (count) => plural("Save %(num)s complete", "Save %(num)s complete", count),
    againLabel: _("Take saved rows away"),
    emptyTitle: _("Nobody in the register"),
    emptyText: _("Write each patient as they arrive. The lines stay on this device until they are complete and saved."),
    logged: () => [],
    firstRows: () => [],
    sort: () => {},
    totals: (rows) => (rows.some((row) => !row.mark) ? _("Open lines are kept on this device only.") : ""),
    again: (grid) => grid.rows.filter((row) => !isSaved(row)),
    adder: arrivals,
  });
}

// One line to write an arrival on: whom, and why. The time is now unless another is written in the row.
function arrivals(grid, added) {
  const subject = grid.layout.kind.fields.find((field) => field.id === grid.layout.kind.subject);
  const input = (id, more) => el("input", { class: "form-control", id, autocomplete: "off", maxlength: "120", ...more });
  const patient = input("sheet-add", { list: "sheet-patients" });
  const name = input("sheet-add-name");
  const reason = input("sheet-add-reason", { list: `sheet-list-${subject.id}` });
  const fault = el("p", { class: "fault", id: "sheet-add-fault", hidden: true });
  const field = (control, label) => el("div", { class: "field" }, el("label", { for: control.id }, label), control);
  const form = el("form", { class: "sheet-add sheet-arrival", onsubmit: (event) => {
    event.preventDefault();
    const { person, fault: words } = patient.value.trim() ? personOf(grid, patient.value) : { person: null, fault: _("Enter the patient's number, or a label such as Unknown man 1.") };
    fault.hidden = Boolean(person);
    fault.textContent = words ?? "";
    patient.setAttribute("aria-describedby", "sheet-add-fault");
    if (!person) {
      patient.focus();
      return;
    }
    if (!person.id && name.value.trim()) person.name = name.value.trim();
    added(newRow(person, { arrived_at: localMoment(), ...(reason.value.trim() ? { [subject.id]: reason.value.trim() } : {}) }));
    for (const control of [patient, name, reason]) control.value = "";
    patient.focus();
  } },
  el("div", { class: "sheet-add-line" }, field(patient, _("Number or temporary label")), field(name, _("Name")),
    field(reason, subject.label), el("button", { class: "btn btn-primary" }, _("Write in"))), fault);
  return form;
}
