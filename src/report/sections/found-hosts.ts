import type { Event } from "../../journal/event.ts";
import { formatCount, formatTime } from "../format.ts";
import { type Block, code, details, list, md, paragraph } from "../markdown.ts";
import { sayHost } from "../say-host.ts";
import { bodiesOf, type PhaseStory } from "../story.ts";

/** What is read at a glance stands open: it is what is approved. */
const unfolded = 20;

/** The hosts that the round is fixed to: what an approval of a later phase covers, by name. */
export function foundBlocks({ id, round }: PhaseStory, events: readonly Event[]): Block[] {
  const found = bodiesOf(
    events.filter((event) => event.round === round),
    "hosts-found",
  );
  const own = found.filter(({ event }) => event.place.phase === id);
  // The first holds for the round; a way back may have searched by itself.
  const shown = own.length > 0 ? own.slice(0, 1) : found.slice(0, 1);
  return shown.flatMap(({ at, body }) => [
    paragraph(
      `### Hosts from search`,
      "",
      `Found at ${formatTime(at)} on ${md(body.server, 300)}; the phases of this round act on these.`,
    ),
    ...body.roles.flatMap(({ role, search, hosts }) => {
      const title = `${md(role, 80)}: ${formatCount(hosts.length, "host")} by ${md(search.query, 300)}`;
      const named = list(
        hosts.map(({ name, ...way }) => `${code(name, 80)} ${md(sayHost(way), 300)}`),
      );
      return hosts.length > unfolded ? [details(title, named)] : [paragraph(title), named];
    }),
  ]);
}
