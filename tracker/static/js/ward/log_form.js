// The form of one kind, built from the routine: the same questions in the same order as the server's own form.
import { _ } from "../texts.js";
import { afterwardsPart } from "./afterwards.js";
import { fieldFaults, shownFields } from "./check.js";
import { el } from "./dom.js";
import { buildField, mainFields, showFault } from "./fields.js";
import { dayAndClock, localMoment, today } from "./moment.js";
import { momentField } from "./moment_field.js";
import { patientPart } from "./patient_part.js";
import { performerPart } from "./performer_part.js";
import { picksPart } from "./picks.js";
import { asTyped, brief } from "./written.js";

// `raw` below is what the server's form would send: {name: text or [texts]}; drafts are kept so.
export function logForm({ bundle, routine, kind, mustName, onSave, onChange }) {
  let timeIsMine = false;
  let built = false;
  const when = momentField({ id: "performed_at", label: _("Performed at"), required: true, quick: true });
  const dayOfAction = () => when.day.value || today();
  const parts = kind.fields.map((spec, number) => buildField(spec, {
    suggestions: suggestionsFor(bundle, kind, spec),
    isUnit: spec.type === "choice" && spec.choices.length > 6 && kind.fields[number - 1]?.type === "number",
    defaultDay: dayOfAction,
  }));
  const byId = new Map(parts.map((part) => [part.spec.id, part]));
  const performer = performerPart({ bundle, kind, mustName });
  const after = afterwardsPart({ bundle, routine, kind });
  const picks = picksPart({ kind, handouts: bundle.handouts, onPick: (texts) => { fill(texts); focusNext(null); }, onTyped: typeSubject });
  const patient = patientPart({ patients: bundle.patients, onChosen: chosen });
  const sheet = el("input", { class: "form-control", id: "sheet", autocomplete: "off", maxlength: "40" });
  const note = el("textarea", { class: "form-control", id: "note", rows: "2" });
  const [first, more] = mainFields(kind);
  const moreBox = more.length ? el("details", { class: "more-fields" }, moreSummary(more),
    el("div", { class: "specs" }, more.map((spec) => byId.get(spec.id).node))) : null;
  const field = (control, label) => el("div", { class: "field" },
    el("label", { for: control.id }, label, el("span", { class: "optional" }, " ", _("optional"))), control);

  const node = el("form", { id: "log-form", class: "card-form log-form", method: "dialog", novalidate: true, autocomplete: "off" },
    patient.node, picks.node,
    el("fieldset", { class: "part" }, el("legend", {}, _("What was done")),
      el("div", { class: "specs" }, first.map((spec) => byId.get(spec.id).node)), moreBox),
    el("fieldset", { class: "part" }, el("legend", {}, _("When and by whom")),
      el("div", { class: "when-who" }, when.node, performer.whoField), performer.other),
    el("fieldset", { class: "part" }, el("legend", {}, _("The paper")),
      el("div", { class: "paper" }, field(sheet, _("Paper form number")), field(note, _("Note to whoever enters it")))),
    after.node);

  function chosen(one) {
    picks.show(one?.id);
    if (!built) return;
    if (!timeIsMine && one) when.write(localMoment());
    if (one && !picks.focus()) focusNext(null);
    onChange();
  }

  // Another drug than those given before: the letter begins its name.
  function typeSubject(letter) {
    const { control, focus } = byId.get(kind.subject);
    focus();
    if (!control.matches("input")) return;
    control.value = letter;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function values() {
    return Object.fromEntries(parts.map((part) => [part.spec.id, part.read()]));
  }

  function shownValues() {
    const shown = shownFields(kind, values());
    return Object.fromEntries(Object.entries(values()).filter(([id, text]) => text && shown.has(id)));
  }

  function update() {
    const given = values();
    const shown = shownFields(kind, given);
    for (const part of parts) part.node.classList.toggle("off", !shown.has(part.spec.id));
    after.update(given);
    if (moreBox && more.some((spec) => shown.has(spec.id) && spec.required && byId.get(spec.id).isEmpty())) moreBox.open = true;
  }

  function fill(texts) {
    for (const [id, text] of Object.entries(texts)) byId.get(id)?.write(text);
    for (const part of parts) part.control.dispatchEvent(new Event("change", { bubbles: true }));
    update();
  }

  // What must be answered and is not, in the order of the form: functions that put the cursor there.
  function missing() {
    const shown = shownFields(kind, values());
    const open = parts.filter((part) => part.spec.required && shown.has(part.spec.id) && part.isEmpty()).map((part) => part.focus);
    if (patient.isEmpty()) open.unshift(patient.focus);
    if (when.isEmpty()) open.push(() => when.clock.focus());
    const who = performer.empty();
    return who ? [...open, () => who.focus()] : open;
  }

  // Puts the cursor where the next answer belongs; where none is missing, on the button (or saves, when Enter was pressed).
  function focusNext(save) {
    const [next] = missing();
    if (next) {
      if (moreBox && !first.some((spec) => byId.get(spec.id).isEmpty() && spec.required)) update();
      next();
    } else if (save) save();
    else node.querySelector(".save-bar .btn-primary")?.focus({ preventScroll: true });
  }

  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    const target = event.target;
    if (target.matches("textarea") && !event.ctrlKey) return;
    if (!target.matches("input, select, textarea")) return;
    event.preventDefault();
    focusNext(onSave);
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    onSave();
  });
  node.addEventListener("input", (event) => {
    if ([when.clock, when.day].includes(event.target)) timeIsMine = true;
    onChange();
  });
  node.addEventListener("change", () => {
    update();
    if (built) onChange();
  });

  function raw() {
    const fields = parts.map((part) => [`f_${part.spec.id}`, part.read()]).filter(([, text]) => text);
    return { ...Object.fromEntries(fields), ...patient.raw(), ...performer.raw(), performed_at: [when.clock.value, when.day.value],
      sheet: sheet.value, note: note.value, done_items: after.read() };
  }

  function write(given) {
    built = false;
    const start = { ...defaults(bundle, kind), ...given };
    patient.write(given);
    performer.write(given);
    for (const part of parts) part.write(momentText(part.spec, start[`f_${part.spec.id}`], dayOfAction()));
    const [clock, day] = [].concat(given.performed_at ?? dayAndClock().reverse());
    timeIsMine = given.performed_at !== undefined;
    [when.clock.value, when.day.value] = [clock ?? "", day ?? ""];
    sheet.value = given.sheet ?? "";
    note.value = given.note ?? "";
    for (const part of parts) part.control.dispatchEvent(new Event("change", { bubbles: true }));
    update();
    after.write([].concat(given.done_items ?? []));
    if (moreBox) moreBox.open = more.some((spec) => start[`f_${spec.id}`] && start[`f_${spec.id}`] !== defaults(bundle, kind)[`f_${spec.id}`]);
    built = true;
  }

  // Whether anything was typed that would be missed. A patient is chosen again in a moment.
  function isBegun() {
    const start = defaults(bundle, kind);
    const now = raw();
    return ["identity", "name", "label", "sheet", "note"].some((name) => now[name]?.trim())
      || parts.some((part) => part.read() !== (start[`f_${part.spec.id}`] ?? ""));
  }

  // Everything that is wrong: [[pointer, words]]; `told` are the server's own.
  function faults() {
    const found = [];
    if (patient.fault()) found.push(["/patient", patient.fault()]);
    for (const [id, words] of Object.entries(fieldFaults(kind, values()))) found.push([`/fields/${id}`, words]);
    if (when.fault()) found.push(["/performed_at", when.fault()]);
    for (const [, control, words] of performer.faults()) {
      found.push([Object.entries(performer.controls).find(([, [, one]]) => one === control)[0], words]);
    }
    return found;
  }

  // Shows faults at their fields; gives those back that have a control: [[control, label, words]].
  function showFaults(list) {
    const told = new Map(list.map(([pointer, words]) => [pointer.startsWith("/patient") ? "/patient" : pointer, words]));
    patient.showFault(told.get("/patient") ?? "");
    for (const part of parts) showFault(part.node, part.control, told.get(`/fields/${part.spec.id}`) ?? "");
    showFault(when.node, when.clock, told.get("/performed_at") ?? "");
    for (const [pointer, [box, control]] of Object.entries(performer.controls)) showFault(box, control, told.get(pointer) ?? "");
    if (moreBox && more.some((spec) => told.has(`/fields/${spec.id}`))) moreBox.open = true;
    return [...told].map(([pointer, words]) => [controlOf(pointer), labelOf(pointer), words]);
  }

  function controlOf(pointer) {
    if (pointer === "/patient") return patient.place()[1];
    if (pointer === "/performed_at") return when.clock;
    if (pointer.startsWith("/fields/")) return byId.get(pointer.slice("/fields/".length))?.control ?? null;
    return { "/sheet": sheet, "/note": note }[pointer] ?? performer.controls[pointer]?.[1] ?? null;
  }

  function labelOf(pointer) {
    if (pointer === "/patient") return _("Patient");
    const label = controlOf(pointer)?.closest(".field")?.querySelector("label, legend")?.firstChild;
    return label?.textContent ?? "";
  }

  write({});
  return {
    node, raw, write, fill, values, isBegun,
    // What would be saved, in one line.
    summary: () => (patient.isEmpty() ? "" : [patient.told(), brief(kind, shownValues()).filter(Boolean).join(", "), when.clock.value].filter(Boolean).join(" · ")), faults, showFaults, patient, sheet,
    focus: () => focusNext(null),
    // What newEntry takes, besides the bundle, the kind and the id.
    read() {
      return { patient: patient.read(), performedAt: when.read(), ...performer.read(), sheet: sheet.value, note: note.value, fields: shownValues(), doneItems: after.read() };
    },
    // An entry that was refused, to be mended.
    writeEntry(entry) {
      const fields = kind.fields.filter((spec) => entry.fields[spec.id] !== undefined)
        .map((spec) => [`f_${spec.id}`, asTyped(spec, entry.fields[spec.id])]);
      const [day, clock] = /(Z|[+-]\d\d:?\d\d)$/.test(entry.performed_at) ? dayAndClock(new Date(entry.performed_at)) : entry.performed_at.slice(0, 16).split("T");
      const isUnknown = entry.patient.identity_kind === "unknown";
      write({ ...Object.fromEntries(fields), performed_at: [clock, day], sheet: entry.sheet, note: entry.note, done_items: entry.done_items ?? [],
        patient_how: entry.patient.id ? "listed" : isUnknown ? "unknown" : "identity", patient_id: entry.patient.id ?? "",
        identity: isUnknown ? "" : entry.patient.identity, label: isUnknown ? entry.patient.identity : "", name: entry.patient.name, protected: entry.patient.protected });
      performer.writeEntry(entry);
    },
  };
}

function moreSummary(more) {
  const names = more.filter((spec) => !spec.shown_when).map((spec) => spec.label.toLowerCase());
  const rest = names.length > 4 ? [" ", _("and %(number)s more", { number: names.length - 4 })] : [];
  return el("summary", {}, _("More details"), " ", el("span", { class: "quiet" }, names.slice(0, 4).join(", "), rest));
}

function defaults(bundle, kind) {
  const faxes = bundle.unit.faxes ?? [];
  const given = kind.fields.map((spec) => [`f_${spec.id}`, spec.default !== null ? asTyped(spec, spec.default) : spec.type === "fax" ? faxes[0] : undefined]);
  return Object.fromEntries(given.filter(([, text]) => text !== undefined));
}

function suggestionsFor(bundle, kind, spec) {
  const own = spec.type === "fax" ? [...(bundle.unit.faxes ?? []), ...spec.suggestions] : spec.suggestions;
  const recent = spec.id === kind.subject && spec.type === "text" ? bundle.subjects?.[kind.id] ?? [] : [];
  return [...new Set([...recent, ...own])];
}

// The server's form sends a time as the clock and the day; a draft of our own is one text already.
function momentText(spec, given, day) {
  if (spec.type !== "datetime" || !given) return Array.isArray(given) ? given[0] : given;
  const [clock, typedDay] = Array.isArray(given) ? given : [given, ""];
  return String(clock).includes("T") ? clock : clock ? `${typedDay || day}T${clock}` : "";
}
