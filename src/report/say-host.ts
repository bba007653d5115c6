/** How a host is reached: an address, and whoever logs in there. */
export interface ShownHost {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly jump?: string | undefined;
}

/** Goes behind a host's name. */
export function sayHost({ address, port, user, jump }: ShownHost): string {
  return `is ${user} at ${address} port ${port}${jump === undefined ? "" : ` by way of ${jump}`}`;
}
