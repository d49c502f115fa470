/** A server that a run connects to, as it is dialled. */
export interface Target {
  /** A host name, an IP address without brackets, or the absolute path of the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  /** The IP address that is dialled, where the host name is not looked up. */
  readonly address?: string;
  /** Why what is sent can be read or changed on the way, as a clause; absent where the server is verified by TLS. */
  readonly exposure?: string;
}
