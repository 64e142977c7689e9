// The screen's own behaviour beside htmx: keypad, scanner and keyboard, the wait after wrong codes, and a lost connection.
// Everything here is an addition: without it, the page works with plain forms.
(() => {
  "use strict";

  const LOST_AFTER_MS = 2500; // shorter breaks, such as a restarted daemon, are nobody's concern
  const FAILED_FOR_MS = 5000;
  const ANIMATION_MS = 2400; // the length of every endless animation in kiosk.css

  const stage = document.getElementById("stage");
  const lost = document.getElementById("lost");
  const failed = document.getElementById("failed");
  const present = () => document.getElementById("screen");
  const entries = () => [...stage.querySelectorAll("input[data-kind]")];

  let inHand = null; // the entry that keypad, keyboard and scanner type into
  let counting = 0;
  let losing = 0;

  // Entries

  function takeInHand(entry) {
    inHand = entry;
    for (const pad of stage.querySelectorAll(".keypad")) {
      pad.hidden = pad.classList.contains("word") !== (entry.dataset.kind === "word");
    }
    for (const other of entries()) other.classList.toggle("in-hand", other === entry);
    if (document.activeElement !== entry) entry.focus({ preventScroll: true });
  }

  function type(key) {
    if (!inHand || inHand.disabled) return;
    if (key === "clear") inHand.value = "";
    else if (key === "delete") inHand.value = inHand.value.slice(0, -1);
    else if (inHand.value.length < inHand.maxLength) inHand.value += key;
    inHand.focus({ preventScroll: true });
  }

  // The first entry that still lacks something, so that nobody sends half a form (and is slowed down for it).
  const lacking = () => entries().find((entry) => entry.value.trim() === "");

  function fitting(entry) {
    const fit = entry.dataset.kind === "word" ? entry.value.toUpperCase() : entry.value.replace(/[^0-9]/g, "");
    if (fit !== entry.value) entry.value = fit;
  }

  // The wait after wrong codes

  function close(seconds) {
    window.clearInterval(counting);
    const note = stage.querySelector(".wait");
    const controls = stage.querySelectorAll(".entries input[data-kind], .entries button");
    const until = performance.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      const closed = left > 0;
      for (const control of controls) control.disabled = closed;
      if (note) {
        note.hidden = !closed;
        note.querySelector("output").textContent = String(Math.max(left, 0));
      }
      if (closed) return;
      window.clearInterval(counting);
      if (inHand) inHand.focus({ preventScroll: true });
    };
    if (seconds > 0) counting = window.setInterval(tick, 250);
    tick();
  }

  // A new screen

  function settle() {
    const screen = present();
    if (screen.dataset.build !== document.body.dataset.build) {
      window.location.reload(); // another version is served by now
      return;
    }
    document.documentElement.lang = screen.lang;
    inHand = null;
    for (const entry of entries()) entry.inputMode = "none"; // our keypad is on the screen already
    const first = entries()[0];
    if (first) takeInHand(first);
    close(Number(screen.dataset.wait));
  }

  // Endless animations go on where they were instead of starting over with every new fragment.
  function keepPhase() {
    const phase = -(performance.now() % ANIMATION_MS);
    document.documentElement.style.setProperty("--phase", `${phase}ms`);
  }

  const drawn = (html) => new DOMParser().parseFromString(html, "text/html").getElementById("screen");
  const same = (a, b) => ["rev", "screen"].every((key) => a.dataset[key] === b.dataset[key]) && a.lang === b.lang;

  stage.addEventListener("htmx:sseBeforeMessage", (event) => {
    const coming = drawn(event.detail.data);
    if (coming && present() && same(coming, present())) event.preventDefault(); // the post brought it already
    else keepPhase();
  });

  // The answer to a post may be older than what the stream has shown meanwhile.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr || !event.detail.shouldSwap) return;
    const coming = drawn(event.detail.xhr.responseText);
    if (!coming || Number(coming.dataset.rev) < Number(present().dataset.rev)) event.detail.shouldSwap = false;
    else keepPhase();
  });

  document.body.addEventListener("htmx:afterSwap", settle);

  // What people do

  document.addEventListener("pointerdown", (event) => {
    const key = event.target.closest(".key");
    if (!key || key.disabled) return;
    event.preventDefault(); // keeps the focus in the entry
    type(key.dataset.key);
  });

  document.addEventListener("click", (event) => {
    const key = event.target.closest(".key");
    if (key && event.detail === 0) type(key.dataset.key); // a key pressed by keyboard or assistive technology
    const sending = event.target.closest(".entries button[name=action]");
    if (sending && lacking()) {
      event.preventDefault();
      takeInHand(lacking());
    }
  }, true);

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("input[data-kind]") && event.target !== inHand) takeInHand(event.target);
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("input[data-kind]")) fitting(event.target);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !inHand) return;
    const typing = event.target.matches("input[data-kind]");
    if (event.key.length === 1 && !typing) inHand.focus({ preventScroll: true }); // a scanner types blindly
  });

  document.addEventListener("contextmenu", (event) => event.preventDefault());

  // The connection

  function lose() {
    if (!losing) losing = window.setTimeout(() => { lost.hidden = false; }, LOST_AFTER_MS);
  }

  function find() {
    window.clearTimeout(losing);
    losing = 0;
    lost.hidden = true;
  }

  function fail() {
    failed.hidden = false;
    window.setTimeout(() => { failed.hidden = true; }, FAILED_FOR_MS);
  }

  document.body.addEventListener("htmx:sseError", lose);
  document.body.addEventListener("htmx:sseOpen", find);
  for (const fault of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(fault, fail);
  }

  settle();
})();
