// The logging form: shows what is asked, sets the time with one press, puts the cursor where the next answer belongs.
import { listenForPatient } from "./action_patient.js";
import { scanInto } from "./scan/log_form.js";

const form = document.querySelector("#log-form");

function answerTo(name) {
  const control = form.elements[name];
  if (!control) return "";
  if (control instanceof RadioNodeList || control.type === "radio") {
    return form.querySelector(`input[name="${CSS.escape(name)}"]:checked`)?.value ?? "";
  }
  return control.value;
}

function isOff(name) {
  return Boolean(form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".off[data-when]"));
}

// What hangs on another answer; in document order, so that what hangs on something hidden is hidden too.
function showWhatIsAsked() {
  for (const part of form.querySelectorAll("[data-when]")) {
    const name = part.dataset.when;
    const asked = part.dataset.equals.split(" ").includes(answerTo(name)) && !isOff(name);
    part.classList.toggle("off", !asked);
  }
}

// An answer that need not be given can be taken back.
function addClearing() {
  for (const group of form.querySelectorAll(".spec-chips fieldset")) {
    if (!group.querySelector(".optional")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-quiet clear-choice";
    button.textContent = form.dataset.clear;
    button.setAttribute("aria-label", `${form.dataset.clear}: ${group.querySelector("legend").firstChild.textContent.trim()}`);
    button.addEventListener("click", () => {
      for (const input of group.querySelectorAll("input")) input.checked = false;
      update();
      group.querySelector("input").focus();
    });
    group.querySelector(".choice-row").append(button);
  }
}

function showClearing() {
  for (const button of form.querySelectorAll(".clear-choice")) {
    button.hidden = !button.closest("fieldset").querySelector("input:checked");
  }
}

function update() {
  showWhatIsAsked();
  showClearing();
}

function inZone(moment) {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: form.dataset.zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).format(moment);
  return parts.split(" ");
}

function listenForTimes() {
  for (const quick of form.querySelectorAll("[data-quick]")) {
    quick.hidden = false;
    quick.addEventListener("click", (event) => {
      const minutes = event.target.dataset?.minutes;
      if (minutes === undefined) return;
      const [day, clock] = inZone(new Date(Date.now() - Number(minutes) * 60000));
      document.getElementById(quick.dataset.quick).value = clock;
      document.getElementById(`${quick.dataset.quick}-day`).value = day;
    });
  }
}

// "More details" stays as the user left it for this kind of action. Only that, nothing about a patient, is kept.
function rememberMore() {
  const more = form.querySelector("details[data-remember]");
  if (!more) return;
  const key = `more:${more.dataset.remember}`;
  if (localStorage.getItem(key) === "open") more.open = true;
  more.addEventListener("toggle", () => {
    if (more.open) localStorage.setItem(key, "open");
    else localStorage.removeItem(key);
  });
}

function focusFirstEmpty() {
  if (form.dataset.stay !== undefined || document.querySelector("[data-focus]") || !matchMedia("(pointer: fine)").matches) return;
  const empty = [...form.querySelectorAll("input, select, textarea")].find((input) => {
    if (["hidden", "checkbox", "submit"].includes(input.type) || input.name === "patient_how") return false;
    if (input.offsetParent === null) return false;
    if (input.name === "patient_id") return !form.querySelector('input[name="patient_id"]:checked');
    if (input.type === "radio") {
      const chosen = form.querySelector(`input[name="${CSS.escape(input.name)}"]:checked`);
      return !chosen && !input.closest("fieldset").querySelector(".optional");
    }
    if (input.id === "patient-search") return !form.querySelector('input[name="patient_id"]:checked');
    return !input.value && !input.closest(".field")?.querySelector(".optional");
  });
  (empty ?? form.querySelector(".save-bar .btn-primary")).focus();
}

if (form) {
  addClearing();
  form.addEventListener("change", update);
  scanInto(form, listenForPatient(form));
  listenForTimes();
  rememberMore();
  update();
  focusFirstEmpty();
}
