import { existsSync } from "node:fs";

/** Debian's second POSIX shell, with coreutils of its own. */
export const busybox = "/bin/busybox";

/** In CI it has to be there; elsewhere tests leave it out where it is not installed. */
export const hasBusybox = existsSync(busybox) || process.env["CI"] === "true";
