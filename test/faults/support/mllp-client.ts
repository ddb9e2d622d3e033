import { connect, type Socket } from 'node:net';

/** A sender on one MLLP line: says a message, and hears the answer or that there is none. */
export class MllpClient {
  private heard = Buffer.alloc(0);
  private waiting: { resolve(ack: string): void; reject(error: Error): void } | undefined;

  private constructor(readonly socket: Socket) {
    const lost = (): void => this.waiting?.reject(new Error('The line was closed.'));
    socket.on('data', (chunk: Buffer) => {
      this.heard = Buffer.concat([this.heard, chunk]);
      const end = this.heard.indexOf(0x1c);
      if (end < 0) return;
      const ack = this.heard.subarray(1, end).toString();
      this.heard = this.heard.subarray(end + 2);
      this.waiting?.resolve(ack);
    });
    socket.on('error', lost);
    socket.on('close', lost);
  }

  static open(port: number): Promise<MllpClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new MllpClient(socket)));
      socket.once('error', reject);
    });
  }

  /** The acknowledgment; rejects when the line closes before one came, or none came in time. */
  async send(message: string | Buffer, timeoutMs = 20_000): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => (this.waiting = { resolve, reject }));
    const timer = setTimeout(() => this.waiting?.reject(new Error('No answer.')), timeoutMs);
    if (this.socket.destroyed) this.waiting?.reject(new Error('The line was closed.'));
    else this.socket.write(Buffer.concat([Buffer.from([0x0b]), Buffer.from(message), Buffer.from('\x1c\r')]));
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
    }
  }

  close(): void {
    this.socket.destroy();
  }
}

/** `AA`, `AE` or `AR`, and whose message it answers. */
export const codeOf = (ack: string): string => /^MSA\|([A-Z]{2})\|/m.exec(ack.replaceAll('\r', '\n'))?.[1] ?? 'none';
export const echoedId = (ack: string): string =>
  /^MSA\|[A-Z]{2}\|([^|\n]*)/m.exec(ack.replaceAll('\r', '\n'))?.[1] ?? '';
