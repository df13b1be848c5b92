// Talking to the server, and telling its answers from those of whatever stands between: portals, proxies, log-in pages.
const MARK = "X-Tracker-Version"; // on every answer of ours
const PROBLEM = "application/problem+json";
const REACHED = "reached-at";

// The server did not answer, or something else did.
export class Unreached extends Error {}

// The server answered and refused: `status`, its words in `message`, and `faults` by pointer.
export class Refused extends Error {
  constructor(status, body) {
    super(body.detail ?? "");
    this.status = status;
    this.faults = Object.fromEntries((body.errors ?? []).map((one) => [one.pointer, one.detail]));
  }
}

// Sends and gives the JSON of a good answer of ours: `{status, body}`. Throws Unreached or Refused.
export async function ask(path, { method = "GET", body, headers = {}, timeout = 15_000, anonymous = false } = {}) {
  let answer;
  let content;
  try {
    answer = await fetch(path, {
      method,
      headers: { Accept: "application/json", ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: anonymous ? "omit" : "same-origin",
      redirect: "manual", // to a log-in page or a portal: no answer of ours
      cache: "no-store",
      signal: AbortSignal.timeout ? AbortSignal.timeout(timeout) : undefined,
    });
    const type = (answer.headers.get("Content-Type") ?? "").split(";")[0].trim();
    if (type !== "application/json" && type !== PROBLEM) throw new Unreached(String(answer.status), { cause: answer.status });
    content = await answer.json();
  } catch (error) {
    throw error instanceof Unreached ? error : new Unreached(error.name);
  }
  if (!answer.headers.has(MARK)) throw new Unreached("not ours", { cause: answer.status });
  noteReached();
  if (!answer.ok) throw new Refused(answer.status, content);
  return { status: answer.status, body: content };
}

// A write in the user's own session needs its token.
export async function askAsUser(path, body, more = {}) {
  const { body: { token } } = await ask("/api/v1/csrf");
  return ask(path, { method: "POST", body, ...more, headers: { "X-CSRFToken": token } });
}

// When the server was really reached last, also by another tab or page: null if never.
export function reachedAt() {
  try {
    const text = localStorage.getItem(REACHED);
    return text ? new Date(Number(text)) : null;
  } catch {
    return memory;
  }
}

let memory = null;

export function noteReached() {
  memory = new Date();
  try {
    localStorage.setItem(REACHED, String(memory.getTime()));
  } catch {
    // Storage is switched off: this page remembers for itself.
  }
}
