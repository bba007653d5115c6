import { StringDecoder } from "node:string_decoder";

export type JobOutput = "stdout" | "stderr";

/** Takes the host's answer apart: lines that begin with the nonce, and counted bytes of the job's output between them. */
export class JobStream {
  /** How many bytes of each stream have arrived, counted from the start of the job. */
  readonly bytes: Record<JobOutput, number>;
  /** The same, up to the end of the last whole line: a later following that begins there repeats and loses none. */
  readonly whole: Record<JobOutput, number>;
  readonly tails: Readonly<Record<JobOutput, Tail>>;
  readonly #nonce: string;
  readonly #answer: (words: string) => void;
  readonly #output: ((stream: JobOutput, line: string) => void) | undefined;
  readonly #lines: Readonly<Record<JobOutput, Lines>>;
  #line: Buffer = Buffer.alloc(0);
  #stream: JobOutput = "stdout";
  #left = 0;
  #greeted = false;

  constructor(options: {
    readonly nonce: string;
    readonly from: Readonly<Record<JobOutput, number>>;
    readonly tailBytes: number;
    /** Gets every answer line without its nonce, in order with the output. */
    readonly answer: (words: string) => void;
    readonly output?: ((stream: JobOutput, line: string) => void) | undefined;
  }) {
    this.#nonce = options.nonce;
    this.#answer = options.answer;
    this.#output = options.output;
    this.bytes = { ...options.from };
    this.whole = { ...options.from };
    this.tails = { stdout: new Tail(options.tailBytes), stderr: new Tail(options.tailBytes) };
    const lines = (stream: JobOutput): Lines => new Lines((line) => options.output?.(stream, line));
    this.#lines = { stdout: lines("stdout"), stderr: lines("stderr") };
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#left > 0 ? this.#takeOutput(rest) : this.#takeLine(rest);
  }

  /** Hands over the last lines, which have no newline. Only for a job that is over: a later following begins with them. */
  end(): void {
    this.#lines.stdout.end();
    this.#lines.stderr.end();
  }

  #takeOutput(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#left);
    this.#left -= part.length;
    const lineEnd = part.lastIndexOf(10) + 1;
    if (lineEnd > 0) this.whole[this.#stream] = this.bytes[this.#stream] + lineEnd;
    this.bytes[this.#stream] += part.length;
    this.tails[this.#stream].append(part);
    if (this.#output !== undefined) this.#lines[this.#stream].push(part);
    return chunk.subarray(part.length);
  }

  #takeLine(chunk: Buffer): Buffer {
    const end = chunk.indexOf(10);
    const part = end < 0 ? chunk : chunk.subarray(0, end);
    this.#line = Buffer.concat([this.#line, part]);
    if (end < 0) return chunk.subarray(chunk.length);
    const line = this.#line.toString("utf8");
    this.#line = Buffer.alloc(0);
    this.#readLine(line);
    return chunk.subarray(end + 1);
  }

  #readLine(line: string): void {
    // A login shell's start-up files may greet on stdout before our script runs.
    if (!line.startsWith(`${this.#nonce} `)) {
      if (this.#greeted) throw new Error("the host's answer is garbled");
      return;
    }
    this.#greeted = true;
    const words = line.slice(this.#nonce.length + 1);
    const [, letter, count] = /^([oe]) (\d+)$/.exec(words) ?? [];
    if (letter === undefined) return this.#answer(words);
    this.#stream = letter === "o" ? "stdout" : "stderr";
    this.#left = Number(count);
  }
}

/** The last bytes of a stream in flat memory, whatever its length. */
export class Tail {
  readonly #limit: number;
  /** Twice the limit, so that what is kept moves to the front only once in a while. */
  readonly #buffer: Buffer;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#buffer = Buffer.alloc(2 * limit);
  }

  append(part: Buffer): void {
    const kept = part.subarray(Math.max(0, part.length - this.#limit));
    if (this.#used + kept.length > this.#buffer.length) {
      const start = Math.max(0, this.#used - this.#limit);
      this.#buffer.copyWithin(0, start, this.#used);
      this.#used -= start;
    }
    kept.copy(this.#buffer, this.#used);
    this.#used += kept.length;
  }

  text(): string {
    return this.#buffer.toString("utf8", Math.max(0, this.#used - this.#limit), this.#used);
  }
}

const longestLine = 64 * 1024;

/** Lines as they come; one without an end is handed over in pieces. */
class Lines {
  readonly #take: (line: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(part: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(part)).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
    if (this.#rest.length < longestLine) return;
    this.#take(this.#rest);
    this.#rest = "";
  }

  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = "";
    if (rest !== "") this.#take(rest);
  }
}
