import { globSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const page = readFileSync("docs/architecture.md", "utf8");
const folders = readdirSync("src", { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The folders that a folder's row of the page says it imports; undefined when it has no row. */
function toldOf(folder: string): readonly string[] | undefined {
  const row = page.split("\n").find((line) => line.startsWith(`| \`src/${folder}/\` |`));
  const cell = row?.split("|")[3];
  return cell === undefined
    ? undefined
    : [...cell.matchAll(/`([a-z]+)`/g)].map(([, name = ""]) => name);
}

function importsOf(folder: string): readonly string[] {
  const text = globSync(`src/${folder}/**/*.ts`)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const found = [...text.matchAll(/from "(?:\.\.\/)+([a-z]+)\//g)].map(([, name = ""]) => name);
  return [...new Set(found)].filter((name) => name !== folder && folders.includes(name)).sort();
}

describe("the tree of the architecture page", () => {
  it("is read from a source that has imports at all", () => {
    expect(importsOf("execute")).toContain("steps");
  });

  it.each(folders)("says of src/%s what it imports", (folder) => {
    expect(toldOf(folder)).toBeDefined();
    expect(toldOf(folder)).toEqual(expect.arrayContaining([...importsOf(folder)]));
  });
});
