/**
 * The proxy's settings, made from `routes.json`: which service answers which paths.
 *
 *   node docker/nginx-conf.mjs      writes docker/nginx.conf anew
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

const escaped = (path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The longest beginning wins: nginx takes the first pattern that fits. A beginning ends at a slash or at the path's end. */
const lines = (routes) =>
  Object.entries(routes)
    .flatMap(([service, paths]) => paths.map((path) => ({ service, path })))
    .filter(({ path }) => path !== '/')
    .toSorted((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1))
    .map(({ service, path }) => `    ~^${escaped(path)}(?:/|$) ${service}:3000;`);

/** The service that has `/` answers what no other has. */
const fallback = (routes) => {
  const [service] = Object.entries(routes).find(([, paths]) => paths.includes('/')) ?? [];
  if (service === undefined) throw new Error('routes.json gives "/" to no service.');
  return service;
};

/** What each service answers of itself alone. */
const ofItself = ['health', 'metrics', 'operations', 'api/docs', 'api/openapi.json', 'api/v1/operations'];

/** @param {Readonly<Record<string, readonly string[]>>} routes paths by service @returns {string} */
export const nginxConf = (routes) => `# Made from routes.json by nginx-conf.mjs.
worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  worker_connections 1024;
}

http {
  access_log off;
  server_tokens off;
  default_type application/octet-stream;
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  # Asked anew every few seconds: a service that was made again has another address.
  resolver 127.0.0.11 valid=5s ipv6=off;

  # A TLS proxy in front of this one says what people came by.
  map $http_x_forwarded_proto $came_by {
    default $scheme;
    https https;
  }

  map $uri $service {
${lines(routes).join('\n')}
    default ${fallback(routes)}:3000;
  }

  server {
    listen 8080;
    # Ward events may have 10 MB.
    client_max_body_size 11m;

    location = /health/proxy {
      return 204;
    }

    # Server-sent events send a comment every 15 s and ask not to be buffered.
    proxy_http_version 1.1;
    proxy_connect_timeout 5s;
    proxy_read_timeout 120s;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $came_by;

    # One service's own state: /services/brokerage/operations.
    location ~ ^/services/(?<one>${Object.keys(routes).join('|')})(?<own>/(?:${ofItself.map(escaped).join('|')})(?:/.*)?)$ {
      proxy_pass http://$one:3000$own$is_args$args;
    }

    location / {
      proxy_pass http://$service;
    }
  }
}
`;

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(beside('nginx.conf'), nginxConf(JSON.parse(readFileSync(beside('routes.json'), 'utf8'))));
