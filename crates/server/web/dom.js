// Makes and changes elements. Texts become text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Of `props`, `on` has handlers by event, `text` is its text, `dataset` its data; `true` sets an
 * attribute without a value, `false`, `null` and `undefined` leave it out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  set(element, props);
  append(element, children);
  return element;
}

export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function append(element, children) {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Sets attributes, handlers and text; touches only what differs. */
export function set(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [type, handler] of Object.entries(value)) element.addEventListener(type, handler);
    else if (name === "text") setText(element, value);
    else if (name === "dataset") for (const [key, data] of Object.entries(value)) setData(element, key, data);
    else if (value === false || value === null || value === undefined) element.removeAttribute(name);
    else {
      const written = value === true ? "" : String(value);
      if (element.getAttribute(name) !== written) element.setAttribute(name, written);
    }
  }
}

function setData(element, key, data) {
  if (data === null || data === undefined) delete element.dataset[key];
  else if (element.dataset[key] !== String(data)) element.dataset[key] = data;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Replaces all children. */
export const fill = (element, ...children) => {
  element.replaceChildren();
  append(element, children);
};

/**
 * Makes the children of `parent` those of `items`, in their order. Each has a `key`; its element is made by `make`, and
 * made again only if `same` says that the item has changed. Elements that stay keep their focus and their place.
 */
export function keyed(parent, items, make, same = (a, b) => a === b) {
  const wanted = new Set(items.map((item) => item.key));
  const before = new Map();
  for (const child of [...parent.children]) {
    if (wanted.has(child.itemKey) && !before.has(child.itemKey)) before.set(child.itemKey, child);
    else child.remove();
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const old = before.get(item.key);
    const child = !old ? mark(make(item, null), item) : same(old.item, item) ? old : replace(old, item, make);
    if (next === old) next = child;
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/** An element in place of another one of the same key; the focus within it goes to the same part. */
function replace(old, item, make) {
  const active = document.activeElement;
  const part = old.contains(active) ? (active === old ? "" : active.dataset.part) : null;
  const child = mark(make(item, old), item);
  if (child !== old) old.replaceWith(child);
  if (part !== null && !child.contains(document.activeElement)) {
    (part ? child.querySelector(`[data-part="${CSS.escape(part)}"]`) : child)?.focus({ preventScroll: true });
  }
  return child;
}

function mark(child, item) {
  child.itemKey = item.key;
  child.item = item;
  return child;
}

export const byId = (id) => document.getElementById(id);

const ICONS = {
  menu: "M4 6h16M4 12h16M4 18h16",
  users:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.4a3.5 3.5 0 0 1 0 6.2M18 14.4c2.1.8 3.5 2.8 3.5 5.6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16 16l5 5",
  gear: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12M11.5 13.5 20 4",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8.5 14.5c1.8 2.4 5.2 2.4 7 0M9 9.5v.01M15 9.5v.01",
  reply: "M9 6 4 11l5 5M4 11h9a7 7 0 0 1 7 7",
  thread: "M4 5h16v11H10l-5 4v-4H4V5M8 9h8M8 12h5",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  down: "M12 5v14M6 13l6 6 6-6",
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  pin: "M9 4h6l-1 6 3 3H7l3-3-1-6M12 13v7",
  back: "M15 5l-7 7 7 7",
  bell: "M6 17h12l-1.5-3V10a4.5 4.5 0 0 0-9 0v4L6 17M10 20h4",
  lock: "M6 11h12v9H6v-9M8.5 11V8a3.5 3.5 0 0 1 7 0v3",
};

/** An icon, which says nothing to a screen reader: its button has a name. */
export function icon(name) {
  const path = svg("path", {
    d: ICONS[name],
    fill: "none",
    stroke: "currentColor",
    "stroke-width": name === "more" ? "3" : "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  });
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }, path);
}

/** A button that shows an icon. */
export const iconButton = (name, label, props = {}) =>
  h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...props }, icon(name));
