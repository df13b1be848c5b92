// The patient's latest handouts as buttons: one press fills everything in. Kept times never come along.
import { _ } from "../texts.js";
import { el } from "./dom.js";
import { clockAndDay } from "./moment.js";
import { asTyped, brief } from "./written.js";

const NOT_AGAIN = ["time", "datetime", "date"];
const MOST = 9;

// The answers of an earlier entry that the same patient's next one begins with: {field id: text}.
export function again(kind, values) {
  const kept = kind.fields.filter((spec) => values[spec.id] !== undefined && !NOT_AGAIN.includes(spec.type)
    && (spec.carry || (spec.required && spec.default === null && !spec.shown_when)));
  return Object.fromEntries(kept.map((spec) => [spec.id, asTyped(spec, values[spec.id])]));
}

// The answers that "same for the next patient" keeps: those that the routine lets it.
export function carried(kind, values) {
  const kept = kind.fields.filter((spec) => spec.carry && values[spec.id] !== undefined && values[spec.id] !== "");
  return Object.fromEntries(kept.map((spec) => [spec.id, asTyped(spec, values[spec.id])]));
}

// Whether a handout of the bundle is of this kind: it says so, or its answers are.
export function isOfKind(handout, kind) {
  if (handout.kind) return handout.kind === kind.id;
  const ids = new Set(kind.fields.map((spec) => spec.id));
  return ids.has("dose") && handout.fields[kind.subject] !== undefined && Object.keys(handout.fields).every((id) => ids.has(id));
}

// The same drug and strength: of it only the latest is offered.
function sameDrug(kind, one, other) {
  const [drug, earlier] = [one, other].map(({ fields }) => [fields[kind.subject], fields.strength ?? ""].join("|").toLowerCase());
  return drug === earlier;
}

// → {node, show(patientId), focus() → true if there is something to pick}. `onPick(texts)`; `onTyped(letter)`: it was typed instead.
export function picksPart({ kind, handouts, onPick, onTyped }) {
  const row = el("div", { class: "picks", role: "group", "aria-labelledby": "picks-head" });
  const node = el("div", { class: "picks-part", hidden: true },
    el("p", { class: "picks-head", id: "picks-head" }, _("Given before – press to fill in")), row);

  row.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...row.children];
    const here = buttons.indexOf(event.target.closest("button"));
    if (/^[1-9]$/.test(event.key) && buttons[event.key - 1]) {
      event.preventDefault();
      buttons[event.key - 1].click();
    } else if (["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"].includes(event.key)) {
      event.preventDefault();
      const step = ["ArrowDown", "ArrowRight"].includes(event.key) ? 1 : -1;
      buttons[Math.max(0, Math.min(buttons.length - 1, here + step))].focus();
    } else if (event.key.length === 1 && /\p{L}/u.test(event.key)) {
      event.preventDefault();
      onTyped(event.key);
    }
  });

  return {
    node,
    show(patientId) {
      const latest = handouts.filter((one) => patientId && one.patient === patientId && isOfKind(one, kind))
        .sort((one, other) => other.performed_at.localeCompare(one.performed_at))
        .filter((one, number, all) => all.findIndex((other) => sameDrug(kind, one, other)) === number).slice(0, MOST);
      node.hidden = latest.length === 0;
      row.replaceChildren(...latest.map((one, number) => {
        const [subject, rest] = brief(kind, again(kind, one.fields));
        return el("button", { type: "button", class: "btn btn-secondary pick", onclick: () => onPick(again(kind, one.fields)) },
          el("kbd", { "aria-hidden": "true" }, String(number + 1)),
          el("span", { class: "pick-what" }, el("strong", {}, subject), " ", rest),
          el("span", { class: "pick-when" }, _("last %(time)s", { time: clockAndDay(one.performed_at) })));
      }));
    },
    focus() {
      row.querySelector("button")?.focus();
      return !node.hidden;
    },
  };
}
