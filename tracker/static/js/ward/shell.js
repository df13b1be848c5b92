// The ward application: one page that shows a screen for its address, from the server's data or the device's.
//
// A screen is screens/<name>.js with `export async function show(main, context)`. `main` is an empty element of its own.
// context: bundle, routine; parts (of the address), query (URLSearchParams), handed (by the screen before, kept nowhere);
// title(text) sets the page's h1 and title: call it first, and write no h1; go(path, handed) leads on;
// place({unit, outage}) changes unit or outage; leave(callback) is called when the screen is left.
// The cursor is put on the h1 afterwards unless the screen has put it somewhere inside `main`.
import { _, language, ready } from "../texts.js";
import { bareBundle, loadBundle } from "./bundle.js";
import { el } from "./dom.js";
import { drawMenus, drawPlace, drawSource } from "./frame.js";
import { relearn } from "./logged.js";
import { useZone } from "./moment.js";
import { watch } from "./outbox.js";
import { explain } from "./without.js";

// Where the server is not reached, its own addresses lead here too.
const ROUTES = [
  [/^\/(?:ward\/?)?$/, "hub"],
  [/^\/log\/?$/, "hub"],
  [/^\/(?:ward\/)?log\/(?<kind>[a-z0-9._-]+)$/, "log"],
  [/^\/(?:ward\/)?patients\/?$/, "patients"],
  [/^\/(?:ward\/)?routine(?:\/(?<system>[a-z0-9._-]+))?\/?$/, "routine"],
  [/^\/ward\/(?<screen>round|visits|register|unsent)\/?$/, ""],
];
const WITHOUT_BUNDLE = ["unsent"];
const FRESH = 60_000;

let loaded = null;
let missing = null; // why there is no bundle: a NoBundle
let loadedAt = 0;
let leaving = [];
let shown = 0;

function routeOf(path) {
  for (const [pattern, name] of ROUTES) {
    const match = pattern.exec(path);
    if (match) return { name: name || match.groups.screen, parts: match.groups ?? {} };
  }
  return { name: "unreached", parts: {} };
}

// `choice`: {unit: code, outage: id}, or nothing for what is likeliest.
async function load(choice) {
  try {
    loaded = await loadBundle(choice ?? {});
    missing = null;
    useZone(loaded.bundle.zone);
    await relearn(loaded.bundle, loaded.routine);
  } catch (error) {
    if (error.name !== "NoBundle" && !error.reason) throw error;
    if (choice && error.reason !== "expired") return load(); // that unit or outage is not here: then what there is
    loaded = null;
    missing = error;
  }
  loadedAt = Date.now();
  drawPlace(loaded);
  drawSource(loaded);
  return undefined;
}

// Shows the screen of the address in the bar. `handed`: what the screen before gives it, kept nowhere.
async function show(handed) {
  const number = ++shown;
  for (const callback of leaving.splice(0)) callback();
  const { name, parts } = routeOf(location.pathname);
  const bare = loaded ? null : await bareBundle();
  if (number !== shown) return;
  const main = el("div", { id: "ward-screen" });
  const heading = document.getElementById("ward-title");
  const title = (text) => {
    if (number !== shown) return;
    heading.textContent = text;
    document.title = [text, _("Downtime tracker")].join(" – ");
  };
  drawMenus(name === "hub" ? "/ward" : location.pathname);
  document.getElementById("ward-screen").replaceWith(main);
  document.body.classList.toggle("logging", name === "log");
  const context = {
    bundle: loaded?.bundle ?? null,
    routine: loaded?.routine ?? null,
    parts,
    query: new URLSearchParams(location.search),
    handed: handed ?? {},
    missing,
    title,
    go,
    place: changePlace,
    bare,
    useBare,
    leave: (callback) => (number === shown ? leaving.push(callback) : callback()),
  };
  try {
    if (name === "unreached" || (!loaded && !WITHOUT_BUNDLE.includes(name))) explain(main, context);
    else await (await import(`./screens/${name}.js`)).show(main, context);
  } catch (error) {
    reportError(error);
    title(_("This screen does not work"));
    main.replaceChildren(el("p", { class: "attention" },
      _("Something went wrong. Reload the page. What you have saved is still on this device.")));
  }
  const begun = number === 1 && document.activeElement !== document.body; // somebody was quicker than the page
  if (number === shown && !begun && !main.contains(document.activeElement)) heading.focus({ preventScroll: true });
}

// Goes to another screen; fresh data is fetched meanwhile for the next one.
async function go(path, handed) {
  history.pushState(null, "", path);
  scrollTo(0, 0);
  await show(handed);
  if (Date.now() - loadedAt > FRESH) await load(placeNow());
}

function placeNow() {
  return loaded?.bundle.user ? { unit: loaded.bundle.unit?.code, outage: loaded.bundle.outage?.id } : undefined;
}

// Another unit or outage: only the server knows its patients.
async function changePlace(choice, handed) {
  await load(choice);
  await show(handed);
}

// Working on without a log-in, from what this device may tell anybody: whoever logs says who did it.
async function useBare(bare) {
  loaded = bare;
  drawPlace(loaded);
  drawSource(loaded);
  await show();
}

document.addEventListener("click", (event) => {
  const anchor = event.target.closest?.("a[href]");
  if (!anchor || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (anchor.target || anchor.hasAttribute("download") || anchor.origin !== location.origin) return;
  if (!anchor.pathname.startsWith("/ward") || anchor.hash) return;
  event.preventDefault();
  for (const menu of document.querySelectorAll(".foot-nav details[open]")) menu.open = false;
  go(anchor.pathname + anchor.search);
});
addEventListener("popstate", () => show());

async function start() {
  await ready;
  document.documentElement.lang = typeof language === "function" ? language() : language;
  const query = new URLSearchParams(location.search);
  await load(query.get("outage") ? { outage: query.get("outage") } : undefined);
  await show();
  let before = "";
  watch(({ state }) => {
    if (before && before !== "reached" && state === "reached") load(placeNow());
    before = state;
  });
}

start();
