import { constants, generateKeyPairSync, publicDecrypt, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  canonicalRequest,
  signHeaders,
  signVersions,
  type RequestToSign,
} from "../../src/chef/sign.ts";
import { whyNotSigned } from "../../worlds/chef/verify-request.ts";

/*
 * The published examples: key, request and signatures are those of the specs of mixlib-authentication (Apache License
 * 2.0), the library with which Chef servers verify. A signature of PKCS #1 v1.5 is the same each time: what their
 * public key makes of theirs is the text that ours must be.
 */
const publishedKey = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0ueqo76MXuP6XqZBILFz
iH/9AI7C6PaN5W0dSvkr9yInyGHSz/IR1+4tqvP2qlfKVKI4CP6BFH251Ft9qMUB
uAsnlAVQ1z0exDtIFFOyQCdR7iXmjBIWMSS4buBwRQXwDK7id1OxtU23qVJv+xwE
V0IzaaSJmaGLIbvRBD+qatfUuQJBMU/04DdJIwvLtZBYdC2219m5dUBQaa4bimL+
YN9EcsDzD9h9UxQo5ReK7b3cNMzJBKJWLzFBcJuePMzAnLFktr/RufX4wpXe6XJx
oVPaHo72GorLkwnQ0HYMTY8rehT4mDi1FI969LHCFFaFHSAaRnwdXaQkJmSfcxzC
YQIDAQAB
-----END PUBLIC KEY-----
`;
const published: Readonly<Record<(typeof signVersions)[number], string>> = {
  "1.0": `jVHrNniWzpbez/eGWjFnO6lINRIuKOg40ZTIQudcFe47Z9e/HvrszfVXlKG4
NMzYZgyooSvU85qkIUmKuCqgG2AIlvYa2Q/2ctrMhoaHhLOCWWoqYNMaEqPc
3tKHE+CfvP+WuPdWk4jv4wpIkAz6ZLxToxcGhXmZbXpk56YTmqgBW2cbbw4O
IWPZDHSiPcw//AYNgW1CCDptt+UFuaFYbtqZegcBd2n/jzcWODA7zL4KWEUy
9q4rlh/+1tBReg60QdsmDRsw/cdO1GZrKtuCwbuD4+nbRdVBKv72rqHX9cu0
utju9jzczCyB+sSAQWrxSsXB/b8vV2qs0l4VD2ML+w==`,
  "1.1": `UfZD9dRz6rFu6LbP5Mo1oNHcWYxpNIcUfFCffJS1FQa0GtfU/vkt3/O5HuCM
1wIFl/U0f5faH9EWpXWY5NwKR031Myxcabw4t4ZLO69CIh/3qx1XnjcZvt2w
c2R9bx/43IWA/r8w8Q6decuu0f6ZlNheJeJhaYPI8piX/aH+uHBH8zTACZu8
vMnl5MF3/OIlsZc8cemq6eKYstp8a8KYq9OmkB5IXIX6qVMJHA6fRvQEB/7j
281Q7oI/O+lE8AmVyBbwruPb7Mp6s4839eYiOdjbDwFjYtbS3XgAjrHlaD7W
FDlbAG7H8Dmvo+wBxmtNkszhzbBnEYtuwQqT8nM/8A==`,
  "1.3": `FZOmXAyOBAZQV/uw188iBljBJXOm+m8xQ/8KTGLkgGwZNcRFxk1m953XjE3W
VGy1dFT76KeaNWmPCNtDmprfH2na5UZFtfLIKrPv7xm80V+lzEzTd9WBwsfP
42dZ9N+V9I5SVfcL/lWrrlpdybfceJC5jOcP5tzfJXWUITwb6Z3Erg3DU3Uh
H9h9E0qWlYGqmiNCVrBnpe6Si1gU/Jl+rXlRSNbLJ4GlArAPuL976iTYJTzE
MmbLUIm3JRYi00Yb01IUCCKdI90vUq1HHNtlTEu93YZfQaJwRxXlGkCNwIJe
fy49QzaCIEu1XiOx5Jn+4GmkrZch/RrK9VzQWXgs+w==`,
};
const example = {
  method: "POST",
  path: "/organizations/clownco",
  body: "Spec Body",
  client: "spec-user",
  at: new Date("2009-01-01T12:00:00Z"),
};

describe("the published examples", () => {
  test.each(["1.0", "1.1"] as const)("version %s signs the same text", (version) => {
    const signature = Buffer.from(published[version], "base64");
    const padding = constants.RSA_PKCS1_PADDING;
    const text = publicDecrypt({ key: publishedKey, padding }, signature).toString();
    expect(canonicalRequest({ ...example, version })).toBe(text);
  });

  test("version 1.3 signs the same text", () => {
    const signature = Buffer.from(published["1.3"], "base64");
    const ours = Buffer.from(canonicalRequest({ ...example, version: "1.3" }));
    expect(verify("sha256", ours, publishedKey, signature)).toBe(true);
    expect(verify("sha256", Buffer.concat([ours, Buffer.from(" ")]), publishedKey, signature)).toBe(
      false,
    );
  });
});

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = publicKey.export({ type: "spki", format: "pem" }).toString();

function arrived(request: RequestToSign) {
  const headers = Object.fromEntries(
    Object.entries(signHeaders(request, privateKey)).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]),
  );
  return { method: request.method, path: request.path, body: request.body, headers };
}

const whyNot = (one: ReturnType<typeof arrived>, now = example.at): string | undefined =>
  whyNotSigned(
    one,
    (name) => (name.startsWith("spec") || name.startsWith("A") ? pem : undefined),
    now,
  );

describe.each(signVersions)("version %s", (version) => {
  test("is what a verifier of its own takes, whatever is asked", () => {
    const part = fc.stringMatching(/^[A-Za-z0-9._%-]{1,12}$/);
    const path = fc.array(part, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(path, fc.string({ unit: "grapheme" }), fc.boolean(), (one, body, slash) => {
        const request = { ...example, version, path: slash ? `${one}//` : one, body };
        expect(whyNot(arrived(request))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  test("covers method, path, body, client and time", () => {
    const sent = arrived({ ...example, version });
    const other = (headers: Record<string, string>) => ({
      ...sent,
      headers: { ...sent.headers, ...headers },
    });
    expect(whyNot({ ...sent, method: "PUT" })).toBe("bad signature");
    expect(whyNot({ ...sent, path: "/organizations/other" })).toBe("bad signature");
    expect(whyNot({ ...sent, body: "other" })).toBe("content hash differs");
    expect(whyNot(other({ "x-ops-userid": "spec-other" }))).toBe("bad signature");
    expect(whyNot(other({ "x-ops-timestamp": "2009-01-01T12:00:01Z" }))).toBe("bad signature");
    expect(whyNot(other({ "x-ops-authorization-1": "A".repeat(60) }))).toBe("bad signature");
    expect(whyNot(sent, new Date("2009-01-01T12:16:00Z"))).toMatch(/Synchronize the clock/);
  });
});

test("a name that is too long for 1.0 throws there, and not in 1.1 and 1.3", () => {
  const long = { ...example, client: "A".repeat(200) };
  expect(() => signHeaders({ ...long, version: "1.0" }, privateKey)).toThrow(/too large|data/i);
  expect(whyNot(arrived({ ...long, version: "1.1" }))).toBeUndefined();
  expect(whyNot(arrived({ ...long, version: "1.3" }))).toBeUndefined();
});
