// Runs after every install. postgres.js 3.4.9 does not survive the loss of a connection in the
// middle of a transaction (its issues 1066, 1154 and 1208, with repairs proposed and unmerged):
// - it writes the rollback to a socket that is gone, and the process dies of it;
// - a write that was pending when the socket closed is never flushed again, so the connection
//   hangs for ever whenever the pool reuses it;
// - the error that ended a connection is thrown again at whoever reuses it first;
// - a reservation whose connection is lost as it opens is forgotten, and waits for ever; one that
//   was refused is given a connection later all the same: who asked for it is gone by then, and so
//   nobody ever returns that connection to the pool;
// - a connection that is lost while it learns the types of arrays, as it opens, ends the process;
// - a lost transaction can go on, outside any transaction, on the same connection once it is
//   reopened for somebody else; a lost reservation returns a dead connection to the pool.
// A new version of the driver stops here on purpose: see whether it still needs this.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '3.4.9';
const DRIVER = dirname(dirname(fileURLToPath(import.meta.resolve('postgres'))));

type Repair = { file: string; from: string; to: string };

const REPAIRS: Repair[] = [
  {
    file: 'connection.js',
    from: `    const x = socket.write(chunk, fn)
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    return x
`,
    to: `    const x = chunk
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    if (socket === null) {
      error(Errors.connection('CONNECTION_CLOSED', options, socket))
      query = null
      return false
    }
    return socket.write(x, fn)
`,
  },
  {
    file: 'connection.js',
    from: `    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)
`,
    to: `    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
  },
  {
    file: 'connection.js',
    from: `        return fetchArrayTypes()
`,
    to: `        return fetchArrayTypes().catch(error)
`,
  },
  {
    file: 'connection.js',
    from: `    !hadError && (query || sent.length) && error(`,
    to: `    ;(query || sent.length) && error(`,
  },
  {
    file: 'connection.js',
    from: `    closedTime = performance.now()
`,
    to: `    query = results = errorResponse = null
    result = new Result()
    rows = 0
    closedTime = performance.now()
`,
  },
  {
    file: 'index.js',
    from: `        new Promise((_, reject) => connection.onclose = reject)
`,
    to: `        new Promise((_, reject) => connection.onclose = e => reject(lost = e))
`,
  },
  {
    file: 'index.js',
    from: `      , connection
      , prepare = null
`,
    to: `      , connection
      , lost = null
      , prepare = null
`,
  },
  {
    file: 'index.js',
    from: `        q.catch(e => uncaughtError || (uncaughtError = e))
`,
    to: `        q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost)
          return q.reject(lost)
`,
  },
  {
    file: 'index.js',
    from: `        const query = { reserve: resolve, reject }
`,
    to: `        const query = { reserve: resolve, reject: e => (queries.remove(query), reject(e)) }
`,
  },
  {
    file: 'index.js',
    from: `    queries.length && connect(c, queries.shift())
  }
`,
    to: `    if (queries.length) {
      const query = queries.shift()
      query.reserve && queries.push(query)
      connect(c, query)
    }
  }
`,
  },
  {
    file: 'index.js',
    from: `    c.reserved.release = true

    const sql = Sql(handler)
    sql.release = () => {
      c.reserved = null
`,
    to: `    c.reserved.release = true
    let lost = null
    c.onclose = e => lost = e

    const sql = Sql(handler)
    sql.release = () => {
      if (lost)
        return
      c.reserved = null
`,
  },
  {
    file: 'index.js',
    from: `    function handler(q) {
      c.queue === full
        ? queue.push(q)
`,
    to: `    function handler(q) {
      if (lost)
        return q.reject(lost)
      c.queue === full
        ? queue.push(q)
`,
  },
];

function repair({ file, from, to }: Repair): void {
  const path = join(DRIVER, 'src', file);
  const text = readFileSync(path, 'utf8');
  if (text.includes(to)) return;
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${path} is not the text that this repair is for`);
  writeFileSync(path, parts.join(to));
}

const manifest: { version: string } = JSON.parse(
  readFileSync(join(DRIVER, 'package.json'), 'utf8'),
);
if (manifest.version !== VERSION) {
  throw new Error(`postgres ${manifest.version} is installed; the repair is for ${VERSION}`);
}
for (const each of REPAIRS) repair(each);
