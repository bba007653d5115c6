// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { a as startGroup, i as setSecret, n as setFailed, r as setOutput, t as endGroup } from "./lib/actions-core.js";
import { $ as exitCodeOf, B as page, E as prepare, F as sayStanding, G as formatCount, H as pre, I as code, J as formatNumber, K as formatDuration, L as details, N as headlineOf, P as isGood, Q as nextOf, R as list, S as writeLine, T as sumDowntime, U as table, V as paragraph, W as titled, X as formatTime, Y as formatRate, Z as secondsBetween, a as bodiesOf, et as maskedValues, f as runResolution, i as createLog, it as errorText, l as groupBy, m as runPhase, n as planMarkdown, nt as parseSecrets, o as tellPhase, q as formatInstant, r as planText, rt as parseVars, s as explainFailure, t as untilSignalled, tt as safeLines, w as addToDowntime, x as sha256, z as md } from "./lib/engine.js";
import { t as require_dist } from "./lib/yaml.js";
import { isDeepStrictEqual } from "node:util";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";

// src/action/inputs.ts
/** Every input of the action. action.yml is held against this list, both ways. */
const inputDefinitions = {
	phase: {
		description: "Phase to execute, by its id in the runbook; `plan` shows the whole plan and `resolve` records a ruling.",
		required: true
	},
	environment: {
		description: "Environment to act on; must be the one that the inventory names.",
		required: true
	},
	runbook: {
		description: "Runbook file.",
		default: "runbooks/org-migration/runbook.yml"
	},
	inventory: { description: "Inventory file. Empty: inventory/<environment>.yml." },
	vars: { description: "Variables that override the inventory's and the runbook's, as a YAML or JSON map." },
	"plan-digest": { description: "Digest of the approved plan; the phase is refused when its own plan differs." },
	"ssh-private-key": { description: "Private key (OpenSSH or PEM) that opens the hosts. Empty: the SSH agent's keys." },
	"ssh-passphrase": { description: "Passphrase of ssh-private-key." },
	"known-hosts": { description: "Host keys in the format of known_hosts. A host without one is never connected to." },
	"github-token": {
		description: "Token that reads the environment's protection and earlier runs.",
		default: "${{ github.token }}"
	},
	"dry-run": {
		description: "true: check every step and change nothing.",
		default: "false"
	},
	"accept-data-loss": { description: "Number of rows that a rollback or reset may lose. Empty: none." },
	"keep-503": {
		description: "true: a rollback leaves writes answering 503.",
		default: "false"
	},
	secrets: { description: "Secrets that the runbook declares, as a YAML or JSON map of name to value." },
	step: { description: "Step that a ruling is about (phase resolve)." },
	ruling: { description: "What a person found out about that step: done or not-done (phase resolve)." },
	reason: { description: "Why: kept in the journal with a ruling, a takeover or a rollback." }
};
/** The names in the order of the contract. */
const inputNames = Object.keys(inputDefinitions);

// src/action/read-inputs.ts
/** Inputs that nothing can be done with; says every problem at once. */
var InputError = class extends Error {
	name = "InputError";
	problems;
	constructor(problems) {
		super(problems.map((problem) => `Input ${problem}`).join("\n"));
		this.problems = problems;
	}
};
/** Reads the action's inputs as the runner hands them over. Secrets are masked before anything can fail. */
function readInputs(env, mask = setSecret) {
	const read = new Reader(env);
	const secrets = read.parsed("secrets", parseSecrets);
	const masked = maskedValues([...read.sensitive(), ...Object.values(secrets)]);
	for (const value of masked) mask(value);
	const inputs = readAll(read, secrets, masked);
	if (read.problems.length > 0) throw new InputError(read.problems);
	return inputs;
}
function readAll(read, secrets, masked) {
	read.refuseUnknown();
	const environment = read.environment();
	return {
		phase: read.required("phase"),
		environment,
		runbook: read.required("runbook"),
		inventory: read.text("inventory") ?? `inventory/${environment}.yml`,
		vars: read.parsed("vars", parseVars),
		dryRun: read.boolean("dry-run"),
		keep503: read.boolean("keep-503"),
		secrets,
		masked,
		...present({
			planDigest: read.text("plan-digest"),
			sshPrivateKey: read.privateKey(),
			sshPassphrase: read.verbatim("ssh-passphrase"),
			knownHosts: read.text("known-hosts"),
			githubToken: read.text("github-token"),
			acceptDataLoss: read.count("accept-data-loss"),
			step: read.text("step"),
			ruling: read.oneOf("ruling", ["done", "not-done"]),
			reason: read.text("reason")
		})
	};
}
/** Drops the keys that have no value, so that absent means absent. */
function present(values) {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== void 0));
}
/** Reads single inputs and collects what is wrong with them. */
var Reader = class {
	problems = [];
	#env;
	constructor(env) {
		this.#env = env;
	}
	text(name) {
		const definition = inputDefinitions[name];
		const fallback = definition.default?.startsWith("${{") ? void 0 : definition.default;
		return this.#raw(name)?.trim() || fallback;
	}
	/** A passphrase may begin or end with blanks; only a line break pasted along is dropped. */
	verbatim(name) {
		return this.#raw(name)?.replace(/[\r\n]+$/, "") || void 0;
	}
	/** Texts that are secret as they stand; the map of secrets also as a whole, should it be malformed. */
	sensitive() {
		return [
			"ssh-private-key",
			"ssh-passphrase",
			"github-token",
			"secrets"
		].map((name) => this.verbatim(name)).filter((value) => value !== void 0);
	}
	required(name) {
		const value = this.text(name);
		if (value === void 0) this.#wrong(name, "is required and is empty");
		return value ?? "";
	}
	environment() {
		const value = this.required("environment");
		if (value !== "" && !/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(value)) this.#wrong("environment", "may hold letters, digits, blanks, dots, dashes and underscores only");
		return value;
	}
	boolean(name) {
		return this.oneOf(name, ["true", "false"]) === "true";
	}
	oneOf(name, words) {
		const value = this.text(name);
		const word = words.find((candidate) => candidate === value);
		if (value !== void 0 && word === void 0) this.#wrong(name, `must be ${words.join(" or ")}, not ${JSON.stringify(value)}`);
		return word;
	}
	count(name) {
		const value = this.text(name);
		if (value === void 0) return void 0;
		if (/^\d{1,15}$/.test(value)) return Number(value);
		this.#wrong(name, `must be a whole number of rows, 0 or more, not ${JSON.stringify(value)}`);
	}
	/** OpenSSH and PEM readers want line feeds, and one at the end. */
	privateKey() {
		const value = this.text("ssh-private-key");
		return value === void 0 ? void 0 : `${value.replaceAll(/\r\n?/g, "\n")}\n`;
	}
	/** What a parser makes of an input; its complaints join the others. */
	parsed(name, parse) {
		const text = this.text(name);
		try {
			return text === void 0 ? {} : parse(text);
		} catch (error) {
			const message = errorText(error);
			this.#wrong(name, message.replaceAll(`input ${name}:`, "").trim());
			return {};
		}
	}
	/** A misspelled `dry-run` must not become a real run. */
	refuseUnknown() {
		const known = new Set(inputNames.map(variableOf));
		const unknown = Object.keys(this.#env).filter((key) => key.startsWith("INPUT_") && !known.has(key));
		for (const key of unknown.filter((name) => this.#env[name]?.trim())) {
			const name = key.slice(6).toLowerCase();
			this.problems.push(`${name}: there is no such input. Inputs: ${inputNames.join(", ")}`);
		}
	}
	#raw(name) {
		return this.#env[variableOf(name)];
	}
	#wrong(name, problem) {
		this.problems.push(`${name}: ${problem}`);
	}
};
function variableOf(name) {
	return `INPUT_${name.toUpperCase()}`;
}

// src/report/short-summary.ts
/** The page of what has no phase's events to tell: a refusal before anything started, or a ruling. */
function shortSummary(outcome, sentence, next) {
	const lines = sentence.split("\n").map((line) => md(line, 2e3));
	const onward = next === "" ? [] : ["", `**Next:** ${md(next, 1e3)}`];
	return [
		`## ${headlineOf(outcome)}`,
		"",
		lines.join("  \n"),
		...onward,
		""
	].join("\n");
}

// src/action/log.ts
/** Where the live log of a job goes: the runner's log and its folds. Takes finished, safe lines only. */
const runnerLog = {
	write: (line) => void process.stdout.write(`${line}\n`),
	groups: {
		start: startGroup,
		end: endGroup
	}
};
/** Marks the job as failed with one annotation that says what, where and what next; GitHub keeps 4,096 characters. */
function failJob(message, secrets, annotate = setFailed) {
	annotate(safeLines(message, { secrets }).join("\n").slice(0, 4e3).toWellFormed());
}

// src/action/outputs.ts
/** Hands the outputs to the runner. Called before anything is thrown, so that a failed phase has them too. */
function writeOutputs(outputs, write = setOutput) {
	for (const [name, value] of Object.entries(outputs)) if (value !== void 0) write(name, String(value));
}

// src/action/summary.ts
/** Appends finished Markdown to the job summary; a terminal has none and nothing happens there. */
async function writeSummary(markdown, env) {
	const file = env["GITHUB_STEP_SUMMARY"];
	if (file) await appendFile(file, `${capMarkdown(markdown, 1048575)}\n`);
}
/** Cuts Markdown at a line, closes what the cut left open and says that the rest is in the artifact. */
function capMarkdown(markdown, maxBytes) {
	if (Buffer.byteLength(markdown) <= maxBytes) return markdown;
	const note = "**This summary is too long for GitHub and was cut here. The whole of it is in the run's artifacts.**";
	const kept = [];
	let bytes = Buffer.byteLength(note) + 1024;
	for (const line of markdown.split("\n")) {
		bytes += Buffer.byteLength(line) + 1 + closingCost(line);
		if (bytes > maxBytes) break;
		kept.push(line);
	}
	return [
		...kept,
		...closing(kept),
		"",
		note
	].join("\n");
}
/** Room for the tag that will close this line's `<details>`, should the cut come inside it. */
function closingCost(line) {
	return count(line, "<details") * 11;
}
function closing(lines) {
	const open = [];
	let fence;
	let details = 0;
	for (const line of lines) {
		const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
		if (fence === void 0) {
			fence = mark;
			details += count(line, "<details") - count(line, "</details");
		} else if (mark?.startsWith(fence) && line.trim() === mark) fence = void 0;
	}
	if (fence !== void 0) open.push(fence);
	return [...open, ...Array(Math.max(0, details)).fill("</details>")];
}
function count(line, part) {
	return line.split(part).length - 1;
}

// src/action/end-job.ts
/** Sets the job's status from an outcome; only the good ones leave no annotation. */
function endJob({ outcome, message }, secrets) {
	const status = exitCodeOf(outcome);
	if (status !== 0) failJob(message, secrets);
	return status;
}
/** Ends a job that could not even begin: nothing was changed, and the summary says why. */
async function refuseJob(cause, env) {
	const message = errorText(cause);
	const next = nextOf(cause) ?? "correct what it names and dispatch again; nothing was changed";
	await writeSummary(shortSummary("refused", message, next), env).catch(() => void 0);
	writeOutputs({ outcome: "refused" });
	failJob(`${message}\nNext: ${next}`, []);
	return exitCodeOf("refused");
}

// src/report/outputs.ts
/** Reads a phase's outputs from the latest round; a clock that runs is read at the last event. */
function outputsOf(events, phase) {
	const last = events.at(-1);
	const round = events.filter((event) => event.round === last?.round);
	const intervals = [];
	let outcome;
	let unknownFailures;
	for (const event of round) {
		const { body, place } = event;
		addToDowntime(intervals, event);
		if (body.type === "phase-started" && place.phase === phase) outcome = void 0;
		if (body.type === "phase-ended" && place.phase === phase) outcome = body.outcome;
		if (body.type === "verdict") unknownFailures = countUnknown(body.failures);
	}
	const downtime = sumDowntime(intervals, new Date(last?.at ?? 0));
	return {
		...outcome === void 0 ? {} : { outcome },
		...downtime.startedAt === void 0 ? {} : { "downtime-seconds": Math.round(downtime.seconds) },
		...unknownFailures === void 0 ? {} : { "unknown-failures": unknownFailures }
	};
}
/** Failures that the baseline does not cover: of a class that it does not have, or more than it allows. */
function countUnknown(rows) {
	return rows.reduce((sum, { known, count, allowed, uncovered }) => sum + (uncovered ?? (known ? Math.max(0, count - allowed) : count)), 0);
}

// src/report/mask.ts
/** The events with every secret masked, before anything is escaped: an escaped secret would no longer be found. */
function maskEvents(events, secrets) {
	const values = maskedValues(secrets);
	if (values.length === 0) return events;
	return events.map((event) => ({
		...event,
		body: masked(event.body, values)
	}));
}
const kept = /* @__PURE__ */ new Set([
	"type",
	"kind",
	"outcome",
	"state",
	"action",
	"ruling"
]);
function masked(value, secrets) {
	if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
	if (Array.isArray(value)) return value.map((item) => masked(item, secrets));
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value).map(([key, item]) => [key, kept.has(key) ? item : masked(item, secrets)]);
	return Object.fromEntries(entries);
}

// src/report/observed.ts
/** All observations of one kind, in the journal's order. */
function seen(events, kind) {
	return events.flatMap(({ at, place, body }) => body.type === "observed" && body.observation.kind === kind ? [{
		at,
		step: place.step ?? "",
		host: place.host,
		attempt: place.attempt ?? 1,
		what: body.observation
	}] : []);
}
/** The same, step by step. */
function seenByStep(events, kind) {
	return groupBy(seen(events, kind), ({ step }) => step);
}

// src/report/baseline.ts
/** The known failures with which a round was opened; undefined in journals of before they were kept. */
function openedBaseline(round) {
	return bodiesOf(round, "round-opened")[0]?.body.baseline;
}
/** Those that count at the end of these events: a later commit within the round may have changed them. */
function presentBaseline(round) {
	return seen(round, "baseline").at(-1)?.what.entries ?? openedBaseline(round);
}
const keys = [
	"allowed",
	"reasons",
	"why",
	"seen",
	"expires",
	"acceptedBy"
];
/** The difference between two baselines, entry by entry. */
function changedEntries(before, after) {
	return [...new Set([...before, ...after].map((entry) => entry.class))].flatMap((name) => {
		const [old, now] = [before, after].map((all) => all.find((entry) => entry.class === name));
		if (isDeepStrictEqual(old, now)) return [];
		return [{
			class: name,
			change: old === void 0 ? "new" : now === void 0 ? "removed" : "changed",
			lines: keys.filter((key) => !isDeepStrictEqual(old?.[key], now?.[key])).flatMap((key) => [...sayKey("-", key, old), ...sayKey("+", key, now)])
		}];
	});
}
function sayKey(mark, key, entry) {
	const value = entry?.[key];
	if (value === void 0) return [];
	return [`${mark} ${key === "acceptedBy" ? "accepted-by" : key}: ${typeof value === "string" ? value : value.join(", ")}`];
}

// src/report/proposed-baseline.ts
var import_dist = require_dist();
/** Where a person has to write: a loader refuses it as it stands, so that nobody accepts what nobody looked at. */
const why = "TODO: why every one of these is benign, after looking at each in failures.json";
const acceptedBy = "TODO: who looked at them and answers for them";
/** Reasons that an entry may list; with more of them a pattern has to be found by a person. */
const reasonsListed = 20;
/** Proposes a baseline of the latest verdict of a round; undefined when there is none. */
function proposeBaseline(round) {
	const verdict = bodiesOf(round, "verdict").at(-1);
	if (verdict === void 0) return void 0;
	const present = presentBaseline(round) ?? [];
	const occur = verdict.body.failures.filter(({ count }) => count > 0);
	const looked = sayWhere(verdict.event);
	return {
		present,
		entries: occur.filter((row) => row.class !== unclassified).map((row) => entryFor(row, present, looked)),
		notes: occur.flatMap(noteFor)
	};
}
/** The class of what no failure rule recognises; a rule is wanted for it, not an entry. */
const unclassified = "unclassified";
function sayWhere({ environment, at, actor }) {
	return `${environment} on ${at.slice(0, 10)}, run ${actor.url === "" ? actor.run : actor.url}`;
}
/** An entry that covers its failures stays as it is; any other one waits for a person. */
function entryFor(row, present, seen) {
	const known = present.find((entry) => entry.class === row.class);
	if (known !== void 0 && row.problem === void 0) return known;
	const reasons = reasonsFor(row);
	return {
		class: row.class,
		...reasons === void 0 ? {} : { reasons },
		why,
		seen,
		allowed: String(row.count),
		acceptedBy
	};
}
/** The reasons, each as a pattern of exactly itself; undefined where some failures have none, or too many have their own. */
function reasonsFor({ reasons = {}, count }) {
	const names = Object.keys(reasons);
	const counted = Object.values(reasons).reduce((sum, many) => sum + many, 0);
	if (names.includes("") || names.length === 0 || names.length > reasonsListed || counted < count) return void 0;
	return names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).toSorted();
}
function noteFor(row) {
	if (row.class === unclassified) return [`${row.count} errors fit no failure rule and are not proposed: write a rule for them`];
	if (reasonsFor(row) === void 0 && row.problem !== void 0 && row.reasons !== void 0) return [`${row.class}: no reasons are listed, since none or too many different ones were read`];
	return [];
}
/** The proposal as the file that it wants to become. */
function proposedYaml({ entries, notes }) {
	const head = [
		"Known failures, proposed from a verdict. Look at the objects of each class in failures.json,",
		"write why they are benign and who accepts them, and put it in the place of the present file",
		"by a reviewed change. It is refused as long as TODO stands in it.",
		...notes
	];
	const body = entries.map(({ acceptedBy: by, allowed, ...entry }) => ({
		...entry,
		allowed: allowed.endsWith("%") ? allowed : Number(allowed),
		...by === void 0 ? {} : { "accepted-by": by }
	}));
	return `${head.map((line) => `# ${line.replaceAll(/\s+/g, " ")}\n`).join("")}${(0, import_dist.stringify)(body, { lineWidth: 0 })}`;
}

// src/report/sections/baseline.ts
const entriesShown = 100;
/** What an approver did not see when the round was opened: known failures that count differently now. */
function changedBaselineBlocks(events) {
	const round = latestRound(events);
	const opened = openedBaseline(round);
	const present = presentBaseline(round);
	if (opened === void 0 || present === void 0) return [];
	const changes = changedEntries(opened, present);
	if (changes.length === 0) return [];
	return [paragraph("### The baseline changed", "", "Known failures are not those with which this round was opened:"), ...changes.slice(0, entriesShown).flatMap(changeBlocks)];
}
/** What would have to change for the failures of this phase's verdict to be known; folded, since it is only a proposal. */
function proposedBaselineBlocks(story, events) {
	if (bodiesOf(story.allEvents, "verdict").length === 0) return [];
	const proposed = proposeBaseline(latestRound(events));
	if (proposed === void 0) return [];
	const changes = changedEntries(proposed.present, proposed.entries);
	if (changes.length + proposed.notes.length === 0) return [];
	const lines = changes.flatMap(({ class: name, change, lines: more }) => [`${name} (${change === "removed" ? "does not occur any more" : change})`, ...more.map((line) => `  ${line}`)]);
	return [details("A proposed baseline, beside the present one: known-failures.proposed.yml in the artifact", pre([...proposed.notes, ...lines]))];
}
function changeBlocks({ class: name, change, lines }) {
	return [list([`**${md(name, 100)}**: ${change}`]), pre(lines)];
}
function latestRound(events) {
	const last = events.at(-1);
	return events.filter(({ round }) => round === last?.round);
}

// src/report/sections/clock.ts
/** Whether writes are refused right now, and for how long in all; nothing before it ever started. */
function clockBlocks({ downtime }) {
	const { startedAt, endedAt, seconds, running, title } = downtime;
	if (startedAt === void 0) return [];
	const total = formatDuration(seconds);
	const sentence = running ? `⏱ **Downtime is running**: ${total} so far, since ${formatInstant(startedAt)} (${md(title, 120)}).` : `⏱ **Downtime is over**: ${total} in all, from ${formatInstant(startedAt)} to ${formatInstant(endedAt ?? "")}.`;
	return [paragraph(sentence)];
}

// src/report/sections/failure.ts
/** What went wrong, where, what was last seen, what is done and not, and what to do: everything in one place. */
function failureBlocks(story) {
	const failure = explainFailure(story);
	if (failure === void 0) return [];
	const facts = [
		`**What:** ${md(failure.what, 2e3)}`,
		...failure.where.length === 0 ? [] : [`**Where:** ${failure.where.slice(0, 20).map((place) => md(place, 500)).join("; ")}`],
		...failure.known.slice(0, 20).map((fact) => `**Known:** ${md(fact, 500)}`)
	];
	const state = [
		`**Done:** ${sayTitles(failure.done)}`,
		`**Not done:** ${sayTitles(failure.notDone)}`,
		`**Next:** ${md(failure.next, 2e3)}`
	];
	return [
		paragraph(`### ${md(failure.title)}`),
		list([...facts, ...state]),
		...failure.lastLines.length === 0 ? [] : [titled("Last output:", pre(failure.lastLines.slice(-30)))],
		...failure.ask.length === 0 ? [] : [titled("The step, with the check that would tell:", pre(failure.ask.slice(0, 40)))],
		...failure.tells.length === 0 ? [] : [titled("These tell, and change nothing:", pre(failure.tells.slice(0, 80), 4e3))],
		...failure.rule.length === 0 ? [] : [titled("If a re-run cannot tell either, a person rules:", pre(failure.rule))]
	];
}
function sayTitles(titles) {
	if (titles.length === 0) return "nothing";
	const shown = titles.slice(0, 40).map((title) => md(title, 120)).join(" · ");
	return titles.length > 40 ? `${shown} · and ${titles.length - 40} more` : shown;
}

// src/report/sections/failures.ts
const foldsShown = 60;
/** Failures by class against what the baseline allows; samples are folded away, because they are long. */
function failureTable(rows) {
	if (rows.length === 0) return [];
	const body = rows.map((row) => [
		code(row.class, 100),
		formatNumber(row.count),
		sayAllowed(row),
		sayRow(row),
		sayReasons(new Map(Object.entries(row.reasons ?? {}).filter(([reason]) => reason !== ""))),
		md(row.why, 200)
	]);
	return [titled("**Failures by class, against the baseline**", table([
		"Class",
		"Count",
		"Allowed",
		"Verdict",
		"Reasons",
		"Why"
	], body)), ...sampleBlocks(rows.map((row) => [
		row.class,
		row.count,
		row.samples
	]))];
}
function sayAllowed({ known, allowed, allowance }) {
	if (!known) return "–";
	const number = formatNumber(allowed);
	return allowance === void 0 ? number : `${number} (${md(allowance, 60)})`;
}
function sayRow({ known, count, allowed, uncovered = 0, problem = "" }) {
	if (count === 0) return "➖ did not occur";
	if (!known) return "⛔ not known";
	if (problem.includes(" expired on ")) return "⛔ expired";
	if (count > allowed) return "⛔ over";
	return uncovered > 0 ? "⛔ another reason" : "✅ allowed";
}
/** Failures as the log told them, while no verdict of this phase has judged them yet. */
function loggedFailureBlocks(story) {
	if (bodiesOf(story.allEvents, "verdict").length > 0) return [];
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	const blocks = [...seenByStep(story.allEvents, "failures")].flatMap(([step, all]) => loggedInStep(titles.get(step) ?? step, all));
	return blocks.length === 0 ? [] : [paragraph("### Failures in the log"), ...blocks];
}
function loggedInStep(title, all) {
	const tallies = tally(all);
	const unclassified = all.reduce((sum, { what }) => sum + what.unclassified, 0);
	const rows = [...tallies].map(([name, { count, reasons }]) => [
		code(name, 100),
		formatNumber(count),
		sayReasons(reasons)
	]);
	if (unclassified > 0) rows.push([
		"⛔ in no class",
		formatNumber(unclassified),
		"no rule knows these lines"
	]);
	const attempts = new Set(all.map(({ attempt }) => attempt)).size;
	const again = attempts > 1 ? ` over ${attempts} attempts; what failed again is counted again` : "";
	const heading = `**${md(title, 120)}**${again}`;
	if (rows.length === 0) return [paragraph(`${heading}: none`)];
	const unknown = all.flatMap(({ what }) => what.samples);
	return [titled(heading, table([
		"Class",
		"Count",
		"Reasons"
	], rows)), ...sampleBlocks([...[...tallies].map(([name, { count, samples }]) => [
		name,
		count,
		samples
	]), [
		"in no class",
		unclassified,
		unknown
	]])];
}
function tally(all) {
	const tallies = /* @__PURE__ */ new Map();
	for (const { what } of all) for (const [name, found] of Object.entries(what.classes)) {
		const into = tallies.get(name) ?? {
			count: 0,
			reasons: /* @__PURE__ */ new Map(),
			samples: []
		};
		tallies.set(name, into);
		into.count += found.count;
		into.samples.push(...found.samples.slice(0, 5));
		for (const [reason, count] of Object.entries(found.reasons)) into.reasons.set(reason, (into.reasons.get(reason) ?? 0) + count);
	}
	return tallies;
}
function sayReasons(reasons) {
	return [...reasons].sort(([, a], [, b]) => b - a).slice(0, 3).map(([reason, count]) => `${md(reason, 100)} ×${formatNumber(count)}`).join(", ") || "–";
}
function sampleBlocks(all) {
	return all.filter(([, , samples]) => samples.length > 0).slice(0, foldsShown).map(([name, count, samples]) => details(`${md(name, 100)}: ${samples.length} of ${formatNumber(count)} as the log has them`, pre(samples.slice(0, 20))));
}

// src/report/sections/losses.ts
/** What a rollback loses, or a reset deletes, per table; counted again it is shown again, since it may have grown. */
function lossBlocks(story) {
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	const blocks = seen(story.events, "loss").filter(({ what }) => what.total > 0).slice(-10).map(({ step, what }) => {
		const rows = Object.entries(what.tables).map(([name, { inserted, updated, deleted }]) => [
			md(name, 80),
			formatNumber(inserted),
			formatNumber(updated),
			formatNumber(deleted)
		]);
		const enough = what.accepted >= what.total ? "✅" : "⛔";
		const heading = `**${md(titles.get(step) ?? step, 120)}**: ${formatNumber(what.total)} changes would be lost, ${formatNumber(what.accepted)} accepted ${enough}`;
		return titled(heading, table([
			"Table",
			"Inserted",
			"Updated",
			"Deleted"
		], rows));
	});
	return blocks.length === 0 ? [] : [paragraph("### What is lost"), ...blocks];
}
/** The numbers that a later rollback counts against. */
function snapshotBlocks(story) {
	const blocks = [...groupBy(seen(story.allEvents, "snapshot"), ({ what }) => what.name)].map(([name, all]) => {
		const rows = Object.entries(all.at(-1)?.what.tables ?? {}).map(([table_, rowsOf]) => [md(table_, 80), formatNumber(rowsOf)]);
		return titled(`**${md(name, 100)}**`, table(["Table", "Rows"], rows));
	});
	return blocks.length === 0 ? [] : [paragraph("### Snapshot"), ...blocks];
}

// src/report/sections/migrations.ts
/** How many objects each migration moved and how fast, from its own progress and the time it took. */
function migrationBlocks(story) {
	const titles = new Map(story.steps.map((step) => [step.id, step]));
	const rows = [...seenByStep(story.allEvents, "progress")].map(([step, all]) => {
		const { done, total, seconds } = measure(all, story.allEvents);
		return [
			md(titles.get(step)?.title ?? step, 120),
			sayStanding(titles.get(step)?.standing ?? "not-reached"),
			total === void 0 ? formatNumber(done) : `${formatNumber(done)} of ${formatNumber(total)}`,
			seconds > 0 ? formatDuration(seconds) : "–",
			seconds > 0 ? formatRate(done / seconds) : "–"
		];
	});
	return rows.length === 0 ? [] : [paragraph("### Progress made"), table([
		"Step",
		"Outcome",
		"Objects",
		"Took",
		"Rate"
	], rows)];
}
/** The last attempt that did something: from its start (or its first progress) to its last progress. */
function measure(all, events) {
	const last = all.at(-1);
	const attempt = all.filter((one) => one.attempt === last?.attempt);
	const total = attempt.findLast(({ what }) => what.total !== void 0)?.what.total;
	const from = events.findLast(({ place, body, at }) => body.type === "step-intended" && place.step === last?.step && at <= (attempt[0]?.at ?? ""))?.at ?? attempt[0]?.at;
	const seconds = from === void 0 || last === void 0 ? 0 : secondsBetween(from, last.at);
	return {
		done: last?.what.done ?? 0,
		total,
		seconds
	};
}

// src/report/sections/notes.ts
/** What happened beside the steps: notes, a round or lease taken over, a person's ruling, a repaired journal. */
function noteBlocks(story) {
	const { allEvents } = story;
	const seized = bodiesOf(story.events, "lease").filter(({ body }) => body.action === "seized");
	const items = [
		...seen(story.events, "note").map(({ at, what }) => [at, md(what.text, 500)]),
		...seized.map(({ at, body }) => [at, `the lease was seized: ${md(body.detail, 500)}`]),
		...bodiesOf(allEvents, "ruling").map(({ at, event, body }) => [at, `${md(body.by, 80)} ruled ${md(event.place.step ?? "", 80)} **${body.ruling}**: ${md(body.reason, 500)}`]),
		...bodiesOf(allEvents, "round-taken-over").map(({ at, body }) => [at, `the round was taken over from ${md(body.from, 100)}: ${md(body.reason, 500)}`]),
		...bodiesOf(allEvents, "round-closed").map(({ at, body }) => [at, `the round was closed by ${md(body.by, 80)}: ${md(body.state, 500)}`]),
		...bodiesOf(allEvents, "repaired").map(({ at, body }) => [at, `repaired: ${md(body.detail, 500)}`])
	];
	const sorted = items.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
	return items.length === 0 ? [] : [paragraph("### Notes"), list(sorted.map(([at, text]) => `${formatTime(at)} ${text}`))];
}
/** Output that a step chose to show, folded. */
function outputBlocks(story) {
	return seen(story.events, "output").slice(-40).map(({ what }) => {
		const block = what.lines.length === 0 ? paragraph("(nothing)") : pre(what.lines);
		return details(`${md(what.title, 120)} on ${md(what.host, 80)}`, block);
	});
}
/** Which life of each console this phase talked to, so that a restart can be told from a crash. */
function consoleBlocks(story) {
	const items = seen(story.events, "console").map(({ at, what }) => `${formatTime(at)} ${md(what.name, 60)} on ${md(what.host, 80)}: process ${code(what.pid, 40)}, up since ${formatInstant(/* @__PURE__ */ new Date(what.startedAt * 1e3))}`);
	return items.length === 0 ? [] : [details("Consoles", list(items))];
}

// src/report/sections/probes.ts
const columnsShown = 4;
/** What each API host answered to each request, as a matrix; one column for all hosts when they are many. */
function probeBlocks(story) {
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	const blocks = [...seenByStep(story.allEvents, "probes")].flatMap(([step, all]) => matrix(titles.get(step) ?? step, latestAnswers(all)));
	return blocks.length === 0 ? [] : [paragraph("### Probes"), ...blocks];
}
/** Probing is repeated until steady: of each request on each host only the last answer counts. */
function latestAnswers(all) {
	const latest = /* @__PURE__ */ new Map();
	for (const { what } of all) for (const answer of what.answers) latest.set(JSON.stringify([
		answer.host,
		answer.method,
		answer.path
	]), answer);
	return [...latest.values()];
}
function matrix(title, answers) {
	if (answers.length === 0) return [];
	const hosts = [...new Set(answers.map(({ host }) => host))];
	const wide = hosts.length > columnsShown;
	const columns = wide ? [formatCount(hosts.length, "host")] : hosts.map((host) => md(host, 60));
	const rows = [...groupBy(answers, ({ method, endpoint }) => `${method} ${endpoint}`)].map(([request, own]) => [md(request, 80), ...wide ? [sayAnswers(own)] : hosts.map((host) => sayAnswers(own.filter((answer) => answer.host === host)))]);
	const wrong = answers.filter(({ ok }) => !ok);
	const heading = `**${md(title, 120)}**: ${formatCount(answers.length, "answer")}, ${wrong.length === 0 ? "all as expected" : `${wrong.length} not as expected`}`;
	return [titled(heading, table(["Request", ...columns], rows)), ...wrongBlocks(wrong)];
}
function sayAnswers(answers) {
	const counts = /* @__PURE__ */ new Map();
	for (const { ok, status, expected } of answers) {
		const wanted = ok ? "" : ` (wanted ${expected.slice(0, 5).join(" or ") || "an answer"})`;
		const text = `${ok ? "✅" : "⛔"} ${status === 0 ? "no answer" : status}${wanted}`;
		counts.set(text, (counts.get(text) ?? 0) + 1);
	}
	return [...counts].slice(0, 6).map(([text, count]) => count > 1 ? `${text} ×${count}` : text).join(", ") || "–";
}
function wrongBlocks(wrong) {
	if (wrong.length === 0) return [];
	const items = wrong.slice(0, 40).map(({ host, method, path, status, expected, detail }) => {
		const why = detail === void 0 ? "" : ` (${md(detail, 200)})`;
		return `${md(host, 80)}: ${md(`${method} ${path}`, 200)} answered ${status === 0 ? "nothing" : status}, wanted ${expected.slice(0, 5).join(" or ")}${why}`;
	});
	return [list(items)];
}

// src/report/sections/readings.ts
/** Flags before and after, since they say who serves and whether writes are open; what changed between stands folded. */
function readingBlocks(story) {
	const byName = groupBy(seen(story.allEvents, "reading"), ({ what }) => what.name);
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	return [...byName.values()].flatMap((readings) => blocksOf(readings, titles));
}
function blocksOf(readings, titles) {
	const first = readings[0];
	const last = readings.at(-1);
	if (first === void 0 || last === void 0) return [];
	const names = [...new Set(readings.flatMap(({ what }) => Object.keys(what.values)))];
	const rows = names.map((name) => {
		const [before, after] = [valueOf(first, name), valueOf(last, name)];
		return [
			code(name, 80),
			md(before, 80),
			before === after ? md(after, 80) : `**${md(after, 80)}**`
		];
	});
	const changes = changesOf(readings, names, titles);
	const heading = `### ${md(first.what.title, 100)}`;
	const block = table([
		"Name",
		`Before (${formatTime(first.at)})`,
		`After (${formatTime(last.at)})`
	], rows);
	return [
		paragraph(heading),
		block,
		...changes.length === 0 ? [] : [details("Every change, in order", list(changes))]
	];
}
function changesOf(readings, names, titles) {
	const items = [];
	for (const [index, reading] of readings.entries()) {
		const before = readings[index - 1];
		if (before === void 0) continue;
		const changed = names.filter((name) => valueOf(before, name) !== valueOf(reading, name));
		if (changed.length === 0) continue;
		const what = changed.map((name) => `${code(name, 80)} ${md(valueOf(before, name), 80)} → ${md(valueOf(reading, name), 80)}`);
		items.push(`${formatTime(reading.at)} in ${md(titles.get(reading.step) ?? reading.step, 120)}: ${what.join(", ")}`);
	}
	return items;
}
function valueOf({ what }, name) {
	return what.values[name] || "(unset)";
}

// src/report/sections/reconcile.ts
/** Both sides' numbers beside each other, per comparison; a verdict's own rows stand with the verdict. */
function reconcileBlocks(story) {
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	const judged = new Set(bodiesOf(story.allEvents, "verdict").map(({ event }) => event.place.step));
	const blocks = [...seenByStep(story.allEvents, "reconciled")].flatMap(([step, all]) => {
		const rows = all.at(-1)?.what.rows ?? [];
		return judged.has(step) ? [] : comparison(`**${md(titles.get(step) ?? step, 120)}**`, rows);
	});
	return blocks.length === 0 ? [] : [paragraph("### Counts side by side"), ...blocks];
}
/** One comparison as a table; the sides are whatever was compared, in that order. */
function comparison(title, rows) {
	if (rows.length === 0) return [];
	const sides = [...new Set(rows.flatMap((row) => Object.keys(row.sides)))].slice(0, 6);
	const extra = rows.some(({ unexpected }) => unexpected > 0) ? ["Not expected"] : [];
	const body = rows.map((row) => [
		md(row.title || row.name, 80),
		...sides.map((side) => row.sides[side] === void 0 ? "–" : formatNumber(row.sides[side])),
		formatNumber(row.accounted),
		formatNumber(row.missing),
		...extra.map(() => formatNumber(row.unexpected)),
		row.ok ? "✅ yes" : "⛔ no"
	]);
	const header = [
		"What",
		...sides.map((side) => md(side, 40)),
		"Accounted for",
		"Missing",
		...extra,
		"Agrees"
	];
	return [titled(title, table(header, body)), ...remarks(rows)];
}
function remarks(rows) {
	const said = rows.filter(({ detail }) => detail !== "").map(({ name, detail }) => `${md(name, 80)}: ${md(detail, 500)}`);
	const named = rows.filter(({ samples }) => samples.length > 0).slice(0, 50).map((row) => details(`${md(row.title || row.name, 80)}: the first that are missing or not expected`, list(row.samples.slice(0, 50).map((sample) => md(sample, 200)))));
	return [...said.length === 0 ? [] : [details("How each row was judged", list(said))], ...named];
}

// src/report/sections/steps.ts
/** The table that most readers look at and nothing else: each step, how it ended, where, how long. */
function stepBlocks(story) {
	if (story.steps.length === 0) return [];
	const rows = story.steps.map((step, index) => [
		formatNumber(index + 1),
		md(step.title, 120),
		sayStanding(step.standing),
		sayHosts(step.hosts),
		step.seconds === void 0 ? "–" : formatDuration(step.seconds),
		formatNumber(step.attempt)
	]);
	return [
		paragraph("### Steps"),
		table([
			"#",
			"Step",
			"Outcome",
			"Hosts",
			"Took",
			"Attempt"
		], rows),
		...perHostBlocks(story.steps),
		...detailBlocks(story.steps)
	];
}
const hostsShown = 3;
/** A few hosts by name; of many their number, since a phone is narrow. */
function sayHosts(hosts) {
	if (hosts.length === 0) return "–";
	const names = hosts.slice(0, hostsShown).map((host) => md(host, 60)).join(", ");
	return hosts.length > hostsShown ? `${names} and ${hosts.length - hostsShown} more` : names;
}
function perHostBlocks(steps) {
	const several = steps.filter(({ perHost }) => perHost.length > 1);
	if (several.length === 0) return [];
	const rows = several.flatMap((step) => step.perHost.map(({ host, outcome, seconds, detail }) => [
		md(step.title, 120),
		md(host, 80),
		sayStanding(outcome),
		formatDuration(seconds),
		md(detail, 200)
	]));
	const block = table([
		"Step",
		"Host",
		"Outcome",
		"Took",
		"What"
	], rows);
	return several.some(({ perHost }) => perHost.some(({ outcome }) => !isGood(outcome))) ? [paragraph("### Host by host"), block] : [details("Host by host", block)];
}
function detailBlocks(steps) {
	const items = steps.filter(({ detail }) => detail !== "").map(({ title, detail }) => `**${md(title, 120)}**: ${md(detail, 500)}`);
	return items.length === 0 ? [] : [details("What each step says", list(items))];
}

// src/report/sections/traffic.ts
const classes = [
	"2xx",
	"3xx",
	"4xx",
	"5xx"
];
/** Requests that a watched log showed, per method and endpoint, with 503 named apart: it is what the mode answers. */
function trafficBlocks(story) {
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	const blocks = [...seenByStep(story.allEvents, "traffic")].flatMap(([step, all]) => {
		const last = all.at(-1);
		return last === void 0 ? [] : [watched(titles.get(step) ?? step, last)];
	});
	return blocks.length === 0 ? [] : [paragraph("### Traffic"), ...blocks];
}
function watched(title, { what }) {
	const heading = `**${md(title, 120)}**: ${formatNumber(what.total)} requests in ${formatDuration(what.seconds)} of log ${md(what.log, 60)}`;
	const byRequest = groupBy(what.rows, ({ method, endpoint }) => `${method} ${endpoint}`);
	if (byRequest.size === 0) return paragraph(heading);
	const rows = [...byRequest].sort(([, a], [, b]) => total(b) - total(a)).map(([request, own]) => [md(request, 100), ...classes.map((name) => cell(name, own))]);
	return titled(heading, table(["Request", ...classes], rows));
}
function cell(name, rows) {
	const own = rows.filter(({ status }) => status.startsWith(name.slice(0, 1)));
	const count = total(own);
	const closed = total(own.filter(({ status }) => status === "503"));
	if (count === 0) return "0";
	if (closed === count) return `${formatNumber(count)} (all 503)`;
	return closed === 0 ? formatNumber(count) : `${formatNumber(count)} (503: ${formatNumber(closed)})`;
}
function total(rows) {
	return rows.reduce((sum, { count }) => sum + count, 0);
}

// src/report/sections/verdict.ts
function sayReason(reason, next) {
	return next === void 0 ? md(reason, 500) : `${md(reason, 500)}. **Next:** ${md(next, 700)}`;
}
/** The judgement on the data, with its reasons and the numbers that it rests on; the last one counts. */
function verdictBlocks(story) {
	const verdict = bodiesOf(story.allEvents, "verdict").at(-1)?.body;
	if (verdict === void 0) return [];
	const sentence = verdict.good ? "✅ **Good**: the sides agree, and every failure is known and allowed." : "⛔ **Not good**: cutting over would lose data or hide failures.";
	return [
		paragraph("### Verdict", "", sentence),
		...verdict.reasons.length === 0 ? [] : [list(verdict.reasons.map((reason, index) => sayReason(reason, verdict.next?.[index])))],
		...comparison("**Counts side by side**", verdict.rows),
		...failureTable(verdict.failures)
	];
}

// src/report/summary.ts
/** GitHub drops a summary of more than 1 MiB; what else the job writes needs room too. */
const maxBytes = 921600;
/** The page of one phase that approvers and operators read; only the journal and the plan speak in it. */
function renderSummary(input) {
	const events = maskEvents(input.events, input.secrets ?? []);
	const story = tellPhase(events, input.phase, input.plan, input.now);
	const blocks = [
		paragraph(headline(story, input.now)),
		...sentenceBlocks(story),
		...clockBlocks(story),
		...failureBlocks(story),
		...verdictBlocks(story),
		...proposedBaselineBlocks(story, events),
		...changedBaselineBlocks(events),
		...stepBlocks(story),
		...lossBlocks(story),
		...migrationBlocks(story),
		...loggedFailureBlocks(story),
		...reconcileBlocks(story),
		...readingBlocks(story),
		...probeBlocks(story),
		...trafficBlocks(story),
		...snapshotBlocks(story),
		...noteBlocks(story),
		...outputBlocks(story),
		...consoleBlocks(story),
		...nextBlocks(story),
		...recordBlocks(story, input)
	];
	return page(blocks, maxBytes);
}
function headline(story, now) {
	const seconds = story.ended?.seconds ?? secondsBetween(story.startedAt ?? now, now);
	const attempt = story.attempt > 1 ? ` · attempt ${story.attempt}` : "";
	return `## ${headlineOf(story.ended?.outcome ?? (story.events.length === 0 ? "not-reached" : "running"))}: ${md(story.title, 120)} · ${md(story.environment, 80)} · ${formatDuration(seconds)}${attempt}`;
}
function sentenceBlocks({ ended, events }) {
	if (events.length === 0) return [paragraph("This round's journal has nothing of this phase.")];
	if (ended === void 0) return [paragraph("The journal has no end of this phase: it is still running, or its runner was lost.")];
	return ended.sentence === "" ? [] : [paragraph(md(ended.sentence, 2e3))];
}
function nextBlocks(story) {
	const said = explainFailure(story) === void 0 ? story.ended?.next ?? "" : "";
	if (said === "") return [];
	return [paragraph("### What comes next", "", md(said, 2e3))];
}
function recordBlocks(story, { events, journalHead }) {
	const last = events.at(-1);
	if (last === void 0) return [paragraph("The journal is empty.")];
	const head = journalHead ?? sha256(writeLine(last));
	return [paragraph("### Record"), list([
		`Round ${code(story.round)} of ${code(story.runbook)} in ${code(story.environment)}, run by ${md(last.actor.by, 80)}`,
		`Started ${formatInstant(story.startedAt ?? "")}, last event ${formatInstant(last.at)}`,
		`Plan ${code(story.planDigest)}`,
		`Journal up to event ${last.sequence}: ${code(head)}`
	])];
}

// src/action/run-context.ts
/** Reads the run from the environment; absent in a terminal. */
function readRunContext(env) {
	if (env["GITHUB_ACTIONS"] !== "true" || !env["GITHUB_RUN_ID"]) return void 0;
	const repository = env["GITHUB_REPOSITORY"] ?? "";
	const server = env["GITHUB_SERVER_URL"] || "https://github.com";
	const runAttempt = Number(env["GITHUB_RUN_ATTEMPT"] ?? "1");
	return {
		runId: env["GITHUB_RUN_ID"],
		runAttempt,
		runUrl: `${server}/${repository}/actions/runs/${env["GITHUB_RUN_ID"]}/attempts/${runAttempt}`,
		actor: env["GITHUB_TRIGGERING_ACTOR"] || env["GITHUB_ACTOR"] || "",
		workflow: env["GITHUB_WORKFLOW"] ?? "",
		job: env["GITHUB_JOB"] ?? "",
		sha: env["GITHUB_SHA"] ?? "",
		ref: env["GITHUB_REF"] ?? "",
		repository
	};
}
/** Where this job keeps its journal copy and summaries: the workflows upload this folder. */
function outputFolder(env) {
	return join(env["RUNNER_TEMP"] || tmpdir(), "runbook-phase");
}

// src/report/failed-objects.ts
/**
* Reads the names behind the latest verdict of a phase. A migration whose objects are missing without a word
* ends its phase before any verdict is given: then these names are all that there is. Undefined when nothing is.
*/
function failedObjects(round, phase) {
	const own = round.filter(({ place }) => place.phase === phase);
	const latest = own.slice(own.findLastIndex(({ body }) => body.type === "phase-started") + 1);
	const verdict = bodiesOf(latest, "verdict").at(-1);
	const behind = verdict === void 0 ? latest : eventsBehind(verdict.event, latest);
	const differences = differencesIn(behind);
	const last = verdict?.event ?? latest.at(-1);
	if (last === void 0 || verdict === void 0 && Object.keys(differences).length === 0) return void 0;
	return {
		environment: last.environment,
		round: last.round,
		at: last.at,
		good: verdict?.body.good ?? false,
		failures: failuresIn(behind),
		differences
	};
}
/** What was observed for a verdict: between the comparison of its step and itself. */
function eventsBehind(verdict, round) {
	const end = round.indexOf(verdict);
	const own = round.slice(0, end).filter(({ place }) => place.step === verdict.place.step);
	const start = own.findLastIndex(({ body }) => body.type === "observed" && body.observation.kind === "reconciled");
	return own.slice(start + 1);
}
function failuresIn(events) {
	const failures = {};
	for (const { what } of seen(events, "judged")) {
		const reasons = failures[what.class] ??= {};
		const objects = reasons[what.reason] ??= [];
		for (const object of what.objects) objects.push(object);
	}
	return failures;
}
function differencesIn(events) {
	const differences = {};
	for (const { what } of seen(events, "differences")) {
		if (what.from === 0) differences[what.name] = {
			missing: [],
			unexpected: []
		};
		const into = differences[what.name] ??= {
			missing: [],
			unexpected: []
		};
		for (const name of what.missing) into.missing.push(name);
		for (const name of what.unexpected) into.unexpected.push(name);
	}
	return differences;
}

// src/action/verdict-files.ts
/** Writes what belongs to a verdict and is too long for a summary: every name, and a baseline that would know them. */
async function writeVerdictFiles(events, phase, folder, secrets) {
	const last = events.at(-1);
	const round = maskEvents(events.filter((event) => event.round === last?.round), secrets);
	const objects = failedObjects(round, phase);
	if (objects !== void 0) await writeFile(join(folder, "failures.json"), `${JSON.stringify(objects, null, 2)}\n`);
	const proposed = round.some(({ body, place }) => body.type === "verdict" && place.phase === phase) ? proposeBaseline(round) : void 0;
	if (proposed !== void 0) await writeFile(join(folder, "known-failures.proposed.yml"), proposedYaml(proposed));
}

// src/action/run-action.ts
/** Runs what the inputs ask for: the plan, or one phase; summary and outputs are written before anything is judged. */
async function runAction(inputs, env, signal) {
	const folder = outputFolder(env);
	await mkdir(folder, { recursive: true });
	if (inputs.phase === "plan") return showPlan(inputs, env, folder);
	if (inputs.dryRun) return refuse("dry-run arrives with a later version; nothing was changed", env);
	return runOnePhase(inputs, env, folder, signal);
}
async function showPlan(inputs, env, folder) {
	const { plan } = prepare({
		...inputs,
		runbookFile: inputs.runbook,
		inventoryFile: inputs.inventory
	});
	const log = liveLog(inputs);
	for (const line of planText(plan, inputs.masked)) log.say(line);
	log.end();
	await publish(planMarkdown(plan), "plan", env, folder);
	writeOutputs({
		outcome: "succeeded",
		"plan-digest": plan.digest
	});
	return {
		outcome: "succeeded",
		message: ""
	};
}
async function refuse(message, env) {
	await writeSummary(shortSummary("refused", message, ""), env);
	writeOutputs({ outcome: "refused" });
	return {
		outcome: "refused",
		message
	};
}
async function runOnePhase(inputs, env, folder, signal) {
	const copyFile = join(folder, "journal.jsonl");
	let log = liveLog(inputs);
	let journaled = false;
	const request = phaseRequest(inputs, env, copyFile, signal);
	const watcher = {
		planned: (plan) => log = liveLog(inputs, plan),
		event: (event) => {
			journaled = true;
			log.append(event);
		},
		say: (line) => log.say(line)
	};
	const report = inputs.phase === "resolve" ? await runResolution(request, rulingOf(inputs), watcher) : await runPhase(request, watcher);
	if (!journaled && report.outcome === "already-done") log.say(`${report.sentence}; ${report.next}`);
	log.end();
	await publish(summaryOf(report, inputs), inputs.phase, env, folder);
	await writeVerdictFiles(report.events, inputs.phase, folder, inputs.masked);
	writeOutputs(outputs(report, inputs.phase, copyFile));
	const unchanged = report.outcome === "refused" ? "Nothing was changed.\n" : "";
	return {
		outcome: report.outcome,
		message: `${report.sentence}\n${unchanged}Next: ${report.next}`
	};
}
/** A ruling is kept for good, so it wants to be whole: which step, what was found, and why. */
function rulingOf({ step, ruling, reason }) {
	const missing = Object.entries({
		step,
		ruling,
		reason
	}).filter(([, value]) => value === void 0);
	if (step === void 0 || ruling === void 0 || reason === void 0) throw new InputError(missing.map(([name]) => `${name} is required for phase resolve`));
	return {
		step,
		ruling,
		reason
	};
}
function liveLog(inputs, plan) {
	const now = () => /* @__PURE__ */ new Date();
	return createLog({
		...runnerLog,
		secrets: inputs.masked,
		now,
		...plan === void 0 ? {} : { plan }
	});
}
function phaseRequest(inputs, env, copyFile, signal) {
	return {
		phase: inputs.phase,
		environment: inputs.environment,
		runbookFile: inputs.runbook,
		inventoryFile: inputs.inventory,
		vars: inputs.vars,
		secrets: inputs.secrets,
		planDigest: inputs.planDigest,
		sshPrivateKey: inputs.sshPrivateKey,
		sshPassphrase: inputs.sshPassphrase,
		sshAgent: inputs.sshPrivateKey === void 0 ? env["SSH_AUTH_SOCK"] : void 0,
		knownHosts: inputs.knownHosts ?? "",
		acceptDataLoss: inputs.acceptDataLoss,
		keep503: inputs.keep503,
		reason: inputs.reason,
		actor: actorOf(env),
		copyFile,
		signal
	};
}
/** Outside of a workflow a person's terminal acts, and all of its phases belong together. */
function actorOf(env) {
	const run = readRunContext(env);
	const user = env["USER"] ?? env["LOGNAME"] ?? "unknown";
	if (run === void 0) return {
		run: `terminal:${user}`,
		runAttempt: 1,
		url: "",
		by: user
	};
	return {
		run: run.runId,
		runAttempt: run.runAttempt,
		url: run.runUrl,
		by: run.actor
	};
}
function summaryOf(report, inputs) {
	const told = report.plan !== void 0 && report.events.some(({ place }) => place.phase === inputs.phase);
	if (report.plan === void 0 || !told) return shortSummary(report.outcome, report.sentence, report.next);
	const page = renderSummary({
		events: report.events,
		phase: inputs.phase,
		plan: report.plan,
		now: /* @__PURE__ */ new Date(),
		secrets: inputs.masked,
		journalHead: report.journalHead
	});
	const own = report.events.at(-1)?.body;
	return (own?.type === "phase-ended" || own?.type === "round-closed") && report.outcome === endedOutcome(report) ? page : `${shortSummary(report.outcome, report.sentence, report.next)}\n${page}`;
}
function endedOutcome({ events }) {
	const last = events.findLast(({ body }) => body.type === "phase-ended");
	return last?.body.type === "phase-ended" ? last.body.outcome : void 0;
}
async function publish(markdown, phase, env, folder) {
	await mkdir(join(folder, "summary"), { recursive: true });
	await writeFile(join(folder, "summary", `${phase}.md`), markdown);
	await writeSummary(markdown, env);
}
function outputs(report, phase, copyFile) {
	const journal = report.journalFile ?? copyFile;
	return {
		...outputsOf(report.events, phase),
		outcome: report.outcome,
		...existsSync(journal) ? { journal } : {},
		...report.plan === void 0 ? {} : { "plan-digest": report.plan.digest }
	};
}

// src/main.ts
/** The action: read the inputs, run what they ask for, say how it ended. */
async function main() {
	const inputs = readInputs(process.env);
	const { signal, done } = untilSignalled(process);
	const end = await runAction(inputs, process.env, signal).finally(done);
	return endJob(end, inputs.masked);
}
try {
	process.exitCode = await main();
} catch (error) {
	process.exitCode = await refuseJob(error, process.env);
}

export {  };