// The users of the open room, each with its number, as the original page had them.

import { avatar } from "./avatar.js";
import { byId, h, keyed, setText } from "./dom.js";
import { byName, currentRoom, isDirect, roleIn } from "./state.js";

/** Roles that are shown beside a name, and their order. */
const SHOWN = { owner: 0, moderator: 1, voice: 2 };

export function makeUsers({ state, act, menu }) {
  const list = byId("user-list");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-user]");
    const user = button && currentRoom(state)?.users.find((one) => one.id === Number(button.dataset.user));
    if (user) menu.openUser(button, user);
  });

  const signature = (room) =>
    room.users.reduce(
      (text, { id, name }) => `${text}|${id} ${name} ${roleIn(room, id)} ${state.away.get(id)}`,
      `${room.name} ${room.count} ${state.me}`,
    );

  const make = ({ user, role, away, isMe }) => {
    const words = [
      role in SHOWN ? role : null,
      away === undefined ? null : away ? `away: ${away}` : "away",
      isMe ? "you" : null,
    ].filter(Boolean);
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: `user-button ${away === undefined ? "" : "is-away"}`,
          "aria-haspopup": "menu",
          dataset: { user: user.id, part: "user" },
        },
        avatar(user),
        h(
          "span",
          { class: "label" },
          h("span", { class: "name", dir: "auto", text: user.name }),
          words.length > 0 ? h("span", { class: "quiet small", dir: "auto", text: words.join(" · ") }) : null,
        ),
        h("span", { class: "number" }, h("span", { class: "only-read", text: "number " }), String(user.id)),
      ),
    );
  };

  let drawn = "";
  return {
    draw() {
      const room = currentRoom(state);
      if (!room) return;
      // To sort hundreds of names takes longer than a frame has.
      const now = signature(room);
      if (now === drawn) return;
      drawn = now;
      setText(byId("users-title"), isDirect(room.name) ? "Users" : `Users · ${room.count}`);
      const order = (item) => SHOWN[item.role] ?? 3;
      const items = room.users.map((user) => {
        const item = {
          key: user.id,
          user,
          role: roleIn(room, user.id),
          away: state.away.get(user.id),
          isMe: user.id === state.me,
        };
        return { ...item, about: `${user.name}|${item.role}|${item.away}|${item.isMe}` };
      });
      items.sort((a, b) => order(a) - order(b) || byName(a.user.name, b.user.name) || a.user.id - b.user.id);
      const more = room.count - items.length;
      keyed(list, items, make, (a, b) => a.about === b.about);
      let note = byId("users-more");
      if (more > 0 && !note)
        list.after(
          (note = h("button", {
            type: "button",
            id: "users-more",
            class: "text-button",
            on: { click: () => act({ type: "openPanel", panel: { kind: "people", room: state.current } }) },
          })),
        );
      if (note) {
        note.hidden = more <= 0;
        setText(note, `${more} more`);
      }
    },
  };
}
