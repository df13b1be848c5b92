// A hand scanner types like a keyboard, only faster than anybody can. This tells its bursts from typing, wherever the
// cursor is, and takes the characters out again that they left in a field. Whatever would be a command, press a button, tick
// a choice or send a form waits until it is clear that somebody has pressed it.
import { isPressed, pressAgain, takesLines, takesText } from "./press.js";

const FAST = 35; // ms between the keys of a scanner
const HELD = 60; // ms that a key waits that could do something, in case it is the first of a code
const PAUSE = 100; // ms; a slow radio link may hold a key back so long, and a longer silence ends the code
const MOSTLY = 0.8; // of the keys must be fast
const SHORTEST = 6;
const LONGEST = 160;
const WORD = 1000; // ms; a pause in which letters in a list of choices are one word, and Space is a part of it
const GROUP_SEPARATOR = "\u001d";
const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "CapsLock", "Meta", "NumLock"];
// Where the keys lie on a US keyboard: what a scanner meant that was never told that this computer has another one.
const US = {
  Semicolon: ";:", Minus: "-_", Period: ".>", Slash: "/?", Comma: ",<", Equal: "=+", BracketLeft: "[{", BracketRight: "]}",
  Backquote: "`~", Quote: "'\"", Backslash: "\\|", Space: "  ", NumpadSubtract: "--", NumpadAdd: "++",
  Digit1: "1!", Digit2: "2@", Digit3: "3#", Digit4: "4$", Digit5: "5%", Digit6: "6^", Digit7: "7&", Digit8: "8*", Digit9: "9(", Digit0: "0)",
};

// `found(texts, {hasEnd, isCommand, takeOut})` gets the ways in which a burst can be read, whether Enter or Tab ended it,
// and whether it fell where keys are commands; true: it was a code. Whether or not, none of its keys does anything but
// write in a field. Returns a function to stop.
export function listenToKeys(found) {
  let keys = [];
  let before = new Map(); // each field that was typed in → what stood there
  let timer = 0;
  let last = -Infinity;
  let isAfterwards = false; // a second Enter, or the rest of a code of several lines
  let held = []; // keys that would do something: a code must not mark a dose as given
  let holding = 0;
  let isReleasing = false;
  let isSpaceTaken = false; // until it is let go: it has pressed, or will, or was a scanner's

  // The keys were somebody's after all: they do what they would have done.
  function release() {
    if (isReleasing) return;
    clearTimeout(holding);
    isReleasing = true;
    for (const key of held.splice(0)) pressAgain(key);
    isReleasing = false;
  }

  // The same before another key does its work, which is meant for wherever the cursor is then.
  function releaseBefore(event) {
    const cursor = document.activeElement;
    release();
    if (document.activeElement === cursor) return;
    swallow(event);
    isReleasing = true;
    pressAgain(event);
    isReleasing = false;
  }

  function take(event) {
    if (event.key === " ") isSpaceTaken = true;
    swallow(event);
  }

  function hold(event) {
    take(event);
    held.push(event);
    clearTimeout(holding);
    holding = setTimeout(() => isMachine(keys) || release(), HELD);
  }

  function forget() {
    clearTimeout(timer);
    keys = [];
    before = new Map();
  }

  function onKey(event) {
    if (isReleasing || MODIFIERS.includes(event.key)) return;
    if (event.key === " " && event.repeat && isSpaceTaken) {
      swallow(event); // held down, it presses once
      return;
    }
    const gap = event.timeStamp - last;
    last = event.timeStamp;
    const ends = event.key === "Enter" || event.key === "Tab";
    if (isAfterwards && gap < (ends ? PAUSE : FAST)) {
      take(event);
      return;
    }
    isAfterwards = false;
    if (gap > HELD && !isMachine(keys)) release();
    if (gap > PAUSE) forget();
    if (event.repeat || event.isComposing || document.activeElement?.type === "password") {
      releaseBefore(event);
      forget();
    } else if (event.key === "Enter" && keys.length && gap < FAST && !isMachine(keys)) {
      add(event, ["\n", "\n"]);
      hold(event);
    } else if (ends) {
      finish(event);
    } else if (isCharacter(event)) {
      remember(document.activeElement);
      add(event, [byKey(event), byPlace(event)]);
      if (doesSomething(event, gap)) hold(event);
    } else {
      releaseBefore(event);
      forget();
    }
  }

  function onKeyUp(event) {
    if (event.key !== " " || !isSpaceTaken) return;
    isSpaceTaken = false;
    swallow(event); // some browsers press when it is let go
  }

  function add(event, texts) {
    if (keys.length < LONGEST) keys.push({ at: event.timeStamp, texts });
    clearTimeout(timer);
    timer = setTimeout(() => finish(null), PAUSE + 20);
  }

  function remember(element) {
    if (element && "value" in element && !before.has(element)) before.set(element, standing(element));
  }

  // After a silence without Enter the keys are kept: the computer may only have been busy, and more on its way.
  function finish(event) {
    const isBurst = isMachine(keys);
    const hasEnd = Boolean(event) || keys.at(-1)?.texts[0] === "\n";
    const told = { hasEnd, isCommand: held.length > 0, takeOut: () => takeOut(before) };
    const isCode = isBurst && keys.length < LONGEST && found(readings(keys), told);
    if (isBurst) held = [];
    else if (event) releaseBefore(event);
    else release();
    if (event || isCode) forget();
    const sends = isBurst && event?.key === "Enter" && !takesLines(document.activeElement);
    if (!isCode && !sends) return;
    isAfterwards = true;
    if (event) swallow(event);
  }

  const stopped = new AbortController();
  const options = { capture: true, signal: stopped.signal };
  addEventListener("keydown", onKey, options);
  addEventListener("keyup", onKeyUp, options);
  for (const hand of ["pointerdown", "click"]) addEventListener(hand, release, options); // in the order they were meant
  return () => {
    release();
    forget();
    stopped.abort();
  };
}

// Whether a character does more than write in a field. Space elsewhere only moves the page.
function doesSomething(event, gap) {
  const cursor = document.activeElement;
  if (event.key !== " ") return !takesText(cursor);
  return isPressed(cursor) || (cursor?.tagName === "SELECT" && "showPicker" in cursor && gap > WORD);
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function isCharacter(event) {
  if (event.key === "Dead") return true;
  if (event.ctrlKey && event.code === "BracketRight") return true; // how scanners type the separator of GS1
  if (event.metaKey || ((event.ctrlKey || event.altKey) && !event.getModifierState("AltGraph"))) return false;
  return event.key.length === 1;
}

function byKey(event) {
  if (event.ctrlKey && event.code === "BracketRight") return GROUP_SEPARATOR;
  return event.key === "Dead" ? "¨" : event.key;
}

function byPlace(event) {
  if (event.ctrlKey) return byKey(event);
  if (/^Key[A-Z]$/.test(event.code)) return event.code.at(-1);
  if (/^Numpad[0-9]$/.test(event.code)) return event.code.at(-1);
  return US[event.code]?.[event.shiftKey ? 1 : 0] ?? event.key;
}

function readings(keys) {
  return [0, 1].map((way) => keys.map((key) => key.texts[way]).join(""));
}

function isMachine(keys) {
  if (keys.length < SHORTEST) return false;
  const gaps = keys.slice(1).map((key, place) => key.at - keys[place].at);
  return gaps.filter((gap) => gap < FAST).length >= gaps.length * MOSTLY;
}

function standing(element) {
  const was = { value: element.value };
  try {
    was.range = [element.selectionStart, element.selectionEnd];
  } catch {
    // Fields of numbers and dates have no selection.
  }
  return was;
}

function takeOut(before) {
  for (const [element, was] of before) {
    if (!element.isConnected || element.value === was.value) continue;
    element.value = was.value;
    if (was.range?.[0] !== null && was.range && element === document.activeElement) element.setSelectionRange(...was.range);
    element.dispatchEvent(new Event("input", { bubbles: true }));
    if (element.tagName === "SELECT") element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
