// Scanning with the camera: a button where there is one, a picture to aim with, and plain words where it does not work.
import { _, ready } from "../texts.js";
import { el } from "../ward/dom.js";
import { readCode } from "./code.js";
import { openReader } from "./reader.js";
import { hush, say } from "./said.js";

const BETWEEN = 80; // ms from one look to the next: enough to see, kind to the battery

// Puts the button into `container`, now or when a camera is plugged in. Returns a function that takes it away again.
export function cameraButton(container, handlers) {
  let button = null;

  async function show() {
    await ready;
    if (button || !(await isPossible())) return;
    button = el("button", { type: "button", class: "btn btn-secondary scan-button", onclick: () => openCamera(handlers) },
      el("span", { class: "scan-icon", "aria-hidden": "true" }), _("Scan with the camera"));
    container.append(button);
    container.hidden = false;
  }

  show();
  navigator.mediaDevices?.addEventListener("devicechange", show);
  return () => {
    navigator.mediaDevices?.removeEventListener("devicechange", show);
    button?.remove();
  };
}

// Over plain http browsers hide their cameras. A phone has one all the same: there the button says what is missing.
async function isPossible() {
  if (!isSecureContext) return matchMedia("(pointer: coarse)").matches;
  const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []);
  return Boolean(devices?.some((device) => device.kind === "videoinput"));
}

export async function openCamera(handlers) {
  await ready;
  if (!isSecureContext) {
    say(_("The camera works only at an address that begins with https://. Type the number, and ask IT for that address."), { tone: "bad" });
    return;
  }
  hush();
  const dialog = drawDialog();
  const stopWatching = closeWhenLeft(dialog.whole);
  dialog.whole.showModal();
  const codes = await lookThrough(dialog);
  stopWatching();
  dialog.whole.close();
  dialog.whole.remove();
  for (const code of codes) deliver(code, handlers);
}

function drawDialog() {
  const video = el("video", { playsinline: true });
  video.muted = true;
  const words = el("p", { class: "scan-words", role: "status" }, _("Starting the camera…"));
  const light = el("button", { type: "button", class: "btn btn-secondary", hidden: true, "aria-pressed": "false" }, _("Light"));
  const close = el("button", { type: "button", class: "btn btn-primary", onclick: () => whole.close() }, _("Close"));
  const whole = el("dialog", { class: "scan-dialog", "aria-labelledby": "scan-title" },
    el("h2", { id: "scan-title" }, _("Scan a wristband or a sheet")),
    el("div", { class: "scan-picture" }, video, el("div", { class: "scan-frame", "aria-hidden": "true" })),
    words, el("div", { class: "scan-buttons" }, light, close));
  document.body.append(whole);
  return { whole, video, words, light };
}

// What was read; nothing if the picture was closed. The camera is off again afterwards, whatever happened.
async function lookThrough({ whole, video, words, light }) {
  const closed = new Promise((resolve) => whole.addEventListener("close", () => resolve([]), { once: true }));
  let stream = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: false, video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (!whole.open) return [];
    video.srcObject = stream;
    await video.play();
    offerLight(stream.getVideoTracks()[0], light);
    const reader = await openReader();
    words.textContent = _("Hold the code inside the frame.");
    return await look(reader, video, whole, words);
  } catch (error) {
    if (!whole.open) return [];
    words.textContent = explain(error);
    whole.classList.add("scan-failed");
    return await closed;
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}

// Looks until something is read that can be used, or the picture is closed.
async function look(reader, video, dialog, words) {
  let before = [];
  while (dialog.open) {
    const seen = video.readyState >= 2 ? await reader.read(video) : [];
    // Bars are easily misread at an angle: they count when two looks in a row agree.
    const sure = seen.filter((code) => !code.isLinear || before.includes(code.text));
    before = seen.map((code) => code.text);
    const codes = distinct(sure.map((code) => readCode(code.text)));
    const isOneEach = ["patient", "sheet"].every((kind) => codes.filter((code) => code[kind]).length <= 1);
    if (codes.length && isOneEach && dialog.open) {
      navigator.vibrate?.(60);
      return codes;
    }
    if (codes.length) tell(words, _("There are several codes in the picture. Show one only."));
    else if (sure.length) tell(words, _("This code is neither a patient nor a sheet. Show another."));
    await new Promise((resolve) => setTimeout(resolve, BETWEEN));
  }
  return [];
}

function distinct(codes) {
  const known = codes.filter((code) => code.patient || code.sheet);
  return [...new Map(known.map((code) => [JSON.stringify(code), code])).values()];
}

function tell(words, text) {
  if (words.textContent !== text) words.textContent = text;
}

function deliver(code, { onPatient, onSheet }) {
  if (code.sheet) onSheet?.(code.sheet);
  else onPatient?.(code.patient);
}

// A camera that goes on looking when nobody does must not be.
function closeWhenLeft(dialog) {
  const left = new AbortController();
  document.addEventListener("visibilitychange", () => document.hidden && dialog.close(), { signal: left.signal });
  addEventListener("pagehide", () => dialog.close(), { signal: left.signal });
  return () => left.abort();
}

function offerLight(track, button) {
  if (!track?.getCapabilities?.().torch) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const isOn = button.getAttribute("aria-pressed") !== "true";
    await track.applyConstraints({ advanced: [{ torch: isOn }] }).catch(() => {});
    button.setAttribute("aria-pressed", String(isOn));
  });
}

function explain(error) {
  switch (error.name) {
    case "NotAllowedError":
      return _("The camera is not allowed here. Allow it for this page in the browser's settings, or type the number.");
    case "NotFoundError":
    case "OverconstrainedError":
      return _("No camera was found. Type the number instead.");
    case "NotReadableError":
      return _("Another program is using the camera. Close that program and try again, or type the number.");
    default:
      return _("The camera cannot be used in this browser. Type the number instead.");
  }
}
