const minute = 60;
const hour = 3600;
const day = 86_400;

/** A length of time as people say it, because `125` makes a reader calculate: `2 min 05 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return pair(whole, minute, "min", 1, "s");
  if (whole < day) return pair(whole, hour, "h", minute, "min");
  return pair(whole, day, "d", hour, "h");
}

function pair(
  seconds: number,
  big: number,
  bigUnit: string,
  small: number,
  smallUnit: string,
): string {
  const rest = Math.floor((seconds % big) / small);
  return `${Math.floor(seconds / big)} ${bigUnit} ${String(rest).padStart(2, "0")} ${smallUnit}`;
}

/** A number with thousands separators, because counts of objects have many digits: `12,345`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const [whole = "", fraction] = String(Math.round(value * 100) / 100).split(".");
  const grouped = whole.replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A rate that stays short: whole objects a second from ten on, one digit below. */
export function formatRate(perSecond: number): string {
  const digits = perSecond >= 10 ? 0 : 1;
  return `${formatNumber(Number(perSecond.toFixed(digits)))}/s`;
}

/** A share in whole percent that says 100 only when nothing is left. */
export function formatPercent(part: number, whole: number): string {
  if (whole <= 0) return "–";
  return `${Math.floor((part / whole) * 100)}%`;
}

/** An instant in UTC to the second, because its readers sit in several time zones. */
export function formatInstant(at: string | Date): string {
  const iso = isoOf(at);
  return iso === undefined ? "–" : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** Only the time of an instant, for lists within one phase. */
export function formatTime(at: string | Date): string {
  return isoOf(at)?.slice(11, 19) ?? "–";
}

/** Seconds between two instants, never negative: a runner's clock may be set back. */
export function secondsBetween(from: string | Date, to: string | Date): number {
  const seconds = (new Date(to).getTime() - new Date(from).getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

/** A count with its noun: `1 host`, `2 hosts`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

function isoOf(at: string | Date): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
