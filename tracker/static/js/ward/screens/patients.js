// The unit's patients: find one, log for them.
import { _, plural } from "../../texts.js";
import { el, hasKeyboard, link } from "../dom.js";
import { bestOf, searchPatients } from "../patient_search.js";
import { patientShown } from "../patient_part.js";
import { listenForScans, say } from "../../scan.js";

export async function show(main, context) {
  const { bundle, routine, title, go } = context;
  title(_("Patients"));
  const { patients } = bundle;
  main.append(el("p", { class: "quiet" }, [bundle.unit?.name, bundle.outage?.name].filter(Boolean).join(" · ")));
  if (!patients.length) {
    main.append(el("div", { class: "empty" }, el("p", { class: "empty-title" }, _("No patients on the list")),
      el("p", {}, _("The list is filled in on the patients page when the server is reached. A patient can be logged by identity number all the same.")),
      el("p", {}, link("/ward", { class: "btn btn-primary" }, _("Log")))));
    return;
  }
  const kind = firstKind(bundle, routine);
  const search = el("input", { class: "form-control", id: "find-patient", type: "text", autocomplete: "off", spellcheck: "false", enterkeyhint: "go", placeholder: _("Bed, name or number") });
  const list = el("ul", { class: "ward-patients" });
  const none = el("p", { class: "quiet", role: "status" });
  const path = (patient) => kind && !String(patient.id).startsWith("here-") ? `/ward/log/${kind.id}?patient=${patient.id}` : null;
  const draw = () => {
    const fitting = searchPatients(patients, search.value);
    list.replaceChildren(...fitting.map((patient) => el("li", {}, line(patient, path(patient), latest(bundle, patient)))));
    none.textContent = fitting.length ? "" : _("No patient in the list fits.");
    return fitting;
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !search.value.trim()) return;
    const best = bestOf(searchPatients(patients, search.value), search.value);
    if (best.length === 1 && path(best[0])) go(path(best[0]));
    else list.querySelector("a")?.focus();
  });
  main.append(
    el("div", { class: "kind-search" }, el("label", { class: "visually-hidden", for: "find-patient" }, _("Patient: bed, name or number")), search),
    kind ? el("p", { class: "hint" }, _("Press a patient to log: %(kind)s", { kind: kind.label })) : "",
    list, none,
  );
  draw();
  context.leave(listenForScans({ onPatient: (number) => {
    search.value = number;
    const [found] = draw();
    if (!found) say(_("Patient %(number)s is not on this page.", { number }), { tone: "bad" });
    else if (path(found)) go(path(found));
  } }));
  if (hasKeyboard()) search.focus();
}

// What is logged most for a patient here: the first kind that the unit is offered.
function firstKind(bundle, routine) {
  return bundle.outage ? routine.kinds.find((kind) => kind.id === bundle.kinds[0]) : null;
}

function latest(bundle, patient) {
  return bundle.handouts.filter((one) => one.patient === patient.id).length;
}

function line(patient, href, handouts) {
  const marks = [
    patient.unknown ? el("span", { class: "state state-question" }, _("Unknown identity")) : null,
    patient.clinician ? el("span", { class: "quiet" }, patient.clinician) : null,
    handouts ? el("span", { class: "quiet" }, plural("%(num)s drug given", "%(num)s drugs given", handouts)) : null,
  ];
  const content = [patientShown(patient), el("span", { class: "ward-marks" }, marks)];
  return href ? link(href, { class: "tile ward-patient" }, content) : el("div", { class: "tile ward-patient" }, content);
}
