import ssh2 from "ssh2";

/** A key pair that SSH can read: of those that ssh2 makes, one in a thousand or so lacks a byte, and is made anew. */
export function makeKeyPair(): { readonly public: string; readonly private: string } {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    const readable = [pair.private, pair.public].every(
      (text) => !(ssh2.utils.parseKey(text) instanceof Error),
    );
    if (readable) return pair;
  }
}
