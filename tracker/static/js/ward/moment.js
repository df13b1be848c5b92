// Times as the ward writes them: HH:MM, and a day that mostly is the obvious one. Always the hospital's time zone.
let zone = "Europe/Stockholm";

export function useZone(name) {
  if (name) zone = name;
}

// ["2026-11-23", "14:05"] of a moment.
export function dayAndClock(moment = new Date()) {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).format(moment);
  return parts.split(" ");
}

export function today() {
  return dayAndClock()[0];
}

export function clockOf(moment) {
  return dayAndClock(new Date(moment))[1];
}

// "14:05" today, "22/11 14:05" else.
export function clockAndDay(moment) {
  const [day, clock] = dayAndClock(new Date(moment));
  return day === today() ? clock : `${Number(day.slice(8))}/${Number(day.slice(5, 7))} ${clock}`;
}

// "2026-11-23T14:05": local time, as staff write it; the server adds the offset.
export function localMoment(moment = new Date()) {
  return dayAndClock(moment).join("T");
}

// "14:05" from 14:05, 14.05, 1405, 9:05 or 905; null if it is no time.
export function parseClock(text) {
  const match = /^([0-9]{1,2})[:. ]?([0-9]{2})$/.exec(text.trim());
  if (!match || Number(match[1]) > 23 || Number(match[2]) > 59) return null;
  return `${match[1].padStart(2, "0")}:${match[2]}`;
}

// Whether a local moment lies more than five minutes ahead of now (the server's own limit).
export function isAhead(local) {
  return local > localMoment(new Date(Date.now() + 5 * 60000));
}
