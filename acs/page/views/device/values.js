// Values of parameters: what is obviously none of a type, what a model says of them in words, and the control to type one in.
import { html } from '../../html.js';
import { t, say } from '../../texts.js';
import { Field } from '../../parts/ui.js';

const text = t.device.values;
const LIMITS = {
  'xsd:int': [-2147483648n, 2147483647n], 'xsd:unsignedInt': [0n, 4294967295n],
  'xsd:long': [-9223372036854775808n, 9223372036854775807n], 'xsd:unsignedLong': [0n, 18446744073709551615n],
};
export const TYPES = ['xsd:string', 'xsd:int', 'xsd:unsignedInt', 'xsd:long', 'xsd:unsignedLong', 'xsd:boolean', 'xsd:dateTime',
  'xsd:base64', 'xsd:hexBinary'];
export const shortType = type => type.replace('xsd:', '');

const range = ({ min, max }) => {
  if (min === undefined) return max === undefined ? '' : `≤ ${max}`;
  return max === undefined ? `≥ ${min}` : min === max ? String(min) : `${min} – ${max}`;
};
const ranges = list => list.map(range).join(', ');

// Why a text is no value, or undefined. The server and the device have the last word.
export function wrongValue(type, value, constraints) {
  const rules = constraints || {};
  if (rules.empty && value === '') return undefined;
  const choices = rules.choices || [];
  const isChoice = choices.some(choice => choice.value === value);
  if (isChoice) return undefined;
  if (rules.max_chars !== undefined && [...value].length > rules.max_chars) return say(text.tooLong, { max: rules.max_chars });
  if (rules.list) return undefined;
  if (choices.length && !rules.ranges) return say(text.noChoice, { choices: choices.slice(0, 12).map(choice => choice.value).join(', ') });
  const limits = LIMITS[type];
  if (limits || rules.ranges) {
    const plain = limits ? /^\s*[+-]?\d+\s*$/ : /^\s*-?(\d+\.?\d*|\.\d+)\s*$/;
    if (!plain.test(value)) return limits ? text.noWhole : text.noNumber;
    if (limits && (BigInt(value.trim().replace('+', '')) < limits[0] || BigInt(value.trim().replace('+', '')) > limits[1])) {
      return say(text.outOfType, { type: shortType(type), min: limits[0], max: limits[1] });
    }
    const number = Number(value);
    if (rules.ranges && !rules.ranges.some(one => number >= (one.min ?? -Infinity) && number <= (one.max ?? Infinity))) {
      return say(text.outOfRange, { ranges: ranges(rules.ranges) });
    }
  }
  if (type === 'xsd:boolean' && !['0', '1', 'true', 'false'].includes(value.trim())) return text.noBoolean;
  if (type === 'xsd:dateTime' && !/^\s*-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) return text.noTime;
  if (type === 'xsd:hexBinary' && !/^([0-9A-Fa-f]{2})*$/.test(value.trim())) return text.noHex;
  if (type === 'xsd:base64' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) return text.noBase64;
  return undefined;
}

// What a model says of a parameter, in words.
export function inWords(constraints) {
  if (!constraints) return [];
  const { choices = [], ranges: within, max_chars: chars, max_octets: octets, form, list, empty, after_reboot: later } = constraints;
  return [
    list && text.isList, form && say(text.isForm, { form }), within && say(text.isWithin, { ranges: ranges(within) }),
    choices.length > 0 && within && say(text.isOr, { words: choices.map(choice => choice.value).join(', ') }),
    choices.length > 0 && !within && say(text.isOneOf, { count: choices.length }),
    chars !== undefined && say(text.isShort, { max: chars }), octets !== undefined && say(text.isOctets, { max: octets }),
    empty && text.mayBeEmpty, later && text.afterReboot,
  ].filter(Boolean);
}

// The control for a value: a choice where there is one, otherwise a text.
export function ValueField({ label, type, value, constraints, secret, onInput, problem, hint, ...rest }) {
  const choices = (constraints && constraints.choices) || [];
  const whole = constraints && !constraints.list && !constraints.ranges && choices.length > 0;
  if (!secret && (whole || type === 'xsd:boolean')) {
    const options = whole ? choices.map(choice => [choice.value, choice.label ? `${choice.value} · ${choice.label}` : choice.value])
      : [['1', text.yes], ['0', text.no]];
    if (constraints && constraints.empty) options.unshift(['', text.emptyChoice]);
    if (!options.some(([key]) => key === value)) options.unshift([value, value === '' ? text.emptyChoice : value]);
    return html`<${Field} as="select" ...${{ label, value, onInput, problem, hint, ...rest }}>
      ${options.map(([key, name]) => html`<option key=${key} value=${key}>${name}</option>`)}<//>`;
  }
  const numeric = LIMITS[type] ? { inputmode: 'numeric' } : {};
  if (secret) return html`<${Field} type="password" autocomplete="new-password" ...${{ label, value, onInput, problem, hint, ...rest }} />`;
  return html`<${Field} as=${value.length > 60 ? 'textarea' : 'input'} ...${{ label, value, onInput, problem, hint, spellcheck: false, ...numeric, ...rest }} />`;
}
