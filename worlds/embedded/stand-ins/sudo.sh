#!/bin/sh
# Stand-in for sudo and `su -l`: nobody is asked for a password, nothing runs as somebody else.
while [ "$1" = -n ] || [ "$1" = -E ] || [ "$1" = -- ]; do shift; done
[ -e "$WORLD_HOST/var/sudo-wants-password" ] && { echo "sudo: a password is required" >&2; exit 1; }
if [ "$1" != su ]; then exec "$@"; fi
shift
user=root command=
while [ $# -gt 0 ]; do
  case "$1" in
  - | -l | --login) ;;
  -c) command=$2; shift ;;
  *) user=$1 ;;
  esac
  shift
done
# A login starts from nothing: the caller's variables do not reach it.
cd "$WORLD_HOST" || exit 1
[ "$user" = root ] && echo "$command" >>"$WORLD_HOST/var/ran-as-root"
exec env -i HOME="$WORLD_HOST" USER="$user" LOGNAME="$user" PATH="$PATH" \
  WORLD_HOST="$WORLD_HOST" WORLD_MARK="$WORLD_MARK" /bin/sh -c "$command"
