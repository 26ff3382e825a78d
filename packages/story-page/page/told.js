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

function save({ seed, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain" }));
  link.download = `story-${seed}.txt`;
  link.click();
  URL.revokeObjectURL(link.href);
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
  const beginning = story.text.slice(0, BEGINNING);
  line.textContent = story.day === "" ? `${beginning}…` : `${story.day}: ${beginning}…`;
  text.textContent = story.text;
  text.className = "told";
  row.className = "row";
  row.append(
    makeButton("Tell it again", () => replay(story.seed)),
    makeButton("Save as text", () => save(story)),
  );
  box.append(line, text, row);
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
