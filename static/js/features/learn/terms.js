// @ts-check
/**
 * Words that explain themselves: a term in the text is a button; hovering, focusing or tapping it
 * shows its meaning beside it, Escape puts it away (WCAG 1.4.13: it can be hovered itself and stays).
 */
import { context } from "../../elements/context.js";
import { h } from "../../elements/dom.js";
import { INNERMOST } from "../../elements/keys.js";
import { pointerRests } from "../../elements/resting.js";

const LINGER = 160; // ms in which the pointer may cross from the word to its meaning

export class Terms {
  /** @type {HTMLElement | null} */
  #term = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #leaving;
  #scrolled = () => {
    const word = this.#term?.getBoundingClientRect();
    if (!word || word.bottom < 0 || word.top > innerHeight) this.close();
    else this.#place(word);
  };
  /**
   * Takes the way out by Esc away again; it is there wherever the focus is, as a hovered word has none.
   * @type {() => void}
   */
  #forget = () => {};

  /** @param {HTMLElement} root */
  constructor(root) {
    this.box = h("div", { class: "learn-term-box", id: "learn-term", role: "tooltip", popover: "manual" });
    root.append(this.box);
    const termOf = (/** @type {Event} */ event) =>
      /** @type {HTMLElement | null} */ (/** @type {HTMLElement} */ (event.target).closest?.("[data-term]"));
    root.addEventListener("pointerover", (event) => {
      if (pointerRests(event)) return;
      const term = termOf(event);
      if (term) this.open(term);
      else if (this.box.contains(/** @type {Node} */ (event.target))) clearTimeout(this.#leaving);
      else this.#leave();
    });
    root.addEventListener("pointerleave", () => this.#leave());
    root.addEventListener("focusin", (event) => {
      const term = termOf(event);
      if (term) this.open(term);
      else this.close();
    });
    root.addEventListener("click", (event) => {
      const term = termOf(event);
      if (term) this.open(term);
    });
    root.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const term = termOf(event);
      if (term && (event.key === "Enter" || event.key === " ")) {
        event.preventDefault();
        this.open(term);
      }
    });
  }

  /** @param {HTMLElement} term */
  open(term) {
    clearTimeout(this.#leaving);
    if (this.#term === term) return;
    this.close();
    const { t } = context().i18n;
    const id = term.dataset.term ?? "";
    this.box.replaceChildren(h("strong", null, t(`learn.terms.${id}.name`)), h("p", null, t(`learn.terms.${id}.text`)));
    this.box.showPopover();
    this.#term = term;
    term.setAttribute("aria-describedby", this.box.id);
    this.#place(term.getBoundingClientRect());
    addEventListener("scroll", this.#scrolled, { passive: true, capture: true });
    this.#forget = context().commands.add([
      {
        name: "close-term",
        words: "common.command.back",
        keys: ["Escape"],
        typing: true,
        precedence: INNERMOST.term,
        perform: () => this.close(),
      },
    ]);
  }

  close() {
    clearTimeout(this.#leaving);
    if (!this.#term) return;
    this.#term.removeAttribute("aria-describedby");
    this.#term = null;
    removeEventListener("scroll", this.#scrolled, { capture: true });
    this.#forget();
    this.box.hidePopover();
  }

  #leave() {
    if (!this.#term) return;
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.close(), LINGER);
  }

  /** Below the word, or above it where there is no room; never over the window's edge. @param {DOMRect} word */
  #place(word) {
    const { width, height } = this.box.getBoundingClientRect();
    const below = word.bottom + 6;
    this.box.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, word.left))}px`;
    this.box.style.top = `${below + height > innerHeight - 8 ? Math.max(8, word.top - height - 6) : below}px`;
  }
}
