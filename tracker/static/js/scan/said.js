// What a scan came to, in words: one note, over the page, that speaks to screen readers too.
import { _, ready } from "../texts.js";
import { el } from "../ward/dom.js";

const SHOWN = 8000; // ms; a question stays until it is answered

let note = null;
let timer = 0;
let cameFrom = null;

// The place that is spoken must stand in the page before it is spoken; in a dialog that is open, for nothing else can be
// reached then.
export function makeRoom() {
  const place = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  if (note?.parentElement === place && note.isConnected) return;
  note?.remove();
  note = el("div", { class: "scan-said", role: "status" });
  place.append(note);
}

// `tone`: "done", "ask" or "bad". `choices`: [{label, run, main}]; of a question the `main` one gets the cursor: let it
// be the one that changes nothing.
export async function say(text, { tone = "done", choices = [] } = {}) {
  await ready;
  makeRoom();
  hush();
  const close = el("button", { type: "button", class: "scan-close", "aria-label": _("Close"), onclick: hush }, "×");
  const buttons = choices.map(({ label, run, main }) =>
    el("button", { type: "button", class: `btn ${main ? "btn-primary" : "btn-secondary"}`, onclick: () => answer(run) }, label));
  note.className = `scan-said scan-${tone}`;
  note.replaceChildren(el("p", {}, text), buttons.length ? el("div", { class: "scan-choices" }, buttons) : close);
  if (tone === "ask") {
    cameFrom = document.activeElement;
    buttons[Math.max(0, choices.findIndex((choice) => choice.main))]?.focus();
  } else if (!buttons.length) {
    timer = setTimeout(hush, SHOWN);
  }
}

export function hush() {
  clearTimeout(timer);
  const hadFocus = note?.contains(document.activeElement);
  if (note) note.className = "scan-said";
  note?.replaceChildren();
  if (hadFocus) cameFrom?.focus();
  cameFrom = null;
}

function answer(run) {
  hush();
  run?.();
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (note?.closest("dialog") && note.childElementCount) event.preventDefault(); // the dialog stays
  hush();
});
