// What the routine says about one kind of action, beside its form.
import { _ } from "../texts.js";
import { el, link } from "./dom.js";

export function section(number) {
  return number ? el("span", { class: "section", title: _("Section of the routine") }, `§ ${number}`) : null;
}

export function besides(routine, kind) {
  const passages = (routine.passages ?? []).filter((passage) => passage.kinds.includes(kind.id));
  return el("aside", { class: "side", "aria-labelledby": "beside-head" }, el("div", { class: "panel" },
    el("h2", { id: "beside-head" }, _("What the routine says")),
    passages.map((passage) => el("section", { class: "passage" }, el("h3", {}, passage.title, " ", section(passage.section)), el("p", {}, passage.text))),
    passages.length ? null : el("p", { class: "quiet" }, _("The routine has nothing to say about this.")),
    el("p", {}, link("/ward/routine", {}, _("The whole routine, and who to call")))));
}
