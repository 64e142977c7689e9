// The serial lines: plugged or not, under which name, and their faults on request.

import { ask, element } from "./asks.js";
import { FaultForm, choice, member, number, tick } from "./fault_form.js";

const box = document.getElementById("lines");
const drawn = new Map();
const WORDS = {
  latency_s: "延迟", drop: "丢失", late: "迟到", noise: "噪声", idle_noise: "空闲噪声", unasked_per_s: "不请自来",
  echo: "回声", chatter: "主动上报", dead: "断电", rogue: "乱应",
};

export function drawLines(lines, logNext) {
  for (const [name, line] of Object.entries(lines)) {
    if (!drawn.has(name)) box.append(build(name, line));
    update(drawn.get(name), line, logNext);
  }
}

function build(name, line) {
  const row = element("div", "line");
  const head = element("div", "head");
  const plug = button(() => ask(`/api/lines/${name}/${row.classList.contains("out") ? "plug" : "unplug"}`));
  const replug = button(() => ask(`/api/lines/${name}/replug`));
  replug.title = "拔出再插上，设备名改变 pull out and put in again: the raw name changes";
  replug.append("换口 ", element("small", "", "Replug"));
  const device = element("small", "device");
  head.append(element("i", "plug"), element("b", "", name), element("small", "", [line.family === name ? "" : line.family, line.baud].filter(Boolean).join(" · ")), device, replug, plug);
  const form = new FaultForm(`/api/lines/${name}/faults`, name, fieldsOf(line.boards));
  const details = element("details");
  const summary = element("summary");
  details.append(summary, form.form);
  row.append(head, details);
  drawn.set(name, { row, plug, device, summary, form });
  return row;
}

function fieldsOf(boards) {
  return [
    number("latency_s", "延迟", "latency ms", 1000), number("drop", "丢失", "lost %", 100),
    number("late", "迟到", "late %", 100), number("late_s", "迟到多久", "late by ms", 1000),
    number("noise", "坏位", "noise, bits %", 100),
    choice("noise_on", "坏在", "noise on", { both: "两边 both", requests: "请求 requests", replies: "回复 replies" }),
    number("idle_noise", "空闲坏位", "idle noise, bits %", 100), number("unasked_per_s", "不请自来", "unasked /s"),
    tick("echo", "回声", "echo"), tick("chatter", "主动上报", "chatter"),
    ...boards.map((board) => member("dead", board, `板 ${board} 断电`, "dead board")),
    ...boards.map((board) => member("rogue", board, `板 ${board} 乱应`, "rogue board")),
  ];
}

function update({ row, plug, device, summary, form }, line, logNext) {
  const wrong = Object.entries(WORDS).filter(([fault]) => (Array.isArray(line.faults[fault]) ? line.faults[fault].length : line.faults[fault]));
  row.classList.toggle("out", !line.plugged);
  row.classList.toggle("faulty", wrong.length > 0);
  device.textContent = line.device ?? "";
  plug.replaceChildren(line.plugged ? "拔掉 " : "插上 ", element("small", "", line.plugged ? "Unplug" : "Plug"));
  summary.replaceChildren(`故障 ${wrong.map(([, word]) => word).join(" · ")} `, element("small", "", wrong.length ? wrong.map(([fault]) => fault.replaceAll("_", " ")).join(", ") : "Faults: none"));
  form.show(line.faults, logNext);
}

function button(act) {
  const made = element("button");
  made.addEventListener("click", act);
  return made;
}
