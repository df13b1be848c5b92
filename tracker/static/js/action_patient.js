// The patient of the logging form: one way at a time, a list that can be searched, and the chosen one in a line.
const SHOW_SEARCH_FROM = 7;

export function listenForPatient(form) {
  const part = form.querySelector("[data-patient]");
  if (!part) return;
  const search = part.querySelector("#patient-search");
  const choices = [...part.querySelectorAll(".patient-choice")];
  const list = part.querySelector(".patients");
  const chosen = part.querySelector(".chosen");
  const none = part.querySelector(".no-match");

  // Only the way that is open is sent.
  function showWay() {
    const way = part.querySelector('input[name="patient_how"]:checked')?.value ?? "identity";
    for (const piece of part.querySelectorAll("[data-part]")) {
      const on = piece.dataset.part.split(" ").includes(way);
      piece.classList.toggle("off", !on);
      for (const input of piece.querySelectorAll("input")) input.disabled = !on;
    }
  }

  function showChosen() {
    if (!list) return;
    const picked = part.querySelector('input[name="patient_id"]:checked');
    const collapse = Boolean(picked) && choices.length > 1;
    list.classList.toggle("off", collapse);
    part.querySelector(".patient-search").hidden = collapse || choices.length < SHOW_SEARCH_FROM;
    chosen.hidden = !collapse;
    if (collapse) {
      chosen.querySelector(".chosen-name").replaceChildren(
        ...[...picked.closest("label").querySelector(".patient").cloneNode(true).childNodes],
      );
      none.hidden = true;
    }
  }

  function reopen() {
    for (const input of part.querySelectorAll('input[name="patient_id"]')) input.checked = false;
    search.value = "";
    filter();
    showChosen();
    (choices.length < SHOW_SEARCH_FROM ? choices[0].querySelector("input") : search).focus();
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const spot = words.join(" ");
    const inBed = choices.filter((choice) => spot && choice.dataset.spot === spot); // "4" is bed 4, not every number
    for (const choice of choices) {
      choice.hidden = inBed.length ? !inBed.includes(choice) : !words.every((word) => choice.dataset.search.includes(word));
    }
    none.hidden = choices.some((choice) => !choice.hidden);
    none.querySelector("button").hidden = !/^[0-9A-Z+ -]{6,}$/i.test(search.value.trim()) || !/[0-9]{4}/.test(search.value);
  }

  function choose(choice) {
    choice.querySelector("input").checked = true;
    showChosen();
    nextField()?.focus();
  }

  function nextField() {
    return [...form.querySelectorAll(".specs input, .specs select, .specs textarea")].find(
      (input) => input.offsetParent !== null && input.type !== "radio" && !input.value,
    );
  }

  part.addEventListener("change", (event) => {
    if (event.target.name === "patient_how") {
      showWay();
      part.querySelector(`[data-part~="${event.target.value}"] input:not([type="radio"])`)?.focus();
    }
  });
  // Arrow keys walk through the list without closing it; a click, a tap, a space or Enter picks.
  list?.addEventListener("click", (event) => {
    if (event.detail > 0 && event.target.name === "patient_id") showChosen();
  });
  list?.addEventListener("keydown", (event) => {
    if (event.target.name === "patient_id" && [" ", "Enter"].includes(event.key)) {
      event.preventDefault();
      choose(event.target.closest(".patient-choice"));
    }
  });
  part.querySelector("[data-change-patient]")?.addEventListener("click", reopen);
  search?.addEventListener("input", filter);
  search?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const fitting = choices.filter((choice) => !choice.hidden);
    if (search.value.trim() && fitting.length === 1) choose(fitting[0]);
    else if (fitting.length) fitting[0].querySelector("input").focus();
    else useSearch();
  });

  function useSearch() {
    const way = part.querySelector('input[name="patient_how"][value="identity"]');
    way.checked = true;
    showWay();
    const identity = part.querySelector("#identity");
    identity.value = search.value.trim();
    identity.focus();
  }
  part.querySelector("[data-use-search]")?.addEventListener("click", useSearch);

  // For scanning: who is told so far, who of the list has a number, and to tell one or the other.
  function told() {
    const way = part.querySelector('input[name="patient_how"]:checked')?.value;
    const picked = part.querySelector('input[name="patient_id"]:checked')?.closest(".patient-choice");
    if (way === "listed") return picked ? { text: nameOf(picked), choice: picked } : null;
    const text = part.querySelector(way === "unknown" ? "#label" : "#identity").value.trim();
    return text ? { text, number: way === "unknown" ? "" : text } : null;
  }

  function take(choice) {
    const way = part.querySelector('input[name="patient_how"][value="listed"]');
    way.checked = true;
    showWay();
    choice.querySelector("input").checked = true;
    showChosen();
  }

  function type(number) {
    part.querySelector('input[name="patient_how"][value="identity"]').checked = true;
    showWay();
    for (const input of part.querySelectorAll("#identity, #name, #label")) input.value = "";
    part.querySelector("#protected").checked = false;
    part.querySelector("#identity").value = number;
  }

  showWay();
  showChosen();
  return { part, choices, told, take, type, nextField };
}

export function nameOf(choice) {
  return choice.querySelector(".patient").textContent.replace(/\s+/g, " ").trim();
}
