// Sends what a person does to the street, and shows what it refuses.

const refusal = document.getElementById("refusal");
let fading;

export function refuse(text) {
  refusal.textContent = text;
  refusal.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { refusal.hidden = true; }, 4000);
}

export async function ask(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) refuse(said.error);
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
