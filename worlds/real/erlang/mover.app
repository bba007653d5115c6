{application, mover,
 [{description, "Stand-in for chef-mover: org related objects from dets to SQL"},
  {vsn, "@VERSION@"},
  {modules, []},
  {registered, [mover_sup, mover_manager, mover_log, mover_redis, mover_db]},
  {applications, [kernel, stdlib]},
  {mod, {mover_app, []}},
  {env, [{dry_run, false}, {sleep_time, 5000}]}]}.
