import fc from 'fast-check';
import { frame, MllpFrames } from './frames.js';

const texts = (frames: MllpFrames, ...chunks: Buffer[]): string[] =>
  chunks
    .flatMap((chunk) => frames.push(chunk))
    .map((framed) =>
      framed.kind === 'message' ? framed.bytes.toString() : `${framed.kind}:${framed.beginning.toString()}`,
    );

describe('MLLP frames', () => {
  test('come out whole however the line cuts or joins them', () => {
    const message = fc.stringMatching(/^[A-Za-z|^~\r]{0,40}$/);
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (messages, sizes) => {
        const wire = Buffer.concat(messages.map(frame));
        const chunks: Buffer[] = [];
        for (let at = 0, n = 0; at < wire.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          chunks.push(wire.subarray(at, at + size));
          at += size;
        }
        expect(texts(new MllpFrames(1000), ...chunks)).toEqual(messages);
      }),
    );
  });

  test('skip what stands between them', () => {
    expect(
      texts(
        new MllpFrames(1000),
        Buffer.from('noise'),
        Buffer.concat([Buffer.from('more'), frame('one'), Buffer.from('\r\n'), frame('two')]),
      ),
    ).toEqual(['one', 'two']);
  });

  test('that have no end are told when the next begins', () => {
    expect(texts(new MllpFrames(1000), Buffer.from('\x0bMSH|cut'), frame('whole'))).toEqual([
      'unterminated:MSH|cut',
      'whole',
    ]);
  });

  test('that are too large end the line, with the beginning at hand', () => {
    const frames = new MllpFrames(10_000);
    expect(texts(frames, Buffer.from(`\x0bMSH|large${'x'.repeat(9_000)}`), Buffer.alloc(2_000, 'x'))[0]).toMatch(
      /^too-large:MSH\|largex/,
    );
    expect(frames.push(frame('after'))).toEqual([]);
  });

  test('of exactly the limit are taken, byte by byte too', () => {
    const frames = new MllpFrames(5_000);
    const bytes = [...frame('y'.repeat(5_000))].map((byte) => Buffer.from([byte]));
    expect(texts(frames, ...bytes)).toEqual(['y'.repeat(5_000)]);
  });
});
