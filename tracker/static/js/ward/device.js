// This browser as a device of a unit: what the server knows it as, and what it tells about what it holds.
import { _ } from "../texts.js";
import { ask, askAsUser, Refused } from "./server.js";

const KEY = "device"; // id and token of the browser, not of anybody who uses it

export function device() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

// Makes the browser known to the unit, once.
export async function register(unit) {
  const { body } = await askAsUser("/api/v1/devices", { name: ownName(), unit });
  localStorage.setItem(KEY, JSON.stringify({ id: body.id, token: body.token, name: body.name }));
  return device();
}

// Tells the server how much of each unit is held here: `{unit code: {count, oldest}}`. Nobody needs to be logged in.
// Gives whether it is told.
export async function report(held) {
  const own = device();
  if (!own) return false;
  const units = Object.entries(held).map(([unit, { count, oldest }]) => ({
    unit, count, oldest: count ? new Date(oldest).toISOString() : null,
  }));
  try {
    await ask(`/api/v1/devices/${own.id}/report`, { method: "POST", body: { token: own.token, units }, anonymous: true });
    return true;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    localStorage.removeItem(KEY); // another database: register anew
    return false;
  }
}

function ownName() {
  const agent = navigator.userAgent;
  const browser = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark))?.[1];
  const system = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["CrOS", "ChromeOS"], ["Mac", "Mac"], ["Linux", "Linux"]]
    .find(([mark]) => agent.includes(mark))?.[1];
  const [anyBrowser, anySystem] = [_("Browser"), _("this device")];
  return _("%(browser)s on %(system)s", { browser: browser ?? anyBrowser, system: system ?? anySystem });
}
