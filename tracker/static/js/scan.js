// Scanning: with a hand scanner or by pasting, wherever the cursor is, and with the camera.
import { _, ready } from "./texts.js";
import { listenToKeys } from "./scan/burst.js";
import { isWhole, readCode } from "./scan/code.js";
import { makeRoom, say } from "./scan/said.js";

export { cameraButton } from "./scan/camera.js";
export { scannedPatient, scannedSheet } from "./scan/choose.js";
export { bareNumber, readCode } from "./scan/code.js";
export { hush, say } from "./scan/said.js";

const CODE_LIKE = /^(?=(?:.*[0-9]){4})[^\s]{6,}$/;
const CHUNK = 6;

// `onPatient(identity)`, `onSheet(serial)`: either may be left out. Returns a function to stop.
export function listenForScans({ onPatient, onSheet }) {
  const stopped = new AbortController();

  function deliver({ patient, sheet }) {
    if (sheet && onSheet) onSheet(sheet);
    else if (patient && onPatient) onPatient(patient);
    else if (sheet) say(_("Sheet %(serial)s. A sheet is not asked for here.", { serial: sheet }), { tone: "bad" });
    else say(_("A patient's number. A patient is not asked for here."), { tone: "bad" });
  }

  const stopKeys = listenToKeys((texts, { hasEnd, isCommand, takeOut }) => {
    const text = texts.find((one) => readCode(one).patient || readCode(one).sheet);
    if (!hasEnd && !(text && isWhole(text))) return false; // the rest may be on its way
    const read = text && readCode(text);
    if (!read && !isCommand && !CODE_LIKE.test(texts[0])) return false; // text that a program writes
    const field = document.activeElement;
    takeOut();
    if (read) deliver(read);
    else sayUnknown(texts[0], field);
    return true;
  });

  // Pasted text is what somebody chose to put there, unless it can only be a sheet.
  function onText(event) {
    const text = event.type === "paste" ? event.clipboardData?.getData("text/plain") : event.data;
    if (!text || (event.type !== "paste" && (event.inputType !== "insertText" || text.length < CHUNK))) return;
    const { sheet } = readCode(text);
    if (!sheet || !onSheet) return;
    event.preventDefault();
    onSheet(sheet);
  }
  addEventListener("paste", onText, { capture: true, signal: stopped.signal });
  addEventListener("beforeinput", onText, { capture: true, signal: stopped.signal });

  ready.then(makeRoom);
  return () => {
    stopKeys();
    stopped.abort();
  };
}

// It may be meant all the same: the number of a sample scanned into the field for it.
function sayUnknown(text, field) {
  const isText = field?.matches("input:not([type]), input[type=text], input[type=search], input[type=tel], textarea");
  const label = isText && field.labels?.[0]?.firstChild?.textContent.trim();
  const put = () => {
    field.focus();
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  say(_("This code is neither a patient nor a sheet: %(code)s. Nothing was changed.", { code: text }), {
    tone: "bad",
    choices: label ? [{ label: _("Close") }, { label: _("Put it in “%(field)s”", { field: label }), run: put }] : [],
  });
}
