import { connect } from "node:net";

const controlD = 0x04;

/** Joins this terminal to the node's, as to_erl does. */
function attach(pipe: string, columns: string): void {
  const socket = connect(pipe);
  let greeted = false;
  socket.once("connect", () => socket.write(`${columns}\n`));
  socket.on("error", () => finish("Node is not running!\n", 1));
  socket.on("data", (chunk) => {
    if (greeted) return void process.stdout.write(chunk);
    greeted = true;
    const end = chunk.indexOf("\n") + 1;
    if (chunk.toString("latin1", 0, end) === "busy\n") {
      return finish(`Another to_erl process already attached to pipe ${pipe}.1.\n`, 0);
    }
    process.stdout.write(`Attaching to ${pipe}.1 (^D to exit)\r\n\r\n`);
    process.stdout.write(chunk.subarray(end));
    readKeys((keys) => socket.write(keys));
  });
  socket.on("close", () => finish("[End]\r\n", 0));
}

function readKeys(send: (keys: Buffer) => void): void {
  process.stdin.on("data", (keys: Buffer) => {
    const at = keys.indexOf(controlD);
    send(at < 0 ? keys : keys.subarray(0, at));
    if (at >= 0) finish("[Quit]\r\n", 0);
  });
  process.stdin.on("end", () => finish("", 0));
}

function finish(text: string, status: number): void {
  process.stdout.write(text, () => process.exit(status));
}

attach(process.argv[2] ?? "", process.env["COLUMNS"] ?? "80");
