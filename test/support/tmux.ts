import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tempDir } from './temp.ts';
import { waitFor } from './wait-for.ts';

const run = promisify(execFile);

/** A real terminal with an interactive shell in it. */
export interface TerminalWindow extends AsyncDisposable {
  /** Types a line and Enter. */
  type(line: string): Promise<void>;
  /** Presses keys at once, by tmux's names for them, or types text as it is: `C-c`, `C-z`, `C-\\`. */
  press(...keys: readonly string[]): Promise<void>;
  /** What is to be seen, without the empty lines below. */
  screen(): Promise<string>;
  isCursorVisible(): Promise<boolean>;
  /** Closes the window, as a person does in the middle of something. */
  close(): Promise<void>;
}

const PROMPT = 'ready>';

/** Opens a terminal of 100 columns and 30 rows with bash in it, below a private tmux server. */
export const openTerminal = async (env: Readonly<Record<string, string>>, cwd: string): Promise<TerminalWindow> => {
  const dir = await tempDir('tmux');
  const tmux = async (...args: string[]): Promise<string> => {
    const options = { env: { PATH: process.env.PATH, TERM: 'xterm', LC_ALL: 'C.UTF-8' } };
    return (await run('tmux', ['-S', dir.join('socket'), '-f', '/dev/null', ...args], options)).stdout;
  };
  const assignments = Object.entries({ ...env, PS1: `${PROMPT} ` }).map(([name, value]) => `${name}=${value}`);
  const shell = ['env', '-i', ...assignments, 'TERM=screen', 'bash', '--norc', '--noprofile', '-i'];
  await tmux('new-session', '-d', '-x', '100', '-y', '30', '-c', cwd, ...shell);
  const screen = async () => (await tmux('capture-pane', '-p')).trimEnd();
  await waitFor('a prompt', async () => (await screen()).includes(PROMPT));
  return {
    type: async (line) => {
      await tmux('send-keys', '-l', line);
      await tmux('send-keys', 'Enter');
    },
    press: async (...keys) => void (await tmux('send-keys', '--', ...keys)),
    screen,
    isCursorVisible: async () => (await tmux('display-message', '-p', '#{cursor_flag}')).trim() === '1',
    close: async () => void (await tmux('kill-session')),
    async [Symbol.asyncDispose]() {
      await tmux('kill-server').catch(() => undefined);
      await dir[Symbol.asyncDispose]();
    },
  };
};
