// SPDX-License-Identifier: MIT
// The storyteller's events, and what it is asked for: docs/story-page.md.

const AGAIN_MS = 1000;

/** Of what something is about, in UTF-8: the storyteller takes no more. */
export const ABOUT_BYTES = 159;

/** Whether the storyteller takes a text of that length. */
export function fits(about) {
  return new TextEncoder().encode(about).length <= ABOUT_BYTES;
}

/** Ask for something. Resolves to whether it was handed over. */
export async function ask(message) {
  try {
    const answer = await fetch("/do", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
    });
    return answer.ok;
  } catch {
    return false;
  }
}

/** Tell the storyteller what time it is here: it may have no clock, and quiet hours need one. */
export function tellTime() {
  const now = new Date();
  const here = Math.floor(now.getTime() / 1000) - now.getTimezoneOffset() * 60;
  return ask({ do: "time", about: String(here) });
}

/** Call `take` with each event, for ever; `lose` when the connection is lost. */
export async function follow(take, lose) {
  for (;;) {
    try {
      await read(await fetch("/story", { cache: "no-store" }), take);
    } catch {
      // As at the end of the stream: it is tried again.
    }
    lose();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

async function read(answer, take) {
  if (!answer.ok) {
    return;
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split("\n");
    rest = lines.pop();
    lines.filter((line) => line !== "").forEach((line) => take(JSON.parse(line)));
  }
}
