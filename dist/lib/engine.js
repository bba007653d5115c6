// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { r as __toESM } from "./rolldown-runtime.js";
import { t as require_dist } from "./yaml.js";
import { _ as NEVER, a as boolean, c as literal, d as record, f as strictObject, g as prettifyError, h as unknown$1, i as array, l as number, m as union, n as _enum, o as discriminatedUnion, p as string, r as _null, s as int, t as date, u as object } from "./zod.js";
import { i as printParseErrorCode, n as modify, r as parseTree, t as applyEdits } from "./jsonc-parser.js";
import { t as require_lib } from "./ssh2.js";
import { connect, isIP } from "node:net";
import { request } from "node:http";
import { Readable } from "node:stream";
import { once } from "node:events";
import { connect as connect$1 } from "node:tls";
import { inflateSync } from "node:zlib";
import { X509Certificate, constants, createHash, createHmac, createPrivateKey, hash, privateEncrypt, randomBytes, randomUUID, sign, timingSafeEqual } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { appendFile, mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout as setTimeout$1 } from "node:timers/promises";
import { finished } from "node:stream/promises";
import { execFile } from "node:child_process";

// src/config/nearest.ts
var import_dist = require_dist();
/** The name that was probably meant, if one is near enough to be worth saying. */
function nearest(wanted, names) {
	let best;
	let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
	for (const name of names) {
		const distance = name === wanted ? bestDistance : distanceBetween(wanted.toLowerCase(), name.toLowerCase());
		if (distance < bestDistance) [best, bestDistance] = [name, distance];
	}
	return best ?? continued(wanted, names);
}
/** A name that was only begun, or that was continued too far. */
function continued(wanted, names) {
	const related = (name) => name.startsWith(wanted) || name.length > 2 && wanted.startsWith(name);
	return wanted.length > 2 ? [...names].find(related) : void 0;
}
/** Single-character edits between two words; two neighbours that changed places count as one. */
function distanceBetween(left, right) {
	const rows = [Array.from({ length: right.length + 1 }, (_, index) => index)];
	for (let row = 1; row <= left.length; row += 1) {
		const cells = [row];
		for (let column = 1; column <= right.length; column += 1) cells.push(cell(rows, cells, left, right, row, column));
		rows.push(cells);
	}
	return rows[left.length]?.[right.length] ?? Number.POSITIVE_INFINITY;
}
function cell(rows, cells, left, right, row, column) {
	const at = (back, columnBack) => rows[row - back]?.[column - columnBack] ?? 0;
	const same = left[row - 1] === right[column - 1];
	const plain = Math.min(at(1, 0) + 1, (cells[column - 1] ?? 0) + 1, at(1, 1) + (same ? 0 : 1));
	return row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1] ? Math.min(plain, at(2, 2) + 1) : plain;
}

// src/config/problem.ts
/** One line per problem, in the form that editors and terminals make clickable. */
function formatProblem({ position, path, message, suggestion }) {
	const where = [position && `${position.file}:${position.line}:${position.column}`, path].filter(Boolean);
	const meant = suggestion === void 0 ? "" : `; did you mean \`${suggestion}\`?`;
	return [...where, `${message}${meant}`].join(": ");
}
/** Everything that is wrong with a configuration, at once, so that it is corrected in one go. */
var ConfigError = class extends Error {
	name = "ConfigError";
	problems;
	constructor(problems) {
		const sorted = sortProblems(withoutRepeats(problems));
		super(sorted.map(formatProblem).join("\n"));
		this.problems = sorted;
	}
};
/** What stands under an anchor is found once for each of its aliases; it is wrong in one place. */
function withoutRepeats(problems) {
	const place = ({ position, message }) => JSON.stringify([position, message]);
	const reversed = problems.toReversed().map((problem) => [place(problem), problem]);
	return [...new Map(reversed).values()].toReversed();
}
function sortProblems(problems) {
	const rank = ({ position }) => [
		position?.file ?? "",
		position?.line ?? 0,
		position?.column ?? 0
	];
	return problems.toSorted((left, right) => {
		const [leftFile, leftLine, leftColumn] = rank(left);
		const [rightFile, rightLine, rightColumn] = rank(right);
		return leftFile.localeCompare(rightFile) || leftLine - rightLine || leftColumn - rightColumn;
	});
}
/** Ends a load that found something. */
function throwIfAny(problems) {
	if (problems.length > 0) throw new ConfigError(problems);
}

// src/config/source.ts
function createSource(document, lines, file, data) {
	const positionOf = (offset) => {
		const { line, col } = lines.linePos(offset);
		return {
			file,
			line: Math.max(line, 1),
			column: Math.max(col, 1)
		};
	};
	return {
		file,
		data,
		at: (path, part = "value") => positionOf(offsetOf(document, path, part)),
		existing: (path) => path.slice(0, depthOf(document, path)),
		commentAbove: (path) => commentAbove$1(document, path)
	};
}
function offsetOf(document, path, part) {
	let node = document.contents;
	let offset = startOf(node) ?? 0;
	for (const [index, key] of path.entries()) {
		const found = childOf$1(follow$4(node, document), key);
		if (found === void 0) return offset;
		const last = index === path.length - 1;
		const keyOffset = startOf(found.key);
		offset = (last && part === "key" ? keyOffset : void 0) ?? startOf(found.value) ?? keyOffset ?? offset;
		node = found.value;
	}
	return offset;
}
/** What stands above a list's first item belongs to the list, as YAML has it. */
function commentAbove$1(document, path) {
	const list = document.getIn(path.slice(0, -1), true);
	const item = document.getIn(path, true);
	const own = (0, import_dist.isNode)(item) ? item.commentBefore : void 0;
	const text = (path.at(-1) === 0 && (0, import_dist.isNode)(list) ? list.commentBefore : void 0) ?? own ?? "";
	return text === "" ? [] : text.split("\n").map((line) => line.replace(/^ /, ""));
}
function depthOf(document, path) {
	let node = document.contents;
	for (const [index, key] of path.entries()) {
		const found = childOf$1(follow$4(node, document), key);
		if (found === void 0) return index;
		node = found.value;
	}
	return path.length;
}
function follow$4(node, document) {
	return (0, import_dist.isAlias)(node) ? node.resolve(document) : node;
}
function startOf(node) {
	return (0, import_dist.isNode)(node) ? node.range?.[0] : void 0;
}
function childOf$1(node, key) {
	if ((0, import_dist.isSeq)(node)) return typeof key === "number" && key < node.items.length ? { value: node.items[key] } : void 0;
	if (!(0, import_dist.isMap)(node)) return void 0;
	const pair = node.items.find((item) => (0, import_dist.isPair)(item) && (0, import_dist.isScalar)(item.key) && String(item.key.value) === String(key));
	return pair === void 0 ? void 0 : {
		key: pair.key,
		value: pair.value
	};
}

// src/config/error-text.ts
/** What an error says; anything else that was thrown says itself. */
function errorText(error) {
	return error instanceof Error ? error.message : String(error);
}

// src/config/load-yaml.ts
const maxBytes$4 = 1048576;
/** Expanded nodes that aliases may make; a bomb of nested aliases makes millions. */
const maxAliases = 1e3;
/** Reads a YAML file; what is missing, too large or malformed is a `ConfigError` that says where. */
function loadYaml(file) {
	return parseYaml(readText(file), file);
}
/** The same for text that is already there, such as an action's input. */
function parseYaml(text, file) {
	const lines = new import_dist.LineCounter();
	const document = (0, import_dist.parseDocument)(text, {
		lineCounter: lines,
		prettyErrors: false,
		uniqueKeys: true,
		strict: true,
		logLevel: "error"
	});
	const problems = worthTelling([...document.errors, ...document.warnings]).map((error) => {
		const { line, col } = lines.linePos(error.pos[0]);
		const message = error.code === "DUPLICATE_KEY" ? duplicateKey(text, error.pos) : plain(error.message);
		return {
			position: {
				file,
				line,
				column: col
			},
			path: "",
			message
		};
	});
	if (problems.length > 0) throw new ConfigError(problems);
	return createSource(document, lines, file, toData(document, file));
}
/** After the first break of syntax the parser is lost, and what it says of the rest only confuses. */
function worthTelling(errors) {
	const broken = errors.find(({ code }) => code !== "DUPLICATE_KEY");
	return errors.filter((error) => error === broken || broken === void 0 || error.pos[0] < broken.pos[0]);
}
function toData(document, file) {
	try {
		return document.toJS({ maxAliasCount: maxAliases });
	} catch (error) {
		const message = `aliases do not resolve: ${plain(errorText(error))}`;
		throw new ConfigError([{
			position: {
				file,
				line: 1,
				column: 1
			},
			path: "",
			message
		}]);
	}
}
function readText(file) {
	const fail = (message, meant) => {
		throw new ConfigError([{
			position: {
				file,
				line: 1,
				column: 1
			},
			path: "",
			message,
			...meant === void 0 ? {} : { suggestion: meant }
		}]);
	};
	try {
		const { size } = statSync(file);
		return size > maxBytes$4 ? fail(`the file has ${size} bytes, more than ${maxBytes$4}`) : readFileSync(file, "utf8");
	} catch (error) {
		if (error instanceof ConfigError) throw error;
		if (isMissing(error)) return fail("there is no such file", fileBeside(file));
		return fail(`cannot be read: ${String(error)}`);
	}
}
/** A misspelt environment is a misspelt file name: the file beside it that was probably meant. */
function fileBeside(file) {
	try {
		const meant = nearest(basename(file), readdirSync(dirname(file)));
		return meant === void 0 ? void 0 : join(dirname(file), meant);
	} catch {
		return;
	}
}
function isMissing(error) {
	return error instanceof Error && "code" in error && error.code === "ENOENT";
}
function duplicateKey(text, [start]) {
	const key = /^[^\s:,}]+/.exec(text.slice(start))?.[0];
	return key === void 0 ? "the same key stands twice" : `the key \`${key}\` stands twice`;
}
/** YAML's own messages without the trailing excerpt. */
function plain(message) {
	const first = message.split("\n", 1)[0] ?? message;
	return first.charAt(0).toLowerCase() + first.slice(1);
}

// src/config/assignments.ts
const assignment = /^([A-Za-z_][\w-]*)=(.*)$/;
/** Variables from the action's `vars` input: a YAML or JSON map, or NAME=value lines. */
function parseVars(text) {
	const lines = parseLines(text);
	if (lines !== void 0) return lines;
	const { data, at } = parseYaml(text, "input vars");
	if (data === null) return {};
	if (!isMap(data)) throw notAMap("vars");
	for (const [name, value] of Object.entries(data)) if (!isScalar(value)) throw new ConfigError([{
		position: at([name]),
		path: name,
		message: "expected text, a number or true/false"
	}]);
	return data;
}
/**
* Secrets from the action's `secrets` input. Every value is text exactly as written (a password such as 0123
* is no number), and no error ever shows a part of what was read: it may be a secret itself.
*/
function parseSecrets(text) {
	const lines = parseLines(text);
	if (lines !== void 0) return lines;
	const document = (0, import_dist.parseDocument)(text, {
		schema: "failsafe",
		prettyErrors: true,
		logLevel: "error"
	});
	const [error] = [...document.errors, ...document.warnings];
	if (error !== void 0) throw new ConfigError([secretProblem(error.linePos?.[0].line)]);
	const data = secretData(() => document.toJS({ maxAliasCount: 0 }));
	if (data === null || data === "") return {};
	if (!isMap(data)) throw notAMap("secrets");
	const wrong = Object.keys(data).filter((name) => typeof data[name] !== "string");
	if (wrong.length > 0) throw new ConfigError(wrong.map((name) => ({
		path: `input secrets/${name}`,
		message: "expected text"
	})));
	return data;
}
function secretData(read) {
	try {
		return read();
	} catch {
		throw new ConfigError([secretProblem(void 0)]);
	}
}
function secretProblem(line) {
	return {
		path: "input secrets",
		message: `malformed YAML${line === void 0 ? "" : ` in line ${line}`}; quote values that hold special characters`
	};
}
function notAMap(input) {
	return new ConfigError([{
		path: `input ${input}`,
		message: "expected a YAML or JSON map of name to value, or NAME=value lines"
	}]);
}
/** `undefined` unless every line is an assignment, a comment or empty. */
function parseLines(text) {
	const pairs = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#")).map((line) => assignment.exec(line.trimStart()));
	if (!pairs.every((pair) => pair !== null)) return void 0;
	const found = {};
	for (const [, name = "", value = ""] of pairs) {
		if (Object.hasOwn(found, name)) throw new ConfigError([{
			path: name,
			message: "stands twice in the input"
		}]);
		found[name] = value;
	}
	return found;
}
function isMap(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isScalar(value) {
	return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

// src/config/duration.ts
const unitSeconds = {
	ms: .001,
	s: 1,
	m: 60,
	h: 3600
};
const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/;
const templatePattern = /^\$\{[^}]*\}$/;
/** Reads `500ms`, `30s`, `5m` and `1h`; `undefined` when the text is something else, so that each caller says where it stood. */
function parseDuration(text) {
	const [, amount, unit] = durationPattern.exec(text) ?? [];
	const factor = unitSeconds[unit ?? ""];
	return amount === void 0 || factor === void 0 ? void 0 : Number(amount) * factor;
}
/** A duration as a file writes it; the number of seconds, unless a variable still has to say it. */
const duration = string({ error: "expected a duration such as 30s, 5m, 1h or 500ms" }).regex(/^(\d+(\.\d+)?(ms|s|m|h)|\$\{[^}]*\})$/, { error: "expected a duration such as 30s, 5m, 1h or 500ms, or one variable such as ${drain}" }).transform((text) => templatePattern.test(text) ? text : parseDuration(text) ?? text);

// src/execute/ruling-word.ts
/** How a ruling is written. */
const rulingForms = "done, not-done or budget=DURATION (such as budget=3h)";
/** What a decision on the budget names in the place of a step. */
const downtimeStep = "downtime";
/** Reads `done`, `not-done` or `budget=3h`; undefined when it is something else. */
function readRuling(text) {
	if (text === "done" || text === "not-done") return text;
	const [, duration] = /^budget=(.+)$/.exec(text) ?? [];
	const budgetSeconds = duration === void 0 ? void 0 : parseDuration(duration.trim());
	return budgetSeconds === void 0 ? void 0 : { budgetSeconds };
}

// src/report/gateway.ts
const lineBreak$1 = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** Terminal sequences: colours and cursor moves (CSI), titles and links (OSC and its kin), two-byte escapes. */
const terminalSequence = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-Z\\^-~]/g;
/** Invisible characters that reorder, hide or join what stands around them. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const control$1 = /[\u0000-\u001f\u007f-\u009f]/g;
/**
* The one way for text from a host, console, log or API into a log, a summary or a page: it comes out as
* lines in which nothing is a secret, a control character or a workflow command, and none is too long.
* `::` comes out as `: :` and `##[` as `## [`, wherever they stand; a reader sees what was there.
*/
function safeLines(text, options = {}) {
	const mask = masker(options.secrets ?? []);
	const maxLength = options.maxLength ?? 1e3;
	return mask(text).split(lineBreak$1).map((line) => cap$1(neutralise(mask(visible(line))), maxLength));
}
/** One line from text that may hold several, for a table cell or the end of a sentence. */
function safeLine(text, options = {}) {
	const { maxLength, ...rest } = options;
	return cap$1(safeLines(text, {
		...rest,
		maxLength: Number.MAX_SAFE_INTEGER
	}).filter((line) => line.trim() !== "").join(" · "), maxLength ?? 1e3);
}
/** The values to mask for a set of secrets: each whole, and each line of one that has several. */
function maskedValues(secrets) {
	const values = secrets.flatMap((secret) => [
		secret,
		secret.trim(),
		...secretLines(secret)
	]);
	return [...new Set(values)].filter((value) => value.trim() !== "").sort((a, b) => b.length - a.length);
}
function secretLines(secret) {
	const lines = secret.split(lineBreak$1).map((line) => line.trim());
	return lines.length === 1 ? [] : lines.filter((line) => line.length > 2 && !line.startsWith("-----"));
}
function masker(secrets) {
	const values = maskedValues(secrets);
	return (text) => values.reduce((masked, value) => masked.replaceAll(value, "***"), text);
}
function visible(line) {
	return line.toWellFormed().replaceAll(terminalSequence, "").replaceAll("	", "  ").replaceAll(invisible, "").replaceAll(control$1, picture);
}
/** The printable picture of a control character: `␀` for NUL, `␡` for DEL, `�` where there is none. */
function picture(character) {
	const code = character.charCodeAt(0);
	if (code < 32) return String.fromCharCode(9216 + code);
	return code === 127 ? "␡" : "�";
}
function neutralise(line) {
	return line.replaceAll(/:(?=:)/g, ": ").replaceAll("##[", "## [");
}
function cap$1(line, maxLength) {
	if (line.length <= maxLength) return line;
	const note = ` … (${line.length} characters)`;
	return line.slice(0, Math.max(0, maxLength - note.length)).toWellFormed() + note;
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

// src/execute/next-of.ts
/** What an error itself says that a person can do. */
function nextOf$2(error) {
	return error instanceof Error && "next" in error && typeof error.next === "string" ? error.next : void 0;
}
/** The same for a phase that it stopped: a host that can be reached again is not the end of it. */
function nextFor(phase, error) {
	const next = nextOf$2(error);
	if (next === void 0 || !(error instanceof TransportError)) return next;
	return error.code === "unreachable" || error.code === "timeout" ? `${next}; then run ${phase} again` : next;
}
/** What an error says happened, without what it says to do: that is told on its own. */
function messageOf$1(error) {
	const message = errorText(error);
	const next = nextOf$2(error);
	return next === void 0 ? message : message.replace(`. Next: ${next}`, "");
}

// src/report/format.ts
const minute = 60;
const hour = 3600;
const day = 86400;
/** A length of time as people say it, because `125` makes a reader calculate: `2 min 05 s`. */
function formatDuration(seconds) {
	if (!Number.isFinite(seconds) || seconds < 0) return "–";
	if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
	const whole = Math.round(seconds);
	if (whole < minute) return `${whole} s`;
	if (whole < hour) return pair(whole, minute, "min", 1, "s");
	if (whole < day) return pair(whole, hour, "h", minute, "min");
	return pair(whole, day, "d", hour, "h");
}
function pair(seconds, big, bigUnit, small, smallUnit) {
	const rest = Math.floor(seconds % big / small);
	return `${Math.floor(seconds / big)} ${bigUnit} ${String(rest).padStart(2, "0")} ${smallUnit}`;
}
/** A number with thousands separators, because counts of objects have many digits: `12,345`. */
function formatNumber(value) {
	if (!Number.isFinite(value)) return "–";
	const [whole = "", fraction] = String(Math.round(value * 100) / 100).split(".");
	const grouped = whole.replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ",");
	return fraction === void 0 ? grouped : `${grouped}.${fraction}`;
}
/** A rate that stays short: whole objects a second from ten on, one digit below. */
function formatRate(perSecond) {
	const digits = perSecond >= 10 ? 0 : 1;
	return `${formatNumber(Number(perSecond.toFixed(digits)))}/s`;
}
/** A share in whole percent that says 100 only when nothing is left. */
function formatPercent(part, whole) {
	if (whole <= 0) return "–";
	return `${Math.floor(part / whole * 100)}%`;
}
/** An instant in UTC to the second, because its readers sit in several time zones. */
function formatInstant(at) {
	const iso = isoOf(at);
	return iso === void 0 ? "–" : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
/** Only the time of an instant, for lists within one phase. */
function formatTime(at) {
	return isoOf(at)?.slice(11, 19) ?? "–";
}
/** Seconds between two instants, never negative: a runner's clock may be set back. */
function secondsBetween(from, to) {
	const seconds = (new Date(to).getTime() - new Date(from).getTime()) / 1e3;
	return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
/** A count with its noun: `1 host`, `2 hosts`. */
function formatCount(count, one, many = `${one}s`) {
	return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
function isoOf(at) {
	const date = new Date(at);
	return Number.isNaN(date.getTime()) ? void 0 : date.toISOString();
}

// src/report/markdown.ts
const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;
/** Text that nobody vouches for, as one line of Markdown in which nothing of it is markup. */
function md(text, maxLength = 300) {
	const line = cap(oneLine$1(text, maxLength), maxLength).trim();
	return line === "" ? "–" : escapeMarkdown(line);
}
/** The same in a fixed font, for names, commands and values. */
function code(text, maxLength = 200) {
	const line = cap(oneLine$1(text, maxLength), maxLength).trim();
	if (line === "") return "–";
	return /[`|<>&\\]|::|##\[/.test(line) ? `<code>${escapeMarkdown(line)}</code>` : `\`${line}\``;
}
/** Text as it stands, line by line; `<pre>` because no text can break out of it once `<` is escaped. */
function pre(lines, maxLength = 500) {
	return {
		head: ["<pre>"],
		lines: lines.flatMap((line) => line.split(lineBreak)).map((line) => escapeHtml(cap(exact(line.slice(0, maxLength * 4)), maxLength))),
		tail: ["</pre>"]
	};
}
/**
* Text as it stands, readable in the file as well as on the page: nothing in a fence is markup, and the fence is longer
* than any row of backticks in it. What a runner would take for a workflow command is broken up.
*/
function fence$1(lines, maxLength = 500) {
	const shown = lines.flatMap((line) => line.split(lineBreak)).map((line) => cap(exact(line.slice(0, maxLength * 4)), maxLength)).map((line) => line.replace(/^\s*:(?=:)/, "$& ").replaceAll("##[", "## ["));
	const ticks = shown.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length);
	const mark = "`".repeat(Math.max(3, ...ticks.map((length) => length + 1)));
	return {
		head: [mark],
		lines: shown,
		tail: [mark]
	};
}
/** A table; its cells are Markdown already. */
function table(columns, rows) {
	const alignments = columns.map((_, index) => alignment(rows.map((cells) => cells[index] ?? "")));
	return {
		head: [row(columns), row(alignments)],
		lines: rows.map(row),
		tail: []
	};
}
/** A list; its items are Markdown already. */
function list(items) {
	return {
		head: [],
		lines: items.map((item) => `- ${item}`),
		tail: []
	};
}
/** A heading or a paragraph; already Markdown. */
function paragraph(...lines) {
	return {
		head: [],
		lines,
		tail: []
	};
}
/** Folds a block away under a title that says what is in it. */
function details(title, block) {
	return {
		head: [
			"<details>",
			`<summary>${title}</summary>`,
			"",
			...block.head
		],
		lines: block.lines,
		tail: [
			...block.tail,
			"",
			"</details>"
		]
	};
}
/** Puts text before a block without letting a cut part them. */
function titled(title, block) {
	return {
		...block,
		head: [
			title,
			"",
			...block.head
		]
	};
}
/** Joins blocks to a page of at most `maxBytes`; what is too long is cut where it is longest, and says so. */
function page(blocks, maxBytes) {
	const share = fairShare(blocks.map((block) => bytes(render(block))), maxBytes - 2 * blocks.length);
	return `${blocks.map((block) => shorten(block, share)).join("\n\n")}\n`;
}
/** The largest size that every block may have so that all of them together fit. */
function fairShare(sizes, room) {
	let left = room;
	const ascending = [...sizes].sort((a, b) => a - b);
	for (const [index, size] of ascending.entries()) {
		const share = Math.floor(left / (ascending.length - index));
		if (size > share) return share;
		left -= size;
	}
	return Number.MAX_SAFE_INTEGER;
}
const noteRoom = 120;
function shorten(block, maxBytes) {
	if (bytes(render(block)) <= maxBytes) return render(block);
	let room = maxBytes - bytes([...block.head, ...block.tail].join("\n")) - noteRoom;
	let kept = 0;
	for (const line of block.lines) {
		room -= bytes(line) + 1;
		if (room < 0) break;
		kept += 1;
	}
	return `${render({
		...block,
		lines: block.lines.slice(0, kept)
	})}\n\n… ${formatNumber(block.lines.length - kept)} more lines are left out here; the journal has all of them.`;
}
function render(block) {
	return [
		...block.head,
		...block.lines,
		...block.tail
	].join("\n");
}
function row(cells) {
	return `| ${cells.join(" | ")} |`;
}
/** Numbers stand to the right, so that their digits stand below each other. */
function alignment(cells) {
	return cells.every((cell) => /^(?:–|\d[\d,.]*(?:%|\/s)?|[\d.]+ (?:s|min|h|d)(?: \d+ \w+)?)$/.test(cell)) ? "---:" : "---";
}
function bytes(text) {
	return Buffer.byteLength(text);
}
function oneLine$1(text, maxLength) {
	const line = text.slice(0, maxLength * 8 + 1e3).split(lineBreak).map((part) => exact(part).trim()).filter((part) => part !== "").join(" · ");
	return text.length > maxLength * 8 + 1e3 ? line.padEnd(maxLength + 1, "…") : line;
}
/**
* Cleaned by the gateway, but with `::` and `##[` as they were: a command has to be readable exactly, and
* here both are made harmless by escaping. The gateway sees pieces in which neither can occur.
*/
function exact(line) {
	return line.split(/(?=[:[])/).map((piece) => safeLines(piece, { maxLength: Number.MAX_SAFE_INTEGER }).join(" ")).join("");
}
function cap(line, maxLength) {
	if (line.length <= maxLength) return line;
	return `${line.slice(0, Math.max(0, maxLength - 1)).toWellFormed()}…`;
}
const htmlEntities = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;"
};
function escapeHtml(text) {
	return text.replaceAll(/[&<>]/g, (character) => htmlEntities[character] ?? character).replaceAll(/:(?=:)/g, "&#58;").replaceAll("##[", "##&#91;");
}
/** What could be markup, a link, a mention or a formula; an underscore within a word is none. */
const markup = /[&<>|`*~[\]\\$]|^#|#(?=[\w#])|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=:|\/\/|$)|^:|(?<=[\w.+-])@|(?<=\bwww)\.|^[-+=]|(?<=^\d+)[.)]/gi;
/** Entities are never read as markup, in a table or elsewhere. */
function escapeMarkdown(line) {
	return line.replaceAll(markup, (character) => htmlEntities[character] ?? entity(character));
}
function entity(character) {
	return `&#${character.charCodeAt(0)};`;
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
const words$2 = {
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
	return `${marks[standing]} ${words$2[standing]}`;
}
/** The same with a capital, for a headline. */
function headlineOf(standing) {
	const word = words$2[standing];
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

// src/evidence/names.ts
/** The commit status that carries the newest evidence; a rollback's stands beside the chain's and not over it. */
function statusContext(runbook, environment, of) {
	const name = `runbook/${runbook}/${environment}`;
	return of === "chain" ? name : `${name}/${of}`;
}
/** The artifact that a run's attempt leaves. */
function artifactName(environment, attempt) {
	return `evidence-${environment}-${attempt}`;
}
/** What a status says of a file: 140 characters are all that it may have. */
function describeStatus(evidence, hash) {
	return `${evidence.proven ? "proven" : "not proven"} · evidence ${hash}`;
}
/** The hash in a status' description; undefined when there is none. */
function hashInStatus(description) {
	return /\bevidence ([0-9a-f]{64})$/.exec(description)?.[1];
}

// src/config/issue-message.ts
/** What is wrong, in the words of the file instead of the schema library's. */
function messageOf(issue, value) {
	if (issue.code === "invalid_key") return `\`${String(issue.path.at(-1))}\`: ${issue.issues[0]?.message ?? "not a name"}`;
	if (!issue.message.startsWith("Invalid ") && !issue.message.startsWith("Too ")) return issue.message;
	if (issue.code === "invalid_type") return `expected ${plainType(issue.expected)}, got ${show(value)}`;
	if (issue.code === "invalid_value") return `expected ${issue.values.map((one) => `\`${String(one)}\``).join(" or ")}, got ${show(value)}`;
	if (issue.code === "too_small") return tooSmall(issue, value);
	if (issue.code === "too_big") return `may be at most ${issue.maximum}`;
	if (issue.code === "invalid_union") return noneFits(issue, value);
	return issue.message;
}
function tooSmall(issue, value) {
	if (value === "") return "must not be empty";
	if (Array.isArray(value)) return `needs at least ${issue.minimum} of them, has ${value.length}`;
	return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
}
/** What any of the alternatives would have taken, in their own words where they have some. */
function noneFits(issue, value) {
	const first = issue.errors.flatMap((errors) => errors.filter((one) => one.path.length === 0));
	const own = first.find((one) => !one.message.startsWith("Invalid "));
	if (own !== void 0) return own.message;
	const types = first.flatMap((one) => one.code === "invalid_type" ? [plainType(one.expected)] : []);
	return types.length === 0 ? `cannot be ${show(value)}` : `expected ${types.join(" or ")}, got ${show(value)}`;
}
const typeNames = {
	object: "a map",
	record: "a map",
	array: "a list",
	string: "text",
	int: "a whole number",
	number: "a number",
	boolean: "true or false"
};
function plainType(expected) {
	return typeNames[expected] ?? expected;
}
function show(value) {
	if (value === null || value === void 0) return "nothing";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "a map";
	if (typeof value === "string") return `\`${value.length > 60 ? `${value.slice(0, 60)}…` : value}\``;
	return `the ${typeof value} ${JSON.stringify(value)}`;
}
/** The allowed value that was probably meant. */
function suggestionFor(issue, value) {
	if (issue.code !== "invalid_value" || typeof value !== "string") return void 0;
	return nearest(value, issue.values.map(String));
}

// src/config/check-shape.ts
/** Holds a file against its schema: the checked value, or every problem with its place. */
function checkShape(schema, source) {
	const parsed = schema.safeParse(source.data);
	if (parsed.success) return parsed.data;
	throw new ConfigError(withoutEchoes(parsed.error.issues.flatMap((issue) => explain(issue, source))));
}
/** A misspelt key is one mistake, though its right name is missing too. */
function withoutEchoes(problems) {
	const meant = new Set(problems.flatMap(({ path, suggestion }) => suggestion === void 0 ? [] : [missingMessage(suggestion) + parentOf(path)]));
	return problems.filter(({ path, message }) => !meant.has(message + path));
}
function parentOf(path) {
	return path.split("/").slice(0, -1).join("/");
}
function missingMessage(key) {
	return `\`${key}\` is missing`;
}
function explain(issue, source) {
	const path = issue.path.map((part) => typeof part === "symbol" ? String(part) : part);
	if (issue.code === "unrecognized_keys") {
		const known = issue.message.split(", ");
		return issue.keys.map((key) => unknownKey(source, [...path, key], key, known));
	}
	if (issue.code === "invalid_union") {
		const inner = onlyFitting(issue);
		if (inner !== void 0) return inner.flatMap((one) => explain({
			...one,
			path: [...issue.path, ...one.path]
		}, source));
	}
	if (issue.code === "custom") {
		const meant = misspelt(issue.params);
		if (meant !== void 0) return [unknownKey(source, [...path, meant.key], meant.key, [meant.name])];
	}
	const value = valueAt(source.data, path);
	if (value === void 0 && path.length > 0 && issue.code !== "invalid_key") return [missing(source, path)];
	return [problemAt(source, path, messageOf(issue, value), suggestionFor(issue, value))];
}
/** The alternatives that the value's own type leaves; only a single one is worth explaining. */
function onlyFitting(issue) {
	const rootMismatch = (one) => one.path.length === 0 && (one.code === "invalid_type" || one.code === "invalid_value");
	const fitting = issue.errors.filter((errors) => !errors.some(rootMismatch));
	return fitting.length === 1 ? fitting[0] : void 0;
}
/** A key beside the expected ones that was probably meant to be one of them. */
function misspelt(params) {
	const [among, keys] = [params?.["among"], params?.["keys"]];
	if (!Array.isArray(among) || !Array.isArray(keys)) return void 0;
	for (const key of keys.map(String)) {
		const name = nearest(key, among.map(String));
		if (name !== void 0 && !among.includes(key)) return {
			key,
			name
		};
	}
}
function unknownKey(source, path, key, known) {
	const suggestion = nearest(key, known);
	const position = source.at(path, "key");
	const message = `unknown key \`${key}\`${suggestion === void 0 ? `; known are ${known.join(", ")}` : ""}`;
	return {
		position,
		path: path.join("/"),
		message,
		...suggestion === void 0 ? {} : { suggestion }
	};
}
function missing(source, path) {
	const parent = path.slice(0, -1);
	return {
		position: source.at(parent),
		path: parent.join("/"),
		message: missingMessage(String(path.at(-1)))
	};
}
/** A problem at a part of a file, for checks that go beyond shape. */
function problemAt(source, path, message, suggestion) {
	return {
		position: source.at(path),
		path: source.existing(path).join("/"),
		message,
		...suggestion === void 0 ? {} : { suggestion }
	};
}
function valueAt(data, path) {
	let value = data;
	for (const key of path) {
		if (typeof value !== "object" || value === null) return void 0;
		value = value[key];
	}
	return value;
}

// src/config/shape.ts
const durationKeys$1 = [
	"timeout",
	"every",
	"for",
	"until-quiet",
	"settle",
	"max-age",
	"budget"
];
function modelKey(key) {
	const camel = key.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
	return durationKeys$1.some((name) => name === key) ? `${camel}Seconds` : camel;
}
/** Renames the keys of one object from the file's kebab-case to the model's camelCase, with units in names. */
function toModel(parsed) {
	const entries = Object.entries(parsed).map(([key, value]) => [modelKey(key), value]);
	return Object.fromEntries(entries);
}
/**
* An object of a file that knows all its keys. The message of an unknown key is the
* list of the known ones, from which `explain` finds the nearest.
*/
function strict(fields) {
	const known = Object.keys(fields).join(", ");
	return strictObject(fields, { error: (issue) => issue.code === "unrecognized_keys" ? known : void 0 });
}
/** A strict object whose keys are renamed for the model. */
function node(fields) {
	return strict(fields).transform((parsed) => toModel(parsed));
}
/** What a choice is made of, so that the published JSON Schema can list it. */
const choices = /* @__PURE__ */ new WeakMap();
/**
* An object whose one telling key says what it is: `run`, `eval`, `probe` and so on.
* Only the chosen schema judges it, so that a mistake is not reported once per alternative.
*/
function byKey(name, options) {
	const schema = unknown$1().transform((value, context) => {
		const chosen = choose(name, options, value);
		if ("message" in chosen) {
			context.issues.push({
				code: "custom",
				input: value,
				...chosen
			});
			return NEVER;
		}
		const parsed = chosen.schema.safeParse(value);
		if (parsed.success) return parsed.data;
		for (const issue of parsed.error.issues) context.issues.push({
			...issue,
			input: value
		});
		return NEVER;
	});
	choices.set(schema, {
		name,
		options
	});
	return schema;
}
function choose(name, options, value) {
	const names = Object.keys(options);
	const wanted = names.map((key) => `\`${key}\``).join(", ");
	if (typeof value !== "object" || value === null || Array.isArray(value)) return { message: `expected a ${name}: a map with one of ${wanted}` };
	const keys = Object.keys(value);
	const present = names.filter((key) => keys.includes(key));
	const [first, second] = present;
	if (first === void 0) return {
		message: `a ${name} needs one of ${wanted}`,
		params: {
			among: names,
			keys
		}
	};
	if (second !== void 0) return { message: `a ${name} is one thing; here are ${present.map((key) => `\`${key}\``).join(" and ")}` };
	const schema = options[first];
	return schema === void 0 ? { message: `a ${name} needs one of ${wanted}` } : { schema };
}

// src/config/template.ts
const reference$1 = /\$\{([^}]*)\}/g;
/** Names that a text refers to as `${name}`. */
function referencesIn(text) {
	return [...text.matchAll(reference$1)].map(([, name]) => name ?? "");
}
/** Puts something in the place of each `${name}`; what that is, the caller decides. */
function fillTemplate(text, valueOf) {
	return text.replace(reference$1, (_, name) => valueOf(name));
}

// src/runbook/parts.ts
const idError = "expected a name of lower-case letters, digits and hyphens that starts with a letter";
/** Ids become job ids, file names and anchors, so they are what all of these accept. */
const id = string().regex(/^[a-z][a-z0-9-]*$/, { error: idError });
/** A name that refers to something declared elsewhere. */
const name = string().min(1);
/** Text in which `${name}` stands for a variable. */
const template$1 = string();
/** A plain value where text is meant: YAML reads 5432 and true as something else. */
const scalarText = union([
	string(),
	number(),
	boolean()
], { error: "expected text or a number" }).transform(String);
/** One or several, always a list in the model. */
function oneOrMore(item) {
	return union([array(item).min(1), item]).transform((value) => Array.isArray(value) ? value : [value]);
}
function compiles(text) {
	try {
		new RegExp(text);
		return true;
	} catch {
		return false;
	}
}
/** A regular expression that compiles; kept as text, because the model is plain data. */
const regex = string().refine(compiles, { error: (issue) => `not a regular expression: ${whyNot(String(issue.input))}` });
/** A regular expression, or text in which one is filled in: then it is looked at with the values that are known. */
const regexTemplate = string().refine((text) => hasReferences(text) || compiles(text), { error: (issue) => `not a regular expression: ${whyNot(String(issue.input))}` });
function hasReferences(text) {
	return referencesIn(text).length > 0;
}
/** A pattern as it compiles whatever is filled in. */
function withoutReferences(text) {
	return fillTemplate(text, () => "x");
}
function whyNot(text) {
	try {
		new RegExp(text);
		return "";
	} catch (error) {
		return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : "";
	}
}
const variableName$1 = string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable" });
/** The environment that a shell command gets; the only way a value reaches shell text. */
const env = record(variableName$1, scalarText);
/** Environment variables whose values are declared secrets: variable to secret. */
const secretEnv = record(variableName$1, name);
const shellFields = {
	on: oneOrMore(name),
	directory: template$1.exactOptional(),
	env: env.default({}),
	secrets: secretEnv.default({})
};
/** Adds what tells the alternatives of a choice apart. */
const kinded = (kind) => (value) => ({
	kind,
	...value
});
/** A read-only shell question. */
const shellQuestion = node({
	...shellFields,
	run: string().min(1)
});
/** What must hold: an expression with its expected term. */
const expectation$1 = node({
	eval: template$1.min(1),
	expect: string().min(1)
});
/** One side of a reconciliation: a shell command on a role, or an expression in a console. */
const question$1 = byKey("question", {
	run: shellQuestion.transform(kinded("shell")),
	eval: node({
		console: name,
		eval: template$1.min(1)
	}).transform(kinded("eval"))
});
/** Names of a reading and the values that are wanted; several values are alternatives. */
const readingValues = record(name, oneOrMore(string({ error: "expected text; write true, false and numbers in quotes, such as \"true\"" })));
/** A reading and the values that prove something. */
const proof$1 = strict({
	reading: name,
	is: readingValues
});
const side$1 = _enum([
	"source",
	"dets",
	"sql"
]);
const percent = string().regex(/^([1-9]\d?|100)%$/);
/** In which order hosts are taken. */
const order = union([
	literal("serial").transform(() => ({ kind: "serial" })),
	literal("parallel").transform(() => ({ kind: "parallel" })),
	strict({ rolling: int().positive() }).transform((value) => ({
		kind: "rolling",
		hosts: value.rolling
	})),
	strict({ rolling: percent }).transform((value) => ({
		kind: "rolling",
		percent: Number.parseInt(value.rolling, 10)
	}))
], { error: "expected `serial`, `parallel`, { rolling: 2 } or { rolling: \"25%\" }" });
const steady = node({
	times: int().positive(),
	every: duration
});
/** What a group must match; a value that is filled in stands for itself, whatever it is made of. */
const groupPattern = string().refine((text) => compiles(withoutReferences(text)), { error: (issue) => `not a regular expression: ${whyNot(withoutReferences(String(issue.input)))}` });
/** Named groups of a log's entry and what each must match, from its first to its last character. */
const where = record(name, groupPattern);
const path = template$1.regex(/^\//, { error: "expected a path that starts with /" });
/** What a request carries: text as it stands, or JSON. */
const body$1 = union([template$1.min(1), record(string(), unknown$1())], { error: "expected text or a map, which is sent as JSON" });
const requestFields = {
	method: _enum([
		"GET",
		"HEAD",
		"PUT",
		"POST",
		"DELETE",
		"PATCH",
		"OPTIONS"
	]),
	path,
	endpoint: name,
	body: body$1.exactOptional(),
	/** The signer; without one the request is nobody's. */
	signed: name.exactOptional()
};
const reads$1 = ({ method }) => method === "GET" || method === "HEAD";
const bodyless = {
	path: ["body"],
	error: "a request that only reads has no body"
};
/** Unsigned writes are refused by authentication; what is signed may only read, or it would change something. */
const onlyReads$1 = {
	path: ["signed"],
	error: "a signed request of this method changes something: only `exercise` sends such a one"
};
const mayCarry = (sent) => !reads$1(sent) || sent.body === void 0;
const mayBeSigned = (sent) => reads$1(sent) || sent.signed === void 0;
const request$3 = strict(requestFields).refine(mayCarry, bodyless).refine(mayBeSigned, onlyReads$1).transform((parsed) => toModel(parsed));
const status = int().min(100).max(599);
const expectedAnswer = union([
	status.transform((one) => ({
		kind: "status",
		statuses: [one]
	})),
	array(status).min(1).transform((statuses) => ({
		kind: "status",
		statuses
	})),
	strict({ "same-as": name }).transform((value) => ({
		kind: "same-as",
		step: value["same-as"]
	}))
], { error: "expected a status such as 503, a list of statuses, or { same-as: step }" });
const probeRequest = strict({
	...requestFields,
	expect: expectedAnswer
}).refine(mayCarry, bodyless).refine(mayBeSigned, onlyReads$1).transform((parsed) => toModel(parsed));
/** What an answer gives to later requests: a text of its JSON, or the part of it that matches. */
const capture = node({
	at: string().regex(/^(\/([^~/]|~[01])+)+$/, { error: "expected a JSON pointer such as /uri into the answer" }),
	match: regex.exactOptional()
});
/** A name that stands between braces in later paths and bodies. */
const captured = string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "expected a name of letters, digits and underscores" });
/** A request of an exercise: it may change something, and what its answer says may be needed later. */
const exerciseRequest = strict({
	...requestFields,
	expect: union([array(status).min(1), status], { error: "expected a status such as 201, or a list of statuses" }).transform((one) => Array.isArray(one) ? one : [one]),
	capture: record(captured, capture).default({})
}).refine(mayCarry, bodyless).transform((parsed) => toModel(parsed));
const requestPath = path;
/** Requests that a watch sends itself, so that a quiet environment can pass. */
const sends = node({
	on: oneOrMore(name),
	url: template$1,
	every: duration,
	requests: array(request$3).min(1)
});
/** Tables of a snapshot: name to the command that prints one `key|version` per line. */
const tables$1 = record(name, string().min(1));

// src/inventory/schema.ts
const hostName = string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "expected a name of letters, digits, dots, hyphens and underscores" });
const vars = record(string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "expected a name of letters, digits and underscores" }), union([
	string(),
	number(),
	boolean()
], { error: "expected text, a number or true/false" }));
const host = strict({
	address: string().min(1),
	port: int().min(1).max(65535).default(22),
	user: string().min(1),
	jump: hostName.exactOptional(),
	vars: vars.default({})
});
const query = string().min(1).regex(/^[^\r\n]*$/, { error: "expected a query on one line" }).refine((text) => !text.includes("${"), { error: "a query is taken as it stands, with no variables in it; write their values" });
/** A role whose hosts the phase that opens a round finds by a search of the Chef server's nodes. */
const roleSearch = strict({
	search: query,
	address: string().regex(/^[^.\s]+(\.[^.\s]+)*$/, { error: "expected an attribute such as fqdn, ipaddress or cloud.public_ipv4" }).default("fqdn"),
	user: string().min(1),
	port: int().min(1).max(65535).default(22),
	jump: hostName.exactOptional()
});
/** How old something may be: whole hours or days, as seconds. */
const age = string({ error: "expected an age such as 36h or 7d" }).regex(/^[1-9]\d*[hd]$/, { error: "expected an age such as 36h or 7d" }).transform((text) => Number.parseInt(text, 10) * (text.endsWith("d") ? 86400 : 3600));
/** What another environment must have proved before a round may begin in this one. */
const evidence = node({
	from: string().min(1),
	"max-age": age,
	"rollback-since": date({ error: "expected a date such as 2027-01-31" }).exactOptional()
});
const journal = strict({
	host: hostName.exactOptional(),
	directory: string().min(1)
});
/** Hosts by role for one environment. */
const inventorySchema = strict({
	environment: string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "expected the name of an environment, such as pre-prod" }),
	protected: boolean().default(true),
	journal,
	evidence: evidence.exactOptional(),
	baseline: string().min(1).exactOptional(),
	"state-directory": string().min(1).default(".runbook-phase"),
	hosts: record(hostName, host),
	roles: record(string().min(1), union([array(hostName).min(1, { error: "a role needs at least one host" }), roleSearch])),
	vars: vars.default({})
}).transform((parsed) => {
	const { roles, ...model } = toModel(parsed);
	return {
		...model,
		...rolesOf(roles)
	};
});
function rolesOf(roles) {
	const listed = {};
	const searches = {};
	for (const [role, hosts] of Object.entries(roles)) if (Array.isArray(hosts)) listed[role] = hosts;
	else searches[role] = hosts;
	return {
		roles: listed,
		searches
	};
}
/** A name that a host may have. */
function isHostName(text) {
	return hostName.safeParse(text).success;
}
const allowanceError = "expected how many are allowed: a whole number from 0, or a share of the objects from 0% to 100%, such as 0.5%";
const share = string().regex(/^\d{1,3}(?:\.\d+)?%$/, { error: allowanceError }).transform((text) => ({ percent: Number(text.slice(0, -1)) })).refine(({ percent }) => percent <= 100, { error: "a share may be at most 100%" });
/** Words of one who means to write something later; a proposed baseline has them where a person has to decide. */
const unwritten = /^\W*(?:todo|tbd|fixme|xxx)\b/i;
const written = string().min(1).refine((text) => text.trim() !== "" && !unwritten.test(text), { error: "has to be written by a person who looked at these failures" });
/** Texts that no log has ever held: a pattern that takes one of them takes anything. */
const nonsense = [
	"qzxjvkwp",
	"Qzxj vkwp wfgh",
	"qzxj_vkwp",
	"{qzxj,[vkwp]}"
];
const reasonPattern = regex.min(1).refine((text) => !takesAnything(text), { error: "matches any reason at all; name the reasons that were looked at, or leave `reasons` out" });
function takesAnything(pattern) {
	try {
		const whole = new RegExp(`^(?:${pattern})$`, "s");
		return nonsense.some((text) => whole.test(text));
	} catch {
		return false;
	}
}
const baselineEntry = strict({
	class: string().min(1),
	reasons: array(reasonPattern).min(1).exactOptional(),
	why: written,
	seen: written,
	allowed: union([int().nonnegative(), share], { error: allowanceError }),
	expires: date({ error: "expected a date such as 2027-01-31" }).exactOptional(),
	"accepted-by": written.exactOptional()
}).transform((parsed) => toModel(parsed));
/** Known failures, each with its reason and how many are allowed. */
const baselineSchema = array(baselineEntry);

// src/inventory/load-inventory.ts
const sources$2 = /* @__PURE__ */ new WeakMap();
/** Loads one environment's inventory; every host that is named somewhere must be declared, and every jump must end. */
function loadInventory(file) {
	const source = loadYaml(file);
	const parsed = checkShape(inventorySchema, source);
	const baseline = parsed.baseline === void 0 ? {} : { baseline: join(dirname(file), parsed.baseline) };
	const inventory = {
		...parsed,
		...baseline,
		file
	};
	throwIfAny([
		...unknownHosts(inventory, source),
		...twiceInRole(inventory, source),
		...jumpCycles(inventory, source)
	]);
	sources$2.set(inventory, source);
	return inventory;
}
/** Where the parts of a loaded inventory stand, for problems that are found later. */
function inventorySource(inventory) {
	return sources$2.get(inventory);
}
/** A copy of a loaded inventory that has more in it: what stands in the file still has its place there. */
function copyOf(inventory, more) {
	const copy = {
		...inventory,
		...more
	};
	const source = sources$2.get(inventory);
	if (source !== void 0) sources$2.set(copy, source);
	return copy;
}
function unknownHosts(inventory, source) {
	const names = Object.keys(inventory.hosts);
	const listed = Object.keys(inventory.searches).length === 0 ? "" : "; it must stand in `hosts`";
	return [
		...inventory.journal.host === void 0 ? [] : [[inventory.journal.host, ["journal", "host"]]],
		...Object.entries(inventory.searches).flatMap(([role, { jump }]) => jump === void 0 ? [] : [[jump, [
			"roles",
			role,
			"jump"
		]]]),
		...Object.entries(inventory.roles).flatMap(([role, hosts]) => hosts.map((host, index) => [host, [
			"roles",
			role,
			index
		]])),
		...Object.entries(inventory.hosts).flatMap(([name, { jump }]) => jump === void 0 ? [] : [[jump, [
			"hosts",
			name,
			"jump"
		]]])
	].filter(([host]) => !names.includes(host)).map(([host, path]) => problemAt(source, path, `unknown host \`${host}\`${listed}`, nearest(host, names)));
}
function twiceInRole(inventory, source) {
	return Object.entries(inventory.roles).flatMap(([role, hosts]) => hosts.flatMap((host, index) => hosts.indexOf(host) === index ? [] : [problemAt(source, [
		"roles",
		role,
		index
	], `host \`${host}\` stands twice in role \`${role}\``)]));
}
function jumpCycles(inventory, source) {
	return Object.keys(inventory.hosts).flatMap((name) => {
		const way = jumpsFrom(name, inventory);
		if (way.at(-1) !== name || way.length < 2) return [];
		return [problemAt(source, [
			"hosts",
			name,
			"jump"
		], `jump hosts go in a circle: ${way.join(" → ")}`)];
	});
}
/** The hosts on the way, the first one again at the end if the way leads back to it. */
function jumpsFrom(name, inventory) {
	const way = [name];
	for (let jump = inventory.hosts[name]?.jump; jump !== void 0; jump = inventory.hosts[jump]?.jump) {
		const known = way.includes(jump);
		way.push(jump);
		if (known) break;
	}
	return way;
}

// src/inventory/secrets.ts
/** Holds the names of given secrets against the runbook's declarations; values are never looked at but for being empty. */
function secretProblems(runbook, secrets) {
	const declared = Object.keys(runbook.secrets);
	const unknown = Object.keys(secrets).filter((name) => !declared.includes(name)).map((name) => {
		const suggestion = nearest(name, declared);
		return {
			path: "input secrets",
			message: `the runbook declares no secret \`${name}\``,
			...suggestion === void 0 ? {} : { suggestion }
		};
	});
	const missing = declared.filter((name) => runbook.secrets[name]?.optional !== true && (secrets[name] ?? "") === "").map((name) => ({
		path: "input secrets",
		message: `secret \`${name}\` is needed: ${purpose(runbook, name)}`
	}));
	return [...unknown, ...missing];
}
function purpose(runbook, name) {
	return runbook.secrets[name]?.description ?? "add it to the environment's secrets and to the action's input `secrets`";
}

// src/erlang/scanner.ts
/** Text that is not an Erlang term; `offset` is where reading stopped. */
var TermError = class extends Error {
	name = "TermError";
	offset;
	constructor(message, offset) {
		super(`${message} at offset ${offset}`);
		this.offset = offset;
	}
};
const escapes = {
	n: 10,
	r: 13,
	t: 9,
	b: 8,
	f: 12,
	v: 11,
	e: 27,
	s: 32,
	d: 127
};
const atomShape = /[a-zß-öø-ÿ][\w@À-ÖØ-öø-ÿ]*/uy;
const wideAtomShape = /\p{Ll}[\p{L}\p{N}_@]*/uy;
const variableShape = /[\p{Lu}_][\p{L}\p{N}_@]*/uy;
const numberShape = /[-+]?(?:(\d+)#([0-9a-zA-Z]+)|\d+\.\d+(?:[eE][-+]?\d+)?|\d+)/y;
const blankShape = /(?:\s|%[^\n]*)+/y;
/** Reads the smallest parts of Erlang text, so that terms and patterns agree on what they are. */
var Scanner = class {
	text;
	position = 0;
	constructor(text) {
		this.text = text;
	}
	/** The next character that is not blank; empty at the end. */
	peek() {
		const code = this.text.charCodeAt(this.position);
		if (code <= 32 || code === 37 || code > 126) this.take(blankShape);
		return this.text.charAt(this.position);
	}
	/** Steps over `mark` if it comes next. */
	accept(mark) {
		this.peek();
		if (!this.text.startsWith(mark, this.position)) return false;
		this.position += mark.length;
		return true;
	}
	expect(mark, where) {
		if (!this.accept(mark)) this.fail(`expected "${mark}" ${where}`);
	}
	fail(problem) {
		const rest = this.text.slice(this.position, this.position + 20);
		if (rest.startsWith("...")) throw new TermError("the term was cut where it was printed", this.position);
		const found = rest === "" ? "the end of the text" : JSON.stringify(rest);
		throw new TermError(`${problem}, found ${found}`, this.position);
	}
	take(shape) {
		shape.lastIndex = this.position;
		const found = shape.exec(this.text);
		if (found !== null) this.position = shape.lastIndex;
		return found ?? void 0;
	}
	atom() {
		if (this.peek() === "'") return textFromPoints(this.quoted("'"));
		return (this.take(atomShape) ?? this.take(wideAtomShape))?.[0];
	}
	variable() {
		this.peek();
		return this.take(variableShape)?.[0];
	}
	number() {
		this.peek();
		const found = this.take(numberShape);
		if (found === void 0) return void 0;
		const [text, base, digits] = found;
		if (base !== void 0 && digits !== void 0) return this.#based(text, Number(base), digits);
		return text.includes(".") ? Number(text) : BigInt(text.replace("+", ""));
	}
	#based(text, base, digits) {
		let value = 0n;
		for (const digit of digits) {
			const worth = Number.parseInt(digit, 36);
			if (base < 2 || base > 36 || worth >= base) this.fail(`"${text}" is no number of base ${base}`);
			value = value * BigInt(base) + BigInt(worth);
		}
		return text.startsWith("-") ? -value : value;
	}
	/** A character after `$`. */
	character() {
		this.position += 1;
		return this.#point();
	}
	/** Code points between two quotes. */
	quoted(quote) {
		const start = this.position;
		const points = [];
		this.position += 1;
		while (this.text.charAt(this.position) !== quote) {
			if (this.position >= this.text.length) throw new TermError(`the ${quote} is not closed that opened`, start);
			points.push(this.#point());
		}
		this.position += 1;
		return points;
	}
	#point() {
		const point = this.text.codePointAt(this.position);
		if (point === void 0) this.fail("expected a character");
		this.position += point > 65535 ? 2 : 1;
		return point === 92 ? this.#escape() : point;
	}
	#escape() {
		const hex = this.take(/x(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{2}))/y);
		if (hex !== void 0) return this.#inUnicode(Number.parseInt(hex[1] ?? hex[2] ?? "", 16));
		const octal = this.take(/[0-7]{1,3}/y);
		if (octal !== void 0) return Number.parseInt(octal[0], 8);
		const control = this.take(/\^([@-_a-z])/y);
		if (control !== void 0) return (control[1] ?? "").charCodeAt(0) & 31;
		const point = this.text.codePointAt(this.position);
		if (point === void 0) this.fail("expected a character after \\");
		this.position += point > 65535 ? 2 : 1;
		return escapes[String.fromCodePoint(point)] ?? point;
	}
	#inUnicode(point) {
		if (point > 1114111) this.fail(`\\x{${point.toString(16)}} is no character`);
		return point;
	}
};
/** A string of any length from its code points: spreading a long array overflows the stack. */
function textFromPoints(points) {
	let text = "";
	for (const point of points) text += String.fromCodePoint(point);
	return text;
}

// src/erlang/parse.ts
/** Deeper nesting than any answer has; beyond it the text is refused instead of exhausting the stack. */
const maxDepth = 1e3;
const opaqueShape = /#(Fun|Ref|Port)<[^<>\s]*>/y;
const pidShape = /<\d+\.\d+\.\d+>/y;
const externalFunShape = /fun\s+(?:'(?:[^'\\]|\\.)*'|[\w@]+):(?:'(?:[^'\\]|\\.)*'|[\w@]+)\/\d+/y;
const opaqueKinds = {
	Fun: "fun",
	Ref: "reference",
	Port: "port"
};
const smallIntegers = Array.from({ length: 1024 }, (_, value) => ({
	type: "integer",
	value: BigInt(value)
}));
/** Reads what `~w` and `~p` print, so that an answer is judged as a term and not as text. */
function parseTerm(text) {
	const scanner = new Scanner(text);
	const term = readTerm(scanner, 0);
	scanner.accept(".");
	if (scanner.peek() !== "") scanner.fail("expected nothing after the term");
	return term;
}
function readTerm(scanner, depth) {
	if (depth > 1e3) scanner.fail(`the term is nested more than ${maxDepth} deep`);
	switch (scanner.peek()) {
		case "[": return readList$1(scanner, depth);
		case "{": return readTuple$1(scanner, depth);
		case "#": return scanner.text.charAt(scanner.position + 1) === "{" ? readMap$1(scanner, depth) : readOpaque(scanner);
		default: return readScalar(scanner);
	}
}
/** Reads what holds no other term: also the literals of patterns. */
function readScalar(scanner) {
	switch (scanner.peek()) {
		case "\"": return {
			type: "list",
			items: readStrings(scanner).map(toInteger)
		};
		case "$": return toInteger(scanner.character());
		case "<": return scanner.text.charAt(scanner.position + 1) === "<" ? readBinary(scanner) : readPid(scanner);
		default: return readNumberOrAtom(scanner);
	}
}
function readNumberOrAtom(scanner) {
	const number = scanner.number();
	if (typeof number === "bigint") return toInteger(number);
	if (number !== void 0) return {
		type: "float",
		value: number
	};
	const fun = scanner.take(externalFunShape);
	if (fun !== void 0) return {
		type: "opaque",
		kind: "fun",
		text: fun[0]
	};
	const name = scanner.atom();
	if (name === void 0) scanner.fail("expected an Erlang term");
	return {
		type: "atom",
		name
	};
}
function toInteger(value) {
	return (value >= 0 && value < 1024 ? smallIntegers[Number(value)] : void 0) ?? {
		type: "integer",
		value: BigInt(value)
	};
}
function readStrings(scanner) {
	const points = scanner.quoted("\"");
	while (scanner.peek() === "\"") for (const point of scanner.quoted("\"")) points.push(point);
	return points;
}
function readItems(scanner, depth, ends) {
	const items = [];
	if (ends.includes(scanner.peek())) return items;
	do
		items.push(readTerm(scanner, depth + 1));
	while (scanner.accept(","));
	return items;
}
function readTuple$1(scanner, depth) {
	scanner.accept("{");
	const items = readItems(scanner, depth, "}");
	scanner.expect("}", "at the end of the tuple");
	return {
		type: "tuple",
		items
	};
}
function readList$1(scanner, depth) {
	scanner.accept("[");
	const items = readItems(scanner, depth, "]");
	const tail = items.length > 0 && scanner.accept("|") ? readTerm(scanner, depth + 1) : void 0;
	scanner.expect("]", "at the end of the list");
	return withTail(items, tail);
}
/** `[a | [b]]` is `[a, b]`. */
function withTail(items, tail) {
	if (tail === void 0) return {
		type: "list",
		items
	};
	if (tail.type !== "list") return {
		type: "list",
		items,
		tail
	};
	return withTail([...items, ...tail.items], tail.tail);
}
function readMap$1(scanner, depth) {
	scanner.accept("#{");
	const entries = [];
	if (scanner.accept("}")) return {
		type: "map",
		entries
	};
	do {
		const key = readTerm(scanner, depth + 1);
		scanner.expect("=>", "after the key of a map");
		entries.push([key, readTerm(scanner, depth + 1)]);
	} while (scanner.accept(","));
	scanner.expect("}", "at the end of the map");
	return {
		type: "map",
		entries
	};
}
function readOpaque(scanner) {
	const [text, name] = scanner.take(opaqueShape) ?? [];
	if (text === void 0) scanner.fail("expected an Erlang term");
	return {
		type: "opaque",
		kind: opaqueKinds[name],
		text
	};
}
function readPid(scanner) {
	const pid = scanner.take(pidShape);
	if (pid === void 0) scanner.fail("expected a binary or a process identifier");
	return {
		type: "opaque",
		kind: "pid",
		text: pid[0]
	};
}
function readBinary(scanner) {
	const start = scanner.position;
	scanner.accept("<<");
	const bytes = [];
	let bits = 0;
	if (scanner.peek() !== ">") do
		bits += readSegment(scanner, bytes);
	while (scanner.accept(","));
	scanner.expect(">>", "at the end of the binary");
	if (bits % 8 === 0) return {
		type: "binary",
		bytes: Uint8Array.from(bytes)
	};
	return {
		type: "opaque",
		kind: "bitstring",
		text: scanner.text.slice(start, scanner.position)
	};
}
/** Adds the bytes of one segment; answers its bits beyond whole bytes. */
function readSegment(scanner, bytes) {
	if (scanner.peek() === "\"") {
		const points = readStrings(scanner);
		const wide = scanner.accept("/utf8");
		for (const byte of wide ? Buffer.from(textFromPoints(points)) : points) bytes.push(byte);
		if (!wide && points.some((point) => point > 255)) scanner.fail("a character of a binary is over 255");
		return 0;
	}
	const value = scanner.number();
	if (typeof value !== "bigint" || value < 0n || value > 255n) scanner.fail("expected a byte of a binary");
	const size = scanner.take(/:(\d{1,2})/y)?.[1];
	bytes.push(Number(value));
	return size === void 0 ? 0 : Number(size);
}

// src/erlang/compare.ts
const opaqueRanks = {
	reference: 2,
	fun: 3,
	port: 4,
	pid: 5,
	bitstring: 9
};
const ranks = {
	integer: 0,
	float: 0,
	atom: 1,
	tuple: 6,
	map: 7,
	list: 8,
	binary: 9
};
const nil = parseTerm("[]");
/** `=:=`: same type and value. */
function isSame(left, right) {
	return compareTerms(left, right, true) === 0;
}
/** Erlang's order of terms, so that guards decide as the node would; `exact` keeps 1 and 1.0 apart. */
function compareTerms(left, right, exact = false) {
	const order = rankOf(left) - rankOf(right);
	if (order !== 0) return order;
	if (left.type === "atom" && right.type === "atom") return compareText(left.name, right.name);
	if (left.type === "binary" && right.type === "binary") return Buffer.compare(left.bytes, right.bytes);
	if (left.type === "tuple" && right.type === "tuple") return compareSized(left.items, right.items, exact);
	if (left.type === "map" && right.type === "map") return compareSized(flatten(left.entries), flatten(right.entries), exact);
	if (left.type === "list" && right.type === "list") return compareLists(left, right, exact);
	return compareScalars(left, right, exact);
}
function compareScalars(left, right, exact) {
	if (!("value" in left && "value" in right)) return compareText(textOfScalar(left), textOfScalar(right));
	if (exact && left.type !== right.type) return left.type === "integer" ? -1 : 1;
	if (left.value < right.value) return -1;
	return left.value > right.value ? 1 : 0;
}
function rankOf(term) {
	return term.type === "opaque" ? opaqueRanks[term.kind] : ranks[term.type];
}
function textOfScalar(term) {
	if (term.type === "opaque") return term.text;
	return term.type === "binary" ? Buffer.from(term.bytes).toString("latin1") : "";
}
function compareText(left, right) {
	const [a, b] = [[...left], [...right]];
	for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
		const order = (a[index]?.codePointAt(0) ?? 0) - (b[index]?.codePointAt(0) ?? 0);
		if (order !== 0) return order;
	}
	return a.length - b.length;
}
function compareSized(left, right, exact) {
	return left.length - right.length || compareItems(left, right, exact);
}
function compareItems(left, right, exact) {
	for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
		const order = compareTerms(left[index] ?? nil, right[index] ?? nil, exact);
		if (order !== 0) return order;
	}
	return 0;
}
function compareLists(left, right, exact) {
	const order = compareItems(left.items, right.items, exact);
	if (order !== 0) return order;
	const common = Math.min(left.items.length, right.items.length);
	const [a, b] = [restOf(left, common), restOf(right, common)];
	if (a.type !== "list" || b.type !== "list") return compareTerms(a, b, exact);
	return a.items.length - b.items.length;
}
/** What follows the first `count` items of a list: a list, or an improper list's tail. */
function restOf(list, count) {
	if (count === 0) return list;
	if (count >= list.items.length) return list.tail ?? nil;
	const items = list.items.slice(count);
	return list.tail === void 0 ? {
		type: "list",
		items
	} : {
		type: "list",
		items,
		tail: list.tail
	};
}
function flatten(entries) {
	const sorted = entries.toSorted(([left], [right]) => compareTerms(left, right, true));
	return [...sorted.map(([key]) => key), ...sorted.map(([, value]) => value)];
}

// src/erlang/guard.ts
const yes = {
	type: "atom",
	name: "true"
};
const no = {
	type: "atom",
	name: "false"
};
const maxGuardDepth = 100;
const truth = (value) => value ? yes : no;
const isYes = (term) => term?.type === "atom" && term.name === "true";
const isBoolean = (term) => isYes(term) || term.type === "atom" && term.name === "false";
const isOpaque = (kind) => (term) => term.type === "opaque" && term.kind === kind;
const isType = (...types) => (term) => types.includes(term.type);
const tests = {
	is_atom: isType("atom"),
	is_binary: isType("binary"),
	is_bitstring: (term) => term.type === "binary" || isOpaque("bitstring")(term),
	is_boolean: isBoolean,
	is_float: isType("float"),
	is_function: isOpaque("fun"),
	is_integer: isType("integer"),
	is_list: isType("list"),
	is_map: isType("map"),
	is_number: isType("integer", "float"),
	is_pid: isOpaque("pid"),
	is_port: isOpaque("port"),
	is_reference: isOpaque("reference"),
	is_tuple: isType("tuple")
};
const comparisons = {
	"=:=": (left, right) => compareTerms(left, right, true) === 0,
	"=/=": (left, right) => compareTerms(left, right, true) !== 0,
	"==": (left, right) => compareTerms(left, right) === 0,
	"/=": (left, right) => compareTerms(left, right) !== 0,
	"=<": (left, right) => compareTerms(left, right) <= 0,
	">=": (left, right) => compareTerms(left, right) >= 0,
	"<": (left, right) => compareTerms(left, right) < 0,
	">": (left, right) => compareTerms(left, right) > 0
};
const integer = (value) => ({
	type: "integer",
	value: BigInt(value)
});
const oneArgument = {
	length: (list) => list.type === "list" && list.tail === void 0 ? integer(list.items.length) : void 0,
	tuple_size: (tuple) => tuple.type === "tuple" ? integer(tuple.items.length) : void 0,
	byte_size: (binary) => binary.type === "binary" ? integer(binary.bytes.length) : void 0,
	map_size: (map) => map.type === "map" ? integer(map.entries.length) : void 0,
	size: (term) => {
		if (term.type === "tuple") return integer(term.items.length);
		return term.type === "binary" ? integer(term.bytes.length) : void 0;
	},
	hd: (list) => list.type === "list" ? list.items[0] : void 0,
	tl: (list) => list.type === "list" && list.items.length > 0 ? restOf(list, 1) : void 0,
	abs: (number) => {
		if (number.type === "float") return {
			type: "float",
			value: Math.abs(number.value)
		};
		if (number.type !== "integer") return void 0;
		return number.value < 0n ? integer(-number.value) : number;
	},
	not: (term) => isBoolean(term) ? truth(!isYes(term)) : void 0
};
const twoArguments = { element: (position, tuple) => {
	if (position.type !== "integer" || tuple.type !== "tuple") return void 0;
	return tuple.items[Number(position.value) - 1];
} };
/** Reads what stands behind `when`: alternatives by `;`, conditions by `,`. */
function readGuard(scanner, variables) {
	const alternatives = [];
	do {
		const conditions = [];
		do
			conditions.push(readOr({
				scanner,
				variables,
				depth: 0
			}));
		while (scanner.accept(","));
		alternatives.push(conditions);
	} while (scanner.accept(";"));
	return (bindings) => truth(alternatives.some((all) => all.every((condition) => isYes(condition(bindings)))));
}
function acceptWord({ scanner }, word) {
	scanner.peek();
	return scanner.take(word)?.[0];
}
function readOr(reading) {
	let left = readAnd(reading);
	let word = acceptWord(reading, /or(?:else)?\b/y);
	while (word !== void 0) {
		left = combine$1(left, readAnd(reading), word === "orelse", true);
		word = acceptWord(reading, /or(?:else)?\b/y);
	}
	return left;
}
function readAnd(reading) {
	let left = readComparison(reading);
	let word = acceptWord(reading, /and(?:also)?\b/y);
	while (word !== void 0) {
		left = combine$1(left, readComparison(reading), word === "andalso", false);
		word = acceptWord(reading, /and(?:also)?\b/y);
	}
	return left;
}
function combine$1(left, right, short, decides) {
	return (bindings) => {
		const first = left(bindings);
		if (first === void 0 || !isBoolean(first)) return void 0;
		if (short) return isYes(first) === decides ? first : right(bindings);
		const second = right(bindings);
		if (second === void 0 || !isBoolean(second)) return void 0;
		return isYes(first) === decides ? first : second;
	};
}
function readComparison(reading) {
	const left = readSum(reading);
	const name = acceptWord(reading, /=:=|=\/=|==|\/=|=<|>=|<(?!<)|>/y);
	const compare = name === void 0 ? void 0 : comparisons[name];
	if (compare === void 0) return left;
	const right = readSum(reading);
	return (bindings) => {
		const [first, second] = [left(bindings), right(bindings)];
		return first && second && truth(compare(first, second));
	};
}
function readSum(reading) {
	let left = readOperand(reading);
	let sign = acceptWord(reading, /[-+*]/y);
	while (sign !== void 0) {
		left = calculate(left, readOperand(reading), sign);
		sign = acceptWord(reading, /[-+*]/y);
		if (sign === "*") reading.scanner.fail("a guard's product must stand in parentheses");
	}
	return left;
}
function calculate(left, right, sign) {
	return (bindings) => {
		const [first, second] = [left(bindings), right(bindings)];
		if (first?.type === "integer" && second?.type === "integer") return integer(apply(first.value, second.value, sign));
		if (first === void 0 || second === void 0) return void 0;
		if (!("value" in first) || !("value" in second)) return void 0;
		return {
			type: "float",
			value: apply(Number(first.value), Number(second.value), sign)
		};
	};
}
function apply(left, right, sign) {
	if (sign === "*") return left * right;
	return sign === "+" ? left + right : left - right;
}
function readOperand(outer) {
	const reading = {
		...outer,
		depth: outer.depth + 1
	};
	const { scanner } = reading;
	if (reading.depth > maxGuardDepth) scanner.fail("the guard is nested too deep");
	if (scanner.accept("(")) return readParenthesis$1(reading);
	const name = scanner.variable();
	if (name !== void 0) return readVariable(reading, name);
	if (acceptWord(reading, /not\b/y)) return callOf([readOperand(reading)], oneArgument["not"]);
	const called = acceptWord(reading, /[a-z]\w*(?=\s*\()/y);
	if (called !== void 0) return readCall(reading, called);
	if (scanner.accept("[")) return readEmpty(scanner, "]", {
		type: "list",
		items: []
	});
	if (scanner.accept("{")) return readEmpty(scanner, "}", {
		type: "tuple",
		items: []
	});
	const literal = readScalar(scanner);
	return () => literal;
}
function readEmpty(scanner, end, term) {
	scanner.expect(end, "in a guard: only empty lists and tuples can stand here");
	return () => term;
}
function readParenthesis$1(reading) {
	const inner = readOr(reading);
	reading.scanner.expect(")", "in the guard");
	return inner;
}
function readVariable({ scanner, variables }, name) {
	if (!variables.has(name)) {
		scanner.position -= name.length;
		scanner.fail(`the variable ${name} of the guard is not in the pattern`);
	}
	return (bindings) => bindings.get(name);
}
function readCall(reading, name) {
	const { scanner } = reading;
	const test = tests[name];
	const calls = oneArgument[name] ?? twoArguments[name];
	if (name === "not" || test === void 0 && calls === void 0) {
		scanner.position -= name.length;
		scanner.fail(`${name} cannot be used in a guard`);
	}
	scanner.expect("(", `after ${name}`);
	const wanted = name in twoArguments ? 2 : 1;
	const values = [];
	do
		values.push(readOr(reading));
	while (scanner.accept(","));
	scanner.expect(")", `after the arguments of ${name}`);
	if (values.length !== wanted) scanner.fail(`${name} takes ${wanted} argument${wanted > 1 ? "s" : ""}`);
	return callOf(values, test === void 0 ? calls : (term) => truth(test(term)));
}
function callOf(values, call) {
	return (bindings) => {
		const [first, second] = values.map((value) => value(bindings));
		if (first === void 0 || values.length > 1 && second === void 0) return void 0;
		return call?.(first, second ?? first);
	};
}

// src/erlang/pattern.ts
/** The text is no pattern; `offset` is where reading stopped. */
var PatternError = class extends TermError {
	name = "PatternError";
};
const maxPatternDepth = 100;
/** Reads a pattern; throws `PatternError` for what Erlang would not take as one. */
function parsePattern(text) {
	try {
		return readPattern(text);
	} catch (error) {
		if (!(error instanceof TermError)) throw error;
		const problem = error.message.replace(/ at offset \d+$/, "");
		throw new PatternError(`not an Erlang term pattern: ${problem}`, error.offset);
	}
}
/** Whether a term is what the pattern expects, and what its variables are then. */
function matches(pattern, term) {
	const bindings = /* @__PURE__ */ new Map();
	if (!fits(pattern.shape, term, bindings)) return void 0;
	if (pattern.guard === void 0) return { bindings };
	const answer = pattern.guard(bindings);
	return answer?.type === "atom" && answer.name === "true" ? { bindings } : void 0;
}
function readPattern(text) {
	const reading = {
		scanner: new Scanner(text),
		variables: /* @__PURE__ */ new Set()
	};
	const { scanner, variables } = reading;
	const shape = readShape(reading, 0);
	scanner.peek();
	const guard = scanner.take(/when\b/y) ? readGuard(scanner, variables) : void 0;
	if (scanner.peek() !== "") scanner.fail("expected nothing after the pattern");
	return guard === void 0 ? {
		text,
		shape
	} : {
		text,
		shape,
		guard
	};
}
function readShape(reading, depth) {
	const shapes = [readOne(reading, depth)];
	while (reading.scanner.accept("=")) shapes.push(readOne(reading, depth));
	const [first] = shapes;
	return first !== void 0 && shapes.length === 1 ? first : {
		type: "both",
		shapes
	};
}
function readOne(reading, depth) {
	const { scanner } = reading;
	if (depth > maxPatternDepth) scanner.fail(`the pattern is nested more than ${maxPatternDepth} deep`);
	if (scanner.accept("{")) return {
		type: "tuple",
		items: readShapes(reading, depth, "}")
	};
	if (scanner.accept("#{")) return readMap(reading, depth);
	if (scanner.accept("[")) return readList(reading, depth);
	if (scanner.accept("(")) return readParenthesis(reading, depth);
	const name = scanner.variable();
	if (name === void 0) return readLiteral(scanner);
	if (name === "_") return { type: "any" };
	reading.variables.add(name);
	return {
		type: "variable",
		name
	};
}
const keyword = /(?:after|and|andalso|band|begin|bnot|bor|bsl|bsr|bxor|case|catch|cond|div|end|fun|if|let|not|of|or|orelse|receive|rem|try|when|xor)\b(?!@)/y;
function readLiteral(scanner) {
	scanner.peek();
	const start = scanner.position;
	if (scanner.take(keyword)) {
		scanner.position = start;
		scanner.fail("expected a pattern");
	}
	const term = readScalar(scanner);
	if (term.type === "opaque") {
		scanner.position = start;
		scanner.fail("this cannot be matched; use a variable with a test such as is_pid");
	}
	return {
		type: "literal",
		term
	};
}
function readParenthesis(reading, depth) {
	const shape = readShape(reading, depth + 1);
	reading.scanner.expect(")", "in the pattern");
	return shape;
}
function readShapes(reading, depth, end) {
	const shapes = [];
	if (reading.scanner.accept(end)) return shapes;
	do
		shapes.push(readShape(reading, depth + 1));
	while (reading.scanner.accept(","));
	if (end !== "]") reading.scanner.expect(end, "in the pattern");
	return shapes;
}
function readList(reading, depth) {
	const { scanner } = reading;
	if (scanner.accept("]")) return {
		type: "list",
		items: []
	};
	const items = readShapes(reading, depth, "]");
	const tail = scanner.accept("|") ? readShape(reading, depth + 1) : void 0;
	scanner.expect("]", "at the end of the list");
	return tail === void 0 ? {
		type: "list",
		items
	} : {
		type: "list",
		items,
		tail
	};
}
function readMap(reading, depth) {
	const { scanner } = reading;
	const entries = [];
	if (scanner.accept("}")) return {
		type: "map",
		entries
	};
	do {
		const key = readScalar(scanner);
		scanner.expect(":=", "after the key of a map");
		entries.push([key, readShape(reading, depth + 1)]);
	} while (scanner.accept(","));
	scanner.expect("}", "at the end of the map");
	return {
		type: "map",
		entries
	};
}
function fits(shape, term, bindings) {
	switch (shape.type) {
		case "any": return true;
		case "variable": return bind$1(shape.name, term, bindings);
		case "literal": return isSame(shape.term, term);
		case "both": return shape.shapes.every((each) => fits(each, term, bindings));
		case "tuple": return term.type === "tuple" && fitAll(shape.items, term.items, bindings, true);
		case "list": return fitsList(shape.items, shape.tail, term, bindings);
		case "map": return term.type === "map" && shape.entries.every(([key, value]) => {
			const entry = term.entries.find(([candidate]) => isSame(candidate, key));
			return entry !== void 0 && fits(value, entry[1], bindings);
		});
	}
}
function bind$1(name, term, bindings) {
	const bound = bindings.get(name);
	if (bound !== void 0) return isSame(bound, term);
	bindings.set(name, term);
	return true;
}
function fitAll(shapes, terms, bindings, whole) {
	if (whole ? shapes.length !== terms.length : shapes.length > terms.length) return false;
	return shapes.every((shape, index) => {
		const term = terms[index];
		return term !== void 0 && fits(shape, term, bindings);
	});
}
function fitsList(items, tail, term, bindings) {
	if (term.type !== "list") return false;
	if (tail === void 0) return term.tail === void 0 && fitAll(items, term.items, bindings, true);
	return fitAll(items, term.items, bindings, false) && fits(tail, restOf(term, items.length), bindings);
}

// src/runbook/failure-rule.ts
const failureClass = string().regex(/^[a-z][a-z0-9_]*$/, { error: "expected a class of lower-case letters, digits and underscores" });
const failureRuleSchema = node({
	class: failureClass,
	level: string().min(1).exactOptional(),
	match: regex,
	reason: regex.exactOptional(),
	object: template$1.exactOptional(),
	"benign-hint": string().min(1).exactOptional(),
	/** The failure says that something it refers to is gone; where all of it is still there, it is a loss of its own class. */
	"benign-unless": node({
		"at-source": record(string().min(1), name).refine((groups) => Object.keys(groups).length > 0, { error: "needs at least one group of `match` and what it refers to" }),
		reason: regex.exactOptional(),
		class: failureClass
	}).exactOptional()
});
/** Every class that the rules can give, also those that a failure falls into because it is not benign. */
function classesOf(rules) {
	return [...new Set(rules.flatMap((rule) => [rule.class, rule.benignUnless?.class ?? rule.class]))];
}
const failuresSchema = array(failureRuleSchema);

// src/runbook/mentions/parts.ts
function template(value, path, roles, env = false) {
	return {
		kind: "template",
		value,
		path,
		roles,
		env
	};
}
function expression(value, path) {
	return {
		kind: "expression",
		value,
		path
	};
}
function* each$1(kind, values, path) {
	for (const [index, value] of (values ?? []).entries()) yield {
		kind,
		value,
		path: [...path, index]
	};
}
function* seconds(value, path) {
	if (typeof value === "string") yield template(value, path, []);
}
/** A shell command's fields, and its text under the key where it stands. */
function* shell(fields, path, texts, inherited = {}) {
	const roles = fields.on ?? inherited.on ?? [];
	if (fields.on !== void 0) yield* each$1("role", fields.on, [...path, "on"]);
	if (fields.directory !== void 0) yield template(fields.directory, [...path, "directory"], roles);
	for (const [name, value] of Object.entries(fields.env ?? {})) yield template(value, [
		...path,
		"env",
		name
	], roles, true);
	for (const [name, value] of Object.entries(fields.secrets ?? {})) yield {
		kind: "secret",
		value,
		path: [
			...path,
			"secrets",
			name
		]
	};
	const env = [fields, inherited].flatMap((one) => Object.keys({
		...one.env,
		...one.secrets
	}));
	for (const [key, value] of Object.entries(texts)) yield {
		kind: "shell",
		value,
		path: [...path, key],
		env
	};
}
/** A shell command whose answer is one answer: the same fields, on one host. */
function* oneHostShell(fields, path, texts, purpose) {
	for (const mention of shell(fields, path, texts)) yield mention.kind === "role" ? {
		...mention,
		kind: "single-role",
		purpose
	} : mention;
}
function* expectation(one, path) {
	yield expression(one.eval, [...path, "eval"]);
	yield {
		kind: "pattern",
		value: one.expect,
		path: [...path, "expect"]
	};
}
function* question(one, path) {
	if (one.kind === "shell") return yield* oneHostShell(one, path, { run: one.run }, "one side of a comparison");
	yield {
		kind: "console",
		value: one.console,
		path: [...path, "console"]
	};
	yield expression(one.eval, [...path, "eval"]);
}
/** A reading and the answers that are wanted of it. */
function* answers(reading, values, path) {
	for (const [name, alternatives] of Object.entries(values)) {
		yield {
			kind: "answer",
			of: reading,
			value: name,
			path: [...path, name]
		};
		for (const [index, value] of alternatives.entries()) yield template(value, [
			...path,
			name,
			index
		], []);
	}
}
function* groups(log, values, path) {
	for (const [name, pattern] of Object.entries(values)) {
		yield {
			kind: "group",
			of: log,
			value: name,
			path: [...path, name]
		};
		yield template(pattern, [...path, name], []);
	}
}
/** What a request says, wherever it is sent from. */
function* request$2(sent, path, roles) {
	yield template(sent.path, [...path, "path"], roles);
	if (sent.signed !== void 0) yield {
		kind: "signer",
		value: sent.signed,
		path: [...path, "signed"]
	};
	if (sent.body !== void 0) yield* texts(sent.body, [...path, "body"], roles);
}
/** Every text of a JSON value. */
function* texts(value, path, roles) {
	if (typeof value === "string") return yield template(value, path, roles);
	if (typeof value !== "object" || value === null) return;
	const inner = Array.isArray(value) ? value.entries() : Object.entries(value);
	for (const [key, one] of inner) yield* texts(one, [...path, key], roles);
}

// src/runbook/mentions/check-mentions.ts
/** What a step's check refers to; shell text of a `run` step's check stands on the step's own hosts. */
function* checkMentions(check, step, path) {
	switch (check.kind) {
		case "shell":
			if (step.kind === "run") return yield* shell(check, path, { run: check.run }, step);
			return yield* oneHostShell(check, path, { run: check.run }, "the check of one answer");
		case "reading":
			yield {
				kind: "reading",
				value: check.reading,
				path: [...path, "reading"]
			};
			return yield* answers(check.reading, check.done, [...path, "done"]);
		case "eval":
			yield expression(check.eval, [...path, "eval"]);
			return yield {
				kind: "pattern",
				value: check.done,
				path: [...path, "done"]
			};
		case "reconcile": return yield* each$1("reconciliation", check.reconcile, [...path, "reconcile"]);
		case "poll": return yield {
			kind: "poll",
			value: check.poll,
			path: [...path, "poll"]
		};
	}
}

// src/runbook/mentions/kind-mentions.ts
/** What a step refers to by being of its kind. */
function* kindMentions(step, path) {
	switch (step.kind) {
		case "run": return yield* shell(step, path, { run: step.run });
		case "assert":
			yield* shell(step, path, { assert: step.assert });
			if (step.expect !== void 0) yield template(step.expect, [...path, "expect"], step.on);
			return;
		case "reading":
			yield {
				kind: "reading",
				value: step.reading,
				path: [...path, "reading"]
			};
			return yield* answers(step.reading, step.expect ?? {}, [...path, "expect"]);
		case "eval": return yield* evalMentions(step, path);
		case "control":
			yield {
				kind: "console",
				value: step.console,
				path: [...path, "console"]
			};
			for (const [index, ready] of step.ready.entries()) yield* expectation(ready, [
				...path,
				"ready",
				index
			]);
			return;
		case "databag": return yield* databagMentions(step, path);
		case "databag-read":
			yield template(step.databagRead, [...path, "databag-read"], []);
			return yield template(step.item, [...path, "item"], []);
		case "restores": return;
		case "probe": return yield* probeMentions(step, path);
		case "exercise": return yield* exerciseMentions(step, path);
		case "watch": return yield* watchMentions(step, path);
		case "reconcile": return yield* each$1("reconciliation", step.reconcile, [...path, "reconcile"]);
		case "gate": return;
		case "snapshot":
		case "loss": return yield* tableMentions(step, path);
		case "idle":
			yield {
				kind: "console",
				value: step.console,
				path: [...path, "console"]
			};
			return yield {
				kind: "poll",
				value: step.pollIdle,
				path: [...path, "poll-idle"]
			};
	}
}
function* evalMentions(step, path) {
	yield {
		kind: "console",
		value: step.console,
		path: [...path, "console"]
	};
	yield expression(step.eval, [...path, "eval"]);
	if (step.expect !== void 0) yield {
		kind: "pattern",
		value: step.expect,
		path: [...path, "expect"]
	};
	if (step.poll !== void 0) yield {
		kind: "poll",
		value: step.poll,
		path: [...path, "poll"]
	};
	if (step.log !== void 0) yield {
		kind: "log",
		value: step.log,
		path: [...path, "log"]
	};
	if (step.reconciles !== void 0) yield {
		kind: "reconciliation",
		value: step.reconciles,
		path: [...path, "reconciles"]
	};
}
function* databagMentions(step, path) {
	yield template(step.databag, [...path, "databag"], []);
	yield template(step.item, [...path, "item"], []);
	for (const [pointer, value] of Object.entries(step.set)) if (typeof value === "string") yield template(value, [
		...path,
		"set",
		pointer
	], []);
}
function* probeMentions(step, path) {
	yield* each$1("role", step.on, [...path, "on"]);
	yield template(step.url, [...path, "url"], step.on);
	yield* seconds(step.steady?.everySeconds, [
		...path,
		"steady",
		"every"
	]);
	for (const [index, request] of step.probe.entries()) yield* request$2(request, [
		...path,
		"probe",
		index
	], step.on);
}
function* exerciseMentions(step, path) {
	yield* each$1("role", step.on, [...path, "on"]);
	yield template(step.url, [...path, "url"], step.on);
	yield template(step.throwAway, [...path, "throw-away"], step.on);
	yield {
		kind: "signer",
		value: step.signed,
		path: [...path, "signed"]
	};
	for (const key of ["exercise", "finally"]) for (const [index, request] of step[key].entries()) yield* request$2(request, [
		...path,
		key,
		index
	], step.on);
}
function* watchMentions(step, path) {
	yield {
		kind: "log",
		value: step.watch,
		path: [...path, "watch"]
	};
	yield* seconds(step.forSeconds, [...path, "for"]);
	yield* seconds(step.untilQuietSeconds, [...path, "until-quiet"]);
	yield* groups(step.watch, step.where, [...path, "where"]);
	yield* groups(step.watch, step.limits?.none ?? {}, [
		...path,
		"limits",
		"none"
	]);
	yield* groups(step.watch, step.limits?.all ?? {}, [
		...path,
		"limits",
		"all"
	]);
	if (step.sends === void 0) return;
	yield* each$1("role", step.sends.on, [
		...path,
		"sends",
		"on"
	]);
	yield template(step.sends.url, [
		...path,
		"sends",
		"url"
	], step.sends.on);
	yield* seconds(step.sends.everySeconds, [
		...path,
		"sends",
		"every"
	]);
	for (const [index, request] of step.sends.requests.entries()) yield* request$2(request, [
		...path,
		"sends",
		"requests",
		index
	], step.sends.on);
}
function* tableMentions(step, path) {
	yield* oneHostShell(step, path, {}, `a ${step.kind}`);
	for (const [name, text] of Object.entries(step.tables)) yield {
		kind: "shell",
		value: text,
		path: [
			...path,
			"tables",
			name
		],
		env: Object.keys(step.env)
	};
	if (step.kind === "loss") return yield* lossMentions(step, path);
	if (step.while === void 0) return;
	yield {
		kind: "reading",
		value: step.while.reading,
		path: [
			...path,
			"while",
			"reading"
		]
	};
	yield* answers(step.while.reading, step.while.is, [
		...path,
		"while",
		"is"
	]);
}
function* lossMentions({ loss }, path) {
	if (loss.kind !== "since") return;
	const proofs = {
		unless: loss.unless,
		"without-snapshot": loss.withoutSnapshot
	};
	for (const [key, proof] of Object.entries(proofs)) {
		if (proof === void 0) continue;
		yield {
			kind: "reading",
			value: proof.reading,
			path: [
				...path,
				"loss",
				key,
				"reading"
			]
		};
		yield* answers(proof.reading, proof.is, [
			...path,
			"loss",
			key,
			"is"
		]);
	}
}

// src/runbook/mentions.ts
/** Everything in a runbook that refers to something else, with its place; what each check needs is a filter of it. */
function* mentionsOf(runbook) {
	yield* declarations$1(runbook);
	yield* seconds(runbook.downtime?.budgetSeconds, ["downtime", "budget"]);
	for (const [index, phase] of runbook.phases.entries()) yield* seconds(phase.timeoutSeconds, [
		"phases",
		index,
		"timeout"
	]);
	for (const { step, path } of stepsOf(runbook)) yield* stepMentions(step, path);
}
/** Every step in the order of the document, clean-ups of a refusal right after the step that has them. */
function stepsOf(runbook) {
	return runbook.phases.flatMap(({ steps }, phase) => steps.flatMap((step, index) => withCleanUp(step, [
		"phases",
		phase,
		"steps",
		index
	], phase)));
}
function withCleanUp(step, path, phase) {
	const cleanUp = (step.onRefusal ?? []).flatMap((one, index) => withCleanUp(one, [
		...path,
		"on-refusal",
		index
	], phase));
	return [{
		step,
		path,
		phase
	}, ...cleanUp];
}
function* stepMentions(step, path) {
	for (const one of step.when ?? []) {
		if (one.kind === "input") yield {
			kind: "input",
			value: one.input,
			path: [
				...path,
				"when",
				"input"
			]
		};
		if (one.kind === "secret") yield {
			kind: "secret",
			value: one.secret,
			path: [
				...path,
				"when",
				"secret"
			]
		};
	}
	yield* seconds(step.timeoutSeconds, [...path, "timeout"]);
	yield* kindMentions(step, path);
	if (step.check !== void 0) yield* checkMentions(step.check, step, [...path, "check"]);
	if (step.otherwise !== void 0) yield* oneHostShell(step.otherwise, [...path, "otherwise"], { run: step.otherwise.run }, "the other way");
}
function* declarations$1(runbook) {
	for (const [name, log] of Object.entries(runbook.logs)) {
		yield* each$1("role", log.on, [
			"logs",
			name,
			"on"
		]);
		yield template(log.files, [
			"logs",
			name,
			"files"
		], log.on);
		yield template(log.entry, [
			"logs",
			name,
			"entry"
		], []);
	}
	for (const [name, reading] of Object.entries(runbook.readings)) yield* shell(reading, ["readings", name], { run: reading.run });
	for (const [name, one] of Object.entries(runbook.consoles)) {
		const path = ["consoles", name];
		yield {
			kind: "single-role",
			value: one.on,
			path: [...path, "on"],
			purpose: "a console"
		};
		for (const key of [
			"directory",
			"node",
			"start",
			"attach",
			"ping",
			"stop"
		]) yield template(one[key], [...path, key], [one.on]);
		yield* seconds(one.settleSeconds, [...path, "settle"]);
		for (const [index, ready] of one.ready.entries()) yield* expectation(ready, [
			...path,
			"ready",
			index
		]);
	}
	yield* polls(runbook);
	for (const [name, one] of Object.entries(runbook.reconciliations)) {
		const path = ["reconciliations", name];
		for (const side of [
			"source",
			"dets",
			"sql"
		]) yield* question(one[side], [...path, side]);
		yield* each$1("class", one.failures, [...path, "failures"]);
	}
	yield* chef(runbook);
	for (const [name, one] of Object.entries(runbook.signers)) {
		yield template(one.client, [
			"signers",
			name,
			"client"
		], []);
		yield {
			kind: "secret",
			value: one.key,
			path: [
				"signers",
				name,
				"key"
			]
		};
	}
	for (const [name, one] of Object.entries(runbook.references)) {
		yield* question(one.source, [
			"references",
			name,
			"source"
		]);
		if (one.sql !== void 0) yield* question(one.sql, [
			"references",
			name,
			"sql"
		]);
	}
}
function* chef({ chef: one }) {
	if (one === void 0) return;
	yield template(one.url, ["chef", "url"], []);
	yield template(one.client, ["chef", "client"], []);
	yield {
		kind: "secret",
		value: one.key,
		path: ["chef", "key"]
	};
	if (one.ca !== void 0) yield {
		kind: "secret",
		value: one.ca,
		path: ["chef", "ca"]
	};
	if (one.on !== void 0) yield {
		kind: "single-role",
		value: one.on,
		path: ["chef", "on"],
		purpose: "the way to the Chef server"
	};
}
function* polls(runbook) {
	for (const [name, poll] of Object.entries(runbook.polls)) {
		const path = ["polls", name];
		yield expression(poll.status, [...path, "status"]);
		yield* seconds(poll.everySeconds, [...path, "every"]);
		for (const [index, before] of poll.before.entries()) yield* expectation(before, [
			...path,
			"before",
			index
		]);
		if (poll.stalled !== void 0) yield expression(poll.stalled.free, [
			...path,
			"stalled",
			"free"
		]);
		const states = [
			[["idle"], poll.idle],
			...poll.busy.map((state, index) => [["busy", index], state]),
			[["done"], poll.done],
			[["stopped"], poll.stopped ?? {}],
			[["sticky"], poll.sticky],
			[["stalled", "when"], poll.stalled?.when ?? {}]
		];
		for (const [where, state] of states) for (const [key, value] of Object.entries(state)) yield {
			kind: "pattern",
			value,
			path: [
				...path,
				...where,
				key
			]
		};
	}
}

// src/runbook/regex-groups.ts
/** Names of a regular expression's groups, so that what refers to them is checked before it is needed. */
function namedGroups(pattern) {
	const groups = new RegExp(`${pattern}|`).exec("")?.groups;
	return groups === void 0 ? [] : Object.keys(groups);
}

// src/runbook/check-references.ts
/** Variables that the engine itself sets. */
const builtinVariables = ["round", "environment"];
/** Inputs of the action that a step's `when` may look at. */
const conditionInputs = ["keep-503"];
/** Finds every name in a runbook that leads nowhere, and every text that is not what it has to be. */
function checkReferences(runbook, source, rulesLoaded = true) {
	const names = declared(runbook, rulesLoaded);
	const reserved = Object.keys(runbook.vars).filter((name) => builtinVariables.some((builtin) => builtin === name)).map((name) => problemAt(source, ["vars", name], `\`${name}\` is set by the engine; choose another name`));
	const declaredVars = Object.keys(runbook.vars);
	const strangers = runbook.perEnvironment.flatMap((name, index) => declaredVars.includes(name) ? [] : [problemAt(source, ["per-environment", index], `unknown variable \`${name}\`; declare it under \`vars\``, nearest(name, declaredVars))]);
	return [
		...reserved,
		...strangers,
		...[...mentionsOf(runbook)].flatMap((mention) => check$1(mention, names, source))
	];
}
function declared(runbook, rulesLoaded) {
	return {
		lists: {
			console: Object.keys(runbook.consoles),
			log: Object.keys(runbook.logs),
			reading: Object.keys(runbook.readings),
			poll: Object.keys(runbook.polls),
			reconciliation: Object.keys(runbook.reconciliations),
			secret: Object.keys(runbook.secrets),
			class: rulesLoaded ? classesOf(runbook.failureRules) : void 0,
			input: conditionInputs,
			signer: Object.keys(runbook.signers)
		},
		variables: [...Object.keys(runbook.vars), ...builtinVariables],
		answers: (reading) => runbook.readings[reading]?.names,
		groups: (log) => {
			const entry = runbook.logs[log]?.entry;
			return entry === void 0 || referencesIn(entry).length > 0 ? void 0 : namedGroups(entry);
		}
	};
}
const nouns = {
	console: "console",
	log: "log",
	reading: "reading",
	poll: "poll",
	reconciliation: "reconciliation",
	secret: "secret",
	class: "failure class",
	input: "input",
	signer: "signer"
};
function check$1(mention, names, source) {
	switch (mention.kind) {
		case "role":
		case "single-role": return [];
		case "pattern": return patternProblem(mention, source);
		case "template": return variableProblems(mention, names.variables, source);
		case "expression": return [...finalDot(mention, source), ...variableProblems(mention, names.variables, source)];
		case "shell": return pastedVariables(mention, names.variables, source);
		case "answer": return unknown(mention, names.answers(mention.of), `reading \`${mention.of}\` has no name`, source);
		case "group": return unknown(mention, names.groups(mention.of), `an entry of log \`${mention.of}\` has no group`, source);
		default: return unknown(mention, names.lists[mention.kind], `unknown ${nouns[mention.kind]}`, source);
	}
}
function unknown({ value, path, kind }, known, message, source) {
	if (known === void 0 || known.includes(value)) return [];
	const suggestion = nearest(value, known);
	const list = suggestion === void 0 && known.length > 0 ? `; there are ${known.join(", ")}` : "";
	const problem = problemAt(source, path, `${message} \`${value}\`${list}`, suggestion);
	return [kind === "answer" || kind === "group" ? {
		...problem,
		position: source.at(path, "key")
	} : problem];
}
function patternProblem({ value, path }, source) {
	try {
		parsePattern(value);
		return [];
	} catch (error) {
		const why = errorText(error).replace(/^not an Erlang term pattern: /, "");
		return [problemAt(source, path, `\`${value}\` is not a term pattern: ${why}`)];
	}
}
function variableProblems({ value, path }, known, source) {
	if (value.replace(/\$\{[^}]*\}/g, "").includes("${")) return [problemAt(source, path, "`${` without its closing `}`")];
	return referencesIn(value).filter((name) => !known.includes(name)).map((name) => problemAt(source, path, `unknown variable \`${name}\`; declare it under \`vars\``, nearest(name, known)));
}
function finalDot({ value, path }, source) {
	return value.trimEnd().endsWith(".") ? [] : [problemAt(source, path, "the expression lacks its final dot")];
}
/** A declared variable in shell text would be an empty shell variable: values come through `env` only. */
function pastedVariables({ value, path, env }, known, source) {
	return known.filter((name) => referencesIn(value).includes(name) && !env.includes(name) && !new RegExp(`\\b${name}=`).test(value)).map((name) => {
		const advice = `values reach a shell through \`env\`, such as { ${name.toUpperCase()}: "\${${name}}" }`;
		return problemAt(source, path, `shell text is sent as it stands, with \`\${${name}}\` empty; ${advice}`);
	});
}

// src/config/captured.ts
const reference = /\{([a-zA-Z_][a-zA-Z0-9_]*)\}/g;
/** Names of earlier answers that a path or a body's text refers to as `{name}`; `${name}` is a variable. */
function capturedIn(text) {
	return [...text.replaceAll(/\$\{[^}]*\}/g, "").matchAll(reference)].map(([, name]) => name ?? "");
}
/** Puts what earlier answers gave in the place of each `{name}`. */
function fillCaptured(text, values) {
	return text.replace(reference, (whole, name) => values[name] ?? whole);
}

// src/runbook/check-exercises.ts
/** An exercise writes, and deletes what it wrote: nothing that it names may be anybody's but this round's own. */
function checkExercises(steps, source) {
	return steps.flatMap(({ step, path }) => step.kind === "exercise" ? [...owned(step, path, source), ...captures(step, path, source)] : []);
}
function owned(step, path, source) {
	const problems = [];
	if (!namesRound(step.throwAway)) problems.push(problemAt(source, [...path, "throw-away"], "what is thrown away has to be this round's own: put `${round}` into its name"));
	for (const [request, at] of requestsOf(step, path)) {
		const own = (request.method === "POST" ? [request.path, ...textsOf(request)] : [request.path]).some((text) => namesRound(text) || capturedIn(text).length > 0);
		if (reads(request) || own) continue;
		const where = request.method === "POST" ? "neither path nor body has" : "its path has no";
		const message = `this ${request.method} names nothing that is this round's own: ${where} \`\${round}\` or something captured`;
		problems.push(problemAt(source, [...at, "path"], message));
	}
	return problems;
}
/** What a request refers to has to be captured by one before it. */
function captures(step, path, source) {
	const known = [];
	const problems = [];
	for (const [request, at] of requestsOf(step, path)) {
		const places = [[request.path, [...at, "path"]], ...textsOf(request).map((text) => [text, [...at, "body"]])];
		for (const [text, where] of places) for (const name of capturedIn(text)) {
			if (known.includes(name)) continue;
			const message = `no request before this one captures \`${name}\``;
			problems.push(problemAt(source, where, message, nearest(name, known)));
		}
		known.push(...Object.keys(request.capture));
	}
	return problems;
}
function requestsOf(step, path) {
	return ["exercise", "finally"].flatMap((key) => step[key].map((request, index) => [request, [
		...path,
		key,
		index
	]]));
}
/** Every text of a request's body. */
function textsOf({ body }) {
	const inside = (value) => {
		if (typeof value === "string") return [value];
		if (typeof value !== "object" || value === null) return [];
		return Object.values(value).flatMap(inside);
	};
	return inside(body);
}
const namesRound = (text) => referencesIn(text).includes("round");
const reads = ({ method }) => method === "GET" || method === "HEAD" || method === "OPTIONS";

// src/runbook/check-order.ts
/** Every reference from step to step must lead to the right kind of step on the right side of it. */
function checkOrder(runbook, steps, source) {
	return [
		...steps.flatMap((placed) => {
			const scope = scopeOf(placed, steps, runbook);
			return [...references(placed, scope), ...probeReferences(placed, scope)].flatMap((one) => resolve$2(one, steps, source));
		}),
		...snapshotNames(steps, source),
		...sameRequests(steps, source)
	];
}
/** A dispatched phase can come after every phase of the chain. */
function scopeOf(placed, steps, { phases }) {
	const index = steps.indexOf(placed);
	const dispatched = phases[placed.phase]?.dispatched !== void 0;
	const inChain = ({ phase }) => phases[phase]?.dispatched === void 0;
	const samePhase = ({ phase }) => phase === placed.phase;
	const earlier = steps.slice(0, index);
	return {
		before: dispatched ? steps.filter((one) => inChain(one) || samePhase(one) && earlier.includes(one)) : earlier.filter(inChain),
		earlierInPhase: earlier.filter(samePhase),
		laterInPhase: steps.slice(index + 1).filter(samePhase)
	};
}
function ids(steps, keep = () => true) {
	return steps.filter(keep).map(({ step }) => step.id);
}
function references({ step, path }, scope) {
	const found = [];
	if (step.until !== void 0) {
		const candidates = ids(scope.laterInPhase);
		found.push({
			name: step.until,
			path: [...path, "until"],
			wanted: "a later step of the phase",
			candidates
		});
	}
	if (step.onPartial?.kind === "redo-from") {
		const candidates = ids(scope.earlierInPhase);
		const wanted = "an earlier step of the phase";
		found.push({
			name: step.onPartial.step,
			path: [
				...path,
				"on-partial",
				"redo-from"
			],
			wanted,
			candidates
		});
	}
	if (step.kind === "gate") {
		const candidates = ids(scope.before, (one) => one.step.kind === "reconcile" && one.step.verdict);
		const wanted = "an earlier `reconcile` step with `verdict: true`";
		found.push({
			name: step.gate,
			path: [...path, "gate"],
			wanted,
			candidates
		});
	}
	if (step.kind === "restores") {
		const candidates = ids(scope.before, (one) => one.step.kind === "databag");
		const wanted = "an earlier `databag` step";
		found.push({
			name: step.restores,
			path: [...path, "restores"],
			wanted,
			candidates
		});
	}
	if (step.kind === "loss" && step.loss.kind === "since") {
		const candidates = scope.before.flatMap((one) => one.step.kind === "snapshot" ? [one.step.snapshot] : []);
		found.push({
			name: step.loss.since,
			path: [
				...path,
				"loss",
				"since"
			],
			wanted: "an earlier snapshot",
			candidates
		});
	}
	return found;
}
function probeReferences({ step, path }, scope) {
	if (step.kind !== "probe") return [];
	const candidates = ids(scope.before, (one) => one.step.kind === "probe" && one.step !== step);
	return step.probe.flatMap(({ expect }, index) => expect.kind === "same-as" ? [{
		name: expect.step,
		path: [
			...path,
			"probe",
			index,
			"expect",
			"same-as"
		],
		wanted: "an earlier probe",
		candidates
	}] : []);
}
function resolve$2({ name, path, wanted, candidates }, steps, source) {
	if (candidates.includes(name)) return [];
	const message = steps.some(({ step }) => step.id === name) ? `\`${name}\` is not ${wanted}` : `\`${name}\` is unknown; wanted is ${wanted}`;
	return [problemAt(source, path, message, nearest(name, candidates))];
}
function snapshotNames(steps, source) {
	const names = steps.map(({ step }) => step.kind === "snapshot" ? step.snapshot : void 0);
	return steps.flatMap(({ path }, index) => {
		const name = names[index];
		if (name === void 0 || names.indexOf(name) === index) return [];
		return [problemAt(source, [...path, "snapshot"], `snapshot \`${name}\` is already taken by another step`)];
	});
}
/** `same-as` compares the answer of one request with the earlier answer of the very same request. */
function sameRequests(steps, source) {
	return steps.flatMap(({ step, path }) => step.kind === "probe" ? requestProblems(step, path, steps, source) : []);
}
function requestProblems(step, path, steps, source) {
	return step.probe.flatMap((request, index) => {
		const { expect } = request;
		if (expect.kind !== "same-as") return [];
		const earlier = steps.find((one) => one.step.id === expect.step)?.step;
		if (earlier?.kind !== "probe" || earlier.probe.some((one) => sameRequest(one, request))) return [];
		const signed = request.signed === void 0 ? "" : `, signed by ${request.signed},`;
		const message = `\`${expect.step}\` sends no ${request.method} ${request.path}${signed} to compare with`;
		return [problemAt(source, [
			...path,
			"probe",
			index,
			"expect",
			"same-as"
		], message)];
	});
}
function sameRequest(left, right) {
	return left.method === right.method && left.path === right.path && left.signed === right.signed;
}

// src/runbook/check-proofs.ts
/** A step that changes something must be able to say, read-only, whether it is done; otherwise nobody knows after a lost connection. */
function checkProofs(steps, source) {
	return steps.flatMap((placed) => [...unproven(placed, source), ...unfitting(placed, source)]);
}
function unproven({ step, path }, source) {
	if (step.kind !== "run" && step.kind !== "eval") return [];
	const polled = step.kind === "eval" && step.poll !== void 0 && step.reconciles !== void 0;
	if (step.check !== void 0 || step.repeatable || polled) return [];
	const poll = step.kind === "eval" ? ", `poll` with `reconciles`," : "";
	const message = `step \`${step.id}\` changes something and nothing can tell whether it is done: give it a \`check\`${poll} or \`repeatable: true\``;
	return [problemAt(source, path, message)];
}
function unfitting({ step, path }, source) {
	const at = (key, message) => problemAt(source, [...path, key], message);
	const problems = [];
	const { check } = step;
	if (step.kind === "eval" && check?.kind === "shell" && check.on === void 0) problems.push(at("check", "a shell check of an `eval` step needs `on`: a console has no role to inherit"));
	if (step.kind === "run" && (check?.kind === "eval" || check?.kind === "poll")) problems.push(at("check", `a \`run\` step has no console for a check with \`${check.kind}\``));
	if (step.kind === "eval") problems.push(...pollFields(step, at));
	if (step.onPartial !== void 0 && check === void 0 && (step.kind !== "eval" || step.poll === void 0)) problems.push(at("on-partial", "`on-partial` answers a `check`, and this step has none"));
	return problems;
}
function pollFields(step, at) {
	if (step.poll === void 0 && step.reconciles !== void 0) return [at("reconciles", "`reconciles` says what a polled job moves, and this step has no `poll`")];
	if (step.poll === void 0 && step.log !== void 0) return [at("log", "`log` is read for a polled job, and this step has no `poll`")];
	return [];
}

// src/runbook/check-structure.ts
const reservedPhases = [
	"plan",
	"resolve",
	"evidence"
];
/** Finds what is wrong between the parts of a runbook: ids, rounds, downtime, order and missing proofs. */
function checkStructure(runbook, source) {
	const steps = stepsOf(runbook);
	return [
		...phaseIds(runbook.phases, source),
		...stepIds(steps, source),
		...rounds(runbook.phases, source),
		...downtime(runbook.phases, steps, source),
		...budget(runbook, steps, source),
		...chefServer(runbook, steps, source),
		...checkOrder(runbook, steps, source),
		...checkExercises(steps, source),
		...checkProofs(steps, source)
	];
}
function phaseIds(phases, source) {
	return phases.flatMap(({ id, dispatched }, index) => {
		const path = [
			"phases",
			index,
			"id"
		];
		if (reservedPhases.includes(id)) return [problemAt(source, path, `\`${id}\` is a reserved phase name`)];
		const first = phases.findIndex((phase) => phase.id === id);
		if (first !== index) return [problemAt(source, path, twice("phase", id, source.at([
			"phases",
			first,
			"id"
		]).line))];
		const same = phases.findIndex((phase) => dispatched !== void 0 && phase.dispatched === dispatched);
		if (dispatched === void 0 || same === index) return [];
		return [problemAt(source, [
			"phases",
			index,
			"dispatched"
		], `another phase is already the ${dispatched}`)];
	});
}
function stepIds(steps, source) {
	return steps.flatMap(({ step, path }, index) => {
		const first = steps.findIndex((other) => other.step.id === step.id);
		const other = steps[first];
		if (first === index || other === void 0) return [];
		return [problemAt(source, [...path, "id"], twice("step", step.id, source.at([...other.path, "id"]).line))];
	});
}
function twice(what, id, line) {
	return `${what} \`${id}\` is already declared in line ${line}`;
}
function rounds(phases, source) {
	const chain = phases.map((phase, index) => ({
		phase,
		index
	})).filter(({ phase }) => phase.dispatched === void 0);
	const last = chain.at(-1)?.index;
	if (!chain.some(({ phase }) => phase.round === "opens")) return [problemAt(source, ["phases", chain[0]?.index ?? 0], "the first phase has to open the round (`round: opens`)")];
	return phases.flatMap(({ round, dispatched }, index) => {
		const path = [
			"phases",
			index,
			"round"
		];
		if (round === "opens" && (dispatched !== void 0 || index !== chain[0]?.index)) return [problemAt(source, path, "only the first phase of the chain opens the round")];
		if (round !== void 0 && dispatched === "restore") return [problemAt(source, path, "what restores works in a round that is closed already")];
		if (round === "closes" && dispatched === void 0 && index !== last) return [problemAt(source, path, "only the last phase of the chain closes the round")];
		return [];
	});
}
/** A budget without a downtime would promise a stop that never comes. */
function budget(runbook, steps, source) {
	if (runbook.downtime === void 0) return [];
	if (steps.some(({ step, phase }) => step.downtime === "starts" && runbook.phases[phase]?.dispatched === void 0)) return [];
	return [problemAt(source, ["downtime", "budget"], "a budget for a downtime that no step of the chain starts (`downtime: starts`)")];
}
function chefServer({ chef }, steps, source) {
	if (chef !== void 0) return [];
	return steps.filter(({ step }) => step.kind === "databag" || step.kind === "databag-read").map(({ step, path }) => problemAt(source, [...path, step.kind], "a data bag is on a Chef server, and the runbook names none (`chef: { url, client, key }`)"));
}
function downtime(phases, steps, source) {
	const chain = steps.filter(({ phase }) => phases[phase]?.dispatched === void 0);
	const starts = chain.filter(({ step }) => step.downtime === "starts");
	const ends = chain.filter(({ step }) => step.downtime === "ends");
	const at = ({ path }, message) => problemAt(source, [...path, "downtime"], message);
	const [start, ...moreStarts] = starts;
	const [end, ...moreEnds] = ends;
	const problems = [...moreStarts.map((one) => at(one, `downtime already starts at \`${start?.step.id}\``)), ...moreEnds.map((one) => at(one, `downtime already ends at \`${end?.step.id}\``))];
	if (end !== void 0 && start === void 0) problems.push(at(end, "downtime ends here but starts nowhere"));
	if (start !== void 0 && end === void 0) problems.push(at(start, "downtime starts here but ends nowhere"));
	if (start !== void 0 && end !== void 0 && chain.indexOf(end) < chain.indexOf(start)) problems.push(at(end, `downtime ends before it starts at \`${start.step.id}\``));
	return problems;
}

// src/runbook/check.ts
const checkFields = {
	on: shellFields.on.exactOptional(),
	directory: shellFields.directory,
	env: env.exactOptional(),
	secrets: secretEnv.exactOptional()
};
const shellCheck = strict({
	run: string().min(1),
	...checkFields
}).transform(kinded("shell"));
/** How a step asks, read-only, whether it is done; for shell text its last line says `done`, `not-done` or `partial`. */
const check = union([string().min(1).transform((run) => ({
	kind: "shell",
	run
})), byKey("check", {
	run: shellCheck,
	reading: strict({
		reading: name,
		done: readingValues
	}).transform(kinded("reading")),
	eval: strict({
		eval: template$1.min(1),
		done: string().min(1)
	}).transform(kinded("eval")),
	reconcile: strict({
		reconcile: oneOrMore(name),
		between: array(side$1).min(2)
	}).transform(kinded("reconcile")),
	poll: strict({
		poll: name,
		done: literal("idle")
	}).transform(kinded("poll"))
})]);
/** What to do when a step's check answers `partial`; without it a person decides. */
const onPartial = union([
	literal("apply").transform(() => ({ kind: "apply" })),
	literal("ask").transform(() => ({ kind: "ask" })),
	strict({ "redo-from": name }).transform((value) => ({
		kind: "redo-from",
		step: value["redo-from"]
	}))
], { error: "expected `apply`, `ask` or { redo-from: step }" });

// src/runbook/step-fields.ts
/** What must hold for a step to be done at all; where several stand together, all of them. */
const condition = strict({
	input: name.exactOptional(),
	is: union([boolean(), string()]).exactOptional(),
	protected: boolean().exactOptional(),
	secret: name.exactOptional()
}).refine((given) => Object.keys(given).length > 0, { error: "expected `input` with `is`, `protected` or `secret`" }).refine(({ input, is }) => input === void 0 === (is === void 0), { error: "`input` and `is` belong together" }).transform(({ input, is, protected: wanted, secret }) => [
	...input === void 0 || is === void 0 ? [] : [{
		kind: "input",
		input,
		is
	}],
	...wanted === void 0 ? [] : [{
		kind: "protected",
		is: wanted
	}],
	...secret === void 0 ? [] : [{
		kind: "secret",
		secret
	}]
]);
/** What every step may say, whatever it does. */
const stepFields = {
	id,
	title: string().min(1).exactOptional(),
	next: string().min(1).exactOptional(),
	when: condition.exactOptional(),
	until: name.exactOptional(),
	required: boolean().default(true),
	timeout: duration.exactOptional()
};
/** What a step may say that changes something. */
const mutationFields = {
	downtime: _enum(["starts", "ends"]).exactOptional(),
	"point-of-no-return": boolean().default(false),
	repeatable: boolean().default(false),
	"on-partial": onPartial.exactOptional(),
	check: check.exactOptional()
};
function titleOf$1(stepId) {
	const words = stepId.replaceAll("-", " ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}
/** Finishes a step of one kind: its kind, its title, and defaults that spare readers a question. */
function step(kind, fields) {
	return strict({
		...stepFields,
		...fields
	}).transform((parsed) => finish(kind, parsed));
}
/** Used by kinds that have to look at the whole step before it is finished. */
function finish(kind, parsed) {
	return {
		kind,
		title: titleOf$1("id" in parsed && typeof parsed.id === "string" ? parsed.id : kind),
		repeatable: false,
		pointOfNoReturn: false,
		...toModel(parsed)
	};
}

// src/runbook/kinds/assert.ts
/** A read-only shell question; the last line of its output is what `expect` means. Without `expect` it only tells. */
const assertStep = step("assert", {
	...shellFields,
	order: order.default({ kind: "parallel" }),
	limit: int().positive().exactOptional(),
	assert: string().min(1),
	expect: template$1.exactOptional()
});

// src/runbook/kinds/control.ts
/** Starts, stops or restarts a console; the node's identity and its answer prove it. */
const controlStep = step("control", {
	downtime: mutationFields.downtime,
	console: name,
	control: _enum([
		"start",
		"stop",
		"restart"
	]),
	ready: array(expectation$1).default([])
});

// src/runbook/kinds/databag.ts
const pointer = string().regex(/^(\/([^~/]|~[01])+)+$/, { error: "expected a JSON pointer such as /mover/version (~1 stands for a slash in a key)" });
const scalar = union([
	string(),
	number(),
	boolean()
], { error: "expected text, a number or true/false: a path leads to a single value" });
/** Sets single values of an item of a Chef data bag; everything else of the item stays as it is. */
const databagStep = step("databag", {
	"point-of-no-return": mutationFields["point-of-no-return"],
	databag: template$1.min(1),
	item: template$1.min(1),
	set: record(pointer, scalar).refine((values) => Object.keys(values).length > 0, { error: "expected at least one path with its value" }),
	/** True where a path may lead to a key that is not there yet. */
	create: boolean().default(false)
});
/** Reads single values of an item and shows them. */
const databagReadStep = step("databag-read", {
	"databag-read": template$1.min(1),
	item: template$1.min(1),
	values: array(pointer).min(1)
});
/** Puts back what a `databag` step found before it wrote. */
const restoreStep = step("restores", {
	"point-of-no-return": mutationFields["point-of-no-return"],
	restores: name
});

// src/runbook/kinds/eval.ts
/** An expression in a console, exactly as an operator would type it; with `poll` it starts a job that is followed to its end. */
const evalStep = step("eval", {
	...mutationFields,
	otherwise: shellQuestion.exactOptional(),
	console: name,
	eval: template$1.min(1),
	expect: string().min(1).exactOptional(),
	poll: name.exactOptional(),
	log: name.exactOptional(),
	reconciles: name.exactOptional()
});

// src/runbook/kinds/exercise.ts
/**
* Signed requests that write, in order, on something that is made for it and thrown away: what `throw-away` names is
* not there before and gone after, and `finally` is sent whatever happened.
*/
const exerciseStep = step("exercise", {
	on: oneOrMore(name),
	url: template$1.min(1),
	/** The signer of every request that names no other. */
	signed: name,
	"throw-away": requestPath,
	exercise: array(exerciseRequest).min(1),
	finally: array(exerciseRequest).min(1)
});

// src/runbook/kinds/gate.ts
/** Passes only if an earlier step's verdict, as the journal has it in this round, is good. */
const gateStep = step("gate", { gate: name });

// src/runbook/kinds/idle.ts
/** Wants that no job of a poll runs; read-only. */
const idleStep = step("idle", {
	console: name,
	"poll-idle": name
});

// src/runbook/kinds/loss.ts
const since = strict({
	since: name,
	unless: proof$1.exactOptional(),
	"without-snapshot": proof$1.exactOptional()
}).transform(({ "without-snapshot": withoutSnapshot, ...value }) => ({
	kind: "since",
	...value,
	...withoutSnapshot === void 0 ? {} : { withoutSnapshot }
}));
const rows = strict({
	count: literal("rows"),
	when: literal("protected").exactOptional()
}).transform((value) => ({
	kind: "rows",
	...value
}));
/** What would be lost: counted, shown per table, and refused unless the input `accept-data-loss` is at least that number. */
const lossFields = {
	...shellFields,
	loss: byKey("loss", {
		since,
		count: rows
	}),
	tables: tables$1
};
/** A loss that itself stands in nobody's `on-refusal`; the step with that list is put together in `schema.ts`. */
const lossStep = (undo) => step("loss", {
	...lossFields,
	"on-refusal": array(undo).default([])
});

// src/runbook/kinds/probe.ts
/** HTTP requests that every host of a role must answer as expected, several times in a row where `steady` says so. */
const probeStep = step("probe", {
	on: oneOrMore(name),
	url: template$1.min(1),
	probe: array(probeRequest).min(1),
	steady: steady.exactOptional(),
	/** Requests that are taken again prove that a downtime is over; none can start one. */
	downtime: literal("ends").exactOptional()
});

// src/runbook/kinds/reading.ts
/** Reads a named reading and wants its values. */
const readingStep = step("reading", {
	reading: name,
	expect: readingValues.exactOptional()
});

// src/runbook/kinds/reconcile.ts
/** Compares what two or three sides hold; with `verdict` also every failure against the baseline. */
const reconcileStep = step("reconcile", {
	reconcile: oneOrMore(name),
	between: array(side$1).min(2),
	verdict: boolean().default(false)
});

// src/runbook/kinds/run.ts
/** Shell text that changes something on a role's hosts, one host after the other unless `order` says otherwise. */
const runStep$1 = step("run", {
	...shellFields,
	...mutationFields,
	order: order.default({ kind: "serial" }),
	limit: int().positive().exactOptional(),
	run: string().min(1),
	/** The program whose words at its end count more than its exit status. */
	reads: _enum(["chef-client"]).exactOptional()
});

// src/runbook/kinds/snapshot.ts
/** Keeps keys and versions of tables under a name, for a later `loss` to count against. */
const snapshotStep = step("snapshot", {
	...shellFields,
	snapshot: name,
	tables: tables$1,
	while: proof$1.exactOptional()
});

// src/runbook/kinds/watch.ts
const limits = node({
	"at-least": int().nonnegative().exactOptional(),
	"at-most": int().nonnegative().exactOptional(),
	none: where.exactOptional(),
	all: where.exactOptional()
});
/** Follows a log from where it stands: for a time against limits, or until nothing matches any more for a time. */
const watchStep = strict({
	...stepFields,
	watch: name,
	for: duration.exactOptional(),
	"until-quiet": duration.exactOptional(),
	where: where.default({}),
	limits: limits.exactOptional(),
	sends: sends.exactOptional()
}).refine((parsed) => parsed.for === void 0 !== (parsed["until-quiet"] === void 0), { error: "a watch ends in one way: give either `for` or `until-quiet`" }).refine((parsed) => parsed["until-quiet"] === void 0 || parsed.timeout !== void 0, { error: "`until-quiet` needs a `timeout`, since traffic may never pause" }).transform((parsed) => finish("watch", parsed));

// src/runbook/declarations.ts
/** A variable's value; `null` in a runbook means that an inventory or the action's input has to say it. */
const variableValue = union([
	string(),
	number(),
	boolean()
], { error: "expected text, a number or true/false" });
/** A name that stands between `${` and `}`. */
const variableName = string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "expected a name of letters, digits and underscores" });
const consoleSchema = node({
	on: name,
	directory: template$1,
	node: template$1,
	start: template$1,
	attach: template$1,
	ping: template$1,
	stop: template$1,
	/** How long a started node must go on answering before it counts as started. */
	settle: duration.exactOptional(),
	ready: oneOrMore(expectation$1).default([])
});
/** Keys of a status answer and the term patterns that their values must all match. */
const state = record(string(), scalarText);
const pollSchema = node({
	status: template$1.min(1),
	every: duration,
	before: array(expectation$1).default([]),
	idle: state,
	busy: array(state).min(1),
	done: state,
	stopped: state.exactOptional(),
	counters: strict({
		done: string(),
		failed: string()
	}),
	sticky: state.default({}),
	stalled: node({
		when: state,
		times: int().positive(),
		free: template$1.min(1)
	}).exactOptional()
});
const reconciliationSchema = node({
	title: string().exactOptional(),
	source: question$1,
	dets: question$1,
	sql: question$1,
	failures: array(name).default([])
});
/** What failures refer to: its keys at the source, and those that arrived. */
const referenceSchema = node({
	title: string().exactOptional(),
	source: question$1,
	sql: question$1.exactOptional()
});
const readingSchema = node({
	...shellFields,
	title: string().exactOptional(),
	run: string().min(1),
	names: array(name).min(1)
});
const logSchema = node({
	on: oneOrMore(name),
	files: template$1.min(1),
	entry: regexTemplate
});
/** A Chef server's organization, and who speaks to it. */
const chefSchema = node({
	url: template$1.min(1),
	client: template$1.min(1),
	/** The secret that holds the client's key. */
	key: name,
	/** The secret that holds the certificates of the server's authority. */
	ca: name.exactOptional(),
	version: _enum([
		"1.0",
		"1.1",
		"1.3"
	]).default("1.3"),
	/** A role whose host reaches the server; without it the runner does. */
	on: name.exactOptional()
});
/** Who signs requests to the API: a client or user of the Chef server, and the secret that holds its key. */
const signerSchema = node({
	client: template$1.min(1),
	key: name,
	version: _enum([
		"1.0",
		"1.1",
		"1.3"
	]).default("1.3")
});
const secretSchema = node({
	optional: boolean().default(false),
	description: string().exactOptional()
});
/** What a runbook declares by name for its steps to refer to. */
const declarations = {
	vars: record(variableName, union([variableValue, _null()])).default({}),
	"per-environment": array(variableName).default([]),
	secrets: record(name, secretSchema).default({}),
	logs: record(name, logSchema).default({}),
	readings: record(name, readingSchema).default({}),
	consoles: record(name, consoleSchema).default({}),
	polls: record(name, pollSchema).default({}),
	reconciliations: record(name, reconciliationSchema).default({}),
	references: record(name, referenceSchema).default({}),
	chef: chefSchema.exactOptional(),
	signers: record(name, signerSchema).default({})
};

// src/runbook/schema.ts
/** Every kind but `loss`: what may also stand in a refusal's clean-up. */
const undoKinds = {
	run: runStep$1,
	assert: assertStep,
	reading: readingStep,
	eval: evalStep,
	control: controlStep,
	databag: databagStep,
	"databag-read": databagReadStep,
	restores: restoreStep,
	probe: probeStep,
	exercise: exerciseStep,
	watch: watchStep,
	reconcile: reconcileStep,
	gate: gateStep,
	snapshot: snapshotStep,
	"poll-idle": idleStep
};
const undoStep = byKey("clean-up step", undoKinds);
/** The kinds by the key that tells them apart. To add one: its file, and a line here. */
const stepKinds = {
	...undoKinds,
	loss: lossStep(undoStep)
};
const stepSchema = byKey("step", stepKinds);
const phaseSchema = strict({
	id,
	title: string().min(1).exactOptional(),
	round: _enum(["opens", "closes"]).exactOptional(),
	dispatched: _enum([
		"rollback",
		"reset",
		"restore"
	]).exactOptional(),
	timeout: duration.exactOptional(),
	steps: array(stepSchema).min(1)
}).transform(({ timeout, ...phase }) => ({
	...phase,
	title: phase.title ?? phase.id,
	...timeout === void 0 ? {} : { timeoutSeconds: timeout }
}));
const runbookSchema = strict({
	runbook: id,
	title: string().min(1).exactOptional(),
	...declarations,
	failures: string().min(1).exactOptional(),
	/** How long writes may be refused in all before a person has to decide. */
	downtime: node({ budget: duration }).exactOptional(),
	phases: array(phaseSchema).min(1)
});

// src/runbook/failures.ts
/** Loads the rules that name failures in a log; a rule whose object cannot be read from its match is refused. */
function loadFailureRules(file, references) {
	const source = loadYaml(file);
	const rules = checkShape(failuresSchema, source);
	throwIfAny(rules.flatMap((rule, index) => [...objectProblems(rule, source, index), ...benignProblems(rule, source, [index, "benign-unless"], references)]));
	return rules;
}
/** What a failure refers to has to be read from its match, and the runbook has to know how to ask for it. */
function benignProblems({ match, benignUnless, ...rule }, source, path, references) {
	if (benignUnless === void 0) return [];
	const groups = namedGroups(match);
	const at = [...path, "at-source"];
	const problems = Object.entries(benignUnless.atSource).flatMap(([group, reference]) => [...groups.includes(group) ? [] : [problemAt(source, [...at, group], `\`match\` has no group \`${group}\``, nearest(group, groups))], ...references === void 0 || references.includes(reference) ? [] : [problemAt(source, [...at, group], `the runbook declares no \`references\` of the name \`${reference}\``, nearest(reference, references))]]);
	if (benignUnless.class === rule.class) problems.push(problemAt(source, [...path, "class"], "needs a class of its own"));
	if (benignUnless.reason !== void 0 && rule.reason === void 0) problems.push(problemAt(source, [...path, "reason"], "the rule reads no `reason`"));
	return problems;
}
function objectProblems(rule, source, index) {
	const groups = namedGroups(rule.match);
	const used = [...(rule.object ?? "").matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name ?? "");
	if (rule.object !== void 0 && used.length === 0) return [problemAt(source, [index, "object"], "names no group of `match`; write ${group}")];
	return used.filter((name) => !groups.includes(name)).map((name) => problemAt(source, [index, "object"], `\`match\` has no group \`${name}\``, nearest(name, groups)));
}

// src/runbook/load-runbook.ts
const sources$1 = /* @__PURE__ */ new WeakMap();
const positions = /* @__PURE__ */ new WeakMap();
const comments = /* @__PURE__ */ new WeakMap();
/** Loads a runbook with its failure rules; throws one `ConfigError` that lists everything that is wrong. */
function loadRunbook(file, { withoutRules = false } = {}) {
	const source = loadYaml(file);
	const parsed = checkShape(runbookSchema, source);
	const { rules, problems } = failureRules(parsed, file, source);
	const runbook = toRunbook(parsed, file, rules);
	const rulesLoaded = problems.length === 0;
	throwIfAny([
		...withoutRules ? [] : problems,
		...checkStructure(runbook, source),
		...checkReferences(runbook, source, rulesLoaded)
	]);
	remember(runbook, source);
	return runbook;
}
/** Where the parts of a loaded runbook stand, for problems that are found later. */
function runbookSource(runbook) {
	return sources$1.get(runbook);
}
/** What the author wrote above a phase or a step of a loaded runbook, for those who read it. */
function commentAbove(node) {
	return comments.get(node) ?? [];
}
function remember(runbook, source) {
	sources$1.set(runbook, source);
	const phases = runbook.phases.map((phase, index) => [phase, ["phases", index]]);
	const steps = stepsOf(runbook).map(({ step, path }) => [step, path]);
	for (const [node, path] of [...phases, ...steps]) {
		positions.set(node, source.at(path));
		comments.set(node, source.commentAbove(path));
	}
}
function toRunbook({ runbook: name, failures: _, "per-environment": perEnvironment, ...parsed }, file, failureRules) {
	return {
		...parsed,
		perEnvironment,
		name,
		title: parsed.title ?? name,
		file,
		failureRules
	};
}
/** A broken rules file must not hide what is wrong in the runbook itself. */
function failureRules({ failures: relative, references }, file, source) {
	if (relative === void 0) return {
		rules: [],
		problems: []
	};
	try {
		return {
			rules: loadFailureRules(join(dirname(file), relative), Object.keys(references)),
			problems: []
		};
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return {
			rules: [],
			problems: error.problems.some(({ message }) => message === "there is no such file") ? [problemAt(source, ["failures"], `there is no file ${relative} beside the runbook`)] : error.problems
		};
	}
}

// src/erlang/encode.ts
/** The value has no Erlang literal: nothing may be sent in its place. */
var EncodeError = class extends Error {
	name = "EncodeError";
};
/**
* Writes a value as an Erlang literal of printable ASCII, so that it can neither end the expression
* that it stands in nor move the cursor of the shell that it is typed into.
*/
function encodeErlang(value) {
	if (typeof value === "string") return encodeString(value);
	if (typeof value === "number") return encodeNumber(value);
	if (typeof value === "object") return `[${value.map(encodeErlang).join(",")}]`;
	return String(value);
}
function encodeString(value) {
	let literal = "\"";
	for (const character of value) literal += encodeCharacter(character);
	return `${literal}"`;
}
function encodeCharacter(character) {
	const point = character.codePointAt(0) ?? 0;
	if (character === "\"" || character === "\\") return `\\${character}`;
	if (point >= 32 && point < 127) return character;
	if (point >= 55296 && point <= 57343) throw new EncodeError(`half a surrogate pair (U+${point.toString(16)}) is no character in Erlang; correct the value`);
	return `\\x{${point.toString(16)}}`;
}
function encodeNumber(value) {
	if (!Number.isFinite(value)) throw new EncodeError(`${value} is no number in Erlang; correct it`);
	if (Number.isInteger(value)) return BigInt(value).toString();
	const [mantissa = "0", exponent] = String(value).split("e");
	const fraction = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
	return exponent === void 0 ? fraction : `${fraction}e${exponent}`;
}

// src/inventory/variables.ts
/** Puts the layers on top of each other: runbook, inventory, the host's own, the action's input. */
function resolveVariables(from) {
	const values = { ...from.runbook.vars };
	const problems = [];
	for (const layer of layersOf(from)) for (const [name, value] of Object.entries(layer.vars)) {
		const typed = override(name, value, from.runbook.vars);
		if ("message" in typed) problems.push(place$1(layer, name, typed));
		else values[name] = typed.value;
	}
	throwIfAny(problems);
	return {
		...values,
		environment: from.inventory?.environment ?? null,
		round: from.round ?? null
	};
}
function layersOf({ inventory, inputVars, host }) {
	const source = inventory === void 0 ? void 0 : inventorySource(inventory);
	const own = host === void 0 ? void 0 : inventory?.hosts[host]?.vars;
	return [
		{
			vars: inventory?.vars ?? {},
			at: {
				source,
				path: ["vars"]
			}
		},
		{
			vars: own ?? {},
			at: {
				source,
				path: [
					"hosts",
					host ?? "",
					"vars"
				]
			}
		},
		{
			vars: inputVars ?? {},
			at: { path: ["input vars"] }
		}
	];
}
/** The declaration gives the type: `workers=40` on a command line is the number 40 where the runbook says 20. */
function override(name, value, declared) {
	if (!Object.hasOwn(declared, name)) return {
		message: `unknown variable \`${name}\``,
		suggestion: nearest(name, Object.keys(declared))
	};
	const like = declared[name] ?? null;
	if (like === null || typeof like === typeof value) return { value };
	if (typeof like === "string") return asText(name, value);
	const read = like === true || like === false ? readBoolean(value) : readNumber(value);
	return read === void 0 ? { message: `variable \`${name}\` is a ${typeof like} in the runbook, not \`${value}\`` } : { value: read };
}
function asText(name, value) {
	return typeof value !== "number" || Number.isSafeInteger(value) ? { value: String(value) } : { message: `variable \`${name}\` is text: write its value in quotes` };
}
function readBoolean(value) {
	return value === "true" ? true : value === "false" ? false : void 0;
}
function readNumber(value) {
	return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : void 0;
}
function place$1({ at }, name, wrong) {
	const path = [...at.path, name];
	const { suggestion, message } = wrong;
	return {
		...at.source === void 0 ? {} : { position: at.source.at(path, suggestion === void 0 ? "value" : "key") },
		path: path.join("/"),
		message,
		...suggestion === void 0 ? {} : { suggestion }
	};
}
/** Why a text could not be filled in; `validate` adds where the text stands. */
function valueOf$1(name, variables) {
	const value = Object.hasOwn(variables, name) ? variables[name] : void 0;
	if (value !== void 0 && value !== null) return value;
	const message = value === void 0 ? `unknown variable \`${name}\`` : `variable \`${name}\` has no value: set it in the inventory (\`vars\`, or a host's \`vars\`) or in the action's input \`vars\``;
	const suggestion = value === void 0 ? nearest(name, Object.keys(variables)) : void 0;
	throw new ConfigError([{
		path: "",
		message,
		...suggestion === void 0 ? {} : { suggestion }
	}]);
}
/** Fills variables into text that no shell and no console reads: paths, addresses, values of the environment. */
function substitute(text, variables) {
	return fillTemplate(text, (name) => String(valueOf$1(name, variables)));
}
/** Fills variables into an Erlang expression, each as a literal of its type, so that no value can become code. */
function substituteExpression(text, variables) {
	return fillTemplate(text, (name) => encodeErlang(valueOf$1(name, variables)));
}
/** Fills a command's environment; an empty value is refused, since many commands read it as "use the default" or as root. */
function substituteEnv(env, variables) {
	const filled = Object.entries(env).map(([name, text]) => [name, substitute(text, variables)]);
	throwIfAny(filled.filter(([, value]) => value.trim() === "").map(([name]) => ({
		path: "",
		message: `environment variable \`${name}\` would be empty (\`${env[name]}\`)`
	})));
	return Object.fromEntries(filled);
}
/** Seconds of a duration that may still be a variable. */
function secondsOf$1(duration, variables) {
	if (typeof duration === "number") return duration;
	const text = substitute(duration, variables);
	const seconds = parseDuration(text);
	if (seconds !== void 0) return seconds;
	const message = `\`${duration}\` is \`${text}\`, which is no duration such as 30s, 5m, 1h or 500ms`;
	throw new ConfigError([{
		path: "",
		message
	}]);
}

// src/inventory/entry-problems.ts
/** A log's entry whose text is in a variable: only now is it known whether it is a regular expression with the groups that steps look at. */
function entryProblems(runbook, mentions, variables, source) {
	return Object.entries(runbook.logs).flatMap(([log, { entry }]) => {
		const filled = filledIn(entry, variables);
		if (filled === void 0) return [];
		const path = [
			"logs",
			log,
			"entry"
		];
		try {
			const groups = namedGroups(filled);
			return mentions.flatMap((mention) => {
				if (mention.kind !== "group" || mention.of !== log || groups.includes(mention.value)) return [];
				const message = `\`${entry}\` has no group \`${mention.value}\`, which ${mention.path.join("/")} looks at`;
				return [problemAt(source, path, message, nearest(mention.value, groups))];
			});
		} catch (error) {
			const why = errorText(error);
			return [problemAt(source, path, `\`${entry}\` is not a regular expression: ${why}`)];
		}
	});
}
/** Nothing where nothing is to be filled in, or where a variable has no value, which is told elsewhere. */
function filledIn(entry, variables) {
	if (referencesIn(entry).length === 0) return void 0;
	try {
		return substitute(entry, variables);
	} catch {
		return;
	}
}

// src/inventory/validate.ts
/**
* Everything that is wrong between a runbook and an inventory: roles, consoles, variables. What is wrong in one
* of them alone was found when it was loaded, so without an inventory there is nothing left to find.
*/
function validate(runbook, inventory, inputVars = {}) {
	const source = runbookSource(runbook);
	if (inventory === void 0 || source === void 0) return [];
	const mentions = [...mentionsOf(runbook)];
	const roles = [...mentions.flatMap((mention) => roleProblems(mention, inventory, source)), ...searchProblems(runbook, inventory)];
	const variables = variableSets(runbook, inventory, inputVars);
	if (variables instanceof ConfigError) return [...roles, ...variables.problems];
	return [
		...roles,
		...mentions.flatMap((mention) => valueProblems(mention, inventory, variables, source)),
		...entryProblems(runbook, mentions, variables.common, source)
	];
}
function roleProblems(mention, inventory, source) {
	if (mention.kind !== "role" && mention.kind !== "single-role") return [];
	const { value, path } = mention;
	const hosts = Object.hasOwn(inventory.roles, value) ? inventory.roles[value] : void 0;
	const searched = Object.hasOwn(inventory.searches, value);
	if (searched && path[0] === "chef") {
		const message = `role \`${value}\` is found by a search of the Chef server, and cannot be the way to it`;
		return [problemAt(source, path, message)];
	}
	if (hosts === void 0 && searched) return [];
	if (hosts === void 0) {
		const roles = [...Object.keys(inventory.roles), ...Object.keys(inventory.searches)];
		const message = `role \`${value}\` is not in the inventory ${inventory.file}`;
		return [problemAt(source, path, message, nearest(value, roles))];
	}
	if (mention.kind === "role" || hosts.length === 1) return [];
	const inventoryAt = inventorySource(inventory)?.at(["roles", value]);
	const where = inventoryAt === void 0 ? inventory.file : `${inventoryAt.file}:${inventoryAt.line}`;
	return [problemAt(source, path, `${mention.purpose} is on one host, and role \`${value}\` has ${hosts.length} (${where}): ${hosts.join(", ")}`)];
}
/** Who searches, and where, the runbook says. */
function searchProblems({ chef }, inventory) {
	const source = inventorySource(inventory);
	if (chef !== void 0 || source === void 0) return [];
	return Object.keys(inventory.searches).map((role) => problemAt(source, [
		"roles",
		role,
		"search"
	], `role \`${role}\` is found by a search, and the runbook names no Chef server (\`chef\`)`));
}
function variableSets(runbook, inventory, inputVars) {
	const round = "round";
	const problems = [];
	const byHost = {};
	const attempt = (host) => {
		try {
			return resolveVariables({
				runbook,
				inventory,
				inputVars,
				round,
				...host === void 0 ? {} : { host }
			});
		} catch (error) {
			if (!(error instanceof ConfigError)) throw error;
			problems.push(...error.problems);
			return {};
		}
	};
	const common = attempt();
	for (const host of Object.keys(inventory.hosts)) byHost[host] = attempt(host);
	return problems.length > 0 ? new ConfigError(problems) : {
		common,
		byHost
	};
}
/** Fills a text in for every host that will read it, and tells what fails. */
function valueProblems(mention, inventory, sets, source) {
	if (mention.kind === "expression") return expressionProblems(mention, sets, source);
	if (mention.kind !== "template") return [];
	const hosts = [...new Set(mention.roles.flatMap((role) => inventory.roles[role] ?? []))];
	const unfound = mention.roles.some((role) => !Object.hasOwn(inventory.roles, role));
	return [...hosts, ...hosts.length === 0 || unfound ? [void 0] : []].flatMap((host) => {
		const variables = (host === void 0 ? void 0 : sets.byHost[host]) ?? sets.common;
		const on = host === void 0 ? "" : ` on ${host}`;
		return caught(source, mention.path, on, () => fill(mention, variables));
	});
}
/** An expression is wrong when no console could fill it in: a console's host may have variables of its own. */
function expressionProblems({ value, path }, sets, source) {
	const attempts = [sets.common, ...Object.values(sets.byHost)].map((variables) => caught(source, path, "", () => substituteExpression(value, variables)));
	return attempts.some((problems) => problems.length === 0) ? [] : attempts[0] ?? [];
}
const durationKeys = [
	"timeout",
	"every",
	"for",
	"until-quiet",
	"budget"
];
function fill({ value, path, env }, variables) {
	const name = String(path.at(-1));
	if (env) return substituteEnv({ [name]: value }, variables);
	if (durationKeys.includes(name)) return secondsOf$1(value, variables);
	return substitute(value, variables);
}
function caught(source, path, on, act) {
	try {
		act();
		return [];
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		return (error instanceof ConfigError ? error.problems : [{
			message: error.message,
			suggestion: void 0
		}]).map(({ message, suggestion }) => problemAt(source, path, `${message}${on}`, suggestion));
	}
}

// src/transport/shell.ts
const plainWord = /^[A-Za-z0-9_@%+:,./-]+$/;
const environmentName = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Linux takes at most 128 KiB in one argument; what is longer would fail on the host with a riddle. */
const longestScript = 12e4;
/** Quotes one word for any POSIX shell, because values must arrive exactly and never be read as shell text. */
function quote$2(word) {
	return plainWord.test(word) ? word : quoteAlways(word);
}
/** The line that people read in plans and logs: what an operator would type, without any secret value. */
function renderCommand(command) {
	checkCommand(command);
	const directory = command.directory === void 0 ? "" : `cd ${quote$2(command.directory)} && `;
	const values = Object.entries(command.env ?? {}).map(([name, value]) => `${name}=${quote$2(value)}`);
	const hidden = Object.keys(command.secrets ?? {}).map((name) => `${name}=***`);
	const environment = [...values, ...hidden].join(" ");
	if (environment === "") return `${directory}${command.line}`;
	if (isOneCommand(command.line)) return `${directory}${environment} ${command.line}`;
	return `${directory}export ${environment}\n${command.line}`;
}
/** Assignments in front of a command hold for that command only, so anything longer needs them exported. */
function isOneCommand(line) {
	return !/[\n;&|$]/.test(line.trim()) && !/^\s*(?:(?:if|for|while|until|case)\b|[({!])/.test(line);
}
/** Turns a command into the script for a remote `sh`; secrets go to its standard input only. */
function shellScript(command) {
	const input = secretInput(command.secrets ?? {});
	return {
		text: `${input === "" ? "" : `${readSecrets}\n`}${commandText(command)}`,
		input
	};
}
/** Environment, directory and line of a command as shell text, for whoever runs it as a script of its own. */
function commandText(command) {
	checkCommand(command);
	return `${Object.entries(command.env ?? {}).map(([name, value]) => `${name}=${quoteAlways(value)}; export ${name}\n`).join("")}${enterDirectory(command.directory)}${command.line}\n`;
}
/** The request for an SSH server: whatever the login shell is, /bin/sh reads the script. */
function invokeShell(script) {
	const request = `exec /bin/sh -c ${quoteAlways(script)}`;
	const bytes = Buffer.byteLength(request);
	if (bytes > longestScript) throw new Error(`the command is ${bytes} bytes long and a host takes at most ${longestScript}; put the text into a file on the host or pass it on standard input`);
	return request;
}
/** True when sudo failed because it wanted a password, so that the step can say so instead of quoting sudo. */
function sudoAsksForPassword(stderr) {
	return /sudo: .*(a password is required|a terminal is required|no tty present|no askpass program|must have a tty)/i.test(stderr);
}
const readSecrets = "IFS= read -r NL_secrets || exit 1; NL=\"\n\"; eval \"$NL_secrets\"; unset NL NL_secrets";
/** One line of shell text that exports the secrets; a newline inside a value is spelled `$NL`. */
function secretInput(secrets) {
	const names = Object.keys(secrets);
	if (names.length === 0) return "";
	return `${Object.entries(secrets).map(([name, value]) => `${name}=${value.split("\n").map(quoteAlways).join("\"$NL\"")}`).join("; ")}; export ${names.join(" ")}\n`;
}
function enterDirectory(directory) {
	if (directory === void 0) return "";
	return `CDPATH= cd ${quoteAlways(directory.startsWith("-") ? `./${directory}` : directory)} || exit 1\n`;
}
function quoteAlways(word) {
	checkText("a shell word", word);
	return `'${word.replaceAll("'", `'\\''`)}'`;
}
function checkCommand(command) {
	checkText("the command", command.line);
	if (command.directory === "") throw new Error("the command's directory is empty; name one or leave it out");
	checkText("the command's directory", command.directory ?? "");
	const values = [...Object.entries(command.env ?? {}), ...Object.entries(command.secrets ?? {})];
	for (const [name, value] of values) {
		if (!environmentName.test(name)) throw new Error(`${JSON.stringify(name)} is no name for an environment variable; use letters, digits and _ only`);
		checkText(`the value of ${name}`, value);
	}
}
/** Neither can reach a process: C strings end at NUL, and half a surrogate pair has no bytes in UTF-8. */
function checkText(what, text) {
	if (text.includes("\0")) throw new Error(`${what} holds a NUL character, which no command can carry`);
	if (!text.isWellFormed()) throw new Error(`${what} is not valid Unicode; half a character is missing`);
}

// src/steps/ask.ts
const defaultTimeoutSeconds = 120;
/** Runs a read-only command attached to its channel and says in one sentence why it gave no answer. */
async function ask$3(on, context, timeoutSeconds = defaultTimeoutSeconds) {
	const command = withSecrets(on, context);
	const completed = await (await context.connect(on.host)).exec(command, {
		signal: context.signal,
		timeoutSeconds
	});
	return answerOf(on.host, completed);
}
/** The command with the values of the secrets that it declares; one that is not given stays unset. */
function withSecrets(on, context) {
	const secrets = {};
	for (const [variable, name] of Object.entries(on.secretNames)) {
		const value = context.secret(name);
		if (value !== void 0) secrets[variable] = value;
	}
	return {
		...on.command,
		secrets
	};
}
function answerOf(host, completed) {
	const errors = tailLines(completed.stderr, 5);
	if (completed.truncated) return {
		ok: false,
		reason: `${host}: the answer is over the limit and was cut`,
		lines: errors
	};
	if (completed.end.kind === "exited" && completed.end.status === 0) return {
		ok: true,
		stdout: completed.stdout,
		lines: outputLines(completed.stdout)
	};
	return {
		ok: false,
		reason: `${host}: ${sudoAsksForPassword(completed.stderr) ? "sudo asks for a password; let the SSH user run sudo without one" : sayEnd$1(completed.end)}${errors.length > 0 ? `: ${errors.join(" / ")}` : ""}`,
		lines: errors
	};
}
/** One sentence per way to end. */
function sayEnd$1(end) {
	switch (end.kind) {
		case "exited": return `ended with exit status ${end.status}`;
		case "signalled": return `was killed by signal ${end.signal}`;
		case "lost": return `was lost: ${end.reason}`;
	}
}
/** Lines of an output without the empty one that a final newline leaves. */
function outputLines(text) {
	const lines = text.split(/\r?\n/);
	if (lines.at(-1) === "") lines.pop();
	return lines;
}
/** The last lines that say something. */
function tailLines(text, count) {
	return outputLines(text).filter((line) => line.trim() !== "").slice(-count);
}

// src/steps/assert.ts
/** `assert`: what must hold before anything is changed. */
const assert = {
	name: "assert",
	mutates: false,
	describe: (step) => [renderCommand(step.on.command), ...step.expect === void 0 ? [] : [`must say: ${step.expect}`]],
	apply: async (step, context) => {
		const answer = await ask$3(step.on, context);
		if (!answer.ok) return {
			outcome: "not-met",
			detail: answer.reason
		};
		if (step.expect === void 0) return tell(step, answer.lines, context);
		const said = answer.lines.at(-1)?.trim() ?? "";
		if (said === step.expect) return {
			outcome: "succeeded",
			detail: said
		};
		return {
			outcome: "not-met",
			detail: `${step.on.host}: ${said || "said nothing"}, wanted ${step.expect}`
		};
	}
};
async function tell(step, lines, context) {
	await context.observe({
		kind: "output",
		title: step.title,
		host: step.on.host,
		lines: lines.slice(0, 200)
	}, step.on.host);
	return {
		outcome: "succeeded",
		detail: lines.length === 0 ? "nothing" : `${lines.length} lines`
	};
}

// src/erlang/print.ts
const plainAtom = /^[a-z][A-Za-z0-9_@]*$/;
const reserved = new Set("after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let maybe not of or orelse receive rem try when xor".split(" "));
/** Writes a term for people: text as text, one line, never longer than `maxLength` characters. */
function printTerm(term, maxLength = 400) {
	const pieces = [];
	let left = maxLength;
	const full = !write(term, (piece) => {
		pieces.push(piece);
		left -= piece.length;
		return left >= 0;
	});
	const text = pieces.join("");
	return full || text.length > maxLength ? `${text.slice(0, Math.max(0, maxLength - 1))}…` : text;
}
function write(term, put) {
	switch (term.type) {
		case "atom": return put(printAtom(term.name));
		case "integer": return put(String(term.value));
		case "float": return put(printFloat(term.value));
		case "opaque": return put(term.text);
		case "binary": return writeBinary(term.bytes, put);
		case "tuple": return put("{") && writeAll(term.items, put) && put("}");
		case "map": return put("#{") && writeEntries(term.entries, put) && put("}");
		case "list": return writeList(term.items, term.tail, put);
	}
}
function writeAll(items, put) {
	return items.every((item, index) => (index === 0 || put(", ")) && write(item, put));
}
function writeEntries(entries, put) {
	return entries.every(([key, value], index) => (index === 0 || put(", ")) && write(key, put) && put(" => ") && write(value, put));
}
function writeList(items, tail, put) {
	const text = tail === void 0 && items.length > 0 ? charactersOf(items) : void 0;
	if (text !== void 0) return put(quote$1(text, "\""));
	if (!put("[") || !writeAll(items, put)) return false;
	return (tail === void 0 || put(" | ") && write(tail, put)) && put("]");
}
function writeBinary(bytes, put) {
	const text = textOfBytes(bytes);
	if (text !== void 0) return put(text === "" ? "<<>>" : `<<${quote$1(text, "\"")}${/[^ -~]/.test(text) ? "/utf8" : ""}>>`);
	if (!put("<<")) return false;
	return bytes.every((byte, index) => put(index === 0 ? `${byte}` : `,${byte}`)) && put(">>");
}
/** The text of a list of characters or of a UTF-8 binary; `undefined` when it is none. */
function textOf$1(term) {
	if (term.type === "binary") return textOfBytes(term.bytes);
	return term.type === "list" && term.tail === void 0 ? charactersOf(term.items) : void 0;
}
function charactersOf(items) {
	let text = "";
	for (const item of items) {
		if (item.type !== "integer" || !isPrintable(item.value)) return void 0;
		text += String.fromCodePoint(Number(item.value));
	}
	return text;
}
function textOfBytes(bytes) {
	try {
		const text = new TextDecoder("utf-8", {
			fatal: true,
			ignoreBOM: true
		}).decode(bytes);
		for (const character of text) if (!isPrintable(BigInt(character.codePointAt(0) ?? 0))) return void 0;
		return text;
	} catch {
		return;
	}
}
function isPrintable(point) {
	if (point === 9n || point === 10n || point === 13n) return true;
	return point >= 32n && point < 127n || point >= 160n && point < 55296n || isHigh(point);
}
function isHigh(point) {
	return point > 57343n && point <= 1114111n && point !== 65534n && point !== 65535n;
}
function printAtom(name) {
	return plainAtom.test(name) && !reserved.has(name) ? name : quote$1(name, "'");
}
function printFloat(value) {
	if (Number.isInteger(value) && Math.abs(value) < 1e21) return value.toFixed(1);
	const [mantissa = "0", exponent] = String(value).split("e");
	const fraction = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
	return exponent === void 0 ? fraction : `${fraction}e${exponent}`;
}
const named = {
	"\n": "\\n",
	"\r": "\\r",
	"	": "\\t"
};
function quote$1(text, mark) {
	return mark + text.replace(/[\\'"\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
		if (character === "\\" || character === mark) return `\\${character}`;
		if (character === "\"" || character === "'") return character;
		return named[character] ?? `\\x{${(character.codePointAt(0) ?? 0).toString(16)}}`;
	}) + mark;
}

// src/steps/say-evaluation.ts
/** One sentence per way in which an evaluation gave no value. */
function sayEvaluation(answer) {
	switch (answer.kind) {
		case "exception": return `raised ${answer.text}`;
		case "undefined-function": return `calls a function that does not exist there: ${answer.text}`;
		case "syntax-error": return `is not Erlang, nothing was evaluated: ${answer.text}`;
		case "no-final-dot": return "lacks its final dot, nothing was evaluated";
		case "too-large": return `gave an answer of ${answer.bytes} bytes, which is over the limit`;
		case "running": return `was still being evaluated after ${Math.round(answer.seconds)} s`;
		case "lost": return `the console was lost (${answer.reason})${answer.evaluated === "no" ? "; nothing was evaluated" : ""}`;
		case "refused": return answer.reason;
	}
}

// src/steps/tell.ts
/** What a check asks, as a person would ask it; secrets stand by their names. */
function tellByCheck(check, resources) {
	if (check === void 0) return [];
	switch (check.type) {
		case "run": return [tellByCommand(check.on)];
		case "reading": return (resources.readings[check.reading]?.on ?? []).map(tellByCommand);
		case "eval": return tellInConsole(check.console, check.eval, resources);
		case "reconcile": return check.of.flatMap((of) => tellBySides(of, check.between, resources));
		case "idle": return tellByStatus(check.poll, check.console, resources);
	}
}
/** The status of an asynchronous job, as it is polled. */
function tellByStatus(poll, console, resources) {
	const status = resources.polls[poll]?.status;
	return status === void 0 ? [] : tellInConsole(console, status, resources);
}
/** The sides of a comparison, each where it is read. */
function tellBySides(reconciliation, sides, resources) {
	const declared = resources.reconciliations[reconciliation]?.sides;
	if (declared === void 0) return [];
	return sides.flatMap((side) => tellBySide(declared[side], resources));
}
/** What a console's own script says of its node. */
function tellByPing(console, resources) {
	const declared = resources.consoles[console];
	if (declared === void 0) return [];
	const { host, directory, ping } = declared;
	return [{
		host,
		line: renderCommand({
			line: ping,
			directory
		})
	}];
}
function tellBySide(side, resources) {
	return side.type === "run" ? [tellByCommand(side.on)] : tellInConsole(side.console, side.eval, resources);
}
function tellByCommand({ host, command, secretNames }) {
	const secrets = Object.fromEntries(Object.keys(secretNames).map((name) => [name, ""]));
	return {
		host,
		line: renderCommand({
			...command,
			secrets
		})
	};
}
function tellInConsole(console, line, resources) {
	const host = resources.consoles[console]?.host;
	return host === void 0 ? [] : [{
		host,
		console,
		line
	}];
}

// src/steps/control.ts
const readyPauseSeconds = 1;
/** `control`: proven by the node's own identity and answers, not by the exit status of its script. */
const control = {
	name: "control",
	mutates: true,
	describe: (step, { consoles }) => [...commandsOf(step, consoles[step.console]), ...step.ready.map((one) => `${one.eval} must give ${one.expect}`)],
	tell: (step, resources) => tellByPing(step.console, resources),
	check: (step, context) => checkControl(step, context),
	intend: async (step, context) => ({
		act: `${step.control} console ${step.console}`,
		resume: { before: await context.console(step.console).identity() }
	}),
	apply: async (step, context, attempt) => {
		const console = context.console(step.console);
		const options = {
			timeoutSeconds: step.timeoutSeconds,
			signal: context.signal
		};
		if (step.control !== "start") {
			const stopped = await console.stop(options);
			if (!stopped.ok) return failed$1(stopped.detail, context);
			if (step.control === "stop") return {
				outcome: "succeeded",
				detail: stopped.detail
			};
		}
		const started = await console.start(options);
		if (!started.ok) return failed$1(started.detail, context);
		return provenStart(step, context, console, attempt.resume["before"]);
	}
};
/** What an operator would type; a restart is a stop and a start, so that it is proven by a new process. */
function commandsOf({ control: what }, declared) {
	if (declared === void 0) return [];
	const { directory, start, stop } = declared;
	return (what === "start" ? [start] : what === "stop" ? [stop] : [stop, start]).map((line) => renderCommand({
		line,
		directory
	}));
}
async function checkControl(step, context) {
	const console = context.console(step.console);
	const { state, detail } = await console.state();
	if (state === "unreachable") return {
		state: "cannot-tell",
		detail
	};
	if (step.control === "stop") return {
		state: state === "down" ? "done" : "not-done",
		detail
	};
	if (state === "down") return {
		state: "not-done",
		detail
	};
	const problem = await notReady(step, context, console);
	if (problem !== void 0) return {
		state: problem.refused ? "cannot-tell" : "not-done",
		detail: problem.detail
	};
	const identity = await console.identity();
	if (identity === void 0) return {
		state: "cannot-tell",
		detail: "the node does not say who it is"
	};
	if (step.control === "restart" && !sameNode(identity, context.nodeSeen())) return {
		state: "not-done",
		detail: `process ${identity.pid} was not started by this step`
	};
	await seen$1(step, context, identity);
	return {
		state: "done",
		detail: `process ${identity.pid} answers`
	};
}
async function provenStart(step, context, console, before) {
	const deadline = context.now().getTime() + step.timeoutSeconds * 1e3;
	let problem = await notReady(step, context, console);
	while (problem !== void 0 && context.now().getTime() < deadline && !context.signal.aborted) {
		await context.sleep(readyPauseSeconds);
		problem = await notReady(step, context, console);
	}
	if (problem !== void 0) return failed$1(problem.detail, context);
	const identity = await console.identity();
	if (identity === void 0) return {
		outcome: "failed",
		detail: "the node answers but does not say who it is"
	};
	if (step.control === "restart" && sameNode(identity, before)) return {
		outcome: "failed",
		detail: `process ${identity.pid} is the one from before: the node did not restart`
	};
	await seen$1(step, context, identity);
	return {
		outcome: "succeeded",
		detail: `process ${identity.pid} answers`
	};
}
/** What was cut short by a cancellation has not failed; the next run looks how it ended. */
function failed$1(detail, { signal }) {
	return {
		outcome: signal.aborted ? "cancelled" : "failed",
		detail
	};
}
async function seen$1(step, context, identity) {
	const { host } = context.console(step.console);
	await context.observe({
		kind: "console",
		name: step.console,
		host,
		...identity
	});
}
async function notReady(step, context, console) {
	const declared = context.resources.consoles[step.console]?.ready ?? [];
	for (const { eval: expression, expect } of [...declared, ...step.ready]) {
		const answer = await console.evaluate(expression, {
			timeoutSeconds: 30,
			signal: context.signal
		});
		if (answer.kind !== "value") {
			const detail = `${expression} ${sayEvaluation(answer)}`;
			return {
				refused: answer.kind === "refused",
				detail
			};
		}
		if (matches(parsePattern(expect), answer.term) === void 0) return {
			refused: false,
			detail: `${expression} gives ${printTerm(answer.term)}, wanted ${expect}`
		};
	}
}
/** A VM's start time is measured, so it may differ by a second between two askings. */
function sameNode(a, b) {
	return b !== void 0 && a.pid === b.pid && Math.abs(a.startedAt - b.startedAt) <= 2;
}

// src/chef/chef-error.ts
/** A Chef server did not answer as it must; the message says what was asked and what came back. */
var ChefError = class extends Error {
	name = "ChefError";
	kind;
	next;
	/** Of the answer; undefined when there was none. */
	status;
	/** Whether asking once more may help, where there was no answer. */
	again;
	constructor(message, { kind, next, status, again = false }) {
		super(message);
		this.kind = kind;
		this.next = next;
		this.status = status;
		this.again = again;
	}
};

// src/config/json-pointer.ts
/** The keys along a JSON pointer (RFC 6901): `/a~1b/0` is `a/b`, then `0`. */
function pointerKeys(pointer) {
	return pointer.slice(1).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

// src/chef/item.ts
/** An item's text, read as what it is: nothing of it is lost or brought into another order. */
var Item = class Item {
	text;
	#name;
	#root;
	/** Throws a `ChefError` where the text is no object, holds a key twice or is encrypted. */
	constructor(text, name) {
		this.text = text;
		this.#name = name;
		const errors = [];
		const root = parseTree(text, errors, { disallowComments: true });
		const [error] = errors;
		if (error !== void 0) throw this.#wrong(`is no JSON: ${printParseErrorCode(error.error)} at character ${error.offset}`);
		if (root?.type !== "object") throw this.#wrong("is no JSON object");
		const twice = keyTwice(root);
		if (twice !== void 0) throw this.#wrong(`holds the key ${JSON.stringify(twice)} twice, and nobody can tell which counts`);
		this.#root = root;
		const secret = encryptedKey(root);
		if (secret !== void 0) throw this.#wrong(`is encrypted (${secret}), and encrypted items are left alone`, "change it with the tool and the secret that it was made with");
	}
	/** What would have to change for these values to be there; none when they are. */
	changes(wanted, create) {
		return Object.entries(wanted).flatMap(([pointer, value]) => {
			const found = this.#find(pointer, create);
			const before = found === void 0 ? void 0 : this.#raw(found);
			const after = JSON.stringify(value);
			return found?.value === value ? [] : [{
				pointer,
				before,
				after
			}];
		});
	}
	/** The value at a pointer as the item writes it; undefined where only its last key is missing. */
	at(pointer) {
		const found = this.#find(pointer, true);
		return found === void 0 ? void 0 : this.#raw(found);
	}
	/** The single value at a pointer as text; throws a `ChefError` where there is none. */
	value(pointer) {
		const found = this.#find(pointer, false);
		if (found === void 0 || found.type === "null") throw this.#wrong(`has nothing at ${pointer}`, "set it, or correct the path");
		return String(found.value);
	}
	/** The text with these values, and with nothing else changed. */
	with(changes) {
		return changes.reduce((text, change) => new Item(text, this.#name).#replaced(change), this.text);
	}
	/** Whether two items hold the same, whatever the order of their keys; numbers are compared as they are written. */
	sameAs(other) {
		return canonical(this.#root, this.text) === canonical(other.#root, other.text);
	}
	#replaced({ pointer, after }) {
		const found = this.#find(pointer, true);
		if (after === void 0) return applyEdits(this.text, modify(this.text, pointerKeys(pointer), void 0, {}));
		if (found !== void 0) return this.#spliced(found.offset, found.length, after);
		const segments = pointerKeys(pointer);
		const parent = segments.slice(0, -1).reduce((node, segment) => node && childOf(node, segment), this.#root);
		if (parent === void 0) throw this.#wrong(`has no ${pointer}`);
		const entry = `${JSON.stringify(segments.at(-1))}: ${after}`;
		const last = parent.children?.at(-1);
		if (last === void 0) return this.#spliced(parent.offset + 1, 0, entry);
		return this.#spliced(last.offset + last.length, 0, `, ${entry}`);
	}
	#spliced(offset, length, text) {
		return this.text.slice(0, offset) + text + this.text.slice(offset + length);
	}
	#raw({ offset, length }) {
		return this.text.slice(offset, offset + length);
	}
	/** The value that a pointer leads to; undefined where only its last key is missing and may be. */
	#find(pointer, create) {
		let node = this.#root;
		const segments = pointerKeys(pointer);
		for (const [index, segment] of segments.entries()) {
			const here = `/${segments.slice(0, index).join("/")}`;
			const below = this.#below(node, segment, here);
			if (below === void 0) {
				const last = index === segments.length - 1;
				if (last && create && node.type === "object") return void 0;
				const known = keysOf$1(node);
				const like = nearest(segment, known);
				throw this.#wrong(`has no ${pointer}: there is no ${JSON.stringify(segment)} in ${here}${like === void 0 ? "" : `; did you mean ${JSON.stringify(like)}?`}`, last ? "correct the path, or say `create: true` where a new key is meant" : "correct the path");
			}
			node = below;
		}
		if (node.type === "object" || node.type === "array") throw this.#wrong(`has a whole ${node.type} at ${pointer}`, "name the single value that is to be set");
		return node;
	}
	#below(node, segment, here) {
		if (node.type === "array" || node.type === "object") return childOf(node, segment);
		throw this.#wrong(`has a ${node.type} at ${here}, and nothing is below that`, "correct the path");
	}
	#wrong(what, next = "look at the item on the Chef server") {
		return new ChefError(`data bag item ${this.#name} ${what}`, {
			kind: "not-done",
			next
		});
	}
};
function entriesOf(node) {
	if (node.type !== "object") return [];
	return (node.children ?? []).flatMap(({ children: [key, value] = [] }) => key === void 0 || value === void 0 ? [] : [[String(key.value), value]]);
}
const keysOf$1 = (node) => entriesOf(node).map(([key]) => key);
/** What stands under a key of an object, or in a place of a list. */
function childOf(node, segment) {
	if (node.type !== "array") return propertyOf(node, segment);
	return /^\d+$/.test(segment) ? node.children?.[Number(segment)] : void 0;
}
const propertyOf = (node, name) => entriesOf(node).find(([key]) => key === name)?.[1];
function childrenOf(node) {
	return node.type === "object" ? entriesOf(node).map(([, value]) => value) : node.children ?? [];
}
function keyTwice(node) {
	const keys = keysOf$1(node);
	const twice = keys.find((key, index) => keys.indexOf(key) !== index);
	if (twice !== void 0) return twice;
	for (const child of childrenOf(node)) {
		const found = keyTwice(child);
		if (found !== void 0) return found;
	}
}
/**
* Chef encrypts an item's values one by one: since version 1 to an object with these keys, before that to lines of
* base64, as Ruby writes them.
*/
function encryptedKey(root) {
	return entriesOf(root).find(([, value]) => {
		const keys = keysOf$1(value);
		if (keys.includes("encrypted_data")) return keys.includes("cipher") || keys.includes("iv");
		return typeof value.value === "string" && base64Lines.test(value.value);
	})?.[0];
}
const base64Lines = /^(?:[A-Za-z0-9+/]{60}\n)*[A-Za-z0-9+/]{2,60}={0,2}\n$/;
function canonical(node, text) {
	if (node.type === "array") return `[${(node.children ?? []).map((child) => canonical(child, text)).join(",")}]`;
	if (node.type === "object") return `{${entriesOf(node).map(([key, value]) => `${JSON.stringify(key)}:${canonical(value, text)}`).toSorted().join(",")}}`;
	if (node.type === "number") return text.slice(node.offset, node.offset + node.length);
	return JSON.stringify(node.value);
}

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

// src/steps/write-item.ts
/** Done when nothing has to change; an item that cannot be read or must not be changed tells nothing. */
async function checkItem(wanted, context) {
	try {
		const changes = wanted.changes(await read(wanted, context));
		if (changes.length === 0) return {
			state: "done",
			detail: `${nameOf$4(wanted)} holds what is wanted`
		};
		return {
			state: "not-done",
			detail: changes.map(sayChange$1).join("; ")
		};
	} catch (error) {
		if (!(error instanceof ChefError)) throw error;
		return {
			state: "cannot-tell",
			detail: `${error.message}; next: ${error.next}`
		};
	}
}
/** Journals the values before, and remembers the item as it was when it was read. */
async function intendItem(wanted, context) {
	try {
		const item = await read(wanted, context);
		const changes = wanted.changes(item);
		await context.observe({
			kind: "databag",
			bag: wanted.bag,
			item: wanted.item,
			changes: changes.map(({ pointer, before, after }) => ({
				pointer,
				...after === void 0 ? {} : { after },
				...before === void 0 ? {} : { before }
			}))
		});
		return {
			act: `write ${nameOf$4(wanted)}: ${changes.map(sayChange$1).join("; ")}`,
			resume: { read: sha256(item.text) }
		};
	} catch (error) {
		return refused$2(error);
	}
}
/** Writes the item once, if it still is what was read, and reads it back. */
async function writeItem(wanted, context, resume) {
	let before;
	let after;
	try {
		before = await read(wanted, context, "now");
		if (sha256(before.text) !== resume["read"]) return {
			outcome: "refused",
			detail: `somebody changed ${nameOf$4(wanted)} just now; nothing was written`,
			next: "find out who changes it, and run this phase again: it begins with the item as it is then"
		};
		after = new Item(before.with(wanted.changes(before)), nameOf$4(wanted));
	} catch (error) {
		return refused$2(error);
	}
	try {
		await context.chef().putItem(wanted.bag, wanted.item, after.text);
	} catch (error) {
		if (!(error instanceof ChefError)) throw error;
		const { message: detail, next, kind } = error;
		return {
			outcome: kind === "unknown" ? "unknown" : "failed",
			detail,
			next
		};
	}
	return verified$1(wanted, context, before, after);
}
/** What was written has to be there, and nothing else than it. */
async function verified$1(wanted, context, before, after) {
	let now;
	try {
		now = await read(wanted, context);
	} catch (error) {
		if (!(error instanceof ChefError)) throw error;
		return {
			outcome: "unknown",
			detail: `${nameOf$4(wanted)} was written and could not be read back: ${error.message}`,
			next: error.next
		};
	}
	if (now.sameAs(after)) return {
		outcome: "succeeded",
		detail: `${nameOf$4(wanted)} was written`
	};
	const next = `compare ${nameOf$4(wanted)} with what it was before, put right what is wrong, and run this phase again`;
	return {
		outcome: "failed",
		detail: now.sameAs(before) ? `the Chef server took ${nameOf$4(wanted)}, and still gives what it was before` : `${nameOf$4(wanted)} was written, and what the Chef server gives is not that: somebody else wrote it in the same moment, or the server changed it`,
		next
	};
}
async function read(wanted, context, now = "patiently") {
	return new Item(await context.chef().item(wanted.bag, wanted.item, now), nameOf$4(wanted));
}
function refused$2(error) {
	if (!(error instanceof ChefError)) throw error;
	return {
		outcome: "refused",
		detail: `${error.message}. Nothing was written`,
		next: error.next
	};
}
/** `environments/prod`. */
const nameOf$4 = ({ bag, item }) => `${bag}/${item}`;
const sayChange$1 = ({ pointer, before, after }) => `${pointer} is ${before ?? "not there"}, wanted ${after ?? "none"}`;

// src/steps/databag.ts
/** `databag`: read, changed in single values, written once and read back; whoever changed the item meanwhile is noticed. */
const databag = {
	name: "databag",
	mutates: true,
	describe: (step, { chef }) => [
		`in data bag ${step.bag}, item ${step.item}, of ${chef?.url ?? "the Chef server"}`,
		...Object.entries(step.set).map(([pointer, value]) => `set ${pointer} to ${JSON.stringify(value)}`),
		...step.create ? ["a key that is not there is made"] : []
	],
	check: (step, context) => checkItem(wantedBy(step), context),
	intend: (step, context) => intendItem(wantedBy(step), context),
	apply: (step, context, { resume }) => writeItem(wantedBy(step), context, resume)
};
function wantedBy({ bag, item, set, create }) {
	return {
		bag,
		item,
		changes: (now) => now.changes(set, create)
	};
}

// src/erlang/key.ts
/** A term as the key of an object: binaries and strings as their text, the parts of a tuple joined by `|`. */
function printKey(term) {
	if (term.type === "binary") return Buffer.from(term.bytes).toString("utf8");
	if (term.type === "tuple") return term.items.map(printKey).join("|");
	if (term.type === "atom") return term.name;
	if (term.type === "integer") return term.value.toString();
	if (term.type === "list") {
		const codes = term.items.map((item) => item.type === "integer" ? Number(item.value) : -1);
		if (codes.length > 0 && codes.every((code) => code >= 0 && code <= 1114111)) return String.fromCodePoint(...codes);
	}
	return printTerm(term);
}

// src/steps/failure-rules.ts
/** Said of a failure that may be a loss, and nobody can tell: whose object it is the log does not say. */
const cannotTell = "the log does not say what it refers to";
const reasonLength = 120;
function compileRule(rule) {
	const match = new RegExp(rule.match, "s");
	const reason = rule.reason === void 0 ? void 0 : new RegExp(rule.reason, "s");
	const { benignUnless } = rule;
	const onlyWith = new RegExp(`^(?:${benignUnless?.reason ?? ".*"})$`, "s");
	return {
		level: rule.level,
		read: (message) => {
			const groups = match.exec(message);
			if (groups === null) return void 0;
			const why = reason?.exec(message);
			const told = {
				class: rule.class,
				object: objectOf(rule, groups),
				reason: own((why?.[1] ?? why?.[0] ?? "").slice(0, reasonLength)),
				refers: void 0
			};
			if (benignUnless === void 0 || !onlyWith.test(told.reason)) return told;
			const refers = refersOf(benignUnless.atSource, groups);
			if (refers === void 0) return {
				...told,
				class: benignUnless.class,
				reason: cannotTell
			};
			return {
				...told,
				refers
			};
		}
	};
}
function objectOf(rule, match) {
	const named = match.groups ?? {};
	if (rule.object === void 0) return named["object"] === void 0 ? void 0 : own(named["object"]);
	return own(rule.object.replace(/\$\{(\w+)\}/g, (_, name) => named[name] ?? ""));
}
function refersOf(atSource, match) {
	const found = Object.entries(atSource).map(([group, reference]) => [reference, match.groups?.[group]]);
	if (found.some(([, key]) => key === void 0 || key === "")) return void 0;
	return Object.fromEntries(found.map(([reference, key]) => [reference, own(key ?? "")]));
}
/** A text of its own memory: a part of a longer text keeps all of that alive, and logs have gigabytes. */
function own(text) {
	return Buffer.from(text, "utf8").toString("utf8");
}

// src/steps/account.ts
/**
* Collects what the log said of a reconciliation's objects. Attempts are not added up: a later one fails
* again on what the first could not do, so per object the attempt that named it most often counts, and of
* those the latest.
*/
function failuresOf(reconciliation, observations) {
	const attempts = /* @__PURE__ */ new Map();
	for (const { attempt, classes, present = 0 } of observations) {
		const found = attempts.get(attempt) ?? {
			named: /* @__PURE__ */ new Map(),
			nameless: /* @__PURE__ */ new Map(),
			present: 0
		};
		attempts.set(attempt, found);
		if (Object.keys(classes).some((name) => reconciliation.failures.includes(name))) found.present = Math.max(found.present, present);
		for (const [name, told] of Object.entries(classes)) if (reconciliation.failures.includes(name)) take$2(found, name, told);
	}
	return {
		byObject: mostOften([...attempts.values()]),
		unnamed: namelessNow(attempts)
	};
}
function take$2({ named, nameless }, name, told) {
	for (const [index, object] of told.objects.entries()) {
		const cause = {
			class: name,
			reason: told.causes?.[index] ?? "",
			refers: told.refers?.[index]
		};
		const known = named.get(object);
		if (known === void 0) named.set(object, [cause]);
		else known.push(cause);
	}
	if (told.nameless === void 0) count$2(nameless, {
		class: name,
		reason: ""
	}, told.count - told.objects.length);
	for (const one of told.nameless ?? []) count$2(nameless, {
		class: name,
		...one
	}, 1);
}
function count$2(nameless, cause, by) {
	const key = JSON.stringify([
		cause.class,
		cause.reason,
		cause.refers
	]);
	nameless.set(key, {
		...cause,
		count: (nameless.get(key)?.count ?? 0) + by
	});
}
function mostOften(attempts) {
	const byObject = /* @__PURE__ */ new Map();
	for (const { named } of attempts) for (const [object, causes] of named) if (causes.length >= (byObject.get(object)?.length ?? 0)) byObject.set(object, causes);
	return byObject;
}
/** Without names nothing says whether a later attempt made up for it, so of each step only its last one counts. */
function namelessNow(attempts) {
	return [...new Map([...attempts].map(([attempt, found]) => [stepOf(attempt), found])).values()].flatMap(({ nameless, present }) => withoutPresent([...nameless.values()].filter((one) => one.count > 0), present)).toSorted(lossFirst);
}
/** What may be a loss explains first, so that none hides behind what is harmless. */
function lossFirst(a, b) {
	return Number(mayBeLoss(b)) - Number(mayBeLoss(a));
}
/**
* What was in SQL already fails once more in a later attempt. Where those failures have no name they must not
* explain what is missing, so as many as were there are left out, the harmless ones first.
*/
function withoutPresent(nameless, present) {
	let left = present;
	return nameless.toSorted((a, b) => lossFirst(b, a)).flatMap((one) => {
		const out = Math.min(left, one.count);
		left -= out;
		return one.count > out ? [{
			...one,
			count: one.count - out
		}] : [];
	});
}
function mayBeLoss({ reason, refers = {} }) {
	return reason === "the log does not say what it refers to" || Object.keys(refers).length > 0;
}
/** An attempt is named `step#number`, and what comes behind. */
function stepOf(attempt) {
	return attempt.slice(0, attempt.lastIndexOf("#"));
}
/** Holds two lists of keys against each other, as bags: an object that is there twice must arrive twice or be explained twice. */
function accountFor(from, to, failures) {
	const left = bag(from);
	const right = bag(to);
	const explained = [];
	const missing = [];
	for (const [object, count] of left) {
		const causes = failures.byObject.get(object) ?? [];
		for (let index = 0; index < count - (right.get(object) ?? 0); index += 1) {
			const cause = causes[index];
			if (cause === void 0) missing.push(object);
			else explained.push({
				...cause,
				object
			});
		}
	}
	const unnamed = explainUnnamed(missing, failures.unnamed);
	for (const one of unnamed) explained.push(one);
	return {
		explained,
		missing: missing.slice(unnamed.length),
		unexpected: [...right].filter(([key, count]) => count > (left.get(key) ?? 0)).map(([key]) => key)
	};
}
/** Failures that name no object explain as many missing objects as they are. */
function explainUnnamed(missing, unnamed) {
	const explained = [];
	for (const { count: many, ...cause } of unnamed) {
		const from = explained.length;
		for (const object of missing.slice(from, from + many)) explained.push({
			...cause,
			object
		});
	}
	return explained;
}
function bag(keys) {
	const counts = /* @__PURE__ */ new Map();
	for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
	return counts;
}

// src/steps/compare.ts
/** Compares the sides of each reconciliation, by name where both sides can name their objects. */
async function compareSides(names, between, context) {
	const rows = [];
	const accounts = /* @__PURE__ */ new Map();
	for (const name of names) {
		const reconciliation = context.resources.reconciliations[name];
		if (reconciliation === void 0) return {
			ok: false,
			reason: `there is no reconciliation ${name}`
		};
		const held = await holdings(reconciliation, between, context);
		if (!held.ok) return held;
		const { row, account } = rowOf$1(reconciliation, between, held.holdings, context);
		rows.push(row);
		if (account !== void 0) accounts.set(name, account);
	}
	return {
		ok: true,
		rows,
		accounts
	};
}
async function holdings(reconciliation, between, context) {
	const found = {};
	for (const side of between) {
		const held = await readSide(reconciliation.sides[side], context);
		if (!held.ok) return {
			ok: false,
			reason: `${reconciliation.title}, ${side}: ${held.reason}`
		};
		found[side] = held.holding;
	}
	return {
		ok: true,
		holdings: found
	};
}
/** Reads one side of a comparison. */
async function readSide(side, context) {
	return side.type === "run" ? readCommandSide(side, context) : readConsoleSide(side, context);
}
async function readCommandSide(side, context) {
	const answer = await ask$3(side.on, context, 600);
	if (!answer.ok) return answer;
	const lines = answer.lines.filter((line) => line !== "");
	if (side.gives === "keys") return {
		ok: true,
		holding: {
			count: lines.length,
			keys: lines,
			present: true
		}
	};
	const number = lines.at(-1)?.trim() ?? "";
	if (!/^\d+$/.test(number)) return {
		ok: false,
		reason: `${side.on.host}: wanted a number and got ${JSON.stringify(number.slice(0, 100))}`
	};
	return {
		ok: true,
		holding: {
			count: Number(number),
			keys: void 0,
			present: true
		}
	};
}
async function readConsoleSide(side, context) {
	const answer = await context.console(side.console).evaluate(side.eval, {
		timeoutSeconds: 600,
		signal: context.signal
	});
	if (answer.kind === "exception") return {
		ok: true,
		holding: {
			count: 0,
			keys: [],
			present: false
		}
	};
	if (answer.kind !== "value") return {
		ok: false,
		reason: sayEvaluation(answer)
	};
	const { term } = answer;
	if (term.type === "integer") return {
		ok: true,
		holding: {
			count: Number(term.value),
			keys: void 0,
			present: true
		}
	};
	if (term.type !== "list") return {
		ok: false,
		reason: `${side.eval} gives no list of keys`
	};
	const keys = term.items.map(printKey);
	return {
		ok: true,
		holding: {
			count: keys.length,
			keys,
			present: true
		}
	};
}
const samplesKept$4 = 10;
function rowOf$1(reconciliation, between, held, context) {
	const problems = between.filter((side) => held[side]?.present === false).map((side) => `${side} is not there`);
	let account;
	for (const [index, right] of between.entries()) {
		const left = between[index - 1];
		if (left === void 0) continue;
		const pair = comparePair(reconciliation, [left, right], held, context);
		account = pair.account ?? account;
		problems.push(...pair.problems);
	}
	return {
		row: {
			name: reconciliation.name,
			title: reconciliation.title,
			sides: Object.fromEntries(between.map((side) => [side, held[side]?.count ?? 0])),
			accounted: account?.explained.length ?? 0,
			missing: account?.missing.length ?? 0,
			unexpected: account?.unexpected.length ?? 0,
			samples: [...account?.missing ?? [], ...account?.unexpected ?? []].slice(0, samplesKept$4),
			ok: problems.length === 0,
			detail: problems.join("; ")
		},
		account
	};
}
function comparePair(reconciliation, [left, right], held, context) {
	const from = held[left];
	const to = held[right];
	if (from?.keys === void 0 || to?.keys === void 0) return {
		account: void 0,
		problems: from?.count === to?.count ? [] : [`${left} has ${from?.count ?? 0} and ${right} ${to?.count ?? 0}`]
	};
	const account = accountFor(from.keys, to.keys, failuresOf(reconciliation, context.failures()));
	const problems = [];
	if (account.missing.length > 0) problems.push(`${account.missing.length} of ${left} are missing in ${right} without a reason`);
	if (account.unexpected.length > 0) problems.push(`${account.unexpected.length} in ${right} are not in ${left}`);
	return {
		account,
		problems
	};
}
/** The rows as one short sentence, for a check's detail. */
function describeRows(rows) {
	return rows.map((row) => {
		const sides = Object.entries(row.sides).map(([side, count]) => `${side} ${count}`);
		const accounted = row.accounted > 0 ? `, ${row.accounted} accounted for` : "";
		return `${row.title}: ${sides.join(", ")}${accounted}${row.detail === "" ? "" : ` (${row.detail})`}`;
	}).join("; ");
}

// src/erlang/proplist.ts
/** Reads `[{Key, Value}, …]`, bare or as `{ok, […]}`, the way Erlang answers a status: the first of equal keys counts. */
function proplist(term) {
	const list = insideOk(term);
	if (list.type !== "list" || list.tail !== void 0) return void 0;
	const found = /* @__PURE__ */ new Map();
	for (const item of list.items) {
		const entry = readEntry(item);
		if (entry === void 0) return void 0;
		if (!found.has(entry[0])) found.set(...entry);
	}
	return found;
}
function insideOk(term) {
	if (term.type !== "tuple" || term.items.length !== 2) return term;
	const [first, second] = term.items;
	return first?.type === "atom" && first.name === "ok" && second !== void 0 ? second : term;
}
function readEntry(item) {
	if (item.type === "atom") return [item.name, {
		type: "atom",
		name: "true"
	}];
	if (item.type !== "tuple" || item.items.length !== 2) return void 0;
	const [key, value] = item.items;
	return key?.type === "atom" && value !== void 0 ? [key.name, value] : void 0;
}

// src/steps/job-status.ts
/** Asks once how an asynchronous job stands. `gone` says that the console answered, but nobody is there to ask. */
async function readStatus(console, poll, context) {
	const answer = await console.evaluate(poll.status, {
		timeoutSeconds: 90,
		signal: context.signal
	});
	if (answer.kind !== "value") {
		const late = answer.kind === "running" || answer.kind === "exception" && /\btimeout\b/.test(answer.text);
		const gone = !late && (answer.kind === "exception" || answer.kind === "undefined-function");
		return {
			ok: false,
			reason: `${poll.status} ${sayEvaluation(answer)}`,
			gone,
			late
		};
	}
	const values = proplist(answer.term);
	if (values === void 0) return {
		ok: false,
		reason: `${poll.status} gives ${printTerm(answer.term)}, which is not a status`,
		gone: false,
		late: false
	};
	return {
		ok: true,
		values,
		text: [...values].map(([key, value]) => `${key} ${printTerm(value)}`).join(", ")
	};
}
/** True when each named value matches its term pattern; a value that is not there does not match. */
function statusMatches(wanted, values) {
	return Object.entries(wanted).every(([key, pattern]) => {
		const value = values.get(key);
		return value !== void 0 && matches(parsePattern(pattern), value) !== void 0;
	});
}
/** A counter of the status as a number; 0 when it is not one. */
function counter(values, key) {
	const value = values.get(key);
	return value?.type === "integer" ? Number(value.value) : 0;
}

// src/steps/read-names.ts
/** Reads a named reading on each of its hosts, journals the values and insists that the hosts agree. */
async function readNames(name, context) {
	const reading = context.resources.readings[name];
	if (reading === void 0) return {
		ok: false,
		reason: `there is no reading ${name}`
	};
	let first;
	for (const on of reading.on) {
		const answer = await ask$3(on, context);
		if (!answer.ok) return {
			ok: false,
			reason: answer.reason
		};
		if (answer.lines.length !== reading.names.length) return {
			ok: false,
			reason: `${on.host}: reading ${name} wants ${reading.names.length} lines (${reading.names.join(", ")}) and got ${answer.lines.length}: ${answer.lines.slice(0, 4).join(" / ")}`
		};
		const values = Object.fromEntries(reading.names.map((key, index) => [key, answer.lines[index] ?? ""]));
		if (first !== void 0 && JSON.stringify(first.values) !== JSON.stringify(values)) return {
			ok: false,
			reason: `${first.host} and ${on.host} give different answers for ${name}`
		};
		first ??= {
			host: on.host,
			values
		};
	}
	if (first === void 0) return {
		ok: false,
		reason: `reading ${name} has no host`
	};
	await context.observe({
		kind: "reading",
		name,
		title: reading.title,
		values: first.values
	});
	return {
		ok: true,
		values: first.values
	};
}

// src/steps/check.ts
/** What a check asks, as lines that a person can run or read: it is what tells when an end is unknown. */
function describeCheck(spec) {
	if (spec === void 0) return [];
	switch (spec.type) {
		case "run": return [`done when this says so: ${renderCommand(spec.on.command)}`];
		case "reading": return [`done when ${Object.entries(spec.done).map(([name, values]) => `${name} is ${values.join(" or ")}`).join(", ")} (reading ${spec.reading})`];
		case "eval": return [`done when ${spec.eval} gives ${spec.done}`];
		case "reconcile": return [`done when ${spec.between.join(" = ")} for ${spec.of.join(", ")}`];
		case "idle": return [`done when no ${spec.poll} runs`];
	}
}
/** Asks; whatever prevents an answer is `cannot-tell` with its reason, never a guess. */
async function runCheck(spec, context) {
	switch (spec.type) {
		case "run": return checkByCommand(spec.on, context);
		case "reading": return checkByReading(spec, context);
		case "eval": return checkByExpression(spec, context);
		case "reconcile": return checkByComparison(spec, context);
		case "idle": return checkIdle(spec, context);
	}
}
async function checkByCommand(on, context) {
	const answer = await ask$3(on, context);
	if (!answer.ok) return {
		state: "cannot-tell",
		detail: answer.reason
	};
	const word = answer.lines.at(-1)?.trim() ?? "";
	if (word === "done" || word === "not-done" || word === "partial") return {
		state: word,
		detail: answer.lines.slice(0, -1).slice(-3).join(" / ")
	};
	return {
		state: "cannot-tell",
		detail: `${on.host}: the check's last line is ${JSON.stringify(word.slice(0, 100))}, not done, not-done or partial`
	};
}
async function checkByReading(spec, context) {
	const reading = await readNames(spec.reading, context);
	if (!reading.ok) return {
		state: "cannot-tell",
		detail: reading.reason
	};
	const wrong = Object.entries(spec.done).filter(([name, allowed]) => !allowed.includes(reading.values[name] ?? ""));
	const detail = Object.keys(spec.done).map((name) => `${name}=${reading.values[name] || "(unset)"}`).join(" ");
	if (wrong.length === 0) return {
		state: "done",
		detail
	};
	return {
		state: wrong.length === Object.keys(spec.done).length ? "not-done" : "partial",
		detail
	};
}
async function checkByExpression(spec, context) {
	const answer = await context.console(spec.console).evaluate(spec.eval, {
		timeoutSeconds: 60,
		signal: context.signal
	});
	switch (answer.kind) {
		case "value": return {
			state: matches(parsePattern(spec.done), answer.term) !== void 0 ? "done" : "not-done",
			detail: `${spec.eval} gives ${printTerm(answer.term)}`
		};
		case "exception": return {
			state: "not-done",
			detail: `${spec.eval} raises ${answer.text}`
		};
		default: return {
			state: "cannot-tell",
			detail: `${spec.eval}: ${sayEvaluation(answer)}`
		};
	}
}
async function checkByComparison(spec, context) {
	const compared = await compareSides(spec.of, spec.between, context);
	if (!compared.ok) return {
		state: "cannot-tell",
		detail: compared.reason
	};
	const last = spec.between.at(-1) ?? "sql";
	const detail = describeRows(compared.rows);
	if (compared.rows.every((row) => row.ok)) return {
		state: "done",
		detail
	};
	return {
		state: compared.rows.every((row) => (row.sides[last] ?? 0) === 0) ? "not-done" : "partial",
		detail
	};
}
async function checkIdle(spec, context) {
	const poll = context.resources.polls[spec.poll];
	if (poll === void 0) return {
		state: "cannot-tell",
		detail: `no poll ${spec.poll}`
	};
	const status = await readStatus(context.console(spec.console), poll, context);
	if (!status.ok) return {
		state: "cannot-tell",
		detail: status.reason
	};
	return {
		state: statusMatches(poll.idle, status.values) ? "done" : "not-done",
		detail: status.text
	};
}

// src/steps/log-reader.ts
/**
* Lists the log's files oldest first (last written, then born: both in one tick of the clock happen) and prints of each what is new: a header line
* `inode offset length path`, then exactly that many bytes. A file that shrank is read from its start.
*/
const readNewScript = `IFS=
cursor=" $CURSOR "
list() { TZ=UTC0 stat -c '%y|%w|%i|%s|%n' $FILES 2>/dev/null | LC_ALL=C sort; }
list | while IFS='|' read -r changed born number size file; do
  if [ ! -f "$file" ]; then continue; fi
  day=\${born%% *}; time=\${born#* }; inode=$number-$day-\${time%% *}
  case "$cursor" in
    *" $inode:"*) offset=\${cursor##*" $inode:"}; offset=\${offset%% *} ;;
    *) offset=0 ;;
  esac
  if [ "$size" -lt "$offset" ]; then offset=0; fi
  length=$((size - offset))
  if [ "$length" -gt "$LIMIT" ]; then length=$LIMIT; fi
  if [ "$SKIP" = yes ]; then printf '%s %s 0 %s\\n' "$inode" "$size" "$file"; continue; fi
  printf '%s %s %s %s\\n' "$inode" "$offset" "$length" "$file"
  if [ "$length" -gt 0 ]; then tail -c "+$((offset + 1))" "$file" | head -c "$length"; fi
done`;
/** What is kept of a line that has no end yet; nothing that anybody looks for stands further on. */
const lineLength = 262144;
const limitBytes = 16777216;
/** Reads a log from a position on, on all of its hosts, whole lines only. */
var LogReader = class {
	#log;
	#context;
	#cursors = /* @__PURE__ */ new Map();
	#found = /* @__PURE__ */ new Set();
	#partial = /* @__PURE__ */ new Map();
	/** Files that were there at the position and are gone now: what they held further on is not known. */
	vanished = /* @__PURE__ */ new Set();
	/** Hosts on which no file of the log was ever found. */
	get unseen() {
		return this.#log.on.map(({ host }) => host).filter((host) => !this.#found.has(host));
	}
	constructor(log, context, position) {
		this.#log = log;
		this.#context = context;
		for (const [host, inodes] of Object.entries(position ?? {})) this.#cursors.set(host, new Map(Object.entries(inodes)));
	}
	/** Moves to the present end of the log, so that only what is written from now on is read. */
	async skipToEnd() {
		await Promise.all(this.#log.on.map((on) => this.#read(on, true, () => void 0)));
	}
	position() {
		return Object.fromEntries([...this.#cursors].map(([host, inodes]) => [host, Object.fromEntries(inodes)]));
	}
	/** Hands over each new line with its host; resolves when everything that was there is read. */
	async readNew(onLine) {
		await Promise.all(this.#log.on.map((on) => this.#drain(on, onLine)));
	}
	async #drain(on, onLine) {
		let retries = 3;
		for (;;) try {
			if (await this.#read(on, false, onLine) < limitBytes) return;
		} catch (error) {
			retries -= 1;
			if (retries === 0 || this.#context.signal.aborted) throw error;
		}
	}
	async #read(on, skip, onLine) {
		const cursor = this.#cursors.get(on.host) ?? /* @__PURE__ */ new Map();
		this.#cursors.set(on.host, cursor);
		const connection = await this.#context.connect(on.host);
		const env = {
			FILES: on.files,
			CURSOR: [...cursor].map(([inode, offset]) => `${inode}:${offset}`).join(" "),
			LIMIT: String(limitBytes),
			SKIP: skip ? "yes" : "no"
		};
		const seen = /* @__PURE__ */ new Set();
		const bytes = await readFrames(connection, env, (frame) => {
			seen.add(frame.inode);
			this.#found.add(on.host);
			if (frame.offset < (cursor.get(frame.inode) ?? 0)) this.#partial.delete(`${on.host} ${frame.inode}`);
			cursor.set(frame.inode, frame.offset + frame.length);
			if (frame.bytes.length > 0) this.#feed(`${on.host} ${frame.inode}`, on.host, frame.bytes, onLine);
		});
		for (const inode of cursor.keys()) {
			if (seen.has(inode)) continue;
			cursor.delete(inode);
			this.vanished.add(`${on.host} ${inode}`);
		}
		return bytes;
	}
	#feed(key, host, bytes, onLine) {
		const partial = this.#partial.get(key) ?? {
			decoder: new StringDecoder("utf8"),
			text: ""
		};
		this.#partial.set(key, partial);
		const lines = (partial.text + partial.decoder.write(bytes)).split("\n");
		partial.text = own((lines.pop() ?? "").slice(0, lineLength));
		for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line, host);
	}
};
async function readFrames(connection, env, onFrame) {
	const process = await connection.open({
		line: readNewScript,
		env
	});
	process.stdin.end();
	process.stderr.resume();
	const chunks = [];
	for await (const chunk of process.stdout) chunks.push(Buffer.from(chunk));
	const end = await process.ended;
	if (end.kind === "lost") throw new Error(`${connection.host}: reading the log was cut off: ${end.reason}`);
	return parseFrames(Buffer.concat(chunks), onFrame);
}
function parseFrames(all, onFrame) {
	let at = 0;
	let most = 0;
	while (at < all.length) {
		const newline = all.indexOf(10, at);
		const [inode = "", offset = "0", length = "0"] = all.toString("latin1", at, newline === -1 ? all.length : newline).split(" ");
		const start = newline + 1;
		const bytes = all.subarray(start, start + Number(length));
		if (newline === -1 || bytes.length < Number(length)) throw new Error("reading the log was cut off");
		onFrame({
			inode,
			offset: Number(offset),
			length: Number(length),
			bytes
		});
		most = Math.max(most, Number(length));
		at = start + Number(length);
	}
	return most;
}

// src/steps/failures.ts
const samplesKept$3 = 5;
const sampleLength = 400;
/** An entry's continuation lines say little after the first few; a stack trace may be endless. */
const entryLength = 8192;
/** So many lines without a single entry are of another format than the one that is declared. */
const unreadableLines = 20;
/** Reasons that are told apart within a class: one that holds an object's name would be another each time. */
const reasonsKept$1 = 200;
/** What further reasons are called; a baseline that lists reasons does not know it. */
const otherReasons = "(one of many other reasons)";
const nothingRefersTo = {};
/** Levels at which an entry that no rule knows is a failure. */
const grave = /* @__PURE__ */ new Set([
	"error",
	"critical",
	"alert",
	"emergency"
]);
function emptyClass() {
	return {
		count: 0,
		objects: [],
		causes: [],
		refers: [],
		reasons: {},
		nameless: [],
		samples: []
	};
}
/** Sorts a log's entries into the runbook's failure classes; lines that start no entry belong to the one before. */
var FailureClassifier = class {
	#entry;
	#rules;
	#classes = {};
	#unclassified = 0;
	#samples = [];
	#open;
	#lines = 0;
	#entries = 0;
	constructor(entry, rules) {
		this.#entry = new RegExp(entry);
		this.#rules = rules.map(compileRule);
	}
	line(line) {
		const groups = this.#entry.exec(line)?.groups;
		this.#lines += 1;
		if (groups === void 0) {
			if (this.#open !== void 0 && this.#open.message.length < entryLength) this.#open.message += `\n${line}`;
			return;
		}
		this.#close();
		this.#entries += 1;
		this.#open = {
			level: groups["level"] ?? "",
			message: groups["message"] ?? line
		};
	}
	end() {
		this.#close();
		return {
			readable: this.#entries > 0 || this.#lines < unreadableLines,
			classes: this.#classes,
			unclassified: this.#unclassified,
			samples: this.#samples
		};
	}
	#close() {
		const entry = this.#open;
		this.#open = void 0;
		if (entry === void 0) return;
		for (const rule of this.#rules) {
			if (rule.level !== void 0 && rule.level !== entry.level) continue;
			const told = rule.read(entry.message);
			if (told !== void 0) return this.#count(told, entry.message);
		}
		if (!grave.has(entry.level)) return;
		this.#unclassified += 1;
		if (this.#samples.length < samplesKept$3) this.#samples.push(own(entry.message.slice(0, sampleLength)));
	}
	#count(told, message) {
		const found = this.#classes[told.class] ??= emptyClass();
		found.count += 1;
		const reason = reasonIn(found, told.reason);
		if (reason !== "") add(found.reasons, reason, 1);
		if (told.object === void 0) found.nameless.push({
			reason,
			...told.refers === void 0 ? {} : { refers: told.refers }
		});
		else {
			found.objects.push(told.object);
			found.causes.push(reason);
			found.refers.push(told.refers ?? nothingRefersTo);
		}
		if (found.samples.length < samplesKept$3) found.samples.push(own(message.slice(0, sampleLength)));
	}
};
function reasonIn({ reasons }, reason) {
	if (reason === "" || Object.hasOwn(reasons, reason)) return reason;
	return Object.keys(reasons).length < reasonsKept$1 ? reason : otherReasons;
}
function add(counts, name, count) {
	counts[name] = (counts[name] ?? 0) + count;
}
/** Name of the class for errors that no rule of the runbook recognises. */
const unclassified = "unclassified";
/** Reads and sorts what a log gets from a position on; asked now and then, so that nothing is rotated away unread. */
var FailureReader = class {
	#reader;
	#log;
	#rules;
	#classifiers = /* @__PURE__ */ new Map();
	constructor(log, from, context) {
		this.#reader = new LogReader(log, context, from);
		this.#log = log;
		this.#rules = context.failureRules;
	}
	async read() {
		await this.#reader.readNew((line, host) => this.#classifier(host).line(line));
	}
	async end() {
		await this.read();
		const gap = this.#reader.vanished.size > 0 || this.#reader.unseen.length > 0;
		const all = [...this.#classifiers.values()].map((classifier) => classifier.end());
		const foreign = all.some(({ readable }) => !readable);
		return merge(all, gap || foreign);
	}
	#classifier(host) {
		const known = this.#classifiers.get(host);
		if (known !== void 0) return known;
		const classifier = new FailureClassifier(this.#log.entry, this.#rules);
		this.#classifiers.set(host, classifier);
		return classifier;
	}
};
function merge(all, gap) {
	const merged = {
		classes: {},
		unclassified: 0,
		samples: [],
		gap
	};
	for (const failures of all) {
		merged.unclassified += failures.unclassified;
		merged.samples.push(...failures.samples);
		for (const [name, one] of Object.entries(failures.classes)) mergeClass(merged.classes[name] ??= emptyClass(), one);
	}
	return merged;
}
function mergeClass(into, one) {
	into.count += one.count;
	for (const key of ["objects", "causes"]) for (const value of one[key]) into[key].push(value);
	for (const value of one.refers) into.refers.push(value);
	for (const value of one.nameless) into.nameless.push(value);
	for (const [reason, count] of Object.entries(one.reasons)) add(into.reasons, reason, count);
	into.samples.push(...one.samples);
}

// src/steps/observe-failures.ts
/** Names that one line of the journal may hold, so that none grows without bound. */
const namesPerEvent = 2e3;
const samplesKept$2 = 5;
/** Journals failures, long lists of objects in several events. */
async function observeFailures(log, failures, context, present = 0) {
	const longest = Math.max(0, ...Object.values(failures.classes).map(lengthOf));
	const parts = Math.max(1, Math.ceil(longest / namesPerEvent));
	for (let part = 0; part < parts; part += 1) await context.observe({
		kind: "failures",
		log: log.name,
		classes: partOf$1(failures, part),
		unclassified: part === 0 ? failures.unclassified : 0,
		samples: part === 0 ? failures.samples.slice(0, samplesKept$2) : [],
		...part === 0 && failures.gap ? { gap: true } : {},
		...part === 0 && present > 0 ? { present } : {}
	});
}
function lengthOf({ objects, nameless }) {
	return Math.max(objects.length, nameless.length);
}
/** Counts stand in the first part only; a class that has no more names is in no further one. */
function partOf$1({ classes }, part) {
	const from = part * namesPerEvent;
	const found = Object.entries(classes).flatMap(([name, all]) => {
		if (part > 0 && lengthOf(all) <= from) return [];
		const lists = {
			objects: all.objects.slice(from, from + namesPerEvent),
			causes: all.causes.slice(from, from + namesPerEvent),
			refers: all.refers.slice(from, from + namesPerEvent),
			nameless: all.nameless.slice(from, from + namesPerEvent)
		};
		return [[name, part === 0 ? {
			...all,
			...lists
		} : {
			count: 0,
			reasons: {},
			samples: [],
			...lists
		}]];
	});
	return Object.fromEntries(found);
}

// src/steps/observe-judged.ts
/** Journals every name that is on one side only: a row keeps no more than the first few. */
async function observeDifferences(accounts, context) {
	for (const [name, { missing, unexpected }] of accounts) {
		const title = context.resources.reconciliations[name]?.title ?? name;
		const longest = Math.max(missing.length, unexpected.length);
		for (let from = 0; from < longest; from += namesPerEvent) {
			const part = (all) => all.slice(from, from + namesPerEvent);
			await context.observe({
				kind: "differences",
				name,
				title,
				from,
				missing: part(missing),
				unexpected: part(unexpected)
			});
		}
	}
}
/** Journals every object that a verdict counts as failed, by class and reason. */
async function observeJudged(accounts, context) {
	const groups = /* @__PURE__ */ new Map();
	for (const { explained } of accounts.values()) for (const { class: name, reason, object } of explained) {
		const key = JSON.stringify([name, reason]);
		const group = groups.get(key);
		if (group === void 0) groups.set(key, {
			class: name,
			reason,
			objects: [object]
		});
		else group.objects.push(object);
	}
	for (const { objects, ...group } of groups.values()) for (let from = 0; from < objects.length; from += namesPerEvent) {
		const part = objects.slice(from, from + namesPerEvent);
		await context.observe({
			kind: "judged",
			...group,
			objects: part
		});
	}
}

// src/steps/progress.ts
const journalEverySeconds$1 = 10;
/** A job that stands still is told of too, since the downtime goes on meanwhile. */
const journalStillEverySeconds = 60;
/** Turns a job's counter into progress: a rate over the whole following, said when it changes, journaled now and then. */
var JobProgress = class {
	#context;
	#total;
	#from;
	#last = -1;
	#journaledAt = 0;
	/** What an earlier run has seen of a job it followed says nothing of the rate in this one. */
	constructor(context, total, resumed) {
		this.#context = context;
		this.#total = total;
		this.#from = resumed ? void 0 : {
			done: 0,
			at: context.now().getTime()
		};
	}
	async saw(done) {
		const now = this.#context.now().getTime();
		this.#from ??= {
			done,
			at: now
		};
		const moved = done !== this.#last;
		const finished = this.#total !== void 0 && done >= this.#total;
		const pause = moved ? journalEverySeconds$1 : journalStillEverySeconds;
		if (!(moved && finished) && now - this.#journaledAt < pause * 1e3) return;
		this.#last = done;
		this.#journaledAt = now;
		await this.#context.observe({
			kind: "progress",
			done: Math.max(0, done),
			...this.#total === void 0 ? {} : { total: this.#total },
			...this.#rate(done, now)
		});
	}
	#rate(done, now) {
		if (this.#from === void 0) return {};
		const seconds = (now - this.#from.at) / 1e3;
		return seconds > 0 ? { perSecond: Math.max(0, done - this.#from.done) / seconds } : {};
	}
};

// src/steps/follow-job.ts
/** An answer that takes longer than this to turn into a running job is not coming. */
const lateStartSeconds = 300;
function pollOf(job, context) {
	const poll = context.resources.polls[job.poll];
	if (poll === void 0) throw new Error(`there is no poll ${job.poll}`);
	return poll;
}
/** Whether the job's objects are all there: decided by the two last sides, never by the job's own status. */
async function jobCheck(job, consoleName, context) {
	const poll = pollOf(job, context);
	const status = await readStatus(context.console(consoleName), poll, context);
	if (!status.ok) return {
		state: "cannot-tell",
		detail: status.reason
	};
	if (poll.busy.some((busy) => statusMatches(busy, status.values))) return {
		state: "running",
		detail: status.text
	};
	if (job.reconciles === void 0) return {
		state: "not-done",
		detail: status.text
	};
	const compared = await compareSides([job.reconciles], ["dets", "sql"], context);
	if (!compared.ok) return {
		state: "cannot-tell",
		detail: compared.reason
	};
	const [row] = compared.rows;
	const detail = describeRows(compared.rows);
	if (row === void 0) return {
		state: "cannot-tell",
		detail
	};
	const ended = context.wasDone();
	if (row.ok && (ended || (row.sides["sql"] ?? 0) > 0)) return {
		state: "done",
		detail
	};
	if ((row.sides["sql"] ?? 0) > 0) return {
		state: "partial",
		detail
	};
	if (row.ok && await nothingToDo(job, context)) return {
		state: "done",
		detail: `${detail}; the source has none`
	};
	return {
		state: "not-done",
		detail
	};
}
/** A kind of object that the source does not have at all will never be seen in SQL. */
async function nothingToDo({ reconciles }, context) {
	const sides = context.resources.reconciliations[reconciles ?? ""]?.sides;
	if (sides === void 0) return false;
	for (const side of [sides.dets, sides.source]) {
		const held = await readSide(side, context);
		if (!held.ok || !held.holding.present || held.holding.count > 0) return false;
	}
	return true;
}
/** Makes sure that a start can only start this job, and keeps where counters and log stand before it. */
async function jobIntent(expression, job, consoleName, context) {
	const poll = pollOf(job, context);
	const console = context.console(consoleName);
	for (const { eval: before, expect } of poll.before) {
		const answer = await console.evaluate(before, {
			timeoutSeconds: 60,
			signal: context.signal
		});
		if (answer.kind !== "value") return {
			outcome: "refused",
			detail: `${before} ${sayEvaluation(answer)}`
		};
		if (matches(parsePattern(expect), answer.term) === void 0) return {
			outcome: "refused",
			detail: `${before} gives ${printTerm(answer.term)}, wanted ${expect}`
		};
	}
	const status = await readStatus(console, poll, context);
	if (!status.ok) return {
		outcome: "refused",
		detail: status.reason
	};
	if (!statusMatches(poll.idle, status.values)) return {
		outcome: "refused",
		detail: `another ${job.poll} is under way, and a second start would kill or halt it: ${status.text}`,
		next: "wait until it has ended, or dispatch the rollback, which halts it"
	};
	const total = await totalOf$1(job, context);
	if (typeof total === "string") return {
		outcome: "refused",
		detail: total
	};
	return {
		act: expression,
		resume: {
			done: counter(status.values, poll.counters.done),
			failed: counter(status.values, poll.counters.failed),
			sticky: isSticky(poll, status.values),
			log: await logPosition(job, context),
			total,
			present: await presentOf(job, context),
			...job.log === void 0 ? {} : { logName: job.log }
		}
	};
}
/** With an empty source side a job "succeeds" with nothing done, so that must be true of the first side as well. */
async function totalOf$1(job, context) {
	if (job.reconciles === void 0) return void 0;
	const sides = context.resources.reconciliations[job.reconciles]?.sides;
	if (sides === void 0) return `there is no reconciliation ${job.reconciles}`;
	const dets = await readSide(sides.dets, context);
	if (!dets.ok) return dets.reason;
	if (dets.holding.count > 0) return dets.holding.count;
	const source = await readSide(sides.source, context);
	if (!source.ok) return source.reason;
	if (source.holding.count === 0) return 0;
	return `dets are empty while the source has ${source.holding.count}: it would end at once with nothing done`;
}
/** How many of the objects are in SQL already: a job that is started again fails on each of them. */
async function presentOf({ reconciles }, context) {
	const side = context.resources.reconciliations[reconciles ?? ""]?.sides.sql;
	const held = side === void 0 ? void 0 : await readSide(side, context);
	return held?.ok === true ? held.holding.count : 0;
}
async function logPosition(job, context) {
	const log = job.log === void 0 ? void 0 : context.resources.logs[job.log];
	if (log === void 0) return {};
	const reader = new LogReader(log, context);
	await reader.skipToEnd();
	return reader.position();
}
function isSticky(poll, values) {
	return Object.keys(poll.sticky).length > 0 && statusMatches(poll.sticky, values);
}
/** Follows a started job to its real end, then reads from the log what the status does not tell. */
async function followJob(job, consoleName, context, attempt, start, timeoutSeconds) {
	const baseline = attempt.resume;
	const log = job.log === void 0 ? void 0 : context.resources.logs[job.log];
	const reader = log === void 0 ? void 0 : new FailureReader(log, baseline.log, context);
	const following = {
		consoleName,
		baseline,
		start,
		timeoutSeconds,
		reader,
		resumed: attempt.resumed === true
	};
	const act = await pollToEnd(pollOf(job, context), context, following);
	if (act.outcome === "cancelled" || act.outcome === "unknown" || log === void 0 || reader === void 0) return act;
	const told = await withFailures(act, log, reader, context, baseline.present);
	await nameDifferences(job, context);
	return told;
}
/** What is missing without a word is named while it can be: its phase ends here, and no verdict will tell. */
async function nameDifferences({ reconciles }, context) {
	if (reconciles === void 0) return;
	const compared = await compareSides([reconciles], ["dets", "sql"], context);
	if (compared.ok) await observeDifferences(compared.accounts, context);
}
/** How often a log is read while its job runs: often enough that nothing is rotated away unread. */
const readLogEverySeconds = 20;
async function pollToEnd(poll, context, { consoleName, baseline, start, timeoutSeconds, reader, resumed }) {
	const console = context.console(consoleName);
	const startedAt = context.now().getTime();
	const progress = new JobProgress(context, baseline.total, resumed);
	let began = start === "answered";
	let stalledTimes = 0;
	let freedAt;
	let readAt = startedAt;
	for (;;) {
		await context.sleep(poll.everySeconds);
		if (context.signal.aborted) return {
			outcome: "cancelled",
			detail: "it runs on in the console",
			next: "run this phase again: it follows the job"
		};
		const status = await readStatus(console, poll, context);
		const seconds = (context.now().getTime() - startedAt) / 1e3;
		if (!status.ok) {
			if (status.late && seconds < timeoutSeconds) continue;
			return {
				outcome: status.gone ? "failed" : "unknown",
				detail: status.reason,
				underWay: !status.gone
			};
		}
		if (context.now().getTime() - readAt >= readLogEverySeconds * 1e3) {
			await reader?.read();
			readAt = context.now().getTime();
		}
		const done = counter(status.values, poll.counters.done) - baseline.done;
		const busy = poll.busy.some((one) => statusMatches(one, status.values));
		began ||= busy || done > 0;
		await progress.saw(done);
		if (seconds > timeoutSeconds) return {
			outcome: "unknown",
			detail: `still running after ${timeoutSeconds} s: ${status.text}`,
			underWay: true
		};
		if (!busy) {
			if (!began && seconds < lateStartSeconds) continue;
			return endOf$1(poll, status.values, status.text, done, baseline, began);
		}
		stalledTimes = poll.stalled !== void 0 && statusMatches(poll.stalled.when, status.values) ? stalledTimes + 1 : 0;
		if (poll.stalled === void 0 || stalledTimes < poll.stalled.times) continue;
		if (freedAt === done) return {
			outcome: "unknown",
			detail: `stalled again where it was freed before: ${status.text}`,
			underWay: true
		};
		freedAt = done;
		stalledTimes = 0;
		await context.observe({
			kind: "note",
			text: `stalled at ${done}; freed with ${poll.stalled.free}`
		});
		await console.evaluate(poll.stalled.free, {
			timeoutSeconds: 30,
			signal: context.signal
		});
	}
}
function endOf$1(poll, values, text, done, baseline, began) {
	const of = baseline.total === void 0 ? "" : ` of ${baseline.total}`;
	if (!began) return {
		outcome: "unknown",
		detail: `the start gave no answer and nothing began: ${text}`,
		next: "restart the console, so that the start cannot come late, then run this phase again",
		underWay: true
	};
	if (isSticky(poll, values) && !baseline.sticky) return {
		outcome: "failed",
		detail: `stopped early by itself after ${done}${of}: ${text}`,
		next: continueNext
	};
	if (Object.keys(poll.stopped).length > 0 && statusMatches(poll.stopped, values)) return {
		outcome: "failed",
		detail: `stopped early after ${done}${of}: ${text}`,
		next: continueNext
	};
	const failed = counter(values, poll.counters.failed) - baseline.failed;
	if (!statusMatches(poll.done, values)) return {
		outcome: "failed",
		detail: `ended in a state that is not its end: ${text}`
	};
	if (baseline.total !== void 0 && done < baseline.total && baseline.total > 0 && done === 0) return {
		outcome: "failed",
		detail: `ended with nothing done${of}: ${text}`,
		next: continueNext
	};
	return {
		outcome: "succeeded",
		detail: `${done}${of} handled${failed > 0 ? `, ${failed} failed by its own count` : ""}`
	};
}
const continueNext = "run this phase again: it starts the same migration again, and what is there already is recognised";
async function withFailures(act, log, reader, context, present) {
	const failures = await reader.end();
	await observeFailures(log, failures, context, present);
	const counts = Object.entries(failures.classes).map(([name, found]) => `${name} ${found.count}`);
	if (failures.unclassified > 0) counts.push(`unknown errors ${failures.unclassified}`);
	return {
		...act,
		detail: counts.length === 0 ? act.detail : `${act.detail}; in the log: ${counts.join(", ")}`
	};
}

// src/journal/overtaken.ts
/** What a person does when a newer token than ours was seen. */
const overtakenNext = "see who acts now (the journal's last events say it). A rollback may have acted while the journal could not be used: dispatch it again, and its events join the journal";

// src/transport/job-names.ts
/** Job ids become directory names on hosts, so only what is plain everywhere is let through. */
function checkJobId(id) {
	if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(id)) return;
	throw new Error(`${JSON.stringify(id)} is no job id; use letters, digits, ".", "_" and "-", at most 200`);
}
/** State directories stand in scripts line by line; an empty one would be the root of everything. */
function checkStateDirectory(directory) {
	if (directory !== "" && directory !== "/" && !directory.startsWith("-") && !/[\n\0]/.test(directory)) return;
	throw new Error(`${JSON.stringify(directory)} is no state directory; name one such as ".runbook-phase"`);
}
/** Tokens are compared by a shell, which knows whole numbers only. */
function checkToken(token) {
	if (Number.isSafeInteger(token) && token >= 0) return;
	throw new Error(`${token} is no lease token; it must be a whole number from 0`);
}
/** Reads what the wrapper wrote into `exit`; undefined when it is something else. */
function readEnd(text) {
	const [, kind, value] = /^(exited (?=\d+ *$)|signalled (?=[A-Z]))([A-Z0-9+-]+) *$/.exec(text) ?? [];
	if (kind === void 0 || value === void 0) return void 0;
	return kind === "exited " ? {
		kind: "exited",
		status: Number(value)
	} : {
		kind: "signalled",
		signal: `SIG${value}`
	};
}
/** A word that no output can guess. */
function newNonce() {
	return randomBytes(16).toString("hex");
}
/** Process numbers as the host lists them. */
function readSurvivors(text) {
	return text.split(" ").filter((word) => /^\d+$/.test(word)).map(Number);
}

// src/transport/job-script.ts
/** Shell text with its arguments set; every answer line begins with the nonce, so that nothing else can look like one. */
function hostScript(body, names) {
	return `${Object.entries(names).map(([name, value]) => `${name}=${quote$2(String(value))}\n`).join("")}${processes}${places}${body}`;
}
const processes = `
boot=-
{ IFS= read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
: "\${boot:=-}"

# Reads start time and session of process $1; fails when it is gone or only its entry is left.
born() {
  stat=
  { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${stat##*") "}
  case $1 in Z | X | x) return 1 ;; esac
  session=$4
  shift 19
  start=$1
}
`;
const places = `
mask=$(umask)
umask 077
case $state in /*) ;; *) state=$PWD/$state ;; esac
jobs=$state/jobs
dir=$jobs/$id

say() { printf '%s %s\\n' "$nonce" "$*" || exit 0; }
first_line() { printf '%s\\n' "$1" | head -n 1; }

# True while process $1 runs that was born at $2 in boot $3, and not a later one with its number.
same() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$3" = "$boot" ] || [ "$3" = - ] || [ "$boot" = - ] || return 1
  if [ -r /proc/self/stat ]; then
    born "$1" && { [ "$2" = - ] || [ "$start" = "$2" ]; }
  else
    kill -0 "$1" 2>/dev/null
  fi
}
alive() {
  pid= was= on= owner= how=
  { IFS=' ' read -r pid was on owner how <"$dir/pid"; } 2>/dev/null || return 1
  same "$pid" "$was" "$on"
}
child_alive() {
  child= begun= within=
  { IFS=' ' read -r child begun within <"$dir/child"; } 2>/dev/null || return 1
  same "$child" "$begun" "$within"
}

# Says in $wrong what is not as the wrapper made it; fails when all of it is.
edited() {
  wrong=
  if [ ! -e "$dir" ] && [ ! -L "$dir" ]; then return 1; fi
  if [ -L "$dir" ] || [ ! -d "$dir" ]; then wrong="$dir is not the directory that was made there"
  else
    for each in command started pid out err exit; do
      if [ -L "$dir/$each" ]; then wrong="$dir/$each is a link"
      elif [ -e "$dir/$each" ] && [ ! -f "$dir/$each" ]; then wrong="$dir/$each is no file"
      elif [ -e "$dir/$each" ] && [ ! -f "$dir/command" ]; then wrong="$dir has no command but $each"
      elif [ -s "$dir/pid" ] && [ ! -e "$dir/$each" ] && [ "$each" != exit ]; then wrong="$dir has no $each"
      fi
    done
    # A wrapper that is just starting writes its pid a moment after; one that lost power before that is no process.
    if [ -e "$dir/started" ] && [ ! -s "$dir/pid" ] && nap 1 && [ ! -s "$dir/pid" ]; then
      orphans
      if [ -n "$list" ] && [ -e "$dir/pid" ]; then wrong="$dir/pid is not what was written there"
      elif [ -n "$list" ]; then wrong="$dir has no pid"
      fi
    fi
    # Nothing is begun before its pid is on the disk.
    for each in out err exit child; do
      if [ -z "$wrong" ] && [ -s "$dir/$each" ] && [ ! -s "$dir/pid" ]; then wrong="$dir has no pid but $each"; fi
    done
    if [ -d "$dir/claim" ] && [ ! -e "$dir/claim/barred" ] && [ ! -f "$dir/command" ]; then wrong="$dir has no command but claim"; fi
    if [ -z "$wrong" ] && [ -s "$dir/pid" ] && ! pid_as_written; then wrong="$dir/pid is not what was written there"; fi
  fi
  [ -n "$wrong" ]
}
pid_as_written() {
  pid= was= on= owner= how=
  { IFS=' ' read -r pid was on owner how <"$dir/pid"; } 2>/dev/null || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  case $was in - | [0-9]*) ;; *) return 1 ;; esac
  case $how in session | plain) ;; *) return 1 ;; esac
  [ -n "$on" ] && [ -n "$owner" ]
}

# Lists the wrappers of this job by their command lines, and starts no process for each one that is looked at.
orphans() {
  list=
  for each in $(candidates); do
    if { bears_job <"$each"; } 2>/dev/null; then
      each=\${each#/proc/}
      list="$list \${each%/cmdline}"
    fi
  done
}
# Not every grep looks behind the zero that ends an argument.
candidates() {
  if printf 'a\\000b\\n' | grep -aqF b 2>/dev/null; then grep -alF -e "$dir/" /proc/[0-9]*/cmdline 2>/dev/null
  else printf '%s\\n' /proc/[0-9]*/cmdline
  fi
}
# The shell leaves out what ends an argument, so that "job" and the directory stand behind the script's last line.
bears_job() {
  while IFS= read -r argument || [ -n "$argument" ]; do
    case $argument in "job$dir/"*) return 0 ;; esac
  done
  return 1
}

# Lists what is left of a job whose wrapper is gone, or did not get to say its number.
survivors() {
  if [ -e "$dir/claim/barred" ]; then list=
  elif [ -z "$pid" ]; then orphans
  elif [ "$how" = plain ]; then left_of_plain
  else left_of_session
  fi
}
# It is the wrapper's own copy until its number is written.
left_of_plain() {
  list=
  if [ ! -e "$dir/child" ]; then orphans; fi
  if [ -z "$list" ] && child_alive; then list=" $child"; fi
}
# A number that another process bears now is no session of ours.
left_of_session() {
  list=
  [ "$on" = "$boot" ] || return 0
  if born "$pid" && [ "$start" != "$was" ]; then return 0; fi
  for each in /proc/[0-9]*; do
    each=\${each#/proc/}
    if [ "$each" != "$pid" ] && born "$each" && [ "$session" = "$pid" ]; then list="$list $each"; fi
  done
}

# Lets no wrapper begin that has not begun; fails where one has, or may have.
bar() { [ ! -s "$dir/pid" ] && mkdir "$dir/claim" 2>/dev/null && : >"$dir/claim/barred"; }
beginning() { [ -d "$dir/claim" ] && [ ! -e "$dir/claim/barred" ] && [ ! -s "$dir/pid" ]; }

nap() { sleep "$1" 2>/dev/null || sleep 1; }
size() { bytes=$(wc -c <"$1") && bytes=$((bytes)) || bytes=0; }
`;
/** Remembers the lease token and refuses one that is older than the highest seen; no lock that a dead process could keep. */
const tokenScript = `
newer_seen() {
  for seen in "$state"/token/*; do
    seen=\${seen##*/}
    case $seen in '' | *[!0-9]*) continue ;; esac
    if [ "$seen" -gt "$token" ]; then return 0; fi
  done
  return 1
}
why=$(mkdir -p "$state/token" 2>&1) || { say refused bad-directory "$(first_line "$why")"; exit 0; }
if newer_seen; then say refused older-token "$seen"; exit 0; fi
why=$( { : >"$state/token/$token"; } 2>&1 ) || { say refused bad-directory "$(first_line "$why")"; exit 0; }
if newer_seen; then say refused older-token "$seen"; exit 0; fi
for seen in "$state"/token/*; do
  case \${seen##*/} in *[!0-9]*) continue ;; esac
  if [ "\${seen##*/}" -lt "$token" ]; then rm -f "$seen"; fi
done
`;
/** Runs the command in its own session and writes its end. It alone decides whether it may: by making \`claim\`. */
const wrapper = `
dir=\${1%/} nonce=$2 mask=$3 sh=$4 text=$5 how=$6
trap : HUP INT TERM
umask 077
mkdir "$dir/claim" 2>/dev/null || exit 0
put() { printf '%s\\n' "$2" >"$dir/.$1" && mv -f "$dir/.$1" "$dir/$1"; }
start=-
born $$
{ : >"$dir/out" && : >"$dir/err" &&
  printf '%64s\\n' '' >"$dir/.exit" &&
  put started "$(date +%s)" && put pid "$$ $start $boot $nonce $how"
} 2>/dev/null || { rm -rf "$dir"; exit 0; }
sync "$dir/pid" "$dir" "\${dir%/*}" 2>/dev/null || sync
(
  trap - HUP INT TERM
  if [ "$how" = plain ]; then
    { IFS=' ' read -r self rest </proc/self/stat; } 2>/dev/null || self=$("$sh" -c 'echo $PPID')
    start=-
    born "$self"
    put child "$self $start $boot"
  fi
  umask "$mask"
  exec "$sh" -c "$text"
) >"$dir/out" 2>"$dir/err" </dev/null
status=$?
end="exited $status"
if [ "$status" -gt 128 ] && [ "$status" -lt 193 ]; then
  name=$(kill -l $((status - 128)) 2>/dev/null) && [ -n "$name" ] && end="signalled $name"
fi
until printf '%s\\n' "$end" 1<>"$dir/.exit"; do
  [ -d "$dir" ] || exit
  sleep 1
done
sync "$dir/.exit" 2>/dev/null || sync
mv -f "$dir/.exit" "$dir/exit"
sync "$dir" 2>/dev/null
`;
/** Starts the job unless it exists, and follows it to its end: one round trip. */
const followScript = `
wrapper=${quote$2(`${processes}${wrapper}`)}
${tokenScript}
refuse() { say refused "$@"; exit 0; }
is_this_command() {
  [ "$(cat "$dir/command")" = "$text" ] || refuse other-command "$dir/command is another command; the job directory belongs to another step"
}
# What was there once is followed and never started again: a directory that is gone ended no process.
join_it() {
  if edited; then refuse bad-directory "$wrong; somebody edited it"; fi
  if [ -d "$dir" ]; then bar; fi
  if [ ! -d "$dir" ] || [ -e "$dir/claim/barred" ]; then
    pid=
    survivors
    say vanished "$out" "$err" "$list"
    exit 0
  fi
  if [ -s "$dir/pid" ]; then is_this_command; fi
}
start_it() {
  why=$(mkdir -p "$jobs" 2>&1) || refuse bad-directory "$(first_line "$why")"
  if edited; then refuse bad-directory "$wrong; somebody edited it"; fi
  why=$(mkdir "$dir" 2>&1) || [ -d "$dir" ] || refuse bad-directory "$(first_line "$why")"
  if [ ! -f "$dir/command" ]; then
    draft=$dir/.command.$$
    { printf '%s\\n' "$text" >"$draft" && { ln "$draft" "$dir/command" || [ -f "$dir/command" ] || mv "$draft" "$dir/command"; }; } 2>/dev/null
    rm -f "$draft"
    if [ ! -f "$dir/command" ]; then
      rmdir "$dir" 2>/dev/null
      refuse bad-directory "cannot write into $dir; is the disk full?"
    fi
  fi
  is_this_command
  if [ ! -d "$dir/claim" ]; then
    if command -v setsid >/dev/null 2>&1; then
      setsid "$sh" -c "$wrapper" job "$dir/" "$nonce" "$mask" "$sh" "$text" session </dev/null >/dev/null 2>&1 &
    else
      nohup "$sh" -c "$wrapper" job "$dir/" "$nonce" "$mask" "$sh" "$text" plain </dev/null >/dev/null 2>&1 &
    fi
  fi
}
if [ "$must" = exist ]; then join_it; else start_it; fi
unset $secrets nothing
waited=0
until [ -s "$dir/pid" ] || [ -e "$dir/claim/barred" ]; do
  if [ ! -d "$dir" ] && [ "$must" = exist ]; then break; fi
  if [ ! -d "$dir" ]; then refuse bad-directory "nothing was run: cannot write into $dir; is the disk full?"; fi
  if [ "$waited" -ge 300 ]; then
    if mkdir "$dir/claim" 2>/dev/null; then
      rm -rf "$dir"
      refuse bad-directory "nothing was run: the job's shell did not start"
    fi
    break
  fi
  nap 0.03
  waited=$((waited + 1))
done
alive
if [ "$owner" = "$nonce" ]; then say job started "$dir"; else say job attached "$dir"; fi

drain() {
  pos=$3
  size "$2"
  while [ "$pos" -lt "$bytes" ]; do
    part=$((bytes - pos))
    if [ "$part" -gt 16777216 ]; then part=16777216; fi
    say "$1" "$part"
    off=$((pos % 65536))
    if [ "$off" -eq 0 ]; then
      dd if="$2" bs=65536 skip=$((pos / 65536)) 2>/dev/null | head -c "$part" || exit 0
    else
      dd if="$2" bs=65536 skip=$((pos / 65536)) 2>/dev/null | tail -c +$((off + 1)) | head -c "$part" || exit 0
    fi
    pos=$((pos + part))
  done
}

over= turn=0 pause=0.02
while :; do
  if [ -f "$dir/exit" ]; then over=exit
  elif ! alive; then
    if [ -f "$dir/exit" ]; then over=exit; else over=vanished; fi
  fi
  drain o "$dir/out" "$out" && out=$pos
  drain e "$dir/err" "$err" && err=$pos
  if [ -n "$over" ]; then break; fi
  nap "$pause"
  turn=$((turn + 1))
  if [ "$turn" -eq 5 ]; then pause=0.1; fi
  if [ $((turn % 20)) -eq 0 ]; then say tick; fi
done
if [ "$over" = exit ]; then
  IFS= read -r end <"$dir/exit"
  say end "$out" "$err" "$end"
else
  survivors
  say vanished "$out" "$err" "$list"
fi
`;
/**
* Says in one line what became of a job. A directory that somebody removed ends no process. It changes nothing, unless
* it is told to bar: what has not begun then never will, so that it may be called ended.
*/
const readScript = `
if edited; then say edited "$wrong"; exit 0; fi
if [ ! -d "$dir" ]; then
  orphans
  if [ -n "$list" ]; then say vanished 0 0 - "$list"; else say absent; fi
  exit 0
fi
if [ "$bars" = yes ]; then bar; fi
waited=0
while beginning && [ "$waited" -lt 10 ]; do
  nap 0.1
  waited=$((waited + 1))
done
state=
if [ ! -f "$dir/exit" ] && alive; then state=running; fi
size "$dir/out" 2>/dev/null; out=$bytes
size "$dir/err" 2>/dev/null; err=$bytes
started=-
{ IFS= read -r started <"$dir/started"; } 2>/dev/null
if [ -f "$dir/exit" ]; then
  IFS= read -r end <"$dir/exit"
  say ended "$out" "$err" "$started" "$end"
elif [ -n "$state" ]; then say running "$out" "$err" "$started"
else
  alive
  survivors
  say vanished "$out" "$err" "$started" "$list"
fi
`;
/** Removes the directories of jobs that are over and older than some days; a running job is never touched. */
const removeScript = `
removed=0
for dir in "$jobs"/*/; do
  dir=\${dir%/}
  [ -d "$dir" ] || continue
  old=$(find "$dir" -prune -mtime "+$days" 2>/dev/null)
  if [ -n "$old" ] && ! alive; then rm -rf "$dir" && removed=$((removed + 1)); fi
done
say removed "$removed"
`;

// src/transport/job-control.ts
/** Looks at a job without touching it; told to bar, it first makes sure that what has not begun never will. */
async function readJob(connection, stateDirectory, id, { bar = false } = {}) {
	checkJobId(id);
	const answer = await ask$2(connection, readScript, {
		state: stateDirectory,
		id,
		bars: bar ? "yes" : ""
	});
	if (answer.lost !== void 0) return {
		kind: "lost",
		reason: answer.lost
	};
	const [kind, out, err, started, ...rest] = answer.words.split(" ");
	const sizes = {
		outBytes: Number(out),
		errBytes: Number(err),
		startedAt: started !== void 0 && /^\d+$/.test(started) ? Number(started) : void 0
	};
	if (kind === "absent") return { kind };
	if (kind === "edited") return {
		kind: "bad-directory",
		detail: `${answer.words.slice(7)}; somebody edited it`
	};
	if (kind === "running") return {
		kind,
		...sizes
	};
	if (kind === "vanished") return {
		kind,
		survivors: readSurvivors(rest.join(" ")),
		...sizes
	};
	const end = readEnd(rest.join(" "));
	if (end !== void 0) return {
		kind: "ended",
		end,
		...sizes
	};
	return {
		kind: "bad-directory",
		detail: `the job's exit says ${JSON.stringify(rest.join(" "))}; somebody edited it`
	};
}
/** Removes directories of jobs that are over for that many days; rejects when the host cannot be asked. */
async function removeOldJobs(connection, stateDirectory, days) {
	if (!Number.isInteger(days) || days < 1) throw new Error(`${days} is no number of days; use a whole number from 1`);
	const answer = await ask$2(connection, removeScript, {
		state: stateDirectory,
		id: "-",
		days: days - 1
	});
	if (answer.lost !== void 0) throw new Error(`${connection.host}: old job directories were not removed: ${answer.lost}`);
	return Number(answer.words.split(" ")[1]);
}
/** For mutations that are no jobs: lets the host remember the token, or refuse it because it has seen a newer one. */
async function presentToken(connection, stateDirectory, token) {
	checkToken(token);
	const answer = await ask$2(connection, `${tokenScript}say accepted\n`, {
		state: stateDirectory,
		id: "-",
		token
	});
	if (answer.lost !== void 0) return {
		kind: "lost",
		reason: answer.lost
	};
	const [kind, reason, ...detail] = answer.words.split(" ");
	if (kind === "accepted") return { kind };
	return {
		kind: "refused",
		reason: reason === "older-token" ? reason : "bad-directory",
		detail: detail.join(" ")
	};
}
const highestScript = `
highest=0
for seen in "$state"/token/*; do
  seen=\${seen##*/}
  case $seen in '' | *[!0-9]*) continue ;; esac
  if [ "$seen" -gt "$highest" ]; then highest=$seen; fi
done
say highest "$highest"
`;
/** The highest lease token that a host has seen; 0 when it has seen none. Rejects when the host cannot be asked. */
async function highestToken(connection, stateDirectory) {
	const answer = await ask$2(connection, highestScript, {
		state: stateDirectory,
		id: "-"
	});
	if (answer.lost !== void 0) throw new Error(`${connection.host}: ${answer.lost}`);
	return Number(answer.words.split(" ")[1]);
}
async function ask$2(connection, script, names, signal) {
	checkStateDirectory(String(names["state"]));
	const nonce = newNonce();
	const line = hostScript(script, {
		nonce,
		...names
	});
	const { end, stdout, stderr } = await connection.exec({ line }, signal === void 0 ? {} : { signal });
	const words = stdout.split("\n").find((text) => text.startsWith(`${nonce} `))?.slice(nonce.length + 1);
	if (words !== void 0) return { words };
	if (end.kind === "lost") return { lost: end.reason };
	return { lost: `the host gave no answer: ${stderr.trim() || JSON.stringify(end)}` };
}

// src/transport/job-stream.ts
/** Takes the host's answer apart: lines that begin with the nonce, and counted bytes of the job's output between them. */
var JobStream = class {
	/** How many bytes of each stream have arrived, counted from the start of the job. */
	bytes;
	/** The same, up to the end of the last whole line: a later following that begins there repeats and loses none. */
	whole;
	tails;
	#nonce;
	#answer;
	#output;
	#lines;
	#line = Buffer.alloc(0);
	#stream = "stdout";
	#left = 0;
	#greeted = false;
	constructor(options) {
		this.#nonce = options.nonce;
		this.#answer = options.answer;
		this.#output = options.output;
		this.bytes = { ...options.from };
		this.whole = { ...options.from };
		this.tails = {
			stdout: new Tail(options.tailBytes),
			stderr: new Tail(options.tailBytes)
		};
		const lines = (stream) => new Lines((line) => options.output?.(stream, line));
		this.#lines = {
			stdout: lines("stdout"),
			stderr: lines("stderr")
		};
	}
	push(chunk) {
		let rest = chunk;
		while (rest.length > 0) rest = this.#left > 0 ? this.#takeOutput(rest) : this.#takeLine(rest);
	}
	/** Hands over the last lines, which have no newline. Only for a job that is over: a later following begins with them. */
	end() {
		this.#lines.stdout.end();
		this.#lines.stderr.end();
	}
	#takeOutput(chunk) {
		const part = chunk.subarray(0, this.#left);
		this.#left -= part.length;
		const lineEnd = part.lastIndexOf(10) + 1;
		if (lineEnd > 0) this.whole[this.#stream] = this.bytes[this.#stream] + lineEnd;
		this.bytes[this.#stream] += part.length;
		this.tails[this.#stream].append(part);
		if (this.#output !== void 0) this.#lines[this.#stream].push(part);
		return chunk.subarray(part.length);
	}
	#takeLine(chunk) {
		const end = chunk.indexOf(10);
		const part = end < 0 ? chunk : chunk.subarray(0, end);
		this.#line = Buffer.concat([this.#line, part]);
		if (end < 0) return chunk.subarray(chunk.length);
		const line = this.#line.toString("utf8");
		this.#line = Buffer.alloc(0);
		this.#readLine(line);
		return chunk.subarray(end + 1);
	}
	#readLine(line) {
		if (!line.startsWith(`${this.#nonce} `)) {
			if (this.#greeted) throw new Error("the host's answer is garbled");
			return;
		}
		this.#greeted = true;
		const words = line.slice(this.#nonce.length + 1);
		const [, letter, count] = /^([oe]) (\d+)$/.exec(words) ?? [];
		if (letter === void 0) return this.#answer(words);
		this.#stream = letter === "o" ? "stdout" : "stderr";
		this.#left = Number(count);
	}
};
/** The last bytes of a stream in flat memory, whatever its length. */
var Tail = class {
	#limit;
	/** Twice the limit, so that what is kept moves to the front only once in a while. */
	#buffer;
	#used = 0;
	constructor(limit) {
		this.#limit = limit;
		this.#buffer = Buffer.alloc(2 * limit);
	}
	append(part) {
		const kept = part.subarray(Math.max(0, part.length - this.#limit));
		if (this.#used + kept.length > this.#buffer.length) {
			const start = Math.max(0, this.#used - this.#limit);
			this.#buffer.copyWithin(0, start, this.#used);
			this.#used -= start;
		}
		kept.copy(this.#buffer, this.#used);
		this.#used += kept.length;
	}
	text() {
		return this.#buffer.toString("utf8", Math.max(0, this.#used - this.#limit), this.#used);
	}
};
const longestLine = 65536;
/** Lines as they come; one without an end is handed over in pieces. */
var Lines = class {
	#take;
	#decoder = new StringDecoder("utf8");
	#rest = "";
	constructor(take) {
		this.#take = take;
	}
	push(part) {
		const lines = (this.#rest + this.#decoder.write(part)).split("\n");
		this.#rest = lines.pop() ?? "";
		for (const line of lines) this.#take(line);
		if (this.#rest.length < longestLine) return;
		this.#take(this.#rest);
		this.#rest = "";
	}
	end() {
		const rest = this.#rest + this.#decoder.end();
		this.#rest = "";
		if (rest !== "") this.#take(rest);
	}
};

// src/transport/job-follower.ts
const defaultTailBytes = 65536;
/** Turns the host's answers into one result. */
var Follower = class {
	nonce = newNonce();
	#stream;
	#onSeen;
	#directory;
	#started;
	#result = Promise.withResolvers();
	constructor(options) {
		this.#onSeen = options.onSeen;
		this.#stream = new JobStream({
			nonce: this.nonce,
			from: options.from ?? {
				stdout: 0,
				stderr: 0
			},
			tailBytes: options.tailBytes ?? defaultTailBytes,
			answer: (words) => this.#answered(words),
			output: options.onOutput
		});
	}
	seen() {
		return {
			directory: this.#directory,
			started: this.#started,
			stdout: this.#stream.tails.stdout.text(),
			stderr: this.#stream.tails.stderr.text(),
			outBytes: this.#stream.bytes.stdout,
			errBytes: this.#stream.bytes.stderr
		};
	}
	async follow(process, signal) {
		let trouble = "";
		const left = () => this.#result.resolve({
			kind: "left-running",
			sent: true,
			...this.seen()
		});
		if (signal?.aborted === true) left();
		signal?.addEventListener("abort", left, { once: true });
		process.stdin.on("error", () => {});
		process.stdin.end();
		process.stderr.on("data", (chunk) => trouble = (trouble + chunk.toString()).slice(-1e3));
		process.stderr.on("error", () => {});
		process.stdout.on("data", (chunk) => this.#push(chunk));
		process.stdout.on("error", () => {});
		const over = () => void process.ended.then((end) => this.#lost(end, trouble));
		process.stdout.once("close", over);
		process.stdout.once("end", over);
		process.ended.then((end) => {
			if (end.kind === "lost") this.#lost(end, trouble);
		});
		const result = await this.#result.promise;
		signal?.removeEventListener("abort", left);
		process.close();
		return result;
	}
	#push(chunk) {
		try {
			this.#stream.push(chunk);
			this.#onSeen?.(this.#stream.whole);
		} catch (error) {
			this.#result.resolve({
				kind: "lost",
				reason: errorText(error),
				...this.seen()
			});
		}
	}
	/** Settles nothing when the host has given its last word already. */
	#lost(end, trouble) {
		const why = end.kind === "lost" ? end.reason : `following ended without a result: ${trouble.trim() || JSON.stringify(end)}`;
		this.#result.resolve({
			kind: "lost",
			reason: why,
			...this.seen()
		});
	}
	#answered(words) {
		const [, verb, rest = ""] = /^(\S+) ?(.*)$/s.exec(words) ?? [];
		switch (verb) {
			case "job": {
				const [, how, directory] = /^(started|attached) (.*)$/s.exec(rest) ?? [];
				this.#started = how === "started";
				this.#directory = directory;
				return;
			}
			case "refused": return this.#result.resolve(refusal$1(rest));
			case "end": return this.#ended(rest);
			case "vanished":
				this.#stream.end();
				return this.#result.resolve({
					kind: "vanished",
					survivors: readSurvivors(rest.replace(/^\d+ \d+ ?/, "")),
					...this.seen()
				});
			default: return;
		}
	}
	#ended(rest) {
		const [, outBytes, errBytes, text = ""] = /^(\d+) (\d+) (.*)$/s.exec(rest) ?? [];
		const end = readEnd(text);
		const seen = this.seen();
		if (end === void 0) {
			const detail = `${seen.directory}/exit says ${JSON.stringify(text)}, which is not what was written there; somebody edited it`;
			return this.#result.resolve({
				kind: "refused",
				reason: "bad-directory",
				detail
			});
		}
		if (!(Number(outBytes) === seen.outBytes && Number(errBytes) === seen.errBytes)) return this.#result.resolve({
			kind: "lost",
			reason: "part of the output did not arrive",
			...seen
		});
		this.#stream.end();
		this.#result.resolve({
			...seen,
			kind: "ended",
			end,
			started: this.#started === true,
			directory: seen.directory ?? ""
		});
	}
};
function refusal$1(rest) {
	const [, reason, detail = ""] = /^(\S+) ?(.*)$/s.exec(rest) ?? [];
	if (reason === "older-token") return {
		kind: "refused",
		reason,
		detail: `this host has seen lease token ${detail}, which is newer; another run took over`
	};
	if (reason === "other-command") return {
		kind: "refused",
		reason,
		detail
	};
	return {
		kind: "refused",
		reason: "bad-directory",
		detail
	};
}

// src/transport/job.ts
/** Starts a job or finds it, and follows it to its end. Never rejects for what happens on the host or on the way to it. */
async function runJob(connection, spec, options = {}) {
	const follower = new Follower(options);
	const line = startLine(spec, options, follower.nonce);
	if (options.signal?.aborted === true) return {
		kind: "left-running",
		sent: false,
		...follower.seen()
	};
	const secrets = spec.command.secrets ?? {};
	try {
		return await follower.follow(await connection.open({
			line,
			secrets
		}), options.signal);
	} catch (error) {
		return {
			kind: "lost",
			reason: errorText(error),
			...follower.seen()
		};
	}
}
function startLine(spec, options, nonce) {
	checkJobId(spec.id);
	checkStateDirectory(spec.stateDirectory);
	checkToken(spec.token);
	const names = Object.keys(spec.command.secrets ?? {});
	const needs = names.length === 0 ? "" : `# on standard input: ${names.join(" ")}\n`;
	return hostScript(followScript, {
		nonce,
		state: spec.stateDirectory,
		id: spec.id,
		token: spec.token,
		sh: options.shell ?? "/bin/sh",
		secrets: names.join(" "),
		must: options.mustExist === true ? "exist" : "",
		out: options.from?.stdout ?? 0,
		err: options.from?.stderr ?? 0,
		text: `${needs}${commandText(spec.command)}`.replace(/\n+$/, "")
	});
}

// src/steps/converge.ts
/**
* `Chef Client finished, 3/12 resources updated in 04 seconds`; when it failed `Chef Client failed. 3 resources
* updated in …`. Since version 17 it says `Infra Phase complete` and `Infra Phase failed`; old ones give neither
* total nor time. Without a terminal it only says so when it is asked to, with `--format doc`.
*/
const ending = /\b(?:Client|Infra Phase) (?<word>finished|complete|failed)[.,] (?<updated>\d+)(?:\/(?<total>\d+))? resources updated(?: in (?<time>[\d. a-z]+))?/i;
const unit = {
	hours: 3600,
	minutes: 60,
	seconds: 1
};
/** Reads the end of a run from its output; undefined where nothing says how it ended. */
function readConverge(lines) {
	const found = lines.map((line) => ending.exec(line)?.groups).findLast((one) => one !== void 0);
	if (found === void 0) return void 0;
	const { word, updated, total, time } = found;
	return {
		ok: word?.toLowerCase() !== "failed",
		updated: Number(updated),
		total: total === void 0 ? void 0 : Number(total),
		seconds: time === void 0 ? void 0 : secondsOf(time)
	};
}
function secondsOf(text) {
	const parts = [...text.matchAll(/([\d.]+) (hours|minutes|seconds)/g)];
	if (parts.length === 0) return void 0;
	return parts.reduce((sum, [, number, name = ""]) => sum + Number(number) * (unit[name] ?? 0), 0);
}
/** What the end of a job means once its output was read as that of Chef's client: its exit status alone proves nothing. */
function judgeConverge(act, host, converge) {
	if (act.outcome === "succeeded" && converge === void 0) return {
		...act,
		outcome: "failed",
		detail: `${host}: it ended with 0, and nothing in its output says that a run of Chef's client finished`,
		next: "run it with `--format doc`, without which it says how it ended only to a terminal, and see its output in the job directory"
	};
	if (converge === void 0) return act;
	const said = sayConverge(converge);
	if (act.outcome === "succeeded" && !converge.ok) return {
		...act,
		outcome: "failed",
		detail: `${host}: ${said}`,
		next: repair$1
	};
	const detail = [act.detail, act.outcome === "succeeded" ? said : `Chef's client ${said}`];
	return {
		...act,
		detail: detail.filter((text) => text !== "").join("; "),
		...act.outcome === "failed" ? { next: act.next ?? repair$1 } : {}
	};
}
const repair$1 = "repair what its last lines name on the host or in its cookbooks, then run this phase again";
function sayConverge({ ok, updated, total, seconds }) {
	const of = total === void 0 ? "" : ` of ${total}`;
	const time = seconds === void 0 ? "" : ` in ${seconds} s`;
	return `${ok ? "finished" : "failed"}: ${updated}${of} resources updated${time}`;
}

// src/steps/following.ts
const journalEverySeconds = 15;
/** How far a job's output has been read: kept in the journal now and then, so that another run goes on from there. */
var Following = class {
	#context;
	#before;
	#at;
	#noted;
	#notedAt;
	#lines = [];
	telling = [];
	constructor(context, attempt) {
		const before = context.followed(attempt);
		this.#context = context;
		this.#before = before?.lines ?? [];
		this.#at = {
			stdout: before?.stdout ?? 0,
			stderr: before?.stderr ?? 0
		};
		this.#noted = this.#at;
		this.#notedAt = context.now().getTime();
	}
	/** Where the next following begins. */
	get from() {
		return this.#at;
	}
	said(line) {
		this.#lines = [...this.#lines.slice(-49), line];
	}
	/** A line that tells how it ended, however much is said after it. */
	tell(line) {
		this.telling.push(line);
	}
	/** The connection is gone, and the next one brings only what comes after: what was said is the earlier part then. */
	interrupted() {
		this.#before = [...this.#before, ...this.#lines].slice(-50);
		this.#lines = [];
	}
	saw(bytes) {
		this.#at = { ...bytes };
		const now = this.#context.now().getTime();
		if (now - this.#notedAt < journalEverySeconds * 1e3) return;
		this.#notedAt = now;
		this.note().catch(() => void 0);
	}
	/** Writes down where it stands, unless that is written already. */
	async note() {
		const { stdout, stderr } = this.#at;
		if (stdout === this.#noted.stdout && stderr === this.#noted.stderr) return;
		this.#noted = this.#at;
		const lines = [...this.#before, ...this.#lines].slice(-5);
		await this.#context.observe({
			kind: "followed",
			stdout,
			stderr,
			lines
		});
	}
	/** The last lines of the whole output, also of what an earlier run or an earlier connection has read. */
	tail(text, count) {
		return [...this.#before, ...tailLines(text, count)].slice(-count);
	}
};

// src/steps/run.ts
/** How often a lost connection is made again before the end is called unknown. */
const reconnects = 5;
const reconnectPauseSeconds = 2;
const tailKept = 20;
/** What Chef's client says at its end is followed by where its error is. */
const convergeTail = 50;
/** `run`: detached on its host under a job directory, so that losing the runner loses nothing. */
const run$1 = {
	name: "run",
	mutates: true,
	describe: (step) => [
		renderCommand(step.on.command),
		...step.reads === void 0 ? [] : ["its output must say that a run of Chef's client finished"],
		...describeCheck(step.check)
	],
	tell: (step, resources) => tellByCheck(step.check, resources),
	check: (step, context) => step.check === void 0 ? Promise.resolve({
		state: "not-done",
		detail: "it is declared repeatable"
	}) : runCheck(step.check, context),
	intend: (step) => Promise.resolve({
		act: renderCommand(step.on.command),
		resume: {}
	}),
	apply: (step, context, attempt) => follow$3(step, context, attempt),
	resume: (step, context, attempt) => resume(step, context, attempt),
	underWay: (step, context, attempt) => underWay$1(step, context, attempt)
};
/** Looks before it follows, and starts nothing: an attempt without a trace is the check's to judge. */
async function resume(step, context, attempt) {
	const connection = await context.connect(step.on.host);
	const job = await readJob(connection, context.stateDirectory, attempt.id, { bar: true });
	if (job.kind === "vanished" && job.survivors.length > 0) return survived(step, job.survivors);
	if (job.kind === "absent" || job.kind === "vanished") return void 0;
	return follow$3(step, context, attempt, true);
}
async function underWay$1({ on: { host } }, context, { id }) {
	const connection = await context.connect(host);
	const job = await readJob(connection, context.stateDirectory, id, { bar: true });
	switch (job.kind) {
		case "absent":
		case "ended": return;
		case "running": return `it still runs on ${host} in ${context.stateDirectory}/jobs/${id}`;
		case "vanished":
			if (job.survivors.length === 0) return void 0;
			return `processes ${job.survivors.join(", ")} of it still run on ${host}`;
		case "lost": return `whether it still runs on ${host} cannot be asked: ${job.reason}`;
		case "bad-directory": return `whether it still runs on ${host} cannot be told: ${job.detail}`;
	}
}
/** Whoever wrote down the end is gone, and what it started runs on: a second one beside it would be one too many. */
function survived({ on }, survivors) {
	return {
		outcome: "unknown",
		detail: `${on.host}: the job's shell or its directory is gone, and processes ${survivors.join(", ")} of it still run`,
		next: "wait until they have ended, or end them on the host, then run this phase again",
		underWay: true
	};
}
/** Starts the job or follows it; the job directory makes that one act. Once it was there it is only followed. */
async function follow$3(step, context, attempt, wasThere = false) {
	const deadline = AbortSignal.timeout(step.timeoutSeconds * 1e3);
	const signal = AbortSignal.any([context.signal, deadline]);
	const following = new Following(context, attempt.number);
	let mustExist = wasThere;
	for (let tries = 0;; tries += 1) {
		const result = await startOrFollow(step, context, attempt, following, {
			signal,
			mustExist
		});
		if ("directory" in result && result.directory !== void 0) mustExist = true;
		if (result.kind !== "lost" || tries >= reconnects || signal.aborted) {
			if (result.kind === "lost" || result.kind === "left-running") await following.note();
			const act = await readOutput(step, actOf$1(step, result, context, deadline.aborted, following), context, following);
			return result.kind === "refused" && tries > 0 ? {
				...act,
				outcome: "unknown"
			} : act;
		}
		context.say(`${step.on.host}: the connection was lost (${result.reason}); connecting again to follow the job`);
		following.interrupted();
		await context.sleep(reconnectPauseSeconds);
	}
}
/** What a program says of its end counts more than its exit status. */
async function readOutput(step, act, context, following) {
	if (step.reads === void 0 || act.tail === void 0) return act;
	const converge = readConverge([...act.tail, ...following.telling]);
	if (converge !== void 0) await context.observe({
		kind: "converged",
		ok: converge.ok,
		updated: converge.updated,
		...converge.total === void 0 ? {} : { total: converge.total },
		...converge.seconds === void 0 ? {} : { seconds: converge.seconds }
	});
	return {
		...judgeConverge(act, step.on.host, converge),
		tail: act.tail.slice(-20)
	};
}
async function startOrFollow(step, context, attempt, following, options) {
	const spec = {
		id: attempt.id,
		command: withSecrets(step.on, context),
		stateDirectory: context.stateDirectory,
		token: context.token
	};
	try {
		const connection = await context.connect(step.on.host);
		return await runJob(connection, spec, {
			...options,
			from: following.from,
			onSeen: (bytes) => following.saw(bytes),
			onOutput: (_stream, line) => {
				following.said(line);
				if (step.reads !== void 0 && readConverge([line]) !== void 0) following.tell(line);
				context.say(`${step.on.host}: ${line}`);
			}
		});
	} catch (error) {
		return {
			kind: "lost",
			reason: errorText(error)
		};
	}
}
function actOf$1(step, result, context, late, following) {
	const host = step.on.host;
	switch (result.kind) {
		case "ended": return ended$1(step, result, following);
		case "vanished":
			if (result.survivors.length > 0) return survived(step, result.survivors);
			return {
				outcome: "unknown",
				detail: `${host}: its processes are gone and left no exit status`,
				tail: following.tail(`${result.stdout}\n${result.stderr}`, tailKept)
			};
		case "refused": return {
			outcome: "refused",
			detail: `${host}: ${result.detail}`,
			...result.reason === "older-token" ? { next: overtakenNext } : {}
		};
		case "lost": return {
			outcome: "unknown",
			detail: `${host}: the connection was lost (${result.reason}); it may still run`,
			underWay: true
		};
		case "left-running": {
			const why = late ? `still running after ${step.timeoutSeconds} s` : "cancelled";
			if (!result.sent) return {
				outcome: "cancelled",
				detail: `${host}: ${why} before anything was sent`
			};
			return {
				outcome: context.signal.aborted ? "cancelled" : "unknown",
				detail: `${host}: ${why}; ${whereItGoesOn(result.directory)}`,
				next: "run this phase again: it follows the job to its end",
				underWay: true
			};
		}
	}
}
function whereItGoesOn(directory) {
	return directory === void 0 ? "its host had not said yet that it began, so it may run" : `it runs on in ${directory}`;
}
function ended$1({ on: { host }, reads }, result, following) {
	const kept = reads === void 0 ? tailKept : convergeTail;
	const tail = following.tail(`${result.stdout}\n${result.stderr}`, kept);
	if (result.end.kind === "exited" && result.end.status === 0) return {
		outcome: "succeeded",
		detail: result.started ? "" : "followed from an earlier attempt",
		tail
	};
	if (sudoAsksForPassword(`${tail.join("\n")}\n${result.stderr}`)) return {
		outcome: "failed",
		detail: `${host}: sudo asks for a password`,
		next: "let the SSH user run sudo without a password, then run this phase again",
		tail
	};
	return {
		outcome: "failed",
		detail: `${host}: ${sayEnd$1(result.end)}`,
		tail
	};
}

// src/steps/eval.ts
/** How long a console is asked whether it is still at an evaluation. */
const askSeconds = 5;
/** `eval`: evaluated once under an id that the node remembers, whatever happens to us meanwhile. */
const evaluate = {
	name: "eval",
	mutates: true,
	describe: (step) => [
		step.eval,
		...step.expect === void 0 ? [] : [`must give ${step.expect}`],
		...step.job === void 0 ? [] : describeJob(step.job),
		...describeCheck(step.check),
		...step.otherwise === void 0 ? [] : [`if the console cannot be used: ${renderCommand(step.otherwise.command)}`]
	],
	tell: (step, resources) => step.job === void 0 ? tellByCheck(step.check, resources) : [...tellByStatus(step.job.poll, step.console, resources), ...tellBySides(step.job.reconciles ?? "", ["dets", "sql"], resources)],
	check: (step, context) => checkEval(step, context),
	intend: (step, context) => intendEval(step, context),
	apply: async (step, context, attempt) => {
		if (attempt.resume["otherwise"] === true) return applyOtherwise(step, context, attempt);
		return actOf(step, context, attempt, await send$1(step, context, attempt));
	},
	resume: (step, context, attempt) => resumeEval(step, context, attempt),
	underWay: (step, context, attempt) => underWay(step, context, attempt),
	settle: (step, context, attempt) => context.console(step.console).forget(attempt.id)
};
function describeJob(job) {
	const done = job.reconciles === void 0 ? [] : [`done when each of the ${job.reconciles} is in SQL or named by a known failure`];
	return [`sent once, then followed to its end (poll ${job.poll})`, ...done];
}
async function checkEval(step, context) {
	if (step.job !== void 0) return jobCheck(step.job, step.console, context);
	if (step.check !== void 0) return runCheck(step.check, context);
	return {
		state: "not-done",
		detail: "it is declared repeatable"
	};
}
async function intendEval(step, context) {
	const { state, detail } = await context.console(step.console).state();
	if (state !== "up") {
		if (step.otherwise !== void 0) return {
			act: renderCommand(step.otherwise.command),
			resume: { otherwise: true }
		};
		return {
			outcome: "refused",
			detail: `console ${step.console} cannot be used: ${detail}`,
			next: `start console ${step.console} (the step that starts it says how), then run this phase again`
		};
	}
	if (step.job === void 0) return {
		act: step.eval,
		resume: {}
	};
	return jobIntent(step.eval, step.job, step.console, context);
}
/** What the node still knows of an attempt. A console that cannot be asked leaves its end open; a node that is down has ended it. */
async function resumeEval(step, context, attempt) {
	if (attempt.resume["otherwise"] === true && step.otherwise !== void 0) return run$1.resume?.(otherwiseSpec(step, step.otherwise), context, attempt);
	const console = context.console(step.console);
	const answer = await console.recall(attempt.id, {
		timeoutSeconds: step.timeoutSeconds,
		signal: context.signal
	});
	if (answer === void 0) return void 0;
	const ended = answer.kind !== "refused" && answer.kind !== "lost" && answer.kind !== "running";
	if (!ended && step.otherwise !== void 0 && !context.signal.aborted) return void 0;
	if (ended || answer.kind === "running") return actOf(step, context, {
		...attempt,
		resumed: true
	}, answer);
	if ((await console.state()).state === "down") return void 0;
	return {
		outcome: "unknown",
		detail: `what became of an earlier attempt cannot be asked: ${sayEvaluation(answer)}`,
		...answer.kind === "refused" ? { next: answer.next } : {},
		underWay: true
	};
}
/** Where it is still at work; with another way to the same end, only that way is asked. */
async function underWay(step, context, attempt) {
	if (step.otherwise !== void 0) return run$1.underWay?.(otherwiseSpec(step, step.otherwise), context, attempt);
	const console = context.console(step.console);
	const answer = await console.recall(attempt.id, {
		timeoutSeconds: askSeconds,
		signal: context.signal
	});
	if (answer?.kind === "running") return `console ${step.console} is still evaluating it`;
	if (answer?.kind !== "refused" && answer?.kind !== "lost") return void 0;
	if ((await console.state()).state === "down") return void 0;
	return `whether console ${step.console} is still evaluating it cannot be asked: ${sayEvaluation(answer)}`;
}
/** A console that is up when it is asked can still be gone, or somebody else's, when the expression is sent. */
async function send$1(step, context, attempt) {
	return context.console(step.console).evaluate(step.eval, {
		id: attempt.id,
		timeoutSeconds: step.timeoutSeconds,
		signal: context.signal
	});
}
async function actOf(step, context, attempt, answer) {
	if (step.job !== void 0) return jobAct(step, step.job, context, attempt, answer);
	if ((answer.kind === "refused" || answer.kind === "lost" && answer.evaluated === "no") && step.otherwise !== void 0) {
		context.say(`${step.eval} ${sayEvaluation(answer)}; taking the other way`);
		return applyOtherwise(step, context, attempt);
	}
	return answered(step, answer, context);
}
function applyOtherwise(step, context, attempt) {
	if (step.otherwise === void 0) return Promise.resolve({
		outcome: "failed",
		detail: "there is no other way than the console"
	});
	return run$1.apply(otherwiseSpec(step, step.otherwise), context, attempt);
}
function otherwiseSpec(step, on) {
	return {
		on,
		check: step.check,
		timeoutSeconds: step.timeoutSeconds
	};
}
function answered(step, answer, context) {
	switch (answer.kind) {
		case "value": {
			const text = printTerm(answer.term);
			if (step.expect === void 0 || matches(parsePattern(step.expect), answer.term) !== void 0) return {
				outcome: "succeeded",
				detail: text
			};
			return {
				outcome: mayComeLate(text) ? "unknown" : "failed",
				detail: `gives ${text}, wanted ${step.expect}`
			};
		}
		case "running": return {
			outcome: context.signal.aborted ? "cancelled" : "unknown",
			detail: sayEvaluation(answer),
			underWay: true
		};
		case "lost": return {
			outcome: answer.evaluated === "no" ? "failed" : "unknown",
			detail: sayEvaluation(answer),
			underWay: answer.evaluated !== "no"
		};
		case "exception": return {
			outcome: mayComeLate(answer.text) ? "unknown" : "failed",
			detail: sayEvaluation(answer)
		};
		case "too-large": return {
			outcome: "unknown",
			detail: sayEvaluation(answer)
		};
		case "refused": return {
			outcome: "refused",
			detail: answer.reason,
			next: answer.next
		};
		default: return {
			outcome: "failed",
			detail: sayEvaluation(answer)
		};
	}
}
/** A call that timed out has been sent all the same: what it asked for may be done later. */
function mayComeLate(text) {
	return /\btimeout\b/.test(text);
}
/** A start that timed out is a start all the same: the job begins later, so it is followed and never sent again. */
async function jobAct(step, job, context, attempt, answer) {
	const act = answered(step, answer, context);
	const sentWithoutAnswer = answer.kind === "running" || answer.kind === "exception" && mayComeLate(answer.text);
	if (act.outcome === "succeeded") return followJob(job, step.console, context, attempt, "answered", step.timeoutSeconds);
	if (sentWithoutAnswer && !context.signal.aborted) {
		context.say(`${step.eval} gave no answer in time; it may begin later, so it is followed and not sent again`);
		return followJob(job, step.console, context, attempt, "unanswered", step.timeoutSeconds);
	}
	return act;
}

// src/steps/late.ts
/** Aborted some seconds after another signal: time to bring to an end what was begun. */
function late(signal, seconds) {
	const controller = new AbortController();
	const begin = () => void setTimeout(() => controller.abort(), seconds * 1e3).unref();
	if (signal.aborted) begin();
	else signal.addEventListener("abort", begin, { once: true });
	return controller.signal;
}

// src/chef/client-key.ts
/** Reads the RSA key of a client; throws a `ChefError` that says nothing of what stands in it. */
function readClientKey(key, client) {
	const next = `give the private RSA key of client ${client} as PEM, whole and with its line ends`;
	let read;
	try {
		read = createPrivateKey(key);
	} catch {
		throw new ChefError(`the key of Chef client ${client} cannot be read`, {
			kind: "not-done",
			next
		});
	}
	if (read.asymmetricKeyType !== "rsa") throw new ChefError(`the key of Chef client ${client} is of type ${read.asymmetricKeyType}, and Chef servers take RSA keys only`, {
		kind: "not-done",
		next
	});
	return read;
}

// src/chef/clock-skew.ts
/** What a Chef server allows a request's time to differ from its own. */
const allowedSkewSeconds = 900;
/** A server refuses times far from its own, and says no more than that it does not know who asks: its clock tells. */
function clockSkew(headers, now) {
	const theirs = Date.parse(String(headers["date"] ?? ""));
	const ahead = Math.round((now.getTime() - theirs) / 1e3);
	if (!(Math.abs(ahead) > allowedSkewSeconds)) return void 0;
	return `this runner's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} the server's, which allows ${allowedSkewSeconds} s`;
}

// src/chef/sign.ts
/** The server API that requests are written for; version 1.3 signs it too. */
const serverApiVersion = "1";
/**
* The headers that prove to a Chef server who asks. Versions 1.0 and 1.1 encrypt the canonical request with the RSA
* key, 1.3 signs its SHA-256; the rules are those of Chef's documentation of its server API and of the library that
* servers verify with, mixlib-authentication.
*
* Throws when a 1.0 request is longer than the key can encrypt, which a long client name makes it.
*/
function signHeaders(request, key) {
	const { version, client, body } = request;
	const algorithm = algorithmOf(version);
	const lines = signatureOf(request, key).toString("base64").match(/.{1,60}/g) ?? [];
	return {
		"X-Ops-Sign": `algorithm=${algorithm};version=${version};`,
		"X-Ops-UserId": client,
		"X-Ops-Timestamp": timestamp(request.at),
		"X-Ops-Content-Hash": hash$1(algorithm, body),
		"X-Ops-Server-API-Version": "1",
		...Object.fromEntries(lines.map((line, index) => [`X-Ops-Authorization-${index + 1}`, line]))
	};
}
/** The text that is signed: every part of the request that must arrive as it was sent. */
function canonicalRequest(request) {
	const { version, method, client, body, at } = request;
	const algorithm = algorithmOf(version);
	const path = canonicalPath(request.path);
	const content = `X-Ops-Content-Hash:${hash$1(algorithm, body)}`;
	const time = `X-Ops-Timestamp:${timestamp(at)}`;
	return (version === "1.3" ? [
		`Method:${method}`,
		`Path:${path}`,
		content,
		`X-Ops-Sign:version=${version}`,
		time,
		`X-Ops-UserId:${client}`,
		`X-Ops-Server-API-Version:${"1"}`
	] : [
		`Method:${method}`,
		`Hashed Path:${hash$1(algorithm, path)}`,
		content,
		time,
		`X-Ops-UserId:${version === "1.1" ? hash$1(algorithm, client) : client}`
	]).join("\n");
}
function signatureOf(request, key) {
	const text = Buffer.from(canonicalRequest(request));
	if (request.version === "1.3") return sign("sha256", text, key);
	return privateEncrypt({
		key,
		padding: constants.RSA_PKCS1_PADDING
	}, text);
}
const algorithmOf = (version) => version === "1.3" ? "sha256" : "sha1";
const hash$1 = (algorithm, text) => createHash(algorithm).update(text).digest("base64");
/** Slashes that follow one another are one, and the last one is none. */
function canonicalPath(path) {
	const single = path.replaceAll(/\/+/g, "/");
	return single.length > 1 ? single.replace(/\/$/, "") : single;
}
/** ISO 8601 in UTC, whole seconds. */
const timestamp = (at) => at.toISOString().replace(/\.\d+Z$/, "Z");

// src/chef/signer.ts
/** The headers of a signed request to a Chef server. Throws a `ChefError` where it cannot be signed. */
function signedHeaders(request, { client, key, version }, at) {
	try {
		return {
			"content-type": "application/json",
			"X-Chef-Version": "12.0.0",
			...signHeaders({
				version,
				client,
				at,
				...request
			}, key)
		};
	} catch (error) {
		throw new ChefError(`a request of ${client} cannot be signed in version ${version}: ${errorText(error)}`, {
			kind: "not-done",
			next: "use version 1.1 or 1.3: in 1.0 a long name needs a longer key"
		});
	}
}

// src/transport/http.ts
/** The name or address of a URL as a socket takes it: an IPv6 address without its brackets. */
function addressOf({ hostname }) {
	return hostname.replaceAll(/^\[|\]$/g, "");
}
/** The port that a URL means. */
function portOf({ port, protocol }) {
	if (port !== "") return Number(port);
	return protocol === "https:" ? 443 : 80;
}
/**
* Sends a request through a connection, in TLS where the URL says so, and follows no redirect. `onSent` is called when
* the request may have reached the other side. Settles in any case: it rejects when the connection is not made or the
* answer not whole in time, when it is cancelled, when the connection ends before, and when the answer is too long.
*/
function exchange(open, ask, onSent = () => {}) {
	const { signal, timeoutSeconds } = ask;
	return new Promise((resolve, reject) => {
		const streams = [];
		let settled = false;
		const settle = (act) => {
			if (settled) return;
			settled = true;
			clearTimeout(timer);
			signal.removeEventListener("abort", cancel);
			act();
			setImmediate(() => {
				for (const stream of streams) stream.destroy();
			});
		};
		const fail = (error) => settle(() => reject(error));
		const cancel = () => fail(/* @__PURE__ */ new Error("cancelled before there was an answer"));
		const late = () => fail(/* @__PURE__ */ new Error(`no answer within ${timeoutSeconds} s`));
		const timer = setTimeout(late, timeoutSeconds * 1e3);
		/** Not every stream says why it ends, and some end without an error: its close is an end, too. */
		const watch = (stream) => {
			streams.push(stream);
			stream.on("error", fail);
			const ended = /* @__PURE__ */ new Error("the connection ended before the answer was whole");
			stream.on("close", () => setImmediate(fail, ended));
			if (settled) stream.destroy();
			return stream;
		};
		if (signal.aborted) return cancel();
		signal.addEventListener("abort", cancel, { once: true });
		const send = (stream) => {
			if (settled) return;
			onSent();
			sendOver(stream, ask, {
				done: (reply) => settle(() => resolve(reply)),
				fail
			});
		};
		const begin = async () => {
			const socket = await open();
			watch(socket);
			if (settled) return;
			if (ask.url.protocol !== "https:") return send(socket);
			const secure = watch(secured(socket, ask));
			secure.once("secureConnect", () => send(secure));
		};
		begin().catch(fail);
	});
}
function secured(socket, { url, ca }) {
	const host = addressOf(url);
	const name = isIP(host) === 0 ? { servername: host } : {};
	return connect$1({
		socket,
		host,
		...name,
		...ca === void 0 ? {} : { ca }
	});
}
function sendOver(stream, { url, method, headers = {}, body, maxBytes }, { done, fail }) {
	const length = body === void 0 ? {} : { "content-length": String(Buffer.byteLength(body)) };
	const request$4 = request({
		path: url.pathname + url.search,
		method,
		createConnection: () => stream,
		headers: {
			host: url.host,
			accept: "application/json",
			connection: "close",
			"user-agent": "runbook-phase",
			...length,
			...headers
		}
	});
	request$4.on("response", (response) => {
		const chunks = [];
		let bytes = 0;
		response.on("data", (chunk) => {
			if (maxBytes === 0) return;
			bytes += chunk.length;
			if (bytes > maxBytes) fail(/* @__PURE__ */ new Error(`the answer is longer than ${maxBytes} bytes`));
			else chunks.push(chunk);
		});
		response.on("end", () => {
			if (!response.complete) return fail(/* @__PURE__ */ new Error("the answer ended before it was whole"));
			const text = Buffer.concat(chunks).toString();
			done({
				status: response.statusCode ?? 0,
				headers: response.headers,
				body: text
			});
		});
		response.on("error", fail);
	});
	request$4.on("upgrade", () => fail(/* @__PURE__ */ new Error("the answer is a change of protocol (101)")));
	request$4.on("error", fail);
	request$4.end(body);
}

// src/steps/http.ts
const timeoutSeconds$1 = 20;
/** Sends a request over the host's SSH connection, so that what is asked is that host and nothing in between. */
async function send(request, context, { signal = context.signal, maxBytes = 0 } = {}) {
	const { host, method, path, body } = request;
	let sent = false;
	try {
		const url = new URL(path, request.url);
		const headers = headersOf(request, url, context);
		const connection = await context.connect(host);
		const open = () => connection.forward(addressOf(url), portOf(url));
		const ask = {
			url,
			method,
			headers,
			timeoutSeconds: timeoutSeconds$1,
			maxBytes,
			signal
		};
		const what = body === void 0 ? ask : {
			...ask,
			body
		};
		const reply = await exchange(open, what, () => sent = true);
		const refusal = refusalOf(request, reply, context);
		return {
			status: reply.status,
			detail: void 0,
			sent,
			body: reply.body,
			...refusal
		};
	} catch (error) {
		const next = error instanceof ChefError ? { next: error.next } : {};
		return {
			status: 0,
			detail: errorText(error),
			sent,
			body: "",
			...next
		};
	}
}
/** Why one of these requests cannot be signed, as a step ends then: nothing is sent for it. */
function whyUnsigned(requests, context) {
	const names = new Set(requests.flatMap(({ signed }) => signed === void 0 ? [] : [signed]));
	try {
		for (const name of names) signerOf(name, context);
		return;
	} catch (error) {
		if (!(error instanceof ChefError)) throw error;
		return {
			outcome: "refused",
			detail: `${error.message}; nothing was sent`,
			next: error.next
		};
	}
}
/** How a plan says whose a request is. */
function saySigned({ signed }, { signers }) {
	if (signed === void 0) return "";
	const { client = "nobody" } = signers[signed] ?? {};
	return `, signed by ${signed} (client ${client})`;
}
function headersOf({ method, body = "", signed }, url, context) {
	if (signed === void 0) return body === "" ? {} : { "content-type": "application/json" };
	const what = {
		method,
		path: url.pathname,
		body
	};
	return signedHeaders(what, signerOf(signed, context), context.now());
}
/** A signer with its key. Throws a `ChefError` where there is none that can sign. */
function signerOf(name, { resources, secret }) {
	const declared = resources.signers[name];
	if (declared === void 0) throw new Error(`there is no signer ${name}`);
	const { client, key, version } = declared;
	const given = secret(key);
	if (given === void 0 || given === "") throw new ChefError(`there is no key of ${client}, for whom signer ${name} signs`, {
		kind: "not-done",
		next: `add ${key} to the environment's secrets and to the action's input \`secrets\``
	});
	return {
		client,
		version,
		key: readClientKey(given, client)
	};
}
/** What a server's refusal of a signed request means; it says little itself. */
function refusalOf({ signed }, { status, headers }, { resources, now }) {
	const signer = signed === void 0 ? void 0 : resources.signers[signed];
	if (signer === void 0 || status !== 401 && status !== 403) return {};
	const { client, key } = signer;
	if (status === 403) return {
		detail: `${client} may not do that`,
		next: `give ${client} the right to it on the Chef server`
	};
	const skew = clockSkew(headers, now());
	if (skew !== void 0) return {
		detail: skew,
		next: "set the clock that is wrong"
	};
	return {
		detail: `the API does not take the signature for that of ${client}`,
		next: `see whether secret ${key} is the key of ${client}, and whether the API knows ${client}`
	};
}

// src/steps/exercise.ts
/** Once cancelled, a request in flight may still be answered, and then what it made be removed: within three seconds in all. */
const answerSeconds = 1.2;
const cleanUpSeconds = 2.6;
const maxBytes$3 = 262144;
/** `exercise`: signed requests that write, on what is made for it and thrown away; it has passed when nothing of it is left. */
const exercise = {
	name: "exercise",
	mutates: true,
	describe: (step, resources) => [
		`${step.throwAway.path} must not be there before, and is gone after`,
		...step.requests.map((one) => say$1(one, saySigned(one, resources))),
		...step.cleanUp.map((one) => `in any case ${say$1(one, saySigned(one, resources))}`)
	],
	check: async (step, context) => {
		const seen = await look$1(step, context, context.signal);
		const { path } = step.throwAway;
		if (seen.state === "unclear") return {
			state: "cannot-tell",
			detail: seen.detail
		};
		if (seen.state === "there") return {
			state: "partial",
			detail: `${path} is there`
		};
		if (!wasPerformed(step, context)) return {
			state: "not-done",
			detail: `${path} is not there`
		};
		return {
			state: "done",
			detail: `performed, and nothing is left of ${path}`
		};
	},
	intend: (step) => Promise.resolve({
		act: `send ${step.requests.length} requests that write on ${step.throwAway.path}, and remove it`,
		resume: {}
	}),
	apply: async (step, context, attempt) => {
		if (context.protectedEnvironment) return {
			outcome: "refused",
			detail: "nothing is exercised in a protected environment",
			next: "give the step `when: { protected: false }`"
		};
		const unsigned = whyUnsigned([
			step.throwAway,
			...step.requests,
			...step.cleanUp
		], context);
		if (unsigned !== void 0) return unsigned;
		const performance = new Performance(step, context);
		const before = await performance.prepare(attempt);
		if (before !== void 0) return before;
		return performance.perform();
	}
};
/** A past performance of this round: the journal says so, or every answer of it is there and right. */
function wasPerformed(step, context) {
	if (context.wasDone()) return true;
	const answers = context.probesOf(context.step).filter(({ host }) => host === step.host);
	const whole = step.requests.length + step.cleanUp.length;
	return answers.length >= whole && answers.every(({ ok }) => ok);
}
/** Whether what is thrown away is there: only the API itself knows. */
async function look$1({ throwAway }, context, signal) {
	const answer = await send(throwAway, context, { signal });
	if (answer.status === 200) return { state: "there" };
	if (answer.status === 404) return { state: "gone" };
	return {
		state: "unclear",
		detail: sayAnswer$1(throwAway, answer),
		next: answer.next
	};
}
/** One attempt at an exercise: what it captured and what it was answered. */
var Performance = class {
	#step;
	#context;
	#answers = [];
	#captured = {};
	#answering;
	#cleaning;
	constructor(step, context) {
		this.#step = step;
		this.#context = context;
		this.#answering = late(context.signal, answerSeconds);
		this.#cleaning = late(context.signal, cleanUpSeconds);
	}
	/** Begins with nothing there; only what an earlier attempt of this round left may be removed. An act ends the step. */
	async prepare({ number }) {
		const { path } = this.#step.throwAway;
		const seen = await look$1(this.#step, this.#context, this.#answering);
		if (seen.state === "gone") return void 0;
		if (seen.state === "unclear") return {
			outcome: "refused",
			detail: `${seen.detail}; nothing was sent`,
			...nextOf$1(seen)
		};
		if (number === 1 || this.#context.lastOutcome() === "refused") return {
			outcome: "refused",
			detail: `${path} is there already, and this round has not made it; nothing was sent`,
			next: `find out whose ${path} is; remove it, or give \`throw-away\` another name`
		};
		this.#context.say(`${path} is left of an earlier attempt; removing it`);
		await this.#cleanUp();
		const after = await look$1(this.#step, this.#context, this.#cleaning);
		const next = this.#removeByHand();
		this.#answers.length = 0;
		if (after.state === "gone") return void 0;
		return {
			outcome: "failed",
			detail: `${path} is left of an earlier attempt and could not be removed`,
			next
		};
	}
	async perform() {
		const stopped = await this.#requests();
		const cleaned = await this.#cleanUp(stopped === void 0);
		const left = await look$1(this.#step, this.#context, this.#cleaning);
		await this.#context.observe({
			kind: "probes",
			answers: this.#answers
		}, this.#step.host);
		return this.#conclude(stopped ?? cleaned, left);
	}
	async #requests() {
		for (const request of this.#step.requests) {
			if (this.#context.signal.aborted) return {
				detail: "cancelled between two requests",
				next: void 0,
				lost: false
			};
			const stopped = await this.#ask(request, this.#answering, request.statuses);
			if (stopped !== void 0) return stopped;
		}
	}
	/** All of it, whatever came of the others; where something went wrong before, there may be nothing to remove. */
	async #cleanUp(whole = false) {
		let first;
		for (const request of this.#step.cleanUp) {
			if (capturedIn(`${request.path} ${request.body ?? ""}`).some((one) => !this.#has(one))) continue;
			const right = whole ? request.statuses : [...request.statuses, 404];
			const stopped = await this.#ask(request, this.#cleaning, right);
			first ??= stopped;
		}
		return first && {
			...first,
			lost: false
		};
	}
	async #ask(declared, signal, right) {
		const request = this.#filled(declared);
		const answer = await send(request, this.#context, {
			signal,
			maxBytes: maxBytes$3
		});
		const ok = right.includes(answer.status);
		const { host, method, path, endpoint, signed } = request;
		const { status } = answer;
		this.#answers.push({
			host,
			method,
			path,
			endpoint,
			status,
			expected: [...right],
			ok,
			...answer.detail === void 0 ? {} : { detail: answer.detail },
			...signed === void 0 ? {} : { signed }
		});
		const said = sayAnswer$1(request, answer);
		const { next } = answer;
		if (!ok) return {
			detail: status === 0 ? said : `${said}, wanted ${right.join(" or ")}`,
			next,
			lost: status === 0 && answer.sent && !onlyReads(method)
		};
		const missing = this.#capture(declared.capture, answer.body);
		if (missing === void 0) return void 0;
		return {
			detail: `${said}, and ${missing}`,
			next: void 0,
			lost: false
		};
	}
	/** Keeps what later requests need; answers whatever of it the answer does not have. */
	#capture(captures, body) {
		for (const [name, { at, match }] of Object.entries(captures)) {
			const value = textAt(body, at);
			const found = match === void 0 ? value : partOf(value, match);
			if (found === void 0 || !/^[A-Za-z0-9_-]{1,200}$/.test(found)) return `its answer has no ${name} at ${at}: wanted are letters, digits, _ and -`;
			this.#captured[name] = found;
		}
	}
	#has(name) {
		return Object.hasOwn(this.#captured, name);
	}
	#filled(request) {
		const { path, body } = request;
		const filled = {
			...request,
			path: fillCaptured(path, this.#captured)
		};
		return body === void 0 ? filled : {
			...filled,
			body: fillCaptured(body, this.#captured)
		};
	}
	#conclude(stopped, left) {
		const { path } = this.#step.throwAway;
		const detail = [stopped?.detail, sayLeft(left, path)].filter((one) => one !== void 0).join("; ");
		if (stopped === void 0 && left.state === "gone") return {
			outcome: "succeeded",
			detail: `${this.#answers.length} answers are right; ${detail}`
		};
		if (this.#context.signal.aborted) return {
			outcome: "cancelled",
			detail
		};
		if (left.state === "unclear" || stopped?.lost === true) return {
			outcome: "unknown",
			detail,
			...nextOf$1({ next: stopped?.next ?? this.#again() })
		};
		const next = left.state === "there" ? this.#again() : stopped?.next;
		return {
			outcome: "failed",
			detail,
			...nextOf$1({ next })
		};
	}
	#again() {
		return `run this phase again: it removes what is left of ${this.#step.throwAway.path} before it begins`;
	}
	#removeByHand() {
		const why = this.#answers.find(({ ok }) => !ok);
		const said = why === void 0 ? "" : ` (${why.method} ${why.path} answered ${why.status})`;
		return `remove ${this.#step.throwAway.path} by hand${said}, then run this phase again`;
	}
};
const onlyReads = (method) => method === "GET" || method === "HEAD";
const nextOf$1 = ({ next }) => next === void 0 ? {} : { next };
function sayLeft(left, path) {
	switch (left.state) {
		case "gone": return `nothing is left of ${path}`;
		case "there": return `${path} is still there`;
		case "unclear": return `whether ${path} is left is not known: ${left.detail}`;
	}
}
function say$1({ method, path, body, statuses, capture }, by) {
	const carried = body === void 0 ? "" : ` ${body}`;
	const kept = Object.entries(capture).map(([name, { at }]) => `; {${name}} is what it gives at ${at}`);
	return `${method} ${path}${carried}${by}, must answer ${statuses.join(" or ")}${kept.join("")}`;
}
function sayAnswer$1({ method, path, host }, { status, detail }) {
	const why = detail === void 0 ? "" : ` (${detail})`;
	return `${method} ${path} on ${host} answers ${status === 0 ? "nothing" : status}${why}`;
}
/** A text or number of a JSON document, by its pointer. What an answer says is never quoted: it may hold keys. */
function textAt(document, pointer) {
	let value;
	try {
		value = JSON.parse(document);
	} catch {
		return;
	}
	for (const key of pointerKeys(pointer)) {
		if (typeof value !== "object" || value === null) return void 0;
		value = Object.hasOwn(value, key) ? value[key] : void 0;
	}
	return typeof value === "string" || typeof value === "number" ? String(value) : void 0;
}
/** The first group of a match, or all of it where it has none. */
function partOf(text, pattern) {
	const match = text === void 0 ? null : new RegExp(pattern).exec(text);
	return match?.[1] ?? match?.[0];
}

// src/steps/verdict-next.ts
/** Where every name stands. */
const names$2 = "every name is in failures.json of this job's artifact";
/** What can still be done where a part of a log is lost. */
const nextOfGap = "see that the runbook's log names the right files and what an entry of it looks like; where a part is lost, dispatch the rollback and the reset, which lose nothing here, and migrate again";
/** What would make two sides agree. */
function nextOfRow({ title, missing, unexpected }) {
	const steps = [...missing > 0 ? [`run this phase again: it starts the migration of ${title} again and judges anew; if they are missing then too, migrate these by hand, or roll back`] : [], ...unexpected > 0 ? [`find out who wrote what is in SQL and not at the source, delete it there if it is a leftover, and run this phase again`] : []];
	if (steps.length === 0) return `find out why the sides of ${title} differ, put it right, and run this phase again`;
	return `${names$2}; ${steps.join("; ")}`;
}
/** What would make a class of failures good. */
function nextOfFailures({ class: name, known, problem = "" }) {
	if (name === "unclassified") return "read its lines in the summary; repair what they tell of and run this phase again; or, if all of it is benign, allow `unclassified` in the baseline by a reviewed change and dispatch a new run with a reason";
	if (problem.includes(" expired on ")) return `look at them again, renew the entry for ${name} in the baseline by a reviewed change, and dispatch a new run with a reason`;
	const accept = known ? `change the entry for ${name} in the baseline` : `enter ${name} into the baseline`;
	return `${names$2}: repair these objects and run this phase again; or, if every one is benign, ${accept} by a reviewed change (known-failures.proposed.yml is a start) and dispatch a new run with a reason`;
}
/** Reasons with what would make each good, for one who can only read a line. */
function sayNext(reasons, next) {
	return [...reasons.map((reason, index) => {
		const step = next[index];
		return step === void 0 ? reason : `(${index + 1}) ${reason}: ${step}`;
	}), "or dispatch the rollback, which loses nothing before reopening"].join("; ");
}

// src/steps/gate.ts
/** `gate`: passes only on the newest good verdict of this round. */
const gate = {
	name: "gate",
	mutates: false,
	describe: (step) => [`the verdict of step ${step.gate} must be good`],
	apply: (step, context) => {
		const verdict = context.verdictOf(step.gate);
		const now = context.baselineDigest;
		if (verdict === void 0) return Promise.resolve({
			outcome: "not-met",
			detail: `step ${step.gate} has given no verdict in this round`
		});
		if (verdict.good && (verdict.baselineDigest ?? now) !== now) return Promise.resolve({
			outcome: "not-met",
			detail: `the verdict of step ${step.gate} is good by known failures that have changed since`,
			next: `run the phase of step ${step.gate} again: it gives the verdict anew, by the known failures of now`
		});
		if (verdict.good) return Promise.resolve({
			outcome: "succeeded",
			detail: "the verdict is good"
		});
		return Promise.resolve({
			outcome: "not-met",
			detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
			next: `make good what the verdict of step ${step.gate} names, in the phase of that step: ${sayNext(verdict.reasons, verdict.next ?? [])}`
		});
	}
};

// src/steps/idle.ts
/** `poll-idle`: changes nothing, wants that nobody else does. */
const idle = {
	name: "poll-idle",
	mutates: false,
	describe: (step) => [`no ${step.poll} may run in console ${step.console}`],
	apply: async (step, context) => {
		const check = await runCheck({
			type: "idle",
			console: step.console,
			poll: step.poll
		}, context);
		return {
			outcome: check.state === "done" ? "succeeded" : "not-met",
			detail: check.detail
		};
	}
};

// src/steps/proof.ts
/** Whether it is so now; what cannot be read proves nothing. */
async function holds$2(proof, context) {
	if (proof === void 0) return false;
	const read = await readNames(proof.reading, context);
	if (!read.ok) return false;
	return Object.entries(proof.is).every(([name, wanted]) => wanted.includes(read.values[name] ?? ""));
}

// src/steps/tables.ts
/** Puts a table's command into a script of ours without pasting it: the command's text is an environment variable. */
async function onTable(table, on, script, env, context) {
	const wrapped = {
		...on,
		command: {
			...on.command,
			line: script,
			env: {
				...on.command.env,
				...env,
				RP_TABLE: table,
				RP_QUERY: on.command.line
			}
		}
	};
	return ask$3(wrapped, context, 1800);
}

// src/steps/snapshot.ts
/** Written beside and renamed when it is whole, so that a snapshot that exists is complete. */
const takeScript = `set -e
mkdir -p "$RP_DIRECTORY"
sh -c "$RP_QUERY" > "$RP_DIRECTORY/$RP_TABLE.unsorted"
LC_ALL=C sort "$RP_DIRECTORY/$RP_TABLE.unsorted" > "$RP_DIRECTORY/$RP_TABLE.new"
rm "$RP_DIRECTORY/$RP_TABLE.unsorted"
sync "$RP_DIRECTORY/$RP_TABLE.new" 2>/dev/null || sync
mv "$RP_DIRECTORY/$RP_TABLE.new" "$RP_DIRECTORY/$RP_TABLE"
wc -l < "$RP_DIRECTORY/$RP_TABLE"`;
const countScript = `if [ -f "$RP_DIRECTORY/$RP_TABLE" ]; then wc -l < "$RP_DIRECTORY/$RP_TABLE"; else echo none; fi`;
/** Where a snapshot lives: with the system that it describes, so that a rollback needs nothing else. */
function snapshotDirectory(context, round, name) {
	return `${context.stateDirectory}/snapshots/${round}/${name}`;
}
/** `snapshot`: taken once a round; what a later `loss` counts against. */
const snapshot = {
	name: "snapshot",
	mutates: true,
	describe: (step) => Object.entries(step.tables).map(([name, on]) => `${name}: ${on.command.line}`),
	check: async (step, context) => {
		const counts = await each(step, context, countScript);
		if (!counts.ok) return {
			state: "cannot-tell",
			detail: counts.reason
		};
		const values = Object.values(counts.tables);
		if (values.every((value) => value === "none")) return {
			state: "not-done",
			detail: ""
		};
		if (values.includes("none")) return {
			state: "partial",
			detail: "some tables were not kept"
		};
		return {
			state: "done",
			detail: sayCounts(counts.tables)
		};
	},
	intend: (step) => Promise.resolve({
		act: `keep keys and versions of ${Object.keys(step.tables).join(", ")}`,
		resume: {}
	}),
	apply: async (step, context) => {
		if (step.while !== void 0 && !await holds$2(step.while, context)) return {
			outcome: "failed",
			detail: `it may only be taken while ${Object.entries(step.while.is).map(([name, values]) => `${name} is ${values.join(" or ")}`).join(" and ")}, and that is not so`
		};
		const counts = await each(step, context, takeScript);
		if (!counts.ok) return {
			outcome: context.signal.aborted ? "cancelled" : "failed",
			detail: counts.reason
		};
		const tables = Object.fromEntries(Object.entries(counts.tables).map(([name, count]) => [name, Number(count)]));
		await context.observe({
			kind: "snapshot",
			name: step.snapshot,
			host: step.host,
			tables
		}, step.host);
		return {
			outcome: "succeeded",
			detail: sayCounts(counts.tables)
		};
	}
};
async function each(step, context, script) {
	const tables = {};
	for (const [name, on] of Object.entries(step.tables)) {
		const env = { RP_DIRECTORY: snapshotDirectory(context, context.round, step.snapshot) };
		const answer = await onTable(name, on, script, env, context);
		if (!answer.ok) return {
			ok: false,
			reason: `${name}: ${answer.reason}`
		};
		tables[name] = answer.lines.at(-1)?.trim() ?? "none";
	}
	return {
		ok: true,
		tables
	};
}
function sayCounts(tables) {
	return Object.entries(tables).map(([name, count]) => `${name} ${count}`).join(", ");
}

// src/steps/loss.ts
/** Where the round is not known, its snapshot is the latest there is: names of rounds sort by time. */
const sinceScript = `set -e
if [ -n "$RP_LATEST" ]; then
  IFS=
  for each in $RP_LATEST; do RP_DIRECTORY=$each; done
fi
if [ ! -f "$RP_DIRECTORY/$RP_TABLE" ]; then echo none; exit; fi
now=$(mktemp)
trap 'rm -f "$now" "$now.sorted"' EXIT
sh -c "$RP_QUERY" > "$now"
LC_ALL=C sort "$now" > "$now.sorted"
awk -F '|' '
  FILENAME == ARGV[1] { before[$1] = $2; next }
  !($1 in before) { inserted++; next }
  { if (before[$1] "" != $2 "") updated++; delete before[$1] }
  END { for (key in before) deleted++; print inserted + 0, updated + 0, deleted + 0 }
' "$RP_DIRECTORY/$RP_TABLE" "$now.sorted"`;
const rowsScript = `set -e
now=$(mktemp)
trap 'rm -f "$now"' EXIT
sh -c "$RP_QUERY" > "$now"
echo 0 0 "$(wc -l < "$now")"`;
/** `loss`: counts, shows per table, and asks for `accept-data-loss` of at least that number. */
const loss = {
	name: "loss",
	mutates: false,
	describe: (step) => [step.of.kind === "since" ? `count what changed since snapshot ${step.of.snapshot}` : "count the rows that would be deleted", "refused unless accept-data-loss is at least that number"],
	apply: async (step, context) => {
		if (step.of.kind === "rows" && step.of.onlyProtected && !context.protectedEnvironment) return {
			outcome: "succeeded",
			detail: "the environment is not protected, so nothing is asked"
		};
		if (step.of.kind === "since" && await holds$2(step.of.unless, context)) return {
			outcome: "succeeded",
			detail: "nothing is served from there, so nothing more is lost"
		};
		if (!context.withoutJournal && await neverReopened(step, context)) return notReopened;
		const counted = await count$1(step, context);
		if (counted.ok === "no-snapshot" && await neverReopened(step, context)) return notReopened;
		if (counted.ok !== true) return {
			outcome: "not-met",
			detail: `what would be lost cannot be counted: ${counted.reason}`,
			next: "make the count possible (database up, snapshot readable), then dispatch this again"
		};
		return judgeLoss(counted.tables, context);
	}
};
/** By the journal nothing was opened, and what serves says the same: then no database has to be asked. */
async function neverReopened({ of }, context) {
	if (of.kind !== "since" || context.passedPointOfNoReturn()) return false;
	return holds$2(of.withoutSnapshot, context);
}
const notReopened = {
	outcome: "succeeded",
	detail: "this round has not reopened, so nothing was written"
};
async function judgeLoss(tables, context) {
	const total = Object.values(tables).reduce((sum, one) => sum + one.inserted + one.updated + one.deleted, 0);
	const accepted = context.inputs.acceptDataLoss ?? 0;
	const observation = {
		kind: "loss",
		tables: { ...tables },
		total,
		accepted
	};
	await context.observe(observation);
	const shown = Object.entries(tables).filter(([, one]) => one.inserted + one.updated + one.deleted > 0).map(([name, one]) => `${name}: ${one.inserted} inserted, ${one.updated} updated, ${one.deleted} deleted`);
	if (total === 0) return {
		outcome: "succeeded",
		detail: "nothing would be lost"
	};
	if (accepted >= total) return {
		outcome: "succeeded",
		detail: `${total} accepted (${shown.join("; ")})`
	};
	return {
		outcome: "not-met",
		detail: `${total} would be lost (${shown.join("; ")}), accepted are ${accepted}`,
		weighed: true,
		next: `dispatch this again with accept-data-loss ${total} if that is what you want`
	};
}
async function count$1(step, context) {
	const script = step.of.kind === "since" ? sinceScript : rowsScript;
	const env = whereSnapshotIs(step, context);
	const tables = {};
	let without = 0;
	for (const [name, on] of Object.entries(step.tables)) {
		const answer = await onTable(name, on, script, env, context);
		if (!answer.ok) return {
			ok: false,
			reason: `${name}: ${answer.reason}`
		};
		const line = answer.lines.at(-1)?.trim() ?? "";
		if (line === "none") {
			without += 1;
			continue;
		}
		const [inserted, updated, deleted] = line.split(" ").map(Number);
		if (inserted === void 0 || updated === void 0 || deleted === void 0 || Number.isNaN(inserted + updated + deleted)) return {
			ok: false,
			reason: `${name}: the count gave ${JSON.stringify(line.slice(0, 100))}`
		};
		tables[name] = {
			inserted,
			updated,
			deleted
		};
	}
	if (without === 0 || step.of.kind === "rows") return {
		ok: true,
		tables
	};
	if (without < Object.keys(step.tables).length) return {
		ok: false,
		reason: "the snapshot is not whole"
	};
	return {
		ok: "no-snapshot",
		reason: `this round has no snapshot ${step.of.snapshot}, and nothing proves that nothing was written since`
	};
}
function whereSnapshotIs({ of }, context) {
	if (of.kind === "rows") return {
		RP_DIRECTORY: "",
		RP_LATEST: ""
	};
	return {
		RP_DIRECTORY: snapshotDirectory(context, context.round, of.snapshot),
		RP_LATEST: context.withoutJournal ? snapshotDirectory(context, "*", of.snapshot) : ""
	};
}

// src/steps/probe.ts
/** `probe`: sent through each host's own SSH connection, and right only when every answer of several rounds is. */
const probe = {
	name: "probe",
	mutates: false,
	describe: (step, resources) => {
		const lines = /* @__PURE__ */ new Set();
		for (const request of step.requests) {
			const { method, path, expect, body } = request;
			const wanted = "sameAs" in expect ? `as in step ${expect.sameAs}` : expect.statuses.join(" or ");
			const carried = body === void 0 ? "" : ` ${body}`;
			const by = saySigned(request, resources);
			lines.add(`${method} ${path}${carried}${by}${by === "" ? "" : ","} must answer ${wanted}`);
		}
		return [...lines, ...step.steady === void 0 ? [] : [`${step.steady.times} times in a row`]];
	},
	apply: async (step, context) => {
		const unsigned = whyUnsigned(step.requests, context);
		if (unsigned !== void 0) return unsigned;
		const expected = step.requests.map((request) => expectedOf(request, context));
		const deadline = context.now().getTime() + step.timeoutSeconds * 1e3;
		let inRow = 0;
		for (;;) {
			const asked = await Promise.all(step.requests.map((request, index) => ask$1(request, expected[index] ?? [], context)));
			inRow = asked.map(({ answer }) => answer).every(({ ok }) => ok) ? inRow + 1 : 0;
			const late = step.steady === void 0 || context.now().getTime() >= deadline || context.signal.aborted;
			if (inRow >= (step.steady?.times ?? 1) || late) return conclude$1(asked, inRow, step, context);
			await context.sleep(step.steady?.everySeconds ?? 1);
		}
	}
};
async function conclude$1(asked, inRow, step, context) {
	const answers = asked.map(({ answer }) => answer);
	await context.observe({
		kind: "probes",
		answers
	});
	if (context.signal.aborted) return {
		outcome: "cancelled",
		detail: "cancelled while probing"
	};
	const wrong = answers.filter(({ ok }) => !ok);
	if (wrong.length === 0 && inRow >= (step.steady?.times ?? 1)) return {
		outcome: "succeeded",
		detail: `${answers.length} of ${answers.length} answers are right`
	};
	const first = wrong.slice(0, 3).map((answer) => sayAnswer(answer));
	const rest = wrong.length > 3 ? `; and ${wrong.length - 3} more` : "";
	const what = wrong.length === 0 ? "the answers are right but were not steady" : `${first.join("; ")}${rest}`;
	const next = asked.find((one) => !one.answer.ok && one.next !== void 0)?.next;
	return {
		outcome: "not-met",
		detail: what,
		...next === void 0 ? {} : { next }
	};
}
function sayAnswer(answer) {
	const why = answer.detail === void 0 ? "" : ` (${answer.detail})`;
	const got = answer.status === 0 ? `no answer${why || " (unknown)"}` : `${answer.status}${why}`;
	return `${answer.method} ${answer.path} on ${answer.host} answers ${got}, wanted ${answer.expected.join(" or ") || "what preflight saw"}`;
}
async function ask$1(request, expected, context) {
	const { host, method, path, endpoint, signed } = request;
	const { status, detail, next } = await send(request, context);
	return {
		answer: {
			host,
			method,
			path,
			endpoint,
			status,
			expected: [...expected],
			ok: expected.includes(status),
			...detail === void 0 ? {} : { detail },
			...signed === void 0 ? {} : { signed }
		},
		next
	};
}
/** What the same request answered in an earlier step of this round. */
function expectedOf(request, context) {
	if ("statuses" in request.expect) return request.expect.statuses;
	return context.probesOf(request.expect.sameAs).filter(({ host, method, path, signed }) => host === request.host && method === request.method && path === request.path && signed === request.signed).map(({ status }) => status).slice(-1);
}

// src/steps/reading.ts
/** `reading`: reads and compares, changes nothing. */
const reading = {
	name: "reading",
	mutates: false,
	describe: (step, { readings }) => [...(readings[step.reading]?.on ?? []).map(({ host, command }) => `${host}: ${renderCommand(command)}`), ...Object.entries(step.expect).map(([name, values]) => `${name} must be ${values.map(shown).join(" or ")}`)],
	apply: async (step, context) => {
		const found = await readNames(step.reading, context);
		if (!found.ok) return {
			outcome: "not-met",
			detail: found.reason
		};
		const wrong = Object.entries(step.expect).filter(([name, values]) => !values.includes(found.values[name] ?? ""));
		if (wrong.length === 0) return {
			outcome: "succeeded",
			detail: Object.entries(found.values).map(([name, value]) => `${name}=${shown(value)}`).join(" ")
		};
		return {
			outcome: "not-met",
			detail: wrong.map(([name, values]) => `${name} is ${shown(found.values[name] ?? "")}, wanted ${values.map(shown).join(" or ")}`).join("; ")
		};
	}
};
function shown(value) {
	return value === "" ? "(unset)" : value;
}

// src/steps/read-item.ts
/** `databag-read`: shows single values of an item, and finds early that one cannot be read or set. */
const readItem = {
	name: "databag-read",
	mutates: false,
	describe: (step, { chef }) => [`in data bag ${step.bag}, item ${step.item}, of ${chef?.url ?? "the Chef server"}`, `there has to be a value at ${step.values.join(" and ")}`],
	async apply(step, context) {
		try {
			const item = new Item(await context.chef().item(step.bag, step.item), nameOf$4(step));
			const values = step.values.map((pointer) => [pointer, item.value(pointer)]);
			await context.observe({
				kind: "reading",
				name: nameOf$4(step),
				title: `Data bag ${nameOf$4(step)}`,
				values: Object.fromEntries(values)
			});
			return {
				outcome: "succeeded",
				detail: values.map(([pointer, value]) => `${pointer} is ${value}`).join("; ")
			};
		} catch (error) {
			if (!(error instanceof ChefError)) throw error;
			return {
				outcome: "not-met",
				detail: error.message,
				next: error.next
			};
		}
	}
};

// src/steps/read-unread.ts
/**
* Reads what a job wrote into its log where nobody has read it to the end: the runner was lost, and a check or a
* person said that the job was done. A verdict on a log that nobody read would be one without witnesses.
*/
async function readUnread(context) {
	for (const { step, log: name, position } of context.unreadLogs()) {
		const log = context.resources.logs[name];
		if (log === void 0) continue;
		context.say(`the log of ${step} was not read to its end; reading it now`);
		const reader = new FailureReader(log, position, context);
		await observeFailures(log, withoutNameless(await reader.end()), context);
	}
}
/** What a later job wrote stands behind it and was read by that one: without a name it must not count twice. */
function withoutNameless(failures) {
	const classes = {};
	for (const [name, one] of Object.entries(failures.classes)) classes[name] = {
		...one,
		nameless: []
	};
	return {
		...failures,
		classes
	};
}

// src/steps/losses.ts
/**
* A failure may say that what it refers to is gone. Where all of that is still at the source it is a loss,
* and nothing that the baseline allows of benign ones: it gets a class of its own.
*/
async function siftLosses(accounts, context) {
	const lossOf = lossClasses(context.failureRules);
	const names = /* @__PURE__ */ new Set();
	for (const { explained } of accounts.values()) for (const { refers } of explained) for (const name of Object.keys(refers ?? {})) names.add(name);
	const held = /* @__PURE__ */ new Map();
	for (const name of names) {
		const found = await readReference(name, context);
		if (!found.ok) return found;
		held.set(name, found.held);
	}
	const sifted = [...accounts].map(([name, account]) => {
		const explained = account.explained.map((one) => sift(one, lossOf, held));
		return [name, {
			...account,
			explained
		}];
	});
	return {
		ok: true,
		accounts: new Map(sifted)
	};
}
function lossClasses(rules) {
	return new Map(rules.flatMap(({ class: name, benignUnless }) => benignUnless === void 0 ? [] : [[name, benignUnless.class]]));
}
function sift(one, lossOf, held) {
	const refers = Object.entries(one.refers ?? {});
	const loss = lossOf.get(one.class);
	if (refers.length === 0 || loss === void 0) return one;
	if (!refers.every(([name, key]) => held.get(name)?.source.has(key) === true)) return one;
	const failed = refers.find(([name, key]) => held.get(name)?.sql?.has(key) === false);
	const titles = refers.map(([name]) => held.get(name)?.title ?? name);
	const reason = failed === void 0 ? `at the source: ${titles.join(" and ")}` : `failed itself: ${held.get(failed[0])?.title ?? failed[0]}`;
	return {
		...one,
		class: loss,
		reason
	};
}
async function readReference(name, context) {
	const reference = context.resources.references[name];
	if (reference === void 0) return {
		ok: false,
		reason: `there is no reference ${name}`
	};
	const source = await keysOf(reference, "source", context);
	if (!source.ok) return source;
	if (reference.sql === void 0) return {
		ok: true,
		held: {
			title: reference.title,
			source: source.keys,
			sql: void 0
		}
	};
	const sql = await keysOf(reference, "sql", context);
	if (!sql.ok) return sql;
	return {
		ok: true,
		held: {
			title: reference.title,
			source: source.keys,
			sql: sql.keys
		}
	};
}
async function keysOf({ title, ...sides }, side, context) {
	const asked = sides[side];
	const answer = asked === void 0 ? void 0 : await readSide(asked, context);
	if (answer === void 0) return {
		ok: false,
		reason: `${title} has no ${side}`
	};
	if (!answer.ok) return {
		ok: false,
		reason: `${title}, ${side}: ${answer.reason}`
	};
	const { keys, present } = answer.holding;
	if (!present || keys === void 0) return {
		ok: false,
		reason: `${title}, ${side}: gives no keys, so what is gone is not known`
	};
	return {
		ok: true,
		keys: new Set(keys)
	};
}

// src/steps/allowance.ts
/** How many failures an entry allows where its class is counted among so many objects; part of an object is none. */
function allowedOf(allowed, objects) {
	if (typeof allowed === "number") return allowed;
	return Math.floor(allowed.percent * objects / 100 + 1e-9);
}
/** As the file has it. */
function sayAllowance(allowed) {
	return typeof allowed === "number" ? String(allowed) : `${allowed.percent}%`;
}
/** Whether an entry knows a failure's reason: exactly, or by a pattern of the whole of it. */
function knowsReason({ reasons }, reason) {
	if (reasons === void 0) return true;
	return reasons.some((known) => known === reason || new RegExp(`^(?:${known})$`, "s").test(reason));
}

// src/steps/verdict.ts
/** Good only when the sides agree and every failure is in the baseline: its class, its reason, within the count, not expired. */
function judge({ rows, accounts }, context) {
	const failures = failureRows({
		rows,
		accounts
	}, context);
	const bad = rows.filter((row) => !row.ok);
	const problems = failures.filter((row) => row.problem !== void 0);
	const gaps = context.failures().filter(({ gap }) => gap === true);
	const gapReasons = gaps.map(({ attempt }) => gapReason(attempt));
	return {
		good: bad.length + problems.length + gaps.length === 0,
		reasons: [
			...bad.map((row) => `${row.title}: ${row.detail}`),
			...problems.map(({ problem = "" }) => problem),
			...gapReasons
		],
		next: [
			...bad.map(nextOfRow),
			...problems.map(nextOfFailures),
			...gaps.map(() => nextOfGap)
		],
		rows,
		failures
	};
}
/** What nobody read may have held anything, so no entry of a baseline covers it. */
function gapReason(attempt) {
	return `a part of the log of ${stepOf(attempt)} was not read: it was rotated away, no file was found, or no line looks like an entry`;
}
function emptyTally() {
	return {
		count: 0,
		reasons: /* @__PURE__ */ new Map(),
		samples: [],
		objects: []
	};
}
const samplesKept$1 = 5;
const reasonsKept = 50;
/** The failures that count beside the baseline; also entries of the baseline that no longer occur. */
function failureRows(counted, context) {
	const found = countFailures(counted.accounts, context);
	const today = context.now().toISOString().slice(0, 10);
	const absent = context.baseline.filter((entry) => !found.has(entry.class));
	const none = emptyTally();
	return [...[...found].map(([name, tally]) => ({
		name,
		tally
	})), ...absent.map((entry) => ({
		name: entry.class,
		tally: none
	}))].map(({ name, tally }) => {
		return failureRow$1(name, tally, context.baseline.find((one) => one.class === name), {
			objects: objectsOf(name, counted.rows, context),
			today
		});
	}).sort((a, b) => b.count - a.count || (a.class < b.class ? -1 : 1));
}
/** The objects at the source among which failures of a class are counted. */
function objectsOf(name, rows, { resources }) {
	return rows.filter((row) => resources.reconciliations[row.name]?.failures.includes(name)).reduce((sum, { sides }) => sum + (sides["source"] ?? Object.values(sides)[0] ?? 0), 0);
}
function failureRow$1(name, { count, reasons, samples, objects: named }, entry, { objects, today }) {
	const allowed = entry === void 0 ? 0 : allowedOf(entry.allowed, objects);
	const most = [...reasons].sort(([, a], [, b]) => b - a).slice(0, reasonsKept);
	return {
		class: name,
		count,
		allowed,
		why: entry?.why ?? "",
		known: entry !== void 0,
		samples: (samples.length > 0 ? samples : named).slice(0, samplesKept$1),
		reasons: Object.fromEntries(most),
		...typeof entry?.allowed === "object" ? { allowance: `${sayAllowance(entry.allowed)} of ${objects}` } : {},
		...count === 0 ? {} : uncovered({
			name,
			count,
			reasons,
			allowed
		}, entry, today)
	};
}
/** What the baseline does not cover of a class that occurs, with the first thing that is wrong. */
function uncovered({ name, count, reasons, allowed }, entry, today) {
	const failures = `${count} failures of class ${name}`;
	if (entry === void 0) return {
		uncovered: count,
		problem: `${failures}, which the baseline does not know`
	};
	if (entry.expires !== void 0 && entry.expires < today) return {
		uncovered: count,
		problem: `${failures}, and the baseline's entry for ${name} expired on ${entry.expires}`
	};
	const others = [...reasons].filter(([reason]) => !knowsReason(entry, reason));
	const unknown = others.reduce((sum, [, many]) => sum + many, 0);
	const over = Math.max(0, count - allowed);
	const problems = [...unknown > 0 ? [`${unknown} failures of class ${name} for a reason that the baseline does not know: ${sayReasons(others)}`] : [], ...over > 0 ? [`${failures}, where the baseline allows ${allowed}`] : []];
	if (problems.length === 0) return { uncovered: 0 };
	return {
		uncovered: Math.max(unknown, over),
		problem: problems.join("; ")
	};
}
function sayReasons(reasons) {
	return [...reasons.slice(0, 5).map(([reason, count]) => `${reason === "" ? "(none was read)" : `"${reason}"`} ×${count}`), ...reasons.length > 5 ? [`and ${reasons.length - 5} more`] : []].join(", ");
}
/**
* A failure counts when its object is not in SQL: a migration that is started again fails on everything
* that is there already, and that is no loss. Classes that no reconciliation accounts for count by their lines.
*/
function countFailures(accounts, context) {
	const tallies = /* @__PURE__ */ new Map();
	const tally = (name) => {
		const known = tallies.get(name) ?? emptyTally();
		tallies.set(name, known);
		return known;
	};
	for (const { explained } of accounts.values()) for (const one of explained) {
		const into = tally(one.class);
		addTo(into, one.reason, 1);
		if (into.objects.length < samplesKept$1) into.objects.push(`${one.object}: ${one.reason}`);
	}
	const accountable = new Set([...accounts.keys()].flatMap((name) => context.resources.reconciliations[name]?.failures ?? []));
	for (const { unclassified: unknown, samples, classes } of latestOfEachStep(context)) {
		if (unknown > 0) addLines(tally(unclassified), {
			count: unknown,
			samples
		});
		for (const [name, told] of Object.entries(classes)) if (accountable.has(name)) tallies.get(name)?.samples.push(...told.samples);
		else if (told.count > 0) addLines(tally(name), told);
	}
	return tallies;
}
function addLines(tally, told) {
	const reasons = Object.entries(told.reasons ?? {});
	const without = told.count - reasons.reduce((sum, [, count]) => sum + count, 0);
	for (const [reason, count] of reasons) addTo(tally, reason, count);
	if (without > 0) addTo(tally, "", without);
	tally.samples.push(...told.samples);
}
function addTo(tally, reason, count) {
	tally.count += count;
	tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + count);
}
/** An attempt is named `step#number`; of each step only the last one's log says what is wrong now. */
function latestOfEachStep(context) {
	const latest = /* @__PURE__ */ new Map();
	for (const { attempt } of context.failures()) latest.set(stepOf(attempt), attempt);
	return context.failures().filter(({ attempt }) => latest.get(stepOf(attempt)) === attempt);
}

// src/steps/reconcile.ts
/** `reconcile`: by number where a side can only count, by name where both can name. */
const reconcile = {
	name: "reconcile",
	mutates: false,
	describe: (step) => [`${step.between.join(" = ")} for ${step.of.join(", ")}`, ...step.verdict ? ["and every failure class within the baseline: the verdict"] : []],
	apply: async (step, context) => {
		if (step.verdict) await readUnread(context);
		const compared = await compareSides(step.of, step.between, context);
		if (!compared.ok) return {
			outcome: "not-met",
			detail: compared.reason
		};
		await context.observe({
			kind: "reconciled",
			rows: [...compared.rows]
		});
		await observeDifferences(compared.accounts, context);
		if (step.verdict) return giveVerdict(compared, context);
		return {
			outcome: compared.rows.every((row) => row.ok) ? "succeeded" : "not-met",
			detail: describeRows(compared.rows)
		};
	}
};
async function giveVerdict(compared, context) {
	const sifted = await siftLosses(compared.accounts, context);
	if (!sifted.ok) return {
		outcome: "not-met",
		detail: sifted.reason
	};
	await observeJudged(sifted.accounts, context);
	const verdict = judge({
		...compared,
		accounts: sifted.accounts
	}, context);
	await context.conclude(verdict);
	if (verdict.good) return {
		outcome: "succeeded",
		detail: describeRows(verdict.rows)
	};
	return {
		outcome: "not-met",
		detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
		next: sayNext(verdict.reasons, verdict.next)
	};
}

// src/steps/restore.ts
/**
* `restores`: puts back what a `databag` step found before it wrote, in the newest round in which it did. A value that is neither what that
* step wrote nor what stood there before is somebody else's, and is left alone.
*/
const restores = {
	name: "restores",
	mutates: true,
	describe: ({ step }) => [`put back the values that step ${step} found, as the journal kept them`],
	async check({ step }, context) {
		const wrote = context.wroteItem(step);
		if (wrote !== void 0) return checkItem(putBack(step, wrote), context);
		return {
			state: "done",
			detail: `step ${step} never wrote anything`
		};
	},
	intend: async ({ step }, context) => intendItem(before(step, context), context),
	apply: async ({ step }, context, { resume }) => writeItem(before(step, context), context, resume)
};
function before(step, context) {
	const wrote = context.wroteItem(step);
	if (wrote === void 0) throw new Error(`step ${step} never wrote anything`);
	return putBack(step, wrote);
}
function putBack(step, { bag, item, changes }) {
	const backOf = (now, { pointer, before, after }) => {
		const is = now.at(pointer);
		if (is === before) return [];
		if (is === after) return [{
			pointer,
			before: is,
			after: before
		}];
		throw new ChefError(`${nameOf$4({
			bag,
			item
		})} has ${is ?? "nothing"} at ${pointer}; step ${step} found ${before ?? "nothing"} there and wrote ${after ?? "nothing"}, so somebody changed it since`, {
			kind: "not-done",
			next: "find out who did and what it shall be, and set it by hand"
		});
	};
	return {
		bag,
		item,
		changes: (now) => changes.flatMap((one) => backOf(now, one))
	};
}

// src/steps/watch.ts
const readEverySeconds = 1;
const samplesKept = 5;
/** `watch`: reads a log on every host of its role from where it stands, rotation included. */
const watch = {
	name: "watch",
	mutates: false,
	describe: (step, resources) => [
		"forSeconds" in step.ends ? `watch log ${step.log} for ${step.ends.forSeconds} s` : `wait until log ${step.log} shows nothing of it for ${step.ends.quietSeconds} s`,
		...Object.entries(step.where).map(([name, pattern]) => `where ${name} is ${pattern}`),
		...step.limits.atLeast === void 0 ? [] : [`at least ${step.limits.atLeast}`],
		...step.limits.atMost === void 0 ? [] : [`at most ${step.limits.atMost}`],
		...Object.entries(step.limits.none ?? {}).map(([name, pattern]) => `none with ${name} ${pattern}`),
		...Object.entries(step.limits.all ?? {}).map(([name, pattern]) => `all with ${name} ${pattern}`),
		...new Set((step.sends?.requests ?? []).filter(({ signed }) => signed !== void 0).map((one) => `sends ${one.method} ${one.path}${saySigned(one, resources)}`))
	],
	apply: async (step, context) => {
		const unsigned = whyUnsigned(step.sends?.requests ?? [], context);
		if (unsigned !== void 0) return unsigned;
		const log = context.resources.logs[step.log];
		if (log === void 0) return {
			outcome: "not-met",
			detail: `there is no log ${step.log}`
		};
		const reader = new LogReader(log, context);
		await reader.skipToEnd();
		const traffic = new Traffic(log, step);
		const startedAt = context.now().getTime();
		const own = sendOwn(step, context, (problem) => traffic.refuse(problem));
		try {
			return await follow$2(step, context, reader, traffic, startedAt);
		} finally {
			own.stop();
			await own.stopped;
		}
	}
};
async function follow$2(step, context, reader, traffic, startedAt) {
	let quietSince = startedAt;
	let said = -1;
	for (;;) {
		await context.sleep(readEverySeconds);
		const before = traffic.total;
		await reader.readNew((line, host) => traffic.line(line, host));
		const now = context.now().getTime();
		if (traffic.total > before) quietSince = now;
		const seconds = (now - startedAt) / 1e3;
		if (Math.floor(seconds / 10) > said) {
			said = Math.floor(seconds / 10);
			context.say(`${traffic.total} matching requests in ${Math.round(seconds)} s`);
		}
		const end = endOf(step, context, seconds, (now - quietSince) / 1e3, traffic);
		if (end === void 0) continue;
		await context.observe({
			kind: "traffic",
			log: step.log,
			seconds,
			rows: traffic.rows(),
			total: traffic.total
		});
		return end;
	}
}
function endOf(step, context, seconds, quietSeconds, traffic) {
	if (context.signal.aborted) return {
		outcome: "cancelled",
		detail: `cancelled after ${Math.round(seconds)} s`
	};
	if (traffic.refused.length > 0) return {
		outcome: "not-met",
		detail: `${traffic.refused.length === 1 ? "a request" : "requests"} that must not be: ${traffic.refused.join("; ")}`
	};
	if ("quietSeconds" in step.ends) {
		const unread = traffic.unread();
		if (quietSeconds >= step.ends.quietSeconds && unread === void 0) return {
			outcome: "succeeded",
			detail: `quiet for ${Math.round(quietSeconds)} s`
		};
		if (seconds < step.ends.timeoutSeconds) return void 0;
		if (unread !== void 0) return {
			outcome: "not-met",
			detail: unread
		};
		return {
			outcome: "not-met",
			detail: `never quiet for ${step.ends.quietSeconds} s within ${Math.round(seconds)} s; ${traffic.total} requests`
		};
	}
	if (seconds < step.ends.forSeconds) return void 0;
	const { atLeast, atMost } = step.limits;
	const detail = `${traffic.total} matching requests in ${Math.round(seconds)} s`;
	const unread = traffic.unread();
	if (unread !== void 0) return {
		outcome: "not-met",
		detail: unread
	};
	const few = atLeast === void 0 ? [] : traffic.hostsBelow(atLeast);
	if (few.length > 0) return {
		outcome: "not-met",
		detail: `${detail}, wanted at least ${atLeast} on each host; fewer on ${few.join(", ")}`
	};
	if (atMost !== void 0 && traffic.total > atMost) return {
		outcome: "not-met",
		detail: `${detail}, wanted at most ${atMost}`
	};
	return {
		outcome: "succeeded",
		detail
	};
}
/** Counts a log's matching lines per host, method, endpoint and status. */
var Traffic = class {
	total = 0;
	refused = [];
	#entry;
	#where;
	#none;
	#all;
	#said;
	#rows = /* @__PURE__ */ new Map();
	#hosts;
	/** Hosts whose log showed an entry that could be read, counted or not. */
	#read = /* @__PURE__ */ new Set();
	#sends;
	constructor(log, step) {
		this.#hosts = log.on.map(({ host }) => host);
		this.#sends = step.sends !== void 0;
		this.#entry = new RegExp(log.entry);
		this.#where = compile(step.where);
		this.#none = step.limits.none === void 0 ? void 0 : compile(step.limits.none);
		this.#said = step.limits.all ?? {};
		this.#all = compile(this.#said);
	}
	line(line, host) {
		const groups = this.#entry.exec(line)?.groups;
		if (groups === void 0) return;
		this.#read.add(host);
		if (!holds$1(this.#where, groups)) return;
		this.total += 1;
		const { method = "", path = "", status = "" } = groups;
		const endpoint = endpointOf(path);
		const key = `${host} ${method} ${endpoint} ${status}`;
		const row = this.#rows.get(key) ?? {
			host,
			method,
			endpoint,
			status,
			count: 0
		};
		row.count += 1;
		this.#rows.set(key, row);
		if (this.#none !== void 0 && holds$1(this.#none, groups)) this.refuse(`${host}: ${line.slice(0, 200)}`);
		const unlike = this.#all.filter((one) => !holds$1([one], groups));
		if (unlike.length === 0) return;
		const wrong = unlike.map(([name]) => `${name} is ${groups[name] ?? "not there"}, wanted ${this.#said[name] ?? ""}`);
		this.refuse(`${host}: ${method} ${path}: ${wrong.join(" and ")}`);
	}
	refuse(problem) {
		if (this.refused.length < samplesKept) this.refused.push(problem);
	}
	/** Silence of a log in which not even our own requests stand is no quiet: it is the wrong file, or another format. */
	unread() {
		const without = this.#hosts.filter((host) => !this.#read.has(host));
		if (!this.#sends || without.length === 0) return void 0;
		return `the log of ${without.join(", ")} shows no entry that could be read, though requests were sent there`;
	}
	hostsBelow(least) {
		const counts = /* @__PURE__ */ new Map();
		for (const { host, count } of this.#rows.values()) counts.set(host, (counts.get(host) ?? 0) + count);
		return this.#hosts.filter((host) => (counts.get(host) ?? 0) < least);
	}
	rows() {
		return [...this.#rows.values()].sort((a, b) => b.count - a.count);
	}
};
function compile(where) {
	return Object.entries(where).map(([name, pattern]) => [name, new RegExp(`^(?:${pattern})$`)]);
}
function holds$1(where, groups) {
	return where.every(([name, pattern]) => pattern.test(groups[name] ?? ""));
}
/** Every second part of a path is a name; without it, thousands of objects become a handful of endpoints. */
function endpointOf(path) {
	return path.split("?")[0].split("/").map((part, index) => index > 0 && index % 2 === 0 && part !== "" ? "NAME" : part).join("/");
}
function sendOwn(step, context, refuse) {
	let stopped = false;
	const own = step.sends;
	const loop = async () => {
		while (own !== void 0 && !stopped && !context.signal.aborted) {
			await Promise.all(own.requests.map(async (request) => {
				const { status, detail } = await send(request, context);
				if (status > 0 && status < 500) return;
				if (stopped || context.signal.aborted) return;
				refuse(`our own ${request.method} ${request.path} on ${request.host} got ${status || detail}`);
			}));
			for (let waited = 0; waited < own.everySeconds && !stopped; waited += 1) await context.sleep(Math.min(1, own.everySeconds));
		}
	};
	return {
		stop: () => stopped = true,
		stopped: loop()
	};
}

// src/steps/index.ts
/** Every kind of step. To add one: its file, and a line here. */
const kinds = {
	run: run$1,
	assert,
	reading,
	eval: evaluate,
	control,
	databag,
	"databag-read": readItem,
	restores,
	probe,
	exercise,
	watch,
	reconcile,
	gate,
	snapshot,
	idle,
	loss
};
/** The kind of a unit; the union guarantees that spec and kind belong together. */
function kindOf$1(unit) {
	return kinds[unit.kind];
}

// src/plan/digest.ts
/** JSON with sorted keys and no spaces, so that equal data gives equal text on every machine. */
function canonicalJson(value) {
	if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(",")}]`;
	if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
	return `{${Object.entries(value).filter(([, item]) => item !== void 0).sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0).map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
/** SHA-256 in hex of the canonical JSON; what an approval is bound to. */
function digest(value) {
	return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

// src/plan/plan.ts
/** What cannot be resolved, with what to do; found before anything is connected. */
var PlanError = class extends Error {
	name = "PlanError";
};

// src/plan/resources.ts
/** Resolves everything that the runbook's steps refer to by name. */
function planResources(runbook, resolver) {
	return {
		readings: mapValues(runbook.readings, (reading, name) => ({
			name,
			title: reading.title ?? name,
			names: reading.names,
			on: resolver.hosts(reading.on).map((host) => resolver.command(reading.run, reading, host))
		})),
		logs: mapValues(runbook.logs, (log, name) => ({
			name,
			entry: resolver.text(log.entry),
			on: resolver.hosts(log.on).map((host) => ({
				host,
				files: resolver.text(log.files, host)
			}))
		})),
		consoles: mapValues(runbook.consoles, (declared, name) => {
			const host = resolver.oneHost([declared.on], `console ${name}`);
			return {
				name,
				host,
				directory: resolver.text(declared.directory, host),
				node: resolver.text(declared.node, host),
				start: resolver.text(declared.start, host),
				attach: resolver.text(declared.attach, host),
				ping: resolver.text(declared.ping, host),
				stop: resolver.text(declared.stop, host),
				...declared.settleSeconds === void 0 ? {} : { settleSeconds: resolver.seconds(declared.settleSeconds, host) },
				ready: declared.ready.map(({ eval: expression, expect }) => ({
					eval: resolver.expression(expression, host),
					expect
				}))
			};
		}),
		polls: mapValues(runbook.polls, (poll, name) => ({
			name,
			status: resolver.expression(poll.status),
			everySeconds: resolver.seconds(poll.everySeconds),
			before: poll.before.map(({ eval: expression, expect }) => ({
				eval: resolver.expression(expression),
				expect
			})),
			idle: patterns$1(poll.idle),
			busy: poll.busy.map(patterns$1),
			done: patterns$1(poll.done),
			stopped: patterns$1(poll.stopped ?? {}),
			counters: poll.counters,
			sticky: patterns$1(poll.sticky),
			stalled: poll.stalled === void 0 ? void 0 : {
				when: patterns$1(poll.stalled.when),
				times: poll.stalled.times,
				free: resolver.expression(poll.stalled.free)
			}
		})),
		reconciliations: mapValues(runbook.reconciliations, (declared, name) => ({
			name,
			title: declared.title ?? name,
			sides: {
				source: side(declared.source, "number", `${name}, source`, resolver),
				dets: side(declared.dets, "keys", `${name}, dets`, resolver),
				sql: side(declared.sql, "keys", `${name}, sql`, resolver)
			},
			failures: declared.failures
		})),
		chef: planChef(runbook, resolver),
		signers: mapValues(runbook.signers, ({ client, key, version }, name) => ({
			name,
			client: resolver.text(client),
			key,
			version
		})),
		references: mapValues(runbook.references, (declared, name) => ({
			name,
			title: declared.title ?? name,
			source: side(declared.source, "keys", `${name}, source`, resolver),
			sql: declared.sql === void 0 ? void 0 : side(declared.sql, "keys", `${name}, sql`, resolver)
		}))
	};
}
function planChef({ chef }, resolver) {
	return chef && {
		url: resolver.text(chef.url),
		client: resolver.text(chef.client),
		key: chef.key,
		ca: chef.ca,
		version: chef.version,
		host: chef.on === void 0 ? void 0 : resolver.oneHost([chef.on], "the Chef server")
	};
}
function side(question, gives, what, resolver) {
	if (question.kind === "eval") return {
		type: "eval",
		console: question.console,
		eval: resolver.expression(question.eval),
		gives: "keys"
	};
	const host = resolver.oneHost(question.on, what);
	return {
		type: "run",
		on: resolver.command(question.run, question, host),
		gives
	};
}
function patterns$1(state) {
	return mapValues(state, String);
}
function mapValues(record, map) {
	return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

// src/plan/resolve.ts
/** Known only while a round runs: stays as it is in the plan and is filled in when a phase is executed. */
const roundPlaceholder = "${round}";
/** What stands in a plan for every host of a role whose hosts a search is yet to find; no host can have this name. */
function eachHostOf(role) {
	return `each host of ${role}`;
}
/** Fills variables in, for the environment or for one of its hosts, and finds the hosts of roles. */
var Resolver = class {
	#runbook;
	#inventory;
	#inputVars;
	#variables = /* @__PURE__ */ new Map();
	constructor(runbook, inventory, inputVars) {
		this.#runbook = runbook;
		this.#inventory = inventory;
		this.#inputVars = inputVars;
	}
	/** The hosts of one or several roles, each once, in the inventory's order; one stands for those that are not found yet. */
	hosts(roles) {
		const found = roles.flatMap((role) => {
			const hosts = this.#inventory.roles[role];
			if (hosts === void 0 && Object.hasOwn(this.#inventory.searches, role)) return [eachHostOf(role)];
			if (hosts === void 0) throw new PlanError(`${this.#inventory.file}: there is no role ${role}; the runbook needs it`);
			return hosts;
		});
		return [...new Set(found)];
	}
	/** The role that a name stands for as long as its hosts are not found; undefined for a host. */
	roleToFind(host) {
		const { roles, searches } = this.#inventory;
		return Object.keys(searches).find((role) => !Object.hasOwn(roles, role) && eachHostOf(role) === host);
	}
	/** The host of roles that must have one. */
	oneHost(roles, what) {
		const [host, ...others] = this.hosts(roles);
		if (host === void 0 || others.length > 0) throw new PlanError(`${this.#inventory.file}: ${what} needs role ${roles.join(", ")} to have one host, it has ${others.length + 1}; name the one in a role of its own`);
		return host;
	}
	/** Text with its variables filled in. */
	text(template, host) {
		return fillTemplate(template, (name) => this.#value(name, host, String));
	}
	/** A regular expression: what is filled in stands for itself, whatever it is made of. */
	pattern(template) {
		return fillTemplate(template, (name) => this.#value(name, void 0, (value) => String(value).replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")));
	}
	/** An Erlang expression: values become literals, so that none of them can be more than a value. */
	expression(template, host) {
		return fillTemplate(template, (name) => this.#value(name, host, encodeErlang));
	}
	seconds(value, host) {
		if (typeof value === "number") return value;
		const text = this.text(value, host);
		const seconds = parseDuration(text);
		if (seconds === void 0) throw new PlanError(`${value} is ${JSON.stringify(text)}, which is not a duration such as 30s or 5m`);
		return seconds;
	}
	/** A shell text with its environment on one host. */
	command(line, shell, host) {
		return {
			host,
			command: {
				line,
				env: Object.fromEntries(Object.entries(shell.env).map(([name, template]) => [name, this.#envValue(name, template, host)])),
				...shell.directory === void 0 ? {} : { directory: this.text(shell.directory, host) }
			},
			secretNames: shell.secrets
		};
	}
	/** An empty value is not a value: with DB_USER empty, for one, a Makefile would run as root. */
	#envValue(name, template, host) {
		const value = this.text(template, host);
		if (value === "") throw new PlanError(`${name} is empty (${template}); an empty value could mean anything to a command`);
		return value;
	}
	#value(name, host, encode) {
		if (name === "round") return roundPlaceholder;
		if (name === "environment") return encode(this.#inventory.environment);
		const value = this.#variablesOf(host)[name];
		if (value === void 0 || value === null) throw new PlanError(`variable ${name} has no value${host === void 0 ? "" : ` on ${host}`}; set it in the inventory or in the input vars`);
		return encode(value);
	}
	#variablesOf(host) {
		const key = host ?? "";
		const known = this.#variables.get(key);
		if (known !== void 0) return known;
		const variables = resolveVariables({
			runbook: this.#runbook,
			inventory: this.#inventory,
			inputVars: this.#inputVars,
			...host === void 0 ? {} : { host }
		});
		this.#variables.set(key, variables);
		return variables;
	}
};
/** Puts the round's id in the place that the plan left for it, anywhere in plain data. */
function bindRound(value, round) {
	if (typeof value === "string") return value.replaceAll(roundPlaceholder, round);
	if (Array.isArray(value)) return value.map((item) => bindRound(item, round));
	if (value === null || typeof value !== "object") return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, bindRound(item, round)]));
}

// src/plan/tells.ts
/** Known only when an attempt was sent: the name of its job directory. */
const attemptPlaceholder = "<attempt>";
/** What a person can ask about a step, on which host, and how to get there. */
function tellsOf(units, resources, inventory) {
	return units.flatMap(({ host, unit }) => {
		const tellings = kindOf$1(unit).tell?.(unit.spec, resources) ?? [];
		const job = unit.kind === "run" ? [jobOf$1(unit.spec.on.host, inventory)] : [];
		return [...tellings, ...job].map((telling) => ({
			host,
			at: placeOf(telling, inventory),
			line: telling.line
		}));
	});
}
/** A detached command's end, as its job directory has it: whoever lost the answer finds it there. */
function jobOf$1(host, { stateDirectory }) {
	const directory = `${stateDirectory}/jobs/${attemptPlaceholder}`;
	return {
		host,
		line: `tail -n 20 ${directory}/exit ${directory}/out ${directory}/err`
	};
}
function placeOf({ host, console }, { hosts }) {
	const target = hosts[host];
	const way = target === void 0 ? "" : ` (${sshTo(target, hosts)})`;
	return console === void 0 ? `on ${host}${way}` : `in console ${console} on ${host}${way}`;
}
function sshTo({ address, port, user, jump }, hosts) {
	const through = jump === void 0 ? void 0 : hosts[jump];
	return `ssh ${through === void 0 ? "" : `-J ${through.user}@${bracketed(through.address)}:${through.port} `}${port === 22 ? "" : `-p ${port} `}${user}@${address}`;
}
/** In front of a port an IPv6 address would be read as part of it. */
function bracketed(address) {
	return address.includes(":") ? `[${address}]` : address;
}

// src/plan/units.ts
const runTimeoutSeconds = 3600;
const evalTimeoutSeconds = 120;
const controlTimeoutSeconds = 120;
const probeTimeoutSeconds = 60;
/** What a step does, once for each of its hosts or once as a whole. */
function planUnits(step, resolver, consoles) {
	const whole = (unit, host) => [{
		host,
		unit
	}];
	switch (step.kind) {
		case "run": return perHost(step.on, resolver, (host) => ({
			kind: "run",
			spec: {
				on: resolver.command(step.run, step, host),
				check: planCheck(step.check, resolver, {
					step,
					host
				}),
				timeoutSeconds: timeout(step, runTimeoutSeconds, resolver),
				...step.reads === void 0 ? {} : { reads: step.reads }
			}
		}));
		case "assert": return perHost(step.on, resolver, (host) => ({
			kind: "assert",
			spec: {
				on: resolver.command(step.assert, step, host),
				expect: step.expect === void 0 ? void 0 : resolver.text(step.expect, host),
				title: step.title
			}
		}));
		case "snapshot": return perHost(step.on, resolver, (host) => ({
			kind: "snapshot",
			spec: {
				host,
				snapshot: step.snapshot,
				while: proof(step.while, resolver),
				tables: tables(step.tables, step, host, resolver)
			}
		}));
		case "loss": return perHost(step.on, resolver, (host) => ({
			kind: "loss",
			spec: {
				host,
				of: lossOf(step, resolver),
				tables: tables(step.tables, step, host, resolver)
			}
		}));
		case "eval": return whole({
			kind: "eval",
			spec: evalSpec(step, resolver, consoles)
		}, consoles[step.console]?.host);
		case "control": return whole({
			kind: "control",
			spec: {
				console: step.console,
				control: step.control,
				ready: step.ready.map((one) => ({
					eval: resolver.expression(one.eval),
					expect: one.expect
				})),
				timeoutSeconds: timeout(step, controlTimeoutSeconds, resolver)
			}
		}, consoles[step.console]?.host);
		case "databag": return whole({
			kind: "databag",
			spec: databagSpec(step, resolver)
		});
		case "databag-read": return whole({
			kind: "databag-read",
			spec: {
				bag: resolver.text(step.databagRead),
				item: resolver.text(step.item),
				values: step.values
			}
		});
		case "restores": return whole({
			kind: "restores",
			spec: { step: step.restores }
		});
		case "probe": return whole({
			kind: "probe",
			spec: probeSpec(step, resolver)
		});
		case "exercise": return perHost(step.on, resolver, (host) => ({
			kind: "exercise",
			spec: exerciseSpec(step, host, resolver)
		}));
		case "watch": return whole({
			kind: "watch",
			spec: watchSpec(step, resolver)
		});
		case "reading": return whole({
			kind: "reading",
			spec: {
				reading: step.reading,
				expect: values(step.expect ?? {}, resolver)
			}
		});
		case "reconcile": return whole({
			kind: "reconcile",
			spec: {
				of: step.reconcile,
				between: step.between,
				verdict: step.verdict
			}
		});
		case "gate": return whole({
			kind: "gate",
			spec: { gate: step.gate }
		});
		case "idle": return whole({
			kind: "idle",
			spec: {
				console: step.console,
				poll: step.pollIdle
			}
		}, consoles[step.console]?.host);
	}
}
function values(wanted, resolver) {
	return Object.fromEntries(Object.entries(wanted).map(([name, texts]) => [name, texts.map((text) => resolver.text(text))]));
}
function perHost(roles, resolver, unit) {
	return resolver.hosts(roles).map((host) => {
		const role = resolver.roleToFind(host);
		return {
			host,
			unit: unit(host),
			...role === void 0 ? {} : { role }
		};
	});
}
function timeout(step, defaultSeconds, resolver) {
	return step.timeoutSeconds === void 0 ? defaultSeconds : resolver.seconds(step.timeoutSeconds);
}
/** A shell check stands where its step stands unless it says otherwise. */
function planCheck(check, resolver, defaults, console) {
	if (check === void 0) return void 0;
	switch (check.kind) {
		case "shell": {
			const roles = "on" in check ? check.on : void 0;
			const host = roles === void 0 ? defaults?.host : resolver.oneHost(roles, "a check");
			if (host === void 0) throw new Error("a shell check of a step without hosts needs `on`");
			const inherited = defaults?.step;
			const directory = ("directory" in check ? check.directory : void 0) ?? inherited?.directory;
			const shell = {
				env: ("env" in check ? check.env : void 0) ?? inherited?.env ?? {},
				secrets: ("secrets" in check ? check.secrets : void 0) ?? inherited?.secrets ?? {},
				...directory === void 0 ? {} : { directory }
			};
			return {
				type: "run",
				on: resolver.command(check.run, shell, host)
			};
		}
		case "reading": return {
			type: "reading",
			reading: check.reading,
			done: values(check.done, resolver)
		};
		case "eval": return {
			type: "eval",
			console: console ?? "",
			eval: resolver.expression(check.eval),
			done: check.done
		};
		case "reconcile": return {
			type: "reconcile",
			of: check.reconcile,
			between: check.between
		};
		case "poll": return {
			type: "idle",
			console: console ?? "",
			poll: check.poll
		};
	}
}
function evalSpec(step, resolver, consoles) {
	const host = consoles[step.console]?.host;
	return {
		console: step.console,
		eval: resolver.expression(step.eval, host),
		expect: step.expect,
		check: planCheck(step.check, resolver, void 0, step.console),
		job: step.poll === void 0 ? void 0 : {
			poll: step.poll,
			log: step.log,
			reconciles: step.reconciles
		},
		otherwise: otherwise(step, resolver),
		timeoutSeconds: timeout(step, evalTimeoutSeconds, resolver)
	};
}
function otherwise(step, resolver) {
	if (step.otherwise === void 0) return void 0;
	const host = resolver.oneHost(step.otherwise.on, `step ${step.id}, otherwise`);
	return resolver.command(step.otherwise.run, step.otherwise, host);
}
function databagSpec(step, resolver) {
	const set = Object.entries(step.set).map(([pointer, value]) => [pointer, typeof value === "string" ? resolver.text(value) : value]);
	return {
		bag: resolver.text(step.databag),
		item: resolver.text(step.item),
		set: Object.fromEntries(set),
		create: step.create
	};
}
function probeSpec(step, resolver) {
	return {
		requests: resolver.hosts(step.on).flatMap((host) => step.probe.map((declared) => ({
			...request$1(declared, step.url, host, resolver),
			expect: expected(declared)
		}))),
		steady: step.steady === void 0 ? void 0 : {
			times: step.steady.times,
			everySeconds: resolver.seconds(step.steady.everySeconds)
		},
		timeoutSeconds: timeout(step, probeTimeoutSeconds, resolver)
	};
}
function exerciseSpec(step, host, resolver) {
	const planned = (declared) => ({
		...request$1(declared, step.url, host, resolver),
		signed: declared.signed ?? step.signed,
		statuses: declared.expect,
		capture: declared.capture
	});
	return {
		host,
		throwAway: {
			host,
			url: resolver.text(step.url, host),
			method: "GET",
			path: resolver.text(step.throwAway, host),
			endpoint: "throw-away",
			signed: step.signed
		},
		requests: step.exercise.map(planned),
		cleanUp: step.finally.map(planned)
	};
}
function expected(declared) {
	return declared.expect.kind === "status" ? { statuses: declared.expect.statuses } : { sameAs: declared.expect.step };
}
function request$1(declared, url, host, resolver) {
	return {
		host,
		url: resolver.text(url, host),
		method: declared.method,
		path: resolver.text(declared.path, host),
		endpoint: declared.endpoint,
		...declared.signed === void 0 ? {} : { signed: declared.signed },
		...declared.body === void 0 ? {} : { body: bodyOf(declared.body, host, resolver) }
	};
}
function bodyOf(body, host, resolver) {
	const filled = (value) => {
		if (typeof value === "string") return resolver.text(value, host);
		if (Array.isArray(value)) return value.map(filled);
		if (typeof value !== "object" || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one)]));
	};
	return typeof body === "string" ? resolver.text(body, host) : JSON.stringify(filled(body));
}
function patterns(where, resolver) {
	return Object.fromEntries(Object.entries(where).map(([name, pattern]) => [name, resolver.pattern(pattern)]));
}
function watchSpec(step, resolver) {
	const { sends, limits } = step;
	return {
		log: step.watch,
		ends: step.untilQuietSeconds === void 0 ? { forSeconds: resolver.seconds(step.forSeconds ?? 0) } : {
			quietSeconds: resolver.seconds(step.untilQuietSeconds),
			timeoutSeconds: timeout(step, runTimeoutSeconds, resolver)
		},
		where: patterns(step.where, resolver),
		limits: {
			atLeast: limits?.atLeast,
			atMost: limits?.atMost,
			none: limits?.none && patterns(limits.none, resolver),
			all: limits?.all && patterns(limits.all, resolver)
		},
		sends: sends === void 0 ? void 0 : {
			everySeconds: resolver.seconds(sends.everySeconds),
			requests: resolver.hosts(sends.on).flatMap((host) => sends.requests.map((one) => request$1(one, sends.url, host, resolver)))
		}
	};
}
function proof(declared, resolver) {
	return declared === void 0 ? void 0 : {
		reading: declared.reading,
		is: values(declared.is, resolver)
	};
}
function lossOf(step, resolver) {
	if (step.loss.kind === "rows") return {
		kind: "rows",
		onlyProtected: step.loss.when === "protected"
	};
	const { since, unless, withoutSnapshot } = step.loss;
	return {
		kind: "since",
		snapshot: since,
		unless: proof(unless, resolver),
		withoutSnapshot: proof(withoutSnapshot, resolver)
	};
}
function tables(declared, shell, host, resolver) {
	return Object.fromEntries(Object.entries(declared).map(([name, line]) => [name, resolver.command(line, shell, host)]));
}

// src/plan/make-plan.ts
/** Resolves a runbook against an inventory. Pure: the same input gives the same plan on every machine. */
function makePlan(runbook, inventory, inputVars = {}) {
	const resolver = new Resolver(runbook, inventory, inputVars);
	const resources = planResources(runbook, resolver);
	const body = {
		runbook: runbook.name,
		title: runbook.title,
		environment: inventory.environment,
		protected: inventory.protected,
		evidence: inventory.evidence,
		downtime: planDowntime(runbook, resolver),
		phases: runbook.phases.map((phase) => planPhase(phase, {
			inventory,
			resolver,
			resources
		})),
		resources,
		hosts: plannedHosts(inventory),
		...plannedSearches(inventory, resources)
	};
	return {
		...body,
		digest: digest(approved(body)),
		runbookDigest: digest(rehearsed$1(runbook, inventory, inputVars))
	};
}
/** What evidence is bound to: the document with every value that decides what is done, whoever set it. */
function rehearsed$1({ file: _, ...content }, { vars, hosts }, inputVars) {
	const decides = (name) => !content.perEnvironment.includes(name);
	const given = {
		...content.vars,
		...vars,
		...inputVars
	};
	const own = Object.values(hosts).flatMap((host) => Object.entries(host.vars));
	return {
		...content,
		vars: Object.fromEntries(Object.entries(given).filter(([name]) => decides(name))),
		own: [...new Set(own.filter(([name]) => decides(name)).map((one) => JSON.stringify(one)))].sort()
	};
}
function planDowntime({ downtime }, resolver) {
	return downtime && { budgetSeconds: resolver.seconds(downtime.budgetSeconds) };
}
/** What an approval is bound to: everything that will be done, without what only helps a person to look. */
function approved(plan) {
	const done = ({ tells: _, onRefusal, ...step }) => ({
		...step,
		onRefusal: onRefusal.map(done)
	});
	const phases = plan.phases.map((phase) => ({
		...phase,
		steps: phase.steps.map(done)
	}));
	return {
		...plan,
		phases
	};
}
/** The plan of an inventory that has the hosts now; what was approved of it, and its digest, is the plan before. */
function completePlan(approved, runbook, inventory, inputVars) {
	return {
		...makePlan(runbook, inventory, inputVars),
		digest: approved.digest
	};
}
/** A phase of the plan by its id. */
function phaseOf(plan, id) {
	const phase = plan.phases.find((one) => one.id === id);
	if (phase !== void 0) return phase;
	const ids = plan.phases.map((one) => one.id);
	const near = nearest(id, ids);
	const meant = near === void 0 ? "" : `; did you mean ${near}?`;
	throw new PlanError(`there is no phase ${id}${meant} There are ${ids.join(", ")}`);
}
/** The phases of the chain, in order; the others are dispatched on their own. */
function chainOf(plan) {
	return plan.phases.filter((phase) => phase.dispatched === void 0);
}
function plannedHosts(inventory) {
	return Object.fromEntries(Object.entries(inventory.hosts).map(([name, { address, port, user, jump }]) => [name, {
		name,
		address,
		port,
		user,
		jump
	}]));
}
/** Part of what is approved: who is asked what, and what a host that is named would have of its own. */
function plannedSearches({ searches, hosts }, { chef }) {
	if (Object.keys(searches).length === 0) return {
		searches: void 0,
		ownVariables: void 0
	};
	const server = chef?.url ?? "";
	const own = Object.entries(hosts).filter(([, { vars }]) => Object.keys(vars).length > 0);
	return {
		searches: Object.fromEntries(Object.entries(searches).map(([role, { search, address, port, user, jump }]) => [role, {
			server,
			query: search,
			address,
			port,
			user,
			jump
		}])),
		ownVariables: Object.fromEntries(own.map(([name, { vars }]) => [name, vars]))
	};
}
function planPhase(phase, around) {
	return {
		id: phase.id,
		title: phase.title,
		round: phase.round,
		dispatched: phase.dispatched,
		timeoutSeconds: phase.timeoutSeconds === void 0 ? void 0 : around.resolver.seconds(phase.timeoutSeconds),
		steps: phase.steps.map((step) => planStep(step, around))
	};
}
function planStep(step, around) {
	const { inventory, resolver, resources } = around;
	const units = planUnits(step, resolver, resources.consoles);
	return {
		id: step.id,
		title: step.title,
		kind: step.kind,
		units,
		batch: batchOf(step, units.length),
		...shareOf(step, units),
		when: step.when?.map((one) => ({
			...one,
			says: sayCondition(one)
		})),
		until: step.until,
		timeoutSeconds: step.timeoutSeconds === void 0 ? void 0 : resolver.seconds(step.timeoutSeconds),
		required: step.required,
		repeatable: step.repeatable || step.kind === "control",
		downtime: step.downtime,
		pointOfNoReturn: step.pointOfNoReturn,
		onPartial: step.onPartial ?? { kind: again.has(step.kind) ? "apply" : "ask" },
		next: step.next,
		onRefusal: (step.onRefusal ?? []).map((one) => planStep(one, around)),
		tells: tellsOf(units, resources, inventory),
		describe: describeUnits(units, resources)
	};
}
/** A snapshot that is not whole is none, and is taken again; what an exercise left is removed before it begins anew. */
const again = /* @__PURE__ */ new Set(["snapshot", "exercise"]);
function sayCondition(condition) {
	switch (condition.kind) {
		case "input": return `${condition.input} is ${String(condition.is)}`;
		case "protected": return `the environment is ${condition.is ? "" : "not "}protected`;
		case "secret": return `secret ${condition.secret} is given`;
	}
}
/** Lines that are the same on every host stand once; the others say which host they are for. */
function describeUnits(units, resources) {
	const byHost = units.map(({ host, unit }) => ({
		host,
		lines: bindRound(kindOf$1(unit).describe(unit.spec, resources), "<round>")
	}));
	const [first] = byHost;
	const same = (line) => byHost.every(({ lines }) => lines.includes(line));
	const shared = (first?.lines ?? []).filter(same);
	return [...byHost.flatMap(({ host, lines }) => lines.filter((line) => !same(line)).map((line) => `${host ?? ""}: ${line}`)), ...shared];
}
function shareOf(step, units) {
	if (step.kind !== "run" && step.kind !== "assert") return {};
	if (step.order.kind !== "rolling" || !("percent" in step.order)) return {};
	return units.some(({ role }) => role !== void 0) ? { batchPercent: step.order.percent } : {};
}
const parallelLimit = 50;
function batchOf(step, hosts) {
	if (step.kind !== "run" && step.kind !== "assert") return 1;
	switch (step.order.kind) {
		case "serial": return 1;
		case "parallel": return step.limit ?? parallelLimit;
		case "rolling":
			if ("hosts" in step.order) return step.order.hosts;
			return Math.max(1, Math.floor(hosts * step.order.percent / 100));
	}
}

// src/execute/signer-keys.ts
/**
* Keys that were given and cannot sign, told before anything is connected: a phase shall not find it out in mid-downtime.
* What is dispatched on its own goes on without one, and so does the phase that ends the downtime.
*/
function signerKeyProblems({ resources }, { dispatched, steps }, secrets) {
	if (dispatched !== void 0 || steps.some(({ downtime }) => downtime === "ends")) return [];
	return Object.values(resources.signers).flatMap(({ client, key }) => {
		const given = secrets[key] ?? "";
		const problem = given === "" ? void 0 : whyNoKey(given, client);
		return problem === void 0 ? [] : [{
			path: "input secrets",
			message: `secret \`${key}\`: ${problem}`
		}];
	});
}
function whyNoKey(key, client) {
	try {
		readClientKey(key, client);
		return;
	} catch (error) {
		if (!(error instanceof ChefError)) throw error;
		return `${error.message}; ${error.next}`;
	}
}

// src/inventory/load-baseline.ts
const sources = /* @__PURE__ */ new WeakMap();
/** Loads known failures. With the runbook's failure classes a misspelt one is found here instead of in a verdict. */
function loadBaseline(file, classes) {
	const source = loadYaml(file);
	const entries = checkShape(baselineSchema, source);
	throwIfAny([...entries.flatMap((entry, index) => classProblems(entry, entries, index, source, classes)), ...entries.flatMap((entry, index) => acceptanceProblems(entry, index, source))]);
	sources.set(entries, source);
	return entries;
}
/** Entries whose time is over, with their places: nobody should begin with them. */
function expiredEntries(entries, today) {
	const source = sources.get(entries);
	return entries.flatMap(({ class: name, expires }, index) => {
		if (expires === void 0 || expires >= today) return [];
		const message = `the entry for \`${name}\` expired on ${expires}; look at these failures again and give it a new date, or remove it`;
		return [source === void 0 ? {
			path: `${index}/expires`,
			message
		} : problemAt(source, [index, "expires"], message)];
	});
}
function classProblems({ class: name, allowed }, entries, index, source, classes) {
	const path = [index, "class"];
	if (entries.findIndex((one) => one.class === name) !== index) return [problemAt(source, path, `class \`${name}\` stands twice`)];
	if (classes === void 0) return [];
	if (!classes.all.includes(name)) return [problemAt(source, path, `no failure rule has the class \`${name}\``, nearest(name, classes.all))];
	if (typeof allowed === "number" || classes.counted.includes(name)) return [];
	return [problemAt(source, [index, "allowed"], `a share needs objects to be a share of, and no reconciliation counts \`${name}\`; write a number`)];
}
/** What is allowed to be lost has somebody who answers for it. */
function acceptanceProblems({ allowed, acceptedBy }, index, source) {
	if (!(typeof allowed === "number" ? allowed > 0 : allowed.percent > 0) || acceptedBy !== void 0) return [];
	return [problemAt(source, [index, "allowed"], "more than 0 is allowed only with `accepted-by`: who looked at these failures and answers for them")];
}

// src/execute/known-failures.ts
/** Loads the environment's known failures, held against the runbook's classes. */
function loadKnownFailures(runbook, { baseline }) {
	return baseline === void 0 ? [] : loadBaseline(baseline, knownClasses(runbook));
}
/** For what is dispatched on its own: it judges no failures, so a broken file stops neither rollback nor reset. */
function tryKnownFailures(runbook, inventory) {
	try {
		return { entries: loadKnownFailures(runbook, inventory) };
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		return {
			entries: [],
			note: `the baseline cannot be used, and nothing here is judged by it: ${error.message.replaceAll("\n", "; ")}`
		};
	}
}
/** What is over of the known failures. */
function expiredProblems(entries, now) {
	return expiredEntries(entries, now.toISOString().slice(0, 10));
}
/** Why no round begins with entries that are over; later phases tell it in their verdict. */
function expiredNow(entries, now) {
	const problems = expiredProblems(entries, now);
	if (problems.length === 0) return void 0;
	return {
		why: problems.map(formatProblem).join("; "),
		next: "renew or remove what it names by a reviewed change, and dispatch a new run"
	};
}
/** Errors that no rule recognises are a class too, so a baseline may name it. */
function knownClasses({ failureRules, reconciliations }) {
	return {
		all: [...classesOf(failureRules), unclassified],
		counted: Object.values(reconciliations).flatMap(({ failures }) => failures)
	};
}
/** The entries as the journal keeps them. */
function journaledEntries(entries) {
	return entries.map(({ class: name, reasons, why, seen, allowed, expires, acceptedBy }) => ({
		class: name,
		...reasons === void 0 ? {} : { reasons: [...reasons] },
		why,
		seen,
		allowed: sayAllowance(allowed),
		...expires === void 0 ? {} : { expires },
		...acceptedBy === void 0 ? {} : { acceptedBy }
	}));
}

// src/execute/request.ts
/** Why a phase did not even start; nothing was changed. */
var RefusedError = class extends Error {
	name = "RefusedError";
	next;
	constructor(message, next) {
		super(message);
		this.next = next;
	}
};

// src/execute/prepare.ts
/** Loads and checks everything that can be known without a network, and plans. */
function prepare(request) {
	const { runbook, notes } = loadFor(request);
	const inventory = loadInventory(request.inventoryFile);
	if (inventory.environment !== request.environment) throw new RefusedError(`${request.inventoryFile} is the inventory of environment ${inventory.environment}, and ${request.environment} was asked for`, "give the inventory of the environment that you mean");
	const problems = validate(runbook, inventory, request.vars);
	if (problems.length > 0) throw new ConfigError(problems);
	const plan = makePlan(runbook, inventory, request.vars);
	if (!waitsForNothing(runbook, request.phase)) return {
		runbook,
		inventory,
		plan,
		baseline: loadKnownFailures(runbook, inventory),
		notes
	};
	const { entries, note } = tryKnownFailures(runbook, inventory);
	return {
		runbook,
		inventory,
		plan,
		baseline: entries,
		notes: note === void 0 ? notes : [...notes, note]
	};
}
/** A way back goes on with failure rules that somebody broke: it judges no failures. */
function loadFor({ runbookFile, phase }) {
	try {
		return {
			runbook: loadRunbook(runbookFile),
			notes: []
		};
	} catch (error) {
		if (!(error instanceof ConfigError)) throw error;
		const runbook = loadRunbook(runbookFile, { withoutRules: true });
		if (!waitsForNothing(runbook, phase)) throw error;
		return {
			runbook,
			notes: [`the failure rules cannot be used, and nothing here is judged by them: ${error.message.replaceAll("\n", "; ")}`]
		};
	}
}
/** A way back and a ruling judge no failures. */
function waitsForNothing({ phases }, phase) {
	if (phase === "resolve") return true;
	return phases.some(({ id, dispatched }) => id === phase && dispatched !== void 0);
}
/** Finds the phase and refuses what can be refused before anything is connected: another plan, missing secrets. */
function admitRequest(request, { plan, runbook }) {
	const phase = phaseOf(plan, request.phase);
	if (request.planDigest !== void 0 && request.planDigest !== plan.digest) throw new RefusedError(`the approved plan is ${request.planDigest.slice(0, 12)}, and what would be done now is ${plan.digest.slice(0, 12)}`, "something changed since the plan was shown (the commit, the inventory or a variable): dispatch a new run and approve its plan");
	const problems = [...secretProblems(runbook, request.secrets), ...signerKeyProblems(plan, phase, request.secrets)];
	if (problems.length > 0) throw new ConfigError(problems);
	return phase;
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
	if (body.type === "downtime-ended" && running && at >= last.startedAt) intervals[intervals.length - 1] = {
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
	/** Of each part that was sent, its last attempt. */
	sent() {
		const { phase, step } = this;
		return [...this.states].flatMap(([host, { sent }]) => sent === void 0 ? [] : [{
			phase,
			step,
			...host === void 0 ? {} : { host },
			...sent
		}]);
	}
	inFlight() {
		const { phase, step } = this;
		return [...this.states].filter(([, state]) => state.inFlight !== void 0 && state.ruling === void 0).map(([host, state]) => ({
			phase,
			step,
			...host === void 0 ? {} : { host },
			...state
		}));
	}
};
function next(state, event) {
	const { actor, at, body, place } = event;
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
				actor,
				unknown: false
			};
			const attempts = Math.max(attempt, state.attempts);
			return {
				...rest,
				done: false,
				attempts,
				inFlight,
				sent: {
					attempt,
					resume
				}
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
			return {
				...state,
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
	if (!(inFlight !== void 0 && (outcome === "unknown" || outcome === "cancelled"))) return kept;
	const { ruling, ...asked } = kept;
	return {
		...outcome === "unknown" || ruling === void 0 ? asked : kept,
		inFlight: {
			...inFlight,
			unknown: outcome === "unknown"
		}
	};
}

// src/journal/round-history.ts
const neverStarted = {
	done: false,
	wasDone: false,
	running: false,
	attempts: 0
};
/** One round's events, indexed as they come, so that no question has to walk through the journal. */
var RoundHistory = class {
	intervals = [];
	verdict;
	/** The newest decision on the downtime's budget. */
	budget;
	/** What the steps took in the environment that was rehearsed. */
	expected;
	/** The hosts that its first search found; what a rollback found by itself later changes nothing of it. */
	found;
	/** Ids of the attempts that were not proven to have ended when the round was closed. */
	closedOver = /* @__PURE__ */ new Set();
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
		else if (body.type === "downtime-budget") this.budget = body;
		else if (body.type === "hosts-found") this.found ??= body;
		else if (body.type === "expected-timings") this.expected = body;
		else if (body.type === "round-closed") this.closeOver();
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
	sent() {
		return [...this.steps.values()].flatMap((history) => history.sent());
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
	closeOver() {
		for (const { inFlight } of this.inFlight()) if (inFlight !== void 0) this.closedOver.add(inFlight.id);
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
				done: false,
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
				wasDone: before.wasDone || done,
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
	sent() {
		return this.current.sent();
	}
	downtime(now) {
		return sumDowntime(this.current.intervals, now);
	}
	budgetDecision() {
		return this.current.budget;
	}
	expectedTimings() {
		return this.current.expected;
	}
	hostsFound() {
		return this.current.found;
	}
	inFlight() {
		return this.notProven().filter(({ round, inFlight }) => this.all.histories.get(round)?.closedOver.has(inFlight.id) !== true);
	}
	leftBehind() {
		return this.notProven().filter(({ round }) => this.all.opened.get(round)?.open === false);
	}
	doubts() {
		return this.inFlight().filter((doubt) => doubt.inFlight.unknown);
	}
	notProven() {
		return [...this.all.histories].flatMap(([round, history]) => inFlightOf(round, history));
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
		lines: linesOf$1(step)
	})));
}
/** What stands in the plan of a step, and what it depends on beside that. */
function linesOf$1(step) {
	return [...[
		["title", step.title],
		["when", step.when?.map(({ says }) => says).join(" and ")],
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
		...nameOf$3(one),
		change: "removed",
		lines: []
	})), ...present.flatMap((one) => changeOf(find(opened, one), one) ?? [])];
}
function changeOf(before, after) {
	if (before === void 0) return {
		...nameOf$3(after),
		change: "added",
		lines: added(after.lines)
	};
	const lost = before.lines.filter((line) => !after.lines.includes(line));
	const found = after.lines.filter((line) => !before.lines.includes(line));
	if (lost.length + found.length === 0) return void 0;
	const lines = [...lost.map((line) => `- ${line}`), ...added(found)];
	return {
		...nameOf$3(after),
		change: "changed",
		lines
	};
}
function find(steps, { phase, step }) {
	return steps.find((one) => one.phase === phase && one.step === step);
}
function nameOf$3({ phase, step }) {
	return {
		phase,
		step
	};
}
function added(lines) {
	return lines.map((line) => `+ ${line}`);
}

// src/execute/hosts-of-round.ts
/**
* Why a phase may not act on the hosts that it was prepared with: the round that it was admitted to knows none, or
* others. A rollback acts on those that it has.
*/
function withoutHosts({ plan, phase, fixed }, known) {
	if (plan.searches === void 0 || phase.dispatched === "rollback") return void 0;
	const opening = plan.phases.find(({ round }) => round === "opens")?.id ?? "";
	if (fixed === void 0 && phase.dispatched !== void 0 && !touchesSearched(plan, phase)) return void 0;
	if (fixed === void 0) return {
		sentence: `${phase.id}: this round has no record of the hosts of ${Object.keys(plan.searches).join(", ")}, which are searched for`,
		next: `run phase ${opening}: it finds them, and shows them before the next approval`
	};
	const same = known !== void 0 && sameRoles(known.roles, fixed.roles);
	if (fixed.from === "search" ? known === void 0 : same) return void 0;
	return {
		sentence: `${phase.id}: another run acted on this journal after the hosts were looked up in it`,
		next: "run this phase again"
	};
}
/** Whether a phase acts on, asks or reads a host that only a search names. */
function touchesSearched({ resources, searches = {} }, { steps }) {
	const text = canonicalJson({
		resources,
		steps
	});
	return Object.keys(searches).some((role) => text.includes(eachHostOf(role)));
}
/** What the journal gets of a search: once a round, before anything is done on these hosts. */
function foundNow({ plan, fixed }, known) {
	if (fixed?.from !== "search" || known !== void 0) return [];
	return [{
		type: "hosts-found",
		server: plan.resources.chef?.url ?? "",
		roles: [...fixed.roles]
	}];
}
function sameRoles(these, those) {
	return canonicalJson(these) === canonicalJson(those);
}
/** What a search finds otherwise than it did, by name; empty when it finds the same. */
function differences$1(before, now) {
	return now.flatMap(({ role, hosts }) => {
		const then = before.find((one) => one.role === role)?.hosts ?? [];
		const find = (among, name) => among.find((one) => one.name === name);
		const came = hosts.filter(({ name }) => find(then, name) === void 0);
		const gone = then.filter(({ name }) => find(hosts, name) === void 0);
		const moved = hosts.flatMap(({ name, address }) => {
			const was = find(then, name)?.address;
			return was === void 0 || was === address ? [] : [`${name} is at ${address}, was at ${was}`];
		});
		const said = [
			...came.length === 0 ? [] : [`also ${came.map(sayHost$1).join(", ")}`],
			...gone.length === 0 ? [] : [`no longer ${gone.map(sayHost$1).join(", ")}`],
			...moved
		];
		return said.length === 0 ? [] : [`role ${role}: ${said.join("; ")}`];
	});
}
function sayHost$1({ name, address }) {
	return `${name} (${address})`;
}

// src/execute/left-behind.ts
/**
* Work of closed rounds that still runs on its host, one sentence each: a rollback closes a round while a command
* may go on, and a new round must not start it a second time beside the first.
*/
async function leftRunning(state, hosts) {
	return (await Promise.all(state.leftBehind().map((doubt) => stillRuns(doubt, hosts)))).flatMap((one) => one ?? []);
}
/** Says of one attempt that it runs on its host, or that its host cannot be asked; undefined when nothing of it does. */
async function stillRuns(doubt, hosts) {
	const job = await jobOf(doubt, hosts);
	if (job === void 0) return void 0;
	if (job.kind === "bad-directory") return `${nameOf$2(doubt)} cannot be told: ${job.detail}`;
	if (job.kind === "lost") return `${nameOf$2(doubt)} cannot be asked: ${job.reason}`;
	return runsOn(doubt, job) ?? await evaluationRuns(doubt, hosts);
}
/** A node keeps what became of an evaluation; one that is down, or that nobody can ask now, evaluates nothing of ours. */
async function evaluationRuns(doubt, { plan, console }) {
	const unit = (plan.phases.find(({ id }) => id === doubt.phase)?.steps ?? []).find(({ id }) => id === doubt.step)?.units[0]?.unit;
	if (unit?.kind !== "eval" || console === void 0) return void 0;
	const asked = console(unit.spec.console);
	if ((await asked.state()).state !== "up") return void 0;
	return (await asked.recall(doubt.inFlight.id, { timeoutSeconds: 1 }))?.kind === "running" ? `${nameOf$2(doubt)} is still evaluated` : void 0;
}
/** Only what is seen to run: for a ruling, which is asked for where a host cannot be asked. */
async function seenRunning(doubts, hosts) {
	return (await Promise.all(doubts.map(async (doubt) => {
		const job = await jobOf(doubt, hosts);
		return job === void 0 ? void 0 : runsOn(doubt, job);
	}))).flatMap((one) => one ?? []);
}
/** The attempt's job as its host tells of it; undefined when it has no host among the plan's. */
async function jobOf({ host, inFlight }, hosts) {
	if (host === void 0 || !(host in hosts.plan.hosts)) return void 0;
	const connection = await hosts.connect(host).catch(() => void 0);
	if (connection === void 0) return {
		kind: "lost",
		reason: "no connection"
	};
	return readJob(connection, hosts.stateDirectory, inFlight.id);
}
function runsOn(doubt, job) {
	if (job.kind === "running") return `${nameOf$2(doubt)} still runs (job ${doubt.inFlight.id})`;
	if (job.kind !== "vanished" || job.survivors.length === 0) return void 0;
	return `${nameOf$2(doubt)}: processes ${job.survivors.join(", ")} of it still run`;
}
function nameOf$2({ phase, step, host, round }) {
	return `"${step}" of phase ${phase} on ${host}, round ${round},`;
}

// src/execute/lease-lost-error.ts
/** Somebody else may act now, so this run may not: nothing more is changed by it. */
var LeaseLostError = class LeaseLostError extends Error {
	name = "LeaseLostError";
	next = overtakenNext;
	/** The same error, with more of what is known where it struck. */
	with(more) {
		return new LeaseLostError(`${this.message}; ${more}`, { cause: this });
	}
};

// src/execute/mask-secrets.ts
/** Words of ours that a short secret must not blot out, and ids by which a later run finds its own work again. */
const kept = /* @__PURE__ */ new Set([
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
	return values.length === 0 ? body : masked(body, values);
}
function masked(value, secrets) {
	if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
	if (Array.isArray(value)) return value.map((item) => masked(item, secrets));
	if (value === null || typeof value !== "object") return value;
	const entries = Object.entries(value);
	return Object.fromEntries(entries.map(([key, item]) => [key, kept.has(key) ? item : masked(item, secrets)]));
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

// src/journal/timing.ts
/** How long a step took, and how many objects it handled in that time where it counts any. */
const stepTiming = strictObject({
	seconds: number().nonnegative(),
	objects: number().int().nonnegative().optional(),
	perSecond: number().nonnegative().optional()
});
/** How long a round's parts took: what evidence carries, and what another round's estimates are made of. */
const roundTimings = strictObject({
	downtimeSeconds: number().nonnegative().optional(),
	/** Phase to seconds. */
	phases: record(string(), number().nonnegative()),
	/** `phase/step` to what it took. */
	steps: record(string(), stepTiming)
});
/** Where the downtime stood when a job was asked, and how long it is expected to be in all. */
const downtimeProjection = strictObject({
	elapsedSeconds: number(),
	budgetSeconds: number(),
	expectedSeconds: number(),
	/** Jobs before the reopening of which nothing tells how long they take: they count as nothing. */
	unknownJobs: array(string())
});

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
	detail: text.optional(),
	/** The runbook's name for who signed it. */
	signed: text.optional()
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
/** An entry of the baseline as it counted then: `allowed` as the file has it, such as `12` or `0.5%`. */
const knownFailure = strictObject({
	class: text,
	reasons: array(text).optional(),
	why: text,
	seen: text,
	allowed: text,
	expires: text.optional(),
	acceptedBy: text.optional()
});
/** A class of failures beside what the baseline allows of it. */
const failureRow = strictObject({
	class: text,
	count,
	allowed: count,
	why: text,
	known: boolean(),
	samples: array(text),
	/** How many of them the baseline does not cover, and in few words why; absent in journals of before this was kept. */
	uncovered: count.optional(),
	problem: text.optional(),
	/** Reason to how many. */
	reasons: record(text, count).optional(),
	/** What is allowed as the baseline says it, where that is a share. */
	allowance: text.optional()
});
/** An approval as GitHub lists it: of the run, since it says neither which job nor which attempt it was for. */
const approval = strictObject({
	state: text,
	user: text,
	environments: array(text),
	comment: text
});
/** A role whose hosts were searched for: how, and what was found, by name. */
const foundRole = strictObject({
	role: text,
	search: strictObject({
		query: text,
		address: text,
		port: count,
		user: text,
		jump: text.optional()
	}),
	hosts: array(strictObject({
		name: text,
		address: text,
		port: count,
		user: text,
		jump: text.optional()
	}))
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
			samples: array(text),
			/** Beside each object its reason, and what it refers to where that decides whether it is benign. */
			causes: array(text).optional(),
			refers: array(textMap).optional(),
			/** Failures without an object's name. */
			nameless: array(strictObject({
				reason: text,
				refers: textMap.optional()
			})).optional()
		})),
		unclassified: count,
		samples: array(text),
		/** A part of the log was never read: rotated away before, or nothing of it was found. */
		gap: boolean().optional(),
		/** How many of the objects were in SQL when the attempt began: so many of its failures may only say so. */
		present: count.optional()
	}),
	strictObject({
		kind: literal("differences"),
		name: text,
		title: text,
		/** How many names of this comparison stand in the events before; 0 in the first of them. */
		from: count,
		missing: array(text),
		unexpected: array(text)
	}),
	strictObject({
		kind: literal("judged"),
		class: text,
		reason: text,
		objects: array(text)
	}),
	strictObject({
		kind: literal("baseline"),
		digest: text,
		entries: array(knownFailure)
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
		perSecond: number().optional(),
		/** Where the downtime stood then, and when it is expected to end. */
		downtime: downtimeProjection.optional()
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
		kind: literal("protection"),
		environment: text,
		url: text,
		reviewers: array(text),
		branches: array(text)
	}),
	strictObject({
		kind: literal("approvals"),
		approvals: array(approval)
	}),
	strictObject({
		kind: literal("evidence"),
		of: text,
		environment: text,
		url: text,
		/** Of evidence.json: SHA-256 in hex. */
		hash: text,
		runbookDigest: text,
		baselineDigest: text,
		/** The known failures that counted there; absent in journals of before they were kept. */
		baseline: array(knownFailure).optional(),
		endedAt: text,
		downtimeSeconds: number()
	}),
	strictObject({
		kind: literal("databag"),
		bag: text,
		item: text,
		changes: array(strictObject({
			pointer: text,
			before: text.optional(),
			after: text.optional()
		}))
	}),
	strictObject({
		kind: literal("converged"),
		ok: boolean(),
		updated: count,
		total: count.optional(),
		/** How long it took by its own clock. */
		seconds: number().optional()
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
		/** The known failures as they were then. */
		baseline: array(knownFailure).optional(),
		planDigest: text,
		/** What each step would do, as the plan says it: a later difference can be shown. */
		steps: array(strictObject({
			phase: text,
			step: text,
			lines: array(text)
		})).optional()
	}),
	strictObject({
		type: literal("hosts-found"),
		server: text,
		roles: array(foundRole)
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
		resume: record(text, unknown$1())
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
		type: literal("downtime-budget"),
		seconds: number(),
		reason: text,
		by: text
	}),
	strictObject({
		type: literal("expected-timings"),
		source: text,
		timings: roundTimings
	}),
	strictObject({
		type: literal("verdict"),
		good: boolean(),
		reasons: array(text),
		/** Beside each reason what would make it good. */
		next: array(text).optional(),
		rows: array(reconcileRow),
		failures: array(failureRow),
		/** Of the known failures by which it was given. */
		baselineDigest: text.optional()
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
/** How long the process may take to end by itself. */
const closeSeconds$1 = 1;
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
		await this.orTimeout(process.ended.then(() => true), closeSeconds$1);
		process.close();
	}
	async open() {
		const process = await this.start().catch((error) => {
			throw lostError(this.name, errorText(error), error);
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
	async orTimeout(event, seconds = this.timeoutSeconds) {
		let timer;
		const timeout = new Promise((resolve) => {
			timer = setTimeout(() => resolve(false), seconds * 1e3);
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
/** Reads marker and journal in one go; makes an empty journal unless it only looks, and only in a directory that is marked as the environment's. */
const loadScript = `
umask 077
[ -e "$JOURNAL_DIRECTORY/environment" ] || { echo no-marker; exit 0; }
cd "$JOURNAL_DIRECTORY" || exit
found=
IFS= read -r found < environment || [ -n "$found" ] || [ -r environment ] || exit
echo "environment $found"
[ "$found" = "$JOURNAL_ENVIRONMENT" ] || exit 0
if ! [ -e journal.jsonl ]; then
  [ -z "$JOURNAL_ONLY_LOOK" ] || { echo "size 0"; exit 0; }
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
const maxBytes$2 = 268435456;
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
		async load({ onlyLook = false } = {}) {
			const how = {
				...env,
				JOURNAL_ONLY_LOOK: onlyLook ? "yes" : ""
			};
			return readAnswer$1(await run(connection, name, loadScript, how, timeoutSeconds), name, directory, environment);
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
			maxBytes: maxBytes$2,
			timeoutSeconds
		});
	} catch (error) {
		throw lostError(name, errorText(error), error);
	}
}
function readAnswer$1({ stdout, truncated }, name, directory, environment) {
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

// src/journal/local-store.ts
/** A journal on this machine: for a terminal, and for a rollback whose journal host is gone. */
function localStore({ directory, environment, file = journalFile }) {
	const path = join(directory, file);
	return {
		name: path,
		load: ({ onlyLook = false } = {}) => guard(path, "unreadable", () => load(path, directory, environment, onlyLook)),
		append: (text, offset) => guard(path, "unwritable", () => append(path, text, offset)),
		repair: (keep, size) => guard(path, "unwritable", () => repair(path, keep, size)),
		close: () => Promise.resolve()
	};
}
async function load(path, directory, environment, onlyLook) {
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
	if (onlyLook) return {
		text: "",
		bytes: 0
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
		const why = errorText(error);
		const verb = code === "unreadable" ? "read" : "written";
		const next = `make the file ${code === "unreadable" ? "readable" : "writable"} (owner, permissions, free disk), then run again`;
		throw new JournalError(code, { file: path }, `the journal cannot be ${verb}: ${why}`, next, error);
	}
}

// src/journal/look.ts
/** Reads and proves a journal without touching it: a torn end is left where it is. */
async function lookAtJournal(store, environment) {
	const { text } = await store.load({ onlyLook: true });
	return readJournal(text, {
		file: store.name,
		environment
	}).events;
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
		const message = errorText(error);
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
async function connect$2(options) {
	refuseUnpinned(options);
	refuseWithoutLogin(options);
	const deadline = (options.readyTimeoutSeconds ?? 20) * 1e3;
	const began = performance.now();
	const sock = await openSocket(options, deadline);
	const left = Math.max(1e3, deadline - (performance.now() - began));
	const listen = closedOn(sock, options.signal);
	return login(options, sock, left).finally(listen.over);
}
/** A host that never answers would otherwise keep a run that has ended until its time is up. */
function closedOn(sock, signal) {
	const close = () => void sock.destroy(/* @__PURE__ */ new Error("the run has ended"));
	if (signal?.aborted === true) close();
	else signal?.addEventListener("abort", close, { once: true });
	return { over: () => signal?.removeEventListener("abort", close) };
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
function openSocket({ host, via, signal }, deadline) {
	if (via !== void 0) return via.forward(host.address, host.port);
	return new Promise((resolve, reject) => {
		const socket = connect({
			host: host.address,
			port: host.port,
			noDelay: true
		});
		const where = `${host.name} (${host.address}:${host.port})`;
		const listen = closedOn(socket, signal);
		const timer = setTimeout(() => {
			listen.over();
			socket.destroy();
			reject(new TransportError("timeout", host.name, `${where} did not answer within ${deadline / 1e3} s`, checkNetwork));
		}, deadline);
		const failed = (error) => {
			clearTimeout(timer);
			listen.over();
			reject(new TransportError("unreachable", host.name, `${where} cannot be reached: ${tcpReason(error)}`, checkNetwork, error));
		};
		socket.once("error", failed);
		socket.once("connect", () => {
			clearTimeout(timer);
			listen.over();
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
/** What is said of an encrypted key alone; who can ask for the passphrase does then. */
const missingPassphrase = "the private key is encrypted and no passphrase is given";
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
	if (!(parsed instanceof Error)) return usable$1(Array.isArray(parsed) ? parsed[0] : parsed);
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
	return usable$1(Array.isArray(parsed) ? parsed[0] : parsed);
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
function usable$1(key) {
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
	refuse$1(missingPassphrase, "set the secret that holds its passphrase");
}
function refuseWrongPassphrase(cause) {
	refuse$1("the passphrase does not open the private key", "correct the secret that holds its passphrase", cause);
}
function refuse$1(message, next, cause) {
	throw new TransportError("bad-private-key", "", message, next, cause);
}

// src/transport/ssh/host-pool.ts
/** How long closing the connections at one distance may take. */
const closeSeconds = .5;
/** One connection per host, kept for the phase and made anew when it was lost. */
var HostPool = class {
	#options;
	#connections = /* @__PURE__ */ new Map();
	/** The key that a host showed first; a pinned but different one later is still a different server. */
	#shown = /* @__PURE__ */ new Map();
	#key;
	/** Aborted when nothing is connected any more. */
	#closed = new AbortController();
	constructor(options) {
		this.#options = options;
	}
	/** Resolves with the host's connection; rejects with a `TransportError`. Concurrent callers share one attempt. */
	get(host) {
		return this.#get(host, []);
	}
	/** Closes every connection, those behind a jump host first, and makes no other from then on. Never throws. */
	async closeAll() {
		this.#closed.abort();
		const all = Map.groupBy(this.#connections, ([host]) => this.#depth(host));
		this.#connections.clear();
		for (const depth of [...all.keys()].toSorted((one, other) => other - one)) {
			const closing = (all.get(depth) ?? []).map(([, connection]) => connection.then((open) => open.close()));
			const late = setTimeout$1(closeSeconds * 1e3, void 0, { ref: false });
			await Promise.race([Promise.allSettled(closing), late]);
		}
	}
	async #get(host, from) {
		refuseCircle(host, from);
		if (this.#closed.signal.aborted) throw tooLate$1(host);
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
		const connection = await connect$2({
			signal: this.#closed.signal,
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
/** Work that nobody waits for any more would otherwise connect anew, and outlive its job. */
function tooLate$1(host) {
	return new TransportError("lost", host, `${host}: no connection is made any more, since the run has ended`, "run the phase again");
}

// src/execute/host-pool-for.ts
/** The plan's hosts, to be reached with what was given for that. */
function hostPoolFor(access, plan) {
	return new HostPool({
		hosts: new Map(Object.values(plan.hosts).map((host) => [host.name, withoutUndefined(host)])),
		knownHosts: KnownHosts.parse(access.knownHosts),
		...access.sshPrivateKey === void 0 ? {} : { privateKey: access.sshPrivateKey },
		...access.sshPassphrase === void 0 ? {} : { passphrase: access.sshPassphrase },
		...access.sshAgent === void 0 ? {} : { agent: access.sshAgent }
	});
}
function withoutUndefined(host) {
	const { jump, ...rest } = host;
	return jump === void 0 ? rest : {
		...rest,
		jump
	};
}

// src/execute/look.ts
/** Reads the environment's journal without a lease: for a person who wants to know, and changes nothing. */
async function look(access, { plan, inventory }) {
	const { environment, journal } = inventory;
	const { host, directory } = journal;
	const where = {
		directory,
		environment
	};
	if (host === void 0) return lookAtJournal(localStore(where), environment);
	const hosts = hostPoolFor(access, plan);
	try {
		const store = hostStore({
			...where,
			connection: await hosts.get(host)
		});
		return await lookAtJournal(store, environment);
	} finally {
		await hosts.closeAll();
	}
}

// src/execute/round-record.ts
/**
* Whether the journal already holds, for the open round that this run goes on with, what GitHub was asked for when
* the round was opened: nobody waits for GitHub, or for another rehearsal, while writes are down. It does for the
* run that owns the round, and for one that takes it over with a reason in mid-downtime.
*/
async function recordStands(request, prepared, kind) {
	const { actor, reason, clock = machineClock } = request;
	if (actor.runAttempt < 2 && reason === void 0) return false;
	const state = replay(await look(request, prepared).catch(() => []));
	const { round } = state;
	if (round?.open !== true || round.runbookDigest !== prepared.plan.runbookDigest) return false;
	const own = round.owner.run === actor.run;
	const takesOver = reason !== void 0 && state.downtime(clock.now()).running;
	return (own || takesOver) && state.observationsOf(kind).length > 0;
}

// src/execute/protection.ts
const nobodyToAsk$1 = {
	kind: "unasked",
	reason: "this is no job of a GitHub workflow, so nobody can ask",
	next: "dispatch the workflow in GitHub"
};
/**
* Has GitHub say that a protected environment is protected, before anything is connected. Only the phase that
* opens a round asks; a way back never does, and later phases rely on the record in the journal.
*/
async function proveProtection(request, prepared, phase) {
	const { inventory } = prepared;
	if (!inventory.protected || phase.dispatched !== void 0 || phase.round !== "opens") return [];
	const asked = await (request.witness?.protection(inventory.environment) ?? nobodyToAsk$1);
	switch (asked.kind) {
		case "protected": return [asked.proof];
		case "unprotected": throw unprotected(prepared, request, asked.problems);
		case "unasked":
			if (request.signal.aborted) return [];
			if (await recordStands(request, prepared, "protection")) return [reliedOn$1(asked)];
			throw new RefusedError(`${inventory.environment} is protected (${request.inventoryFile}), and whether GitHub protects it could not be asked: ${asked.reason}. No host was touched`, asked.next);
	}
}
function unprotected({ inventory }, { inventoryFile }, problems) {
	const said = problems.map(({ problem }) => problem).join("; ");
	const mends = problems.map(({ mend }) => mend).join("; ");
	return new RefusedError(`${inventory.environment} is protected (${inventoryFile}), and GitHub does not protect it: ${said}. No host was touched`, `${mends} (docs/github-setup.md#environments), then dispatch a new run`);
}
function reliedOn$1({ reason }) {
	return {
		kind: "note",
		text: `how GitHub protects the environment could not be asked again (${reason}); the round's own record stands`
	};
}
/** Why a phase of the chain may not act in a protected environment's round: nothing in it says that it is protected. */
function withoutProof({ plan, phase, witnessed = [] }, round) {
	if (phase.dispatched !== void 0) return void 0;
	const has = (kind) => round.observationsOf(kind).length > 0 || witnessed.some((one) => one.kind === kind);
	const next = "dispatch a new run: its first phase asks GitHub and opens a new round; or dispatch the rollback";
	if (plan.protected && !has("protection")) return {
		sentence: `${phase.id}: ${plan.environment} is protected, and this round has no record that GitHub protects it`,
		next
	};
	if (plan.evidence !== void 0 && !has("evidence")) return {
		sentence: `${phase.id}: ${plan.environment} wants evidence of ${plan.evidence.from}, and this round has no record of it`,
		next
	};
}

// src/execute/round.ts
/** What the journal says of a round that came to its end. */
const closedByChain = "chain";
/** Decides from the journal alone: order of phases, whose round it is, and that a closed one stays closed. */
function admit(request) {
	const { phase, state } = request;
	if (phase.dispatched === "rollback") return admitRollback(request);
	if (phase.dispatched === "reset") return admitReset(request);
	if (phase.dispatched === "restore") return admitRestore(request);
	const { round } = state;
	if (phase.round === "opens" && (round === void 0 || !round.open)) return admitOpening(request, round);
	if (round === void 0) return refused$1(`no round is open in ${request.plan.environment}`, `run phase ${firstOf(request.plan)} first: it opens one`);
	if (!round.open) return closed(request, round);
	const stranger = ownerProblem(request, round);
	if (stranger !== void 0) return stranger;
	if (round.runbookDigest !== request.plan.runbookDigest) return changedRunbook(request, round);
	const missing = missingPredecessor(request);
	if (missing !== void 0) return outOfOrder(request, missing, round);
	const elsewhere = inFlightElsewhere(request, round);
	if (elsewhere !== void 0) return elsewhere;
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
	const begun = ({ id }) => state.inRound(id).phase(firstPhase).wasDone;
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
	const stranger = ownerRunning(request, round);
	if (stranger !== void 0) return stranger;
	return {
		kind: "go",
		round: round.id,
		opens: false,
		takeOver: void 0,
		notes: []
	};
}
/** What puts settings back is for afterwards: while a round is open its phases and its way back count on them. */
function admitRestore(request) {
	const { plan, phase, state } = request;
	const round = roundBehind(state, firstOf(plan));
	if (round === void 0) return refused$1(`no round of ${plan.environment} is in the journal, so nothing is known that ${phase.id} could put back`, "nothing has to be done");
	const open = state.rounds.find((one) => one.open);
	if (open !== void 0) return refused$1(`round ${open.id} (run ${open.owner.run}) is open, and what ${phase.id} puts back may be what it works with`, "finish that round, or dispatch the rollback, then dispatch this again");
	if (round.closedBy === "chain") return refused$1(`round ${round.id} came through, and what it set is in use`, "dispatch the rollback first; or, where it is the settings alone that shall go back, set them by hand");
	return {
		kind: "go",
		round: round.id,
		opens: false,
		takeOver: void 0,
		notes: []
	};
}
/** A reset is dispatched by a run of its own, so it only waits for other phases that are under way. */
function ownerRunning({ phase, state }, round) {
	const [first] = state.inFlight().filter((one) => one.round === round.id && one.phase !== phase.id);
	if (first === void 0) return void 0;
	return refused$1(`"${first.step}" of phase ${first.phase} in round ${round.id} (run ${round.owner.run}) is still in flight`, "re-run that phase, so that it is followed to its end, or dispatch the rollback");
}
/** While something of another phase may run, only that phase, which joins it, or a rollback may act. */
function inFlightElsewhere({ phase, state }, round) {
	const [first] = state.inFlight().filter((one) => one.round === round.id && one.phase !== phase.id);
	if (first === void 0) return void 0;
	return refused$1(`"${first.step}" of phase ${first.phase} in round ${round.id} may still be under way`, `re-run phase ${first.phase}, so that it is followed to its end, or dispatch the rollback`);
}
function ownerProblem({ actor, reason }, round) {
	if (round.owner.run === actor.run || reason !== void 0) return void 0;
	const where = round.owner.url === "" ? "" : ` ${round.owner.url}`;
	return refused$1(`round ${round.id} belongs to run ${round.owner.run}${where} of ${round.owner.by} since ${round.openedAt}`, "re-run that run's jobs; or take the round over by giving a reason; or dispatch the rollback");
}
function closed({ actor }, round) {
	const sentence = `round ${round.id} was closed by ${round.closedBy ?? "its last phase"} at ${round.closedAt ?? "an unknown time"}`;
	if (round.owner.run === actor.run && round.closedBy === "chain") return {
		kind: "already-done",
		sentence: `${sentence}; nothing is left to do`,
		next: "dispatch a new run to start another round"
	};
	return refused$1(sentence, "dispatch a new run: its first phase opens a new round");
}
function changedRunbook(request, round) {
	return refused$1(`the runbook or its variables changed since round ${round.id} was opened${sayChanges(request, round)}`, "re-run with the commit that opened the round, or dispatch the rollback and start a new round");
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
/** What the missing phase ended with is what stands between: it says itself what would make it good. */
function outOfOrder({ phase, state }, missing, { id }) {
	const sentence = `phase ${phase.id} is out of order: phase ${missing} is not done in round ${id}`;
	const { outcome, running, sentence: why = "", next = "" } = state.phase(missing);
	if (running && outcome !== void 0) return refused$1(`phase ${phase.id} is out of order: phase ${missing} was started again in round ${id} and has not ended`, `re-run phase ${missing}: it looks again at what is done, and does the rest`);
	if (outcome === void 0 || why === "") return refused$1(sentence, `run phase ${missing} first`);
	return refused$1(`${sentence}; it ended ${outcome}: ${why}`, `run phase ${missing} first. What it said comes next: ${next}`);
}
function firstOf(plan) {
	return chainOf(plan)[0]?.id ?? "";
}
function refused$1(sentence, next) {
	return {
		kind: "refused",
		sentence,
		next
	};
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

// src/journal/say-clock.ts
/** A length of time as a clock shows it, so that two of them can be compared at a glance: `12:40`, `1:02:05`. */
function sayClock(seconds) {
	const whole = Math.max(0, Math.round(seconds));
	const two = (part) => String(part).padStart(2, "0");
	const hours = Math.floor(whole / 3600);
	const rest = `${two(Math.floor(whole % 3600 / 60))}:${two(whole % 60)}`;
	return hours === 0 ? rest : `${hours}:${rest}`;
}

// src/execute/estimate.ts
/** A job that was over sooner tells how long an answer took, and not how fast it was. */
const tellingSeconds = 10;
/**
* How long a step of the downtime is expected to take: by a rehearsed environment, scaled by what there is to handle;
* by the slowest job of this round; by what the runbook itself waits for. Undefined when nothing tells.
*/
function estimateOf(phase, step, state, now) {
	return rehearsed(phase, step, state) ?? byRate(step, state, now) ?? demanded(step);
}
/** The object that a job handles: what it reconciles with. */
function handledBy({ units }) {
	const [unit] = units.map((one) => one.unit);
	return unit?.kind === "eval" ? unit.spec.job?.reconciles : void 0;
}
/** True for a step that starts a job and follows it: only of such a step it matters that its length is unknown. */
function isJob({ units }) {
	return units.some(({ unit }) => unit.kind === "eval" && unit.spec.job !== void 0);
}
function rehearsed(phase, step, state) {
	const expected = state.expectedTimings();
	const timing = expected?.timings.steps[`${phase}/${step.id}`];
	if (expected === void 0 || timing === void 0) return void 0;
	const { seconds, objects = 0 } = timing;
	const total = totalOf(step, state);
	if (total === void 0 || objects === 0) return {
		seconds,
		from: `as in ${expected.source}`
	};
	const from = `${total} objects, where ${objects} took ${Math.round(seconds)} s in ${expected.source}`;
	return {
		seconds: seconds * total / objects,
		from
	};
}
function byRate(step, state, now) {
	const total = totalOf(step, state);
	const [slowest] = [...ratesOf(state), ...now === void 0 ? [] : [now]].toSorted((a, b) => a.perSecond - b.perSecond);
	if (total === void 0 || slowest === void 0) return void 0;
	const from = `${total} objects at ${Number(slowest.perSecond.toPrecision(2))}/s, the slowest rate of this round so far (${slowest.step})`;
	return {
		seconds: total / slowest.perSecond,
		from
	};
}
/** The last rate of each job of this round that ran long enough to have one. */
function ratesOf(state) {
	const rates = /* @__PURE__ */ new Map();
	for (const { event, observation } of state.observationsOf("progress")) {
		const { done, perSecond = 0 } = observation;
		const step = event.place.step ?? "";
		if (isTelling(done, perSecond)) rates.set(step, {
			perSecond,
			step
		});
	}
	return [...rates.values()];
}
/** Whether so many objects at that rate are enough to go by. */
function isTelling(done, perSecond) {
	return perSecond > 0 && done / perSecond >= tellingSeconds;
}
/** How many objects a job has to handle, by the newest comparison of this round. */
function totalOf(step, state) {
	const name = handledBy(step);
	if (name === void 0) return void 0;
	const sides = state.observationsOf("reconciled").flatMap(({ observation }) => observation.rows).findLast((row) => row.name === name)?.sides;
	return sides?.["dets"] ?? sides?.["source"];
}
/** What the runbook itself waits for is the least that such a step takes. */
function demanded({ units }) {
	const seconds = Math.max(0, ...units.map(({ unit }) => unit.kind === "watch" ? waitOf(unit.spec.ends) : 0));
	return seconds === 0 ? void 0 : {
		seconds,
		from: "the runbook waits so long"
	};
}
function waitOf(ends) {
	return "forSeconds" in ends ? ends.forSeconds : ends.quietSeconds;
}

// src/execute/downtime-budget.ts
/** How long the downtime may take in all: as a person decided last, otherwise as the plan says. */
function budgetOf$1(plan, state) {
	return state.budgetDecision()?.seconds ?? plan.downtime?.budgetSeconds;
}
/**
* Why a step must not be started without a decision: the budget is spent, or the step is not expected to fit into what
* is left. Until the phase has changed anything, all the rest of it has to fit. Undefined when it may start.
*/
function budgetStop(view, step, manner) {
	const { plan, phase, state, now } = view;
	const budget = budgetOf$1(plan, state);
	const { running, seconds: elapsed } = state.downtime(now);
	if (budget === void 0 || !running || isExempt(view, step, manner)) return void 0;
	const sum = sumOf(view.mutated ? [{
		phase,
		step
	}] : aheadInPhase(view, step), state);
	const spent = elapsed >= budget;
	if (!spent && elapsed + sum.seconds <= budget) return void 0;
	const what = view.mutated ? "this step" : "what is left of this phase";
	return {
		detail: `${spent ? "the budget is spent" : "it is not expected to fit into the budget"}: writes are down for ${sayClock(elapsed)} of ${sayClock(budget)}, and ${saySum(what, sum)}; what was done before stands, and the clock runs`,
		next: `decide: dispatch Resolve with step downtime, ruling budget=DURATION (more than ${sayClock(elapsed)} in all, such as budget=3h) and a reason, then re-run phase ${phase.id}; or dispatch the rollback`
	};
}
/** What is expected, from what that is known, and of what nothing is known. */
function saySum(what, { seconds, from, unknownJobs }) {
	if (from.length === 0) return `nothing tells how long ${what} takes`;
	const without = unknownJobs.length === 0 ? "" : `, without ${unknownJobs.join(", ")}`;
	return `${what} is expected to take ${sayClock(seconds)}${without} (${from.join("; ")})`;
}
/** Ways back and what reopens are never stopped; nor what is done already, or on its way to what still runs. */
function isExempt({ phase, state }, step, manner) {
	if (phase.dispatched !== void 0 || reopens(phase) || ends(phase, step)) return true;
	const done = state.step(phase.id, step.id).done;
	const { id: round } = state.round ?? {};
	return state.inFlight().some((one) => one.round === round && one.phase === phase.id) && manner !== "sent-anew" || done && manner === "in-turn";
}
/** The step that ends the downtime; where that is a probe, also the act that it proves. */
function ends({ steps }, step) {
	if (step.downtime === "ends") return true;
	const at = steps.findIndex(({ downtime }) => downtime === "ends");
	if (steps[at]?.kind !== "probe") return false;
	const mutates = ({ units }) => units.some(({ unit }) => kindOf$1(unit).mutates);
	return steps.slice(0, at).findLast(mutates) === step;
}
/** A phase that ends the downtime of an earlier one: all that it does is needed to reopen. */
function reopens({ steps }) {
	const has = (what) => steps.some(({ downtime }) => downtime === what);
	return has("ends") && !has("starts");
}
function aheadInPhase({ phase, state }, step) {
	return untilReopening(phase.steps.slice(phase.steps.indexOf(step)).map((one) => ({
		phase,
		step: one
	}))).filter((one) => !isDone(one, state));
}
/** What the chain still has before it once a step is over, up to the one that ends the downtime. */
function aheadInChain({ plan, phase, state }, step) {
	const all = chainOf(plan).flatMap((one) => one.steps.map((of) => ({
		phase: one,
		step: of
	})));
	const at = all.findIndex((one) => one.phase.id === phase.id && one.step.id === step.id);
	return untilReopening(all.slice(at + 1)).filter((one) => !isDone(one, state));
}
function untilReopening(ahead) {
	const end = ahead.findIndex(({ step }) => step.downtime === "ends");
	return end < 0 ? ahead : ahead.slice(0, end + 1);
}
function isDone({ phase, step }, state) {
	return state.step(phase.id, step.id).done;
}
function sumOf(ahead, state, rate) {
	const each = ahead.map(({ phase, step }) => ({
		step,
		estimate: estimateOf(phase.id, step, state, rate)
	}));
	const known = each.flatMap(({ step, estimate }) => estimate === void 0 ? [] : [{
		step,
		estimate
	}]);
	return {
		seconds: known.reduce((sum, { estimate }) => sum + estimate.seconds, 0),
		from: known.map(({ step, estimate }) => sayEstimate(step, estimate, known.length)),
		unknownJobs: each.flatMap(({ step, estimate }) => estimate === void 0 && isJob(step) ? [step.id] : [])
	};
}
function sayEstimate({ id }, { from }, of) {
	return of === 1 ? from : `${id}: ${from}`;
}
/** A job's progress with where the downtime stands and how long it is expected to be; as it was where none runs. */
function withProjection(view, step, progress) {
	const { plan, phase, state, now } = view;
	const budgetSeconds = budgetOf$1(plan, state);
	const { running, seconds: elapsedSeconds } = state.downtime(now);
	if (budgetSeconds === void 0 || !running || phase.dispatched !== void 0) return progress;
	const { done, total, perSecond = 0 } = progress;
	const rate = isTelling(done, perSecond) ? {
		perSecond,
		step: step.id
	} : void 0;
	const left = leftOf(view, step, progress);
	const later = sumOf(aheadInChain(view, step), state, rate);
	const unknownHere = left === void 0 && done !== total ? [step.id] : [];
	const downtime = {
		elapsedSeconds,
		budgetSeconds,
		expectedSeconds: elapsedSeconds + (left ?? 0) + later.seconds,
		unknownJobs: [...unknownHere, ...later.unknownJobs]
	};
	return {
		...progress,
		downtime
	};
}
/** What is left of a job at its own rate, or, as long as it has none, in proportion to what is expected of it. */
function leftOf({ phase, state }, step, { done, total, perSecond = 0 }) {
	if (total === void 0 || total === 0) return void 0;
	const left = Math.max(0, total - done);
	if (perSecond > 0) return left / perSecond;
	const estimate = estimateOf(phase.id, step, state);
	return estimate === void 0 ? void 0 : estimate.seconds * left / total;
}
/** A sentence when the downtime that is about to start is not expected to fit into its budget. */
function expectedToPass(view, step) {
	const { plan, phase, state, now } = view;
	const budget = budgetOf$1(plan, state);
	const { running } = state.downtime(now);
	if (budget === void 0 || running || step.downtime !== "starts") return void 0;
	if (phase.dispatched !== void 0 || isDone({
		phase,
		step
	}, state)) return void 0;
	const { seconds } = sumOf(aheadInChain(view, step), state);
	if (seconds <= budget) return void 0;
	return `the downtime is expected to take ${sayClock(seconds)}, and its budget is ${sayClock(budget)}`;
}

// src/execute/step-context.ts
/** The phase's surroundings as one step's unit sees them. */
function stepContext(phase, sink) {
	const { state, deadline: _, ...lent } = phase;
	return {
		...lent,
		step: sink.step,
		observe: sink.observe,
		conclude: sink.conclude,
		lastOutcome: () => state().step(phase.phase, sink.step, sink.host).lastOutcome,
		wasDone: () => state().step(phase.phase, sink.step, sink.host).done,
		verdictOf: (step) => {
			const latest = state().latestVerdict();
			return latest?.event.place.step === step ? latest.verdict : void 0;
		},
		probesOf: (step) => state().observationsOf("probes", { step }).at(-1)?.observation.answers ?? [],
		wroteItem: (step) => lastWrite(state(), step),
		passedPointOfNoReturn: () => passedPointOfNoReturn(phase),
		nodeSeen: () => state().observationsOf("console", {
			phase: phase.phase,
			step: sink.step
		}).at(-1)?.observation,
		followed: (attempt) => followedIn(state(), phase.phase, sink, attempt),
		failures: () => failuresIn(state()),
		unreadLogs: () => unreadIn(state())
	};
}
/** Whether a point of no return was sent in this round, by the journal. */
function passedPointOfNoReturn({ pointsOfNoReturn, state }) {
	return pointsOfNoReturn.some(({ phase, step, host }) => state().step(phase, step, host).attempts > 0);
}
/** In the newest round that wrote: one that found everything right has nothing that it could put back. */
function lastWrite(state, step) {
	const writes = state.rounds.map(({ id }) => state.inRound(id).observationsOf("databag", { step })).findLast((all) => all.length > 0)?.map(({ observation }) => observation);
	const last = writes?.at(-1);
	if (writes === void 0 || last === void 0) return void 0;
	const { bag, item } = last;
	const changes = /* @__PURE__ */ new Map();
	for (const one of writes.filter((write) => write.bag === bag && write.item === item)) for (const { pointer, before, after } of one.changes) changes.set(pointer, {
		pointer,
		before,
		after
	});
	return {
		bag,
		item,
		changes: [...changes.values()]
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
		samples: observation.samples,
		gap: observation.gap,
		present: observation.present
	}));
}
/** A job keeps in its intent where its log stood; whoever follows it to its end journals what the log said. */
function unreadIn(state) {
	return state.sent().flatMap(({ phase, step, attempt, resume: { logName: log, log: position } }) => {
		if (typeof log !== "string" || typeof position !== "object" || position === null) return [];
		return state.observationsOf("failures", {
			phase,
			step
		}).some(({ event }) => event.place.attempt === attempt) ? [] : [{
			step,
			log,
			position
		}];
	});
}

// src/execute/unit.ts
const verifySeconds = 30;
const holdSeconds = 10;
/** One unit through its life: what is in flight is followed, what is done is left alone, the rest is done once. */
async function runUnit(run) {
	const kind = kindOf$1(run.planned.unit);
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
	const stop = run.state().inFlight === void 0 ? void 0 : run.notNow();
	if (stop !== void 0) return {
		outcome: "refused",
		...stop
	};
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
	run.stillWanted();
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
	const end = await prove(kind, run, attempt, {
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
async function prove(kind, run, attempt, act) {
	if (act.outcome === "succeeded") return verified(kind, run, act);
	if (act.outcome !== "unknown" || run.context.signal.aborted) return act;
	const check = await checkUntil(kind, run, holdOf(run, act));
	await run.append({
		type: "step-checked",
		...check
	});
	if (check.state === "done") return provenDone(kind, run, attempt, act);
	return {
		...act,
		detail: `${act.detail}; its check says ${check.state} ${check.detail}`.trim()
	};
}
/** What is done may still be at work: as long as it is, nothing that waits for it may start. */
async function provenDone(kind, run, attempt, act) {
	const detail = `${act.detail}; its check says that it is done`;
	const where = act.underWay === true ? await whereItRuns(kind, run, attempt).catch(String) : void 0;
	if (where !== void 0) return {
		...act,
		detail: `${detail}, but ${where}`
	};
	const { underWay: _, next: __, ...rest } = act;
	return {
		...rest,
		outcome: "succeeded",
		detail
	};
}
async function whereItRuns(kind, { planned, context }, attempt) {
	return kind.underWay?.(planned.unit.spec, context, attempt);
}
/** What was sent to a console may arrive late; a command that runs on is the next attempt's to follow. */
function holdOf({ planned }, act) {
	return planned.unit.kind === "run" && act.underWay === true ? 0 : holdSeconds;
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
	const { ruling } = run.state();
	if (check.state === "cannot-tell" && ruling !== void 0) return ruled(kind, run, ruling);
	const how = act.detail === "" ? "" : ` (${act.detail})`;
	const why = check.detail === "" ? "" : `: ${check.detail}`;
	const detail = `it came back well${how}, but its check says ${check.state}${why}`;
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
/** What the downtime's budget is judged by at this moment. */
function budgetView({ plan, phase, state, surroundings, mutated }) {
	return {
		plan,
		phase,
		state: state(),
		now: surroundings.now(),
		mutated: mutated()
	};
}
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
		ends.push(...await allEnded(batch.map((planned) => runOne(run, step, planned, how))));
		if (!ends.every(({ end }) => isGood(end.outcome))) break;
	}
	return ends;
}
/** What ends the phase on one host is told when the others have ended too, with how they did. */
async function allEnded(units) {
	const settled = await Promise.allSettled(units);
	const [first, ...more] = settled.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
	const ended = settled.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
	if (first === void 0) return ended;
	throw withOthers(first, [...ended.map(sayEnded), ...more.map(messageOf$1)]);
}
function sayEnded({ planned: { host }, end: { outcome, detail } }) {
	return `on ${host ?? "the runner"} it ended: ${outcome}${detail === "" ? "" : ` (${detail})`}`;
}
function withOthers(error, others) {
	if (others.length === 0) return error;
	if (error instanceof JournalError) return withMore(error, others.join("; "));
	if (error instanceof LeaseLostError) return error.with(others.join("; "));
	return error;
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
/** A verdict that was given by other known failures than those of now, while it can still be acted on. */
function isOutdated({ state, surroundings }, { id }) {
	const latest = state().latestVerdict();
	if (latest?.event.place.step !== id) return false;
	const { baselineDigest = surroundings.baselineDigest } = latest.verdict;
	return baselineDigest !== surroundings.baselineDigest && !passedPointOfNoReturn(surroundings);
}
async function attemptUnit(run, step, planned, how) {
	const { surroundings, phase } = run;
	const place = {
		step: step.id,
		...planned.host === void 0 ? {} : { host: planned.host }
	};
	const state = () => run.state().step(phase.id, step.id, planned.host);
	if (run.doneBefore && !kindOf$1(planned.unit).mutates && state().done && !isOutdated(run, step)) return {
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
		observe: (seen, host) => {
			const observation = seen.kind === "progress" ? withProjection(budgetView(run), step, seen) : seen;
			return unlessAdvisory(observation, surroundings, async () => append({
				...attemptPlace(),
				...host === void 0 ? {} : { host }
			}, {
				type: "observed",
				observation
			}));
		},
		conclude: async (verdict) => append(place, {
			type: "verdict",
			good: verdict.good,
			reasons: [...verdict.reasons],
			next: [...verdict.next],
			rows: [...verdict.rows],
			failures: [...verdict.failures],
			baselineDigest: surroundings.baselineDigest
		})
	});
	const bound = {
		...planned,
		unit: bindRound(planned.unit, surroundings.round)
	};
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
		notNow: () => budgetStop(budgetView(run), step, "sent-anew"),
		refusedBy: run.refusedBy,
		stillWanted: () => abandonable.check()
	});
	const end = await abandonable.run(work, signal).catch((error) => failedBy(error, run, state().inFlight !== void 0));
	return deadline.aborted && !surroundings.signal.aborted ? tooLate(step, end) : end;
}
/** What only looks and came to no good end within its time has not seen what it looked for. */
function tooLate(step, end) {
	if (isGood(end.outcome)) return end;
	const detail = `not done within ${step.timeoutSeconds} s: ${end.detail}`;
	return {
		...end,
		outcome: "not-met",
		detail
	};
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
	const ownDeadline = kindOf$1(unit).mutates || unit.kind === "probe" || unit.kind === "watch";
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
	const detail = errorText(error);
	const told = nextFor(run.phase.id, error);
	const next = told === void 0 ? {} : { next: told };
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
		redoFrom: redoOf(worst, bad),
		weighed: bad.every(({ end }) => end.weighed === true)
	};
}
/** Going back is for what is done in part, and only where nothing worse happened on another host. */
function redoOf(worst, bad) {
	if (worst !== "failed" || bad.some(({ end }) => end.redoFrom === void 0)) return void 0;
	return bad[0]?.end.redoFrom;
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
/** The end of a phase that was cancelled before it wrote a word. */
function cancelledAtTheStart({ id }, deadline) {
	const next = `re-run phase ${id}: nothing was begun`;
	return deadline?.passed() === true ? {
		outcome: "refused",
		sentence: `${id}: the phase's deadline of ${deadline.seconds} s passed before it began`,
		next
	} : {
		outcome: "cancelled",
		sentence: `${id}: cancelled before it began`,
		next
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
		next: end.next ?? wayOn(run.phase, step, outcome)
	};
}
function wayOn(phase, step, outcome) {
	switch (outcome) {
		case "unknown": return `find out whether it was done (the summary has the commands that tell), then re-run phase ${phase.id}: it checks before it does anything. If it cannot tell even then, rule on ${phase.id}/${step.id} with resolve`;
		case "cancelled": return `re-run phase ${phase.id}: it goes on with what is left`;
		default: return `repair what it names, then re-run phase ${phase.id}; or dispatch the rollback`;
	}
}
/** The end of a phase that came through: what approving the next one will do, and the way back. */
function finished$1({ plan, phase, state, leftUndone, skipped }, outcome) {
	const closes = phase.round === "closes" ? ` ${stateSentence(plan, state)}.` : "";
	const without = leftUndone.length === 0 ? "" : ` Went on without: ${leftUndone.join("; ")}.`;
	return {
		outcome,
		sentence: `${phase.title}: done.${closes}${without}${saySkipped(skipped)}`,
		next: nextAfter(plan, phase)
	};
}
function saySkipped(skipped) {
	const said = [...skipped].map(([reason, titles]) => `${titles.join(", ")} (${reason})`);
	return said.length === 0 ? "" : ` Skipped: ${said.join("; ")}.`;
}
function nextAfter(plan, phase) {
	const chain = chainOf(plan);
	const [first] = chain;
	if (phase.dispatched === "rollback") {
		const reset = plan.phases.find(({ dispatched }) => dispatched === "reset");
		return `find out what went wrong; before the next round ${reset === void 0 ? "" : `dispatch ${reset.id} to delete what was migrated, then `}start again with ${first?.id ?? "the first phase"}`;
	}
	if (phase.dispatched === "restore") return "converge the boxes when it is time: what was put back reaches them then";
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
	const abandonable = new Abandonable();
	const context = stepContext(surroundings, {
		step: target.id,
		host: planned.host,
		observe: async (observation) => {
			abandonable.check();
			await run.append({ step: target.id }, {
				type: "observed",
				observation
			});
		},
		conclude: () => Promise.resolve()
	});
	const checking = Promise.resolve(kindOf$1(unit).check?.(unit.spec, context));
	const check = await abandonable.run(checking, surroundings.signal);
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
	const skipped = /* @__PURE__ */ new Map();
	/** The step before, when it has changed something in this very run. */
	let changed;
	for (let index = 0; index < steps.length; index += 1) {
		const step = steps[index];
		if (step === void 0) break;
		if (run.surroundings.signal.aborted) return cancelledBefore(step, run);
		const skip = await skipReason(run, step, index <= againUntil).catch((error) => {
			if (error instanceof AbandonedError) return void 0;
			throw error;
		});
		if (run.surroundings.signal.aborted) return cancelledBefore(step, run);
		if (skip !== void 0) {
			await run.append({ step: step.id }, {
				type: "step-skipped",
				title: step.title,
				reason: skip
			});
			if (isForWant(run, step)) skipped.set(skip, [...skipped.get(skip) ?? [], `"${step.title}"`]);
			continue;
		}
		const redo = index <= againUntil;
		const stop = budgetStop(budgetView(run), step, redo ? "redo" : "in-turn");
		if (stop !== void 0) return stoppedByBudget(run, step, stop);
		await warnBefore(run, step);
		const end = await runStep(run, step, { redo });
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
			if (mayGoOnWithout$1(run, step, end)) {
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
		leftUndone,
		skipped
	}, outcome);
}
/** Nothing of the chain proceeds past an unknown end, not even of a step that may fail; a way back has to. */
function mayGoOnWithout$1({ phase }, { required }, end) {
	if (required || end.outcome === "cancelled") return false;
	return end.outcome !== "unknown" || phase.dispatched === "rollback";
}
/** Not started, so refused; but the phase may have done something before it, and that stands. */
async function stoppedByBudget(run, step, { detail, next }) {
	const { title, kind, id } = step;
	const outcome = "refused";
	await run.append({ step: id }, {
		type: "step-started",
		title,
		kind,
		hosts: []
	});
	await run.append({ step: id }, {
		type: "step-ended",
		outcome,
		detail,
		seconds: 0,
		next
	});
	return {
		...stoppedAt(step, run, {
			outcome,
			detail,
			next,
			redoFrom: void 0
		}),
		outcome,
		...run.mutated() ? { changed: true } : {}
	};
}
async function warnBefore(run, step) {
	const text = expectedToPass(budgetView(run), step);
	if (text === void 0) return;
	await run.append({ step: step.id }, {
		type: "observed",
		observation: {
			kind: "note",
			text
		}
	});
}
function mutates({ units }) {
	return units.some(({ unit }) => unit.kind !== "control" && kindOf$1(unit).mutates);
}
async function skipReason(run, step, again) {
	const unmet = step.when?.find((one) => !holds(one, run.surroundings));
	if (unmet !== void 0) return `only when ${unmet.says}`;
	if (step.until === void 0 || again) return void 0;
	const target = run.phase.steps.find((one) => one.id === step.until);
	if (target === void 0) return void 0;
	return await runCheckOf(run, target) ? `not needed: "${target.title}" is done` : void 0;
}
/** What a run was not given, or may not do, is told of at its end; an input is somebody's own choice. */
function isForWant({ surroundings }, { when }) {
	const unmet = when?.find((one) => !holds(one, surroundings));
	return unmet !== void 0 && unmet.kind !== "input";
}
function holds(condition, { inputs, protectedEnvironment, secret }) {
	switch (condition.kind) {
		case "input": return valueOf(condition.input, inputs) === condition.is;
		case "protected": return protectedEnvironment === condition.is;
		case "secret": return (secret(condition.secret) ?? "") !== "";
	}
}
function valueOf(input, inputs) {
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

// src/chef/search.ts
const tries$1 = 3;
/**
* All nodes of a search, page by page, each once. One page is of one moment. Between several, a node may come or
* vanish and another be missed for it, so they count when two readings of them say the same. After a few readings
* that do not, it is an error that says what differs.
*/
async function allPages(page, rowsPerPage, said) {
	let before;
	let differs = [];
	for (let time = 1; time <= tries$1; time += 1) {
		const taken = await takeAll(page, rowsPerPage);
		differs = differences(before, taken);
		const confirmed = taken.pages === 1 || before !== void 0 && differs.length === 0;
		if (taken.wrong.length === 0 && confirmed) return taken.nodes;
		differs = [...taken.wrong, ...differs];
		before = taken;
	}
	throw new ChefError(`${said}: asked ${tries$1} times, ${differs.join("; ")}`, {
		kind: "not-done",
		next: "see with `knife search node` what comes back, and whether this client may read all of these nodes; a node that is just being made or deleted settles by itself",
		status: 200
	});
}
function differences(before, taken) {
	if (before === void 0) return [];
	return [...names$1("only in the last reading", taken.nodes, before.nodes), ...names$1("only in the one before", before.nodes, taken.nodes)];
}
async function takeAll(page, rowsPerPage) {
	const first = await page(0);
	const { total } = first;
	const rows = [...first.rows];
	const wrong = [];
	const pages = Math.max(1, Math.ceil(total / rowsPerPage));
	for (let start = rowsPerPage; start < total; start += rowsPerPage) {
		const next = await page(start);
		rows.push(...next.rows);
		if (next.total === total || wrong.length > 0) continue;
		wrong.push(`the number of nodes went from ${total} to ${next.total} while they were read`);
	}
	const nodes = rows.flatMap((row) => nodeOf(row) ?? []);
	return {
		nodes,
		wrong: wrong.length > 0 ? wrong : gaps(total, rows, nodes),
		pages
	};
}
/** What is missing or twice in pages whose totals agree. */
function gaps(total, rows, nodes) {
	const without = rows.filter((row) => nodeOf(row) === void 0).map(({ url }) => urlName(url));
	const twice = nodes.map(({ name }) => name).filter((name, index, all) => all.indexOf(name) !== index);
	return [
		...rows.length === total ? [] : [`${total} nodes match, and ${rows.length} of them came`],
		...without.length === 0 ? [] : [`the server has nothing to say of ${without.join(", ")}, as of a node that vanished`],
		...twice.length === 0 ? [] : [`it found ${[...new Set(twice)].join(", ")} twice`]
	];
}
function nodeOf({ data }) {
	const { name, ...attributes } = data ?? {};
	return typeof name === "string" && name !== "" ? {
		name,
		attributes
	} : void 0;
}
function names$1(what, these, those) {
	const others = new Set(those.map(({ name }) => name));
	const only = these.map(({ name }) => name).filter((name) => !others.has(name));
	return only.length === 0 ? [] : [`${what}: ${only.join(", ")}`];
}
/** The last part of a node's URL is its name. */
function urlName(url) {
	return url === "" ? "a node without a name" : url.split("/").at(-1) ?? url;
}
/** A page of an answer; undefined where the JSON is no answer of a search. */
function pageOf(json) {
	if (!isRecord(json)) return void 0;
	const { total, rows } = json;
	if (typeof total !== "number" || !Number.isSafeInteger(total) || total < 0) return void 0;
	if (!Array.isArray(rows) || !rows.every((row) => row === null || isRecord(row))) return void 0;
	return {
		total,
		rows: rows.map(rowOf)
	};
}
function rowOf(row) {
	const { url, data } = row ?? {};
	return {
		url: typeof url === "string" ? url : "",
		data: isRecord(data) ? data : void 0
	};
}
function isRecord(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

// src/chef/client.ts
const timeoutSeconds = 30;
const maxBytes$1 = 4194304;
const rowsPerPage = 200;
/** Only what changes nothing is asked again. */
const waitsBetweenReads = [1, 3];
/** Speaks to one organization of a Chef server. Every failure is a `ChefError`. */
var ChefClient = class {
	#options;
	#base;
	#key;
	constructor(options) {
		this.#options = options;
		this.#base = baseOf(options);
		this.#key = readClientKey(options.key, options.client);
		checkAuthority(options);
	}
	/** A data bag's item as the server wrote it, byte for byte; asked once more, and once again, unless it is wanted now. */
	async item(bag, item, now = "patiently") {
		return this.#read({
			method: "GET",
			path: itemPath(bag, item),
			body: ""
		}, now);
	}
	/**
	* The nodes that match a query, each with its name and these attributes, in the server's order and page by page.
	* A read like any other, though it is sent with POST.
	*/
	async searchNodes(query, { attributes, rowsPerPage: rows = rowsPerPage }, now = "patiently") {
		const asked = {
			method: "POST",
			path: "/search/node",
			body: JSON.stringify({
				name: ["name"],
				...attributes
			}),
			about: ` for the nodes that match ${JSON.stringify(query)}`
		};
		const page = async (start) => {
			const parameters = {
				q: query,
				sort: nodeOrder,
				start: String(start),
				rows: String(rows)
			};
			const text = await this.#read({
				...asked,
				query: queryOf(parameters)
			}, now);
			const read = pageOf(JSON.parse(text));
			if (read !== void 0) return read;
			throw new ChefError(`${this.#say(asked)}: 200 with JSON that is no answer of a search`, {
				kind: "not-done",
				next: elsewhere
			});
		};
		return allPages(page, rows, this.#say(asked));
	}
	/** Writes an item, once: `unknown` in the error means that it may have been written all the same. */
	async putItem(bag, item, text) {
		const asked = {
			method: "PUT",
			path: itemPath(bag, item),
			body: text
		};
		jsonOf(await this.#send(asked), this.#say(asked), "unknown");
	}
	async #read(asked, now) {
		for (const wait of [...now === "now" ? [] : waitsBetweenReads, void 0]) try {
			return jsonOf(await this.#send(asked), this.#say(asked));
		} catch (error) {
			if (wait === void 0 || !mayBeAskedAgain(error) || this.#options.signal.aborted) throw error;
			await this.#options.sleep(wait);
		}
		throw new Error("a read ends with its answer or its error");
	}
	#say({ method, path, about = "" }) {
		return `the Chef server ${this.#base.host} was asked for ${method} ${this.#base.pathname}${path}${about}`;
	}
	async #send(asked) {
		const { method, path, body, query = "" } = asked;
		const { ca, open, signal } = this.#options;
		const url = new URL(this.#base.href + path + query);
		const headers = this.#headers(asked, url);
		let sent = false;
		let reply;
		try {
			const connect = () => open(addressOf(url), portOf(url));
			const ask = {
				url,
				method,
				headers,
				ca,
				timeoutSeconds,
				maxBytes: maxBytes$1,
				signal
			};
			const what = method === "GET" ? ask : {
				...ask,
				body
			};
			reply = await exchange(connect, what, () => sent = true);
		} catch (error) {
			throw unanswered(`${this.#say(asked)}: ${errorText(error)}`, asked, sent, error);
		}
		if (reply.status !== 200) throw this.#refused(asked, reply);
		return reply;
	}
	#headers({ method, body }, url) {
		const { version, client, now } = this.#options;
		const signer = {
			version,
			client,
			key: this.#key
		};
		return signedHeaders({
			method,
			path: url.pathname,
			body
		}, signer, now());
	}
	#refused(asked, reply) {
		const { status } = reply;
		const said = `${this.#say(asked)}: ${status}${words$1(reply)}`;
		const fail = (next, also = "") => new ChefError(`${said}${also}`, {
			kind: kindOf(asked, status),
			next,
			status
		});
		const { client } = this.#options;
		if (redirects.includes(status)) return fail("give the URL that the server itself answers at; redirects are not followed with a signature", ` to ${String(reply.headers["location"] ?? "somewhere")}`);
		switch (status) {
			case 401: return this.#unauthorized(said, reply);
			case 403: return fail(`give client ${client} the right to do that on the Chef server`);
			case 400: return fail(asked.method === "POST" ? "correct the query in the inventory; `knife search node` tells what the server takes" : "see what the server says");
			case 404: return fail(asked.method === "POST" ? "the server has no such index there: see whether the URL names the organization" : "see how data bag and item are spelled, and whether the URL names the organization");
			case 407: return fail("a proxy stands in between: reach the server from a host with `on`");
			default:
				if (kindOf(asked, status) === "unknown") return fail(readFirst);
				return fail(status >= 500 || status === 429 ? "see whether the Chef server is well, and run this phase again" : "see what the server says");
		}
	}
	#unauthorized(said, { status, headers }) {
		const { client, now } = this.#options;
		const skew = clockSkew(headers, now());
		if (skew !== void 0) return new ChefError(`${said}; ${skew}`, {
			kind: "not-done",
			next: "set the clock that is wrong",
			status
		});
		return new ChefError(said, {
			kind: "not-done",
			next: `see whether the key is that of client ${client}, and whether the client is of this organization`,
			status
		});
	}
};
const redirects = [
	301,
	302,
	307,
	308
];
/** A change is known not to be done when it was refused; any other answer than the right one may have come behind it. */
function kindOf({ method }, status) {
	const refused = status >= 400 && status < 500 || redirects.includes(status);
	return method === "PUT" && !refused ? "unknown" : "not-done";
}
const readFirst = "run this phase again: it reads the item before it writes anything";
function unanswered(message, { method }, sent, cause) {
	if (method === "PUT" && sent) return new ChefError(message, {
		kind: "unknown",
		next: readFirst
	});
	const untrusted = untrustedBecause(cause);
	return new ChefError(message, {
		kind: "not-done",
		next: untrusted ?? "see whether the server can be reached from here, or name a host that can with `on`",
		again: untrusted === void 0
	});
}
/** What to do about a certificate or a connection that is not as it must be; undefined where it is not about that. */
function untrustedBecause(cause) {
	const { code } = cause;
	if (typeof code !== "string") return void 0;
	if (code === "CERT_HAS_EXPIRED") return "have the server's certificate renewed";
	if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "give the URL with a name that the server's certificate is for";
	if (/^ERR_SSL|^EPROTO/.test(code)) return "see whether the port of the URL speaks TLS";
	if (/CERT|ISSUER|SIGNATURE/.test(code)) return "give the certificates of the server's authority as the secret that `ca` names; no certificate is taken unseen";
}
function mayBeAskedAgain(error) {
	if (!(error instanceof ChefError)) return false;
	const { status } = error;
	return status === void 0 ? error.again : status >= 500 || status === 429;
}
/** TLS takes rubbish for no certificate at all, and would then blame the server's. */
function checkAuthority({ ca }) {
	if (ca === void 0) return;
	try {
		new X509Certificate(ca);
	} catch {
		throw new ChefError("the certificates of the Chef server's authority cannot be read", {
			kind: "not-done",
			next: "give them as PEM, whole and with their line ends"
		});
	}
}
const elsewhere = "something else answers in the server's place, such as a proxy: see what the URL leads to";
/** The body, when it is JSON; a proxy's page with a good status is none. */
function jsonOf({ body, headers }, said, kind = "not-done") {
	try {
		JSON.parse(body);
		return body;
	} catch {
		const type = String(headers["content-type"] ?? "no type");
		const page = body.trimStart().startsWith("<") ? `: ${body.slice(0, 100)}` : "";
		throw new ChefError(`${said}: 200 with no JSON (${type}, ${body.length} characters)${page}`, {
			kind,
			next: kind === "unknown" ? readFirst : elsewhere
		});
	}
}
/** The words of a refusal: a Chef server gives them as `error`. */
function words$1({ body }) {
	try {
		const { error } = JSON.parse(body);
		const said = Array.isArray(error) ? error.join("; ") : typeof error === "string" ? error : "";
		return said === "" ? "" : `, "${said.slice(0, 300)}"`;
	} catch {
		return body === "" ? "" : `, no JSON: ${body.slice(0, 100)}`;
	}
}
const itemPath = (bag, item) => `/data/${encodeURIComponent(bag)}/${encodeURIComponent(item)}`;
/** The order in which Chef's own clients ask: one that does not change from page to page. */
const nodeOrder = "X_CHEF_id_CHEF_X asc";
/** A space as `%20`: a plus sign can stand for itself in a query. */
const queryOf = (parameters) => `?${Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
function baseOf({ url: text, plainHttp }) {
	const next = "give a URL such as https://chef.example.com/organizations/acme";
	if (!URL.canParse(text)) throw new ChefError(`${JSON.stringify(text)} is no URL of a Chef server`, {
		kind: "not-done",
		next
	});
	const url = new URL(text);
	if (url.protocol !== "https:" && !(url.protocol === "http:" && plainHttp)) throw new ChefError(`${url.protocol}//${url.host}: a Chef server is spoken to over https; http is taken only from a host (\`on\`)`, {
		kind: "not-done",
		next
	});
	if (url.username !== "" || url.search !== "" || url.hash !== "") throw new ChefError(`${url.host}: a Chef server's URL has no user, query or fragment`, {
		kind: "not-done",
		next
	});
	url.pathname = url.pathname.replace(/\/+$/, "");
	return url;
}

// src/execute/chef-for.ts
const connectSeconds = 20;
/** The runbook's Chef server as a phase's steps speak to it; made when the first of them does. */
function chefFor(execution) {
	let made;
	return () => made ??= make(execution);
}
function make({ plan, connect, secret, now, sleep, signal }) {
	const server = plan.resources.chef;
	if (server === void 0) throw new Error("the runbook names no Chef server");
	const { url, client, version, host } = server;
	const key = secret(server.key);
	if (key === void 0 || key === "") throw new ChefError(`there is no key of Chef client ${client}`, {
		kind: "not-done",
		next: `add ${server.key} to the environment's secrets and to the action's input \`secrets\``
	});
	const given = server.ca === void 0 ? void 0 : secret(server.ca);
	const ca = given === "" ? void 0 : given;
	const open = async (address, port) => host === void 0 ? dial(address, port, signal) : (await connect(host)).forward(address, port);
	return new ChefClient({
		url,
		client,
		key,
		version,
		ca,
		plainHttp: host !== void 0,
		open,
		now,
		sleep,
		signal
	});
}
async function dial(address, port, cancelled) {
	const signal = AbortSignal.any([cancelled, AbortSignal.timeout(connectSeconds * 1e3)]);
	const socket = connect({
		host: address,
		port
	});
	try {
		await once(socket, "connect", { signal });
		return socket;
	} catch (error) {
		socket.destroy();
		if (signal.aborted && !cancelled.aborted) throw new Error(`no connection within ${connectSeconds} s`, { cause: error });
		throw error;
	}
}

// src/execute/unless-aborted.ts
/** Resolves as the work does, or with undefined as soon as the signal is aborted; what goes on then is left alone. */
async function unlessAborted$1(work, signal) {
	const aborted = Promise.withResolvers();
	const leave = () => aborted.resolve(void 0);
	work.catch(() => void 0);
	if (signal.aborted) leave();
	else signal.addEventListener("abort", leave, { once: true });
	try {
		return await Promise.race([aborted.promise, work]);
	} finally {
		signal.removeEventListener("abort", leave);
	}
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
	const unproven = withoutProof(execution, replay.inRound(admission.round));
	if (unproven !== void 0) return {
		outcome: "refused",
		...unproven
	};
	const known = admission.opens ? void 0 : replay.inRound(admission.round).hostsFound();
	const unfixed = withoutHosts(execution, known);
	if (unfixed !== void 0) return {
		outcome: "refused",
		...unfixed
	};
	if (admission.opens && phase.dispatched === void 0) {
		const over = expiredNow(execution.baseline, now());
		if (over !== void 0) return beginLater(phase, over);
		const running = await unlessAborted$1(leftRunning(replay, execution), execution.signal);
		if (running === void 0) return cancelledAtTheStart(phase, execution.deadline);
		if (running.length > 0) return beginLater(phase, {
			why: `an earlier round left something under way: ${running.join("; ")}`,
			next: "wait until it has ended, or end it on its host, then run this phase again"
		});
	}
	journal.setRound(admission.round);
	const append = async (place, body) => {
		const event = await journal.append(place, maskSecrets(body, execution.secretValues));
		replay.take(event);
		execution.onEvent(event);
	};
	if (admission.opens) await append({ phase: phase.id }, opening(execution));
	for (const body of foundNow(execution, known)) await append({ phase: phase.id }, body);
	if (admission.opens) await tidyHosts(execution);
	const state = replay.inRound(admission.round);
	if (phase.dispatched === void 0 && state.expectedTimings() === void 0) for (const body of expectations(execution)) await append({ phase: phase.id }, body);
	const before = state.phase(phase.id);
	const startedAt = now().getTime();
	for (const body of introductions(execution, admission, before.attempts + 1, state)) await append({ phase: phase.id }, body);
	let mutations = 0;
	const run = {
		plan,
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
		doneBefore: before.outcome !== void 0 && isGood(before.outcome) && phase.dispatched === void 0
	};
	const end = withStandIn(await runSteps(run, plan), execution.standIn);
	const seconds = (now().getTime() - startedAt) / 1e3;
	const { changed: _, ...ended } = end;
	await append({ phase: phase.id }, {
		type: "phase-ended",
		...ended,
		seconds
	});
	const closing = closingOf(execution, end, state, !before.wasDone && state.phaseIds().every((id) => id === phase.id));
	if (closing !== void 0) await append({ phase: phase.id }, closing);
	if (closing?.type !== "round-closed" || phase.dispatched === void 0) return end;
	for (const { id } of replay.rounds.filter(({ open }) => open)) {
		journal.setRound(id);
		await append({ phase: phase.id }, {
			...closing,
			state: nothingWasBegun
		});
	}
	return end;
}
/** Also of a round whose first phase never came through: a way back is about the one behind it, and ends both. */
const nothingWasBegun = "nothing was begun";
function beginLater({ id }, { why, next }) {
	return {
		outcome: "refused",
		sentence: `${id}: ${why}`,
		next
	};
}
/** Nobody may take such a phase for one that stands in the journal. */
function withStandIn(end, standIn) {
	return standIn === void 0 ? end : {
		...end,
		sentence: `${end.sentence} Note: ${standIn}.`
	};
}
/** What is known of a rehearsed run is kept in the round: its later phases need not be told again. */
function expectations({ durations }) {
	return durations === void 0 ? [] : [{
		type: "expected-timings",
		...durations
	}];
}
/** What the journal gets before the first step: who acts, in whose place, why, and with which plan. */
function introductions(execution, { takeOver, notes }, attempt, state) {
	const { plan, phase, journal, reason, lease, standIn, witnessed = [] } = execution;
	const own = [
		...journal.notes,
		...notes,
		...execution.notes ?? []
	];
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
		...witnessed.map((observation) => ({
			type: "observed",
			observation
		})),
		...reason === void 0 ? [] : [note(`reason given: ${reason}`)],
		...[...own, ...standIn === void 0 ? [] : [standIn]].map(note),
		...changedBaseline(execution, state)
	];
}
/** Known failures may change within a round: what counts from here on is kept, so that it can be shown beside the first. */
function changedBaseline({ phase, baseline, baselineDigest: digest }, state) {
	const known = state.observationsOf("baseline").at(-1)?.observation.digest ?? state.round?.baselineDigest;
	if (phase.dispatched !== void 0 || known === void 0 || known === digest) return [];
	return [{
		type: "observed",
		observation: {
			kind: "baseline",
			digest,
			entries: journaledEntries(baseline)
		}
	}];
}
/** A closing phase that came through closes the round; so does a first phase that did not: nothing was begun then. */
function closingOf({ plan, phase }, end, state, nothingBegun) {
	if (isGood(end.outcome)) {
		if (phase.round !== "closes") return void 0;
		return {
			type: "round-closed",
			by: phase.dispatched ?? "chain",
			state: [stateSentence(plan, state), ...stillUnderWay(state)].join("; ")
		};
	}
	const { id: round } = state.round ?? {};
	const flying = state.inFlight().some((one) => one.round === round);
	if (phase.round !== "opens" || !nothingBegun || flying) return void 0;
	return {
		type: "round-closed",
		by: phase.id,
		state: nothingWasBegun
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
	if (answer.kind === "refused" && execution.phase.dispatched !== "rollback") throw new Error(`${host} cannot keep this run's token: ${answer.detail}`);
}
const jobsKeptDays = 30;
const tidySeconds = 5;
/**
* Job directories of rounds long past are of no use; a host that cannot be tidied now is tidied another time,
* and nobody waits long for one.
*/
async function tidyHosts(execution) {
	const { plan, connect, stateDirectory, signal } = execution;
	const hosts = plan.phases.flatMap(({ steps }) => steps.flatMap((step) => step.units)).flatMap(({ host, unit }) => unit.kind === "run" && host !== void 0 ? [host] : []);
	const tidying = [...new Set(hosts)].map(async (host) => removeOldJobs(await connect(host), stateDirectory, jobsKeptDays));
	const enough = AbortSignal.any([signal, AbortSignal.timeout(tidySeconds * 1e3)]);
	await unlessAborted$1(Promise.allSettled(tidying), enough);
}
function opening({ plan, baseline, baselineDigest }) {
	return {
		type: "round-opened",
		runbookDigest: plan.runbookDigest,
		baselineDigest,
		baseline: journaledEntries(baseline),
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
		baselineDigest: execution.baselineDigest,
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
		chef: chefFor(execution),
		secret: execution.secret,
		now: execution.now,
		sleep: execution.sleep,
		state: () => state,
		say: execution.say
	};
}

// src/execute/judge-nodes.ts
/**
* What searches found, as hosts sorted by name. Refused, with everything that is wrong, where a role has none, where a
* node cannot be a host, where one host has two names or one name two ways, and where a host's key is not pinned.
*/
function judgeNodes(found, inventory, pins) {
	const problems = [];
	const roles = found.map((one) => roleOf(one, inventory, problems));
	const hosts = roles.flatMap(({ role, hosts: own }) => own.map((host) => ({
		role,
		host
	})));
	problems.push(...twoWays(hosts), ...twoNames(hosts, inventory));
	problems.push(...unpinned([...byName(hosts).values()].flat(), pins));
	if (problems.length === 0) return roles;
	const [whats, nexts] = [problems.map(({ what }) => what), problems.map(({ next }) => next)];
	throw new RefusedError(`the hosts of ${found.map(({ role }) => role).join(", ")} cannot be what the search found: ${whats.join("; ")}`, [...new Set(nexts)].join("; "));
}
function roleOf({ role, search: { search: query, ...way }, nodes }, inventory, problems) {
	if (nodes.length === 0) problems.push({
		what: `role ${role}: no node matches ${JSON.stringify(query)}`,
		next: `correct the query in ${inventory.file}; a node is only found after its first chef-client run`
	});
	const hosts = nodes.flatMap((node) => {
		const host = hostOf(node, way, inventory);
		if ("name" in host) return [host];
		problems.push({
			...host,
			what: `role ${role}: ${host.what}`
		});
		return [];
	});
	return {
		role,
		search: {
			query,
			...way
		},
		hosts: hosts.toSorted(byCode)
	};
}
function byCode({ name: one }, { name: other }) {
	return one < other ? -1 : one > other ? 1 : 0;
}
/** The inventory's own entry counts where it has one; it must only mean the same host. */
function hostOf({ name, attributes }, { address: attribute, ...way }, { hosts, file }) {
	if (!isHostName(name)) return {
		what: `node ${JSON.stringify(name)} has a name that no host can have here`,
		next: "leave it out of the query, or name hosts in the inventory instead: a name has letters, digits, dots, hyphens and underscores"
	};
	const address = attributes["address"] ?? void 0;
	const own = Object.hasOwn(hosts, name) ? hosts[name] : void 0;
	if (own !== void 0) {
		const { vars: _, ...entry } = own;
		if (address === void 0 || address === own.address) return {
			name,
			...entry
		};
		return {
			what: `node ${name} has ${attribute} ${JSON.stringify(address)}, and ${file} says that ${name} is at ${own.address}`,
			next: `correct ${name} under \`hosts\` in ${file}, or the attribute that \`address\` names`
		};
	}
	if (address === void 0) return {
		what: `node ${name} has no attribute ${attribute}`,
		next: `name an attribute that every node has as \`address\`, or give the node an entry with its address under \`hosts\` in ${file}`
	};
	if (typeof address !== "string" || !/^[A-Za-z0-9:][A-Za-z0-9:._-]*$/.test(address)) return {
		what: `node ${name} has ${attribute} ${JSON.stringify(address)}, which is no address`,
		next: "name an attribute that holds an address as `address`"
	};
	return {
		name,
		address,
		...way
	};
}
function byName(placed) {
	return Map.groupBy(placed, ({ host }) => host.name);
}
/** A node of two roles is one host, so there is one way to it. */
function twoWays(placed) {
	return [...byName(placed).values()].flatMap((all) => {
		if (new Set(all.map(({ host }) => sayWay(host))).size < 2) return [];
		const said = all.map(({ role, host }) => `${sayWay(host)} by role ${role}`);
		return [{
			what: `node ${all[0]?.host.name} is ${said.join(" and ")}`,
			next: "give both searches the same `address`, `user`, `port` and `jump`"
		}];
	});
}
function sayWay({ address, port, user, jump }) {
	return `${user}@${address}:${port}${jump === void 0 ? "" : ` by way of ${jump}`}`;
}
/** Two names of one host would be two hosts, and it would be acted on twice. */
function twoNames(placed, { hosts }) {
	const place = ({ address, port }) => `${address.toLowerCase()}:${port}`;
	const searched = placed.map(({ host }) => [place(host), host.name]);
	const own = Object.entries(hosts).map(([name, host]) => [place(host), name]);
	return [...Map.groupBy([...searched, ...own], ([where]) => where)].flatMap(([where, all]) => {
		const names = [...new Set(all.map(([, name]) => name))].toSorted();
		if (names.length < 2 || !searched.some(([one]) => one === where)) return [];
		return [{
			what: `${names.join(" and ")} have the same address ${where}`,
			next: "delete the node that is left over; an entry under `hosts` must be called as its node is"
		}];
	});
}
/** A key that nobody pinned is never taken on sight, so such a host could not be reached anyhow. */
function unpinned(placed, pins) {
	const without = placed.map(({ host }) => host).filter(({ address, port }) => pins.lookup(address, port).keys.length === 0).map(({ name, address, port }) => `${name} (${address}:${port})`);
	if (without.length === 0) return [];
	return [{
		what: `no host key is pinned for ${[...new Set(without)].join(", ")}`,
		next: "check these keys and add them to known_hosts; no key is taken unseen"
	}];
}

// src/execute/find-hosts.ts
/** Searches for the hosts of every role that the inventory does not list; read-only, and refused where they cannot be acted on. */
async function findHosts(request, { plan, inventory }, now) {
	const { secrets, signal, clock = machineClock } = request;
	const hosts = hostPoolFor(request, plan);
	try {
		const chef = chefFor({
			plan,
			connect: (host) => hosts.get(host),
			secret: (name) => secrets[name],
			now: () => clock.now(),
			sleep: (seconds) => clock.sleep(seconds, signal),
			signal
		})();
		const found = [];
		for (const [role, search] of Object.entries(inventory.searches)) {
			const attributes = { address: search.address.split(".") };
			const nodes = await chef.searchNodes(search.search, { attributes }, now);
			found.push({
				role,
				search,
				nodes
			});
		}
		return judgeNodes(found, inventory, KnownHosts.parse(request.knownHosts));
	} finally {
		await hosts.closeAll();
	}
}

// src/inventory/complete.ts
/** The inventory with the hosts of its searched roles. What stands in it counts: its own hosts with their variables, its own roles. */
function completeInventory(inventory, found) {
	const hosts = found.flatMap((one) => one.hosts.map((host) => [host.name, entryOf(host)]));
	const roles = found.map(({ role, hosts }) => [role, hosts.map(({ name }) => name)]);
	return copyOf(inventory, {
		hosts: {
			...Object.fromEntries(hosts),
			...inventory.hosts
		},
		roles: {
			...Object.fromEntries(roles),
			...inventory.roles
		}
	});
}
function entryOf({ address, port, user, jump }) {
	return {
		address,
		port,
		user,
		...jump === void 0 ? {} : { jump },
		vars: {}
	};
}

// src/execute/recorded-hosts.ts
/** Inventory and plan with the hosts of searched roles for a person's ruling, which searches for nothing: from the journal alone. */
async function withRecordedHosts(request, prepared) {
	if (prepared.plan.searches === void 0) return prepared;
	return withRecord(request, prepared, replay(await look(request, prepared)));
}
/** With the hosts of the round that something is in doubt of, or else of the latest; as it was where there is no record. */
function withRecord(request, prepared, state) {
	const [doubt] = state.inFlight();
	const record = (doubt === void 0 ? state : state.inRound(doubt.round)).hostsFound();
	if (prepared.plan.searches === void 0 || record === void 0) return prepared;
	return complete(request, prepared, {
		roles: record.roles,
		from: "record"
	}, []);
}
/** With these hosts; refused where the runbook cannot do with them, such as with two where it needs one. */
function complete({ vars }, prepared, fixed, notes) {
	const { runbook } = prepared;
	const inventory = completeInventory(prepared.inventory, fixed.roles);
	const problems = validate(runbook, inventory, vars);
	if (problems.length > 0) throw new ConfigError(problems);
	const plan = completePlan(prepared.plan, runbook, inventory, vars);
	return {
		...prepared,
		inventory,
		plan,
		fixed,
		notes: [...prepared.notes, ...notes]
	};
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
			const why = errorText(error);
			throw new JournalError("unreadable", { file: this.file }, `the copy cannot be read: ${why}`, "move it away", error);
		}
	}
	async attempt(write) {
		if (this.failure !== void 0) return;
		try {
			await write();
		} catch (error) {
			this.failure = errorText(error);
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
const closingSeconds = 3;
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
		await Promise.race([this.flushing, setTimeout$1(closingSeconds * 1e3, void 0, { ref: false })]);
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
		const why = errorText(error).replaceAll(/\s+/g, " ");
		throw new JournalError("invalid-event", { file }, `an event cannot be written: ${why}`, "report this as a defect", error);
	}
}

// src/journal/lease-answer.ts
const words = _enum([
	"acquired",
	"refused",
	"expired",
	"renewed",
	"released",
	"lost",
	"seen"
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
  tries=0 missing=0
  until mkdir lease.lock 2>/dev/null; do
    # Whoever held it may have given it back just now; a directory that cannot be made is never there.
    if [ -d lease.lock ]; then missing=0; else missing=$((missing + 1)); fi
    [ "$missing" -lt 5 ] || fail "cannot make a directory in $PWD"
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

# Only a look: no lock, and nothing is written. A lease is replaced as a whole, so it is read whole.
if [ "$LEASE_OPERATION" = look ]; then
  echo "seen $(date +%s)"
  [ -e lease ] || exit 0
  cat lease || ! [ -e lease ]
  exit
fi
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
				throw lost$1(name, errorText(error), error);
			});
			if (end.kind === "lost") throw lost$1(name, end.reason);
			if (end.kind === "exited" && end.status === 0) return stdout;
			throw failed(name, stderr.trim() || sayEnd(end));
		}
	};
}
function failed(name, reason) {
	return new LeaseError("unwritable", name, `the lease cannot be read or written: ${reason}`, "make the directory, make room on the disk or give the user the directory, then run the phase again");
}
function lost$1(name, reason, cause) {
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
/** Who has the lease, or had it when it ran out, without touching it; undefined where nobody has. */
async function lookAtLease(backend) {
	const { tenures } = await ask(backend, { LEASE_OPERATION: "look" });
	return tenures[0];
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
		const why = errorText(error);
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

// src/execute/lease-for.ts
const leaseSeconds = 120;
/** One job acts at a time; a rollback never waits for whoever has the lease, and takes it. */
async function leaseFor({ actor, purpose, seizeBecause, above: known = 0 }, events, backend) {
	const above = events.reduce((highest, { token }) => Math.max(highest, token), known);
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
/** A file beside the runner's copy of the journal; none where there is no copy. */
function besideCopy({ copyFile }, name) {
	return copyFile === void 0 ? void 0 : join(dirname(copyFile), name);
}
function localDesk(request, prepared, directory) {
	const { environment } = prepared.inventory;
	return {
		name: directory,
		lease: localLease(directory),
		copyFile: void 0,
		reconnect: void 0,
		look: () => lookAtJournal(localStore({
			directory,
			environment
		}), environment),
		open: () => openAt(request, prepared, localStore({
			directory,
			environment
		}), void 0)
	};
}
/** Journal and lease in a directory of a host, over whatever connection that host has then. */
function hostDesk(request, prepared, hosts, where) {
	const { host, directory, copyFile } = where;
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
		look: async () => lookAtJournal(await reconnect(), environment),
		open: async () => openAt(request, prepared, await reconnect(), copyFile)
	};
}
/** Looks at the journal there, takes the lease beside it, and only then opens it: opening may repair. */
async function holdDesk(desk, wish) {
	const lease = await leaseFor(wish, await desk.look(), desk.lease);
	try {
		return {
			desk,
			journal: await desk.open(),
			lease
		};
	} catch (error) {
		await lease.release().catch(() => void 0);
		throw error;
	}
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
/** What is wrong with these is not the journal: a wrong inventory, a defect, somebody who writes just now. */
const usable = /* @__PURE__ */ new Set([
	"other-environment",
	"invalid-event",
	"moved"
]);
/** Whether an error says that the journal cannot be used now. Another environment's journal is no such thing. */
function journalIsUnusable(error) {
	if (error instanceof JournalError) return !usable.has(error.code);
	return error instanceof LeaseError || error instanceof TransportError;
}
/**
* Hosts that can keep a rollback's journal while the environment's own cannot be used: those that it acts on. The
* inventory's own come first: another run may know others from its search.
*/
function standInHosts({ plan, inventory, fixed }) {
	const named = plan.phases.filter(({ dispatched }) => dispatched === "rollback").flatMap(({ steps }) => steps.flatMap(({ units }) => units.flatMap(({ host }) => host ?? [])));
	const found = new Set(fixed?.roles.flatMap(({ hosts }) => hosts.map(({ name }) => name)));
	return [...new Set(named)].filter((host) => host !== inventory.journal.host && Object.hasOwn(plan.hosts, host)).toSorted((a, b) => Number(found.has(a)) - Number(found.has(b)));
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
		const { host: journalHost } = prepared.inventory.journal;
		const more = journalHost === void 0 ? [] : await reach([journalHost], hosts);
		await fence([...reached, ...more], stateDirectory, held.lease.token);
		return held;
	} catch (error) {
		problems.push(error);
	}
	throw nowhere(because, problems, silentOf(prepared, reached));
}
async function holdOn(connection, request, prepared, hosts, wish) {
	const { run, runAttempt } = request.actor;
	const directory = standInDirectory(prepared);
	const env = {
		JOURNAL_DIRECTORY: directory,
		JOURNAL_ENVIRONMENT: prepared.inventory.environment
	};
	const made = await connection.exec({
		line: prepareScript,
		env
	}, { timeoutSeconds: 30 });
	if (made.end.kind !== "exited" || made.end.status !== 0) {
		const place = `${connection.host}:${directory}`;
		throw new RefusedError(`${place}: no journal can be kept there: ${made.stderr.trim() || sayEnd(made.end)}`, `make room on the disk of ${connection.host}, or give the SSH user ${place}`);
	}
	const name = `stand-in-journal-${run.replaceAll(/[^A-Za-z0-9.-]/g, "-")}-${runAttempt}.jsonl`;
	const where = {
		host: connection.host,
		directory,
		copyFile: besideCopy(request, name)
	};
	return holdDesk(hostDesk(request, prepared, hosts, where), wish);
}
const reachSeconds = 5;
/** Those of the hosts that answer soon; nobody waits for the others. */
async function reach(names, hosts) {
	const tried = names.map(async (name) => {
		const late = setTimeout$1(reachSeconds * 1e3, void 0, { ref: false });
		return await Promise.race([hosts.get(name).catch(() => void 0), late]);
	});
	return (await Promise.all(tried)).flatMap((one) => one ?? []);
}
async function fence(reached, stateDirectory, token) {
	const told = reached.map((connection) => presentToken(connection, stateDirectory, token));
	await Promise.allSettled(told);
}
/** Hosts that could keep a journal and do not answer. */
function silentOf(prepared, reached) {
	return standInHosts(prepared).filter((name) => reached.every(({ host }) => host !== name));
}
/** One of them is enough: the journal's own host, or any of the others. */
function nowhere(because, problems, silent) {
	const unanswered = silent.map((host) => `${host} does not answer`);
	const tried = [...problems.map(messageOf$1), ...unanswered];
	const ways = [
		nextOf$2(because) ?? "reach the journal's host",
		...problems.flatMap((problem) => nextOf$2(problem) ?? []),
		...silent.map((host) => `reach ${host}`)
	].map((way) => way.replace(/, then run (?:the phase )?again$/, ""));
	return new RefusedError(`the journal cannot be used (${messageOf$1(because)}), and no host that the rollback acts on can keep one meanwhile: ${tried.length === 0 ? "there is none" : tried.join("; ")}`, `one of these is enough: ${[...new Set(ways)].join("; or ")}. Then dispatch this again`);
}
/** What a person has to know of a phase that went on without the journal. */
function sayStandIn({ desk }, because) {
	return `the journal could not be used (${messageOf$1(because)}); what was done is kept on ${desk.name} and on the runner, and joins the journal with the next run that can use it`;
}

// src/execute/fix-hosts.ts
/**
* Inventory and plan with the hosts of searched roles, before anything is held or changed. The phase that opens a round
* searches; every other takes what the round has, so that nobody waits for a Chef server in mid-downtime. A way back
* whose round has nothing searches by itself.
*/
async function fixHosts(request, prepared, phase) {
	if (prepared.plan.searches === void 0) return prepared;
	if (phase.dispatched !== void 0 && !touchesSearched(prepared.plan, phase)) return prepared;
	const { state, notes } = await journalState(request, prepared, phase);
	if (state === void 0) return searched(request, prepared, phase, notes);
	const { actor, reason, clock = machineClock } = request;
	const admission = admit({
		plan: prepared.plan,
		phase,
		state,
		actor,
		reason,
		now: clock.now()
	});
	if (admission.kind !== "go") return prepared;
	const record = admission.opens ? void 0 : state.inRound(admission.round).hostsFound();
	if (record !== void 0) return held(request, prepared, phase, record.roles);
	if (phase.dispatched !== void 0) return searched(request, prepared, phase, admission.opens ? [] : [noRecord(admission.round)]);
	if (phase.round !== "opens") return prepared;
	const found = await searched(request, prepared, phase, []);
	return {
		...found,
		notes: [...found.notes, ...notAsked(state, found)]
	};
}
/** Work of closed rounds on hosts that are not found any more: nobody asks there whether it still runs. */
function notAsked(state, { plan }) {
	return state.leftBehind().flatMap(({ round, phase, step, host }) => {
		const then = (state.inRound(round).hostsFound()?.roles.flatMap(({ hosts }) => hosts) ?? []).find(({ name }) => name === host);
		if (then === void 0 || plan.hosts[then.name]?.address === then.address) return [];
		return [`"${step}" of phase ${phase} on ${then.name} (${then.address}), round ${round}, was left under way, and the search does not find that host any more: nobody has asked whether it still runs`];
	});
}
/** With the hosts that the round is fixed to. The chain wants them to be those of the same search; a way back takes them as they are. */
async function held(request, prepared, phase, roles) {
	const changed = searchesChanged(roles, prepared);
	if (changed !== void 0 && phase.dispatched === void 0) throw changed;
	const why = changed === void 0 ? [] : [changed.message];
	const notes = why.map((one) => `${one}; what was found then holds`);
	const more = phase.round === "opens" ? await comparedNow(request, prepared, roles) : [];
	const fixed = complete(request, prepared, {
		roles,
		from: "record"
	}, [...notes, ...more]);
	if (phase.dispatched !== void 0) refuseUnknown(fixed, phaseOf(fixed.plan, phase.id), why);
	return fixed;
}
/** What the journal says, without a lease; a rollback goes on where it cannot be used. */
async function journalState(request, prepared, { dispatched }) {
	try {
		return {
			state: replay(await look(request, prepared)),
			notes: []
		};
	} catch (error) {
		if (dispatched !== "rollback" || !journalIsUnusable(error)) throw error;
		return {
			state: void 0,
			notes: [`which hosts this round is fixed to could not be read (${messageOf$1(error)})`]
		};
	}
}
function noRecord(round) {
	return `round ${round} has no record of hosts that were searched for`;
}
async function searched(request, prepared, phase, because) {
	const notes = because.map((why) => `${why}; they were searched for now`);
	try {
		const patience = phase.dispatched === "rollback" ? "now" : "patiently";
		const roles = await findHosts(request, prepared, patience);
		return complete(request, prepared, {
			roles,
			from: "search"
		}, notes);
	} catch (error) {
		if (phase.dispatched !== "rollback" || request.signal.aborted) throw error;
		return withoutThem(prepared, phase, [...because, messageOf$1(error)], nextOf$2(error));
	}
}
/** A rollback that acts on none of these hosts needs none of them. */
function withoutThem(prepared, phase, why, next) {
	refuseUnknown(prepared, phase, why, next);
	const note = `going on without searched hosts: ${why.join("; ")}`;
	return {
		...prepared,
		notes: [...prepared.notes, note]
	};
}
/** Refuses a phase with a step on a role whose hosts nobody knows. */
function refuseUnknown({ inventory: { file } }, { steps }, why, next) {
	const unknown = steps.flatMap(({ units }) => units.flatMap(({ role }) => role ?? []));
	if (unknown.length === 0) return;
	const roles = [...new Set(unknown)].join(", ");
	throw new RefusedError(`nobody can say which hosts ${roles} has: ${why.join("; ")}`, `${next === void 0 ? "" : `${next}; or `}list the hosts of ${roles} in ${file} (\`roles\`, \`hosts\`) and dispatch this again`);
}
/** What is searched otherwise than when the round was opened; what was approved then is no longer what stands there. */
function searchesChanged(found, { inventory: { searches, file } }) {
	const then = found.map(({ role, search }) => [role, search]);
	const now = Object.entries(searches).map(([role, { search: query, ...way }]) => [role, {
		query,
		...way
	}]);
	const changed = [...new Set([...then, ...now].map(([role]) => role))].filter((role) => canonicalJson(Object.fromEntries(then)[role]) !== canonicalJson(Object.fromEntries(now)[role]));
	if (changed.length === 0) return void 0;
	return new RefusedError(`${file}: the search of ${changed.join(", ")} is not the one with which this round found its hosts`, "re-run with the commit that opened the round, or dispatch the rollback and start a new round");
}
/** A first phase that is run again holds to what it found, and tells by name what it would find now. */
async function comparedNow(request, prepared, before) {
	const holds = "this round holds to the hosts that it found first";
	try {
		const now = await findHosts(request, prepared, "now");
		const said = differences$1(before, now);
		return said.length === 0 ? [] : [`the search finds ${said.join("; ")}; ${holds}`];
	} catch (error) {
		return [`whether the search finds the same hosts is not known (${messageOf$1(error)}); ${holds}`];
	}
}

// src/transport/console/answer.ts
/** Reads the text of an answer frame; see `protocol.ts`. */
function readAnswer(text) {
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
const classes = [
	"error",
	"exit",
	"throw"
];
function readException(kind, reason) {
	const found = classes.find((name) => kind.type === "atom" && kind.name === name);
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
/** Attaches to the console of a node without evaluating anything that was typed before; our side is closed on the signal. */
async function attach(connection, options, closing) {
	try {
		const first = await attachOnce(connection, options, closing);
		const { claim, name } = options;
		if (first.kind !== "refused" || first.taken !== true || claim === void 0) return first;
		if (!await hangUpEarlier(connection, name, claim)) return first;
		return await attachOnce(connection, options, closing);
	} catch (error) {
		if (error instanceof TransportError) return {
			kind: "lost",
			reason: error.message
		};
		throw error;
	}
}
async function attachOnce(connection, options, closing) {
	const { attach: line, directory, name, claim } = options;
	const command = {
		line,
		directory
	};
	const session = new ShellSession(await connection.open(claim === void 0 ? command : claiming(command, name, claim), terminal$1));
	if (closing.aborted) session.drop();
	else closing.addEventListener("abort", () => session.drop(), { once: true });
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
/** How long leaving the terminal as it was found may take. */
const leaveSeconds = 1.5;
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
			await console.leave();
			return control.start(how);
		},
		stop: async (how) => {
			const identity = await console.identity();
			await console.leave();
			return control.stop(how, identity?.pid);
		}
	};
}
var AttachedConsole = class {
	#connection;
	#options;
	#attaching;
	/** Aborted when our side is closed, whatever the node's does. */
	#closing = new AbortController();
	#forgetting = /* @__PURE__ */ new Set();
	constructor(connection, options) {
		this.#connection = connection;
		this.#options = options;
	}
	async evaluate(expression, how) {
		const refusal = refuse(expression);
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
		const id = how.id === void 0 ? `anonymous-${randomUUID()}` : nameOf$1(how.id);
		const answer = await follow({
			session,
			id,
			expression,
			how
		});
		if (how.id === void 0 && answer?.kind !== "running") this.#forgetLater(session, id);
		return answer ?? lost("the node does not know this evaluation any more");
	}
	async recall(id, how) {
		const attachment = await unlessAborted(this.#attached(), how.signal);
		if (attachment.kind === "lost") return lost(attachment.reason);
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
			id: nameOf$1(id),
			expression: void 0,
			how
		});
	}
	async forget(id) {
		const attachment = await this.#attached();
		if (attachment.kind !== "attached") throw this.#unheard(id, attachment.reason);
		const reply = await forget(attachment.session, nameOf$1(id));
		if (reply.kind !== "text") throw this.#unheard(id, `its node did not answer (${reply.kind})`);
	}
	async identity() {
		const attachment = await this.#attached();
		return attachment.kind === "attached" ? attachment.identity : void 0;
	}
	/** Leaves the terminal where the node lets us in time, and closes our side in any case. */
	async detach() {
		const closing = this.#closing;
		this.#closing = new AbortController();
		const late = setTimeout$1(leaveSeconds * 1e3, void 0, { ref: false });
		await Promise.race([this.leave(), late]).finally(() => closing.abort());
	}
	/** Leaves the terminal as it was found, however long the node takes for that. */
	async leave() {
		const attaching = this.#attaching;
		this.#attaching = void 0;
		const attachment = await attaching;
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
		this.#attaching = last.then((current) => current?.kind === "attached" && current.session.isOpen ? current : attach(this.#connection, this.#options, this.#closing.signal));
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
function refuse(expression) {
	if (expression.length <= maxExpression) return void 0;
	return {
		kind: "refused",
		reason: `an expression of ${expression.length} characters cannot be typed into a console`,
		next: `keep it under ${maxExpression} characters`
	};
}
/** An id as the protocol allows it; others are known to the node by their hash. */
function nameOf$1(id) {
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
			const answer = readAnswer(reply.text);
			if (answer === "unknown") return void 0;
			if (answer !== "running") return answer;
			if (seconds() >= limit) return {
				kind: "running",
				seconds: seconds()
			};
		}
	}
	return lost("other output breaks into every answer");
}
function lineFor(id, wait, expression) {
	return (token) => expression === void 0 ? pollLine(token, id, wait) : askLine(token, id, wait, expression);
}
function giveUp(session, reply) {
	if (reply.kind === "lost") return lost(reply.reason);
	session.leave();
	return lost("the node does not answer any more");
}
function lost(reason) {
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
					detail: errorText(error)
				};
			}
		},
		async evaluate(expression, how) {
			try {
				return await (await now()).evaluate(expression, how);
			} catch (error) {
				return {
					kind: "lost",
					reason: errorText(error),
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

// src/execute/rehearsed.ts
/**
* Has GitHub show that another environment proved this very runbook, before anything is connected. Only the phase
* that opens a round asks; later phases rely on the record in the journal, and a way back never asks.
*/
async function proveRehearsed(request, prepared, phase) {
	const { evidence: wanted, environment } = prepared.inventory;
	if (wanted === void 0 || phase.dispatched !== void 0 || phase.round !== "opens") return { observations: [] };
	const observations = [];
	let durations;
	for (const demand of demandsOf(request, prepared)) {
		const answer = await request.witness?.evidence(demand) ?? nobodyToAsk;
		if (request.signal.aborted) return { observations };
		if (answer.kind !== "proven") {
			if (await recordStands(request, prepared, "evidence")) return { observations: [reliedOn(demand, answer)] };
			throw refused(environment, demand, answer);
		}
		observations.push(observationOf(demand, answer));
		if (demand.of === "chain") durations = {
			source: `${wanted.from} (${answer.url})`,
			timings: answer.evidence.timings
		};
	}
	return {
		observations,
		durations
	};
}
const nobodyToAsk = {
	kind: "unasked",
	reason: "this is no job of a GitHub workflow, so nobody can ask",
	next: "dispatch the workflow in GitHub"
};
/** Says in GitHub that a round begins, so that no older evidence is the newest while this one is not over. */
async function announce({ witness }, { plan }, phase) {
	if (phase.dispatched !== void 0 || phase.round !== "opens") return [];
	return await witness?.announce(statusContext(plan.runbook, plan.environment, "chain")) ?? [];
}
/** The chain, and where the inventory names a day, a rollback of this runbook since then. */
function demandsOf({ clock = machineClock }, { plan, inventory }) {
	const wanted = inventory.evidence;
	if (wanted === void 0) return [];
	const shared = {
		runbook: plan.runbook,
		runbookDigest: plan.runbookDigest,
		environment: wanted.from,
		now: clock.now()
	};
	const since = wanted.rollbackSince;
	const phase = plan.phases.find(({ dispatched }) => dispatched === "rollback")?.id;
	return [{
		...shared,
		of: "chain",
		maxAgeSeconds: wanted.maxAgeSeconds,
		since
	}, ...since === void 0 ? [] : [{
		...shared,
		of: "rollback",
		phase,
		maxAgeSeconds: void 0,
		since
	}]];
}
function reliedOn({ of, environment }, answer) {
	return {
		kind: "note",
		text: `evidence of a ${of} in ${environment} would not carry any more (${answer.kind === "unasked" ? answer.reason : answer.reasons.join("; ")}); the round's own record of it stands`
	};
}
function refused(environment, { of, environment: from }, answer) {
	if (answer.kind === "unasked") return new RefusedError(`${environment} wants evidence of ${from}, and GitHub could not be asked for it: ${answer.reason}. No host was touched`, answer.next);
	return new RefusedError(`${environment} wants evidence of a ${of} in ${from}, and there is none that carries: ${answer.reasons.join("; ")}. No host was touched`, `rehearse in ${from} at this commit (${of === "chain" ? "the whole chain" : `a ${of}`}) and dispatch again when it is proven`);
}
function observationOf({ of, environment }, { evidence, hash, url }) {
	const { runbookDigest, baselineDigest, baseline, endedAt, downtimeSeconds } = evidence;
	return {
		kind: "evidence",
		of,
		environment,
		url,
		hash,
		runbookDigest,
		baselineDigest,
		baseline,
		endedAt,
		downtimeSeconds
	};
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
	if (lease.kind === "refused") throw new RefusedError(`a rollback that cannot use the journal keeps its own on ${name}, and is under way: ${lease.sentence}`, "wait until it has ended or its lease has expired, or dispatch the rollback, which takes over");
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
			retire: () => retire(connection, directory),
			release: () => lease.release().catch(() => void 0)
		};
	} catch (error) {
		await lease.release().catch(() => void 0);
		throw error;
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
		const missing = missingIn(journal.events, numberedOn(journal.events, kept));
		if (missing.length > 0) {
			await journal.adopt(missing);
			const detail = `${missing.length} events that were kept on ${standIn.name} while this journal could not be used were added`;
			await journal.append({}, {
				type: "repaired",
				detail
			});
		}
		await standIn.retire();
		await standIn.release();
	}
}
function missingIn(there, kept) {
	const known = new Set(there.map(keyOf));
	return kept.filter((event) => !known.has(keyOf(event)));
}
/** What an event says without what joining may have changed: its place in a chain, its round, its attempt's number. */
function keyOf({ at, token, actor, place: { attempt: _, ...place }, body }) {
	return canonicalJson({
		at,
		token,
		actor,
		place,
		body
	});
}
/** A rollback that could not read the journal counted its attempts from 1; those before it come first. */
function numberedOn(there, kept) {
	const state = replay(there);
	const joined = new Map(there.flatMap(({ body, place }) => body.type === "step-intended" ? [[body.id, place.attempt]] : []));
	const last = /* @__PURE__ */ new Map();
	const numbers = /* @__PURE__ */ new Map();
	return kept.map((event) => {
		const { body, place, round } = event;
		const { phase, step, host, attempt } = place;
		if (phase === void 0 || step === void 0 || attempt === void 0) return event;
		const unit = canonicalJson({
			round,
			phase,
			step,
			host
		});
		if (body.type === "step-intended") {
			const before = last.get(unit) ?? state.inRound(round).step(phase, step, host).attempts;
			const number = joined.get(body.id) ?? before + 1;
			last.set(unit, Math.max(before, number));
			numbers.set(`${unit} ${attempt}`, number);
		}
		return {
			...event,
			place: {
				...place,
				attempt: numbers.get(`${unit} ${attempt}`) ?? attempt
			}
		};
	});
}
/** A rollback that could not read the journal opened a round of its own; it was about the round behind it. */
function inRoundBehind(there, kept, firstPhase) {
	const round = roundBehind(replay(there), firstPhase);
	if (round === void 0) return kept;
	const last = kept.at(-1)?.at ?? "";
	const wentOn = there.some(({ round: id, at, body }) => id === round.id && at > last && body.type === "step-applied" && body.outcome !== "refused");
	const left = new Set(wentOn ? ["round-opened", "round-closed"] : ["round-opened"]);
	return kept.filter(({ body }) => !left.has(body.type)).map((event) => ({
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
		const read = this.#journal.events.length;
		for (let left = tries;; left -= 1) try {
			await this.#journal.reopen({ store: await reconnect() });
			return this.#journal.events.slice(read);
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
		const why = errorText(error);
		throw lostError(lost.file, why, error);
	}
}
function isLost(error) {
	return error instanceof JournalError && error.code === "lost";
}

// src/execute/session.ts
/** Opens hosts, journal and lease, lets an act work with them, and gives everything back whatever happens. */
async function withSession(request, prepared, act) {
	const hosts = hostPoolFor(request, prepared.plan);
	try {
		return await atDesk(request, prepared, act, hosts);
	} finally {
		await hosts.closeAll();
	}
}
async function atDesk(request, prepared, act, hosts) {
	const report = await actAt(await take$1(request, prepared, act, hosts), request, prepared, act, hosts);
	const { unused } = report;
	if (unused === void 0) return report;
	const held = await holdStandIn(request, prepared, hosts, wishOf(request, act), unused);
	return actAt({
		held,
		standIn: sayStandIn(held, unused),
		joining: []
	}, request, prepared, act, hosts);
}
async function actAt({ held, standIn, joining }, request, prepared, act, hosts) {
	const { plan } = prepared;
	const { desk, lease } = held;
	const { clock = machineClock } = request;
	try {
		const { end, journal, begun } = await actOn(held, async (journal) => {
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
		const goesOn = !end.ok && !begun && standIn === void 0 && mayGoOnWithout(act, end.error);
		return {
			...end.ok ? end.value : interrupted(act, end.error),
			plan,
			events,
			journalHead,
			journalFile: desk.copyFile,
			...goesOn ? { unused: end.error } : {}
		};
	} finally {
		await giveBack(lease);
		for (const one of joining) await one.release();
	}
}
const releasePauseMilliseconds = 500;
/** A connection that was lost unnoticed is made anew for the second try; what struck the host may need a moment to pass. */
async function giveBack(lease) {
	await lease.release().catch(async () => {
		await setTimeout$1(releasePauseMilliseconds);
		await lease.release().catch(() => void 0);
	});
}
/** The environment's journal; where that cannot be used, and the act waits for nothing, one that stands in for it. */
async function take$1(request, prepared, act, hosts) {
	const wish = wishOf(request, act);
	let joining = [];
	try {
		joining = await findStandIns(request, prepared, hosts, wish);
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
		for (const one of joining) await one.release();
		if (!mayGoOnWithout(act, error)) throw error;
		const held = await holdStandIn(request, prepared, hosts, wish, error);
		return {
			held,
			standIn: sayStandIn(held, error),
			joining: []
		};
	}
}
function wishOf({ actor }, { purpose, seizeBecause }) {
	return {
		actor,
		purpose,
		seizeBecause
	};
}
function mayGoOnWithout({ mayStandIn }, error) {
	return mayStandIn && journalIsUnusable(error);
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
				begun: true,
				end: {
					ok: true,
					value: await run(journal)
				}
			};
		} catch (error) {
			const overtook = error instanceof JournalError && error.code === "moved";
			const begun = journal.events.length > read;
			if (!overtook || begun || left === 0) return {
				journal,
				begun,
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
function interrupted(act, error) {
	const { purpose } = act;
	const outcome = error instanceof JournalError || error instanceof LeaseLostError ? "unknown" : "failed";
	const goesOn = mayGoOnWithout(act, error) ? "dispatch it again at once: it goes on without the journal, and checks before it does anything" : void 0;
	return {
		outcome,
		sentence: `${purpose}: stopped, ${messageOf$1(error)}`,
		next: goesOn ?? nextOf$2(error) ?? `re-run phase ${purpose}: it checks before it does anything`
	};
}

// src/execute/run-phase.ts
/** Runs one phase from its inputs to its report. Never throws: every ending is a report. */
async function runPhase(request, watcher) {
	let plan;
	try {
		const loaded = prepare(request);
		plan = loaded.plan;
		watcher.planned(plan);
		const asked = admitRequest(request, loaded);
		const protection = await proveProtection(request, loaded, asked);
		const rehearsed = await proveRehearsed(request, loaded, asked);
		const prepared = await unlessCancelled(request, fixHosts(request, loaded, asked));
		if (prepared === void 0) return unbegun(cancelledAtTheStart(asked, void 0), plan);
		const phase = phaseOf(prepared.plan, request.phase);
		if (prepared !== loaded) watcher.planned(plan = prepared.plan);
		const proof = [...protection, ...rehearsed.observations];
		const durations = request.durations ?? rehearsed.durations;
		if (request.signal.aborted) return unbegun(cancelledAtTheStart(phase, void 0), plan);
		const seen = Promise.all([announce(request, prepared, phase), request.witness?.approvals() ?? []]);
		return await withSession(request, prepared, {
			purpose: phase.id,
			seizeBecause: phase.dispatched === "rollback" ? request.reason ?? "rollback" : void 0,
			mayStandIn: phase.dispatched === "rollback",
			run: async (session) => {
				const witnessed = [...proof, ...(await seen).flat()];
				return execute({
					...request,
					durations
				}, prepared, watcher, phase, session, witnessed);
			}
		});
	} catch (error) {
		return unbegun(refusal(request.phase, error), plan);
	}
}
/** Whoever cancels is told that, and not what a server could not say any more. */
async function unlessCancelled({ signal }, work) {
	try {
		return await work;
	} catch (error) {
		if (signal.aborted) return void 0;
		throw error;
	}
}
function unbegun(end, plan) {
	return {
		...end,
		plan,
		events: [],
		journalHead: ""
	};
}
async function execute(request, prepared, watcher, phase, { hosts, journal, lease, standIn }, witnessed) {
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
			notes: prepared.notes,
			fixed: prepared.fixed,
			failureRules: runbook.failureRules,
			stateDirectory: inventory.stateDirectory,
			token: lease.token,
			lease: {
				action: lease.from === void 0 ? "acquired" : "seized",
				detail: lease.sentence
			},
			standIn,
			witnessed,
			durations: request.durations,
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
		sentence: `${phase}: ${messageOf$1(error)}`,
		next: nextFor(phase, error) ?? "correct what it names and run this phase again"
	};
}

// src/execute/decide-budget.ts
/** The downtime that runs in the open round, where the runbook gives it a budget; undefined otherwise. */
function runningDowntime(plan, state, now) {
	const { round } = state;
	const budgetSeconds = budgetOf$1(plan, state);
	const { running, seconds: elapsedSeconds } = state.downtime(now);
	if (round?.open !== true || !running || budgetSeconds === void 0) return void 0;
	return {
		round,
		elapsedSeconds,
		budgetSeconds,
		phase: chainOf(plan).find(({ id }) => !state.phase(id).done)?.id ?? ""
	};
}
/** The downtime that a decision is about; refused where there is none, or where it leaves no time. */
function downtimeMeant({ step, ruling: { budgetSeconds } }, plan, state, now) {
	if (step !== "downtime") throw new RefusedError(`a budget is the downtime's, and not that of ${step}`, `give step ${downtimeStep} with ruling budget=DURATION`);
	if (plan.downtime === void 0) throw new RefusedError(`${plan.runbook} gives its downtime no budget, so nothing is stopped by one`, "re-run the phase");
	const running = runningDowntime(plan, state, now);
	if (running === void 0) throw new RefusedError(`no downtime runs in ${plan.environment}, so there is nothing to decide`, "give the next round's budget in the runbook or the inventory, where it is approved with the plan");
	const { elapsedSeconds } = running;
	if (budgetSeconds <= elapsedSeconds) throw new RefusedError(`a budget of ${sayClock(budgetSeconds)} is spent already: writes are down for ${sayClock(elapsedSeconds)}`, "give the budget for the downtime in all, what has elapsed included; or dispatch the rollback");
	return running;
}
/** Journals the decision; later phases of the round go by it. */
async function decideBudget(decision, plan, actor, now, journal, watcher) {
	const { reason, ruling } = decision;
	const meant = downtimeMeant(decision, plan, replay(journal.events), now);
	const { budgetSeconds: seconds } = ruling;
	journal.setRound(meant.round.id);
	const body = {
		type: "downtime-budget",
		seconds,
		reason,
		by: actor.by
	};
	watcher.event(await journal.append({}, body));
	return {
		outcome: "succeeded",
		sentence: `resolve: ${actor.by} gave the downtime a budget of ${sayClock(seconds)}, of which ${sayClock(meant.elapsedSeconds)} are spent: ${reason}`,
		next: `re-run phase ${meant.phase}: it goes on from there`
	};
}

// src/execute/doubt-meant.ts
/** The parts of the one step that a person means; refused when that is no step, not in doubt, or more than one. */
function doubtMeant(step, state, plan) {
	const [first, ...others] = state.doubts().filter((doubt) => namesOf(doubt).includes(step));
	if (first === void 0) throw notInDoubt(step, state, plan);
	const meant = [first, ...others];
	if (meant.some((doubt) => doubt.phase !== first.phase || doubt.step !== first.step)) throw new RefusedError(`${step} means several steps`, `name one of ${meant.map(sayDoubt).join(", ")}`);
	return [first, ...others];
}
/** `phase/step`, or `phase/step@host`. */
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
function notInDoubt(step, state, plan) {
	const doubts = state.doubts();
	const open = doubts.length === 0 ? "nothing is in doubt" : `in doubt: ${doubts.map(sayDoubt).join(", ")}`;
	const names = plan.phases.flatMap(({ id: phase, steps }) => steps.flatMap(({ id, units }) => [...namesOf({
		phase,
		step: id
	}), ...units.flatMap(({ host }) => host === void 0 ? [] : namesOf({
		phase,
		step: id,
		host
	}))]));
	if (!names.includes(step)) {
		const near = nearest(step, [...doubts.flatMap(namesOf), ...names]);
		const meant = near === void 0 ? "" : `; did you mean ${near}?`;
		return new RefusedError(`there is no step ${step}${meant} (${open})`, nameOne);
	}
	const flying = state.inFlight().find((one) => !one.inFlight.unknown && namesOf(one).includes(step));
	if (flying === void 0) return new RefusedError(`${step} is not in doubt; ${open}`, nameOne);
	return new RefusedError(`${step} is not in doubt: it was sent at ${flying.inFlight.intendedAt}, and nobody has asked yet how it ended; ${open}`, `re-run phase ${flying.phase}: it follows what runs, and says so if that cannot be known`);
}
const nameOne = "name a step that is in doubt; others are decided by their checks";

// src/execute/run-resolution.ts
function isBudget(decision) {
	return typeof decision.ruling === "object";
}
/** Records a ruling in the journal; refused for a step whose end is known, so that nobody overrules a check. */
async function runResolution(request, ruling, watcher) {
	let plan;
	try {
		const loaded = prepare(request);
		plan = loaded.plan;
		const prepared = await withRecordedHosts(request, loaded);
		plan = prepared.plan;
		watcher.planned(plan);
		return await withSession(request, prepared, {
			purpose: "resolve",
			seizeBecause: void 0,
			mayStandIn: false,
			run: (session) => resolve$1(ruling, prepared, request, session, watcher)
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
/** A refusal is an end like any other, so that the report has the journal that it was judged by. */
async function resolve$1(wanted, { plan, inventory: { stateDirectory } }, request, { journal, hosts }, watcher) {
	try {
		if (isBudget(wanted)) {
			const { actor, clock = machineClock } = request;
			return await decideBudget(wanted, plan, actor, clock.now(), journal, watcher);
		}
		const meant = doubtMeant(wanted.step, replay(journal.events), plan);
		refuseOthers(wanted, meant);
		const connect = (host) => hosts.get(host);
		refuseRunning(await seenRunning(meant, {
			plan,
			stateDirectory,
			connect
		}), meant[0]);
		return await rule(wanted, meant, request, journal, watcher);
	} catch (error) {
		if (error instanceof RefusedError) return refusal("resolve", error);
		throw error;
	}
}
async function rule({ ruling, reason }, meant, { actor }, journal, watcher) {
	const [first] = meant;
	journal.setRound(first.round);
	for (const { phase, step, host } of meant) {
		const place = {
			phase,
			step,
			...host === void 0 ? {} : { host }
		};
		watcher.event(await journal.append(place, {
			type: "ruling",
			ruling,
			reason,
			by: actor.by
		}));
	}
	return {
		outcome: "succeeded",
		sentence: `resolve: ${meant.map(sayDoubt).join(", ")} ruled ${ruling} by ${actor.by}: ${reason}`,
		next: `re-run phase ${first.phase}: it goes on from there`
	};
}
/** What is seen to run has an end that can be waited for; a ruling would only let it be sent beside itself. */
function refuseRunning(running, { phase }) {
	if (running.length === 0) return;
	throw new RefusedError(running.join("; "), `re-run phase ${phase}: it follows it to its end; or wait until it has ended, or end it on its host`);
}
/** Between showing and confirming, another run may have sent it again; nobody has seen that attempt. */
function refuseOthers({ step, attempts }, meant) {
	const now = meant.map(({ inFlight }) => inFlight.id);
	if (attempts === void 0 || attempts.toSorted().join() === now.toSorted().join()) return;
	throw new RefusedError(`${step} is not what was shown any more: then it was ${attempts.join(", ")}, now it is ${now.join(", ")}`, "look at it again, then rule on what is in doubt now");
}

// src/report/rule.ts
/** The name by which a person rules on a step, or on its part on one host. */
function nameOf({ phase, step, host }) {
	return host === void 0 ? `${phase}/${step}` : `${phase}/${step}@${host}`;
}
/** Both ways to rule, as they are typed; the reason is the person's own. */
function ruleLines(environment, names) {
	const [name, ...others] = names;
	if (name === void 0) return [];
	const [where, which] = [word(environment), word(name)];
	const reason = `"how you know"`;
	return [
		`gh workflow run resolve.yml -f environment=${where} -f step=${which} -f ruling=done -f reason=${reason}`,
		`node dist/cli.js resolve --environment ${where} --step ${which} --ruling done --reason ${reason}`,
		"or ruling not-done: then it is sent again where its check still cannot tell",
		...others.length === 0 ? [] : [`and the same for ${others.join(", ")}`]
	];
}
function word(text) {
	return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
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

// src/report/tell-lines.ts
/** The commands that tell of these places, below where they are typed; each stands once. */
function tellLines(tells, places, round) {
	const bound = places.flatMap(({ host, attempt }) => tells.filter((tell) => host === void 0 || tell.host === void 0 || tell.host === host).map(({ at, line }) => ({
		at,
		line: bind(line, round, attempt)
	})));
	return [...groupBy(bound, ({ at }) => at)].flatMap(([at, all]) => [`${at}:`, ...new Set(all.map(({ line }) => line.replaceAll(/^/gm, "  ").trimEnd()))]);
}
function bind(line, round, attempt) {
	return line.replaceAll("${round}", () => round).replaceAll("<attempt>", () => attempt ?? "<attempt>");
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
		...step?.standing === "unknown" ? inDoubt(story, step) : {
			tells: [],
			rule: []
		},
		done: done.map(({ title }) => title),
		notDone: notDone.map(({ title, standing }) => standing === "not-reached" ? title : `${title} (${standing})`),
		next: nextOf(step, ended.next)
	};
}
/** The step that stopped the phase: in doubt before failed, the last before the first. */
function culprit({ steps }) {
	return steps.findLast(({ standing }) => standing === "unknown") ?? steps.findLast(({ standing }) => isBad(standing)) ?? steps.findLast(({ standing }) => standing === "running");
}
/** Where the step is in doubt: which commands tell, and how to rule on it. */
function inDoubt({ id, environment, round, allEvents }, step) {
	const unknown = step.perHost.filter(({ outcome }) => outcome === "unknown");
	const hosts = unknown.length === 0 ? [void 0] : unknown.map(({ host }) => host);
	const sent = replay(allEvents).inFlight();
	const places = hosts.map((host) => ({
		host,
		attempt: sent.find((one) => one.step === step.id && one.host === host)?.inFlight.id
	}));
	return {
		tells: tellLines(step.tells, places, round),
		rule: ruleLines(environment, hosts.map((host) => nameOf({
			phase: id,
			step: step.id,
			host
		})))
	};
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

// src/report/sections/converges.ts
/** How Chef's client ended on each host, as it said itself. */
function convergeBlocks(story) {
	const titles = new Map(story.steps.map(({ id, title }) => [id, title]));
	const blocks = [...seenByStep(story.allEvents, "converged")].map(([step, all]) => {
		const rows = [...new Map(all.map(({ host = "", what }) => [host, what]))].map(([host, what]) => [
			md(host, 60),
			what.ok ? "✅ finished" : "⛔ failed",
			updatedOf(what),
			what.seconds === void 0 ? "–" : formatDuration(what.seconds)
		]);
		const heading = `**${md(titles.get(step) ?? step, 120)}**`;
		return titled(heading, table([
			"Host",
			"Chef's client",
			"Resources updated",
			"Time"
		], rows));
	});
	return blocks.length === 0 ? [] : [paragraph("### Converged"), ...blocks];
}
/** `Chef's client finished, 3 of 12 resources updated in 4 s`. */
function sayConverged(what) {
	const time = what.seconds === void 0 ? "" : ` in ${formatDuration(what.seconds)}`;
	return `Chef's client ${what.ok ? "finished" : "failed"}, ${updatedOf(what)} resources updated${time}`;
}
function updatedOf({ updated, total }) {
	return total === void 0 ? formatNumber(updated) : `${formatNumber(updated)} of ${formatNumber(total)}`;
}

// src/report/say-github.ts
/** How an environment is protected, in one sentence. */
function sayProtection({ environment, reviewers, branches }) {
	return `GitHub protects ${environment}: reviewed by ${reviewers.join(", ")}, not by whoever dispatches; from ${branches.join(", ")} only; administrators do not bypass it`;
}
/** An approval in one sentence. */
function sayApproval({ state, user, environments, comment }) {
	const why = comment === "" ? "" : `: ${comment}`;
	return `the run was ${state} by ${user || "somebody"} for ${environments.join(", ")}${why}`;
}
/** What another environment proved, in one sentence. */
function sayEvidence({ of, environment, url, hash, endedAt, downtimeSeconds }) {
	return `${environment} proved this runbook's ${of} at ${endedAt}${of === "chain" ? `, downtime ${formatDuration(downtimeSeconds)}` : ""} (${url}, evidence ${hash.slice(0, 12)})`;
}

// src/report/projection.ts
/** Whether the downtime is expected to take longer than it may. */
function passesBudget({ expectedSeconds, budgetSeconds }) {
	return expectedSeconds > budgetSeconds;
}
/** The clock in a few words: `writes down 01:12 of 15:00, projected 12:40`. */
function sayProjection(projection) {
	const { elapsedSeconds, budgetSeconds, expectedSeconds, unknownJobs } = projection;
	const more = unknownJobs.length === 0 ? "" : ` without ${unknownJobs.join(", ")}`;
	return `writes down ${sayClock(elapsedSeconds)} of ${sayClock(budgetSeconds)}, projected ${sayClock(expectedSeconds)}${more}`;
}
/** What is said when the projection passes the budget, and when it no longer does. */
function sayTurn(projection) {
	const { budgetSeconds, expectedSeconds } = projection;
	const numbers = `projected ${sayClock(expectedSeconds)}, budget ${sayClock(budgetSeconds)}`;
	return passesBudget(projection) ? `⚠️ the downtime is expected to pass its budget: ${numbers}` : `the downtime is expected to fit into its budget again: ${numbers}`;
}

// src/report/progress.ts
/** Progress in one short line: `orgs 4,210 of 12,000 (35%) · 182/s · about 43 s left`. */
function sayProgress({ what, done, total, perSecond, downtime }) {
	const known = total !== void 0 && total > 0;
	const share = known ? ` of ${formatNumber(total)} (${formatPercent(done, total)})` : "";
	const moving = perSecond !== void 0 && perSecond > 0;
	const rate = moving ? ` · ${formatRate(perSecond)}` : "";
	const left = known && moving && done < total ? ` · about ${formatDuration(Math.ceil((total - done) / perSecond))} left` : "";
	const clock = downtime === void 0 ? "" : ` · ${sayProjection(downtime)}`;
	return `${what} ${formatNumber(done)}${share}${rate}${left}${clock}`;
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
		case "probes": return once$1(`probes ${event.place.step}`, probeLines(observation), state);
		case "output": {
			const lines = observation.lines.slice(-20);
			const cut = observation.lines.length - lines.length;
			return {
				state,
				entries: [`${observation.host}: ${observation.title}${cut > 0 ? ` (the last ${lines.length} of ${formatNumber(observation.lines.length)} lines)` : ""}`, ...lines.map((line) => `  | ${line}`)]
			};
		}
		case "traffic": return once$1(`traffic ${event.place.step}`, [trafficLine(observation)], state);
		case "reconciled": return {
			state,
			entries: observation.rows.map(reconcileLine)
		};
		case "failures": return {
			state,
			entries: failureLines(observation)
		};
		case "differences":
		case "judged":
		case "baseline": return {
			state,
			entries: []
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
		case "protection": return {
			state,
			entries: [sayProtection(observation)]
		};
		case "evidence": return {
			state,
			entries: [sayEvidence(observation)]
		};
		case "approvals": return {
			state,
			entries: observation.approvals.map(sayApproval)
		};
		case "databag": return {
			state,
			entries: observation.changes.map((one) => changeLine(observation, one))
		};
		case "converged": return {
			state,
			entries: [`${event.place.host ?? "it"}: ${sayConverged(observation)}`]
		};
		case "note": return {
			state,
			entries: [`note: ${observation.text}`]
		};
	}
}
const secondsBetweenLines = 10;
/** A line for each new percent or every ten seconds, whichever is rarer to wait for, and none while nothing moves. */
function progressLine(event, seen, before) {
	const { state, entries } = budgetLines(seen, before);
	const line = movedLine(event, seen, state);
	return {
		state: line.state,
		entries: [...line.entries, ...entries]
	};
}
/** Said once when the downtime comes to be expected to pass its budget, and once when no longer. */
function budgetLines({ downtime }, state) {
	if (downtime === void 0) return {
		state,
		entries: []
	};
	const passes = passesBudget(downtime);
	if (passes === state.passesBudget) return {
		state,
		entries: []
	};
	return {
		state: {
			...state,
			passesBudget: passes
		},
		entries: [sayTurn(downtime)]
	};
}
function movedLine({ at, place }, { done, total, perSecond, downtime }, state) {
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
			perSecond,
			downtime
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
function changeLine({ bag, item }, { pointer, before, after }) {
	return `about to be set in data bag ${bag}/${item}: ${pointer} ${before ?? "(not there)"} → ${after}`;
}
function probeLines({ answers }) {
	const wrong = answers.filter(({ ok }) => !ok);
	if (wrong.length === 0) return [`probes: ${formatCount(answers.length, "answer")}, all as expected`];
	return [`probes: ${formatNumber(wrong.length)} of ${formatCount(answers.length, "answer")} not as expected`, ...wrong.slice(0, 5).map(({ host, method, path, status, expected, detail }) => {
		const why = detail === void 0 ? "" : ` (${detail})`;
		return `  ${host}: ${method} ${path} → ${`${status === 0 ? "no answer" : status}${why}`}, wanted ${expected.join(" or ")}`;
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
function once$1(key, lines, state) {
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

// src/journal/timings.ts
/**
* How long the parts of the latest round took. A step counts from its beginning to its proven end, also when a later
* run saw that end; what was found done already took nothing, and a downtime that still runs has no length yet.
*/
function timingsOf(events) {
	const round = events.at(-1)?.round;
	const intervals = [];
	const phases = {};
	const steps = {};
	const begun = /* @__PURE__ */ new Map();
	for (const event of events.filter((one) => one.round === round)) {
		addToDowntime(intervals, event);
		takePhase(event, phases);
		takeStep(event, begun, steps);
	}
	const { startedAt, running, seconds } = sumDowntime(intervals, /* @__PURE__ */ new Date(0));
	return {
		...startedAt !== void 0 && !running ? { downtimeSeconds: seconds } : {},
		phases,
		steps
	};
}
/** Attempts add up: a phase that was stopped and went on took both. */
function takePhase({ body, place: { phase } }, phases) {
	if (body.type !== "phase-ended" || phase === void 0) return;
	if (body.outcome === "already-done") return;
	phases[phase] = (phases[phase] ?? 0) + Math.max(0, body.seconds);
}
function takeStep({ at, body, place: { phase, step, host } }, begun, steps) {
	if (phase === void 0 || step === void 0) return;
	const key = `${phase}/${step}`;
	const open = begun.get(key);
	if (body.type === "step-started") begun.set(key, open ?? { at });
	if (body.type === "observed" && body.observation.kind === "progress" && open !== void 0) open.progress = body.observation;
	if (body.type !== "step-ended" || host !== void 0) return;
	if (body.outcome === "unknown" || body.outcome === "cancelled") return;
	begun.delete(key);
	if (body.outcome === "succeeded" && open !== void 0) steps[key] = timingOf(open, at);
}
function timingOf({ at: from, progress }, to) {
	const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1e3);
	if (progress === void 0) return { seconds };
	const { done: objects, perSecond } = progress;
	return {
		seconds,
		objects,
		...perSecond === void 0 ? {} : { perSecond }
	};
}

// src/report/clock-story.ts
/** Reads what a round's events say of its downtime beside the clock itself. */
function tellClock(round, plan) {
	const bodies = round.map(({ body }) => body);
	const decisions = bodies.flatMap((body) => body.type === "downtime-budget" ? [body] : []);
	const expected = bodies.findLast((body) => body.type === "expected-timings");
	const projections = bodies.flatMap((body) => body.type === "observed" && body.observation.kind === "progress" && body.observation.downtime !== void 0 ? [body.observation.downtime] : []);
	const passed = projections.map(passesBudget);
	return {
		budgetSeconds: decisions.at(-1)?.seconds ?? plan.downtime?.budgetSeconds,
		decisions,
		projection: projections.at(-1),
		warnings: passed.filter((one, index) => one && passed[index - 1] !== true).length,
		expected,
		actual: timingsOf(round)
	};
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
		describe: planned?.describe ?? [],
		tells: planned?.tells ?? []
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
		downtime: clock(round, now),
		clock: tellClock(round, plan)
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
		passesBudget: false,
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
		case "hosts-found": return say(state, ...body.roles.map(foundLine));
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
		case "downtime-budget": return say(state, `⏱ ${body.by} gave the downtime a budget of ${sayClock(body.seconds)}: ${body.reason}`);
		case "expected-timings": return say(state, sayExpected(body));
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
function sayExpected({ source, timings }) {
	const { downtimeSeconds, steps } = timings;
	const downtime = downtimeSeconds === void 0 ? "" : `, a downtime of ${sayClock(downtimeSeconds)}`;
	return `expected by ${source}: ${formatCount(Object.keys(steps).length, "step")}${downtime}`;
}
/** What a search made of one role: named where they are few, and always counted. */
function foundLine({ role, search, hosts }) {
	const named = hosts.slice(0, hostsNamed).map(({ name, address }) => `${name} (${address})`);
	const more = hosts.length > named.length ? `, and ${hosts.length - named.length} more` : "";
	return `${formatCount(hosts.length, "host")} of ${role} by search ${search.query}: ${named.join(", ")}${more}`;
}
const hostsNamed = 20;
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
		...failure.tells.length === 0 ? [] : ["  these tell, and change nothing:"],
		...failure.tells.slice(0, 60).map((line) => `  | ${line}`),
		...failure.rule.length === 0 ? [] : ["  if a re-run cannot tell either, a person rules:"],
		...failure.rule.map((line) => `  | ${line}`),
		`  done: ${sayTitles(failure.done)}`,
		`  not done: ${sayTitles(failure.notDone)}`,
		`  next: ${failure.next}`
	]);
}
function sayTitles(titles) {
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

// src/report/say-host.ts
/** Goes behind a host's name. */
function sayHost({ address, port, user, jump }) {
	return `is ${user} at ${address} port ${port}${jump === void 0 ? "" : ` by way of ${jump}`}`;
}

// src/report/plan-markdown.ts
const maxBytes = 921600;
/** Long enough for any command: what is approved must be readable to its end. */
const maxLineLength = 2e4;
/** The plan as a page for those who approve it: every step with its hosts, exact commands and checks. */
function planMarkdown(plan) {
	const chain = plan.phases.filter(({ dispatched }) => dispatched === void 0);
	const others = plan.phases.filter(({ dispatched }) => dispatched !== void 0);
	const blocks = [
		paragraph(`## Plan: ${md(plan.title, 120)} · ${md(plan.environment, 80)}${plan.protected ? " · 🔒 protected" : ""}${evidenceOf(plan)}`),
		list([
			`Plan digest ${code(plan.digest)}`,
			`Runbook digest ${code(plan.runbookDigest)}`,
			`${formatCount(chain.length, "phase")} in this order: ${chain.map(({ id }) => code(id, 80)).join(", ")}`,
			...others.length === 0 ? [] : [`Only when dispatched: ${others.map(({ id }) => code(id, 80)).join(", ")}`],
			...turningPoints(chain),
			...budgetOf(plan)
		]),
		...searchBlocks(plan),
		details("Hosts", list(Object.entries(plan.hosts).map(([name, host]) => `${code(name, 80)} ${md(sayHost(host), 200)}`))),
		...plan.phases.flatMap(phaseBlocks)
	];
	return page(blocks, maxBytes);
}
/** What an approver allows without a name in it: who is searched for, where, and how such a host is reached. */
function searchBlocks(plan) {
	const lines = searchLines(plan, {
		name: code,
		text: md
	});
	if (lines.length === 0) return [];
	return [paragraph("### Hosts that are searched for"), list(lines)];
}
function searchLines({ searches = {}, ownVariables = {}, phases }, { name: quote, text }) {
	const opening = phases.find(({ round }) => round === "opens")?.id ?? "the first phase";
	const roles = Object.entries(searches).map(([role, { server, query, address, ...way }]) => {
		const at = {
			...way,
			address: `its ${address}`
		};
		return `Hosts of role ${quote(role, 80)} are found by ${quote(opening, 80)} with the search ${quote(query, 1e3)} at ${text(server, 300)}; each ${text(sayHost(at), 300)}`;
	});
	if (roles.length === 0) return [];
	const own = Object.entries(ownVariables).map(([name, vars]) => {
		const values = Object.entries(vars).map(([key, value]) => `${key}=${String(value)}`);
		return `Where ${quote(name, 80)} is found, it has ${quote(values.join(" "), 1e3)}`;
	});
	const fixed = "What is found stands in that phase's summary; the phases after it act on these hosts, and search no more";
	return [
		...roles,
		...own,
		fixed
	];
}
/** What the approval allows: a longer downtime needs a decision of its own. */
function budgetOf({ downtime }) {
	if (downtime === void 0) return [];
	return [`⏱ **Budget of the downtime**: ${formatDuration(downtime.budgetSeconds)}; no step that does not fit starts without a decision`];
}
/** Where downtime starts and ends and where the way back begins to cost data: what an approver looks for first. */
function turningPoints(phases) {
	return phases.flatMap((phase) => phase.steps.flatMap((step) => marksOf(step).map((mark) => `${mark}: ${code(phase.id, 80)} › ${md(step.title, 120)}`)));
}
function marksOf({ downtime, pointOfNoReturn }) {
	return [
		...downtime === "starts" ? ["⏱ **Downtime starts**"] : [],
		...downtime === "ends" ? ["⏱ **Downtime ends**"] : [],
		...pointOfNoReturn ? ["⚠️ **After this the way back loses data**"] : []
	];
}
function phaseBlocks(phase) {
	const only = phase.dispatched === void 0 ? "" : ` · only when ${md(phase.dispatched, 80)} is dispatched`;
	const limit = phase.timeoutSeconds === void 0 ? "" : ` · at most ${formatDuration(phase.timeoutSeconds)}`;
	return [paragraph(`### ${md(phase.id, 80)}: ${md(phase.title, 120)}${only}${limit}`), ...phase.steps.flatMap((step, index) => stepBlocks(step, `${index + 1}`, []))];
}
function stepBlocks(step, number, before) {
	const title = `**${number}. ${md(step.title, 120)}** · ${md(step.kind, 40)}${sayWhere(step)}`;
	const marks = marksOf(step);
	const remarks = [...before, ...remarksOf(step)].map((remark) => md(remark, 300));
	const heading = [
		title,
		...marks,
		...remarks
	].join("<br>");
	return [step.describe.length === 0 ? paragraph(heading) : titled(heading, pre(linesOf(step), maxLineLength)), ...step.onRefusal.flatMap((one, index) => stepBlocks(one, `${number}.${index + 1}`, [onlyWhenRefused(number)]))];
}
/** Commands of several lines end with a line break in YAML, which would show as an empty line. */
function linesOf({ describe }) {
	return describe.flatMap((text) => text.replace(/\n+$/, "").split("\n"));
}
function onlyWhenRefused(number) {
	return `only when step ${number} is refused`;
}
/** Kinds whose hosts have an order; the others ask or act as a whole. */
const ordered = /* @__PURE__ */ new Set(["run", "assert"]);
function sayWhere(step) {
	const hosts = step.units.flatMap(({ host }) => host === void 0 ? [] : [host]);
	if (hosts.length === 0) return "";
	const several = hosts.length > 1 || isSearched(step);
	return ` · on ${hosts.map((host) => md(host, 80)).join(", ")}${several && ordered.has(step.kind) ? `, ${orderOf(step)}` : ""}`;
}
function orderOf(step) {
	const { batch, batchPercent, units } = step;
	if (batchPercent !== void 0) return `${batchPercent} % of them at once`;
	if (batch === 1) return "one after the other";
	if (isSearched(step)) return `up to ${batch} at once`;
	return batch >= units.length ? "all at once" : `${batch} at once`;
}
function isSearched({ units }) {
	return units.some(({ role }) => role !== void 0);
}
function remarksOf({ when, required, next }) {
	return [
		...when === void 0 ? [] : [`only if ${when.map(({ says }) => says).join(" and ")}`],
		...required ? [] : ["the phase goes on if this fails"],
		...next === void 0 ? [] : [`if it does not hold: ${next}`]
	];
}
function evidenceOf({ evidence }) {
	return evidence === void 0 ? "" : ` · wants evidence of ${md(evidence.from, 80)}`;
}
/** The same plan as plain lines, for a terminal and the live log; each has been through the gateway. */
function planText(plan, secrets = []) {
	return [
		`${plan.title} · ${plan.environment}${plan.protected ? " · protected" : ""}${evidenceOf(plan)}`,
		`plan digest ${plan.digest}`,
		...budgetOf(plan).map((line) => line.replaceAll("**", "")),
		...searchLines(plan, {
			name: (name) => name,
			text: (text) => text
		}),
		...plan.phases.flatMap((phase) => [
			"",
			`${phase.id}: ${phase.title}${phase.dispatched === void 0 ? "" : ` (only when ${phase.dispatched} is dispatched)`}`,
			...phase.steps.flatMap((step, index) => stepText(step, `${index + 1}`, []))
		])
	].flatMap((line) => safeLines(line, { secrets }));
}
function stepText(step, number, before) {
	const hosts = step.units.flatMap(({ host }) => host === void 0 ? [] : [host]);
	const order = isSearched(step) && ordered.has(step.kind) ? `; ${orderOf(step)}` : "";
	const where = hosts.length === 0 ? "" : ` [${hosts.join(", ")}${order}]`;
	const marks = marksOf(step).map((mark) => `     ${mark.replaceAll("**", "")}`);
	return [
		`  ${number}. ${step.title}${where}`,
		...marks,
		...[...before, ...remarksOf(step)].map((remark) => `     ${remark}`),
		...linesOf(step).map((line) => `     ${line}`),
		...step.onRefusal.flatMap((one, index) => stepText(one, `${number}.${index + 1}`, [onlyWhenRefused(number)]))
	];
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

export { prepare as $, standInHosts as A, formatCount as At, lookAtJournal as B, maskedValues as Bt, doubtMeant as C, list as Ct, journalIsUnusable as D, pre as Dt, runPhase as E, paragraph as Et, sayClock as F, formatTime as Ft, knownFailure as G, parseDuration as Gt, hostStore as H, safeLines as Ht, look as I, secondsBetween as It, roundTimings as J, errorText as Jt, outcomes as K, parseSecrets as Kt, hostPoolFor as L, messageOf$1 as Lt, hostLease as M, formatInstant as Mt, localLease as N, formatNumber as Nt, reach as O, table as Ot, withRecord as P, formatRate as Pt, sumDowntime as Q, loadPrivateKey as R, nextOf$2 as Rt, runResolution as S, fence$1 as St, runningDowntime as T, page as Tt, readJournal as U, readRuling as Ut, localStore as V, safeLine as Vt, failureRow as W, rulingForms as Wt, replay as X, nearest as Xt, JournalError as Y, throwIfAny as Yt, addToDowntime as Z, tellLines as _, headlineOf as _t, createLog as a, sha256 as at, ruleLines as b, code as bt, timingsOf as c, validate as ct, sayEvidence as d, mentionsOf as dt, RefusedError as et, sayProtection as f, loadInventory as ft, explainFailure as g, statusContext as gt, seenByStep as h, hashInStatus as ht, sayHost as i, makePlan as it, lookAtLease as j, formatDuration as jt, standInDirectory as k, titled as kt, passesBudget as l, commentAbove as lt, seen as m, describeStatus as mt, planMarkdown as n, loadKnownFailures as nt, bodiesOf as o, writeLine as ot, convergeBlocks as p, artifactName as pt, reconcileRow as q, parseVars as qt, planText as r, chainOf as rt, tellPhase as s, tellBySides as st, untilSignalled as t, expiredProblems as tt, sayApproval as u, loadRunbook as ut, groupBy as v, isGood$1 as vt, downtimeMeant as w, md as wt, isBudget as x, details as xt, nameOf as y, sayStanding as yt, missingPassphrase as z, exitCodeOf as zt };