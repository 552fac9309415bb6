// Parameters as a tree: built from the sorted list of their names, and laid out as the rows that are open.

// A node: { key: full path, name: its last part, children, leaf: the parameter, count: parameters below it }.
export function build(parameters) {
  const root = { key: '', name: '', children: [], leaf: null, count: 0, index: new Map() };
  for (const parameter of parameters) {
    const parts = parameter.name.split('.');
    let node = root;
    let key = '';
    parts.forEach((part, at) => {
      node.count += 1;
      const last = at === parts.length - 1;
      key += last ? part : `${part}.`;
      let next = node.index.get(part);
      if (!next) {
        next = { key, name: part, children: [], leaf: null, count: 0, index: new Map() };
        node.index.set(part, next);
        node.children.push(next);
      }
      if (last) next.leaf = parameter;
      node = next;
    });
  }
  sort(root);
  return root;
}

const isNumber = name => /^\d+$/.test(name);

// Parameters before objects, rows of tables by their number.
function sort(node) {
  node.children.sort((a, b) => {
    const kind = Boolean(b.leaf) - Boolean(a.leaf);
    if (kind) return kind;
    return isNumber(a.name) && isNumber(b.name) ? a.name - b.name : a.name < b.name ? -1 : 1;
  });
  node.children.forEach(sort);
}

export const isRow = node => !node.leaf && isNumber(node.name);
export const isTable = node => !node.leaf && node.children.length > 0 && node.children.every(isRow);

// The rows one can see: those whose parents are open. `all` opens everything, for what a search has found.
export function layOut(root, open, all) {
  const rows = [];
  const walk = (node, level) => {
    for (const child of node.children) {
      const shown = !child.leaf && (all || open.has(child.key));
      rows.push({ node: child, level, open: shown });
      if (shown) walk(child, level + 1);
    }
  };
  walk(root, 1);
  return rows;
}

// The parameters that a search is for: every word in the name or the value, in upper or lower case.
export function find(parameters, text, { writable, changed, draft }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return parameters.filter(one => {
    if (writable && !one.writable) return false;
    if (changed && !draft.has(one.name)) return false;
    if (!words.length) return true;
    const whole = `${one.name} ${one.value}`.toLowerCase();
    return words.every(word => whole.includes(word));
  });
}

// The keys of everything around a parameter, so that it can be seen.
export function around(name) {
  const parts = name.split('.');
  return parts.slice(0, -1).map((part, at) => `${parts.slice(0, at + 1).join('.')}.`);
}
