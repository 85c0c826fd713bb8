import { type ArgumentChanges, flagArgument, switchArgument } from '../command-line/skopeo-arguments.ts';
import type { GivenLogins, Side, SideLogin } from '../registry/credentials/logins.ts';
import type { SkopeoContext } from './request.ts';

const AUTHFILE_FLAG: Readonly<Record<Side, string>> = {
  image: 'authfile',
  source: 'src-authfile',
  destination: 'dest-authfile',
};

/** What to change about skopeo's arguments so that it finds these logins: by files, in the place of the user's own. */
export const loginChanges = (logins: readonly SideLogin[], { accessFiles }: Pick<SkopeoContext, 'accessFiles'>) =>
  ({
    add: logins.map((login) => flagArgument(AUTHFILE_FLAG[login.side], accessFiles.pathFor(login))),
    drop: logins.map(({ side }) => AUTHFILE_FLAG[side]),
  }) satisfies ArgumentChanges;

/** What to change so that `skopeo login` reads its password on stdin. */
export const answerChanges = ({ username }: NonNullable<GivenLogins['answer']>): ArgumentChanges => ({
  add: [...(username === undefined ? [] : [flagArgument('username', username)]), switchArgument('password-stdin')],
});
