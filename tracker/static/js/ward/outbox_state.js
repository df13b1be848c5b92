// What is known about the outbox, in this tab and in the others, and who wants to hear of it.
import { isKnown } from "./bundle.js";
import { entries } from "./store.js";
import { canSeal } from "./seal.js";
import { reachedAt } from "./server.js";
import { ready } from "../texts.js";

const MANY = 1000;
const TELL_EVERY = 100;
const channel = globalThis.BroadcastChannel ? new BroadcastChannel("tracker-outbox") : null;
const watchers = new Set();
export const told = { listeners: new Set(), results: new Map() };
export const direct = new Map(); // without a secure context: entries that only this page has, until acknowledged
const now = { state: "unknown", needsLogin: false, why: null };
let findWhy = async () => "";
let unreadable = () => "";
let lately = []; // what was held when it could last be read
let telling = null;

export function describeHeld(whyNot, cannotRead) {
  findWhy = whyNot;
  unreadable = cannotRead;
}

// Something turned out to be missing that work without the server needs; null: it is here now.
export function noteImpossible(why) {
  now.why = why;
  tellWatchers();
}

// Everything unsent on this device, the oldest first. Throws where it cannot be read: that is not the same as nothing.
export async function held() {
  if (!canSeal) return [...direct.values()];
  return (await entries.all()).sort((a, b) => a.saved_at - b.saved_at);
}

export async function snapshot() {
  await ready;
  let fault = "";
  try {
    lately = await held();
  } catch {
    fault = (await findWhy()) || unreadable();
  }
  now.why ??= await findWhy();
  const why = fault || now.why;
  return {
    unsent: lately.length,
    since: lately.length ? new Date(lately[0].saved_at) : null,
    refused: lately.filter((one) => one.state === "refused").map((one) => ({
      id: one.id, at: new Date(one.saved_at), unit: one.unit, status: one.status, message: one.message ?? "", faults: one.faults ?? {},
    })),
    reached: reachedAt(),
    state: now.state,
    needsLogin: now.needsLogin && lately.length > 0,
    readable: !fault,
    known: await isKnown(),
    possible: !why,
    why,
  };
}

export function listen(listener) {
  watchers.add(listener);
  snapshot().then((known) => watchers.has(listener) && listener(known));
  return () => watchers.delete(listener);
}

// Changes what is known and tells everybody, here and in the other tabs.
export function change(changes) {
  Object.assign(now, changes);
  tellOthers({ type: "state", state: now.state, needsLogin: now.needsLogin });
}

export function tellOthers(message) {
  hear(message);
  channel?.postMessage(message);
}

function hear(message) {
  if (message.type === "state") Object.assign(now, { state: message.state, needsLogin: message.needsLogin });
  if (message.type === "result") remember(message);
  for (const listener of [...told.listeners]) listener(message);
  tellWatchers();
}

function remember({ id, result }) {
  told.results.set(id, result);
  if (told.results.size > MANY) told.results.delete(told.results.keys().next().value);
}

// Many changes shortly after each other are told once.
function tellWatchers() {
  telling ??= setTimeout(async () => {
    telling = null;
    if (!watchers.size) return;
    const known = await snapshot();
    for (const listener of [...watchers]) listener(known);
  }, TELL_EVERY);
}

if (channel) channel.onmessage = ({ data }) => hear(data);
