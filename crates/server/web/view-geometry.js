// Where the rows of a log are on the screen, in pixels.

/**
 * Measures the rows in `items`, which `frame` scrolls. `pads` has the heights of the empty space above and below them.
 * An anchor is a row with its distance from the top of the frame, so that it can be put there again.
 */
export function makeGeometry(frame, items, pads) {
  const rowNamed = (key) => [...items.children].find((one) => one.itemKey === key) ?? null;
  const topOf = (element) => element.getBoundingClientRect().top;

  /** The first row whose end is below a place of the window. */
  function firstBelow(y) {
    const { children } = items;
    let [low, high] = [0, children.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (children[middle].getBoundingClientRect().bottom <= y + 1) low = middle + 1;
      else high = middle;
    }
    return children[low] ?? null;
  }

  /** The first row on the screen. */
  const first = () => firstBelow(topOf(frame));

  /** The first row on the screen that is of an entry, with its position. Others come and go with their neighbours. */
  function anchor() {
    let row = first();
    while (row && !row.item.entry) row = row.nextElementSibling;
    return row && { key: row.itemKey, pos: row.item.entry.pos, offset: topOf(row) - topOf(frame) };
  }

  /** Scrolls so that a row is where its anchor was. Returns whether it is there. */
  function restore(to) {
    const row = to && rowNamed(to.key);
    if (!row) return false;
    const shift = topOf(row) - topOf(frame) - to.offset;
    if (Math.abs(shift) >= 1) frame.scrollTop += shift;
    return true;
  }

  /** The heights of the rows above a row and of those below it; null if it is not there. */
  function heightsAround(to) {
    const row = to && rowNamed(to.key);
    if (!row) return null;
    const [{ top, bottom }, around] = [row.getBoundingClientRect(), items.getBoundingClientRect()];
    return { above: top - around.top - pads.above, below: around.bottom - pads.below - bottom };
  }

  /** How far the rows reach beyond the screen, above and below; negative if they do not reach its edge. */
  function beyond() {
    const [screen, box] = [frame.getBoundingClientRect(), items.getBoundingClientRect()];
    return { above: screen.top - box.top - pads.above, below: box.bottom - pads.below - screen.bottom };
  }

  /** The rows on the screen. */
  function shown() {
    const { top, bottom } = frame.getBoundingClientRect();
    const rows = [];
    for (let row = firstBelow(top); row && topOf(row) < bottom - 8; row = row.nextElementSibling) rows.push(row);
    return rows;
  }

  return { rowNamed, first, anchor, restore, heightsAround, beyond, shown };
}
