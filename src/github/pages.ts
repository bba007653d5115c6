import type * as z from "zod";

import { failed, type Asked } from "./answered.ts";
import type { Asker } from "./ask.ts";

const pageSize = 100;
const mostPages = 20;

/** A page of a list, with the length of the whole list where GitHub says it. */
export type Paged<T> = z.ZodType<{ readonly total: number | undefined; readonly items: T[] }>;

/** Page after page, until GitHub has no more or enough are there. */
export async function allPages<T>(
  asker: Asker,
  asked: Asked,
  schema: Paged<T>,
  most?: number,
): Promise<T[]> {
  const found: T[] = [];
  const sign = asked.path.includes("?") ? "&" : "?";
  for (let page = 1; page <= mostPages; page += 1) {
    const path = `${asked.path}${sign}per_page=${pageSize}&page=${page}`;
    const { total, items } = await asker.read({ ...asked, path }, schema);
    found.push(...items);
    const whole = total === undefined ? items.length < pageSize : found.length >= total;
    if (whole || items.length === 0) return found.slice(0, most);
    if (most !== undefined && found.length >= most) return found.slice(0, most);
  }
  throw failed(
    "wrong-shape",
    asked,
    `more than ${mostPages * pageSize} entries, which nobody expects here`,
  );
}
