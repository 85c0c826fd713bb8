/** A limit on a whole operation, retries included. */
export interface TimeLimit {
  readonly seconds: number;
  /** Who set it, for people: `--timeout`. */
  readonly setBy: string;
}

/** What is looked at of a command line. */
interface Limits {
  readonly own: { readonly timeoutSeconds: number | undefined };
  readonly values: { readonly commandTimeoutSeconds: number | undefined };
}

/** The limit that a command line sets; of `--timeout` and skopeo's `--command-timeout` the shorter one. */
export const timeLimitOf = ({ own, values }: Limits): TimeLimit | undefined => {
  const limits = [
    { seconds: own.timeoutSeconds, setBy: '--timeout' },
    { seconds: values.commandTimeoutSeconds, setBy: '--command-timeout' },
  ];
  return limits
    .flatMap(({ seconds, setBy }) => (seconds === undefined ? [] : [{ seconds, setBy }]))
    .toSorted((one, other) => one.seconds - other.seconds)[0];
};
