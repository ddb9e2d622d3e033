import { constants } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { codeOf } from '#libs/platform/errors.js';
import type { TlsIdentity } from '#libs/platform/tls-files.js';
import type { DoorName, LineRefusal } from './line-counts.js';
import type { LineOrigin } from './speakers.js';

/** A handshake that takes longer is none. */
const handshakeMs = 10_000;

export interface DoorRules {
  /** 0: the system chooses. */
  readonly port: number;
  readonly host: string;
  /** Lines open at once; each may hold one unfinished message of the largest size. */
  readonly lines: number;
}

export interface DoorServices {
  mayOpen(address: string | undefined): boolean;
  /** A line that may be heard; of TLS once its handshake is over. False: it is closed as of an unknown certificate. */
  opened(socket: Socket, origin: LineOrigin): boolean;
  refused(reason: LineRefusal, address: string | undefined, fault?: string): void;
  failed(): void;
}

/** A port that lines come in by: from the addresses that may, with a TLS handshake where there is an identity to show. */
export class Door {
  private readonly server: Server;
  private readonly tls: TlsServer | undefined;
  private readonly sockets = new Set<Socket>();

  constructor(
    readonly name: DoorName,
    private readonly rules: DoorRules,
    private readonly services: DoorServices,
    identity?: TlsIdentity,
  ) {
    this.tls = identity && this.tlsServer(identity);
    this.server = createServer({ allowHalfOpen: true }, (socket) => this.admit(socket));
    this.server.maxConnections = rules.lines;
    this.server.on('drop', (dropped) => services.refused('too-many', dropped?.remoteAddress));
  }

  /** @throws Error with a sentence when the port is taken. */
  open(): Promise<void> {
    const setting = this.name === 'tls' ? 'MLLP_TLS_PORT' : 'MLLP_PORT';
    const { port, host } = this.rules;
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(`${setting} ${String(port)} is taken by another program. Set ${setting} to a free one.`)
            : error,
        ),
      );
      this.server.listen(port, host, () => {
        this.server.on('error', () => this.services.failed());
        resolve();
      });
    });
  }

  get listening(): boolean {
    return this.server.listening;
  }

  get port(): number {
    const address = this.server.address();
    return isAddress(address) ? address.port : 0;
  }

  get openLines(): number {
    return this.sockets.size;
  }

  /** Lines that come from now on see this identity; those that are open go on as they are. */
  renew(identity: TlsIdentity): void {
    this.tls?.setSecureContext(secured(identity));
  }

  /** Takes no new lines, and is closed once those that are open are. */
  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  /** Closes what is left, such as a handshake that goes nowhere. */
  drop(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private admit(socket: Socket): void {
    const { remoteAddress: address } = socket;
    if (!this.services.mayOpen(address)) {
      this.services.refused('address', address);
      socket.destroy();
      return;
    }
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    if (this.tls) this.tls.emit('connection', socket);
    else this.services.opened(socket, { address });
  }

  private tlsServer(identity: TlsIdentity): TlsServer {
    const server = createTlsServer({
      ...secured(identity),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: handshakeMs,
      allowHalfOpen: true,
    });
    server.on('secureConnection', (socket) => {
      const { remoteAddress: address } = socket;
      if (this.services.opened(socket, { address, certificate: certificateOf(socket) })) return;
      this.services.refused('certificate', address);
      socket.destroy();
    });
    server.on('tlsClientError', (error, socket) => {
      this.services.refused('handshake', socket.remoteAddress, codeOf(error));
      socket.destroy();
    });
    return server;
  }
}

/** Lines stay for days: nothing is gained by resuming sessions, and without that every line shows its certificate. */
const secured = ({ cert, key, ca }: TlsIdentity) => ({
  cert,
  key,
  ca: [...ca],
  minVersion: 'TLSv1.2' as const,
  secureOptions: constants.SSL_OP_NO_TICKET,
});

const certificateOf = (socket: TLSSocket): NonNullable<LineOrigin['certificate']> => {
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  // A subject with several common names has none that could be relied on.
  const commonName: unknown = subject.CN;
  return { commonName: typeof commonName === 'string' ? commonName : undefined, fingerprint: fingerprint256 };
};

const isAddress = (address: string | AddressInfo | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
