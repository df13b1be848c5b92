// What of the page's items its reader holds, until when, and what of it was lost.
import { _ } from "../texts.js";
import { tell } from "./told.js";

let ahead = 0; // how far this device's clock is ahead of the server's

export function held() {
  return [...document.querySelectorAll(".work[data-mine]:not([data-lost])")];
}

export function token() {
  return document.querySelector('input[name="csrf_token"]')?.value ?? "";
}

export function holds(article) {
  return Date.parse(article.dataset.until ?? "") > Date.now() - ahead;
}

// Every answer says what time it is at the server.
export function noteClock(answer) {
  const there = Date.parse(answer.headers.get("Date") ?? "");
  if (there) ahead = Date.now() - there;
}

export function keep(article, until) {
  article.dataset.until = until;
  const words = article.querySelector(".holder-me");
  if (words) words.textContent = _("Yours until %(time)s", { time: clock(new Date(until)) });
}

export function clock(date) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", hour: "2-digit", minute: "2-digit" }).format(date);
}

// Somebody else has it, or it was taken back. Nothing typed goes away; the server refuses what rests on it.
export function lose(article, message) {
  article.dataset.lost = message;
  tell(article, `${message} ${_("What you typed stays here. Look in the record system before anybody goes on.")}`);
}
