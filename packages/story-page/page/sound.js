// SPDX-License-Identifier: MIT
// The storyteller's sound: a WAV stream of 16 bits and one channel, which has no end and no pauses.
// An AudioWorklet would be for this, but is only for pages with a certificate.

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
// Between arrival and loudspeaker: so much may a part be late.
const LEAD_S = 0.12;
// What is further ahead came after a gap, and would be heard too late: it is left out.
const MOST_S = 0.3;
const AGAIN_MS = 1000;

/** Plays the sound from start() to stop(). */
export class Sound {
  /** `changed` is called when isOn changes. */
  constructor(changed) {
    this.changed = changed;
    this.rate = 0; // samples per second; 0: there is none
    this.player = null;
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
    this.changed();
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
    this.context = new AudioContext({ sampleRate: rate, latencyHint: "interactive" });
    this.end = new AbortController();
    this.next = 0; // where on the context's clock the next part belongs
    this.skips = false;
  }

  close() {
    this.end.abort();
    this.context.close();
  }

  async run() {
    while (!this.end.signal.aborted) {
      try {
        const answer = await fetch("/sound", { cache: "no-store", signal: this.end.signal });
        await (answer.ok && this.#read(answer.body.getReader()));
      } catch {
        // As at the end of the stream: it is tried again.
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }

  async #read(reader) {
    let skip = HEADER_BYTES;
    let rest = new Uint8Array();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const bytes = new Uint8Array(rest.length + part.value.length);
      bytes.set(rest);
      bytes.set(part.value, rest.length);
      const begin = Math.min(skip, bytes.length);
      skip -= begin;
      const count = Math.floor((bytes.length - begin) / SAMPLE_BYTES);
      rest = bytes.slice(begin + count * SAMPLE_BYTES);
      if (count > 0) {
        this.#play(new DataView(bytes.buffer, begin, count * SAMPLE_BYTES), count);
      }
    }
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
