// Whether a grid can be shown at all: it needs somebody logged in, a unit, an outage, and the kind in the routine.
import { _ } from "../../texts.js";
import { el, link } from "../dom.js";

// The kind of this name in whichever system the region has; null when something is missing, which the page then says.
export function kindFor(main, context, name) {
  const { bundle, routine } = context;
  const kind = routine.kinds.find((one) => one.id.split(".")[1] === name);
  const why = !bundle.user ? _("Log in first. Without a log-in this list is empty.")
    : !bundle.unit ? _("You work in no unit. Choose one first.")
      : !bundle.outage ? _("There is no outage in your unit. Nothing needs to be logged.")
        : !kind ? _("The routine of this region has no such list.") : "";
  if (!why) return kind;
  main.append(el("div", { class: "empty" }, el("p", { class: "empty-title" }, why), link("/ward", { class: "btn btn-secondary" }, _("Log"))));
  return null;
}
