import { type ArgumentChanges, flagArgument, switchArgument } from '../command-line/skopeo-arguments.ts';
import { authfileFlag, type GivenLogins, type SideLogin } from '../registry/credentials/logins.ts';
import type { SkopeoContext } from './request.ts';

/** What to change about skopeo's arguments so that it finds these logins: by files, in the place of the user's own. */
export const loginChanges = (logins: readonly SideLogin[], { accessFiles }: Pick<SkopeoContext, 'accessFiles'>) =>
  ({
    add: logins.map((login) => flagArgument(authfileFlag(login.side), accessFiles.pathFor(login))),
    drop: logins.map(({ side }) => authfileFlag(side)),
  }) satisfies ArgumentChanges;

/** What to change so that `skopeo login` reads its password on stdin. */
export const answerChanges = ({ username }: NonNullable<GivenLogins['answer']>): ArgumentChanges => ({
  add: [...(username === undefined ? [] : [flagArgument('username', username)]), switchArgument('password-stdin')],
});
