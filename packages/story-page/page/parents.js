// SPDX-License-Identifier: MIT
// The parents' page: what they may set, what holds now, and who says so.

import { showHealth } from "./health.js";
import { ABOUT_BYTES, AGAIN_MS, ask, fits, follow, LOST, tellTime } from "./socket.js";
import { showTold } from "./told.js";

const SETTINGS = {
  volume: "How loud it may be at most, in percent",
  speed: "Pace, in percent of that of audiobooks for children",
  voice: "Who speaks, from the next story on",
  pause: "Pause between two stories, in seconds",
  stories: "Stories a day; 0: no limit",
  sleep: "Minutes without a request until it says good night; 0: never",
  quiet: "Quiet hours, such as 20:00-7:00, or no",
};
const WORDS = {
  heroes: "Who a story may be about, with those that it knows already",
  blocked: "Words that are never said, with those that never are",
};
const SOURCES = {
  card: "The card's file storyteller.txt sets this, and holds.",
  page: "Set on this page.",
  image: "As the storyteller came.",
};
const CARD_WORDS = "The card's own file in the folder words holds; these are not used.";
const NEXT_STORY = "From the next story on.";

const at = (id) => document.getElementById(id);

async function send(message) {
  if (!(await ask(message))) {
    at("note").textContent = LOST;
  }
}

/** A form with one control, a button, and a line that says what became of it. */
function makeForm(id, text, tag, verb, submit) {
  const form = document.createElement("form");
  const label = document.createElement("label");
  const row = document.createElement("div");
  const control = document.createElement(tag);
  const button = document.createElement("button");
  const status = document.createElement("p");
  label.textContent = text;
  label.htmlFor = control.id = id;
  row.className = "row";
  control.autocomplete = "off";
  button.textContent = verb;
  status.id = `${id}-status`;
  status.setAttribute("role", "status");
  control.setAttribute("aria-describedby", status.id);
  row.append(control, button);
  form.append(label, row, status);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (fits(submit.line(control.value))) {
      send({ do: submit.verb, about: submit.line(control.value) });
    } else {
      status.textContent = "Not changed: that is too long";
    }
  });
  return form;
}

/** A line with a setting, which is shown when the storyteller says what it is. */
function makeSetting(name) {
  const line = (value) => `${name} = ${value}`;
  const tag = name === "voice" ? "select" : "input";
  const form = makeForm(name, SETTINGS[name], tag, "Set", { verb: "set", line });
  if (tag === "input") {
    form.elements[0].maxLength = ABOUT_BYTES - line("").length;
    form.elements[0].inputMode = name === "quiet" ? "text" : "numeric"; // a phone's keys
  }
  return form;
}

function showSetting({ name, value, from, problem }) {
  for (const control of at(name).form.elements) {
    control.disabled = from === "card";
  }
  at(name).value = value;
  at(`${name}-status`).textContent =
    problem === undefined ? SOURCES[from] : `Not changed: ${problem}`;
}

function showVoices({ words }) {
  at("voice").replaceChildren(...words.map((word) => new Option(word)));
}

/** A list of words, each with a button that removes it. */
function makeWords(of) {
  const box = document.createElement("div");
  const list = document.createElement("ul");
  const line = (word) => `${of} = ${word}`;
  const form = makeForm(of, WORDS[of], "input", "Add", { verb: "add", line });
  form.elements[0].maxLength = 47;
  list.id = `${of}-list`;
  list.className = "words";
  box.append(form, list);
  return box;
}

function showWords({ of, words, from, problem }) {
  const rows = words.map((word) => {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${word}`);
    button.addEventListener("click", () => send({ do: "remove", about: `${of} = ${word}` }));
    row.append(word, " ", button);
    return row;
  });
  at(`${of}-list`).replaceChildren(...rows);
  for (const control of at(of).form.elements) {
    control.disabled = from === "card";
  }
  if (problem === undefined) {
    at(of).value = "";
    at(`${of}-status`).textContent = from === "card" ? CARD_WORDS : NEXT_STORY;
  } else {
    at(`${of}-status`).textContent = `Not changed: ${problem}`;
  }
}

/** What the storyteller writes down when a story is over. */
function showFiles() {
  showTold(at("told"), at("kept"), (seed) => send({ do: "replay", about: seed }));
  showHealth(at("health"));
}

/** A storyteller that is busy may not hear it at once; without the answer, nothing is shown. */
async function askForSettings() {
  while (!(await ask({ do: "settings" }))) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

const TAKE = {
  hello: () => {
    at("note").textContent = "";
    tellTime();
    askForSettings();
    showFiles();
  },
  state: ({ state }) => {
    if (state === "ready" || state === "asleep") {
      showFiles();
    }
  },
  note: ({ text }) => {
    at("note").textContent = text;
  },
  setting: (event) => event.name in SETTINGS && showSetting(event),
  own: (event) => event.of in WORDS && showWords(event),
  voices: showVoices,
};

function open() {
  at("gate").hidden = true;
  at("open").hidden = false;
  at("settings").append(...Object.keys(SETTINGS).map(makeSetting));
  at("words").append(...Object.keys(WORDS).map(makeWords));
  follow(
    (event) => TAKE[event.event]?.(event),
    (problem) => {
      at("note").textContent = problem;
    },
  );
}

at("gate").hidden = false; // without JavaScript it would open nothing
const factors = [0, 0].map(() => 3 + Math.floor(Math.random() * 7));
at("question").textContent = `${factors[0]} × ${factors[1]} = ?`;
at("gate").addEventListener("submit", (event) => {
  event.preventDefault();
  if (Number(at("answer").value) === factors[0] * factors[1]) {
    open();
  } else {
    at("note").textContent = "That is not it.";
  }
});
