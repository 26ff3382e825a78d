// SPDX-License-Identifier: MIT
// The story's text, sentence by sentence; the one that is being spoken is marked.

/** Shows a story in an element. */
export class Story {
  constructor(element) {
    this.element = element;
    this.now = null;
    new ResizeObserver(() => this.#showEnd()).observe(element);
  }

  #showEnd() {
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Another story begins. */
  clear() {
    this.element.replaceChildren();
    this.now = null;
  }

  /** A part of a sentence was heard. */
  add(sentence, text) {
    if (this.now === null || Number(this.now.dataset.sentence) !== sentence) {
      this.end();
      this.now = document.createElement("span");
      this.now.dataset.sentence = String(sentence);
      this.now.className = "now";
      this.element.append(this.now, " ");
    }
    this.now.textContent = (this.now.textContent + text).trimStart();
    this.#showEnd();
  }

  /** Nothing is being spoken. */
  end() {
    this.now?.classList.remove("now");
  }
}
