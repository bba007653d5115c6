import ssh2 from "ssh2";

/** A key pair that SSH can read: of those that ssh2 makes, one in some hundreds lacks a byte, and is made anew. */
export function makeKeyPair(passphrase?: string): {
  readonly public: string;
  readonly private: string;
} {
  const locked = passphrase && { passphrase, cipher: "aes256-ctr", rounds: 16 };
  for (;;) {
    const pair = locked
      ? ssh2.utils.generateKeyPairSync("ed25519", locked)
      : ssh2.utils.generateKeyPairSync("ed25519");
    const readable = [pair.private, pair.public].every(
      (text) => !(ssh2.utils.parseKey(text, passphrase) instanceof Error),
    );
    if (readable) return pair;
  }
}
