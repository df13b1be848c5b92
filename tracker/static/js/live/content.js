// Brings the page's content up to date in place. Counts and words change where they stand. Of a list (elements with
// `data-key`) nothing comes, goes or moves under the reader's eyes: what is new is announced, what has gone is marked
// in words, and what the reader has in hand is left alone and marked when it changed.
import { _ } from "../texts.js";
import { announce, mark, unmark, wordsOf } from "./news.js";
import { isTouched } from "./touched.js";

const OWN = "[data-live-own], .flash"; // not from the content that the server sends again
const KEPT = new Set(["open", "tabindex", "data-sent", "data-current"]); // the page's scripts and its reader set these
let fresh = null;

export function refresh(fragment) {
  fresh = fragment;
  keepingPlace(() => announce(bring(false), show));
}

// The reader wants the list as it is now: everything comes, goes and moves, and what they look at stays where it is.
function show() {
  keepingPlace(() => bring(true));
  announce(0, show);
}

// What the reader has in hand, else what they look at, stays where it is on the screen.
function keepingPlace(change) {
  const inHand = document.getElementById("content").contains(document.activeElement) ? document.activeElement : null;
  const anchor = inHand ?? firstInSight();
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  if (anchor?.isConnected) scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: "instant" });
}

// How many new entries are held back.
function bring(all) {
  const state = { all, held: 0 };
  bringSystems();
  children(document.getElementById("content"), fresh, state, (node) => !node.matches?.("[data-live-happened], [data-live-whole]"));
  return state.held;
}

// The systems that are down are told to screen readers: only when there are others, not because time passes.
function bringSystems() {
  const [mine, theirs] = [document.querySelector("header [data-live-whole]"), fresh.querySelector("[data-live-whole]")];
  if (mine && theirs && mine.dataset.liveWhole !== theirs.dataset.liveWhole) mine.replaceWith(document.importNode(theirs, true));
}

function morph(mine, theirs, state) {
  if (mine.dataset.key && !holdsKeys(mine)) {
    const changed = mine.dataset.sign !== theirs.dataset.sign;
    if (isTouched(mine)) {
      if (changed) mark(mine, wordsOf(mine) || _("It was changed just now."), true);
      else unmark(mine);
      return;
    }
  }
  unmark(mine);
  attributes(mine, theirs);
  children(mine, theirs, state);
}

function attributes(mine, theirs) {
  for (const { name, value } of theirs.attributes) {
    if (!KEPT.has(name) && !isToken(mine, name) && mine.getAttribute(name) !== value) mine.setAttribute(name, value);
  }
  for (const { name } of [...mine.attributes]) {
    if (!KEPT.has(name) && !theirs.hasAttribute(name)) mine.removeAttribute(name);
  }
}

function isToken(element, name) {
  return name === "value" && element.name === "csrf_token"; // the one it has is as good
}

function children(mine, theirs, state, wanted = () => true) {
  const here = named([...mine.childNodes].filter(isContent));
  const there = named([...theirs.childNodes].filter((node) => isContent(node) && wanted(node)));
  const frozen = !state.all && [...here.values(), ...there.values()].some((node) => node.dataset?.key);
  for (const [name, node] of here) {
    if (there.has(name)) pair(node, there.get(name), state);
    else if (!frozen) leave(node);
    else if (node.dataset?.key) mark(node, goneWords(node), false);
  }
  if (frozen) {
    for (const [name, node] of there) {
      if (!here.has(name) && node.dataset?.key) state.held += countOf(node);
    }
  } else {
    place(mine, here, there);
  }
}

function pair(mine, theirs, state) {
  if (mine.nodeType === Node.TEXT_NODE) {
    if (mine.data !== theirs.data) mine.data = theirs.data;
  } else {
    morph(mine, theirs, state);
  }
}

// What has gone goes, unless somebody has it in hand.
function leave(node) {
  if (node.nodeType === Node.TEXT_NODE) node.remove();
  else if (!isTouched(node)) node.remove();
  else if (node.dataset.key) mark(node, goneWords(node), false);
}

// What is new comes, and everything stands in the server's order; nodes that stand right are not moved.
function place(parent, here, there) {
  let last = null;
  for (const [name, node] of there) {
    const found = here.get(name)?.isConnected ? here.get(name) : null;
    const wanted = found ?? document.importNode(node, true);
    const next = last ? last.nextSibling : firstContent(parent);
    if (wanted !== next && !(found && stands(found, last))) parent.insertBefore(wanted, next);
    last = wanted;
  }
}

// Moving a node takes the focus from it: where only blanks lie between, it stands right.
function stands(node, last) {
  let before = node.previousSibling;
  while (before && before !== last && !isContent(before)) before = before.previousSibling;
  return before === last;
}

function firstContent(parent) {
  return [...parent.childNodes].find(isContent) ?? null;
}

// Children by name: their key, their id, or what they are and the how manieth of its sort.
function named(nodes) {
  const found = new Map();
  const sorts = new Map();
  for (const node of nodes) {
    const sort = node.nodeType === Node.TEXT_NODE ? "text" : `${node.localName}.${node.classList[0] ?? ""}`;
    const number = sorts.get(sort) ?? 0;
    sorts.set(sort, number + 1);
    found.set(node.dataset?.key ? `key ${node.dataset.key}` : node.id ? `id ${node.id}` : `${sort} ${number}`, node);
  }
  return found;
}

function isContent(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.trim() !== "";
  return node.nodeType === Node.ELEMENT_NODE && !node.matches(OWN);
}

function holdsKeys(element) {
  return element.querySelector("[data-key]") !== null;
}

function countOf(node) {
  return node.querySelectorAll("[data-sign]").length || 1;
}

function goneWords(node) {
  const rows = [node, ...node.querySelectorAll("[data-key]")];
  return rows.map(wordsOf).find(Boolean) ?? _("No longer in this list.");
}

function firstInSight() {
  const keyed = [...document.querySelectorAll("#content [data-key]")];
  return keyed.find((one) => one.getBoundingClientRect().top >= 0 && !one.classList.contains("live-gone")) ?? null;
}
