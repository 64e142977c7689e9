// The physical log, newest first.

import { element } from "./asks.js";

const KEPT = 200;
const WORDS = {
  pulse: "通电", coil_off: "断电", door_opened: "门开", door_closed: "门关", latched: "锁闭", pushed: "推门", put: "放入", take: "取出",
  jam: "卡门", hook: "传感器", violation: "违规", unplugged: "拔线", plugged: "插线", faults: "线路故障",
  lock: "锁具", warmed: "加热", pried: "撬门", welded: "粘连", burnt_out: "烧断", supply: "电源", brown_out: "欠压",
  frame_refused: "坏帧", frame_unheard: "未听见的帧", frame_garbled: "变样的帧", reply_dropped: "丢失的回复", reply_late: "迟到的回复",
  unasked: "不请自来",
};
const list = document.getElementById("log");
let next = 0;
let wanted = 0;
let asking = false;

// Perhaps the street is started anew, and its log with it: it is read from its beginning again.
export function forgetLog() {
  next = 0;
  list.replaceChildren();
}

export async function readLog(upTo) {
  wanted = upTo;
  if (asking) return;
  asking = true;
  try {
    while (next < wanted) { // more may be wanted by the time that an answer comes
      const since = next;
      const answer = await (await fetch(`/api/log?since=${since}`)).json();
      if (next !== since) continue; // forgotten meanwhile
      next = answer.next;
      for (const entry of answer.entries.slice(-KEPT)) list.prepend(row(entry));
      while (list.children.length > KEPT) list.lastChild.remove();
    }
  } catch {
    // The street does not answer: the next picture of it asks again.
  } finally {
    asking = false;
  }
}

function row(entry) {
  const made = element("li", entry.kind);
  const where = entry.door ?? [entry.line, entry.board].filter((part) => part !== undefined).join(" ");
  const rest = [entry.item, entry.rule?.replaceAll("_", " "), entry.note].filter(Boolean).join(" · ");
  made.append(
    element("time", "", entry.t.toFixed(2)), element("b", "", where),
    element("span", "", `${WORDS[entry.kind] ?? ""} ${entry.kind.replaceAll("_", " ")}`), element("small", "", rest),
  );
  return made;
}
