// One cell of a grid: an input for a field of the routine. The column's header and the row's name make its label.
import { _ } from "../../texts.js";
import { el } from "../dom.js";
import { shortMoment } from "./values.js";
import { written } from "../written.js";

const LONGEST = "200";

// `idBase` keeps the ids of faults apart; `name` is what the row is called.
export function fieldCell(field, row, name, visibleLabel = false) {
  const value = row.values[field.id] ?? "";
  const fault = row.faults[field.id];
  const control = controlOf(field, value);
  control.dataset.cell = field.id;
  const id = `cell-${row.id}-${field.id}`;
  control.id = id;
  if (!visibleLabel) control.setAttribute("aria-label", `${field.label}, ${name}`);
  tieFault(control, fault, id);
  return [
    visibleLabel ? el("label", { for: id }, field.label, field.required ? null : el("span", { class: "optional" }, ` ${_("optional")}`)) : null,
    control,
    field.unit && visibleLabel ? el("span", { class: "sheet-unit" }, field.unit) : null,
    faultLine(fault, id),
  ];
}

export function faultLine(fault, id) {
  return fault ? el("p", { class: "fault", id: `${id}-fault` }, fault) : null;
}

export function tieFault(control, fault, id) {
  if (!fault) return;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", `${id}-fault`);
}

// Suggested texts are the same for every row: one list for each field, put beside the table.
export function suggestionLists(fields, more) {
  return fields.filter((field) => listed(field, more).length).map((field) => el("datalist", { id: `sheet-list-${field.id}` },
    listed(field, more).map((value) => el("option", { value }))));
}

function listed(field, more) {
  return [...new Set([...(more[field.id] ?? []), ...(field.suggestions ?? [])])];
}

function controlOf(field, value) {
  if (field.type === "choice") return choices(field.choices, value);
  if (field.type === "yes_no") return choices([{ id: "true", label: _("Yes") }, { id: "false", label: _("No") }], value);
  const shown = field.type === "datetime" ? shortMoment(String(value)) : String(value);
  const more = {
    number: { inputmode: "decimal", maxlength: "16", class: "cell-number" },
    time: { inputmode: "numeric", placeholder: _("HH:MM"), maxlength: "5", class: "cell-time" },
    datetime: { placeholder: _("HH:MM"), maxlength: "20", class: "cell-time" },
    date: { type: "date", class: "cell-date" },
  }[field.type] ?? { class: "cell-text", list: `sheet-list-${field.id}`, spellcheck: "false" };
  const input = el("input", { autocomplete: "off", maxlength: LONGEST, ...more });
  input.classList.add("cell");
  input.value = shown;
  return input;
}

// A value that is none of the choices (it was pasted) stays to be seen, and is refused until another is chosen.
function choices(offered, value) {
  const strange = value !== "" && !offered.some((choice) => choice.id === String(value));
  const select = el("select", { class: "cell cell-choice" }, el("option", { value: "" }, ""),
    strange ? el("option", { value }, `${value} ?`) : null,
    offered.map((choice) => el("option", { value: choice.id }, choice.label)));
  select.value = String(value);
  return select;
}

// A value that can no longer be changed.
export function readOnly(field, value) {
  return el("span", { class: "cell-said" }, field.type === "datetime" ? shortMoment(String(value ?? "")) : written({ ...field, unit: null }, value));
}
