// One key for each thing done all night. Only outside of fields, without other keys held, and only while the user has
// them switched on (WCAG 2.1.4); everything can also be reached by Tab.
import { _ } from "../texts.js";
import { copyNext, hasBegun, next, refresh } from "./copying.js";
import { current, items, reveal, step } from "./place.js";
import { say } from "./told.js";

const SWITCH = `desk keys ${document.documentElement.dataset.owner ?? ""}`;
const SCANNER = 40; // ms: faster than a person; the rest of a code must not finish anything
const TEXT = 600; // ms in which four different keys are somebody who writes and thinks that a field has the cursor
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const dialog = document.getElementById("desk-keys");
const toggle = dialog?.querySelector(".desk-switch");
let lastAt = -Infinity;
let recent = []; // what was pressed outside of fields
let asked = null; // the item of which nothing was copied, and that was to be done all the same

function isOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function switchTo(on) {
  try {
    localStorage.setItem(SWITCH, on ? "on" : "off");
  } catch {
    // Storage is off: it holds until the page is left.
  }
  show(on);
}

function show(on) {
  document.documentElement.classList.toggle("keys-on", on);
  for (const one of document.querySelectorAll("[data-hotkey]")) {
    if (on) one.setAttribute("aria-keyshortcuts", one.dataset.hotkey);
    else one.removeAttribute("aria-keyshortcuts");
  }
}

function press(letter) {
  if (letter === "c") return copyNext();
  if (letter === "n" || letter === "p") return move(letter === "n" ? 1 : -1);
  if (letter === "r") return write(current()?.querySelector("input[name=reference]"));
  const found = target(letter);
  if (!found || (letter === "k" && isTooEarly(found))) return null;
  found.click();
  const details = found.matches("summary") ? found.parentElement : null;
  if (details?.open) write(details.querySelector("input:not([type=hidden]), textarea"));
  return null;
}

function target(letter) {
  const named = `[data-hotkey="${CSS.escape(letter)}"]`;
  const inItem = current()?.querySelector(named);
  return inItem ?? [...document.querySelectorAll(named)].find((one) => !one.closest(".work") && one.checkVisibility?.() !== false) ?? null;
}

// A key pressed once too often must not finish the next item unread.
function isTooEarly(button) {
  const article = button.closest(".work[data-mine]");
  if (!article || hasBegun(article) || asked === article || !article.querySelector(".desk-copy")) return false;
  asked = article;
  say(_("Nothing is copied from this one yet. Press K once more if it is entered all the same."));
  const box = article.querySelector(".desk-told");
  box.className = "desk-told desk-told-ask";
  box.hidden = false;
  box.textContent = _("Nothing is copied from this one yet. Press K once more if it is entered all the same.");
  return true;
}

function isText(letter, at) {
  recent = [...recent.filter((one) => at - one.at < TEXT), { letter, at }];
  return new Set(recent.map((one) => one.letter)).size > 3;
}

function move(by) {
  const article = step(by);
  if (!article) return say(by > 0 ? _("This is the last one.") : _("This is the first one."));
  refresh();
  return land(article);
}

// The keyboard stands at what is copied next, and a screen reader says which item it is.
export function land(article) {
  reveal(article);
  const there = "mine" in article.dataset ? next(article) : null;
  (there ?? article).focus({ preventScroll: true });
  say(article.querySelector("h2")?.textContent.trim() ?? "");
}

function write(field) {
  if (!field) return;
  field.focus();
  if (field.select) field.select();
}

function leave(field) {
  const details = field.closest(".say[open], .together[open]");
  if (details) details.open = false;
  field.blur();
  const article = current();
  if (article) land(article);
}

document.addEventListener("keydown", (event) => {
  const fast = event.timeStamp - lastAt < SCANNER;
  lastAt = event.timeStamp;
  const field = event.target.closest?.(FIELDS);
  if (dialog?.open || event.isComposing || event.defaultPrevented) return;
  if (field) {
    if (event.key === "Escape") leave(field);
    else if (event.key === "Enter" && event.ctrlKey) field.form?.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.key.length !== 1 || !isOn()) return;
  if (fast || (event.shiftKey && event.key !== "?")) return;
  const letter = event.key.toLowerCase();
  if (letter !== " " && isText(letter, event.timeStamp)) return; // the space bar ticks boxes
  if (!"cknprifszb?".includes(letter)) return;
  event.preventDefault();
  press(letter);
});

document.querySelector(".desk-help")?.addEventListener("click", () => dialog.showModal());
dialog?.querySelector(".desk-close").addEventListener("click", () => dialog.close());
toggle?.addEventListener("change", () => switchTo(toggle.checked));
document.addEventListener("focusin", () => isOn() && show(true)); // a refreshed page has new buttons

// Back from the record system the keyboard stands where it stood.
addEventListener("focus", () => {
  const article = current();
  if (article && document.activeElement === document.body) land(article);
});

export function start() {
  if (toggle) toggle.checked = isOn();
  for (const one of document.querySelectorAll(".desk-help")) one.hidden = false;
  show(isOn());
  refresh();
  const article = items().find((one) => "current" in one.dataset);
  if (article && "mine" in article.dataset) land(article);
}
