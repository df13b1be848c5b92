// Logging out deletes what only the user may read on this device, with or without the server; unsent entries stay, sealed.
// If the server is not reached, the session there is ended as soon as it is, before anything else is shown (worker.js).
import { halfTyped, halfTypedLines } from "./half_typed.js";
import { _, ready } from "./texts.js";
import { purge } from "./ward/bundle.js";
import { el } from "./ward/dom.js";
import { ask } from "./ward/server.js";
import { kept } from "./ward/store.js";

const PATIENCE = 8_000;

// From any page, also the shell, which has no form for it.
export async function logOut() {
  const open = await halfTyped().catch(() => []);
  if (open.length) await showWhatIsOpen(withoutForm, open);
  else await withoutForm();
}

function withoutForm() {
  return leave(async () => {
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
  else halfTyped().catch(() => []).then((open) => (open.length ? showWhatIsOpen(() => withForm(form), open) : withForm(form)));
}, { capture: true });

document.querySelector("a[data-leave]")?.addEventListener("click", async (event) => {
  event.preventDefault();
  const form = document.querySelector("form[action$='/logout']");
  await showWhatIsOpen(() => withForm(form), await halfTyped().catch(() => []));
});

// Something is open: the page of the shift's end comes first. Where that would lose it, or the server is not reached, what is
// half typed here is named at once: it goes with the log-out. Nobody is kept from leaving.
async function showWhatIsOpen(goOn, open) {
  if (open.some((one) => one.isOnlyHere)) {
    await askFirst(goOn, open);
    return;
  }
  try {
    await ask("/healthz", { timeout: 3_000 });
  } catch {
    if (open.length) await askFirst(goOn, open);
    else await goOn();
    return;
  }
  location.assign("/shift-end?leaving=1");
}

async function askFirst(goOn, open) {
  await ready;
  const dialog = el("dialog", { class: "leave-dialog", "aria-labelledby": "leave-head", onclose: () => dialog.remove(), onclick: (event) => event.target.closest("a") && dialog.close() },
    el("h2", { id: "leave-head" }, _("Before you leave")),
    halfTypedLines(open),
    el("p", { class: "actions" },
      el("button", { type: "button", class: "btn btn-primary", onclick: () => dialog.close() }, _("Cancel")),
      el("button", { type: "button", class: "btn btn-secondary", onclick: () => {
        dialog.close();
        goOn();
      } }, _("Log out anyway"))));
  document.body.append(dialog);
  dialog.showModal();
}

// Where no worker stands before the pages: end it now, and show nothing more of it.
async function endSessionLeftOpen() {
  const form = document.querySelector("form[action$='/logout']");
  if (form && (await kept.get("end-session").catch(() => null))) await withForm(form);
}

endSessionLeftOpen();
