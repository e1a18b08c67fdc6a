// Times and days, in the language and the time zone of the browser.

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const long = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });

/** Remembers what `make` returns for the last time in each period of `ms`: neighbours in a log mostly have the same. */
function remembered(ms, make) {
  let [period, made] = [null, null];
  return (at) => {
    const of = Math.floor(at / ms);
    if (of !== period) [period, made] = [of, make(at)];
    return made;
  };
}

export const clock = remembered(60000, (at) => time.format(at));
export const exact = (at) => full.format(at);
export const longDay = (at) => long.format(at);

/** The day as a number, to compare. No zone begins a day within a quarter of an hour. */
export const dayOf = remembered(15 * 60000, (at) => {
  const date = new Date(at);
  return date.getFullYear() * 10000 + date.getMonth() * 100 + date.getDate();
});

export function dayName(at, now) {
  if (dayOf(at) === dayOf(now)) return "Today";
  if (dayOf(at) === dayOf(now - 86400000)) return "Yesterday";
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(at);
}

/** The time, with the day if it is not today. */
export const moment = (at, now) => (dayOf(at) === dayOf(now) ? clock(at) : `${short.format(at)}, ${clock(at)}`);
