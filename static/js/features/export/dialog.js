// @ts-check
/** The export dialog of an opened view. */
import { context } from "../../elements/context.js";
import { showDialog } from "../../elements/chrome/dialog.js";
import { exportControls } from "./actions.js";

export const openExport = () => void showDialog("export", context().i18n.t("views.export.title"), exportControls());
