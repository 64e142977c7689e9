// The serial lines: plugged or not, and their faults on request.

import { ask, element } from "./asks.js";

const box = document.getElementById("lines");
const drawn = new Map();

export function drawLines(lines) {
  for (const [name, line] of Object.entries(lines)) {
    if (!drawn.has(name)) box.append(build(name, line));
    update(drawn.get(name), line);
  }
}

function build(name, line) {
  const row = element("div", "line");
  const head = element("div", "head");
  const plug = element("button");
  plug.addEventListener("click", () => ask(`/api/lines/${name}/${row.classList.contains("out") ? "plug" : "unplug"}`));
  head.append(element("i", "plug"), element("b", "", name), element("small", "", `${line.family} · ${line.baud} bit/s`), plug);
  const form = element("form", "faults");
  form.append(
    number("latency", "延迟", "latency ms", 60000), number("drop", "丢失", "drop %", 100), number("noise", "噪声", "noise %", 100),
    tick("echo", "回声", "echo"), tick("chatter", "主动上报", "chatter"), ...line.boards.map((board) => tick(`dead-${board}`, `板 ${board} 断电`, "dead board")),
  );
  form.addEventListener("change", () => send(name));
  form.addEventListener("submit", (event) => event.preventDefault());
  row.append(head, form);
  drawn.set(name, { row, plug, form, boards: line.boards, faults: line.faults, shown: "", told: {}, sending: Promise.resolve() });
  return row;
}

function update(parts, line) {
  const picture = JSON.stringify(line);
  if (picture === parts.shown) return;
  parts.shown = picture;
  const { row, plug, form } = parts;
  const { faults } = line;
  parts.faults = faults;
  row.classList.toggle("out", !line.plugged);
  row.classList.toggle("faulty", Boolean(faults.latency_s || faults.drop || faults.noise || faults.echo || faults.chatter || faults.dead.length || faults.rogue.length));
  plug.replaceChildren(line.plugged ? "拔掉 " : "插上 ", element("small", "", line.plugged ? "Unplug" : "Plug"));
  fill(parts);
}

// One change after the other, each with the form as it stands when its turn comes.
function send(name) {
  const parts = drawn.get(name);
  parts.sending = parts.sending.then(async () => {
    if (await ask(`/api/lines/${name}/faults`, read(parts))) return;
    parts.told = {};
    fill(parts);
  });
}

// Writes only the fields whose fault changed: a picture of the street that was drawn before
// the person's last click must not take the click back.
function fill(parts) {
  const { form, boards, faults, told } = parts;
  const fields = {
    latency: Math.round(faults.latency_s * 1000),
    drop: Math.round(faults.drop * 100),
    noise: Math.round(faults.noise * 100),
    echo: faults.echo,
    chatter: faults.chatter,
    ...Object.fromEntries(boards.map((board) => [`dead-${board}`, faults.dead.includes(board)])),
  };
  for (const [name, value] of Object.entries(fields)) {
    if (told[name] === value) continue;
    told[name] = value;
    if (typeof value === "boolean") form[name].checked = value;
    else form[name].value = value;
  }
}

function read({ form, boards, faults }) {
  return {
    ...faults,
    latency_s: Number(form.latency.value) / 1000,
    drop: Number(form.drop.value) / 100,
    noise: Number(form.noise.value) / 100,
    echo: form.echo.checked,
    chatter: form.chatter.checked,
    dead: boards.filter((board) => form[`dead-${board}`].checked),
  };
}

function number(name, zh, en, most) {
  const input = Object.assign(element("input"), { type: "number", name, min: 0, max: most, value: 0 });
  return labelled(input, zh, en);
}

function tick(name, zh, en) {
  return labelled(Object.assign(element("input"), { type: "checkbox", name }), zh, en);
}

function labelled(input, zh, en) {
  const made = element("label", "", `${zh} `);
  made.append(element("small", "", en), input);
  return made;
}
