/** An image of a source, in the words of templates and reports. */
export interface SourceImage {
  /** With transport, as skopeo takes it. */
  readonly reference: string;
  /** Host of the registry; absent for a directory. */
  readonly registry?: string;
  /** Repository within the registry, or the path below the directory given. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}
