// QR codes of addresses: bytes, the lowest error correction, versions 1 to 10 (ISO/IEC 18004), as in the terminal
// client.

import { svg } from "./dom.js";

/** By version: bytes in all, bytes of error correction for each block, blocks. */
const SIZES = [null, [26, 7, 1], [44, 10, 1], [70, 15, 1], [100, 20, 1], [134, 26, 1], [172, 18, 2], [196, 20, 2], [242, 24, 2], [292, 30, 2], [346, 18, 4]];
/** By version: the middles of the small squares. */
const SQUARES = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
/** Light modules around a code. */
const QUIET = 4;

/** The code of a text; null if it is too long. `rows` has a list of 0 and 1 for each row, and `picture` draws it. */
export function qr(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = SIZES.findIndex((size, index) => size && bytes.length <= capacity(index));
  if (version === -1) return null;
  const words = withCorrection(version, dataWords(version, bytes));
  const codes = MASKS.map((mask, index) => draw(version, words, mask, index));
  const rows = codes.reduce((best, code) => (penalty(code) < penalty(best) ? code : best));
  return { rows, picture: (label) => picture(rows, label) };
}

const dataBytes = (version) => SIZES[version][0] - SIZES[version][1] * SIZES[version][2];
const capacity = (version) => dataBytes(version) - (version < 10 ? 2 : 3);

function dataWords(version, bytes) {
  const bits = [];
  const put = (value, count) => {
    for (let bit = count - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  bytes.forEach((byte) => put(byte, 8));
  const all = dataBytes(version) * 8;
  put(0, Math.min(4, all - bits.length));
  while (bits.length % 8 > 0) bits.push(0);
  for (let pad = 0xec; bits.length < all; pad ^= 0xec ^ 0x11) put(pad, 8);
  return Array.from({ length: bits.length / 8 }, (_, at) => parseInt(bits.slice(at * 8, at * 8 + 8).join(""), 2));
}

/** Multiplies in the field of 256 elements of the standard. */
function times(a, b) {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) product = ((product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a)) & 0xff;
  return product;
}

/** The divisor of Reed and Solomon of a degree, without its first factor. */
function divisor(degree) {
  const found = Array(degree).fill(0);
  found[degree - 1] = 1;
  let root = 1;
  for (let step = 0; step < degree; step += 1) {
    for (let at = 0; at < degree; at += 1) found[at] = times(found[at], root) ^ (found[at + 1] ?? 0);
    root = times(root, 2);
  }
  return found;
}

function withCorrection(version, data) {
  const [all, count, blocks] = SIZES[version];
  const short = Math.floor(all / blocks) - count;
  const by = divisor(count);
  const parts = [];
  let at = 0;
  for (let block = 0; block < blocks; block += 1) {
    const length = short + (block < blocks - (all % blocks) ? 0 : 1);
    const part = data.slice(at, at + length);
    at += length;
    let rest = Array(count).fill(0);
    for (const byte of part) {
      const factor = byte ^ rest[0];
      rest = [...rest.slice(1), 0].map((one, index) => one ^ times(by[index], factor));
    }
    parts.push([part, rest]);
  }
  const mixed = [];
  for (let index = 0; index <= short; index += 1) for (const [part] of parts) if (index < part.length) mixed.push(part[index]);
  for (let index = 0; index < count; index += 1) for (const [, rest] of parts) mixed.push(rest[index]);
  return mixed;
}

/** The remainder of `value` by the polynomial `by`, of this degree. */
function remainder(value, by, degree) {
  let rest = value;
  for (let step = 0; step < degree; step += 1) rest = (rest << 1) ^ ((rest >> (degree - 1)) * by);
  return rest;
}

function draw(version, words, mask, maskIndex) {
  const size = version * 4 + 17;
  const rows = Array.from({ length: size }, () => Array(size).fill(null));
  const set = (x, y, dark) => x >= 0 && y >= 0 && x < size && y < size && (rows[y][x] = Number(dark));
  for (let at = 0; at < size; at += 1) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let y = -4; y <= 4; y += 1)
      for (let x = -4; x <= 4; x += 1) set(cx + x, cy + y, ![2, 4].includes(Math.max(Math.abs(x), Math.abs(y))));
  }
  const middles = SQUARES[version];
  const last = middles.at(-1);
  for (const cy of middles)
    for (const cx of middles) {
      if ((cx === 6 && cy === 6) || (cx === 6 && cy === last) || (cx === last && cy === 6)) continue;
      for (let y = -2; y <= 2; y += 1)
        for (let x = -2; x <= 2; x += 1) set(cx + x, cy + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
    }
  drawFormat(set, size, maskIndex);
  if (version >= 7) {
    const bits = (version << 12) | remainder(version, 0x1f25, 12);
    for (let bit = 0; bit < 18; bit += 1) {
      const [a, b] = [size - 11 + (bit % 3), Math.floor(bit / 3)];
      set(a, b, (bits >> bit) & 1);
      set(b, a, (bits >> bit) & 1);
    }
  }
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (let side = 0; side < 2; side += 1) {
        const x = right - side;
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (rows[y][x] !== null) continue;
        rows[y][x] = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) ^ Number(mask(x, y) === 0);
        bit += 1;
      }
    }
  }
  return rows;
}

function drawFormat(set, size, mask) {
  const data = (1 << 3) | mask;
  const bits = ((data << 10) | remainder(data, 0x537, 10)) ^ 0x5412;
  const bit = (at) => (bits >> at) & 1;
  for (let at = 0; at <= 5; at += 1) set(8, at, bit(at));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let at = 9; at < 15; at += 1) set(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at += 1) set(size - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at += 1) set(8, size - 15 + at, bit(at));
  set(8, size - 8, 1);
}

/** How hard a code is to read: long lines, blocks, and more of one colour. */
function penalty(rows) {
  const size = rows.length;
  const columns = rows.map((_, x) => rows.map((row) => row[x]));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    const text = line.join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    for (const finder of ["10111010000", "00001011101"])
      for (let at = text.indexOf(finder); at !== -1; at = text.indexOf(finder, at + 1)) sum += 40;
  }
  for (let y = 1; y < size; y += 1)
    for (let x = 1; x < size; x += 1)
      if (new Set([rows[y][x], rows[y - 1][x], rows[y][x - 1], rows[y - 1][x - 1]]).size === 1) sum += 3;
  const dark = rows.flat().reduce((count, one) => count + one, 0);
  return sum + Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10;
}

/** The code as a picture: dark on light in either theme, for cameras. */
function picture(rows, label) {
  const size = rows.length + 2 * QUIET;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  return svg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, fill: "#fff" }),
    svg("path", { d: path.join(""), fill: "#000" }),
  );
}
