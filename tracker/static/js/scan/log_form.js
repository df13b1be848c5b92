// Scanning into the logging form of the server's pages: a patient is chosen or typed, a sheet is named.
import { nameOf } from "../action_patient.js";
import { bareNumber, cameraButton, listenForScans, readCode } from "../scan.js";
import { scannedPatient, scannedSheet } from "./choose.js";

export function scanInto(form, patient) {
  const sheet = form.elements.sheet;

  function onPatient(number) {
    const choice = patient.choices.find((one) => one.dataset.search.split(/\s+/).some((word) => isNumber(word, number)));
    const told = patient.told();
    scannedPatient({
      now: told?.text ?? "",
      isSame: told?.choice ? told.choice === choice : isNumber(told?.number, number),
      next: choice ? nameOf(choice) : number,
      isListed: Boolean(choice),
      put: () => put(choice, number),
    });
  }

  // The cursor goes on to what is asked next, unless it stood in another part of the form.
  function put(choice, number) {
    const cursor = document.activeElement;
    const goesOn = cursor === document.body || patient.part.contains(cursor);
    if (choice) patient.take(choice);
    else patient.type(number);
    if (goesOn) (choice ? patient.nextField() : form.elements.name)?.focus();
  }

  // Typed or pasted as it stands in the code, a serial is stored without what marks it as one.
  sheet.addEventListener("change", () => {
    const { sheet: serial } = readCode(sheet.value);
    if (serial) sheet.value = serial;
  });
  const handlers = { onPatient, onSheet: (serial) => scannedSheet(sheet, serial) };
  listenForScans(handlers);
  for (const place of form.querySelectorAll("[data-scan]")) cameraButton(place, handlers);
}

function isNumber(text, number) {
  const typed = readCode(text ?? "").patient ?? text ?? "";
  return bareNumber(typed) === bareNumber(number);
}
