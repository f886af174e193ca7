#!/bin/bash
# Twenty windows enrol at once at a practice CA, twice each; then openssl cmp does the same; three times in turn. A line
# for each: who, seconds, asked, served, issued, confirmed, milliseconds of the CA's own processor time. Needs $BUILD.
. "$(dirname "$0")/../issue/ca.bash"

windows=20
each=2
ca_start

requests() { # PREFIX: one key for every enrolment
    local i
    for ((i = 1; i <= windows * each; i++)); do
        new_request "$1$i" "$(printf '1000%011d' "$i")"
    done
}

# The office's credential in the same form for both.
ours() { # NAME
    "$client" issue --kind auth --server "http://127.0.0.1:$port/.well-known/cmp/p/auth" --roots "$trust/auth-roots.pem" \
        --trust "$trust/cmp-root.pem" --credential "$trust/office.key" --certificate "$trust/office.pem" \
        --attime "$time" --message-seconds 5 --total-seconds 20 <"$work/$1.req" >"$work/$1.auth" 2>/dev/null
}

theirs() { # NAME
    openssl cmp -config "" -server "http://127.0.0.1:$port/.well-known/cmp/p/auth" -trusted "$trust/cmp-root.pem" \
        -cert "$trust/office.pem" -key "$trust/office.key" -msg_timeout 5 -total_timeout 20 -cmd p10cr \
        -csr "$work/$1.req" -certout "$work/$1.auth" >/dev/null 2>&1
}

ca_processor() {
    awk -v hertz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hertz) }' "/proc/$ca_pid/stat"
}

measure() { # WHO PREFIX
    local i n pids="" from before=$(issued) confirmed=$(counter confirmed) used
    requests "$2"
    used=$(ca_processor)
    from=$EPOCHREALTIME
    for ((i = 1; i <= windows; i++)); do
        for ((n = i; n <= windows * each; n += windows)); do
            "$1" "$2$n" && echo served
        done >"$work/$2-served$i" &
        pids="$pids $!"
    done
    wait $pids
    printf '%s %s %d %d %d %d %d\n' "$1" \
        "$(awk -v from="$from" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.3f", to - from }')" $((windows * each)) \
        "$(cat "$work/$2"-served* | wc -l)" $(($(issued) - before)) $(($(counter confirmed) - confirmed)) $(($(ca_processor) - used))
}

for round in 1 2 3; do
    measure ours "o$round-"
    measure theirs "t$round-"
done
ca_stop
