import { appendFileSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Flags } from "./flags.ts";

/** One request as erchef's log tells it. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly org?: string;
  readonly user?: string;
  readonly milliseconds: number;
  readonly flags: Flags;
}

let requests = 0;

/** Formats a line as erchef does: which store served the request stands in the line itself. */
export function formatRequest(request: LoggedRequest, at: Date): string {
  requests += 1;
  const { flags } = request;
  const fields = [
    `method=${request.method}`,
    `path=${request.path}`,
    `status=${request.status}`,
    `req_id=g3IAA2QAEGVyY2hlZkAxMjcuMC4wLjEB${requests.toString(36).padStart(8, "0")}`,
    ...(request.org === undefined ? [] : [`org_name=${request.org}`]),
    "couchdb_groups=false",
    `couchdb_organizations=${flags.couchdb_organizations}`,
    "couchdb_containers=false",
    "couchdb_acls=false",
    `503_mode=${flags.orgs_503_mode}`,
    `couchdb_associations=${flags.couchdb_associations}`,
    `couchdb_association_requests=${flags.couchdb_association_requests}`,
    ...(request.status === 401 ? ["msg=bad_sig"] : []),
    `req_time=${request.milliseconds}`,
    "rdbms_time=1",
    "rdbms_count=3",
    ...(request.user === undefined ? [] : [`user=${request.user}`]),
    "req_api_version=0",
  ];
  return `${at.toISOString().slice(0, 19)}Z erchef@127.0.0.1 ${fields.map((field) => `${field};`).join(" ")}`;
}

/** How another fleet's erchef writes its log. */
export interface RequestLogStyle {
  /** Name of the files, before their number. */
  readonly name: string;
  readonly format: (request: LoggedRequest, at: Date) => string;
}

const erchefStyle: RequestLogStyle = { name: "requests.log", format: formatRequest };

/** Writes requests.log.1 … requests.log.N in turn: a full file is left for the next one, the last for the first. */
export class RequestLog {
  readonly #directory: string;
  readonly #maxBytes: number;
  readonly #files: number;
  readonly #style: RequestLogStyle;
  #index = 1;
  #size: number;

  constructor(
    directory: string,
    { maxBytes = 10 * 1024 * 1024, files = 5, style = erchefStyle } = {},
  ) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.#maxBytes = maxBytes;
    this.#files = files;
    this.#style = style;
    const first = this.#path();
    appendFileSync(first, "");
    this.#size = statSync(first).size;
  }

  write(request: LoggedRequest, at = new Date()): void {
    const line = `${this.#style.format(request, at)}\n`;
    if (this.#size > 0 && this.#size + line.length > this.#maxBytes) this.rotate();
    appendFileSync(this.#path(), line);
    this.#size += line.length;
  }

  /** Goes on in the next file, which is emptied first. */
  rotate(): void {
    this.#index = (this.#index % this.#files) + 1;
    this.#size = 0;
    writeFileSync(this.#path(), "");
  }

  #path(): string {
    return join(this.#directory, `${this.#style.name}.${this.#index}`);
  }
}
