# What the scripts share that run a gateway under load: the upstream, the load, and looks at the gateway's memory. They set
# "here" first, and call "prepare" before they start a gateway and "conclude" in the end.

read -ra wrk <<<"${WRK:-wrk}"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jcmd=${JAVA_HOME:+$JAVA_HOME/bin/}jcmd
warm_up=20

# What may differ between two looks at a gateway that does not grow: the JIT goes on compiling, buffers are kept.
most_heap_kib=4096 most_rss_kib=24576 most_threads=2

fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 1
}

# Builds what is needed, starts the upstream; sets work (a directory) and server (a URL). All of it goes when the script ends.
prepare() {
    for tool in "${wrk[0]}" curl "$jcmd"; do
        command -v "$tool" >/dev/null || fail "$tool is not there (expected: wrk, curl and a JDK)"
    done
    "$here/../portafilter" --version >/dev/null
    (cd -- "$here/.." && mvn -q -B -ntp -Dstyle.color=never -Dquick -pl benchmarks -am package </dev/null)
    work=$(mktemp -d)
    gateway='' upstream=''
    trap cleanup EXIT
    "$java" -cp "$here/target/classes" dev.portafilter.benchmarks.PlainUpstream >"$work/upstream.out" 2>"$work/upstream.err" &
    upstream=$!
    server=http://127.0.0.1:$(told "$work/upstream.out" '')
}

cleanup() {
    [[ -z $gateway ]] || kill "$gateway" 2>/dev/null || true
    [[ -z $upstream ]] || kill "$upstream" 2>/dev/null || true
    rm -rf "$work"
}

# Waits until a file has a line like this, and prints what follows it.
told() {
    local i
    for ((i = 0; i < 600; i++)); do
        if grep -qs "^$2" "$1"; then
            sed -n "s/^$2//p" "$1" | head -n 1
            return
        fi
        sleep 0.1
    done
    cat "$1" "${1%.out}.err" >&2
    fail "$1 does not say \"$2\""
}

stop() {
    local code=0
    kill "$gateway"
    wait "$gateway" || code=$?
    gateway=''
    ((code == 0)) || wrong "the gateway ended with $code (expected: 0)"
}

# Heap in use after a collection, resident memory, both in KiB, and threads.
look() {
    "$jcmd" "$gateway" GC.run >/dev/null
    "$jcmd" "$gateway" GC.run >/dev/null
    local heap rss threads
    heap=$("$jcmd" "$gateway" GC.heap_info | sed -n 's/.*heap *total.* used \([0-9]*\)K.*/\1/p' | head -n 1)
    rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$gateway/status")
    threads=$(sed -n 's/^Threads:[^0-9]*//p' "/proc/$gateway/status")
    printf '%s %s %s' "$heap" "$rss" "$threads"
}

load() {
    "${wrk[@]}" -c64 -t1 "-d${1}s" -H 'x-api-key: k1' "$url/hello" >"$work/wrk.txt"
}

wrong() {
    printf '%s\n' "$1" >>"$work/problems"
}

# The requests of the last load, when all of them were answered with success.
served() {
    if grep -Eq 'Non-2xx|Socket errors' "$work/wrk.txt"; then
        wrong "$1: $(grep -E 'Non-2xx|Socket errors' "$work/wrk.txt" | tr -s ' \n' ' ')"
    fi
    sed -n 's/^ *\([0-9]*\) requests in .*/\1/p' "$work/wrk.txt"
}

grown() {
    (($3 - $2 <= $4)) || wrong "$1: from $2 to $3 (expected: at most $4 more)"
}

# Says what was not as it should be, and ends.
conclude() {
    if [[ -s $work/problems ]]; then
        printf '\nNot as it should be:\n'
        sed 's/^/* /' "$work/problems"
        exit 1
    fi
    printf '\nAll as it should be: no error, no growth.\n'
}
