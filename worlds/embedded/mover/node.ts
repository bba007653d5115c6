import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { Dataset } from "../../common/data.ts";
import { RedisClient } from "../../common/redis-client.ts";
import { openDatabase } from "../sql-database.ts";
import { Dets } from "./dets.ts";
import { createEvaluator } from "./evaluator.ts";
import type { FlagFault } from "./darklaunch.ts";
import { Keeper } from "./keeper.ts";
import { Lager } from "./lager.ts";
import { MoverManager } from "./mover-manager.ts";
import { readObjectFaults } from "./object-fault.ts";
import type { MigrationFault } from "./mover-manager.ts";
import { readMoverConfig } from "./mover-config.ts";
import type { MoverConfig } from "./mover-config.ts";
import { Terminal } from "./terminal.ts";

/** One terminal at a time: the second to come is told so. */
let attached: Socket | undefined;
let columns = 80;
let terminal: Terminal | undefined;

const config = readMoverConfig(process.argv[2] ?? "");
await boot(config);

async function boot(settings: MoverConfig): Promise<void> {
  const log = new Lager({
    directory: settings.logDirectory,
    console: (line) => print(`${line}\r\r\n`),
  });
  const redis = new RedisClient(settings.redis);
  const open = () => openDatabase(settings.database);
  const dets = new Dets(settings.detsDirectory);
  const manager = new MoverManager({
    version: settings.version,
    objectsPerSecond: settings.objectsPerSecond,
    dets,
    log,
    open,
    fault: () => takeFault(settings.faultFile),
    objectFaults: () => readObjectFaults(settings.objectFaultsFile),
    readSource: async () => (await (await fetch(settings.datasetUrl)).json()) as Dataset,
  });
  const { node, version, detsExpressions } = settings;
  const evaluate = createEvaluator({
    node,
    version,
    detsExpressions,
    manager,
    dets,
    redis,
    open,
    note: (call) => appendFileSync(settings.callsFile, `${call}\n`),
    flagFault: () => takeFault(settings.flagFaultFile),
  });
  const keeper = new Keeper({ node, evaluate, print });
  terminal = new Terminal({ node, keeper, evaluate, columns: () => columns }, write);
  listen(settings, terminal);
  log.write("info", "mover_app:start", `Application mover ${version} started on node '${node}'`);
  log.flush();
  process.on("SIGTERM", () => end(settings, 0));
  setInterval(() => existsSync(`/proc/${settings.owner}`) || end(settings, 1), 2_000);
  await redis.command("PING").catch(() => dieSoon(settings, log));
}

/** A fault is suffered once: its file is gone afterwards. */
function takeFault(file: string): MigrationFault & FlagFault {
  if (!existsSync(file)) return {};
  const fault = JSON.parse(readFileSync(file, "utf8")) as MigrationFault & FlagFault;
  rmSync(file);
  return fault;
}

function write(text: string): void {
  attached?.write(text);
}

function print(text: string): void {
  terminal?.print(text);
}

function listen(settings: MoverConfig, to: Terminal): void {
  rmSync(settings.pipe, { force: true });
  const server = createServer((socket) => attach(socket, to));
  server.listen(settings.pipe, () => writeFileSync(settings.pidFile, `${process.pid}\n`));
}

function attach(socket: Socket, to: Terminal): void {
  socket.on("error", () => socket.destroy());
  if (attached) {
    socket.end("busy\n");
    return;
  }
  attached = socket;
  socket.write("ok\n");
  socket.on("close", () => {
    if (attached === socket) attached = undefined;
  });
  socket.once("data", (hello) => {
    const [width = "", ...typed] = hello.toString("latin1").split("\n");
    columns = Number(width) || 80;
    to.type(typed.join("\n"));
    socket.on("data", (chunk) => to.type(chunk.toString("latin1")));
  });
}

/** A node that was started while Redis is down answers for a little while and is gone then. */
function dieSoon(settings: MoverConfig, log: Lager): void {
  log.write(
    "error",
    "application_master:init",
    "Application mover exited with reason: {bad_return,{no_connection}}",
  );
  log.flush();
  setTimeout(() => end(settings, 1), 1_500);
}

function end(settings: MoverConfig, status: number): never {
  rmSync(settings.pidFile, { force: true });
  rmSync(settings.pipe, { force: true });
  process.exit(status);
}
