import { createServer, request as httpRequest } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

import { startApi } from "../../worlds/common/api.ts";
import { bodyText } from "../../worlds/common/body-text.ts";
import { CouchStore } from "../../worlds/common/couch-store.ts";
import { plant } from "../../worlds/common/data.ts";
import { flagsBefore, type Flags } from "../../worlds/common/flags.ts";
import { listen } from "../../worlds/common/listen.ts";
import { makeProber } from "../../worlds/common/prober.ts";
import { RequestLog } from "../../worlds/common/request-log.ts";

/** How a request is troubled: another answer, a connection that is cut before or after the act, or no answer at all. */
export type Trouble = "cut" | "cut-after" | "hang" | number;

export interface OrgApi {
  readonly url: string;
  /** `POST /organizations`, in the order in which they came. */
  readonly came: string[];
  readonly store: CouchStore;
  /** Where the request log is written. */
  readonly logs: string;
  flags: Flags;
  /** Its clock, as its answers show it. */
  date: Date | undefined;
  trouble: (line: string) => Trouble | undefined;
}

/** The user whose signed requests such an API takes, and a user that it does not know. */
export const prober = makeProber();
export const stranger = makeProber();

/** The API of the worlds, behind something that can trouble requests; the test's end stops both. */
export async function startOrgApi(): Promise<OrgApi> {
  const logs = mkdtempSync(join(tmpdir(), "org-api-"));
  const store = new CouchStore(plant(20));
  const made = {
    url: "",
    came: [] as string[],
    store,
    logs,
    flags: flagsBefore,
    date: undefined as Date | undefined,
    trouble: (_: string): Trouble | undefined => undefined,
  };
  const api = await startApi({
    flags: async () => made.flags,
    couch: store,
    sql: store,
    log: new RequestLog(logs),
    keys: { [prober.client]: prober.publicKey },
  });
  const before = createServer((request, response) => {
    void (async () => {
      const line = `${request.method} ${request.url}`;
      const body = await bodyText(request);
      made.came.push(line);
      const trouble = made.trouble(line);
      if (trouble === "hang") return;
      if (trouble === "cut") return void request.socket.destroy();
      if (typeof trouble === "number") return void response.writeHead(trouble).end("{}");
      const { method, headers, url: path } = request;
      const on = httpRequest({ port: api.port, method, headers, path }, (answer) => {
        void bodyText(answer).then((text) => {
          if (trouble === "cut-after") return void request.socket.destroy();
          const date = made.date === undefined ? {} : { date: made.date.toUTCString() };
          response.writeHead(answer.statusCode ?? 500, date).end(text);
        });
      });
      on.end(body);
    })();
  });
  const listening = await listen(before);
  made.url = `http://127.0.0.1:${listening.port}`;
  onTestFinished(async () => {
    before.closeAllConnections();
    await listening.close();
    await api.close();
    rmSync(logs, { recursive: true, force: true });
  });
  return made;
}
