// Scanning in a grid: a wristband leads to the patient's row. Nothing is marked and nobody is added by a scan alone.
import { _ } from "../../texts.js";
import { bareNumber, listenForScans, readCode, say, scannedSheet } from "../../scan.js";
import { canEdit } from "./rows.js";

// Returns a function to stop. `show(row)` makes a row visible that is narrowed away.
export function scanInGrid(grid, show) {
  function onPatient(number) {
    if (document.querySelector("dialog[open]")) {
      say(_("Close the form that is open first. Nothing was changed."), { tone: "bad" });
      return;
    }
    const own = grid.rows.filter((row) => row.person && bareNumber(readCode(row.person.number ?? "").patient ?? row.person.number ?? "") === bareNumber(number));
    const row = own.find((one) => canEdit(one) && !one.mark) ?? own[0];
    if (row) {
      show(row);
      grid.goTo(row);
      say(_("Patient: %(patient)s", { patient: [row.person.bed, row.person.name, row.person.number].filter(Boolean).join(" ") }));
      return;
    }
    const adder = document.querySelector("#sheet-add");
    if (!adder) return;
    adder.value = number;
    adder.focus();
    say(_("Patient %(number)s has no row here. Press Enter to add one.", { number }));
  }

  // A row has its paper's number in the form with all its fields.
  function onSheet(serial) {
    const field = document.querySelector("dialog[open] #row-sheet");
    if (!field) {
      say(_("Sheet %(serial)s. Open all fields of its row (M) and scan it again.", { serial }), { tone: "bad" });
      return;
    }
    scannedSheet(field, serial);
  }

  return listenForScans({ onPatient, onSheet });
}
