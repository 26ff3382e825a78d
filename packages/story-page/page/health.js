// SPDX-License-Identifier: MIT
// How the storyteller's machine is, and what the last story cost.

const KB_IN_MIB = 1024;
const MIB_IN_GIB = 1024;

function size(kb) {
  const mib = kb / KB_IN_MIB;
  return mib < MIB_IN_GIB ? `${mib.toFixed(1)} MiB` : `${(mib / MIB_IN_GIB).toFixed(1)} GiB`;
}

function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function describe(health) {
  return {
    Version: `${health.version}, with Linux ${health.kernel}`,
    "Switched on for": duration(health.uptime_s),
    Memory: `${size(health.available)} of ${size(health.memory)} available`,
    Card: `${size(health.free)} of ${size(health.card)} free for stories`,
  };
}

function describeStory(figures) {
  const speed = figures.tokens_per_s_while_speaking ?? "–";
  return {
    "The last story": `${figures.tokens} tokens, ${figures.speech_s.toFixed(0)} s of speech`,
    "First sound after": figures.first_sound_s < 0 ? "no sound" : `${figures.first_sound_s} s`,
    "Invented while speaking": `${speed} tokens per second`,
    "Sound ran out": figures.underruns === 1 ? "once" : `${figures.underruns} times`,
    "Peak memory of the storyteller": `${figures.peak_mib} MiB`,
  };
}

async function read(path) {
  const answer = await fetch(path, { cache: "no-store" });
  return answer.ok ? answer.text() : "";
}

/** The last whole line, if there is one: the first may be cut. */
function lastLine(text) {
  const line = text.trimEnd().split("\n").at(-1);
  return line.startsWith("{") ? line : null;
}

/** Show what is known, as pairs of a term and what it is. */
export async function showHealth(element) {
  const shown = {};
  try {
    Object.assign(shown, describe(JSON.parse(await read("/health"))));
    const line = lastLine(await read("/figures"));
    Object.assign(shown, line === null ? {} : describeStory(JSON.parse(line)));
  } catch {
    // Who was lost is said elsewhere; what is known stays true.
  }
  const pairs = Object.entries(shown).flatMap(([term, text]) => {
    const [name, value] = ["dt", "dd"].map((tag) => document.createElement(tag));
    name.textContent = term;
    value.textContent = text;
    return [name, value];
  });
  element.replaceChildren(...pairs);
}
