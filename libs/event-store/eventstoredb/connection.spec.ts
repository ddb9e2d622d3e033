import { connect } from './connection.js';

const saidOf = (url: string): string => {
  try {
    connect(url);
    return 'nothing';
  } catch (error) {
    return String(error);
  }
};

describe('an address of EventStoreDB', () => {
  it('may be of one node, of a cluster, by its old name or its new one, with credentials and keep-alive', () => {
    for (const url of [
      'esdb://localhost:2113?tls=false',
      'esdb://admin:changeit@localhost',
      'esdb://a:2113,b:2113,c:2113?nodePreference=leader',
      'esdb+discover://cluster.example?keepAliveInterval=20000&keepAliveTimeout=5000',
      'kurrentdb://localhost:2113?tls=false',
      'kurrentdb+discover://cluster.example',
    ]) {
      expect(saidOf(url)).toBe('nothing');
    }
  });

  it('that cannot be read is refused without a word of what is in it', () => {
    const said = saidOf('esdb://admin:secret-word@local host?tls');
    expect(said).toContain('EVENTSTORE_URL');
    expect(said).not.toContain('secret');
  });

  it('is refused for an option nobody knows, before the client would print it all', () => {
    expect(saidOf('esdb://admin:secret-word@localhost?tls=false&tlsCaFlie=x')).toBe(
      'Error: EVENTSTORE_URL has an option that is not known: tlsCaFlie.',
    );
    expect(saidOf('esdb://localhost?tlsVerifyCert=false')).toContain('tlsVerifyCert');
  });

  it('is refused when it names a certificate that is not there', () => {
    expect(saidOf('esdb://localhost?tlsCAFile=/nowhere/ca.pem')).toContain('File was not found');
  });
});
