// SPDX-License-Identifier: MIT
// What was told, and what is kept: from the files that the storyteller writes.

const SHOWN = 30;
const BEGINNING = 60; // characters of a story in its line
const HEAD = /^story \d+ {2}seed (\d+) {2}(\S*)$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const KEPT = /^[0-9a-f]{8} (\d+) \d+ \d+ (.*)\|$/;

async function read(path) {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    return answer.ok ? await answer.text() : "";
  } catch {
    return "";
  }
}

/** The stories of a text, each with seed, day and text; the newest last. */
function parseTold(text) {
  const stories = [];
  for (const line of text.split("\n")) {
    const head = HEAD.exec(line);
    if (head !== null) {
      stories.push({ seed: head[1], day: DATE.test(head[2]) ? head[2] : "", text: "" });
    } else if (stories.length > 0) {
      stories.at(-1).text += `${line}\n`;
    }
  }
  return stories.map((story) => ({ ...story, text: story.text.trim() }));
}

function parseKept(text, told) {
  const texts = new Map(told.map((story) => [story.seed, story]));
  return text
    .split("\n")
    .map((line) => KEPT.exec(line))
    .filter((found) => found !== null)
    .map(([, seed, opening]) => texts.get(seed) ?? { seed, day: "", text: `${opening}…` });
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function saveText({ seed, text }) {
  offer(new Blob([`${text}\n`], { type: "text/plain" }), `story-${seed}.txt`);
}

/** What stands behind the samples when all of them came; the length is not known before. */
const END = "done";
const END_BYTES = 8;
const HEADER_BYTES = 44;
const RATE_AT = 24;
const SIZES_AT = { whole: 4, data: 40 };
const OF_SAMPLE = 2; // bytes

/** Gets the sound of a story, and says how much has come. Throws words for people. */
async function record(seed, tell) {
  const answer = await fetch("/recording", { method: "POST", body: seed });
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
  const parts = [];
  const reader = answer.body.getReader();
  let rate = 0;
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (rate === 0 && length >= HEADER_BYTES) {
      const header = await new Blob(parts).arrayBuffer();
      rate = new DataView(header).getUint32(RATE_AT, true);
    }
    tell(rate === 0 ? 0 : Math.floor(length / OF_SAMPLE / rate));
  }
  return finish(new Blob(parts));
}

/** A WAV file of the stream: without its end, and with its length. */
async function finish(stream) {
  const end = stream.size - END_BYTES;
  if (end < HEADER_BYTES || (await stream.slice(end, end + END.length).text()) !== END) {
    throw new Error("it broke off: try again");
  }
  const header = new DataView(await stream.slice(0, HEADER_BYTES).arrayBuffer());
  header.setUint32(SIZES_AT.whole, end - SIZES_AT.whole - 4, true);
  header.setUint32(SIZES_AT.data, end - HEADER_BYTES, true);
  return new Blob([header, stream.slice(HEADER_BYTES, end)], { type: "audio/wav" });
}

async function saveSound({ seed }, button, status) {
  button.disabled = true;
  try {
    const file = await record(seed, (seconds) => {
      status.textContent = `Speaking: ${seconds} s so far`;
    });
    offer(file, `story-${seed}.wav`);
    status.textContent = "Saved.";
  } catch (error) {
    status.textContent = `Not saved: ${error.message}`;
  }
  button.disabled = false;
}

function makeButton(text, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", press);
  return button;
}

function makeStory(story, replay) {
  const box = document.createElement("details");
  const line = document.createElement("summary");
  const text = document.createElement("p");
  const row = document.createElement("div");
  const status = document.createElement("p");
  const beginning = story.text.slice(0, BEGINNING);
  line.textContent = story.day === "" ? `${beginning}…` : `${story.day}: ${beginning}…`;
  text.textContent = story.text;
  text.className = "told";
  row.className = "row";
  status.setAttribute("role", "status");
  row.append(
    makeButton("Tell it again", () => replay(story.seed)),
    makeButton("Save as text", () => saveText(story)),
    makeButton("Save as sound", (event) => saveSound(story, event.target, status)),
  );
  box.append(line, text, row, status);
  return box;
}

/** What is there already stays as it is: somebody may be reading. */
function show(element, stories, none, replay) {
  const key = JSON.stringify(stories);
  if (element.dataset.shown === key) {
    return;
  }
  element.dataset.shown = key;
  const open = new Set([...element.querySelectorAll("[open] p")].map((one) => one.textContent));
  const rows = stories.map((story) => makeStory(story, replay));
  for (const row of rows) {
    row.open = open.has(row.querySelector("p").textContent);
  }
  element.replaceChildren(...(rows.length > 0 ? rows : [none]));
}

/** Show both lists, the newest story first; `replay` gets the seed of one. */
export async function showTold(told, kept, replay) {
  const stories = parseTold(await read("/stories.txt"));
  const favourites = parseKept(await read("/favourites"), stories);
  show(told, stories.slice(-SHOWN).reverse(), "None is written down yet.", replay);
  show(kept, favourites.reverse(), "None is kept yet.", replay);
}
