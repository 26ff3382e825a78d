// SPDX-License-Identifier: MIT
// The parents' page: what they may set, what holds now, and who says so.

import { ABOUT_BYTES, ask, fits, follow, tellTime } from "./socket.js";

const LOST = "I cannot hear the storyteller. Is it on?";
const SETTINGS = {
  volume: "How loud it may be at most, in percent",
  speed: "Pace, in percent of that of audiobooks for children",
  pause: "Pause between two stories, in seconds",
  stories: "Stories a day; 0: as many as are wanted",
  sleep: "Good night after so many minutes without a request; 0: never",
  quiet: "Quiet hours, such as 20:00-7:00, or no",
};
const SOURCES = {
  card: "The card's file storyteller.txt sets this, and holds.",
  page: "Set on this page.",
  image: "As the storyteller came.",
};

const at = (id) => document.getElementById(id);

/** A line with a setting, which is shown when the storyteller says what it is. */
function makeRow(name) {
  const form = document.createElement("form");
  form.innerHTML =
    '<label></label><div class="row"><input autocomplete="off"><button type="submit">Set</button>' +
    '</div><p role="status"></p>';
  const [label, input, status] = ["label", "input", "p"].map((tag) => form.querySelector(tag));
  form.id = `setting-${name}`;
  label.textContent = SETTINGS[name];
  label.htmlFor = input.id = name;
  status.id = `${name}-status`;
  const line = (value) => `${name} = ${value}`;
  input.maxLength = ABOUT_BYTES - line("").length;
  input.setAttribute("aria-describedby", status.id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!fits(line(input.value))) {
      status.textContent = "Not changed: that is too long";
    } else if (!(await ask({ do: "set", about: line(input.value) }))) {
      at("note").textContent = LOST;
    }
  });
  return form;
}

function show({ name, value, from, problem }) {
  const form = at(`setting-${name}`);
  const isFixed = from === "card";
  for (const control of form.querySelectorAll("input, button")) {
    control.disabled = isFixed;
  }
  form.querySelector("input").value = value;
  form.querySelector("p").textContent =
    problem === undefined ? SOURCES[from] : `Not changed: ${problem}`;
}

function open() {
  at("gate").hidden = true;
  at("settings").hidden = false;
  at("settings").append(...Object.keys(SETTINGS).map(makeRow));
  follow(
    (event) => {
      if (event.event === "hello") {
        at("note").textContent = "";
        tellTime();
        ask({ do: "settings" });
      } else if (event.event === "setting" && event.name in SETTINGS) {
        show(event);
      }
    },
    () => {
      at("note").textContent = LOST;
    },
  );
}

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
