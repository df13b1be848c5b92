// The unit's patients: finding one in the list, and one menu open at a time.
import { scanPatients } from "./scan/patient_list.js";

const find = document.querySelector("[data-find]");
const rows = [...document.querySelectorAll(".patients-list tbody tr")];
scanPatients(rows);

if (find && rows.length > 6) {
  const input = find.querySelector("input");
  const none = document.querySelector("[data-none]");
  find.hidden = false;
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().replaceAll("-", "").split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.dataset.search.replaceAll("-", "");
      row.hidden = !words.every((word) => text.includes(word));
    }
    for (const wrap of document.querySelectorAll(".patients-wrap")) {
      wrap.hidden = !wrap.querySelector("tbody tr:not([hidden])");
    }
    for (const earlier of document.querySelectorAll(".earlier:has(.patients-list)")) {
      if (words.length) earlier.open = Boolean(earlier.querySelector("tbody tr:not([hidden])"));
    }
    none.hidden = rows.some((row) => !row.hidden);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      input.dispatchEvent(new Event("input"));
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    rows.find((row) => !row.hidden)?.querySelector("a")?.focus();
  });
}

// On a phone the list comes first: what adds to it is folded until it is wanted.
const fold = document.querySelector("#add[data-fold]");
if (fold && matchMedia("(max-width: 48rem)").matches) fold.open = false;

const menus = [...document.querySelectorAll(".row-more")];
for (const menu of menus) {
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    for (const other of menus) if (other !== menu) other.open = false;
    menu.querySelector("input.form-control")?.select();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A label needs no name, and a number is not a label.
const unknown = document.querySelector("#unknown");
const name = document.querySelector("#name");
const label = document.querySelector('label[for="identity"]');
function showUnknown() {
  name.closest(".field").hidden = unknown.checked;
  label.textContent = unknown.checked ? label.dataset.label : label.dataset.number;
}
if (unknown && name && label) {
  label.dataset.number = label.textContent;
  label.dataset.label = unknown.dataset.label;
  unknown.addEventListener("change", showUnknown);
  showUnknown();
}

// Pasting into the box reads the rows at once: what they would do is only shown.
const pasted = document.querySelector("#pasted[data-read-at-once]");
pasted?.addEventListener("paste", () => setTimeout(() => pasted.value.trim() && pasted.form.requestSubmit()));

// Whoever has no other identity is asked for no number.
for (const part of document.querySelectorAll("[data-when]")) {
  const answers = part.closest("form").querySelectorAll(`input[name="${part.dataset.when}"]`);
  const show = () => {
    const chosen = [...answers].find((answer) => answer.checked);
    part.hidden = Boolean(chosen) && chosen.value !== part.dataset.equals;
  };
  for (const answer of answers) answer.addEventListener("change", show);
  show();
}
