// Draws the cabinet: columns of doors to size, ajar or shut, what lies inside, and a flash for every pulse.

import { ask, element } from "./asks.js";

// Heights of doors, in units of the smallest.
const HEIGHTS = { S: 1, M: 1.5, L: 2.2, XL: 3.2 };

const cabinet = document.getElementById("cabinet");
const drawn = new Map();

export function drawCabinet(street, chosen, choose) {
  if (drawn.size === 0) build(street, choose);
  for (const [name, parts] of drawn) update(parts, street.doors[name], name === chosen);
}

function build(street, choose) {
  const height = (names) => names.reduce((sum, name) => sum + HEIGHTS[street.doors[name].size], 0);
  const tallest = Math.max(...street.columns.map(height));
  for (const names of street.columns) {
    const column = element("div", "column");
    column.append(element("h3", "", names[0].slice(0, -2)));
    for (const name of names) column.append(buildDoor(name, street.doors[name], choose));
    const plinth = element("div", "plinth");
    plinth.style.flexGrow = tallest - height(names);
    column.append(plinth);
    cabinet.append(column);
  }
}

function buildDoor(name, door, choose) {
  const button = element("button", "door");
  button.style.flexGrow = HEIGHTS[door.size];
  button.dataset.door = name;
  button.title = `${door.line} · ${door.board} · ${door.channel}`;
  const inside = element("span", "inside");
  const leaf = element("span", "leaf");
  const fault = element("span", "fault");
  const count = element("span", "count");
  const label = element("span", "name", name);
  leaf.append(label, fault, count, element("span", "size", door.size), element("i", "lamp"));
  button.append(inside, leaf);
  button.addEventListener("click", () => choose(name));
  button.addEventListener("dblclick", () => ask(`/api/doors/${name}/close`));
  drawn.set(name, { name, button, inside, fault, count, pulses: door.pulses, items: "" });
  return button;
}

function update(parts, door, isChosen) {
  const { button } = parts;
  button.classList.toggle("open", door.open);
  button.classList.toggle("unlatched", !door.latched);
  button.classList.toggle("lies", door.hook !== null);
  button.classList.toggle("coil", door.coil);
  button.classList.toggle("chosen", isChosen);
  button.setAttribute("aria-label", `${parts.name} ${door.size} ${door.open ? "打开 open" : "关着 shut"}`);
  if (door.pulses !== parts.pulses) {
    parts.pulses = door.pulses;
    button.classList.remove("flash");
    void button.offsetWidth; // restarts the animation
    button.classList.add("flash");
  }
  parts.fault.textContent = wrongWith(door).join("·");
  parts.count.textContent = door.items.length ? `件 ${door.items.length}` : "";
  const items = JSON.stringify(door.items);
  if (items !== parts.items) {
    parts.items = items;
    parts.inside.replaceChildren(element("b", "", parts.name), ...door.items.map((item) => element("span", "thing", item)));
  }
}

function wrongWith({ jam, hook, faults, cooling }) {
  return [
    { soft: "轻卡", hard: "卡死" }[jam], hook && "钩", faults.welded && "粘连", faults.burnt && "烧断", cooling && "热",
  ].filter(Boolean);
}
