import { request } from "node:http";

/** The little of curl that a runbook needs: one URL, `-f`, `-s`, `-S`. */
function curl(argv: readonly string[]): void {
  const url = new URL(argv.find((arg) => !arg.startsWith("-")) ?? "");
  const fails = argv.some((arg) => /^-[a-zA-Z]*f/.test(arg));
  const sent = request(url, (response) => {
    const status = response.statusCode ?? 0;
    if (fails && status >= 400) {
      process.stderr.write(`curl: (22) The requested URL returned error: ${status}\n`);
      process.exitCode = 22;
      response.resume();
    } else response.pipe(process.stdout);
  });
  sent.on("error", () => {
    process.stderr.write(
      `curl: (7) Failed to connect to ${url.hostname} port ${url.port}: Connection refused\n`,
    );
    process.exitCode = 7;
  });
  sent.end();
}

curl(process.argv.slice(2));
