// @ts-check
import { context } from "./context.js";

/**
 * Base of all our custom elements (light DOM).
 *
 * A subclass writes `start()`; whatever it acquires there through `watch`, `listen`, `observe`
 * or `cleanup` is released when the element leaves the document.
 */
export class LoupeElement extends HTMLElement {
  /** @type {(() => void)[]} */
  #release = [];

  connectedCallback() {
    this.start();
  }

  disconnectedCallback() {
    for (const release of this.#release.splice(0)) release();
  }

  /** Build and subscribe; called each time the element enters the document. */
  start() {}

  get store() {
    return context().store;
  }

  /** Which scene this element shows: that of the nearest element around it that names one (`data-scene`).
   * @returns {import("../model/scene.js").SceneName} */
  get sceneName() {
    const around = /** @type {HTMLElement | null} */ (this.closest("[data-scene]"));
    return /** @type {import("../model/scene.js").SceneName} */ (around?.dataset.scene ?? "main");
  }

  /** The scene that this element shows. */
  get scene() {
    return this.store.state.scenes[this.sceneName];
  }

  get i18n() {
    return context().i18n;
  }

  /** @param {string} key @param {Record<string, string | number>} [params] */
  t(key, params) {
    return context().i18n.t(key, params);
  }

  /** Do what a command says. @param {string} name @param {any} [value] */
  perform(name, value) {
    context().commands.perform(name, { value });
  }

  /** Commands that there are as long as this element stands in the page.
   * @param {import("../core/commands.js").Command<import("../state/initial.js").State>[]} commands */
  commands(commands) {
    this.cleanup(context().commands.add(commands));
  }

  /** Be found by other elements. @template {keyof import("./context.js").Offers} Name
   * @param {Name} name @param {import("./context.js").Offers[Name]} part */
  offer(name, part) {
    this.cleanup(context().parts.offer(name, part));
  }

  /** @param {() => void} release */
  cleanup(release) {
    this.#release.push(release);
  }

  /**
   * React to a part of the state, now and whenever it changes, or to a part of the element's scene.
   * @template Part
   * @param {(state: import("../state/initial.js").State, scene: import("../model/scene.js").Scene | null) => Part} read
   * @param {(part: Part, before: Part | undefined) => void} react
   */
  watch(read, react) {
    const name = this.sceneName;
    this.cleanup(this.store.select((state) => read(state, state.scenes[name]), react));
  }

  /**
   * @param {EventTarget} target @param {string} type
   * @param {(event: any) => void} handler @param {AddEventListenerOptions} [options]
   */
  listen(target, type, handler, options) {
    target.addEventListener(type, handler, options);
    this.cleanup(() => target.removeEventListener(type, handler, options));
  }

  /** Call `react` when the element's size changes. @param {Element} target @param {() => void} react */
  observeSize(target, react) {
    const observer = new ResizeObserver(react);
    observer.observe(target);
    this.cleanup(() => observer.disconnect());
  }

  /** Draw in the next frame, once. @param {() => void} draw */
  frame(draw) {
    context().scheduler.draw(draw);
  }

  /** Draw what the state has just been told of, and lay it out, before the next frame begins. */
  ahead() {
    queueMicrotask(() => {
      context().scheduler.drawAhead();
      this.getBoundingClientRect();
    });
  }
}
