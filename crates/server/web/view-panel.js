// The dialog: one panel at a time. Each kind has its contents in `panel-….js`.

import { byId, fill, h, iconButton } from "./dom.js";
import * as find from "./panel-find.js";
import * as forms from "./panel-forms.js";
import * as lists from "./panel-lists.js";
import * as settings from "./panel-settings.js";

/** What shows each kind: a function that takes the view and the panel, and returns `{title, element, draw}`. */
const KINDS = { ...lists.KINDS, ...forms.KINDS, ...find.KINDS, ...settings.KINDS };

export function makePanel(view) {
  const { state, dispatch } = view;
  const dialog = byId("panel");
  let shown = null;
  let content = null;

  dialog.addEventListener("close", () => {
    shown = null;
    content = null;
    if (state.panel) dispatch({ type: "closePanel" });
  });
  // In a search field, the browser would only empty the field.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    dialog.close();
  });
  // A click beside the dialog closes it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  view.closePanel = () => dialog.open && dialog.close();

  function open(panel) {
    shown = panel;
    content = KINDS[panel.kind](view, panel);
    dialog.dataset.kind = panel.kind;
    const close = iconButton("close", "Close", { on: { click: view.closePanel } });
    fill(
      dialog,
      h(
        "div",
        { class: "panel-frame" },
        h("header", {}, h("h2", { id: "panel-title", text: content.title }), close),
        content.element,
      ),
    );
    if (!dialog.open) dialog.showModal();
    content.draw?.();
    (dialog.querySelector("[autofocus]") ?? close).focus();
  }

  return {
    draw() {
      const { panel } = state;
      if (!panel) return view.closePanel();
      if (panel !== shown) open(panel);
      else content?.draw?.();
    },
  };
}
