// Copies field by field in the order of typing. Which one is next, and which was last, stays through visits to the record
// system, a reload and a refused form.
import { _ } from "../texts.js";
import { begin } from "./begin.js";
import { put } from "./clipboard.js";
import { current, fold, items } from "./place.js";
import { say } from "./told.js";

const desk = document.querySelector("[data-desk]");
const NUMBER = "desk number"; // whose number was copied last, by the patient's own id: it is searched for once
let queue = Promise.resolve();

document.documentElement.classList.add("can-copy");

function buttons(article) {
  return [...article.querySelectorAll(".typed button[data-copy], .sentence button[data-copy]")];
}

function numberButton() {
  const first = desk && document.querySelector(".work[data-mine]") && recall(NUMBER) !== desk.dataset.desk;
  return first ? desk.querySelector("button[data-copy]") : null;
}

// Where storage is switched off it lasts as long as the page.
const kept = new Map();

function recall(name) {
  try {
    return sessionStorage.getItem(name) ?? kept.get(name) ?? null;
  } catch {
    return kept.get(name) ?? null;
  }
}

function remember(name, value) {
  kept.set(name, String(value));
  try {
    sessionStorage.setItem(name, String(value));
  } catch {
    // It is kept above.
  }
}

function key(article) {
  return `desk ${article.id} ${article.dataset.mine ?? ""}`;
}

function at(article) {
  return Number(recall(key(article)) ?? -1);
}

export function hasBegun(article) {
  return at(article) >= 0 || article.hasAttribute("data-begun");
}

export function next(article) {
  return numberButton() ?? buttons(article)[at(article) + 1] ?? null;
}

export function copyNext() {
  queue = queue.then(async () => {
    const article = current();
    const button = article && next(article);
    if (button) await copy(button, true);
    else if (article) say(_("Everything is copied."));
  });
  return queue;
}

async function copy(button, goOn) {
  const article = button.closest(".work");
  if (button.dataset.begin && !(await begin(article, button.dataset.begin))) return;
  let copied = false;
  try {
    copied = await put(button.dataset.copy);
  } catch {
    copied = false;
  }
  if (!copied) {
    select(button);
    return;
  }
  if (article) remember(key(article), buttons(article).indexOf(button));
  else if (desk?.contains(button)) remember(NUMBER, desk.dataset.desk);
  show(button);
  refresh();
  const then = goOn && current() && next(current());
  say(then ? _("Copied: %(what)s. Next: %(next)s", { what: what(button), next: what(then) }) : _("Copied: %(what)s.", { what: what(button) }));
  if (document.activeElement?.closest("input, textarea, select, dialog")) return; // a slow answer takes nobody out of a field
  if (then) then.focus({ preventScroll: isInSight(then) });
  else button.focus({ preventScroll: true });
}

function show(button) {
  button.querySelector(".copy-word").textContent = button.dataset.copied;
  button.classList.add("copied");
}

function what(button) {
  return button.querySelector(".visually-hidden").textContent.trim();
}

function row(button) {
  return button.closest(".typed, .sentence, .patient-head");
}

// Marks what is next and what was last, and writes it on the button that stays in sight.
export function refresh() {
  for (const one of document.querySelectorAll(".is-next, .is-last")) one.classList.remove("is-next", "is-last");
  for (const article of items().filter((one) => fold(one)?.open && "mine" in one.dataset)) {
    const every = buttons(article);
    every.slice(0, at(article) + 1).forEach(show);
    const following = next(article);
    if (at(article) >= 0) row(every[at(article)])?.classList.add("is-last");
    if (following) row(following).classList.add("is-next");
    const bar = article.querySelector(".desk-copy");
    if (!bar) continue;
    bar.querySelector(".desk-copy-what").textContent = following ? what(following) : "";
    bar.querySelector(".desk-copy-word").textContent = following ? _("Copy next") : _("Everything is copied");
  }
}

function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top > 180 && bottom < innerHeight - 140; // what stays in sight above and below
}

function select(button) {
  const value = button.parentElement.querySelector(".value, .sentence-text, .patient-number");
  if (value) getSelection().selectAllChildren(value);
  say(_("The browser did not copy. The text is marked: press Ctrl and C."));
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".desk-copy")) {
    copyNext();
    return;
  }
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const byKeyboard = event.detail === 0;
  queue = queue.then(() => copy(button, byKeyboard));
});
document.addEventListener("toggle", refresh, true);
