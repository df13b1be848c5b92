// What was logged on this device in this log-in, so that the same thing is not logged twice while the server is silent.
import { keepDraft, loadDraft } from "./bundle.js";
import { bareIdentity } from "./check.js";
import { localMoment } from "./moment.js";
import { isOfKind } from "./picks.js";
import { written } from "./written.js";

const NAME = "logged";
const MOST = 200;
const HOURS = 4; // the server's own limit, where the bundle names none
let known = null; // [{id, kind, who, subject, at, what, saved, patient, fields}], the latest last

export async function remembered() {
  known ??= (await loadDraft(NAME)) ?? [];
  return known;
}

export function subjectOf(kind, values) {
  return written(kind.fields.find((spec) => spec.id === kind.subject), values[kind.subject]);
}

const whoOf = (patient) => patient.id ?? bareIdentity(patient.identity ?? "");
const same = (text) => text.trim().toLowerCase().replace(/\s+/g, " ");
const apart = (one, other) => Math.abs(Date.parse(one) - Date.parse(other)) / 3600000;

export async function remember(kind, entry, what) {
  const all = await remembered();
  all.push({ id: entry.id, kind: kind.id, who: whoOf(entry.patient), subject: subjectOf(kind, entry.fields), at: entry.performed_at, what,
    saved: Date.now(), patient: entry.patient, fields: entry.fields });
  all.splice(0, all.length - MOST);
  await keepDraft(NAME, all).catch(() => {}); // not kept: the server still warns
}

// A bundle from before something was saved here is told of it: it may be all there is for hours.
export async function relearn(bundle, routine) {
  if (!bundle.outage || !bundle.unit) return;
  for (const one of (await remembered()).filter((earlier) => earlier.saved > Date.parse(bundle.at))) {
    const kind = routine.kinds.find((spec) => spec.id === one.kind);
    if (kind) learn(bundle, kind, { patient: one.patient, fields: one.fields, performed_at: one.at });
  }
}

// What was saved is in the lists of this page at once, also while the server is silent.
export function learn(bundle, kind, { patient, fields, performed_at: at }) {
  if (patient.id) {
    const handout = { patient: patient.id, kind: kind.id, performed_at: new Date(at).toISOString(), fields };
    if (isOfKind({ fields }, kind)) bundle.handouts.unshift(handout);
  } else if (!bundle.patients.some((one) => whoOf(one.told ?? one) === whoOf(patient) || bareIdentity(one.identity ?? "") === whoOf(patient))) {
    const unknown = patient.identity_kind === "unknown";
    bundle.patients.push({ id: `here-${patient.identity}`, told: patient, identity: unknown ? "" : patient.identity,
      number: patient.identity, name: patient.name ?? "", protected: Boolean(patient.protected), unknown, bed: "" });
  }
  const subjects = (bundle.subjects[kind.id] ??= []);
  const subject = fields[kind.subject];
  if (typeof subject === "string" && !subjects.includes(subject)) subjects.unshift(subject);
}

// Entries that may be the same: of this patient, this kind and subject, close in time. [{at, what}]
export async function likelyTwice(bundle, kind, entry) {
  const who = whoOf(entry.patient);
  const subject = same(subjectOf(kind, entry.fields));
  const hours = bundle.duplicate_hours ?? HOURS;
  const here = (await remembered()).filter((one) => one.id !== entry.id && one.kind === kind.id && one.who === who && same(one.subject) === subject);
  const told = bundle.handouts
    .filter((one) => one.patient === who && (one.kind ?? kind.id) === kind.id && same(subjectOf(kind, one.fields)) === subject)
    .map((one) => ({ at: localMoment(new Date(one.performed_at)), what: subjectOf(kind, one.fields) }));
  const times = new Set();
  return [...here, ...told].filter((one) => apart(one.at, entry.performed_at) < hours && !times.has(one.at) && times.add(one.at));
}
