# For the shell tests of this folder: a practice CA of their own, and our client at it. To be sourced.
#
#   ca_start [https] [GENERATION]   starts the CA in $work/ca: $port, $ca_pid
#   ca_stop                         ends it in order
#   ask WORD...                     a command to it; its answer on standard output
#   new_request NAME [SERIAL]       $work/NAME.key and the request $work/NAME.req
#   enrol KIND NAME [OPTION...]     our client: $work/NAME.KIND, $line, $status; $path: at another place
#   revoke FILE [OPTION...]         our client: $line, $status
#   ok TEXT COMMAND...              one TAP line: the command's success
#   is TEXT GOT WANTED              one TAP line: two strings are the same
#   field NAME                      value of a field of $line
set -u

work=$(mktemp -d)
helper=$BUILD/tests/issue/ca_main
client=$BUILD/madoguchi-enrol
trust=$work/ca/trust
time=1795482000 # what the CA of ca_main takes for now
pids=""
number=0
scheme=http

finish() {
    local pid
    for pid in $pids; do
        kill "$pid" 2>/dev/null
    done
    wait
    rm -rf "$work"
}
trap finish EXIT

ok() {
    local text=$1
    shift
    number=$((number + 1))
    if "$@"; then
        echo "ok $number - $text"
    else
        echo "not ok $number - $text"
    fi
}

is() {
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        printf 'not ok %d - %s\n# got:    %s\n# wanted: %s\n' "$number" "$1" "$2" "$3"
    fi
}

plan() {
    echo "1..$number"
}

ca_start() {
    [ -p "$work/ready" ] || mkfifo "$work/ready" "$work/life"
    scheme=http
    [ "${1-}" != https ] || scheme=https
    "$helper" serve "$work/ca" "$@" <"$work/life" >"$work/ready" 2>>"$work/ca.err" 9>&- &
    ca_pid=$!
    pids="$pids $ca_pid"
    exec 9>"$work/life"
    read -r -t 60 port <"$work/ready" || {
        echo "Bail out! the practice CA does not start"
        cat "$work/ca.err"
        exit 1
    }
}

# Its standard input ends, as when the stand dies.
ca_stop() {
    exec 9>&-
    wait "$ca_pid"
}

ask() {
    "$helper" ask "$work/ca" "$@"
}

# One of the CA's counters.
counter() {
    ask status | tr ' ' '\n' | sed -n "s/^$1=//p"
}

new_request() {
    openssl genrsa -out "$work/$1.key" 2048 2>/dev/null
    "$helper" request "$work/$1.key" "${2-100000000000001}" 27220 >"$work/$1.req"
}

office=(--trust "$trust/cmp-root.pem" --credential "$trust/office.p12" --password-file "$work/password"
    --message-seconds 5 --total-seconds 20)
echo practice >"$work/password"

enrol() {
    local kind=$1 name=$2
    shift 2
    "$client" issue --kind "$kind" --server "$scheme://127.0.0.1:$port/${path-.well-known/cmp/p/$kind}" \
        --roots "$trust/$kind-roots.pem" --attime "$time" "${office[@]}" "$@" \
        <"$work/$name.req" >"$work/$name.$kind" 2>"$work/$name.err" 9>&-
    status=$?
    line=$(tail -n 1 "$work/$name.err")
}

revoke() {
    local file=$1
    shift
    "$client" revoke --server "$scheme://127.0.0.1:$port/.well-known/cmp/p/sig" "${office[@]}" "$@" \
        <"$file" >"$work/revoke.out" 2>"$work/revoke.err"
    status=$?
    line=$(tail -n 1 "$work/revoke.err")
}

field() {
    echo "$line" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# Of a certificate (DER): what `openssl x509` prints with the options given.
shown() {
    local file=$1
    shift
    openssl x509 -inform DER -in "$file" -noout -nameopt utf8 "$@" 2>/dev/null
}

# True: the certificate (DER) verifies under the roots of a file, by openssl.
verifies() {
    openssl x509 -inform DER -in "$1" -out "$work/verifies.pem" 2>/dev/null &&
        openssl verify -attime "$time" -x509_strict -CAfile "$2" "$work/verifies.pem" >/dev/null 2>&1
}

issued() {
    find "$work/ca/issued" -name '*.der' | wc -l
}
