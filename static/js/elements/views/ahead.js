// @ts-check
/**
 * The view that is likely to be opened next, built while there is nothing else to do: of the unit that the
 * pointer rests on, or of any, so that the first one opens as fast as later ones.
 */

/** @typedef {import("./host.js").ViewPart} ViewPart */

export function createAhead() {
  /** @type {{ key: string, stage: ViewPart, source: readonly unknown[] } | null} */
  let built = null;
  const drop = () => {
    built?.stage.dispose?.();
    built = null;
  };

  return {
    drop,
    /** @param {string} key what the stage stands for @param {readonly unknown[]} source what it is painted from
     * @param {import("./subject.js").Subject} subject @param {() => ViewPart} create */
    build(key, source, subject, create) {
      if (built?.key === key && same(built.source, source)) return built.stage;
      drop();
      const stage = create();
      stage.paint(subject);
      stage.point(subject.at, null);
      built = { key, stage, source };
      return stage;
    },
    /** The stage, if it is the one that was built. @param {string} key @param {readonly unknown[]} source @returns {ViewPart | null} */
    take(key, source) {
      if (built?.key !== key || !same(built.source, source)) return null;
      const { stage } = built;
      built = null;
      return stage;
    },
  };
}

/** @param {readonly unknown[]} a @param {readonly unknown[]} b */
export const same = (a, b) => a.length === b.length && a.every((part, index) => part === b[index]);
