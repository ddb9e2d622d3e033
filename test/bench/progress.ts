import { figure } from './statistics.js';

const everyMs = 3000;

export interface Progress {
  tell(what: string, done?: number, total?: number): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

/** One line on standard error that says what is done now; where that is no terminal, a line every few seconds. */
export const progressOn = (stream: NodeJS.WriteStream): Progress => {
  let told = '';
  let toldAt = 0;
  return {
    tell: (what, done, total) => {
      const far = done === undefined || total === undefined ? '' : ` ${figure(done)} of ${figure(total)}`;
      if (stream.isTTY) {
        stream.write(`\r\u001b[K${what}${far}`);
        return;
      }
      if (what === told && Date.now() - toldAt < everyMs) return;
      told = what;
      toldAt = Date.now();
      stream.write(`${what}${far}\n`);
    },
    clear: () => void (stream.isTTY && stream.write('\r\u001b[K')),
  };
};
