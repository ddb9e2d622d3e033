import { readSettings } from '#libs/platform/read-settings.js';
import { HandClock } from '../../../test/support/hand-clock.js';
import { defaultBrokerageSettings } from '../brokerage-settings.js';
import { OfferLinks } from './offer-links.js';

const day = 24 * 3_600_000;
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

describe('the link of a provider', () => {
  const clock = new HandClock();
  const linksOf = async (masterKey: string): Promise<OfferLinks> =>
    new OfferLinks(
      await readSettings({ MASTER_KEY: masterKey, PSEUDONYM_KEY: '22'.repeat(32) }),
      defaultBrokerageSettings,
      clock,
    );
  const tokenOf = (url: string): string => url.slice('/offers/'.length);
  let links: OfferLinks;
  let token: string;
  beforeEach(async () => {
    clock.ahead = 0;
    links = await linksOf('11'.repeat(32));
    token = tokenOf(links.noticeFor('request-1', 'prov-a').url);
  });

  it('stands for one request and one provider', () => {
    expect(links.read(token)).toEqual({ requestId: 'request-1', providerId: 'prov-a' });
  });

  it('is not ours once any letter of it is another', () => {
    const changed = [...token].flatMap((was, at) =>
      [...letters]
        .filter((letter) => letter !== was)
        .map((letter) => `${token.slice(0, at)}${letter}${token.slice(at + 1)}`),
    );
    expect(changed.filter((other) => links.read(other) !== 'unknown')).toEqual([]);
  });

  it.each(['=', '==', ' ', '.', '~', '%3D', 'A'])('is not ours with %j behind it', (more) => {
    expect(links.read(`${token}${more}`)).toBe('unknown');
    expect(links.read(token.replace('.', `${more}.`))).toBe('unknown');
  });

  it('is not ours when another key signed it', async () => {
    expect((await linksOf('33'.repeat(32))).read(token)).toBe('unknown');
  });

  it('runs out after the days the council has set, and says so', () => {
    clock.ahead = defaultBrokerageSettings.offerLinkDays * day - 60_000;
    expect(links.read(token)).toMatchObject({ requestId: 'request-1' });
    clock.ahead += 120_000;
    expect(links.read(token)).toBe('expired');
    expect(links.read(`${token}=`)).toBe('unknown');
  });
});
