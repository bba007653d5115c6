import { Agent, request } from "node:http";
import { userHeader } from "./api.ts";
import { probeOrg, probeUser } from "./data.ts";

export interface TrafficOptions {
  /** Where the API hosts answer, such as `http://127.0.0.1:8000`. */
  readonly urls: readonly string[];
  /** Pause between two requests. Default 100 ms. */
  readonly everyMilliseconds?: number;
  /** How many organizations may be created at most once SQL serves: what a late rollback can lose stays small. */
  readonly mostCreated?: number;
}

export interface Traffic {
  /** Requests answered so far, by status. */
  readonly answered: ReadonlyMap<number, number>;
  /** Organizations that were created since SQL serves. */
  readonly created: readonly string[];
  stop(): Promise<void>;
}

interface Sent {
  readonly status: number;
  readonly store: string | undefined;
}

/**
 * Sends reads and a few writes for as long as the world is up, so that logs move and losses are real.
 * While couch serves, its writes leave the number of objects as it was planted: an organization is
 * renamed, one that exists is created again (a conflict). Once SQL serves and writes are open, it
 * creates organizations with a member and an invite each.
 */
export function startTraffic(options: TrafficOptions): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const answered = new Map<number, number>();
  const created: string[] = [];
  const abort = new AbortController();
  const send = async (turn: number, method: string, path: string, body?: object): Promise<Sent> => {
    const url = new URL(path, options.urls[turn % options.urls.length]);
    const sent = await sendOne(agent, url, method, body).catch(() => ({
      status: 0,
      store: undefined,
    }));
    answered.set(sent.status, (answered.get(sent.status) ?? 0) + 1);
    return sent;
  };
  const run = async () => {
    for (let turn = 0; !abort.signal.aborted; turn += 1) {
      await (turn % 5 === 4
        ? write(send, turn, created, options.mostCreated ?? 20)
        : read(send, turn));
      await pause(options.everyMilliseconds ?? 100, abort.signal);
    }
  };
  const running = run();
  const stop = async () => {
    abort.abort();
    await running;
    agent.destroy();
  };
  return { answered, created, stop };
}

type Send = (turn: number, method: string, path: string, body?: object) => Promise<Sent>;

const reads = [
  `/organizations/${probeOrg}`,
  `/organizations/${probeOrg}/users`,
  `/organizations/${probeOrg}/association_requests`,
  `/users/${probeUser}/organizations`,
  `/users/${probeUser}/association_requests`,
];

async function read(send: Send, turn: number): Promise<void> {
  await send(turn, "GET", reads[turn % reads.length] ?? `/organizations/${probeOrg}`);
}

async function write(send: Send, turn: number, created: string[], most: number): Promise<void> {
  const renamed = await send(turn, "PUT", `/organizations/${probeOrg}`, {
    full_name: `Probe ${turn}`,
  });
  if (renamed.status !== 200 || renamed.store !== "sql" || created.length >= most) {
    await send(turn, "POST", "/organizations", { name: probeOrg, full_name: "again" });
    return;
  }
  const name = `late-${created.length + 1}`;
  const made = await send(turn, "POST", "/organizations", { name, full_name: name });
  if (made.status === 201 || made.status === 409) created.push(name);
  if (made.status !== 201 || made.store !== "sql") return;
  await send(turn, "POST", `/organizations/${name}/users`, { username: probeUser });
  await send(turn, "POST", `/organizations/${name}/association_requests`, { user: "user-1" });
}

function sendOne(agent: Agent, url: URL, method: string, body?: object): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const headers = { [userHeader]: probeUser, "content-type": "application/json" };
    const sent = request(url, { agent, method, headers, timeout: 5_000 }, (response) => {
      response.resume();
      response.on("end", () => {
        const store = response.headers["x-served-by"];
        resolve({
          status: response.statusCode ?? 0,
          store: Array.isArray(store) ? store[0] : store,
        });
      });
      response.on("error", reject);
    });
    sent.on("timeout", () => sent.destroy(new Error("the API did not answer in time")));
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
