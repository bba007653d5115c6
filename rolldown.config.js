import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "rolldown";

const banner = `// Runbook Phase. Copyright its contributors; Apache License 2.0 (LICENSE).
// Built from src/ with \`npm run build\`; do not edit. Licenses of bundled packages: dist/licenses.txt.`;

/**
 * ssh2 tries native parts and goes on in JavaScript where there are none. Whether this machine happens
 * to have built them must not decide what stands in dist/, so the bundle says that there are none.
 */
const withoutNativeParts = {
  name: "without-native-parts",
  resolveId: {
    filter: { id: /(?:^cpu-features|[\\/]sshcrypto\.node)$/ },
    handler: (id) => `\0native-part:${id.split("/").at(-1)}`,
  },
  load: {
    filter: { id: /^\0native-part:/ },
    handler: () => `throw new Error("This bundle has no native parts.");`,
  },
};

/** The bundle handles production keys: nothing gets in that is not the product's own or a named package. */
const productOnly = {
  name: "product-only",
  moduleParsed({ id }) {
    const own = [join(import.meta.dirname, "src"), join(import.meta.dirname, "node_modules"), "\0"];
    if (!own.some((start) => id.startsWith(start))) this.error(`Not part of the product: ${id}`);
  },
};

/** The licenses that bundled packages ask to be passed on, in one file in a fixed order. */
const collectLicenses = {
  name: "collect-licenses",
  generateBundle(_options, bundle) {
    const roots = new Set(
      Object.values(bundle)
        .flatMap((chunk) => chunk.moduleIds ?? [])
        .map(packageRoot)
        .filter((root) => root !== undefined),
    );
    const source = [...roots]
      .map(licenseOf)
      .sort()
      .join(`\n${"-".repeat(78)}\n\n`);
    this.emitFile({ type: "asset", fileName: "licenses.txt", source });
  },
};

function packageRoot(id) {
  const path = id.split("\0").at(-1).split("?")[0];
  return /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path)?.[1];
}

function licenseOf(root) {
  const { name, version, license, licenses } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const kind = license ?? licenses?.map(({ type }) => type).join(" or ") ?? "see its repository";
  const file = readdirSync(root)
    .sort()
    .find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined
      ? ""
      : `\n${readFileSync(join(root, file), "utf8").replaceAll("\r\n", "\n").trim()}\n`;
  return `${name} ${version} (${kind})\n${text}`;
}

/** One chunk a package, named for it: a changed dependency shows up in the file that bears its name. */
function packageName(id) {
  if (id.startsWith("\0native-part:")) return "ssh2";
  return packageRoot(id)
    ?.split(/node_modules[\\/]/)
    .at(-1)
    ?.replace("@", "")
    .replace(/[\\/]/, "-");
}

export default defineConfig({
  cwd: import.meta.dirname,
  input: { index: "src/main.ts", cli: "src/cli.ts" },
  platform: "node",
  preserveEntrySignatures: false,
  // ssh2 looks for a program of its own beside itself, on Windows only.
  transform: { define: { __dirname: "import.meta.dirname" } },
  // Its other build requires its own parts in a way that no bundler sees.
  resolve: { alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" } },
  plugins: [withoutNativeParts, productOnly, collectLicenses],
  // A package that is not found would be left to the runner, where it is not found either.
  onLog: (level, log, handle) => handle(log.code === "UNRESOLVED_IMPORT" ? "error" : level, log),
  output: {
    dir: "dist",
    cleanDir: true,
    format: "esm",
    minify: false,
    sourcemap: false,
    banner,
    entryFileNames: "[name].js",
    chunkFileNames: "lib/[name].js",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        { name: packageName, debugName: "packages", test: /node_modules[\\/]|native-part/ },
        { name: "engine", test: /[\\/]src[\\/]/, minShareCount: 2 },
      ],
    },
  },
});
