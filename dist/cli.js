// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with `npm run build`; do not edit. Licenses of bundled packages: dist/licenses.txt.
import { J as ConfigError, S as loadRunbook, T as loadInventory, Y as nearest, b as validate, i as prepare, n as planText, q as parseVars } from "./lib/engine.js";
import { parseArgs } from "node:util";

// src/cli.ts
const usage = `Usage:
  runbook-phase validate [--runbook FILE] [--inventory FILE] [--vars MAP]
  runbook-phase plan --environment NAME [--runbook FILE] [--inventory FILE] [--vars MAP]

Defaults: --runbook runbooks/org-migration/runbook.yml, --inventory inventory/NAME.yml.
Exit status: 0 well, 3 refused, 2 wrong usage.
`;
const commands = {
	validate: runValidate,
	plan: runPlan
};
const later = [
	"show",
	"run",
	"status",
	"report",
	"workflow",
	"resolve",
	"init"
];
/** Wrong words on the command line; says how it is called. */
var UsageError = class extends Error {
	name = "UsageError";
};
function readArguments(args) {
	const { values } = parseArgs({
		args: [...args],
		options: {
			runbook: {
				type: "string",
				default: "runbooks/org-migration/runbook.yml"
			},
			inventory: { type: "string" },
			environment: { type: "string" },
			vars: {
				type: "string",
				default: ""
			}
		}
	});
	return {
		...values,
		inventory: values.inventory,
		environment: values.environment
	};
}
function runValidate({ runbook: file, inventory, vars }) {
	const runbook = loadRunbook(file);
	if (inventory === void 0) return [`${file}: valid`];
	const problems = validate(runbook, loadInventory(inventory), parseVars(vars));
	if (problems.length > 0) throw new ConfigError(problems);
	return [`${file} with ${inventory}: valid`];
}
function runPlan({ runbook, inventory, environment, vars }) {
	if (environment === void 0) throw new UsageError("plan needs --environment");
	const { plan } = prepare({
		environment,
		runbookFile: runbook,
		inventoryFile: inventory ?? `inventory/${environment}.yml`,
		vars: parseVars(vars)
	});
	return planText(plan);
}
function run([command, ...args]) {
	if (command === void 0 || command === "--help" || command === "-h") return [usage.trimEnd()];
	if (later.includes(command)) throw new Error(`runbook-phase ${command} arrives with a later version; nothing was done`);
	if (!Object.hasOwn(commands, command)) {
		const near = nearest(command, [...Object.keys(commands), ...later]);
		throw new UsageError(`there is no command ${command}${near === void 0 ? "" : `; did you mean ${near}?`}`);
	}
	return commands[command](readArguments(args));
}
try {
	for (const line of run(process.argv.slice(2))) process.stdout.write(`${line}\n`);
} catch (error) {
	const message = error instanceof Error ? error.message : String(error);
	const wrongUsage = error instanceof UsageError || error instanceof TypeError;
	process.stderr.write(`${message}\n${wrongUsage ? `\n${usage}` : ""}`);
	process.exitCode = wrongUsage ? 2 : 3;
}

export {  };