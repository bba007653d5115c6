import { loadPrivateKey, missingPassphrase } from "../transport/ssh/private-key.ts";

/** Whether a private key has to be opened by a passphrase; throws for what is no private key. */
export function wantsPassphrase(text: string): boolean {
  try {
    loadPrivateKey(text);
    return false;
  } catch (error) {
    if (error instanceof Error && error.message === missingPassphrase) return true;
    throw error;
  }
}

/** Throws when the passphrase does not open the key, before anything is connected. */
export function checkPassphrase(text: string, passphrase: string): void {
  loadPrivateKey(text, passphrase);
}
