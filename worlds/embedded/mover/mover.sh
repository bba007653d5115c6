#!/bin/sh
# Stand-in for the release's control script: start, stop, restart, ping, attach.
cd "$(dirname "$0")/.." || exit 1
. ./etc/mover.env

running() {
  pid=$(cat "$PID_FILE" 2>/dev/null) && [ -n "$pid" ] && [ -n "$(tr -d '\000' <"/proc/$pid/cmdline" 2>/dev/null)" ]
}

start() {
  if running; then echo "Node is already running!"; return 1; fi
  rm -f "$PID_FILE"
  setsid "$NODE" --disable-warning=ExperimentalWarning "$MOVER_NODE" "$PWD/etc/mover.json" \
    </dev/null >>log/erlang.log.1 2>&1 &
}

stop() {
  if ! running; then echo "Node is not running!"; return 1; fi
  kill -TERM "$pid"
  while running; do sleep 0.05; done
  echo ok
}

case "$1" in
start) start ;;
stop) stop ;;
restart) stop && start ;;
ping)
  if running; then echo pong; else echo "Node '$NODE_NAME' not responding to pings."; exit 1; fi
  ;;
attach)
  if ! running; then echo "Node is not running!"; exit 1; fi
  exec "$NODE" "$MOVER_ATTACH" "$PIPE"
  ;;
console)
  if running; then echo "Node is already running!"; exit 1; fi
  "$NODE" --disable-warning=ExperimentalWarning "$MOVER_NODE" "$PWD/etc/mover.json" &
  node=$!
  # In the foreground the node dies with its terminal.
  trap 'kill -KILL $node' HUP TERM INT EXIT
  until running; do sleep 0.05; done
  "$NODE" "$MOVER_ATTACH" "$PIPE"
  ;;
*)
  echo "Usage: $(basename "$0") {start|stop|restart|reboot|ping|console|console_clean|attach}"
  exit 1
  ;;
esac
