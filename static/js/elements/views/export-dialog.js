// @ts-check
/** The export dialog of an opened view. */
import { context } from "../context.js";
import { showDialog } from "../dialogs/dialog.js";
import { exportControls } from "../export/actions.js";

export const openExport = () => void showDialog("export", context().i18n.t("views.export.title"), exportControls());
