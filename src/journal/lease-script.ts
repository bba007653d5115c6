/**
 * The lease's one script, for a POSIX shell with coreutils. `lease` holds `token since expires holder` with times of this
 * host's clock only, `lease-token` the highest token ever given. The lock is a directory that holds its owner's process id.
 */
export const leaseScript = `
umask 077
LC_ALL=C
export LC_ALL
cd "$LEASE_DIRECTORY" || exit
fail() { echo "$*" >&2; exit 1; }
number() { case $1 in '' | *[!0-9]* | 0?* | ????????????????*) return 1 ;; esac; }
owner_is_gone() {
  owner=
  { read -r owner < lease.lock/pid; } 2>/dev/null
  if number "$owner"; then ! kill -0 "$owner" 2>/dev/null && ! [ -d "/proc/$owner" ]
  else made=$(stat -c %Y lease.lock 2>/dev/null) && [ $(($(date +%s) - made)) -gt 30 ]; fi
}
break_lock() {
  mkdir lease.lock.break 2>/dev/null || return
  if owner_is_gone; then rm -rf lease.lock; fi
  rmdir lease.lock.break
}
lock() {
  tries=0 missing=0
  until mkdir lease.lock 2>/dev/null; do
    # Whoever held it may have given it back just now; a directory that cannot be made is never there.
    if [ -d lease.lock ]; then missing=0; else missing=$((missing + 1)); fi
    [ "$missing" -lt 5 ] || fail "cannot make a directory in $PWD"
    tries=$((tries + 1))
    [ "$tries" -le 100 ] || fail "$PWD/lease.lock is held; if no process uses it: rm -r $PWD/lease.lock $PWD/lease.lock.break"
    if owner_is_gone; then break_lock; fi
    sleep 0.1 2>/dev/null || sleep 1
  done
  trap 'rm -rf lease.lock' EXIT
  trap 'exit 1' HUP INT TERM
  echo "$$" > lease.lock/pid || exit
}
read_lease() {
  token= since= expires= holder=
  [ -e lease ] || return 0
  read -r token since expires holder < lease && is_lease || { rubbish lease; token=; }
}
is_lease() {
  [ "$(($(wc -l < lease)))" -eq 1 ] || return
  for word in "$token" "$since" "$expires"; do number "$word" || return; done
  case $holder in '{'*'}') ;; *) return 1 ;; esac
}
# A seizure must always work: what is rubbish then is put aside.
rubbish() {
  [ -n "$LEASE_SEIZE" ] || { echo "rubbish $1"; exit 0; }
  mv "$1" "$1.rubbish-$(date +%s)" || exit
}
highest_token() {
  highest=0
  if [ -e lease-token ]; then
    { read -r highest < lease-token && number "$highest"; } || { rubbish lease-token; highest=0; }
  fi
  for other in "$token" "$LEASE_ABOVE"; do
    if number "$other" && [ "$other" -gt "$highest" ]; then highest=$other; fi
  done
}
put() { printf '%s\\n' "$2" > "$1.new" && { sync "$1.new" 2>/dev/null || sync; } && mv "$1.new" "$1" || exit; }

# Only a look: no lock, and nothing is written. A lease is replaced as a whole, so it is read whole.
if [ "$LEASE_OPERATION" = look ]; then
  echo "seen $(date +%s)"
  [ -e lease ] || exit 0
  cat lease || ! [ -e lease ]
  exit
fi
lock
read_lease
now=$(date +%s)
case $LEASE_OPERATION in
acquire)
  word=
  if [ -n "$token" ] && [ -z "$LEASE_SEIZE" ]; then
    # An expired lease is taken over by its token, when the caller has seen whose it was.
    if [ "$expires" -gt "$now" ]; then word=refused; elif [ "$LEASE_OVER" != "$token" ]; then word=expired; fi
  fi
  [ -z "$word" ] || { echo "$word $now"; echo "$token $since $expires $holder"; exit 0; }
  highest_token
  put lease-token "$((highest + 1))"
  put lease "$((highest + 1)) $now $((now + LEASE_TTL)) $LEASE_HOLDER"
  echo "acquired $now"
  ;;
renew)
  [ "$token" = "$LEASE_TOKEN" ] || { echo "lost $now"; [ -z "$token" ] || echo "$token $since $expires $holder"; exit 0; }
  put lease "$token $since $((now + LEASE_TTL)) $holder"
  echo "renewed $now"
  exit 0
  ;;
release)
  [ "$token" = "$LEASE_TOKEN" ] || { echo "lost $now"; [ -z "$token" ] || echo "$token $since $expires $holder"; exit 0; }
  rm -f lease || exit
  echo "released $now"
  exit 0
  ;;
esac
cat lease
[ -z "$token" ] || echo "$token $since $expires $holder"
`;
