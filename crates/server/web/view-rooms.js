// The list of rooms and direct messages, with their unread counts.

import { avatar } from "./avatar.js";
import { byId, h, icon, keyed } from "./dom.js";
import { isDirect, isOtherOnline, labelOf, otherOf, roomList, unread } from "./state.js";
import { describeUnread } from "./view.js";

export function makeRooms({ state, act }) {
  const list = byId("room-list");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-room]");
    if (!button) return;
    act({ type: "openRoom", room: button.dataset.room });
  });

  const make = (item) => {
    if (item.heading) return h("li", { class: "heading", text: item.heading });
    const { room, counts, isCurrent, isOnline, hasDraft, isQuiet } = item;
    const label = labelOf(room);
    const badge =
      counts.mentions > 0
        ? h("span", { class: "badge mention", "aria-hidden": "true", text: `@${counts.mentions}` })
        : counts.count > 0
          ? h("span", { class: "badge", "aria-hidden": "true", text: `${counts.count}${counts.more ? "+" : ""}` })
          : null;
    const about = `${isDirect(room.name) ? (isOnline ? ", online" : ", offline") : ""}${describeUnread(counts)}${hasDraft ? ", draft" : ""}${isQuiet ? ", quiet" : ""}`;
    const picture = isDirect(room.name)
      ? h(
          "span",
          { class: `face ${isOnline ? "online" : ""}` },
          avatar({ id: otherOf(state, room.name) ?? 0, name: label }),
        )
      : h("span", { class: "sign", text: "#", "aria-hidden": "true" });
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: `room-button ${counts.count > 0 ? "unread" : ""} ${isQuiet ? "is-quiet" : ""}`,
          "aria-current": isCurrent ? "page" : null,
          dataset: { room: room.name, part: "room" },
        },
        picture,
        h("span", { class: "label", dir: "auto", text: isDirect(room.name) ? label : label.slice(1) }),
        h("span", { class: "only-read", text: about }),
        room.rules?.privacy === "private" ? icon("lock") : null,
        hasDraft && !isCurrent ? h("span", { class: "draft", text: "draft", "aria-hidden": "true" }) : null,
        badge,
      ),
    );
  };

  return {
    draw() {
      const items = [];
      let isAtDirect = false;
      for (const room of roomList(state)) {
        if (isDirect(room.name) && !isAtDirect) items.push({ key: "direct", heading: "Direct messages", about: "" });
        isAtDirect = isDirect(room.name);
        const counts = unread(state, room);
        const item = {
          key: room.name,
          room,
          counts,
          isCurrent: room.name === state.current,
          isOnline: isAtDirect && isOtherOnline(state, room),
          hasDraft: room.draft !== "",
          isQuiet: state.choices.quiet.includes(room.name),
        };
        item.about = [
          labelOf(room),
          counts.count,
          counts.mentions,
          counts.more,
          item.isCurrent,
          item.isOnline,
          item.hasDraft,
          item.isQuiet,
          room.rules?.privacy,
          state.me,
        ].join("|");
        items.push(item);
      }
      keyed(list, items, make, (a, b) => a.about === b.about);
    },
  };
}
