// Cells of a list turned into rows of the grid. Nothing is dropped: what has no place stays beside its row. No DOM here.
import { _ } from "../../texts.js";
import { findPatient, isNumber, knownPerson } from "./people.js";
import { PERSON_COLUMNS } from "./mapping.js";
import { newRow } from "./rows.js";
import { momentOf, splitDose, splitStrength, understand } from "./values.js";

// `cells`: rows as readText or the server give them. `mapped`: {headed, columns}. → grid rows in the list's order.
// A bed or a name that is left empty means the patient above, as printed lists are written.
export function takeIn(cells, mapped, { layout, patients }) {
  const headers = mapped.headed ? cells[0].cells : [];
  const rows = [];
  let above = null;
  for (const line of mapped.headed ? cells.slice(1) : cells) {
    const told = {};
    const unplaced = [];
    mapped.columns.forEach((meaning, place) => {
      const text = line.cells[place] ?? "";
      const fault = line.faults?.[place];
      if (fault) unplaced.push([headers[place] ?? "", `${text} (${fault})`.trim()]);
      else if (text && meaning) told[meaning] = text;
      else if (text) unplaced.push([headers[place] ?? "", text]);
    });
    const person = personOfLine(told, patients, layout) ?? above ?? { person: null, personText: "" };
    if (PERSON_COLUMNS.some((column) => told[column])) above = person;
    rows.push(newRow(person.person, valuesOf(told, layout, unplaced), {
      personText: person.personText, faults: person.fault ? { patient: person.fault } : {}, at: told.at ? momentOf(told.at) ?? told.at : "", note: told.note ?? "", unplaced,
    }));
  }
  return rows;
}

function personOfLine(told, patients, layout) {
  const name = told.name ?? [told.first, told.last].filter(Boolean).join(" ");
  const number = told.number ?? "";
  if (!name && !number && !told.bed) return null;
  const found = findPatient(patients, { bed: told.bed ?? "", number, name });
  const personText = number || name || told.bed;
  if (found.patient) {
    const person = knownPerson(found.patient);
    return { person: { ...person, bed: person.bed || told.bed || "" }, personText };
  }
  if (number && (isNumber(number) || number.replace(/[^0-9A-Za-z]/g, "").length >= 10)) {
    return { person: { number, name, bed: told.bed ?? "", isNew: true }, personText };
  }
  if (layout.labels && !found.many) return { person: { number: number || name, name: "", label: true, isNew: true }, personText };
  const fault = found.many ? _("Several patients fit. Enter the number.") : _("Nobody on the list fits. Enter the patient's number.");
  return { person: null, personText: [told.bed, name].filter(Boolean).join(" ") || number, fault };
}

function valuesOf(told, layout, unplaced) {
  const fields = new Map(layout.kind.fields.map((field) => [field.id, field]));
  const texts = { ...told };
  if (fields.has("dose_unit") && texts.dose && !texts.dose_unit) {
    const split = splitDose(texts.dose);
    if (split) [texts.dose, texts.dose_unit] = split;
  }
  if (fields.has("strength") && texts.drug && !texts.strength) {
    const split = splitStrength(texts.drug);
    if (split) [texts.drug, texts.strength] = split;
  }
  const values = {};
  for (const [name, text] of Object.entries(texts)) {
    const field = fields.get(name);
    if (!field) continue;
    const value = understand(field, text, layout.ahead?.includes(name));
    if (field.type === "datetime" && !momentOf(value)) unplaced.push([field.label, text]);
    else values[name] = value;
  }
  // A field that is only asked after another answer brings that answer along (a booked time: it was booked).
  for (const [name] of Object.entries(values)) {
    const condition = fields.get(name).shown_when;
    if (condition && !values[condition.field] && condition.equals.length === 1) values[condition.field] = String(condition.equals[0]);
  }
  return values;
}
