// Answers requests; knows nothing of sockets' lives, of processes, or of where the data comes from.
import { isOrderId, parseOrder } from './orders.js';
import { createPages } from './pages.js';
import { UnknownProduct } from './store.js';

const maxBodyBytes = 64 * 1024;

/** A request listener for `node:http`. */
export function createApp({ store, assets, version, log }) {
  const pages = createPages(assets.manifest);

  const json = (status, body, headers) => ({
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  });
  const failure = (status, code, message, details) => json(status, { error: { code, message, ...details } });
  const html = (status, body) => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
    body,
  });

  const routes = [
    ['GET', /^\/$/, async () => html(200, pages.index(await store.listProducts()))],
    [
      'GET',
      /^\/products\/(\d{1,9})$/,
      async (request, [id]) => {
        const product = await store.findProduct(Number(id));
        return product === null ? html(404, pages.notFound()) : html(200, pages.product(product));
      },
    ],
    ['GET', /^\/api\/products$/, async () => json(200, { products: await store.listProducts() })],
    [
      'GET',
      /^\/api\/products\/(\d{1,9})$/,
      async (request, [id]) => {
        const product = await store.findProduct(Number(id));
        return product === null ? failure(404, 'not_found', `there is no product ${id}`) : json(200, product);
      },
    ],
    [
      'POST',
      /^\/api\/orders$/,
      async (request) => {
        const { order, problems } = parseOrder(await readJson(request));
        if (problems) return failure(422, 'invalid_order', 'the order is not valid', { problems });
        return json(201, await store.createOrder(order), { location: `/api/orders/${order.id}` });
      },
    ],
    [
      'GET',
      /^\/api\/orders\/([^/]+)$/,
      async (request, [id]) => {
        const order = isOrderId(id) ? await store.findOrder(id) : null;
        return order === null ? failure(404, 'not_found', `there is no order ${id}`) : json(200, order);
      },
    ],
    [
      'GET',
      /^\/health$/,
      async () => {
        const database = await store.ping().then(
          () => 'ok',
          (error) => error.message,
        );
        const healthy = database === 'ok';
        return json(healthy ? 200 : 503, {
          status: healthy ? 'ok' : 'failing',
          version,
          uptimeSeconds: Math.round(process.uptime()),
          database,
        });
      },
    ],
    [
      'GET',
      /^\/ready$/,
      async () => {
        const missing = await store.missingTables();
        return json(missing.length === 0 ? 200 : 503, { ready: missing.length === 0, missingTables: missing });
      },
    ],
  ];

  async function answer(request, path) {
    const asset = request.method === 'GET' ? assets.files.get(path) : undefined;
    if (asset !== undefined) {
      const headers = { 'content-type': asset.type, 'cache-control': 'public, max-age=31536000, immutable' };
      return { status: 200, headers, body: asset.content };
    }
    const matching = routes.filter(([, pattern]) => pattern.test(path));
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = matching.find(([wanted]) => wanted === method);
    if (route !== undefined) return route[2](request, route[1].exec(path).slice(1));
    if (matching.length > 0) {
      const response = failure(405, 'method_not_allowed', `${request.method} is not possible here`);
      response.headers.allow = matching.map(([wanted]) => wanted).join(', ');
      return response;
    }
    return path.startsWith('/api/') ? failure(404, 'not_found', 'there is nothing here') : html(404, pages.notFound());
  }

  async function answerSafely(request, path) {
    try {
      return await answer(request, path);
    } catch (error) {
      if (error instanceof BadRequest) return failure(error.status, error.code, error.message);
      if (error instanceof UnknownProduct) return failure(422, 'unknown_product', error.message);
      log.error('request failed', { method: request.method, path, reason: error.message, sqlState: error.code });
      if (path.startsWith('/api/') || path === '/ready') {
        return failure(500, 'internal', 'something broke on our side');
      }
      return html(500, pages.broken());
    }
  }

  return async (request, response) => {
    const started = performance.now();
    const path = request.url.split('?', 1)[0];
    const { status, headers, body } = await answerSafely(request, path);
    response.writeHead(status, {
      'content-length': Buffer.byteLength(body),
      'x-content-type-options': 'nosniff',
      'x-shop-version': version,
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    const ms = Math.round((performance.now() - started) * 10) / 10;
    log.info('request', { method: request.method, path, status, ms });
  };
}

class BadRequest extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function readJson(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new BadRequest(413, 'too_large', `at most ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BadRequest(400, 'invalid_json', 'the body is not JSON');
  }
}
