#!/usr/bin/env bash
# Time an endpoint with curl: one cold request, then N warm ones on the same connection.
# Needs bash 3.2 or later and curl 7.52 or later, nothing else.
set -u
LC_ALL=C

usage() {
  cat <<'TEXT'
usage: time-endpoint.sh [-n N] [-l SECONDS] [-t] [curl options...] URL

  -n N        warm requests after the cold one (default 10)
  -l SECONDS  the most the median warm request may take (default 2)
  -t          hold the time to the first byte against the limit, not the total (for streams)

Own options come first; everything between them and the URL goes to curl, but not -o and -w.
Exit: 0 within the limit; 1 over it, not a 2xx, or the answer broke off;
      2 nothing answers, or a wrong option.
TEXT
}

stop() { # stop EXIT MESSAGE
  # A verdict belongs to the output; that nothing could be timed is an error.
  if [ "$1" = 1 ]; then echo "$2"; else echo "time-endpoint: $2" >&2; fi
  exit "$1"
}

# Times are whole microseconds: bash has no fractions.
micros() { # micros SECONDS, e.g. 2, 0.5 or .25
  local whole=${1%%.*} part=
  case $1 in *.*) part=${1#*.} ;; esac
  part=${part}000000
  echo $((10#${whole:-0} * 1000000 + 10#${part:0:6}))
}

ms() { # ms MICROSECONDS
  printf '%d.%02d' $(($1 / 1000)) $(($1 % 1000 / 10))
}

sorted() { # sorted NUMBER... into the array SORTED
  SORTED=("$@")
  local i j value
  for ((i = 1; i < ${#SORTED[@]}; i++)); do
    value=${SORTED[i]}
    for ((j = i; j > 0 && SORTED[j - 1] > value; j--)); do SORTED[j]=${SORTED[j - 1]}; done
    SORTED[j]=$value
  done
}

median() { # median NUMBER...
  sorted "$@"
  echo $(((SORTED[($# - 1) / 2] + SORTED[$# / 2]) / 2))
}

row() { # row NAME COLD WARM...
  local name=$1 cold=$2
  shift 2
  sorted "$@"
  printf '%-11s %10s %12s %10s %10s\n' "$name" "$(ms "$cold")" \
    "$(ms "$(median "$@")")" "$(ms "${SORTED[0]}")" "$(ms "${SORTED[$# - 1]}")"
}

quoted() { # quoted WORD: as a shell reads it back
  local close="'\\''"
  if [[ $1 =~ ^[A-Za-z0-9_@%+=:,./-]+$ ]]; then printf '%s' "$1"; else printf "'%s'" "${1//\'/$close}"; fi
}

# Reports get pasted: what looks like a credential is shown as ***.
shown() { # shown ARGUMENT...: the curl command to run by hand
  local word hide=
  local header='^(-H)?[A-Za-z0-9-]*([Aa]uth|AUTH|[Cc]ookie|COOKIE|[Tt]oken|TOKEN|[Kk]ey|KEY|[Ss]ecret|SECRET)[A-Za-z0-9-]*:'
  local login='^([a-zA-Z]+://)[^/@]+@(.*)$'
  printf "curl -sS -w '%s'" '\n%{http_code} %{time_total}s\n'
  for word in "$@"; do
    if [ -n "$hide" ]; then
      word='***' hide=
    elif [[ $word =~ $header ]]; then
      word="${BASH_REMATCH[0]} ***"
    elif [[ $word =~ $login ]]; then
      word="${BASH_REMATCH[1]}***@${BASH_REMATCH[2]}"
    else
      case $word in
        -u | -U | -b | --user | --proxy-user | --cookie | --oauth2-bearer) hide=yes ;;
        -u?* | -U?* | -b?*) word="${word:0:2}***" ;;
      esac
    fi
    printf ' %s' "$(quoted "$word")"
  done
  echo
}

requests=10 limit=2 what=total
while [ $# -gt 0 ]; do
  case $1 in
    -n | -l) [ $# -gt 1 ] || stop 2 "$1 needs a value (-h shows the usage)" ;;
  esac
  case $1 in
    -n) requests=$2; shift 2 ;;
    -l) limit=$2; shift 2 ;;
    -t) what='first byte'; shift ;;
    -h | --help) usage; exit 0 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { usage >&2; exit 2; }
[[ $requests =~ ^[1-9][0-9]{0,3}$ ]] || stop 2 "-n takes a whole number from 1 to 9999, not '$requests'"
[[ $limit =~ ^([0-9]{1,6}(\.[0-9]*)?|\.[0-9]+)$ ]] || stop 2 "-l takes seconds, such as 2 or 0.5, not '$limit'"
command -v curl >/dev/null || stop 2 'curl is not installed'
url=${!#}
case $url in -*) stop 2 "the last argument must be the URL, not '$url'" ;; esac
for argument in "$@"; do
  case $argument in -o* | --output | -O | --remote-name | -w* | --write-out)
    stop 2 "$argument cannot be used here: the script sets it itself" ;;
  esac
done

case ${BASH_SOURCE[0]} in */*) here=${BASH_SOURCE[0]%/*} ;; *) here=. ;; esac
# One curl keeps its connection for all its URLs; each URL needs an -o of its own.
again=()
for ((i = 0; i < requests; i++)); do again+=(-o /dev/null "$url"); done
lines=$(curl -sS --fail-early --connect-timeout 5 --max-time 60 -o /dev/null "$@" "${again[@]}" \
  -w "@$here/curl-format.txt")
failure=$?

printf 'reproduce: %s\n' "$(shown "$@")"
codes=() sizes=() opened=0
dns=() connect=() tls=() wait=() first=() body=() total=()
while read -r code connects size t_dns t_connect t_tls t_first t_total; do
  [ -n "$code" ] || continue
  t_dns=$(micros "$t_dns") t_connect=$(micros "$t_connect") t_tls=$(micros "$t_tls")
  t_first=$(micros "$t_first") t_total=$(micros "$t_total")
  # curl's times all count from the start; a phase is the difference of two of them.
  # On a kept connection its own phases are 0, and stand before the name lookup.
  ready=$((t_connect > t_dns ? t_connect : t_dns)) tls_took=0
  connected=$ready
  if ((t_tls > ready)); then tls_took=$((t_tls - ready)) ready=$t_tls; fi
  codes+=("$code") sizes+=("$size") opened=$((opened + connects))
  dns+=("$t_dns") connect+=($((connected - t_dns))) tls+=("$tls_took") first+=("$t_first")
  wait+=($((t_first > 0 ? t_first - ready : 0))) body+=($((t_first > 0 ? t_total - t_first : 0)))
  total+=("$t_total")
done <<<"$lines"

case $failure in
  0 | 22) ;; # 22: the caller's own --fail met a status of 400 or more
  28)
    ((${#total[@]} == 0 || (${#total[@]} == 1 && connect[0] == 0))) && stop 2 "nothing answers at $url"
    stop 1 "FAIL no complete answer in time (curl error 28) at $url"
    ;;
  18 | 52 | 55 | 56 | 92) stop 1 "FAIL the answer broke off (curl error $failure) at $url" ;;
  35 | 60) stop 2 "no TLS with $url (curl error $failure); http instead, or -k for a self-signed certificate?" ;;
  5 | 6 | 7)
    stop 2 "nothing answers at $url (curl error $failure); is the server running, and is this its port?"
    ;;
  *) stop 2 "curl could not run this (curl error $failure)" ;;
esac

for code in "${codes[@]}"; do
  [[ $code == 2?? ]] || stop 1 "FAIL status $code, not a 2xx; run the command above to see the answer"
done
((${#total[@]} > 1)) || stop 1 'FAIL no warm request was made'

printf 'status %s, %s bytes, 1 cold and %d warm requests, %d connection(s) opened\n\n' \
  "${codes[0]}" "${sizes[0]}" "$((${#total[@]} - 1))" "$opened"
printf '%-11s %10s %12s %10s %10s\n' ms cold 'warm median' 'warm min' 'warm max'
row dns "${dns[@]}"
row connect "${connect[@]}"
row tls "${tls[@]}"
row wait "${wait[@]}"
row body "${body[@]}"
row 'first byte' "${first[@]}"
row total "${total[@]}"
echo
((opened == 1)) || echo 'note: the connection was not kept alive; warm requests connect anew'

if [ "$what" = total ]; then held=("${total[@]}"); else held=("${first[@]}"); fi
middle=$(median "${held[@]:1}")
most=$(micros "$limit")
((held[0] <= most)) || echo "note: the cold request took $(ms "${held[0]}") ms, more than the limit"
if ((middle > most)); then
  stop 1 "FAIL warm median ($what) $(ms "$middle") ms, over the limit of $(ms "$most") ms"
fi
echo "OK warm median ($what) $(ms "$middle") ms, within the limit of $(ms "$most") ms"
