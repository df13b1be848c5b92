// Logging out deletes what only the user may read on this device, with or without the server; unsent entries stay, sealed.
// If the server is not reached, the session there is ended as soon as it is, before anything else is shown (worker.js).
import { halfTyped } from "./half_typed.js";
import { purge } from "./ward/bundle.js";
import { ask } from "./ward/server.js";
import { kept } from "./ward/store.js";

const PATIENCE = 8_000;

// From any page, also the shell, which has no form for it.
export async function logOut() {
  await leave(async () => {
    const { body } = await ask("/api/v1/csrf", { timeout: PATIENCE });
    return post("/logout", { headers: { "X-CSRFToken": body.token } });
  });
}

async function leave(tellServer) {
  await kept.put({ name: "end-session", open: true }).catch(() => {});
  await purge().catch(() => {});
  try {
    const answer = await tellServer();
    if (answer.type === "opaqueredirect" || answer.status === 401) await kept.remove("end-session");
  } catch {
    // Remembered above.
  }
  location.replace("/login");
}

function post(address, more) {
  const signal = AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined;
  return fetch(address, { method: "POST", redirect: "manual", cache: "no-store", signal, ...more });
}

const withForm = (form) => leave(() => post(form.action, { body: new FormData(form) }));

addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("form[action$='/logout']")) return;
  event.preventDefault();
  if (form.matches(".leave")) withForm(form);
  else halfTyped().catch(() => []).then((open) => (open.length ? showWhatIsOpen(form) : withForm(form)));
}, { capture: true });

// Something is open: the page of the shift's end comes first, where the server is reached. Nobody is kept from leaving.
document.querySelector("a[data-leave]")?.addEventListener("click", (event) => {
  event.preventDefault();
  showWhatIsOpen(document.querySelector("form[action$='/logout']"));
});

async function showWhatIsOpen(form) {
  try {
    await ask("/healthz", { timeout: 3_000 });
  } catch {
    await withForm(form);
    return;
  }
  location.assign("/shift-end?leaving=1");
}

// Where no worker stands before the pages: end it now, and show nothing more of it.
async function endSessionLeftOpen() {
  const form = document.querySelector("form[action$='/logout']");
  if (form && (await kept.get("end-session").catch(() => null))) await withForm(form);
}

endSessionLeftOpen();
