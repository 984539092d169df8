/** What an image runs on, as an index or an image's configuration names it. */
export interface Platform {
  os?: string;
  architecture?: string;
  variant?: string;
}

/** Such as `linux/amd64` or `linux/arm/v7`; the variant of `arm64` is always v8 and not written. */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant && !(architecture === "arm64" && variant === "v8") ? [variant] : [])].join("/");
}

/** `linux/arm` is each of its variants, `linux/arm/v7` just that one. */
export function isPlatform({ os, architecture, variant }: Platform, wanted: string): boolean {
  const [wantedOs, wantedArchitecture, wantedVariant] = wanted.split("/");
  const fits = wantedVariant === undefined || wantedVariant === variant || (architecture === "arm64" && !variant);
  return os === wantedOs && architecture === wantedArchitecture && fits;
}

/** Platforms that a message names: an index may have thousands. */
const shown = 20;

/** Platforms as a message names them. */
export function platformsText(platforms: readonly Platform[]): string {
  const names = [...new Set(platforms.map(platformName))];
  const more = names.length - shown;
  return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "");
}
