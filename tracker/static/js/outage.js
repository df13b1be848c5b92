// Declaring an outage: which units use the chosen systems, told and marked while choosing. The server works it out
// by itself when no unit is chosen.
const form = document.querySelector("[data-declare]");
const systems = [...form.querySelectorAll('input[name="systems"]')];
const units = [...form.querySelectorAll('input[name="units"]')];
const count = form.querySelector("[data-unit-count]");
const name = form.querySelector("#name");
let touched = units.some((unit) => unit.checked);

const chosenSystems = () => systems.filter((system) => system.checked).map((system) => system.value);
const byUse = () => form.querySelector('input[name="units_by"]:checked')?.value === "using";

function refresh() {
  const chosen = new Set(chosenSystems());
  const using = units.filter((unit) => unit.dataset.systems.split(" ").some((system) => chosen.has(system)));
  if (!touched) for (const unit of units) unit.checked = using.includes(unit);
  const number = byUse() ? using.length : units.filter((unit) => unit.checked).length;
  count.hidden = chosen.size === 0;
  count.textContent =
    number === 1 ? count.dataset.one : number ? count.dataset.many.replace("NUMBER", number) : byUse() ? count.dataset.none : "";
  const names = systems.filter((system) => system.checked).map((system) => system.dataset.name);
  name.placeholder = names.join(", ");
}

for (const system of systems) {
  system.dataset.name = form.querySelector(`label[for="${system.id}"] strong`).textContent;
}
form.addEventListener("change", (event) => {
  if (event.target.name === "units") touched = true;
  refresh();
});
refresh();
