// What a scan does to a form: it fills in what was empty, says so when it is the same, and asks before it replaces what
// somebody has chosen.
import { _ } from "../texts.js";
import { say } from "./said.js";

// `now`: who is chosen, in words, or ""; `isSame`: whether that is the scanned one; `next`: the scanned one in words;
// `isListed`: whether the unit's list has the patient; `put()` chooses.
export function scannedPatient({ now, isSame, next, isListed, put }) {
  const set = () => {
    put();
    say(isListed ? _("Patient: %(patient)s", { patient: next })
      : _("Patient %(number)s is not in the list. The number is filled in.", { number: next }));
  };
  if (!now) set();
  else if (isSame) say(_("The same patient: %(patient)s", { patient: now }));
  else ask(_("You have chosen %(patient)s. You scanned somebody else: %(other)s.", { patient: now, other: next }), now, next, set);
}

export function scannedSheet(field, serial) {
  const now = field.value.trim().toUpperCase();
  const set = () => {
    field.value = serial;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    say(_("Sheet %(serial)s", { serial }));
  };
  if (!now) set();
  else if (now === serial) say(_("The same sheet: %(serial)s", { serial }));
  else ask(_("Sheet %(serial)s is named already. You scanned another: %(other)s.", { serial: now, other: serial }), now, serial, set);
}

function ask(question, now, next, change) {
  say(question, {
    tone: "ask",
    choices: [
      { label: _("Keep %(what)s", { what: now }), main: true },
      { label: _("Change to %(what)s", { what: next }), run: change },
    ],
  });
}
