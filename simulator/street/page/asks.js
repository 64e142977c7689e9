// Sends what a person does to the street, and shows what it refuses.

const refusal = document.getElementById("refusal");
let fading;
let heard = 0;

// How much had happened by the youngest answer: a picture of the street that shows less is older than a person's click.
export const heardUpTo = () => heard;
export const forgetHeard = () => { heard = 0; };

export function refuse(text) {
  refusal.textContent = text;
  refusal.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { refusal.hidden = true; }, 4000);
}

// `words` makes what a person reads of what the street refuses; else it is the street's own line.
export async function ask(path, body, words) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const said = await answer.json();
    heard = Math.max(heard, Number(answer.headers.get("street-log-next") ?? 0));
    if (!answer.ok) refuse(words?.(said) ?? said.error);
    return answer.ok ? said : null;
  } catch {
    refuse("街景程序没有回答 The street does not answer");
    return null;
  }
}

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
