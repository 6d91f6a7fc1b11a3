import { change, emit } from '../world/events.ts';
import type { Kinds } from '../world/kinds.ts';
import { runTestClock, setTimer, type Tasks } from '../world/timers.ts';
import { keep, mint, type World } from '../world/world.ts';
import { inPath, invalid } from '../wire/fault.ts';
import { pageOf, paging } from '../wire/list.ts';
import { natural, required, text } from '../wire/params.ts';
import { route, type Route } from '../wire/route.ts';

type TestClock = Kinds['test_helpers.test_clock'];

export const CLOCK_TASK = 'test_clock.advance';
const DELETED_AFTER_SECONDS = 30 * 24 * 3600;

/** https://docs.stripe.com/api/test_clocks */
export const testClockRoutes: Route[] = [
  route(
    'POST /v1/test_helpers/test_clocks',
    { frozen_time: required(natural), name: text },
    ({ world, params }) => {
      const clock = {
        id: mint(world, 'test_helpers.test_clock'),
        object: 'test_helpers.test_clock',
        created: world.clock.now(),
        deletes_after: world.clock.now() + DELETED_AFTER_SECONDS,
        frozen_time: params.frozen_time,
        livemode: false,
        name: params.name ?? null,
        status: 'ready',
        status_details: {},
      } satisfies TestClock;
      keep(world, 'test_helpers.test_clock', clock);
      emit(world, 'test_helpers.test_clock.created', { object: clock });
      return clock;
    },
  ),
  route('GET /v1/test_helpers/test_clocks/:id', {}, ({ world, ids }) =>
    inPath(world, 'test_helpers.test_clock', ids['id']),
  ),
  route('GET /v1/test_helpers/test_clocks', paging, ({ world, params }) => {
    const rows = world.tables['test_helpers.test_clock'].values();
    return pageOf(world, rows, { page: params, url: '/v1/test_helpers/test_clocks' });
  }),
  route(
    'POST /v1/test_helpers/test_clocks/:id/advance',
    { frozen_time: required(natural) },
    ({ world, ids, params }) =>
      advance(world, inPath(world, 'test_helpers.test_clock', ids['id']), params.frozen_time),
  ),
  route('DELETE /v1/test_helpers/test_clocks/:id', {}, ({ world, ids }) => {
    const clock = inPath(world, 'test_helpers.test_clock', ids['id']);
    remove(world, clock);
    return { id: clock.id, object: clock.object, deleted: true };
  }),
];

/**
 * Begins to advance: the answer says so, and what is due on the way is done after it.
 * https://docs.stripe.com/billing/testing/test-clocks/api-advanced-usage
 */
function advance(world: World, clock: TestClock, target: number): TestClock {
  if (clock.status !== 'ready') throw invalid('The test clock is advancing already.');
  if (target <= clock.frozen_time) {
    throw invalid('A test clock can only be advanced to a time after its frozen time.', {
      param: 'frozen_time',
    });
  }
  clock.status = 'advancing';
  clock.status_details = { advancing: { target_frozen_time: target } };
  const at = world.clock.now();
  setTimer(world, { at, task: CLOCK_TASK, subject: clock.id, clock: null });
  emit(world, 'test_helpers.test_clock.advancing', { object: clock });
  return clock;
}

/** Out: the task that ends an advance, with what is due on the way. */
export const endAdvance =
  (tasks: Tasks) =>
  (world: World, id: string): void => {
    const clock = world.tables['test_helpers.test_clock'].get(id);
    const target = clock?.status_details.advancing?.target_frozen_time;
    if (!clock || target === undefined) return;
    runTestClock(world, { id, target }, tasks);
    const patch: Partial<TestClock> = { status: 'ready', status_details: {} };
    change(world, clock, { patch, type: 'test_helpers.test_clock.ready' });
  };

// Its customers go with it.
function remove(world: World, clock: TestClock): void {
  for (const customer of world.tables.customer.values()) {
    if (customer.test_clock !== clock.id) continue;
    emit(world, 'customer.deleted', { object: customer });
    world.tables.customer.delete(customer.id);
  }
  world.timers = world.timers.filter((timer) => timer.clock !== clock.id);
  world.tables['test_helpers.test_clock'].delete(clock.id);
  emit(world, 'test_helpers.test_clock.deleted', { object: clock });
}
