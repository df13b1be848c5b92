// What was half-typed in the logging form, as {name: text or [texts]}: kept by the form itself, or taken by the service worker
// out of a form of the server's that could not be sent ({fields: [[name, text]], query}).
export function rawOf(draft) {
  if (!draft) return null;
  if (!Array.isArray(draft.fields)) return draft;
  const raw = { query: draft.query ?? "" };
  for (const [name, text] of draft.fields) raw[name] = name in raw ? [].concat(raw[name], text) : text;
  return raw;
}

// Whether it was begun in another outage than the one that is logged in now.
export function isElsewhere(raw, bundle) {
  const outage = new URLSearchParams(raw.query ?? "").get("outage") ?? raw.outage;
  return Boolean(outage) && String(outage) !== String(bundle.outage.id);
}
