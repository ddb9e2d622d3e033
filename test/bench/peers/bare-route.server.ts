import fastify from 'fastify';
import pg from 'pg';

/** The raw limit of a command over HTTP: a route that writes one row, durably, and answers. Prints the port it listens on. */
const [url, connections] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: Number(connections) });
await pool.query(
  'CREATE TABLE IF NOT EXISTS bare_commands (id bigserial PRIMARY KEY, path text NOT NULL, body json NOT NULL)',
);

const server = fastify();
server.post('/*', async (request, reply) => {
  const { rows } = await pool.query<{ id: string }>({
    name: 'bare-command',
    text: 'INSERT INTO bare_commands (path, body) VALUES ($1, $2) RETURNING id',
    values: [request.url, JSON.stringify(request.body)],
  });
  return reply.code(201).send({ id: rows[0]?.id });
});
const address = await server.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${new URL(address).port}\n`);
process.on('SIGTERM', () => process.exit(0));
