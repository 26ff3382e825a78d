// SPDX-License-Identifier: MIT
// The storyteller's sound: a WAV stream of 16 bits and one channel, which has no end and no pauses.
// An AudioWorklet would be for this, but is only for pages with a certificate.

import { AGAIN_MS, parts } from "./socket.js";

const HEADER_BYTES = 44;
const RATE_AT = 24;
const SAMPLE_BYTES = 2;
// Between arrival and loudspeaker: so much may a part be late.
const LEAD_S = 0.12;
// What is further ahead came after a gap, and would be heard too late: it is left out.
const MOST_S = 0.3;

/** Plays the sound from start() to stop(). */
export class Sound {
  /** `changed` is called when isOn changes. */
  constructor(changed) {
    this.changed = changed;
    this.rate = 0; // samples per second; 0: there is none
    this.player = null;
    // Of several pages in a browser one is heard, else each would be the others' echo.
    this.others = new BroadcastChannel("sound");
    this.others.addEventListener("message", () => this.stop());
  }

  get isOn() {
    return this.player !== null;
  }

  start() {
    if (this.rate === 0 || this.isOn) {
      return;
    }
    this.player = new Player(this.rate);
    this.player.run();
    this.others.postMessage("");
    this.changed();
  }

  /** Be silent at once: what has come is heard after release(). */
  hold() {
    this.player?.context.suspend();
  }

  release() {
    this.player?.context.resume();
  }

  stop() {
    this.player?.close();
    this.player = null;
    this.changed();
  }
}

/** One loudspeaker, which plays what comes until it is closed. */
class Player {
  constructor(rate) {
    this.end = new AbortController();
    this.#open(rate);
  }

  close() {
    this.end.abort();
    this.context.close();
  }

  #open(rate) {
    this.context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    this.next = 0; // where on the context's clock the next part belongs
    this.skips = false;
  }

  /** The storyteller may have started again, with another voice. */
  #keepTo(rate) {
    if (this.context.sampleRate !== rate) {
      this.context.close();
      this.#open(rate);
    }
  }

  async run() {
    while (!this.end.signal.aborted) {
      try {
        const answer = await fetch("/sound", { method: "POST", signal: this.end.signal });
        await (answer.ok && this.#read(answer));
      } catch {
        // As at the end of the stream: it is tried again.
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  async #read(answer) {
    let isBegun = false;
    let rest = new Uint8Array();
    for await (const part of parts(answer)) {
      const bytes = new Uint8Array(rest.length + part.length);
      bytes.set(rest);
      bytes.set(part, rest.length);
      rest = bytes;
      if (!isBegun && bytes.length >= HEADER_BYTES) {
        isBegun = true;
        this.#keepTo(new DataView(bytes.buffer).getUint32(RATE_AT, true));
        rest = bytes.slice(HEADER_BYTES);
      }
      if (isBegun) {
        rest = this.#playWhole(rest);
      }
    }
  }

  /** Plays whole samples; returns what is left of the bytes. */
  #playWhole(bytes) {
    const count = Math.floor(bytes.length / SAMPLE_BYTES);
    if (count > 0 && !this.end.signal.aborted) {
      this.#play(new DataView(bytes.buffer, bytes.byteOffset, count * SAMPLE_BYTES), count);
    }
    return bytes.slice(count * SAMPLE_BYTES);
  }

  #play(samples, count) {
    const now = this.context.currentTime;
    if (this.next < now) {
      this.next = now + LEAD_S;
    }
    this.skips = this.next > now + (this.skips ? LEAD_S : MOST_S);
    if (this.skips) {
      return;
    }
    const buffer = this.context.createBuffer(1, count, this.context.sampleRate);
    const channel = buffer.getChannelData(0);
    for (let i = 0; i < count; i++) {
      channel[i] = samples.getInt16(i * SAMPLE_BYTES, true) / 32768;
    }
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.start(this.next);
    this.next += buffer.duration;
  }
}
