// The chosen door: its state in words, a button for everything that a hand can do to it, and its faults.

import { ask, element } from "./asks.js";
import { FaultForm, choice, number, tick } from "./fault_form.js";

const find = (id) => document.getElementById(id);
const forms = new Map();
let name = null;
let shown = "";

export function inspect(chosen, door, logNext) {
  if (door) faultForm(chosen).show(door.faults, logNext);
  const picture = JSON.stringify([chosen, door]);
  if (picture === shown) return;
  shown = picture;
  if (name !== chosen && chosen) find("door-faults").replaceChildren(faultForm(chosen).form);
  name = chosen;
  for (const control of find("door-card").querySelectorAll("button, #put input, #put select, #warm input")) control.disabled = !door;
  if (!door) return;
  find("door-name").textContent = `${name} · ${door.size}`;
  find("door-state").replaceChildren(...words(door));
  find("items").replaceChildren(...door.items.map(itemRow));
}

// Each door has a form of its own, so that a change under way is never shown or sent for another door.
function faultForm(door) {
  if (!forms.has(door)) {
    forms.set(door, new FaultForm(`/api/doors/${door}/faults`, door, [
      choice("jam", "卡门", "jam", { none: "不卡 none", soft: "轻卡 soft", hard: "卡死 hard" }),
      choice("hook", "锁钩", "hook", { "": "正常 works", latched: "粘锁闭 latched", unlatched: "粘未锁 unlatched" }),
      number("bounce_s", "触点抖动", "bounce ms", 1000), number("pull_in_s", "吸合", "pull-in ms", 1000),
      tick("welded", "继电器粘连", "welded relay"), tick("burnt", "线圈烧断", "burnt coil"),
    ]));
  }
  return forms.get(door);
}

function words(door) {
  const state = door.open ? ["打开", "open"] : door.latched ? ["关着并锁闭", "shut and latched"] : ["关着，尚未锁闭", "shut, not yet latched"];
  const where = `${door.line} / ${door.board} / ${door.channel}`;
  return [
    element("b", "", state[0]), " ", element("small", "", state[1]),
    ` · 通电 ${door.pulses} 次 · ${door.celsius} °C `, element("small", "", `pulses · ${where}`),
    ...(door.cooling ? [" · 降温中 ", element("small", "", "cooling")] : []),
  ];
}

function itemRow(item) {
  const row = element("li", "", item);
  const take = element("button", "", "取出 ");
  take.append(element("small", "", "Take"));
  take.addEventListener("click", () => ask(`/api/doors/${name}/take`, { item }));
  row.append(take);
  return row;
}

export function wireInspector() {
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => ask(`/api/doors/${name}/${button.dataset.act}`));
  }
  find("put").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const done = await ask(`/api/doors/${name}/put`, { item: form.item.value, size: form.size.value });
    if (done) form.item.value = "";
  });
  find("warm").addEventListener("submit", (event) => {
    event.preventDefault();
    ask(`/api/doors/${name}/warm`, { celsius: Number(event.target.celsius.value) });
  });
}
