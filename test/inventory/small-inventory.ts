/** An inventory that fits the small runbook, for tests that break one line of it. */
export const smallInventory = `environment: test
journal: { host: one, directory: /var/lib/journal }
baseline: known-failures.yml
hosts:
  bastion: { address: 10.0.0.1, user: deploy }
  one: { address: 10.0.0.2, user: deploy, jump: bastion }
  two: { address: 10.0.0.3, user: deploy, port: 2222, vars: { host_dir: /two } }
roles:
  api: [two]
  redis: [one]
  couchdb: [one]
  db: [one, two]
  rows: [two]
vars:
  level: 30
`;
