// SPDX-License-Identifier: MIT
// The page: events come in and are shown, buttons ask for something.

import { Chips } from "./chips.js";
import { ask, fits, follow, leave, LOST, tellTime } from "./socket.js";
import { Sound } from "./sound.js";
import { Story } from "./story.js";

const TOO_LONG = "That is too long. Say it in fewer words.";
const STATES = {
  starting: "I am thinking of a story.",
  paused: "Pause.",
  listening: "I am listening.",
};

const at = (id) => document.getElementById(id);
const story = new Story(at("story"));
const sound = new Sound(() => {
  at("listen").setAttribute("aria-pressed", String(sound.isOn));
  rest();
});
let wantsSound = true;
const chips = new Chips(at("chips"), (about) => {
  at("about").value = about;
});

/** A page that is neither seen nor heard needs no connection. */
function rest() {
  if (document.hidden && !sound.isOn) {
    leave();
  }
}

function note(text) {
  if (at("note").textContent !== text) {
    at("note").textContent = text;
  }
}

function showState(state) {
  const isTelling = state === "telling";
  document.querySelector("#main span").textContent = isTelling ? "Pause" : "Tell";
  at("main").dataset.verb = isTelling ? "pause" : "tell";
  at("main").disabled = false;
  document.body.dataset.state = state;
  if (state in STATES) {
    note(STATES[state]);
  } else if (Object.values(STATES).includes(at("note").textContent)) {
    note("");
  }
  if (state !== "paused") {
    sound.release();
  }
  if (state === "ready" || state === "asleep") {
    story.end();
  }
}

/** Browsers let a page be heard only after somebody has touched it. */
function listen() {
  if (wantsSound) {
    sound.start();
  }
}

function showSound(rate) {
  sound.rate = rate;
  at("listen").hidden = rate === 0;
  if (rate === 0) {
    sound.stop();
  }
}

const TAKE = {
  hello: (event) => {
    note("");
    showSound(event.sound);
    tellTime();
  },
  state: (event) => showState(event.state),
  story: () => story.clear(),
  text: (event) => story.add(event.sentence, event.text),
  note: (event) => note(event.text),
  list: (event) => chips.show(event),
  volume: (event) => {
    at("volume").max = event.most;
    at("volume").value = event.percent;
  },
};

async function send(message) {
  listen();
  if (message.do === "pause") {
    sound.hold();
  }
  if (!(await ask(message))) {
    sound.release();
    note(LOST);
  }
}

document.querySelector("nav").hidden = false; // without JavaScript it would do nothing
at("listen").addEventListener("click", () => {
  wantsSound = !sound.isOn;
  sound.stop();
  listen();
});
for (const verb of ["next", "again", "keep", "louder", "quieter"]) {
  at(verb).addEventListener("click", () => send({ do: verb }));
}
at("main").addEventListener("click", () => send({ do: at("main").dataset.verb }));
at("request").addEventListener("submit", (event) => {
  event.preventDefault();
  const about = at("about").value;
  if (!fits(about)) {
    note(TOO_LONG);
    return;
  }
  send({ do: "request", about });
  at("about").value = "";
});

follow(
  (event) => TAKE[event.event]?.(event),
  (problem) => {
    at("main").disabled = true;
    sound.release();
    note(problem);
  },
);
document.addEventListener("visibilitychange", rest);
rest();
