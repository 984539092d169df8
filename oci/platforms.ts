/** The platform of an image, as an index or image configuration names it. */
export interface Platform {
  os?: string;
  architecture?: string;
  variant?: string;
}

/** For example `linux/amd64` or `linux/arm/v7`. The variant of `arm64` is always v8 and is omitted. */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant && !(architecture === "arm64" && variant === "v8") ? [variant] : [])].join("/");
}

/** `linux/arm` matches every variant, `linux/arm/v7` only that one. */
export function isPlatform({ os, architecture, variant }: Platform, wanted: string): boolean {
  const [wantedOs, wantedArchitecture, wantedVariant] = wanted.split("/");
  const fits = wantedVariant === undefined || wantedVariant === variant || (architecture === "arm64" && !variant);
  return os === wantedOs && architecture === wantedArchitecture && fits;
}

/** Limit on platforms listed in a message: an index may have thousands. */
const shown = 20;

/** Formats platforms for a message. */
export function platformsText(platforms: readonly Platform[]): string {
  const names = [...new Set(platforms.map(platformName))];
  const more = names.length - shown;
  return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more.toLocaleString("en")} more` : "");
}
