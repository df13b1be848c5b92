// Who: found in the unit's list by bed, name or number, told by an identity number, or unknown.
import { _, plural } from "../texts.js";
import { bareIdentity, identityDoubt } from "./check.js";
import { el, hasKeyboard } from "./dom.js";
import { showFault } from "./fields.js";
import { clockAndDay } from "./moment.js";
import { bestOf, searchPatients } from "./patient_search.js";
import { patientName } from "./written.js";

export const LISTED = "listed";
const TYPED = "identity";
const UNKNOWN = "unknown";

// The name, number and marks of a patient, as everywhere.
export function patientShown(patient) {
  const place = patient.bed || (patient.booked_at ? clockAndDay(patient.booked_at) : "");
  return el("span", { class: "patient" },
    place ? [el("span", { class: "bed" }, place), " "] : null,
    patient.protected ? [el("span", { class: "protected", title: _("Protected identity") }, _("Protected")), " "] : null,
    el("span", { class: "patient-name" }, patientName(patient)), " ",
    el("span", { class: "patient-number" }, patient.number ?? patient.identity ?? ""));
}

// → {node, read(), faults(), write(raw), raw(), choose(id), clear(), focus(), chosen()}.
// `onChosen(patient or null)` is called when the patient in the list is chosen or changed; `onWay` when the way changes.
export function patientPart({ patients, onChosen }) {
  let way = patients.length ? LISTED : TYPED;
  let picked = null;
  let active = -1;
  let fitting = [];

  const search = el("input", { class: "form-control", id: "patient-search", type: "text", role: "combobox", autocomplete: "off",
    spellcheck: "false", "aria-expanded": "true", "aria-controls": "patient-list", "aria-autocomplete": "list",
    enterkeyhint: "go", placeholder: _("Bed, name or number") });
  const list = el("div", { class: "patients", id: "patient-list", role: "listbox", "aria-label": _("Patients of the unit") });
  const said = el("p", { class: "quiet no-match", role: "status" });
  const chosenLine = el("div", { class: "chosen", id: "chosen-patient", role: "group", "aria-label": _("Chosen patient"), hidden: true });
  const findPart = el("div", { class: "field" }, el("label", { class: "visually-hidden", for: "patient-search" }, _("Patient: bed, name or number")), search, list, said);

  const identity = el("input", { class: "form-control number-input", id: "identity", autocomplete: "off", spellcheck: "false", autocapitalize: "characters", maxlength: "40", "aria-describedby": "identity-hint" });
  const doubt = el("p", { class: "attention", role: "status", hidden: true });
  const name = el("input", { class: "form-control", id: "name", autocomplete: "off", spellcheck: "false", maxlength: "120" });
  const isProtected = el("input", { type: "checkbox", id: "protected" });
  const label = el("input", { class: "form-control", id: "label", autocomplete: "off", maxlength: "40", "aria-describedby": "label-hint" });
  const identityField = el("div", { class: "field" }, el("label", { for: "identity" }, _("Identity number")), identity,
    el("p", { class: "hint", id: "identity-hint" }, _("YYYYMMDD-NNNN, or a coordination or reserve number.")), doubt);
  const labelField = el("div", { class: "field" }, el("label", { for: "label" }, _("Temporary label")), label,
    el("p", { class: "hint", id: "label-hint" }, _("What tells the patient apart here, such as “Unknown man, room 4”. The number is added later.")));
  const typedPart = el("div", {}, el("div", { class: "row-fields" }, identityField,
    el("div", { class: "field" }, el("label", { for: "name" }, _("Name"), el("span", { class: "optional" }, " ", _("optional"))), name)),
  el("div", { class: "protected-part" }, el("label", { class: "choice", for: "protected" }, isProtected, el("span", {}, _("Protected identity")))));
  const ways = [[LISTED, _("From the list")], [TYPED, _("Identity number")], [UNKNOWN, _("Unknown patient")]]
    .filter(([value]) => patients.length || value !== LISTED)
    .map(([value, words]) => {
      const radio = el("input", { type: "radio", name: "patient_how", id: `patient_how-${value}`, value });
      radio.addEventListener("change", () => { setWay(value); focus(); });
      return { value, radio, node: el("label", { class: "choice way", for: radio.id }, radio, el("span", {}, words)) };
    });
  const node = el("fieldset", { class: "part", id: "patient-part" }, el("legend", {}, _("Patient")),
    el("div", { class: "ways", role: "radiogroup", "aria-label": _("How the patient is told") }, ways.map((one) => one.node)),
    findPart, chosenLine, typedPart, labelField);

  function setWay(value) {
    way = value;
    for (const one of ways) one.radio.checked = one.value === way;
    draw();
    onChosen(way === LISTED ? picked : null);
  }

  function draw() {
    findPart.hidden = way !== LISTED || Boolean(picked);
    chosenLine.hidden = way !== LISTED || !picked;
    typedPart.hidden = way !== TYPED;
    labelField.hidden = way !== UNKNOWN;
    if (picked) chosenLine.replaceChildren(patientShown(picked),
      el("button", { type: "button", class: "btn btn-secondary btn-small", id: "change-patient", onclick: reopen }, _("Change")));
  }

  function filter() {
    fitting = searchPatients(patients, search.value);
    active = -1;
    list.replaceChildren(...fitting.map((patient, number) => el("div", {
      class: "choice patient-choice", role: "option", id: `patient-${number}`, "aria-selected": "false", onclick: () => pick(patient),
    }, patientShown(patient))));
    search.removeAttribute("aria-activedescendant");
    const best = bestOf(fitting, search.value);
    if (search.value.trim() && best.length === 1) highlight(0, false);
    said.textContent = fitting.length ? "" : looksLikeNumber(search.value)
      ? _("No patient in the list fits. Press Enter to use it as identity number.") : _("No patient in the list fits.");
  }

  function highlight(number, byHand = true) {
    active = number;
    [...list.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === active));
      option.classList.toggle("is-active", place === active);
    });
    if (active < 0) return;
    search.setAttribute("aria-activedescendant", `patient-${active}`);
    if (byHand) list.children[active].scrollIntoView({ block: "nearest" });
  }

  function pick(patient) {
    picked = patient;
    search.value = "";
    filter();
    showFault(findPart, search, "");
    if (way !== LISTED) setWay(LISTED);
    else {
      draw();
      onChosen(picked);
    }
  }

  function reopen() {
    picked = null;
    filter();
    draw();
    onChosen(null);
    search.focus();
  }

  // Enter takes the one that fits best. Where several fit as well, it only points at the first: the next Enter takes it.
  function enter() {
    if (active >= 0) return pick(fitting[active]);
    if (!search.value.trim()) return undefined;
    if (fitting.length) {
      highlight(0);
      said.textContent = plural("%(num)s patient fits. Choose with the arrow keys and Enter.", "%(num)s patients fit. Choose with the arrow keys and Enter.", bestOf(fitting, search.value).length);
    } else if (looksLikeNumber(search.value)) useIdentity(search.value.trim());
    return undefined;
  }

  // The patient of the list with that number, if there is one.
  function known(text) {
    const wanted = bareIdentity(text);
    return wanted && patients.find((patient) => !patient.unknown && patient.identity && bareIdentity(patient.identity) === wanted);
  }

  // A number from a wristband or from the search.
  function useIdentity(text) {
    const listed = known(text);
    if (listed) return pick(listed);
    setWay(TYPED);
    identity.value = text;
    tellDoubt();
    name.focus();
    return undefined;
  }

  function tellDoubt() {
    doubt.textContent = identityDoubt(identity.value);
    doubt.hidden = !doubt.textContent;
  }

  function focus() {
    if (way === LISTED) (picked ? chosenLine.querySelector("button") : search).focus({ preventScroll: !hasKeyboard() });
    else (way === TYPED ? identity : label).focus();
  }

  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      highlight(Math.max(0, Math.min(fitting.length - 1, active + (event.key === "ArrowDown" ? 1 : -1))));
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      enter();
    } else if (event.key === "Escape") {
      search.value = "";
      filter();
    }
  });
  identity.addEventListener("change", () => {
    tellDoubt();
    const listed = known(identity.value);
    if (listed) pick(listed);
  });
  filter();
  setWay(way);

  return {
    node, focus, useIdentity,
    chosen: () => (way === LISTED ? picked : null),
    known,
    // The number or label that stands there instead of one of the list.
    typed: () => (way === LISTED ? "" : (way === TYPED ? identity : label).value.trim()),
    // An entry's patient who has left the list can still be kept.
    ensure(id) {
      if (id && !patients.some((patient) => patient.id === id)) patients.push({ id, name: _("The patient chosen before"), number: "", identity: "", bed: "" });
    },
    choose: (id) => {
      const known = patients.find((patient) => patient.id === id);
      if (known) pick(known);
      return Boolean(known);
    },
    read() {
      if (way === LISTED) return picked ? picked.told ?? { id: picked.id } : null;
      if (way === UNKNOWN) return { identity: label.value.trim(), identity_kind: "unknown" };
      return { identity: identity.value.trim(), name: name.value.trim(), protected: isProtected.checked || null };
    },
    // What was told, in words.
    told: () => (way === LISTED ? picked && patientName(picked) : way === UNKNOWN ? label.value.trim() : name.value.trim() || identity.value.trim()),
    fault() {
      if (way === LISTED) return picked ? "" : _("Choose the patient.");
      if (way === UNKNOWN) return label.value.trim() ? "" : _("Enter what tells the patient apart here.");
      return identity.value.trim() ? "" : _("Enter the patient's identity number, or a label if unknown.");
    },
    showFault(words) {
      const [field, control] = this.place();
      for (const [other, input] of [[findPart, search], [identityField, identity], [labelField, label]]) showFault(other, input, input === control ? words : "");
      return field;
    },
    place: () => (way === LISTED ? [findPart, search] : way === TYPED ? [identityField, identity] : [labelField, label]),
    isEmpty: () => (way === LISTED ? !picked : way === TYPED ? !identity.value.trim() : !label.value.trim()),
    raw: () => ({ patient_how: way, patient_id: picked?.id ?? "", identity: identity.value, name: name.value, protected: isProtected.checked ? "y" : "", label: label.value }),
    write(raw) {
      identity.value = raw.identity ?? "";
      name.value = raw.name ?? "";
      label.value = raw.label ?? "";
      isProtected.checked = Boolean(raw.protected);
      picked = patients.find((patient) => patient.id === raw.patient_id) ?? null;
      const told = raw.patient_how || (raw.label ? UNKNOWN : raw.identity ? TYPED : LISTED);
      tellDoubt();
      setWay(told === LISTED && !patients.length ? TYPED : told);
    },
    clear() {
      this.write({ patient_how: patients.length ? LISTED : TYPED });
      search.value = "";
      filter();
    },
  };
}

function looksLikeNumber(text) {
  return /^[0-9A-Z+–\s-]{6,}$/i.test(text.trim()) && /[0-9]{4}/.test(text);
}
