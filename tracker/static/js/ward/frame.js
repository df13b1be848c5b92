// What stands around every screen: the menus, who works where, which systems are down, and where all this comes from.
import { logOut } from "../logout.js";
import { _ } from "../texts.js";
import { clockAndDay } from "./moment.js";
import { el } from "./dom.js";

const part = (id) => document.getElementById(id);

function entries() {
  return [
    ["/ward", _("Log")],
    ["/ward/round", _("Round")],
    ["/ward/patients", _("Patients")],
    ["/ward/visits", _("Visit list")],
    ["/ward/register", _("Emergency register")],
    ["/ward/routine", _("Routine")],
    ["/ward/unsent", _("Unsent")],
  ];
}
const ON_FOOT = 3;

// The menus, with the screen at `path` marked.
export function drawMenus(path) {
  const own = path.startsWith("/ward") ? path : `/ward${path}`; // without the server its own addresses lead here
  const here = own.startsWith("/ward/log") ? "/ward" : own;
  const anchor = (className) => ([href, label]) =>
    el("a", { href, class: className, "aria-current": href === here ? "page" : null }, label);
  part("ward-nav").replaceChildren(...entries().map(anchor()));
  const more = el("details", {}, el("summary", {}, _("More")),
    el("div", { class: "more" }, entries().slice(ON_FOOT).map(anchor()), el("a", { href: "/" }, _("All pages"))));
  part("ward-foot").replaceChildren(...entries().slice(0, ON_FOOT).map(anchor()), more);
  part("ward-foot").hidden = false;
}

// Who works where, and what is down. Without a bundle nothing is known, and nothing is said.
export function drawPlace(loaded) {
  const systems = part("ward-systems");
  const me = part("ward-me");
  document.body.classList.toggle("is-drill", Boolean(loaded?.bundle.outage?.drill));
  systems.hidden = !loaded;
  if (!loaded) {
    me.replaceChildren();
    return;
  }
  const { bundle, routine } = loaded;
  const role = bundle.roles.find((one) => one.id === bundle.user?.role)?.label ?? "";
  const who = [
    el("span", { class: "me-name" }, bundle.user?.name ?? _("Nobody is logged in")),
    el("span", { class: "me-role" }, [role, bundle.unit?.name].filter(Boolean).join(" · ")),
  ];
  me.replaceChildren(...(bundle.user ? [el("details", { class: "me" }, el("summary", {}, who), el("div", { class: "me-menu" },
    el("a", { class: "me-item", href: "/" }, _("All pages")),
    el("button", { type: "button", class: "me-item", onclick: () => logOut() }, _("Log out"))))] : who));
  const down = bundle.outage?.systems_down ?? [];
  const drill = bundle.outage?.drill;
  systems.classList.toggle("status-down", down.length > 0);
  systems.replaceChildren(...(down.length ? down.map((id) => el("span", { class: drill ? "down down-drill" : "down" },
    el("strong", {}, nameOf(routine, id)), " ", _("down"), drill ? [" · ", _("drill")] : "")) :
    [el("span", { class: "up" }, _("All systems are up"))]));
}

// "From the server, now" or "From this device, saved 02:14".
export function drawSource(loaded) {
  const line = part("ward-from");
  line.hidden = !loaded;
  if (!loaded) return;
  line.classList.toggle("ward-from-device", loaded.from !== "server");
  line.textContent = loaded.from === "server"
    ? _("From the server, %(time)s", { time: clockAndDay(loaded.savedAt) })
    : _("From this device, saved %(time)s – the server is not reached", { time: clockAndDay(loaded.savedAt) });
}

export function nameOf(routine, system) {
  return routine.systems.find((one) => one.id === system)?.name
    ?? routine.targets.find((one) => one.id === system)?.name ?? system;
}
