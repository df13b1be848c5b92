// Every field of one row, with its patient, time and note: in a dialog over the grid.
import { fieldFaults, shownFields } from "../check.js";
import { _ } from "../../texts.js";
import { readCode } from "../../scan.js";
import { el } from "../dom.js";
import { buildField, showFault } from "../fields.js";
import { personLine } from "./row_view.js";
import { changeValue, rowMoment } from "./rows.js";
import { shortMoment } from "./values.js";

// The mark that the answers amount to; answers that no button stands for are a mark of their own.
function markOf(row, grid) {
  const { layout } = grid;
  if (!layout.marked.length || !layout.marked.every((id) => row.values[id])) return row.mark;
  const holds = (mark) => layout.marked.every((id) => mark.set(grid, row)[id] === row.values[id]);
  row.before ??= {};
  return layout.marks.find(holds)?.id ?? "own";
}

export function openDetails(grid, row, closed) {
  const { layout } = grid;
  const fields = layout.kind.fields.map((spec) => buildField(spec, { suggestions: [...new Set([...(grid.suggestions[spec.id] ?? []), ...spec.suggestions])] }));
  for (const field of fields) field.write(row.values[field.spec.id] ?? "");
  const line = (id, label, value, more) => {
    const input = el("input", { class: "form-control", id, autocomplete: "off", ...more });
    input.value = value;
    return [input, el("div", { class: "field" }, el("label", { for: id }, label), input)];
  };
  const [patient, patientField] = line("row-patient", _("Another patient: bed, name or number"), "", { list: "sheet-patients" });
  const [clock, clockField] = line("row-at", _("Done at"), shortMoment(row.at), { inputmode: "numeric", placeholder: grid.head.clock || _("HH:MM"), maxlength: "16" });
  const [sheet, sheetField] = line("row-sheet", _("Paper form number"), row.sheet ?? "", { maxlength: "40" });
  // Typed or pasted as it stands in the code, a serial is stored without what marks it as one.
  sheet.addEventListener("change", () => { sheet.value = readCode(sheet.value).sheet ?? sheet.value; });
  const note = el("textarea", { class: "form-control", id: "row-note", rows: "2", maxlength: "4000" });
  note.value = row.note;

  const values = () => Object.fromEntries(fields.map((field) => [field.spec.id, field.read()]));
  const draw = () => {
    const now = values();
    const shown = shownFields(layout.kind, now);
    const faults = { ...fieldFaults(layout.kind, now), ...row.faults };
    for (const field of fields) {
      field.node.hidden = !shown.has(field.spec.id);
      showFault(field.node, field.control, row.faults[field.spec.id] ? faults[field.spec.id] : "");
    }
  };
  const dialog = el("dialog", { class: "sheet-dialog", "aria-labelledby": "row-title" });
  const done = () => {
    for (const field of fields) {
      const value = field.read();
      if (value !== String(row.values[field.spec.id] ?? "")) changeValue(row, field.spec.id, value);
    }
    if (clock.value.trim() !== shortMoment(row.at)) {
      row.at = rowMoment(clock.value, layout, grid.head);
      delete row.faults.at;
    }
    row.sheet = sheet.value.trim();
    row.note = note.value.trim();
    row.mark = markOf(row, grid);
    if (row.mark) for (const [id, value] of Object.entries(layout.settledFor(grid, row))) row.values[id] ||= value;
    if (row.mark && layout.timeStands && !row.at) row.at = layout.timeOf(row);
    dialog.close();
    if (patient.value.trim()) grid.setPatient(row, patient.value);
  };
  const form = el("form", { method: "dialog", onsubmit: (event) => {
    event.preventDefault();
    done();
  } },
    el("h2", { id: "row-title" }, _("All fields")),
    row.person ? el("p", {}, personLine(row.person)) : null,
    el("div", { class: "sheet-dialog-fields" }, fields.map((field) => field.node), clockField, sheetField,
      el("div", { class: "field spec-wide" }, el("label", { for: "row-note" }, _("Note")), note), patientField),
    el("div", { class: "sheet-dialog-buttons" },
      el("button", { class: "btn btn-primary" }, _("Done")),
      el("button", { type: "button", class: "btn btn-secondary", onclick: () => dialog.close() }, _("Leave as it was")),
      row.state === "open" ? el("button", { type: "button", class: "btn btn-quiet", onclick: () => {
        dialog.close();
        grid.remove(row);
      } }, layout.removeLabel) : null));
  form.addEventListener("change", draw);
  dialog.append(form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (grid.rows.includes(row)) closed();
  });
  grid.element.append(dialog);
  draw();
  dialog.showModal();
}
