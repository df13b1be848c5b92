// Showing less of a grid: one patient by search, or on a phone one patient at a time.
import { _ } from "../../texts.js";
import { el, searcher } from "../dom.js";

const FEW = 8;
const SMALL = matchMedia("(max-width: 48rem)");

// → {element, draw(row), counted}
export function narrowingOf(grid) {
  const search = el("input", { class: "form-control", id: "sheet-search", type: "search", autocomplete: "off" });
  const place = el("span", { class: "sheet-place", role: "status" });
  const before = el("button", { type: "button", class: "btn btn-secondary", onclick: () => go(-1) }, _("Previous"));
  const after = el("button", { type: "button", class: "btn btn-secondary", onclick: () => go(1) }, _("Next"));
  const pager = el("div", { class: "sheet-pager" }, before, place, after);
  const element = el("div", { class: "sheet-narrow" },
    el("div", { class: "field" }, el("label", { for: "sheet-search" }, _("Show only")), search), pager);
  let shown = 0;

  const groups = () => [...grid.view.table.tBodies];
  const parts = () => (grid.layout.grouped ? groups() : [...grid.view.table.querySelectorAll("tr.sheet-row")]);

  function fits(part) {
    const row = grid.rows.find((one) => one.id === (part.dataset.row ?? part.querySelector("tr.sheet-row")?.dataset.row));
    const told = `${row?.person?.bed ?? ""} ${row?.person?.name ?? ""} ${row?.person?.number ?? ""} ${row?.personText ?? ""}`;
    return searcher(search.value)(told.toLowerCase());
  }

  function draw(row) {
    const all = parts();
    const fitting = all.filter(fits);
    if (row) shown = Math.max(0, fitting.findIndex((part) => part.dataset.row === row.id || part.querySelector(`[data-row="${row.id}"]`)));
    shown = Math.min(shown, Math.max(0, fitting.length - 1));
    const oneOnly = SMALL.matches && grid.layout.grouped;
    for (const part of all) {
      const isShown = fitting.includes(part) && (!oneOnly || fitting[shown] === part);
      part.hidden = !isShown;
      for (const under of part.dataset.row ? grid.view.table.querySelectorAll(`tr.sheet-under[data-row="${part.dataset.row}"]`) : []) under.hidden = !isShown;
    }
    element.hidden = !oneOnly && all.length <= FEW;
    search.parentElement.hidden = all.length <= FEW;
    pager.hidden = !oneOnly || fitting.length < 2;
    place.textContent = _("%(number)s of %(all)s", { number: shown + 1, all: fitting.length });
    before.disabled = shown === 0;
    after.disabled = shown >= fitting.length - 1;
  }

  function go(by) {
    shown += by;
    draw();
    grid.view.element.scrollIntoView({ block: "nearest" });
  }

  search.addEventListener("input", () => {
    shown = 0;
    draw();
  });
  SMALL.addEventListener("change", () => draw());
  return { element, draw, counted: () => (SMALL.matches || search.value) && draw() };
}
