/** Reads marker and journal in one go; makes an empty journal unless it only looks, and only in a directory that is marked as the environment's. */
export const loadScript = `
umask 077
[ -e "$JOURNAL_DIRECTORY/environment" ] || { echo no-marker; exit 0; }
cd "$JOURNAL_DIRECTORY" || exit
found=
IFS= read -r found < environment || [ -n "$found" ] || [ -r environment ] || exit
echo "environment $found"
[ "$found" = "$JOURNAL_ENVIRONMENT" ] || exit 0
if ! [ -e journal.jsonl ]; then
  [ -z "$JOURNAL_ONLY_LOOK" ] || { echo "size 0"; exit 0; }
  : >> journal.jsonl || exit
  sync . 2>/dev/null || sync
fi
size=$(wc -c < journal.jsonl) || exit
size=$((size))
echo "size $size"
head -c "$size" journal.jsonl
`;

/**
 * Stays for as long as the journal is written: a header of offset and length, the lines, an answer when they are durable.
 * The sender waits for each answer, so nothing behind the lines can be swallowed. What was not written whole is cut off.
 */
export const appendScript = `
umask 077
LC_ALL=C
export LC_ALL
cd "$JOURNAL_DIRECTORY" || exit
[ -w journal.jsonl ] || { echo "journal.jsonl is missing or not writable" >&2; exit 1; }
if sync journal.jsonl 2>/dev/null; then durable() { sync journal.jsonl; }; else durable() { sync; }; fi
size_now() { wc -c < journal.jsonl; }
echo ready
while read -r offset bytes; do
  size=$(($(size_now)))
  [ "$size" -eq "$offset" ] || { echo "moved $size"; exit 1; }
  if said=$({ head -c "$bytes" >> journal.jsonl && durable; } 2>&1); then
    size=$(($(size_now)))
    [ "$size" -ne $((offset + bytes)) ] || { echo "ok $size"; continue; }
    said="only $((size - offset)) of $bytes bytes were written"
  fi
  dd if=/dev/null of=journal.jsonl bs=1 seek="$offset" 2>/dev/null
  echo "failed $(printf '%s' "$said" | tr '\\n' ' ')"
  exit 1
done
`;

/** Keeps the torn bytes beside the journal, durable, before they are cut off. */
export const repairScript = `
umask 077
cd "$JOURNAL_DIRECTORY" || exit
size=$(wc -c < journal.jsonl) || exit
size=$((size))
[ "$size" -eq "$JOURNAL_SIZE" ] || { echo "moved $size"; exit 0; }
beside=journal.jsonl.torn-$JOURNAL_KEEP
number=2
while [ -e "$beside" ]; do beside=journal.jsonl.torn-$JOURNAL_KEEP-$number; number=$((number + 1)); done
tail -c +$((JOURNAL_KEEP + 1)) journal.jsonl > "$beside" || { rm -f "$beside"; exit 1; }
sync "$beside" . 2>/dev/null || sync
dd if=/dev/null of=journal.jsonl bs=1 seek="$JOURNAL_KEEP" 2>/dev/null || exit
sync journal.jsonl 2>/dev/null || sync
echo "kept $beside"
`;
