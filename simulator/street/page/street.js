// Keeps the page true: one live stream of the whole street, handed to whoever draws a part of it.

import { drawCabinet } from "./cabinet.js";
import { drawCamera, wireCamera } from "./camera.js";
import { inspect, wireInspector } from "./inspector.js";
import { drawLines } from "./lines.js";
import { readLog } from "./log.js";

const link = document.getElementById("link");
let street = null;
let chosen = null;

function choose(name) {
  chosen = name;
  draw();
}

function draw() {
  document.getElementById("title-zh").textContent = street.title_zh;
  document.getElementById("title-en").textContent = street.title_en;
  drawCabinet(street, chosen, choose);
  inspect(chosen, street.doors[chosen]);
  drawCamera(street.camera);
  drawLines(street.lines);
  readLog(street.log_next);
}

function say(live, text) {
  link.classList.toggle("live", live);
  link.textContent = text;
}

wireInspector();
wireCamera();
inspect(null, undefined);
const live = new EventSource("/api/street/live");
live.onmessage = (event) => {
  street = JSON.parse(event.data);
  say(true, "实时 live");
  draw();
};
live.onerror = () => say(false, "连接断开，正在重连 reconnecting");
