/** A call to another server, as it may be told: no credential, query or body, and no id. */
export type Call = {
  method: string;
  scheme: string;
  host: string;
  port: number;
  /** Its path, with a word in the place of what is different each time. */
  template: string;
};
export type Run = { name: string; id: string };

/** What a collector is told of work that no request asks for; see work-spans.ts. */
export type Spans = {
  /** A run of a job: a trace of its own, with what it asks of the database and of others. */
  ofRun<Result>(run: Run, work: () => Promise<Result>): Promise<Result>;
  /** A call: a part of what is recorded at this moment, or a trace of its own. */
  ofCall<Answer>(
    call: Call,
    work: () => Promise<Answer>,
    statusOf: (answer: Answer) => number,
  ): Promise<Answer>;
};

/** Where no collector is named. */
export const UNTOLD: Spans = {
  ofRun: (_run, work) => work(),
  ofCall: (_call, work) => work(),
};
