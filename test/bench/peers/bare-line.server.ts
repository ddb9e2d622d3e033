import { createServer, type Socket } from 'node:net';
import pg from 'pg';

/** The raw limit of MLLP: every frame is written as one row, durably, and answered. Nothing is read of it. Prints the port it listens on. */
const [url, connections] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: Number(connections) });
await pool.query('CREATE TABLE IF NOT EXISTS bare_messages (id bigserial PRIMARY KEY, message text NOT NULL)');

const endOfFrame = 0x1c;
const answer = Buffer.from('\u000bMSH|^~\\&|||||||ACK|1|P|2.4\rMSA|AA|1\r\u001c\r');

const store = (socket: Socket, message: string): void => {
  void pool
    .query({ name: 'bare-message', text: 'INSERT INTO bare_messages (message) VALUES ($1)', values: [message] })
    .then(() => socket.write(answer));
};

const server = createServer({ noDelay: true }, (socket) => {
  let heard = Buffer.alloc(0);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk]);
    for (let end = heard.indexOf(endOfFrame); end >= 0; end = heard.indexOf(endOfFrame)) {
      store(socket, heard.subarray(1, end).toString());
      heard = heard.subarray(end + 2);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? String(address.port) : ''}\n`);
});
process.on('SIGTERM', () => process.exit(0));
