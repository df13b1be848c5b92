// What can be done in a grid, by key, finger or mouse alike. It holds the rows and the settings at the top; the table
// shows them, the saver saves them, the draft keeps them.
import { _, plural } from "../../texts.js";
import { fieldFaults } from "../check.js";
import { findByText, isNumber, knownPerson, personKey } from "./people.js";
import { askedFields, canEdit, canSave, changeValue, isSaved, likelyDouble, markRow, newRow, rowFaults, rowMoment, standsTwice, unmarkRow } from "./rows.js";
import { listenToKeys } from "./keys.js";
import { saverOf } from "./saver.js";
import { tableOf } from "./table.js";
import { shortMoment, understand } from "./values.js";
import { openDetails } from "./details.js";

// `parts`: {layout, bundle, patients, logged, suggestions, hours, rows, head, draft, announce, drawn}
export function gridOf(parts) {
  const { layout } = parts;
  const grid = { ...parts };
  const fieldOf = (id) => layout.kind.fields.find((field) => field.id === id);

  grid.doubtOf = (row) => {
    if (!layout.doubles) return "";
    if (standsTwice(row, grid.rows, layout)) return _("This stands twice for the patient. Mark it only if it was done twice.");
    const found = likelyDouble(row, layout, grid.head, grid.loggedNow(), grid.hours);
    return found ? _("Already logged at %(time)s. Is this another dose?", { time: found.at.slice(11) }) : "";
  };
  grid.loggedNow = () => [...grid.logged, ...(grid.head.logged ?? []), ...grid.rows.filter(isSaved).map((row) => ({
    id: row.id, key: personKey(row.person), subject: row.values[layout.kind.subject] ?? "", at: row.entry?.performed_at ?? "",
  }))];
  grid.visibleRows = () => {
    const lines = [...grid.view.table.querySelectorAll("tr.sheet-row")].filter((line) => line.offsetParent !== null);
    const byId = new Map(grid.rows.map((row) => [row.id, row]));
    return lines.map((line) => byId.get(line.dataset.row));
  };

  grid.changed = (row) => {
    grid.view.drawRow(row);
    grid.drawn();
  };
  const kept = (row) => {
    grid.changed(row);
    grid.draft.keep();
    return true;
  };

  grid.goTo = (row) => (row ? grid.view.focusCell(row, `mark-${row.mark || layout.marks[0].id}`) || true : grid.toSave());
  grid.step = (row, by, cell) => {
    const rows = grid.visibleRows();
    const next = rows[rows.indexOf(row) + by];
    if (next) grid.view.focusCell(next, cell);
    return true;
  };
  grid.stepPatient = (row, by) => {
    const rows = grid.visibleRows();
    const keys = [...new Set(rows.map((one) => personKey(one.person)))];
    const wanted = keys[keys.indexOf(personKey(row.person)) + by];
    return wanted === undefined ? true : grid.goTo(rows.find((one) => personKey(one.person) === wanted));
  };
  // The next row that is still to be marked: after this one, else from the top; when there is none, to saving.
  grid.toNext = (row) => {
    const rows = grid.visibleRows();
    const after = rows.slice(rows.indexOf(row) + 1);
    const open = (one) => canEdit(one) && !one.mark;
    return grid.goTo(after.find(open) ?? rows.find(open) ?? null);
  };
  grid.toSave = () => {
    (grid.saveButton.disabled ? grid.againButton : grid.saveButton).focus();
    return true;
  };
  // Enter in a cell: to the next thing the routine asks of this row, else on.
  grid.onward = (row, cell) => {
    const asked = askedFields(row, layout).map((field) => field.id);
    if (asked.includes(cell)) {
      const missing = fieldFaults(layout.kind, row.values)[cell];
      if (missing) {
        row.faults[cell] = missing;
        grid.changed(row);
        return grid.view.focusCell(row, cell);
      }
      const next = asked[asked.indexOf(cell) + 1];
      return next ? grid.view.focusCell(row, next) : grid.toNext(row);
    }
    const lacking = Object.keys(rowFaults(row, layout, grid.head)).find((id) => grid.view.controlsOf(row.id).some((control) => control.dataset.cell === id));
    if (!row.mark && lacking && lacking !== cell) return grid.view.focusCell(row, lacking);
    return row.mark ? grid.toNext(row) : grid.goTo(row);
  };

  grid.mark = (row, mark) => {
    if (!markRow(row, mark.id, { ...layout.settledFor(grid, row), ...mark.set(grid, row) }, layout.marked)) return true;
    if (layout.timeStands && !row.at) row.at = layout.timeOf(row);
    kept(row);
    const empty = askedFields(row, layout).find((field) => !row.values[field.id]);
    const missing = empty ?? layout.columns.find((field) => field.required && !row.values[field.id]);
    return missing ? grid.view.focusCell(row, missing.id) : grid.toNext(row);
  };
  // All of the patient's rows that are not marked, save those that look as if they were logged already or are only
  // given when needed: these are marked one by one.
  grid.markAll = (row) => {
    const planned = layout.marks.find((mark) => mark.planned);
    const own = grid.rows.filter((one) => personKey(one.person) === personKey(row.person) && canEdit(one) && !one.mark);
    const chosen = own.filter((one) => !grid.doubtOf(one) && !layout.aside(one));
    for (const one of chosen) {
      markRow(one, planned.id, { ...layout.settledFor(grid, one), ...planned.set(grid, one) }, layout.marked);
      grid.view.drawRow(one);
    }
    grid.drawn();
    grid.draft.keep();
    if (chosen.length < own.length) grid.announce(_("Rows that look already logged, or are given as needed, were left for you to mark."));
    return grid.toNext(chosen.at(-1) ?? row);
  };
  grid.undo = (row) => {
    if (unmarkRow(row)) kept(row);
    return grid.goTo(row);
  };
  grid.addLike = (row) => {
    const added = newRow(row.person, {}, row.person ? {} : { personText: row.personText });
    const last = grid.rows.findLastIndex((one) => personKey(one.person) === personKey(row.person));
    grid.rows.splice(last + 1, 0, added);
    grid.redraw();
    return grid.view.focusCell(added, layout.columns[0].id);
  };
  grid.remove = (row) => {
    const rows = grid.visibleRows();
    const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    grid.rows.splice(grid.rows.indexOf(row), 1);
    grid.head.removed = [...(grid.head.removed ?? []), layout.rowKey(row)];
    grid.redraw();
    if (next) grid.goTo(next);
  };
  grid.redraw = () => {
    layout.sort(grid.rows);
    grid.view.drawAll();
    grid.drawn();
    grid.draft.keep();
  };

  // Takes over what stands in a cell's input.
  grid.commit = (input) => {
    const row = grid.rows.find((one) => one.id === input.closest("[data-row]")?.dataset.row);
    if (!row || !canEdit(row)) return;
    const cell = input.dataset.cell;
    delete row.typing;
    if (cell === "patient") {
      grid.setPatient(row, input.value);
    } else if (cell === "at") {
      if (shortMoment(row.at) === input.value.trim()) return;
      row.at = rowMoment(input.value, layout, grid.head);
      delete row.faults.at;
      kept(row);
    } else {
      const value = understand(fieldOf(cell), input.value, layout.ahead?.includes(cell));
      if (value === String(row.values[cell] ?? "")) return;
      changeValue(row, cell, value);
      layout.noticed?.(row, cell);
      kept(row);
    }
  };
  grid.setPatient = (row, text) => {
    if (!text.trim() || (text.trim() === row.personText && row.faults.patient)) return;
    const { person, fault } = personOf(grid, text);
    const same = (one) => one === row || (layout.grouped && !one.person && !row.person && one.personText === row.personText);
    for (const one of grid.rows.filter((other) => same(other) && canEdit(other))) {
      Object.assign(one, { person, personText: text.trim(), faults: { ...one.faults, patient: fault } });
      if (!fault) delete one.faults.patient;
    }
    grid.redraw();
    if (person) grid.goTo(row);
  };

  grid.openDetails = (row) => {
    openDetails(grid, row, () => {
      grid.redraw();
      grid.goTo(row);
    });
    return true;
  };

  grid.saveRows = (rows) => {
    const marked = rows.filter(canSave);
    if (!marked.length) {
      grid.announce(_("Nothing is marked yet. Mark what was done, then save."));
      return true;
    }
    const next = marked.length === 1 ? marked[0] : null;
    grid.saver.saveRows(marked).then(({ saved, failed, faulty }) => {
      const told = saved ? plural("%(num)s row saved.", "%(num)s rows saved.", saved) : "";
      const rest = faulty.length ? plural("%(num)s row must be mended first.", "%(num)s rows must be mended first.", faulty.length) : "";
      const lost = failed ? plural("%(num)s row could not be saved. It says why.", "%(num)s rows could not be saved. They say why.", failed) : "";
      grid.announce([told, lost, rest].filter(Boolean).join(" "), faulty.length + failed > 0);
      grid.drawn();
      if (faulty.length) grid.view.focusCell(faulty[0], Object.keys(faulty[0].faults)[0]);
      else if (saved && (next || !grid.element.contains(document.activeElement))) grid.toNext(marked.at(-1));
    });
    return true;
  };

  grid.view = tableOf(grid);
  grid.saver = saverOf(grid);
  listenToKeys(grid);
  listenToClicks(grid);
  return grid;
}

// Whom a text means: somebody on the list, a new number, or (in the register) a label.
export function personOf(grid, text) {
  const found = findByText(grid.patients, text);
  if (found.patient) return { person: knownPerson(found.patient) };
  if (found.many) return { person: null, fault: _("Several patients fit. Enter the number.") };
  if (isNumber(text) || (/[0-9]/.test(text) && text.replace(/[^0-9A-Za-z]/g, "").length >= 10)) return { person: { number: text.trim(), name: "", isNew: true } };
  if (grid.layout.labels) return { person: { number: text.trim(), name: "", label: true, isNew: true } };
  return { person: null, fault: _("Nobody on the list fits. Enter the patient's number.") };
}

function listenToClicks(grid) {
  const { table } = grid.view;
  const rowOf = (element) => grid.rows.find((one) => one.id === element.closest("[data-row]")?.dataset.row);
  table.addEventListener("change", (event) => {
    if (event.target.dataset.cell) grid.commit(event.target);
  });
  table.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (!row || !event.target.dataset.cell) return;
    row.typing = { cell: event.target.dataset.cell, text: event.target.value };
    grid.draft.keep();
  });
  table.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const inGroup = button.closest("tbody")?.querySelector("tr.sheet-row");
    const row = rowOf(button) ?? grid.rows.find((one) => one.id === inGroup?.dataset.row);
    if (!row) return;
    const mark = grid.layout.marks.find((one) => one.id === button.dataset.mark);
    if (mark) {
      if (row.mark === mark.id && event.detail) grid.undo(row);
      else grid.mark(row, mark);
      return;
    }
    switch (button.dataset.act) {
      case "all": grid.markAll(row); break;
      case "add": grid.addLike(row); break;
      case "undo": grid.undo(row); break;
      case "save": grid.saveRows([row]); break;
      case "more": grid.openDetails(row); break;
      case "note":
        row.note = [row.note, ...row.unplaced.map(([header, text]) => (header ? `${header}: ${text}` : text))].filter(Boolean).join(". ");
        row.unplaced = [];
        grid.changed(row);
        grid.draft.keep();
        break;
      default:
    }
  });
}
