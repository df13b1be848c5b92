// Small helps on the pages of accounts and units: print, copy a link, mark what differs from the routine.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = button.dataset.copied;
      } catch {
        button.hidden = true; // not allowed here: the link stands above and can be marked by hand
      }
    });
  }
}

for (const select of document.querySelectorAll(".assign select")) {
  select.addEventListener("change", () => select.closest(".assign").classList.toggle("assign-own", select.value !== ""));
}
