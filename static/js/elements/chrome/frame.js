// @ts-check
/** The page's frame, which comes beside the network and not before it: its head, what the network says of the picture,
 * its commands, and its keys. */
import { createHistory } from "../../core/history.js";
import { context } from "../context.js";
import { listenToKeys } from "../keys.js";
import { LoupeAnswer } from "./answer.js";
import { SHARED_COMMANDS } from "../commands.js";
import { COMMANDS } from "./commands.js";
import { LoupeHeader } from "./header.js";

const { commands, store } = context();

const history = createHistory(store);
commands.keep(history);
addEventListener("pointerdown", () => history.press(true), { capture: true, passive: true });
for (const end of ["pointerup", "pointercancel"])
  addEventListener(end, () => history.press(false), { capture: true, passive: true });
commands.add(SHARED_COMMANDS);
commands.add(COMMANDS);
listenToKeys(document, commands);
customElements.define("loupe-answer", LoupeAnswer);
customElements.define("loupe-header", LoupeHeader);
