// Pieces of queries, as texts.

// A text as a query writes it.
export const quoted = text => `"${text.replace(/["\\]/g, '\\$&')}"`;

// A condition beside those there are; brackets keep an `or` among them together.
export function also(query, condition) {
  const text = (query || '').trim();
  if (!text) return condition;
  return /\bor\b/i.test(text) ? `(${text}) and ${condition}` : `${text} and ${condition}`;
}

// The address of the list of devices that a query finds; `more` are further arguments of it.
export const listOf = (query, more) => `/devices?${new URLSearchParams({ q: query, ...more })}`;
