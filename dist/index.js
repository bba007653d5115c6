// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { r as __toESM } from "./lib/rolldown-runtime.js";
import { a as startGroup, i as setSecret, n as setFailed, r as setOutput, t as endGroup } from "./lib/actions-core.js";
import { A as page, B as formatRate, C as parseTerm, D as details, E as code, F as formatCount, G as safeLines, H as secondsBetween, I as formatDuration, K as parseSecrets, L as formatInstant, M as pre, N as table, O as list, P as titled, R as formatNumber, U as maskedValues, V as formatTime, W as safeLine, _ as textOf$1, a as RefusedError, c as canonicalJson, d as overtakenNext, f as highestToken, g as printTerm, h as removeOldJobs, i as prepare, j as paragraph, k as md, l as digest, m as readJob, n as planText, o as chainOf, p as presentToken, q as parseVars, r as admitRequest, s as bindRound, t as planMarkdown, u as kindOf, v as invokeShell, w as TermError, x as encodeErlang, y as shellScript, z as formatPercent } from "./lib/engine.js";
import { a as boolean, c as literal, d as record, f as strictObject, g as prettifyError, h as unknown, i as array, l as number, n as _enum, o as discriminatedUnion, p as string, u as object } from "./lib/zod.js";
import { t as require_lib } from "./lib/ssh2.js";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { inflateSync } from "node:zlib";
import { createHash, createHmac, createPrivateKey, hash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { appendFile, mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { finished } from "node:stream/promises";
import { execFile } from "node:child_process";
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
			const message = error instanceof Error ? error.message : String(error);
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

// src/execute/exit-code.ts
const exitCodes = {
	succeeded: 0,
	"already-done": 0,
	refused: 3,
	failed: 1,
	cancelled: 130,
	unknown: 4
};
/** The exit code of an outcome; a job succeeds only with `succeeded` and `already-done`. */
function exitCodeOf(outcome) {
	return exitCodes[outcome];
}

// src/execute/next-of.ts
/** What an error itself says that a person can do. */
function nextOf$1(error) {
	return error instanceof Error && "next" in error && typeof error.next === "string" ? error.next : void 0;
}
/** What an error says happened, without what it says to do: that is told on its own. */
function messageOf(error) {
	const message = error instanceof Error ? error.message : String(error);
	const next = nextOf$1(error);
	return next === void 0 ? message : message.replace(`. Next: ${next}`, "");
}

// src/report/words.ts
const marks = {
	succeeded: "✅",
	"already-done": "✅",
	refused: "⛔",
	failed: "⛔",
	cancelled: "⛔",
	unknown: "❓",
	running: "❓",
	skipped: "➖",
	"not-reached": "➖"
};
const words$1 = {
	succeeded: "succeeded",
	"already-done": "already done",
	refused: "refused",
	failed: "failed",
	cancelled: "cancelled",
	unknown: "unknown",
	running: "no end recorded",
	skipped: "skipped",
	"not-reached": "not reached"
};
/** The sign and the word together, because a colour or a sign alone does not reach every reader. */
function sayStanding(standing) {
	return `${marks[standing]} ${words$1[standing]}`;
}
/** The same with a capital, for a headline. */
function headlineOf(standing) {
	const word = words$1[standing];
	return `${marks[standing]} ${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
/** True for the two outcomes with which a job succeeds. */
function isGood$1(standing) {
	return standing === "succeeded" || standing === "already-done";
}
/** True when a step stopped its phase or left it in doubt. */
function isBad(standing) {
	return standing === "refused" || standing === "failed" || standing === "cancelled" || standing === "unknown";
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
	return count$1(line, "<details") * 11;
}
function closing(lines) {
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
	const message = cause instanceof Error ? cause.message : String(cause);
	const next = nextOf$1(cause) ?? "correct what it names and dispatch again; nothing was changed";
	await writeSummary(shortSummary("refused", message, next), env).catch(() => void 0);
	writeOutputs({ outcome: "refused" });
	failJob(`${message}\nNext: ${next}`, []);
	return exitCodeOf("refused");
}

// src/execute/clock.ts
/** The machine's clock. */
const machineClock = {
	now: () => /* @__PURE__ */ new Date(),
	sleep: (seconds, signal) => setTimeout$1(seconds * 1e3, void 0, signal === void 0 ? {} : { signal }).catch(() => void 0)
};

// src/journal/downtime.ts
/** Notes a start or an end; a start while it runs and an end while it stands change nothing. */
function addToDowntime(intervals, { at, body }) {
	const last = intervals.at(-1);
	const running = last !== void 0 && last.endedAt === void 0;
	if (body.type === "downtime-started" && !running) intervals.push({ startedAt: at });
	if (body.type === "downtime-ended" && running) intervals[intervals.length - 1] = {
		...last,
		endedAt: at
	};
}
/** Adds up the intervals; the one that runs counts until `now`. */
function sumDowntime(intervals, now) {
	const first = intervals[0];
	const last = intervals.at(-1);
	if (first === void 0 || last === void 0) return {
		seconds: 0,
		running: false
	};
	const milliseconds = intervals.reduce((sum, interval) => sum + length(interval, now), 0);
	const running = last.endedAt === void 0;
	const ended = running ? {} : { endedAt: last.endedAt };
	return {
		startedAt: first.startedAt,
		...ended,
		seconds: milliseconds / 1e3,
		running
	};
}
function length({ startedAt, endedAt }, now) {
	const end = endedAt === void 0 ? now.getTime() : Date.parse(endedAt);
	return Math.max(0, end - Date.parse(startedAt));
}

// src/journal/step-history.ts
const untouched = {
	done: false,
	attempts: 0
};
/** The life of one step in one round: a state for the step itself and one for each host that it names. */
var StepHistory = class {
	states = /* @__PURE__ */ new Map();
	phase;
	step;
	constructor(phase, step) {
		this.phase = phase;
		this.step = step;
	}
	take(event) {
		const { host } = event.place;
		this.states.set(host, next(this.state(host), event));
		const { body } = event;
		if (body.type !== "ruling" || host !== void 0) return;
		for (const [name, state] of this.states) if (state.inFlight) this.states.set(name, next(state, event));
	}
	state(host) {
		return this.states.get(host) ?? untouched;
	}
	inFlight() {
		const { phase, step } = this;
		return [...this.states].filter(([, state]) => state.inFlight !== void 0).map(([host, state]) => ({
			phase,
			step,
			...host === void 0 ? {} : { host },
			...state
		}));
	}
};
function next(state, event) {
	const { at, body, place } = event;
	switch (body.type) {
		case "step-started": return {
			...state,
			startedAt: state.startedAt ?? at
		};
		case "step-skipped": return {
			...state,
			skipped: body.reason
		};
		case "step-checked": return {
			...state,
			lastCheck: {
				state: body.state,
				detail: body.detail
			}
		};
		case "step-intended": {
			const attempt = place.attempt ?? state.attempts + 1;
			const { id, act, resume } = body;
			const { ruling: _, ...rest } = state;
			const inFlight = {
				attempt,
				id,
				act,
				resume,
				intendedAt: at,
				unknown: false
			};
			return {
				...rest,
				done: false,
				attempts: Math.max(attempt, state.attempts),
				inFlight
			};
		}
		case "step-applied":
			if (state.inFlight === void 0) return state;
			return {
				...state,
				inFlight: {
					...state.inFlight,
					applied: body.outcome
				}
			};
		case "step-ended": return ended(state, at, body);
		case "ruling": {
			const { ruling, reason, by } = body;
			const { inFlight: _, ...rest } = state;
			return {
				...rest,
				done: ruling === "done",
				ruling: {
					ruling,
					reason,
					by
				}
			};
		}
		default: return state;
	}
}
/** `unknown` and `cancelled` prove nothing of what was sent: such an attempt stays in flight until it is followed or ruled. */
function ended(state, at, body) {
	const { outcome, detail, seconds } = body;
	const { inFlight, skipped: _, ...rest } = state;
	const done = outcome === "succeeded" || outcome === "already-done";
	const kept = {
		...rest,
		done,
		lastOutcome: outcome,
		lastDetail: detail,
		endedAt: at,
		seconds
	};
	return inFlight !== void 0 && (outcome === "unknown" || outcome === "cancelled") ? {
		...kept,
		inFlight: {
			...inFlight,
			unknown: outcome === "unknown"
		}
	} : kept;
}

// src/journal/round-history.ts
const neverStarted = {
	done: false,
	running: false,
	attempts: 0
};
/** One round's events, indexed as they come, so that no question has to walk through the journal. */
var RoundHistory = class {
	intervals = [];
	verdict;
	phases = /* @__PURE__ */ new Map();
	steps = /* @__PURE__ */ new Map();
	observed = /* @__PURE__ */ new Map();
	readings = /* @__PURE__ */ new Map();
	consoles = /* @__PURE__ */ new Map();
	take(event) {
		const { body, place } = event;
		if (body.type === "observed") this.observe(event, body.observation);
		else if (body.type === "verdict") this.verdict = {
			event,
			verdict: body
		};
		else if (body.type === "phase-started" || body.type === "phase-ended") this.takePhase(event);
		else if (place.phase !== void 0 && place.step !== void 0) this.history({
			phase: place.phase,
			step: place.step
		}).take(event);
		addToDowntime(this.intervals, event);
	}
	phase(id) {
		return this.phases.get(id) ?? neverStarted;
	}
	phaseIds() {
		return [...this.phases.keys()];
	}
	step(place) {
		return this.steps.get(stepKey(place))?.state(place.host) ?? {
			done: false,
			attempts: 0
		};
	}
	inFlight() {
		return [...this.steps.values()].flatMap((history) => history.inFlight());
	}
	observationsOf(kind, where) {
		return (this.observed.get(kind) ?? []).flatMap((one) => isOf(one, kind) && isAt(one.event, where) ? [one] : []);
	}
	reading(name) {
		return this.readings.get(name);
	}
	console(name) {
		return this.consoles.get(name);
	}
	history(place) {
		const key = stepKey(place);
		const found = this.steps.get(key) ?? new StepHistory(place.phase, place.step);
		this.steps.set(key, found);
		return found;
	}
	observe(event, observation) {
		const seen = this.observed.get(observation.kind) ?? [];
		seen.push({
			event,
			observation
		});
		this.observed.set(observation.kind, seen);
		if (observation.kind === "reading") this.readings.set(observation.name, {
			event,
			observation
		});
		if (observation.kind === "console") this.consoles.set(observation.name, {
			event,
			observation
		});
	}
	takePhase({ at, body, place }) {
		if (place.phase === void 0) return;
		const before = this.phase(place.phase);
		if (body.type === "phase-started") {
			const attempts = Math.max(before.attempts + 1, body.attempt);
			const startedAt = before.startedAt ?? at;
			this.phases.set(place.phase, {
				...before,
				attempts,
				startedAt,
				running: true,
				planDigest: body.planDigest
			});
		} else if (body.type === "phase-ended") {
			const { outcome, seconds, sentence, next } = body;
			const done = outcome === "succeeded" || outcome === "already-done";
			this.phases.set(place.phase, {
				...before,
				outcome,
				seconds,
				sentence,
				next,
				done,
				endedAt: at,
				running: false
			});
		}
	}
};
function stepKey({ phase, step }) {
	return JSON.stringify([phase, step]);
}
function isOf(one, kind) {
	return one.observation.kind === kind;
}
function isAt({ place }, { phase, step, host }) {
	if (phase !== void 0 && place.phase !== phase) return false;
	if (step !== void 0 && place.step !== step) return false;
	return host === void 0 || place.host === host;
}

// src/journal/replay.ts
/** Computes the state from a journal's events. */
function replay(events) {
	const state = new Replay();
	for (const event of events) state.take(event);
	return state;
}
/** The state that grows with the journal: takes one event at a time and answers in between. */
var Replay = class Replay {
	all;
	pinned;
	constructor(all = {
		opened: /* @__PURE__ */ new Map(),
		histories: /* @__PURE__ */ new Map(),
		latest: ""
	}, pinned) {
		this.all = all;
		this.pinned = pinned;
	}
	take(event) {
		this.takeRound(event);
		const history = this.all.histories.get(event.round) ?? new RoundHistory();
		this.all.histories.set(event.round, history);
		history.take(event);
	}
	get round() {
		return this.all.opened.get(this.id);
	}
	get rounds() {
		return [...this.all.opened.values()];
	}
	inRound(id) {
		return new Replay(this.all, id);
	}
	phase(id) {
		return this.current.phase(id);
	}
	phaseIds() {
		return this.current.phaseIds();
	}
	step(phase, step, host) {
		return this.current.step({
			phase,
			step,
			...host === void 0 ? {} : { host }
		});
	}
	observationsOf(kind, where = {}) {
		return this.current.observationsOf(kind, where);
	}
	latestReading(name) {
		return this.current.reading(name);
	}
	latestConsole(name) {
		return this.current.console(name);
	}
	latestVerdict() {
		return this.current.verdict;
	}
	downtime(now) {
		return sumDowntime(this.current.intervals, now);
	}
	inFlight() {
		return this.inFlightWhere((closed) => !closed);
	}
	leftBehind() {
		return this.inFlightWhere((closed) => closed);
	}
	doubts() {
		return this.inFlight().filter((doubt) => doubt.inFlight.unknown);
	}
	inFlightWhere(wanted) {
		const { histories, opened } = this.all;
		return [...histories].flatMap(([round, history]) => wanted(opened.get(round)?.open === false) ? inFlightOf(round, history) : []);
	}
	get id() {
		return this.pinned ?? this.all.latest;
	}
	get current() {
		return this.all.histories.get(this.id) ?? new RoundHistory();
	}
	takeRound({ at, round: id, actor, body }) {
		const { opened } = this.all;
		if (body.type === "round-opened") {
			const { runbookDigest, baselineDigest, planDigest, steps = [] } = body;
			opened.set(id, {
				id,
				openedAt: at,
				owner: actor,
				open: true,
				runbookDigest,
				baselineDigest,
				planDigest,
				steps
			});
			this.all.latest = id;
			return;
		}
		const round = opened.get(id);
		if (round === void 0) return;
		if (body.type === "round-taken-over") opened.set(id, {
			...round,
			owner: actor,
			takenOver: {
				from: body.from,
				reason: body.reason,
				at
			}
		});
		else if (body.type === "round-closed") opened.set(id, {
			...round,
			open: false,
			closedBy: body.by,
			closedAt: at,
			state: body.state
		});
	}
};
function inFlightOf(round, history) {
	return history.inFlight().flatMap((state) => state.inFlight === void 0 ? [] : [{
		...state,
		inFlight: state.inFlight,
		round
	}]);
}

// src/execute/changed-steps.ts
/** The plan's steps as a round keeps them. */
function openedSteps({ phases }) {
	return phases.flatMap((phase) => phase.steps.map((step) => ({
		phase: phase.id,
		step: step.id,
		lines: linesOf(step)
	})));
}
/** What stands in the plan of a step, and what it depends on beside that. */
function linesOf(step) {
	return [...[
		["title", step.title],
		["when", step.when === void 0 ? void 0 : `${step.when.input} is ${step.when.is}`],
		["until", step.until],
		["timeout", step.timeoutSeconds === void 0 ? void 0 : `${step.timeoutSeconds} s`],
		["required", step.required ? void 0 : "false"],
		["on-partial", step.onPartial.kind === "ask" ? void 0 : step.onPartial.kind]
	].flatMap(([name, value]) => value === void 0 ? [] : [`${name}: ${value}`]), ...step.describe.flatMap((line) => line.split("\n"))];
}
/** What differs between the plan with which a round was opened and the present one; in the plan's order. */
function changedSteps(opened, plan) {
	if (opened.length === 0) return [];
	const present = openedSteps(plan);
	return [...opened.filter((one) => find(present, one) === void 0).map((one) => ({
		...nameOf$2(one),
		change: "removed",
		lines: []
	})), ...present.flatMap((one) => changeOf(find(opened, one), one) ?? [])];
}
function changeOf(before, after) {
	if (before === void 0) return {
		...nameOf$2(after),
		change: "added",
		lines: added(after.lines)
	};
	const lost = before.lines.filter((line) => !after.lines.includes(line));
	const found = after.lines.filter((line) => !before.lines.includes(line));
	if (lost.length + found.length === 0) return void 0;
	const lines = [...lost.map((line) => `- ${line}`), ...added(found)];
	return {
		...nameOf$2(after),
		change: "changed",
		lines
	};
}
function find(steps, { phase, step }) {
	return steps.find((one) => one.phase === phase && one.step === step);
}
function nameOf$2({ phase, step }) {
	return {
		phase,
		step
	};
}
function added(lines) {
	return lines.map((line) => `+ ${line}`);
}

// src/execute/left-behind.ts
/**
* Work of closed rounds that still runs on its host, one sentence each: a rollback closes a round while a command
* may go on, and a new round must not start it a second time beside the first.
*/
async function leftRunning(state, { stateDirectory, connect, plan }) {
	return (await Promise.all(state.leftBehind().map(async (doubt) => {
		if (doubt.host === void 0 || !(doubt.host in plan.hosts)) return void 0;
		const connection = await connect(doubt.host).catch(() => void 0);
		if (connection === void 0) return `${nameOf$1(doubt)} cannot be asked: no connection`;
		const job = await readJob(connection, stateDirectory, doubt.inFlight.id);
		if (job.kind === "running") return `${nameOf$1(doubt)} still runs (job ${doubt.inFlight.id})`;
		if (job.kind === "vanished" && job.survivors.length > 0) return `${nameOf$1(doubt)}: processes ${job.survivors.join(", ")} of it still run`;
		if (job.kind === "lost") return `${nameOf$1(doubt)} cannot be asked: ${job.reason}`;
	}))).flatMap((one) => one ?? []);
}
function nameOf$1({ phase, step, host, round }) {
	return `"${step}" of phase ${phase} on ${host}, round ${round},`;
}

// src/execute/lease-lost-error.ts
/** Somebody else may act now, so this run may not: nothing more is changed by it. */
var LeaseLostError = class extends Error {
	name = "LeaseLostError";
	next = overtakenNext;
};

// src/execute/mask-secrets.ts
/** Words of ours that a short secret must not blot out, and ids by which a later run finds its own work again. */
const kept$1 = /* @__PURE__ */ new Set([
	"type",
	"kind",
	"outcome",
	"state",
	"action",
	"ruling",
	"id",
	"resume"
]);
/** A journal outlives its secrets and is kept as an artifact, so what a host prints of them never gets there. */
function maskSecrets(body, secrets) {
	const lines = secrets.flatMap((secret) => secret.split(/\r?\n/).filter((line) => line.length > 2));
	const values = [.../* @__PURE__ */ new Set([...secrets, ...lines])].filter((value) => value.trim() !== "").sort((a, b) => b.length - a.length);
	return values.length === 0 ? body : masked$1(body, values);
}
function masked$1(value, secrets) {
	if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
	if (Array.isArray(value)) return value.map((item) => masked$1(item, secrets));
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value);
	return Object.fromEntries(entries.map(([key, item]) => [key, kept$1.has(key) ? item : masked$1(item, secrets)]));
}

// src/execute/round.ts
/** What the journal says of a round that came to its end. */
const closedByChain = "chain";
/** Decides from the journal alone: order of phases, whose round it is, and that a closed one stays closed. */
function admit(request) {
	const { phase, state } = request;
	if (phase.dispatched === "rollback") return admitRollback(request);
	if (phase.dispatched === "reset") return admitReset(request);
	const { round } = state;
	if (phase.round === "opens" && (round === void 0 || !round.open)) return admitOpening(request, round);
	if (round === void 0) return refused(`no round is open in ${request.plan.environment}`, `run phase ${firstOf(request.plan)} first: it opens one`);
	if (!round.open) return closed(request, round);
	const stranger = ownerProblem(request, round);
	if (stranger !== void 0) return stranger;
	if (round.runbookDigest !== request.plan.runbookDigest) return changedRunbook(request, round);
	const missing = missingPredecessor(request);
	if (missing !== void 0) return refused(`phase ${phase.id} is out of order: phase ${missing} is not done in round ${round.id}`, `run phase ${missing} first`);
	const takeOver = round.owner.run === request.actor.run ? void 0 : round.owner;
	return {
		kind: "go",
		round: round.id,
		opens: false,
		takeOver,
		notes: []
	};
}
/**
* A round's id stands in paths and job names, so it is letters and digits only; it sorts by time. Two rounds of
* one second would be one round with two lives, so the later one gets a number.
*/
function newRoundId(now, { rounds }) {
	const first = `r${now.toISOString().replace(/[-:]|\..*$/g, "").toLowerCase()}`;
	const taken = new Set(rounds.map(({ id }) => id));
	let id = first;
	for (let number = 2; taken.has(id); number += 1) id = `${first}x${number}`;
	return id;
}
function admitOpening(request, last) {
	if (last !== void 0 && last.owner.run === request.actor.run && last.closedBy !== void 0 && last.closedBy !== request.phase.id) return closed(request, last);
	return inNewRound(request);
}
function inNewRound({ now, state }) {
	return {
		kind: "go",
		round: newRoundId(now, state),
		opens: true,
		takeOver: void 0,
		notes: []
	};
}
/**
* The round that a way back is about: the latest one that got past its first phase. A later round that was
* refused at its start has changed nothing, and what is to be counted and put back is not its.
*/
function roundBehind(state, firstPhase) {
	const begun = ({ id }) => state.inRound(id).phase(firstPhase).done;
	return state.rounds.findLast(begun) ?? state.round;
}
/** A rollback waits for nobody: it acts in the round behind it, open or closed, or in one of its own. */
function admitRollback(request) {
	const round = roundBehind(request.state, firstOf(request.plan));
	if (round === void 0) return inNewRound(request);
	const notes = round.runbookDigest !== request.plan.runbookDigest ? [`the runbook changed since this round was opened; the rollback goes on with the present one${sayChanges(request, round)}`] : [];
	return {
		kind: "go",
		round: round.id,
		opens: false,
		takeOver: void 0,
		notes
	};
}
function admitReset(request) {
	const round = roundBehind(request.state, firstOf(request.plan));
	if (round === void 0) return inNewRound(request);
	const stranger = round.open ? ownerRunning(request, round) : void 0;
	if (stranger !== void 0) return stranger;
	return {
		kind: "go",
		round: round.id,
		opens: false,
		takeOver: void 0,
		notes: []
	};
}
/** A reset is dispatched by a run of its own, so it only waits for phases that are under way. */
function ownerRunning({ state }, round) {
	const [first] = state.inFlight().filter((one) => one.round === round.id);
	if (first === void 0) return void 0;
	return refused(`"${first.step}" of phase ${first.phase} in round ${round.id} (run ${round.owner.run}) is still in flight`, "re-run that phase, so that it is followed to its end, or dispatch the rollback");
}
function ownerProblem({ actor, reason }, round) {
	if (round.owner.run === actor.run || reason !== void 0) return void 0;
	const where = round.owner.url === "" ? "" : ` ${round.owner.url}`;
	return refused(`round ${round.id} belongs to run ${round.owner.run}${where} of ${round.owner.by} since ${round.openedAt}`, "re-run that run's jobs; or take the round over by giving a reason; or dispatch the rollback");
}
function closed({ actor }, round) {
	const sentence = `round ${round.id} was closed by ${round.closedBy ?? "its last phase"} at ${round.closedAt ?? "an unknown time"}`;
	if (round.owner.run === actor.run && round.closedBy === "chain") return {
		kind: "already-done",
		sentence: `${sentence}; nothing is left to do`,
		next: "dispatch a new run to start another round"
	};
	return refused(sentence, "dispatch a new run: its first phase opens a new round");
}
function changedRunbook(request, round) {
	return refused(`the runbook or its variables changed since round ${round.id} was opened${sayChanges(request, round)}`, "re-run with the commit that opened the round, or dispatch the rollback and start a new round");
}
const stepsNamed = 5;
const linesShown = 12;
/** The difference, steps that are done first: what was approved and happened is no longer what stands there. */
function sayChanges({ plan, state }, round) {
	if (round.steps.length === 0) return "";
	const changes = changedSteps(round.steps, plan).map((one) => ({
		...one,
		done: state.inRound(round.id).step(one.phase, one.step).done
	}));
	if (changes.length === 0) return ": no step does anything else; failure rules or something that only is shown differs";
	const said = changes.toSorted((a, b) => Number(b.done) - Number(a.done)).slice(0, stepsNamed).map(sayChange);
	const more = changes.length - said.length;
	return `: ${said.join("; ")}${more > 0 ? `; and ${more} more steps` : ""}`;
}
function sayChange({ phase, step, change, lines, done }) {
	const shown = lines.slice(0, linesShown).join(" | ");
	const rest = lines.length > linesShown ? ` | … ${lines.length - linesShown} more lines` : "";
	return `${phase}/${step}${done ? ", which is done," : ""} ${change}: ${shown}${rest}`;
}
function missingPredecessor({ plan, phase, state }) {
	const chain = chainOf(plan);
	return chain.slice(0, chain.findIndex((one) => one.id === phase.id)).find((one) => !state.phase(one.id).done)?.id;
}
function firstOf(plan) {
	return chainOf(plan)[0]?.id ?? "";
}
function refused(sentence, next) {
	return {
		kind: "refused",
		sentence,
		next
	};
}

// src/journal/journal-error.ts
/** Says what is wrong with the journal, in which file and line, and what to do next. */
var JournalError = class extends Error {
	name = "JournalError";
	code;
	file;
	line;
	next;
	constructor(code, where, what, next, cause) {
		const place = where.line === void 0 ? where.file : `${where.file}:${where.line}`;
		super(`${place}: ${what}. Next: ${next}`, cause === void 0 ? void 0 : { cause });
		this.code = code;
		this.file = where.file;
		this.line = where.line;
		this.next = next;
	}
};
/** The same error, with more of what is known where it struck. */
function withMore(error, more) {
	const { code, file, line, next } = error;
	const place = line === void 0 ? file : `${file}:${line}`;
	const what = error.message.slice(`${place}: `.length, -`. Next: ${next}`.length);
	return new JournalError(code, line === void 0 ? { file } : {
		file,
		line
	}, `${what}; ${more}`, next, error);
}

// src/execute/abandon.ts
/** How long what is cancelled may take to end by itself: GitHub leaves ten seconds for everything. */
const graceSeconds$1 = 3;
/** A unit whose end nobody waits for any more: it may write nothing and change nothing from then on. */
var AbandonedError = class extends Error {
	name = "AbandonedError";
};
/** Lets work that is cancelled end by itself, and leaves it alone when it does not. */
var Abandonable = class {
	#abandoned = false;
	/** Throws once the work was abandoned; asked before it writes or changes something. */
	check() {
		if (this.#abandoned) throw new AbandonedError("nobody waits for this any more");
	}
	/** Resolves as the work does; rejects with an `AbandonedError` when it does not end in time after the abort. */
	async run(work, signal) {
		let timer;
		const late = Promise.withResolvers();
		const aborted = () => {
			timer = setTimeout(() => {
				this.#abandoned = true;
				late.reject(new AbandonedError(`it did not end within ${graceSeconds$1} s, so it was left alone; what was sent may still run`));
			}, graceSeconds$1 * 1e3);
		};
		if (signal.aborted) aborted();
		else signal.addEventListener("abort", aborted, { once: true });
		work.catch(() => void 0);
		try {
			return await Promise.race([work, late.promise]);
		} finally {
			signal.removeEventListener("abort", aborted);
			clearTimeout(timer);
		}
	}
};

// src/execute/step-context.ts
/** The phase's surroundings as one step's unit sees them. */
function stepContext(phase, sink) {
	const { state, deadline: _, ...lent } = phase;
	return {
		...lent,
		step: sink.step,
		observe: sink.observe,
		conclude: sink.conclude,
		wasDone: () => state().step(phase.phase, sink.step, sink.host).done,
		verdictOf: (step) => {
			const latest = state().latestVerdict();
			return latest?.event.place.step === step ? latest.verdict : void 0;
		},
		probesOf: (step) => state().observationsOf("probes", { step }).at(-1)?.observation.answers ?? [],
		passedPointOfNoReturn: () => phase.pointsOfNoReturn.some(({ phase: id, step, host }) => state().step(id, step, host).attempts > 0),
		nodeSeen: () => state().observationsOf("console", {
			phase: phase.phase,
			step: sink.step
		}).at(-1)?.observation,
		followed: (attempt) => followedIn(state(), phase.phase, sink, attempt),
		failures: () => failuresIn(state())
	};
}
function followedIn(state, phase, { step, host }, attempt) {
	const where = {
		phase,
		step,
		...host === void 0 ? {} : { host }
	};
	const latest = state.observationsOf("followed", where).at(-1);
	return latest?.event.place.attempt === attempt ? latest.observation : void 0;
}
function failuresIn(state) {
	return state.observationsOf("failures").map(({ event, observation }) => ({
		attempt: `${event.place.step ?? ""}#${event.place.attempt ?? 0}:${event.actor.run}:${event.actor.runAttempt}`,
		classes: observation.classes,
		unclassified: observation.unclassified,
		samples: observation.samples
	}));
}

// src/execute/unit.ts
const verifySeconds = 30;
const holdSeconds = 10;
/** One unit through its life: what is in flight is followed, what is done is left alone, the rest is done once. */
async function runUnit(run) {
	const kind = kindOf(run.planned.unit);
	if (!kind.mutates) return kind.apply(run.planned.unit.spec, run.context, {
		number: 0,
		id: "",
		resume: {}
	});
	const state = run.state();
	if (state.inFlight !== void 0 && !run.redo) {
		const { attempt: number, id, resume } = state.inFlight;
		const followed = await follow$1(kind, run, {
			number,
			id,
			resume
		});
		if (followed !== void 0) return followed;
	}
	const check = await checkOf(kind, run);
	await run.append({
		type: "step-checked",
		...check
	});
	return decide(kind, run, state, check);
}
/** Joins an attempt that an earlier run left; undefined when nothing of it is left to join. */
async function follow$1(kind, run, attempt) {
	if (kind.resume === void 0) return void 0;
	run.context.say(`an earlier attempt (${attempt.id}) may still be under way; following it`);
	const act = await kind.resume(run.planned.unit.spec, run.context, attempt);
	if (act === void 0) return void 0;
	if (act.outcome === "refused") return conclude(kind, run, attempt, {
		...act,
		outcome: "unknown"
	});
	if (act.outcome === "unknown" && act.underWay !== true) return void 0;
	return conclude(kind, run, attempt, act);
}
async function checkOf(kind, run) {
	if (kind.check === void 0) return {
		state: "not-done",
		detail: ""
	};
	return kind.check(run.planned.unit.spec, run.context);
}
/** Check and journal decide together; where they disagree nothing is changed. */
async function decide(kind, run, state, check) {
	const { step } = run;
	const mayGoAgain = run.again || run.redo || step.repeatable || step.until !== void 0;
	switch (check.state) {
		case "done":
			if (run.redo) return attemptOnce(kind, run);
			return {
				outcome: "already-done",
				detail: check.detail
			};
		case "not-done":
			if (state.done && !mayGoAgain) return changedBeneath(run, check);
			return attemptOnce(kind, run);
		case "partial":
			if (state.done && !mayGoAgain && step.onPartial.kind !== "redo-from") return changedBeneath(run, check);
			if (step.onPartial.kind === "apply") return attemptOnce(kind, run);
			if (step.onPartial.kind === "redo-from") return {
				outcome: "failed",
				detail: check.detail,
				redoFrom: step.onPartial.step
			};
			return {
				outcome: "refused",
				detail: `it is done in part, and the runbook leaves it to a person what to do then: ${check.detail}`
			};
		case "running": return {
			outcome: "refused",
			detail: `something that this run did not start is under way: ${check.detail}`,
			next: "wait until it has ended, or dispatch the rollback, which halts it"
		};
		case "cannot-tell":
			if (state.ruling !== void 0) return ruled(kind, run, state.ruling);
			if (state.inFlight !== void 0 && !run.context.signal.aborted) return {
				outcome: "unknown",
				detail: `an earlier attempt was sent and the check cannot tell: ${check.detail}`
			};
			return {
				outcome: "refused",
				detail: `the check cannot tell whether it is done: ${check.detail}`
			};
	}
}
/** Where nothing can tell, a person has: what was found out by hand counts like a check. */
async function ruled(kind, run, { ruling, by, reason }) {
	if (ruling === "not-done") return attemptOnce(kind, run);
	return {
		outcome: "already-done",
		detail: `ruled done by ${by}: ${reason}`
	};
}
function changedBeneath(run, check) {
	return {
		outcome: "failed",
		detail: `changed beneath the journal: the journal says that "${run.step.title}" was done, its check says ${check.state} (${check.detail})`,
		next: "find out who changed it; put it back, or dispatch the rollback"
	};
}
async function attemptOnce(kind, run) {
	const { spec } = run.planned.unit;
	const intent = await kind.intend?.(spec, run.context) ?? {
		act: run.step.title,
		resume: {}
	};
	if ("outcome" in intent) return intent;
	if (run.context.signal.aborted) return {
		outcome: "cancelled",
		detail: "cancelled before it was sent"
	};
	await run.mutating(run.planned);
	const number = run.state().attempts + 1;
	const attempt = {
		number,
		id: run.attemptId(number),
		resume: intent.resume
	};
	await run.append({
		type: "step-intended",
		act: intent.act,
		id: attempt.id,
		resume: { ...intent.resume }
	}, number);
	const act = await kind.apply(spec, run.context, attempt);
	if (act.outcome === "refused") run.refusedBy();
	return conclude(kind, run, attempt, act);
}
/** Journals what came back and proves it by the check; what came back alone proves nothing. */
async function conclude(kind, run, attempt, act) {
	const outcome = act.outcome === "not-met" ? "failed" : act.outcome;
	const { detail, tail = [] } = act;
	await run.append({
		type: "step-applied",
		outcome,
		detail,
		seconds: 0,
		tail: [...tail]
	}, attempt.number).catch((error) => {
		throw error instanceof JournalError ? withMore(error, inHand(run, act)) : error;
	});
	const end = await prove(kind, run, {
		...act,
		outcome
	});
	if (end.outcome !== "unknown" && end.outcome !== "cancelled") await kind.settle?.(run.planned.unit.spec, run.context, attempt).catch(() => void 0);
	return end;
}
/** What the journal could not be told of the step in hand; the next run finds it out by itself. */
function inHand({ step, planned: { host } }, { outcome, detail }) {
	const where = host === void 0 ? "" : ` on ${host}`;
	return `the step in hand, "${step.title}"${where}, ended before that: ${outcome}${detail === "" ? "" : ` (${detail})`}`;
}
async function prove(kind, run, act) {
	if (act.outcome === "succeeded") return verified(kind, run, act);
	if (act.outcome !== "unknown" || run.context.signal.aborted) return act;
	const check = await checkUntil(kind, run, holdSeconds);
	await run.append({
		type: "step-checked",
		...check
	});
	if (check.state === "done") return {
		...act,
		outcome: "succeeded",
		detail: `${act.detail}; its check says that it is done`
	};
	return {
		...act,
		detail: `${act.detail}; its check says ${check.state} ${check.detail}`.trim()
	};
}
async function verified(kind, run, act) {
	if (kind.check === void 0 || isOnlyRepeatable(run)) return act;
	const check = await checkUntil(kind, run, verifySeconds);
	await run.append({
		type: "step-checked",
		...check
	});
	if (check.state === "done") return act;
	if (run.context.signal.aborted) return {
		...act,
		outcome: "cancelled",
		detail: `cancelled before it was verified: ${check.detail}`
	};
	const detail = `it came back well (${act.detail}), but its check says ${check.state}: ${check.detail}`;
	return {
		...act,
		outcome: check.state === "cannot-tell" ? "unknown" : "failed",
		detail
	};
}
/** A step without a check has said that doing it again is the same; then there is nothing to verify with. */
function isOnlyRepeatable(run) {
	const { unit } = run.planned;
	if (unit.kind === "run") return unit.spec.check === void 0;
	if (unit.kind === "eval") return unit.spec.check === void 0 && unit.spec.job?.reconciles === void 0;
	return false;
}
async function checkUntil(kind, run, seconds) {
	const deadline = run.context.now().getTime() + seconds * 1e3;
	let check = await checkOf(kind, run);
	while (check.state !== "done" && run.context.now().getTime() < deadline && !run.context.signal.aborted) {
		await run.context.sleep(1);
		check = await checkOf(kind, run);
	}
	return check;
}

// src/execute/run-step.ts
const good = ["succeeded", "already-done"];
function isGood(outcome) {
	return good.includes(outcome);
}
/** Runs a step on its hosts in its order and journals each host's end and the step's. */
async function runStep(run, step, how = {}) {
	const { append, surroundings } = run;
	const startedAt = surroundings.now().getTime();
	const hosts = step.units.flatMap(({ host }) => host === void 0 ? [] : [host]);
	await append({ step: step.id }, {
		type: "step-started",
		title: step.title,
		kind: step.kind,
		hosts
	});
	const end = combine(step, await runUnits(run, step, how));
	const seconds = (surroundings.now().getTime() - startedAt) / 1e3;
	await append({ step: step.id }, {
		type: "step-ended",
		outcome: end.outcome,
		detail: end.detail,
		seconds,
		...end.next === void 0 ? {} : { next: end.next }
	});
	return end;
}
/** The next batch starts only after this one is verified; after a failure nothing starts. */
async function runUnits(run, step, how) {
	const ends = [];
	for (let at = 0; at < step.units.length; at += step.batch) {
		const batch = step.units.slice(at, at + step.batch);
		ends.push(...await Promise.all(batch.map((planned) => runOne(run, step, planned, how))));
		if (!ends.every(({ end }) => isGood(end.outcome))) break;
	}
	return ends;
}
async function runOne(run, step, planned, how) {
	const { host } = planned;
	const place = {
		step: step.id,
		...host === void 0 ? {} : { host }
	};
	const startedAt = run.surroundings.now().getTime();
	const end = settle(run, await attemptUnit(run, step, planned, how), run.state().step(run.phase.id, step.id, host).inFlight !== void 0);
	const seconds = (run.surroundings.now().getTime() - startedAt) / 1e3;
	if (host !== void 0) await run.append(place, {
		type: "step-ended",
		outcome: end.outcome,
		detail: end.detail,
		seconds
	});
	return {
		planned,
		end
	};
}
/** What the phase's deadline ended was ended by nobody: what was sent may still run, the rest was left undone. */
function settle(run, end, inFlight) {
	const settled = settleEnd(run, end);
	const { deadline } = run.surroundings;
	if (settled.outcome !== "cancelled" || deadline?.passed() !== true) return settled;
	const left = run.mutated() ? "failed" : "refused";
	const detail = `the phase's deadline of ${deadline.seconds} s passed: ${settled.detail}`;
	return {
		...settled,
		outcome: inFlight ? "unknown" : left,
		detail
	};
}
/** A condition that is not met is `refused` while nothing was changed, and a failure after that; a cancelled question is neither. */
function settleEnd(run, end) {
	if ((end.outcome === "not-met" || end.outcome === "refused") && run.surroundings.signal.aborted) return {
		outcome: "cancelled",
		detail: end.detail
	};
	if (end.outcome !== "not-met") return {
		...end,
		outcome: end.outcome
	};
	return {
		...end,
		outcome: run.mutated() ? "failed" : "refused"
	};
}
async function attemptUnit(run, step, planned, how) {
	const { surroundings, phase } = run;
	const place = {
		step: step.id,
		...planned.host === void 0 ? {} : { host: planned.host }
	};
	const state = () => run.state().step(phase.id, step.id, planned.host);
	if (run.doneBefore && !kindOf(planned.unit).mutates && state().done) return {
		outcome: "already-done",
		detail: state().lastDetail ?? ""
	};
	const attemptPlace = () => ({
		...place,
		attempt: Math.max(1, state().attempts)
	});
	const deadline = deadlineOf(step, planned);
	const signal = AbortSignal.any([surroundings.signal, deadline]);
	const abandonable = new Abandonable();
	const append = (at, body) => {
		abandonable.check();
		return run.append(at, body);
	};
	const context = stepContext({
		...surroundings,
		signal
	}, {
		step: step.id,
		host: planned.host,
		observe: (observation, host) => unlessAdvisory(observation, surroundings, async () => append({
			...attemptPlace(),
			...host === void 0 ? {} : { host }
		}, {
			type: "observed",
			observation
		})),
		conclude: async (verdict) => append(place, {
			type: "verdict",
			good: verdict.good,
			reasons: [...verdict.reasons],
			rows: [...verdict.rows],
			failures: [...verdict.failures]
		})
	});
	const bound = {
		...planned,
		unit: bindRound(planned.unit, surroundings.round)
	};
	try {
		const work = runUnit({
			step,
			planned: bound,
			context,
			state,
			append: async (body, attempt) => append({
				...place,
				...attempt === void 0 ? {} : { attempt }
			}, body),
			attemptId: (attempt) => attemptId(run, step, planned.host, attempt),
			again: how.again === true || phase.dispatched !== void 0,
			redo: how.redo === true,
			mutating: async (one) => {
				await run.mutating(one);
				abandonable.check();
			},
			refusedBy: run.refusedBy
		});
		const end = await abandonable.run(work, surroundings.signal);
		if (!deadline.aborted || surroundings.signal.aborted || isGood(end.outcome)) return end;
		return {
			...end,
			outcome: "not-met",
			detail: `not done within ${step.timeoutSeconds} s: ${end.detail}`
		};
	} catch (error) {
		return failedBy(error, run, state().inFlight !== void 0);
	}
}
/** A journal that is lost while a step runs ends the phase when the step in hand has ended, and not before. */
async function unlessAdvisory({ kind }, { say }, write) {
	if (kind !== "progress" && kind !== "followed") return write();
	await write().catch((error) => {
		if (!(error instanceof JournalError) || error.code !== "lost") throw error;
		say(`${error.message.split(". Next:")[0]}; going on with the step in hand`);
	});
}
const never = new AbortController().signal;
/** What changes something keeps its own deadline, since it may still run when that is over; what only looks is just stopped. */
function deadlineOf(step, { unit }) {
	const ownDeadline = kindOf(unit).mutates || unit.kind === "probe" || unit.kind === "watch";
	if (step.timeoutSeconds === void 0 || ownDeadline) return never;
	return AbortSignal.timeout(step.timeoutSeconds * 1e3);
}
/** Also the name of a job directory and of a kept answer, so only what both accept. */
function attemptId(run, step, host, attempt) {
	return [
		run.surroundings.round,
		run.phase.id,
		step.id,
		...host === void 0 ? [] : [host],
		String(attempt)
	].join(".").replace(/[^A-Za-z0-9._-]/g, "-");
}
/** An error on the way: with something in flight its end is unknown, otherwise the step failed before it changed anything. */
function failedBy(error, run, inFlight) {
	if (isJournalProblem(error)) throw error;
	const detail = error instanceof Error ? error.message : String(error);
	const next = error instanceof Error && "next" in error && typeof error.next === "string" ? { next: error.next } : {};
	if (run.surroundings.signal.aborted) return {
		outcome: "cancelled",
		detail,
		...next
	};
	return {
		outcome: inFlight ? "unknown" : "not-met",
		detail,
		...next
	};
}
/** Without a journal nothing may go on, so such an error ends the phase and not only the step. */
function isJournalProblem(error) {
	return error instanceof JournalError || error instanceof LeaseLostError;
}
const gravest = [
	"unknown",
	"failed",
	"cancelled",
	"refused",
	"succeeded",
	"already-done"
];
function combine(step, ends) {
	const worst = gravest.find((outcome) => ends.some(({ end }) => end.outcome === outcome)) ?? "succeeded";
	const bad = ends.filter(({ end }) => end.outcome === worst);
	const left = step.units.slice(ends.length).flatMap(({ host }) => host === void 0 ? [] : [host]);
	const notStarted = left.length > 0 ? [`not started: ${left.join(", ")}`] : [];
	const details = [...bad.map(({ end }) => end.detail).filter((detail) => detail !== ""), ...notStarted];
	const [first] = bad;
	return {
		outcome: worst,
		detail: [...new Set(details)].join("; "),
		next: isGood(worst) ? void 0 : first?.end.next ?? step.next,
		redoFrom: ends.find(({ end }) => end.redoFrom !== void 0)?.end.redoFrom,
		weighed: bad.every(({ end }) => end.weighed === true)
	};
}

// src/execute/sentences.ts
/** The end of a phase that was cancelled between two steps. */
function cancelledBefore(step, run) {
	const { deadline } = run.surroundings;
	if (deadline?.passed() === true) return {
		outcome: run.mutated() ? "failed" : "refused",
		sentence: `${run.phase.id} › the phase's deadline of ${deadline.seconds} s passed before "${step.title}"`,
		next: `re-run phase ${run.phase.id}: it goes on with what is left; if it needs longer, give it a longer \`timeout\` in the runbook`
	};
	return {
		outcome: "cancelled",
		sentence: `${run.phase.id} › cancelled before "${step.title}"`,
		next: `re-run phase ${run.phase.id}: it goes on with what is left`
	};
}
/** The end of a phase at a step that did not end well: what, where, what is done, what next. */
function stoppedAt(step, run, end) {
	const done = run.phase.steps.slice(0, run.phase.steps.indexOf(step)).filter((one) => run.state().step(run.phase.id, one.id).done).length;
	const completed = done === 0 ? "" : ` Completed: ${done} of ${run.phase.steps.length} steps.`;
	const outcome = end.outcome === "refused" && run.mutated() && step.onRefusal.length === 0 ? "failed" : end.outcome;
	return {
		outcome,
		sentence: `${run.phase.id} › "${step.title}" ${end.outcome}: ${end.detail}.${completed}`,
		next: end.next ?? wayOn(run.phase, outcome)
	};
}
function wayOn(phase, outcome) {
	switch (outcome) {
		case "unknown": return `find out whether it was done (its check, read-only, is in the plan), then re-run phase ${phase.id}: it checks before it does anything`;
		case "cancelled": return `re-run phase ${phase.id}: it goes on with what is left`;
		default: return `repair what it names, then re-run phase ${phase.id}; or dispatch the rollback`;
	}
}
/** The end of a phase that came through: what approving the next one will do, and the way back. */
function finished$1({ plan, phase, state, leftUndone }, outcome) {
	const closes = phase.round === "closes" ? ` ${stateSentence(plan, state)}.` : "";
	const without = leftUndone.length === 0 ? "" : ` Went on without: ${leftUndone.join("; ")}.`;
	return {
		outcome,
		sentence: `${phase.title}: done.${closes}${without}`,
		next: nextAfter(plan, phase)
	};
}
function nextAfter(plan, phase) {
	const chain = chainOf(plan);
	const [first] = chain;
	if (phase.dispatched === "rollback") {
		const reset = plan.phases.find(({ dispatched }) => dispatched === "reset");
		return `find out what went wrong; before the next round ${reset === void 0 ? "" : `dispatch ${reset.id} to delete what was migrated, then `}start again with ${first?.id ?? "the first phase"}`;
	}
	if (phase.dispatched === "reset") return `a new run starts again with ${first?.id ?? "the first phase"}`;
	const following = chain[chain.findIndex((one) => one.id === phase.id) + 1];
	if (following === void 0) return `nothing, the round is closed. ${wayBack(plan)}`;
	const clock = following.steps.flatMap((step) => step.downtime === void 0 ? [] : [`downtime ${step.downtime} with "${step.title}"`]);
	const what = clock.length === 0 ? "" : ` (${clock.join(", ")})`;
	return `approving ${following.id} will: ${following.title}${what}. ${wayBack(plan)}`;
}
function wayBack(plan) {
	const rollback = plan.phases.find(({ dispatched }) => dispatched === "rollback");
	return rollback === void 0 ? "" : `The way back: dispatch ${rollback.id} for ${plan.environment}`;
}
/** What the system is like when a round closes, from what was read last. */
function stateSentence(plan, state) {
	const readings = Object.keys(plan.resources.readings).flatMap((name) => {
		const latest = state.latestReading(name);
		if (latest === void 0) return [];
		const values = Object.entries(latest.observation.values).map(([key, value]) => `${key}=${value === "" ? "(unset)" : value}`);
		return [`${latest.observation.title}: ${values.join(", ")}`];
	});
	return readings.length === 0 ? "nothing was read" : readings.join("; ");
}

// src/execute/until.ts
/**
* Whether the step that ends another one's need is done. Its check decides; where that cannot tell, the journal does.
* In the chain it must also have been done in this round, since what stands from before is not this round's work.
*/
async function runCheckOf(run, target) {
	const { phase, surroundings } = run;
	const journaled = run.state().step(phase.id, target.id).done;
	if (!journaled && phase.dispatched === void 0) return false;
	const [planned] = target.units;
	if (planned === void 0) return journaled;
	const unit = bindRound(planned.unit, surroundings.round);
	const context = stepContext(surroundings, {
		step: target.id,
		host: planned.host,
		observe: (observation) => run.append({ step: target.id }, {
			type: "observed",
			observation
		}),
		conclude: () => Promise.resolve()
	});
	const check = await kindOf(unit).check?.(unit.spec, context);
	if (check === void 0 || check.state === "cannot-tell") return journaled;
	return check.state === "done";
}

// src/execute/run-steps.ts
/** A step that asks for a redo may do so once; a second time it is a failure like any other. */
async function runSteps(run, plan) {
	const { steps } = run.phase;
	const redone = /* @__PURE__ */ new Set();
	let againUntil = -1;
	const outcomes = [];
	const leftUndone = [];
	/** The step before, when it has changed something in this very run. */
	let changed;
	for (let index = 0; index < steps.length; index += 1) {
		const step = steps[index];
		if (step === void 0) break;
		if (run.surroundings.signal.aborted) return cancelledBefore(step, run);
		const skip = await skipReason(run, step, index <= againUntil);
		if (skip !== void 0) {
			await run.append({ step: step.id }, {
				type: "step-skipped",
				title: step.title,
				reason: skip
			});
			continue;
		}
		const end = await runStep(run, step, { redo: index <= againUntil });
		if (end.redoFrom !== void 0 && !redone.has(step.id)) {
			redone.add(step.id);
			againUntil = index;
			index = steps.findIndex((one) => one.id === end.redoFrom) - 1;
			await run.append({ step: step.id }, {
				type: "observed",
				observation: {
					kind: "note",
					text: `done in part: going back to step ${end.redoFrom}`
				}
			});
			continue;
		}
		if (!isGood(end.outcome)) {
			if (mayGoOnWithout(run, step, end)) {
				leftUndone.push(`"${step.title}" ${end.outcome}: ${end.detail}`);
				continue;
			}
			const mayPutBack = changed !== void 0 && end.weighed === true;
			return stoppedAt(step, run, mayPutBack ? await cleanUp(run, step, end) : end);
		}
		outcomes.push(end.outcome);
		await clock$1(run, step, end.outcome);
		if (end.outcome === "succeeded" && mutates(step)) changed = step.id;
	}
	const outcome = outcomes.length > 0 && outcomes.every((one) => one === "already-done") ? "already-done" : "succeeded";
	return finished$1({
		plan,
		phase: run.phase,
		state: run.state(),
		leftUndone
	}, outcome);
}
/** Nothing of the chain proceeds past an unknown end, not even of a step that may fail; a way back has to. */
function mayGoOnWithout({ phase }, { required }, end) {
	if (required || end.outcome === "cancelled") return false;
	return end.outcome !== "unknown" || phase.dispatched === "rollback";
}
function mutates({ units }) {
	return units.some(({ unit }) => unit.kind !== "control" && kindOf(unit).mutates);
}
async function skipReason(run, step, again) {
	if (step.when !== void 0) {
		if (valueOf$1(step.when.input, run.surroundings.inputs) !== step.when.is) return `only when ${step.when.input} is ${String(step.when.is)}`;
	}
	if (step.until === void 0 || again) return void 0;
	const target = run.phase.steps.find((one) => one.id === step.until);
	if (target === void 0) return void 0;
	return await runCheckOf(run, target) ? `not needed: "${target.title}" is done` : void 0;
}
function valueOf$1(input, inputs) {
	if (input === "keep-503") return inputs.keep503;
	if (input === "accept-data-loss") return inputs.acceptDataLoss === void 0 ? void 0 : String(inputs.acceptDataLoss);
}
/** The steps that put things back when a step refuses; a refusal after them has changed nothing in the end. */
async function cleanUp(run, step, end) {
	if (step.onRefusal.length === 0) return end;
	for (const one of step.onRefusal) {
		const put = await runStep(run, one, { again: true });
		if (isGood(put.outcome)) await clock$1(run, one, put.outcome);
		if (!isGood(put.outcome)) return {
			...end,
			outcome: put.outcome,
			detail: `${end.detail}; and "${one.title}" did not work: ${put.detail}`
		};
	}
	return {
		...end,
		outcome: "refused",
		detail: `${end.detail}; everything was put back`
	};
}
/** Downtime counts from the verified start to the verified end, whoever of several runs verified it. */
async function clock$1(run, step, outcome) {
	if (step.downtime === void 0) return;
	const downtime = run.state().downtime(run.surroundings.now());
	const begins = downtime.endedAt === void 0 || outcome === "succeeded";
	if (step.downtime === "starts" && !downtime.running && begins) await run.append({ step: step.id }, {
		type: "downtime-started",
		title: step.title
	});
	if (step.downtime === "ends" && (downtime.running || run.surroundings.withoutJournal)) await run.append({ step: step.id }, {
		type: "downtime-ended",
		title: step.title,
		seconds: downtime.seconds
	});
}

// src/execute/execute-phase.ts
/** Runs one phase: admitted by the journal, step by step, until its end or the first step that did not end well. */
async function executePhase(execution) {
	const { plan, phase, journal, actor, now } = execution;
	const replay = new Replay();
	for (const event of journal.events) replay.take(event);
	const admission = admit({
		plan,
		phase,
		state: replay,
		actor,
		reason: execution.reason,
		now: now()
	});
	if (admission.kind !== "go") return {
		outcome: admission.kind,
		sentence: `${phase.id}: ${admission.sentence}`,
		next: admission.next
	};
	if (admission.opens && phase.dispatched === void 0) {
		const running = await leftRunning(replay, execution);
		if (running.length > 0) return beginLater(phase, running);
	}
	journal.setRound(admission.round);
	const append = async (place, body) => {
		const event = await journal.append(place, maskSecrets(body, execution.secretValues));
		replay.take(event);
		execution.onEvent(event);
	};
	if (admission.opens) {
		await append({ phase: phase.id }, opening(execution));
		await tidyHosts(execution);
	}
	const state = replay.inRound(admission.round);
	const before = state.phase(phase.id);
	const startedAt = now().getTime();
	for (const body of introductions(execution, admission, before.attempts + 1)) await append({ phase: phase.id }, body);
	let mutations = 0;
	const run = {
		phase,
		surroundings: surroundings(execution, admission.round, state),
		state: () => state,
		append: (place, body) => append({
			phase: phase.id,
			...place
		}, body),
		mutating: async (planned) => {
			execution.mayMutate();
			await presentTokenTo(planned, execution);
			mutations += 1;
		},
		refusedBy: () => mutations -= 1,
		mutated: () => mutations > 0,
		doneBefore: before.done && phase.dispatched === void 0
	};
	const end = withStandIn(await runSteps(run, plan), execution.standIn);
	const seconds = (now().getTime() - startedAt) / 1e3;
	await append({ phase: phase.id }, {
		type: "phase-ended",
		...end,
		seconds
	});
	const closing = closingOf(execution, end, state, admission.opens);
	if (closing !== void 0) await append({ phase: phase.id }, closing);
	return end;
}
function beginLater({ id }, running) {
	return {
		outcome: "refused",
		sentence: `${id}: an earlier round left something under way: ${running.join("; ")}`,
		next: "wait until it has ended, or end it on its host, then run this phase again"
	};
}
/** Nobody may take such a phase for one that stands in the journal. */
function withStandIn(end, standIn) {
	return standIn === void 0 ? end : {
		...end,
		sentence: `${end.sentence} Note: ${standIn}.`
	};
}
/** What the journal gets before the first step: who acts, in whose place, why, and with which plan. */
function introductions({ plan, phase, journal, reason, lease, standIn }, { takeOver, notes }, attempt) {
	const note = (text) => ({
		type: "observed",
		observation: {
			kind: "note",
			text
		}
	});
	return [
		...takeOver === void 0 ? [] : [{
			type: "round-taken-over",
			from: takeOver.run,
			reason: reason ?? ""
		}],
		{
			type: "phase-started",
			title: phase.title,
			planDigest: plan.digest,
			attempt
		},
		...lease === void 0 ? [] : [{
			type: "lease",
			...lease
		}],
		...reason === void 0 ? [] : [note(`reason given: ${reason}`)],
		...[
			...journal.notes,
			...notes,
			...standIn === void 0 ? [] : [standIn]
		].map(note)
	];
}
/** A closing phase that came through closes the round; so does a first phase that did not: nothing was begun then. */
function closingOf({ plan, phase }, end, state, opened) {
	if (isGood(end.outcome)) {
		if (phase.round !== "closes") return void 0;
		return {
			type: "round-closed",
			by: phase.dispatched ?? "chain",
			state: [stateSentence(plan, state), ...stillUnderWay(state)].join("; ")
		};
	}
	if (phase.round !== "opens" || !opened) return void 0;
	return {
		type: "round-closed",
		by: phase.id,
		state: "nothing was begun"
	};
}
/** What a way back leaves running: it waits for nothing, and the next round asks for it. */
function stillUnderWay(state) {
	const names = state.inFlight().map(({ phase, step, host }) => `${phase}/${step}${host === void 0 ? "" : `@${host}`}`);
	return names.length === 0 ? [] : [`not proven to have ended: ${names.join(", ")}`];
}
/**
* Every host refuses a token that is older than one it has seen. A job presents its token itself; a host
* that cannot be reached is left to the act, which will say so.
*/
async function presentTokenTo({ host, unit }, execution) {
	if (host === void 0 || unit.kind === "run") return;
	const connection = await execution.connect(host).catch(() => void 0);
	if (connection === void 0) return;
	const answer = await presentToken(connection, execution.stateDirectory, execution.token);
	if (answer.kind === "refused" && answer.reason === "older-token") throw new LeaseLostError(`${host} refuses this run: ${answer.detail}`);
}
const jobsKeptDays = 30;
/** Job directories of rounds long past are of no use; a host that cannot be tidied now is tidied another time. */
async function tidyHosts({ plan, connect, stateDirectory }) {
	const hosts = plan.phases.flatMap(({ steps }) => steps.flatMap((step) => step.units)).flatMap(({ host, unit }) => unit.kind === "run" && host !== void 0 ? [host] : []);
	const tidying = [...new Set(hosts)].map(async (host) => removeOldJobs(await connect(host), stateDirectory, jobsKeptDays));
	await Promise.allSettled(tidying);
}
function opening({ plan, baselineDigest }) {
	return {
		type: "round-opened",
		runbookDigest: plan.runbookDigest,
		baselineDigest,
		planDigest: plan.digest,
		steps: openedSteps(plan)
	};
}
function surroundings(execution, round, state) {
	const { plan, phase } = execution;
	return {
		resources: bindRound(plan.resources, round),
		phase: phase.id,
		round,
		token: execution.token,
		protectedEnvironment: plan.protected,
		withoutJournal: execution.standIn !== void 0,
		inputs: execution.inputs,
		baseline: execution.baseline,
		failureRules: execution.failureRules,
		stateDirectory: execution.stateDirectory,
		pointsOfNoReturn: plan.phases.flatMap((one) => one.steps.filter((step) => step.pointOfNoReturn).flatMap((step) => step.units.map(({ host }) => ({
			phase: one.id,
			step: step.id,
			host
		})))),
		signal: execution.signal,
		deadline: execution.deadline,
		connect: execution.connect,
		console: execution.console,
		secret: execution.secret,
		now: execution.now,
		sleep: execution.sleep,
		state: () => state,
		say: execution.say
	};
}

// src/transport/connection.ts
/** Why a host could not be reached; `next` says what a person can do. */
var TransportError = class extends Error {
	name = "TransportError";
	host;
	code;
	next;
	constructor(code, host, message, next, cause) {
		super(message, cause === void 0 ? void 0 : { cause });
		this.code = code;
		this.host = host;
		this.next = next;
	}
};

// src/transport/console/answer.ts
/** Reads the text of an answer frame; see `protocol.ts`. */
function readAnswer$1(text) {
	if (text === "running" || text === "unknown") return text;
	if (text === "keeper_lost") return keeperLost;
	if (text === "no_dot") return { kind: "no-final-dot" };
	if (text === "other_expression") return otherExpression;
	try {
		const term = parseTerm(text);
		return term.type === "tuple" && readTuple(term.items, text) || unreadable("its shape is not known");
	} catch (error) {
		if (error instanceof TermError) return unreadable(error.message);
		throw error;
	}
}
const otherExpression = {
	kind: "refused",
	reason: "the node knows this evaluation's id with another expression",
	next: "the runbook was changed since the expression was first sent; give the step a new attempt"
};
const keeperLost = {
	kind: "lost",
	reason: "the process that keeps answers in the node was ended, and what it kept with it",
	evaluated: "unknown"
};
function unreadable(problem) {
	return {
		kind: "lost",
		reason: `the answer cannot be read: ${problem}`,
		evaluated: "unknown"
	};
}
function readTuple([tag, first, second], text) {
	if (tag?.type !== "atom" || first === void 0) return void 0;
	switch (tag.name) {
		case "value": return {
			kind: "value",
			term: first,
			text: text.slice(7, -1)
		};
		case "exception": return second === void 0 ? void 0 : readException(first, second);
		case "undefined": return {
			kind: "undefined-function",
			text: `undefined function ${textOf$1(first) ?? ""}`
		};
		case "syntax": return {
			kind: "syntax-error",
			text: textOf$1(first) ?? printTerm(first)
		};
		case "too_large": return first.type === "integer" ? {
			kind: "too-large",
			bytes: Number(first.value)
		} : void 0;
		default: return;
	}
}
const classes$1 = [
	"error",
	"exit",
	"throw"
];
function readException(kind, reason) {
	const found = classes$1.find((name) => kind.type === "atom" && kind.name === name);
	if (found === void 0) return void 0;
	return {
		kind: "exception",
		class: found,
		reason,
		text: `exception ${found}: ${printTerm(reason)}`
	};
}

// src/transport/console/keeper.ts
/** Bumped when a keeper that an older version left in a node could not serve this one. */
const keeperVersion = 1;
/** More text than this is not carried through a terminal; the answer is then `{too_large, Bytes}`. */
const maxAnswerBytes = 33554432;
/** Terms beyond this are written piece by piece: `~w` takes a hundred times the memory of the text it makes. */
const pieceBytes = 16384;
/**
* The process that evaluates and keeps answers, as text for the Erlang shell. It is interpreted there, so it
* keeps to what R16B03 and today's releases both know: no maps, no named funs, no stack traces.
*/
const keeperSource = `
(fun() ->
  Items = fun(Again, Write, List, Count) ->
    case Count =:= 1 orelse erlang:external_size(List) < ${pieceBytes} of
      true when Count =:= 1 -> Write(Again, Write, hd(List));
      true ->
        Text = iolist_to_binary(io_lib:format("~w", [List])),
        binary:part(Text, 1, byte_size(Text) - 2);
      false ->
        {Front, Rest} = lists:split(Count div 2, List),
        [Again(Again, Write, Front, Count div 2), $, | Again(Again, Write, Rest, Count - Count div 2)]
    end
  end,
  Write = fun(Each, Again, Term) ->
    case erlang:external_size(Term) < ${pieceBytes} of
      true -> iolist_to_binary(io_lib:format("~w", [Term]));
      false when is_tuple(Term) -> [\${, Each(Each, Again, tuple_to_list(Term), tuple_size(Term)), $}];
      false when length(Term) > 0 -> [$[, Each(Each, Again, Term, length(Term)), $]];
      false when is_binary(Term) -> ["<<", Each(Each, Again, binary_to_list(Term), byte_size(Term)), ">>"];
      false -> iolist_to_binary(io_lib:format("~w", [Term]))
    end
  end,
  Pack = fun(Again, Result) ->
    Outside = erlang:external_size(Result),
    Text = case Outside > ${maxAnswerBytes} of
      true -> [];
      false -> Write(Items, Write, Result)
    end,
    Size = case Text of [] -> Outside; _ -> iolist_size(Text) end,
    case Size > ${maxAnswerBytes} of
      true -> Again(Again, {too_large, Size});
      false -> iolist_to_binary([integer_to_list(Size), $:, base64:encode(zlib:compress(Text))])
    end
  end,
  Say = fun(Shell, A, B, Packed) ->
    Frame = iolist_to_binary(["\\n", A, B, $:, Packed, $:, A, B, "\\n"]),
    spawn(fun() -> catch io:put_chars(Shell, Frame) end)
  end,
  Tell = fun(Shell, A, B, Result) -> Say(Shell, A, B, Pack(Pack, Result)) end,
  Commands = fun(Name, Arity) ->
    [M || M <- [user_default, shell_default], code:ensure_loaded(M) =:= {module, M},
      erlang:function_exported(M, Name, Arity)]
  end,
  Missing = fun
    ({call, _, {remote, _, {atom, _, M}, {atom, _, F}}, As}) ->
      code:ensure_loaded(M),
      Arity = length(As),
      case erlang:function_exported(M, F, Arity) orelse erlang:is_builtin(M, F, Arity)
          orelse erlang:function_exported(M, '$handle_undefined_function', 2) of
        true -> false;
        false -> {undefined, lists:flatten(io_lib:format("~w:~w/~w", [M, F, Arity]))}
      end;
    ({call, _, {atom, _, F}, As}) ->
      Arity = length(As),
      case erl_internal:bif(F, Arity) orelse Commands(F, Arity) =/= [] of
        true -> false;
        false -> {undefined, lists:flatten(io_lib:format("~w/~w", [F, Arity]))}
      end;
    (_) -> false
  end,
  Local = fun(F, As) ->
    case Commands(F, length(As)) of
      [M | _] -> apply(M, F, As);
      [] -> erlang:error(undef)
    end
  end,
  Evaluate = fun(Exprs) ->
    case Missing(hd(Exprs)) of
      false ->
        try erl_eval:exprs(Exprs, erl_eval:new_bindings(), {value, Local}) of
          {value, Value, _} -> {value, Value}
        catch
          Class:Reason -> {exception, Class, Reason}
        end;
      Undefined -> Undefined
    end
  end,
  Explain = fun(Module, Info) -> {syntax, lists:flatten(Module:format_error(Info))} end,
  Run = fun(Text) ->
    case erl_scan:string(Text) of
      {ok, Tokens, _} ->
        case erl_parse:parse_exprs(Tokens) of
          {ok, Exprs} -> Evaluate(Exprs);
          {error, {_, Module, Info}} ->
            case erl_parse:parse_exprs(Tokens ++ [{dot, 1}]) of
              {ok, _} -> no_dot;
              _ -> Explain(Module, Info)
            end
        end;
      {error, {_, Module, Info}, _} -> Explain(Module, Info)
    end
  end,
  Watch = fun(Keeper, Shell, A, B, Id, Pid, Wait) ->
    spawn(fun() ->
      Monitor = erlang:monitor(process, Pid),
      receive
        {'DOWN', Monitor, _, _, _} -> Keeper ! {poll, Shell, A, B, Id, 0}
      after Wait -> Tell(Shell, A, B, running)
      end
    end)
  end,
  Keep = fun(Loop, {Born, Nothing} = Life, Kept, Shells) ->
    receive
      {hello, Shell, A, B} ->
        [exit(Old, kill) || Old <- Shells, Old =/= Shell],
        Tell(Shell, A, B, {hello, ${1}, node(), os:getpid(), Born}),
        Loop(Loop, Life, Kept, [Shell]);
      {ask, Shell, A, B, Id, Wait, Text} ->
        Hash = erlang:phash2(Text),
        case lists:keyfind(Id, 1, Kept) of
          false ->
            Me = self(),
            {Pid, _} = spawn_monitor(fun() ->
              group_leader(whereis(user), self()),
              Me ! {done, Id, Pack(Pack, Run(Text))}
            end),
            Watch(Me, Shell, A, B, Id, Pid, Wait),
            Loop(Loop, Life, [{Id, Hash, Pid} | Kept], Shells);
          {_, Hash, _} ->
            self() ! {poll, Shell, A, B, Id, Wait},
            Loop(Loop, Life, Kept, Shells);
          _ ->
            Tell(Shell, A, B, other_expression),
            Loop(Loop, Life, Kept, Shells)
        end;
      {poll, Shell, A, B, Id, Wait} ->
        case lists:keyfind(Id, 1, Kept) of
          false -> Tell(Shell, A, B, Nothing);
          {_, _, Pid} when is_pid(Pid) -> Watch(self(), Shell, A, B, Id, Pid, Wait);
          {_, _, Packed} -> Say(Shell, A, B, Packed)
        end,
        Loop(Loop, Life, Kept, Shells);
      {forget, Shell, A, B, Id} ->
        case lists:keyfind(Id, 1, Kept) of
          {_, _, Pid} when is_pid(Pid) ->
            Tell(Shell, A, B, running),
            Loop(Loop, Life, Kept, Shells);
          _ ->
            Tell(Shell, A, B, forgotten),
            Loop(Loop, Life, lists:keydelete(Id, 1, Kept), Shells)
        end;
      {done, Id, Packed} ->
        {_, Hash, _} = lists:keyfind(Id, 1, Kept),
        Loop(Loop, Life, lists:keyreplace(Id, 1, Kept, {Id, Hash, Packed}), Shells);
      {'DOWN', _, process, Pid, Reason} ->
        case lists:keyfind(Pid, 3, Kept) of
          {Id, Hash, _} ->
            Packed = Pack(Pack, {exception, exit, Reason}),
            Loop(Loop, Life, lists:keyreplace(Id, 1, Kept, {Id, Hash, Packed}), Shells);
          false -> Loop(Loop, Life, Kept, Shells)
        end;
      _ -> Loop(Loop, Life, Kept, Shells)
    end
  end,
  case whereis(runbook_phase) of
    undefined ->
      Life = case application:get_env(kernel, runbook_phase) of
        {ok, Known} -> {Known, keeper_lost};
        undefined ->
          {Mega, Seconds, _} = os:timestamp(),
          {Uptime, _} = erlang:statistics(wall_clock),
          Started = Mega * 1000000 + Seconds - Uptime div 1000,
          application:set_env(kernel, runbook_phase, Started),
          {Started, unknown}
      end,
      Keeper = spawn(fun() -> group_leader(whereis(user), self()), Keep(Keep, Life, [], []) end),
      register(runbook_phase, Keeper);
    _ -> true
  end
end)()`;

// src/transport/console/protocol.ts
/** 128 random bits: no log line or result can hold them by chance or on purpose. */
function createToken() {
	const digits = randomBytes(16).toString("hex");
	return {
		first: digits.slice(0, 16),
		second: digits.slice(16)
	};
}
/** Starts the keeper where there is none, and asks the node who it is. */
function helloLine(token) {
	return `runbook_phase_boot, ${keeperSource.replace(/\s+/g, " ").trim()}, runbook_phase ! {hello,${address(token)}}, ok.`;
}
/** Evaluates under an id, or reads what the id already gave. */
function askLine(token, id, waitMilliseconds, text) {
	const literal = encodeErlang(text);
	return `runbook_phase ! {ask,${address(token)},<<"${id}">>,${waitMilliseconds},${literal}}, ok.`;
}
/** Waits on an id; never evaluates. */
function pollLine(token, id, waitMilliseconds) {
	return `runbook_phase ! {poll,${address(token)},<<"${id}">>,${waitMilliseconds}}, ok.`;
}
/** Drops a kept answer. */
function forgetLine(token, id) {
	return `runbook_phase ! {forget,${address(token)},<<"${id}">>}, ok.`;
}
function address({ first, second }) {
	return `group_leader(),"${first}","${second}"`;
}
/** Finds one frame in a stream that may be cut anywhere and wrapped at any column. */
var FrameReader = class {
	#token;
	#before = "";
	#inside;
	#tail = "";
	constructor(token) {
		this.#token = token.first + token.second;
	}
	/** Whether the frame has begun. */
	get isInside() {
		return this.#inside !== void 0;
	}
	/** Takes the next piece of the stream, as latin1; answers once the frame is whole. */
	push(piece) {
		if (this.#inside !== void 0) return this.#collect(piece);
		const seen = this.#before + piece;
		const start = seen.indexOf(`${this.#token}:`);
		this.#before = start < 0 ? seen.slice(-this.#token.length) : "";
		if (start < 0) return void 0;
		this.#inside = [];
		return this.#collect(seen.slice(start + this.#token.length + 1));
	}
	#collect(piece) {
		const plain = piece.replace(/[^!-~]/g, "");
		this.#inside?.push(plain);
		const recent = this.#tail + plain;
		const end = `:${this.#token}`;
		this.#tail = recent.slice(-end.length);
		if (!recent.includes(end)) return void 0;
		const all = (this.#inside ?? []).join("");
		return decodeBody(all.slice(0, all.indexOf(end)));
	}
};
function decodeBody(body) {
	const [, size, base64] = /^(\d{1,9}):([A-Za-z0-9+/=]*)$/.exec(body) ?? [];
	if (size === void 0 || base64 === void 0) return { kind: "damaged" };
	try {
		const bytes = inflateSync(Buffer.from(base64, "base64"), { maxOutputLength: Number(size) + 1 });
		if (bytes.length !== Number(size)) return { kind: "damaged" };
		return {
			kind: "text",
			text: bytes.toString("latin1")
		};
	} catch {
		return { kind: "damaged" };
	}
}

// src/transport/console/job-control.ts
/** Reads the answer to `j`. */
function parseJobs(text) {
	const lines = [...text.matchAll(/^\s*(\d+)(\*?)\s+\{/gm)];
	const current = lines.find(([, , star]) => star === "*")?.[1];
	return {
		numbers: lines.map(([, number]) => Number(number)),
		current: current === void 0 ? void 0 : Number(current)
	};
}
const menu = / --> $/;
const interrupt = "\x07";
const menuOrEcho = new RegExp(`User switch command\\s+--> $|${interrupt}|\\^G`);
const erased = /[\b]/;
/** To the start of the line, delete to its end, enter: clears a half-typed switch command. */
const clearLine = "\v\r";
/** Types into the console of a node as a person at the user switch command (^G) does. */
var JobControl = class {
	#transcript;
	#type;
	constructor(transcript, type) {
		this.#transcript = transcript;
		this.#type = type;
	}
	/**
	* Opens the menu without touching what somebody may have typed half. A ^G that arrives in one piece with
	* other bytes only rings, so it is repeated; where it rings twice the menu is open already, and its line is cleared.
	*/
	async openMenu() {
		let rings = 0;
		for (let tries = 0; tries < 4 && rings < 2; tries += 1) {
			this.#transcript.forget();
			this.#type(interrupt);
			const sight = await this.#transcript.until(menuOrEcho, 2);
			if (sight.kind === "ended") return "none";
			if (sight.kind === "timeout") continue;
			if (sight.match[0] === "^G") return this.#takeBack();
			if (sight.match[0] !== interrupt) return "open";
			rings += 1;
		}
		if (rings < 2) return "none";
		this.#type(clearLine);
		return (await this.#transcript.until(menu, 8)).kind === "seen" ? "open" : "none";
	}
	/** A plain terminal took the ^G as a character of its line. */
	async #takeBack() {
		this.#transcript.forget();
		this.#type("");
		await this.#transcript.until(erased, 2);
		return "plain";
	}
	/** Gives one switch command that comes back to the menu; answers what it printed. */
	async command(command) {
		this.#transcript.forget();
		this.#type(`${command}\r`);
		return (await this.#transcript.until(menu, 8)).kind === "seen" ? this.#transcript.text : void 0;
	}
	/** Connects to a job that was there, or to the newest one. */
	connect(job) {
		this.#transcript.forget();
		this.#type(job === void 0 ? "c\r" : `c ${job}\r`);
	}
	/** Waits until the menu has taken the connect command: a ^D in one piece with it would swallow it. */
	async connected() {
		await this.#transcript.until(/c( \d+)?\r?\r\n/, 5);
	}
	async jobs() {
		const listed = await this.command("j");
		return listed === void 0 ? void 0 : parseJobs(listed);
	}
};

// src/transport/console/transcript.ts
/** What a terminal printed lately, and a way to wait for what it prints next. */
var Transcript = class {
	#text = "";
	#ended = false;
	#listeners = /* @__PURE__ */ new Set();
	constructor(stream) {
		stream.on("data", (data) => this.#take(data.toString("latin1")));
		stream.on("error", () => this.end());
		stream.on("close", () => this.end());
	}
	/** What was printed since the last `forget`. */
	get text() {
		return this.#text;
	}
	/** Later waits see only what comes after this. */
	forget() {
		this.#text = "";
	}
	end() {
		this.#ended = true;
		this.#publish("");
	}
	/** Calls back with each piece as latin1, and with an empty one at the end; answers how to stop that. */
	listen(listener) {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}
	get hasEnded() {
		return this.#ended;
	}
	until(shape, seconds) {
		return new Promise((resolve) => {
			const settle = (sight) => {
				clearTimeout(timer);
				stop();
				resolve(sight);
			};
			const look = () => {
				const match = shape.exec(this.#text);
				if (match !== null) settle({
					kind: "seen",
					match
				});
				else if (this.#ended) settle({ kind: "ended" });
			};
			const timer = setTimeout(() => settle({ kind: "timeout" }), seconds * 1e3);
			const stop = this.listen(look);
			look();
		});
	}
	/** Waits until nothing was printed for a while, at most `seconds`: a busy log never falls silent. */
	quiet(milliseconds, seconds) {
		return new Promise((resolve) => {
			const settle = () => {
				clearTimeout(limit);
				clearTimeout(silence);
				stop();
				resolve();
			};
			const limit = setTimeout(settle, seconds * 1e3);
			const silence = setTimeout(settle, milliseconds);
			const stop = this.listen(() => void silence.refresh());
		});
	}
	#take(piece) {
		this.#text = (this.#text + piece).slice(-65536);
		this.#publish(piece);
	}
	#publish(piece) {
		for (const listener of this.#listeners) listener(piece);
	}
};

// src/transport/console/shell-session.ts
const leaveToErl = "";
/** One attached terminal with a fresh shell of our own in it. */
var ShellSession = class {
	#process;
	#transcript;
	#jobs;
	#shells = {
		own: void 0,
		before: void 0
	};
	#end;
	constructor(process) {
		this.#process = process;
		this.#transcript = new Transcript(process.stdout);
		this.#jobs = new JobControl(this.#transcript, (text) => this.#write(text));
		process.stderr.resume();
		process.stderr.on("error", () => {});
		process.stdin.on("error", () => {});
		process.ended.then((end) => this.#finish(end));
	}
	get transcript() {
		return this.#transcript;
	}
	get isOpen() {
		return this.#end === void 0 && !this.#transcript.hasEnded;
	}
	/** Why it ended, in words. */
	get reason() {
		if (/\[End\]/.test(this.#transcript.text)) return "the node ended while its console was attached";
		return this.#end ?? "the console was closed";
	}
	/** Waits until the process behind the terminal is known to have ended. */
	async ended() {
		return this.#process.ended;
	}
	/** Makes a fresh shell beside those that are there. */
	async openShell() {
		await this.#transcript.quiet(100, 1);
		const menu = await this.#jobs.openMenu();
		if (menu === "plain") return { kind: "plain" };
		if (menu === "none") return { kind: "none" };
		const before = (await this.#jobs.jobs())?.current;
		await this.#jobs.command("s");
		const own = (await this.#jobs.jobs())?.current;
		this.#shells = {
			own,
			before
		};
		this.#jobs.connect();
		const sight = await this.#transcript.until(/Eshell V[^]*?\n(?:\(([^()\s]+)\))?1> /, 15);
		return sight.kind === "seen" ? {
			kind: "open",
			node: sight.match[1]
		} : { kind: "none" };
	}
	/** Types one line and waits for its frame; silence is counted from the last byte of the frame. */
	request(line, seconds, signal) {
		const token = createToken();
		const reader = new FrameReader(token);
		return new Promise((resolve) => {
			const settle = (reply) => {
				clearTimeout(timer);
				stop();
				signal?.removeEventListener("abort", abort);
				resolve(reply);
			};
			const abort = () => settle({ kind: "aborted" });
			const timer = setTimeout(() => settle({ kind: "silent" }), seconds * 1e3);
			const stop = this.#transcript.listen((piece) => {
				const frame = reader.push(piece);
				if (frame !== void 0) settle(frame);
				else if (!this.isOpen) settle({
					kind: "lost",
					reason: this.reason
				});
				else if (reader.isInside) timer.refresh();
			});
			signal?.addEventListener("abort", abort);
			if (signal?.aborted) abort();
			else if (this.isOpen) this.#write(`${line(token)}\r`);
			else settle({
				kind: "lost",
				reason: this.reason
			});
		});
	}
	/** Ends our shell, goes back to the one that was in front, and leaves the terminal as it was found. */
	async leave() {
		if (this.isOpen) await this.#closeShell();
		if (this.isOpen) this.#write(leaveToErl);
		await Promise.race([this.#process.ended, pause(2)]);
		this.drop();
	}
	/** Closes our end, whatever state the other one is in. */
	drop() {
		this.#end ??= "the console was closed";
		this.#process.close();
		this.#transcript.end();
	}
	async #closeShell() {
		const { own, before } = this.#shells;
		if (own === void 0 || await this.#jobs.openMenu() !== "open") return;
		await this.#jobs.command(`k ${own}`);
		const left = (await this.#jobs.jobs())?.numbers ?? [];
		this.#jobs.connect(left.includes(before ?? -1) ? before : left[0]);
		await this.#jobs.connected();
	}
	#write(text) {
		if (this.isOpen) this.#process.stdin.write(text);
	}
	#finish(end) {
		this.#end ??= describeEnd(end);
		setTimeout(() => this.#transcript.end(), 100);
	}
};
function describeEnd(end) {
	if (end.kind === "exited") return `the attached console ended with exit status ${end.status}`;
	if (end.kind === "signalled") return `the attached console was ended by ${end.signal}`;
	return `the connection to the console was lost: ${end.reason}`;
}
function pause(seconds) {
	return new Promise((resolve) => void setTimeout(resolve, seconds * 1e3).unref());
}

// src/transport/console/terminal-claim.ts
const names = `
case $CLAIM_STATE in /*) ;; *) CLAIM_STATE=$HOME/$CLAIM_STATE ;; esac
claim=$CLAIM_STATE/consoles/$CLAIM_CONSOLE
born() { cut -d ' ' -f 22 "/proc/$1/stat" 2>/dev/null; }
`;
/** Notes which process has the terminal, under which token, before it attaches. */
const note = `
(umask 077; mkdir -p "\${claim%/*}" && echo "$CLAIM_TOKEN $$ $(born $$)" > "$claim.$$") 2>/dev/null
`;
/** A terminal of an older token is hung up, as closing its connection would have done; a newer one is left alone. */
const hangUp = `
lives() { [ "$(born "$pid")" = "$start" ]; }
send() {
  for whom in "-$pid" "$pid"; do
    kill -s "$1" -- "$whom" 2>/dev/null && return
    sudo -n kill -s "$1" -- "$whom" 2>/dev/null && return
  done
}
hang_up() {
  for signal in HUP KILL; do
    send "$signal"
    left=20
    while [ "$left" -gt 0 ]; do
      lives || { echo "hung up"; return; }
      sleep 0.1 2>/dev/null || sleep 1
      left=$((left - 1))
    done
  done
}
for each in "$claim".*; do
  token= pid= start=
  { read -r token pid start < "$each"; } 2>/dev/null
  case "$token-$pid-$start" in -* | *- | *--* | *[!0-9-]*) continue ;; esac
  if ! lives; then rm -f "$each"
  elif [ "$token" -le "$CLAIM_TOKEN" ]; then hang_up; fi
done
`;
/** The command that attaches, which leaves behind whose terminal it is. */
function claiming(command, console, claim) {
	return {
		...command,
		line: `${names}${note}${command.line}`,
		env: {
			...command.env,
			...environment(console, claim)
		}
	};
}
/** Hangs up the terminal that an earlier attempt of this tool left at the console; true when there was one. */
async function hangUpEarlier(connection, console, claim) {
	const command = {
		line: `${names}${hangUp}`,
		env: environment(console, claim)
	};
	const { stdout } = await connection.exec(command, { timeoutSeconds: 20 });
	return stdout.includes("hung up");
}
function environment(console, { stateDirectory, token }) {
	return {
		CLAIM_STATE: stateDirectory,
		CLAIM_CONSOLE: console.replaceAll(/[^\w.-]/g, "-"),
		CLAIM_TOKEN: String(token)
	};
}

// src/transport/console/attach.ts
const terminal$1 = {
	columns: 500,
	rows: 50
};
/** Attaches to the console of a node without evaluating anything that was typed before. */
async function attach(connection, options) {
	try {
		const first = await attachOnce(connection, options);
		const { claim, name } = options;
		if (first.kind !== "refused" || first.taken !== true || claim === void 0) return first;
		if (!await hangUpEarlier(connection, name, claim)) return first;
		return await attachOnce(connection, options);
	} catch (error) {
		if (error instanceof TransportError) return {
			kind: "lost",
			reason: error.message
		};
		throw error;
	}
}
async function attachOnce(connection, options) {
	const { attach: line, directory, name, claim } = options;
	const command = {
		line,
		directory
	};
	const session = new ShellSession(await connection.open(claim === void 0 ? command : claiming(command, name, claim), terminal$1));
	const attachment = await enter(session, options);
	if (attachment.kind !== "attached") session.drop();
	return attachment;
}
const openings = /Attaching to [^\n]*to exit\)|Node is not running!|No running Erlang on pipe|Another to_erl process already attached|\[sudo\] password for|[Pp]assword[^\n]*: ?$/;
async function enter(session, options) {
	const sight = await session.transcript.until(openings, 20);
	if (sight.kind !== "seen") return explainSilence(session, options, sight.kind);
	const [opening] = sight.match;
	if (opening.startsWith("Attaching")) return openShell(session, options);
	if (/not running|No running/.test(opening)) return notRunning(options);
	return opening.startsWith("Another") ? somebodyElse(options) : passwordWanted(options);
}
async function explainSilence(session, options, kind) {
	const printed = session.transcript.text.replace(/[^ -~]+/g, " ").trim().slice(-200);
	const said = printed === "" ? "nothing" : `"${printed}"`;
	if (kind === "ended" && (await session.ended()).kind === "lost") return {
		kind: "lost",
		reason: session.reason
	};
	const how = kind === "ended" ? "ended" : "did not attach";
	return {
		kind: "refused",
		reason: `"${options.attach}" ${how} on ${options.host} and printed ${said}`,
		next: `try "${options.attach}" by hand in ${options.directory}`
	};
}
function notRunning(options) {
	return {
		kind: "refused",
		reason: `the node ${options.node} is not running on ${options.host}`,
		next: `start the console ${options.name} ("${options.start}" in ${options.directory})`
	};
}
function somebodyElse(options) {
	return {
		kind: "refused",
		reason: `somebody else is attached to the console ${options.name} on ${options.host}`,
		next: "ask them to leave it with ^D (never ^C), or end a to_erl that a dead connection left, then run again",
		taken: true
	};
}
function passwordWanted(options) {
	return {
		kind: "refused",
		reason: `sudo asks for a password on ${options.host} ("${options.attach}")`,
		next: "let the SSH user run this command with sudo without a password"
	};
}
async function openShell(session, options) {
	const shell = await session.openShell();
	if (shell.kind === "plain") return plainShell(session, options);
	if (shell.kind === "none") return noShell(session, options);
	if (shell.node !== void 0 && shell.node !== options.node) return otherNode(session, options, shell.node);
	return greet(session, options);
}
function noShell(session, options) {
	if (!session.isOpen) return {
		kind: "lost",
		reason: session.reason
	};
	return {
		kind: "refused",
		reason: `the console ${options.name} on ${options.host} gives no fresh shell (^G, s, c)`,
		next: `look at it with "${options.attach}": the node may hang, or its break menu may be open`
	};
}
async function plainShell(session, options) {
	await session.leave();
	return {
		kind: "refused",
		reason: `the node ${options.node} on ${options.host} was started without a terminal type, so its shell has no job control`,
		next: `stop it and start it with TERM set ("TERM=xterm ${options.start}"), as this tool's own start does`
	};
}
async function otherNode(session, options, found) {
	await session.leave();
	return {
		kind: "refused",
		reason: `the console ${options.name} on ${options.host} belongs to the node ${found}, not ${options.node}`,
		next: "correct the console's node or directory in the runbook or the inventory"
	};
}
/** Starts the keeper and learns who the node is. */
async function greet(session, options) {
	const reply = await session.request(helloLine, 15);
	if (reply.kind === "lost") return reply;
	const hello = reply.kind === "text" ? parseHello(reply.text) : void 0;
	if (hello === void 0) return {
		kind: "lost",
		reason: `the node on ${options.host} does not answer in its fresh shell`
	};
	if (hello.node !== options.node) return otherNode(session, options, hello.node);
	if (hello.version !== 1) return otherVersion(session, options, hello.version);
	return {
		kind: "attached",
		session,
		identity: hello.identity
	};
}
async function otherVersion(session, options, version) {
	await session.leave();
	return {
		kind: "refused",
		reason: `the node ${options.node} keeps answers in format ${version}, and this version reads ${1}`,
		next: "finish the round with the version that began it, or restart the console"
	};
}
/** Reads `{hello,Version,Node,"Pid",StartedAt}`. */
function parseHello(text) {
	const term = parseTerm(text);
	if (term.type !== "tuple" || term.items.length !== 5) return void 0;
	const [, version, node, pid, started] = term.items;
	const id = pid === void 0 ? void 0 : textOf$1(pid);
	if (version?.type !== "integer" || node?.type !== "atom" || id === void 0) return void 0;
	if (started?.type !== "integer") return void 0;
	const identity = {
		pid: id,
		startedAt: Number(started.value)
	};
	return {
		version: Number(version.value),
		node: node.name,
		identity
	};
}

// src/transport/console/node-control.ts
const pingSeconds = 20;
const pollMilliseconds = 500;
/** Without it a node that is started over SSH falls back to a shell without job control, which cannot be entered safely. */
const terminal = { TERM: "xterm" };
/** Starts, stops and pings a node by its release script. */
var NodeControl = class {
	#connection;
	#options;
	constructor(connection, options) {
		this.#connection = connection;
		this.#options = options;
	}
	async state(signal) {
		const ping = await this.#run(this.#options.ping, pingSeconds, signal);
		if (typeof ping === "string") return {
			state: "unreachable",
			detail: ping
		};
		if (ping.end.kind !== "exited") return {
			state: "unreachable",
			detail: describe(ping)
		};
		if (ping.end.status === 0 && /^\s*pong\s*$/m.test(ping.stdout)) return {
			state: "up",
			detail: "pong"
		};
		return {
			state: /not responding|not running|\bpang\b/i.test(ping.stdout + ping.stderr) ? "down" : "unreachable",
			detail: describe(ping)
		};
	}
	async start(control) {
		const deadline = Date.now() + control.timeoutSeconds * 1e3;
		const before = await this.state(control.signal);
		if (before.state === "up") return {
			ok: true,
			detail: "already running"
		};
		if (before.state === "unreachable") return fail(`${this.#where} cannot be reached: ${before.detail}`);
		const started = await this.#run(this.#options.start, control.timeoutSeconds, control.signal, terminal);
		if (typeof started === "string") return fail(`"${this.#options.start}": ${started}`);
		if (!succeeded(started)) return fail(`"${this.#options.start}" ${describe(started)}`);
		const up = await this.#until("up", deadline, control.signal);
		if (!up.ok) return fail(`${this.#where} was started and did not answer: ${up.detail}`);
		return this.#settle(control.signal);
	}
	/** A node can answer for seconds and then end, when something that it needs at boot is away. */
	async #settle(signal) {
		const seconds = this.#options.settleSeconds ?? 5;
		const since = Date.now();
		do {
			await rest(signal);
			const now = await this.state(signal);
			if (now.state !== "up") {
				const lived = Math.round((Date.now() - since) / 1e3);
				return fail(`${this.#where} answered and ended within ${lived + 1} s (${now.detail}); its log says why, often a store that it needs is down`);
			}
		} while (Date.now() - since < seconds * 1e3 && signal?.aborted !== true);
		if (signal?.aborted === true) return fail("cancelled while the node was settling");
		return {
			ok: true,
			detail: `started, and answering for ${seconds} s`
		};
	}
	/** Waits until ping says no and, where it is known, until the operating system process is gone. */
	async stop(control, pid) {
		const deadline = Date.now() + control.timeoutSeconds * 1e3;
		const before = await this.state(control.signal);
		if (before.state === "down" && pid === void 0) return {
			ok: true,
			detail: "already stopped"
		};
		if (before.state === "unreachable") return fail(`${this.#where} cannot be reached: ${before.detail}`);
		const stopped = await this.#run(this.#options.stop, control.timeoutSeconds, control.signal);
		const said = typeof stopped === "string" ? stopped : describe(stopped);
		const down = await this.#until("down", deadline, control.signal);
		if (!down.ok) return fail(`${this.#where} still runs after "${this.#options.stop}" (${said}): ${down.detail}`);
		if (pid === void 0) return {
			ok: true,
			detail: "stopped: it answers no more"
		};
		return this.#untilGone(pid, deadline, control.signal);
	}
	async #untilGone(pid, deadline, signal) {
		for (;;) {
			const seen = await this.#run(`ps -p ${Number(pid)} -o pid=`, pingSeconds, signal);
			if (typeof seen !== "string" && seen.end.kind === "exited" && seen.stdout.trim() === "") return {
				ok: true,
				detail: `stopped: its process ${pid} is gone`
			};
			if (Date.now() > deadline || signal?.aborted === true) return fail(`${this.#where} answers no more, but its process ${pid} has not ended`);
			await rest(signal);
		}
	}
	async #until(wanted, deadline, signal) {
		for (;;) {
			const now = await this.state(signal);
			if (now.state === wanted) return {
				ok: true,
				detail: now.detail
			};
			if (signal?.aborted === true) return fail("cancelled");
			if (Date.now() > deadline) return fail(`time is over; last seen ${now.state} (${now.detail})`);
			await rest(signal);
		}
	}
	get #where() {
		return `the node ${this.#options.node} on ${this.#options.host}`;
	}
	/** Answers a sentence where the host could not be asked. */
	async #run(line, seconds, signal, env = {}) {
		try {
			const options = {
				timeoutSeconds: seconds,
				maxBytes: 65536,
				...signal && { signal }
			};
			return await this.#connection.exec({
				line,
				directory: this.#options.directory,
				env
			}, options);
		} catch (error) {
			if (error instanceof TransportError) return error.message;
			throw error;
		}
	}
};
async function rest(signal) {
	await setTimeout$1(pollMilliseconds, void 0, signal && { signal }).catch(() => {});
}
const fail = (detail) => ({
	ok: false,
	detail
});
const succeeded = ({ end }) => end.kind === "exited" && end.status === 0;
function describe({ end, stdout, stderr, seconds }) {
	const said = `${stdout}\n${stderr}`.replace(/[^ -~]+/g, " ").trim().slice(-300);
	const output = said === "" ? "" : `: ${said}`;
	if (end.kind === "exited") return `ended with exit status ${end.status}${output}`;
	if (end.kind === "signalled") return `was ended by ${end.signal}${output}`;
	return `is not known to have ended after ${Math.round(seconds)} s (${end.reason})${output}`;
}

// src/transport/console/attached-console.ts
/** A typed line longer than this would hold up the node's terminal. */
const maxExpression = 65536;
/** How long the node waits before it says `running`; then it is asked again. */
const waitSeconds = 30;
/** What an answer may take beyond that. */
const graceSeconds = 15;
const maxDamaged = 5;
/** Opens a console; the node is attached to when it is first asked, and once for the phase. */
function openConsole(connection, options) {
	const console = new AttachedConsole(connection, options);
	const control = new NodeControl(connection, options);
	return {
		name: options.name,
		host: options.host,
		state: () => control.state(),
		evaluate: (expression, how = {}) => console.evaluate(expression, how),
		recall: (id, how = {}) => console.recall(id, how),
		forget: (id) => console.forget(id),
		identity: () => console.identity(),
		detach: () => console.detach(),
		start: async (how) => {
			await console.detach();
			return control.start(how);
		},
		stop: async (how) => {
			const identity = await console.identity();
			await console.detach();
			return control.stop(how, identity?.pid);
		}
	};
}
var AttachedConsole = class {
	#connection;
	#options;
	#attaching;
	#forgetting = /* @__PURE__ */ new Set();
	constructor(connection, options) {
		this.#connection = connection;
		this.#options = options;
	}
	async evaluate(expression, how) {
		const refusal = refuse$3(expression);
		if (refusal !== void 0) return refusal;
		const attachment = await unlessAborted(this.#attached(), how.signal);
		if (attachment.kind === "lost") return {
			...attachment,
			evaluated: "no"
		};
		if (attachment.kind === "refused") {
			const { reason, next } = attachment;
			return {
				kind: "refused",
				reason,
				next
			};
		}
		const { session } = attachment;
		const id = how.id === void 0 ? `anonymous-${randomUUID()}` : nameOf(how.id);
		const answer = await follow({
			session,
			id,
			expression,
			how
		});
		if (how.id === void 0 && answer?.kind !== "running") this.#forgetLater(session, id);
		return answer ?? lost$1("the node does not know this evaluation any more");
	}
	async recall(id, how) {
		const attachment = await unlessAborted(this.#attached(), how.signal);
		if (attachment.kind === "lost") return lost$1(attachment.reason);
		if (attachment.kind === "refused") {
			const { reason, next } = attachment;
			return {
				kind: "refused",
				reason,
				next
			};
		}
		return follow({
			session: attachment.session,
			id: nameOf(id),
			expression: void 0,
			how
		});
	}
	async forget(id) {
		const attachment = await this.#attached();
		if (attachment.kind !== "attached") throw this.#unheard(id, attachment.reason);
		const reply = await forget(attachment.session, nameOf(id));
		if (reply.kind !== "text") throw this.#unheard(id, `its node did not answer (${reply.kind})`);
	}
	async identity() {
		const attachment = await this.#attached();
		return attachment.kind === "attached" ? attachment.identity : void 0;
	}
	async detach() {
		const attachment = await this.#attaching;
		this.#attaching = void 0;
		if (attachment?.kind !== "attached") return;
		await Promise.all(this.#forgetting);
		await attachment.session.leave();
	}
	/** Nobody waits for an anonymous answer to be dropped, except the detaching that would cut it off. */
	#forgetLater(session, id) {
		const forgotten = forget(session, id).finally(() => this.#forgetting.delete(forgotten));
		this.#forgetting.add(forgotten);
	}
	/** One attachment at a time, made again when the last one has ended. */
	#attached() {
		const last = this.#attaching ?? Promise.resolve(void 0);
		this.#attaching = last.then((current) => current?.kind === "attached" && current.session.isOpen ? current : attach(this.#connection, this.#options));
		return this.#attaching;
	}
	#unheard(id, why) {
		const { name, host } = this.#options;
		const message = `the console ${name} on ${host} was not told to forget ${id}: ${why}`;
		return new TransportError("lost", host, message, "nothing is lost; the node keeps the answer until it ends");
	}
};
const cancelled = {
	kind: "refused",
	reason: "cancelled before it was sent",
	next: "run the phase again"
};
/** Attaching can take long where a node hangs; who cancels does not wait for that. */
async function unlessAborted(attaching, signal) {
	if (signal === void 0) return attaching;
	let stop = () => {};
	const aborted = new Promise((resolve) => {
		stop = () => resolve(cancelled);
		if (signal.aborted) stop();
		else signal.addEventListener("abort", stop);
	});
	const first = await Promise.race([aborted, attaching]);
	signal.removeEventListener("abort", stop);
	return first;
}
function refuse$3(expression) {
	if (expression.length <= maxExpression) return void 0;
	return {
		kind: "refused",
		reason: `an expression of ${expression.length} characters cannot be typed into a console`,
		next: `keep it under ${maxExpression} characters`
	};
}
/** An id as the protocol allows it; others are known to the node by their hash. */
function nameOf(id) {
	if (/^[\w.:/@-]{1,200}$/.test(id)) return id;
	return `sha256-${createHash("sha256").update(id).digest("hex")}`;
}
function forget(session, id) {
	return session.request((token) => forgetLine(token, id), graceSeconds);
}
/** Sends the expression once, then only asks for its answer; `undefined` for an id that the node does not know. */
async function follow({ session, id, expression, how }) {
	const began = Date.now();
	const seconds = () => (Date.now() - began) / 1e3;
	const limit = how.timeoutSeconds ?? 60;
	let unsent = expression;
	for (let damaged = 0; damaged <= maxDamaged;) {
		const wait = Math.round(Math.min(Math.max(limit - seconds(), 0), waitSeconds) * 1e3);
		const line = lineFor(id, wait, unsent);
		const reply = await session.request(line, wait / 1e3 + graceSeconds, how.signal);
		unsent = void 0;
		if (reply.kind === "damaged") damaged += 1;
		else if (reply.kind === "aborted") return {
			kind: "running",
			seconds: seconds()
		};
		else if (reply.kind !== "text") return giveUp(session, reply);
		else {
			const answer = readAnswer$1(reply.text);
			if (answer === "unknown") return void 0;
			if (answer !== "running") return answer;
			if (seconds() >= limit) return {
				kind: "running",
				seconds: seconds()
			};
		}
	}
	return lost$1("other output breaks into every answer");
}
function lineFor(id, wait, expression) {
	return (token) => expression === void 0 ? pollLine(token, id, wait) : askLine(token, id, wait, expression);
}
function giveUp(session, reply) {
	if (reply.kind === "lost") return lost$1(reply.reason);
	session.leave();
	return lost$1("the node does not answer any more");
}
function lost$1(reason) {
	return {
		kind: "lost",
		reason,
		evaluated: "unknown"
	};
}

// src/execute/kept-console.ts
/** A console over whatever connection its host has now: when that one was lost, the next question goes over a new one. */
function keptConsole(options, connect) {
	let current;
	const now = async () => {
		const connection = await connect(options.host);
		if (current?.connection !== connection) current = {
			connection,
			console: openConsole(connection, options)
		};
		return current.console;
	};
	return {
		name: options.name,
		host: options.host,
		async state() {
			try {
				return await (await now()).state();
			} catch (error) {
				return {
					state: "unreachable",
					detail: error instanceof Error ? error.message : String(error)
				};
			}
		},
		async evaluate(expression, how) {
			try {
				return await (await now()).evaluate(expression, how);
			} catch (error) {
				return {
					kind: "lost",
					reason: error instanceof Error ? error.message : String(error),
					evaluated: "unknown"
				};
			}
		},
		recall: async (id, how) => (await now()).recall(id, how),
		forget: async (id) => (await now()).forget(id),
		identity: async () => (await now()).identity(),
		start: async (how) => (await now()).start(how),
		stop: async (how) => (await now()).stop(how),
		async detach() {
			await current?.console.detach();
			current = void 0;
		}
	};
}

// src/transport/ssh/host-address.ts
/** What to look at when a host cannot be reached. */
const checkNetwork = "check address and port in the inventory, that sshd runs there, and that the runner's network may reach it";
/** Compares keys by their bytes, since their text has many forms. */
function isOneOf(key, keys) {
	return keys.some((other) => other.blob.equals(key));
}

// src/transport/ssh/host-key.ts
const algorithms$1 = {
	"ssh-ed25519": ["ssh-ed25519"],
	"ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
	"ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
	"ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
	"ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"]
};
/** Only what is pinned is asked for, so that a server with several keys shows the one that can be verified. */
function algorithmsFor(keys) {
	const types = new Set(keys.map((key) => key.type));
	return Object.entries(algorithms$1).flatMap(([type, names]) => types.has(type) ? names : []);
}
/** The form in which people compare keys, and in which ssh-keygen -l prints them. */
function fingerprint(blob) {
	return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
/** Reads the two last fields of a known_hosts line; a string says what is wrong with them. */
function readHostKey(type, base64) {
	if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return "the key is not base64";
	const blob = Buffer.from(base64, "base64");
	const inner = keyType(blob);
	if (inner === void 0) return "the key is cut off or is no SSH key";
	if (inner !== type) return `the key says it is ${inner}, the line says ${type}`;
	return {
		type,
		blob
	};
}
/** The type that a public key names in its own first field. */
function keyType(blob) {
	if (blob.length < 4) return void 0;
	const length = blob.readUInt32BE(0);
	if (length === 0 || length > 64 || blob.length <= 4 + length) return void 0;
	return wholeFields(blob) ? blob.toString("latin1", 4, 4 + length) : void 0;
}
/** A key is a row of fields with their lengths; a key cut in the middle does not end with a field. */
function wholeFields(blob) {
	let at = 0;
	while (at + 4 <= blob.length) at += 4 + blob.readUInt32BE(at);
	return at === blob.length;
}

// src/transport/ssh/known-hosts.ts
/** The pinned host keys, read from text in OpenSSH's known_hosts format. */
var KnownHosts = class KnownHosts {
	#entries;
	constructor(entries) {
		this.#entries = entries;
	}
	/** Reads the whole text and refuses what it does not understand, since a skipped line could be a lost pin. */
	static parse(text) {
		const entries = [];
		for (const [index, raw] of text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).entries()) {
			const line = raw.trim();
			if (line !== "" && !line.startsWith("#")) entries.push(parseLine(line, index + 1));
		}
		return new KnownHosts(entries);
	}
	/** A port other than 22 must be pinned as `[host]:port`: another server on the same address has another key. */
	lookup(host, port) {
		const name = lookupName(host, port);
		const found = this.#entries.filter((entry) => entry.matches(name));
		const revoked = this.#entries.filter((entry) => entry.revoked && entry.matches(name));
		return {
			keys: found.filter((entry) => !entry.revoked).map((entry) => entry.key),
			revoked: revoked.map((entry) => entry.key)
		};
	}
};
/** The name under which known_hosts keeps a host. */
function lookupName(host, port) {
	const name = host.toLowerCase();
	return port === 22 ? name : `[${name}]:${port}`;
}
function parseLine(line, number) {
	const fields = line.split(/[ \t]+/);
	const marker = fields[0]?.startsWith("@") === true ? fields.shift() : void 0;
	if (marker === "@cert-authority") refuse$2(number, "@cert-authority: host certificates are not supported", "pin the host's own key instead: a line `host type key` as ssh-keyscan prints it");
	if (marker !== void 0 && marker !== "@revoked") refuse$2(number, `unknown marker ${marker}`);
	const [hosts, type, base64] = fields;
	if (hosts === void 0 || type === void 0 || base64 === void 0) refuse$2(number, "wanted `host type key`, found fewer fields");
	const key = readHostKey(type, base64);
	if (typeof key === "string") refuse$2(number, key);
	return {
		matches: hostMatcher(hosts, number),
		revoked: marker === "@revoked",
		key
	};
}
function hostMatcher(hosts, number) {
	if (hosts.startsWith("|")) return hashedMatcher(hosts, number);
	const patterns = hosts.split(",").filter((pattern) => pattern !== "");
	const positive = patterns.filter((pattern) => !pattern.startsWith("!")).map(patternMatcher);
	const negative = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => patternMatcher(pattern.slice(1)));
	return (name) => positive.some((matches) => matches(name)) && !negative.some((matches) => matches(name));
}
function hashedMatcher(hosts, number) {
	const [, kind, salt, hash] = hosts.split("|");
	const wanted = Buffer.from(hash ?? "", "base64");
	const key = Buffer.from(salt ?? "", "base64");
	if (kind !== "1" || key.length === 0 || wanted.length !== 20) refuse$2(number, "the hashed host name is broken; wanted |1|salt|hash");
	return (name) => timingSafeEqual(createHmac("sha1", key).update(name).digest(), wanted);
}
function patternMatcher(pattern) {
	const escaped = pattern.toLowerCase().replace(/^\[(.*)\]:22$/, "$1").replace(/[.+^${}()|[\]\\]/g, "\\$&");
	const expression = new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, "s");
	return (name) => expression.test(name);
}
function refuse$2(line, what, next = "correct the line or remove it; `ssh-keyscan -p PORT HOST` prints lines in the right form") {
	throw new TransportError("bad-known-hosts", "", `known_hosts, line ${line}: ${what}`, next);
}

// src/transport/collect.ts
var import_lib = /* @__PURE__ */ __toESM(require_lib(), 1);
const defaultMaxBytes = 33554432;
/** Reads a process to its end: the common half of every connection's `exec`. */
async function collect(process, options, began) {
	const limit = options.maxBytes ?? defaultMaxBytes;
	const stdout = keep(process.stdout, limit);
	const stderr = keep(process.stderr, limit);
	process.stdin.on("error", () => {});
	process.stdin.end(options.stdin ?? "");
	const end = await endOrInterruption(process, options, began);
	await Promise.race([Promise.all([stdout.over, stderr.over]), setTimeout$1(250, void 0, { ref: false })]);
	return {
		end,
		stdout: stdout.text(),
		stderr: stderr.text(),
		seconds: (performance.now() - began) / 1e3,
		truncated: stdout.cut() || stderr.cut()
	};
}
/** The shape of an execution that never began or whose connection was gone. */
function lostBefore(reason, began) {
	const seconds = (performance.now() - began) / 1e3;
	return {
		end: {
			kind: "lost",
			reason
		},
		stdout: "",
		stderr: "",
		seconds,
		truncated: false
	};
}
/** Says why waiting should stop: the caller's signal or the time. The returned `dispose` frees timer and listener. */
function interruption(options, began) {
	let dispose = () => {};
	return {
		reason: new Promise((resolve) => {
			const { signal, timeoutSeconds } = options;
			const aborted = () => resolve("cancelled; what was started may still run on the host");
			if (signal?.aborted === true) aborted();
			signal?.addEventListener("abort", aborted, { once: true });
			const timer = timeoutSeconds === void 0 ? void 0 : setTimeout(() => resolve(`no end within ${timeoutSeconds} s; what was started may still run on the host`), Math.max(0, timeoutSeconds * 1e3 - (performance.now() - began)));
			dispose = () => {
				signal?.removeEventListener("abort", aborted);
				clearTimeout(timer);
			};
		}),
		dispose
	};
}
async function endOrInterruption(process, options, began) {
	const interrupted = interruption(options, began);
	const lost = interrupted.reason.then((reason) => ({
		kind: "lost",
		reason
	}));
	const end = await Promise.race([process.ended, lost]);
	interrupted.dispose();
	process.close();
	return end;
}
/** Keeps the first bytes of a stream and reads the rest, since an unread stream stalls the command. */
function keep(stream, limit) {
	const chunks = [];
	let kept = 0;
	let cut = false;
	stream.on("error", () => {});
	stream.on("data", (chunk) => {
		const part = chunk.subarray(0, limit - kept);
		if (part.length < chunk.length) cut = true;
		if (part.length === 0) return;
		kept += part.length;
		chunks.push(part);
	});
	const decode = () => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks), { stream: cut });
	return {
		text: decode,
		cut: () => cut,
		over: new Promise((resolve) => {
			for (const event of [
				"end",
				"close",
				"error"
			]) stream.once(event, () => resolve());
		})
	};
}

// src/transport/ssh/channel-process.ts
/** After the process has ended, a background child may hold its output open; nobody waits for that longer. */
const graceMilliseconds = 1e3;
const longestDrainMilliseconds = 1e4;
/** What nobody reads of stderr beyond this is dropped, since unread stderr stalls the command. */
const unreadStderrBytes = 1048576;
/** A session's channel as a process: one truthful end, whatever the server says or leaves unsaid. */
function channelProcess(channel, connectionLost, released) {
	const { promise: ended, resolve } = Promise.withResolvers();
	let exit;
	let lastData = performance.now();
	watchPushes(channel, () => lastData = performance.now());
	channel.on("error", () => {});
	channel.on("exit", (code, signal) => {
		exit = code === null ? {
			kind: "signalled",
			signal: signal ?? "unknown"
		} : {
			kind: "exited",
			status: code
		};
		lastData = performance.now();
		waitForQuiet();
	});
	channel.on("close", () => {
		resolve(exit ?? {
			kind: "lost",
			reason: "its channel was closed without an exit status"
		});
		released();
	});
	connectionLost.then((reason) => {
		resolve(exit ?? {
			kind: "lost",
			reason
		});
		released();
	});
	function waitForQuiet() {
		const since = performance.now();
		const timer = setInterval(() => {
			const now = performance.now();
			if (now - lastData < graceMilliseconds && now - since < longestDrainMilliseconds) return;
			if (exit !== void 0) resolve(exit);
			if (channel.readableLength === 0) channel.close();
			clearInterval(timer);
		}, 100);
		channel.once("close", () => clearInterval(timer));
		connectionLost.then(() => clearInterval(timer));
	}
	const close = () => {
		channel.close();
		resolve(exit ?? {
			kind: "lost",
			reason: "closed on our side; it may still run on the host"
		});
		channel.resume();
	};
	return {
		stdin: channel,
		stdout: channel,
		stderr: drained(channel.stderr),
		ended,
		close
	};
}
/** Notices arriving data without reading it, so that the one who asked for the stream still gets all of it. */
function watchPushes(channel, seen) {
	for (const stream of [channel, channel.stderr]) {
		const push = stream.push.bind(stream);
		stream.push = (chunk, encoding) => {
			seen();
			return push(chunk, encoding);
		};
	}
}
function drained(stderr) {
	const copy = new Readable({ read() {} });
	stderr.on("data", (chunk) => {
		if (copy.readableLength < unreadStderrBytes) copy.push(chunk);
	});
	let over = false;
	const end = () => {
		if (!over) copy.push(null);
		over = true;
	};
	stderr.once("end", end);
	stderr.once("close", end);
	stderr.on("error", () => {});
	return copy;
}

// src/transport/ssh/channel-slots.ts
/** sshd allows 10 sessions on a connection by default; two stay free for whoever else shares it. */
const sessions = 8;
/** What lives long may not take all of them, or no short command would ever get through. */
const longLived = 6;
/** Keeps a connection below the server's limit of concurrent sessions: whoever comes too many waits. */
var ChannelSlots = class {
	#waiting = [];
	#limit = sessions;
	#used = 0;
	#usedLong = 0;
	#closed;
	/** Resolves with the function that gives the slot back; rejects when the connection is gone. */
	acquire(long) {
		return new Promise((resolve, reject) => {
			this.#waiting.push({
				long,
				resolve,
				reject
			});
			this.#serve();
		});
	}
	/** The server refused a session although we were below our limit; true when waiting for another can help. */
	refusedByServer() {
		const others = this.#used - 1;
		if (others < 1) return false;
		this.#limit = Math.min(this.#limit, others);
		return true;
	}
	close(reason) {
		this.#closed = reason;
		this.#serve();
	}
	#serve() {
		if (this.#closed !== void 0) {
			for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#closed);
			return;
		}
		while (this.#used < this.#limit) {
			const next = this.#waiting.findIndex((waiter) => !waiter.long || this.#usedLong < this.#longLimit());
			const [waiter] = next < 0 ? [] : this.#waiting.splice(next, 1);
			if (waiter === void 0) return;
			waiter.resolve(this.#take(waiter.long));
		}
	}
	#longLimit() {
		return Math.max(1, Math.min(longLived, this.#limit - 1));
	}
	#take(long) {
		this.#used += 1;
		if (long) this.#usedLong += 1;
		let given = false;
		return () => {
			if (given) return;
			given = true;
			this.#used -= 1;
			if (long) this.#usedLong -= 1;
			this.#serve();
		};
	}
};

// src/transport/ssh/ssh-connection.ts
/** One host over SSH. It is lost once and for all when its server or its link goes; a pool then makes another. */
var SshConnection = class {
	host;
	/** The host key that was verified, so that a reconnection can insist on the same. */
	hostKey;
	#client;
	#slots = new ChannelSlots();
	#lost = Promise.withResolvers();
	#lostReason;
	constructor(host, hostKey, client) {
		this.host = host;
		this.hostKey = hostKey;
		this.#client = client;
		client.on("error", (error) => this.#lose(`the connection to ${host} broke: ${error.message}`));
		client.on("end", () => this.#lose(`${host} ended the connection`));
		client.on("close", () => this.#lose(`the connection to ${host} is closed`));
	}
	/** Why nothing can be sent any more; undefined while the connection stands. */
	get lostReason() {
		return this.#lostReason;
	}
	async exec(command, options = {}) {
		const began = performance.now();
		const script = shellScript(command);
		const request = invokeShell(script.text);
		const waiting = interruption(options, began);
		const starting = this.#start(request, false);
		const started = await Promise.race([starting.catch((error) => error.message), waiting.reason]).finally(() => waiting.dispose());
		if (typeof started === "string") {
			starting.then((late) => late.close()).catch(() => {});
			return lostBefore(started, began);
		}
		started.stdin.write(script.input);
		return collect(started, options, began);
	}
	async open(command, terminal) {
		const script = shellScript(command);
		if (terminal !== void 0 && script.input !== "") throw new Error("secrets cannot be handed to a command on a terminal, which would echo them");
		const process = await this.#start(invokeShell(script.text), true, terminal);
		if (script.input !== "") process.stdin.write(script.input);
		return process;
	}
	async forward(address, port) {
		this.#throwIfLost();
		return new Promise((resolve, reject) => {
			const refused = (error) => reject(new TransportError("unreachable", this.host, `${this.host} cannot reach ${address}:${port}: ${error.message}`, `check that ${address}:${port} listens and that sshd on ${this.host} allows TCP forwarding`, error));
			try {
				this.#client.forwardOut("127.0.0.1", 0, address, port, (error, stream) => {
					if (error !== void 0) return refused(error);
					stream.on("error", () => {});
					resolve(stream);
				});
			} catch (error) {
				refused(error instanceof Error ? error : new Error(String(error)));
			}
		});
	}
	async close() {
		if (this.#lostReason !== void 0) return;
		const closed = new Promise((resolve) => this.#client.once("close", () => resolve()));
		this.#lose(`the connection to ${this.host} was closed by us`, false);
		this.#client.end();
		const timer = setTimeout(() => this.#client.destroy(), 1e3);
		await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1500).unref())]);
		clearTimeout(timer);
	}
	async #start(request, long, terminal) {
		for (let patience = 10;;) {
			const release = await this.#slots.acquire(long);
			try {
				return await this.#session(request, terminal, release);
			} catch (error) {
				const othersWillEnd = isChannelRefusal(error) && this.#slots.refusedByServer();
				release();
				if (othersWillEnd) continue;
				if (!isChannelRefusal(error) || patience === 0) throw this.#startError(error);
				patience -= 1;
				await setTimeout$1(100);
			}
		}
	}
	/** Listens to the channel before control returns to ssh2: a quick command's end may be in the very same packet. */
	#session(request, terminal, release) {
		return new Promise((resolve, reject) => {
			this.#throwIfLost();
			this.#lost.promise.then((reason) => reject(new Error(reason)));
			const answered = (error, channel) => error === void 0 ? resolve(channelProcess(channel, this.#lost.promise, release)) : reject(error);
			const { columns: cols, rows } = terminal ?? {};
			const options = cols === void 0 || rows === void 0 ? {} : { pty: {
				cols,
				rows,
				term: "xterm"
			} };
			this.#client.exec(request, options, answered);
		});
	}
	#startError(error) {
		if (error instanceof TransportError) return error;
		const message = error instanceof Error ? error.message : String(error);
		const why = this.#lostReason ?? message;
		return new TransportError("lost", this.host, `${this.host}: nothing was started: ${why}`, tryAgain, error);
	}
	#throwIfLost() {
		if (this.#lostReason === void 0) return;
		throw new TransportError("lost", this.host, this.#lostReason, tryAgain);
	}
	#lose(reason, destroy = true) {
		if (this.#lostReason !== void 0) return;
		this.#lostReason = reason;
		this.#lost.resolve(reason);
		this.#slots.close(new TransportError("lost", this.host, reason, tryAgain));
		if (destroy) this.#client.destroy();
	}
};
const tryAgain = "connect again, and look at what had been started before repeating it";
/** What the server says when it has as many sessions as it allows. */
function isChannelRefusal(error) {
	return error instanceof Error && /Channel open failure/.test(error.message);
}

// src/transport/ssh/login.ts
/** Fast ciphers first; nothing with SHA-1, CBC or small groups. */
const algorithms = {
	kex: [
		"curve25519-sha256",
		"curve25519-sha256@libssh.org",
		"ecdh-sha2-nistp256",
		"ecdh-sha2-nistp384",
		"ecdh-sha2-nistp521",
		"diffie-hellman-group16-sha512",
		"diffie-hellman-group18-sha512",
		"diffie-hellman-group-exchange-sha256",
		"diffie-hellman-group14-sha256"
	],
	cipher: [
		"aes128-gcm@openssh.com",
		"aes256-gcm@openssh.com",
		"aes128-ctr",
		"aes192-ctr",
		"aes256-ctr",
		"chacha20-poly1305@openssh.com"
	],
	hmac: [
		"hmac-sha2-256-etm@openssh.com",
		"hmac-sha2-512-etm@openssh.com",
		"hmac-sha2-256",
		"hmac-sha2-512"
	],
	compress: ["none"]
};
/** Logs in over an open stream, having verified the host's key. */
function login(options, sock, timeout) {
	const { host } = options;
	const client = new import_lib.default.Client();
	const progress = { shaken: false };
	return new Promise((resolve, reject) => {
		const failed = (error) => {
			if (error.level === "agent") return;
			reject(progress.refusal ?? loginError(host, error, progress));
			sock.destroy();
		};
		client.on("error", failed);
		client.once("close", () => failed(/* @__PURE__ */ new Error("the server closed the connection")));
		client.once("handshake", () => progress.shaken = true);
		client.once("ready", () => {
			if (progress.hostKey !== void 0) resolve(new SshConnection(host.name, progress.hostKey, client));
		});
		startLogin(client, options, sock, timeout, progress, failed);
	});
}
function startLogin(client, options, sock, timeout, progress, failed) {
	const config = {
		sock,
		username: options.host.user,
		readyTimeout: timeout,
		keepaliveInterval: (options.keepaliveSeconds ?? 5) * 1e3,
		keepaliveCountMax: 3,
		agentForward: false,
		algorithms: {
			...algorithms,
			serverHostKey: algorithmsFor(options.pinned.keys)
		},
		hostVerifier: (key) => verify(key, options, progress),
		authHandler: authentication(options)
	};
	try {
		client.connect(config);
	} catch (error) {
		failed(error instanceof Error ? error : new Error(String(error)));
	}
}
function verify(shown, { host, pinned }, progress) {
	const key = Buffer.from(shown);
	const name = lookupName(host.address, host.port);
	const print = fingerprint(key);
	if (isOneOf(key, pinned.revoked)) {
		progress.refusal = new TransportError("revoked-key", host.name, `${host.name}: ${name} shows the key ${print}, which known_hosts marks @revoked`, "do not connect; find out why the host still has that key");
		return false;
	}
	if (!isOneOf(key, pinned.keys)) {
		const wanted = pinned.keys.map((pin) => fingerprint(pin.blob)).join(", ");
		progress.refusal = new TransportError("changed-key", host.name, `${host.name}: ${name} shows the key ${print}; pinned is ${wanted}`, changedKey);
		return false;
	}
	progress.hostKey = key;
	return true;
}
const changedKey = "somebody may stand between; only when the host was set up anew, verify its fingerprint on its console and correct known_hosts";
function authentication({ host, privateKey, agent }) {
	const username = host.user;
	const methods = [];
	if (privateKey !== void 0) methods.push({
		type: "publickey",
		username,
		key: privateKey
	});
	if (agent !== void 0) methods.push({
		type: "agent",
		username,
		agent
	});
	return methods;
}
function loginError(host, error, progress) {
	const where = `${host.name} (${host.user}@${host.address}:${host.port})`;
	if (error.level === "client-timeout") return new TransportError("timeout", host.name, `${where} did not finish the login in time`, checkNetwork, error);
	if (progress.shaken) return new TransportError("authentication", host.name, `${where} refused the login: ${error.message}`, `check that the public key stands in ${host.user}'s authorized_keys on that host, and that the user is right`, error);
	if (/no matching host key/i.test(error.message)) return new TransportError("changed-key", host.name, `${where} has no host key of a pinned type: ${error.message}`, changedKey, error);
	if (/no matching/i.test(error.message)) return new TransportError("unreachable", host.name, `${where} offers only algorithms that are too weak: ${error.message}`, "enable a modern key exchange and cipher in that host's sshd", error);
	return new TransportError("unreachable", host.name, `${where} gave up the connection before the login: ${error.message}`, checkNetwork, error);
}

// src/transport/ssh/connect.ts
/** Opens one verified connection; every way in which that fails is a `TransportError` that says what to do. */
async function connect$1(options) {
	refuseUnpinned(options);
	refuseWithoutLogin(options);
	const deadline = (options.readyTimeoutSeconds ?? 20) * 1e3;
	const began = performance.now();
	const sock = await openSocket(options, deadline);
	return login(options, sock, Math.max(1e3, deadline - (performance.now() - began)));
}
function refuseUnpinned({ host, pinned }) {
	const name = lookupName(host.address, host.port);
	const add = `get it with \`ssh-keyscan -p ${host.port} ${host.address}\`, compare its fingerprint with what the host's console shows, and add the line for ${name} to known_hosts`;
	if (pinned.keys.length === 0) throw new TransportError("no-pinned-key", host.name, `${host.name}: known_hosts has no key for ${name}`, add);
	const good = pinned.keys.filter((key) => !isOneOf(key.blob, pinned.revoked));
	if (good.length === 0) throw new TransportError("revoked-key", host.name, `${host.name}: every key that known_hosts has for ${name} is marked @revoked`, add);
	if (algorithmsFor(good).length === 0) {
		const types = good.map((key) => key.type).join(", ");
		throw new TransportError("no-pinned-key", host.name, `${host.name}: known_hosts has only keys of types that cannot be used for ${name}: ${types}`, `pin an Ed25519, ECDSA or RSA key; ${add}`);
	}
}
function refuseWithoutLogin({ host, privateKey, agent }) {
	if (privateKey !== void 0 || agent !== void 0) return;
	throw new TransportError("authentication", host.name, `${host.name}: there is neither a private key nor an agent to log in with`, "set the secret that holds the private key");
}
function openSocket({ host, via }, deadline) {
	if (via !== void 0) return via.forward(host.address, host.port);
	return new Promise((resolve, reject) => {
		const socket = connect({
			host: host.address,
			port: host.port,
			noDelay: true
		});
		const where = `${host.name} (${host.address}:${host.port})`;
		const timer = setTimeout(() => {
			socket.destroy();
			reject(new TransportError("timeout", host.name, `${where} did not answer within ${deadline / 1e3} s`, checkNetwork));
		}, deadline);
		const failed = (error) => {
			clearTimeout(timer);
			reject(new TransportError("unreachable", host.name, `${where} cannot be reached: ${tcpReason(error)}`, checkNetwork, error));
		};
		socket.once("error", failed);
		socket.once("connect", () => {
			clearTimeout(timer);
			socket.off("error", failed);
			resolve(socket);
		});
	});
}
function tcpReason(error) {
	switch (error.code) {
		case "ECONNREFUSED": return "nobody listens on that port";
		case "ENOTFOUND":
		case "EAI_AGAIN": return "the name is not known to DNS";
		case "EHOSTUNREACH":
		case "ENETUNREACH": return "there is no route to it";
		case "ETIMEDOUT": return "no answer";
		default: return error.message;
	}
}

// src/transport/ssh/private-key.ts
/** Reads a private key before anything connects, so that a bad secret is one clear error and not a refused login. */
function loadPrivateKey(text, passphrase) {
	const pem = `${text.replace(/\r\n?/g, "\n").trim()}\n`;
	if (pem === "\n") refuse$1("the private key is empty", "set the secret that holds the private key");
	if (!pem.startsWith("-----BEGIN ")) refuseOtherText(pem);
	const secret = passphrase === "" ? void 0 : passphrase;
	return pem.startsWith("-----BEGIN OPENSSH PRIVATE KEY-----") ? readOpenSsh(pem, secret) : readPem(pem, secret);
}
function readOpenSsh(pem, passphrase) {
	const parsed = import_lib.default.utils.parseKey(pem, passphrase);
	if (!(parsed instanceof Error)) return usable(Array.isArray(parsed) ? parsed[0] : parsed);
	if (/no passphrase/i.test(parsed.message)) refuseMissingPassphrase();
	if (/passphrase|integrity/i.test(parsed.message)) refuseWrongPassphrase(parsed);
	return refuse$1("the private key cannot be read; it is cut off or was changed", pasteAgain, parsed);
}
/** PKCS#8, PKCS#1 and SEC1: OpenSSL reads them all, also encrypted ones; ssh2 gets what it understands. */
function readPem(pem, passphrase) {
	if (!/PRIVATE KEY-----/.test(pem)) refuseOtherText(pem);
	const encrypted = /ENCRYPTED/.test(pem);
	if (encrypted && passphrase === void 0) refuseMissingPassphrase();
	let key;
	try {
		key = createPrivateKey({
			key: pem,
			...passphrase === void 0 ? {} : { passphrase }
		});
	} catch (error) {
		if (encrypted && /decrypt|interrupted|empty|wrong final/i.test(String(error))) refuseWrongPassphrase(error);
		return refuse$1("the private key cannot be read; it is cut off or was changed", pasteAgain, error);
	}
	const parsed = import_lib.default.utils.parseKey(forSsh2(key));
	if (parsed instanceof Error) return refuse$1(`the private key is of no use: ${parsed.message}`, otherType);
	return usable(Array.isArray(parsed) ? parsed[0] : parsed);
}
function forSsh2(key) {
	switch (key.asymmetricKeyType) {
		case "rsa": return key.export({
			type: "pkcs1",
			format: "pem"
		}).toString();
		case "ec": return key.export({
			type: "sec1",
			format: "pem"
		}).toString();
		case "ed25519": return ed25519ToOpenSsh(key);
		default: return refuse$1(`a private key of type ${key.asymmetricKeyType} cannot be used with SSH`, otherType);
	}
}
/** ssh2 reads Ed25519 in OpenSSH's own format only: PROTOCOL.key, without encryption. */
function ed25519ToOpenSsh(key) {
	const { d = "", x = "" } = key.export({ format: "jwk" });
	const secret = Buffer.from(d, "base64url");
	const open = Buffer.from(x, "base64url");
	const type = field(Buffer.from("ssh-ed25519"));
	const check = Buffer.alloc(8, 1);
	const inner = Buffer.concat([
		check,
		type,
		field(open),
		field(Buffer.concat([secret, open])),
		field(Buffer.alloc(0))
	]);
	const padding = Buffer.from(Array.from({ length: (8 - inner.length % 8) % 8 }, (_, index) => index + 1));
	const none = field(Buffer.from("none"));
	const count = Buffer.from([
		0,
		0,
		0,
		1
	]);
	const outer = [
		Buffer.from("openssh-key-v1\0"),
		none,
		none,
		field(Buffer.alloc(0)),
		count
	];
	return [
		"-----BEGIN OPENSSH PRIVATE KEY-----",
		...Buffer.concat([
			...outer,
			field(Buffer.concat([type, field(open)])),
			field(Buffer.concat([inner, padding]))
		]).toString("base64").match(/.{1,70}/g) ?? [],
		"-----END OPENSSH PRIVATE KEY-----",
		""
	].join("\n");
}
function field(bytes) {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
}
const types = /* @__PURE__ */ new Set([
	"ssh-ed25519",
	"ssh-rsa",
	"ecdsa-sha2-nistp256",
	"ecdsa-sha2-nistp384",
	"ecdsa-sha2-nistp521"
]);
function usable(key) {
	if (key === void 0 || !key.isPrivateKey()) return refuse$1("that is a public key", pasteAgain);
	if (!types.has(key.type)) return refuse$1(`a private key of type ${key.type} cannot be used`, otherType);
	const sign = key.sign.bind(key);
	key.sign = (data, algorithm) => {
		if (algorithm === "sha1") throw new Error("the server takes only SHA-1 signatures of an RSA key");
		return sign(data, algorithm);
	};
	return key;
}
const pasteAgain = "paste the whole private key file again, from its first to its last line";
const otherType = "make another one: ssh-keygen -t ed25519";
function refuseOtherText(text) {
	if (/^(ssh-|ecdsa-)|BEGIN (SSH2 )?PUBLIC KEY/.test(text)) refuse$1("that is a public key", pasteAgain);
	refuse$1("the private key does not begin with -----BEGIN … PRIVATE KEY-----", pasteAgain);
}
function refuseMissingPassphrase() {
	refuse$1("the private key is encrypted and no passphrase is given", "set the secret that holds its passphrase");
}
function refuseWrongPassphrase(cause) {
	refuse$1("the passphrase does not open the private key", "correct the secret that holds its passphrase", cause);
}
function refuse$1(message, next, cause) {
	throw new TransportError("bad-private-key", "", message, next, cause);
}

// src/transport/ssh/host-pool.ts
/** How long closing one connection may take. */
const closeSeconds = .5;
/** One connection per host, kept for the phase and made anew when it was lost. */
var HostPool = class {
	#options;
	#connections = /* @__PURE__ */ new Map();
	/** The key that a host showed first; a pinned but different one later is still a different server. */
	#shown = /* @__PURE__ */ new Map();
	#key;
	constructor(options) {
		this.#options = options;
	}
	/** Resolves with the host's connection; rejects with a `TransportError`. Concurrent callers share one attempt. */
	get(host) {
		return this.#get(host, []);
	}
	/** Closes every connection, those behind a jump host first. Never throws. */
	async closeAll() {
		const all = [...this.#connections.entries()].toSorted(([a], [b]) => this.#depth(b) - this.#depth(a));
		this.#connections.clear();
		for (const [, connection] of all) {
			const closed = connection.then((open) => open.close()).catch(() => {});
			await Promise.race([closed, setTimeout$1(closeSeconds * 1e3, void 0, { ref: false })]);
		}
	}
	async #get(host, from) {
		refuseCircle(host, from);
		const known = this.#connections.get(host);
		if (known !== void 0) {
			const connection = await known;
			if (connection.lostReason === void 0) return connection;
			if (this.#connections.get(host) === known) this.#connections.delete(host);
			return this.#get(host, from);
		}
		const connecting = this.#connect(host, from);
		this.#connections.set(host, connecting);
		connecting.catch(() => {
			if (this.#connections.get(host) === connecting) this.#connections.delete(host);
		});
		return connecting;
	}
	async #connect(name, from) {
		const host = this.#address(name, from);
		const privateKey = this.#privateKey();
		const { agent, readyTimeoutSeconds, keepaliveSeconds } = this.#options;
		const pinned = this.#pinned(host);
		const via = host.jump === void 0 ? void 0 : await this.#get(host.jump, [...from, name]);
		const connection = await connect$1({
			host,
			pinned,
			...privateKey === void 0 ? {} : { privateKey },
			...agent === void 0 ? {} : { agent },
			...via === void 0 ? {} : { via },
			...readyTimeoutSeconds === void 0 ? {} : { readyTimeoutSeconds },
			...keepaliveSeconds === void 0 ? {} : { keepaliveSeconds }
		});
		this.#shown.set(name, connection.hostKey);
		return connection;
	}
	#address(name, from) {
		const host = this.#options.hosts.get(name);
		if (host === void 0) {
			const asked = from.length === 0 ? "" : `, the jump host of ${from.at(-1)},`;
			throw new TransportError("unreachable", name, `${name}${asked} is not in the inventory`, "add it to the inventory's hosts");
		}
		return host;
	}
	#privateKey() {
		const { privateKey, passphrase } = this.#options;
		if (privateKey === void 0) return void 0;
		this.#key ??= loadPrivateKey(privateKey, passphrase);
		return this.#key;
	}
	#pinned(host) {
		const pinned = this.#options.knownHosts.lookup(host.address, host.port);
		const shown = this.#shown.get(host.name);
		if (shown === void 0) return pinned;
		return {
			keys: pinned.keys.filter((key) => key.blob.equals(shown)),
			revoked: pinned.revoked
		};
	}
	#depth(name, limit = 20) {
		const jump = name === void 0 ? void 0 : this.#options.hosts.get(name)?.jump;
		return jump === void 0 || limit === 0 ? 0 : 1 + this.#depth(jump, limit - 1);
	}
};
/** Checked before anything is waited for: two hosts that jump through each other would wait forever. */
function refuseCircle(name, from) {
	if (!from.includes(name)) return;
	const circle = [...from, name].join(" → ");
	throw new TransportError("unreachable", name, `the jump hosts run in a circle: ${circle}`, "correct `jump` in the inventory");
}

// src/journal/event.ts
/** The words for how an act ended; everywhere the same. */
const outcomes = [
	"succeeded",
	"already-done",
	"refused",
	"failed",
	"cancelled",
	"unknown"
];
/** What a read-only check says of a step. */
const checkStates = [
	"done",
	"not-done",
	"partial",
	"running",
	"cannot-tell"
];
const outcome = _enum(outcomes);
const count = number().int().nonnegative();
const text = string();
const textMap = record(text, text);
/** One HTTP answer; `status` is 0 when there was none, and `detail` says why. */
const probeAnswer = strictObject({
	host: text,
	method: text,
	path: text,
	endpoint: text,
	status: count,
	expected: array(count),
	ok: boolean(),
	detail: text.optional()
});
/** Requests seen in a log, per endpoint (a path with names replaced) and status. */
const trafficRow = strictObject({
	host: text,
	method: text,
	endpoint: text,
	status: text,
	count
});
/** One row of a comparison: what each side holds of one kind of object. */
const reconcileRow = strictObject({
	name: text,
	title: text,
	/** Side (`source`, `dets`, `sql`) to number of objects. */
	sides: record(text, count),
	/** Objects of the source side that the last side lacks and that a known failure names. */
	accounted: count,
	/** Objects that are missing without a reason, and objects that nobody expected; the first few by name. */
	missing: count,
	unexpected: count,
	samples: array(text),
	ok: boolean(),
	detail: text
});
/** A class of failures beside what the baseline allows of it. */
const failureRow = strictObject({
	class: text,
	count,
	allowed: count,
	why: text,
	known: boolean(),
	samples: array(text)
});
const observation = discriminatedUnion("kind", [
	strictObject({
		kind: literal("reading"),
		name: text,
		title: text,
		values: textMap
	}),
	strictObject({
		kind: literal("output"),
		title: text,
		host: text,
		lines: array(text)
	}),
	strictObject({
		kind: literal("probes"),
		answers: array(probeAnswer)
	}),
	strictObject({
		kind: literal("traffic"),
		log: text,
		seconds: number(),
		rows: array(trafficRow),
		total: count
	}),
	strictObject({
		kind: literal("reconciled"),
		rows: array(reconcileRow)
	}),
	strictObject({
		kind: literal("failures"),
		log: text,
		classes: record(text, strictObject({
			count,
			objects: array(text),
			reasons: record(text, count),
			samples: array(text)
		})),
		unclassified: count,
		samples: array(text)
	}),
	strictObject({
		kind: literal("console"),
		name: text,
		host: text,
		pid: text,
		startedAt: number()
	}),
	strictObject({
		kind: literal("progress"),
		done: count,
		total: count.optional(),
		perSecond: number().optional()
	}),
	strictObject({
		kind: literal("snapshot"),
		name: text,
		host: text,
		tables: record(text, count)
	}),
	strictObject({
		kind: literal("loss"),
		tables: record(text, strictObject({
			inserted: count,
			updated: count,
			deleted: count
		})),
		total: count,
		accepted: count
	}),
	strictObject({
		kind: literal("followed"),
		stdout: count,
		stderr: count,
		lines: array(text)
	}),
	strictObject({
		kind: literal("note"),
		text
	})
]);
const body = discriminatedUnion("type", [
	strictObject({
		type: literal("round-opened"),
		runbookDigest: text,
		baselineDigest: text,
		planDigest: text,
		/** What each step would do, as the plan says it: a later difference can be shown. */
		steps: array(strictObject({
			phase: text,
			step: text,
			lines: array(text)
		})).optional()
	}),
	strictObject({
		type: literal("round-taken-over"),
		reason: text,
		from: text
	}),
	strictObject({
		type: literal("round-closed"),
		by: text,
		state: text
	}),
	strictObject({
		type: literal("phase-started"),
		title: text,
		planDigest: text,
		attempt: count
	}),
	strictObject({
		type: literal("phase-ended"),
		outcome,
		seconds: number(),
		sentence: text,
		next: text
	}),
	strictObject({
		type: literal("step-started"),
		title: text,
		kind: text,
		hosts: array(text)
	}),
	strictObject({
		type: literal("step-skipped"),
		title: text,
		reason: text
	}),
	strictObject({
		type: literal("step-checked"),
		state: _enum(checkStates),
		detail: text
	}),
	strictObject({
		type: literal("step-intended"),
		act: text,
		id: text,
		resume: record(text, unknown())
	}),
	strictObject({
		type: literal("step-applied"),
		outcome,
		detail: text,
		seconds: number(),
		tail: array(text)
	}),
	strictObject({
		type: literal("step-ended"),
		outcome,
		detail: text,
		seconds: number(),
		next: text.optional()
	}),
	strictObject({
		type: literal("observed"),
		observation
	}),
	strictObject({
		type: literal("downtime-started"),
		title: text
	}),
	strictObject({
		type: literal("downtime-ended"),
		title: text,
		seconds: number()
	}),
	strictObject({
		type: literal("verdict"),
		good: boolean(),
		reasons: array(text),
		rows: array(reconcileRow),
		failures: array(failureRow)
	}),
	strictObject({
		type: literal("lease"),
		action: _enum([
			"acquired",
			"released",
			"seized"
		]),
		detail: text
	}),
	strictObject({
		type: literal("ruling"),
		ruling: _enum(["done", "not-done"]),
		reason: text,
		by: text
	}),
	strictObject({
		type: literal("repaired"),
		detail: text
	})
]);
/** Who acts: a workflow run, or a person's terminal. */
const actor = strictObject({
	/** GitHub's run id, or `terminal:<user>`. */
	run: text,
	runAttempt: count,
	/** Where to look; empty in a terminal. */
	url: text,
	by: text
});
/** Where in the runbook an event belongs. */
const place = strictObject({
	phase: text.optional(),
	step: text.optional(),
	host: text.optional(),
	attempt: count.optional()
});
/**
* One line of the journal. `at` is the runner's clock, ISO 8601 in UTC; `sequence` counts from 1 without gaps;
* `previous` is the SHA-256 (hex) of the line before, without its newline, and empty in the first.
*/
const event = strictObject({
	version: literal(1),
	sequence: number().int().positive(),
	at: text,
	environment: text,
	runbook: text,
	round: text,
	token: count,
	actor,
	place,
	body,
	previous: text,
	/** Only in the file: SHA-256 (hex) of the line up to this member, so that the last line vouches for itself too. */
	seal: text.optional()
});

// src/journal/line.ts
const sealStart = ",\"seal\":\"";
const sealLength = 75;
/** The event as its line of the journal: members in one order, ASCII only, so that characters are bytes, and sealed. */
function writeLine(event) {
	const { version, sequence, at, environment, runbook, round, token, actor, place, body, previous } = event;
	const ordered = {
		version,
		sequence,
		at,
		environment,
		runbook,
		round,
		token
	};
	const nested = {
		actor: sorted(actor),
		place: sorted(place),
		body: sorted(body),
		previous
	};
	const open = ascii(JSON.stringify({
		...ordered,
		...nested
	})).slice(0, -1);
	return `${open}${sealStart}${sha256(open)}"}`;
}
/** True when the line's seal is that of its text. */
function isSealed(line) {
	const open = line.slice(0, -75);
	return line.length > sealLength && line === `${open}${sealStart}${sha256(open)}"}`;
}
/** SHA-256 in hex; of a line it is what the next one calls `previous`. */
function sha256(text) {
	return hash("sha256", text);
}
function ascii(json) {
	return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
function sorted(value) {
	if (Array.isArray(value)) return value.map(sorted);
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value).filter(([, item]) => item !== void 0);
	return Object.fromEntries(entries.sort(([a], [b]) => a < b ? -1 : 1).map(([key, item]) => [key, sorted(item)]));
}

// src/journal/read-journal.ts
/** Before the first line. */
const emptyHead = {
	sequence: 0,
	hash: ""
};
const askForReason = "find out who changed the file; put back the runner's copy of it (the journal artifact of the last run) if that is whole";
/** Reads and proves every line. Only a torn end is tolerated: its writer died, and nobody was told that it was written. */
function readJournal(text, expected, after = emptyHead) {
	const events = [];
	let head = after;
	let start = 0;
	let last = "";
	let torn;
	while (start < text.length && torn === void 0) {
		const end = text.indexOf("\n", start);
		torn = tornEnd(text, start, end);
		if (torn !== void 0) break;
		last = text.slice(start, end);
		events.push(readLine(last, expected, head));
		head = {
			sequence: head.sequence + 1,
			hash: sha256(last)
		};
		start = end + 1;
	}
	if (last !== "" && !isSealed(last)) throw broken(expected, head.sequence, changedLine);
	return {
		events,
		head,
		keep: start,
		torn
	};
}
/** Why the text from `start` is the torn end of a journal; a line that was whole once and was changed is not. */
function tornEnd(text, start, end) {
	if (end === -1) return sealThenMore.test(text.slice(start)) ? void 0 : "it has no end of line";
	if (end !== text.length - 1) return void 0;
	const line = text.slice(start, end);
	return parseJson(line) !== void 0 || endsLikeSeal(line) ? void 0 : "it is not JSON";
}
const changedLine = "this line was changed: its seal does not match its text";
const sealThenMore = /"seal":"[0-9a-f]{64}"\}./s;
/** True when the line ends as a sealed one does, but for at most one character. */
function endsLikeSeal(line) {
	return [...line.slice(-66)].filter((char, index) => index < 64 ? /[0-9a-f]/.test(char) : char === "\"}"[index - 64]).length >= 65;
}
function readLine(line, expected, before) {
	const number = before.sequence + 1;
	const value = parseJson(line);
	if (value === void 0) throw broken(expected, number, "this line is not JSON");
	if (/[^\x20-\x7e]/.test(line)) throw broken(expected, number, "this line was changed: it is not plain ASCII");
	refuseNewer(value, {
		file: expected.file,
		line: number
	});
	const parsed = event.safeParse(value);
	if (!parsed.success) throw broken(expected, number, `this line is not an event (${oneLine(parsed.error)})`);
	const { seal: _, ...read } = parsed.data;
	if (read.previous !== before.hash) throw brokenChain(line, expected, before);
	if (read.sequence !== number) throw broken(expected, number, `its sequence number is ${read.sequence}, wanted ${number}`);
	if (read.environment !== expected.environment) {
		if (!isSealed(line)) throw broken(expected, number, changedLine);
		throw otherEnvironment({
			file: expected.file,
			line: number
		}, read.environment, expected.environment);
	}
	return read;
}
/** The seal of the line at hand tells which of the two was touched. */
function brokenChain(line, expected, before) {
	if (!isSealed(line)) return broken(expected, before.sequence + 1, changedLine);
	if (before.sequence === 0) return broken(expected, 1, "this is not a journal's first line: lines before it are missing");
	return broken(expected, before.sequence, "this line was changed, or lines after it are missing: the next line has another hash for it");
}
function broken({ file }, line, what) {
	return new JournalError("broken", {
		file,
		line
	}, what, askForReason);
}
function refuseNewer(value, where) {
	const version = typeof value === "object" && value !== null && "version" in value ? value.version : void 0;
	if (typeof version !== "number" || version <= 1) return;
	const what = `this line has journal version ${version}, and this program knows version 1`;
	throw new JournalError("newer-version", where, what, "run the version of runbook-phase that wrote it, or a later one");
}
/** The error for a journal, or its directory, of another environment than the one that is acted on. */
function otherEnvironment(where, found, wanted) {
	return new JournalError("other-environment", where, `belongs to environment "${found}", wanted "${wanted}"`, "correct `journal` in the inventory, or the environment input; a journal belongs to one environment");
}
function parseJson(line) {
	try {
		return JSON.parse(line);
	} catch {
		return;
	}
}
function oneLine(error) {
	return prettifyError(error).replaceAll(/\s*\n\s*/g, " ");
}

// src/journal/store.ts
/** Names of the files in a journal's directory. */
const journalFile = "journal.jsonl";
const markerFile = "environment";
/** Refuses a directory that is not marked as the environment's own, so that a wrong path never gets a journal. */
function checkMarker(found, wanted, name, directory) {
	const where = { file: name };
	if (found === void 0) {
		const command = `mkdir -p ${quote(directory)} && echo ${quote(wanted)} > ${quote(`${directory}/${markerFile}`)}`;
		throw new JournalError("no-marker", where, `the directory has no file \`${markerFile}\` that says which environment it belongs to`, `if this is where the journal of "${wanted}" belongs, run there: ${command}`);
	}
	if (found !== wanted) throw otherEnvironment(where, found, wanted);
}
/** A file that is longer or shorter than it was read: somebody else wrote. */
function movedError(name, found, wanted) {
	const what = `the journal has ${found} bytes, and ${wanted} when it was read: somebody else writes to it`;
	return new JournalError("moved", { file: name }, what, "see who holds the lease, then run the phase again");
}
/** A word for a shell, as a person would write it. */
function quote(word) {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

// src/journal/lost-error.ts
/** The connection went away: whether the last lines were written is not known until the journal is read again. */
function lostError(name, reason, cause) {
	return new JournalError("lost", { file: name }, `the connection to the journal was lost: ${reason}`, "finish the step in hand, then reach the journal host again; what was not acknowledged is compared first", cause);
}
/** How a process ended, in a few words. */
function sayEnd(end) {
	switch (end.kind) {
		case "exited": return `exit status ${end.status}`;
		case "signalled": return `killed by ${end.signal}`;
		case "lost": return end.reason;
	}
}

// src/journal/host-writer.ts
/** The process on the journal host that appends, with its questions and answers in step. */
var HostWriter = class {
	name;
	start;
	timeoutSeconds;
	process;
	received = "";
	said = "";
	wake;
	ending;
	gone;
	constructor(name, start, timeoutSeconds) {
		this.name = name;
		this.start = start;
		this.timeoutSeconds = timeoutSeconds;
	}
	async append(text, offset) {
		(this.process ?? await this.open()).stdin.write(`${offset} ${Buffer.byteLength(text)}\n${text}`);
		const [word, ...rest] = (await this.answer()).split(" ");
		if (word === "ok") return;
		this.gone ??= "it ended after a failure";
		if (word === "moved") throw movedError(this.name, rest.join(" "), offset);
		throw unwritable(this.name, rest.join(" ").trim() || "the host gave no reason");
	}
	async close() {
		const { process } = this;
		if (process === void 0) return;
		process.stdin.end();
		await this.orTimeout(process.ended.then(() => true));
		process.close();
	}
	async open() {
		const process = await this.start().catch((error) => {
			throw lostError(this.name, error instanceof Error ? error.message : String(error), error);
		});
		this.process = process;
		this.listen(process);
		try {
			await this.answer();
			return process;
		} catch (error) {
			if (this.ending?.kind === "exited") throw unwritable(this.name, this.said.trim() || sayEnd(this.ending));
			throw error;
		}
	}
	listen(process) {
		const ignore = () => void 0;
		for (const stream of [
			process.stdin,
			process.stdout,
			process.stderr
		]) stream.on("error", ignore);
		process.stdout.on("data", (chunk) => {
			this.received += chunk.toString();
			this.wake?.();
		});
		process.stderr.on("data", (chunk) => {
			this.said = (this.said + chunk.toString()).slice(-2e3);
		});
		const drained = finished(process.stdout, { writable: false }).catch(ignore);
		process.ended.then(async (end) => {
			await Promise.race([drained, setTimeout$1(1e3, void 0, { ref: false })]);
			this.ending = end;
			this.gone = [sayEnd(end), this.said.trim()].filter((part) => part !== "").join(", ");
			this.wake?.();
		});
	}
	/** The next line of the host; a process that ended or stays silent is a lost one. */
	async answer() {
		const answered = () => this.received.includes("\n") || this.gone !== void 0;
		const heard = answered() || await this.orTimeout(new Promise((resolve) => {
			this.wake = () => answered() && resolve(true);
		}));
		const end = this.received.indexOf("\n");
		if (end === -1) {
			const reason = heard ? this.gone ?? "ended" : `no answer in ${this.timeoutSeconds} s`;
			this.gone ??= reason;
			this.process?.close();
			throw lostError(this.name, reason);
		}
		const line = this.received.slice(0, end);
		this.received = this.received.slice(end + 1);
		return line;
	}
	async orTimeout(event) {
		let timer;
		const timeout = new Promise((resolve) => {
			timer = setTimeout(() => resolve(false), this.timeoutSeconds * 1e3);
		});
		const heard = await Promise.race([event, timeout]);
		clearTimeout(timer);
		return heard;
	}
};
function unwritable(name, reason) {
	return new JournalError("unwritable", { file: name }, `the journal cannot be written: ${reason}`, "make room on the disk or give the SSH user the directory, then run the phase again");
}

// src/journal/host-scripts.ts
/** Reads marker and journal in one go; makes an empty journal, but only in a directory that is marked as the environment's. */
const loadScript = `
umask 077
[ -e "$JOURNAL_DIRECTORY/environment" ] || { echo no-marker; exit 0; }
cd "$JOURNAL_DIRECTORY" || exit
found=
IFS= read -r found < environment || [ -n "$found" ] || [ -r environment ] || exit
echo "environment $found"
[ "$found" = "$JOURNAL_ENVIRONMENT" ] || exit 0
if ! [ -e journal.jsonl ]; then
  : >> journal.jsonl || exit
  sync . 2>/dev/null || sync
fi
size=$(wc -c < journal.jsonl) || exit
size=$((size))
echo "size $size"
head -c "$size" journal.jsonl
`;
/**
* Stays for as long as the journal is written: a header of offset and length, the lines, an answer when they are durable.
* The sender waits for each answer, so nothing behind the lines can be swallowed. What was not written whole is cut off.
*/
const appendScript = `
umask 077
LC_ALL=C
export LC_ALL
cd "$JOURNAL_DIRECTORY" || exit
[ -w journal.jsonl ] || { echo "journal.jsonl is missing or not writable" >&2; exit 1; }
if sync journal.jsonl 2>/dev/null; then durable() { sync journal.jsonl; }; else durable() { sync; }; fi
size_now() { wc -c < journal.jsonl; }
echo ready
while read -r offset bytes; do
  size=$(($(size_now)))
  [ "$size" -eq "$offset" ] || { echo "moved $size"; exit 1; }
  if said=$({ head -c "$bytes" >> journal.jsonl && durable; } 2>&1); then
    size=$(($(size_now)))
    [ "$size" -ne $((offset + bytes)) ] || { echo "ok $size"; continue; }
    said="only $((size - offset)) of $bytes bytes were written"
  fi
  dd if=/dev/null of=journal.jsonl bs=1 seek="$offset" 2>/dev/null
  echo "failed $(printf '%s' "$said" | tr '\\n' ' ')"
  exit 1
done
`;
/** Keeps the torn bytes beside the journal, durable, before they are cut off. */
const repairScript = `
umask 077
cd "$JOURNAL_DIRECTORY" || exit
size=$(wc -c < journal.jsonl) || exit
size=$((size))
[ "$size" -eq "$JOURNAL_SIZE" ] || { echo "moved $size"; exit 0; }
beside=journal.jsonl.torn-$JOURNAL_KEEP
number=2
while [ -e "$beside" ]; do beside=journal.jsonl.torn-$JOURNAL_KEEP-$number; number=$((number + 1)); done
tail -c +$((JOURNAL_KEEP + 1)) journal.jsonl > "$beside" || { rm -f "$beside"; exit 1; }
sync "$beside" . 2>/dev/null || sync
dd if=/dev/null of=journal.jsonl bs=1 seek="$JOURNAL_KEEP" 2>/dev/null || exit
sync journal.jsonl 2>/dev/null || sync
echo "kept $beside"
`;

// src/journal/host-store.ts
/** A journal's text is read whole; a hundred thousand events are about 50 MB. */
const maxBytes$1 = 268435456;
/** The journal beside the system that it describes: one exec reads it, one process that stays appends to it. */
function hostStore({ connection, directory, environment, timeoutSeconds = 60 }) {
	const name = `${connection.host}:${directory}/${journalFile}`;
	const env = {
		JOURNAL_DIRECTORY: directory,
		JOURNAL_ENVIRONMENT: environment
	};
	let writer;
	return {
		name,
		async load() {
			return readAnswer(await run(connection, name, loadScript, env, timeoutSeconds), name, directory, environment);
		},
		async append(text, offset) {
			writer ??= new HostWriter(name, () => connection.open({
				line: appendScript,
				env
			}), timeoutSeconds);
			await writer.append(text, offset);
		},
		async repair(keep, size) {
			const sizes = {
				JOURNAL_KEEP: String(keep),
				JOURNAL_SIZE: String(size)
			};
			const { stdout } = await run(connection, name, repairScript, {
				...env,
				...sizes
			}, timeoutSeconds);
			const [word, detail = ""] = stdout.trim().split(" ");
			if (word === "moved") throw movedError(name, detail, size);
			return `${connection.host}:${directory}/${detail}`;
		},
		async close() {
			await writer?.close();
			writer = void 0;
		}
	};
}
async function run(connection, name, line, env, timeoutSeconds) {
	const completed = await execute$1(connection, name, line, env, timeoutSeconds);
	if (completed.end.kind === "lost") throw lostError(name, completed.end.reason);
	if (completed.end.kind !== "exited" || completed.end.status !== 0) {
		const what = `the journal cannot be read: ${sayEnd(completed.end)} ${completed.stderr.trim()}`.trimEnd();
		throw new JournalError("unreadable", { file: name }, what, "see to the directory's owner, permissions and disk, then run again");
	}
	return completed;
}
async function execute$1(connection, name, line, env, timeoutSeconds) {
	try {
		return await connection.exec({
			line,
			env
		}, {
			maxBytes: maxBytes$1,
			timeoutSeconds
		});
	} catch (error) {
		throw lostError(name, error instanceof Error ? error.message : String(error), error);
	}
}
function readAnswer({ stdout, truncated }, name, directory, environment) {
	const [marker, rest] = cut(stdout);
	checkMarker(marker === "no-marker" ? void 0 : marker.replace(/^environment /, "").trim(), environment, name, directory);
	const [size, text] = cut(rest);
	const bytes = Number(/^size (\d+)$/.exec(size)?.[1] ?? NaN);
	const whole = !truncated && (text.length === bytes || Buffer.byteLength(text) >= bytes);
	if (Number.isNaN(bytes) || !whole) {
		const what = `only a part of the journal arrived (${text.length} of ${bytes} bytes)`;
		throw new JournalError("unreadable", { file: name }, what, "run again; a journal of this size may have to be put away");
	}
	return {
		text,
		bytes
	};
}
function cut(text) {
	const end = text.indexOf("\n");
	return end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
}

// src/journal/journal-copy.ts
/** The runner's copy of the journal: the same text, for artifacts and for a journal host that is gone. */
var JournalCopy = class {
	file;
	/** Why it is no longer written; the journal itself is not harmed by that. */
	failure;
	constructor(file) {
		this.file = file;
	}
	async append(text) {
		await this.attempt(() => appendFile(this.file, text, { mode: 384 }));
	}
	/** Makes the copy equal to the journal; a copy that is half replaced is never seen. */
	async replace(text) {
		await this.attempt(async () => {
			await mkdir(dirname(this.file), {
				recursive: true,
				mode: 448
			});
			await writeFile(`${this.file}.new`, text, { mode: 384 });
			await rename(`${this.file}.new`, this.file);
		});
	}
	/** The lines that only the copy has: of a rollback without journal host, or that the host lost. */
	async linesBehind(text, journal, expected) {
		const copied = await this.read();
		const none = {
			text: "",
			read: {
				...journal,
				events: [],
				torn: void 0
			}
		};
		const whole = copied.slice(0, copied.lastIndexOf("\n") + 1);
		if (text.startsWith(whole)) return none;
		if (!whole.startsWith(text)) throw diverged(this.file, expected.file, text, whole);
		const behind = copied.slice(text.length);
		const read = readJournal(behind, {
			...expected,
			file: this.file
		}, journal.head);
		return {
			text: behind.slice(0, read.keep),
			read
		};
	}
	async read() {
		try {
			return await readFile(this.file, "latin1");
		} catch (error) {
			if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
			const why = error instanceof Error ? error.message : String(error);
			throw new JournalError("unreadable", { file: this.file }, `the copy cannot be read: ${why}`, "move it away", error);
		}
	}
	async attempt(write) {
		if (this.failure !== void 0) return;
		try {
			await write();
		} catch (error) {
			this.failure = error instanceof Error ? error.message : String(error);
		}
	}
};
function diverged(copy, file, text, copied) {
	const ours = text.split("\n");
	const line = copied.split("\n").findIndex((one, index) => one !== ours[index]) + 1;
	const next = `compare the two; if ${file} is right, move the copy away and run again`;
	return new JournalError("diverged", {
		file: copy,
		line
	}, `this line of the runner's copy differs from ${file}`, next);
}

// src/journal/load-journal.ts
/** Loads and proves a journal, cuts off a torn end, adds what only the runner's copy has, and makes the copy equal to it. */
async function loadJournal(store, copy, environment) {
	const expected = {
		file: store.name,
		environment
	};
	const stored = await store.load();
	const journal = readJournal(stored.text, expected);
	const text = stored.text.slice(0, journal.keep);
	const behind = await copy?.linesBehind(text, journal, expected);
	const repairs = await cutTorn(store, stored, journal);
	const { events, head } = journal;
	if (copy === void 0 || behind === void 0 || behind.text === "") {
		await copy?.replace(text);
		return {
			events: [...events],
			head,
			bytes: text.length,
			repairs
		};
	}
	await store.append(behind.text, text.length);
	await copy.replace(text + behind.text);
	const merged = `${behind.read.events.length} events that only the runner's copy had were added (${copy.file})`;
	return {
		events: [...events, ...behind.read.events],
		head: behind.read.head,
		bytes: text.length + behind.text.length,
		repairs: [...repairs, merged]
	};
}
/** Reads what stands behind the last acknowledged line and resolves with how many of the lines in doubt are there. */
async function loadTail(store, known, environment, doubted) {
	const expected = {
		file: store.name,
		environment
	};
	const stored = await store.load();
	const before = readJournal(stored.text.slice(0, known.bytes), expected);
	if (before.head.hash !== known.hash) throw notThatJournal(expected, known);
	const tail = stored.text.slice(known.bytes);
	const read = readJournal(tail, expected, before.head);
	const lines = tail.slice(0, read.keep).split("\n").slice(0, -1);
	if (lines.some((line, index) => line !== doubted[index])) throw movedError(store.name, String(stored.bytes), known.bytes);
	await cutTorn(store, stored, {
		...read,
		keep: known.bytes + read.keep
	});
	return lines.length;
}
async function cutTorn(store, stored, { keep, head, torn }) {
	if (torn === void 0) return [];
	const beside = await store.repair(keep, stored.bytes);
	return [`${stored.bytes - keep} torn bytes behind line ${head.sequence} were cut off (${torn}); they are kept in ${beside}`];
}
function notThatJournal({ file }, known) {
	return new JournalError("diverged", {
		file,
		line: known.sequence
	}, "this is not the line that was acknowledged there", "see whether the journal was put back from a backup or moved; the runner's copy has every acknowledged line");
}

// src/journal/journal.ts
/** Loads, proves and if need be repairs the journal, and brings the runner's copy in line with it. */
async function openJournal(options) {
	const { store, copyFile, environment } = options;
	const copy = copyFile === void 0 ? void 0 : new JournalCopy(copyFile);
	const loaded = await loadJournal(store, copy, environment);
	const journal = new OpenJournal(options, copy, loaded);
	for (const detail of loaded.repairs) await journal.append({}, {
		type: "repaired",
		detail
	});
	return journal;
}
const batchCharacters = 262144;
var OpenJournal = class {
	events;
	options;
	copy;
	repairs;
	store;
	/** Of the last durable line, and of the last queued one. */
	head;
	tail;
	bytes;
	round;
	token = 0;
	queue = [];
	inDoubt = [];
	failure;
	flushing;
	constructor(options, copy, loaded) {
		this.options = options;
		this.copy = copy;
		this.store = options.store;
		this.events = loaded.events;
		this.repairs = loaded.repairs;
		this.head = loaded.head;
		this.tail = loaded.head;
		this.bytes = loaded.bytes;
		this.round = loaded.events.at(-1)?.round ?? "";
	}
	get headHash() {
		return this.head.hash;
	}
	get notes() {
		const failure = this.copy?.failure;
		return failure === void 0 ? this.repairs : [...this.repairs, `the runner's copy is not written any more: ${failure}`];
	}
	setRound(id) {
		this.round = id;
	}
	setToken(token) {
		this.token = token;
	}
	async append(place, body) {
		if (this.failure !== void 0) throw this.failure;
		return await this.enqueue(this.compose(place, body));
	}
	async adopt(events) {
		if (this.failure !== void 0) throw this.failure;
		await Promise.all(events.map((one) => this.enqueue(this.chain(one))));
	}
	async reopen({ store, keep = () => true }) {
		await this.flushing;
		await this.store.close().catch(() => void 0);
		this.store = store;
		const doubted = this.inDoubt;
		const arrived = await loadTail(store, {
			...this.head,
			bytes: this.bytes
		}, this.options.environment, doubted.map(({ text }) => text));
		await this.acknowledge(doubted.slice(0, arrived));
		const confirmed = doubted.slice(0, arrived).map((line) => line.event);
		const missing = doubted.slice(arrived).map((line) => line.event);
		this.inDoubt = [];
		this.tail = this.head;
		this.failure = void 0;
		const wanted = missing.filter(keep);
		return {
			confirmed,
			appended: await Promise.all(wanted.map((one) => this.enqueue(this.chain(one)))),
			dropped: missing.filter((one) => !wanted.includes(one))
		};
	}
	async close() {
		await this.flushing;
		this.failure ??= new JournalError("closed", { file: this.store.name }, "the journal is closed", "open it again");
		await this.store.close();
	}
	compose(place, body) {
		const { environment, runbook, actor, now } = this.options;
		const { round, token } = this;
		const at = now().toISOString();
		return this.chain({
			version: 1,
			sequence: 0,
			at,
			environment,
			runbook,
			round,
			token,
			actor,
			place,
			body,
			previous: ""
		});
	}
	/** Gives the event its place behind the last queued one, in the very shape in which it will be read back. */
	chain(loose) {
		const { sequence, hash } = this.tail;
		const composed = asRead({
			...loose,
			sequence: sequence + 1,
			previous: hash
		}, this.store.name);
		const text = writeLine(composed);
		this.tail = {
			sequence: composed.sequence,
			hash: sha256(text)
		};
		return {
			event: composed,
			text
		};
	}
	enqueue(line) {
		const written = new Promise((resolve, reject) => this.queue.push({
			...line,
			resolve,
			reject
		}));
		this.flushing ??= this.flush().finally(() => {
			this.flushing = void 0;
		});
		return written;
	}
	async flush() {
		await Promise.resolve();
		while (this.queue.length > 0) {
			const batch = this.nextBatch();
			try {
				await this.store.append(textOf(batch), this.bytes);
			} catch (error) {
				this.fail(error);
				return;
			}
			this.queue.splice(0, batch.length);
			await this.acknowledge(batch);
			for (const { resolve, event: written } of batch) resolve(written);
		}
	}
	nextBatch() {
		let characters = 0;
		const end = this.queue.findIndex(({ text }) => (characters += text.length) > batchCharacters);
		return this.queue.slice(0, end === -1 ? this.queue.length : Math.max(1, end));
	}
	async acknowledge(lines) {
		const last = lines.at(-1);
		if (last === void 0) return;
		const text = textOf(lines);
		this.bytes += text.length;
		this.head = {
			sequence: last.event.sequence,
			hash: sha256(last.text)
		};
		this.events.push(...lines.map((line) => line.event));
		await this.copy?.append(text);
	}
	fail(error) {
		const { name } = this.store;
		this.failure = error instanceof JournalError ? error : new JournalError("unwritable", { file: name }, String(error), "report this as a defect", error);
		this.inDoubt = this.queue;
		for (const { reject } of this.queue) reject(this.failure);
		this.queue = [];
	}
};
function textOf(lines) {
	return lines.map(({ text }) => `${text}\n`).join("");
}
function asRead(loose, file) {
	try {
		return event.parse(JSON.parse(JSON.stringify(loose)));
	} catch (error) {
		const why = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : String(error);
		throw new JournalError("invalid-event", { file }, `an event cannot be written: ${why}`, "report this as a defect", error);
	}
}

// src/journal/lease-error.ts
/** Why nobody can say who holds the lease; a lease that somebody else holds is no error but an answer. */
var LeaseError = class extends Error {
	name = "LeaseError";
	code;
	file;
	next;
	constructor(code, file, what, next, cause) {
		super(`${file}: ${what}. Next: ${next}`, cause === void 0 ? void 0 : { cause });
		this.code = code;
		this.file = file;
		this.next = next;
	}
};

// src/journal/lease-answer.ts
const words = _enum([
	"acquired",
	"refused",
	"expired",
	"renewed",
	"released",
	"lost"
]);
const holding = object({
	holder: actor,
	purpose: string()
});
/** Reads the script's answer; what is not one means that the lease's files are not what we wrote. */
function readLeaseAnswer(output, file) {
	const [first = "", ...rest] = output.split("\n").filter((line) => line !== "");
	const [word, now] = first.split(" ");
	if (word === "rubbish") throw rubbish(file.replace(/lease$/, now ?? "lease"));
	const known = words.safeParse(word);
	if (!known.success) throw new LeaseError("lost", file, `no answer that makes sense: "${first}"`, "run the phase again");
	const tenures = rest.flatMap((line, index) => {
		const replaced = known.data === "acquired" && index > 0;
		const tenure = readTenure(line, Number(now));
		if (tenure === void 0 && !replaced) throw rubbish(file);
		return tenure ?? [];
	});
	return {
		word: known.data,
		tenures
	};
}
/** The holder's part of the lease's line. */
function writeHolding(holder, purpose) {
	return JSON.stringify({
		holder,
		purpose
	}).replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
function readTenure(line, now) {
	const [, token = "", since = "", expires = "", json = ""] = /^(\d+) (\d+) (\d+) (.*)$/.exec(line) ?? [];
	const held = readHolding(json);
	if (held === void 0) return void 0;
	const times = {
		since: iso(since),
		until: iso(expires),
		remainingSeconds: Number(expires) - now
	};
	return {
		token: Number(token),
		...held,
		...times
	};
}
function readHolding(json) {
	try {
		return holding.parse(JSON.parse(json));
	} catch {
		return;
	}
}
function iso(seconds) {
	return (/* @__PURE__ */ new Date(Number(seconds) * 1e3)).toISOString();
}
function rubbish(file) {
	return new LeaseError("rubbish", file, "this is not a lease; nothing was changed", "make sure that no run acts on this environment, then move the file away and run the phase again");
}

// src/journal/lease-script.ts
/**
* The lease's one script, for a POSIX shell with coreutils. `lease` holds `token since expires holder` with times of this
* host's clock only, `lease-token` the highest token ever given. The lock is a directory that holds its owner's process id.
*/
const leaseScript = `
umask 077
LC_ALL=C
export LC_ALL
cd "$LEASE_DIRECTORY" || exit
fail() { echo "$*" >&2; exit 1; }
number() { case $1 in '' | *[!0-9]* | 0?* | ????????????????*) return 1 ;; esac; }
owner_is_gone() {
  owner=
  { read -r owner < lease.lock/pid; } 2>/dev/null
  if number "$owner"; then ! kill -0 "$owner" 2>/dev/null && ! [ -d "/proc/$owner" ]
  else made=$(stat -c %Y lease.lock 2>/dev/null) && [ $(($(date +%s) - made)) -gt 30 ]; fi
}
break_lock() {
  mkdir lease.lock.break 2>/dev/null || return
  if owner_is_gone; then rm -rf lease.lock; fi
  rmdir lease.lock.break
}
lock() {
  tries=0
  until mkdir lease.lock 2>/dev/null; do
    [ -d lease.lock ] || [ "$tries" -lt 3 ] || fail "cannot make a directory in $PWD"
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || fail "$PWD/lease.lock is held; if no process uses it: rm -r $PWD/lease.lock $PWD/lease.lock.break"
    if owner_is_gone; then break_lock; fi
    sleep 0.1 2>/dev/null || sleep 1
  done
  trap 'rm -rf lease.lock' EXIT
  trap 'exit 1' HUP INT TERM
  echo "$$" > lease.lock/pid || exit
}
read_lease() {
  token= since= expires= holder=
  [ -e lease ] || return 0
  read -r token since expires holder < lease && is_lease || { rubbish lease; token=; }
}
is_lease() {
  [ "$(($(wc -l < lease)))" -eq 1 ] || return
  for word in "$token" "$since" "$expires"; do number "$word" || return; done
  case $holder in '{'*'}') ;; *) return 1 ;; esac
}
# A seizure must always work: what is rubbish then is put aside.
rubbish() {
  [ -n "$LEASE_SEIZE" ] || { echo "rubbish $1"; exit 0; }
  mv "$1" "$1.rubbish-$(date +%s)" || exit
}
highest_token() {
  highest=0
  if [ -e lease-token ]; then
    { read -r highest < lease-token && number "$highest"; } || { rubbish lease-token; highest=0; }
  fi
  for other in "$token" "$LEASE_ABOVE"; do
    if number "$other" && [ "$other" -gt "$highest" ]; then highest=$other; fi
  done
}
put() { printf '%s\\n' "$2" > "$1.new" && { sync "$1.new" 2>/dev/null || sync; } && mv "$1.new" "$1" || exit; }

lock
read_lease
now=$(date +%s)
case $LEASE_OPERATION in
acquire)
  word=
  if [ -n "$token" ] && [ -z "$LEASE_SEIZE" ]; then
    # An expired lease is taken over by its token, when the caller has seen whose it was.
    if [ "$expires" -gt "$now" ]; then word=refused; elif [ "$LEASE_OVER" != "$token" ]; then word=expired; fi
  fi
  [ -z "$word" ] || { echo "$word $now"; echo "$token $since $expires $holder"; exit 0; }
  highest_token
  put lease-token "$((highest + 1))"
  put lease "$((highest + 1)) $now $((now + LEASE_TTL)) $LEASE_HOLDER"
  echo "acquired $now"
  ;;
renew)
  [ "$token" = "$LEASE_TOKEN" ] || { echo "lost $now"; [ -z "$token" ] || echo "$token $since $expires $holder"; exit 0; }
  put lease "$token $since $((now + LEASE_TTL)) $holder"
  echo "renewed $now"
  exit 0
  ;;
release)
  [ "$token" = "$LEASE_TOKEN" ] || { echo "lost $now"; [ -z "$token" ] || echo "$token $since $expires $holder"; exit 0; }
  rm -f lease || exit
  echo "released $now"
  exit 0
  ;;
esac
cat lease
[ -z "$token" ] || echo "$token $since $expires $holder"
`;

// src/journal/lease-backend.ts
/** The lease in a directory of this machine. */
function localLease(directory) {
	const name = `${directory}/lease`;
	return {
		name,
		run: (env) => new Promise((resolve, reject) => {
			const options = { env: {
				...process.env,
				...env,
				LEASE_DIRECTORY: directory
			} };
			execFile("/bin/sh", ["-c", leaseScript], options, (error, stdout, stderr) => {
				if (error === null) resolve(stdout);
				else reject(failed(name, stderr.trim() || error.message));
			});
		})
	};
}
/** The lease beside the journal on its host. */
function hostLease(connection, directory, timeoutSeconds = 30) {
	const name = `${connection.host}:${directory}/lease`;
	return {
		name,
		async run(env) {
			const command = {
				line: leaseScript,
				env: {
					...env,
					LEASE_DIRECTORY: directory
				}
			};
			const { end, stdout, stderr } = await connection.exec(command, { timeoutSeconds }).catch((error) => {
				throw lost(name, error instanceof Error ? error.message : String(error), error);
			});
			if (end.kind === "lost") throw lost(name, end.reason);
			if (end.kind === "exited" && end.status === 0) return stdout;
			throw failed(name, stderr.trim() || sayEnd(end));
		}
	};
}
function failed(name, reason) {
	return new LeaseError("unwritable", name, `the lease cannot be read or written: ${reason}`, "make the directory, make room on the disk or give the user the directory, then run the phase again");
}
function lost(name, reason, cause) {
	return new LeaseError("lost", name, `the host of the lease was lost: ${reason}`, "reach the host, then run the phase again", cause);
}

// src/journal/lease.ts
/** Asks for the right to act; an expired lease is taken over, a live one only by seizing. */
async function acquireLease(backend, options) {
	const first = await askToAcquire(backend, options);
	const over = first.word === "expired" ? first.tenures[0] : void 0;
	const answer = over === void 0 ? first : await askToAcquire(backend, options, over.token);
	const [tenure, from] = answer.tenures;
	if (tenure === void 0) throw new Error(`${backend.name}: the lease's script named no holder`);
	if (answer.word !== "acquired") return {
		kind: "refused",
		...tenure,
		sentence: sayRefused(tenure)
	};
	const held = new HeldLease(backend, options, tenure.token, from);
	held.startRenewing();
	return held;
}
function askToAcquire(backend, options, over) {
	const { holder, purpose, ttlSeconds, seize, above = 0 } = options;
	return ask(backend, {
		LEASE_OPERATION: "acquire",
		LEASE_HOLDER: writeHolding(holder, purpose),
		LEASE_TTL: String(Math.ceil(ttlSeconds)),
		LEASE_SEIZE: seize === void 0 ? "" : "yes",
		LEASE_OVER: over === void 0 ? "" : String(over),
		LEASE_ABOVE: String(above)
	});
}
var HeldLease = class {
	kind = "held";
	token;
	from;
	sentence;
	lost;
	backend;
	options;
	renewedAt = performance.now();
	timer;
	lose = () => void 0;
	constructor(backend, options, token, from) {
		this.backend = backend;
		this.options = options;
		this.token = token;
		this.from = from;
		this.sentence = sayAcquired(options, from);
		this.lost = new Promise((resolve) => {
			this.lose = resolve;
		});
	}
	async renew() {
		const asked = performance.now();
		const answer = await this.tell("renew");
		if (answer.word === "lost") return this.giveUp(sayLost(answer.tenures[0]));
		this.renewedAt = asked;
		return true;
	}
	async release() {
		this.stop();
		await this.tell("release");
	}
	startRenewing() {
		const every = this.options.renewEverySeconds ?? this.options.ttlSeconds / 3;
		if (every <= 0) return;
		this.timer = setTimeout(() => void this.renewInTime(), every * 1e3);
		this.timer.unref();
	}
	async renewInTime() {
		const { timer } = this;
		if (await this.renew().catch((error) => this.unlessExpired(error)) && this.timer === timer) this.startRenewing();
	}
	/** A renewal that failed is tried again until the lease has run out by our own measure. */
	unlessExpired(error) {
		const seconds = (performance.now() - this.renewedAt) / 1e3;
		if (seconds < this.options.ttlSeconds) return true;
		const why = error instanceof Error ? error.message : String(error);
		return this.giveUp(`it could not be renewed for ${Math.round(seconds)} s: ${why}`);
	}
	giveUp(reason) {
		this.stop();
		this.lose(reason);
		return false;
	}
	stop() {
		clearTimeout(this.timer);
		this.timer = void 0;
	}
	tell(operation) {
		const { ttlSeconds } = this.options;
		return ask(this.backend, {
			LEASE_OPERATION: operation,
			LEASE_TOKEN: String(this.token),
			LEASE_TTL: String(Math.ceil(ttlSeconds))
		});
	}
};
async function ask(backend, env) {
	return readLeaseAnswer(await backend.run(env), backend.name);
}
/** Who it is, as a person looks for them. */
function sayHolder({ holder, purpose }) {
	const where = holder.url === "" ? "" : ` (${holder.url})`;
	return `${holder.by}, run ${holder.run} attempt ${holder.runAttempt}${where}, for ${purpose}`;
}
function sayRefused(tenure) {
	const { since, until, remainingSeconds } = tenure;
	return `the lease is held by ${sayHolder(tenure)}, since ${since}, until ${until} (${remainingSeconds} s from now) unless renewed`;
}
function sayAcquired({ seize }, from) {
	if (seize !== void 0) return `seized${from === void 0 ? "" : ` from ${sayHolder(from)}`}: ${seize.reason}`;
	return from === void 0 ? "acquired" : `taken over from ${sayHolder(from)}, expired at ${from.until}`;
}
function sayLost(tenure) {
	return tenure === void 0 ? "the lease was removed" : `the lease went to ${sayHolder(tenure)}, since ${tenure.since}`;
}

// src/journal/local-store.ts
/** A journal on this machine: for a terminal, and for a rollback whose journal host is gone. */
function localStore({ directory, environment, file = journalFile }) {
	const path = join(directory, file);
	return {
		name: path,
		load: () => guard(path, "unreadable", () => load(path, directory, environment)),
		append: (text, offset) => guard(path, "unwritable", () => append(path, text, offset)),
		repair: (keep, size) => guard(path, "unwritable", () => repair(path, keep, size)),
		close: () => Promise.resolve()
	};
}
async function load(path, directory, environment) {
	if (environment === void 0) await mkdir(directory, {
		recursive: true,
		mode: 448
	});
	else checkMarker((await readIfThere(join(directory, markerFile)))?.toString().trim(), environment, path, directory);
	const bytes = await readIfThere(path);
	if (bytes !== void 0) return {
		text: bytes.toString("latin1"),
		bytes: bytes.length
	};
	await (await open(path, "a", 384)).close();
	await syncDirectory(directory);
	return {
		text: "",
		bytes: 0
	};
}
async function append(path, text, offset) {
	await withFile(path, "a", async (handle) => {
		const { size } = await handle.stat();
		if (size !== offset) throw movedError(path, String(size), offset);
		await handle.appendFile(text);
		await handle.sync();
	});
}
async function repair(path, keep, size) {
	return await withFile(path, "r+", async (handle) => {
		const bytes = await handle.readFile();
		if (bytes.length !== size) throw movedError(path, String(bytes.length), size);
		const beside = await keepBeside(path, keep, bytes.subarray(keep));
		await handle.truncate(keep);
		await handle.sync();
		return beside;
	});
}
async function keepBeside(path, offset, torn, number = 1) {
	const beside = `${path}.torn-${offset}${number === 1 ? "" : `-${number}`}`;
	try {
		await withFile(beside, "wx", async (handle) => {
			await handle.writeFile(torn);
			await handle.sync();
		});
		return beside;
	} catch (error) {
		if (hasCode(error, "EEXIST")) return await keepBeside(path, offset, torn, number + 1);
		throw error;
	}
}
async function withFile(path, flags, use) {
	const handle = await open(path, flags, 384);
	try {
		return await use(handle);
	} finally {
		await handle.close();
	}
}
async function syncDirectory(directory) {
	await withFile(directory, "r", (handle) => handle.sync());
}
async function readIfThere(path) {
	try {
		return await readFile(path);
	} catch (error) {
		if (hasCode(error, "ENOENT")) return void 0;
		throw error;
	}
}
function hasCode(error, code) {
	return error instanceof Error && "code" in error && error.code === code;
}
async function guard(path, code, work) {
	try {
		return await work();
	} catch (error) {
		if (error instanceof JournalError) throw error;
		const why = error instanceof Error ? error.message : String(error);
		const verb = code === "unreadable" ? "read" : "written";
		const next = `make the file ${code === "unreadable" ? "readable" : "writable"} (owner, permissions, free disk), then run again`;
		throw new JournalError(code, { file: path }, `the journal cannot be ${verb}: ${why}`, next, error);
	}
}

// src/execute/lease-for.ts
const leaseSeconds = 120;
/** One job acts at a time; a rollback never waits for whoever has the lease, and takes it. */
async function leaseFor({ actor, purpose, seizeBecause, above: known = 0 }, journal, backend) {
	const above = journal.events.reduce((highest, { token }) => Math.max(highest, token), known);
	const asked = {
		holder: actor,
		purpose,
		ttlSeconds: leaseSeconds,
		above
	};
	const seize = seizeBecause === void 0 ? {} : { seize: { reason: seizeBecause } };
	const lease = await acquireLease(backend, {
		...asked,
		...seize
	});
	if (lease.kind === "held") return lease;
	if (isEarlierAttempt(lease.holder, actor)) {
		const again = await acquireLease(backend, {
			...asked,
			seize: { reason: "a re-run of the same run" }
		});
		if (again.kind === "held") return again;
	}
	throw new RefusedError(lease.sentence, "wait until it has ended or expired, or dispatch the rollback, which takes over");
}
function isEarlierAttempt(holder, actor) {
	return holder.run === actor.run && holder.runAttempt < actor.runAttempt;
}

// src/execute/desk.ts
/** The inventory's own. */
function journalDesk(request, prepared, hosts) {
	const { host, directory } = prepared.inventory.journal;
	if (host === void 0) return localDesk(request, prepared, directory);
	return hostDesk(request, prepared, hosts, {
		host,
		directory,
		copyFile: request.copyFile
	});
}
/** A file beside the runner's copy of the journal. */
function besideCopy({ copyFile }, name) {
	return join(dirname(copyFile), name);
}
function localDesk(request, prepared, directory) {
	const { environment } = prepared.inventory;
	return {
		name: directory,
		lease: localLease(directory),
		copyFile: void 0,
		reconnect: void 0,
		open: () => openAt(request, prepared, localStore({
			directory,
			environment
		}), void 0)
	};
}
/** Journal and lease in a directory of a host, over whatever connection that host has then. */
function hostDesk(request, prepared, hosts, { host, directory, copyFile }) {
	const { environment } = prepared.inventory;
	const reconnect = async () => hostStore({
		connection: await hosts.get(host),
		directory,
		environment
	});
	return {
		name: `${host}:${directory}`,
		lease: {
			name: `${host}:${directory}/lease`,
			run: async (env) => hostLease(await hosts.get(host), directory).run(env)
		},
		copyFile,
		reconnect,
		open: async () => openAt(request, prepared, await reconnect(), copyFile)
	};
}
/** Reads the journal there and takes the lease beside it. */
async function holdDesk(desk, wish) {
	const journal = await desk.open();
	return {
		desk,
		journal,
		lease: await leaseFor(wish, journal, desk.lease)
	};
}
function openAt({ actor, clock = machineClock }, { plan, inventory }, store, copyFile) {
	const { environment } = inventory;
	return openJournal({
		store,
		copyFile,
		environment,
		runbook: plan.runbook,
		actor,
		now: () => clock.now()
	});
}

// src/execute/stand-in.ts
/**
* Far above what the journal's own lease gives out meanwhile: a run that does not know of the rollback must
* be the older one on every host that the rollback has seen.
*/
const tokenLeap = 1e3;
/** Whether an error says that the journal cannot be used now. Another environment's journal is no such thing. */
function journalIsUnusable(error) {
	if (error instanceof JournalError) return error.code !== "other-environment" && error.code !== "invalid-event";
	return error instanceof LeaseError || error instanceof TransportError;
}
/** Hosts that can keep a rollback's journal while the environment's own cannot be used: those that it acts on. */
function standInHosts({ plan, inventory }) {
	const named = plan.phases.filter(({ dispatched }) => dispatched === "rollback").flatMap(({ steps }) => steps.flatMap(({ units }) => units.flatMap(({ host }) => host ?? [])));
	return [...new Set(named)].filter((host) => host !== inventory.journal.host);
}
/** Beside the job directories of a host, in a directory of its own. */
function standInDirectory({ inventory }) {
	return `${inventory.stateDirectory}/stand-in-journal`;
}
const prepareScript = `umask 077
mkdir -p "$JOURNAL_DIRECTORY" && cd "$JOURNAL_DIRECTORY" || exit
[ -e environment ] || printf '%s\\n' "$JOURNAL_ENVIRONMENT" > environment`;
/** Opens a journal on the first of these hosts that can keep one, and fences whoever acted before on all of them. */
async function holdStandIn(request, prepared, hosts, wish, because) {
	const reached = await reach(standInHosts(prepared), hosts);
	const { stateDirectory } = prepared.inventory;
	const seen = await Promise.all(reached.map((connection) => highestToken(connection, stateDirectory).catch(() => 0)));
	const above = Math.max(0, ...seen) + tokenLeap;
	const problems = [];
	for (const connection of reached) try {
		const held = await holdOn(connection, request, prepared, hosts, {
			...wish,
			above
		});
		await fence(reached, stateDirectory, held.lease.token);
		return held;
	} catch (error) {
		problems.push(messageOf(error));
	}
	throw nowhere(because, problems);
}
async function holdOn(connection, request, prepared, hosts, wish) {
	const { run, runAttempt } = request.actor;
	const directory = standInDirectory(prepared);
	const env = {
		JOURNAL_DIRECTORY: directory,
		JOURNAL_ENVIRONMENT: prepared.inventory.environment
	};
	await connection.exec({
		line: prepareScript,
		env
	}, { timeoutSeconds: 30 });
	const name = `stand-in-journal-${run.replaceAll(/[^A-Za-z0-9.-]/g, "-")}-${runAttempt}.jsonl`;
	const where = {
		host: connection.host,
		directory,
		copyFile: besideCopy(request, name)
	};
	return holdDesk(hostDesk(request, prepared, hosts, where), wish);
}
/** Those of the hosts that answer. */
async function reach(names, hosts) {
	return (await Promise.allSettled(names.map((name) => hosts.get(name)))).flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
}
async function fence(reached, stateDirectory, token) {
	const told = reached.map((connection) => presentToken(connection, stateDirectory, token));
	await Promise.allSettled(told);
}
function nowhere(because, problems) {
	const tried = problems.length === 0 ? "none of them answers" : problems.join("; ");
	return new RefusedError(`the journal cannot be used (${messageOf(because)}), and no host that the rollback acts on can keep one meanwhile: ${tried}`, "reach the journal's host or one of the others, then dispatch this again");
}
/** What a person has to know of a phase that went on without the journal. */
function sayStandIn({ desk }, because) {
	return `the journal could not be used (${messageOf(because)}); what was done is kept on ${desk.name} and on the runner, and joins the journal with the next round, rollback, reset or ruling`;
}

// src/execute/join-stand-ins.ts
/** Looks on every host that can have kept one; refused while somebody still acts on it. */
async function findStandIns(request, prepared, hosts, wish) {
	const reached = await reach(standInHosts(prepared), hosts);
	return (await Promise.all(reached.map((connection) => standInOn(connection, prepared, request, wish)))).flatMap((one) => one ?? []);
}
const existsScript = `[ -s "$JOURNAL_DIRECTORY/journal.jsonl" ] && echo there`;
async function standInOn(connection, prepared, { actor }, { purpose, seizeBecause }) {
	const directory = standInDirectory(prepared);
	const { environment } = prepared.inventory;
	const env = { JOURNAL_DIRECTORY: directory };
	const { stdout } = await connection.exec({
		line: existsScript,
		env
	}, { timeoutSeconds: 30 });
	if (stdout.trim() !== "there") return void 0;
	const name = `${connection.host}:${directory}`;
	const seize = seizeBecause === void 0 ? {} : { seize: { reason: seizeBecause } };
	const lease = await acquireLease(hostLease(connection, directory), {
		holder: actor,
		purpose,
		ttlSeconds: 120,
		...seize
	});
	if (lease.kind === "refused") throw new RefusedError(`a rollback that cannot use the journal keeps its own on ${name}, and is under way: ${lease.sentence}`, "wait until it has ended or its lease has expired");
	try {
		const { text } = await hostStore({
			connection,
			directory,
			environment
		}).load();
		const { events } = readJournal(text, {
			file: `${name}/journal.jsonl`,
			environment
		});
		return {
			name,
			events,
			token: events.reduce((highest, one) => Math.max(highest, one.token), 0),
			firstPhase: prepared.plan.phases.find(({ round }) => round === "opens")?.id ?? "",
			retire: () => retire(connection, directory)
		};
	} finally {
		await lease.release().catch(() => void 0);
	}
}
const retireScript = `cd "$JOURNAL_DIRECTORY" && mv journal.jsonl "joined-$(date +%s).jsonl"`;
/** A file that cannot be put aside is found again, and has nothing new then. */
async function retire(connection, directory) {
	const env = { JOURNAL_DIRECTORY: directory };
	await connection.exec({
		line: retireScript,
		env
	}, { timeoutSeconds: 30 }).catch(() => void 0);
}
/** Adds what was kept elsewhere, each event once and as it was written, and says so. */
async function joinStandIns(journal, found) {
	const inOrder = found.toSorted((a, b) => a.token - b.token);
	for (const standIn of inOrder) {
		const kept = inRoundBehind(journal.events, standIn.events, standIn.firstPhase);
		const missing = missingIn(journal.events, kept);
		if (missing.length > 0) {
			await journal.adopt(missing);
			const detail = `${missing.length} events that were kept on ${standIn.name} while this journal could not be used were added`;
			await journal.append({}, {
				type: "repaired",
				detail
			});
		}
		await standIn.retire();
	}
}
function missingIn(there, kept) {
	const known = new Set(there.map(keyOf));
	return kept.filter((event) => !known.has(keyOf(event)));
}
/** What an event says without its place in a chain and without its round, which joining may have changed. */
function keyOf({ at, token, actor, place, body }) {
	return canonicalJson({
		at,
		token,
		actor,
		place,
		body
	});
}
/** A rollback that could not read the journal opened a round of its own; it was about the round behind it. */
function inRoundBehind(there, kept, firstPhase) {
	const round = roundBehind(replay(there), firstPhase);
	if (round === void 0) return kept;
	return kept.filter(({ body }) => body.type !== "round-opened").map((event) => ({
		...event,
		round: round.id
	}));
}

// src/execute/steady-journal.ts
const tries = 5;
const pauseSeconds = 2;
/** Appends to a journal whose host may go away for a while: connects again, and writes nothing twice. */
var SteadyJournal = class {
	#journal;
	/** Makes a new connection to where the journal lies; undefined when it lies on the runner. */
	#reconnect;
	#clock;
	#reopening;
	constructor(journal, reconnect, clock) {
		this.#journal = journal;
		this.#reconnect = reconnect;
		this.#clock = clock;
	}
	get events() {
		return this.#journal.events;
	}
	get notes() {
		return this.#journal.notes;
	}
	setRound(id) {
		this.#journal.setRound(id);
	}
	async append(place, body) {
		try {
			return await this.#journal.append(place, body);
		} catch (error) {
			if (this.#reconnect === void 0 || !isLost(error)) throw error;
			const reconnect = this.#reconnect;
			return await this.#afterReopening(place, body, () => orLost(reconnect, error));
		}
	}
	/** What was on its way is settled by the reopening; what was refused meanwhile was never on its way. */
	async #afterReopening(place, body, reconnect) {
		this.#reopening ??= this.#reopen(reconnect).finally(() => {
			this.#reopening = void 0;
		});
		const settled = await this.#reopening;
		const wanted = canonicalJson({
			place,
			body
		});
		return settled.find((one) => canonicalJson({
			place: one.place,
			body: one.body
		}) === wanted) ?? await this.#journal.append(place, body);
	}
	async #reopen(reconnect) {
		for (let left = tries;; left -= 1) try {
			const { confirmed, appended } = await this.#journal.reopen({ store: await reconnect() });
			return [...confirmed, ...appended];
		} catch (error) {
			if (left <= 1 || error instanceof JournalError && !isLost(error)) throw error;
			await this.#clock.sleep(pauseSeconds);
		}
	}
};
/** A host that cannot be reached again is the journal that stays lost, and not an error of its own. */
async function orLost(reconnect, lost) {
	try {
		return await reconnect();
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw lostError(lost.file, why, error);
	}
}
function isLost(error) {
	return error instanceof JournalError && error.code === "lost";
}

// src/execute/session.ts
/** Opens hosts, journal and lease, lets an act work with them, and gives everything back whatever happens. */
async function withSession(request, prepared, act) {
	const hosts = hostPool(request, prepared.plan);
	try {
		return await atDesk(request, prepared, act, hosts);
	} finally {
		await hosts.closeAll();
	}
}
function hostPool(request, plan) {
	return new HostPool({
		hosts: new Map(Object.values(plan.hosts).map((host) => [host.name, withoutUndefined(host)])),
		knownHosts: KnownHosts.parse(request.knownHosts),
		...request.sshPrivateKey === void 0 ? {} : { privateKey: request.sshPrivateKey },
		...request.sshPassphrase === void 0 ? {} : { passphrase: request.sshPassphrase },
		...request.sshAgent === void 0 ? {} : { agent: request.sshAgent }
	});
}
function withoutUndefined(host) {
	const { jump, ...rest } = host;
	return jump === void 0 ? rest : {
		...rest,
		jump
	};
}
async function atDesk(request, prepared, act, hosts) {
	const { plan } = prepared;
	const { held, standIn, joining } = await take$1(request, prepared, act, hosts);
	const { desk, lease } = held;
	const { clock = machineClock } = request;
	try {
		const { end, journal } = await actOn(held, async (journal) => {
			journal.setToken(lease.token);
			await joinStandIns(journal, joining);
			return act.run({
				hosts,
				journal: new SteadyJournal(journal, desk.reconnect, clock),
				lease,
				standIn
			});
		});
		const { events, headHash: journalHead } = journal;
		return {
			...end.ok ? end.value : interrupted(act, end.error),
			plan,
			events,
			journalHead,
			journalFile: desk.copyFile
		};
	} finally {
		await lease.release().catch(() => lease.release().catch(() => void 0));
	}
}
/** The environment's journal; where that cannot be used, and the act waits for nothing, one that stands in for it. */
async function take$1(request, prepared, act, hosts) {
	const wish = {
		actor: request.actor,
		purpose: act.purpose,
		seizeBecause: act.seizeBecause
	};
	try {
		const joining = act.joins ? await findStandIns(request, prepared, hosts, wish) : [];
		const above = Math.max(0, ...joining.map(({ token }) => token));
		return {
			held: await holdDesk(journalDesk(request, prepared, hosts), {
				...wish,
				above
			}),
			standIn: void 0,
			joining
		};
	} catch (error) {
		if (!act.mayStandIn || !journalIsUnusable(error)) throw error;
		const held = await holdStandIn(request, prepared, hosts, wish, error);
		return {
			held,
			standIn: sayStandIn(held, error),
			joining: []
		};
	}
}
/** How often a run that lost its lease to us can write once more before it notices. */
const overtakenWrites = 5;
/**
* Acts on the journal as it stands under our lease: whoever had it may have written after we had read, and then
* our first line is refused, nothing is done yet, and it is read again.
*/
async function actOn({ journal: first, desk }, run) {
	let journal = first;
	for (let left = overtakenWrites;; left -= 1) {
		const read = journal.events.length;
		try {
			return {
				journal,
				end: {
					ok: true,
					value: await run(journal)
				}
			};
		} catch (error) {
			if (!(error instanceof JournalError && error.code === "moved") || journal.events.length > read || left === 0) return {
				journal,
				end: {
					ok: false,
					error
				}
			};
		} finally {
			await journal.close().catch(() => void 0);
		}
		journal = await desk.open();
	}
}
/** The journal or the lease went away on the way: what was under way is in the journal as intended, its end is not. */
function interrupted({ purpose, mayStandIn }, error) {
	const outcome = error instanceof JournalError || error instanceof LeaseLostError ? "unknown" : "failed";
	const goesOn = mayStandIn && journalIsUnusable(error) ? "dispatch it again at once: it goes on without the journal, and checks before it does anything" : void 0;
	return {
		outcome,
		sentence: `${purpose}: stopped, ${messageOf(error)}`,
		next: goesOn ?? nextOf$1(error) ?? `re-run phase ${purpose}: it checks before it does anything`
	};
}

// src/execute/run-phase.ts
/** Runs one phase from its inputs to its report. Never throws: every ending is a report. */
async function runPhase(request, watcher) {
	let plan;
	try {
		const prepared = prepare(request);
		plan = prepared.plan;
		watcher.planned(plan);
		const phase = admitRequest(request, prepared);
		return await withSession(request, prepared, {
			purpose: phase.id,
			seizeBecause: phase.dispatched === "rollback" ? request.reason ?? "rollback" : void 0,
			mayStandIn: phase.dispatched === "rollback",
			joins: phase.dispatched !== void 0 || phase.round === "opens",
			run: (session) => execute(request, prepared, watcher, phase, session)
		});
	} catch (error) {
		return {
			...refusal(request.phase, error),
			plan,
			events: [],
			journalHead: ""
		};
	}
}
async function execute(request, prepared, watcher, phase, { hosts, journal, lease, standIn }) {
	const { plan, runbook, inventory, baseline } = prepared;
	const { clock = machineClock } = request;
	const { signal, deadline } = limitsOf(request, phase);
	const consoles = /* @__PURE__ */ new Map();
	const connect = (host) => hosts.get(host);
	const claim = {
		stateDirectory: inventory.stateDirectory,
		token: lease.token
	};
	let lost;
	lease.lost.then((reason) => lost = reason);
	try {
		return await executePhase({
			plan,
			phase,
			journal,
			actor: request.actor,
			inputs: {
				acceptDataLoss: request.acceptDataLoss,
				keep503: request.keep503
			},
			reason: request.reason,
			baseline,
			baselineDigest: digest(baseline),
			failureRules: runbook.failureRules,
			stateDirectory: inventory.stateDirectory,
			token: lease.token,
			lease: {
				action: lease.from === void 0 ? "acquired" : "seized",
				detail: lease.sentence
			},
			standIn,
			mayMutate: () => {
				if (lost !== void 0) throw new LeaseLostError(lost);
			},
			signal,
			deadline,
			connect,
			console: (name) => consoleOf(name, plan, consoles, connect, claim),
			secret: (name) => request.secrets[name],
			secretValues: Object.values(request.secrets),
			now: () => clock.now(),
			sleep: (seconds) => clock.sleep(seconds, signal),
			say: watcher.say,
			onEvent: watcher.event
		});
	} finally {
		for (const console of consoles.values()) await console.detach().catch(() => void 0);
	}
}
/** What ends a phase before its own end: somebody cancels, or its deadline passes. */
function limitsOf({ signal }, { timeoutSeconds: seconds }) {
	if (seconds === void 0) return {
		signal,
		deadline: void 0
	};
	const late = AbortSignal.timeout(seconds * 1e3);
	const passed = () => late.aborted && !signal.aborted;
	return {
		signal: AbortSignal.any([signal, late]),
		deadline: {
			seconds,
			passed
		}
	};
}
function consoleOf(name, plan, consoles, connect, claim) {
	const known = consoles.get(name);
	if (known !== void 0) return known;
	const options = plan.resources.consoles[name];
	if (options === void 0) throw new Error(`there is no console ${name}`);
	const console = keptConsole({
		...options,
		claim
	}, connect);
	consoles.set(name, console);
	return console;
}
/** An error before anything was started: refused, with its own words and what to do. */
function refusal(phase, error) {
	return {
		outcome: "refused",
		sentence: `${phase}: ${messageOf(error)}`,
		next: nextOf$1(error) ?? "correct what it names and run this phase again"
	};
}

// src/execute/run-resolution.ts
/** Records a ruling in the journal; refused for a step whose end is known, so that nobody overrules a check. */
async function runResolution(request, ruling, watcher) {
	let plan;
	try {
		const prepared = prepare(request);
		plan = prepared.plan;
		watcher.planned(plan);
		return await withSession(request, prepared, {
			purpose: "resolve",
			seizeBecause: void 0,
			mayStandIn: false,
			joins: true,
			run: (session) => resolve(ruling, request, session, watcher)
		});
	} catch (error) {
		return {
			...refusal("resolve", error),
			plan,
			events: [],
			journalHead: ""
		};
	}
}
async function resolve({ step, ruling, reason }, request, { journal }, watcher) {
	const doubts = replay(journal.events).doubts();
	const meant = doubts.filter((doubt) => namesOf(doubt).includes(step));
	if (meant.length === 0) return notInDoubt(step, doubts);
	const [first] = meant;
	if (first === void 0 || meant.some((doubt) => doubt.phase !== first.phase || doubt.step !== first.step)) return refusal("resolve", new RefusedError(`${step} means several steps`, `name one of ${meant.map(sayDoubt).join(", ")}`));
	journal.setRound(first.round);
	for (const { phase, step: id, host } of meant) {
		const place = {
			phase,
			step: id,
			...host === void 0 ? {} : { host }
		};
		const body = {
			type: "ruling",
			ruling,
			reason,
			by: request.actor.by
		};
		watcher.event(await journal.append(place, body));
	}
	return {
		outcome: "succeeded",
		sentence: `resolve: ${meant.map(sayDoubt).join(", ")} ruled ${ruling} by ${request.actor.by}: ${reason}`,
		next: `re-run phase ${first.phase}: it goes on from there`
	};
}
function notInDoubt(step, doubts) {
	const message = `${step} is not in doubt; ${doubts.length === 0 ? "nothing is in doubt" : `in doubt: ${doubts.map(sayDoubt).join(", ")}`}`;
	return refusal("resolve", new RefusedError(message, "name a step that is in doubt; others are decided by their checks"));
}
function sayDoubt({ phase, step, host }) {
	return host === void 0 ? `${phase}/${step}` : `${phase}/${step}@${host}`;
}
function namesOf({ phase, step, host }) {
	const at = host === void 0 ? [] : [`${step}@${host}`, `${phase}/${step}@${host}`];
	return [
		step,
		`${phase}/${step}`,
		...at
	];
}

// src/report/failure.ts
/** Explains why a phase did not succeed; undefined when it did or is still running. */
function explainFailure(story) {
	const { ended } = story;
	if (ended === void 0 || isGood$1(ended.outcome)) return void 0;
	const step = culprit(story);
	const reason = step?.detail || ended.sentence || "no reason was recorded";
	const done = story.steps.filter(({ standing }) => isGood$1(standing));
	const notDone = story.steps.filter(({ standing }) => !isGood$1(standing) && standing !== "skipped");
	return {
		title: `${story.id} › ${step?.title ?? story.title}`,
		what: `${sayStanding(step?.standing ?? ended.outcome)}: ${reason}`,
		where: step === void 0 ? [] : placesOf(step, reason),
		lastLines: step?.tail ?? [],
		known: step?.standing === "unknown" || step?.standing === "running" ? knownOf(step) : [],
		ask: step?.standing === "unknown" ? step.describe : [],
		done: done.map(({ title }) => title),
		notDone: notDone.map(({ title, standing }) => standing === "not-reached" ? title : `${title} (${standing})`),
		next: nextOf(step, ended.next)
	};
}
/** The step that stopped the phase: in doubt before failed, the last before the first. */
function culprit({ steps }) {
	return steps.findLast(({ standing }) => standing === "unknown") ?? steps.findLast(({ standing }) => isBad(standing)) ?? steps.findLast(({ standing }) => standing === "running");
}
/** The hosts that went wrong, with their own reason unless it was said already. */
function placesOf({ perHost, hosts }, said) {
	const bad = perHost.filter(({ outcome }) => !isGood$1(outcome));
	if (bad.length > 0) return bad.map(({ host, detail }) => said.includes(detail) ? host : `${host}: ${detail}`);
	return hosts;
}
function knownOf({ intended, checks }) {
	const sent = intended === void 0 ? [] : [`sent, or about to be: ${intended}`];
	const checked = checks.map(({ host, state, detail }) => {
		return `the check${host === void 0 ? "" : ` on ${host}`} says ${state}${detail === "" ? "" : `: ${detail}`}`;
	});
	return [...sent, ...checked];
}
function nextOf(step, ofPhase) {
	const ofStep = step?.next ?? "";
	if (ofStep === "" || ofPhase.includes(ofStep)) return ofPhase || "Re-run this phase once the cause is removed.";
	return ofPhase === "" ? ofStep : `${ofStep}. ${ofPhase}`;
}

// src/report/progress.ts
/** Progress in one short line: `orgs 4,210 of 12,000 (35%) · 182/s · about 43 s left`. */
function sayProgress({ what, done, total, perSecond }) {
	const known = total !== void 0 && total > 0;
	const share = known ? ` of ${formatNumber(total)} (${formatPercent(done, total)})` : "";
	const moving = perSecond !== void 0 && perSecond > 0;
	const rate = moving ? ` · ${formatRate(perSecond)}` : "";
	const left = known && moving && done < total ? ` · about ${formatDuration(Math.ceil((total - done) / perSecond))} left` : "";
	return `${what} ${formatNumber(done)}${share}${rate}${left}`;
}
/** What a step counts, from its id: `migrate-orgs` counts orgs; of others nothing is known but the step. */
function countedBy(step) {
	return /^migrate-(.+)$/.exec(step)?.[1]?.replaceAll("-", " ") ?? "done";
}

// src/report/log-observations.ts
/** What an observation says in the live log: a line or two when something changed, otherwise nothing. */
function observationLines(event, observation, state) {
	switch (observation.kind) {
		case "progress": return progressLine(event, observation, state);
		case "reading": return readingLine(observation, state);
		case "probes": return once(`probes ${event.place.step}`, probeLines(observation), state);
		case "output": {
			const lines = observation.lines.slice(-20);
			const cut = observation.lines.length - lines.length;
			return {
				state,
				entries: [`${observation.host}: ${observation.title}${cut > 0 ? ` (the last ${lines.length} of ${formatNumber(observation.lines.length)} lines)` : ""}`, ...lines.map((line) => `  | ${line}`)]
			};
		}
		case "traffic": return once(`traffic ${event.place.step}`, [trafficLine(observation)], state);
		case "reconciled": return {
			state,
			entries: observation.rows.map(reconcileLine)
		};
		case "failures": return {
			state,
			entries: failureLines(observation)
		};
		case "console": return {
			state,
			entries: [`console ${observation.name} on ${observation.host}: process ${observation.pid}`]
		};
		case "snapshot": return {
			state,
			entries: [`snapshot ${observation.name}: ${sayTables(observation.tables)}`]
		};
		case "loss": return {
			state,
			entries: lossLines(observation)
		};
		case "followed": return {
			state,
			entries: []
		};
		case "note": return {
			state,
			entries: [`note: ${observation.text}`]
		};
	}
}
const secondsBetweenLines = 10;
/** A line for each new percent or every ten seconds, whichever is rarer to wait for, and none while nothing moves. */
function progressLine({ at, place }, { done, total, perSecond }, state) {
	const step = place.step ?? "";
	const last = state.progress[step];
	const percent = total === void 0 || total === 0 ? -1 : Math.floor(done / total * 100);
	const moved = last === void 0 || done !== last.done;
	const worth = last === void 0 || percent !== last.percent || done === total || secondsBetween(last.at, at) >= secondsBetweenLines;
	if (!moved || !worth) return {
		state,
		entries: []
	};
	const progress = {
		...state.progress,
		[step]: {
			at,
			done,
			percent
		}
	};
	return {
		state: {
			...state,
			progress
		},
		entries: [sayProgress({
			what: countedBy(step),
			done,
			total,
			perSecond
		})]
	};
}
function readingLine({ name, title, values }, state) {
	const before = state.readings[name];
	const changed = Object.entries(values).filter(([key, value]) => before?.[key] !== value);
	if (changed.length === 0) return {
		state,
		entries: []
	};
	const said = changed.map(([key, value]) => {
		const now = value || "(unset)";
		return before === void 0 ? `${key}=${now}` : `${key} ${before[key] || "(unset)"} → ${now}`;
	});
	return {
		state: {
			...state,
			readings: {
				...state.readings,
				[name]: values
			}
		},
		entries: [`${title}: ${said.join(", ")}`]
	};
}
function probeLines({ answers }) {
	const wrong = answers.filter(({ ok }) => !ok);
	if (wrong.length === 0) return [`probes: ${formatCount(answers.length, "answer")}, all as expected`];
	return [`probes: ${formatNumber(wrong.length)} of ${formatCount(answers.length, "answer")} not as expected`, ...wrong.slice(0, 5).map(({ host, method, path, status, expected, detail }) => {
		return `  ${host}: ${method} ${path} → ${status === 0 ? `no answer${detail === void 0 ? "" : ` (${detail})`}` : String(status)}, wanted ${expected.join(" or ")}`;
	})];
}
function trafficLine({ log, seconds, total, rows }) {
	const byClass = /* @__PURE__ */ new Map();
	for (const { status, count } of rows) {
		const key = status === "503" ? status : /^[1-5]/.test(status) ? `${status.slice(0, 1)}xx` : "other";
		byClass.set(key, (byClass.get(key) ?? 0) + count);
	}
	const said = [...byClass].sort(([a], [b]) => a < b ? -1 : 1).map(([key, count]) => `${formatNumber(count)} × ${key}`);
	return `${log}: ${formatCount(total, "request")} in ${formatDuration(seconds)}${said.length === 0 ? "" : ` · ${said.join(", ")}`}`;
}
function reconcileLine({ ok, title, name, sides, accounted, missing, unexpected }) {
	const numbers = Object.entries(sides).map(([side, count]) => `${side} ${formatNumber(count)}`);
	const rest = [
		...accounted > 0 ? [`${formatNumber(accounted)} accounted for`] : [],
		...missing > 0 ? [`${formatNumber(missing)} missing`] : [],
		...unexpected > 0 ? [`${formatNumber(unexpected)} not expected`] : []
	];
	return `${ok ? "✅" : "⛔"} ${title || name}: ${[...numbers, ...rest].join(", ")}`;
}
function failureLines({ classes, unclassified, samples }) {
	const named = Object.entries(classes).filter(([, { count }]) => count > 0).map(([name, { count }]) => `failures: ${formatNumber(count)} ${name}`);
	if (unclassified === 0) return named;
	return [
		...named,
		`failures: ${formatNumber(unclassified)} in no class`,
		...samples.slice(0, 3).map((line) => `  | ${line}`)
	];
}
function lossLines({ tables, total, accepted }) {
	const lines = Object.entries(tables).map(([name, { inserted, updated, deleted }]) => `  ${name}: ${formatNumber(inserted)} inserted, ${formatNumber(updated)} updated, ${formatNumber(deleted)} deleted`);
	return [`${formatCount(total, "change")} would be lost, ${formatNumber(accepted)} accepted`, ...lines];
}
function sayTables(tables) {
	return Object.entries(tables).map(([name, rows]) => `${name} ${formatNumber(rows)}`).join(", ");
}
function once(key, lines, state) {
	const text = lines.join("\n");
	if (state.said[key] === text) return {
		state,
		entries: []
	};
	return {
		state: {
			...state,
			said: {
				...state.said,
				[key]: text
			}
		},
		entries: lines
	};
}

// src/report/group-by.ts
/** Groups in the order of first appearance; `Map.groupBy` is missing in Node 20, where the command line still runs. */
function groupBy(items, keyOf) {
	const groups = /* @__PURE__ */ new Map();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group === void 0) groups.set(key, [item]);
		else group.push(item);
	}
	return groups;
}

// src/report/step-story.ts
/** Tells every step of the plan and, behind them, those that the plan does not know. */
function tellSteps(events, planned) {
	const byStep = groupBy(events.filter(({ place }) => place.step !== void 0), ({ place }) => place.step ?? "");
	const steps = planned?.steps ?? [];
	const known = new Set(steps.map(({ id }) => id));
	const others = [...byStep.keys()].filter((id) => !known.has(id));
	return [...steps.map((step) => tellStep(step.id, byStep.get(step.id) ?? [], step)), ...others.map((id) => tellStep(id, byStep.get(id) ?? []))];
}
function tellStep(id, events, planned) {
	const draft = {
		title: planned?.title ?? id,
		standing: "not-reached",
		detail: "",
		seconds: void 0,
		attempt: 1,
		intended: void 0,
		next: void 0,
		hosts: /* @__PURE__ */ new Set(),
		perHost: /* @__PURE__ */ new Map(),
		checks: /* @__PURE__ */ new Map(),
		tails: /* @__PURE__ */ new Map()
	};
	for (const event of events) take(draft, event);
	const { hosts, perHost, checks, tails, ...rest } = draft;
	return {
		id,
		...rest,
		hosts: [...hosts],
		perHost: [...perHost.values()],
		checks: [...checks.values()],
		tail: tailOf(tails, [...perHost.values()]),
		describe: planned?.describe ?? []
	};
}
function take(draft, { body, place }) {
	draft.attempt = Math.max(draft.attempt, place.attempt ?? 1);
	if (place.host !== void 0) draft.hosts.add(place.host);
	switch (body.type) {
		case "step-started":
			draft.title = body.title;
			draft.standing = "running";
			for (const host of body.hosts) draft.hosts.add(host);
			return;
		case "step-skipped":
			draft.title = body.title;
			draft.standing = "skipped";
			draft.detail = body.reason;
			return;
		case "step-checked":
			draft.checks.set(place.host, {
				host: place.host,
				state: body.state,
				detail: body.detail
			});
			return;
		case "step-intended":
			draft.intended = body.act;
			return;
		case "step-applied":
			if (body.tail.length > 0) draft.tails.set(place.host, body.tail);
			return;
		case "observed":
			takeOutput(draft, place.host, body.observation);
			return;
		case "step-ended":
			takeEnd(draft, place.host, body);
			return;
		default: return;
	}
}
/** Output that was observed stands for the last lines as long as the act itself has none. */
function takeOutput(draft, place, observation) {
	if (observation.kind !== "output") return;
	const host = observation.host || place;
	if (!draft.tails.has(host)) draft.tails.set(host, observation.lines.slice(-20));
}
function takeEnd(draft, host, body) {
	draft.next = body.next ?? draft.next;
	if (host !== void 0) {
		draft.perHost.set(host, {
			host,
			outcome: body.outcome,
			detail: body.detail,
			seconds: body.seconds
		});
		return;
	}
	draft.standing = body.outcome;
	draft.detail = body.detail;
	draft.seconds = body.seconds;
}
function tailOf(tails, perHost) {
	const bad = perHost.find(({ outcome }) => outcome !== "succeeded" && outcome !== "already-done");
	return tails.get(bad?.host) ?? [...tails.values()].at(-1) ?? [];
}

// src/report/story.ts
/** Reads a phase's story from the journal; the round is the one that the last event belongs to. */
function tellPhase(events, phase, plan, now) {
	const last = events.at(-1);
	const round = events.filter((event) => event.round === last?.round);
	const allEvents = round.filter((event) => event.place.phase === phase);
	const latest = latestAttempt(allEvents);
	const planned = plan.phases.find(({ id }) => id === phase);
	const started = bodiesOf(latest, "phase-started").at(-1);
	const ended = bodiesOf(latest, "phase-ended").at(-1);
	return {
		id: phase,
		title: started?.body.title ?? planned?.title ?? phase,
		environment: last?.environment ?? "",
		runbook: last?.runbook ?? "",
		round: last?.round ?? "",
		attempt: started?.body.attempt ?? 1,
		planDigest: started?.body.planDigest || plan.digest,
		startedAt: started?.at ?? latest[0]?.at,
		ended: ended?.body,
		runUrl: latest.at(-1)?.actor.url ?? "",
		steps: tellSteps(latest, planned),
		events: latest,
		allEvents,
		downtime: clock(round, now)
	};
}
/** Events of one type, typed. */
function bodiesOf(events, type) {
	return events.flatMap((event) => event.body.type === type ? [{
		at: event.at,
		event,
		body: event.body
	}] : []);
}
/** From the last start on, or from the last end when the phase was refused before it could start again. */
function latestAttempt(events) {
	let from = 0;
	let ended = false;
	for (const [index, { body }] of events.entries()) {
		const acts = body.type === "phase-ended" || body.type.startsWith("step-");
		if (body.type === "phase-started" || ended && acts) from = index;
		if (body.type === "phase-started" || acts) ended = body.type === "phase-ended";
	}
	return events.slice(from);
}
function clock(round, now) {
	const intervals = [];
	let title = "";
	for (const event of round) {
		addToDowntime(intervals, event);
		if (event.body.type === "downtime-started") title = event.body.title;
	}
	return {
		...sumDowntime(intervals, now),
		title
	};
}

// src/report/log-lines.ts
/** The state before the first event. */
function startLog(plan) {
	return {
		plan,
		events: [],
		open: false,
		readings: {},
		progress: {},
		said: {}
	};
}
/** What one event adds to the live log; pure, so that a journal that is read again gives the same lines. */
function logLines(event, before) {
	const fresh = event.body.type === "phase-started" ? {
		...startLog(before.plan),
		open: before.open
	} : before;
	const state = {
		...fresh,
		events: [...fresh.events, event]
	};
	const { body, place } = event;
	const on = place.host === void 0 ? "" : `${place.host}: `;
	switch (body.type) {
		case "round-opened": return say(state, `round ${event.round} is open`);
		case "round-taken-over": return say(state, `the round is taken over from ${body.from}: ${body.reason}`);
		case "round-closed": return say(state, `the round is closed by ${body.by}: ${body.state}`);
		case "phase-started": {
			const attempt = body.attempt > 1 ? `, attempt ${body.attempt}` : "";
			return say(state, `▶ ${body.title} · ${event.environment}${attempt} · plan ${body.planDigest.slice(0, 12)}`);
		}
		case "phase-ended": return endPhase(event, state, body.seconds);
		case "step-started": return open$1(state, stepTitle(event, state, body.title, body.hosts));
		case "step-skipped": return close(state, [`${sayStanding("skipped")}: ${body.title} (${body.reason})`]);
		case "step-checked": return sayOnce(state, `check ${place.step} ${on}`, `${on}check: ${body.state}${tail(body.detail)}`);
		case "step-intended": return say(state, `${on}${attemptOf(place.attempt)}${body.act}`);
		case "step-applied": return applied(event, state);
		case "step-ended": return endStep(event, state);
		case "observed": {
			const { entries, state: next } = observationLines(event, body.observation, state);
			return {
				state: next,
				entries: entries.map((text) => ({
					kind: "line",
					text
				}))
			};
		}
		case "downtime-started": return say(state, `⏱ DOWNTIME STARTS: ${body.title}`);
		case "downtime-ended": return say(state, `⏱ downtime ends after ${formatDuration(body.seconds)}: ${body.title}`);
		case "verdict": return say(state, body.good ? "✅ verdict: good" : "⛔ verdict: not good", ...body.reasons.map((reason) => `  ${reason}`));
		case "lease": return say(state, `lease ${body.action}${tail(body.detail)}`);
		case "ruling": return say(state, `${body.by} ruled ${place.step ?? ""} ${body.ruling}: ${body.reason}`);
		case "repaired": return say(state, `repaired: ${body.detail}`);
	}
}
function stepTitle(event, state, title, hosts) {
	const steps = state.plan.phases.find(({ id }) => id === event.place.phase)?.steps ?? [];
	const index = steps.findIndex(({ id }) => id === event.place.step);
	return `${index < 0 ? "" : `${index + 1}/${steps.length} `}${title}${hosts.length === 0 ? "" : hosts.length > 3 ? ` (${formatCount(hosts.length, "host")})` : ` (${hosts.join(", ")})`}`;
}
/** What was applied as a whole and went well is said by the step's own end. */
function applied({ body, place }, state) {
	if (body.type !== "step-applied" || place.host === void 0 && isGood$1(body.outcome)) return say(state);
	const line = `${sayStanding(body.outcome)}${tail(body.detail)}`;
	const on = place.host === void 0 ? "" : `${place.host}: `;
	return sayOnce(state, `end ${place.step} ${on}`, `${on}${line}`, formatDuration(body.seconds));
}
/** One host's end stays in the fold; the step's own stands below it, where it is seen without unfolding. */
function endStep(event, state) {
	const { body, place } = event;
	if (body.type !== "step-ended") return say(state);
	const took = formatDuration(body.seconds);
	if (place.host !== void 0) {
		const on = `${place.host}: `;
		return sayOnce(state, `end ${place.step} ${on}`, `${on}${sayStanding(body.outcome)}${tail(body.detail)}`, took);
	}
	return close(state, [`${sayStanding(body.outcome)} · ${titleOf(state, place.step)} · ${took}${tail(body.detail)}`]);
}
function titleOf({ events }, step) {
	const started = events.findLast(({ body, place }) => body.type === "step-started" && place.step === step);
	return started?.body.type === "step-started" ? started.body.title : step ?? "";
}
function endPhase(event, state, seconds) {
	const { body, place } = event;
	if (body.type !== "phase-ended") return say(state);
	const headline = `${headlineOf(body.outcome)}: ${body.sentence || place.phase} · ${formatDuration(seconds)}`;
	const story = tellPhase(state.events, place.phase ?? "", state.plan, new Date(event.at));
	const failure = explainFailure(story);
	if (failure === void 0) return close(state, [headline, ...body.next === "" ? [] : [`next: ${body.next}`]]);
	return close(state, [
		headline,
		failure.title,
		`  what: ${failure.what}`,
		...failure.where.slice(0, 20).map((place_) => `  where: ${place_}`),
		...failure.known.map((fact) => `  known: ${fact}`),
		...failure.lastLines.length === 0 ? [] : ["  last output:"],
		...failure.lastLines.slice(-20).map((line) => `  | ${line}`),
		...failure.ask.length === 0 ? [] : ["  the step, with the check that would tell:"],
		...failure.ask.slice(0, 30).map((line) => `  | ${line}`),
		`  done: ${sayTitles$1(failure.done)}`,
		`  not done: ${sayTitles$1(failure.notDone)}`,
		`  next: ${failure.next}`
	]);
}
function sayTitles$1(titles) {
	const shown = titles.slice(0, 12).join(" · ");
	return titles.length > 12 ? `${shown} · and ${formatNumber(titles.length - 12)} more` : shown || "nothing";
}
function attemptOf(attempt) {
	return attempt === void 0 || attempt < 2 ? "" : `attempt ${attempt}: `;
}
function tail(detail) {
	return detail === "" ? "" : ` · ${detail}`;
}
function say(state, ...lines) {
	return {
		state,
		entries: lines.map((text) => ({
			kind: "line",
			text
		}))
	};
}
/** Says a line unless it was the last under its key; what differs each time, such as a duration, stands apart. */
function sayOnce(state, key, line, suffix = "") {
	if (state.said[key] === line) return say(state);
	return say({
		...state,
		said: {
			...state.said,
			[key]: line
		}
	}, `${line}${suffix === "" ? "" : ` · ${suffix}`}`);
}
function open$1(state, title) {
	const closed = state.open ? [{ kind: "close" }] : [];
	return {
		state: {
			...state,
			open: true
		},
		entries: [...closed, {
			kind: "open",
			title
		}]
	};
}
function close(state, lines) {
	const closed = state.open ? [{ kind: "close" }] : [];
	const { entries } = say(state, ...lines);
	return {
		state: {
			...state,
			open: false
		},
		entries: [...closed, ...entries]
	};
}

// src/report/log.ts
const maxLength = 1e3;
/** A live log that is computed from events; nothing passes by the gateway. A terminal gets the time of day in front. */
function createLog({ write, groups, secrets, now, plan }) {
	let state = startLog(plan ?? {
		digest: "",
		phases: []
	});
	const line = (text) => {
		const time = groups === void 0 ? `${formatTime(now())} ` : "";
		for (const safe of safeLines(text, {
			secrets,
			maxLength: maxLength - time.length
		})) write(`${time}${safe}`);
	};
	const show = (entry) => {
		if (entry.kind === "line") line(entry.text);
		else if (entry.kind === "close") groups?.end();
		else if (groups === void 0) line(entry.title);
		else groups.start(safeLine(entry.title, {
			secrets,
			maxLength: 200
		}));
	};
	return {
		append(event) {
			const step = logLines(event, state);
			state = step.state;
			step.entries.forEach(show);
		},
		say: line,
		end() {
			if (state.open) groups?.end();
			state = {
				...state,
				open: false
			};
		}
	};
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
	return rows.reduce((sum, { known, count, allowed }) => sum + (known ? Math.max(0, count - allowed) : count), 0);
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
		...failure.ask.length === 0 ? [] : [titled("The step, with the check that would tell:", pre(failure.ask.slice(0, 40)))]
	];
}
function sayTitles(titles) {
	if (titles.length === 0) return "nothing";
	const shown = titles.slice(0, 40).map((title) => md(title, 120)).join(" · ");
	return titles.length > 40 ? `${shown} · and ${titles.length - 40} more` : shown;
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

// src/report/sections/failures.ts
const foldsShown = 60;
/** Failures by class against what the baseline allows; samples are folded away, because they are long. */
function failureTable(rows) {
	if (rows.length === 0) return [];
	const body = rows.map((row) => [
		code(row.class, 100),
		formatNumber(row.count),
		row.known ? formatNumber(row.allowed) : "–",
		sayRow(row),
		md(row.why, 200)
	]);
	return [titled("**Failures by class, against the baseline**", table([
		"Class",
		"Count",
		"Allowed",
		"Verdict",
		"Why"
	], body)), ...sampleBlocks(rows.map((row) => [
		row.class,
		row.count,
		row.samples
	]))];
}
function sayRow({ known, count, allowed }) {
	if (count === 0) return "➖ did not occur";
	if (!known) return "⛔ not known";
	return count > allowed ? "⛔ over" : "✅ allowed";
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
	return several.some(({ perHost }) => perHost.some(({ outcome }) => !isGood$1(outcome))) ? [paragraph("### Host by host"), block] : [details("Host by host", block)];
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
/** The judgement on the data, with its reasons and the numbers that it rests on; the last one counts. */
function verdictBlocks(story) {
	const verdict = bodiesOf(story.allEvents, "verdict").at(-1)?.body;
	if (verdict === void 0) return [];
	const sentence = verdict.good ? "✅ **Good**: the sides agree, and every failure is known and allowed." : "⛔ **Not good**: cutting over would lose data or hide failures.";
	return [
		paragraph("### Verdict", "", sentence),
		...verdict.reasons.length === 0 ? [] : [list(verdict.reasons.map((reason) => md(reason, 500)))],
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

// src/execute/signals.ts
/** Turns the first SIGINT or SIGTERM into an abort, so that the phase ends itself: GitHub leaves 10 seconds for that. */
function untilSignalled(from) {
	const controller = new AbortController();
	const abort = () => controller.abort();
	from.on("SIGINT", abort);
	from.on("SIGTERM", abort);
	return {
		signal: controller.signal,
		done() {
			from.off("SIGINT", abort);
			from.off("SIGTERM", abort);
		}
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