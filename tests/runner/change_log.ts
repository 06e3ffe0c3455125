/**
 * Judges what a `changed` rule has told: every change at least once, in order, and with the right old value.
 *
 * @module
 */

/** What the rule told about one object. */
export interface ToldChange {
  /** The uid of the object. */
  readonly uid: string;
  /** What happened. */
  readonly event: string;
  /** The value that was told before. */
  readonly old: number | null;
  /** The value as it is. */
  readonly now: number | null;
  /** Who told it: a process, and how often it had become the leader. What another one told before may come again. */
  readonly by: string;
}

/** What really happened to one object. */
export interface History {
  /** All values that it had, in order. */
  readonly values: readonly number[];
  /** Whether it was deleted in the end. */
  readonly deleted: boolean;
}

/**
 * Finds what was not told as it should have been.
 *
 * @param told What was told, in order.
 * @param histories What really happened, by uid.
 * @returns What is wrong; empty if all is well.
 */
export function findWrongChanges(told: readonly ToldChange[], histories: ReadonlyMap<string, History>): string[] {
  const byUid = Map.groupBy(told, ({ uid }) => uid);
  const latest = told.at(-1)?.by;
  const strangers = [...byUid.keys()].filter((uid) => !histories.has(uid)).map((uid) => `${uid}: nobody made it`);
  return [
    ...strangers,
    ...[...histories].flatMap(([uid, history]) => {
      const changes = byUid.get(uid) ?? [];
      return [...findWrong(changes, history, latest)].map((wrong) => `${uid}: ${wrong}`);
    }),
  ];
}

function* findWrong(
  told: readonly ToldChange[],
  { values, deleted }: History,
  latest: string | undefined,
): Generator<string> {
  const handled = new Set<number | null>();
  let last: ToldChange | undefined;
  for (const change of told) {
    const { event, old, now, by } = change;
    const text = `${event} from ${old} to ${now}`;
    const isRepeat = last !== undefined && last.by !== by;
    if (event === "appeared" ? last && !isRepeat : isRepeat ? !handled.has(old) : old !== (last?.now ?? null)) {
      yield `told "${text}" after "${last?.event} to ${last?.now}"`;
    }
    if (event !== "deleted" && !values.includes(now!)) yield `told "${text}", which never was`;
    if (event === "changed" && old !== null && now! <= old) yield `told "${text}", which is backwards`;
    if (last?.event === "deleted" && !isRepeat) yield `told "${text}" after its end`;
    handled.add(now);
    last = change;
  }
  // What came and went while nobody could look need not be told; nor that something went of which only a process knew
  // that ended before it could store that.
  const isUnknown = !last || (last.event === "appeared" && last.by !== latest);
  if (deleted ? last?.event !== "deleted" && !isUnknown : last?.now !== values.at(-1)) {
    yield `told "${last?.event} to ${last?.now}" last, but it ${deleted ? "was deleted" : `is ${values.at(-1)}`}`;
  }
}
