// SPDX-License-Identifier: MIT
// Words to choose from: who, where and what the next story is about.

import { picture } from "./pictures.js";

const LABELS = { heroes: "Who", places: "Where", things: "What" };
// Of a row one word is reached with Tab, and from there the others, with these keys.
const NEXT = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at) => at - 1, // before the first is the last
  Home: () => 0,
  End: () => -1,
};

/** The words to choose from in an element: one of each row. */
export class Chips {
  /** `changed` is given what was chosen, in words: "a dragon and a kite in the forest". */
  constructor(element, changed) {
    this.element = element;
    this.changed = changed;
    this.chosen = { heroes: "", places: "", things: "" };
  }

  /** A list of the board's; they come with each connection, and stay as they are. */
  show({ of, words }) {
    if (document.getElementById(of) !== null) {
      return;
    }
    const row = document.createElement("fieldset");
    row.id = of;
    const legend = document.createElement("legend");
    legend.textContent = LABELS[of];
    row.append(legend, ...words.map((word) => this.#chip(of, word)));
    row.addEventListener("keydown", (event) => go(row, event));
    row.addEventListener("focusin", (event) => stopAt(row, event.target));
    stopAt(row, row.querySelector("button"));
    this.element.append(row);
  }

  #chip(of, word) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.append(...picture(word), word);
    chip.setAttribute("aria-pressed", "false");
    chip.addEventListener("click", () => this.#choose(chip, of, word));
    return chip;
  }

  #choose(chip, of, word) {
    const isOn = this.chosen[of] !== word;
    this.chosen[of] = isOn ? word : "";
    for (const other of chip.parentElement.querySelectorAll("button")) {
      other.setAttribute("aria-pressed", String(isOn && other === chip));
    }
    this.changed(sentence(this.chosen));
  }
}

function sentence({ heroes, places, things }) {
  const whom = [heroes, things].filter((word) => word !== "").map((word) => `a ${word}`);
  const where = places === "" ? "" : ` in the ${places}`;
  return `${whom.join(" and ")}${where}`.trim();
}

/** Where Tab enters a row: nobody should have to pass a hundred words one by one. */
function stopAt(row, chip) {
  for (const other of row.querySelectorAll("button")) {
    other.tabIndex = other === chip ? 0 : -1;
  }
}

function go(row, event) {
  const all = [...row.querySelectorAll("button")];
  const next = NEXT[event.key]?.(all.indexOf(event.target), all.length);
  if (next !== undefined) {
    event.preventDefault();
    all.at(next).focus();
  }
}
