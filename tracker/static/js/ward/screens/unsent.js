// What is saved on this device and not at the server yet: how much, since when, what was refused, and what to do.
import { _, plural } from "../../texts.js";
import { el } from "../dom.js";
import { clockAndDay } from "../moment.js";
import { openRefused, saveFile, sendNow, settle, watch } from "../outbox.js";
import { held } from "../outbox_state.js";

const MOST = 50; // shown one by one

export async function show(main, context) {
  context.title(_("Unsent"));
  const state = el("div", { class: "panel unsent-state", role: "status" });
  const refused = el("div", {});
  const said = el("p", { class: "quiet", role: "status" });
  const send = el("button", { type: "button", class: "btn btn-primary", onclick: () => attempt(send, said) }, _("Send now"));
  const file = el("button", { type: "button", class: "btn btn-secondary", onclick: () => download(said) }, _("Save to a file and carry it"));
  const actions = el("p", { class: "actions" }, send, file);
  const about = el("section", { class: "panel" }, el("h2", {}, _("What happens to them")), el("ul", {},
    el("li", {}, _("They are sent by themselves as soon as the server is reached. You need not wait.")),
    el("li", {}, _("They stay on this device until the server has said that it has each of them.")),
    el("li", {}, _("They are sealed: nobody who uses this device can read them.")),
    el("li", {}, _("Logging out does not remove them. Nothing else on this device does, except clearing the browser's data.")),
    el("li", {}, _("If the network stays away: save them to a file, carry it to a computer that reaches the server, and read it in under Devices. Nothing is logged twice."))));
  const waiting = el("div", {});
  main.append(state, actions, said, refused, waiting, about);
  context.leave(watch((known) => {
    drawState(state, known);
    actions.hidden = known.unsent === 0;
    about.hidden = known.unsent === 0;
    drawRefused(refused, known, context);
    drawWaiting(waiting);
  }));
}

// Sealed entries tell no more than when they were saved, and how it goes.
async function drawWaiting(node) {
  const all = (await held()).filter((one) => one.state !== "refused");
  const isOpen = node.querySelector("details")?.open ?? false;
  const rest = all.length - MOST;
  node.replaceChildren(all.length ? el("details", { class: "panel", open: isOpen },
    el("summary", {}, plural("%(num)s entry waits to be sent", "%(num)s entries wait to be sent", all.length)),
    el("ul", { class: "waiting" }, all.slice(0, MOST).map((one) => el("li", {}, _("Saved at %(time)s", { time: clockAndDay(one.saved_at) }), " ",
      el("span", { class: "quiet" }, one.tries ? plural("tried %(num)s time", "tried %(num)s times", one.tries) : _("not tried yet"))))),
    rest > 0 ? el("p", { class: "quiet" }, _("and %(number)s more", { number: rest })) : "") : "");
}

function drawState(node, known) {
  const lines = known.unsent
    ? [el("p", { class: "unsent-number" }, plural("%(num)s entry is not sent", "%(num)s entries are not sent", known.unsent)),
      el("p", {}, _("The oldest was saved at %(time)s.", { time: clockAndDay(known.since) }))]
    : [el("p", { class: "unsent-number" }, _("Everything is sent"))];
  const reached = known.reached ? _("The server was last reached at %(time)s.", { time: clockAndDay(known.reached) }) : _("The server has not been reached from this device.");
  node.classList.toggle("unsent-some", known.unsent > 0);
  node.replaceChildren(...lines,
    el("p", { class: "quiet" }, known.state === "unreachable" ? _("The server is not reached now.") : "", " ", reached),
    known.needsLogin ? el("p", {}, _("The server wants somebody to log in before it takes them."), " ", el("a", { href: `/login?next=${encodeURIComponent("/ward/unsent")}` }, _("Log in"))) : "",
    known.known ? "" : el("p", { class: "attention" }, _("The server does not know this device yet: the unit cannot see what it holds."), " ", _("That is tried again until it does, while somebody of the unit is logged in here.")),
    known.possible ? "" : el("p", { class: "attention" }, known.why));
}

function drawRefused(node, known, context) {
  const now = JSON.stringify(known.refused);
  if (node.dataset.shown === now) return; // nobody's button is taken away under their finger
  node.dataset.shown = now;
  node.replaceChildren(...(known.refused.length ? [
    el("h2", {}, plural("%(num)s entry was refused", "%(num)s entries were refused", known.refused.length)),
    el("ul", { class: "refused" }, known.refused.map((one) => refusedLine(one, context))),
  ] : []));
}

function refusedLine(one, context) {
  const said = el("p", { class: "fault", role: "alert", hidden: true });
  const reasons = Object.values(one.faults ?? {});
  const mend = el("button", { type: "button", class: "btn btn-primary", "aria-label": _("Mend the entry saved at %(time)s", { time: clockAndDay(one.at) }), onclick: async () => {
    mend.disabled = true;
    try {
      const entry = await openRefused(one.id);
      if (entry) await context.go(`/ward/log/${entry.kind}?mend=${one.id}`, { entry, faults: one.faults });
    } catch (error) {
      said.textContent = error.message || _("The server must be reached to open the entry. It stays saved on this device.");
      said.hidden = false;
    } finally {
      mend.disabled = false;
    }
  } }, _("Mend"));
  return el("li", { class: "panel" },
    el("p", {}, el("strong", {}, _("Saved at %(time)s", { time: clockAndDay(one.at) })), " ", el("span", { class: "quiet" }, one.unit ?? "")),
    one.message && !reasons.length ? el("p", {}, one.message) : "",
    reasons.length ? el("ul", {}, reasons.map((words) => el("li", {}, words))) : "",
    one.status === 409 ? settling(one, said) : mend, said);
}

// Its id is logged with other content: somebody has to look at both, and the one that is logged stays.
function settling(one, said) {
  const right = el("button", { type: "button", class: "btn btn-secondary", onclick: async () => {
    right.disabled = true;
    try {
      await settle(one.id);
    } catch (error) {
      said.textContent = error.message || _("The server must be reached for this.");
      said.hidden = false;
      right.disabled = false;
    }
  } }, _("What is logged is right"));
  return el("p", { class: "actions" }, el("a", { class: "btn btn-primary", href: `/actions/${one.id}` }, _("See what is logged, and correct it")), right);
}

async function attempt(button, said) {
  button.disabled = true;
  said.textContent = _("Sending…");
  try {
    await sendNow();
    said.textContent = "";
  } finally {
    button.disabled = false;
  }
}

async function download(said) {
  const made = await saveFile();
  if (!made) return;
  const anchor = el("a", { href: URL.createObjectURL(made.blob), download: made.name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
  said.textContent = _("Saved as %(file)s. The entries also stay here until the server has them.", { file: made.name });
}
