// What every page needs: htmx, toasts, menus, appearance, confirmation dialogs.
import "htmx.org";
import { startAppearance } from "./appearance.js";
import { startDialogs } from "./dialogs.js";
import { startMenus } from "./menus.js";
import { startTabs } from "./tabs.js";
import { startToasts } from "./toasts.js";

startAppearance();
startDialogs();
startMenus();
startTabs();
startToasts();
