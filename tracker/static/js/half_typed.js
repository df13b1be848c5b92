// What is half-typed on this device and goes when its owner logs out: rounds, lists and single entries.
import { _ } from "./texts.js";
import { draftNames, isOnlyHere, loadDraft } from "./ward/bundle.js";
import { el } from "./ward/dom.js";

// → [{words, path, isOnlyHere}]; the last: whether it goes with this page. A list that nobody has begun to fill in is
// nothing to finish.
export async function halfTyped() {
  const found = [];
  for (const name of await draftNames()) {
    const [sort, what, unit, outage] = name.split(":");
    const draft = ["grid", "form"].includes(sort) ? await loadDraft(name) : null;
    if (!draft) continue;
    if (sort === "form") found.push({ words: _("An entry is half typed."), path: `/ward/log/${encodeURIComponent(what)}`, isOnlyHere: isOnlyHere(name) });
    else if (isBegun(what, draft.rows ?? [])) found.push({ words: wordsOf(what), path: `/ward/${what}?${new URLSearchParams({ unit, outage })}`, isOnlyHere: isOnlyHere(name) });
  }
  return found;
}

function isBegun(grid, rows) {
  const open = rows.filter((row) => ["open", "refused"].includes(row.state));
  if (!open.length) return false;
  return grid === "register" || rows.some((row) => row.mark || row.changed?.length || row.state !== "open");
}

function wordsOf(grid) {
  if (grid === "round") return _("A medication round is not finished.");
  if (grid === "visits") return _("A visit list is not finished.");
  return _("The emergency register has rows that are not saved.");
}

// The same for somebody who is about to leave.
export function halfTypedLines(open) {
  const lines = open.map(({ words, path }) => el("p", {}, words, " ", el("a", { href: path }, _("Finish it"))));
  return lines.length ? [...lines, el("p", {}, _("What is half typed is deleted from this device when you log out."))] : [];
}
