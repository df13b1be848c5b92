// When to ask: every few seconds while the page is looked at, seldom while it is hidden, more and more seldom while the
// server is silent, and at once when somebody comes back to the page.
import { change } from "../ward/outbox_state.js";
import { noteReached } from "../ward/server.js";

const EVERY = 8_000;
const HIDDEN = 60_000;
const LONGEST = 120_000;
const AT_ONCE_AFTER = 1_500;
const PATIENCE = 15_000;
const MARK = "X-Tracker-Version"; // on every answer of ours

export function startPolling(firstTag, { fresh, unchanged, loggedOut }) {
  let tag = firstTag;
  let silent = 0;
  let timer = null;
  let asking = false;
  let askedAt = Date.now();

  function plan() {
    clearTimeout(timer);
    const usual = document.hidden ? HIDDEN : EVERY;
    const wait = Math.min(usual * 2 ** silent, Math.max(LONGEST, usual));
    timer = setTimeout(ask, wait * (0.75 + Math.random() / 2)); // so that a hundred screens do not ask in step
  }

  async function ask() {
    if (asking) return;
    asking = true;
    askedAt = Date.now();
    try {
      await hear(await fetch(location.href, {
        headers: { "X-Live": "1", "If-None-Match": tag, Accept: "text/html" },
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined,
      }));
      reached();
    } catch {
      lost();
    } finally {
      asking = false;
      plan();
    }
  }

  async function hear(answer) {
    if (answer.type === "opaqueredirect") return loggedOut(); // to the log-in page
    if (answer.status >= 500 || !answer.headers.has(MARK)) throw new Error("not ours");
    if (answer.status === 304) unchanged();
    else if (answer.ok) fresh(await answer.text());
    tag = answer.headers.get("ETag") ?? tag;
    return null;
  }

  function reached() {
    noteReached();
    change({ state: "reached" });
    silent = 0;
  }

  function lost() {
    silent = Math.min(silent + 1, 6);
    change({ state: "unreachable" });
  }

  function comeBack() {
    if (document.hidden || Date.now() - askedAt < AT_ONCE_AFTER) plan();
    else ask();
  }

  addEventListener("focus", comeBack);
  addEventListener("online", comeBack);
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  document.addEventListener("visibilitychange", comeBack);
  addEventListener("pagehide", () => clearTimeout(timer));
  plan();
}
