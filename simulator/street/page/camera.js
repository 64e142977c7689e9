// Who stands before the camera, and what it sees.

import { ask, element } from "./asks.js";

const find = (id) => document.getElementById(id);
let address = null;

export function drawCamera(camera) {
  if (camera.url !== address) watch(camera.url);
  find("leave").disabled = camera.person === null;
  const eye = camera.eye === "left" ? "左眼 left" : "右眼 right";
  find("standing").textContent = camera.person === null ? "无人 nobody" : `${camera.person} · ${eye}`;
}

async function watch(url) {
  address = url;
  find("stream").hidden = url === null;
  find("no-camera").hidden = url !== null;
  if (url === null) return;
  find("stream").src = `${url}/stream.mjpg`;
  const answer = await fetch("/api/camera/people");
  if (!answer.ok) return;
  const names = Object.keys((await answer.json()).people ?? {});
  find("people").replaceChildren(...names.map((name) => Object.assign(element("option"), { value: name })));
}

export function wireCamera() {
  find("stand").addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    ask("/api/camera", { person: form.person.value, eye: form.eye.value, purpose: form.purpose.value });
  });
  find("leave").addEventListener("click", () => ask("/api/camera", { person: null }));
}
