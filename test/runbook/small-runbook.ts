/** A runbook with one of everything that can refer to something, for tests that break one line of it. */
export const smallRunbook = `runbook: small
vars: { target: "@1", level: 20, pause: 30s, host_dir: null }
secrets: { redis_password: {} }
failures: failures.yml
logs:
  requests: { on: api, files: "\${host_dir}/log.*", entry: '^(?<method>[A-Z]+) (?<status>\\d+)$' }
readings:
  flags: { on: redis, run: redis-cli get flag, names: [flag], secrets: { REDISCLI_AUTH: redis_password } }
consoles:
  mover: { on: couchdb, directory: /srv, node: mover@host, start: start, attach: attach, ping: ping, stop: stop }
polls:
  migration:
    status: m:status().
    every: \${pause}
    idle: { state: ready }
    busy: [{ state: working }]
    done: { state: ready, objects_remaining: 0 }
    counters: { done: d, failed: f }
reconciliations:
  orgs:
    source: { on: couchdb, run: count }
    dets: { console: mover, eval: "m:keys()." }
    sql: { on: rows, run: keys }
    failures: [org_failure]
phases:
  - id: preflight
    round: opens
    steps:
      - id: open-probe
        on: api
        url: http://127.0.0.1
        probe:
          - { method: GET, path: /orgs, endpoint: orgs, expect: 401 }
  - id: migrate
    steps:
      - id: writes-off
        console: mover
        eval: m:off(\${level}).
        expect: ok
        downtime: starts
        check: { reading: flags, done: { flag: "true" } }
      - id: deploy
        on: db
        env: { TARGET: "\${target}" }
        run: make deploy
        check: test -e deployed && echo done
      - id: closed-probe
        on: api
        url: http://127.0.0.1
        probe:
          - { method: GET, path: /orgs, endpoint: orgs, expect: { same-as: open-probe } }
      - id: drained
        watch: requests
        until-quiet: \${pause}
        where: { method: PUT }
        timeout: 5m
      - id: migrate-orgs
        console: mover
        eval: m:migrate().
        expect: "{ok, _}"
        poll: migration
        reconciles: orgs
      - id: verdict
        reconcile: orgs
        between: [source, dets, sql]
        verdict: true
  - id: reopen
    round: closes
    steps:
      - id: all-well
        gate: verdict
      - id: keep
        snapshot: rows
        on: rows
        tables: { orgs: keys }
      - id: writes-on
        console: mover
        eval: m:on().
        downtime: ends
        repeatable: true
  - id: rollback
    dispatched: rollback
    round: closes
    steps:
      - id: count
        loss: { since: rows }
        on: rows
        tables: { orgs: keys }
`;

export const smallFailures = `- { class: org_failure, level: error, match: 'org_failure (?<object>\\S+)' }
`;
