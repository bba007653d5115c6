#!/bin/sh
# Stand-in for make in the schema's folder: it knows the one target, `deploy`.
if [ ! -e Makefile ]; then echo "make: *** No targets specified and no makefile found.  Stop." >&2; exit 2; fi
if [ "$1" != deploy ]; then echo "make: *** No rule to make target '$1'.  Stop." >&2; exit 2; fi
if [ -z "${DB_USER+set}" ]; then printf 'DB User: '; read -r DB_USER; fi
EC_TARGET=${EC_TARGET:-$(sed -n 's/^\(@[^ ]*\) .*/\1/p' sqitch.plan | tail -n 1)}
OSC_TARGET=${OSC_TARGET:-@1.0.0}
echo "EC Target: $EC_TARGET"
echo "OSC Target: $OSC_TARGET"
echo "DB User: $DB_USER"
echo "Deploying in ${SLEEP_TIME:-0.2} seconds, interrupt to stop"
# Each deployment is counted, and can be made to take its time.
echo "$EC_TARGET $OSC_TARGET $DB_USER" >>"$WORLD_HOST/var/deployments"
[ ! -e "$WORLD_HOST/var/slow-make" ] || SLEEP_TIME=$(cat "$WORLD_HOST/var/slow-make")
sleep "${SLEEP_TIME:-0.2}"
deploy() {
  # With an empty DB_USER this is a login of root, as it is with the real one.
  sudo su -l $DB_USER -c "cd '$1' && sqitch --engine pg ${DB_NAME:+--db-name $DB_NAME} deploy --to-target $2 --verify"
}
deploy "$PWD/deps/chef-server-schema" "$OSC_TARGET" && deploy "$PWD" "$EC_TARGET" ||
  { echo "make: *** [Makefile:12: deploy] Error 1" >&2; exit 2; }
