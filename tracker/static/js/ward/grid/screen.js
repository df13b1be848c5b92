// A grid as a screen of the ward application: what stands above it, the table, and the bar that saves.
import { _, plural } from "../../texts.js";
import { el, link } from "../dom.js";
import { dayAndClock, localMoment } from "../moment.js";
import { tellNotKept } from "../notices.js";
import { draftOf } from "./draft.js";
import { gridOf } from "./grid.js";
import { headPart } from "./head.js";
import { importPart } from "./import.js";
import { personKey } from "./people.js";
import { keyOf } from "./row_view.js";
import { canEdit, canSave, isSaved, mergeRows, rowMoment } from "./rows.js";
import { scanInGrid } from "./scan.js";
import { narrowingOf } from "./narrow.js";
import { understand } from "./values.js";

const HOURS = 4; // how close in time two doses count as a likely double, where the server does not say

// `layout`: what the screen is about (screens/round.js, visits.js, register.js).
export async function showGrid(main, context, layout) {
  const { bundle } = context;
  const status = el("p", { class: "sheet-status", role: "status", "aria-live": "polite" });
  const draft = draftOf(`grid:${layout.name}:${bundle.unit.code}:${bundle.outage.id}`, () => ({ rows: grid.rows, head: grid.head }), () => tellNotKept(main));
  const kept = await draft.load();
  const [day, clock] = dayAndClock();
  const begun = kept?.rows.some(isTouched) ? kept : null;
  const element = el("div", { class: `sheet-screen sheet-of-${layout.name}` });
  const grid = gridOf({
    layout, bundle, draft, element, announce, drawn,
    patients: bundle.patients,
    logged: loggedOf(layout, bundle),
    suggestions: { [layout.kind.subject]: bundle.subjects?.[layout.kind.id] ?? [], clinician: bundle.colleagues.filter((one) => one.role === "physician").map((one) => one.name) },
    hours: bundle.duplicate_hours ?? HOURS,
    head: { performer: null, role: "", values: {}, ...kept?.head, ...(begun ? {} : { clock, day }) },
    rows: withNew(begun?.rows ?? [], layout, context, kept?.head.removed ?? []),
    saveButton: el("button", { type: "button", class: "btn btn-primary sheet-save", "aria-keyshortcuts": "Control+S" }),
  });
  finishTyping(grid);
  const head = headPart(grid, () => {
    fillIn(grid);
    grid.view.drawAll();
    drawn();
    draft.keep();
  });
  const counts = el("p", { class: "sheet-total" });
  const empty = el("div", { class: "empty" }, el("p", { class: "empty-title" }, layout.emptyTitle), el("p", {}, layout.emptyText));
  const again = el("button", { type: "button", class: "btn btn-secondary sheet-again", onclick: startAgain }, layout.againLabel);
  grid.againButton = again;
  const narrowing = narrowingOf(grid);
  const lists = importPart(grid, (rows) => {
    mergeRows(grid.rows, rows, layout);
    grid.redraw();
    narrowing.draw();
    announce(plural("%(num)s row read in.", "%(num)s rows read in.", rows.length));
    begin();
  });
  const adder = layout.adder(grid, (row) => {
    grid.rows.push(row);
    grid.redraw();
    narrowing.draw(row);
  });

  function announce(words, isFault = false) {
    status.textContent = words;
    status.classList.toggle("is-fault", isFault);
  }

  // Counts, and which buttons make sense now.
  function drawn() {
    if (!grid.view || !counts) return;
    const number = (test) => grid.rows.filter(test).length;
    const ready = number(canSave);
    const open = number((row) => canEdit(row) && !row.mark);
    const saved = number(isSaved);
    const refused = number((row) => row.state === "refused");
    grid.saveButton.replaceChildren(layout.saveLabel(ready), el("kbd", { "aria-hidden": "true" }, "Ctrl S"));
    grid.saveButton.disabled = ready === 0;
    counts.replaceChildren(...[
      plural("%(num)s marked", "%(num)s marked", ready),
      open ? plural("%(num)s not marked", "%(num)s not marked", open) : "",
      saved ? plural("%(num)s saved", "%(num)s saved", saved) : "",
      refused ? plural("%(num)s refused", "%(num)s refused", refused) : "",
      layout.totals?.(grid.rows) ?? "",
    ].filter(Boolean).map((words) => el("span", {}, words)));
    empty.hidden = grid.rows.length > 0;
    grid.view.element.hidden = !grid.rows.length;
    again.hidden = saved === 0;
    narrowing.counted();
  }

  function saveAll() {
    const fault = head.fault();
    if (fault) {
      announce(fault[2], true);
      fault[1].focus();
      return;
    }
    grid.saveRows(grid.rows);
  }

  // Saved rows go, and a new round begins from them; what is not saved stays.
  function startAgain() {
    grid.head.logged = grid.loggedNow().filter((one) => one.id);
    grid.rows = layout.again(grid);
    [grid.head.day, grid.head.clock] = dayAndClock();
    draft.now().then(() => context.go(location.pathname));
  }

  grid.saveButton.addEventListener("click", saveAll);
  element.addEventListener("sheet-begin", () => {
    const first = grid.rows.find((row) => canEdit(row) && !row.mark);
    if (first) grid.goTo(first);
  });
  const onKey = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (event.repeat || document.querySelector("dialog[open]")) return;
    if (document.activeElement?.dataset?.cell) grid.commit(document.activeElement);
    saveAll();
  };
  const onPaste = (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trim()) || event.target.closest?.("textarea, dialog")) return;
    event.preventDefault();
    lists.paste(text);
  };
  document.addEventListener("keydown", onKey);
  document.addEventListener("paste", onPaste);
  const stopScans = scanInGrid(grid, (row) => narrowing.draw(row));
  context.leave(() => {
    stopScans();
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("paste", onPaste);
    grid.saver.stop();
    below.disconnect();
  });

  element.append(
    head.element, el("div", { class: "sheet-tools" }, adder, narrowing.element, lists.element), legend(layout),
    empty, grid.view.element,
    el("div", { class: "sheet-bar" }, status, grid.saveButton, counts, again, link("/ward/unsent", { class: "btn btn-quiet" }, _("Unsent"))));
  main.append(element);
  const below = new ResizeObserver(() => element.style.setProperty("--sheet-top", `${document.querySelector(".top").offsetHeight}px`));
  below.observe(document.querySelector(".top"));
  grid.redraw();
  narrowing.draw();
  await grid.saver.resume();
  if (matchMedia("(pointer: fine)").matches) begin();

  // The cursor where the work begins: what holds for all rows and is not told yet, else the first row to mark.
  function begin() {
    const first = layout.startsAt ? element.querySelector(layout.startsAt) : null;
    const open = grid.rows.find((row) => canEdit(row) && !row.mark);
    const untold = layout.asksFirst ? [...head.element.querySelectorAll("select, input")].find((one) => one.offsetParent && !one.value) : null;
    if (first ?? untold) (first ?? untold).focus();
    else if (open) grid.goTo(open);
  }
}

function isTouched(row) {
  return !row.fromList || row.mark !== "" || row.state !== "open" || Boolean(row.changed?.length || row.note || row.typing);
}

// The rows that were begun, and those that the unit's list has besides. What was taken off stays off.
function withNew(rows, layout, context, removed) {
  const there = new Set([...rows.map(layout.rowKey), ...removed]);
  const fresh = layout.firstRows(context).filter((row) => !there.has(layout.rowKey(row)));
  return [...rows, ...fresh.map((row) => ({ ...row, fromList: true }))];
}

// An answer for all rows that comes late goes to the marked rows that lack it.
function fillIn(grid) {
  for (const row of grid.rows.filter(canSave)) {
    for (const [id, value] of Object.entries(grid.layout.settledFor(grid, row))) row.values[id] ||= value;
  }
}

// What was being typed when the page went away is in its cell again.
function finishTyping(grid) {
  for (const row of grid.rows) {
    const { cell, text } = row.typing ?? {};
    delete row.typing;
    const field = grid.layout.kind.fields.find((one) => one.id === cell);
    if (cell === "at") row.at = rowMoment(text, grid.layout, grid.head);
    else if (cell === "patient") row.personText = text;
    else if (field) row.values[cell] = understand(field, text, grid.layout.ahead?.includes(cell));
  }
}

function loggedOf(layout, bundle) {
  const known = new Map(bundle.patients.map((patient) => [patient.id, patient]));
  return layout.logged(bundle).map((one) => ({
    key: personKey(known.get(one.patient) ?? { id: one.patient }), subject: one.fields[layout.kind.subject] ?? "",
    at: one.performed_at ? localMoment(new Date(one.performed_at)) : "",
  }));
}

function legend(layout) {
  const keys = [
    ...layout.marks.map((mark) => [mark.planned ? `${keyOf(mark)}, ${_("Space")}` : keyOf(mark), mark.label]),
    layout.grouped ? ["A", layout.allLabel] : null,
    ["Z", _("Undo")], ["T", _("Time")], ["M", _("All fields")], ["+", layout.addLabel], ["S", _("Save the row")], ["Ctrl S", _("Save all marked")],
    ["↑ ↓ ← →", _("Move")], ["Enter", _("On to what is missing")], ["Esc", _("Back to the buttons")],
  ].filter(Boolean);
  return el("details", { class: "sheet-keys", open: matchMedia("(pointer: fine) and (min-width: 50rem)").matches },
    el("summary", {}, _("Keys")),
    el("ul", {}, keys.map(([key, words]) => el("li", {}, el("kbd", {}, key), ` ${words}`))));
}
