// Keeps the reader's claims while somebody works here, and tells when one was lost. A page that nobody has touched for
// a while, or that is out of sight, lets them run out.
import { _ } from "../texts.js";
import { clock, held, keep, lose, noteClock, token } from "./held.js";
import { current } from "./place.js";
import { tell } from "./told.js";

const ACTIVE = 10 * 60_000;
const SIGNS = ["keydown", "pointerdown", "input", "copy"];
let activeAt = Date.now();
let sentAt = Date.now();
let sending = false;

function every() {
  return (Number(held()[0]?.dataset.lease ?? 30) * 60_000) / 6;
}

export async function keepAlive() {
  const articles = held();
  if (sending || !articles.length) return;
  sending = true;
  sentAt = Date.now();
  try {
    const answer = await fetch("/api/v1/items/keep-alive", {
      method: "POST",
      headers: { "X-CSRFToken": token(), "Content-Type": "application/json" },
      body: JSON.stringify({ items: articles.map((one) => Number(one.dataset.item)) }),
    });
    noteClock(answer);
    if (!answer.ok) throw new Error(String(answer.status));
    take(await answer.json());
  } catch {
    const article = current();
    if (article?.dataset.until) tell(article, _("The server is not reached. What you hold is yours until %(time)s; then others can take it, and are told to check the system first.", { time: clock(new Date(article.dataset.until)) }));
  } finally {
    sending = false;
  }
}

function take({ kept, lost }) {
  for (const one of kept) {
    const article = document.getElementById(`item-${one.id}`);
    if (!article) continue;
    keep(article, one.until);
    const box = article.querySelector(".desk-told-bad");
    if (box && !article.dataset.lost) tell(article, "");
  }
  for (const one of lost) {
    const article = document.getElementById(`item-${one.id}`);
    if (article) lose(article, one.message);
  }
}

function due() {
  const atWork = Date.now() - activeAt < ACTIVE && !document.hidden;
  if (atWork && Date.now() - sentAt >= every()) keepAlive();
}

// Coming back from the record system is work, and the moment to learn what happened meanwhile.
function comeBack() {
  activeAt = Date.now();
  if (!document.hidden && Date.now() - sentAt >= every() / 5) keepAlive();
}

for (const sign of SIGNS) {
  document.addEventListener(sign, () => {
    activeAt = Date.now();
    due();
  }, { capture: true, passive: true });
}
addEventListener("focus", comeBack);
addEventListener("blur", () => {
  activeAt = Date.now(); // over to the record system
});
document.addEventListener("visibilitychange", comeBack);
setInterval(due, Math.min(30_000, every() / 4));
