// The server knows that somebody has begun before anything is copied: from then on it may stand in the record system.
import { _ } from "../texts.js";
import { holds, lose, noteClock, token } from "./held.js";
import { tell } from "./told.js";

const PATIENCE = 4_000;
const AGAIN = 5_000;
const warned = new Set();
const unknown = new Map(); // articles whose begin the server has not taken yet → address

// Whether the field may be copied now. Without the server the first try says so and copies nothing; the next one does.
export async function begin(article, address) {
  if (article.dataset.lost) {
    lose(article, article.dataset.lost);
    return false;
  }
  if (article.hasAttribute("data-begun") && holds(article)) return true;
  const answer = await post(address);
  if (answer.taken) return know(article);
  if (answer.refused) {
    lose(article, answer.refused);
    return false;
  }
  if (answer.loggedOut) {
    tell(article, _("Nothing was copied: you are logged out. Log in again in another tab, then go on here."));
    return false;
  }
  return goOnWithout(article, address);
}

function know(article) {
  article.setAttribute("data-begun", "");
  if (warned.delete(article)) tell(article, _("The server is reached again and knows that you have begun."), "good");
  unknown.delete(article);
  return true;
}

function goOnWithout(article, address) {
  const secondTry = warned.has(article);
  warned.add(article);
  if (secondTry) {
    unknown.set(article, address);
    tell(article, _("Copied, but the server does not know that you have begun. Leave this page open: it is told as soon as it is reached. Until then note on the paper that you have begun."));
    return true;
  }
  tell(article, _("Nothing was copied: the server is not reached, so nobody would see that you have begun. Try again in a moment. If it cannot wait, copy once more: then note on the paper that you have begun."));
  return false;
}

async function post(address) {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": token(), Accept: "application/json" },
      keepalive: true, // goes on though the page is left
      redirect: "manual",
      signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined,
    });
    noteClock(answer);
    if (answer.status === 204) return { taken: true };
    if (answer.status === 409) return { refused: (await answer.json()).message };
    if (answer.type === "opaqueredirect" || [400, 401, 403].includes(answer.status)) return { loggedOut: true };
    return {};
  } catch {
    return {};
  }
}

setInterval(async () => {
  for (const [article, address] of unknown) {
    const answer = await post(address);
    if (answer.taken) know(article);
    else if (answer.refused) {
      unknown.delete(article);
      lose(article, answer.refused);
    }
  }
}, AGAIN);

addEventListener("beforeunload", (event) => {
  if (unknown.size) event.preventDefault();
});
