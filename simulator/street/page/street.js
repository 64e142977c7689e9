// Keeps the page true: one live stream of the whole street, handed to whoever draws a part of it.

import { forgetHeard, heardUpTo } from "./asks.js";
import { drawCabinet } from "./cabinet.js";
import { drawCamera, wireCamera } from "./camera.js";
import { inspect, wireInspector } from "./inspector.js";
import { drawLines } from "./lines.js";
import { forgetLog, readLog } from "./log.js";
import { drawSupply } from "./supply.js";

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
  inspect(chosen, street.doors[chosen], street.log_next);
  drawCamera(street.camera);
  drawLines(street.lines, street.log_next);
  drawSupply(street.supply, street.log_next);
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
  const picture = JSON.parse(event.data);
  if (picture.log_next < heardUpTo()) return; // older than what a person has done; a younger one is on its way
  street = picture;
  say(true, "实时 live");
  draw();
};
live.onerror = () => {
  forgetHeard();
  forgetLog();
  say(false, "连接断开，正在重连 reconnecting");
};
