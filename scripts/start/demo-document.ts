const parameter = (name: string, where: 'path' | 'query', about: object) => ({
  name,
  in: where,
  ...(where === 'path' && { required: true }),
  ...about,
});

const answers = (description: string) => ({ '200': { description } });

/** What the demo API can be asked, as customers call it: the reference of the portal shows it. */
export const DEMO_DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Demo API',
    version: '1.0.0',
    description:
      'A small API behind the gateway. Every request here is authenticated, metered and, on a ' +
      'plan with a price for it, billed.',
  },
  paths: {
    '/demo/weather': {
      get: {
        tags: ['Weather'],
        summary: 'The weather of a city',
        description: 'The same city always has the same weather.',
        parameters: [
          parameter('city', 'query', {
            description: 'Any name',
            schema: { type: 'string', default: 'Berlin' },
          }),
        ],
        responses: answers('The temperature, and what the sky is like'),
      },
    },
    '/demo/echo': {
      post: {
        tags: ['Tools'],
        summary: 'Send back what was sent',
        requestBody: {
          required: true,
          content: { 'application/json': { example: { hello: 'world' } } },
        },
        responses: answers('The same body'),
      },
    },
    '/demo/stream': {
      get: {
        tags: ['Tools'],
        summary: 'Ten events in two seconds',
        responses: answers('A stream of server-sent events'),
      },
    },
    '/demo/status/{status}': {
      get: {
        tags: ['Tools'],
        summary: 'Answer with a status',
        description: 'What fails at the API is not billed: try 503, and see Logs.',
        parameters: [parameter('status', 'path', { schema: { type: 'integer' }, example: 503 })],
        responses: { default: { description: 'That status' } },
      },
    },
    '/demo/slow/{ms}': {
      get: {
        tags: ['Tools'],
        summary: 'Answer late',
        parameters: [
          parameter('ms', 'path', {
            description: 'Milliseconds to wait',
            schema: { type: 'integer' },
            example: 800,
          }),
        ],
        responses: answers('How long it waited'),
      },
    },
  },
};
