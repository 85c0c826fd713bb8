import { type FailureClass, registry, SKOPEO } from './failure-class.ts';

/** Failures that no message of skopeo shows: how the process ended, or what the wrapper refused to do. */
export const PROCESS_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'prune_refused',
    retryable: 'no',
    because: 'the same images would go',
    exitStatus: '3; 1 if nothing else was done',
    meaning:
      'sync --prune removed nothing: it would have removed more than it may, or does not know what the job wrote.',
    next: () => 'See --dry-run for the reason; each reason has its own next step (docs/sync.md, "Pruning").',
  },
  {
    errorType: 'stalled',
    retryable: 'yes',
    because: 'the next attempt may get through',
    exitStatus: '124',
    meaning: 'Nothing moved for --stall-timeout, so the attempt was ended.',
    next: (subject) => `Check the connection to ${registry(subject)}; raise --stall-timeout if it is just slow.`,
  },
  {
    errorType: 'canceled',
    retryable: 'no',
    because: 'somebody wanted it ended',
    exitStatus: '129, 130 or 143 by signal',
    meaning: 'Ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM.',
    next: () => 'Run it again; blobs that a registry has already are not sent again.',
  },
  {
    errorType: 'reader_gone',
    retryable: 'no',
    because: 'whoever read has read enough',
    exitStatus: '141',
    meaning: 'Whatever read the output went away before its end, such as `head`. That is no failure of the command.',
    next: () => 'Read the output to its end if all of it is needed.',
  },
  {
    errorType: 'killed',
    retryable: 'yes',
    because: 'whoever ended it may not do so again',
    exitStatus: '128 and the signal',
    meaning: 'skopeo was ended by a signal that the wrapper did not send, often for lack of memory.',
    next: () => 'Look for the out-of-memory killer (journalctl -k, limits of the container) and run it again.',
  },
  {
    errorType: 'crashed',
    retryable: 'once',
    because: 'it may have been an accident',
    exitStatus: SKOPEO,
    meaning: 'skopeo, or a run of the wrapper, ended without reporting a result: a panic, a SIGKILL or a power cut.',
    next: () =>
      'Run it again; if it repeats, run skopeo with the same arguments and report its output to the skopeo project.',
  },
  {
    errorType: 'skopeo_missing',
    retryable: 'no',
    because: 'somebody has to install it first',
    exitStatus: '69',
    meaning: 'skopeo is not installed, cannot be run, or is too old for what was asked.',
    next: () => 'Install it (apt-get install skopeo, dnf install skopeo) or name it with --skopeo-path.',
  },
  {
    errorType: 'unknown',
    retryable: 'no',
    because: 'nothing says that it would pass',
    exitStatus: SKOPEO,
    meaning: 'skopeo failed with a message that the wrapper does not know.',
    next: () => "Read skopeo's own message; --debug shows more.",
  },
];
