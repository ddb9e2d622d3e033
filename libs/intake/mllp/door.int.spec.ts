import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { eventually } from '../../../test/support/eventually.js';
import { Door, type DoorServices } from './door.js';

const opened: Socket[] = [];
let refused: string[];
let doors: Door[];
const openDoor = async (lines: number, more: Partial<DoorServices> = {}): Promise<Door> => {
  const services: DoorServices = {
    mayOpen: () => true,
    opened: (socket) => {
      socket.resume();
      opened.push(socket);
      return true;
    },
    refused: (reason, address) => void refused.push(`${reason} ${address ?? ''}`),
    failed: () => undefined,
    ...more,
  };
  const door = new Door('plain', { port: 0, host: '127.0.0.1', lines }, services);
  await door.open();
  doors.push(door);
  return door;
};
const connect = (door: Door): Socket => {
  const socket = createConnection({ port: door.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
};

beforeEach(() => {
  refused = [];
  doors = [];
});
afterEach(async () => {
  const closed = doors.map((door) => door.close());
  for (const door of doors) door.drop();
  await Promise.all(closed);
});

describe('A door for lines', () => {
  test('closes on an address that may not open one, and says so', async () => {
    const door = await openDoor(10, { mayOpen: (address) => address !== '127.0.0.1' });
    await once(connect(door), 'close');
    expect(refused).toEqual(['address 127.0.0.1']);
    expect(door.openLines).toBe(0);
  });

  test('has room for as many lines as it is told, and for another when one is gone', async () => {
    const door = await openDoor(2);
    const [first] = [connect(door), connect(door)];
    await eventually('both are open', () => door.openLines === 2);
    await once(connect(door), 'close');
    expect(refused).toEqual(['too-many 127.0.0.1']);
    first.end();
    opened[0]?.end();
    opened[1]?.end();
    await eventually('there is room', () => door.openLines < 2);
    connect(door);
    await eventually('the next is open', () => door.openLines >= 1 && opened.length === 3);
    expect(refused).toHaveLength(1);
  });

  test('says which setting to change when its port is taken', async () => {
    const { port } = await openDoor(1);
    const services = { mayOpen: () => true, opened: () => true, refused: () => undefined, failed: () => undefined };
    const second = new Door('tls', { port, host: '127.0.0.1', lines: 1 }, services);
    await expect(second.open()).rejects.toThrow(`MLLP_TLS_PORT ${String(port)} is taken by another program.`);
  });
});
