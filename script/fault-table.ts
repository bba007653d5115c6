import { faults } from "../worlds/faults/index.ts";
import { provenInReal } from "../worlds/faults/proven.ts";

const introduction = `# Faults

What can go wrong in a rehearsal on purpose, and what must come of it. This page is written from the
list of faults (\`worlds/faults/\`) by \`script/generate.ts\`; every fault on it is a test (\`test/faults/\`)
that fails when the end is not reached. Every run of the tests plays at least one of each kind;
\`FAULTS=all script/test test/faults\` plays them all.

\`\`\`
script/rehearse --yes --fault NAME                 # injects one, then goes on as a person would
script/rehearse --yes --fault NAME --world real    # the same on OpenSSH, Erlang, PostgreSQL, Redis and sqitch
script/rehearse --list-faults
\`\`\`

Each is played in a world of its own. "The chain completes" means that the phase is run again as a person
would, every change was made exactly once (counted on the far side: calls that mover got, changes that
sqitch deployed, rows in SQL, flags in Redis), the data are those of an undisturbed run, and the journal
is whole, with nothing in flight and the lease given back.
`;

/** The page about faults: a row for each, so that it cannot promise what no test proves. */
export function faultPage(): string {
  const rows = faults.map(
    ({ name, title, end }) =>
      `| \`${name}\` | ${sentence(title)} | ${sentence(end)} | embedded${provenInReal.has(name) ? ", real" : ""} |`,
  );
  const head = ["| Fault | What is done | Required end | Proven in |", "| --- | --- | --- | --- |"];
  return `${introduction}\n${[...head, ...rows].join("\n")}\n`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
