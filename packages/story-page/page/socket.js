// SPDX-License-Identifier: MIT
// The storyteller's events, and what it is asked for: docs/story-page.md.

/** Between two tries. */
export const AGAIN_MS = 1000;
// Something comes every five seconds, even when nothing happens. A machine that was asleep may never
// hear that its connection has ended.
const SILENT_MS = 15000;
const TOO_MANY = 429; // a status of HTTP
const CROWDED = "Too many pages are open. Close one of them.";

/** What to say when nobody answers. */
export const LOST = "I cannot hear the storyteller. Is it on?";

let following = new AbortController();

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

/** The parts of a stream. Throws when it is silent for so long that nobody can be there any more. */
export async function* parts(answer) {
  const reader = answer.body.getReader();
  let timer;
  try {
    for (;;) {
      const silence = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error("nobody is there")), SILENT_MS);
      });
      const part = await Promise.race([reader.read(), silence]);
      clearTimeout(timer);
      if (part.done) {
        return;
      }
      yield part.value;
    }
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {}); // it may be lost already
  }
}

/** Call `take` with each event, for ever; `lose` with what is wrong when the connection is lost. */
export async function follow(take, lose) {
  for (;;) {
    following = new AbortController();
    let problem = LOST;
    try {
      const { signal } = following;
      const answer = await fetch("/story", { method: "POST", signal });
      problem = answer.status === TOO_MANY ? CROWDED : LOST;
      await (answer.ok && read(answer, take));
    } catch {
      // As at the end of the stream: it is tried again.
    }
    if (following.signal.aborted) {
      await seen();
    } else {
      lose(problem);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

/**
 * Give the connection back until somebody sees the page again: a browser opens six to one place,
 * and forgotten pages would leave none for the one that is used.
 */
export function leave() {
  following.abort();
}

async function seen() {
  while (document.hidden) {
    await new Promise((resolve) => {
      document.addEventListener("visibilitychange", resolve, { once: true });
    });
  }
}

async function read(answer, take) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of parts(answer)) {
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop();
    lines.filter((line) => line !== "").forEach((line) => take(JSON.parse(line)));
  }
}
