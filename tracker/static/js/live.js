// A page that refreshes itself without taking anything out of the reader's hands. Works on pages that the server gave a
// tag (tracker/views/live.py); everywhere else there is nothing to load.
import { ready } from "./texts.js";
import { refresh } from "./live/content.js";
import { noteHappened, tellLoggedOut } from "./live/news.js";
import { startPolling } from "./live/poll.js";

const script = document.querySelector("script[data-tag]");

async function start() {
  await ready;
  let latest = null;
  startPolling(`"${script.dataset.tag}"`, {
    fresh(html) {
      latest = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live-fragment]");
      if (!latest) return;
      noteHappened(latest.querySelector("[data-live-happened]"));
      refresh(latest);
    },
    unchanged() {
      if (latest) refresh(latest); // what was in somebody's hands then may be free now
    },
    loggedOut: tellLoggedOut,
  });
}

document.documentElement.dataset.live = "yes";
start();
