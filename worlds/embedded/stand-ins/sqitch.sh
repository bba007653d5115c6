#!/bin/sh
# Stand-in for sqitch: status, verify, and deploy to a target; what is deployed stands in a file per project.
action= target=
while [ $# -gt 0 ]; do
  case "$1" in
  --engine | --db-name | --db-host | --db-port | --db-user) shift ;;
  --to-target | --to | --to-change) target=$2; shift ;;
  --to-target=*) target=${1#*=} ;;
  deploy | status | verify) action=$1 ;;
  -*) ;;
  *) ;;
  esac
  shift
done
if [ ! -e sqitch.plan ]; then echo "Cannot find plan file: sqitch.plan" >&2; exit 2; fi
database=db:pg:opscode_chef
if [ -e "$WORLD_HOST/var/pg-down" ]; then
  echo "could not connect to server: Connection refused" >&2
  exit 2
fi
project=$(sed -n 's/^%project=//p' sqitch.plan)
state="$WORLD_HOST/var/sqitch/$project"
touch "$state"

# Every change of the plan with its tag behind it, one to a line.
changes() {
  awk '/^%/ || NF == 0 { next }
    /^@/ { tag = tag (tag == "" ? "" : ",") $1; next }
    name != "" { print name, tag }
    { name = $1; tag = "" }
    END { print name, tag }' sqitch.plan
}

status() {
  echo "# On database $database"
  last=$(tail -n 1 "$state")
  if [ -z "$last" ]; then echo "No changes deployed"; return 1; fi
  tags=$(changes | awk -v name="$last" '$1 == name { gsub(",", ", ", $2); print $2 }')
  echo "# Project:  $project"
  echo "# Change:   $(printf '%s %s' "$project" "$last" | sha1sum | cut -c 1-40)"
  echo "# Name:     $last"
  case "$tags" in
  "") ;;
  *,*) echo "# Tags:     $tags" ;;
  *) echo "# Tag:      $tags" ;;
  esac
  echo "# Deployed: $(date -u '+%Y-%m-%d %H:%M:%S +0000')"
  echo "# By:       Release <release@example.com>"
  echo "# "
  left=$(changes | while read -r name tag; do grep -qx "$name" "$state" || echo "  * $name${tag:+ $tag}"; done)
  if [ -z "$left" ]; then echo "Nothing to deploy (up-to-date)"; return 0; fi
  echo "Undeployed change$([ "$(printf '%s\n' "$left" | wc -l)" -eq 1 ] || echo s):"
  printf '%s\n' "$left"
}

found_wrong() { [ -e "$WORLD_HOST/var/verify-fails" ] && grep -qx "$1" "$WORLD_HOST/var/verify-fails"; }

verify_change() {
  if found_wrong "$1"; then return 1; fi
  [ ! -e "verify/$1.sql" ] || psql -X -q -f "verify/$1.sql" >/dev/null
}

verify() {
  echo "Verifying $database"
  if [ ! -s "$state" ]; then echo "No changes deployed"; return 0; fi
  failed=0
  while read -r name; do
    if verify_change "$name"; then echo "  * $name .. ok"; else echo "  * $name .. not ok"; failed=1; fi
  done <"$state"
  if [ "$failed" -eq 0 ]; then echo "Verify successful"; return 0; fi
  echo "Verify failed" >&2
  return 2
}

deploy() {
  if [ -n "$target" ] && ! changes | awk -v tag="$target" '$1 == tag || index("," $2 ",", "," tag ",") { found = 1 } END { exit !found }'; then
    echo "Unknown change: \"$target\"" >&2
    return 2
  fi
  todo=$(changes | while read -r name tag; do
    grep -qx "$name" "$state" || echo "$name $tag"
    case ",$tag,$name," in *",$target,"*) [ -n "$target" ] && break ;; esac
  done)
  if [ -z "$todo" ]; then echo "Nothing to deploy (up-to-date)"; return 0; fi
  echo "Deploying changes${target:+ through $target} to $database"
  printf '%s\n' "$todo" | while read -r name tag; do
    # A change that is found wrong is taken back at once, so it leaves nothing.
    if ! found_wrong "$name" && { [ ! -e "deploy/$name.sql" ] || psql -X -q -f "deploy/$name.sql"; } && verify_change "$name"; then
      echo "$name" >>"$state"
      echo "  + $name${tag:+ $tag} .. ok"
    else
      echo "  + $name${tag:+ $tag} .. not ok"
      echo "Deploy failed" >&2
      exit 2
    fi
  done
}

case "$action" in
status | verify | deploy) $action ;;
*) echo "sqitch: unknown command; known here: status, verify, deploy" >&2; exit 2 ;;
esac
