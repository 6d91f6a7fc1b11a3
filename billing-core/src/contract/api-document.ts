import { z } from 'zod';
import { time } from './field.ts';

export const DOCUMENT_BYTES_MAX = 1024 ** 2;
export const OPERATIONS_MAX = 500;
export const PARAMETERS_MAX = 50;

/** Read by us, not by zod: what is wrong with it is told by where it stands. */
export const newApiDocument = z.strictObject({ document: z.record(z.string(), z.unknown()) });
export type NewApiDocument = z.infer<typeof newApiDocument>;

export const OPERATION_METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
] as const;

const parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  description: z.string(),
  /** As a schema has it: 'string', 'integer'; empty where it says none. */
  type: z.string(),
  /** Values that it can have; empty: any. */
  values: z.array(z.string()),
  example: z.string(),
});

/** One thing that can be asked of an API. */
export const operation = z.object({
  method: z.enum(OPERATION_METHODS),
  /** With its names in braces: '/weather/{city}'. */
  path: z.string(),
  summary: z.string(),
  description: z.string(),
  tag: z.string(),
  deprecated: z.boolean(),
  parameters: z.array(parameter),
  body: z
    .object({
      content_type: z.string(),
      required: z.boolean(),
      description: z.string(),
      /** What one could send: given in the document, or made from its schema. */
      example: z.string(),
    })
    .nullable(),
  responses: z.array(z.object({ status: z.string(), description: z.string() })),
});
export type Operation = z.infer<typeof operation>;

/** What of a document is shown to customers. */
export type Reference = {
  title: string;
  version: string;
  description: string;
  operations: Operation[];
};

const strayed = z.object({ method: z.string(), path: z.string() });

/** What admins see of the document that is there. */
export const apiDocument = z
  .object({
    title: z.string(),
    version: z.string(),
    operations: z.number().int(),
    /** Operations that no route would take: nobody is shown them. At most a hundred. */
    unrouted: z.array(strayed),
    bytes: z.number().int(),
    updated_at: time(),
  })
  .meta({ id: 'ApiDocument' });
export type ApiDocument = z.infer<typeof apiDocument>;

/** `open`: the portal's page may call it. `no_cors`: its route does not let it. */
export const CONSOLE_STATES = ['open', 'no_cors', 'other_host'] as const;

const referenced = operation.extend({
  route: z.object({ id: z.string(), name: z.string() }),
  /** Where it is called, with its names in braces. */
  url: z.string(),
  /** Whether it can be tried from the portal; `other_host`: it is not at the gateway's address. */
  console: z.enum(CONSOLE_STATES),
  /** Needs no key. */
  public: z.boolean(),
});
export type ReferencedOperation = z.infer<typeof referenced>;

/** The API as one customer may call it. */
export const apiReference = z
  .object({
    /** Null: nobody has written one. */
    document: z
      .object({ title: z.string(), version: z.string(), description: z.string() })
      .nullable(),
    operations: z.array(referenced),
    gateway_url: z.string(),
  })
  .meta({ id: 'ApiReference' });
export type ApiReference = z.infer<typeof apiReference>;
