// @ts-check
/**
 * Line icons on a 24 × 24 grid, drawn with the text's colour. They are decoration: the control's
 * name is its text or its `aria-label`.
 */
import { h } from "./dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  unlock: "M7 11V8a5 5 0 0 1 9.6-2M5 11h14v9H5z",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
  share: "M12 15V4M8 8l4-4 4 4M6 12H5v8h14v-8h-1",
  help: "M9 9a3 3 0 1 1 4 2.8c-.7.3-1 .8-1 1.7v.5M12 17.5v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  menu: "M4 7h16M4 12h16M4 17h16",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  pen: "M4 20l1-4L16 5l3 3L8 19l-4 1zM14 7l3 3",
  crop: "M7 2v15h15M2 7h15v15",
  sliders: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4",
  steps: "M3 6h5v5H3zM16 13h5v5h-5zM8 8.5h6a2 2 0 0 1 2 2V13",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 6 6l1-1",
  bin: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  check: "M5 12l5 5 9-10",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  undo: "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10H8",
  redo: "M16 5l4 4-4 4M20 9H10a5 5 0 0 0 0 10h6",
  tour: "M6 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM18 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8.5 7H14a4 4 0 0 1 0 8h-3.5a3 3 0 0 0-3 3v1",
  frame: "M3 5h18v14H3zM3 9h18M10 13l-2 1.5 2 1.5M14 13l2 1.5-2 1.5",
  screen: "M3 4h18v12H3zM12 16v4M8 20h8",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  up: "M5 15l7-7 7 7",
  down: "M5 9l7 7 7-7",
  expand: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
};

/** @param {string} name */
export const icon = (name) =>
  h(
    "svg:svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    h("svg:path", { d: PATHS[name] }),
  );
