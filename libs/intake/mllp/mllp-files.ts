import { readFile } from 'node:fs/promises';
import { readSenders, type MllpSender, type MllpSettings } from '#libs/platform/mllp-settings.js';
import { readTlsFiles, type TlsIdentity } from '#libs/platform/tls-files.js';

export type SeenAgain =
  | { readonly changed: false }
  /** What is new; what is absent is as it was. */
  | { readonly changed: true; readonly identity?: TlsIdentity; readonly senders?: readonly MllpSender[] }
  /** Something changed to what cannot be used: everything stays as it was. */
  | { readonly changed: true; readonly faults: readonly string[] };

/** The files of MLLP, looked at while the service runs: certificates are renewed, and senders come and go, without a restart. */
export class MllpFiles {
  private before: string | undefined;

  constructor(private readonly settings: MllpSettings) {}

  async lookAgain(): Promise<SeenAgain> {
    const { tls, sendersFile } = this.settings;
    const names = [tls?.MLLP_TLS_CERT_FILE, tls?.MLLP_TLS_KEY_FILE, tls?.MLLP_TLS_CA_FILE, sendersFile];
    const texts = await Promise.all(
      names.map((name) => (name === undefined ? null : readFile(name, 'utf8').catch(() => null))),
    );
    const now = JSON.stringify(texts);
    if (now === this.before) return { changed: false };
    const read = tls && (await readTlsFiles(tls));
    const senders = sendersFile === undefined ? undefined : readSenders(texts[3] ?? '');
    this.before = now;
    const faults = [...(read?.ok === false ? read.faults : []), ...(senders?.ok === false ? senders.faults : [])];
    if (faults.length > 0) return { changed: true, faults };
    return {
      changed: true,
      ...(read?.ok ? { identity: read.identity } : {}),
      ...(senders?.ok ? { senders: senders.value } : {}),
    };
  }
}
