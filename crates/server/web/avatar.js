// The picture of a user: a pattern of two colours, made of its number and name.

import { svg } from "./dom.js";

/** Colours of names and avatars, as in the terminal client; `style.css` has them. */
const COLOURS = 12;

/** The colour of a user, by its number. */
export const colourOf = (id) => Math.abs(id * 7) % COLOURS;

/** FNV-1a, 32 bits: the same user has the same pattern everywhere. */
function hash(text) {
  let value = 0x811c9dc5;
  for (const c of text) value = Math.imul(value ^ c.codePointAt(0), 0x01000193) >>> 0;
  return value;
}

/** Half of a grid of 5 × 5 cells, mirrored. */
export function avatar(user) {
  const bits = hash(`${user.id} ${user.name}`);
  const cells = [];
  for (let index = 0; index < 15; index += 1) {
    if (((bits >>> index) & 1) === 0) continue;
    const [x, y] = [index % 3, Math.floor(index / 3)];
    for (const column of new Set([x, 4 - x])) cells.push(`M${column + 1} ${y + 1}h1v1h-1z`);
  }
  // A pattern is never empty.
  const path = cells.length > 0 ? cells.join("") : "M3 3h1v1h-1z";
  const picture = svg("svg", {
    viewBox: "0 0 7 7",
    class: `avatar colour-${colourOf(user.id)}`,
    "aria-hidden": "true",
    focusable: "false",
  });
  picture.append(
    svg("rect", { width: "7", height: "7", class: "avatar-ground" }),
    svg("path", { d: path, class: "avatar-figure", "shape-rendering": "crispEdges" }),
  );
  return picture;
}
