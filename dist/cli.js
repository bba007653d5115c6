// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { $ as prepare, A as standInHosts, At as formatCount, B as lookAtJournal, C as doubtMeant, Ct as list, D as journalIsUnusable, Et as paragraph, F as sayClock, Gt as parseDuration, H as hostStore, Ht as safeLines, I as look$1, Jt as errorText, L as hostPoolFor, Lt as messageOf$1, M as hostLease, Mt as formatInstant, N as localLease, O as reach, Ot as table$1, P as withRecord, R as loadPrivateKey, Rt as nextOf$1, S as runResolution, St as fence, T as runningDowntime, Tt as page, Ut as readRuling, V as localStore, Vt as safeLine, Wt as rulingForms, X as replay, Xt as nearest, Y as JournalError, Yt as throwIfAny, _ as tellLines, _t as headlineOf, a as createLog, b as ruleLines, bt as code, ct as validate$1, dt as mentionsOf, et as RefusedError, ft as loadInventory, it as makePlan, j as lookAtLease, jt as formatDuration, k as standInDirectory, kt as titled, lt as commentAbove, nt as loadKnownFailures, qt as parseVars, r as planText, st as tellBySides, t as untilSignalled, tt as expiredProblems, ut as loadRunbook, vt as isGood, w as downtimeMeant, wt as md, x as isBudget, y as nameOf, yt as sayStanding, z as missingPassphrase, zt as exitCodeOf } from "./lib/engine.js";
import { parseArgs } from "node:util";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
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
	write$2([
		"",
		sayRunning(running),
		`to give it another budget: --step downtime --ruling budget=DURATION --reason "..."`
	], terminal);
}
/** Shows what a decision on the budget would change. */
function showBudget({ ruling: { budgetSeconds } }, running, terminal) {
	const left = sayClock(budgetSeconds - running.elapsedSeconds);
	write$2([
		sayRunning(running),
		`a budget of ${sayClock(budgetSeconds)} in all leaves ${left}; phase ${running.phase} goes on when it is re-run`,
		""
	], terminal);
}
function sayRunning({ round, elapsedSeconds, budgetSeconds }) {
	return `round ${round.id}: writes are down for ${sayClock(elapsedSeconds)} of ${sayClock(budgetSeconds)}`;
}
function write$2(lines, terminal) {
	for (const safe of lines.flatMap((line) => safeLines(line))) terminal.write(safe);
}

// src/report/doubts.ts
/** What is known of each step in doubt, as lines for a person who is to find out how it ended. */
function doubtLines$1(doubts, plan) {
	return doubts.flatMap((doubt) => [...toldDoubtLines(tellDoubt(doubt, plan)), ""]).slice(0, -1);
}
/** Reads a doubt from the journal's state, with what the plan knows to ask. */
function tellDoubt(doubt, plan) {
	const { phase, step, host, round, inFlight, lastCheck, lastDetail } = doubt;
	const { act, intendedAt, attempt, actor, id: attemptId } = inFlight;
	const planned = plan.phases.find(({ id }) => id === phase)?.steps.find(({ id }) => id === step);
	return {
		name: nameOf({
			phase,
			step,
			host
		}),
		title: planned?.title ?? null,
		act: act.trimEnd(),
		since: intendedAt,
		attempt,
		round,
		sentBy: actor,
		end: lastDetail ?? null,
		check: lastCheck ?? null,
		tells: tellLines(planned?.tells ?? [], [{
			host,
			attempt: attemptId
		}], round)
	};
}
/** The same as lines. */
function toldDoubtLines(told) {
	const { name, title, end, check, tells } = told;
	return [
		`${name}${title === null ? "" : `: ${title}`}`,
		...sentLines(told),
		...end === null ? [] : indented(`its end: ${end}`),
		...indented(`its check: ${sayCheck(check)}`),
		...tells.length === 0 ? ["  no command is known that would tell"] : ["  these tell, and change nothing:", ...tells.flatMap((line) => indented(line, "    "))]
	];
}
/** What was sent, when and by whom. */
function sentLines(told) {
	const { act, since, attempt, round, sentBy } = told;
	const where = sentBy.url === "" ? "" : ` (${sentBy.url})`;
	return [
		...indented(`sent, or about to be: ${act}`),
		`  when: ${formatInstant(since)}, attempt ${attempt} in round ${round}`,
		`  by: ${sentBy.by}, run ${sentBy.run}${where}`
	];
}
/** What was sent and is not in doubt either: nobody has asked yet how it ended. */
function flyingLines(flying) {
	return flying.map((one) => `${nameOf(one)} was sent ${formatInstant(one.inFlight.intendedAt)} by run ${one.inFlight.actor.run} and has no end yet: it runs, or re-run phase ${one.phase}, which follows it`);
}
function sayCheck(check) {
	if (check === null) return "it was not asked, or there is none";
	return `${check.state}${check.detail === "" ? "" : `: ${check.detail}`}`;
}
/** A text of several lines, so that it stands out as one. */
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
	if (doubts.length === 0) write$1([`nothing is in doubt in ${plan.environment}`], terminal);
	else write$1([
		`in doubt in ${plan.environment}: ${doubts.map(nameOf).join(", ")}`,
		"",
		...doubtLines$1(doubts, plan),
		"",
		"Re-run the phase first: it joins what still runs, and asks the check again. If it cannot tell either:",
		...ruleLines(plan.environment, doubts.map(nameOf)).map((line) => `  ${line}`)
	], terminal);
	if (flying.length > 0) write$1(["", ...flyingLines(flying)], terminal);
}
/** Shows what is about to be ruled on, and what the ruling will mean. */
function showRuling({ ruling }, doubts, plan, terminal) {
	write$1([
		...doubtLines$1(doubts, plan),
		"",
		...meaningLines(ruling, doubts),
		""
	], terminal);
}
function write$1(lines, terminal) {
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
/** What opens the hosts; a journal on this machine needs no key. */
function accessFor(values, { inventory }, terminal) {
	if (inventory.journal.host !== void 0) return readAccess(values, terminal);
	return {
		sshPrivateKey: void 0,
		sshPassphrase: void 0,
		sshAgent: void 0,
		knownHosts: ""
	};
}
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
const options$1 = {
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
const resolve$1 = command({
	summary: "list what is in doubt in an environment, or rule on it",
	usage: "--environment NAME [--step STEP --ruling done|not-done|budget=DURATION --reason TEXT] [options]",
	about: [
		"A step is in doubt when it was sent and neither its answer nor its check tells how it ended: its phase ended as unknown, and nothing goes on past it. Re-run the phase first: it joins what still runs, reads how it ended, or asks the check again.",
		"Without --step it lists what is in doubt: what was sent, when, by which run, what its check said, and the read-only commands that would tell. That changes nothing, and exits with 0 also when something is in doubt.",
		"With --step, --ruling and --reason it records what you found out. It shows what is in doubt and what your ruling would mean, and asks you to type the environment's name. A ruling counts only where the check cannot tell; a step that is not in doubt is not ruled on. A protected environment wants --without-github, and its name typed.",
		"With --step downtime and --ruling budget=DURATION it records how long the downtime may take in all, what has elapsed included: a phase that was stopped by its budget goes on when it is re-run."
	],
	options: options$1,
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
			const events = await look$1(await accessFor(values, loaded, terminal), loaded);
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
		const state = replay(await look$1(access, loaded));
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

// src/plan/document.ts
/** Resolves a runbook against nothing but its own defaults; what only an environment knows stands as `<name>`. */
function documentOf(runbook, vars = {}) {
	const roles = rolesOf(runbook);
	const names = roles.map(({ name }) => name);
	const plan = makePlan(runbook, anyInventory(runbook, names), vars);
	const single = roles.filter(({ oneHostFor }) => oneHostFor.length > 0);
	const around = {
		runbook,
		single: new Set(single.map(({ name }) => name))
	};
	return {
		runbook,
		roles,
		downtime: plan.downtime,
		phases: runbook.phases.map((phase, index) => documentPhase(phase, plan.phases[index], around)),
		references: referencesOf(plan)
	};
}
function rolesOf(runbook) {
	const roles = /* @__PURE__ */ new Map();
	for (const mention of mentionsOf(runbook)) {
		if (mention.kind !== "role" && mention.kind !== "single-role") continue;
		const purposes = roles.get(mention.value) ?? /* @__PURE__ */ new Set();
		roles.set(mention.value, purposes);
		if (mention.kind === "single-role") purposes.add(mention.purpose);
	}
	return [...roles].map(([name, purposes]) => ({
		name,
		oneHostFor: [...purposes]
	}));
}
/** An inventory in which each role is its only host. */
function anyInventory({ vars, file }, roles) {
	const host = {
		address: "",
		port: 22,
		user: "",
		vars: {}
	};
	const open = Object.entries(vars).filter(([, value]) => value === null);
	return {
		environment: "<environment>",
		protected: true,
		journal: { directory: "" },
		stateDirectory: "",
		hosts: Object.fromEntries(roles.map((role) => [role, host])),
		roles: Object.fromEntries(roles.map((role) => [role, [role]])),
		searches: {},
		vars: Object.fromEntries(open.map(([name]) => [name, `<${name}>`])),
		file
	};
}
function documentPhase(phase, planned, around) {
	if (planned === void 0) throw new Error("the plan has another number of phases");
	const steps = documentSteps(phase.steps, planned.steps, around);
	return {
		...planned,
		comment: commentAbove(phase),
		steps
	};
}
function documentSteps(steps, planned, around) {
	return planned.flatMap(({ units: _, onRefusal, ...step }, index) => {
		const declared = steps[index];
		if (declared === void 0) return [];
		const { repeatable } = declared;
		const cleanUp = documentSteps(declared.onRefusal ?? [], onRefusal, around);
		const where = whereOf(declared, around);
		const comment = commentAbove(declared);
		return [{
			...step,
			repeatable,
			comment,
			where,
			onRefusal: cleanUp
		}];
	});
}
function whereOf(step, { runbook, single }) {
	const { consoles, logs, readings } = runbook;
	switch (step.kind) {
		case "run":
		case "assert": {
			const alone = step.on.length === 1 && step.on.every((role) => single.has(role));
			return {
				roles: step.on,
				...alone ? {} : { order: sayOrder(step.order) }
			};
		}
		case "snapshot":
		case "loss":
		case "probe":
		case "exercise": return { roles: step.on };
		case "eval":
		case "control":
		case "idle": {
			const role = consoles[step.console]?.on;
			return {
				roles: role === void 0 ? [] : [role],
				console: step.console
			};
		}
		case "watch": return { roles: logs[step.watch]?.on ?? [] };
		case "reading": return { roles: readings[step.reading]?.on ?? [] };
		case "databag":
		case "databag-read":
		case "restores":
		case "reconcile":
		case "gate": return { roles: [] };
	}
}
function sayOrder(order) {
	switch (order.kind) {
		case "serial": return "one after the other";
		case "parallel": return "all at once";
		case "rolling": return "hosts" in order ? `${order.hosts} at once` : `${order.percent} % of them at once`;
	}
}
/** Logs, consoles, jobs and comparisons, as a person would look at them by hand. */
function referencesOf({ resources }) {
	const { consoles, logs, polls, reconciliations } = resources;
	return [
		...Object.values(consoles).map(({ name, host, directory, ...one }) => ({
			kind: "console",
			name,
			title: `on ${host}, in ${directory}, node ${one.node}`,
			lines: [
				`start:  ${one.start}`,
				`attach: ${one.attach}`,
				`ping:   ${one.ping}`,
				`stop:   ${one.stop}`,
				...one.ready.map((ready) => `ready when ${ready.eval} gives ${ready.expect}`)
			]
		})),
		...Object.values(logs).map(({ name, on, entry }) => ({
			kind: "log",
			name,
			title: `on ${on.map(({ host }) => host).join(", ")}`,
			lines: [...new Set(on.map(({ files }) => files)), `an entry is ${entry}`]
		})),
		...Object.values(polls).map((poll) => ({
			kind: "poll",
			name: poll.name,
			title: `asked every ${poll.everySeconds} s`,
			lines: [
				poll.status,
				`idle when ${sayStates([poll.idle])}`,
				`busy when ${sayStates(poll.busy)}`,
				`done when ${sayStates([poll.done])}`,
				...poll.stalled === void 0 ? [] : [`stalled when ${sayStates([poll.stalled.when])} ${poll.stalled.times} times; then ${poll.stalled.free}`]
			]
		})),
		...Object.values(reconciliations).map(({ name, title, failures }) => ({
			kind: "comparison",
			name,
			title: `of ${title}; its failures: ${failures.length === 0 ? "none" : failures.join(", ")}`,
			lines: [
				"source",
				"dets",
				"sql"
			].flatMap((side) => tellBySides(name, [side], resources).map(({ host, console, line }) => `${side}, ${console === void 0 ? "" : `in console ${console} `}on ${host}: ${line}`))
		}))
	];
}
function sayStates(states) {
	return states.map((state) => Object.entries(state).map(([name, value]) => `${name} is ${value}`).join(" and ")).join(", or ");
}

// src/report/runbook-markdown.ts
/** Long enough for any command: what somebody goes by must be readable to its end. */
const maxLineLength = 2e4;
/** The runbook as a page for people: the tree that is executed, told in the order in which it is. */
function runbookMarkdown(document) {
	const { runbook, phases } = document;
	const chain = phases.filter(({ dispatched }) => dispatched === void 0);
	const others = phases.filter(({ dispatched }) => dispatched !== void 0);
	const blocks = [
		paragraph(`# ${md(runbook.title, 200)}`),
		paragraph(`Runbook ${code(runbook.name)}. Where something depends on the environment its default is shown, or its name in angle brackets; the plan of an environment has the values and the hosts.`),
		...overviewBlocks(document, chain, others),
		...variableBlocks(runbook),
		...secretBlocks(runbook),
		...roleBlocks(document),
		paragraph("## The phases, in this order"),
		...chain.flatMap((phase, index) => phaseBlocks(phase, `${index + 1}. `)),
		...others.length === 0 ? [] : [paragraph("## Phases that are dispatched on their own")],
		...others.flatMap((phase) => phaseBlocks(phase, "")),
		...referenceBlocks(document),
		...failureBlocks(runbook)
	];
	return page(blocks, Number.MAX_SAFE_INTEGER);
}
function overviewBlocks({ downtime }, chain, others) {
	const names = (phases) => phases.map(({ id }) => code(id, 80)).join(", ");
	return [list([
		`${formatCount(chain.length, "phase")} in this order: ${names(chain)}`,
		...others.length === 0 ? [] : [`Only when dispatched: ${names(others)}`],
		...chain.flatMap((phase) => phase.steps.flatMap((step) => marksOf(step).map((mark) => `${mark}: ${code(phase.id, 80)} › ${md(step.title, 200)}`))),
		...downtime === void 0 ? [] : [`⏱ **Budget of the downtime**: ${formatDuration(downtime.budgetSeconds)}; no step that does not fit starts without a decision`]
	])];
}
function variableBlocks({ vars, perEnvironment }) {
	const rows = Object.entries(vars).map(([name, value]) => [
		code(name, 120),
		value === null ? "has to be given" : code(String(value), 2e3),
		perEnvironment.includes(name) ? "may differ" : "part of what a rehearsal proves"
	]);
	if (rows.length === 0) return [];
	return [paragraph("## Variables"), table$1([
		"Variable",
		"Default",
		"Per environment"
	], rows)];
}
function secretBlocks({ secrets }) {
	const items = Object.entries(secrets).map(([name, { optional, description = "" }]) => {
		const what = description === "" ? "" : `: ${md(description, 500)}`;
		return `${code(name, 120)}${optional ? ", optional" : ", needed"}${what}`;
	});
	return items.length === 0 ? [] : [paragraph("## Secrets"), list(items)];
}
function roleBlocks({ roles }) {
	if (roles.length === 0) return [];
	const items = roles.map(({ name, oneHostFor }) => {
		const one = oneHostFor.map((purpose) => md(purpose, 200)).join(", ");
		return `${code(name, 120)}${one === "" ? "" : `: exactly one host (${one})`}`;
	});
	return [paragraph("## Roles that the inventory has to have"), list(items)];
}
function phaseBlocks(phase, number) {
	const remarks = [
		...phase.dispatched === void 0 ? [] : [`Only when ${md(phase.dispatched, 80)} is dispatched.`],
		...phase.round === void 0 ? [] : [phase.round === "opens" ? "It opens the round." : "It closes the round."],
		...phase.timeoutSeconds === void 0 ? [] : [`It takes at most ${formatDuration(phase.timeoutSeconds)}.`]
	];
	return [
		paragraph(`### ${number}${md(phase.title, 200)} (${code(phase.id, 80)})`),
		...quoteBlocks(phase.comment),
		...remarks.length === 0 ? [] : [paragraph(remarks.join(" "))],
		...phase.steps.flatMap((step, index) => stepBlocks(step, `${index + 1}`, []))
	];
}
function stepBlocks(step, number, before) {
	const title = `**${number}. ${md(step.title, 200)}** · ${code(step.id, 80)} · ${md(step.kind, 40)}${sayWhere(step)}`;
	const remarks = [...before, ...remarksOf(step)].map((remark) => md(remark, 1e3));
	const heading = [
		title,
		...marksOf(step),
		...remarks
	].join("<br>");
	const lines = [...commentLines(step.comment), ...linesOf(step.describe)];
	return [lines.length === 0 ? paragraph(heading) : titled(heading, fence(lines, maxLineLength)), ...step.onRefusal.flatMap((one, index) => stepBlocks(one, `${number}.${index + 1}`, [`only when step ${number} is refused`]))];
}
/** Above a step they stand with its commands, as they were typed: they may be commands themselves. */
function commentLines(comment) {
	return comment.map((line) => `# ${line}`.trimEnd());
}
/** The author's own words, as a quotation of which no line is markup. */
function quoteBlocks(comment) {
	const lines = comment.filter((line) => line.trim() !== "");
	return lines.length === 0 ? [] : [paragraph(...lines.map((line) => `> ${md(line, 2e3)}  `))];
}
function sayWhere({ where: { roles, console, order } }) {
	const on = roles.length === 0 ? "" : ` on ${roles.map((role) => code(role, 80)).join(", ")}`;
	const within = console === void 0 ? "" : ` in console ${code(console, 80)}`;
	if (on === "" && within === "") return "";
	return ` ·${within}${on}${order === void 0 ? "" : `, ${order}`}`;
}
function marksOf({ downtime, pointOfNoReturn }) {
	return [
		...downtime === "starts" ? ["⏱ **Downtime starts**"] : [],
		...downtime === "ends" ? ["⏱ **Downtime ends**"] : [],
		...pointOfNoReturn ? ["⚠️ **Point of no return: after this the way back loses data**"] : []
	];
}
function remarksOf(step) {
	const { when, until, required, repeatable, timeoutSeconds, next } = step;
	return [
		...when === void 0 ? [] : [`only if ${when.map(({ says }) => says).join(" and ")}`],
		...until === void 0 ? [] : [`counts as done once step ${until} is done`],
		...required ? [] : ["the phase goes on if this fails"],
		...repeatable ? ["repeatable: doing it again does no harm"] : [],
		...sayPartial(step),
		...timeoutSeconds === void 0 ? [] : [`at most ${formatDuration(timeoutSeconds)}`],
		...next === void 0 ? [] : [`if it does not hold: ${next}`]
	];
}
function sayPartial({ onPartial: { kind, step } }) {
	if (kind === "apply") return ["found half done, it is done again"];
	return kind === "redo-from" ? [`found half done, it is done again from step ${step ?? ""}`] : [];
}
/** Commands of several lines end with a line break in YAML, which would show as an empty line. */
function linesOf(texts) {
	return texts.flatMap((text) => text.replace(/\n+$/, "").split("\n"));
}
function referenceBlocks({ references }) {
	if (references.length === 0) return [];
	return [paragraph("## What the steps refer to"), ...references.map(({ kind, name, title, lines }) => titled(`**${md(kind, 40)} ${code(name, 120)}** ${md(title, 1e3)}`, fence(linesOf(lines), maxLineLength)))];
}
function failureBlocks({ failureRules }) {
	if (failureRules.length === 0) return [];
	const rows = failureRules.map((rule) => [
		code(rule.class, 120),
		rule.level === void 0 ? "any" : code(rule.level, 40),
		code(rule.match, 2e3),
		sayBenign(rule)
	]);
	return [paragraph("## Failure classes"), table$1([
		"Class",
		"Level",
		"A line of the log that matches",
		"Benign"
	], rows)];
}
function sayBenign({ benignHint, benignUnless }) {
	const hint = benignHint === void 0 ? [] : [md(benignHint, 1e3)];
	if (benignUnless === void 0) return hint.join("") || "–";
	const what = Object.values(benignUnless.atSource).map((name) => md(name, 120));
	return [...hint, `${code(benignUnless.class, 120)} instead where ${what.join(" and ")} is still at the source`].join("; ");
}

// src/terminal/show.ts
const { runbook: runbook$2, vars: vars$1 } = planOptions;
/** `show`: the runbook itself, for people who know it as a page. */
const show = command({
	summary: "render a runbook as a page for people",
	usage: "[--runbook FILE] [--out FILE] [--vars MAP]",
	about: ["Writes the runbook as one Markdown page: variables, secrets, the roles it wants, and every phase with its steps in order: what each is called, where it acts, the exact command, expression or requests, its check, what it expects, and what a person does if that does not hold. Where downtime starts and ends and the point of no return stand at the top, too; phases that are dispatched on their own stand apart.", "It needs no inventory and connects to nothing: roles stand where hosts would, and variables have their defaults. A variable without a default stands as <name>; where it says how long something takes, give it with --vars. For the hosts and values of an environment, see plan."],
	options: {
		runbook: runbook$2,
		out: {
			value: "FILE",
			about: "file to write the page to, instead of the terminal"
		},
		vars: {
			...vars$1,
			about: "values instead of the runbook's defaults, as a YAML or JSON map"
		}
	},
	examples: [
		"show",
		"show --runbook docs/examples/api.yml",
		"show --out runbook.md"
	],
	run(values, terminal) {
		const page = runbookMarkdown(documentOf(loadRunbook(values.runbook), parseVars(values.vars)));
		if (values.out === void 0) terminal.write(page.trimEnd());
		else {
			put(values.out, page);
			terminal.write(`${values.runbook}: written to ${values.out}`);
		}
		return 0;
	}
});
function put(file, text) {
	try {
		writeFileSync(file, text);
	} catch (error) {
		const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
		throw new RefusedError(`${file} cannot be written (${why})`, "name another file with --out");
	}
}

// src/execute/look-around.ts
/** Reads journal, lease and whatever stands in for the journal; takes no lease, writes nothing, repairs nothing. */
async function lookAround(access, request, prepared) {
	const hosts = hostPoolFor(access, prepared.plan);
	try {
		const home = await lookHome(prepared, hosts);
		const { journal } = home;
		const complete = journal.ok ? withRecord(request, prepared, replay(journal.value)) : prepared;
		return {
			...home,
			prepared: complete,
			...await lookElsewhere(access, complete)
		};
	} finally {
		await hosts.closeAll();
	}
}
async function lookHome({ inventory }, hosts) {
	const { environment, journal: where } = inventory;
	const { host, directory } = where;
	const journalAt = host === void 0 ? directory : `${host}:${directory}`;
	if (host === void 0) return {
		journalAt,
		...await readBoth(localStore({
			directory,
			environment
		}), localLease(directory), environment)
	};
	const reached = await reading(hosts.get(host));
	if (!reached.ok) return {
		journalAt,
		journal: reached,
		lease: void 0
	};
	const connection = reached.value;
	return {
		journalAt,
		...await readBoth(hostStore({
			connection,
			directory,
			environment
		}), hostLease(connection, directory), environment)
	};
}
/** Where no journal belongs, or the host is gone by now, nobody asks for a lease. */
const leaseless = /* @__PURE__ */ new Set(["no-marker", "lost"]);
async function readBoth(store, lease, environment) {
	let code = "";
	return {
		journal: await reading(lookAtJournal(store, environment).catch((error) => {
			if (error instanceof JournalError) code = error.code;
			throw error;
		})),
		lease: leaseless.has(code) ? void 0 : await reading(lookAtLease(lease))
	};
}
/** Over connections of its own: hosts that a search found are known only now. */
async function lookElsewhere(access, prepared) {
	const names = standInHosts(prepared);
	if (names.length === 0) return {
		standIns: [],
		silent: []
	};
	const hosts = hostPoolFor(access, prepared.plan);
	try {
		const reached = await reach(names, hosts);
		const found = await Promise.all(reached.map((connection) => standInOn(connection, prepared)));
		const answered = new Set(reached.map(({ host }) => host));
		return {
			standIns: found.flatMap((one) => one ?? []),
			silent: names.filter((name) => !answered.has(name))
		};
	} finally {
		await hosts.closeAll();
	}
}
const existsScript = `[ ! -s "$JOURNAL_DIRECTORY/journal.jsonl" ] || echo there`;
async function standInOn(connection, prepared) {
	const directory = standInDirectory(prepared);
	const { environment } = prepared.inventory;
	const at = `${connection.host}:${directory}`;
	const asked = await reading(connection.exec({
		line: existsScript,
		env: { JOURNAL_DIRECTORY: directory }
	}, { timeoutSeconds: 30 }));
	if (!asked.ok) return {
		at,
		events: asked,
		lease: asked
	};
	if (asked.value.stdout.trim() !== "there") return void 0;
	const store = hostStore({
		connection,
		directory,
		environment
	});
	return {
		at,
		events: await reading(lookAtJournal(store, environment)),
		lease: await reading(lookAtLease(hostLease(connection, directory)))
	};
}
/** What says that something cannot be read now is an answer; a wrong inventory, or a defect, is none. */
async function reading(work) {
	try {
		return {
			ok: true,
			value: await work
		};
	} catch (error) {
		if (!journalIsUnusable(error)) throw error;
		const next = nextOf$1(error) ?? "reach the host, then ask again";
		return {
			ok: false,
			trouble: {
				what: messageOf$1(error),
				next
			}
		};
	}
}

// src/report/status.ts
/** Tells where an environment is from what was read of it; pure, so that text and JSON say the same. */
function tellStatus(input) {
	const { environment, runbook, plan, journal, journalAt, now } = input;
	const events = journal.ok ? journal.value : [];
	const state = replay(events);
	const { round } = state;
	const lease = input.lease?.ok === true ? leaseOf(input.lease.value) : null;
	const facts = {
		phases: phasesOf(plan, state, lease),
		doubts: state.doubts().map((doubt) => doubtOf(doubt, plan, environment)),
		inFlight: sentOf(state.inFlight().filter(({ inFlight }) => !inFlight.unknown), plan),
		lease,
		leaseProblem: input.lease?.ok === false ? input.lease.trouble : null,
		standIns: input.standIns.map(standInOf),
		last: lastOf(events)
	};
	const word = wordOf(journal.ok, round, facts);
	const problem = journal.ok ? null : journal.trouble;
	return {
		version: 1,
		environment,
		runbook,
		at: now.toISOString(),
		state: word,
		certain: isCertain(word, facts),
		journal: {
			at: journalAt,
			events: journal.ok ? events.length : null,
			lastAt: events.at(-1)?.at ?? null,
			problem
		},
		round: round === void 0 ? null : roundOf(round),
		alsoOpen: state.rounds.filter((one) => one.open && one.id !== round?.id).map(({ id }) => id),
		...facts,
		leftBehind: sentOf(state.leftBehind(), plan),
		downtime: downtimeOf(plan, state, now),
		notAsked: input.silent,
		next: elsewhereNext(facts) ?? nextOf(word, {
			plan,
			state,
			events,
			problem
		}, facts)
	};
}
function wordOf(readable, round, facts) {
	const { phases, doubts, inFlight, lease } = facts;
	if (!readable) return "unreadable";
	const unattended = inFlight.length > 0 && !isLive(lease);
	if (doubts.length > 0 || unattended || phases.some((one) => isStranded(one, round))) return "in-doubt";
	if (isLive(lease)) return "running";
	if (round === void 0) return "nothing-yet";
	return round.open ? "open" : "closed";
}
/** Begun, and nobody is there to end it; a phase of the chain whose round was closed meanwhile is nobody's any more. */
function isStranded({ state, dispatched }, round) {
	return state === "no-end" && (round?.open === true || dispatched !== null);
}
function isCertain(word, { leaseProblem, standIns }) {
	if (word === "unreadable" || word === "in-doubt" || leaseProblem !== null) return false;
	return standIns.every(({ problem }) => problem === null);
}
function isLive(lease) {
	return lease !== null && !lease.expired;
}
function phasesOf(plan, state, lease) {
	const started = state.phaseIds();
	const planned = plan.phases.filter(({ id, dispatched }) => dispatched === void 0 || started.includes(id));
	const known = new Set(plan.phases.map(({ id }) => id));
	const others = started.filter((id) => !known.has(id)).map((id) => ({
		id,
		title: id
	}));
	return [...planned, ...others].map(({ id, title, ...one }) => {
		const phase = state.phase(id);
		const dispatched = "dispatched" in one ? one.dispatched ?? null : null;
		const running = isLive(lease) && lease.purpose === id ? "running" : "no-end";
		return {
			id,
			title,
			dispatched,
			state: phase.running ? running : phase.outcome ?? "not-started",
			attempts: phase.attempts,
			startedAt: phase.startedAt ?? null,
			endedAt: phase.running ? null : phase.endedAt ?? null,
			seconds: phase.running ? null : phase.seconds ?? null
		};
	});
}
function doubtOf(doubt, plan, environment) {
	const told = tellDoubt(doubt, plan);
	return {
		...told,
		rule: ruleLines(environment, [told.name])
	};
}
function sentOf(doubts, plan) {
	return doubts.map((doubt) => {
		const { name, act, since, attempt, round, sentBy } = tellDoubt(doubt, plan);
		return {
			name,
			act,
			since,
			attempt,
			round,
			sentBy
		};
	});
}
function roundOf(round) {
	const { id, open, openedAt, owner, takenOver, closedBy, closedAt, state } = round;
	return {
		id,
		open,
		openedAt,
		owner,
		takenOver: takenOver ?? null,
		closedBy: closedBy ?? null,
		closedAt: closedAt ?? null,
		stateSaid: state ?? null
	};
}
function leaseOf(tenure) {
	if (tenure === void 0) return null;
	const { holder, purpose, since, until, remainingSeconds } = tenure;
	return {
		holder,
		purpose,
		since,
		until,
		remainingSeconds,
		expired: remainingSeconds <= 0
	};
}
function downtimeOf(plan, state, now) {
	const { startedAt, endedAt, seconds, running } = state.downtime(now);
	const budgetSeconds = state.budgetDecision()?.seconds ?? plan.downtime?.budgetSeconds ?? null;
	return {
		startedAt: startedAt ?? null,
		endedAt: endedAt ?? null,
		seconds,
		running,
		budgetSeconds
	};
}
function standInOf({ at, events, lease }) {
	const trouble = events.ok ? lease.ok ? null : lease.trouble : events.trouble;
	return {
		at,
		events: events.ok ? events.value.length : null,
		problem: trouble,
		lease: lease.ok ? leaseOf(lease.value) : null,
		last: events.ok ? lastOf(events.value) : null
	};
}
/** How the last phase ended that did, in whatever round. */
function lastOf(events) {
	const event = events.findLast(({ body }) => body.type === "phase-ended");
	if (event?.body.type !== "phase-ended") return null;
	const { at, round, place, body } = event;
	const { outcome, sentence, next } = body;
	return {
		phase: place.phase ?? "",
		round,
		outcome,
		at,
		sentence,
		next
	};
}
/** What happened elsewhere after the journal's last event goes before what the journal says. */
function elsewhereNext({ standIns, lease, last }) {
	if (isLive(lease)) return void 0;
	const acting = standIns.find((one) => isLive(one.lease));
	if (acting !== void 0) return `wait: a rollback is under way, with its journal on ${acting.at}`;
	return standIns.flatMap((one) => one.last !== null && one.last.at > (last?.at ?? "") ? [one.last] : []).toSorted((a, b) => a.at.localeCompare(b.at)).at(-1)?.next;
}
/** The one thing to do now. */
function nextOf(word, behind, facts) {
	const { plan, state, events, problem } = behind;
	const { doubts, phases, inFlight, lease, last } = facts;
	switch (word) {
		case "unreadable": return problem?.next ?? "";
		case "nothing-yet": return `run phase ${plan.phases.find(({ round }) => round === "opens")?.id ?? plan.phases[0]?.id ?? ""}: it opens the first round`;
		case "in-doubt": {
			const [first] = doubts.length > 0 ? doubts : inFlight;
			const phase = first?.name.split("/")[0] ?? phases.find((one) => isStranded(one, state.round))?.id ?? "";
			if (isLive(lease)) return `wait until ${lease.holder.by}, run ${lease.holder.run}, has ended ${lease.purpose}; then ask again`;
			return `re-run phase ${phase}: it joins what still runs and asks the check again${doubts.length > 0 ? "; if that cannot tell either, look by hand and rule on it" : ""}`;
		}
		case "running": return isLive(lease) ? `wait: ${lease.purpose} is under way${sayAt(lease)}` : "";
		case "open":
		case "closed": return decidedSince(events) ?? (last?.next || nextPhase(plan, state));
	}
}
function sayAt({ holder }) {
	return holder.url === "" ? "" : ` at ${holder.url}`;
}
/** What a person decided after the last phase's end goes before what that phase said. */
function decidedSince(events) {
	const ended = events.findLastIndex(({ body }) => body.type === "phase-ended");
	const decided = events.slice(ended + 1).findLast(({ body }) => body.type === "ruling" || body.type === "downtime-budget");
	const phase = decided?.place.phase ?? events[ended]?.place.phase;
	if (decided === void 0 || phase === void 0) return void 0;
	const what = decided.body.type === "ruling" ? "a ruling" : "another budget";
	return `re-run phase ${phase}: ${decided.actor.by} gave ${what} since it ended`;
}
function nextPhase(plan, state) {
	const next = plan.phases.filter(({ dispatched }) => dispatched === void 0).find(({ id }) => !state.phase(id).done);
	if (state.round?.open !== true || next === void 0) return "dispatch a new run to start another round";
	return `run phase ${next.id}`;
}

// src/report/status-lines.ts
/** Where an environment is, for a terminal; each line has been through the gateway. */
function statusLines(status) {
	return [
		`${status.environment} · ${status.runbook} · ${headlines[status.state]}`,
		...journalLines(status),
		...roundLines(status),
		...leaseLines(status),
		...phaseLines(status),
		...downtimeLines(status),
		...doubtLines(status),
		...linesOfAll("sent, and without an end yet", status.inFlight),
		...linesOfAll("left behind by a round that is closed", status.leftBehind),
		...standInLines(status),
		...lastLines(status),
		"",
		`Next: ${status.next}`
	].flatMap((line) => safeLines(line, { maxLength }));
}
/** The same for a program: one object, whose texts have been through the gateway too. */
function statusJson(status) {
	const safe = (value) => typeof value === "string" ? safeLines(value, { maxLength }).join("\n") : value;
	return JSON.stringify(status, (_, value) => safe(value), 2);
}
/** A command that is to be pasted must come out whole. */
const maxLength = 2e4;
const headlines = {
	"nothing-yet": "nothing was ever run here",
	unreadable: "❓ the journal cannot be read",
	"in-doubt": "❓ something is in doubt",
	running: "somebody acts on it now",
	open: "a round is open",
	closed: "the last round is closed"
};
function journalLines({ journal }) {
	const { at, events, lastAt, problem } = journal;
	if (problem !== null) return [`journal: ${at}`, `  ${problem.what}`];
	const last = lastAt === null ? "" : `, the last at ${formatInstant(lastAt)}`;
	return [`journal: ${at}, ${formatCount(events ?? 0, "event")}${last}`];
}
function roundLines({ round, alsoOpen }) {
	if (round === null) return [];
	const { id, openedAt, owner, takenOver, closedBy, closedAt, stateSaid } = round;
	const where = owner.url === "" ? "" : ` (${owner.url})`;
	return [
		`round: ${id}, opened ${formatInstant(openedAt)}, of ${owner.by}, run ${owner.run}${where}`,
		...takenOver === null ? [] : [`  taken over from ${takenOver.from} ${formatInstant(takenOver.at)}: ${takenOver.reason}`],
		...closedBy === null ? ["  open"] : [`  closed by ${closedBy} ${formatInstant(closedAt ?? "")}${stateSaid === null || stateSaid === "" ? "" : `: ${stateSaid}`}`],
		...alsoOpen.length === 0 ? [] : [`  open as well: ${alsoOpen.join(", ")}`]
	];
}
function leaseLines(status) {
	const { lease, leaseProblem, journal } = status;
	if (leaseProblem !== null) return [`lease: ${leaseProblem.what}`, `  ${leaseProblem.next}`];
	if (journal.problem !== null && lease === null) return [];
	return [`lease: ${sayLease(lease)}`];
}
function sayLease(lease) {
	if (lease === null) return "nobody holds it";
	const { holder, purpose, since, until, remainingSeconds, expired } = lease;
	const where = holder.url === "" ? "" : ` (${holder.url})`;
	const who = `${holder.by}, run ${holder.run} attempt ${holder.runAttempt}${where}, for ${purpose}`;
	if (expired) return `nobody holds it; that of ${who}, ran out ${formatInstant(until)} and was not given back`;
	return `held by ${who}, since ${formatInstant(since)}, until ${formatInstant(until)} (${remainingSeconds} s from now) unless renewed`;
}
function phaseLines({ phases, round }) {
	if (round === null) return [];
	return [
		"",
		"phases:",
		...phases.map((phase) => `  ${sayPhase(phase)}`)
	];
}
function sayPhase(phase) {
	const { id, title, state, attempts, startedAt, endedAt, seconds } = phase;
	const standing = state === "running" ? "▶ running" : sayStanding(state === "no-end" ? "running" : state === "not-started" ? "not-reached" : state);
	const from = startedAt === null ? "" : `, begun ${formatInstant(startedAt)}`;
	const to = endedAt === null ? "" : `, ended ${formatInstant(endedAt)}`;
	const took = seconds === null ? "" : ` after ${formatDuration(seconds)}`;
	const again = attempts > 1 ? `, attempt ${attempts}` : "";
	return `${standing} · ${id}${title === id ? "" : `: ${title}`}${from}${to}${took}${again}`;
}
function downtimeLines({ downtime, round }) {
	const { startedAt, endedAt, seconds, running, budgetSeconds } = downtime;
	if (round === null || startedAt === null) return [];
	const budget = budgetSeconds === null ? "" : ` of ${sayClock(budgetSeconds)}`;
	const state = running ? "writes are down, and the clock runs" : `over since ${formatInstant(endedAt ?? "")}`;
	return ["", `downtime: ${sayClock(seconds)}${budget}, since ${formatInstant(startedAt)}; ${state}`];
}
function doubtLines({ doubts }) {
	return doubts.flatMap((doubt) => ["", ...linesOfDoubt(doubt)]);
}
function linesOfDoubt(doubt) {
	const [first = "", ...rest] = toldDoubtLines(doubt);
	return [
		`in doubt: ${first}`,
		...rest,
		"  if re-running its phase cannot tell either:",
		...doubt.rule.map((line) => `    ${line}`)
	];
}
function linesOfAll(what, sent) {
	return sent.flatMap((one) => [
		"",
		`${what}: ${one.name}`,
		...sentLines(one)
	]);
}
function standInLines({ standIns, notAsked }) {
	const silent = notAsked.length === 0 ? [] : ["", `not asked, since they do not answer: ${notAsked.join(", ")}; a rollback could have kept events there`];
	return [...standIns.flatMap(linesOfStandIn), ...silent];
}
function linesOfStandIn({ at, events, problem, lease, last }) {
	return [
		"",
		`kept elsewhere: ${at}${events === null ? "" : `, ${formatCount(events, "event")}`}, by a rollback that could not use the journal; the next run that acts adds what the journal lacks`,
		...problem === null ? [] : sayTrouble(problem),
		...lease === null ? [] : [`  lease: ${sayLease(lease)}`],
		...last === null ? [] : indented(`${last.phase} ${headlineOf(last.outcome)}: ${last.sentence}`)
	];
}
function sayTrouble({ what, next }) {
	return [...indented(what), ...indented(next)];
}
function lastLines({ last, round }) {
	if (last === null) return [];
	const other = round === null || last.round === round.id ? "" : ` (in round ${last.round})`;
	return ["", `last: ${headlineOf(last.outcome)}${other}: ${last.sentence}`];
}

// src/terminal/status.ts
const options = {
	...planOptions,
	environment: {
		value: "NAME",
		about: "environment; without it the one that the inventory names"
	},
	...accessOptions,
	json: { about: "print one JSON object for programs, the same whatever stands there" }
};
/** `status`: where an environment is, from its journal and its lease, which are only read. */
const status = command({
	summary: "say where an environment is, and what comes next",
	usage: "--inventory FILE [--environment NAME] [--runbook FILE] [--json] [options]",
	about: [
		"Reads the environment's journal and lease over SSH, and the journals that a rollback may have kept elsewhere. It takes no lease, writes nothing, repairs nothing and asks no system anything.",
		"It says: the round, whose it is, whether it is open or by what it was closed; which phases are done, run or failed, and when; what is in doubt, with the read-only commands that would tell; the downtime and its budget; who holds the lease; and what comes next, as the last phase said it.",
		"The exit status is 0 when all of that is known, also where nothing was ever run or the last phase failed; 4 when something is in doubt, a phase has no end and nobody runs it, or the journal or the lease cannot be read; 3 when the files or keys that were given do not fit.",
		"--json prints one object (version 1): environment, runbook, at, state (nothing-yet, unreadable, in-doubt, running, open, closed), certain, journal, round, alsoOpen, phases, doubts, inFlight, leftBehind, downtime, lease, leaseProblem, standIns, notAsked, last, next. What is not there is null or an empty list."
	],
	options,
	examples: ["status --inventory inventory/pre-prod.yml", "status --environment pre-prod --json --identity ~/.ssh/runbook"],
	async run(values, terminal) {
		const request = planRequest({
			...values,
			environment: environmentOf(values)
		});
		const prepared = prepare({
			...request,
			phase: "resolve"
		});
		const access = await accessFor(values, prepared, terminal);
		const { prepared: complete, ...found } = await lookAround(access, request, prepared);
		const { plan } = complete;
		const { environment, runbook } = plan;
		const told = tellStatus({
			environment,
			runbook,
			plan,
			...found,
			now: /* @__PURE__ */ new Date()
		});
		if (values.json) terminal.write(statusJson(told));
		else for (const line of statusLines(told)) terminal.write(line);
		return exitCodeOf(told.certain ? "succeeded" : "unknown");
	}
});
function environmentOf({ environment, inventory }) {
	if (environment !== void 0) return environment;
	if (inventory === void 0) throw new UsageError("--inventory FILE or --environment NAME is missing");
	return loadInventory(inventory).environment;
}

// src/terminal/validate.ts
const { runbook: runbook$1, inventory, vars } = planOptions;
/** `validate`: everything that can be wrong with the files, before anything is connected. */
const validate = command({
	summary: "check a runbook, and an inventory against it",
	usage: "[--runbook FILE] [--inventory FILE] [--vars MAP]",
	about: ["Reads the runbook and, where one is given, the inventory with its known failures, and says everything that is wrong with them, with file, line and column. Connects to nothing."],
	options: {
		runbook: runbook$1,
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

// src/workflow/quote.ts
/** What YAML reads as itself without quotes: words, and signs that mean nothing to it inside of them. */
const plain = /^[\p{L}/](?:[\p{L}\p{N} ,.;'`()/_=-]*[\p{L}\p{N}.()/])?$/u;
const otherwiseRead = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
/** What JSON leaves as it is, and YAML does not print or takes as the end of a line. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/gu;
/** A text as one YAML scalar: bare where that is safe, else in double quotes. */
function scalar(text) {
	if (plain.test(text) && !otherwiseRead.test(text)) return text;
	return JSON.stringify(text).replace(unprintable, escapeOf);
}
function escapeOf(character) {
	return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
/** A text that people read, where GitHub would evaluate an expression in it. */
function label(text) {
	return scalar(text.replaceAll("${{", "${{ '${{' }}"));
}
const width$1 = 100;
/** A text as lines of a comment, none of which can end it. */
function comment(text) {
	const lines = [];
	let line = "#";
	for (const word of oneLine(text).split(" ")) {
		if (line !== "#" && line.length + 1 + word.length > width$1) {
			lines.push(line);
			line = "#";
		}
		line += ` ${word}`;
	}
	return [...lines, line].join("\n");
}
/** Everything that could end a line becomes a blank. */
function oneLine(text) {
	return text.replaceAll(/[\s\p{C}]+/gu, " ").trim();
}
/** An id as people say it: `restore-data-bags` is "Restore data bags". */
function spoken(id) {
	const words = id.split("-").filter(Boolean).join(" ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}
/** Lines moved to the right; empty ones stay empty. */
function indent(columns, text) {
	return text.replaceAll(/^(?=.)/gm, " ".repeat(columns));
}
/** Parts of a file one below the other, without those that are not wanted. */
function join$1(...parts) {
	return parts.filter((part) => part !== void 0).join("\n");
}

// src/workflow/file.ts
const mark = /^# Generated from (.+) by `runbook-phase workflow`\.$/;
/** The whole text of a file. */
function workflowText({ file, about, name, runName, on, group, jobs }) {
	return `${[
		join$1(head(file), "#", comment(about), `name: ${scalar(name)}`, `run-name: ${runName}`),
		on,
		...group === void 0 ? [] : [concurrency(group)],
		"permissions: {}",
		join$1("jobs:", jobs.join("\n\n"))
	].join("\n\n")}\n`;
}
/** Only files that begin so are ever overwritten. */
function head(file) {
	return `\
# Generated from ${oneLine(file)} by \`runbook-phase workflow\`.
# Run it again when the runbook changes; a phase's \`timeout\` there decides how long its job may take.
# To edit this file by hand, remove these lines first: it is then yours, and not overwritten.`;
}
/** The runbook from which a file was generated; undefined for one that a person wrote or took over. */
function generatedFrom(text) {
	return mark.exec(text.split(/\r?\n/, 1)[0] ?? "")?.[1];
}
/** Whether a file was generated from this runbook, and so may be written anew. */
function isGeneratedFrom(text, file) {
	return generatedFrom(text) === oneLine(file);
}
function concurrency({ name, comment: why }) {
	return `\
${comment(why)}
concurrency:
  group: ${name}-\${{ inputs.environment }}
  cancel-in-progress: false`;
}

// src/workflow/compare.ts
/** Compares a file with what a folder has in its place. */
function compare({ text }, present, runbookFile) {
	if (present === void 0) return { kind: "missing" };
	if (present === text) return { kind: "same" };
	const difference = differenceOf(present, text);
	if (isGeneratedFrom(present, runbookFile)) return {
		kind: "outdated",
		difference
	};
	return {
		kind: "foreign",
		from: generatedFrom(present),
		difference
	};
}
const shownLines = 6;
/** The stretch of lines in which two texts differ, shortened: what is there, then what is wanted. */
function differenceOf(present, wanted) {
	const [there, generated] = [present.split("\n"), wanted.split("\n")];
	const first = there.findIndex((line, index) => line !== generated[index]);
	const start = first === -1 ? there.length : first;
	const most = Math.min(there.length, generated.length) - start;
	let same = 0;
	while (same < most && there.at(-1 - same) === generated.at(-1 - same)) same += 1;
	return [
		`line ${start + 1}:`,
		...shortened("-", there.slice(start, there.length - same)),
		...shortened("+", generated.slice(start, generated.length - same))
	];
}
function shortened(sign, lines) {
	const rest = lines.length - shownLines;
	const shown = lines.slice(0, shownLines).map((line) => `${sign} ${line}`);
	return rest > 0 ? [...shown, `${sign} … and ${rest} more lines`] : shown;
}

// src/workflow/pins.ts
/** The actions that every generated workflow uses, by commit; the one place where their versions stand. */
const pins = {
	checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
	uploadArtifact: "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
	/** The action itself, from the checkout. */
	phase: "./"
};

// src/workflow/job.ts
const runner = "${{ inputs.runner || vars.RUNBOOK_RUNNER || 'ubuntu-latest' }}";
const secrets = `\
ssh-private-key: \${{ secrets.SSH_PRIVATE_KEY }}
ssh-passphrase: \${{ secrets.SSH_PASSPHRASE }}
known-hosts: \${{ vars.KNOWN_HOSTS || secrets.KNOWN_HOSTS }}
secrets: \${{ secrets.RUNBOOK_SECRETS }}`;
/** A job as it stands under \`jobs\`. */
function jobText(job) {
	const body = join$1(job.comment, `name: ${label(job.title)}`, job.needs && `needs: [${job.needs.map(scalar).join(", ")}]`, job.always && "if: always()", `runs-on: ${runner}`, job.environment && `environment: ${job.environment}`, `timeout-minutes: ${job.minutes}`, job.permissions, job.outputs && join$1("outputs:", indent(2, job.outputs)), "steps:", indent(2, steps(job)));
	return indent(2, join$1(`${scalar(job.id)}:`, indent(2, body)));
}
function steps(job) {
	const given = join$1(`phase: ${scalar(job.id)}`, "environment: ${{ inputs.environment }}", job.first, "runbook: ${{ inputs.runbook }}", "vars: ${{ inputs.vars }}", job.last, job.environment && secrets);
	return `\
- uses: ${pins.checkout}
  with:
    persist-credentials: false
- id: phase
  name: ${label(job.title)}
  uses: ${pins.phase}
  with:
${indent(4, given)}
- uses: ${pins.uploadArtifact}
  if: always()
  with:
    name: ${job.id}-\${{ inputs.environment }}-\${{ github.run_attempt }}
${indent(4, kept(job))}`;
}
function kept({ journal }) {
	if (journal === false) return "path: ${{ runner.temp }}/runbook-phase/**";
	return `\
path: |
  \${{ steps.phase.outputs.journal }}
  \${{ runner.temp }}/runbook-phase/**`;
}
/** The permissions of a job's token, which has none else. */
function permissions(...granted) {
	return join$1("permissions:", ...granted.map((one) => `  ${one}`));
}

// src/workflow/evidence-job.ts
/** The last job of what proves something: what the others did, as a file and a commit status. */
function evidenceJob(others) {
	return jobText({
		id: "evidence",
		title: "Evidence",
		comment: comment("Also when a job before it failed or its runner was lost, so that no older success stays the newest. It has no secrets: it reads what the other jobs uploaded, and writes a commit status."),
		needs: others,
		always: true,
		minutes: 15,
		permissions: permissions("actions: read", "contents: read", "statuses: write"),
		journal: false
	});
}

// src/workflow/given.ts
/** The action's inputs that only some steps want. */
function given({ loss, keep503 }) {
	if (loss === void 0 && !keep503) return void 0;
	return join$1(loss === void 0 ? void 0 : "accept-data-loss: ${{ inputs.accept-data-loss }}", keep503 ? "keep-503: ${{ inputs.keep-503 }}" : void 0);
}
/** Names of jobs that mean something of their own to whoever reads a run: evidence leaves its own job out by name. */
const ownTitles = ["Plan", "Evidence"];
/** What the job of a phase is called. */
function titleOf({ id, title }) {
	const words = oneLine(title);
	return words === "" || ownTitles.includes(words) ? `${words} (${id})`.trim() : words;
}

// src/workflow/inputs.ts
/** What a dispatch is asked for: the page of GitHub shows it in this order. */
const environmentInput = `\
environment:
  description: Environment to act on.
  type: environment
  required: true`;
/** For a rollback whose reviewers are others than those of the chain. */
const approvalInput = `\
approval-environment:
  description: GitHub environment whose reviewers approve and whose secrets are used. Empty = the same.
  type: string`;
const keep503Input = `\
keep-503:
  description: Leave writes answering 503.
  type: boolean
  default: false`;
/** The inputs that only some steps want. */
function neededInputs({ loss, keep503 }, rows) {
	if (loss === void 0 && !keep503) return void 0;
	return join$1(loss === void 0 ? void 0 : lossInput(loss, rows), keep503 ? keep503Input : void 0);
}
function lossInput(loss, rows) {
	return textInput("accept-data-loss", `${rows}${loss === "protected" ? " where the environment is protected" : ""}. Empty = none; a refusal says the number.`);
}
function textInput(name, description, required = false) {
	return join$1(`${name}:`, `  description: ${scalar(description)}`, "  type: string", required ? "  required: true" : void 0);
}
const whyInput = textInput("reason", "Why; kept in the journal.", true);
const varsInput = `\
vars:
  description: Variables that override the inventory's, as a YAML or JSON map.
  type: string`;
const runnerInput = `\
runner:
  description: Label of the runner that reaches the hosts. Empty = the variable RUNBOOK_RUNNER, or ubuntu-latest.
  type: string`;
function runbookInput(file) {
	return `\
runbook:
  description: Runbook file.
  type: string
  default: ${scalar(file)}`;
}
/** The block `on`: started by a person, never by a change. */
function dispatch({ file, own, last }) {
	const inputs = join$1(environmentInput, ...own, runbookInput(file), varsInput, last, runnerInput);
	return join$1("on:", "  workflow_dispatch:", "    inputs:", indent(6, inputs));
}

// src/workflow/minutes.ts
/** What a step may take, in minutes, where it says nothing itself. */
const usualMinutes = {
	run: 60,
	eval: 2,
	control: 2,
	probe: 1,
	watch: 30
};
/** No job of a phase gets less; a way back that is cut off would be worse than one that takes its time. */
const leastMinutes = {
	chain: 60,
	rollback: 180,
	reset: 180,
	restore: 30
};
/** A phase ends itself at its `timeout`, and says so; GitHub's end of the job comes after that. */
const graceMinutes = 15;
/**
* How long the job of a phase may take. Without a `timeout` of the phase it is what the steps may take by their
* own limits, with a tenth to spare, in whole hours. How many hosts there are is the inventory's: what goes from
* host to host is counted for two.
*/
function minutesOf(phase, runbook) {
	const limit = minutes(phase.timeoutSeconds, runbook);
	if (limit !== void 0) return Math.ceil(limit) + graceMinutes;
	const wanted = phase.steps.map((step) => stepMinutes(step, runbook)).reduce((sum, one) => sum + one, 0) * 1.1;
	const least = leastMinutes[phase.dispatched ?? "chain"];
	return wanted <= least ? least : Math.ceil(wanted / 60) * 60;
}
function stepMinutes(step, runbook) {
	const own = minutes(step.timeoutSeconds, runbook);
	const usual = own ?? usualMinutes[step.kind] ?? 1;
	if (step.kind === "watch") return own ?? minutesOfWatch(step.forSeconds) ?? usual;
	return step.kind === "run" && step.order.kind !== "parallel" ? usual * 2 : usual;
}
/** A watch whose length is a variable is as long as an inventory says, so no default of it counts. */
function minutesOfWatch(seconds) {
	return typeof seconds === "number" ? seconds / 60 : void 0;
}
/** A limit that is a variable counts by the runbook's default of it. */
function minutes(seconds, { vars }) {
	if (seconds === void 0) return void 0;
	if (typeof seconds === "number") return seconds / 60;
	const preset = vars[/^\$\{(.*)\}$/.exec(seconds)?.[1] ?? ""];
	const known = typeof preset === "string" ? parseDuration(preset) : void 0;
	return known === void 0 ? void 0 : known / 60;
}

// src/workflow/needs.ts
function needsOf(phases) {
	const steps = phases.flatMap((phase) => phase.steps.flatMap(withCleanUp));
	const losses = steps.flatMap((step) => step.kind === "loss" ? [step.loss] : []);
	const always = losses.some((loss) => loss.kind === "since" || loss.when === void 0);
	return {
		loss: losses.length === 0 ? void 0 : always ? "always" : "protected",
		keep503: steps.some(({ when = [] }) => when.some((one) => one.kind === "input" && one.input === "keep-503"))
	};
}
function withCleanUp(step) {
	return [step, ...(step.onRefusal ?? []).flatMap(withCleanUp)];
}

// src/workflow/chain.ts
/** Hosted runners of GitHub end a job after this many minutes. */
const hostedMinutes = 360;
/** The workflow of the chain: the plan, one job a phase, the evidence. */
function chainText({ runbook, file }) {
	const phases = runbook.phases.filter(({ dispatched }) => dispatched === void 0);
	const ids = phases.map(({ id }) => id);
	return workflowText({
		file,
		about: `${oneLine(runbook.title)}: a plan that needs no secrets, then one job a phase. Each phase job names the environment, so GitHub keeps that environment's secrets until its reviewers approve; what they approve stands in the summary of the job before.`,
		name: spoken(runbook.name),
		runName: `${spoken(runbook.name)} in \${{ inputs.environment }}`,
		on: dispatch({
			file,
			own: [neededInputs(needsOf(phases), "Rows that may be lost")],
			last: textInput("reason", "Why this run takes over a round that another run owns. Empty = it does not.")
		}),
		group: {
			name: runbook.name,
			comment: "A second dispatch waits here; it is the lease on the journal host that decides who may act."
		},
		jobs: [
			planJob,
			...phases.map((phase, index) => phaseJob(phase, ids.slice(0, index).at(-1), {
				runbook,
				file
			})),
			evidenceJob(["plan", ...ids])
		]
	});
}
const planJob = jobText({
	id: "plan",
	title: "Plan",
	minutes: 15,
	permissions: permissions("contents: read"),
	outputs: "plan-digest: ${{ steps.phase.outputs.plan-digest }}"
});
function phaseJob(phase, before, { runbook }) {
	const opens = phase.round === "opens";
	const minutes = minutesOf(phase, runbook);
	return jobText({
		id: phase.id,
		title: titleOf(phase),
		comment: opens ? openingComment : minutes > hostedMinutes ? longComment : void 0,
		needs: ["plan", ...before === void 0 ? [] : [before]],
		environment: "${{ inputs.environment }}",
		minutes,
		permissions: permissions("actions: read", "contents: read", ...opens ? ["statuses: write"] : []),
		first: opens ? "reason: ${{ inputs.reason }}" : void 0,
		last: join$1("plan-digest: ${{ needs.plan.outputs.plan-digest }}", given(needsOf([phase])))
	});
}
const openingComment = comment("Here and in every phase job, actions: read tells who approved the run; in this one it also tells how the environment is protected, without which a protected one is refused, and what another environment proved. statuses: write says that a round begins: older evidence is no longer the newest.");
const longComment = comment("GitHub's own runners end a job after 6 hours; a longer phase wants a runner of yours. A job that ended early loses nothing: re-run it and it follows what went on meanwhile.");

// src/workflow/dispatched.ts
/** What is told of each way of being dispatched. */
const ways = {
	rollback: {
		about: ", from every phase's state. One job and no concurrency group on purpose: a rollback must never wait behind a run of the chain that is parked at an approval, nor behind a plan.",
		where: "in",
		rows: "Rows written since reopening that may be lost",
		proves: true
	},
	reset: {
		about: ", to test again or to start from scratch.",
		where: "of",
		rows: "Rows to delete",
		group: "Two resets of one environment follow each other; the chain and a rollback do not wait for them."
	},
	restore: {
		about: ". Refused while a round is open.",
		where: "of",
		rows: "Rows that may be lost",
		group: "Two of one environment follow each other."
	}
};
/** The workflow of a phase that is dispatched on its own. */
function dispatchedText({ runbook, file }, phase, { name, stem }) {
	const { about, where, rows, group, proves } = ways[phase.dispatched];
	const needs = needsOf([phase]);
	const losing = needs.loss === void 0 ? "" : ", accepting the loss of ${{ inputs.accept-data-loss || 'no' }} rows";
	const workflow = {
		file,
		about: `${titleOf(phase)}${about}`,
		name,
		runName: `${name} ${where} \${{ inputs.environment }}${losing}`,
		on: dispatch({
			file,
			own: [
				proves && "approval-environment:\n  description: GitHub environment whose reviewers approve and whose secrets are used. Empty = the same.\n  type: string",
				neededInputs(needs, rows),
				whyInput
			]
		}),
		jobs: [jobText({
			id: phase.id,
			title: titleOf(phase),
			environment: proves ? "${{ inputs.approval-environment || inputs.environment }}" : "${{ inputs.environment }}",
			minutes: minutesOf(phase, runbook),
			permissions: join$1(comment("actions: read tells who approved the run; nothing depends on it."), permissions("actions: read", "contents: read")),
			last: join$1(given(needs), "reason: ${{ inputs.reason }}")
		}), ...proves ? [evidenceJob([phase.id])] : []]
	};
	return workflowText(group === void 0 ? workflow : {
		...workflow,
		group: {
			name: stem,
			comment: group
		}
	});
}

// src/workflow/resolve.ts
/** The workflow by which a person rules on what nobody can know. */
function resolveText({ runbook, file }, name) {
	const budget = runbook.downtime !== void 0;
	return workflowText({
		file,
		about: `A person's ruling on a step whose end nobody can know: nothing proceeds past it until somebody has looked and says whether it was done.${budget ? " Or a person's decision that the downtime may take longer." : ""} In no concurrency group: the run that it frees may be waiting.`,
		name,
		runName: `${name} \${{ inputs.step }} in \${{ inputs.environment }} as \${{ inputs.ruling }}`,
		on: dispatch({
			file,
			own: [
				textInput("step", `Id of the step, as the summary names it${budget ? "; `downtime` for its budget" : ""}.`, true),
				textInput("ruling", `What was found out about it, done or not-done${budget ? "; or the downtime's new budget in all, such as budget=3h" : ""}.`, true),
				textInput("reason", "How that is known; kept in the journal.", true)
			]
		}),
		jobs: [jobText({
			id: "resolve",
			title: "Record the ruling",
			environment: "${{ inputs.environment }}",
			minutes: 30,
			permissions: permissions("contents: read"),
			last: `\
step: \${{ inputs.step }}
ruling: \${{ inputs.ruling }}
reason: \${{ inputs.reason }}`
		})]
	});
}

// src/workflow/workflows.ts
/** Every workflow of a runbook: the chain, each phase that is dispatched on its own, and the ruling. */
function workflowsOf(naming) {
	const { runbook } = naming;
	const { name, stem } = names(naming);
	const singles = runbook.phases.flatMap((phase) => {
		const { id, dispatched } = phase;
		if (dispatched === void 0) return [];
		const called = {
			name: name(id),
			stem: stem(id)
		};
		const text = dispatchedText(naming, {
			...phase,
			dispatched
		}, called);
		return [{
			name: `${stem(id)}.yml`,
			text
		}];
	});
	return [
		{
			name: `${runbook.name}.yml`,
			text: chainText(naming)
		},
		...singles,
		{
			name: `${stem("resolve")}.yml`,
			text: resolveText(naming, name("resolve"))
		}
	];
}
/** How a workflow is called, and what its file and its concurrency group are called. */
function names({ runbook, prefixed }) {
	return {
		name: (id) => prefixed ? spoken(`${runbook.name}-${id}`) : spoken(id),
		stem: (id) => prefixed ? `${runbook.name}-${id}` : id
	};
}

// src/terminal/workflow.ts
const { runbook } = planOptions;
/** `workflow`: the workflows of a runbook, written or held against those that are there. */
const workflow = command({
	summary: "write the GitHub workflows of a runbook",
	usage: "[[--runbook] FILE] [--out DIR] [--prefixed] [--check | --force]",
	about: [
		"Writes one workflow for the chain, with a job for each phase, one for each phase that is dispatched on its own (rollback, reset, restore), and one for rulings. Phases, titles, times and inputs come from the runbook; gates, permissions and pinned actions are the same everywhere. Start it in the repository's folder, commit what it writes, and run it again when the runbook changes.",
		"The chain's file is called after the runbook, the others after their phase: rollback.yml. In a repository with several runbooks --prefixed puts the runbook's name before it: NAME-rollback.yml.",
		"Only files that were generated from the same runbook are overwritten. Whoever wants to edit one removes the comment at its top; it is then left alone, unless --force is given."
	],
	options: {
		runbook,
		out: {
			value: "DIR",
			about: "folder of the workflows",
			default: ".github/workflows"
		},
		prefixed: { about: "put the runbook's name before the names of all files" },
		check: { about: "write nothing; show what differs, and exit with 1 if anything does" },
		force: { about: "overwrite also what was not generated from this runbook" }
	},
	operand: "runbook",
	examples: ["workflow", "workflow runbooks/org-migration/runbook.yml --check"],
	run(values, terminal) {
		if (values.check && values.force) throw new UsageError("--check writes nothing, so there is nothing to --force");
		const file = inRepository(values.runbook, terminal);
		const loaded = loadRunbook(values.runbook);
		const wanted = workflowsOf({
			runbook: loaded,
			file,
			prefixed: values.prefixed
		});
		refuseTwice(wanted);
		const folder = look(values.out, wanted, file);
		if (values.check) return check(folder, terminal);
		write(folder, values.force, terminal);
		return 0;
	}
});
/** Where the workflows find the runbook in their checkout. */
function inRepository(file, terminal) {
	const path = relative(process.cwd(), resolve(file)).split(sep).join("/");
	if (!isAbsolute(path) && !path.startsWith("../")) return path;
	terminal.tell(`${safeLine(file)} lies outside of this folder, so a checkout will not have it: start this in the repository's folder\n`);
	return file;
}
function refuseTwice(wanted) {
	const twice = wanted.find(({ name }, index) => wanted.slice(0, index).some((other) => other.name === name));
	if (twice !== void 0) throw new Error(`two workflows of this runbook would be ${twice.name}; call the phase or the runbook otherwise, or give --prefixed`);
}
function look(path, wanted, runbookFile) {
	return {
		path,
		runbookFile,
		files: wanted.map((one) => {
			const place = join(path, one.name);
			return {
				...one,
				path: place,
				found: compare(one, textOf(place), runbookFile)
			};
		}),
		leftOver: namesIn(path).filter((name) => /\.ya?ml$/.test(name) && !wanted.some((one) => one.name === name)).map((name) => join(path, name)).filter((place) => isGeneratedFrom(textOf(place) ?? "", runbookFile))
	};
}
function namesIn(folder) {
	return ifThere(() => readdirSync(folder).sort()) ?? [];
}
function textOf(path) {
	return ifThere(() => readFileSync(path, "utf8"));
}
function ifThere(read) {
	try {
		return read();
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return void 0;
		throw error;
	}
}
function check({ files, leftOver }, terminal) {
	const differing = files.filter(({ found }) => found.kind !== "same");
	for (const { path, found } of files) {
		terminal.write(`${path}: ${visible(said(found))}`);
		if (!("difference" in found)) continue;
		for (const line of found.difference) terminal.write(`  ${visible(line)}`);
	}
	for (const path of leftOver) terminal.write(`${path}: ${noLonger}`);
	if (differing.length === 0 && leftOver.length === 0) return 0;
	terminal.tell("Next: run this without --check, and look at what changed\n");
	return 1;
}
/** A line of somebody's file, as a terminal may show it; its indentation says where it stands. */
function visible(line) {
	return line.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "�");
}
const noLonger = "was generated from this runbook, which has no such workflow any more; delete it";
function said(found) {
	switch (found.kind) {
		case "missing": return "missing";
		case "same": return "as generated";
		case "outdated": return "differs from what is generated, in";
		case "foreign": return `${found.from === void 0 ? "is not generated" : `is generated from ${found.from}`}, and differs in`;
	}
}
function write({ path, files, leftOver }, force, terminal) {
	if (!force) refuseForeign(files);
	mkdirSync(path, { recursive: true });
	for (const { path: place, text, found } of files) {
		if (found.kind !== "same") writeFileSync(place, text);
		terminal.write(`${place}: ${found.kind === "same" ? "unchanged" : "written"}`);
	}
	for (const place of leftOver) terminal.write(`${place}: ${noLonger}`);
}
/** All or nothing: a folder half of which is new would be harder to judge than one that is old. */
function refuseForeign(files) {
	const foreign = files.flatMap(({ path, found }) => found.kind === "foreign" ? [{
		path,
		from: found.from
	}] : []);
	if (foreign.length === 0) return;
	const lines = foreign.map(({ path, from }) => from === void 0 ? `${path} was not generated, or somebody took it over` : `${path} was generated from ${from}`);
	const next = foreign.some(({ from }) => from !== void 0) ? "give --prefixed, so that this runbook's files have names of their own; or --force to overwrite them" : "move them away, or give --force to overwrite them";
	throw new Error([...lines, `nothing was written. Next: ${next}`].join("\n"));
}

// src/terminal/commands.ts
/** Every command of the terminal, in the order of the help. */
const commands = {
	validate,
	show,
	plan,
	status,
	resolve: resolve$1,
	workflow
};
/** Names that are fixed and stand for nothing yet. */
const later = [
	"run",
	"report",
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
function readOptions(args, options, operand) {
	const given = /* @__PURE__ */ new Map();
	for (const token of tokensOf(args, options)) if (token.kind === "option") {
		if (given.has(token.name)) throw new UsageError(`${token.rawName} is given twice`);
		given.set(token.name, valueOf(token, options));
	} else if (token.kind === "positional" && operand !== void 0) {
		if (given.has(operand)) throw new UsageError(`--${operand} is given twice: ${token.value}`);
		given.set(operand, token.value);
	} else throw stray(token.kind === "positional" ? token.value : "--");
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
	return command.run(readOptions(args, command.options, command.operand), terminal);
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
	const next = nextOf$1(error);
	return next === void 0 || message.includes(next) ? message : `${message}\nNext: ${next}`;
}

// src/cli.ts
/** The terminal: run the command, exit with its status. Everything that goes wrong is told in words. */
process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal(process));

export {  };