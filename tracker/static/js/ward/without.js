// What is said where there is nothing to show: nobody logged in, nothing kept on this device, or the server not reached.
import { _ } from "../texts.js";
import { el, link } from "./dom.js";

function told() {
  return {
    "logged-out": [_("Log in first"), _("Nobody is logged in on this device.")],
    "never-loaded": [
      _("Nothing is kept on this device"),
      _("This device has not been used here before, or was logged out. It must reach the server once before it can work without it."),
    ],
    expired: [
      _("The log-in on this device has ended"),
      _("What was kept on this device is too old to work from. Log in again when the server is reached."),
    ],
    unreached: [
      _("The server is not reached"),
      _("This page needs the server. Logging, the patients and the routine work without it."),
    ],
  };
}

export function explain(main, context) {
  const reason = context.bundle ? "unreached" : context.missing?.reason ?? "never-loaded";
  const [title, text] = told()[reason] ?? told()["never-loaded"];
  context.title(title);
  const again = el("button", { type: "button", class: "btn btn-secondary", onclick: () => location.reload() }, _("Try again"));
  const way = reason === "unreached"
    ? link("/ward", { class: "btn btn-primary" }, _("Log"))
    : el("a", { class: "btn btn-primary", href: `/login?next=${encodeURIComponent("/ward")}` }, _("Log in"));
  const anyway = reason !== "unreached" && context.bare?.bundle.outage
    ? el("div", { class: "panel" }, el("h2", {}, _("Log without logging in")),
      el("p", {}, _("This device still knows the routine and the unit. Say who did it with name and role: it is saved sealed on this device, and the next person who logs in here sends it.")),
      el("button", { type: "button", class: "btn btn-secondary", onclick: () => context.useBare(context.bare) }, _("Log without logging in"))) : "";
  main.append(
    el("p", { class: "lead" }, text),
    el("p", { class: "actions" }, way, again),
    anyway,
    el("p", {}, link("/ward/unsent", {}, _("What is saved on this device and not sent yet"))),
  );
}
