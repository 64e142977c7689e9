// The chosen door: its state in words, and a button for everything that a hand can do to it.

import { ask, element } from "./asks.js";

const find = (id) => document.getElementById(id);
let name = null;
let shown = "";

export function inspect(chosen, door) {
  const picture = JSON.stringify([chosen, door]);
  if (picture === shown) return;
  shown = picture;
  name = chosen;
  for (const control of find("door-card").querySelectorAll("button, input, select")) control.disabled = !door;
  if (!door) return;
  find("door-name").textContent = `${name} · ${door.size}`;
  find("door-state").replaceChildren(...words(door));
  find("jam").value = door.jam;
  find("hook").value = door.hook ?? "";
  find("items").replaceChildren(...door.items.map(itemRow));
}

function words(door) {
  const state = door.open ? ["打开", "open"] : door.latched ? ["关着并锁闭", "shut and latched"] : ["关着，尚未锁闭", "shut, not yet latched"];
  const where = `${door.line} / ${door.board} / ${door.channel}`;
  return [
    element("b", "", state[0]), " ", element("small", "", state[1]),
    ` · 通电 ${door.pulses} 次 `, element("small", "", `pulses · ${where}`),
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
  find("jam").addEventListener("change", (event) => ask(`/api/doors/${name}/jam`, { mode: event.target.value }));
  find("hook").addEventListener("change", (event) => ask(`/api/doors/${name}/hook`, { stuck: event.target.value || null }));
}
