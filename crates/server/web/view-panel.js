// The dialog: one panel at a time. Each kind has its contents in `panel-….js`.

import { byId, fill, h, iconButton } from "./dom.js";
import { NOT_LOADED } from "./words.js";

/** Time in milliseconds after which the panels are loaded: the page is shown by then. */
const LOADED_AFTER_MS = 1000;

/** What shows each kind: a function that takes the view and the panel, and returns `{title, element, draw}`. */
let kinds = null;

/** Loads the panels if they are not: the page is shown without them. */
async function load() {
  const parts = [
    import("./panel-find.js"),
    import("./panel-forms.js"),
    import("./panel-lists.js"),
    import("./panel-settings.js"),
  ];
  for (const { KINDS } of await Promise.all(parts)) kinds = { ...kinds, ...KINDS };
}

export function makePanel(view) {
  const { state, dispatch } = view;
  const dialog = byId("panel");
  let shown = null;
  let content = null;
  setTimeout(() => load().catch(() => {}), LOADED_AFTER_MS);

  /** The server does not answer, or it has another version of the page by now. */
  function notLoaded() {
    dispatch({ type: "closePanel" });
    dispatch({ type: "tell", text: NOT_LOADED, isError: true });
  }

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
    content = kinds[panel.kind](view, panel);
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
      if (kinds === null) load().then(() => this.draw(), notLoaded);
      else if (panel !== shown) open(panel);
      else content?.draw?.();
    },
  };
}
