import { join } from "node:path";
import { expect, test } from "vitest";

import { loadRunbook } from "../../src/runbook/load-runbook.ts";
import { folderOf, problemsOf } from "../config/write-file.ts";

const text = `runbook: small
secrets: { prober_key: {} }
signers: { prober: { client: prober, key: prober_key } }
logs: { requests: { on: api, files: /log, entry: '^(?<user>\\S+) (?<store>\\S+)$' } }
phases:
  - id: look
    round: opens
    steps:
      - id: reads
        on: api
        url: http://127.0.0.1
        probe:
          - { method: GET, path: /orgs, endpoint: orgs, signed: prober, expect: 200 }
          - { method: POST, path: /orgs, endpoint: orgs, body: { name: x }, expect: 401 }
      - id: served
        watch: requests
        for: 5s
        where: { user: prober }
        limits: { all: { store: sql } }
        sends: { on: api, url: "http://127.0.0.1", every: 1s, requests: [{ method: GET, path: /orgs, endpoint: orgs, signed: prober }] }
  - id: write
    round: closes
    steps:
      - id: writes
        when: { protected: false, secret: prober_key }
        on: api
        url: http://127.0.0.1
        signed: prober
        throw-away: "/orgs/x-\${round}"
        exercise:
          - { method: POST, path: /orgs, endpoint: orgs, body: { name: "x-\${round}" }, expect: 201, capture: { org: { at: /id } } }
          - { method: PUT, path: "/by-id/{org}", endpoint: orgs, body: { full: [x] }, expect: [200, 201] }
        finally:
          - { method: DELETE, path: "/orgs/x-\${round}", endpoint: orgs, expect: 200 }
`;

function load(changed: string): readonly string[] {
  const folder = folderOf({ "runbook.yml": changed });
  return problemsOf(() => loadRunbook(join(folder, "runbook.yml")), folder);
}

test("a runbook that signs, says what every line must say and exercises writes has nothing wrong", () => {
  expect(load(text)).toEqual([]);
});

test.each([
  [
    "a signer without a secret of that name",
    "key: prober_key",
    "key: proberkey",
    "runbook.yml:3:43: signers/prober/key: unknown secret `proberkey`; did you mean `prober_key`?",
  ],
  [
    "an unknown signer of a probe",
    "signed: prober, expect: 200 }\n          - { method: POST, path: /orgs, endpoint: orgs, body: { name: x }",
    "signed: probr, expect: 200 }\n          - { method: POST, path: /orgs, endpoint: orgs, body: { name: x }",
    "runbook.yml:13:65: phases/0/steps/0/probe/0/signed: unknown signer `probr`; did you mean `prober`?",
  ],
  [
    "an unknown signer of a watch's request",
    "signed: prober }] }",
    "signed: probr }] }",
    "runbook.yml:20:126: phases/0/steps/1/sends/requests/0/signed: unknown signer `probr`; did you mean `prober`?",
  ],
  [
    "an unknown signer of an exercise",
    "signed: prober\n",
    "signed: probr\n",
    "runbook.yml:28:17: phases/1/steps/0/signed: unknown signer `probr`; did you mean `prober`?",
  ],
  [
    "a signed probe that writes",
    "body: { name: x }, expect: 401",
    "body: { name: x }, signed: prober, expect: 401",
    "runbook.yml:14:85: phases/0/steps/0/probe/1/signed: a signed request of this method changes something: only `exercise` sends such a one",
  ],
  [
    "a signed request of a watch that writes",
    "requests: [{ method: GET",
    "requests: [{ method: DELETE",
    "runbook.yml:20:129: phases/0/steps/1/sends/requests/0/signed: a signed request of this method changes something: only `exercise` sends such a one",
  ],
  [
    "a reading request with a body",
    "endpoint: orgs, signed: prober, expect: 200",
    "endpoint: orgs, body: x, expect: 200",
    "runbook.yml:13:63: phases/0/steps/0/probe/0/body: a request that only reads has no body",
  ],
  [
    "a group that the log does not have",
    "all: { store: sql }",
    "all: { stor: sql }",
    "runbook.yml:19:26: phases/0/steps/1/limits/all/stor: an entry of log `requests` has no group `stor`; did you mean `store`?",
  ],
  [
    "an unknown variable in what a group must match",
    "where: { user: prober }",
    'where: { user: "${who}" }',
    "runbook.yml:18:24: phases/0/steps/1/where/user: unknown variable `who`; declare it under `vars`",
  ],
  [
    "a pattern that does not compile, whatever is filled in",
    "where: { user: prober }",
    'where: { user: "(${round}" }',
    "runbook.yml:18:24: phases/0/steps/1/where/user: not a regular expression: /(x/: Unterminated group",
  ],
  [
    "an unknown variable in a body",
    "body: { full: [x] }",
    'body: { full: ["${who}"] }',
    "runbook.yml:32:81: phases/1/steps/0/exercise/1/body/full/0: unknown variable `who`; declare it under `vars`",
  ],
  [
    "something thrown away that is not the round's own",
    'throw-away: "/orgs/x-${round}"',
    'throw-away: "/orgs/acme"',
    "runbook.yml:29:21: phases/1/steps/0/throw-away: what is thrown away has to be this round's own: put `${round}` into its name",
  ],
  [
    "a deletion of what is not the round's own",
    '{ method: DELETE, path: "/orgs/x-${round}"',
    '{ method: DELETE, path: "/orgs/acme"',
    "runbook.yml:34:37: phases/1/steps/0/finally/0/path: this DELETE names nothing that is this round's own: its path has no `${round}` or something captured",
  ],
  [
    "a name that is not captured",
    "/by-id/{org}",
    "/by-id/{orgg}",
    "runbook.yml:32:34: phases/1/steps/0/exercise/1/path: no request before this one captures `orgg`; did you mean `org`?",
  ],
  [
    "a place in an answer that is no pointer",
    "capture: { org: { at: /id } }",
    "capture: { org: { at: id } }",
    "runbook.yml:31:123: phases/1/steps/0/exercise/0/capture/org/at: expected a JSON pointer such as /uri into the answer",
  ],
  [
    "a condition of nothing",
    "when: { protected: false, secret: prober_key }",
    "when: {}",
    "runbook.yml:25:15: phases/1/steps/0/when: expected `input` with `is`, `protected` or `secret`",
  ],
  [
    "half a condition on an input",
    "when: { protected: false, secret: prober_key }",
    "when: { input: keep-503 }",
    "runbook.yml:25:15: phases/1/steps/0/when: `input` and `is` belong together",
  ],
  [
    "a condition on an unknown secret",
    "when: { protected: false, secret: prober_key }",
    "when: { secret: proberkey }",
    "runbook.yml:25:25: phases/1/steps/0/when/secret: unknown secret `proberkey`; did you mean `prober_key`?",
  ],
])("%s", (_, from, to, problem) => {
  expect(text.split(from).length, `\`${from}\` stands once in the fixture`).toBe(2);
  expect(load(text.replace(from, () => to))).toEqual([problem]);
});
