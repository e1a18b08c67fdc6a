// The pages of a room that are asked for and on their way: those of its window, and those of an export. The server
// answers in order, so a page belongs to the first request that it can be the answer to.

/** Asks for a page of a room: `page` has `limit`, and `before` or `at`. Returns the request, as `answered` does. */
export function ask(fx, room, page) {
  const request = { type: "history", room: room.name, ...page };
  room.asked.push(request);
  fx.push({ type: "send", command: request });
  return request;
}

/** Returns the request that these messages answer, or null. Those before it were refused. */
export function answered(room, messages) {
  const index = room.asked.findIndex((request) => isAnswer(request, messages));
  return index === -1 ? null : room.asked.splice(0, index + 1).at(-1);
}

/** A request was refused. */
export const forget = (room, request) => void (room.asked = room.asked.filter((one) => one !== request));

/** Which message is the first of a time is not known before; messages before a `seq` have no gap. */
const isAnswer = ({ before, limit }, messages) =>
  messages.length <= limit && (before === undefined || messages.length === 0 || messages.at(-1).seq === before - 1);
