import type { Scenario } from "../scenario";
import { copy } from "./copy";
import { gateway } from "./gateway";
import { hashing } from "./hashing";
import { image } from "./image";
import { images } from "./images";
import { lifecycle } from "./lifecycle";
import { peers } from "./peers";
import { policies } from "./policies";
import { preview } from "./preview";
import { rules } from "./rules";
import { scale } from "./scale";
import { startup } from "./startup";

/** All scenarios of `npm run bench`, in order. */
export const scenarios: readonly Scenario[] = [
  preview,
  policies,
  rules,
  peers,
  startup,
  image,
  images,
  hashing,
  gateway,
  copy,
  lifecycle,
  scale,
];
