import { expect, test } from "vitest";
import { broken, kinds, plant } from "../../worlds/common/data.ts";
import { plantedBy, planMigration } from "../../worlds/common/migration-plan.ts";
import type { MoverVersion } from "../../worlds/common/migration-plan.ts";

const versions: readonly MoverVersion[] = ["2.2.14", "2.2.17"];

test("the same size plants the same data, every time", () => {
  expect(plant(40)).toEqual(plant(40));
  expect(plant(40).orgs[39]?.guid).toMatch(/^[0-9a-f]{32}$/);
});

test.each([20, 40, 500])(
  "%i organizations: each object migrates or fails, and failures do not grow with the size",
  (size) => {
    for (const version of versions) {
      const plan = planMigration(plant(size), version);
      const planted = plantedBy(plan);
      expect(planted.source.orgs).toBe(size);
      for (const kind of kinds) {
        for (const object of plan[kind])
          expect([object.row, object.failure].filter(Boolean)).toHaveLength(1);
      }
      expect(planted.failures).toEqual(plantedBy(planMigration(plant(20), version)).failures);
      const missing = kinds.reduce(
        (sum, kind) => sum + planted.source[kind] - planted.rows[kind],
        0,
      );
      expect(Object.values(planted.failures).reduce((sum, count) => sum + count, 0)).toBe(missing);
    }
  },
);

test("both versions leave the same rows; only the newer one has warnings", () => {
  const [old, newer] = versions.map((version) => planMigration(plant(40), version));
  if (!old || !newer) throw new Error("two plans expected");
  expect(plantedBy(old).rows).toEqual(plantedBy(newer).rows);
  const levels = (plan: typeof old) =>
    new Set(kinds.flatMap((kind) => plan[kind].map((object) => object.failure?.level)));
  expect(levels(old)).toEqual(new Set([undefined, "error"]));
  expect(levels(newer)).toEqual(new Set([undefined, "error", "warning"]));
});

test("an organization that fails takes its members and invites with it, as foreign keys", () => {
  const data = plant(40);
  const plan = planMigration(data, "2.2.17");
  const failed = plan.orgs.find((object) => object.failure);
  const guid = data.orgs.find((org) => org.name === failed?.key)?.guid;
  const members = plan.associations.filter((object) => object.needsOrg === guid);
  expect(members.map((object) => object.failure?.class)).toEqual(
    Array.from(
      { length: broken.membersOfFailedOrg },
      () => "org_user_association_warning_foreign_key",
    ),
  );
  expect(plan.invites.filter((object) => object.needsOrg === guid)).toHaveLength(
    broken.invitesOfFailedOrg,
  );
});

test("a duplicate has the key of the object that it repeats, which migrates", () => {
  const { associations } = planMigration(plant(40), "2.2.17");
  const repeated = associations.filter(
    (object) => object.failure?.class === "org_user_association_warning_conflict",
  );
  expect(repeated).toHaveLength(broken.duplicateMembers);
  for (const { key } of repeated) {
    expect(associations.filter((object) => object.key === key && object.row)).toHaveLength(1);
  }
});
