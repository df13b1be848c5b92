// What a scan means in the ward's logging form. See scan/choose.js: nothing that somebody chose is replaced without asking.
import { bareNumber, cameraButton, listenForScans, readCode, scannedPatient, scannedSheet } from "../scan.js";
import { patientShown } from "./patient_part.js";

// `container`: where the camera's button goes. Returns a function to stop.
export function scanInto(form, container) {
  const { patient, sheet } = form;
  const isNumber = (text, number) => bareNumber(readCode(text).patient ?? text) === bareNumber(number);
  const handlers = {
    onPatient(number) {
      const chosen = patient.chosen();
      const listed = patient.known(number);
      scannedPatient({
        now: chosen ? words(chosen) : patient.typed(),
        isSame: chosen ? chosen === listed : isNumber(patient.typed(), number),
        next: listed ? words(listed) : number,
        isListed: Boolean(listed),
        put: () => {
          patient.clear(); // a name typed for somebody else must not stay
          patient.useIdentity(number);
        },
      });
    },
    onSheet: (serial) => scannedSheet(sheet, serial),
  };
  // Typed or pasted as it stands in the code, a serial is stored without what marks it as one.
  sheet.addEventListener("change", () => { sheet.value = readCode(sheet.value).sheet ?? sheet.value; });
  const stopKeys = listenForScans(handlers);
  const stopCamera = cameraButton(container, handlers);
  return () => {
    stopKeys();
    stopCamera();
  };
}

// "12 Tolvan Tolvansson 19121212-1212"
function words(patient) {
  return patientShown(patient).textContent.replace(/\s+/g, " ").trim();
}
