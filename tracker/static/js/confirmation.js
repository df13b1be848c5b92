// Choosing many: all on the page, a stretch with Shift, and how many are chosen. Without this, one ticks and sends.
import "./print.js";

const boxes = [...document.querySelectorAll("[data-choose]")];
const bar = document.getElementById("confirm-many");
const all = bar?.querySelector("[data-select-page]");
const count = bar?.querySelector("[data-chosen]");
const send = bar?.querySelector("button");
const chooseAll = all?.textContent;
let last = null;

function chosen() {
  return boxes.filter((box) => box.checked).length;
}

function tell() {
  if (!bar) return;
  const number = chosen();
  count.textContent = number ? `(${number})` : "";
  send.disabled = number === 0;
  all.textContent = number === boxes.length ? all.dataset.clear : chooseAll;
}

for (const box of boxes) {
  box.addEventListener("click", (event) => {
    if (event.shiftKey && last && last !== box) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
    }
    last = box;
    tell();
  });
}
all?.setAttribute("role", "button");
all?.addEventListener("click", (event) => {
  event.preventDefault();
  const check = chosen() !== boxes.length;
  for (const box of boxes) box.checked = check;
  tell();
});
all?.addEventListener("keydown", (event) => {
  if (event.key !== " ") return;
  event.preventDefault();
  all.click();
});
addEventListener("pageshow", tell);
tell();
