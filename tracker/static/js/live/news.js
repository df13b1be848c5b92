// What is told: the button for what is new, words on what changed or has gone, and little of it to a screen reader.
import { _, plural } from "../texts.js";

const happened = new Map();
const bar = own("div", "live-news");
const button = document.createElement("button");
const said = own("p", "visually-hidden");
let toldNew = false;

button.type = "button";
button.className = "btn btn-primary";
bar.hidden = true;
bar.append(button);
said.setAttribute("role", "status");
document.getElementById("content").prepend(bar);
document.body.append(said);

function own(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  element.dataset.liveOwn = "";
  return element;
}

// Who did what last to each item since the page was opened.
export function noteHappened(list) {
  for (const line of list?.querySelectorAll("[data-item]") ?? []) happened.set(line.dataset.item, line.textContent);
}

export function wordsOf(element) {
  return happened.get(element.dataset.item) ?? "";
}

// How many are new; the first is said aloud, that there are more and more is only shown.
export function announce(number, show) {
  bar.hidden = number === 0;
  button.onclick = show;
  const text = plural("%(num)s new – show", "%(num)s new – show", number);
  if (number && button.textContent !== text) button.textContent = text;
  if (number && !toldNew) say(plural("%(num)s new in the list.", "%(num)s new in the list.", number));
  toldNew = number > 0;
}

// Words on an element, once. `aloud`: it is the one the reader has in hand.
export function mark(element, words, aloud) {
  element.classList.toggle("live-gone", !aloud);
  const line = markOf(element) ?? placeMark(element);
  if (line.textContent === words) return;
  line.textContent = words;
  if (aloud) say(words);
}

export function unmark(element) {
  element.classList.remove("live-gone");
  markOf(element)?.remove();
}

function markOf(element) {
  return element.querySelector(`[data-live-mark="${CSS.escape(element.dataset.key ?? "")}"]`);
}

function placeMark(element) {
  const line = own("span", "live-mark");
  line.dataset.liveMark = element.dataset.key ?? "";
  const summary = element.querySelector(":scope > details > summary");
  (summary ?? element.querySelector(":scope > th, :scope > header, :scope > td") ?? element).append(line);
  return line;
}

export function tellLoggedOut() {
  bar.hidden = false;
  button.hidden = true;
  let line = bar.querySelector("span");
  if (line) return;
  line = document.createElement("span");
  line.textContent = _("You are logged out. What you have typed here stays: log in again in another tab.");
  bar.append(line);
  say(line.textContent);
}

function say(words) {
  said.textContent = words;
}
