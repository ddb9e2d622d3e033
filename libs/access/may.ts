import { SetMetadata } from '@nestjs/common';
import type { Capability } from './capabilities.js';

export const mayKey = 'access:may';
export const openKey = 'access:open';

/** The route needs this capability: the role × capability table decides who has it. */
export const May = (capability: Capability): MethodDecorator & ClassDecorator => SetMetadata(mayKey, capability);

/** The route is for everybody, signed in or not, and this is why. */
export const Open = (why: string): MethodDecorator & ClassDecorator => SetMetadata(openKey, why);
