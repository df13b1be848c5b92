// Scanning on the pages of the unit's patients: a wristband leads to the row, or fills in the number to add.
import { bareNumber, cameraButton, listenForScans, readCode, say, scannedPatient } from "../scan.js";
import { _ } from "../texts.js";

export function scanPatients(rows) {
  const identity = document.querySelector("input#identity");
  const isNumber = (text, number) => bareNumber(readCode(text).patient ?? text) === bareNumber(number);

  function onPatient(number) {
    const row = rows.find((one) => one.dataset.search.split(/\s+/).some((word) => isNumber(word, number)));
    if (row) show(row);
    else if (identity) fill(number);
    else say(_("Patient %(number)s is not on this page.", { number }), { tone: "bad" });
  }

  function show(row) {
    row.hidden = false;
    for (const around of [row.closest(".patients-wrap"), row.closest("details")]) {
      if (around) Object.assign(around, { hidden: false, open: true });
    }
    row.querySelector(".who a")?.focus();
    row.scrollIntoView({ block: "center" });
    const words = [".spot", ".who a"].map((part) => row.querySelector(part)?.textContent ?? "").join(" ");
    say(_("On the list: %(patient)s", { patient: words.replace(/\s+/g, " ").trim() }));
  }

  function fill(number) {
    const now = identity.value.trim();
    scannedPatient({
      now, isSame: isNumber(now, number), next: number, isListed: false,
      put: () => {
        const form = identity.form;
        for (let around = identity.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
        for (const other of form.querySelectorAll("#name")) other.value = "";
        const way = form.querySelector('input[name="how"][value="identity"]');
        if (way && !way.checked) way.click();
        const label = form.querySelector("#unknown");
        if (label?.checked) label.click();
        identity.value = number;
        form.querySelector("#name")?.focus();
      },
    });
  }

  listenForScans({ onPatient });
  for (const place of document.querySelectorAll("[data-scan]")) cameraButton(place, { onPatient });
}
