// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { A as loadPrivateKey, At as throwIfAny, C as doubtMeant, D as withRecord, Et as rulingForms, H as RefusedError, O as sayClock, Ot as parseVars, R as replay, S as runResolution, St as exitCodeOf, T as runningDowntime, Tt as readRuling, U as expiredProblems, V as prepare, W as loadKnownFailures, X as loadRunbook, Y as validate$1, Z as loadInventory, _ as tellLines, a as createLog, b as ruleLines, gt as formatInstant, j as missingPassphrase, jt as nearest, k as look, kt as errorText, nt as headlineOf, r as planText, rt as isGood, t as untilSignalled, w as downtimeMeant, wt as safeLines, x as isBudget, xt as nextOf, y as nameOf } from "./lib/engine.js";
import { parseArgs } from "node:util";
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { createInterface } from "node:readline";

// src/terminal/terminal.ts
/** The terminal of this process. */
function processTerminal({ env, stdin, stdout, stderr }) {
	return {
		env,
		user: env["USER"] ?? env["LOGNAME"] ?? "unknown",
		interactive: stdin.isTTY && stderr.isTTY,
		input: stdin,
		write: (line) => void stdout.write(`${line}\n`),
		tell: (text) => void stderr.write(text)
	};
}

// src/terminal/command.ts
/** Lets a command's own options decide the type of its values. */
function command(one) {
	return one;
}

// src/terminal/usage-error.ts
/** Wrong words on the command line; whoever catches it says how the command is called. */
var UsageError = class extends Error {
	name = "UsageError";
};

// src/terminal/plan-options.ts
/** The options by which every command names what it is about. */
const planOptions = {
	environment: {
		value: "NAME",
		about: "environment; must be the one that the inventory names"
	},
	runbook: {
		value: "FILE",
		about: "runbook file",
		default: "runbooks/org-migration/runbook.yml"
	},
	inventory: {
		value: "FILE",
		about: "inventory file; without it inventory/NAME.yml"
	},
	vars: {
		value: "MAP",
		about: "variables that override the inventory's, as a YAML or JSON map",
		default: ""
	}
};
/** What is planned, from the options that name it. */
function planRequest({ environment, runbook, inventory, vars }) {
	if (environment === void 0) throw new UsageError("--environment NAME is missing");
	return {
		environment,
		runbookFile: runbook,
		inventoryFile: inventory ?? `inventory/${environment}.yml`,
		vars: parseVars(vars)
	};
}

// src/terminal/plan.ts
/** `plan`: what would be done, as the approvers of a run see it. */
const plan = command({
	summary: "show everything that would be done in an environment",
	usage: "--environment NAME [--runbook FILE] [--inventory FILE] [--vars MAP]",
	about: ["Shows every phase with its steps: hosts, exact commands with their environment, checks and expectations, and the plan's digest. Connects to nothing."],
	options: planOptions,
	examples: ["plan --environment pre-prod"],
	run(values, terminal) {
		for (const line of planText(prepare(planRequest(values)).plan)) terminal.write(line);
		return 0;
	}
});

// src/terminal/ask.ts
/** Asks a person for a line; undefined when the input ends instead. */
function ask(question, { input, tell }) {
	tell(question);
	const lines = createInterface({
		input,
		terminal: false
	});
	return new Promise((resolve) => {
		lines.once("line", (line) => {
			resolve(line);
			lines.close();
		});
		lines.once("close", () => resolve(void 0));
	});
}
const enter = ["\r", "\n"];
const interrupt = "";
const endOfInput = "";
const erase = ["", "\b"];
/** Asks for what must not be seen on the screen; undefined when the person gives up. */
async function askSecretly(question, terminal) {
	const { input, tell } = terminal;
	input.setRawMode(true);
	try {
		tell(question);
		return await typed(input);
	} finally {
		input.setRawMode(false);
		input.pause();
		tell("\n");
	}
}
function typed(input) {
	return new Promise((resolve) => {
		let text = "";
		const end = (answer) => {
			input.off("data", take);
			resolve(answer);
		};
		const take = (chunk) => {
			for (const key of chunk.toString()) {
				if (enter.includes(key)) return end(text);
				if (key === interrupt || key === endOfInput) return end(void 0);
				text = erase.includes(key) ? text.slice(0, -1) : text + key;
			}
		};
		input.on("data", take);
		input.once("end", () => end(void 0));
	});
}

// src/terminal/confirm.ts
/** Refuses what could not be confirmed anyway, before a person is asked for anything. */
function refuseUnconfirmable(wanted, { interactive }) {
	const { environment } = wanted;
	if (wanted.protected && !wanted.withoutGithub) throw new RefusedError(`${environment} is protected, and a terminal asks no reviewer`, "dispatch the workflow in GitHub; where GitHub cannot be used, add --without-github and say why in --reason");
	if (interactive || wanted.yes && !wanted.protected) return;
	throw new RefusedError(wanted.protected ? `${environment} is protected: its name has to be typed, and this is no terminal` : "this is no terminal, so nobody can confirm it", wanted.protected ? "run this in a terminal" : "run this in a terminal, or give --yes");
}
/** Lets a person type the environment's name; anything else refuses. */
async function confirm({ environment, yes, ...wanted }, what, terminal) {
	if (yes && !wanted.protected) return;
	const typed = await ask(`To ${what}, type the environment's name (${environment}): `, terminal);
	if (typed?.trim() === environment) return;
	const said = typed === void 0 ? "nothing was typed" : `${JSON.stringify(typed)} was typed`;
	throw new RefusedError(`not confirmed: ${said}, and ${environment} was wanted. Nothing was changed`, `run it again and type ${environment}`);
}

// src/terminal/budget.ts
/** Shows the downtime that runs and how it is given another budget; nothing where none runs. */
function listDowntime(plan, events, terminal) {
	const running = runningDowntime(plan, replay(events), /* @__PURE__ */ new Date());
	if (running === void 0) return;
	write$1([
		"",
		sayRunning(running),
		`to give it another budget: --step downtime --ruling budget=DURATION --reason "..."`
	], terminal);
}
/** Shows what a decision on the budget would change. */
function showBudget({ ruling: { budgetSeconds } }, running, terminal) {
	const left = sayClock(budgetSeconds - running.elapsedSeconds);
	write$1([
		sayRunning(running),
		`a budget of ${sayClock(budgetSeconds)} in all leaves ${left}; phase ${running.phase} goes on when it is re-run`,
		""
	], terminal);
}
function sayRunning({ round, elapsedSeconds, budgetSeconds }) {
	return `round ${round.id}: writes are down for ${sayClock(elapsedSeconds)} of ${sayClock(budgetSeconds)}`;
}
function write$1(lines, terminal) {
	for (const safe of lines.flatMap((line) => safeLines(line))) terminal.write(safe);
}

// src/report/doubts.ts
/** What is known of each step in doubt, as lines for a person who is to find out how it ended. */
function doubtLines(doubts, plan) {
	return doubts.flatMap((doubt) => [...linesOf(doubt, plan), ""]).slice(0, -1);
}
function linesOf(doubt, plan) {
	const { phase, step, host, round, inFlight, lastCheck, lastDetail } = doubt;
	const planned = plan.phases.find(({ id }) => id === phase)?.steps.find(({ id }) => id === step);
	const { by, run, url } = inFlight.actor;
	const where = url === "" ? "" : ` (${url})`;
	const tells = tellLines(planned?.tells ?? [], [{
		host,
		attempt: inFlight.id
	}], round);
	return [
		`${nameOf({
			phase,
			step,
			host
		})}${planned === void 0 ? "" : `: ${planned.title}`}`,
		...indented(`sent, or about to be: ${inFlight.act}`),
		`  when: ${formatInstant(inFlight.intendedAt)}, attempt ${inFlight.attempt} in round ${round}`,
		`  by: ${by}, run ${run}${where}`,
		...lastDetail === void 0 ? [] : indented(`its end: ${lastDetail}`),
		...indented(`its check: ${sayCheck(lastCheck)}`),
		...tells.length === 0 ? ["  no command is known that would tell"] : ["  these tell, and change nothing:", ...tells.flatMap((line) => indented(line, "    "))]
	];
}
/** What was sent and is not in doubt either: nobody has asked yet how it ended. */
function flyingLines(flying) {
	return flying.map((one) => `${nameOf(one)} was sent ${formatInstant(one.inFlight.intendedAt)} by run ${one.inFlight.actor.run} and has no end yet: it runs, or re-run phase ${one.phase}, which follows it`);
}
function sayCheck(check) {
	if (check === void 0) return "it was not asked, or there is none";
	return `${check.state}${check.detail === "" ? "" : `: ${check.detail}`}`;
}
function indented(text, by = "  ") {
	const [first = "", ...rest] = text.split("\n");
	return [`${by}${first}`, ...rest.map((line) => `${by}  ${line}`)];
}
/** What a ruling does, in the words of the engine that will follow it. */
function meaningLines(ruling, doubts) {
	return doubts.map((doubt) => {
		const next = doubt.inFlight.attempt + 1;
		const effect = ruling === "done" ? "it counts as done, is not sent again, and the phase goes on behind it" : `it is sent again, as attempt ${next}`;
		return `ruled ${ruling}: where the check of ${nameOf(doubt)} still cannot tell, ${effect}`;
	});
}

// src/terminal/doubts.ts
/** Shows what there is to rule on, and what only has to be asked again. */
function listDoubts(plan, events, terminal) {
	const state = replay(events);
	const doubts = state.doubts();
	const flying = state.inFlight().filter(({ inFlight }) => !inFlight.unknown);
	if (doubts.length === 0) write([`nothing is in doubt in ${plan.environment}`], terminal);
	else write([
		`in doubt in ${plan.environment}: ${doubts.map(nameOf).join(", ")}`,
		"",
		...doubtLines(doubts, plan),
		"",
		"Re-run the phase first: it joins what still runs, and asks the check again. If it cannot tell either:",
		...ruleLines(plan.environment, doubts.map(nameOf)).map((line) => `  ${line}`)
	], terminal);
	if (flying.length > 0) write(["", ...flyingLines(flying)], terminal);
}
/** Shows what is about to be ruled on, and what the ruling will mean. */
function showRuling({ ruling }, doubts, plan, terminal) {
	write([
		...doubtLines(doubts, plan),
		"",
		...meaningLines(ruling, doubts),
		""
	], terminal);
}
function write(lines, terminal) {
	for (const line of lines) for (const safe of safeLines(line, { maxLength: 2e4 })) terminal.write(safe);
}

// src/terminal/record-ruling.ts
/** Records a ruling as this terminal's user and says how that ended; resolves with the exit status. */
async function recordRuling(ruling, asked, terminal) {
	const secrets = [asked.sshPrivateKey, asked.sshPassphrase].filter((one) => one !== void 0);
	const { signal, done } = untilSignalled(process);
	const log = logOn(terminal, secrets);
	const report = await runResolution(requestOf(asked, terminal, signal), ruling, {
		planned: () => void 0,
		event: (event) => log.append(event),
		say: (line) => log.say(line)
	}).finally(done);
	sayEnd(report, secrets, terminal);
	return exitCodeOf(report.outcome);
}
function requestOf(asked, { user }, signal) {
	return {
		...asked,
		phase: "resolve",
		secrets: {},
		planDigest: void 0,
		acceptDataLoss: void 0,
		keep503: false,
		reason: void 0,
		actor: {
			run: `terminal:${user}`,
			runAttempt: 1,
			url: "",
			by: user
		},
		copyFile: void 0,
		signal
	};
}
function logOn({ write }, secrets) {
	return createLog({
		write,
		groups: void 0,
		secrets,
		now: () => /* @__PURE__ */ new Date()
	});
}
function sayEnd({ outcome, sentence, next }, secrets, { write, tell }) {
	const unchanged = outcome === "refused" ? ["Nothing was changed."] : [];
	const lines = [
		`${headlineOf(outcome)}: ${sentence}`,
		...unchanged,
		`Next: ${next}`
	];
	const say = isGood(outcome) ? write : (line) => tell(`${line}\n`);
	for (const line of lines.flatMap((text) => safeLines(text, { secrets }))) say(line);
}

// src/execute/private-key.ts
/** Whether a private key has to be opened by a passphrase; throws for what is no private key. */
function wantsPassphrase(text) {
	try {
		loadPrivateKey(text);
		return false;
	} catch (error) {
		if (error instanceof Error && error.message === "the private key is encrypted and no passphrase is given") return true;
		throw error;
	}
}
/** Throws when the passphrase does not open the key, before anything is connected. */
function checkPassphrase(text, passphrase) {
	loadPrivateKey(text, passphrase);
}

// src/terminal/ssh-access.ts
/** The options of every command that connects to hosts. */
const accessOptions = {
	identity: {
		value: "FILE",
		about: "private key that opens the hosts; its passphrase is read from SSH_PASSPHRASE, or asked for. Without it: the keys of the SSH agent (SSH_AUTH_SOCK)"
	},
	"known-hosts": {
		value: "FILE",
		about: "pinned host keys; a host without one is never connected to",
		default: "~/.ssh/known_hosts"
	}
};
/** What opens the hosts, read and tried before anything is connected. */
async function readAccess(values, terminal) {
	const knownHosts = await readText(values["known-hosts"], "pin the hosts' keys there, or name another file with --known-hosts");
	if (values.identity !== void 0) return {
		knownHosts,
		sshAgent: void 0,
		...await readKey(values.identity, terminal)
	};
	const sshAgent = terminal.env["SSH_AUTH_SOCK"] || void 0;
	if (sshAgent === void 0) throw new RefusedError("no key is given, and there is no SSH agent (SSH_AUTH_SOCK)", "give --identity FILE, or start an agent and add the key with ssh-add");
	return {
		knownHosts,
		sshAgent,
		sshPrivateKey: void 0,
		sshPassphrase: void 0
	};
}
async function readKey(file, terminal) {
	const sshPrivateKey = await readText(file, "name the file of the private key with --identity");
	if (!blaming(file, () => wantsPassphrase(sshPrivateKey))) return {
		sshPrivateKey,
		sshPassphrase: void 0
	};
	const sshPassphrase = terminal.env["SSH_PASSPHRASE"] || (terminal.interactive ? await askSecretly(`Passphrase of ${file}: `, terminal) : void 0);
	if (sshPassphrase === void 0) throw new RefusedError(`${file} is encrypted and no passphrase is given`, "set SSH_PASSPHRASE, or run this in a terminal, where it is asked for");
	blaming(file, () => checkPassphrase(sshPrivateKey, sshPassphrase));
	return {
		sshPrivateKey,
		sshPassphrase
	};
}
function blaming(file, act) {
	try {
		return act();
	} catch (error) {
		const why = errorText(error);
		throw new RefusedError(`${file}: ${why}`, "give a private key that can be read, and the passphrase that belongs to it");
	}
}
async function readText(file, next) {
	const path = file.startsWith("~/") ? join(homedir(), file.slice(2)) : file;
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
		throw new RefusedError(`${file} cannot be read (${why})`, next);
	}
}

// src/terminal/resolve.ts
const options = {
	...planOptions,
	step: {
		value: "STEP",
		about: "step to rule on: its id, PHASE/STEP or PHASE/STEP@HOST, or downtime for its budget; without it: what is in doubt"
	},
	ruling: {
		value: "done|not-done|budget=DURATION",
		about: "what you found out about the step, or how long the downtime may take in all"
	},
	reason: {
		value: "TEXT",
		about: "how you know; kept in the journal"
	},
	...accessOptions,
	yes: { about: "do not ask for a confirmation; not where the environment is protected" },
	"without-github": { about: "rule in a protected environment although GitHub asks no reviewer" }
};
/** `resolve`: a person's word on a step whose end nothing else can tell, or what there is to rule on. */
const resolve = command({
	summary: "list what is in doubt in an environment, or rule on it",
	usage: "--environment NAME [--step STEP --ruling done|not-done|budget=DURATION --reason TEXT] [options]",
	about: [
		"A step is in doubt when it was sent and neither its answer nor its check tells how it ended: its phase ended as unknown, and nothing goes on past it. Re-run the phase first: it joins what still runs, reads how it ended, or asks the check again.",
		"Without --step it lists what is in doubt: what was sent, when, by which run, what its check said, and the read-only commands that would tell. That changes nothing, and exits with 0 also when something is in doubt.",
		"With --step, --ruling and --reason it records what you found out. It shows what is in doubt and what your ruling would mean, and asks you to type the environment's name. A ruling counts only where the check cannot tell; a step that is not in doubt is not ruled on. A protected environment wants --without-github, and its name typed.",
		"With --step downtime and --ruling budget=DURATION it records how long the downtime may take in all, what has elapsed included: a phase that was stopped by its budget goes on when it is re-run."
	],
	options,
	examples: [
		"resolve --environment pre-prod",
		"resolve --environment pre-prod --step schema/deploy-schema@pgsql2 --ruling done --reason \"sqitch status by hand\"",
		"resolve --environment pre-prod --step downtime --ruling budget=3h --reason \"agreed with support\""
	],
	async run(values, terminal) {
		const ruling = rulingOf(values);
		const request = planRequest(values);
		const loaded = prepare(request);
		if (ruling === void 0) {
			const events = await look(await accessFor(values, loaded, terminal), loaded);
			const { plan } = withRecord(request, loaded, replay(events));
			listDoubts(plan, events, terminal);
			listDowntime(plan, events, terminal);
			return 0;
		}
		const confirmation = {
			environment: request.environment,
			protected: loaded.plan.protected,
			yes: values.yes,
			withoutGithub: values["without-github"]
		};
		refuseUnconfirmable(confirmation, terminal);
		const access = await accessFor(values, loaded, terminal);
		const state = replay(await look(access, loaded));
		const prepared = withRecord(request, loaded, state);
		if (isBudget(ruling)) {
			showBudget(ruling, downtimeMeant(ruling, prepared.plan, state, /* @__PURE__ */ new Date()), terminal);
			await confirm(confirmation, "record this decision", terminal);
			return recordRuling(ruling, {
				...request,
				...access
			}, terminal);
		}
		const doubts = doubtMeant(ruling.step, state, prepared.plan);
		showRuling(ruling, doubts, prepared.plan, terminal);
		await confirm(confirmation, "record this ruling", terminal);
		const attempts = doubts.map(({ inFlight }) => inFlight.id);
		return recordRuling({
			...ruling,
			attempts
		}, {
			...request,
			...access
		}, terminal);
	}
});
/** A ruling is whole or none: which step, what was found or decided, and how that is known. */
function rulingOf({ step, ruling, reason }) {
	if (step === void 0 && ruling === void 0 && reason === void 0) return void 0;
	const word = ruling === void 0 ? void 0 : readRuling(ruling);
	if (ruling !== void 0 && word === void 0) throw new UsageError(`--ruling must be ${rulingForms}, not ${JSON.stringify(ruling)}`);
	const missing = Object.entries({
		step,
		ruling,
		reason
	}).filter(([, value]) => value === void 0 || value.trim() === "").map(([name]) => `--${name}`);
	if (step === void 0 || word === void 0 || reason === void 0 || missing.length > 0) throw new UsageError(`a ruling wants --step, --ruling and --reason; missing: ${missing.join(", ")}`);
	const said = {
		step: step.trim(),
		reason: reason.trim()
	};
	return typeof word === "object" ? {
		...said,
		ruling: word
	} : {
		...said,
		ruling: word
	};
}
/** A journal on this machine needs no key. */
function accessFor(values, { inventory }, terminal) {
	if (inventory.journal.host !== void 0) return readAccess(values, terminal);
	return {
		sshPrivateKey: void 0,
		sshPassphrase: void 0,
		sshAgent: void 0,
		knownHosts: ""
	};
}

// src/terminal/validate.ts
const { runbook, inventory, vars } = planOptions;
/** `validate`: everything that can be wrong with the files, before anything is connected. */
const validate = command({
	summary: "check a runbook, and an inventory against it",
	usage: "[--runbook FILE] [--inventory FILE] [--vars MAP]",
	about: ["Reads the runbook and, where one is given, the inventory with its known failures, and says everything that is wrong with them, with file, line and column. Connects to nothing."],
	options: {
		runbook,
		inventory: {
			...inventory,
			about: "inventory file to check, too"
		},
		vars
	},
	examples: ["validate --inventory inventory/pre-prod.yml"],
	run(values, terminal) {
		const loaded = loadRunbook(values.runbook);
		if (values.inventory === void 0) {
			terminal.write(`${values.runbook}: valid`);
			return 0;
		}
		const loadedInventory = loadInventory(values.inventory);
		const problems = validate$1(loaded, loadedInventory, parseVars(values.vars));
		throwIfAny(problems);
		throwIfAny(expiredProblems(loadKnownFailures(loaded, loadedInventory), /* @__PURE__ */ new Date()));
		terminal.write(`${values.runbook} with ${values.inventory}: valid`);
		return 0;
	}
});

// src/terminal/commands.ts
/** Every command of the terminal, in the order of the help. */
const commands = {
	validate,
	plan,
	resolve
};
/** Names that are fixed and stand for nothing yet. */
const later = [
	"show",
	"run",
	"status",
	"report",
	"workflow",
	"init"
];

// src/terminal/help.ts
const width = 92;
/** What there is, for a person who does not know yet what to ask for. */
function overview(commands) {
	return [
		"Runs a production runbook one phase at a time.",
		"",
		"Usage: runbook-phase COMMAND [options]",
		"",
		"Commands:",
		...table(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
		"",
		"runbook-phase COMMAND --help says more about one of them.",
		exitStatuses
	].join("\n");
}
/** How one command is used: what it does, what it takes, examples that can be typed. */
function helpOf(name, one) {
	const { summary, about, options, examples } = one;
	const rows = Object.entries(options).map(([option, { value, about: what, default: or }]) => {
		const preset = or === void 0 || or === "" ? "" : ` (default: ${or})`;
		return [`--${option}${value === void 0 ? "" : ` ${value}`}`, `${what}${preset}`];
	});
	return [
		`runbook-phase ${name}: ${summary}`,
		"",
		`Usage: ${usageOf(name, one)}`,
		"",
		...about.flatMap((paragraph) => [...wrap(paragraph, width), ""]),
		"Options:",
		...table(rows),
		"",
		"Examples:",
		...examples.map((example) => `  node dist/cli.js ${example}`),
		"",
		exitStatuses
	].join("\n");
}
/** The one line that a wrong call is answered with. */
function usageOf(name, { usage }) {
	return `runbook-phase ${name} ${usage}`;
}
const exitStatuses = "Exit status: 0 well, 1 failed, 2 wrong usage, 3 refused (nothing was changed), 4 unknown, 130 cancelled.";
function table(rows) {
	const left = Math.max(...rows.map(([name]) => name.length)) + 4;
	return rows.flatMap(([name, about]) => wrap(about, width - left).map((line, index) => `${(index === 0 ? `  ${name}` : "").padEnd(left)}${line}`));
}
function wrap(text, most) {
	const lines = [];
	let line = "";
	for (const word of text.split(" ")) if (line !== "" && line.length + 1 + word.length > most) {
		lines.push(line);
		line = word;
	} else line = line === "" ? word : `${line} ${word}`;
	return [...lines, line];
}

// src/terminal/read-options.ts
/** Reads a command's options; whatever it does not know is named, with the name that was probably meant. */
function readOptions(args, options) {
	const given = /* @__PURE__ */ new Map();
	for (const token of tokensOf(args, options)) {
		if (token.kind !== "option") throw stray(token.kind === "positional" ? token.value : "--");
		if (given.has(token.name)) throw new UsageError(`${token.rawName} is given twice`);
		given.set(token.name, valueOf(token, options));
	}
	return Object.fromEntries(Object.entries(options).map(([name, { value, default: or }]) => [name, given.get(name) ?? (value === void 0 ? false : or)]));
}
function tokensOf(args, options) {
	const declared = Object.entries(options).map(([name, { value }]) => [name, { type: value === void 0 ? "boolean" : "string" }]);
	return parseArgs({
		args: [...args],
		options: Object.fromEntries(declared),
		strict: false,
		allowPositionals: true,
		tokens: true
	}).tokens;
}
function valueOf({ name, rawName, value, inlineValue }, options) {
	const option = Object.hasOwn(options, name) ? options[name] : void 0;
	if (option === void 0) throw unknown(rawName, options);
	if (option.value === void 0) {
		if (value !== void 0) throw new UsageError(`${rawName} takes no value`);
		return true;
	}
	const swallowed = inlineValue !== true && value?.startsWith("-") === true;
	if (value === void 0 || swallowed) {
		const hint = swallowed ? `; if ${value} is meant: ${rawName}=${value}` : "";
		throw new UsageError(`${rawName} wants ${option.value}${hint}`);
	}
	return value;
}
function unknown(rawName, options) {
	const names = Object.keys(options).map((name) => `--${name}`);
	const near = nearest(rawName, names);
	const meant = near === void 0 ? `; there are ${names.join(", ")}` : `; did you mean ${near}?`;
	return new UsageError(`there is no option ${rawName}${meant}`);
}
function stray(word) {
	return new UsageError(`${word} belongs to no option; a value with blanks wants quotes`);
}

// src/terminal/run-command-line.ts
const wrongUsage = 2;
/** Runs what a command line asks for and resolves with the exit status; whatever goes wrong is told in words. */
async function runCommandLine([name, ...args], terminal) {
	if (name === void 0 || isHelp(name)) {
		terminal.write(overview(commands));
		return 0;
	}
	const command = Object.hasOwn(commands, name) ? commands[name] : void 0;
	try {
		if (command === void 0) throw noSuch(name);
		return await runCommand(name, command, args, terminal);
	} catch (error) {
		for (const line of safeLines(messageOf(error))) terminal.tell(`${line}\n`);
		if (!(error instanceof UsageError)) return exitCodeOf("refused");
		terminal.tell(command === void 0 ? `\n${overview(commands)}\n` : `\nUsage: ${usageOf(name, command)}\n`);
		return wrongUsage;
	}
}
async function runCommand(name, command, args, terminal) {
	if (args.some(isHelp)) {
		terminal.write(helpOf(name, command));
		return 0;
	}
	return command.run(readOptions(args, command.options), terminal);
}
function isHelp(word) {
	return word === "--help" || word === "-h";
}
function noSuch(name) {
	if (later.includes(name)) return /* @__PURE__ */ new Error(`runbook-phase ${name} arrives with a later version; nothing was done`);
	const near = nearest(name, [...Object.keys(commands), ...later]);
	return new UsageError(`there is no command ${name}${near === void 0 ? "" : `; did you mean ${near}?`}`);
}
function messageOf(error) {
	const message = errorText(error);
	const next = nextOf(error);
	return next === void 0 || message.includes(next) ? message : `${message}\nNext: ${next}`;
}

// src/cli.ts
/** The terminal: run the command, exit with its status. Everything that goes wrong is told in words. */
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal(process));

export {  };