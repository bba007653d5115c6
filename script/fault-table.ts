import { everyRunPlaysIn, type Fault } from "../worlds/faults/fault.ts";
import { faults } from "../worlds/faults/index.ts";

const introduction = `# Faults

What can go wrong in a rehearsal on purpose, and what must come of it. This page is written from the
list of faults (\`worlds/faults/\`) by \`script/generate.ts\`; every fault on it is a test (\`test/faults/\`)
that fails when the end is not reached, in the embedded world and in the real one (some only where the
stand-in of mover can be told to misbehave). Every run of the tests
plays most of them once: in the real world where the cause lies in a part that is real there, and in the
embedded one otherwise. \`FAULTS=all script/test test/faults\` plays all of them in both; so does the workflow
*Every fault* each night, also those that every run leaves out for its time (\`worlds/faults/left-to-all.ts\`).

\`\`\`
script/rehearse --yes --fault NAME                 # injects one, then goes on as a person would
script/rehearse --yes --fault NAME --world real    # the same on OpenSSH, Erlang, PostgreSQL, Redis and sqitch
script/rehearse --list-faults
\`\`\`

Each is played in a world of its own. "The chain completes" means that the phase is run again as a person
would, every change was made exactly once (counted on the far side: calls that mover got, changes that
sqitch deployed, rows in SQL, flags in Redis), the data are those of an undisturbed run, and the journal
is whole, with nothing in flight and the lease given back. The tests run the phases before a fault once, and
begin each play with a copy of the world that they left; \`script/rehearse\` runs every phase itself. In the
last column the world of every run is printed bold.
`;

/** The page about faults: a row for each, so that it cannot promise what no test proves. */
export function faultPage(): string {
  const rows = faults.map(
    (fault) =>
      `| \`${fault.name}\` | ${fault.cause} | ${sentence(fault.title)} | ${sentence(fault.end)} | ${worlds(fault)} |`,
  );
  const head = [
    "| Fault | Its cause | What is done | Required end | Proven in |",
    "| --- | --- | --- | --- | --- |",
  ];
  return `${introduction}\n${[...head, ...rows].join("\n")}\n`;
}

/** The one of every run first. */
function worlds(fault: Fault): string {
  if (fault.only !== undefined)
    return everyRunPlaysIn(fault) === undefined ? fault.only : `**${fault.only}**`;
  switch (everyRunPlaysIn(fault)) {
    case "real":
      return "**real**, embedded";
    case "embedded":
      return "**embedded**, real";
    case undefined:
      return "embedded, real";
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
