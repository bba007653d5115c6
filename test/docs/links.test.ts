import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { pages, proseOf } from "./markdown.ts";

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\p{Mark} _-]/gu, "")
    .replaceAll(" ", "-");
}

function anchorsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

function brokenLinks(page: string): readonly string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !target.startsWith("https://") && !leads(page, target));
}

function leads(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined) return true;
  return statSync(file).isFile() && anchorsOf(file).includes(anchor);
}

describe("links between pages", () => {
  it.each(pages)("%s leads nowhere that is not there", (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it("finds links at all, and tells a wrong anchor from a right one", () => {
    expect(proseOf("README.md")).toMatch(/\]\(docs\/operators\.md/);
    expect(leads("README.md", "docs/journal.md#the-directory-and-its-marker")).toBe(true);
    expect(leads("README.md", "docs/journal.md#no-such-heading")).toBe(false);
    expect(leads("README.md", "docs/no-such-page.md")).toBe(false);
  });
});
