// Which patient a text means: a bed, a number or a name of the unit's list, else somebody new. No DOM here.
import { bareIdentity, identityDoubt } from "../check.js";
import { _ } from "../../texts.js";
import { plain } from "./values.js";

const LONGEST_LABEL = 40;

// Whether the text has the shape of a personnummer or samordningsnummer, or of another number with digits throughout.
export function isNumber(text) {
  return /^[0-9]{10}(?:[0-9]{2})?$/.test(String(text ?? "").replace(/[\s\u00a0–+-]/g, ""));
}

// {patient} of the list, {many: [...]} when several fit, or {} when nobody does.
export function findPatient(patients, { bed = "", number = "", name = "" }) {
  if (number.trim()) {
    const sought = bareIdentity(number);
    const same = patients.filter((patient) => [patient.identity, patient.number].some((own) => own && bareIdentity(own) === sought));
    return one(same);
  }
  const inBed = patients.filter((patient) => patient.bed && plain(patient.bed) === plain(bed));
  const called = patients.filter((patient) => isCalled(patient, name));
  if (!name.trim()) return one(inBed);
  if (!bed.trim()) return one(called);
  const both = inBed.filter((patient) => called.includes(patient));
  // Another name in the bed than the list says: somebody has moved, and a guess could give one the other's doses.
  return both.length || !inBed.length ? one(both.length ? both : called) : { many: [...new Set([...inBed, ...called])] };
}

// One field in which anything may stand: "12:1", "19121212-1212", "Sven" or "12:1 Sven".
export function findByText(patients, text) {
  if (isNumber(text)) return findPatient(patients, { number: text });
  const exact = patients.filter((patient) => [patient.bed, patient.identity].some((own) => own && plain(own) === plain(text)));
  if (exact.length) return one(exact);
  const words = plain(text).split(" ").filter(Boolean);
  const told = (patient) => plain(`${patient.bed ?? ""} ${patient.number} ${patient.identity} ${patient.name}`);
  return words.length ? one(patients.filter((patient) => words.every((word) => told(patient).includes(word)))) : {};
}

// A patient of the list as a row keeps them.
export function knownPerson(patient) {
  return { id: patient.id, number: patient.number, name: patient.name, bed: patient.bed ?? "", protected: patient.protected, unknown: patient.unknown };
}

// How the entry names a patient: by id if the server knows them, else as written. A label is nobody's number.
export function namedPatient(person) {
  if (person.id) return { id: person.id };
  return { identity: person.number, name: person.name ?? "", ...(person.label ? { identity_kind: "unknown" } : {}) };
}

export function personFault(person) {
  if (!person?.id && !person?.number) return _("Enter the patient's identity number, or a label if unknown.");
  if (person.label && person.number.length > LONGEST_LABEL) return _("The label is too long: at most 40 characters.");
  return person.id || person.label ? "" : identityDoubt(person.number);
}

// The same patient in two rows: by id, or as written.
export function personKey(person) {
  return person?.id ?? `${person?.label ? "label" : "new"}:${bareIdentity(person?.number ?? "")}`;
}

// Beds as people order them: 2 before 10; those without a bed last.
export function byBed(one, other) {
  if (!one !== !other) return one ? -1 : 1;
  return String(one ?? "").localeCompare(String(other ?? ""), "sv", { numeric: true });
}

function isCalled(patient, name) {
  const words = (text) => plain(text).split(" ").filter(Boolean);
  const own = words(patient.name);
  const sought = words(name);
  return sought.length > 0 && own.length > 0 && sought.every((word) => own.includes(word));
}

// Somebody booked twice stands on the list twice and is one patient.
function one(all) {
  const found = all.filter((patient, place) => all.findIndex((other) => other.id === patient.id) === place);
  if (found.length === 1) return { patient: found[0] };
  return found.length ? { many: found } : {};
}
