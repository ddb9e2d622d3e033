import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '#libs/platform/root.js';
import { readSenders } from '#libs/platform/mllp-settings.js';
import { readSettings } from '#libs/platform/read-settings.js';
import { eventually } from '../../../test/support/eventually.js';
import { mllpClient } from '../testing/intake-app.js';
import { Door } from './door.js';
import { Speakers, type LineOrigin } from './speakers.js';

const page = readFileSync(join(projectRoot, 'docs', 'mllp.md'), 'utf8');
const block = (language: string, holds: string): string => {
  const blocks = [...page.matchAll(new RegExp('```' + language + '\\n([^`]+)```', 'g'))].map(([, text = '']) => text);
  const found = blocks.find((text) => text.includes(holds));
  if (found === undefined) throw new Error(`docs/mllp.md has no block of ${language} with ${holds}`);
  return found;
};

const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' });
const has = openssl.status === 0;
const testWithOpenssl = has ? test : test.skip;

describe('docs/mllp.md', () => {
  test('names senders as they are read', () => {
    const read = readSenders(block('json', 'certificates'));
    expect(read).toMatchObject({ ok: true });
  });

  testWithOpenssl(
    `makes certificates that open a line${has ? '' : ' (skipped: there is no openssl here)'}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'homeward-mllp-docs-'));
      try {
        const printed = execFileSync('bash', ['-e', '-c', block('bash', 'openssl req -x509')], {
          cwd: folder,
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        const fingerprint = `sha256:${printed.trim().split('=')[1] ?? ''}`;
        const senders = [
          { certificates: ['tie.royalfree.example'], feeds: ['PAS/RAL'] },
          { certificates: [fingerprint], feeds: ['ED/RAL'] },
        ];
        await writeFile(join(folder, 'senders.json'), JSON.stringify(senders));
        const named = block('bash', 'npm start').matchAll(/(MLLP_\w+)=(\S+)/g);
        const env = Object.fromEntries(
          [...named].map(([, name = '', value = '']) => [name, name.endsWith('_FILE') ? join(folder, value) : value]),
        );
        const keys = { MASTER_KEY: 'ab'.repeat(32), PSEUDONYM_KEY: 'cd'.repeat(32) };
        const { mllp, mode } = await readSettings({ ...keys, ...env });
        if (!mllp.tls) throw new Error('no TLS');

        const came: LineOrigin[] = [];
        const services = {
          mayOpen: () => true,
          opened: (_: unknown, origin: LineOrigin) => came.push(origin) > 0,
          refused: () => undefined,
          failed: () => undefined,
        };
        const door = new Door('tls', { port: 0, host: '127.0.0.1', lines: 5 }, services, mllp.tls.identity);
        await door.open();
        const [ca, cert, key] = await Promise.all(
          ['ca.pem', 'tie.pem', 'tie.key'].map((name) => readFile(join(folder, name))),
        );
        const line = await mllpClient(door.port, { ca, cert, key, servername: 'homeward.council.example' });
        // Under TLS 1.3 the client is done first.
        await eventually('the line is open', () => came.length > 0);
        const closed = door.close();
        line.end();
        door.drop();
        await closed;
        expect(came).toHaveLength(1);
        const speakers = new Speakers(mllp.senders, mllp.allow, mode);
        const feeds = ['PAS', 'ED', 'LAB'].map((application) =>
          came.map((origin) => speakers.speaksFor(origin, { application, facility: 'RAL' })),
        );
        expect(feeds).toEqual([[true], [true], [false]]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
