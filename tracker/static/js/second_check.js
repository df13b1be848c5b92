/* Checking with the keyboard: Enter says "the same" and goes on to the next line, or on from what was written. */

const form = document.querySelector(".second-check");

/** The box of the line after this one, or the button that approves after the last. */
function after(row) {
  const rows = [...form.querySelectorAll(".check-row")];
  const next = rows.slice(rows.indexOf(row) + 1).find((other) => !isAnswered(other));
  return next ? next.querySelector("input[type=checkbox]") : form.querySelector("[data-approve]");
}

function isAnswered(row) {
  return row.querySelector("input[type=checkbox]").checked || row.querySelector("input[type=text]").value.trim() !== "";
}

if (form) {
  form.addEventListener("keydown", (event) => {
    const row = event.target.closest(".check-row");
    if (event.key !== "Enter" || !row || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (event.target.type === "checkbox") event.target.checked = true;
    after(row).focus();
  });

  // What is written stands instead of the tick.
  form.addEventListener("input", (event) => {
    const row = event.target.closest(".check-row");
    if (row && event.target.type === "text" && event.target.value.trim()) {
      row.querySelector("input[type=checkbox]").checked = false;
    }
  });

  // A page that comes back with faults shows those first.
  if (!form.querySelector("[data-focus]")) {
    const open = [...form.querySelectorAll(".check-row")].find((row) => !isAnswered(row));
    if (open) open.querySelector("input[type=checkbox]").focus();
  }
}
