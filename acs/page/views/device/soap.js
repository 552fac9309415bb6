// SOAP messages for reading: indented as text, and what they are about in a few words. Nothing here makes markup of them.

// Every element on a line of its own, indented; elements with text alone stay on one line. What is no XML stays as it is.
export function pretty(body) {
  const tokens = body.match(/<[^>]*>|[^<]+/g) || [];
  const lines = [];
  let depth = 0;
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!token.startsWith('<')) {
      if (token.trim()) lines.push('  '.repeat(depth) + token.trim());
      continue;
    }
    if (token.startsWith('</')) {
      depth = Math.max(0, depth - 1);
      lines.push('  '.repeat(depth) + token);
    } else if (token.endsWith('/>') || token.startsWith('<?') || token.startsWith('<!')) {
      lines.push('  '.repeat(depth) + token);
    } else {
      const [inner, end] = [tokens[at + 1], tokens[at + 2]];
      if (inner !== undefined && inner.startsWith('</')) {
        lines.push('  '.repeat(depth) + token + inner);
        at += 1;
      } else if (inner !== undefined && !inner.startsWith('<') && end && end.startsWith('</')) {
        lines.push('  '.repeat(depth) + token + inner + end);
        at += 2;
      } else {
        lines.push('  '.repeat(depth) + token);
        depth += 1;
      }
    }
  }
  return lines.join('\n');
}

const NAMED = {
  '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&',
};
const plain = text => text.replace(/&(lt|gt|quot|apos|amp);/g, whole => NAMED[whole]);
const all = (body, element) => [...body.matchAll(new RegExp(`<(?:[\\w-]+:)?${element}(?:\\s[^>]*)?>([^<]*)<`, 'g'))].map(found => plain(found[1]));
const some = (list, most = 3) => list.slice(0, most).join(', ') + (list.length > most ? ` + ${list.length - most}` : '');

// What a message is about.
export function gist({ name, body }) {
  if (!body) return '';
  const fault = all(body, 'FaultCode')[0];
  if (fault) return `${fault} ${all(body, 'FaultString')[0] || ''}`;
  switch (name) {
    case 'Inform': return some(all(body, 'EventCode'));
    case 'GetParameterValues': return some(all(body, 'string'));
    case 'SetParameterValues': case 'GetParameterValuesResponse': case 'GetParameterNamesResponse': return some(all(body, 'Name'), 2);
    case 'SetParameterValuesResponse': return all(body, 'Status').map(status => `Status ${status}`).join('');
    case 'GetParameterNames': return all(body, 'ParameterPath').join('');
    case 'AddObject': case 'DeleteObject': return all(body, 'ObjectName').join('');
    case 'Download': case 'Upload': return some([...all(body, 'FileType')]);
    case 'TransferComplete': case 'Reboot': return all(body, 'CommandKey').filter(Boolean).join('');
    default: return '';
  }
}
