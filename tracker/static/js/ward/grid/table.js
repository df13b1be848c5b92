// The grid on the page: a plain table with inputs, rows gathered by patient where the screen says so. One row at a time
// can be reached with Tab, so that Tab leads on to what stands after the table.
import { _, plural } from "../../texts.js";
import { el } from "../dom.js";
import { suggestionLists } from "./cell.js";
import { morph } from "./morph.js";
import { isNumber, personFault, personKey } from "./people.js";
import { patientInput, personLine, columnCount, viewRow } from "./row_view.js";
import { canEdit, isSaved } from "./rows.js";

export function tableOf(grid) {
  const { layout } = grid;
  const head = el("thead", {}, el("tr", {}, el("td", { class: "sheet-brief" }), el("th", { scope: "col" }, layout.markLabel),
    layout.grouped ? null : el("th", { scope: "col" }, _("Patient")),
    layout.columns.map((field) => el("th", { scope: "col" }, field.label)),
    layout.ownTime ? el("th", { scope: "col" }, _("Time")) : null,
    el("th", { scope: "col" }, _("Saved"))));
  const table = el("table", { class: `sheet sheet-${layout.name}${layout.grouped ? " is-grouped" : ""}` },
    el("caption", { class: "visually-hidden" }, layout.caption), head);
  const lists = el("div", { hidden: true });
  const element = el("div", { class: "sheet-wrap" }, table, lists);
  let active = null;

  function groupKey(row) {
    if (!layout.grouped) return row.id;
    return row.person ? personKey(row.person) : `text:${row.personText ?? ""}`;
  }

  function drawAll() {
    const groups = new Map();
    for (const row of grid.rows) {
      if (!groups.has(groupKey(row))) groups.set(groupKey(row), []);
      groups.get(groupKey(row)).push(row);
    }
    for (const body of [...table.tBodies]) body.remove();
    if (layout.grouped) for (const [key, rows] of groups) table.append(bodyOf(key, rows));
    else table.append(el("tbody", {}, grid.rows.flatMap((row) => viewRow(row, grid, grid.doubtOf(row)))));
    lists.replaceChildren(...suggestionLists(layout.kind.fields, grid.suggestions), patientList(grid.patients));
    for (const control of table.querySelectorAll(".sheet-row [data-cell], .sheet-under [data-cell]")) control.tabIndex = -1;
    active = null;
    const first = table.querySelector(".sheet-row [data-cell]");
    if (first) setActive(first.closest("tr").dataset.row);
  }

  function bodyOf(key, rows) {
    return el("tbody", { class: "sheet-group", dataset: { group: key } }, groupHead(rows), rows.flatMap((row) => viewRow(row, grid, grid.doubtOf(row))));
  }

  function groupHead(rows) {
    const person = rows[0].person;
    const left = rows.filter((row) => canEdit(row) && !row.mark).length;
    const done = rows.filter(isSaved).length;
    const fault = rows.find((row) => row.faults.patient)?.faults.patient ?? (person ? "" : personFault(null));
    const asks = !person || (!person.id && (fault || !isNumber(person.number)) && !person.label);
    const name = person?.name || person?.number || rows[0].personText || "";
    return el("tr", { class: "sheet-head" }, el("th", { scope: "rowgroup", colspan: columnCount(layout) },
      el("div", { class: "sheet-head-line" },
        asks ? el("span", { class: "sheet-ask-patient", dataset: { row: rows[0].id } }, patientInput(rows[0], `cell-${rows[0].id}-patient`, fault))
          : [personLine(person), fault ? el("span", { class: "fault" }, fault) : null],
        el("span", { class: "sheet-counts quiet" }, done === rows.length ? _("all saved") : left ? plural("%(num)s not marked", "%(num)s not marked", left) : _("all marked")),
        el("span", { class: "sheet-head-buttons" },
          left ? el("button", { type: "button", class: "btn btn-secondary btn-small", tabIndex: -1, dataset: { act: "all" }, "aria-label": `${layout.allLabel}, ${name}`, "aria-keyshortcuts": "A" }, layout.allLabel) : null,
          el("button", { type: "button", class: "btn btn-quiet btn-small", tabIndex: -1, dataset: { act: "add" }, "aria-label": `${layout.addLabel}, ${name}` }, layout.addLabel)))));
  }

  // Draws one row again, and its patient's line above; the cursor stays in its cell.
  function drawRow(row) {
    const place = focusedCell();
    const old = [...table.querySelectorAll(`tr[data-row="${row.id}"]`)];
    if (!old.length) return;
    const body = old[0].parentElement;
    const fresh = viewRow(row, grid, grid.doubtOf(row));
    fresh.forEach((line, number) => (old[number] ? morph(old[number], line) : old[number - 1].after(line)));
    for (const line of old.slice(fresh.length)) line.remove();
    if (row.id === active) body.querySelector(`tr.sheet-row[data-row="${row.id}"]`).classList.add("is-active");
    if (layout.grouped) morph(body.querySelector(".sheet-head"), groupHead(rowsOf(body)));
    for (const control of controlsOf(row.id)) control.tabIndex = row.id === active ? 0 : -1;
    if (place?.row === row.id && document.activeElement === document.body) focusCell(row, place.cell);
  }

  function rowsOf(body) {
    const ids = new Set([...body.querySelectorAll("tr.sheet-row")].map((line) => line.dataset.row));
    return grid.rows.filter((row) => ids.has(row.id));
  }

  function controlsOf(id) {
    return [...table.querySelectorAll(`tr[data-row="${id}"] [data-cell]`)].filter((control) => !control.hidden);
  }

  function focusedCell() {
    const cell = document.activeElement?.closest?.("[data-cell]");
    return cell && table.contains(cell) ? { row: cell.closest("[data-row]")?.dataset.row, cell: cell.dataset.cell } : null;
  }

  // Puts the cursor into a cell of a row, or on the row's first control if it has no such cell.
  function focusCell(row, cell) {
    const controls = controlsOf(row.id);
    const found = controls.find((control) => control.dataset.cell === cell) ?? controls[0];
    if (!found) return false;
    setActive(row.id);
    found.focus();
    if (found.matches("input")) found.select();
    return true;
  }

  function setActive(id) {
    if (active === id) return;
    for (const control of active ? controlsOf(active) : []) control.tabIndex = -1;
    table.querySelector(".is-active")?.classList.remove("is-active");
    active = id;
    for (const control of controlsOf(id)) control.tabIndex = 0;
    const line = table.querySelector(`tr.sheet-row[data-row="${id}"]`);
    line?.classList.add("is-active");
    return line;
  }

  table.addEventListener("focusin", (event) => {
    const line = event.target.closest("tr[data-row]");
    if (line) setActive(line.dataset.row);
  });
  return { element, table, drawAll, drawRow, focusCell, controlsOf };
}

function patientList(patients) {
  return el("datalist", { id: "sheet-patients" }, patients.map((patient) => el("option", { value: patient.number || patient.identity },
    [patient.bed, patient.name].filter(Boolean).join(" "))));
}
