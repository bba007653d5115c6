import { quote } from "./shell.ts";

/*
 * What runs on the host. POSIX sh and coreutils only, read by dash, bash and busybox alike.
 *
 * STATE/token/N        the lease tokens seen; the highest counts
 * STATE/jobs/ID/       one job
 *   command            what was run, as a script
 *   claim/             made by the one wrapper that may run it, or, with "barred" in it, so that none may any more
 *   started, pid       when, and "PID START-TIME BOOT NONCE session|plain"
 *   child              of a plain one, which has no session: "PID START-TIME BOOT" of the command itself
 *   out, err, exit     what it wrote, and "exited N" or "signalled NAME"
 */

/** Shell text with its arguments set; every answer line begins with the nonce, so that nothing else can look like one. */
export function hostScript(body: string, names: Readonly<Record<string, string | number>>): string {
  const assignments = Object.entries(names).map(
    ([name, value]) => `${name}=${quote(String(value))}\n`,
  );
  return `${assignments.join("")}${processes}${places}${body}`;
}

const processes = `
boot=-
{ IFS= read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
: "\${boot:=-}"

# Reads start time and session of process $1; fails when it is gone or only its entry is left.
born() {
  stat=
  { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${stat##*") "}
  case $1 in Z | X | x) return 1 ;; esac
  session=$4
  shift 19
  start=$1
}
`;

const places = `
mask=$(umask)
umask 077
case $state in /*) ;; *) state=$PWD/$state ;; esac
jobs=$state/jobs
dir=$jobs/$id

say() { printf '%s %s\\n' "$nonce" "$*" || exit 0; }
first_line() { printf '%s\\n' "$1" | head -n 1; }

# True while process $1 runs that was born at $2 in boot $3, and not a later one with its number.
same() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "$3" = "$boot" ] || [ "$3" = - ] || [ "$boot" = - ] || return 1
  if [ -r /proc/self/stat ]; then
    born "$1" && { [ "$2" = - ] || [ "$start" = "$2" ]; }
  else
    kill -0 "$1" 2>/dev/null
  fi
}
alive() {
  pid= was= on= owner= how=
  { IFS=' ' read -r pid was on owner how <"$dir/pid"; } 2>/dev/null || return 1
  same "$pid" "$was" "$on"
}
child_alive() {
  child= begun= within=
  { IFS=' ' read -r child begun within <"$dir/child"; } 2>/dev/null || return 1
  same "$child" "$begun" "$within"
}

# Says in $wrong what is not as the wrapper made it; fails when all of it is.
edited() {
  wrong=
  if [ ! -e "$dir" ] && [ ! -L "$dir" ]; then return 1; fi
  if [ -L "$dir" ] || [ ! -d "$dir" ]; then wrong="$dir is not the directory that was made there"
  else
    for each in command started pid out err exit; do
      if [ -L "$dir/$each" ]; then wrong="$dir/$each is a link"
      elif [ -e "$dir/$each" ] && [ ! -f "$dir/$each" ]; then wrong="$dir/$each is no file"
      elif [ -e "$dir/$each" ] && [ ! -f "$dir/command" ]; then wrong="$dir has no command but $each"
      elif [ -s "$dir/pid" ] && [ ! -e "$dir/$each" ] && [ "$each" != exit ]; then wrong="$dir has no $each"
      fi
    done
    # A wrapper that is just starting writes its pid a moment after; one that lost power before that is no process.
    if [ -e "$dir/started" ] && [ ! -s "$dir/pid" ] && nap 1 && [ ! -s "$dir/pid" ]; then
      orphans
      if [ -n "$list" ] && [ -e "$dir/pid" ]; then wrong="$dir/pid is not what was written there"
      elif [ -n "$list" ]; then wrong="$dir has no pid"
      fi
    fi
    # Nothing is begun before its pid is on the disk.
    for each in out err exit child; do
      if [ -z "$wrong" ] && [ -s "$dir/$each" ] && [ ! -s "$dir/pid" ]; then wrong="$dir has no pid but $each"; fi
    done
    if [ -d "$dir/claim" ] && [ ! -e "$dir/claim/barred" ] && [ ! -f "$dir/command" ]; then wrong="$dir has no command but claim"; fi
    if [ -z "$wrong" ] && [ -s "$dir/pid" ] && ! pid_as_written; then wrong="$dir/pid is not what was written there"; fi
  fi
  [ -n "$wrong" ]
}
pid_as_written() {
  pid= was= on= owner= how=
  { IFS=' ' read -r pid was on owner how <"$dir/pid"; } 2>/dev/null || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  case $was in - | [0-9]*) ;; *) return 1 ;; esac
  case $how in session | plain) ;; *) return 1 ;; esac
  [ -n "$on" ] && [ -n "$owner" ]
}

# Lists the wrappers of this job by their command lines, and starts no process for each one that is looked at.
orphans() {
  list=
  for each in $(candidates); do
    if { bears_job <"$each"; } 2>/dev/null; then
      each=\${each#/proc/}
      list="$list \${each%/cmdline}"
    fi
  done
}
# Not every grep looks behind the zero that ends an argument.
candidates() {
  if printf 'a\\000b\\n' | grep -aqF b 2>/dev/null; then grep -alF -e "$dir/" /proc/[0-9]*/cmdline 2>/dev/null
  else printf '%s\\n' /proc/[0-9]*/cmdline
  fi
}
# The shell leaves out what ends an argument, so that "job" and the directory stand behind the script's last line.
bears_job() {
  while IFS= read -r argument || [ -n "$argument" ]; do
    case $argument in "job$dir/"*) return 0 ;; esac
  done
  return 1
}

# Lists what is left of a job whose wrapper is gone, or did not get to say its number.
survivors() {
  if [ -e "$dir/claim/barred" ]; then list=
  elif [ -z "$pid" ]; then orphans
  elif [ "$how" = plain ]; then left_of_plain
  else left_of_session
  fi
}
# It is the wrapper's own copy until its number is written.
left_of_plain() {
  list=
  if [ ! -e "$dir/child" ]; then orphans; fi
  if [ -z "$list" ] && child_alive; then list=" $child"; fi
}
# A number that another process bears now is no session of ours.
left_of_session() {
  list=
  [ "$on" = "$boot" ] || return 0
  if born "$pid" && [ "$start" != "$was" ]; then return 0; fi
  for each in /proc/[0-9]*; do
    each=\${each#/proc/}
    if [ "$each" != "$pid" ] && born "$each" && [ "$session" = "$pid" ]; then list="$list $each"; fi
  done
}

# Lets no wrapper begin that has not begun; fails where one has, or may have.
bar() { [ ! -s "$dir/pid" ] && mkdir "$dir/claim" 2>/dev/null && : >"$dir/claim/barred"; }
beginning() { [ -d "$dir/claim" ] && [ ! -e "$dir/claim/barred" ] && [ ! -s "$dir/pid" ]; }

nap() { sleep "$1" 2>/dev/null || sleep 1; }
size() { bytes=$(wc -c <"$1") && bytes=$((bytes)) || bytes=0; }
`;

/** Remembers the lease token and refuses one that is older than the highest seen; no lock that a dead process could keep. */
export const tokenScript = `
newer_seen() {
  for seen in "$state"/token/*; do
    seen=\${seen##*/}
    case $seen in '' | *[!0-9]*) continue ;; esac
    if [ "$seen" -gt "$token" ]; then return 0; fi
  done
  return 1
}
why=$(mkdir -p "$state/token" 2>&1) || { say refused bad-directory "$(first_line "$why")"; exit 0; }
if newer_seen; then say refused older-token "$seen"; exit 0; fi
why=$( { : >"$state/token/$token"; } 2>&1 ) || { say refused bad-directory "$(first_line "$why")"; exit 0; }
if newer_seen; then say refused older-token "$seen"; exit 0; fi
for seen in "$state"/token/*; do
  case \${seen##*/} in *[!0-9]*) continue ;; esac
  if [ "\${seen##*/}" -lt "$token" ]; then rm -f "$seen"; fi
done
`;

/** Runs the command in its own session and writes its end. It alone decides whether it may: by making \`claim\`. */
const wrapper = `
dir=\${1%/} nonce=$2 mask=$3 sh=$4 text=$5 how=$6
trap : HUP INT TERM
umask 077
mkdir "$dir/claim" 2>/dev/null || exit 0
put() { printf '%s\\n' "$2" >"$dir/.$1" && mv -f "$dir/.$1" "$dir/$1"; }
start=-
born $$
{ : >"$dir/out" && : >"$dir/err" &&
  printf '%64s\\n' '' >"$dir/.exit" &&
  put started "$(date +%s)" && put pid "$$ $start $boot $nonce $how"
} 2>/dev/null || { rm -rf "$dir"; exit 0; }
sync "$dir/pid" "$dir" "\${dir%/*}" 2>/dev/null || sync
(
  trap - HUP INT TERM
  if [ "$how" = plain ]; then
    { IFS=' ' read -r self rest </proc/self/stat; } 2>/dev/null || self=$("$sh" -c 'echo $PPID')
    start=-
    born "$self"
    put child "$self $start $boot"
  fi
  umask "$mask"
  exec "$sh" -c "$text"
) >"$dir/out" 2>"$dir/err" </dev/null
status=$?
end="exited $status"
if [ "$status" -gt 128 ] && [ "$status" -lt 193 ]; then
  name=$(kill -l $((status - 128)) 2>/dev/null) && [ -n "$name" ] && end="signalled $name"
fi
until printf '%s\\n' "$end" 1<>"$dir/.exit"; do
  [ -d "$dir" ] || exit
  sleep 1
done
sync "$dir/.exit" 2>/dev/null || sync
mv -f "$dir/.exit" "$dir/exit"
sync "$dir" 2>/dev/null
`;

/** Starts the job unless it exists, and follows it to its end: one round trip. */
export const followScript = `
wrapper=${quote(`${processes}${wrapper}`)}
${tokenScript}
refuse() { say refused "$@"; exit 0; }
is_this_command() {
  [ "$(cat "$dir/command")" = "$text" ] || refuse other-command "$dir/command is another command; the job directory belongs to another step"
}
# What was there once is followed and never started again: a directory that is gone ended no process.
join_it() {
  if edited; then refuse bad-directory "$wrong; somebody edited it"; fi
  if [ -d "$dir" ]; then bar; fi
  if [ ! -d "$dir" ] || [ -e "$dir/claim/barred" ]; then
    pid=
    survivors
    say vanished "$out" "$err" "$list"
    exit 0
  fi
  if [ -s "$dir/pid" ]; then is_this_command; fi
}
start_it() {
  why=$(mkdir -p "$jobs" 2>&1) || refuse bad-directory "$(first_line "$why")"
  if edited; then refuse bad-directory "$wrong; somebody edited it"; fi
  why=$(mkdir "$dir" 2>&1) || [ -d "$dir" ] || refuse bad-directory "$(first_line "$why")"
  if [ ! -f "$dir/command" ]; then
    draft=$dir/.command.$$
    { printf '%s\\n' "$text" >"$draft" && { ln "$draft" "$dir/command" || [ -f "$dir/command" ] || mv "$draft" "$dir/command"; }; } 2>/dev/null
    rm -f "$draft"
    if [ ! -f "$dir/command" ]; then
      rmdir "$dir" 2>/dev/null
      refuse bad-directory "cannot write into $dir; is the disk full?"
    fi
  fi
  is_this_command
  if [ ! -d "$dir/claim" ]; then
    if command -v setsid >/dev/null 2>&1; then
      setsid "$sh" -c "$wrapper" job "$dir/" "$nonce" "$mask" "$sh" "$text" session </dev/null >/dev/null 2>&1 &
    else
      nohup "$sh" -c "$wrapper" job "$dir/" "$nonce" "$mask" "$sh" "$text" plain </dev/null >/dev/null 2>&1 &
    fi
  fi
}
if [ "$must" = exist ]; then join_it; else start_it; fi
unset $secrets nothing
waited=0
until [ -s "$dir/pid" ] || [ -e "$dir/claim/barred" ]; do
  if [ ! -d "$dir" ] && [ "$must" = exist ]; then break; fi
  if [ ! -d "$dir" ]; then refuse bad-directory "nothing was run: cannot write into $dir; is the disk full?"; fi
  if [ "$waited" -ge 300 ]; then
    if mkdir "$dir/claim" 2>/dev/null; then
      rm -rf "$dir"
      refuse bad-directory "nothing was run: the job's shell did not start"
    fi
    break
  fi
  nap 0.03
  waited=$((waited + 1))
done
alive
if [ "$owner" = "$nonce" ]; then say job started "$dir"; else say job attached "$dir"; fi

drain() {
  pos=$3
  size "$2"
  while [ "$pos" -lt "$bytes" ]; do
    part=$((bytes - pos))
    if [ "$part" -gt 16777216 ]; then part=16777216; fi
    say "$1" "$part"
    off=$((pos % 65536))
    if [ "$off" -eq 0 ]; then
      dd if="$2" bs=65536 skip=$((pos / 65536)) 2>/dev/null | head -c "$part" || exit 0
    else
      dd if="$2" bs=65536 skip=$((pos / 65536)) 2>/dev/null | tail -c +$((off + 1)) | head -c "$part" || exit 0
    fi
    pos=$((pos + part))
  done
}

over= turn=0 pause=0.02
while :; do
  if [ -f "$dir/exit" ]; then over=exit
  elif ! alive; then
    if [ -f "$dir/exit" ]; then over=exit; else over=vanished; fi
  fi
  drain o "$dir/out" "$out" && out=$pos
  drain e "$dir/err" "$err" && err=$pos
  if [ -n "$over" ]; then break; fi
  nap "$pause"
  turn=$((turn + 1))
  if [ "$turn" -eq 5 ]; then pause=0.1; fi
  if [ $((turn % 20)) -eq 0 ]; then say tick; fi
done
if [ "$over" = exit ]; then
  IFS= read -r end <"$dir/exit"
  say end "$out" "$err" "$end"
else
  survivors
  say vanished "$out" "$err" "$list"
fi
`;

/**
 * Says in one line what became of a job. A directory that somebody removed ends no process. It changes nothing, unless
 * it is told to bar: what has not begun then never will, so that it may be called ended.
 */
export const readScript = `
if edited; then say edited "$wrong"; exit 0; fi
if [ ! -d "$dir" ]; then
  orphans
  if [ -n "$list" ]; then say vanished 0 0 - "$list"; else say absent; fi
  exit 0
fi
if [ "$bars" = yes ]; then bar; fi
waited=0
while beginning && [ "$waited" -lt 10 ]; do
  nap 0.1
  waited=$((waited + 1))
done
state=
if [ ! -f "$dir/exit" ] && alive; then state=running; fi
size "$dir/out" 2>/dev/null; out=$bytes
size "$dir/err" 2>/dev/null; err=$bytes
started=-
{ IFS= read -r started <"$dir/started"; } 2>/dev/null
if [ -f "$dir/exit" ]; then
  IFS= read -r end <"$dir/exit"
  say ended "$out" "$err" "$started" "$end"
elif [ -n "$state" ]; then say running "$out" "$err" "$started"
else
  alive
  survivors
  say vanished "$out" "$err" "$started" "$list"
fi
`;

/** Ends exactly this job: first asks, then kills, and lets the wrapper write the truth. */
export const stopScript = `
ended() {
  if [ -f "$dir/exit" ]; then
    IFS= read -r end <"$dir/exit"
    say "$1" "$end"
    exit 0
  fi
}
# Waits up to $1 tenths of a second for the wrapper to write the end.
wait_for_end() {
  left=$1
  while [ "$left" -gt 0 ]; do
    ended stopped
    nap 0.1
    left=$((left - 1))
  done
  ended stopped
}
signal() { kill -s "$1" "$2" 2>/dev/null || sudo -n kill -s "$1" "$2" 2>/dev/null; }
signal_all() {
  if [ "$how" = plain ]; then
    if child_alive; then signal "$1" "$child"; fi
  elif [ -r /proc/self/stat ]; then
    survivors
    for each in $list; do signal "$1" "$each"; done
  else
    kill -s "$1" -- "-$pid" 2>/dev/null
  fi
}
if [ ! -d "$dir" ]; then say absent; exit 0; fi
ended ended
if ! alive; then
  ended ended
  survivors
  say vanished "$list"
  exit 0
fi
signal_all TERM
wait_for_end $((grace * 10))
signal_all KILL
wait_for_end 20
say still-running
`;

/** Removes the directories of jobs that are over and older than some days; a running job is never touched. */
export const removeScript = `
removed=0
for dir in "$jobs"/*/; do
  dir=\${dir%/}
  [ -d "$dir" ] || continue
  old=$(find "$dir" -prune -mtime "+$days" 2>/dev/null)
  if [ -n "$old" ] && ! alive; then rm -rf "$dir" && removed=$((removed + 1)); fi
done
say removed "$removed"
`;
