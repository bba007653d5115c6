/** What a Chef server allows a request's time to differ from its own. */
const allowedSkewSeconds = 15 * 60;

/** A server refuses times far from its own, and says no more than that it does not know who asks: its clock tells. */
export function clockSkew(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): string | undefined {
  const theirs = Date.parse(String(headers["date"] ?? ""));
  const ahead = Math.round((now.getTime() - theirs) / 1000);
  if (!(Math.abs(ahead) > allowedSkewSeconds)) return undefined;
  return `this runner's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server's, which allows ${allowedSkewSeconds} s`;
}
