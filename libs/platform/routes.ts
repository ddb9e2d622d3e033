import { Injectable, RequestMethod, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { Capability } from '../access/capabilities.js';
import { mayKey, openKey } from '../access/may.js';
import { answersKey, takesKey, type Shape, type TakenBody } from './answers.js';

/** One route of the app, read from the decorators of its controller. */
export interface Route {
  readonly method: string;
  /** As Fastify knows it: `/api/v1/cases/:id`. */
  readonly path: string;
  readonly controller: string;
  readonly handler: string;
  readonly capability: Capability | undefined;
  readonly open: string | undefined;
  readonly status: number;
  readonly body: Type | undefined;
  readonly query: Type | undefined;
  readonly answers: Shape | undefined;
  readonly takes: (() => TakenBody) | undefined;
}

// Nest keeps these under names it does not export: `common/constants`, stable since version 5.
const metadata = {
  path: 'path',
  method: 'method',
  arguments: '__routeArguments__',
  status: '__httpCode__',
  types: 'design:paramtypes',
};
const bodyArgument = 3;
const queryArgument = 4;

/** Every route of every controller: what the OpenAPI document and the tests of access go by. */
@Injectable()
export class Routes {
  /** What the server really serves, e.g. `GET /huddle`, whoever registered it. */
  readonly served = new Set<string>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  all(): readonly Route[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype: object = metatype.prototype;
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => routesOf(metatype, prototype, name));
    });
  }
}

const routesOf = (controller: object & { readonly name: string }, prototype: object, name: string): Route[] => {
  const handler: unknown = Reflect.get(prototype, name);
  if (typeof handler !== 'function' || !Reflect.hasMetadata(metadata.path, handler)) return [];
  const read = <T>(key: string): T | undefined =>
    Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller);
  const number: unknown = Reflect.getMetadata(metadata.method, handler);
  const method = typeof number === 'number' ? (RequestMethod[number] ?? 'GET') : 'GET';
  const status: unknown = Reflect.getMetadata(metadata.status, handler);
  const argumentOf = argumentTypes(controller, prototype, name);
  return pathsOf(controller).flatMap((base) =>
    pathsOf(handler).map((path) => ({
      method,
      path: `/${[base, path]
        .flatMap((part) => part.split('/'))
        .filter(Boolean)
        .join('/')}`,
      controller: controller.name,
      handler: name,
      capability: read<Capability>(mayKey),
      open: read<string>(openKey),
      status: typeof status === 'number' ? status : method === 'POST' ? 201 : 200,
      body: argumentOf(bodyArgument),
      query: argumentOf(queryArgument),
      answers: read<Shape>(answersKey),
      takes: read<() => TakenBody>(takesKey),
    })),
  );
};

const pathsOf = (target: object): readonly string[] => {
  const path: unknown = Reflect.getMetadata(metadata.path, target);
  return (Array.isArray(path) ? path : [path]).map((one) => (typeof one === 'string' ? one : ''));
};

/** The DTO class of the handler's whole body or whole query, if it has one. */
const argumentTypes = (controller: object, prototype: object, name: string): ((kind: number) => Type | undefined) => {
  const given: unknown = Reflect.getMetadata(metadata.arguments, controller, name);
  const types: unknown = Reflect.getMetadata(metadata.types, prototype, name);
  return (kind) => {
    for (const [key, argument] of Object.entries(given ?? {})) {
      const { index, data }: { index?: unknown; data?: unknown } = argument;
      if (
        Number(key.split(':')[0]) !== kind ||
        data !== undefined ||
        typeof index !== 'number' ||
        !Array.isArray(types)
      )
        continue;
      const type: unknown = types[index];
      if (isClass(type)) return type;
    }
    return undefined;
  };
};

const builtIn: readonly unknown[] = [Object, String, Number, Boolean, Array, Buffer];
const isClass = (type: unknown): type is Type => typeof type === 'function' && !builtIn.includes(type);
