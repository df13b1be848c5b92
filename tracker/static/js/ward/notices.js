// The words above the logging form: what is wrong, what may be logged twice, and what was saved.
import { _ } from "../texts.js";
import { el, link } from "./dom.js";
import { clockAndDay } from "./moment.js";
import { onResult } from "./outbox.js";

// Everything that is wrong at once, each a link to its field: [[control, label, words]].
export function faultSummary(faults) {
  return el("div", { class: "summary-bad", role: "alert", tabindex: "-1" },
    el("h2", {}, _("Not saved yet. Put this right:")),
    el("ul", {}, faults.map(([control, label, words]) => el("li", {}, control
      ? el("a", { href: `#${control.id}`, onclick: (event) => {
        event.preventDefault();
        (control.matches("fieldset") ? control.querySelector("input") : control).focus();
      } }, label ? `${label}: ${words}` : words) : words))));
}

export function problem(words) {
  return el("div", { class: "summary-bad", role: "alert", tabindex: "-1" }, el("h2", {}, _("Not saved")), el("p", {}, words));
}

// Where a device can keep nothing that is half typed: said once on a screen, `main`, when there is something to lose.
export function tellNotKept(main) {
  if (main.querySelector(".not-kept")) return;
  main.prepend(el("p", { class: "attention not-kept", role: "alert" },
    _("What is half typed cannot be kept on this device: it is gone when you leave or reload this page. Save often.")));
}

// Before something is logged that may be there already. `twins`: [{at, what}].
export function askTwice(twins, onAnyway, onBack) {
  return el("div", { class: "doubts", role: "alert", tabindex: "-1" },
    el("h2", {}, _("Is this logged already?")),
    el("p", {}, _("Something alike is logged for this patient close in time.")),
    el("ul", { class: "twins" }, twins.map((one) => el("li", {}, el("strong", {}, clockAndDay(one.at)), " ", one.what))),
    el("p", { class: "actions" },
      el("button", { type: "button", class: "btn btn-secondary", onclick: onBack }, _("Back to the form")),
      el("button", { type: "button", class: "btn btn-primary", onclick: onAnyway }, _("Log it all the same"))));
}

// "Saved: 12 Anna, Alvedon 14:05", and what became of it. Gives {node, stop}.
export function savedLine({ id, patient, what, at, onSame }) {
  const fate = el("span", { class: "saved-fate", role: "status" }, _("Saved on this device."));
  const after = el("span", { class: "saved-after" });
  const node = el("div", { class: "flash saved" },
    el("span", {}, el("strong", {}, _("Saved.")), " ", el("span", { class: "saved-what" }, [clockAndDay(at), patient, what].filter(Boolean).join(" · "))),
    fate, after,
    onSame ? el("button", { type: "button", class: "btn btn-secondary btn-small", onclick: onSame }, _("Same for the next patient")) : null);
  const stop = onResult(id, ({ state, warnings = [] }) => {
    if (state === "refused") {
      node.classList.add("flash-danger");
      fate.textContent = _("The server refused it.");
      after.replaceChildren(link("/ward/unsent", {}, _("See why, and mend it")));
    } else if (state === "sent") {
      fate.textContent = _("The server has it.");
      after.replaceChildren(el("a", { href: `/actions/${id}` }, _("Look at it or correct it")));
      if (warnings.length) {
        node.classList.add("flash-warning");
        after.prepend(...warnings.map((warning) => el("span", { class: "saved-warning", role: "alert" }, `${warning.message} `)));
      }
    } else fate.textContent = _("Saved on this device. It is sent when the server is reached.");
  });
  return { node, stop };
}
