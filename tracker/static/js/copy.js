// Copy buttons: the value goes to the clipboard, the row is marked as copied, and the server is told that work has
// begun, so that a claim that runs out says "check the system first". Without this script the values are selected
// by a click instead.
document.documentElement.classList.add("can-copy");

const said = document.createElement("p");
said.className = "visually-hidden";
said.setAttribute("role", "status");
document.body.append(said);

const begun = new Set();

async function put(text) {
  if (navigator.clipboard && isSecureContext) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  // Plain http inside the hospital: browsers keep the clipboard object for https.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

function tellBegun(address) {
  if (!address || begun.has(address)) return;
  begun.add(address);
  const token = document.querySelector('input[name="csrf_token"]')?.value ?? "";
  fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true })
    .then((answer) => { if (!answer.ok) begun.delete(address); })
    .catch(() => begun.delete(address));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const byKeyboard = event.detail === 0;
  let copied = false;
  try {
    copied = await put(button.dataset.copy);
  } catch {
    copied = false;
  }
  if (!copied) {
    select(button);
    return;
  }
  tellBegun(button.dataset.begin);
  const word = button.querySelector(".copy-word");
  word.textContent = button.dataset.copied;
  button.classList.add("copied");
  said.textContent = "";
  said.textContent = `${button.dataset.copied}: ${button.textContent.replace(word.textContent, "").trim()}`;
  if (byKeyboard) next(button)?.focus();
  else button.focus();
});

// From the keyboard, Enter copies field after field in the order of typing.
function next(button) {
  const all = [...(button.closest(".work")?.querySelectorAll("button[data-copy]") ?? [])];
  return all[all.indexOf(button) + 1] ?? button;
}

function select(button) {
  const value = button.parentElement.querySelector(".value, .sentence-text, .patient-number");
  if (value) getSelection().selectAllChildren(value);
}

// While working a patient down, the keyboard stands at the item to do next; the page moves only if it is out of sight.
const current = document.querySelector(".work[data-current]");
if (current && new URLSearchParams(location.search).has("item")) {
  if (current.getBoundingClientRect().top > innerHeight * 0.6) current.scrollIntoView();
  (current.querySelector(".typed button[data-copy]") ?? current).focus({ preventScroll: true });
}
