// The power supply: its voltage, whether the boards run, and how much it is worth.

import { element } from "./asks.js";
import { FaultForm, number } from "./fault_form.js";

const form = new FaultForm("/api/supply", "supply", [number("coils", "可同时", "coils at once"), number("strength", "强度", "strength %", 100)]);
const state = element("b");
const place = document.getElementById("supply");
place.append(form.form);
document.getElementById("supply-heading").append(state);

export function drawSupply(supply, logNext) {
  const percent = Math.round(supply.level * 100);
  state.replaceChildren(`${percent} % `, element("small", "", supply.boards_up ? "板子正常 boards run" : "板子断电 boards down"));
  state.classList.toggle("bad", !supply.boards_up || percent < 100);
  form.show(supply.faults, logNext);
}
