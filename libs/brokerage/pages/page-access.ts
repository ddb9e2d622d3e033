import { Injectable } from '@nestjs/common';
import { grantOf, type Capability } from '#libs/access/capabilities.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Settings } from '#libs/platform/settings.js';

/** What the forms of a page go by: one that would be refused is not shown. */
export interface PageAccess {
  readonly command: boolean;
  readonly source: boolean;
  readonly respond: boolean;
}

@Injectable()
export class PageGrants {
  constructor(private readonly settings: Settings) {}

  of(user: SignedIn): PageAccess {
    const may = (capability: Capability): boolean =>
      grantOf(user.role, capability, this.settings.demo !== 'off') !== undefined;
    return { command: may('request.command'), source: may('request.source'), respond: may('request.respond') };
  }
}
