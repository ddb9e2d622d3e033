import { jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';

const docker = (...args: string[]): { status: number | null; said: string } => {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000 });
  return { status, said: `${stdout}${stderr}` };
};

const missing =
  docker('version', '--format', '{{.Server.Version}}').status !== 0
    ? 'Docker does not answer here'
    : docker('image', 'inspect', 'homeward').status !== 0
      ? 'the image "homeward" is not built here'
      : undefined;

jest.setTimeout(120_000);
const describeImage = missing === undefined ? describe : describe.skip;

describeImage(`the image${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  const run = (...command: string[]): { status: number | null; said: string } =>
    docker('run', '--rm', '--read-only', '--cap-drop=ALL', '--network=none', 'homeward', ...command);

  it('runs as a user that is not root', () => {
    expect(run('id', '-u')).toEqual({ status: 0, said: '1000\n' });
  });

  it('does not start in production without keys, and names them', () => {
    const { status, said } = run('node', 'dist/apps/intake/main.js');
    expect(status).toBe(1);
    expect(said).toContain('MASTER_KEY is missing');
    expect(said).toContain('PSEUDONYM_KEY is missing');
  });

  it('has the command line', () => {
    expect(run('node', 'dist/apps/homeward/cli.js', 'users', '--help')).toMatchObject({ status: 0 });
  });
});
