// Finding a patient in the unit's list with as few keys as can be: the bed, the beginning of a name, or digits of the number.

// How well a patient fits what was typed: smaller is better, Infinity does not fit.
function rank(patient, typed) {
  const text = typed.trim().toLowerCase();
  if (!text) return 0;
  const bed = (patient.bed ?? "").toLowerCase();
  if (bed === text) return 0;
  if (bed.startsWith(text)) return 1;
  const names = (patient.name ?? "").toLowerCase().split(/[\s-]+/);
  const words = text.split(/\s+/);
  if (words.every((word) => names.some((name) => name.startsWith(word)))) return 2;
  const bare = text.replace(/[\s+–-]/g, "");
  const identity = `${patient.identity ?? ""} ${patient.number ?? ""}`.toLowerCase();
  const digits = identity.replace(/[+–-]/g, "");
  if (bare.length > 1 && digits.includes(bare)) return 3;
  const all = `${bed} ${names.join(" ")} ${identity}`;
  return words.every((word) => all.includes(word)) ? 4 : Infinity;
}

// Those that fit, the best first; else in the list's own order.
export function searchPatients(patients, typed) {
  return patients
    .map((patient, number) => ({ patient, number, rank: rank(patient, typed) }))
    .filter((one) => one.rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.number - other.number)
    .map((one) => one.patient);
}

// Those among them that fit as well as the first does.
export function bestOf(fitting, typed) {
  return fitting.filter((patient) => rank(patient, typed) === rank(fitting[0], typed));
}
