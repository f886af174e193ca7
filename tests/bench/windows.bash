#!/bin/bash
# Twenty windows enrol at once at a practice CA, several times each; then openssl cmp does the same. A line for each:
# who, seconds, asked, served, issued, confirmed. Needs $BUILD.
. "$(dirname "$0")/../issue/ca.bash"

windows=20
each=3
ca_start

requests() { # PREFIX: one key for every enrolment
    local i
    for ((i = 1; i <= windows * each; i++)); do
        new_request "$1$i" "$(printf '1000%011d' "$i")"
    done
}

ours() { # NAME
    enrol auth "$1"
    [ "$status" = 0 ]
}

theirs() { # NAME
    openssl cmp -config "" -server "http://127.0.0.1:$port/.well-known/cmp/p/auth" -trusted "$trust/cmp-root.pem" \
        -cert "$trust/office.pem" -key "$trust/office.key" -msg_timeout 5 -total_timeout 20 -cmd p10cr \
        -csr "$work/$1.req" -certout "$work/$1.auth" >/dev/null 2>&1
}

measure() { # WHO PREFIX
    local i n pids="" from before=$(issued) confirmed=$(counter confirmed)
    requests "$2"
    from=$EPOCHREALTIME
    for ((i = 1; i <= windows; i++)); do
        for ((n = i; n <= windows * each; n += windows)); do
            "$1" "$2$n" && echo served
        done >"$work/$2-served$i" &
        pids="$pids $!"
    done
    wait $pids
    printf '%s %s %d %d %d %d\n' "$1" \
        "$(awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.3f", to - from }')" $((windows * each)) \
        "$(cat "$work/$2"-served* | wc -l)" $(($(issued) - before)) $(($(counter confirmed) - confirmed))
}

measure ours o
measure theirs t
ca_stop
