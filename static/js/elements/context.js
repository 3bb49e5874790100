// @ts-check
/**
 * What every element may use. The composition root (`main.js`) provides it once,
 * before any element is defined.
 *
 * @typedef {object} Context
 * @property {import("../state/actions.js").AppStore} store
 * @property {import("../core/commands.js").Commands<import("../state/initial.js").State>} commands
 * @property {Parts} parts
 * @property {import("../api/client.js").Api} api
 * @property {import("../state/runs.js").Runs} runs runs of pictures, each asked for once
 * @property {ReturnType<typeof import("../core/timing.js").createScheduler>} scheduler
 * @property {import("../core/i18n.js").Translator} i18n of the current language; replaced when it changes
 * @property {string} root the path under which the server is reached, without trailing slash
 * @property {string} assets the path of the static files, with trailing slash
 * @property {Record<string, string>} languages the catalogues that the server has: BCP 47 tag → the language's own name
 * @property {{ picture_by_address: boolean, max_upload_bytes: number, lessons: number, own_models?: boolean,
 *   max_model_bytes?: number, own_check?: boolean, own_models_setting?: string }} settings what the self-hoster decided
 */

/**
 * What elements offer to each other while they stand in the page, so that none has to look for another.
 *
 * @typedef {object} Offers
 * @property {import("./network/map.js").LoupeNetwork} network
 * @property {import("./inspector/inspector.js").LoupeInspector} inspector
 * @property {import("./chrome/answer.js").LoupeAnswer} answer once it says something
 * @property {import("./chrome/header.js").LoupeHeader} header
 * @property {import("../features/pictures/strip.js").LoupeStrip} strip
 * @property {import("../features/views/host.js").LoupeView} view
 * @property {{ take: (files: { file: File, content: import("../model/files/content.js").Content }[]) => void,
 *   prepare: () => void }} own takes files of networks; is told when files may come
 * @property {import("./chrome/reading.js").Reading} learn its place stands in the page before its modules are loaded
 */
/** @typedef {ReturnType<typeof createParts>} Parts */

/** @type {Context | null} */
let provided = null;

/** @param {Context} context */
export function provide(context) {
  provided = context;
}

/** @returns {Context} */
export function context() {
  if (!provided) throw new Error("context() was called before main.js provided it");
  return provided;
}

/**
 * What makes a control that of a command: `h("button", { class: "button", ...does("close-panel") }, …)`.
 * @param {string} name
 * @param {any} [value] what the command is given; a function is asked for it when the control is used
 * @param {"click" | "change" | "input" | "submit"} [when] a form that is submitted leads nowhere else
 */
export const does = (name, value, when = "click") => ({
  "data-command": name,
  [`on${when}`]: (/** @type {Event} */ event) => {
    if (when === "submit") event.preventDefault();
    context().commands.perform(name, { value: typeof value === "function" ? value(event) : value });
  },
});

export function createParts() {
  /** @type {Partial<Offers>} */
  const offered = {};
  /** @type {Set<{ name: string, act: (part: any) => void }>} */
  const waiting = new Set();
  return {
    /**
     * @template {keyof Offers} Name
     * @param {Name} name
     * @param {Offers[Name]} part
     * @returns {() => void} takes it away
     */
    offer(name, part) {
      offered[name] = part;
      for (const wish of waiting) if (wish.name === name) wish.act(part);
      return () => {
        if (offered[name] === part) delete offered[name];
      };
    },
    /**
     * Now, or once it is there.
     * @template {keyof Offers} Name
     * @param {Name} name
     * @param {(part: Offers[Name]) => void} act
     * @returns {() => void} no longer */
    when(name, act) {
      const wish = { name, act };
      waiting.add(wish);
      const part = offered[name];
      if (part) act(part);
      return () => void waiting.delete(wish);
    },
    /** @template {keyof Offers} Name @param {Name} name @returns {Offers[Name] | null} null while it is not there */
    find: (name) => /** @type {any} */ (offered[name] ?? null),
  };
}
