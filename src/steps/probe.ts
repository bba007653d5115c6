import type { ProbeAnswer } from "../journal/event.ts";
import type { Act, StepContext } from "./context.ts";
import { saySigned, send, whyUnsigned, type HttpRequest } from "./http.ts";
import type { StepKind } from "./step-kind.ts";

/** One request to one host and the answers that are right: statuses, or those of an earlier step. */
export interface ProbeRequest extends HttpRequest {
  readonly expect: { readonly statuses: readonly number[] } | { readonly sameAs: string };
}

export interface ProbeSpec {
  readonly requests: readonly ProbeRequest[];
  readonly steady: { readonly times: number; readonly everySeconds: number } | undefined;
  readonly timeoutSeconds: number;
}

/** `probe`: sent through each host's own SSH connection, and right only when every answer of several rounds is. */
export const probe: StepKind<ProbeSpec> = {
  name: "probe",
  mutates: false,
  describe: (step, resources) => {
    const lines = new Set<string>();
    for (const request of step.requests) {
      const { method, path, expect, body } = request;
      const wanted =
        "sameAs" in expect ? `as in step ${expect.sameAs}` : expect.statuses.join(" or ");
      const carried = body === undefined ? "" : ` ${body}`;
      const by = saySigned(request, resources);
      lines.add(`${method} ${path}${carried}${by}${by === "" ? "" : ","} must answer ${wanted}`);
    }
    return [
      ...lines,
      ...(step.steady === undefined ? [] : [`${step.steady.times} times in a row`]),
    ];
  },
  apply: async (step, context): Promise<Act> => {
    const unsigned = whyUnsigned(step.requests, context);
    if (unsigned !== undefined) return unsigned;
    const expected = step.requests.map((request) => expectedOf(request, context));
    const deadline = context.now().getTime() + step.timeoutSeconds * 1000;
    let inRow = 0;
    for (;;) {
      const asked = await Promise.all(
        step.requests.map((request, index) => ask(request, expected[index] ?? [], context)),
      );
      const answers = asked.map(({ answer }) => answer);
      inRow = answers.every(({ ok }) => ok) ? inRow + 1 : 0;
      const late =
        step.steady === undefined || context.now().getTime() >= deadline || context.signal.aborted;
      if (inRow >= (step.steady?.times ?? 1) || late) return conclude(asked, inRow, step, context);
      await context.sleep(step.steady?.everySeconds ?? 1);
    }
  },
};

interface Asked {
  readonly answer: ProbeAnswer;
  readonly next: string | undefined;
}

async function conclude(
  asked: readonly Asked[],
  inRow: number,
  step: ProbeSpec,
  context: StepContext,
): Promise<Act> {
  const answers = asked.map(({ answer }) => answer);
  await context.observe({ kind: "probes", answers });
  if (context.signal.aborted) return { outcome: "cancelled", detail: "cancelled while probing" };
  const wrong = answers.filter(({ ok }) => !ok);
  if (wrong.length === 0 && inRow >= (step.steady?.times ?? 1)) {
    return {
      outcome: "succeeded",
      detail: `${answers.length} of ${answers.length} answers are right`,
    };
  }
  const first = wrong.slice(0, 3).map((answer) => sayAnswer(answer));
  const rest = wrong.length > 3 ? `; and ${wrong.length - 3} more` : "";
  const what =
    wrong.length === 0 ? "the answers are right but were not steady" : `${first.join("; ")}${rest}`;
  const next = asked.find((one) => !one.answer.ok && one.next !== undefined)?.next;
  return { outcome: "not-met", detail: what, ...(next === undefined ? {} : { next }) };
}

function sayAnswer(answer: ProbeAnswer): string {
  const why = answer.detail === undefined ? "" : ` (${answer.detail})`;
  const got = answer.status === 0 ? `no answer${why || " (unknown)"}` : `${answer.status}${why}`;
  return `${answer.method} ${answer.path} on ${answer.host} answers ${got}, wanted ${answer.expected.join(" or ") || "what preflight saw"}`;
}

async function ask(
  request: ProbeRequest,
  expected: readonly number[],
  context: StepContext,
): Promise<Asked> {
  const { host, method, path, endpoint, signed } = request;
  const { status, detail, next } = await send(request, context);
  const answer = {
    host,
    method,
    path,
    endpoint,
    status,
    expected: [...expected],
    ok: expected.includes(status),
    ...(detail === undefined ? {} : { detail }),
    ...(signed === undefined ? {} : { signed }),
  };
  return { answer, next };
}

/** What the same request answered in an earlier step of this round. */
function expectedOf(request: ProbeRequest, context: StepContext): readonly number[] {
  if ("statuses" in request.expect) return request.expect.statuses;
  const earlier = context.probesOf(request.expect.sameAs);
  return earlier
    .filter(
      ({ host, method, path, signed }) =>
        host === request.host &&
        method === request.method &&
        path === request.path &&
        signed === request.signed,
    )
    .map(({ status }) => status)
    .slice(-1);
}
