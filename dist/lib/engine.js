// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { t as require_dist } from "./yaml.js";
import { _ as NEVER, a as boolean, c as literal, d as record, f as strictObject, h as unknown$1, i as array, l as number, m as union, n as _enum, p as string, r as _null, s as int, t as date } from "./zod.js";
import { request } from "node:http";
import { connect } from "node:tls";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StringDecoder } from "node:string_decoder";

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
		existing: (path) => path.slice(0, depthOf(document, path))
	};
}
function offsetOf(document, path, part) {
	let node = document.contents;
	let offset = startOf(node) ?? 0;
	for (const [index, key] of path.entries()) {
		const found = childOf(follow$2(node, document), key);
		if (found === void 0) return offset;
		const last = index === path.length - 1;
		const keyOffset = startOf(found.key);
		offset = (last && part === "key" ? keyOffset : void 0) ?? startOf(found.value) ?? keyOffset ?? offset;
		node = found.value;
	}
	return offset;
}
function depthOf(document, path) {
	let node = document.contents;
	for (const [index, key] of path.entries()) {
		const found = childOf(follow$2(node, document), key);
		if (found === void 0) return index;
		node = found.value;
	}
	return path.length;
}
function follow$2(node, document) {
	return (0, import_dist.isAlias)(node) ? node.resolve(document) : node;
}
function startOf(node) {
	return (0, import_dist.isNode)(node) ? node.range?.[0] : void 0;
}
function childOf(node, key) {
	if ((0, import_dist.isSeq)(node)) return typeof key === "number" && key < node.items.length ? { value: node.items[key] } : void 0;
	if (!(0, import_dist.isMap)(node)) return void 0;
	const pair = node.items.find((item) => (0, import_dist.isPair)(item) && (0, import_dist.isScalar)(item.key) && String(item.key.value) === String(key));
	return pair === void 0 ? void 0 : {
		key: pair.key,
		value: pair.value
	};
}

// src/config/load-yaml.ts
const maxBytes$1 = 1048576;
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
		const message = `aliases do not resolve: ${error instanceof Error ? plain(error.message) : String(error)}`;
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
		return size > maxBytes$1 ? fail(`the file has ${size} bytes, more than ${maxBytes$1}`) : readFileSync(file, "utf8");
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
	const line = cap(oneLine(text, maxLength), maxLength).trim();
	return line === "" ? "–" : escapeMarkdown(line);
}
/** The same in a fixed font, for names, commands and values. */
function code(text, maxLength = 200) {
	const line = cap(oneLine(text, maxLength), maxLength).trim();
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
function oneLine(text, maxLength) {
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
	"settle"
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
const journal = strict({
	host: hostName.exactOptional(),
	directory: string().min(1)
});
/** Hosts by role for one environment. */
const inventorySchema = strict({
	environment: string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "expected the name of an environment, such as pre-prod" }),
	protected: boolean().default(true),
	journal,
	baseline: string().min(1).exactOptional(),
	"state-directory": string().min(1).default(".runbook-phase"),
	hosts: record(hostName, host),
	roles: record(string().min(1), array(hostName).min(1, { error: "a role needs at least one host" })),
	vars: vars.default({})
}).transform((parsed) => toModel(parsed));
const baselineEntry = strict({
	class: string().min(1),
	why: string().min(1),
	seen: string().min(1),
	allowed: int().nonnegative(),
	expires: date({ error: "expected a date such as 2027-01-31" }).exactOptional(),
	"accepted-by": string().min(1).exactOptional()
}).transform((parsed) => toModel(parsed));
/** Known failures, each with its reason and how many are allowed. */
const baselineSchema = array(baselineEntry);

// src/inventory/load-baseline.ts
/** Loads known failures. With the runbook's failure classes a misspelt one is found here instead of in a verdict. */
function loadBaseline(file, classes) {
	const source = loadYaml(file);
	const entries = checkShape(baselineSchema, source);
	const names = entries.map((entry) => entry.class);
	throwIfAny(names.flatMap((name, index) => {
		const path = [index, "class"];
		if (names.indexOf(name) !== index) return [problemAt(source, path, `class \`${name}\` stands twice`)];
		if (classes === void 0 || classes.includes(name)) return [];
		return [problemAt(source, path, `no failure rule has the class \`${name}\``, nearest(name, classes))];
	}));
	return entries;
}

// src/inventory/load-inventory.ts
const sources$1 = /* @__PURE__ */ new WeakMap();
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
	sources$1.set(inventory, source);
	return inventory;
}
/** Where the parts of a loaded inventory stand, for problems that are found later. */
function inventorySource(inventory) {
	return sources$1.get(inventory);
}
function unknownHosts(inventory, source) {
	const names = Object.keys(inventory.hosts);
	return [
		...inventory.journal.host === void 0 ? [] : [[inventory.journal.host, ["journal", "host"]]],
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
	].filter(([host]) => !names.includes(host)).map(([host, path]) => problemAt(source, path, `unknown host \`${host}\``, nearest(host, names)));
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

// src/config/template.ts
const reference = /\$\{([^}]*)\}/g;
/** Names that a text refers to as `${name}`. */
function referencesIn(text) {
	return [...text.matchAll(reference)].map(([, name]) => name ?? "");
}
/** Puts something in the place of each `${name}`; what that is, the caller decides. */
function fillTemplate(text, valueOf) {
	return text.replace(reference, (_, name) => valueOf(name));
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
		case "{": return readTuple(scanner, depth);
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
function readTuple(scanner, depth) {
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
		left = combine(left, readAnd(reading), word === "orelse", true);
		word = acceptWord(reading, /or(?:else)?\b/y);
	}
	return left;
}
function readAnd(reading) {
	let left = readComparison(reading);
	let word = acceptWord(reading, /and(?:also)?\b/y);
	while (word !== void 0) {
		left = combine(left, readComparison(reading), word === "andalso", false);
		word = acceptWord(reading, /and(?:also)?\b/y);
	}
	return left;
}
function combine(left, right, short, decides) {
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
		case "variable": return bind(shape.name, term, bindings);
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
function bind(name, term, bindings) {
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

// src/runbook/mentions/parts.ts
function template$1(value, path, roles, env = false) {
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
	if (typeof value === "string") yield template$1(value, path, []);
}
/** A shell command's fields, and its text under the key where it stands. */
function* shell(fields, path, texts, inherited = {}) {
	const roles = fields.on ?? inherited.on ?? [];
	if (fields.on !== void 0) yield* each$1("role", fields.on, [...path, "on"]);
	if (fields.directory !== void 0) yield template$1(fields.directory, [...path, "directory"], roles);
	for (const [name, value] of Object.entries(fields.env ?? {})) yield template$1(value, [
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
function* expectation$1(one, path) {
	yield expression(one.eval, [...path, "eval"]);
	yield {
		kind: "pattern",
		value: one.expect,
		path: [...path, "expect"]
	};
}
function* question$1(one, path) {
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
		for (const [index, value] of alternatives.entries()) yield template$1(value, [
			...path,
			name,
			index
		], []);
	}
}
function* groups(log, values, path) {
	for (const name of Object.keys(values)) yield {
		kind: "group",
		of: log,
		value: name,
		path: [...path, name]
	};
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
			if (step.expect !== void 0) yield template$1(step.expect, [...path, "expect"], step.on);
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
			for (const [index, ready] of step.ready.entries()) yield* expectation$1(ready, [
				...path,
				"ready",
				index
			]);
			return;
		case "probe": return yield* probeMentions(step, path);
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
function* probeMentions(step, path) {
	yield* each$1("role", step.on, [...path, "on"]);
	yield template$1(step.url, [...path, "url"], step.on);
	yield* seconds(step.steady?.everySeconds, [
		...path,
		"steady",
		"every"
	]);
	for (const [index, request] of step.probe.entries()) yield template$1(request.path, [
		...path,
		"probe",
		index,
		"path"
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
	if (step.sends === void 0) return;
	yield* each$1("role", step.sends.on, [
		...path,
		"sends",
		"on"
	]);
	yield template$1(step.sends.url, [
		...path,
		"sends",
		"url"
	], step.sends.on);
	yield* seconds(step.sends.everySeconds, [
		...path,
		"sends",
		"every"
	]);
	for (const [index, request] of step.sends.requests.entries()) yield template$1(request.path, [
		...path,
		"sends",
		"requests",
		index,
		"path"
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
	if (step.when !== void 0) yield {
		kind: "input",
		value: step.when.input,
		path: [
			...path,
			"when",
			"input"
		]
	};
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
		yield template$1(log.files, [
			"logs",
			name,
			"files"
		], log.on);
		yield template$1(log.entry, [
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
		]) yield template$1(one[key], [...path, key], [one.on]);
		yield* seconds(one.settleSeconds, [...path, "settle"]);
		for (const [index, ready] of one.ready.entries()) yield* expectation$1(ready, [
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
		]) yield* question$1(one[side], [...path, side]);
		yield* each$1("class", one.failures, [...path, "failures"]);
	}
}
function* polls(runbook) {
	for (const [name, poll] of Object.entries(runbook.polls)) {
		const path = ["polls", name];
		yield expression(poll.status, [...path, "status"]);
		yield* seconds(poll.everySeconds, [...path, "every"]);
		for (const [index, before] of poll.before.entries()) yield* expectation$1(before, [
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
	return [...Object.keys(runbook.vars).filter((name) => builtinVariables.some((builtin) => builtin === name)).map((name) => problemAt(source, ["vars", name], `\`${name}\` is set by the engine; choose another name`)), ...[...mentionsOf(runbook)].flatMap((mention) => check$1(mention, names, source))];
}
function declared(runbook, rulesLoaded) {
	const classes = new Set(runbook.failureRules.map((rule) => rule.class));
	return {
		lists: {
			console: Object.keys(runbook.consoles),
			log: Object.keys(runbook.logs),
			reading: Object.keys(runbook.readings),
			poll: Object.keys(runbook.polls),
			reconciliation: Object.keys(runbook.reconciliations),
			secret: Object.keys(runbook.secrets),
			class: rulesLoaded ? [...classes] : void 0,
			input: conditionInputs
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
	input: "input"
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
		const why = (error instanceof Error ? error.message : String(error)).replace(/^not an Erlang term pattern: /, "");
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

// src/runbook/check-order.ts
/** Every reference from step to step must lead to the right kind of step on the right side of it. */
function checkOrder(runbook, steps, source) {
	return [
		...steps.flatMap((placed) => {
			const scope = scopeOf(placed, steps, runbook);
			return [...references(placed, scope), ...probeReferences(placed, scope)].flatMap((one) => resolve(one, steps, source));
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
function resolve({ name, path, wanted, candidates }, steps, source) {
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
		const message = `\`${expect.step}\` sends no ${request.method} ${request.path} to compare with`;
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
	return left.method === right.method && left.path === right.path;
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
const reservedPhases = ["plan", "resolve"];
/** Finds what is wrong between the parts of a runbook: ids, rounds, downtime, order and missing proofs. */
function checkStructure(runbook, source) {
	const steps = stepsOf(runbook);
	return [
		...phaseIds(runbook.phases, source),
		...stepIds(steps, source),
		...rounds(runbook.phases, source),
		...downtime(runbook.phases, steps, source),
		...checkOrder(runbook, steps, source),
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
		if (round === "closes" && dispatched === void 0 && index !== last) return [problemAt(source, path, "only the last phase of the chain closes the round")];
		return [];
	});
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

// src/runbook/parts.ts
const idError = "expected a name of lower-case letters, digits and hyphens that starts with a letter";
/** Ids become job ids, file names and anchors, so they are what all of these accept. */
const id = string().regex(/^[a-z][a-z0-9-]*$/, { error: idError });
/** A name that refers to something declared elsewhere. */
const name = string().min(1);
/** Text in which `${name}` stands for a variable. */
const template = string();
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
	directory: template.exactOptional(),
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
const expectation = node({
	eval: template.min(1),
	expect: string().min(1)
});
/** One side of a reconciliation: a shell command on a role, or an expression in a console. */
const question = byKey("question", {
	run: shellQuestion.transform(kinded("shell")),
	eval: node({
		console: name,
		eval: template.min(1)
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
/** Named groups of a log's entry and what each must match, from its first to its last character. */
const where = record(name, regex);
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
	path: template.regex(/^\//, { error: "expected a path that starts with /" }),
	endpoint: name
};
const request$2 = node(requestFields);
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
const probeRequest = node({
	...requestFields,
	expect: expectedAnswer
});
/** Requests that a watch sends itself, so that a quiet environment can pass. */
const sends = node({
	on: oneOrMore(name),
	url: template,
	every: duration,
	requests: array(request$2).min(1)
});
/** Tables of a snapshot: name to the command that prints one `key|version` per line. */
const tables$1 = record(name, string().min(1));

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
		eval: template.min(1),
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
const inputCondition = strict({
	input: name,
	is: union([boolean(), string()])
});
/** What every step may say, whatever it does. */
const stepFields = {
	id,
	title: string().min(1).exactOptional(),
	next: string().min(1).exactOptional(),
	when: inputCondition.exactOptional(),
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
function titleOf(stepId) {
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
		title: titleOf("id" in parsed && typeof parsed.id === "string" ? parsed.id : kind),
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
	expect: template.exactOptional()
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
	ready: array(expectation).default([])
});

// src/runbook/kinds/eval.ts
/** An expression in a console, exactly as an operator would type it; with `poll` it starts a job that is followed to its end. */
const evalStep = step("eval", {
	...mutationFields,
	otherwise: shellQuestion.exactOptional(),
	console: name,
	eval: template.min(1),
	expect: string().min(1).exactOptional(),
	poll: name.exactOptional(),
	log: name.exactOptional(),
	reconciles: name.exactOptional()
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
	url: template.min(1),
	probe: array(probeRequest).min(1),
	steady: steady.exactOptional()
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
const runStep = step("run", {
	...shellFields,
	...mutationFields,
	order: order.default({ kind: "serial" }),
	limit: int().positive().exactOptional(),
	run: string().min(1)
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
	none: where.exactOptional()
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
	directory: template,
	node: template,
	start: template,
	attach: template,
	ping: template,
	stop: template,
	/** How long a started node must go on answering before it counts as started. */
	settle: duration.exactOptional(),
	ready: oneOrMore(expectation).default([])
});
/** Keys of a status answer and the term patterns that their values must all match. */
const state = record(string(), scalarText);
const pollSchema = node({
	status: template.min(1),
	every: duration,
	before: array(expectation).default([]),
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
		free: template.min(1)
	}).exactOptional()
});
const reconciliationSchema = node({
	title: string().exactOptional(),
	source: question,
	dets: question,
	sql: question,
	failures: array(name).default([])
});
const readingSchema = node({
	...shellFields,
	title: string().exactOptional(),
	run: string().min(1),
	names: array(name).min(1)
});
const logSchema = node({
	on: oneOrMore(name),
	files: template.min(1),
	entry: regexTemplate
});
const secretSchema = node({
	optional: boolean().default(false),
	description: string().exactOptional()
});
/** What a runbook declares by name for its steps to refer to. */
const declarations = {
	vars: record(variableName, union([variableValue, _null()])).default({}),
	secrets: record(name, secretSchema).default({}),
	logs: record(name, logSchema).default({}),
	readings: record(name, readingSchema).default({}),
	consoles: record(name, consoleSchema).default({}),
	polls: record(name, pollSchema).default({}),
	reconciliations: record(name, reconciliationSchema).default({})
};

// src/runbook/failure-rule.ts
const failureRuleSchema = node({
	class: string().regex(/^[a-z][a-z0-9_]*$/, { error: "expected a class of lower-case letters, digits and underscores" }),
	level: string().min(1).exactOptional(),
	match: regex,
	reason: regex.exactOptional(),
	object: template.exactOptional(),
	"benign-hint": string().min(1).exactOptional()
});
const failuresSchema = array(failureRuleSchema);

// src/runbook/schema.ts
/** Every kind but `loss`: what may also stand in a refusal's clean-up. */
const undoKinds = {
	run: runStep,
	assert: assertStep,
	reading: readingStep,
	eval: evalStep,
	control: controlStep,
	probe: probeStep,
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
	dispatched: _enum(["rollback", "reset"]).exactOptional(),
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
	phases: array(phaseSchema).min(1)
});

// src/runbook/failures.ts
/** Loads the rules that name failures in a log; a rule whose object cannot be read from its match is refused. */
function loadFailureRules(file) {
	const source = loadYaml(file);
	const rules = checkShape(failuresSchema, source);
	throwIfAny(rules.flatMap((rule, index) => objectProblems(rule, source, index)));
	return rules;
}
function objectProblems(rule, source, index) {
	const groups = namedGroups(rule.match);
	const used = [...(rule.object ?? "").matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => name ?? "");
	if (rule.object !== void 0 && used.length === 0) return [problemAt(source, [index, "object"], "names no group of `match`; write ${group}")];
	return used.filter((name) => !groups.includes(name)).map((name) => problemAt(source, [index, "object"], `\`match\` has no group \`${name}\``, nearest(name, groups)));
}

// src/runbook/load-runbook.ts
const sources = /* @__PURE__ */ new WeakMap();
const positions = /* @__PURE__ */ new WeakMap();
/** Loads a runbook with its failure rules; throws one `ConfigError` that lists everything that is wrong. */
function loadRunbook(file) {
	const source = loadYaml(file);
	const parsed = checkShape(runbookSchema, source);
	const { rules, problems } = failureRules(parsed.failures, file, source);
	const runbook = toRunbook(parsed, file, rules);
	const rulesLoaded = problems.length === 0;
	throwIfAny([
		...problems,
		...checkStructure(runbook, source),
		...checkReferences(runbook, source, rulesLoaded)
	]);
	remember(runbook, source);
	return runbook;
}
/** Where the parts of a loaded runbook stand, for problems that are found later. */
function runbookSource(runbook) {
	return sources.get(runbook);
}
function remember(runbook, source) {
	sources.set(runbook, source);
	for (const [index, phase] of runbook.phases.entries()) positions.set(phase, source.at(["phases", index]));
	for (const { step, path } of stepsOf(runbook)) positions.set(step, source.at(path));
}
function toRunbook({ runbook: name, failures: _, ...parsed }, file, failureRules) {
	return {
		...parsed,
		name,
		title: parsed.title ?? name,
		file,
		failureRules
	};
}
/** A broken rules file must not hide what is wrong in the runbook itself. */
function failureRules(relative, file, source) {
	if (relative === void 0) return {
		rules: [],
		problems: []
	};
	try {
		return {
			rules: loadFailureRules(join(dirname(file), relative)),
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
		if ("message" in typed) problems.push(place(layer, name, typed));
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
function place({ at }, name, wrong) {
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
function valueOf(name, variables) {
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
	return fillTemplate(text, (name) => String(valueOf(name, variables)));
}
/** Fills variables into an Erlang expression, each as a literal of its type, so that no value can become code. */
function substituteExpression(text, variables) {
	return fillTemplate(text, (name) => encodeErlang(valueOf(name, variables)));
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
function secondsOf(duration, variables) {
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
			const why = error instanceof Error ? error.message : String(error);
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
	const roles = mentions.flatMap((mention) => roleProblems(mention, inventory, source));
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
	if (hosts === void 0) {
		const roles = Object.keys(inventory.roles);
		const message = `role \`${value}\` is not in the inventory ${inventory.file}`;
		return [problemAt(source, path, message, nearest(value, roles))];
	}
	if (mention.kind === "role" || hosts.length === 1) return [];
	const inventoryAt = inventorySource(inventory)?.at(["roles", value]);
	const where = inventoryAt === void 0 ? inventory.file : `${inventoryAt.file}:${inventoryAt.line}`;
	return [problemAt(source, path, `${mention.purpose} is on one host, and role \`${value}\` has ${hosts.length} (${where}): ${hosts.join(", ")}`)];
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
	return (hosts.length === 0 ? [void 0] : hosts).flatMap((host) => {
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
	"until-quiet"
];
function fill({ value, path, env }, variables) {
	const name = String(path.at(-1));
	if (env) return substituteEnv({ [name]: value }, variables);
	if (durationKeys.includes(name)) return secondsOf(value, variables);
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
function quote$1(word) {
	return plainWord.test(word) ? word : quoteAlways(word);
}
/** The line that people read in plans and logs: what an operator would type, without any secret value. */
function renderCommand(command) {
	checkCommand(command);
	const directory = command.directory === void 0 ? "" : `cd ${quote$1(command.directory)} && `;
	const values = Object.entries(command.env ?? {}).map(([name, value]) => `${name}=${quote$1(value)}`);
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
async function ask$2(on, context, timeoutSeconds = defaultTimeoutSeconds) {
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
		reason: `${host}: ${sudoAsksForPassword(completed.stderr) ? "sudo asks for a password; let the SSH user run sudo without one" : sayEnd(completed.end)}${errors.length > 0 ? `: ${errors.join(" / ")}` : ""}`,
		lines: errors
	};
}
/** One sentence per way to end. */
function sayEnd(end) {
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
		const answer = await ask$2(step.on, context);
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
	if (text !== void 0) return put(quote(text, "\""));
	if (!put("[") || !writeAll(items, put)) return false;
	return (tail === void 0 || put(" | ") && write(tail, put)) && put("]");
}
function writeBinary(bytes, put) {
	const text = textOfBytes(bytes);
	if (text !== void 0) return put(text === "" ? "<<>>" : `<<${quote(text, "\"")}${/[^ -~]/.test(text) ? "/utf8" : ""}>>`);
	if (!put("<<")) return false;
	return bytes.every((byte, index) => put(index === 0 ? `${byte}` : `,${byte}`)) && put(">>");
}
/** The text of a list of characters or of a UTF-8 binary; `undefined` when it is none. */
function textOf(term) {
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
	return plainAtom.test(name) && !reserved.has(name) ? name : quote(name, "'");
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
function quote(text, mark) {
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

// src/steps/control.ts
const readyPauseSeconds = 1;
/** `control`: proven by the node's own identity and answers, not by the exit status of its script. */
const control = {
	name: "control",
	mutates: true,
	describe: (step, { consoles }) => [...commandsOf(step, consoles[step.console]), ...step.ready.map((one) => `${one.eval} must give ${one.expect}`)],
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
			if (!stopped.ok) return failed(stopped.detail, context);
			if (step.control === "stop") return {
				outcome: "succeeded",
				detail: stopped.detail
			};
		}
		const started = await console.start(options);
		if (!started.ok) return failed(started.detail, context);
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
	await seen(step, context, identity);
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
	if (problem !== void 0) return failed(problem.detail, context);
	const identity = await console.identity();
	if (identity === void 0) return {
		outcome: "failed",
		detail: "the node answers but does not say who it is"
	};
	if (step.control === "restart" && sameNode(identity, before)) return {
		outcome: "failed",
		detail: `process ${identity.pid} is the one from before: the node did not restart`
	};
	await seen(step, context, identity);
	return {
		outcome: "succeeded",
		detail: `process ${identity.pid} answers`
	};
}
/** What was cut short by a cancellation has not failed; the next run looks how it ended. */
function failed(detail, { signal }) {
	return {
		outcome: signal.aborted ? "cancelled" : "failed",
		detail
	};
}
async function seen(step, context, identity) {
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

// src/steps/account.ts
/**
* Collects what the log said of a reconciliation's objects. Attempts are not added up: a later one fails
* again on what the first could not do, so per object the attempt that named it most often counts.
*/
function failuresOf(reconciliation, observations) {
	const attempts = /* @__PURE__ */ new Map();
	for (const { attempt, classes } of observations) {
		const found = attempts.get(attempt) ?? {
			named: /* @__PURE__ */ new Map(),
			nameless: /* @__PURE__ */ new Map()
		};
		attempts.set(attempt, found);
		for (const [name, { count, objects }] of Object.entries(classes)) {
			if (!reconciliation.failures.includes(name)) continue;
			for (const object of objects) found.named.set(object, [...found.named.get(object) ?? [], name]);
			found.nameless.set(name, (found.nameless.get(name) ?? 0) + count - objects.length);
		}
	}
	return {
		byObject: mostOften([...attempts.values()]),
		unnamed: namelessNow(attempts)
	};
}
function mostOften(attempts) {
	const byObject = /* @__PURE__ */ new Map();
	for (const { named } of attempts) for (const [object, classes] of named) if (classes.length > (byObject.get(object)?.length ?? 0)) byObject.set(object, classes);
	return byObject;
}
/** Without names nothing says whether a later attempt made up for it, so of each step only its last one counts. */
function namelessNow(attempts) {
	const latest = new Map([...attempts].map(([attempt, found]) => [stepOf(attempt), found]));
	const unnamed = /* @__PURE__ */ new Map();
	for (const { nameless } of latest.values()) for (const [name, count] of nameless) if (count > 0) unnamed.set(name, (unnamed.get(name) ?? 0) + count);
	return unnamed;
}
/** An attempt is named `step#number`, and what comes behind. */
function stepOf(attempt) {
	return attempt.slice(0, attempt.lastIndexOf("#"));
}
/** Holds two lists of keys against each other, as bags: an object that is there twice must arrive twice or be explained twice. */
function accountFor(from, to, failures) {
	const left = bag(from);
	const right = bag(to);
	const byClass = /* @__PURE__ */ new Map();
	const missing = [];
	let accounted = 0;
	for (const [key, count] of left) {
		const reasons = failures.byObject.get(key) ?? [];
		for (let index = 0; index < count - (right.get(key) ?? 0); index += 1) {
			const reason = reasons[index];
			if (reason === void 0) missing.push(key);
			else {
				accounted += 1;
				byClass.set(reason, (byClass.get(reason) ?? 0) + 1);
			}
		}
	}
	const stillMissing = explainUnnamed(missing, failures.unnamed, byClass);
	return {
		accounted: accounted + missing.length - stillMissing.length,
		byClass,
		missing: stillMissing,
		unexpected: [...right].filter(([key, count]) => count > (left.get(key) ?? 0)).map(([key]) => key)
	};
}
/** Failures that name no object explain as many missing objects as they are. */
function explainUnnamed(missing, unnamed, byClass) {
	let rest = missing;
	for (const [name, count] of unnamed) {
		const explained = Math.min(count, rest.length);
		if (explained > 0) byClass.set(name, (byClass.get(name) ?? 0) + explained);
		rest = rest.slice(explained);
	}
	return rest;
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
		const { row, account } = rowOf(reconciliation, between, held.holdings, context);
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
	const answer = await ask$2(side.on, context, 600);
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
const samplesKept$3 = 10;
function rowOf(reconciliation, between, held, context) {
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
			accounted: account?.accounted ?? 0,
			missing: account?.missing.length ?? 0,
			unexpected: account?.unexpected.length ?? 0,
			samples: [...account?.missing ?? [], ...account?.unexpected ?? []].slice(0, samplesKept$3),
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
		const answer = await ask$2(on, context);
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
	const answer = await ask$2(on, context);
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
* Lists the log's files oldest first and prints of each what is new: a header line
* `inode offset length path`, then exactly that many bytes. A file that shrank is read from its start.
*/
const readNewScript = `IFS=
cursor=" $CURSOR "
list() { TZ=UTC0 stat -c '%Y|%i|%s|%w|%n' $FILES 2>/dev/null | sort -n; }
list | while IFS='|' read -r changed number size born file; do
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
const limitBytes = 16777216;
/** Reads a log from a position on, on all of its hosts, whole lines only. */
var LogReader = class {
	#log;
	#context;
	#cursors = /* @__PURE__ */ new Map();
	#partial = /* @__PURE__ */ new Map();
	/** Files that were there at the position and are gone now: what they held further on is not known. */
	vanished = /* @__PURE__ */ new Set();
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
		partial.text = lines.pop() ?? "";
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
const samplesKept$2 = 5;
const sampleLength = 400;
/** An entry's continuation lines say little after the first few; a stack trace may be endless. */
const entryLength = 8192;
/** Sorts a log's entries into the runbook's failure classes; lines that start no entry belong to the one before. */
var FailureClassifier = class {
	#entry;
	#rules;
	#classes = {};
	#unclassified = 0;
	#samples = [];
	#open;
	constructor(entry, rules) {
		this.#entry = new RegExp(entry);
		this.#rules = rules.map(compile$1);
	}
	line(line) {
		const groups = this.#entry.exec(line)?.groups;
		if (groups === void 0) {
			if (this.#open !== void 0 && this.#open.message.length < entryLength) this.#open.message += `\n${line}`;
			return;
		}
		this.#close();
		this.#open = {
			level: groups["level"] ?? "",
			message: groups["message"] ?? line
		};
	}
	end(gap) {
		this.#close();
		return {
			classes: this.#classes,
			unclassified: this.#unclassified,
			samples: this.#samples,
			gap
		};
	}
	#close() {
		const entry = this.#open;
		this.#open = void 0;
		if (entry === void 0) return;
		for (const rule of this.#rules) {
			if (rule.level !== void 0 && rule.level !== entry.level) continue;
			const match = rule.match.exec(entry.message);
			if (match !== null) return this.#count(rule, match, entry.message);
		}
		if (entry.level !== "error" && entry.level !== "critical") return;
		this.#unclassified += 1;
		if (this.#samples.length < samplesKept$2) this.#samples.push(entry.message.slice(0, sampleLength));
	}
	#count(rule, match, message) {
		const found = this.#classes[rule.class] ??= {
			count: 0,
			objects: [],
			reasons: {},
			samples: []
		};
		found.count += 1;
		const object = objectOf(rule, match);
		if (object !== void 0) found.objects.push(object);
		const reason = rule.reason?.exec(message);
		const why = (reason?.[1] ?? reason?.[0] ?? "").slice(0, 120);
		if (why !== "") found.reasons[why] = (found.reasons[why] ?? 0) + 1;
		if (found.samples.length < samplesKept$2) found.samples.push(message.slice(0, sampleLength));
	}
};
function compile$1(rule) {
	return {
		class: rule.class,
		level: rule.level,
		match: new RegExp(rule.match, "s"),
		reason: rule.reason === void 0 ? void 0 : new RegExp(rule.reason, "s"),
		object: rule.object
	};
}
function objectOf(rule, match) {
	if (rule.object === void 0) return match.groups?.["object"];
	return rule.object.replace(/\$\{(\w+)\}/g, (_, name) => match.groups?.[name] ?? "");
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
		const gap = this.#reader.vanished.size > 0;
		const all = [...this.#classifiers.values()].map((classifier) => classifier.end(gap));
		return gap ? withGap(merge(all, gap), this.#log.name) : merge(all, gap);
	}
	#classifier(host) {
		const known = this.#classifiers.get(host);
		if (known !== void 0) return known;
		const classifier = new FailureClassifier(this.#log.entry, this.#rules);
		this.#classifiers.set(host, classifier);
		return classifier;
	}
};
/** What was rotated away unread may have held anything, so it counts as an unknown failure. */
function withGap(failures, log) {
	failures.unclassified += 1;
	failures.samples.unshift(`a part of log ${log} was rotated away before it was read`);
	return failures;
}
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
		for (const [name, one] of Object.entries(failures.classes)) {
			const into = merged.classes[name] ??= {
				count: 0,
				objects: [],
				reasons: {},
				samples: []
			};
			into.count += one.count;
			for (const object of one.objects) into.objects.push(object);
			for (const [reason, count] of Object.entries(one.reasons)) into.reasons[reason] = (into.reasons[reason] ?? 0) + count;
			into.samples.push(...one.samples);
		}
	}
	return merged;
}
const objectsPerEvent = 2e3;
/** Journals failures, long lists of objects in several events, so that no line grows without bound. */
async function observeFailures(log, failures, context) {
	const names = Object.keys(failures.classes);
	let part = 0;
	let more = true;
	while (more) {
		more = false;
		const classes = {};
		for (const name of names) {
			const all = failures.classes[name];
			if (all === void 0) continue;
			const objects = all.objects.slice(part * objectsPerEvent, (part + 1) * objectsPerEvent);
			if (part > 0 && objects.length === 0) continue;
			if (all.objects.length > (part + 1) * objectsPerEvent) more = true;
			classes[name] = part === 0 ? {
				...all,
				objects
			} : {
				count: 0,
				objects,
				reasons: {},
				samples: []
			};
		}
		await context.observe({
			kind: "failures",
			log: log.name,
			classes,
			unclassified: part === 0 ? failures.unclassified : 0,
			samples: part === 0 ? failures.samples.slice(0, samplesKept$2) : []
		});
		part += 1;
	}
}

// src/steps/progress.ts
const journalEverySeconds$1 = 10;
/** Turns a job's counter into progress: a rate over the whole run, said when it changes, journaled now and then. */
var JobProgress = class {
	#context;
	#total;
	#startedAt;
	#last = -1;
	#journaledAt = 0;
	constructor(context, total) {
		this.#context = context;
		this.#total = total;
		this.#startedAt = context.now().getTime();
	}
	async saw(done) {
		if (done === this.#last) return;
		this.#last = done;
		const now = this.#context.now().getTime();
		if (!(this.#total !== void 0 && done >= this.#total) && now - this.#journaledAt < journalEverySeconds$1 * 1e3) return;
		this.#journaledAt = now;
		const seconds = (now - this.#startedAt) / 1e3;
		await this.#context.observe({
			kind: "progress",
			done: Math.max(0, done),
			...this.#total === void 0 ? {} : { total: this.#total },
			...seconds > 0 ? { perSecond: Math.max(0, done) / seconds } : {}
		});
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
	const total = await totalOf(job, context);
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
			total
		}
	};
}
/** With an empty source side a job "succeeds" with nothing done, so that must be true of the first side as well. */
async function totalOf(job, context) {
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
		reader
	};
	const act = await pollToEnd(pollOf(job, context), context, following);
	if (act.outcome === "cancelled" || act.outcome === "unknown" || log === void 0 || reader === void 0) return act;
	return withFailures(act, log, reader, context);
}
/** How often a log is read while its job runs: often enough that nothing is rotated away unread. */
const readLogEverySeconds = 20;
async function pollToEnd(poll, context, { consoleName, baseline, start, timeoutSeconds, reader }) {
	const console = context.console(consoleName);
	const startedAt = context.now().getTime();
	const progress = new JobProgress(context, baseline.total);
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
async function withFailures(act, log, reader, context) {
	const failures = await reader.end();
	await observeFailures(log, failures, context);
	const counts = Object.entries(failures.classes).map(([name, found]) => `${name} ${found.count}`);
	if (failures.unclassified > 0) counts.push(`unknown errors ${failures.unclassified}`);
	return {
		...act,
		detail: counts.length === 0 ? act.detail : `${act.detail}; in the log: ${counts.join(", ")}`
	};
}

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
	return `${Object.entries(names).map(([name, value]) => `${name}=${quote$1(String(value))}\n`).join("")}${processes}${places}${body}`;
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

# True while the wrapper runs that the pid file names, and not a later process with its number.
alive() {
  pid= was= on=
  { IFS=' ' read -r pid was on owner how <"$dir/pid"; } 2>/dev/null || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$on" = "$boot" ] || [ "$on" = - ] || [ "$boot" = - ] || return 1
  if [ -r /proc/self/stat ]; then
    born "$pid" && { [ "$was" = - ] || [ "$start" = "$was" ]; }
  else
    kill -0 "$pid" 2>/dev/null
  fi
}

# Lists what else is left of the job's session. A number that another process bears now is no session of ours.
survivors() {
  list=
  [ -n "$pid" ] || return 0
  [ "$on" = "$boot" ] || return 0
  if born "$pid" && [ "$start" != "$was" ]; then return 0; fi
  for each in /proc/[0-9]*; do
    each=\${each#/proc/}
    if [ "$each" != "$pid" ] && born "$each" && [ "$session" = "$pid" ]; then list="$list $each"; fi
  done
}

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
dir=$1 nonce=$2 mask=$3 sh=$4 text=$5 how=$6
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
  if [ "$how" = plain ]; then put child "$("$sh" -c 'echo $PPID')"; fi
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
wrapper=${quote$1(`${processes}${wrapper}`)}
${tokenScript}
refuse() { say refused "$@"; exit 0; }
why=$(mkdir -p "$jobs" 2>&1) || refuse bad-directory "$(first_line "$why")"
why=$(mkdir "$dir" 2>&1) || [ -d "$dir" ] || refuse bad-directory "$(first_line "$why")"
if [ ! -f "$dir/command" ]; then
  for each in claim pid exit out err; do
    if [ -e "$dir/$each" ]; then refuse bad-directory "$dir has no command but $each; somebody edited it"; fi
  done
  draft=$dir/.command.$$
  { printf '%s\\n' "$text" >"$draft" && { ln "$draft" "$dir/command" || [ -f "$dir/command" ] || mv "$draft" "$dir/command"; }; } 2>/dev/null
  rm -f "$draft"
  if [ ! -f "$dir/command" ]; then
    rmdir "$dir" 2>/dev/null
    refuse bad-directory "cannot write into $dir; is the disk full?"
  fi
fi
[ "$(cat "$dir/command")" = "$text" ] || refuse other-command "$dir/command is another command; the job directory belongs to another step"
if [ ! -d "$dir/claim" ]; then
  if command -v setsid >/dev/null 2>&1; then
    setsid "$sh" -c "$wrapper" job "$dir" "$nonce" "$mask" "$sh" "$text" session </dev/null >/dev/null 2>&1 &
  else
    nohup "$sh" -c "$wrapper" job "$dir" "$nonce" "$mask" "$sh" "$text" plain </dev/null >/dev/null 2>&1 &
  fi
fi
unset $secrets nothing
waited=0
until [ -s "$dir/pid" ]; do
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
case $pid$was in
  *[!0-9-]*) refuse bad-directory "$dir/pid is not what was written there; somebody edited it" ;;
esac
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
/** Says in one line what became of a job, and changes nothing. A directory that somebody removed ends no process. */
const readScript = `
orphans() {
  list=
  for each in /proc/[0-9]*; do
    each=\${each#/proc/}
    case "$(tr '\\0' '\\n' <"/proc/$each/cmdline" 2>/dev/null)" in
      *"
job
$dir
"*) list="$list $each" ;;
    esac
  done
}
if [ ! -d "$dir" ]; then
  orphans
  if [ -n "$list" ]; then say vanished 0 0 - "$list"; else say absent; fi
  exit 0
fi
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
/** Looks at a job without touching it. */
async function readJob(connection, stateDirectory, id) {
	checkJobId(id);
	const answer = await ask$1(connection, readScript, {
		state: stateDirectory,
		id
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
	const answer = await ask$1(connection, removeScript, {
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
	const answer = await ask$1(connection, `${tokenScript}say accepted\n`, {
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
	const answer = await ask$1(connection, highestScript, {
		state: stateDirectory,
		id: "-"
	});
	if (answer.lost !== void 0) throw new Error(`${connection.host}: ${answer.lost}`);
	return Number(answer.words.split(" ")[1]);
}
async function ask$1(connection, script, names, signal) {
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
	/** Hands over the last lines, which have no newline. */
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
		this.#stream.end();
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
				reason: error instanceof Error ? error.message : String(error),
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
			case "refused": return this.#result.resolve(refusal(rest));
			case "end": return this.#ended(rest);
			case "vanished": return this.#result.resolve({
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
		this.#result.resolve({
			...seen,
			kind: "ended",
			end,
			started: this.#started === true,
			directory: seen.directory ?? ""
		});
	}
};
function refusal(rest) {
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
			reason: error instanceof Error ? error.message : String(error),
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
		out: options.from?.stdout ?? 0,
		err: options.from?.stderr ?? 0,
		text: `${needs}${commandText(spec.command)}`.replace(/\n+$/, "")
	});
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
		this.#lines = [...this.#lines.slice(-4), line];
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
		await this.#context.observe({
			kind: "followed",
			stdout,
			stderr,
			lines: this.#lines
		});
	}
	/** The last lines of the whole output, also of what an earlier run has read. */
	tail(text, count) {
		return [...this.#before, ...tailLines(text, count)].slice(-count);
	}
};

// src/steps/run.ts
/** What a person does when a newer token than ours was seen. */
const overtakenNext = "see who acts now (the journal's last events say it). A rollback may have acted while the journal could not be used: dispatch it again, and its events join the journal";
/** How often a lost connection is made again before the end is called unknown. */
const reconnects = 5;
const reconnectPauseSeconds = 2;
const tailKept = 20;
/** `run`: detached on its host under a job directory, so that losing the runner loses nothing. */
const run = {
	name: "run",
	mutates: true,
	describe: (step) => [renderCommand(step.on.command), ...describeCheck(step.check)],
	check: (step, context) => step.check === void 0 ? Promise.resolve({
		state: "not-done",
		detail: "it is declared repeatable"
	}) : runCheck(step.check, context),
	intend: (step) => Promise.resolve({
		act: renderCommand(step.on.command),
		resume: {}
	}),
	apply: (step, context, attempt) => follow$1(step, context, attempt),
	resume: (step, context, attempt) => resume(step, context, attempt)
};
/** Looks before it follows, since following starts a job that is not there: an attempt without a trace is the check's to judge. */
async function resume(step, context, attempt) {
	const connection = await context.connect(step.on.host);
	const job = await readJob(connection, context.stateDirectory, attempt.id);
	if (job.kind === "vanished" && job.survivors.length > 0) return survived(step, job.survivors);
	if (job.kind === "absent" || job.kind === "vanished") return void 0;
	return follow$1(step, context, attempt);
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
/** Starts the job or, where it is there already, follows it; the job directory makes that one act. */
async function follow$1(step, context, attempt) {
	const deadline = AbortSignal.timeout(step.timeoutSeconds * 1e3);
	const signal = AbortSignal.any([context.signal, deadline]);
	const following = new Following(context, attempt.number);
	for (let tries = 0;; tries += 1) {
		const result = await startOrFollow(step, context, attempt, signal, following);
		if (result.kind !== "lost" || tries >= reconnects || signal.aborted) {
			if (result.kind === "lost" || result.kind === "left-running") await following.note();
			return actOf$1(step, result, context, deadline.aborted, following);
		}
		context.say(`${step.on.host}: the connection was lost (${result.reason}); connecting again to follow the job`);
		await context.sleep(reconnectPauseSeconds);
	}
}
async function startOrFollow(step, context, attempt, signal, following) {
	const spec = {
		id: attempt.id,
		command: withSecrets(step.on, context),
		stateDirectory: context.stateDirectory,
		token: context.token
	};
	try {
		const connection = await context.connect(step.on.host);
		return await runJob(connection, spec, {
			signal,
			from: following.from,
			onSeen: (bytes) => following.saw(bytes),
			onOutput: (_stream, line) => {
				following.said(line);
				context.say(`${step.on.host}: ${line}`);
			}
		});
	} catch (error) {
		return {
			kind: "lost",
			reason: error instanceof Error ? error.message : String(error)
		};
	}
}
function actOf$1(step, result, context, late, following) {
	const host = step.on.host;
	switch (result.kind) {
		case "ended": return ended(host, result, following);
		case "vanished":
			if (result.survivors.length > 0) return survived(step, result.survivors);
			return {
				outcome: "unknown",
				detail: `${host}: its processes are gone and left no exit status`,
				tail: following.tail(result.stdout + result.stderr, tailKept)
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
				detail: `${host}: ${why}; it runs on in ${result.directory}`,
				next: "run this phase again: it follows the job to its end",
				underWay: true
			};
		}
	}
}
function ended(host, result, following) {
	const tail = following.tail(`${result.stdout}\n${result.stderr}`, tailKept);
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
		detail: `${host}: ${sayEnd(result.end)}`,
		tail
	};
}

// src/steps/eval.ts
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
	check: (step, context) => checkEval(step, context),
	intend: (step, context) => intendEval(step, context),
	apply: async (step, context, attempt) => {
		if (attempt.resume["otherwise"] === true) return applyOtherwise(step, context, attempt);
		return actOf(step, context, attempt, await send$1(step, context, attempt));
	},
	resume: (step, context, attempt) => resumeEval(step, context, attempt),
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
	if (attempt.resume["otherwise"] === true && step.otherwise !== void 0) return run.resume?.(otherwiseSpec(step, step.otherwise), context, attempt);
	const console = context.console(step.console);
	const answer = await console.recall(attempt.id, {
		timeoutSeconds: step.timeoutSeconds,
		signal: context.signal
	});
	if (answer === void 0) return void 0;
	const ended = answer.kind !== "refused" && answer.kind !== "lost" && answer.kind !== "running";
	if (!ended && step.otherwise !== void 0 && !context.signal.aborted) return void 0;
	if (ended || answer.kind === "running") return actOf(step, context, attempt, answer);
	if ((await console.state()).state === "down") return void 0;
	return {
		outcome: "unknown",
		detail: `what became of an earlier attempt cannot be asked: ${sayEvaluation(answer)}`,
		...answer.kind === "refused" ? { next: answer.next } : {},
		underWay: true
	};
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
	return run.apply(otherwiseSpec(step, step.otherwise), context, attempt);
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

// src/steps/gate.ts
/** `gate`: passes only on the newest good verdict of this round. */
const gate = {
	name: "gate",
	mutates: false,
	describe: (step) => [`the verdict of step ${step.gate} must be good`],
	apply: (step, context) => {
		const verdict = context.verdictOf(step.gate);
		if (verdict === void 0) return Promise.resolve({
			outcome: "not-met",
			detail: `step ${step.gate} has given no verdict in this round`
		});
		if (verdict.good) return Promise.resolve({
			outcome: "succeeded",
			detail: "the verdict is good"
		});
		return Promise.resolve({
			outcome: "not-met",
			detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
			next: `resolve what the verdict names (or accept it in a reviewed change of the baseline), then run the phase of step ${step.gate} again; or dispatch the rollback`
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
async function holds$1(proof, context) {
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
	return ask$2(wrapped, context, 1800);
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
		if (step.while !== void 0 && !await holds$1(step.while, context)) return {
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
		if (step.of.kind === "since" && await holds$1(step.of.unless, context)) return {
			outcome: "succeeded",
			detail: "nothing is served from there, so nothing more is lost"
		};
		if (!context.withoutJournal && await neverReopened(step, context)) return notReopened;
		const counted = await count(step, context);
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
	return holds$1(of.withoutSnapshot, context);
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
async function count(step, context) {
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

// src/steps/http.ts
const timeoutSeconds = 20;
/** Sends a request over the host's SSH connection, so that what is asked is that host and nothing in between. */
async function send(request, context) {
	try {
		const url = new URL(request.path, request.url);
		const secure = url.protocol === "https:";
		const port = url.port === "" ? secure ? 443 : 80 : Number(url.port);
		const socket = await (await context.connect(request.host)).forward(url.hostname, port);
		const stream = secure ? connect({
			socket,
			servername: url.hostname
		}) : socket;
		try {
			return {
				status: await exchange(url, request.method, stream, context.signal),
				detail: void 0
			};
		} finally {
			stream.destroy();
			socket.destroy();
		}
	} catch (error) {
		return {
			status: 0,
			detail: error instanceof Error ? error.message : String(error)
		};
	}
}
function exchange(url, method, stream, signal) {
	return new Promise((resolve, reject) => {
		const request$3 = request(url, {
			method,
			createConnection: () => stream,
			agent: false,
			headers: {
				accept: "application/json",
				connection: "close",
				"user-agent": "runbook-phase"
			},
			signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1e3)])
		});
		request$3.on("response", (response) => {
			response.resume();
			response.on("end", () => resolve(response.statusCode ?? 0));
			response.on("error", reject);
		});
		request$3.on("error", reject);
		request$3.end();
	});
}

// src/steps/probe.ts
/** `probe`: sent through each host's own SSH connection, and right only when every answer of several rounds is. */
const probe = {
	name: "probe",
	mutates: false,
	describe: (step) => {
		const lines = /* @__PURE__ */ new Set();
		for (const { method, path, expect } of step.requests) {
			const wanted = "sameAs" in expect ? `as in step ${expect.sameAs}` : expect.statuses.join(" or ");
			lines.add(`${method} ${path} must answer ${wanted}`);
		}
		return [...lines, ...step.steady === void 0 ? [] : [`${step.steady.times} times in a row`]];
	},
	apply: async (step, context) => {
		const expected = step.requests.map((request) => expectedOf(request, context));
		const deadline = context.now().getTime() + step.timeoutSeconds * 1e3;
		let inRow = 0;
		for (;;) {
			const answers = await Promise.all(step.requests.map((request, index) => ask(request, expected[index] ?? [], context)));
			inRow = answers.every(({ ok }) => ok) ? inRow + 1 : 0;
			const late = step.steady === void 0 || context.now().getTime() >= deadline || context.signal.aborted;
			if (inRow >= (step.steady?.times ?? 1) || late) return conclude(answers, inRow, step, context);
			await context.sleep(step.steady?.everySeconds ?? 1);
		}
	}
};
async function conclude(answers, inRow, step, context) {
	await context.observe({
		kind: "probes",
		answers: [...answers]
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
	return {
		outcome: "not-met",
		detail: wrong.length === 0 ? "the answers are right but were not steady" : `${first.join("; ")}${rest}`
	};
}
function sayAnswer(answer) {
	const got = answer.status === 0 ? `no answer (${answer.detail ?? "unknown"})` : String(answer.status);
	return `${answer.method} ${answer.path} on ${answer.host} answers ${got}, wanted ${answer.expected.join(" or ") || "what preflight saw"}`;
}
async function ask(request, expected, context) {
	const { host, method, path, endpoint } = request;
	const { status, detail } = await send(request, context);
	return {
		host,
		method,
		path,
		endpoint,
		status,
		expected: [...expected],
		ok: expected.includes(status),
		...detail === void 0 ? {} : { detail }
	};
}
/** What the same request answered in an earlier step of this round. */
function expectedOf(request, context) {
	if ("statuses" in request.expect) return request.expect.statuses;
	return context.probesOf(request.expect.sameAs).filter(({ host, method, path }) => host === request.host && method === request.method && path === request.path).map(({ status }) => status).slice(-1);
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

// src/steps/verdict.ts
/** Good only when the sides agree and every failure class is in the baseline, within its count and not expired. */
function judge({ rows, accounts }, context) {
	const failures = failureRows(accounts, context);
	const reasons = rows.filter((row) => !row.ok).map((row) => `${row.title}: ${row.detail}`);
	const today = context.now().toISOString().slice(0, 10);
	for (const row of failures) reasons.push(...problemsOf(row, context.baseline, today));
	return {
		good: reasons.length === 0,
		reasons,
		rows,
		failures
	};
}
function problemsOf(row, baseline, today) {
	if (!row.known) return [`${row.count} failures of class ${row.class}, which the baseline does not know`];
	const expires = baseline.find((entry) => entry.class === row.class)?.expires;
	if (row.count > 0 && expires !== void 0 && expires < today) return [`the baseline's entry for ${row.class} expired on ${expires}`];
	if (row.count > row.allowed) return [`${row.count} failures of class ${row.class}, where the baseline allows ${row.allowed}`];
	return [];
}
const samplesKept$1 = 5;
/** The failures that count beside the baseline; also entries of the baseline that no longer occur. */
function failureRows(accounts, context) {
	const found = countFailures(accounts, context);
	const rows = [...found].map(([name, { count, samples }]) => {
		const entry = context.baseline.find((one) => one.class === name);
		return {
			class: name,
			count,
			allowed: entry?.allowed ?? 0,
			why: entry?.why ?? "",
			known: entry !== void 0,
			samples: samples.slice(0, samplesKept$1)
		};
	});
	for (const entry of context.baseline) {
		if (found.has(entry.class)) continue;
		rows.push({
			class: entry.class,
			count: 0,
			allowed: entry.allowed,
			why: entry.why,
			known: true,
			samples: []
		});
	}
	return rows.sort((a, b) => b.count - a.count || (a.class < b.class ? -1 : 1));
}
/**
* A failure counts when its object is not in SQL: a migration that is started again fails on everything
* that is there already, and that is no loss. Classes that no reconciliation accounts for count by their lines.
*/
function countFailures(accounts, context) {
	const counts = /* @__PURE__ */ new Map();
	const add = (name, count, samples = []) => {
		const row = counts.get(name) ?? {
			count: 0,
			samples: []
		};
		row.count += count;
		row.samples.push(...samples);
		if (row.count > 0) counts.set(name, row);
	};
	for (const account of accounts.values()) for (const [name, count] of account.byClass) add(name, count);
	const accountable = new Set([...accounts.keys()].flatMap((name) => context.resources.reconciliations[name]?.failures ?? []));
	for (const observation of latestOfEachStep(context)) {
		add(unclassified, observation.unclassified, observation.samples);
		for (const [name, found] of Object.entries(observation.classes)) if (!accountable.has(name)) add(name, found.count, found.samples);
		else counts.get(name)?.samples.push(...found.samples);
	}
	return counts;
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
		const compared = await compareSides(step.of, step.between, context);
		if (!compared.ok) return {
			outcome: "not-met",
			detail: compared.reason
		};
		await context.observe({
			kind: "reconciled",
			rows: [...compared.rows]
		});
		if (step.verdict) return giveVerdict(judge(compared, context), context);
		return {
			outcome: compared.rows.every((row) => row.ok) ? "succeeded" : "not-met",
			detail: describeRows(compared.rows)
		};
	}
};
async function giveVerdict(verdict, context) {
	await context.conclude(verdict);
	if (verdict.good) return {
		outcome: "succeeded",
		detail: describeRows(verdict.rows)
	};
	return {
		outcome: "not-met",
		detail: `the verdict is bad: ${verdict.reasons.join("; ")}`,
		next: "resolve what the verdict names, or accept it in a reviewed change of the baseline, then run this phase again; or dispatch the rollback"
	};
}

// src/steps/watch.ts
const readEverySeconds = 1;
const samplesKept = 5;
/** `watch`: reads a log on every host of its role from where it stands, rotation included. */
const watch = {
	name: "watch",
	mutates: false,
	describe: (step) => [
		"forSeconds" in step.ends ? `watch log ${step.log} for ${step.ends.forSeconds} s` : `wait until log ${step.log} shows nothing of it for ${step.ends.quietSeconds} s`,
		...Object.entries(step.where).map(([name, pattern]) => `where ${name} is ${pattern}`),
		...step.limits.atLeast === void 0 ? [] : [`at least ${step.limits.atLeast}`],
		...step.limits.atMost === void 0 ? [] : [`at most ${step.limits.atMost}`],
		...Object.entries(step.limits.none ?? {}).map(([name, pattern]) => `none with ${name} ${pattern}`)
	],
	apply: async (step, context) => {
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
			return await follow(step, context, reader, traffic, startedAt);
		} finally {
			own.stop();
			await own.stopped;
		}
	}
};
async function follow(step, context, reader, traffic, startedAt) {
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
	}
	line(line, host) {
		const groups = this.#entry.exec(line)?.groups;
		if (groups === void 0) return;
		this.#read.add(host);
		if (!holds(this.#where, groups)) return;
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
		if (this.#none !== void 0 && holds(this.#none, groups)) this.refuse(`${host}: ${line.slice(0, 200)}`);
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
function holds(where, groups) {
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
	run,
	assert,
	reading,
	eval: evaluate,
	control,
	probe,
	watch,
	reconcile,
	gate,
	snapshot,
	idle,
	loss
};
/** The kind of a unit; the union guarantees that spec and kind belong together. */
function kindOf(unit) {
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
			idle: patterns(poll.idle),
			busy: poll.busy.map(patterns),
			done: patterns(poll.done),
			stopped: patterns(poll.stopped ?? {}),
			counters: poll.counters,
			sticky: patterns(poll.sticky),
			stalled: poll.stalled === void 0 ? void 0 : {
				when: patterns(poll.stalled.when),
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
		}))
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
function patterns(state) {
	return mapValues(state, String);
}
function mapValues(record, map) {
	return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

// src/plan/resolve.ts
/** Known only while a round runs: stays as it is in the plan and is filled in when a phase is executed. */
const roundPlaceholder = "${round}";
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
	/** The hosts of one or several roles, each once, in the inventory's order. */
	hosts(roles) {
		const found = roles.flatMap((role) => {
			const hosts = this.#inventory.roles[role];
			if (hosts === void 0) throw new PlanError(`${this.#inventory.file}: there is no role ${role}; the runbook needs it`);
			return hosts;
		});
		return [...new Set(found)];
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
				timeoutSeconds: timeout(step, runTimeoutSeconds, resolver)
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
		case "probe": return whole({
			kind: "probe",
			spec: probeSpec(step, resolver)
		});
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
	return resolver.hosts(roles).map((host) => ({
		host,
		unit: unit(host)
	}));
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
function expected(declared) {
	return declared.expect.kind === "status" ? { statuses: declared.expect.statuses } : { sameAs: declared.expect.step };
}
function request$1(declared, url, host, resolver) {
	return {
		host,
		url: resolver.text(url, host),
		method: declared.method,
		path: resolver.text(declared.path, host),
		endpoint: declared.endpoint
	};
}
function watchSpec(step, resolver) {
	const { sends } = step;
	return {
		log: step.watch,
		ends: step.untilQuietSeconds === void 0 ? { forSeconds: resolver.seconds(step.forSeconds ?? 0) } : {
			quietSeconds: resolver.seconds(step.untilQuietSeconds),
			timeoutSeconds: timeout(step, runTimeoutSeconds, resolver)
		},
		where: step.where,
		limits: {
			atLeast: step.limits?.atLeast,
			atMost: step.limits?.atMost,
			none: step.limits?.none
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
		phases: runbook.phases.map((phase) => planPhase(phase, resolver, resources)),
		resources,
		hosts: plannedHosts(inventory)
	};
	const { file: _, ...content } = runbook;
	return {
		...body,
		digest: digest(body),
		runbookDigest: digest({
			...content,
			inputVars
		})
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
function planPhase(phase, resolver, resources) {
	return {
		id: phase.id,
		title: phase.title,
		round: phase.round,
		dispatched: phase.dispatched,
		timeoutSeconds: phase.timeoutSeconds === void 0 ? void 0 : resolver.seconds(phase.timeoutSeconds),
		steps: phase.steps.map((step) => planStep(step, resolver, resources))
	};
}
function planStep(step, resolver, resources) {
	const units = planUnits(step, resolver, resources.consoles);
	return {
		id: step.id,
		title: step.title,
		kind: step.kind,
		units,
		batch: batchOf(step, units.length),
		when: step.when,
		until: step.until,
		timeoutSeconds: step.timeoutSeconds === void 0 ? void 0 : resolver.seconds(step.timeoutSeconds),
		required: step.required,
		repeatable: step.repeatable || step.kind === "control",
		downtime: step.downtime,
		pointOfNoReturn: step.pointOfNoReturn,
		onPartial: step.onPartial ?? { kind: step.kind === "snapshot" ? "apply" : "ask" },
		next: step.next,
		onRefusal: (step.onRefusal ?? []).map((one) => planStep(one, resolver, resources)),
		describe: describeUnits(units, resources)
	};
}
/** Lines that are the same on every host stand once; the others say which host they are for. */
function describeUnits(units, resources) {
	const byHost = units.map(({ host, unit }) => ({
		host,
		lines: bindRound(kindOf(unit).describe(unit.spec, resources), "<round>")
	}));
	const [first] = byHost;
	const same = (line) => byHost.every(({ lines }) => lines.includes(line));
	const shared = (first?.lines ?? []).filter(same);
	return [...byHost.flatMap(({ host, lines }) => lines.filter((line) => !same(line)).map((line) => `${host ?? ""}: ${line}`)), ...shared];
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
	const runbook = loadRunbook(request.runbookFile);
	const inventory = loadInventory(request.inventoryFile);
	if (inventory.environment !== request.environment) throw new RefusedError(`${request.inventoryFile} is the inventory of environment ${inventory.environment}, and ${request.environment} was asked for`, "give the inventory of the environment that you mean");
	const problems = validate(runbook, inventory, request.vars);
	if (problems.length > 0) throw new ConfigError(problems);
	return {
		runbook,
		inventory,
		plan: makePlan(runbook, inventory, request.vars),
		baseline: loadKnownFailures(runbook, inventory)
	};
}
/** Errors that no rule recognises are a class too, so a baseline may name it. */
function loadKnownFailures(runbook, inventory) {
	if (inventory.baseline === void 0) return [];
	return loadBaseline(inventory.baseline, [...runbook.failureRules.map((rule) => rule.class), unclassified]);
}
/** Finds the phase and refuses what can be refused before anything is connected: another plan, missing secrets. */
function admitRequest(request, { plan, runbook, inventory }) {
	const phase = phaseOf(plan, request.phase);
	if (request.planDigest !== void 0 && request.planDigest !== plan.digest) throw new RefusedError(`the approved plan is ${request.planDigest.slice(0, 12)}, and what would be done now is ${plan.digest.slice(0, 12)}`, "something changed since the plan was shown (the commit, the inventory or a variable): dispatch a new run and approve its plan");
	const problems = secretProblems(runbook, request.secrets);
	if (problems.length > 0) throw new ConfigError(problems);
	if (inventory.protected && phase.dispatched === void 0) throw new RefusedError(`${inventory.environment} is protected (${request.inventoryFile}), and this version cannot verify yet what a protected environment asks for: reviewers in GitHub and the evidence of a rehearsed run`, "rehearse in an environment whose inventory says protected: false");
	return phase;
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
		paragraph(`## Plan: ${md(plan.title, 120)} · ${md(plan.environment, 80)}${plan.protected ? " · 🔒 protected" : ""}`),
		list([
			`Plan digest ${code(plan.digest)}`,
			`Runbook digest ${code(plan.runbookDigest)}`,
			`${formatCount(chain.length, "phase")} in this order: ${chain.map(({ id }) => code(id, 80)).join(", ")}`,
			...others.length === 0 ? [] : [`Only when dispatched: ${others.map(({ id }) => code(id, 80)).join(", ")}`],
			...turningPoints(chain)
		]),
		details("Hosts", list(Object.entries(plan.hosts).map(([name, host]) => `${code(name, 80)} ${md(sayHost(host), 200)}`))),
		...plan.phases.flatMap(phaseBlocks)
	];
	return page(blocks, maxBytes);
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
function sayWhere({ kind, units, batch }) {
	const hosts = units.flatMap(({ host }) => host === void 0 ? [] : [host]);
	if (hosts.length === 0) return "";
	const order = batch === 1 ? "one after the other" : batch >= hosts.length ? "all at once" : `${batch} at once`;
	return ` · on ${hosts.map((host) => md(host, 80)).join(", ")}${hosts.length > 1 && ordered.has(kind) ? `, ${order}` : ""}`;
}
function remarksOf({ when, required, next }) {
	return [
		...when === void 0 ? [] : [`only if ${when.input} is ${String(when.is)}`],
		...required ? [] : ["the phase goes on if this fails"],
		...next === void 0 ? [] : [`if it does not hold: ${next}`]
	];
}
/** The same plan as plain lines, for a terminal and the live log; each has been through the gateway. */
function planText(plan, secrets = []) {
	return [
		`${plan.title} · ${plan.environment}${plan.protected ? " · protected" : ""}`,
		`plan digest ${plan.digest}`,
		...plan.phases.flatMap((phase) => [
			"",
			`${phase.id}: ${phase.title}${phase.dispatched === void 0 ? "" : ` (only when ${phase.dispatched} is dispatched)`}`,
			...phase.steps.flatMap((step, index) => stepText(step, `${index + 1}`, []))
		])
	].flatMap((line) => safeLines(line, { secrets }));
}
function stepText(step, number, before) {
	const hosts = step.units.flatMap(({ host }) => host === void 0 ? [] : [host]);
	const where = hosts.length === 0 ? "" : ` [${hosts.join(", ")}]`;
	const marks = marksOf(step).map((mark) => `     ${mark.replaceAll("**", "")}`);
	return [
		`  ${number}. ${step.title}${where}`,
		...marks,
		...[...before, ...remarksOf(step)].map((remark) => `     ${remark}`),
		...linesOf(step).map((line) => `     ${line}`),
		...step.onRefusal.flatMap((one, index) => stepText(one, `${number}.${index + 1}`, [onlyWhenRefused(number)]))
	];
}
function sayHost({ address, port, user, jump }) {
	return `is ${user} at ${address} port ${port}${jump === void 0 ? "" : ` by way of ${jump}`}`;
}

export { page as A, formatRate as B, parseTerm as C, details as D, code as E, formatCount as F, safeLines as G, secondsBetween as H, formatDuration as I, ConfigError as J, parseSecrets as K, formatInstant as L, pre as M, table as N, list as O, titled as P, formatNumber as R, loadRunbook as S, loadInventory as T, maskedValues as U, formatTime as V, safeLine as W, nearest as Y, textOf as _, RefusedError as a, validate as b, canonicalJson as c, overtakenNext as d, highestToken as f, printTerm as g, removeOldJobs as h, prepare as i, paragraph as j, md as k, digest as l, readJob as m, planText as n, chainOf as o, presentToken as p, parseVars as q, admitRequest as r, bindRound as s, planMarkdown as t, kindOf as u, invokeShell as v, TermError as w, encodeErlang as x, shellScript as y, formatPercent as z };