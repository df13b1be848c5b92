// What a row looks like: its marks, its columns, what the routine asks because of the mark, and how it stands.
import { _ } from "../../texts.js";
import { el } from "../dom.js";
import { brief, isSwedish, written } from "../written.js";
import { faultLine, fieldCell, readOnly, tieFault } from "./cell.js";
import { shortMoment } from "./values.js";
import { askedFields, canEdit, canSave, isSaved } from "./rows.js";

export function rowName(row, layout) {
  const subject = row.values[layout.kind.subject];
  const field = layout.kind.fields.find((one) => one.id === layout.kind.subject);
  const text = layout.grouped && subject ? field.choices.find((one) => one.id === subject)?.label ?? subject : "";
  return [text, row.person?.bed, row.person?.name || row.person?.number || row.personText].filter(Boolean).join(", ");
}

export function keyOf(mark) {
  return isSwedish() ? mark.keys[0] : mark.keys.at(-1);
}

// The table rows of one grid row. `doubt`: the words of a likely double, or "".
export function viewRow(row, grid, doubt) {
  const { layout } = grid;
  const editable = canEdit(row);
  const name = rowName(row, layout);
  const classes = ["sheet-row", `is-${row.state}`, row.mark ? "is-marked" : "", Object.keys(row.faults).length ? "is-faulty" : "",
    layout.columns.some((field) => field.required && !field.shown_when && !row.values[field.id]) ? "is-bare" : ""];
  const main = el("tr", { class: classes.filter(Boolean).join(" "), dataset: { row: row.id } },
    el("td", { class: "sheet-brief" }, briefOf(row, layout)),
    el("td", { class: "sheet-marks" }, marks(row, layout, name, editable)),
    layout.grouped ? null : el("th", { scope: "row", class: "sheet-who" }, who(row, editable)),
    layout.columns.map((field) => el("td", { class: `sheet-cell sheet-${field.type}`, "data-label": field.label },
      editable ? fieldCell(field, row, name) : readOnly(field, row.values[field.id]))),
    layout.ownTime ? el("td", { class: "sheet-cell sheet-time", "data-label": _("Time") }, timeCell(row, grid, name, editable)) : null,
    el("td", { class: "sheet-state" }, state(row, layout, name, editable)));
  const below = under(row, layout, name, doubt, editable);
  return below.length ? [main, el("tr", { class: "sheet-under", dataset: { row: row.id } },
    el("td", { colspan: columnCount(layout) }, el("div", { class: "sheet-asked" }, below)))] : [main];
}

// On a phone: what the row says, in one line instead of a cell each.
function briefOf(row, layout) {
  const values = Object.fromEntries(layout.columns.map((field) => [field.id, field.type === "datetime" ? "" : row.values[field.id]]));
  const [subject, rest] = brief(layout.kind, values);
  const when = [row.values.booked_time, row.values.arrived_at].filter(Boolean).map(shortMoment);
  return [el("strong", {}, subject), ` ${[...when, rest, shortMoment(row.at)].filter(Boolean).join(" · ")}`];
}

export function columnCount(layout) {
  return layout.columns.length + 3 + (layout.grouped ? 0 : 1) + (layout.ownTime ? 1 : 0);
}

function marks(row, layout, name, editable) {
  if (!editable) {
    return el("span", { class: "mark-said" }, markLabel(row, layout));
  }
  return el("div", { class: "marks", role: "group", "aria-label": name }, layout.marks.map((mark) => el("button", {
    type: "button", class: mark.planned ? "mark mark-planned" : "mark", "aria-pressed": String(row.mark === mark.id),
    "aria-keyshortcuts": keyOf(mark), dataset: { mark: mark.id, cell: `mark-${mark.id}` },
  }, mark.label)), row.mark === "own" ? el("span", { class: "mark-said" }, `✓ ${markLabel(row, layout)}`) : null);
}

// Answers given one by one may be such that no button stands for them: then the answers themselves are told.
function markLabel(row, layout) {
  const mark = layout.marks.find((one) => one.id === row.mark);
  const answers = () => layout.marked.map((id) => written(layout.kind.fields.find((field) => field.id === id), row.values[id]));
  return mark?.label ?? answers().join(", ");
}

// The patient of a row, where rows are not gathered by patient.
function who(row, editable) {
  const id = `cell-${row.id}-patient`;
  if (!row.person || (row.faults.patient && editable && !row.person.id)) return patientInput(row, id, row.faults.patient);
  return [personLine(row.person), row.faults.patient ? faultLine(row.faults.patient, id) : null];
}

export function personLine(person) {
  return el("span", { class: "sheet-person" },
    person.bed ? el("span", { class: "sheet-bed" }, person.bed) : null,
    el("span", { class: "patient-name" }, person.name || (person.label ? person.number : _("No name"))),
    person.number && !(person.label && !person.name) ? el("span", { class: "patient-number" }, person.number) : null,
    person.protected ? el("span", { class: "protected" }, _("Protected")) : null,
    person.isNew ? el("span", { class: "quiet" }, person.label ? _("temporary label") : _("not on the list")) : null);
}

export function patientInput(row, id, fault) {
  const input = el("input", { class: "cell cell-text", id, list: "sheet-patients", autocomplete: "off", dataset: { cell: "patient" },
    "aria-label": _("Patient: bed, name or number") });
  input.value = row.personText ?? row.person?.number ?? "";
  tieFault(input, fault, id);
  return [input, faultLine(fault, id)];
}

function timeCell(row, grid, name, editable) {
  const { layout } = grid;
  if (!editable) return el("span", { class: "cell-said" }, shortMoment(row.at || layout.timeOf?.(row) || "") || grid.head.clock);
  const id = `cell-${row.id}-at`;
  const input = el("input", { class: "cell cell-time", id, inputmode: "numeric", autocomplete: "off", maxlength: "16",
    placeholder: layout.timeOf ? shortMoment(layout.timeOf(row)) : grid.head.clock || _("HH:MM"), dataset: { cell: "at" }, "aria-label": `${_("Time")}, ${name}` });
  input.value = shortMoment(row.at);
  input.classList.toggle("cell-with-day", input.value.length > 5);
  tieFault(input, row.faults.at, id);
  return [input, faultLine(row.faults.at, id)];
}

function state(row, layout, name, editable) {
  // All three are always there: a button that appears must not push another one from under the finger.
  const button = (act, isShown, label, ...words) => el("button", {
    type: "button", class: `row-button row-${act}`, hidden: !isShown, dataset: { act, cell: act }, "aria-label": `${label}, ${name}`,
  }, words);
  return el("div", { class: "state-line" }, el("span", { class: "state-said" }, stateMark(row)),
    button("save", canSave(row), _("Save the row"), _("Save")),
    button("undo", row.mark !== "" && editable, _("Undo"), "↺"),
    button("more", editable, _("All fields"), el("span", { class: "row-dots" }, "⋯"), el("span", { class: "row-words" }, _("Change"))));
}

export function stateMark(row) {
  if (row.state === "saving") return el("span", { class: "state state-claimed" }, _("Saving…"));
  if (row.state === "waiting") return el("span", { class: "state state-question" }, _("On this device"));
  if (row.state === "sent") return el("span", { class: "state state-done" }, _("Sent"));
  if (row.state === "refused") return el("span", { class: "state state-voided" }, _("Refused"));
  return null;
}

// Below a row: what the routine asks, what could not be placed in a column, and what should be known.
function under(row, layout, name, doubt, editable) {
  const asked = editable ? askedFields(row, layout) : [];
  const other = editable ? Object.keys(row.faults).filter((id) => !shown(id, layout, asked)) : [];
  return [
    row.message ? el("p", { class: isSaved(row) ? "attention" : "fault" }, row.message) : null,
    doubt && !isSaved(row) ? el("p", { class: "sheet-doubt" }, doubt) : null,
    asked.map((field) => el("div", { class: `asked-field asked-${field.type}` }, fieldCell(field, row, name, true))),
    other.map((id) => el("p", { class: "fault" }, `${layout.kind.fields.find((field) => field.id === id)?.label ?? ""}: ${row.faults[id]}`)),
    row.unplaced.map(([header, text]) => el("p", { class: "sheet-unplaced" },
      el("span", {}, `${header || _("A column without a header")}: ${text}`),
      editable ? el("button", { type: "button", class: "btn btn-secondary btn-small", dataset: { act: "note" } }, _("Keep as a note")) : null)),
    row.note ? el("p", { class: "quiet" }, `${_("Note")}: ${row.note}`) : null,
  ].flat().filter(Boolean);
}

function shown(id, layout, asked) {
  return ["patient", "at"].includes(id) || layout.columns.some((field) => field.id === id) || asked.some((field) => field.id === id);
}
