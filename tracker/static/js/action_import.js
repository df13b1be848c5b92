// Logging a long workbook goes on by itself; every portion could be pressed for by hand as well.
const running = document.querySelector(".import-running");
const form = document.querySelector("#go-on");
const SHORT_WAIT = 1000, LONG_WAIT = 20000;

async function logPortion() {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
    redirect: "error",
  });
  if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
    location.reload(); // logged out, or no longer ours: the page says so itself
    return new Promise(() => {});
  }
  if (!answer.ok || !(answer.headers.get("Content-Type") ?? "").includes("json")) throw new Error(String(answer.status));
  return answer.json();
}

function show(state) {
  running.classList.remove("stalled");
  running.querySelector(".import-far").textContent = running.dataset.label.replace("#1", state.logged).replace("#2", state.all);
  const bar = running.querySelector("progress");
  bar.max = state.all;
  bar.value = state.logged;
}

async function goOn() {
  let wait = SHORT_WAIT;
  for (;;) {
    try {
      const state = await logPortion();
      show(state);
      if (state.finished) {
        location.reload();
        return;
      }
      wait = SHORT_WAIT;
    } catch {
      running.classList.add("stalled");
      running.querySelector(".import-far").textContent = running.dataset.waiting;
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, LONG_WAIT);
    }
  }
}

if (running && form) {
  form.hidden = true;
  goOn();
}

// How many rows the button would log, and all of them ticked at once.
const confirmForm = document.querySelector("#confirm-import");
const button = confirmForm?.querySelector("button[data-good]");
const ticks = [...(confirmForm?.querySelectorAll("input[name=agreed]") ?? [])];

function count() {
  const chosen = Number(button.dataset.good) + ticks.filter((tick) => tick.checked).length;
  button.textContent = button.dataset.label.replace("#", chosen);
  button.disabled = chosen === 0;
}

if (button && ticks.length) {
  confirmForm.addEventListener("change", count);
  count();
  const all = confirmForm.querySelector("[data-tick-all]");
  all.hidden = ticks.length < 2;
  all.addEventListener("click", () => {
    for (const tick of ticks) tick.checked = true;
    count();
  });
}
