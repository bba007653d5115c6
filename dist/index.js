// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { a as startGroup, i as setSecret, n as setFailed, o as warning, r as setOutput, t as endGroup } from "./lib/actions-core.js";
import { $ as prepare, At as formatCount, Bt as maskedValues, Ct as list, Dt as pre, E as runPhase, Et as paragraph, F as sayClock, Ft as formatTime, G as knownFailure, Ht as safeLines, It as secondsBetween, J as roundTimings, Jt as errorText, K as outcomes, Kt as parseSecrets, Mt as formatInstant, Nt as formatNumber, Ot as table, Pt as formatRate, Q as sumDowntime, Rt as nextOf, S as runResolution, Tt as page, U as readJournal, Ut as readRuling, W as failureRow, Wt as rulingForms, X as replay, Z as addToDowntime, _t as headlineOf, a as createLog, at as sha256, bt as code, c as timingsOf, d as sayEvidence, et as RefusedError, f as sayProtection, g as explainFailure, gt as statusContext, h as seenByStep, ht as hashInStatus, i as sayHost, jt as formatDuration, kt as titled, l as passesBudget, m as seen, mt as describeStatus, n as planMarkdown, o as bodiesOf, ot as writeLine, p as convergeBlocks, pt as artifactName, q as reconcileRow, qt as parseVars, r as planText, rt as chainOf, s as tellPhase, t as untilSignalled, u as sayApproval, v as groupBy, vt as isGood, wt as md, xt as details, yt as sayStanding, zt as exitCodeOf } from "./lib/engine.js";
import { t as require_dist } from "./lib/yaml.js";
import { a as boolean, c as literal, f as strictObject, i as array, l as number, n as _enum, p as string, u as object } from "./lib/zod.js";
import { t as unzipSync } from "./lib/fflate.js";
import { n as defaults, t as getOctokit } from "./lib/actions-github.js";
import { isDeepStrictEqual } from "node:util";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
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
	step: { description: "Step that a ruling is about, or `downtime` (phase resolve)." },
	ruling: { description: "What a person found out about that step, done or not-done; or a longer budget for the downtime, such as budget=3h (phase resolve)." },
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
			ruling: read.ruling(),
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
	ruling() {
		const value = this.text("ruling");
		const word = value === void 0 ? void 0 : readRuling(value);
		if (value !== void 0 && word === void 0) this.#wrong("ruling", `must be ${rulingForms}, not ${JSON.stringify(value)}`);
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
/** Says beside a job what went wrong without changing how it ended. */
function warnJob(message, secrets) {
	failJob(message, secrets, warning);
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
		...closing$1(kept),
		"",
		note
	].join("\n");
}
/** Room for the tag that will close this line's `<details>`, should the cut come inside it. */
function closingCost(line) {
	return count$1(line, "<details") * 11;
}
function closing$1(lines) {
	const open = [];
	let fence;
	let details = 0;
	for (const line of lines) {
		const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
		if (fence === void 0) {
			fence = mark;
			details += count$1(line, "<details") - count$1(line, "</details");
		} else if (mark?.startsWith(fence) && line.trim() === mark) fence = void 0;
	}
	if (fence !== void 0) open.push(fence);
	return [...open, ...Array(Math.max(0, details)).fill("</details>")];
}
function count$1(line, part) {
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

// src/evidence/evidence-markdown.ts
const pageBytes = 2e5;
/** What a run proved, as its last job's summary says it: the verdict of the evidence first. */
function evidenceMarkdown(evidence, context) {
	const { proven, environment, why, phases, downtimeSeconds, approvals, skipped = [] } = evidence;
	const what = `${evidence.of} of ${md(evidence.runbook)} in ${md(environment)}`;
	return page([
		paragraph(proven ? `## ✅ Proven: ${what}` : `## ⚠️ Proves nothing: ${what}`),
		...why.length === 0 ? [] : [list(why.map((reason) => md(reason)))],
		table([
			"Phase",
			"Outcome",
			"Attempts",
			"Took"
		], phases.map(({ phase, outcome, attempts, seconds }) => [
			md(phase),
			outcome ?? "not started",
			String(attempts),
			formatDuration(seconds)
		])),
		list([
			`Downtime: ${formatDuration(downtimeSeconds)}`,
			...skipped.map(({ step, reason }) => `Skipped: ${code(step)} (${md(reason)})`),
			`Runbook digest ${code(evidence.runbookDigest)}`,
			`Commit status ${code(context)}, which names the hash of ${code("evidence.json")}`,
			...approvals.map((approval) => `Approval of this run: ${md(approval)}`)
		])
	], pageBytes);
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
	return [paragraph("### The baseline changed", "", "Known failures are not those with which this round was opened:"), ...changeList(changes)];
}
/** What was not rehearsed: known failures that another environment's evidence did not know, or knew otherwise. */
function unrehearsedBaselineBlocks({ allEvents }, events) {
	const present = presentBaseline(latestRound(events));
	const rehearsed = seen(allEvents, "evidence").findLast(({ what }) => what.of === "chain")?.what;
	if (present === void 0 || rehearsed?.baseline === void 0) return [];
	const { environment } = rehearsed;
	const changes = changedEntries(rehearsed.baseline, present);
	if (changes.length === 0) return [];
	return [paragraph(`### The baseline is not that of ${md(environment, 100)}`, "", `The evidence stays valid. Known failures that count here (+), beside those of the rehearsal (-):`), ...changeList(changes)];
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
function changeList(changes) {
	const more = changes.length - entriesShown;
	return [...changes.slice(0, entriesShown).flatMap(({ class: name, change, lines }) => [list([`**${md(name, 100)}**: ${change}`]), pre(lines)]), ...more > 0 ? [paragraph(`… and ${more} more`)] : []];
}
function latestRound(events) {
	const last = events.at(-1);
	return events.filter(({ round }) => round === last?.round);
}

// src/report/sections/clock.ts
/** Whether writes are refused right now, for how long in all, and how that compares to what was allowed and expected. */
function clockBlocks({ downtime, clock }) {
	return [...stateBlocks(downtime, clock), ...comparisonBlocks(clock)];
}
function stateBlocks(downtime, clock) {
	const { startedAt, endedAt, seconds, running, title } = downtime;
	if (startedAt === void 0) return [];
	const total = formatDuration(seconds);
	const sentence = running ? `⏱ **Downtime is running**: ${total} so far, since ${formatInstant(startedAt)} (${md(title, 120)}).` : `⏱ **Downtime is over**: ${total} in all, from ${formatInstant(startedAt)} to ${formatInstant(endedAt ?? "")}.`;
	const facts = [
		...budgetFacts(seconds, clock),
		...running ? projectionFacts(seconds, clock) : [],
		...clock.decisions.map((one) => `${md(one.by, 80)} gave it a budget of ${sayClock(one.seconds)}: ${md(one.reason, 500)}`)
	];
	return facts.length === 0 ? [paragraph(sentence)] : [paragraph(sentence), list(facts)];
}
function budgetFacts(seconds, { budgetSeconds: budget, warnings }) {
	if (budget === void 0) return [];
	const rest = budget - seconds;
	const left = rest >= 0 ? `${formatDuration(rest)} left` : `⚠️ passed by ${formatDuration(-rest)}`;
	const warned = warnings === 0 ? "" : `; expected to pass it ${warnings === 1 ? "once" : `${warnings} times`} on the way`;
	return [`Budget ${formatDuration(budget)}, ${left}${warned}`];
}
/** What was expected when a job was asked last, as long as the clock has not overtaken it. */
function projectionFacts(seconds, { projection }) {
	if (projection === void 0 || projection.expectedSeconds <= seconds) return [];
	const { expectedSeconds, unknownJobs } = projection;
	const warning = passesBudget(projection) ? "⚠️ More than its budget: expected" : "Expected";
	const without = unknownJobs.length === 0 ? "" : `, without ${unknownJobs.map((job) => md(job, 80)).join(", ")}, of which nobody knows`;
	return [`${warning} to take ${formatDuration(expectedSeconds)} in all when a job was asked last${without}; approvals are not in it`];
}
/** Expected beside actual, phase by phase, where a rehearsed environment told what to expect. */
function comparisonBlocks({ expected, actual }) {
	if (expected === void 0) return [];
	const { phases, downtimeSeconds } = expected.timings;
	const cells = [...Object.entries(phases).map(([id, seconds]) => [
		md(id, 80),
		seconds,
		actual.phases[id]
	]), ...downtimeSeconds === void 0 ? [] : [[
		"**downtime**",
		downtimeSeconds,
		actual.downtimeSeconds
	]]].map(([name, wanted, took]) => [
		name,
		formatDuration(wanted),
		took === void 0 ? "–" : formatDuration(took)
	]);
	return [details(`Expected by ${md(expected.source, 120)}, and what it took`, table([
		"Part",
		"Expected",
		"Actual"
	], cells))];
}

// src/report/sections/databags.ts
/** What was to be set in data bags, as a difference: the values before (-) are what puts it back. */
function databagBlocks({ allEvents }) {
	const writes = [...seenByStep(allEvents, "databag").values()].map((all) => all.at(-1)).filter((one) => one !== void 0);
	if (writes.length === 0) return [];
	return [paragraph("### Data bags", "", "Values as they were just before (-), and as they were to be set (+); the step's outcome says whether they were."), ...writes.flatMap(({ what: { bag, item, changes } }) => [list([`**${md(`${bag}/${item}`, 200)}**`]), pre(changes.flatMap(({ pointer, before, after }) => [
		pointer,
		...before === void 0 ? [] : [`- ${before}`],
		...after === void 0 ? [] : [`+ ${after}`]
	]))])];
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

// src/report/sections/found-hosts.ts
/** What is read at a glance stands open: it is what is approved. */
const unfolded = 20;
/** The hosts that the round is fixed to: what an approval of a later phase covers, by name. */
function foundBlocks({ id, round }, events) {
	const found = bodiesOf(events.filter((event) => event.round === round), "hosts-found");
	const own = found.filter(({ event }) => event.place.phase === id);
	return (own.length > 0 ? own.slice(0, 1) : found.slice(0, 1)).flatMap(({ at, body }) => [paragraph(`### Hosts from search`, "", `Found at ${formatTime(at)} on ${md(body.server, 300)}; the phases of this round act on these.`), ...body.roles.flatMap(({ role, search, hosts }) => {
		const title = `${md(role, 80)}: ${formatCount(hosts.length, "host")} by ${md(search.query, 300)}`;
		const named = list(hosts.map(({ name, ...way }) => `${code(name, 80)} ${md(sayHost(way), 300)}`));
		return hosts.length > unfolded ? [details(title, named)] : [paragraph(title), named];
	})]);
}

// src/report/sections/github.ts
/** What GitHub said: how the environment is protected, what another one proved, and who approved the run. */
function githubBlocks({ events }) {
	const listed = seen(events, "approvals").at(-1);
	const approvals = listed?.what.approvals ?? [];
	const items = [
		...seen(events, "protection").map(({ at, what }) => `${formatTime(at)} ${md(sayProtection(what), 600)}`),
		...seen(events, "evidence").map(({ at, what }) => `${formatTime(at)} ${md(sayEvidence(what), 600)}`),
		...approvals.map((one) => md(sayApproval(one), 600))
	];
	if (listed !== void 0 && approvals.length === 0) items.push("GitHub lists no approval of this run");
	if (items.length === 0) return [];
	return [
		paragraph("### In GitHub"),
		list(items),
		...approvals.length === 0 ? [] : [paragraph("Approvals are the run's: GitHub does not say which job each was for.")]
	];
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
		answer.path,
		answer.signed
	]), answer);
	return [...latest.values()];
}
function matrix(title, answers) {
	if (answers.length === 0) return [];
	const hosts = [...new Set(answers.map(({ host }) => host))];
	const wide = hosts.length > columnsShown;
	const columns = wide ? [formatCount(hosts.length, "host")] : hosts.map((host) => md(host, 60));
	const rows = [...groupBy(answers, ({ method, endpoint, signed }) => [`${method} ${endpoint}`, ...signed === void 0 ? [] : [`signed by ${signed}`]].join(", "))].map(([request, own]) => [md(request, 80), ...wide ? [sayAnswers(own)] : hosts.map((host) => sayAnswers(own.filter((answer) => answer.host === host)))]);
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
		...unrehearsedBaselineBlocks(story, events),
		...stepBlocks(story),
		...lossBlocks(story),
		...migrationBlocks(story),
		...loggedFailureBlocks(story),
		...reconcileBlocks(story),
		...readingBlocks(story),
		...databagBlocks(story),
		...convergeBlocks(story),
		...probeBlocks(story),
		...trafficBlocks(story),
		...snapshotBlocks(story),
		...foundBlocks(story, events),
		...githubBlocks(story),
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

// src/evidence/evidence.ts
const text$1 = string();
const count = number().int().nonnegative();
const phaseProof = strictObject({
	phase: text$1,
	outcome: _enum(outcomes).nullable(),
	attempts: count,
	seconds: number().nonnegative()
});
/**
* What one run proved in one environment, as `evidence.json`. Everything but the run itself is computed from the
* journal; times are ISO 8601 in UTC, durations seconds, hashes SHA-256 in hex.
*/
const evidenceSchema = strictObject({
	version: literal(1),
	runbook: text$1,
	environment: text$1,
	/** What the run was dispatched for. */
	of: _enum(["chain", "rollback"]),
	/** True when everything came true in this run; `why` says what did not otherwise. */
	proven: boolean(),
	why: array(text$1),
	runbookDigest: text$1,
	/** Of the known failures by which the verdict was given; without one, of those with which the round was opened. */
	baselineDigest: text$1,
	/** The known failures as they counted last, to be shown beside those of another environment; absent before they were kept. */
	baseline: array(knownFailure).optional(),
	planDigest: text$1,
	round: text$1,
	startedAt: text$1,
	endedAt: text$1,
	run: strictObject({
		id: text$1,
		attempt: count,
		url: text$1,
		sha: text$1,
		by: text$1,
		dispatcher: text$1
	}),
	/** The run's approvals as GitHub lists them: it does not say for which job. */
	approvals: array(text$1),
	phases: array(phaseProof),
	/** Steps (`phase/step`, with `@host` where it is one host's part) that were merely found done: they prove nothing. */
	merelyDone: array(text$1),
	/** Steps that the run skipped, each with its reason: what they look at was not looked at. Absent before it was kept. */
	skipped: array(strictObject({
		step: text$1,
		reason: text$1
	})).optional(),
	downtimeSeconds: number().nonnegative(),
	timings: roundTimings,
	verdict: strictObject({
		good: boolean(),
		reasons: array(text$1),
		rows: array(reconcileRow),
		failures: array(failureRow)
	}).nullable(),
	journal: strictObject({
		events: count,
		head: text$1
	})
});
/** The file as it is written; equal evidence gives equal bytes. */
function writeEvidence(evidence) {
	return `${JSON.stringify(evidence, void 0, 2)}\n`;
}
/** What a status says of a file, and what ties the two together: SHA-256 of its bytes, in hex. */
function hashOf(file) {
	return createHash("sha256").update(file).digest("hex");
}

// src/evidence/file-in.ts
/** A file of a zip by its name, wherever it lies; undefined also when that is no zip. */
function fileIn(zip, name) {
	try {
		const files = unzipSync(zip, { filter: (file) => isNamed(file.name, name) });
		return Object.values(files)[0];
	} catch {
		return;
	}
}
function isNamed(path, name) {
	return path === name || path.endsWith(`/${name}`);
}

// src/evidence/judge-evidence.ts
/** Why evidence does not carry a demand, each reason in words; empty when it does. */
function judgeEvidence(evidence, demand) {
	const { environment, now, maxAgeSeconds, since } = demand;
	const age = (now.getTime() - Date.parse(evidence.endedAt)) / 1e3;
	const reasons = [];
	if (evidence.runbook !== demand.runbook) reasons.push(`it is of runbook ${evidence.runbook}, wanted ${demand.runbook}`);
	if (evidence.environment !== environment) reasons.push(`it is of environment ${evidence.environment}, wanted ${environment}`);
	if (evidence.of !== demand.of) reasons.push(`it is of a ${evidence.of}, wanted a ${demand.of}`);
	if (evidence.runbookDigest !== demand.runbookDigest) reasons.push(`it is of runbook digest ${short(evidence.runbookDigest)}, and this run's is ${short(demand.runbookDigest)}`);
	if (!evidence.proven) reasons.push(`it proves nothing: ${evidence.why.join("; ")}`);
	if (age < -300) reasons.push(`it is of the future: ${evidence.endedAt}`);
	if (Number.isNaN(age)) reasons.push(`its time is not a time: ${evidence.endedAt}`);
	if (maxAgeSeconds !== void 0 && age > maxAgeSeconds) reasons.push(`it is ${formatDuration(age)} old, and ${formatDuration(maxAgeSeconds)} is the limit`);
	if (since !== void 0 && evidence.endedAt < since) reasons.push(`it is of ${evidence.endedAt}, and only what was proven since ${since} counts`);
	return reasons;
}
const short = (digest) => digest.slice(0, 12);

// src/evidence/verify-evidence.ts
/**
* Verifies the newest run and not only what a status says of it: its jobs, its artifact, that both are the same
* file, and what stands in it. An older success never counts: the newest run is authoritative, however it ended.
*/
async function verifyEvidence(place, source) {
	const run = (await source.runs(place.workflowFile)).filter(({ title }) => isIn(place.environment, title)).toSorted((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
	if (run === void 0) return refused(`no run of ${place.workflowFile} in ${place.environment} was found`);
	if (run.branch !== place.branch) return refused(`run ${run.url} is of branch ${run.branch}, and this one of ${place.branch}`);
	if (!await source.isBehind(run.sha)) return refused(`commit ${run.sha} of run ${run.url} is none that this run's commit is built on`);
	if (run.status !== "completed") return refused(`run ${run.url} is not over (${run.status})`);
	const hash = await statedHash(place, run, source);
	if (!hash.ok) return hash;
	const jobs = (await source.jobs(run.id)).filter(({ conclusion }) => conclusion !== "success");
	if (jobs.length > 0) return refused(...jobs.map(({ name, status, conclusion }) => `job ${name} ended ${conclusion ?? status}`));
	const file = await evidenceFile(place, run, source);
	if (!file.ok) return file;
	if (hashOf(file.bytes) !== hash.value) return refused(`the artifact of ${run.url} is not the file that the status speaks of`);
	return judged(place, run, file.bytes);
}
/** The workflows' titles say the environment last, or before a comma. */
function isIn(environment, title) {
	return title.endsWith(` in ${environment}`) || title.includes(` in ${environment}, `);
}
function refused(...reasons) {
	return {
		ok: false,
		reasons
	};
}
async function statedHash({ runbook, environment, of }, run, source) {
	const context = statusContext(runbook, environment, of);
	const status = (await source.statuses(run.sha)).find((one) => one.context === context);
	if (status === void 0) return refused(`commit ${run.sha} has no status ${context}`);
	if (!isOf(run, status.targetUrl)) return refused(`status ${context} is of ${status.targetUrl} and not of ${run.url}`);
	if (status.state !== "success") return refused(`status ${context} is ${status.state}: ${status.description}`);
	const value = hashInStatus(status.description);
	if (value === void 0) return refused(`status ${context} names no evidence`);
	return {
		ok: true,
		value
	};
}
function isOf(run, url) {
	return new RegExp(`/actions/runs/${run.id}(/|$)`).test(url);
}
async function evidenceFile({ environment }, run, source) {
	const name = artifactName(environment, run.attempt);
	const artifact = (await source.artifacts(run.id)).find((one) => one.name === name);
	if (artifact === void 0) return refused(`run ${run.url} has no artifact ${name}`);
	if (artifact.expired) return refused(`artifact ${name} of ${run.url} has expired`);
	const zip = await artifact.download();
	if (artifact.digest !== void 0 && artifact.digest !== `sha256:${hashOf(zip)}`) return refused(`artifact ${name} of ${run.url} has another digest than GitHub says`);
	const bytes = fileIn(zip, "evidence.json");
	if (bytes === void 0) return refused(`artifact ${name} of ${run.url} holds no evidence.json`);
	return {
		ok: true,
		bytes
	};
}
function judged(place, run, bytes) {
	const evidence = parse(bytes);
	if (evidence === void 0) return refused(`evidence.json of ${run.url} is not evidence`);
	const { id, attempt, sha } = evidence.run;
	if (id !== run.id || attempt !== run.attempt || sha !== run.sha) return refused(`evidence.json of ${run.url} is of run ${id}, attempt ${attempt}, commit ${sha}`);
	const reasons = judgeEvidence(evidence, place);
	return reasons.length > 0 ? {
		ok: false,
		reasons
	} : {
		ok: true,
		evidence,
		hash: hashOf(bytes),
		run
	};
}
function parse(bytes) {
	try {
		return evidenceSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
	} catch {
		return;
	}
}

// src/github/answers.ts
const text = string();
const id = number();
const login = object({ login: text });
const nullable = (schema) => schema.nullish().transform((value) => value ?? void 0);
/** Who may approve: a person by login, a team by its slug. */
const reviewer = object({
	type: text,
	reviewer: object({
		login: text.optional(),
		slug: text.optional(),
		name: nullable(text)
	})
}).transform(({ type, reviewer: { login, slug, name } }) => type === "Team" ? `team ${slug ?? name ?? "?"}` : login ?? name ?? "?");
const rule = object({
	type: text,
	prevent_self_review: boolean().optional(),
	reviewers: array(reviewer).optional()
});
/** An environment with what protects it; a member that GitHub leaves out is undefined and proves nothing. */
const environmentAnswer = object({
	name: text,
	html_url: text.optional(),
	can_admins_bypass: boolean().optional(),
	protection_rules: array(rule).optional(),
	deployment_branch_policy: nullable(object({
		protected_branches: boolean(),
		custom_branch_policies: boolean()
	}))
}).transform((answer) => {
	const rules = answer.protection_rules ?? [];
	const review = rules.filter(({ type }) => type === "required_reviewers");
	return {
		name: answer.name,
		url: answer.html_url ?? "",
		ruleTypes: rules.map(({ type }) => type),
		reviewers: review.flatMap(({ reviewers }) => reviewers ?? []),
		preventSelfReview: review.some((one) => one.prevent_self_review === true),
		adminsMayBypass: answer.can_admins_bypass,
		branches: branchesOf(answer.deployment_branch_policy)
	};
});
function branchesOf(policy) {
	if (policy?.protected_branches === true) return "protected";
	return policy?.custom_branch_policies === true ? "named" : "any";
}
const branchPolicy = object({
	name: text,
	type: text.optional()
}).transform(({ name, type }) => ({
	name,
	type: type === "tag" ? "tag" : "branch"
}));
const branchPoliciesAnswer = object({
	total_count: id,
	branch_policies: array(branchPolicy)
}).transform((answer) => ({
	total: answer.total_count,
	items: answer.branch_policies
}));
const branchesAnswer = array(object({ name: text })).transform((branches) => branches.map(({ name }) => name));
const approval = object({
	state: text,
	comment: nullable(text),
	user: nullable(login),
	environments: array(object({ name: text }))
}).transform(({ state, comment, user, environments }) => ({
	state,
	comment: comment ?? "",
	user: user?.login ?? "",
	environments: environments.map(({ name }) => name)
}));
const approvalsAnswer = array(approval);
const workflowRun = object({
	id,
	name: nullable(text),
	path: text,
	display_title: text,
	head_sha: text,
	head_branch: nullable(text),
	event: text,
	status: nullable(text),
	conclusion: nullable(text),
	run_attempt: number().int().positive(),
	html_url: text,
	created_at: text,
	run_started_at: nullable(text),
	updated_at: text,
	actor: nullable(login),
	triggering_actor: nullable(login)
}).transform((run) => ({
	id: run.id,
	name: run.name ?? "",
	/** `.github/workflows/org-migration.yml`, without a ref behind it. */
	workflowFile: run.path.split("@")[0] ?? run.path,
	displayTitle: run.display_title,
	headSha: run.head_sha,
	headBranch: run.head_branch,
	event: run.event,
	status: run.status ?? "",
	conclusion: run.conclusion,
	attempt: run.run_attempt,
	url: run.html_url,
	createdAt: run.created_at,
	startedAt: run.run_started_at ?? run.created_at,
	updatedAt: run.updated_at,
	actor: run.triggering_actor?.login ?? run.actor?.login ?? ""
}));
const workflowRunAnswer = workflowRun;
const workflowRunsAnswer = object({
	total_count: id,
	workflow_runs: array(workflowRun)
}).transform((answer) => ({
	total: answer.total_count,
	items: answer.workflow_runs
}));
const job = object({
	id,
	run_id: id,
	run_attempt: number().int().positive(),
	name: text,
	status: text,
	conclusion: nullable(text),
	started_at: nullable(text),
	completed_at: nullable(text),
	html_url: nullable(text)
}).transform((one) => ({
	id: one.id,
	runId: one.run_id,
	attempt: one.run_attempt,
	name: one.name,
	status: one.status,
	conclusion: one.conclusion,
	startedAt: one.started_at,
	completedAt: one.completed_at,
	url: one.html_url ?? ""
}));
const jobsAnswer = object({
	total_count: id,
	jobs: array(job)
}).transform((answer) => ({
	total: answer.total_count,
	items: answer.jobs
}));
const artifact = object({
	id,
	name: text,
	size_in_bytes: number(),
	expired: boolean(),
	digest: nullable(text),
	created_at: nullable(text),
	workflow_run: nullable(object({
		id,
		head_sha: text.optional()
	}))
}).transform((one) => ({
	id: one.id,
	name: one.name,
	bytes: one.size_in_bytes,
	expired: one.expired,
	/** `sha256:…` of the bytes that a download gives. */
	digest: one.digest,
	createdAt: one.created_at ?? "",
	runId: one.workflow_run?.id
}));
const artifactsAnswer = object({
	total_count: id,
	artifacts: array(artifact)
}).transform((answer) => ({
	total: answer.total_count,
	items: answer.artifacts
}));
const compareAnswer = object({ status: text });
/** What a commit status can say. */
const statusStates = [
	"error",
	"failure",
	"pending",
	"success"
];
const statusAnswer = object({
	id,
	state: _enum(statusStates),
	context: text,
	description: nullable(text),
	target_url: nullable(text),
	created_at: text,
	creator: nullable(login)
}).transform((one) => ({
	id: one.id,
	state: one.state,
	context: one.context,
	description: one.description ?? "",
	targetUrl: one.target_url ?? "",
	createdAt: one.created_at,
	creator: one.creator?.login ?? ""
}));
const statusesAnswer = array(statusAnswer);

// src/github/github-error.ts
/** GitHub's API did not answer as it must; says what was asked, what came back and what to do. */
var GithubError = class extends Error {
	name = "GithubError";
	kind;
	asked;
	next;
	status;
	retryAfterSeconds;
	constructor({ kind, asked, cameBack, next, status, retryAfterSeconds }) {
		super(`GitHub was asked for ${asked}: ${cameBack}`);
		this.kind = kind;
		this.asked = asked;
		this.next = next;
		this.status = status;
		this.retryAfterSeconds = retryAfterSeconds;
	}
};

// src/github/answered.ts
const longestWait = 86400;
/** Says of a status what it means for whoever asked. */
function failureOf(asked, answer) {
	const { status } = answer;
	const kind = kindOf(answer);
	const retryAfterSeconds = kind === "rate-limited" ? waitOf(answer) : void 0;
	return new GithubError({
		kind,
		asked: sayAsked(asked),
		cameBack: `${status}${saidBy(answer.data)}`,
		next: nextFor(kind, asked, retryAfterSeconds),
		status,
		retryAfterSeconds
	});
}
/** A failure that no status tells. */
function failed(kind, asked, cameBack) {
	return new GithubError({
		kind,
		asked: sayAsked(asked),
		cameBack,
		next: nextFor(kind, asked, void 0)
	});
}
function sayAsked({ method, path }) {
	return `${method} ${path}`;
}
function kindOf({ status, headers }) {
	if (status === 401) return "unauthorized";
	const limited = headers["x-ratelimit-remaining"] === "0" || headers["retry-after"] !== void 0;
	if (status === 429 || status === 403 && limited) return "rate-limited";
	if (status === 403) return "forbidden";
	if (status === 404) return "not-found";
	if (status < 400) return "redirected";
	return status < 500 ? "rejected" : "server-error";
}
/** Seconds, a date, or the time at which the limit is lifted. */
function waitOf({ headers }) {
	const after = headers["retry-after"];
	const reset = headers["x-ratelimit-reset"];
	const seconds = after !== void 0 ? Number.isNaN(Number(after)) ? (Date.parse(String(after)) - Date.now()) / 1e3 : Number(after) : Number(reset) - Date.now() / 1e3;
	if (Number.isNaN(seconds)) return void 0;
	return Math.min(Math.max(0, Math.ceil(seconds)), longestWait);
}
/** GitHub's own words, cut short: they are foreign text. */
function saidBy(data) {
	const message = typeof data === "object" && data !== null && "message" in data ? data.message : void 0;
	return typeof message === "string" && message !== "" ? `, "${message.slice(0, 200)}"` : "";
}
function nextFor(kind, asked, wait) {
	switch (kind) {
		case "unauthorized": return "the token is not valid here or has expired: leave the input github-token at its default, and re-run the job";
		case "forbidden": return `give the job \`permissions: ${asked.needs}\`, then dispatch a new run`;
		case "not-found": return `see whether it exists in this repository; a token without \`permissions: ${asked.needs}\` gets the same answer`;
		case "rate-limited": return wait === void 0 ? "GitHub takes no more requests for now: wait, then re-run the job" : `GitHub takes no more requests for ${wait} s: wait that long, then re-run the job`;
		case "rejected": return "GitHub does not take the request as it is: read its words; this may be a mistake of this program";
		case "redirected": return "the repository may have been renamed or moved: dispatch a new run in its present place";
		case "wrong-bytes": return "what was downloaded is not what was uploaded: re-run the job; if it stays so, make the artifact again";
		case "unreachable":
		case "late":
		case "server-error": return "see https://www.githubstatus.com and the runner's way to the API, then re-run the job";
		case "not-json":
		case "wrong-shape": return "something else than GitHub's API may have answered: see GITHUB_API_URL and the runner's proxy, then re-run the job";
	}
}

// src/github/ask.ts
const firstPauseSeconds = .25;
const tooLate = "there was no answer in time";
/** The requests of one call, within one deadline. */
var Asker = class {
	#access;
	#octokit;
	#over;
	#deadline;
	constructor(access) {
		this.#access = access;
		this.#octokit = getOctokit(access.token, {
			baseUrl: access.apiUrl,
			log: silent
		});
		this.#over = AbortSignal.any([AbortSignal.timeout(access.totalSeconds * 1e3), ...access.signal === void 0 ? [] : [access.signal]]);
		this.#deadline = Date.now() + access.totalSeconds * 1e3;
	}
	/** Aborted when this call may take no more time. */
	get over() {
		return this.#over;
	}
	/** Reads and checks; what may pass by itself is asked again, as long as there is time. */
	read(asked, schema) {
		return this.repeat(async () => checked(asked, await this.once(asked), schema));
	}
	/** Repeats what only reads; a failure that would come again is thrown at once. */
	async repeat(attempt) {
		for (let tried = 1;; tried += 1) try {
			return await attempt();
		} catch (error) {
			const pause = pauseAfter(error, tried);
			const room = (this.#deadline - Date.now()) / 1e3;
			if (pause === void 0 || tried >= this.#access.tries || pause >= room) throw error;
			await setTimeout(pause * 1e3, void 0, { signal: this.#over }).catch(() => {
				throw error;
			});
		}
	}
	/** Writes once: whether an answer that was lost had been obeyed is for the caller to find out. */
	async write(asked, body, schema) {
		return checked(asked, await this.once(asked, body), schema);
	}
	/** One request, to the API only: a redirect is an answer and not followed, since the token would go along. */
	async once(asked, body) {
		const late = AbortSignal.timeout(this.#access.attemptSeconds * 1e3);
		const signal = AbortSignal.any([late, this.#over]);
		const answer = await this.#send(asked, body, signal);
		if (signal.aborted) throw failed("late", asked, tooLate);
		if (answer.status >= 400) throw failureOf(asked, answer);
		return answer;
	}
	async #send(asked, body, signal) {
		try {
			return await this.#octokit.request(`${asked.method} ${asked.path}`, {
				...body === void 0 ? {} : { data: body },
				request: {
					redirect: "manual",
					signal
				}
			});
		} catch (error) {
			if (signal.aborted) throw failed("late", asked, tooLate);
			const answer = answerIn(error);
			if (answer !== void 0) throw failureOf(asked, answer);
			throw failed("unreachable", asked, `there was no answer, ${errorText(error)}`);
		}
	}
};
/** The toolkit would write its own warnings into the job's log, past the gateway. */
const silent = {
	debug: () => void 0,
	info: () => void 0,
	warn: () => void 0,
	error: () => void 0
};
/** The toolkit's errors carry the answer, if there was one. */
function answerIn(error) {
	if (typeof error !== "object" || error === null || !("response" in error)) return void 0;
	return error.response;
}
function checked(asked, answer, schema) {
	if (answer.status >= 300) throw failureOf(asked, answer);
	if (typeof answer.data !== "object" || answer.data === null) throw failed("not-json", asked, `${answer.status} with something that is no JSON`);
	const parsed = schema.safeParse(answer.data);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const where = issue?.path.join("/") ?? "";
	throw failed("wrong-shape", asked, `${answer.status} in another shape than expected (${where}: ${issue?.message ?? ""})`);
}
/** How long to wait before a read is repeated; undefined when it would be answered the same again. */
function pauseAfter(error, tried) {
	if (!(error instanceof GithubError)) return void 0;
	switch (error.kind) {
		case "server-error":
		case "unreachable":
		case "late":
		case "not-json": return firstPauseSeconds * 2 ** (tried - 1);
		case "rate-limited": return error.retryAfterSeconds;
		case "unauthorized":
		case "forbidden":
		case "not-found":
		case "rejected":
		case "redirected":
		case "wrong-shape":
		case "wrong-bytes": return;
	}
}

// src/github/download.ts
/** Evidence is some kilobytes and a journal some megabytes; what is larger than this is neither. */
const mostBytes = 67108864;
/** Fetches an artifact: GitHub sends to a store elsewhere, which is asked without the token. */
async function downloadArtifact(asker, asked, artifact) {
	const { status, headers } = await asker.once(asked);
	const location = headers["location"];
	if (status !== 302 || typeof location !== "string" || !URL.canParse(location)) throw failed("wrong-shape", asked, `${status}, and no place to download it from`);
	const bytes = await fromStore(location, asked, asker.over);
	const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
	if (artifact.digest === void 0 || artifact.digest === digest) return {
		bytes,
		digest
	};
	throw failed("wrong-bytes", asked, `${bytes.length} bytes with ${digest}, and GitHub lists ${artifact.digest}`);
}
/** The address opens the artifact to whoever has it, so no message says it. */
async function fromStore(location, asked, over) {
	const fetch = defaults.request?.fetch;
	try {
		const answer = await fetch(location, {
			redirect: "manual",
			signal: over
		});
		if (answer.status !== 200) throw failureOf(asked, {
			status: answer.status,
			headers: {},
			data: void 0
		});
		return await collect$1(answer.body, asked);
	} catch (error) {
		if (error instanceof GithubError) throw error;
		if (over.aborted) throw failed("late", asked, "the store gave no whole answer in time");
		const why = errorText(error).replaceAll(location, "its address");
		throw failed("unreachable", asked, `the store gave no whole answer, ${why}`);
	}
}
async function collect$1(body, asked) {
	const chunks = [];
	let size = 0;
	for await (const chunk of body ?? []) {
		size += chunk.length;
		if (size > 67108864) throw failed("wrong-bytes", asked, `more than ${mostBytes} bytes, which no evidence has`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

// src/github/pages.ts
const pageSize = 100;
const mostPages = 20;
/** Page after page, until GitHub has no more or enough are there. */
async function allPages(asker, asked, schema, most) {
	const found = [];
	const sign = asked.path.includes("?") ? "&" : "?";
	for (let page = 1; page <= mostPages; page += 1) {
		const path = `${asked.path}${sign}per_page=${pageSize}&page=${page}`;
		const { total, items } = await asker.read({
			...asked,
			path
		}, schema);
		found.push(...items);
		if ((total === void 0 ? items.length < pageSize : found.length >= total) || items.length === 0) return found.slice(0, most);
		if (most !== void 0 && found.length >= most) return found.slice(0, most);
	}
	throw failed("wrong-shape", asked, `more than 2000 entries, which nobody expects here`);
}

// src/github/client.ts
const read = "actions: read";
/** A client of one repository. */
function githubClient(options) {
	const { apiUrl, repository, token, signal } = options;
	const access = {
		apiUrl: apiUrl.replace(/\/+$/, ""),
		token,
		attemptSeconds: options.attemptSeconds ?? 5,
		totalSeconds: options.totalSeconds ?? 15,
		tries: options.tries ?? 3,
		signal
	};
	const repo = `/repos/${repository.split("/").map(encodeURIComponent).join("/")}`;
	const asker = (limits = {}) => new Asker({
		...access,
		...limits
	});
	const get = (path, needs = read) => ({
		method: "GET",
		path: repo + path,
		needs
	});
	const all = (path, schema, most) => allPages(asker(), get(path), schema, most);
	return {
		environment: (name, limits) => asker(limits).read(get(`/environments/${encodeURIComponent(name)}`), environmentAnswer),
		branchPolicies: (name, limits) => allPages(asker(limits), get(`/environments/${encodeURIComponent(name)}/deployment-branch-policies`), branchPoliciesAnswer),
		protectedBranches: (limits) => asker(limits).read(get("/branches?protected=true&per_page=100", "contents: read"), branchesAnswer),
		approvals: (runId, limits) => asker(limits).read(get(`/actions/runs/${encodeURIComponent(runId)}/approvals`), approvalsAnswer),
		workflowRuns: (file, filter, most = 300) => all(`/actions/workflows/${encodeURIComponent(file)}/runs${query(filter)}`, workflowRunsAnswer, most),
		run: (runId) => asker().read(get(`/actions/runs/${encodeURIComponent(runId)}`), workflowRunAnswer),
		jobs: (runId) => all(`/actions/runs/${encodeURIComponent(runId)}/jobs?filter=all`, jobsAnswer),
		artifacts: (runId) => all(`/actions/runs/${encodeURIComponent(runId)}/artifacts`, artifactsAnswer),
		download: (artifact) => {
			const one = asker({ totalSeconds: access.totalSeconds * 4 });
			const asked = get(`/actions/artifacts/${artifact.id}/zip`);
			return one.repeat(() => downloadArtifact(one, asked, artifact));
		},
		compare: async (base, head) => {
			const commits = `${encodeURIComponent(base)}...${encodeURIComponent(head)}`;
			const asked = get(`/compare/${commits}?per_page=1`, "contents: read");
			return (await asker().read(asked, compareAnswer)).status;
		},
		statuses: (sha) => allPages(asker(), get(`/commits/${encodeURIComponent(sha)}/statuses`, "statuses: read"), statusesAnswer.transform((items) => ({
			total: void 0,
			items
		}))),
		createStatus: (sha, { state, context, description, targetUrl }) => asker().write({
			method: "POST",
			path: `${repo}/statuses/${encodeURIComponent(sha)}`,
			needs: "statuses: write"
		}, {
			state,
			context,
			description: description.slice(0, 140),
			...targetUrl === void 0 ? {} : { target_url: targetUrl }
		}, statusAnswer)
	};
}
function query({ status, event, branch, headSha }) {
	const wanted = Object.entries({
		status,
		event,
		branch,
		head_sha: headSha
	}).flatMap(([name, value]) => value === void 0 ? [] : [`${name}=${encodeURIComponent(value)}`]);
	return wanted.length === 0 ? "" : `?${wanted.join("&")}`;
}

// src/github/judge-protection.ts
/** Asks for everything that protects an environment and names whatever is missing, all at once. */
async function seeProtection(client, name, limits) {
	const environment = await client.environment(name, limits);
	const { branches, lack } = await seeBranches(client, environment, limits);
	const lacks = [...lacksOf(environment), ...lack === void 0 ? [] : [lack]];
	return {
		environment,
		branches,
		lacks: environment.ruleTypes.length === 0 && environment.branches === "any" ? [madeByGithub(name), ...lacks] : lacks
	};
}
/** Anything but GitHub's plain yes is a lack: what it does not say proves nothing. */
function lacksOf(environment) {
	const { reviewers, preventSelfReview, adminsMayBypass } = environment;
	return [
		reviewers.length === 0 && {
			problem: "it has no required reviewers",
			mend: "add required reviewers"
		},
		reviewers.length > 0 && !preventSelfReview && {
			problem: "whoever dispatches a run may approve it",
			mend: "tick Prevent self-review"
		},
		adminsMayBypass !== false && {
			problem: adminsMayBypass === void 0 ? "GitHub does not say whether administrators may bypass its rules" : "administrators may bypass its rules",
			mend: "untick Allow administrators to bypass configured protection rules"
		}
	].filter((one) => one !== false);
}
async function seeBranches(client, { name, branches }, limits) {
	switch (branches) {
		case "any": return {
			branches: [],
			lack: anyBranch("every branch may deploy to it")
		};
		case "protected": {
			const some = await client.protectedBranches(limits);
			return some.length > 0 ? { branches: [`protected branches (${some.join(", ")})`] } : {
				branches: [],
				lack: anyBranch("only protected branches may deploy to it, and none is protected, which lets all")
			};
		}
		case "named": {
			const policies = await client.branchPolicies(name, limits);
			const wide = policies.find(letsAll);
			const names = policies.map((one) => one.type === "tag" ? `tag ${one.name}` : one.name);
			return wide === void 0 ? { branches: names } : {
				branches: names,
				lack: anyBranch(`its ${wide.type} rule ${wide.name} lets all deploy`)
			};
		}
	}
}
function letsAll({ name }) {
	return /^[*/]+$/.test(name);
}
function anyBranch(problem) {
	return {
		problem,
		mend: "let only the branches that you protect deploy to it"
	};
}
function madeByGithub(name) {
	return {
		problem: `${name} is there without any rule, as GitHub makes it of a name that nobody has set up`,
		mend: `see whether ${name} is spelled as you mean it`
	};
}

// src/action/evidence-source.ts
/** Runs enough to find the newest one of an environment among those of the others. */
const mostRuns = 200;
/** GitHub as the place where evidence is kept. */
function githubEvidence(client, ownSha) {
	return {
		isBehind: async (sha) => ["identical", "ahead"].includes(await client.compare(sha, ownSha)),
		runs: async (workflowFile) => {
			return (await client.workflowRuns(workflowFile, { event: "workflow_dispatch" }, mostRuns)).map((run) => ({
				id: String(run.id),
				attempt: run.attempt,
				title: run.displayTitle,
				sha: run.headSha,
				branch: run.headBranch ?? "",
				url: run.url,
				startedAt: run.startedAt,
				status: run.status,
				conclusion: run.conclusion
			}));
		},
		statuses: (sha) => client.statuses(sha),
		jobs: async (runId) => latestOfEach(await client.jobs(runId)),
		artifacts: async (runId) => (await client.artifacts(runId)).map((artifact) => ({
			id: String(artifact.id),
			name: artifact.name,
			expired: artifact.expired,
			digest: artifact.digest,
			download: async () => (await client.download(artifact)).bytes
		}))
	};
}
/** A re-run starts some jobs anew and keeps the others: of each name the last attempt counts. */
function latestOfEach(jobs) {
	const latest = /* @__PURE__ */ new Map();
	for (const job of jobs) {
		const known = latest.get(job.name);
		if (known === void 0 || known.attempt <= job.attempt) latest.set(job.name, job);
	}
	return [...latest.values()];
}

// src/action/rollback-workflow.ts
/**
* What the file of a rollback's workflow may be called: after the runbook and its phase in a repository with
* several runbooks, else after its phase alone. `runbook-phase workflow` names them so.
*/
function rollbackFiles(runbook, phase) {
	return [`${runbook}-${phase}.yml`, `${phase}.yml`];
}
/** The one of these that this checkout has; other runbooks may have the plainer name. */
function rollbackFileIn(workspace, runbook, phase) {
	const [prefixed, plain] = rollbackFiles(runbook, phase);
	return existsSync(join(workspace, ".github/workflows", prefixed)) ? prefixed : plain;
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
		dispatcher: env["GITHUB_ACTOR"] ?? "",
		workflow: env["GITHUB_WORKFLOW"] ?? "",
		workflowFile: /([^/@]+)@/.exec(env["GITHUB_WORKFLOW_REF"] ?? "")?.[1] ?? "",
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

// src/action/github-witness.ts
/** Nobody waits longer for what is only worth knowing. */
const approvalsLimits = {
	totalSeconds: 4,
	attemptSeconds: 3
};
const protectionLimits = {
	totalSeconds: 20,
	attemptSeconds: 6
};
const longestComment = 1e3;
/** The engine's way to GitHub, where a workflow runs it; a terminal has none. */
function githubWitness(token, env, signal) {
	const run = readRunContext(env);
	if (run === void 0) return void 0;
	if (token === void 0) return withoutToken;
	const client = githubClient({
		...apiOf(run, env),
		token,
		signal
	});
	return {
		protection: (environment) => protectionOf(client, environment),
		evidence: (demand) => evidenceOf(client, run, demand, env["GITHUB_WORKSPACE"] || "."),
		announce: (context) => announce(client, run, context),
		approvals: async () => [await approvalsOf(client, run)]
	};
}
/** Where the API of this run's GitHub is, and the repository in it. */
function apiOf({ repository }, env) {
	return {
		apiUrl: env["GITHUB_API_URL"] || "https://api.github.com",
		repository
	};
}
const noToken = "the input github-token is empty";
const unaskedWithoutToken = {
	kind: "unasked",
	reason: noToken,
	next: "leave github-token at its default, and give the job `permissions: actions: read`"
};
const withoutToken = {
	protection: () => Promise.resolve(unaskedWithoutToken),
	evidence: () => Promise.resolve(unaskedWithoutToken),
	announce: () => Promise.resolve([notAnnounced(noToken)]),
	approvals: () => Promise.resolve([noteOf(noToken)])
};
async function evidenceOf(client, { workflowFile, ref, sha }, demand, workspace) {
	const file = demand.of === "rollback" ? rollbackFileIn(workspace, demand.runbook, demand.phase ?? "rollback") : workflowFile;
	try {
		const place = {
			...demand,
			workflowFile: file,
			branch: ref.replace(/^refs\/heads\//, "")
		};
		const found = await verifyEvidence(place, githubEvidence(client, sha));
		if (!found.ok) return {
			kind: "unproven",
			reasons: found.reasons
		};
		return {
			kind: "proven",
			evidence: found.evidence,
			hash: found.hash,
			url: found.run.url
		};
	} catch (error) {
		return unasked(error);
	}
}
async function announce(client, { sha, runUrl }, context) {
	const status = {
		state: "pending",
		context,
		description: "a round is under way"
	};
	try {
		await client.createStatus(sha, {
			...status,
			targetUrl: runUrl
		});
		return [];
	} catch (error) {
		return [notAnnounced(errorText(error))];
	}
}
function notAnnounced(why) {
	return {
		kind: "note",
		text: `GitHub could not be told that a round is under way: ${why}`
	};
}
async function protectionOf(client, name) {
	try {
		const { environment, branches, lacks } = await seeProtection(client, name, protectionLimits);
		if (lacks.length > 0) return {
			kind: "unprotected",
			problems: lacks
		};
		const { url, reviewers } = environment;
		return {
			kind: "protected",
			proof: {
				kind: "protection",
				environment: name,
				url,
				reviewers,
				branches: [...branches]
			}
		};
	} catch (error) {
		if (isMissing(error)) return {
			kind: "unprotected",
			problems: [missing(name, error)]
		};
		return unasked(error);
	}
}
function unasked(error) {
	const next = error instanceof GithubError ? error.next : "re-run the job";
	return {
		kind: "unasked",
		reason: errorText(error),
		next
	};
}
function isMissing(error) {
	return error instanceof GithubError && error.kind === "not-found";
}
function missing(name, { asked, next }) {
	return {
		problem: `it knows no environment ${name} (${asked}: 404)`,
		mend: `see whether ${name} is spelled as you mean it and set it up; ${next}`
	};
}
async function approvalsOf(client, { runId }) {
	try {
		const approvals = await client.approvals(runId, approvalsLimits);
		const cut = (text) => text.slice(0, longestComment).toWellFormed();
		return {
			kind: "approvals",
			approvals: approvals.map((one) => ({
				...one,
				comment: cut(one.comment)
			}))
		};
	} catch (error) {
		return noteOf(errorText(error));
	}
}
function noteOf(why) {
	return {
		kind: "note",
		text: `who approved this run is not known: ${why}`
	};
}

// src/evidence/merely-done.ts
/**
* Steps that a run only found done: their check said so, and it sent nothing itself. Such a run says nothing of what
* the step would do, so it proves nothing for another environment. What others sent in its round is theirs.
*/
function merelyDone(events, { run, acts }) {
	const lives = /* @__PURE__ */ new Map();
	for (const { actor, body, place } of events) {
		const { phase, step, host } = place;
		if (phase === void 0 || step === void 0) continue;
		const name = `${phase}/${step}`;
		if (!acts.includes(name)) continue;
		const part = host === void 0 ? name : `${name}@${host}`;
		const life = lives.get(part) ?? {
			attempted: false,
			outcome: ""
		};
		lives.set(part, life);
		if (body.type === "step-intended" && actor.run === run) life.attempted = true;
		if (body.type === "step-ended") life.outcome = body.outcome;
	}
	const wholes = new Set([...lives.keys()].flatMap((part) => part.match(/^.*(?=@)/)?.[0] ?? []));
	return [...lives].filter(([part]) => !wholes.has(part)).filter(([, life]) => life.outcome === "already-done" && !life.attempted).map(([part]) => part);
}

// src/evidence/skipped-in.ts
/** Steps of some phases that were skipped and never done, by the last that the journal says of each. */
function skippedIn(events, { phases }) {
	const reasons = /* @__PURE__ */ new Map();
	const done = /* @__PURE__ */ new Set();
	for (const { body, place } of events) {
		const { phase, step, host } = place;
		if (phase === void 0 || step === void 0 || !phases.includes(phase)) continue;
		const name = `${phase}/${step}`;
		if (body.type === "step-skipped") reasons.set(name, body.reason);
		if (body.type === "step-ended" && host === void 0 && isGood(body.outcome)) done.add(name);
	}
	return [...reasons].filter(([step]) => !done.has(step)).map(([step, reason]) => ({
		step,
		reason
	}));
}

// src/evidence/make-evidence.ts
/** Computes what a run proved: only what it did itself, to its end, with a good verdict, counts. */
function makeEvidence(request) {
	const state = replay(request.events);
	const round = roundOf(request, state);
	const own = request.events.filter((event) => round !== void 0 && event.round === round.id);
	const history = round === void 0 ? void 0 : state.inRound(round.id);
	const verdict = history?.latestVerdict()?.verdict;
	const idle = merelyDone(own, {
		run: request.run.id,
		acts: request.acts
	});
	const why = [...request.jobProblems, ...problems(request, round, history, idle)];
	return {
		version: 1,
		runbook: request.runbook,
		environment: request.environment,
		of: request.of,
		proven: why.length === 0,
		why,
		runbookDigest: request.runbookDigest,
		baselineDigest: verdict?.baselineDigest ?? round?.baselineDigest ?? "",
		baseline: [...presentBaseline(own) ?? []],
		planDigest: request.planDigest,
		round: round?.id ?? "",
		startedAt: own[0]?.at ?? request.now.toISOString(),
		endedAt: own.at(-1)?.at ?? request.now.toISOString(),
		run: request.run,
		approvals: [...request.approvals],
		phases: request.phases.map((phase) => proofOf(phase, history)),
		merelyDone: idle,
		skipped: skippedIn(own, request),
		downtimeSeconds: history?.downtime(request.now).seconds ?? 0,
		timings: timingsOf(own),
		verdict: verdict === void 0 ? null : {
			good: verdict.good,
			reasons: verdict.reasons,
			rows: verdict.rows,
			failures: verdict.failures
		},
		journal: {
			events: request.events.length,
			head: request.journalHead
		}
	};
}
/** The round in which this run acted last: its own, one that it took over, or the one that it rolled back. */
function roundOf({ run, events }, state) {
	const last = events.findLast(({ actor, round }) => actor.run === run.id && round !== "");
	return state.rounds.find(({ id }) => id === last?.round);
}
function proofOf(phase, history) {
	const { outcome, attempts = 0, seconds = 0 } = history?.phase(phase) ?? {};
	return {
		phase,
		outcome: outcome ?? null,
		attempts,
		seconds
	};
}
function problems(request, round, history, idle) {
	if (round === void 0 || history === void 0) return [`run ${request.run.id} has written nothing into the journal`];
	const closedBy = request.of === "chain" ? "chain" : request.of;
	return [
		...request.phases.filter((phase) => !history.phase(phase).done).map((phase) => `phase ${phase} ${endOf(history, phase)}`),
		...round.open || round.closedBy !== closedBy ? [closing(round)] : [],
		...idle.map((step) => `${step} was merely found done`),
		...request.of === "chain" ? chainProblems(request, round, history) : []
	];
}
function chainProblems(request, round, history) {
	const verdict = history.latestVerdict()?.verdict;
	return [
		...round.owner.run === request.run.id ? [] : [`the round belongs to run ${round.owner.run}`],
		...round.runbookDigest === request.runbookDigest ? [] : ["the runbook changed in mid-round"],
		...verdict !== void 0 && !verdict.good ? ["the verdict is bad"] : [],
		...others(request, round).map((run) => `run ${run} acted in the round, too`)
	];
}
/** Runs that ran a phase of the chain in the round: what they did was done by code that nobody vouches for here. */
function others({ run, events, phases }, { id }) {
	const started = events.filter(({ round, body, place, actor }) => round === id && body.type === "phase-started" && phases.includes(place.phase ?? "") && actor.run !== run.id);
	return [...new Set(started.map(({ actor }) => actor.run))];
}
function endOf(history, phase) {
	const { outcome, running, attempts } = history.phase(phase);
	if (attempts === 0) return "was not started";
	return running || outcome === void 0 ? "has not ended" : `ended ${outcome}`;
}
function closing({ id, open, closedBy }) {
	return open ? `round ${id} is still open` : `round ${id} was closed by ${closedBy ?? "nobody"}`;
}

// src/evidence/read-journals.ts
/**
* Every job uploads the journal as it stood at its end. The longest one is the run's; every other one must be its
* beginning, or somebody wrote a journal anew.
*/
function readJournals(archives, environment) {
	const problems = [];
	const found = archives.flatMap(({ name, zip }) => {
		const bytes = fileIn(zip, "journal.jsonl");
		if (bytes === void 0) return [];
		try {
			const { events, head } = readJournal(new TextDecoder().decode(bytes), {
				file: `${name}/journal.jsonl`,
				environment
			});
			return [{
				name,
				events,
				head: head.hash
			}];
		} catch (error) {
			problems.push(`the journal of artifact ${name} cannot be used: ${String(error)}`);
			return [];
		}
	});
	const longest = found.toSorted((a, b) => b.events.length - a.events.length)[0];
	if (longest === void 0) return {
		events: [],
		head: "",
		problems
	};
	for (const { name, events, head } of found) {
		const goesOn = longest.events[events.length]?.previous ?? longest.head;
		if (events.length > 0 && goesOn !== head) problems.push(`the journal of artifact ${name} is not the beginning of ${longest.name}'s`);
	}
	return {
		events: longest.events,
		head: longest.head,
		problems
	};
}

// src/action/run-evidence.ts
/** The workflows' last job, which runs also when a job before it was lost; it is not over while it looks. */
const ownJob = "Evidence";
/** Writes what the run proved: evidence.json, and a commit status that speaks of exactly this file. */
async function writeRunEvidence(inputs, { plan }, env, folder) {
	const run = readRunContext(env);
	if (run === void 0 || inputs.githubToken === void 0) throw new RefusedError("evidence is written by a job of a GitHub workflow, and this is none, or it has no github-token", "see the job `evidence` of .github/workflows/org-migration.yml");
	const client = githubClient({
		...apiOf(run, env),
		token: inputs.githubToken
	});
	const evidence = await collect(inputs.environment, plan, run, client);
	const file = writeEvidence(evidence);
	await writeFile(join(folder, "evidence.json"), file);
	await client.createStatus(run.sha, {
		state: evidence.proven ? "success" : "failure",
		context: statusContext(plan.runbook, inputs.environment, evidence.of),
		description: describeStatus(evidence, hashOf(file)),
		targetUrl: run.runUrl
	});
	return evidence;
}
async function collect(environment, plan, run, client) {
	const source = githubEvidence(client, run.sha);
	const [jobProblems, journals, approvals] = await Promise.all([
		jobsOf(run, source),
		journalsOf(environment, run, source),
		client.approvals(run.runId)
	]);
	const rollback = rollbackOf(plan, run);
	const of = rollback === void 0 ? "chain" : "rollback";
	const phases = rollback === void 0 ? chainOf(plan) : [rollback];
	return makeEvidence({
		of,
		run: {
			id: run.runId,
			attempt: run.runAttempt,
			url: run.runUrl,
			sha: run.sha,
			by: run.actor,
			dispatcher: run.dispatcher
		},
		runbook: plan.runbook,
		environment,
		phases: phases.map(({ id }) => id),
		acts: phases.flatMap(actsOf),
		runbookDigest: plan.runbookDigest,
		planDigest: plan.digest,
		approvals: approvals.map(({ state, user, environments }) => `${user}: ${state} (${environments.join(", ")})`),
		jobProblems: [...jobProblems, ...journals.problems],
		events: journals.events,
		journalHead: journals.head,
		now: /* @__PURE__ */ new Date()
	});
}
/** Kinds of steps that change something; a console that is merely started is not what was to be shown. */
const acting = /* @__PURE__ */ new Set([
	"run",
	"eval",
	"databag",
	"exercise"
]);
/**
* What a phase has to do to prove anything. What is not required, or only leads to a later step, may be needless.
*/
function actsOf({ id, steps }) {
	return steps.filter(({ kind, required, until }) => acting.has(kind) && required && until === void 0).map((step) => `${id}/${step.id}`);
}
/** The workflows are told apart by their files: a run that was lost at once has left nothing else. */
function rollbackOf(plan, { workflowFile }) {
	const rollback = plan.phases.find(({ dispatched }) => dispatched === "rollback");
	if (rollback === void 0) return void 0;
	return rollbackFiles(plan.runbook, rollback.id).includes(workflowFile) ? rollback : void 0;
}
async function jobsOf({ runId }, source) {
	return (await source.jobs(runId)).filter(({ name, conclusion }) => name !== ownJob && conclusion !== "success").map(({ name, status, conclusion }) => `job "${name}" ended ${conclusion ?? status}`);
}
async function journalsOf(environment, { runId }, source) {
	const wanted = (await source.artifacts(runId)).filter(({ name, expired }) => !expired && !/^(plan|evidence)-/.test(name));
	const archives = [];
	const lost = [];
	for (const { name, download } of wanted) try {
		archives.push({
			name,
			zip: await download()
		});
	} catch (error) {
		lost.push(`artifact ${name} cannot be had: ${errorText(error)}`);
	}
	const read = readJournals(archives, environment);
	return {
		...read,
		problems: [...lost, ...read.problems]
	};
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
	if (inputs.phase === "evidence") return proveRun(inputs, env, folder);
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
async function proveRun(inputs, env, folder) {
	const prepared = prepare({
		...inputs,
		runbookFile: inputs.runbook,
		inventoryFile: inputs.inventory
	});
	const evidence = await writeRunEvidence(inputs, prepared, env, folder);
	const { runbook, environment, of } = evidence;
	const context = statusContext(runbook, environment, of);
	await publish(evidenceMarkdown(evidence, context), "evidence", env, folder);
	const log = liveLog(inputs);
	log.say(`${context}: ${evidence.proven ? "proven" : `proves nothing: ${evidence.why.join("; ")}`}`);
	log.end();
	writeOutputs({
		outcome: "succeeded",
		"plan-digest": evidence.planDigest
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
	writeOutputs(outputs(report, inputs.phase, copyFile));
	await unlessUnwritable(inputs.masked, async () => {
		await publish(summaryOf(report, inputs), inputs.phase, env, folder);
		await writeVerdictFiles(report.events, inputs.phase, folder, inputs.masked);
	});
	const unchanged = report.outcome === "refused" && report.changed !== true ? "Nothing was changed.\n" : "";
	return {
		outcome: report.outcome,
		message: `${report.sentence}\n${unchanged}Next: ${report.next}`
	};
}
async function unlessUnwritable(secrets, write) {
	try {
		await write();
	} catch (error) {
		warnJob(`the summary or its files could not be written: ${errorText(error)}`, secrets);
	}
}
/** A ruling is kept for good, so it wants to be whole: which step, what was found, and why. */
function rulingOf({ step, ruling, reason }) {
	const missing = Object.entries({
		step,
		ruling,
		reason
	}).filter(([, value]) => value === void 0);
	if (step === void 0 || ruling === void 0 || reason === void 0) throw new InputError(missing.map(([name]) => `${name} is required for phase resolve`));
	return typeof ruling === "object" ? {
		step,
		ruling,
		reason
	} : {
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
		signal,
		witness: githubWitness(inputs.githubToken, env, signal)
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