import type { Listening } from "../common/listen.ts";
import type { HostName } from "../common/inventory-file.ts";
import type { HostFolder } from "./host-folder.ts";

/** The folders of a world's hosts, by name. */
export type Folders = Readonly<Record<HostName, HostFolder>>;

/** What undoes the start, last first; each part adds its own end. */
export type Ends = (() => Promise<void> | void)[];

/** Remembers that a server has to be closed. */
export function kept<T extends Listening>(server: T, ends: Ends): T {
  ends.push(() => server.close());
  return server;
}
