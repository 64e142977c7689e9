// A form of faults that stays true: it shows what is wrong, sends what a person changes, and never takes a change back.

import { ask, element, heardUpTo } from "./asks.js";

export const number = (name, zh, en, scale = 1) => ({ name, zh, en, type: "number", scale });
export const tick = (name, zh, en) => ({ name, zh, en, type: "checkbox" });
export const choice = (name, zh, en, options) => ({ name, zh, en, options });
// One of several numbers in a list, such as a board's address among those without power.
export const member = (list, value, zh, en) => ({ name: `${list}-${value}`, zh, en, type: "checkbox", list, value });

export class FaultForm {
  // `path` takes the faults as a whole; `where` is what they belong to, as words of faults name it.
  constructor(path, where, fields) {
    this.path = path;
    this.logNext = 0;
    this.fields = fields.map((field) => ({ ...field, input: control(field) }));
    this.form = element("form", "faults");
    const whole = element("button", "", "全部修好 ");
    whole.type = "button";
    whole.append(element("small", "", "Mend all"));
    whole.addEventListener("click", () => this.send(() => ask("/api/faults", { set: [`${where}=ok`] })));
    this.form.append(...this.fields.map(labelled), whole);
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("input", (event) => { event.target.dataset.typed = "yes"; });
    this.form.addEventListener("change", (event) => {
      delete event.target.dataset.typed;
      this.send(() => ask(this.path, this.read(), (said) => this.worded(said)));
    });
    this.asked = 0;
    this.sending = Promise.resolve();
  }

  show(faults, logNext) {
    this.faults = faults;
    this.logNext = logNext;
    if (this.asked === 0 && logNext >= heardUpTo()) this.fill(); // else the picture is older than the answer
  }

  fill() {
    for (const field of this.fields) {
      if (field.input.dataset.typed) continue; // somebody is typing there
      field.exact = this.faults[field.list ?? field.name];
      field.shown = written(field, field.exact);
      if (field.input.type === "checkbox") field.input.checked = field.shown;
      else if (field.input.value !== field.shown) field.input.value = field.shown;
    }
  }

  // One change after the other, each with the form as it stands when its turn comes.
  send(change) {
    this.asked += 1;
    this.sending = this.sending.then(async () => {
      const done = await change();
      this.asked -= 1;
      // After success the form is as the person left it; the next picture, younger than the answer, says the rest.
      if (this.asked === 0 && (!done || this.logNext >= heardUpTo())) this.fill();
    });
  }

  // A refusal by the names and in the units that stand on the form; null when it is of something else.
  worded({ mistakes = [] }) {
    const lines = mistakes.map(({ field: name, zh, en, limit }) => {
      const field = this.fields.find((each) => each.name === name);
      if (!field) return null;
      const put = (text) => text.replaceAll("{limit}", written({ scale: field.scale ?? 1 }, limit ?? 0));
      return `${field.zh}${put(zh)} ${field.en}: ${put(en)}`;
    });
    return lines.length && lines.every(Boolean) ? lines.join("；") : null;
  }

  read() {
    const faults = { ...this.faults };
    const lists = {};
    for (const field of this.fields) {
      const { input } = field;
      if (field.list) (lists[field.list] ??= []).push(...(input.checked ? [field.value] : []));
      else if (input.type === "checkbox") faults[field.name] = input.checked;
      else if (field.options) faults[field.name] = input.value || null;
      else faults[field.name] = input.value === field.shown ? field.exact : Number(input.value) / field.scale;
    }
    return { ...faults, ...lists };
  }
}

function written(field, value) {
  if (field.list) return value.includes(field.value);
  if (field.type === "checkbox") return value;
  if (field.options) return value ?? "";
  return String(Number((value * field.scale).toPrecision(6)));
}

function control({ name, type, options }) {
  if (!options) return Object.assign(element("input"), { name, type, ...(type === "number" ? { step: "any", min: 0 } : {}) });
  const select = Object.assign(element("select"), { name });
  select.append(...Object.entries(options).map(([value, text]) => Object.assign(element("option", "", text), { value })));
  return select;
}

function labelled({ zh, en, input }) {
  const made = element("label", "", `${zh} `);
  made.append(element("small", "", en), input);
  return made;
}
