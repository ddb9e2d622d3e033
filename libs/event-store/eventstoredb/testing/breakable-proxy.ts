import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and can break what goes through it. */
export class BreakableProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #refusing = false;

  private constructor(host: string, portOf: () => number) {
    this.#server = createServer({ noDelay: true }, (near) => {
      if (this.#refusing) {
        near.destroy();
        return;
      }
      const far = connect({ port: portOf(), host, noDelay: true });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => one.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  /** `portOf` is asked at every connection: the server may move. */
  static async to(host: string, portOf: () => number): Promise<BreakableProxy> {
    const proxy = new BreakableProxy(host, portOf);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy does not listen.');
    return address.port;
  }

  /** Breaks every connection, in the middle of whatever it carries. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection and takes no new one until `heal`. */
  sever(): void {
    this.#refusing = true;
    this.cut();
  }

  heal(): void {
    this.#refusing = false;
  }

  async stop(): Promise<void> {
    this.sever();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
