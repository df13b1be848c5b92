// Before you leave: what this device holds. The server cannot know it, and going home without it sent would leave it here.
import { _, plural, ready } from "./texts.js";
import { halfTyped, halfTypedLines } from "./half_typed.js";
import { el } from "./ward/dom.js";
import { clockAndDay } from "./ward/moment.js";
import { saveFile, sendNow, watch } from "./ward/outbox.js";

const part = document.querySelector("[data-device]");
const lines = part.querySelector("[data-device-lines]");
const allClear = document.querySelector("[data-all-clear]");
const said = el("p", { class: "quiet", role: "status" });

function unsentLines({ unsent, since, refused, state }) {
  const waiting = unsent - refused.length;
  const lines = [];
  if (refused.length) {
    lines.push(el("p", {}, el("strong", {}, plural("%(num)s entry was refused and must be mended.", "%(num)s entries were refused and must be mended.", refused.length)),
      " ", el("a", { href: "/ward/unsent" }, _("Mend"))));
  }
  if (waiting > 0) {
    lines.push(
      el("p", {}, el("strong", {}, plural("%(num)s entry is not sent to the server yet.", "%(num)s entries are not sent to the server yet.", waiting)),
        since ? ` ${_("The oldest was saved at %(time)s.", { time: clockAndDay(since) })}` : ""),
      el("p", {}, state === "unreachable"
        ? _("The server is not reached. Leave this device switched on: they are sent by themselves. If it must be taken away, save them to a file first and carry the file to a computer that reaches the server.")
        : _("Stay until they are sent. Logging out does not remove them, and nobody else can read them here.")),
      el("p", { class: "actions" },
        el("button", { type: "button", class: "btn btn-primary", onclick: send }, _("Send now")),
        el("button", { type: "button", class: "btn btn-secondary", onclick: download }, _("Save to a file"))),
    );
  }
  return lines;
}

function draw(known, drafts) {
  lines.replaceChildren(...[unsentLines(known), halfTypedLines(drafts), said].flat().filter(Boolean));
  const loud = known.unsent > 0 || drafts.length > 0;
  part.toggleAttribute("data-loud", loud);
  part.hidden = !loud && !said.textContent;
  if (allClear) allClear.hidden = loud;
}

async function send(event) {
  event.target.disabled = true;
  said.textContent = _("Sending…");
  await sendNow().catch(() => {});
  said.textContent = "";
  event.target.disabled = false;
}

async function download() {
  const made = await saveFile();
  if (!made) return;
  const anchor = el("a", { href: URL.createObjectURL(made.blob), download: made.name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
  said.textContent = _("Saved as %(file)s. The entries also stay here until the server has them.", { file: made.name });
}

await ready;
watch(async (known) => draw(known, await halfTyped()));
