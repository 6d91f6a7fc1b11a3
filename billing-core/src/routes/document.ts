import {
  OPERATION_METHODS,
  OPERATIONS_MAX,
  PARAMETERS_MAX,
  type Operation,
  type Reference,
} from '../contract/api-document.ts';
import type { FieldError } from '../kit/fault.ts';
import { exampleOf } from './document-example.ts';

/**
 * Reads an OpenAPI 3 document for what customers are shown. Pure. Its `servers` are not read: what
 * customers call is the gateway, whatever a document says, so no key goes elsewhere.
 */

type Json = Record<string, unknown>;
const REFS_MAX = 10;
const LINE_CHARS_MAX = 300;
const TEXT_CHARS_MAX = 4_000;
const VALUES_MAX = 50;
const RESPONSES_MAX = 30;
/** `{name}` stands for a whole segment: so the gateway's patterns have it. */
const SEGMENT = /^(?:[A-Za-z0-9\-._~!$&'()+,=@:]+|\{[\w.-]{1,64}\})$/;

function isPath(path: string): boolean {
  if (path === '/') return true;
  if (!path.startsWith('/') || path.length > TEXT_CHARS_MAX) return false;
  const segments = path.replace(/\/$/, '').slice(1).split('/');
  return segments.every((one) => SEGMENT.test(one) && one !== '.' && one !== '..');
}

const HEADER = /^[A-Za-z0-9-]{1,64}$/;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const words = (value: unknown, max: number): string =>
  typeof value === 'string' ? value.trim().slice(0, max) : '';

class Reader {
  readonly errors: FieldError[] = [];
  readonly #root: Json;

  constructor(root: Json) {
    this.#root = root;
  }

  refuse(path: string, message: string): void {
    this.errors.push({ path, message });
  }

  /** What is there, or what it refers to within the document. */
  resolve(value: unknown, path: string): Json {
    let found = value;
    for (let hops = 0; isObject(found) && typeof found['$ref'] === 'string'; hops++) {
      if (hops === REFS_MAX) {
        this.refuse(path, 'refers to what refers on without end');
        return {};
      }
      found = this.#at(found['$ref']);
      if (found === undefined) this.refuse(path, 'refers to what is not in the document');
    }
    return isObject(found) ? found : {};
  }

  #at(pointer: string): unknown {
    if (!pointer.startsWith('#/')) return undefined;
    let found: unknown = this.#root;
    for (const part of pointer.slice(2).split('/')) {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
    }
    return found;
  }
}

type Place = { reader: Reader; at: string };

function valuesOf(schema: Json): string[] {
  return list(schema['enum'])
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
    .slice(0, VALUES_MAX)
    .map(String);
}

const typeOf = ({ type }: Json): string =>
  typeof type === 'string' ? type : (list(type).find((one) => typeof one === 'string') ?? '') + '';

const shown = (value: unknown): string =>
  value === undefined || isObject(value) || Array.isArray(value) ? '' : String(value);

function parameterOf(given: unknown, { reader, at }: Place): Operation['parameters'] {
  const found = reader.resolve(given, at);
  const { name, in: where } = found;
  // Cookies are not the page's to send.
  if (where === 'cookie') return [];
  if (where !== 'path' && where !== 'query' && where !== 'header') {
    reader.refuse(`${at}.in`, 'is not path, query, header or cookie');
    return [];
  }
  if (typeof name !== 'string' || name === '' || name.length > LINE_CHARS_MAX) {
    reader.refuse(`${at}.name`, 'is not a name');
    return [];
  }
  if (where === 'header' && !HEADER.test(name)) {
    reader.refuse(`${at}.name`, 'is not a header');
    return [];
  }
  // The key is the console's to send.
  if (where === 'header' && /^authorization$/i.test(name)) return [];
  const schema = reader.resolve(found['schema'], `${at}.schema`);
  return [
    {
      name,
      in: where,
      required: where === 'path' || found['required'] === true,
      description: words(found['description'], TEXT_CHARS_MAX),
      type: typeOf(schema),
      values: valuesOf(schema),
      example: words(
        shown(found['example'] ?? schema['example'] ?? schema['default']),
        LINE_CHARS_MAX,
      ),
    },
  ];
}

/** Those of the path and of the operation, which says it again where it differs. */
function parametersOf(shared: unknown, own: unknown, place: Place): Operation['parameters'] {
  const all = [...list(shared), ...list(own)];
  const { reader, at } = place;
  if (all.length > PARAMETERS_MAX) {
    reader.refuse(`${at}.parameters`, `are over ${PARAMETERS_MAX}`);
    return [];
  }
  const read = all.flatMap((one, i) => parameterOf(one, { reader, at: `${at}.parameters.${i}` }));
  return [...new Map(read.map((one) => [`${one.in} ${one.name}`, one])).values()];
}

/** JSON before anything else that it takes. */
function bodyOf(given: unknown, { reader, at }: Place): Operation['body'] {
  if (given === undefined) return null;
  const found = reader.resolve(given, at);
  const content = isObject(found['content']) ? found['content'] : {};
  const types = Object.keys(content);
  const type = types.find((one) => /^application\/(?:[\w.-]+\+)?json/i.test(one)) ?? types[0];
  if (type === undefined) return null;
  const media = reader.resolve(content[type], `${at}.content`);
  const [first] = isObject(media['examples']) ? Object.values(media['examples']) : [];
  const example = media['example'] ?? reader.resolve(first, `${at}.examples`)['value'];
  const resolve = (value: unknown): Json => reader.resolve(value, `${at}.content.schema`);
  return {
    content_type: words(type, LINE_CHARS_MAX),
    required: found['required'] === true,
    description: words(found['description'], TEXT_CHARS_MAX),
    example: exampleOf(example, media['schema'], resolve),
  };
}

function responsesOf(given: unknown, { reader, at }: Place): Operation['responses'] {
  const found = isObject(given) ? Object.entries(given) : [];
  return found.slice(0, RESPONSES_MAX).map(([status, response]) => ({
    status: words(status, 10),
    description: words(
      reader.resolve(response, `${at}.responses.${status}`)['description'],
      LINE_CHARS_MAX,
    ),
  }));
}

function operationsOf(path: string, given: unknown, reader: Reader): Operation[] {
  const at = `document.paths.${path}`;
  const item = reader.resolve(given, at);
  return OPERATION_METHODS.flatMap((method): Operation[] => {
    const found = item[method.toLowerCase()];
    if (!isObject(found)) return [];
    const place = { reader, at: `${at}.${method.toLowerCase()}` };
    return [
      {
        method,
        path,
        summary: words(found['summary'], LINE_CHARS_MAX),
        description: words(found['description'], TEXT_CHARS_MAX),
        tag: words(list(found['tags'])[0], LINE_CHARS_MAX),
        deprecated: found['deprecated'] === true,
        parameters: parametersOf(item['parameters'], found['parameters'], place),
        body: bodyOf(found['requestBody'], { reader, at: `${place.at}.requestBody` }),
        responses: responsesOf(found['responses'], place),
      },
    ];
  });
}

export type ReadDocument = { reference: Reference; errors: FieldError[] };

/** Out: what customers are shown, or what is wrong with it and where. */
export function readDocument(document: Json): ReadDocument {
  const reader = new Reader(document);
  const { openapi, info, paths } = document;
  if (typeof openapi !== 'string' || !/^3\.[01]\.\d{1,3}$/.test(openapi)) {
    reader.refuse('document.openapi', 'is not a version 3.0 or 3.1 of OpenAPI');
  }
  const about = isObject(info) ? info : {};
  const title = words(about['title'], LINE_CHARS_MAX);
  if (title === '') reader.refuse('document.info.title', 'is missing');
  const entries = isObject(paths) ? Object.entries(paths) : [];
  if (entries.length === 0) reader.refuse('document.paths', 'has no path');
  const operations: Operation[] = [];
  for (const [path, item] of entries) {
    if (!isPath(path)) {
      reader.refuse(`document.paths.${path.slice(0, LINE_CHARS_MAX)}`, 'is not a path');
      continue;
    }
    operations.push(...operationsOf(path, item, reader));
    if (operations.length <= OPERATIONS_MAX) continue;
    reader.refuse('document.paths', `has over ${OPERATIONS_MAX} operations`);
    break;
  }
  const version = words(about['version'], LINE_CHARS_MAX);
  const description = words(about['description'], TEXT_CHARS_MAX);
  return { reference: { title, version, description, operations }, errors: reader.errors };
}
