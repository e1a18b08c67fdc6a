// The row at the beginning of a log, and the text in an empty room.

import { h, setText } from "./dom.js";
import { LOBBY, isDirect, labelOf } from "./state.js";
import { NOT_LOADED_YET, OWNER_ALONE } from "./words.js";

/** Makes the row at the top of `frame`. */
export function makeEdge({ state, dispatch }, frame, isThread) {
  const edge = h("p", { class: "edge" });
  frame.prepend(edge);

  /** Says what is above the first row; `isFirst`: that is the first message that is loaded. */
  function draw(from, of, isFirst) {
    const isBegin = from.first !== null && isFirst && !from.hasOlder && of.loading === null && !isThread;
    if (!isThread) drawWelcome(isBegin && of.name === LOBBY && of.count <= 1 && state.role === "owner");
    const isFailed = of.retry !== null && !of.retry.loading.isNewer && !isThread;
    const missing = of.loading ? "Loading…" : isFailed ? NOT_LOADED_YET : "";
    setText(edge, isBegin ? beginOf(from, of) : missing);
  }

  function beginOf(from, of) {
    const isEmpty = from.entries.length === 0 && from.pending.length === 0;
    if (isEmpty) return "No messages yet. Write the first one";
    return `This is the beginning of ${isDirect(of.name) ? `your messages with ${labelOf(of)}` : labelOf(of)}`;
  }

  /** What an owner does first, who is alone on the server. */
  function drawWelcome(isShown) {
    const old = frame.querySelector(":scope > .welcome");
    if (!isShown || old) return isShown || old?.remove();
    const open = (panel) => () => dispatch({ type: "openPanel", panel });
    const button = (text, className, panel) =>
      h("button", { type: "button", class: className, text, on: { click: open(panel) } });
    edge.after(
      h(
        "div",
        { class: "welcome" },
        h("p", { text: OWNER_ALONE }),
        h(
          "p",
          { class: "buttons" },
          button("Invite colleagues", "primary", { kind: "invite", order: null }),
          button("Create a room", "text-button", { kind: "rooms" }),
        ),
      ),
    );
  }

  return { draw };
}
