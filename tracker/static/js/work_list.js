// The keyboard on a list of rows to tick. The letters work only while a row's tick box has the focus (WCAG 2.1.4).
import { put } from "./desk/clipboard.js";
import { plural, ready } from "./texts.js";

const form = document.querySelector("form.work-list");

function boxes() {
  return [...form.querySelectorAll("input[name=row]")];
}

function ticked() {
  return boxes().filter((box) => box.checked);
}

function count() {
  const number = ticked().length;
  form.querySelector(".ticked-count").textContent = number ? plural("%(num)s ticked", "%(num)s ticked", number) : "";
  for (const all of form.querySelectorAll(".tick-group")) {
    const own = [...all.closest(".list-group").querySelectorAll("input[name=row]")];
    all.checked = own.every((box) => box.checked);
    all.indeterminate = !all.checked && own.some((box) => box.checked);
  }
}

function move(box, by) {
  const all = boxes();
  const next = all[all.indexOf(box) + by];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

// Said of the ticked rows; of the one that has the focus, where none is ticked.
function say(button, box) {
  if (!ticked().length) box.checked = true;
  form.requestSubmit(button);
}

function onRow(event, box) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    return move(box, event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.key === "Enter") return event.preventDefault();
  const letter = event.key.toLowerCase();
  if (event.repeat) return null;
  if (letter === "c") return put(box.dataset.copy).then(() => box.focus());
  const button = form.querySelector(`button[data-verb="${CSS.escape(letter)}"]`);
  return button ? say(button, box) : null;
}

// Enter in a reference ticks its row and goes on to the next one: nothing is sent by mistake.
function onReference(event, field) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const fields = [...form.querySelectorAll(".list-reference")];
  field.closest("tr").querySelector("input[name=row]").checked = true;
  count();
  fields[fields.indexOf(field) + 1]?.focus();
}

if (form) {
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.matches("input[name=row]")) onRow(event, event.target);
    else if (event.target.matches(".list-reference")) onReference(event, event.target);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches(".tick-group")) {
      for (const box of event.target.closest(".list-group").querySelectorAll("input[name=row]")) box.checked = event.target.checked;
    }
    count();
  });
  for (const one of form.querySelectorAll(".tick-all, .list-keys")) one.hidden = false;
  ready.then(count);
  const bad = document.querySelector(".summary-bad");
  const goesOn = document.querySelector(".flash"); // something was just said of rows: the keyboard is at the next
  (bad ?? (goesOn ? boxes()[0] : null))?.focus({ preventScroll: !bad });
}
