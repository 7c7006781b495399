// What a valid order looks like; a pure check, so that its rules can be tested without a server.

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const isOrderId = (text) => uuid.test(text);

/** The order, or every reason why it is none. */
export function parseOrder(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { problems: ['expected a JSON object'] };
  }
  const problems = [];
  const { id, email, items } = body;
  if (typeof id !== 'string' || !isOrderId(id)) problems.push('id: expected a UUID in lower case');
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 200) {
    problems.push('email: expected an address');
  }
  if (!Array.isArray(items) || items.length === 0 || items.length > 50) {
    problems.push('items: expected 1 to 50 of them');
  } else {
    items.forEach((item, index) => {
      if (!isCount(item?.productId, 2 ** 31 - 1)) problems.push(`items[${index}].productId: expected a number`);
      if (!isCount(item?.quantity, 1000)) problems.push(`items[${index}].quantity: expected 1 to 1000`);
    });
    if (new Set(items.map((item) => item?.productId)).size < items.length) {
      problems.push('items: one product is named twice');
    }
  }
  if (problems.length > 0) return { problems };
  const wanted = items.map(({ productId, quantity }) => ({ productId, quantity }));
  return { order: { id, email, items: wanted } };
}

const isCount = (value, max) => Number.isInteger(value) && value >= 1 && value <= max;
