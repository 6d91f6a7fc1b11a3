import type { Timer, World } from './world.ts';

/** What is done when a timer's time has come, by its task. */
export type Tasks = Record<string, (world: World, subject: string) => void>;

/** Sets a timer. */
export function setTimer(world: World, timer: Omit<Timer, 'order'>): void {
  world.minted += 1;
  world.timers.push({ ...timer, order: world.minted });
}

/** Takes back the timers of a task for a subject. */
export function clearTimers(world: World, task: string, subject: string): void {
  world.timers = world.timers.filter((timer) => timer.task !== task || timer.subject !== subject);
}

/**
 * Moves the simulator's clock to a time, and on the way does what is due, each at its own time.
 * With the present time it does what has become due by itself.
 */
export function runUntil(world: World, target: number, tasks: Tasks): void {
  const next = (): Timer | undefined => earliest(world, null, target);
  for (let timer = next(); timer; timer = next()) {
    world.clock.moveTo(timer.at);
    run(world, timer, tasks);
  }
  world.clock.moveTo(target);
}

/** The same for a test clock. */
export function runTestClock(
  world: World,
  { id, target }: { id: string; target: number },
  tasks: Tasks,
): void {
  const clock = world.tables['test_helpers.test_clock'].get(id);
  if (!clock) return;
  const next = (): Timer | undefined => earliest(world, id, target);
  for (let timer = next(); timer; timer = next()) {
    clock.frozen_time = Math.max(clock.frozen_time, timer.at);
    run(world, timer, tasks);
  }
  clock.frozen_time = target;
}

function run(world: World, timer: Timer, tasks: Tasks): void {
  world.timers.splice(world.timers.indexOf(timer), 1);
  const task = tasks[timer.task];
  if (!task) throw new Error(`there is no task ${timer.task}`);
  task(world, timer.subject);
}

function earliest(world: World, clock: string | null, until: number): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of world.timers) {
    if (timer.clock !== clock || timer.at > until) continue;
    const isEarlier =
      !first || timer.at < first.at || (timer.at === first.at && timer.order < first.order);
    if (isEarlier) first = timer;
  }
  return first;
}
