import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  acquireLease,
  hostLease,
  type Lease,
  type LeaseBackend,
  type LeaseOptions,
  localLease,
  lookAtLease,
} from "../../src/journal/lease.ts";
import { journalDirectory, someone } from "./journal-parts.ts";
import { ShellConnection, shells } from "./shell-connection.ts";

const backends: readonly (readonly [string, (directory: string) => LeaseBackend])[] = [
  ["a local directory", localLease],
  ...shells.map(([name, shell]): readonly [string, (directory: string) => LeaseBackend] => [
    `a host with ${name}`,
    (directory) => hostLease(new ShellConnection(shell), directory),
  ]),
];

const options: LeaseOptions = {
  holder: someone,
  purpose: "migrate",
  ttlSeconds: 3600,
  renewEverySeconds: 0,
};
const grace = { run: "4712", runAttempt: 1, url: "", by: "grâce" };

async function held(backend: LeaseBackend, more: Partial<LeaseOptions> = {}): Promise<Lease> {
  const lease = await acquireLease(backend, { ...options, ...more });
  if (lease.kind === "refused") throw new Error(lease.sentence);
  return lease;
}

/** Sets the time when the lease ends, as if that much of the host's time had passed. */
function expire(directory: string): void {
  const [token, since, , ...holder] = readFileSync(join(directory, "lease"), "utf8").split(" ");
  writeFileSync(join(directory, "lease"), [token, since, "1000", ...holder].join(" "));
}

describe.each(backends)("the lease in %s", (_, at) => {
  it("has one holder, and says who", async () => {
    const backend = at(journalDirectory());
    const lease = await held(backend, { holder: grace });
    const refused = await acquireLease(backend, options);
    expect(refused).toMatchObject({
      kind: "refused",
      holder: grace,
      purpose: "migrate",
      token: lease.token,
    });
    expect(refused).toHaveProperty(
      "sentence",
      expect.stringContaining("grâce, run 4712 attempt 1, for migrate, since 20"),
    );
    await lease.release();
    expect(await acquireLease(backend, options)).toMatchObject({ kind: "held", from: undefined });
  });

  it("can be looked at without a lock, a token or a byte written", async () => {
    const directory = journalDirectory();
    const before = readdirSync(directory);
    expect(await lookAtLease(at(directory))).toBeUndefined();
    expect(readdirSync(directory)).toEqual(before);
    const lease = await held(at(directory), { holder: grace });
    mkdirSync(join(directory, "lease.lock"));
    const files = readdirSync(directory);
    const seen = await lookAtLease(at(directory));
    expect(seen).toMatchObject({ holder: grace, purpose: "migrate", token: lease.token });
    expect(seen?.remainingSeconds).toBeGreaterThan(3500);
    expire(directory);
    expect((await lookAtLease(at(directory)))?.remainingSeconds).toBeLessThan(0);
    expect(readdirSync(directory)).toEqual(files);
    writeFileSync(join(directory, "lease"), "rubbish\n");
    await expect(lookAtLease(at(directory))).rejects.toThrow("this is not a lease");
    await expect(lookAtLease(at(join(directory, "none")))).rejects.toThrow("cannot be read");
  });

  it("gives tokens that only grow, also when its files were removed", async () => {
    const backend = at(journalDirectory());
    const tokens: number[] = [];
    for (const above of [0, 0, 41, 7]) {
      const lease = await held(backend, { above });
      tokens.push(lease.token);
      await lease.release();
    }
    expect(tokens).toEqual([1, 2, 42, 43]);
  });

  it("is given to one of many who ask at the same time", async () => {
    const directory = journalDirectory();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => acquireLease(at(directory), options)),
    );
    expect(answers.filter(({ kind }) => kind === "held")).toHaveLength(1);
    expect(existsSync(join(directory, "lease.lock"))).toBe(false);
  });

  it("is taken over when it has expired, from a holder who then has lost it", async () => {
    const directory = journalDirectory();
    const old = await held(at(directory));
    expire(directory);
    const lease = await held(at(directory), { holder: grace });
    expect(lease.token).toBeGreaterThan(old.token);
    expect(lease.from).toMatchObject({ holder: someone, token: old.token });
    expect(lease.sentence).toContain(
      "taken over from ada, run 4711 attempt 1 (https://github.example/runs/4711), for migrate",
    );
    expect(await old.renew()).toBe(false);
    expect(await old.lost).toContain("the lease went to grâce");
    await old.release();
    expect(await lease.renew()).toBe(true);
  });

  it("is renewed after it expired as long as nobody took it", async () => {
    const directory = journalDirectory();
    const lease = await held(at(directory));
    expire(directory);
    expect(await lease.renew()).toBe(true);
    expect(await acquireLease(at(directory), options)).toMatchObject({
      kind: "refused",
      token: lease.token,
    });
  });

  it("is seized from whoever has it", async () => {
    const backend = at(journalDirectory());
    const old = await held(backend);
    const lease = await held(backend, {
      holder: grace,
      purpose: "rollback",
      seize: { reason: "users cannot log in" },
    });
    expect(lease.token).toBeGreaterThan(old.token);
    expect(lease.sentence).toMatch(/^seized from ada.*: users cannot log in$/);
    expect(await old.renew()).toBe(false);
  });

  it.each([
    "rubbish\n",
    "",
    "1 2\n",
    "1 2 3 x\n",
    "09 1 1 {}\n",
    "1 1000 1000 {}\n",
    "1 1 1 {}\n2 2 2 {}\n",
    "-1 1 1 {}\n",
    "1 $(id) 1 {}\n",
  ])("refuses rubbish (%j) and changes nothing, but is seized nevertheless", async (rubbish) => {
    const directory = journalDirectory();
    await (await held(at(directory))).release();
    writeFileSync(join(directory, "lease"), rubbish);
    await expect(acquireLease(at(directory), options)).rejects.toMatchObject({
      code: "rubbish",
      file: expect.stringMatching(/lease$/),
    });
    expect(readFileSync(join(directory, "lease"), "utf8")).toBe(rubbish);
    expect(readFileSync(join(directory, "lease-token"), "utf8")).toBe("1\n");
    expect((await held(at(directory), { seize: { reason: "it burns" } })).token).toBeGreaterThan(1);
  });

  it("refuses a rubbish token file", async () => {
    const directory = journalDirectory();
    writeFileSync(join(directory, "lease-token"), "many\n");
    await expect(acquireLease(at(directory), options)).rejects.toMatchObject({
      code: "rubbish",
      file: expect.stringMatching(/lease-token$/),
    });
    expect(existsSync(join(directory, "lease"))).toBe(false);
  });

  it("breaks a lock whose owner is dead", async () => {
    const directory = journalDirectory();
    const { pid } = spawnSync("true");
    mkdirSync(join(directory, "lease.lock"));
    writeFileSync(join(directory, "lease.lock", "pid"), `${pid}\n`);
    expect((await held(at(directory))).token).toBe(1);
  });

  it("says what is wrong when there is no directory", async () => {
    const directory = join(journalDirectory(), "missing");
    await expect(acquireLease(at(directory), options)).rejects.toMatchObject({
      code: "unwritable",
      message: expect.stringContaining(directory),
    });
  });
});

describe("a lease that renews itself", () => {
  it("is renewed until it is released, and says when somebody seized it", async () => {
    const directory = journalDirectory();
    const lease = await held(localLease(directory), { renewEverySeconds: 0.05 });
    await held(localLease(directory), { holder: grace, seize: { reason: "rollback" } });
    expect(await lease.lost).toContain("went to grâce");
  });

  it("is lost when its host cannot be reached for as long as it lasts", async () => {
    const connection = new ShellConnection({ command: ["dash"], env: {} });
    const lease = await held(hostLease(connection, journalDirectory()), {
      ttlSeconds: 0.2,
      renewEverySeconds: 0.05,
    });
    connection.cut();
    expect(await lease.lost).toContain("could not be renewed");
  });
});
