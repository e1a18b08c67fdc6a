// The two buttons over the log of a room: to the unread messages above the screen, and to the newest message.

import { byId, icon, set, setText } from "./dom.js";
import { skips } from "./requests.js";
import { currentRoom, unread } from "./state.js";

export function makeJumps({ state, dispatch }) {
  const newest = byId("jump");
  const above = byId("above");
  newest.onclick = () => dispatch({ type: "newest", room: state.current });
  above.onclick = () => dispatch({ type: "goTo", room: state.current, seq: currentRoom(state).read + 1 });

  /** `first` is the first row on the screen, `isAway` whether the end of the room is not on it. */
  function draw(of, first, isAway) {
    const { count, more } = unread(state, of);
    const counted = `${count}${more ? "+" : ""}`;
    drawAbove(of, first, count > 0, counted);
    set(newest, { hidden: !isAway });
    if (!isAway) return;
    const text = count > 0 ? `${counted} new` : "Newest";
    if (newest.dataset.text === text) return;
    newest.dataset.text = text;
    newest.replaceChildren(text, icon("down"));
    newest.setAttribute("aria-label", count > 0 ? `${text}: go to the newest message` : "Go to the newest message");
  }

  /** What is unread above the screen, after the reader has gone to newer messages. */
  function drawAbove(of, first, isUnread, counted) {
    let row = first;
    while (row && !row.dataset.seq) row = row.nextElementSibling;
    const isShown = row !== null && isUnread && of.loading === null && skips(of, Number(row.dataset.seq));
    set(above, { hidden: !isShown });
    if (isShown) setText(above, `${counted} unread above`);
  }

  return { draw };
}
