// The front desk's visit list: who came and paid, was free of charge, did not come; and what the cash box should hold.
import { _, plural } from "../../texts.js";
import { kindFor } from "../grid/place.js";
import { byBed, knownPerson, personKey } from "../grid/people.js";
import { isSaved, newRow } from "../grid/rows.js";
import { showGrid } from "../grid/screen.js";
import { momentOf } from "../grid/values.js";
import { isAhead, localMoment } from "../moment.js";
import { asTyped, written } from "../written.js";
import { patientAdder } from "./round.js";

const KIND = "visit";
const COLUMNS = ["booked_time", "visit_type", "clinician", "fee"];
const SETTLED = ["visit_type", "contact_type", "clinician", "fee", "payment_method"];
const MARKED = ["attendance", "payment"];

export async function show(main, context) {
  context.title(_("Visit list"));
  const kind = kindFor(main, context, KIND);
  if (!kind) return;
  const field = (id) => kind.fields.find((one) => one.id === id);
  const lastOf = (id) => {
    const latest = context.bundle.visits.findLast((visit) => visit.fields[id] !== undefined);
    return latest ? asTyped(field(id), latest.fields[id]) : field(id)?.default ?? "";
  };
  const came = (payment) => () => ({ attendance: "attended", payment });
  const missed = (attendance) => (grid) => {
    const payment = grid.head.values.missed_payment || "undecided";
    return { attendance, payment, ...(payment === "invoice" ? { fee: grid.head.values.missed_fee ?? "" } : {}) };
  };
  await showGrid(main, context, {
    name: "visits", kind, grouped: false, asksFirst: true, doubles: true,
    columns: kind.fields.filter((one) => COLUMNS.includes(one.id)),
    marked: MARKED, asked: [], settled: SETTLED,
    marks: [
      { id: "paid", label: _("Came, paid"), planned: true, keys: ["B", "P"], set: came("paid") },
      { id: "free", label: _("Free of charge"), keys: ["F"], set: came("free") },
      { id: "invoice", label: _("Invoice"), keys: ["K", "I"], set: came("invoice") },
      { id: "no_show", label: _("Did not come"), keys: ["U", "N"], set: missed("no_show") },
      { id: "late", label: _("Cancelled late"), keys: ["L", "C"], set: missed("late_cancellation") },
    ],
    // A fee of those who come stands for nobody who does not, and a way of payment only where something was paid.
    settledFor: (grid, row) => Object.fromEntries(SETTLED.map((id) => [id, row.before?.[id] || row.values[id] || grid.head.values[id] || ""])),
    aside: () => false,
    subject: "booked_time",
    rowKey: (row) => [personKey(row.person), row.values.booked_time].join("|"),
    timeOf: (row) => visitTime(row),
    timeStands: true,
    ahead: ["booked_time"],
    timeCell: "at", ownTime: true, usesClock: false,
    head: [
      { id: "visit_type", field: "visit_type", start: lastOf("visit_type") },
      { id: "contact_type", field: "contact_type", start: lastOf("contact_type") },
      { id: "clinician", field: "clinician", start: lastOf("clinician") },
      { id: "fee", field: "fee", start: lastOf("fee") },
      { id: "payment_method", field: "payment_method", start: lastOf("payment_method") },
      { id: "missed_payment", field: "payment", label: _("When the patient did not come"), choices: ["invoice", "free", "undecided"], start: "undecided" },
      { id: "missed_fee", field: "fee", label: _("Fee when the patient did not come"), shown: (values) => values.missed_payment === "invoice" },
    ],
    caption: _("Visit list"), markLabel: _("The visit"),
    allLabel: _("All came and paid"), addLabel: _("Another visit"), removeLabel: _("Take the row off the list"),
    saveLabel: (count) => plural("Save %(num)s marked", "Save %(num)s marked", count),
    againLabel: _("Take saved rows away"),
    emptyTitle: _("No visits yet"),
    emptyText: _("Paste or import the day's list, or add patients one by one."),
    logged: (bundle) => bundle.visits,
    firstRows: ({ bundle }) => bundle.patients.filter((one) => one.booked_at && !bundle.visits.some((visit) => isOf(visit, one)))
      .map((one) => newRow(knownPerson(one), bookedValues(one, field))),
    sort: (rows) => {
      const order = new Map(rows.map((row, number) => [row, number]));
      rows.sort((one, other) => byBed(one.values.booked_time, other.values.booked_time) || order.get(one) - order.get(other));
    },
    noticed: (row, cell) => {
      if (cell === "booked_time" && row.values.booked_time) row.values.booked_how = "booked";
    },
    totals: (rows) => totalOf(rows, field),
    again: (grid) => grid.rows.filter((row) => !isSaved(row)),
    adder: (grid, added) => patientAdder(grid, added, _("Add a visit: bed, name or number"), _("Add")),
  });
}

// Whether a logged visit is the one that is booked: a patient may be booked twice.
function isOf(visit, booked) {
  const told = visit.fields.booked_time;
  return visit.patient === booked.id && (!told || Date.parse(told) === Date.parse(booked.booked_at));
}

function bookedValues(patient, field) {
  const values = field("booked_time") ? { booked_how: "booked", booked_time: localMoment(new Date(patient.booked_at)) } : {};
  return patient.clinician && field("clinician") ? { ...values, clinician: patient.clinician } : values;
}

// A visit took place at its booked time, as far as the list knows; one that is booked for later takes place now.
function visitTime(row) {
  const booked = momentOf(row.values.booked_time ?? "");
  return booked && !isAhead(booked) ? booked : localMoment();
}

// Kronor paid on the spot, whole and by way of payment: what the cash box and the card terminal should say.
function totalOf(rows, field) {
  const sums = new Map();
  for (const row of rows) {
    if (row.values.payment !== "paid" || row.values.attendance !== "attended" || !row.mark) continue;
    const kronor = Number(String(row.values.fee ?? "").replace(/\s/g, "").replace(",", "."));
    if (Number.isFinite(kronor)) sums.set(row.values.payment_method ?? "", (sums.get(row.values.payment_method ?? "") ?? 0) + kronor);
  }
  if (!sums.size) return "";
  const shown = (kronor) => kronor.toLocaleString("sv-SE", { maximumFractionDigits: 2 });
  const all = [...sums.values()].reduce((total, kronor) => total + kronor, 0);
  const parts = [...sums].map(([method, kronor]) => `${written(field("payment_method"), method) || _("not told")} ${shown(kronor)} kr`);
  return _("Paid: %(sum)s kr (%(parts)s)", { sum: shown(all), parts: parts.join(", ") });
}
