// Everything that the shop asks of its database. tests/fake-store.js answers the same questions from memory.
import pg from 'pg';

const tables = ['products', 'orders', 'order_items'];

export function openPool({ databaseUrl, poolSize, log }) {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: 2000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5000,
  });
  // A connection that breaks while idle is replaced; without a listener it would end the process.
  pool.on('error', (error) => log.warn('idle database connection lost', { reason: error.message }));
  return pool;
}

export function createStore(pool) {
  return {
    async ping() {
      await pool.query('SELECT 1');
    },

    /** The tables that are not there yet: empty when the migrations have run. */
    async missingTables() {
      const { rows } = await pool.query('SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL', [
        tables,
      ]);
      return rows.map((row) => row.name);
    },

    async listProducts() {
      const { rows } = await pool.query('SELECT id, name, description, price_cents, stock FROM products ORDER BY id');
      return rows.map(toProduct);
    },

    async findProduct(id) {
      const { rows } = await pool.query(
        'SELECT id, name, description, price_cents, stock FROM products WHERE id = $1',
        [id],
      );
      return rows.length === 0 ? null : toProduct(rows[0]);
    },

    /** Keep an order under the id that the client chose: sent twice, it is one order. */
    async createOrder({ id, email, items }) {
      return inTransaction(pool, async (client) => {
        const created = await client.query(
          'INSERT INTO orders (id, email) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING',
          [id, email],
        );
        if (created.rowCount === 1) {
          for (const item of items) {
            const added = await client.query(
              `INSERT INTO order_items (order_id, product_id, quantity, price_cents)
               SELECT $1, id, $3, price_cents FROM products WHERE id = $2`,
              [id, item.productId, item.quantity],
            );
            if (added.rowCount === 0) throw new UnknownProduct(item.productId);
          }
        }
        return findOrder(client, id);
      });
    },

    findOrder: (id) => findOrder(pool, id),
  };
}

export class UnknownProduct extends Error {
  constructor(productId) {
    super(`there is no product ${productId}`);
    this.name = 'UnknownProduct';
  }
}

async function findOrder(connection, id) {
  const { rows: orders } = await connection.query('SELECT id, email, created_at FROM orders WHERE id = $1', [id]);
  if (orders.length === 0) return null;
  const { rows: items } = await connection.query(
    'SELECT product_id, quantity, price_cents FROM order_items WHERE order_id = $1 ORDER BY product_id',
    [id],
  );
  return {
    id: orders[0].id,
    email: orders[0].email,
    createdAt: orders[0].created_at.toISOString(),
    items: items.map((row) => ({ productId: row.product_id, quantity: row.quantity, priceCents: row.price_cents })),
    totalCents: items.reduce((sum, row) => sum + row.quantity * row.price_cents, 0),
  };
}

function toProduct(row) {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    priceCents: row.price_cents,
    stock: row.stock,
  };
}

async function inTransaction(pool, work) {
  const client = await pool.connect();
  let broken;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
