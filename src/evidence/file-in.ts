import { unzipSync } from "fflate";

/** A file of a zip by its name, wherever it lies; undefined also when that is no zip. */
export function fileIn(zip: Uint8Array, name: string): Uint8Array | undefined {
  try {
    const files = unzipSync(zip, { filter: (file) => isNamed(file.name, name) });
    return Object.values(files)[0];
  } catch {
    return undefined;
  }
}

function isNamed(path: string, name: string): boolean {
  return path === name || path.endsWith(`/${name}`);
}
