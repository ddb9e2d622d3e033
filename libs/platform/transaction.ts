import type { Pool, PoolClient } from 'pg';

/** One transaction: committed when `work` resolves, rolled back when it throws. `begin` says how it begins. */
export async function transaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>, begin = 'BEGIN'): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // A connection that dies between two statements says so by an event; unheard, that would end the process.
  const heard = (error: Error): void => {
    broken = error;
  };
  client.on('error', heard);
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {
      broken ??= new Error('The transaction could not be rolled back.');
    });
    throw error;
  } finally {
    client.off('error', heard);
    client.release(broken);
  }
}
