// The service worker. The server puts `TRACKER` ({version, shell, notSent, files}) before this text: see tracker/views/ward.py.
//
// It keeps the shell, the scripts, the styles and the texts: nothing that is anybody's. Pages come from the server; where it
// is not reached, the shell stands in. API answers pass by untouched.
const CACHE = `tracker-${TRACKER.version}`;
const PATIENCE = 4_000;
const MARK = "X-Tracker-Version";
const KEPT = [...TRACKER.files, TRACKER.shell, TRACKER.notSent];
const FILES = new Set(TRACKER.files);
const HAS_SCREEN = /^\/(?:$|ward(?:\/|$)|log(?:\/|$)|patients\/?$|routine(?:\/|$))/;
const FORGET = 20_000;
let lostAt = 0; // when the server was found missing: the next page does not wait for it again
let outdated = false; // the server has a newer version: take its files until the new worker is here

addEventListener("install", (event) => {
  event.waitUntil(install());
});

addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

// A page that was on its way while the worker became active is nobody's until it asks.
addEventListener("message", (event) => {
  if (event.data === "claim") event.waitUntil(clients.claim());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(event, address));
  else if (request.method === "GET" && FILES.has(address.pathname)) event.respondWith(file(request, address));
});

async function install() {
  const cache = await caches.open(CACHE);
  const fetched = (path) => new Request(path, { cache: "reload", credentials: "omit" });
  await cache.addAll(KEPT.map(fetched)); // all of it, or this version is not installed
  await skipWaiting(); // pages that are open keep what they have; nothing is reloaded under anybody's hands
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("tracker-") && name !== CACHE) await caches.delete(name);
  }
  await clients.claim();
}

async function file(request, address) {
  const kept = await caches.match(address.pathname, { cacheName: CACHE });
  if (!outdated && kept) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function navigate(event, address) {
  const { request } = event;
  const typed = request.method === "POST" ? request.clone() : null;
  const screen = HAS_SCREEN.test(address.pathname);
  const patience = typed ? 60_000 : screen && Date.now() - lostAt < FORGET ? 1_000 : PATIENCE; // a form may take its time
  try {
    await endSession();
    const answer = await within(fetch(request), patience);
    noteVersion(answer);
    if (ours(answer) || answer.type === "opaqueredirect") {
      lostAt = 0;
      return answer;
    }
    if (!screen && answer.status < 500) return answer; // a portal that wants to be answered first
  } catch {
    // Not reached: the shell, below.
  }
  lostAt = Date.now();
  if (typed && !(await keepForm(typed, address))) return notSent();
  return shell();
}

function ours(answer) {
  return answer.headers.has(MARK);
}

function noteVersion(answer) {
  const version = answer.headers.get(MARK);
  if (!version || version === TRACKER.version) return;
  outdated = true;
  registration.update().catch(() => {});
}

async function shell() {
  const kept = await caches.match(TRACKER.shell, { cacheName: CACHE });
  if (!kept) return Response.error();
  const headers = new Headers(kept.headers); // with the security headers that the server gave it
  return new Response(kept.body, { status: 200, headers });
}

function within(promise, milliseconds) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("no answer")), milliseconds);
    promise.then(resolve, reject);
  });
}

// Somebody logged out while the server was not reached: their session ends before anything else is shown.
async function endSession() {
  const database = await open();
  if (!database || !(await get(database, "end-session"))) return;
  const found = await within(fetch("/api/v1/csrf", { cache: "no-store" }), PATIENCE);
  if (!ours(found)) throw new Error("not ours");
  if (found.ok) {
    const { token } = await found.json();
    const ended = await within(fetch("/logout", { method: "POST", redirect: "manual", headers: { "X-CSRFToken": token } }), PATIENCE);
    if (ended.type !== "opaqueredirect") throw new Error("not ended");
  } else if (found.status !== 401) throw new Error("not ended");
  await change(database, (store) => store.delete("end-session"));
}

// A form that could not be sent is kept, encrypted with the key of whoever is logged in, and shown again by the shell.
async function keepForm(request, address) {
  const kind = /^\/log\/([a-z0-9._-]+)$/.exec(address.pathname)?.[1];
  if (!kind) return false;
  try {
    const database = await open();
    const { key } = (await get(database, "key")) ?? {};
    if (!key) return false;
    const fields = [...(await request.formData()).entries()].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
    const name = `draft:form:${kind}`;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bound = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) };
    const text = JSON.stringify({ fields, at: Date.now(), query: address.search });
    const data = await crypto.subtle.encrypt(bound, key, new TextEncoder().encode(text));
    await change(database, (store) => store.put({ name, iv, data }));
    return true;
  } catch {
    return false;
  }
}

// Nothing here can keep the form, but the browser has it still: reloading sends it again, and the server knows it by its id.
async function notSent() {
  const kept = await caches.match(TRACKER.notSent, { cacheName: CACHE });
  return kept ? new Response(kept.body, { status: 503, headers: new Headers(kept.headers) }) : Response.error();
}

// The store of store.js, opened as it is: pages make and change its shape.
function open() {
  return new Promise((resolve) => {
    const request = indexedDB.open("tracker");
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () => resolve(null);
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => database.close();
      resolve(database.objectStoreNames.contains("kept") ? database : null);
    };
  });
}

function get(database, name) {
  return new Promise((resolve, reject) => {
    const request = database.transaction("kept").objectStore("kept").get(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function change(database, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction("kept", "readwrite", { durability: "strict" });
    work(transaction.objectStore("kept"));
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}
