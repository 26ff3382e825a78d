#!/bin/sh
# SPDX-License-Identifier: MIT
# The contest's measurement: RUNS times one story, each run's output into OUTFILE, its speed as the
# engine itself tells it. Runs on the board (busybox is enough) as on any Linux for the same machine.
#
# RUNS, OUTFILE, RUN (engine), MODEL and TOKENIZER can be set in the environment.
here=$(dirname "$0")
RUNS=${RUNS:-30}
OUTFILE=${OUTFILE:-out.txt}
RUN=${RUN:-$here/bin/run}
MODEL=${MODEL:-$here/model/model.bin}
TOKENIZER=${TOKENIZER:-$here/model/tokenizer.bin}
for file in "$RUN" "$MODEL" "$TOKENIZER"; do
    if ! [ -f "$file" ]; then
        echo "error: there is no $file; README.md tells how to make it" >&2
        exit 2
    fi
done
set -- "$RUN" "$MODEL" -z "$TOKENIZER" -t 1.0 -p 0.9 -s 123 -i "Once upon a time"

: >"$OUTFILE" || exit 2
i=0
while [ "$i" -lt "$RUNS" ]; do
    "$@" >>"$OUTFILE" 2>&1
    i=$((i + 1))
done
grep 'achieved tok/s:' "$OUTFILE"

# Whole numbers of millionths, since a small shell knows no others.
micro() { sed -n 's/^.*achieved tok\/s: \([0-9]*\)\.\([0-9]\{6\}\).*$/\1\2/p' "$OUTFILE" | sed 's/^0*\([0-9]\)/\1/'; }
shown() { printf '%s %d.%03d tok/s\n' "$1" $(($2 / 1000000)) $(($2 / 1000 % 1000)); }
count=0 sum=0
for value in $(micro | sort -n); do
    [ "$count" -gt 0 ] || least=$value
    most=$value count=$((count + 1)) sum=$((sum + value))
done
if [ "$count" -ne "$RUNS" ]; then
    echo "error: $count of $RUNS runs told a speed; $OUTFILE has what the others said" >&2
    exit 1
fi
echo
shown "mean of all $count runs:" $((sum / count))
shown "slowest:" "$least"
shown "fastest:" "$most"
if [ "$count" -gt 2 ]; then
    shown "mean without these two:" $(((sum - least - most) / (count - 2)))
fi
