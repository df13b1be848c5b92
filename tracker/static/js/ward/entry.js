// One entry as POST /api/v1/actions takes it.
import { localMoment } from "./moment.js";

// An id by which the server knows an entry that was sent twice. randomUUID is missing over plain http.
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// `kind`: a kind's id. `patient`: {id} or {identity, identity_kind?, name?, protected?}. `performedAt`: a Date, or
// "YYYY-MM-DDTHH:MM" in local time; now if left out. `performedBy`: {login} or {name}; the user if left out.
// `fields`: field id → text (numbers as typed), true or false; empty ones are left out. `id`: only to mend or resume.
export function newEntry({ bundle, kind, patient, performedAt, performedBy, role, sheet, note, fields, doneItems, id }) {
  const at = performedAt ?? new Date();
  return {
    id: id ?? newId(),
    outage: bundle.outage.id,
    kind,
    unit: bundle.unit.code,
    patient: told(patient),
    performed_at: at instanceof Date ? localMoment(at) : at,
    performed_by: performedBy ?? { login: bundle.user.login },
    role: role || (performedBy ? "" : bundle.user.role),
    sheet: (sheet ?? "").trim(),
    note: (note ?? "").trim(),
    fields: told(fields ?? {}),
    done_items: doneItems ?? [],
    recorded_at: new Date().toISOString(),
  };
}

function told(values) {
  const kept = Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value.trim() : value]);
  return Object.fromEntries(kept.filter(([, value]) => value !== "" && value !== null && value !== undefined));
}
