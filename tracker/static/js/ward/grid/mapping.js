// What each column of a list means: by its header in Swedish or English, else by what stands in it. No DOM here.
import { isNumber } from "./people.js";
import { choiceOf, plain } from "./values.js";

// Header words besides the routine's own labels. `bed`, `number`, `name`, `first`, `last` are the patient;
// `at` is when it was done; the others are fields, where the kind has them.
const HEADERS = {
  bed: ["säng", "sängplats", "plats", "sal", "rum", "sängnr", "bed", "place", "room"],
  number: ["personnummer", "personnr", "pnr", "pers nr", "person nr", "samordningsnummer", "reservnummer", "identitet",
    "identitetsnummer", "patientid", "patient id", "id", "identity", "identity number", "personal number", "number"],
  name: ["namn", "patient", "patientnamn", "patientens namn", "name", "patient name"],
  first: ["förnamn", "tilltalsnamn", "first name", "given name"],
  last: ["efternamn", "last name", "surname", "family name"],
  at: ["given", "given kl", "given tid", "utdelad", "utdelad kl", "given at", "done at"],
  drug: ["läkemedelsnamn", "preparat", "substans", "medicin", "drug", "medication", "medicine"],
  strength: ["styrka"],
  drug_form: ["form", "beredningsform", "beredning"],
  dose: ["dos", "mängd", "amount", "dosering"],
  dose_unit: ["enhet", "dosenhet", "enh", "unit", "dose unit"],
  route: ["väg", "adm väg", "adm sätt", "administrationsväg", "administreringssätt", "adm"],
  scheduled_time: ["tid", "klockslag", "kl", "ord tid", "ordinerad", "planerad tid", "time", "due", "scheduled"],
  prescriber: ["förskrivare", "ordinerad av", "ordinerande läkare"],
  note: ["anteckning", "anm", "anmärkning", "kommentar", "note", "comment", "remarks"],
  booked_time: ["tid", "bokad", "bokad tid", "besökstid", "klockslag", "kl", "time", "booked", "appointment"],
  clinician: ["vårdgivare", "läkare", "behandlare", "mottagning", "doctor", "physician"],
  visit_type: ["typ", "besökstyp", "type"],
  fee: ["avgift kr", "belopp", "pris", "kr", "patientavgift"],
  payment_method: ["betalsätt", "betalning"],
  arrived_at: ["ankomst", "ankom", "ankomsttid", "tid", "arrived", "arrival", "time"],
  reason: ["orsak", "sökorsak", "besöksorsak", "reason"],
  triage_level: ["triage", "prio", "prioritet", "färg", "priority"],
  arrival_mode: ["ankomstsätt", "hur"],
};
export const PERSON_COLUMNS = ["bed", "number", "name", "first", "last"];
const ENOUGH = 0.6;

// {headed, columns}: whether the first row is a header, and for each column what it means ("" when unknown).
export function mapColumns(rows, kind, patients) {
  const headers = rows[0]?.cells ?? [];
  const width = Math.max(0, ...rows.map((row) => row.cells.length));
  const named = headers.map((text) => meaningOf(text, kind));
  const headed = named.filter(Boolean).length >= 2 || (named.some(Boolean) && !headers.some(isNumber) && rows.length > 1);
  const columns = [];
  for (let place = 0; place < width; place += 1) {
    const meaning = headed ? named[place] ?? "" : byContent(rows.map((row) => row.cells[place] ?? ""), kind, patients, columns);
    columns.push(columns.includes(meaning) ? "" : meaning);
  }
  // One amount beside a drug, without a header: the dose, which every entry needs.
  const strength = columns.indexOf("strength");
  if (!headed && strength >= 0 && !columns.includes("dose")) columns[strength] = "dose";
  return { headed, columns };
}

export function meaningOf(header, kind) {
  const sought = plain(header);
  if (!sought) return "";
  const field = kind.fields.find((one) => [one.id, one.label, ...Object.values(one.labels ?? {})].map(plain).includes(sought));
  const person = PERSON_COLUMNS.find((column) => HEADERS[column].includes(sought));
  if (person) return person;
  if (field) return field.id;
  return Object.keys(HEADERS).find((meaning) => HEADERS[meaning].includes(sought)
    && (["at", "note"].includes(meaning) || kind.fields.some((one) => one.id === meaning))) ?? "";
}

// What the cells of a column look like. A dose is only guessed with its unit, or beside what is clearly a drug.
function byContent(texts, kind, patients, taken) {
  const filled = texts.filter(Boolean);
  const mostly = (test) => filled.length > 0 && filled.filter(test).length / filled.length >= ENOUGH;
  const has = (id) => kind.fields.find((field) => field.id === id);
  const beds = new Set(patients.filter((patient) => patient.bed).map((patient) => plain(patient.bed)));
  const names = new Set(patients.flatMap((patient) => plain(patient.name).split(" ")).filter((word) => word.length > 2));
  const isName = (text) => plain(text).split(" ").some((word) => names.has(word));
  const free = (meaning) => !taken.includes(meaning);
  if (mostly(isNumber) && free("number")) return "number";
  if (mostly((text) => beds.has(plain(text))) && free("bed")) return "bed";
  if (mostly(isName) && free("name")) return "name";
  const clock = ["scheduled_time", "booked_time", "arrived_at"].find((id) => has(id)) ?? "at";
  if (mostly((text) => /^([01]?\d|2[0-3])[:.]?[0-5]\d$/.test(text) && /[:.]/.test(text)) && free(clock)) return clock;
  for (const field of kind.fields) {
    if (field.choices.length && free(field.id) && mostly((text) => choiceOf(field, text))) return field.id;
  }
  if (has("strength") && mostly((text) => /^\d+([.,]\d+)?\s?(mg|g|µg|mikrogram|ml|mmol|e|ie|%)(\/\w+)?$/i.test(text)) && free("strength") && taken.includes("drug")) return "strength";
  if (has("dose") && mostly((text) => /^\d+([.,]\d+)?(\s?\p{L}+)?$/u.test(text)) && free("dose") && taken.includes("drug")) return "dose";
  if (mostly((text) => /^\p{L}[\p{L}\s'’-]+$/u.test(text) && / |,/.test(text)) && free("name") && !taken.includes("drug")) return "name";
  const main = kind.fields.find((field) => field.id === kind.subject);
  if (main && ["text", "long_text"].includes(main.type) && mostly((text) => /\p{L}{3}/u.test(text)) && free(main.id)) return main.id;
  return "";
}
