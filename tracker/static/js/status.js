// On every page: how much is unsent, since when, and when the server was really reached. Quiet when all is well.
import { _, plural, ready } from "./texts.js";
import { purgeUnlessOf } from "./ward/bundle.js";
import { watch } from "./ward/outbox.js";
import { noteImpossible } from "./ward/outbox_state.js";

const line = document.getElementById("outbox-status");
const AGO = 60_000;
const AGAIN = 20_000;
let isMissing = false; // there is no worker, because not everything could be fetched
let triedAt = 0;

function clock(date) {
  const time = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit" }).format(date);
  if (Date.now() - date < 12 * 3600_000) return time;
  const day = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", day: "numeric", month: "numeric" }).format(date);
  return `${day} ${time}`;
}

function words({ unsent, since, refused, reached, state, needsLogin, readable, known, possible, why }) {
  const parts = readable ? [] : [why];
  const lost = state === "unreachable";
  if (lost) parts.push(reached ? _("The server is not reached. Reached last %(time)s.", { time: clock(reached) }) : _("The server is not reached."));
  if (lost && document.documentElement.dataset.live) parts.push(_("What this page shows is from then."));
  if (refused.length) parts.push(plural("%(num)s entry was refused and must be mended.", "%(num)s entries were refused and must be mended.", refused.length));
  const waiting = unsent - refused.length;
  if (waiting > 0) parts.push(plural("%(num)s entry is saved on this device and not sent yet (since %(time)s).", "%(num)s entries are saved on this device and not sent yet (since %(time)s).", waiting, { time: clock(since) }));
  if (needsLogin) parts.push(_("Log in to send them."));
  if (lost && readable && !possible) parts.push(why);
  if (!known) parts.push(_("The server does not know this device yet: the unit cannot see what it holds."));
  if (parts.length) return { loud: true, text: parts.join(" ") };
  if (state === "unknown" || !reached) return { loud: false, text: "" };
  const text = _("Everything is sent · server reached %(time)s", { time: clock(reached) });
  return { loud: false, text: possible ? text : `${text} · ${_("this device cannot work without the server")}`, title: why };
}

function show(known) {
  const { loud, text, title } = words(known);
  line.hidden = !text;
  line.classList.toggle("outbox-loud", loud);
  line.setAttribute("role", "status");
  line.title = title ?? "";
  if (line.dataset.text === text) return; // so that a screen reader is not told the same again and again
  line.dataset.text = text;
  const says = document.createElement("span");
  says.textContent = text;
  const more = document.createElement("a");
  more.href = "/ward/unsent";
  more.textContent = _("Show");
  line.replaceChildren(says, ...(loud && known.unsent ? [" ", more] : []));
}

// The page works without the server once the worker stands before it.
async function registerWorker() {
  if (!navigator.serviceWorker || !isSecureContext) return;
  isMissing = false;
  triedAt = Date.now();
  try {
    listenToInstall(await navigator.serviceWorker.register("/sw.js"));
  } catch {
    await ready;
    noteImpossible(_("Work without the server is not possible: this browser did not let the page be kept, perhaps because of a private window."));
    return;
  }
  const { active } = await navigator.serviceWorker.ready;
  noteImpossible(null);
  if (!navigator.serviceWorker.controller) active.postMessage("claim"); // it took over while this page was on its way
}

// All that the page needs could not be fetched: said, and tried again when the server has been reached.
function listenToInstall(registration) {
  const worker = registration.installing;
  worker?.addEventListener("statechange", async () => {
    if (worker.state !== "redundant" || registration.active) return;
    isMissing = true;
    await ready;
    if (isMissing) noteImpossible(_("Work without the server is not possible yet: not everything that it needs could be fetched. It is tried again."));
  });
}

function tryAgain() {
  if (isMissing && Date.now() - triedAt > AGAIN) registerWorker();
}

async function start() {
  const owner = document.documentElement.dataset.owner;
  if (owner) purgeUnlessOf(owner);
  await ready;
  let latest = null;
  watch((known) => {
    latest = known;
    show(known);
    if (known.state === "reached") tryAgain();
  });
  setInterval(() => latest && show(latest), AGO);
}

if (line) start();
addEventListener("online", () => {
  triedAt = 0;
  tryAgain();
});
// When the page is done with its own work: what the worker fetches can wait.
if (document.readyState === "complete") registerWorker();
else addEventListener("load", registerWorker, { once: true });
